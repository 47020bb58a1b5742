"""What a lying registry is, and the image that lies are told about."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.hostile.declared import LITTLE_CPU, LITTLE_MEMORY, Declared, Register
from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_auth import Auth
from tests.support.registry_exchange import CONTENT, Seen
from tests.support.registry_faults import Fault

SECRET: Final = "very-secret-0123456789"
"""The password for the registry that users have in their configuration."""

APP: Final = image(
    [
        layer(file("etc/os-release", "ID=debian\nVERSION_ID=12\n")),
        layer(file("data", random.Random(11).randbytes(60_000)), created_by="RUN make # buildkit"),
    ],
    listed_platform=False,
)
REPOSITORY: Final = "team/app"

Tell = Callable[[Registry], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lie(Declared):
    """A registry that is not what it should be. `function` makes an honest one, which has the image `APP`, tell it.

    `limits` are those of the configuration file that all is run with, `auth` is whom the registry lets in. All
    commands together send no more than `most_requests`.
    """

    function: Tell
    limits: Mapping[str, float]
    auth: Callable[[], Auth] | None
    most_requests: int


class Lies(Register[Lie]):
    """The lies that were declared."""

    def lie(
        self,
        exit_code: int,
        says: str = "",
        *,
        auth: Callable[[], Auth] | None = None,
        memory: int = LITTLE_MEMORY,
        cpu: float = LITTLE_CPU,
        most_requests: int = 80,
        limits: Mapping[str, float] | None = None,
    ) -> Callable[[Tell], Tell]:
        """Declare the decorated function as a lie; `limits` are keys of `[limits]`."""
        return self.declare(
            exit_code=exit_code, says=says, memory=memory, cpu=cpu, limits=limits or {}, auth=auth,
            most_requests=most_requests,
        )  # fmt: skip


LIES: Final = Lies(Lie)


def write_limits(directory: Path, limits: Mapping[str, float]) -> None:
    """Write a configuration file with these limits."""
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in limits.items())
    (directory / "imgscope.toml").write_text(f"[limits]\n{lines}")


def of_layers(fault: Fault) -> Fault:
    """The same fault, for the larger layer only."""
    return where(fault, lambda seen: seen.path.endswith(APP.layers[1].digest))


def where(fault: Fault, applies: Callable[[Seen], bool]) -> Fault:
    """The same fault, only for requests that `applies` holds of as well."""
    usual = fault.applies
    return Fault(applies=lambda seen: usual(seen) and applies(seen), change=fault.change, times=fault.times)


def any_method(fault: Fault) -> Fault:
    """The same fault, for HEAD as well as GET."""
    usual = fault.applies
    return Fault(
        applies=lambda seen: usual(seen) or (seen.method == "HEAD" and CONTENT.fullmatch(seen.path) is not None),
        change=fault.change,
        times=fault.times,
    )
