"""What commands write to, whatever an image says: nothing but what the user named, and the cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.case import SOUND, layout
from tests.hostile.confined import Confined
from tests.hostile.corpus import CASES
from tests.hostile.lines import ASKING_NOBODY, ASKING_REGISTRIES, COMMANDS, commands

pytestmark = pytest.mark.corpus


def test_every_command_is_run_on_hostile_images() -> None:
    assert set(commands()) == set(COMMANDS)
    assert set(commands()) == {"audit", *ASKING_REGISTRIES, *ASKING_NOBODY}


@pytest.mark.parametrize(
    "name",
    ["entries that climb", "entries that are absolute", "symlinks in circles", "saved image that climbs",
     "release file that is a program", "files that are directories"],
)  # fmt: skip
def test_C68_nothing_is_written_where_an_image_says_and_nothing_of_it_is_run(
    name: str, confined: Confined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    image, sound = case.function(tmp_path / "image"), layout(tmp_path / "sound", SOUND)
    place, cache = tmp_path / "place", tmp_path / "cache"
    (place / "reports").mkdir(parents=True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("TMPDIR", str(place))
    before = sorted(tmp_path.rglob("*"))
    lines = [
        line
        for each in ("image", "compare", "diff", "ls", "cat")
        if each in commands()
        for line in COMMANDS[each](image, sound)
    ]
    lines.append(
        ["audit", image, "-o", f"json={place / 'reports' / 'r.json'}", "-o", f"html={place / 'reports' / 'r.html'}"]
    )
    ended, noticed = confined.watched(lines, place, allowed=[place / "reports", cache])
    assert {each.code for each in ended} <= {0, 1, 2, 3}
    assert noticed == []
    left = {path for path in tmp_path.rglob("*") if path not in before and cache not in (path, *path.parents)}
    assert left <= {place / "reports" / "r.json", place / "reports" / "r.html"}
    assert not Path("/tmp/owned").exists()


def test_what_is_written_and_run_is_noticed(confined: Confined, tmp_path: Path) -> None:
    """Or the tests above would hold whatever happens."""
    image = layout(tmp_path / "image", SOUND)
    _, noticed = confined.watched([["audit", image, "-o", f"json={tmp_path / 'r.json'}"]], tmp_path, allowed=[])
    assert [line for line in noticed if "r.json" in line]
