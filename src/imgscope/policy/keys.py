"""The keys of `[policy]`: how each is written, in a file and as an option of `imgscope audit`.

Nothing here needs the report: `imgscope --help` reads this table, and stays quick.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from imgscope.policy.sizes import parse_number, parse_percent, parse_size

OFF: Final = "none"
"""What turns a limit off."""
ANY: Final = "any"
"""What turns off the limit on C libraries, of which `none` is one."""

SEVERITIES: Final = ("info", "low", "medium", "high", "critical")
LIBC_FAMILIES: Final = ("glibc", "musl", "uclibc", "bionic", "mixed", "none", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How much larger than its baseline an image may be: `percent` of the baseline's size, or else `size` bytes."""

    percent: float | None = None
    size: int = 0

    def __str__(self) -> str:
        from imgscope.text import format_size

        return format_size(self.size) if self.percent is None else f"{self.percent:g}%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key. `parse` makes a value of what a file or an option has, or raises `ValueError`."""

    name: str
    metavar: str
    help: str
    expected: str
    parse: Callable[[Any], Any]

    @property
    def field(self) -> str:
        """The key as a name in Python."""
        return self.name.replace("-", "_")


def _text(value: Any) -> str:
    """Return what was written, numbers of a file as text; what is neither number nor text is a `ValueError`."""
    if isinstance(value, str):
        return value
    if type(value) in (int, float):
        return format(value)
    raise ValueError(value)


def _limit(parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    def parse_or_off(value: Any) -> Any:
        text = _text(value)
        return None if text == OFF else parse(text)

    return parse_or_off


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError(text)
    return int(text)


def _share(text: str) -> float:
    share = parse_percent(text) / 100 if text.endswith("%") else parse_number(text)
    if share > 1:
        raise ValueError(text)
    return share


def _percent(text: str) -> float:
    percent = parse_percent(text)
    if percent > 100:
        raise ValueError(text)
    return percent


def _growth(text: str) -> Growth:
    return Growth(percent=parse_percent(text)) if text.rstrip().endswith("%") else Growth(size=parse_size(text))


def _severity(text: str) -> str:
    if text not in SEVERITIES:
        raise ValueError(text)
    return text


def _reference(text: str) -> str:
    if not text.strip():
        raise ValueError(text)
    return text


def _list(value: Any) -> tuple[str, ...]:
    """Return a list of words; in an option they are parted by commas."""
    words = value if isinstance(value, list) else _text(value).split(",")
    if not words or not all(isinstance(word, str) and word.strip() for word in words):
        raise ValueError(value)
    return tuple(word.strip() for word in words)


def _families(value: Any) -> tuple[str, ...] | None:
    families = _list(value)
    if families == (ANY,):
        return None
    if not set(families) <= set(LIBC_FAMILIES):
        raise ValueError(value)
    return families


def _distros(value: Any) -> tuple[str, ...] | None:
    distros = _list(value)
    if distros == (OFF,):
        return None
    if any(distro.count(":") > 1 or distro.startswith(":") or distro.endswith(":") for distro in distros):
        raise ValueError(value)
    return distros


_SIZE: Final = "a size such as 150MB or 1.5GiB"
_A_SEVERITY: Final = f"one of {', '.join(SEVERITIES)}, or none"

KEYS: Final = (
    Key(
        name="max-unpacked-size",
        metavar="SIZE",
        help="Most bytes of files in all layers, such as 150MB.",
        expected=_SIZE,
        parse=_limit(parse_size),
    ),
    Key(
        name="max-compressed-size",
        metavar="SIZE",
        help="Most bytes that a pull transfers.",
        expected=_SIZE,
        parse=_limit(parse_size),
    ),
    Key(
        name="max-layers",
        metavar="N",
        help="Most layers.",
        expected="a whole number such as 20",
        parse=_limit(_count),
    ),
    Key(
        name="max-wasted",
        metavar="SIZE",
        help="Most bytes that layers ship in vain.",
        expected=_SIZE,
        parse=_limit(parse_size),
    ),
    Key(
        name="max-wasted-percent",
        metavar="PERCENT",
        help="The same, as a share of the unpacked size.",
        expected="a percentage from 0 to 100 such as 10",
        parse=_limit(_percent),
    ),
    Key(
        name="min-efficiency",
        metavar="SHARE",
        help="Least efficiency by dive's arithmetic, such as 0.9.",
        expected="a number from 0 to 1 such as 0.9",
        parse=_limit(_share),
    ),
    Key(
        name="allowed-libc",
        metavar="FAMILY[,…]",
        help="C libraries that an image may run on, such as musl; 'any' turns it off.",
        expected=f"some of {', '.join(LIBC_FAMILIES)}, or any",
        parse=_families,
    ),
    Key(
        name="allowed-distros",
        metavar="ID[:VERSION][,…]",
        help="Distributions that an image may be made of, such as alpine,debian:12.",
        expected="distributions such as alpine or debian:12, or none",
        parse=_distros,
    ),
    Key(
        name="fail-on",
        metavar="SEVERITY",
        help="The lowest severity of a finding that fails; 'none' turns it off. high by default where there is a "
        "policy, unless only what is new is judged.",
        expected=_A_SEVERITY,
        parse=_limit(_severity),
    ),
    Key(
        name="fail-on-new",
        metavar="SEVERITY",
        help="The same for findings that the baseline does not have.",
        expected=_A_SEVERITY,
        parse=_limit(_severity),
    ),
    Key(
        name="baseline",
        metavar="IMAGE|FILE",
        help="What to compare with: an image, or the JSON report of an earlier run.",
        expected="an image, or a file with a JSON report",
        parse=_limit(_reference),
    ),
    Key(
        name="max-growth",
        metavar="PERCENT|SIZE",
        help="How much larger than the baseline an image may be, compressed and unpacked: 5% or 10MB.",
        expected="a percentage such as 5%, or a size such as 10MB",
        parse=_limit(_growth),
    ),
)
"""All of them, in the order in which they are checked and shown."""
