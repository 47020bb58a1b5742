"""How the image was built: what is told of its history and of its layers, and what is not."""

from __future__ import annotations

import pytest

from imgscope.report import Severity
from tests.support.images import BuiltLayer, file, layer
from tests.support.memory import inspect


def severities(rule_id: str, *layers: BuiltLayer) -> list[Severity]:
    return [found.severity for found in inspect(*layers).report.findings if found.rule_id == rule_id]


@pytest.mark.parametrize(("count", "expected"), [(64, [Severity.LOW]), (125, [Severity.LOW]), (126, [Severity.MEDIUM])])
def test_more_layers_than_docker_takes_matter_more(count: int, expected: list[Severity]) -> None:
    assert severities("many-layers", *[layer(file("a"))] * count) == expected


@pytest.mark.parametrize(
    ("added", "is_told"),
    [
        ("ADD http://example.com/tool /", True),
        ('ADD ["https://example.com/tool", "/"]', True),
        ("ADD --chown=app https://example.com/tool /", True),
        ("ADD https://example.com/app.git#main /src", True),
        ("ADD https://example.com/app.git#0123456789abcdef0123456789abcdef01234567 /src", False),
        ("ADD https://example.com/app.git#0123456789abcdef0123456789abcdef01234567:docs /src", False),
        ("ADD app/http://x /", False),
        ("COPY https://example.com/tool /", False),
    ],
)
def test_only_what_add_fetches_without_saying_what_it_should_be_is_told(added: str, is_told: bool) -> None:
    made = layer(file("tool", "x"), created_by=f"{added} # buildkit")
    assert severities("added-from-url", made) == ([Severity.LOW] if is_told else [])


def test_passwords_in_the_address_of_what_was_added_are_not_shown() -> None:
    made = layer(file("tool", "x"), created_by="ADD https://user:pa55word-x9@example.com/tool / # buildkit")
    (found,) = [each for each in inspect(made).report.findings if each.rule_id == "added-from-url"]
    assert found.message == "ADD fetched a file from example.com without a checksum"
    assert "pa55word" not in (found.instruction or "")
