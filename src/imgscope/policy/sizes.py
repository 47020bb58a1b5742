"""Sizes and shares as people write them."""

from __future__ import annotations

import re
from typing import Final

_SIZE: Final = re.compile(r"([0-9.,]+)\s*([a-z]*)", re.IGNORECASE | re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+", re.ASCII)
_EXPONENTS: Final = {letter: power for power, letter in enumerate("kmgtpe", start=1)}
_LARGEST: Final = 2**64


def parse_size(text: str) -> int:
    """Return how many bytes `150MB`, `1.5GiB`, `20Mb` or `2048` are.

    Read as dive reads them (go-humanize, `ParseBytes`): a factor of 1000, or 1024 where an `i` follows, whether or
    not a `b` does, whatever the case of the letters; parts of a byte are dropped. Raises `ValueError`.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no size")
    size = parse_number(match[1].replace(",", "")) * _factor(match[2].lower())
    if size >= _LARGEST:
        raise ValueError(f"{text!r} is no size that 64 bits hold")
    return int(size)


def _factor(unit: str) -> int:
    prefix = unit.removesuffix("b")
    if not prefix:
        return 1
    power = _EXPONENTS.get(prefix[0])
    if power is None or prefix[1:] not in ("", "i"):
        raise ValueError(f"{unit!r} is no unit")
    return int(1024**power if prefix[1:] else 1000**power)


def parse_number(text: str) -> float:
    """Return a plain decimal number that is not negative. Raises `ValueError`."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is no number")
    return float(text)


def parse_percent(text: str) -> float:
    """Return the number in front of a percent sign that need not be there. Raises `ValueError`."""
    return parse_number(text.strip().removesuffix("%").rstrip())
