"""`[limits]` of imgscope.toml: every limit can be set, and whatever cannot be understood is refused with a hint."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from imgscope.errors import UsageError
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.policy.reading_limits import LIMIT_KEYS, read_limits


def configured(directory: Path, text: str) -> Limits:
    (directory / "imgscope.toml").write_text(f"[limits]\n{text}\n")
    return read_limits(directory)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_limits(tmp_path) == DEFAULT_LIMITS


def test_a_file_without_limits_leaves_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "imgscope.toml").write_text("[policy]\nmax-layers = 3\n")
    assert read_limits(tmp_path) == DEFAULT_LIMITS


def test_K_every_limit_but_that_of_jobs_has_a_key() -> None:
    assert {key.field for key in LIMIT_KEYS.values()} == {each.name for each in fields(Limits)} - {"concurrent_layers"}


@pytest.mark.parametrize("name", sorted(LIMIT_KEYS))
def test_K_every_key_sets_its_limit_and_no_other(tmp_path: Path, name: str) -> None:
    key = LIMIT_KEYS[name]
    value = 2048 if key.smallest > 1 else 7
    assert configured(tmp_path, f"{name} = {value}") == replace(DEFAULT_LIMITS, **{key.field: value})


def test_sizes_are_written_with_units_or_as_bytes(tmp_path: Path) -> None:
    assert configured(tmp_path, 'unpacked-size = "2GiB"').unpacked_size == 2 * 1024**3
    assert configured(tmp_path, "unpacked-size = 123").unpacked_size == 123


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("entry-cuont = 1", "there is no key 'entry-cuont' in [limits]", "did you mean entry-count?"),
        ("concurrent-layers = 1", "there is no key 'concurrent-layers'", ""),
        ("entry-count = 0", "entry-count in [limits] cannot be 0", "write something from 1 to "),
        ("entry-count = -1", "entry-count in [limits] cannot be -1", "write something from 1 to "),
        ("entry-count = true", "entry-count in [limits] cannot be True", "write a whole number"),
        ("entry-count = 1.5", "entry-count in [limits] cannot be 1.5", "write a whole number"),
        ('entry-count = "1"', "entry-count in [limits] cannot be '1'", "write a whole number"),
        ('unpacked-size = "much"', "unpacked-size in [limits] cannot be 'much'", 'write a size such as "64MiB"'),
        ('zstd-window-size = "4GiB"', "zstd-window-size in [limits] cannot be '4GiB'", "from 1,024 to 2,147,483,648"),
        ("connect-timeout = nan", "connect-timeout in [limits] cannot be nan", "write seconds such as 30"),
        ("connect-timeout = 0", "connect-timeout in [limits] cannot be 0", "write something from 0.1 to 86,400"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_hint(tmp_path: Path, text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        configured(tmp_path, text)
    assert refused.value.message.startswith(str(tmp_path / "imgscope.toml"))
    assert message in refused.value.message
    assert hint in (refused.value.hint or "")
