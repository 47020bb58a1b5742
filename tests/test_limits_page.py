"""docs/limits.md names every limit with the setting and the default that it has."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from imgscope.cli import _compare
from imgscope.layer.index import MOST_ANOMALIES
from imgscope.limits import Limits
from imgscope.policy.reading_limits import LIMIT_KEYS, read_limits
from imgscope.policy.sizes import parse_size
from tests.support.limits import UNTOLD

PAGE = (Path(__file__).parents[1] / "docs/limits.md").read_text()
_ROW = re.compile(r"^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_K_every_limit_stands_in_the_page_with_its_setting_and_its_default() -> None:
    rows = {name: (default, meaning) for name, default, meaning in _ROW.findall(PAGE)}
    by_setting = {"--jobs": "concurrent_layers", **{key.name: key.field for key in LIMIT_KEYS.values()}}
    assert set(rows) == set(by_setting)
    limits = {each.name: each for each in fields(Limits)}
    for setting, (default, meaning) in rows.items():
        limit = limits[by_setting[setting]]
        assert meaning == limit.metadata["meaning"]
        assert _value(default) == limit.default, setting


def test_K_the_page_tells_limits_that_leave_something_unread_from_those_that_do_not() -> None:
    section = PAGE.partition("## What leaves nothing unread")[2].partition("\n## ")[0]
    assert {name for name, _, _ in _ROW.findall(section)} == {"--jobs", *UNTOLD}


def test_the_page_says_how_many_images_are_compared_and_how_many_oddities_are_kept() -> None:
    assert f"`imgscope compare` takes {_compare._MOST_IMAGES} images at most" in PAGE
    assert f"up to {_compare._MOST_IMAGES} of them" in (Path(__file__).parents[1] / "docs/compare.md").read_text()
    assert f'a finding says "at least" then | {MOST_ANOMALIES:,} |' in PAGE


def _value(written: str) -> float:
    if written.endswith("iB"):
        return parse_size(written)
    return float(written.removesuffix(" s").replace(",", ""))


def test_the_example_of_the_page_is_understood(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    (tmp_path / "imgscope.toml").write_text(example[1])
    limits = read_limits(tmp_path)
    assert (limits.entry_count, limits.unpacked_size, limits.connect_timeout) == (20_000_000, 2 * 1024**4, 60)
