"""Names of images, as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import UsageError
from imgscope.oci.digest import Digest
from imgscope.oci.reference import Reference, parse_repository, same_image, same_repository

DIGEST = "sha256:" + "0123456789abcdef" * 4
SHA512 = "sha512:" + "0123456789abcdef" * 8

components = st.from_regex(r"[a-z0-9]{1,6}((\.|_|__|-{1,3})[a-z0-9]{1,6}){0,2}", fullmatch=True)
registries = st.one_of(
    st.sampled_from(
        ["docker.io", "ghcr.io", "localhost", "localhost:5000", "registry.example:443", "[::1]:5000", "MyHost"]
    ),
    st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,3})?\.[a-z]{2,5}(:[0-9]{1,5})?", fullmatch=True),
)
tags = st.from_regex(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}", fullmatch=True)
digests = st.sampled_from([Digest(DIGEST), Digest(SHA512)])


@st.composite
def references(draw: st.DrawFn) -> Reference:
    registry = draw(registries)
    repository = "/".join(draw(st.lists(components, min_size=1, max_size=4)))
    if registry == "docker.io" and "/" not in repository:
        repository = f"library/{repository}"
    tag, digest = draw(st.none() | tags), draw(st.none() | digests)
    return Reference(registry=registry, repository=repository, tag=tag or (None if digest else "latest"), digest=digest)


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("nginx", "docker.io", "library/nginx", "latest", None),
        ("nginx:1.25", "docker.io", "library/nginx", "1.25", None),
        ("org/app", "docker.io", "org/app", "latest", None),
        ("a/b/c", "docker.io", "a/b/c", "latest", None),
        ("docker.io/nginx", "docker.io", "library/nginx", "latest", None),
        ("index.docker.io/nginx", "docker.io", "library/nginx", "latest", None),
        ("docker.io/library/nginx:a", "docker.io", "library/nginx", "a", None),
        ("ghcr.io/org/app:v1", "ghcr.io", "org/app", "v1", None),
        ("localhost/app", "localhost", "app", "latest", None),
        ("localhost:5000/app", "localhost:5000", "app", "latest", None),
        ("host:5000/a/b:t", "host:5000", "a/b", "t", None),
        ("127.0.0.1:5000/app", "127.0.0.1:5000", "app", "latest", None),
        ("[::1]:5000/app", "[::1]:5000", "app", "latest", None),
        ("Host/app", "Host", "app", "latest", None),
        ("localhost:5000", "docker.io", "library/localhost", "5000", None),
        (f"nginx@{DIGEST}", "docker.io", "library/nginx", None, DIGEST),
        (f"ghcr.io/a/b:v1@{DIGEST}", "ghcr.io", "a/b", "v1", DIGEST),
        (f"ghcr.io/a/b@{SHA512}", "ghcr.io", "a/b", None, SHA512),
        ("a__b.c-d--e_f", "docker.io", "library/a__b.c-d--e_f", "latest", None),
        ("app:" + "t" * 128, "docker.io", "library/app", "t" * 128, None),
        ("app:_x.Y-z", "docker.io", "library/app", "_x.Y-z", None),
    ],
)
def test_C1_a_name_is_read_as_docker_reads_it(
    text: str, registry: str, repository: str, tag: str | None, digest: str | None
) -> None:
    parsed = Reference.parse(text)
    assert (parsed.registry, parsed.repository, parsed.tag, parsed.digest) == (registry, repository, tag, digest)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("App", "the name component 'App' is not allowed"),
        ("docker.io/App", "the name component 'App' is not allowed"),
        ("a//b", "is not allowed"),
        ("/a", "is not allowed"),
        ("a/", "is not allowed"),
        ("-a", "the name component '-a' is not allowed"),
        ("a-", "is not allowed"),
        ("a..b", "is not allowed"),
        ("a___b", "is not allowed"),
        ("a b", "is not allowed"),
        ("a\nb", "is not allowed"),
        ("ä", "is not allowed"),
        ("../../etc/passwd", "is not a host name"),
        ("host.example/../../v2", "is not allowed"),
        ("host.example/a?x=1", "is not allowed"),
        ("host.example/a%2f", "is not allowed"),
        ("ex_ample.com/a", "is not a host name"),
        ("host:port/a", "is not a host name"),
        ("user@host.example/a", "a name has nothing before its host"),
        ("http://host.example/a", "written like a web address"),
        ("nginx:", "the tag '' is not allowed"),
        ("nginx:.a", "the tag '.a' is not allowed"),
        ("nginx:-a", "the tag '-a' is not allowed"),
        ("nginx:ü", "is not allowed"),
        ("nginx:" + "t" * 129, "at most 128 characters"),
        ("nginx@", "'' is not a digest"),
        ("nginx@sha256:abc", "expected 64 lowercase hex digits after sha256:"),
        (f"nginx@{DIGEST.upper()}", "is not a digest"),
        (f"nginx@{DIGEST}@{DIGEST}", "is not a digest"),
        ("a" * 64, "look like an image ID"),
        ("host.example/" + "a/" * 130 + "a", "longer than 255 characters"),
    ],
)
def test_C1_what_is_no_name_is_refused_with_the_part_that_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(UsageError) as failed:
        Reference.parse(text)
    assert complaint in failed.value.message


@pytest.mark.parametrize("text", ["https://me:s3cret@host.example/a", "me:s3cret@host.example/a", "s3cret@h/a:1"])
def test_C69_a_password_in_a_name_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as failed:
        Reference.parse(text)
    assert "s3cret" not in failed.value.message
    assert "docker login" in (failed.value.hint or "")


def test_C1_a_name_of_255_characters_with_its_host_is_the_longest() -> None:
    repository = "a" * (255 - len("host.example/"))
    assert Reference.parse(f"host.example/{repository}").repository == repository
    with pytest.raises(UsageError, match="longer than 255"):
        Reference.parse(f"host.example/{repository}a")


def test_C1_a_bare_identifier_is_refused_with_advice() -> None:
    with pytest.raises(UsageError) as failed:
        Reference.parse("0123456789abcdef" * 4)
    assert failed.value.hint == "use NAME@sha256:… or a tag"
    assert Reference.parse("0123456789abcdef" * 4 + ":tag").repository == "library/" + "0123456789abcdef" * 4


def test_C1_with_tag_and_digest_the_digest_decides() -> None:
    assert Reference.parse(f"nginx:1@{DIGEST}").target == DIGEST
    assert Reference.parse("nginx:1").target == "1"


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [("nginx", "registry-1.docker.io"), ("quay.io/a/b", "quay.io"), ("localhost:1/a", "localhost:1")],
)
def test_C1_the_hub_is_served_by_another_host_than_its_name(text: str, endpoint: str) -> None:
    assert Reference.parse(text).endpoint == endpoint


@given(references())
def test_a_reference_in_full_parses_to_itself(reference: Reference) -> None:
    assert Reference.parse(str(reference)) == reference


@given(references())
def test_the_familiar_form_means_the_same_and_is_never_longer(reference: Reference) -> None:
    assert Reference.parse(reference.familiar) == reference
    assert len(reference.familiar) <= len(str(reference))


@pytest.mark.parametrize(
    ("text", "familiar"),
    [
        ("docker.io/library/nginx:1", "nginx:1"),
        ("docker.io/org/app", "org/app:latest"),
        ("docker.io/library/a/b", "library/a/b:latest"),
        ("docker.io/localhost/app", "docker.io/localhost/app:latest"),
        ("docker.io/library/" + "a" * 64, "library/" + "a" * 64 + ":latest"),
        ("quay.io/a/b", "quay.io/a/b:latest"),
        (f"docker.io/library/nginx@{DIGEST}", f"nginx@{DIGEST}"),
    ],
)
def test_the_familiar_form_is_what_people_type(text: str, familiar: str) -> None:
    assert Reference.parse(text).familiar == familiar


@given(st.text(max_size=300))
def test_any_text_is_a_reference_or_a_usage_error(text: str) -> None:
    try:
        parsed = Reference.parse(text)
    except UsageError:
        return
    assert Reference.parse(str(parsed)) == parsed


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("app", "docker.io/library/app:latest", True),
        ("app:1", "library/app:1", True),
        ("app:1", "app:2", False),
        ("app", "quay.io/library/app", False),
        ("not a name", "not a name", False),
    ],
)
def test_two_names_of_one_image_are_known_as_such(one: str, other: str, same: bool) -> None:
    assert same_image(one, other) is same


@pytest.mark.parametrize(
    ("text", "registry", "repository"),
    [
        ("nginx", "docker.io", "library/nginx"),
        ("docker://ghcr.io/org/app", "ghcr.io", "org/app"),
        ("localhost:5000/app", "localhost:5000", "app"),
        ("localhost:5000/a/b", "localhost:5000", "a/b"),
    ],
)
def test_the_name_of_a_repository_is_an_image_without_its_tag(text: str, registry: str, repository: str) -> None:
    parsed = parse_repository(text)
    assert (parsed.registry, parsed.repository) == (registry, repository)


@pytest.mark.parametrize("name", ["nginx", "localhost:5000/a/b", "ghcr.io/org/app"])
@pytest.mark.parametrize("suffix", [":1.0", f"@{DIGEST}", f":1.0@{DIGEST}"])
def test_an_image_where_a_repository_is_expected_is_told_how_to_write_it(name: str, suffix: str) -> None:
    with pytest.raises(UsageError) as failed:
        parse_repository(name + suffix)
    assert failed.value.message == f"{name + suffix!r} names an image, where a repository is expected"
    assert failed.value.hint == f"leave out the tag or digest: {name}"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("app", "docker.io/library/app:2", True),
        ("docker://app:1", f"app@{DIGEST}", True),
        ("localhost:5000/web:1", f"localhost:5000/web@{DIGEST}", True),
        ("localhost:5000/web", "localhost:5001/web", False),
        ("oci:build/app:1", "oci:build/app:2", True),
        ("oci:app", f"oci:app@{DIGEST}", True),
        ("oci:one", "oci:two", False),
        ("docker-archive:a.tar", "docker-archive:b.tar", False),
        ("docker-archive:a.tar:app:1", "docker-archive:a.tar:app:2", True),
        ("podman:app:1", "podman:app:2", True),
        ("podman:app:1", "docker-daemon:app:1", False),
        ("podman:sha256:1234", "podman:sha256:5678", False),
        ("oci:app", "app", False),
    ],
)
def test_names_are_of_one_repository_whatever_their_tags_and_digests(one: str, other: str, is_same: bool) -> None:
    assert same_repository(one, other) is is_same
    assert same_repository(other, one) is is_same


@given(st.text(max_size=100))
def test_any_text_is_of_the_repository_that_it_is_of_itself(text: str) -> None:
    assert same_repository(text, text)


@given(st.text(max_size=100))
def test_any_text_is_a_repository_or_a_usage_error(text: str) -> None:
    try:
        parsed = parse_repository(text)
    except UsageError:
        return
    assert Reference.parse(f"{parsed.registry}/{parsed.repository}") == parsed
