"""Everything imgscope raises on purpose.

Each error is one clear sentence (what, where, what was expected) plus an optional hint that says
what to do next, and knows the exit code of a command that ends with it.
"""

from __future__ import annotations

from typing import ClassVar


class ImgscopeError(Exception):
    """Root of all errors that a user or an image can cause.

    `message` is one sentence without a trailing full stop; `hint` says what to do next.
    Both may quote hostile text: whoever shows them sends them through `text.printable`.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ImgscopeError):
    """A reference, an option or a configuration file that cannot be understood."""

    exit_code = 2


class SourceError(ImgscopeError):
    """An image cannot be reached: network, file or answer."""


class NotFoundError(SourceError):
    """The source was reached and does not have what was asked for."""


class AuthenticationError(SourceError):
    """The source wants other or better credentials."""


class DocumentError(ImgscopeError):
    """A manifest, index, configuration or other document is not what its specification says."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(
            message, hint=hint or "push or save the image again; if it stays so, the tool that does is at fault"
        )


class IntegrityError(ImgscopeError):
    """Bytes do not have the size or digest that their descriptor promises."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint or "what is stored was damaged or altered: push or save the image again")


class LayerError(ImgscopeError):
    """A layer cannot be decompressed or walked to its end."""


class LimitError(ImgscopeError):
    """A documented limit was reached, so the result would be incomplete.

    `setting` is the key of `[limits]` that raises it, which the hint names where there is no other.
    """

    def __init__(self, message: str, *, hint: str | None = None, setting: str | None = None) -> None:
        if hint is None and setting is not None:
            hint = f"if it is meant to be so large, set {setting} in [limits] of imgscope.toml"
        super().__init__(message, hint=hint)


class Cancelled(ImgscopeError):
    """The user asked to stop; nothing more is read."""
