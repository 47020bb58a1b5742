"""All tags of a repository, however many pages a registry makes of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import AuthenticationError, DocumentError, ImgscopeError, LimitError, NotFoundError, SourceError
from imgscope.limits import Limits
from imgscope.oci.document import LARGEST_DOCUMENT
from imgscope.oci.reference import Reference
from imgscope.sources.base import SourceOptions
from imgscope.sources.registry.client import RegistrySource
from imgscope.sources.registry.credentials import Lookup
from tests.sources.registry.opening import Opener
from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_auth import Basic
from tests.support.registry_exchange import Reply, Seen, refused
from tests.support.registry_faults import Fault, answering, of_kind

APP = image([layer(file("a"))])
LIST = "/v2/team/app/tags/list"


def registry_with(*tags: str) -> Registry:
    registry = Registry()
    for tag in tags:
        registry.add(APP, tag=tag)
    return registry


def tags_in(open_image: Opener, registry: Registry, progress: Callable[[int], object] = lambda _: None) -> list[str]:
    return list(open_image(registry).tags(progress))


def linking(link: Callable[[Seen], str]) -> Fault:
    """Name these next pages."""
    return Fault(applies=of_kind("tags"), change=lambda seen, reply: reply.with_headers(link=link(seen)))


def test_C20_a_registry_is_asked_for_a_thousand_tags_at_once(open_image: Opener) -> None:
    registry = registry_with("1.0", "latest")
    assert tags_in(open_image, registry) == ["1.0", "latest"]
    assert [(seen.method, seen.path, seen.query) for seen in registry.requests] == [("GET", LIST, "n=1000")]


def test_C20_pages_are_followed_to_the_last(open_image: Opener) -> None:
    names = [f"1.{number}" for number in range(7)]
    registry = registry_with(*names)
    registry.page_size = 3
    counts: list[int] = []
    assert tags_in(open_image, registry, counts.append) == names
    assert len(registry.requests) == 3
    assert counts == [3, 6]


@pytest.mark.parametrize("address", ["https://registry.example.com/v2/team/app/tags/list?page=2", "list?page=2"])
def test_C20_the_next_page_may_be_named_in_any_way(open_image: Opener, address: str) -> None:
    registry = registry_with("1.0")
    following = linking(lambda _: f'<{address}>; rel="next"')
    following.times = 1
    registry.misbehave(following)
    assert tags_in(open_image, registry) == ["1.0"]
    assert [(seen.host, seen.path, seen.query) for seen in registry.requests] == [
        ("registry.example.com", LIST, "n=1000"),
        ("registry.example.com", LIST, "page=2"),
    ]


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("<https://evil.example/v2/team/app/tags/list?page=2>", "a next page on another host, evil.example"),
        ("<http://169.254.169.254/latest>", "a next page on another host, 169.254.169.254"),
        (f"<{LIST}?n=1000>", "names a page of the tags as the next one that it sent before"),
        ("<https://registry.example.com:port/>", "with an address that is none"),
    ],
)
def test_C20_a_next_page_elsewhere_or_again_is_not_asked_for(open_image: Opener, link: str, message: str) -> None:
    registry = registry_with("1.0")
    registry.misbehave(linking(lambda _: f'{link}; rel="next"'))
    with pytest.raises(SourceError, match=message):
        tags_in(open_image, registry)
    assert len(registry.requests) == 1


def test_C20_a_scheme_in_the_address_of_a_page_changes_nothing(open_image: Opener) -> None:
    registry = registry_with("1.0")
    downgrade = linking(lambda _: f'<http://registry.example.com{LIST}?page=2>; rel="next"')
    downgrade.times = 1
    registry.misbehave(downgrade)
    tags_in(open_image, registry)
    assert {seen.scheme for seen in registry.requests} == {"https"}


def test_C20_pages_without_end_are_a_limit(open_image: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgscope.sources.registry.tags._MOST_PAGES", 5)
    registry = registry_with("1.0")
    pages = iter(range(1000))
    registry.misbehave(linking(lambda _: f'<{LIST}?page={next(pages)}>; rel="next"'))
    with pytest.raises(LimitError, match="more than the 5 pages"):
        tags_in(open_image, registry)
    assert len(registry.requests) == 5


def test_C64_more_tags_than_any_repository_has_are_a_limit(open_image: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgscope.sources.registry.tags._MOST_TAGS", 2)
    with pytest.raises(LimitError, match="more than the 2 tags"):
        tags_in(open_image, registry_with("1", "2", "3"))


def test_a_page_may_be_as_large_as_the_user_lets_documents_be(open_image: Opener) -> None:
    registry = registry_with("1.0")
    page = b'{"tags": ["1.0"], "more": "%b"}' % (b"x" * LARGEST_DOCUMENT)
    registry.misbehave(answering(200, kind="tags", body=page))
    options = SourceOptions(limits=Limits(document_size=len(page)))
    assert open_image(registry, options=options).tags(lambda _: None) == ("1.0",)
    with pytest.raises(LimitError, match="more than the 4,194,304 bytes"):
        tags_in(open_image, registry)


def test_what_no_tag_can_be_called_is_left_out(open_image: Opener) -> None:
    registry = registry_with("1.0")
    registry.misbehave(answering(200, kind="tags", body=b'{"tags": ["ok", "\\u001b[31m", "a b", "", "ok", "x/y"]}'))
    assert tags_in(open_image, registry) == ["ok"]


def test_a_repository_without_tags_has_none(open_image: Opener) -> None:
    registry = registry_with("1.0")
    registry.misbehave(answering(200, kind="tags", body=b'{"name": "team/app", "tags": null}'))
    assert tags_in(open_image, registry) == []


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        (
            refused(404, "NAME_UNKNOWN"),
            NotFoundError,
            "registry.example.com has no repository team/app",
        ),
        *(
            (reply, NotFoundError, "registry.example.com does not tell the tags in the repository team/app")
            for reply in (
                Reply(status=404),
                Reply(status=405),
                Reply(status=501),
                Reply(status=200, headers=(("content-type", "text/html"),), body=b"<html>"),
            )
        ),
        (refused(403, "DENIED"), AuthenticationError, "registry.example.com gives no access to team/app"),
        (Reply(status=500), SourceError, "status 500 Internal Server Error when asked for the tags in the repository"),
        (Reply(body=b'{"tags": "all"}'), DocumentError, "the list of tags is malformed"),
    ],
)
def test_other_answers_are_sentences(
    open_image: Opener, reply: Reply, error: type[ImgscopeError], message: str
) -> None:
    registry = registry_with("1.0")
    registry.misbehave(Fault(applies=of_kind("tags"), change=lambda *_: reply))
    with pytest.raises(error, match=message):
        tags_in(open_image, registry)


def test_a_registry_that_wants_a_login_says_so(open_image: Opener) -> None:
    registry = registry_with("1.0")
    registry.auth = Basic(username="me", password="secret")
    with pytest.raises(AuthenticationError, match="no credentials were found"):
        tags_in(open_image, registry)


@given(
    st.one_of(
        st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60),
        st.from_regex(r"<(https?:)?(//[a-z.:0-9]{0,12})?/?[a-z0-9/?=%#@]{0,20}>; ?rel=\"?next\"?", fullmatch=True),
    )
)
def test_C20_whatever_is_called_the_next_page_no_other_host_is_asked(link: str) -> None:
    registry = registry_with("1.0")
    following = linking(lambda _: link)
    following.times = 3
    registry.misbehave(following)
    reference = Reference.parse("registry.example.com/team/app")
    source = RegistrySource(
        reference, SourceOptions(), http=registry.transport(), sleep=lambda _: None, credentials=lambda _: Lookup()
    )
    with closing(source), suppress(ImgscopeError):
        source.tags(lambda _: None)
    assert {(seen.scheme, seen.host) for seen in registry.requests} == {("https", "registry.example.com")}
    assert len(registry.requests) <= 4
