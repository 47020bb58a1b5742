"""The keys that the terminal UI takes, gathered from the bindings themselves: what the help shows cannot be untrue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import format_key

_SHOWN = {
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "shift+up": "shift+↑",
    "shift+down": "shift+↓",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What pressing one of `keys` does; `keys` are as people call them."""

    keys: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySection:
    """Keys that work in one place."""

    title: str
    keys: tuple[Key, ...]


def section(title: str, *places: type[DOMNode], without: Iterable[type[DOMNode]] = ()) -> KeySection:
    """Return the keys of the classes `places`, those that they have from classes in `without` left out.

    Only what this project binds counts, not what the library binds in the classes below. Keys that do the same stand
    together; their meaning is the longest that one of them is given.
    """
    left_out = {ancestor for each in without for ancestor in each.__mro__}
    ancestors = dict.fromkeys(ancestor for place in places for ancestor in place.__mro__)
    taken: set[str] = set()
    by_action: dict[str, list[Binding]] = {}
    for ancestor in ancestors:
        if ancestor in left_out or not ancestor.__module__.startswith("imgscope."):
            continue
        bindings = list(Binding.make_bindings(vars(ancestor).get("BINDINGS", ())))
        for binding in bindings:
            # A class takes keys away from those it is made from.
            if binding.key not in taken:
                by_action.setdefault(binding.action, []).append(binding)
        taken.update(binding.key for binding in bindings)
    return KeySection(title=title, keys=tuple(key for key in map(_key, by_action.values()) if key.meaning))


def _key(bindings: list[Binding]) -> Key:
    meanings = [binding.tooltip or binding.description for binding in bindings]
    return Key(keys=tuple(dict.fromkeys(key_name(binding.key) for binding in bindings)), meaning=max(meanings, key=len))


def key_name(key: str) -> str:
    """Return what people call the key that textual calls `key`: `slash` is `/`."""
    return _SHOWN.get(key) or format_key(key)
