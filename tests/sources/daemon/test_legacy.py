"""Layers of a legacy docker save, recognised by the ID of their directory."""

from __future__ import annotations

import pytest

from imgscope.oci.digest import Digest
from imgscope.sources.daemon import legacy
from imgscope.sources.daemon.legacy import Recognizer
from tests.support.images import file, layer
from tests.support.saved import legacy_ids

# As Docker 20.10.24 wrote them: the lowest two of six layers.
_CONFIG = (
    '"created":"1970-01-01T00:00:00Z","container_config":{"Hostname":"","Domainname":"","User":"","AttachStdin":false,'
    '"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":null,'
    '"Image":"","Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":null},"os":"linux"}'
)
LOWEST = "01e4e3fae783460bac24c09977f7003f43400734609eab1af89b43472e04c43e"
SECOND = "45721c45e37137085e388114e781806a658092484633d40e7967b6f47fdad366"
DIFF_IDS = (
    Digest("sha256:13cd87ff345d3250ab584a4670a19f35c5c54582d172f14ccbd0fb996a73a39d"),
    Digest("sha256:0e78f384a0dd54b48df06ab38aef8644760e59065d833f103f7a95570f381150"),
)


def test_layers_that_docker_itself_saved_are_recognised() -> None:
    lowest = f'{{"id":"{LOWEST}",{_CONFIG}'.encode()
    second = f'{{"id":"{SECOND}","parent":"{LOWEST}",{_CONFIG}'.encode()
    assert Recognizer(DIFF_IDS).layer_of(LOWEST, lowest) == DIFF_IDS[0]
    assert Recognizer(DIFF_IDS).layer_of(SECOND, second) == DIFF_IDS[1]


def test_every_layer_is_recognised() -> None:
    layers = tuple(layer(file(name)) for name in "abc")
    diff_ids = [Digest(each.diff_id) for each in layers]
    assert [Recognizer(diff_ids).layer_of(*each) for each in legacy_ids(layers)] == diff_ids


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"parent":1}', b'{"id":"\\ud800"}', b"\xff", b"[" * 100_000])
def test_what_is_no_document_of_docker_recognises_nothing(document: bytes) -> None:
    assert Recognizer(DIFF_IDS).layer_of(LOWEST, document) is None


def test_another_document_does_not_recognise_a_layer() -> None:
    assert Recognizer(DIFF_IDS).layer_of(LOWEST, f'{{"id":"{LOWEST}","author":"me",{_CONFIG}'.encode()) is None


def test_no_more_documents_are_tried_than_there_are_layers() -> None:
    layers = tuple(layer(file(name)) for name in "abc")
    diff_ids = [Digest(each.diff_id) for each in layers]
    recognizer = Recognizer(diff_ids)
    first, *_ = legacy_ids(layers)
    assert [recognizer.layer_of(*first) for _ in range(4)] == [diff_ids[0]] * 3 + [None]


def test_recognising_layers_takes_no_more_than_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy, "_MOST_HASHED", 2500)
    layers = tuple(layer(file(name)) for name in "abc")
    recognizer = Recognizer([Digest(each.diff_id) for each in layers])
    found = [recognizer.layer_of(*each) for each in legacy_ids(layers)]
    assert found[0] == layers[0].diff_id
    assert found[1:] == [None, None]
