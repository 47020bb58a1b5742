"""Every input that is kept, seeds and what fuzzing found, goes well through its target."""

from __future__ import annotations

import pytest

from fuzz import target as targets
from fuzz.target import DIRECTORY, Target, TooSlowError, load, names, run
from fuzz.trees import found_by


@pytest.mark.parametrize("name", names())
def test_what_is_kept_for_a_target_goes_well(name: str) -> None:
    target = load(name)
    for path in target.kept():
        try:
            run(target, path.read_bytes())
        except (Exception, TooSlowError) as error:
            raise AssertionError(f"{path} fails") from error


@pytest.mark.parametrize("name", names())
def test_every_target_has_the_seeds_that_it_describes(name: str) -> None:
    kept = {path.name for path in (DIRECTORY / "seeds" / name).iterdir()}
    assert kept == set(load(name).seeds()) != set()


@pytest.mark.parametrize("kind", ["seeds", "found"])
def test_nothing_is_kept_for_a_target_that_is_not_there(kind: str) -> None:
    assert {path.name for path in (DIRECTORY / kind).iterdir()} - {"README.md"} <= set(names())


def test_an_input_that_takes_too_long_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "LONGEST_CPU_SECONDS", 0.02)

    def endless(_: bytes) -> None:
        while True:
            try:
                sum(range(1000))
            except Exception:  # noqa: BLE001 - as what guards against crashes does
                continue

    with pytest.raises(TooSlowError, match=r"takes more than 0\.02 seconds"):
        run(Target(name="endless", run=endless, seeds=dict), b"")


def test_the_trees_of_targets_hold_what_probes_look_at() -> None:
    (distro,) = found_by("os-release", {"etc/os-release": b"ID=debian\n"})
    assert getattr(distro, "id", None) == "debian"
