"""What is kept of an archive that passed by."""

from __future__ import annotations

import pytest

from imgscope.errors import LimitError, NotFoundError, SourceError
from imgscope.limits import Limits
from imgscope.oci.digest import Digest
from imgscope.oci.document import LARGEST_DOCUMENT
from imgscope.sources.daemon.passage import Passage
from imgscope.sources.daemon.passed import PassedFiles
from tests.support.images import file, tar


@pytest.fixture
def files() -> PassedFiles:
    """A document, the start of a layer, and a link to that."""
    files = PassedFiles("docker-daemon:app")
    files.add("manifest.json", 2, b"[]")
    files.add("layer.tar", 1000, b"start")
    files.add_link("other/layer.tar", "layer.tar")
    return files


def content(files: PassedFiles, name: str, start: int = 0, length: int | None = None) -> bytes:
    with files.open(name, start, length) as pieces:
        return b"".join(pieces)


def test_documents_are_whole_and_links_lead_to_what_they_name(files: PassedFiles) -> None:
    assert content(files, "manifest.json") == b"[]"
    assert content(files, "manifest.json", 1, 5) == b"]"
    assert content(files, "other/layer.tar", 0, 4) == b"star"
    assert files.size("other/layer.tar") == 1000
    assert files.digest("manifest.json") == Digest.of(b"[]")


def test_what_was_not_kept_is_not_made_up(files: PassedFiles) -> None:
    with pytest.raises(SourceError, match="has passed by"):
        content(files, "layer.tar")
    with pytest.raises(NotFoundError, match=r"no file index\.json"):
        content(files, "index.json")
    assert not files.has("index.json")


def test_a_digest_that_was_taken_in_passing_is_known(files: PassedFiles) -> None:
    files.add_digest("layer.tar", Digest.of(b"all of it"))
    assert files.digest("other/layer.tar") == Digest.of(b"all of it")


def test_a_link_that_leads_to_itself_leads_nowhere(files: PassedFiles) -> None:
    files.add_link("a", "b")
    files.add_link("b", "a")
    assert not files.has("a")


def test_K_documents_without_end_are_refused(files: PassedFiles) -> None:
    for number in range(16):
        files.add(f"{number}.json", 4_000_000, bytes(4_000_000))
    with pytest.raises(LimitError):
        files.add("last.json", 4_000_000, bytes(4_000_000))


@pytest.mark.parametrize("setting", ["document_size", "archive_manifest_size"])
def test_of_a_stream_documents_are_kept_that_are_as_large_as_the_user_lets_them_be(setting: str) -> None:
    largest, larger = b"{" + b" " * LARGEST_DOCUMENT, b"{" + b" " * (LARGEST_DOCUMENT + 1)
    names = [f"{digit * 64}.json" for digit in "01"]
    files = PassedFiles("docker-daemon:app")
    passage = Passage(
        [tar([file(names[0], largest), file(names[1], larger)])],
        files,
        diff_ids=(),
        known=(),
        limits=Limits(**{setting: len(largest)}),
        title="Docker",
    )
    assert list(passage.layers()) == []
    assert content(files, names[0]) == largest
    assert files.size(names[1]) == len(larger)
    with pytest.raises(SourceError, match="has passed by"):
        content(files, names[1])
