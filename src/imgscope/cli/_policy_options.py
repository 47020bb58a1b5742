"""Options of `imgscope audit` that say what is asked of an image."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from imgscope.cli._sections import SectionedOption
from imgscope.policy.keys import KEYS

if TYPE_CHECKING:
    from imgscope.policy.settings import Choices

Function = TypeVar("Function", bound=Callable[..., Any])

_option = partial(click.option, cls=SectionedOption)
_POLICY: Final = "Policy, each also a key of [policy] in imgscope.toml"
_RULES: Final = "Rules"


def policy_options(function: Function) -> Function:
    """Add them; the command gets them as one `Choices` under the name `choices`."""

    @wraps(function)
    def command(disable: tuple[str, ...], severity: tuple[str, ...], **others: Any) -> Any:
        policy = {key.name: text for key in KEYS if (text := others.pop(key.field)) is not None}
        return function(choices=_choices(policy, disable, severity), **others)

    decorated: Any = command
    for option in reversed(_options()):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


def _choices(policy: dict[str, str], disable: tuple[str, ...], severity: tuple[str, ...]) -> Choices:
    from imgscope.policy.settings import Choices

    return Choices(policy=policy, disable=disable, severity=severity)


def _options() -> list[Callable[[Any], Any]]:
    keys = [_option(f"--{key.name}", key.field, metavar=key.metavar, help=key.help, section=_POLICY) for key in KEYS]
    return [
        *keys,
        _option("--disable", metavar="RULE", multiple=True, help="Do not ask this rule. Repeatable.", section=_RULES),
        _option(
            "--severity",
            metavar="RULE=SEVERITY",
            multiple=True,
            help="Let what this rule finds matter as much. Repeatable.",
            section=_RULES,
        ),
    ]
