"""What each command is run with on a hostile image; a new command joins the table here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from imgscope import discovery
from imgscope.render import formats

Lines = Callable[[str, str], list[list[str]]]

COMMANDS: Final[dict[str, Lines]] = {
    "image": lambda image, _: [[image, "--verbose"], [image, "--platform", "list"]],
    "audit": lambda image, _: [["audit", image, "--fail-on", "none"]],
    "compare": lambda image, sound: [["compare", image, sound], ["compare", sound, image, "-o", "json"]],
    "diff": lambda image, sound: [["diff", image, sound], ["diff", sound, image, "-o", "json"]],
    "ls": lambda image, _: [["ls", image], ["ls", image, "/etc"], ["ls", image, "/../x\x1b[31m"]],
    "cat": lambda image, _: [["cat", image, "/etc/os-release"], ["cat", image, "/self"]],
    "why": lambda image, _: [["why", image, "/etc/os-release"], ["why", image, "/x\x1b[31m"]],
    "tags": lambda image, _: [["tags", image]],
    "doctor": lambda image, _: [["doctor", image]],
    "rules": lambda image, _: [["rules", image]],
    "schema": lambda image, _: [["schema", image]],
    # It reads nothing until a browser asks, and does not end by itself.
    "serve": lambda image, _: [["serve", image, "--port", "0"]],
    "cache": lambda image, _: [["cache", image], ["cache", "info"]],
}
"""What each command is run with on an image, and on a sound one beside it."""

ASKING_REGISTRIES: Final[dict[str, Lines]] = {
    "image": lambda image, _: [[image, "--verbose"], [image, "--platform", "list"]],
    "compare": lambda image, sound: [["compare", image, sound], ["compare", image, "--variants"]],
    "diff": lambda image, sound: [["diff", sound, image, "-o", "json"]],
    "ls": lambda image, _: [["ls", image]],
    "cat": lambda image, _: [["cat", image, "/data"]],
    "why": lambda image, _: [["why", image, "/data"]],
    "tags": lambda image, _: [["tags", image]],
    "doctor": lambda image, _: [["doctor", image]],
}
"""What commands besides `audit` that ask registries are run with on an image in one, and on a sound one here."""

ASKING_ENGINES: Final[dict[str, Lines]] = {
    "image": lambda image, _: [[image, "--verbose"]],
    "compare": lambda image, sound: [["compare", image, sound]],
    "diff": lambda image, sound: [["diff", sound, image, "-o", "json"]],
    "ls": lambda image, _: [["ls", image]],
    "cat": lambda image, _: [["cat", image, "/data"]],
    "why": lambda image, _: [["why", image.replace("docker-daemon:", "podman:"), "/data"]],
}
"""What commands besides `audit` that ask engines are run with on an image in one, and on a sound one here."""

ASKING_NOBODY: Final = ("rules", "schema", "cache", "serve")
"""Commands that ask no registry, or not by themselves."""

PRINTS_BYTES: Final = ("cat",)
"""Commands that write what a file holds, as it is."""


def commands() -> list[str]:
    """All commands that there are."""
    return [name for name in discovery.module_names("imgscope.cli") if name != "main"]


def audit_to_all_formats(image: str, reports: Path) -> list[str]:
    """An audit that writes a report of each format to a file of its name in `reports`, which is made."""
    reports.mkdir()
    return ["audit", image, *(word for each in formats() for word in ("-o", f"{each}={reports / each}"))]
