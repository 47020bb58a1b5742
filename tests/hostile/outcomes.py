"""What holds of every command, whatever it was given."""

from __future__ import annotations

import re
from typing import Final

from imgscope.text import UNSAFE
from tests.hostile.confined import Cost, Ended

_PARAGRAPHS: Final = re.compile(r"[\n\t]")
_ENOUGH_SECONDS: Final = 30


def assert_harmless(text: str) -> None:
    """Nothing in `text` acts on a terminal, but for what ends its lines."""
    found = UNSAFE.search(_PARAGRAPHS.sub("", text))
    assert found is None, repr(text[max(0, found.start() - 80) : found.end() + 80])


def assert_sound(ended: Ended, *, prints_bytes: bool = False) -> None:
    """Whatever came of it was meant: no mistake of imgscope's own, and nothing that acts.

    `prints_bytes`: stdout is what a file holds, as it is.
    """
    out = "" if prints_bytes else ended.out
    assert ended.code in (0, 1, 2, 3), ended.err
    assert "mistake in imgscope" not in ended.err
    assert "crashed" not in ended.err + out
    assert "Traceback" not in ended.err + out
    # `imgscope doctor` tells on stdout what is wrong.
    assert ended.code in (0, 1) or ended.err or ended.out
    assert_harmless(ended.err)
    assert_harmless(out)


def assert_cheap(cost: Cost, *, memory: int, cpu: float) -> None:
    """It took no more than that many bytes and seconds."""
    assert cost.memory <= memory, f"{cost.memory:,} bytes"
    assert cost.cpu <= cpu, cost
    assert cost.seconds <= _ENOUGH_SECONDS, cost


def assert_hinted(ended: Ended) -> None:
    """What to do is said: in a line of its own, or of a layer in the same."""
    assert ended.code == 0 or re.search(r"^  hint: |: (?:layer|the image's history) .*; ", ended.err, re.MULTILINE), (
        ended.err
    )
