"""Hostile things that are declared one by one: what all have in common, and how each comes into its table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

MEBIBYTE: Final = 1024 * 1024
LITTLE_MEMORY: Final = 48 * MEBIBYTE
"""What most of them may take at most: an inspection of nothing takes 4 MiB, and pieces and windows are bounded."""
LITTLE_CPU: Final = 2.5
"""Seconds of a busy machine, where an inspection of nothing takes a twentieth of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Something hostile. `audit` ends with `exit_code` on it; `says` is a regular expression of what that writes.

    No command takes more than `memory` bytes for it, nor `cpu` seconds.
    """

    name: str
    attacks: str
    exit_code: int
    says: str
    memory: int
    cpu: float


Thing = TypeVar("Thing", bound=Declared)
Function = TypeVar("Function", bound=Callable[..., Any])


class Register(Generic[Thing]):
    """What was declared, by name: that of the function that makes it, whose docstring says what it attacks."""

    def __init__(self, make: Callable[..., Thing]) -> None:
        self.by_name: dict[str, Thing] = {}
        self._make = make

    def declare(self, **fields: Any) -> Callable[[Function], Function]:
        """Declare the decorated function with `fields` of the thing; it gets the function itself as `function`."""
        re.compile(fields["says"])

        def keep(function: Function) -> Function:
            name = function.__name__.replace("_", " ")
            assert name not in self.by_name, name
            assert function.__doc__, name
            self.by_name[name] = self._make(name=name, attacks=function.__doc__, function=function, **fields)
            return function

        return keep
