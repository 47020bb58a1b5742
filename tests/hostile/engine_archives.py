"""Engines that send another archive than they should: endless, cut, or of other members."""

from __future__ import annotations

import gzip
from typing import Final

from tests.hostile.declared import MEBIBYTE
from tests.hostile.engine_lie import (
    ENGINE_LIES,
    LAYER_PATHS,
    MANIFEST_PATH,
    SAVED,
    changed,
    members,
    sends,
)
from tests.hostile.words import ENCODABLE
from tests.support.engine import Engine
from tests.support.images import device, directory, file, hard_link, symlink, to_json
from tests.support.registry_exchange import Reply
from tests.support.tars import header, member, pax

_LITTLE: Final = {"unpacked-size": 4 * MEBIBYTE}
_EIGHT_EIB: Final = b"\x80" + (2**63 - 512).to_bytes(11, "big")
_BYTES: Final = "\x1b]0;title\x07\x9b31m"


def _endless(engine: Engine, block: bytes, *, before: bytes = b"") -> None:
    """Send `before` with the first of `block`, and then `block` for ever."""
    body = block * max(1, 65536 // len(block))
    raw = b"HTTP/1.1 200 OK\r\n\r\n" + before + body if before else None
    engine.instead[SAVED] = Reply(body=body, raw=raw, endless=True)


@ENGINE_LIES.lie(3, "more than", limits=_LITTLE)
def endless_directories(engine: Engine) -> None:
    """An archive of directories without end."""
    _endless(engine, header(b"a/", flag=b"5"))


@ENGINE_LIES.lie(3, "more than", limits=_LITTLE)
def endless_files(engine: Engine) -> None:
    """An archive of empty files without end."""
    _endless(engine, header(b"a"))


@ENGINE_LIES.lie(3, "more than", limits=_LITTLE)
def endless_links(engine: Engine) -> None:
    """An archive of links without end."""
    _endless(engine, header(b"a", flag=b"2", link=b"b"))


@ENGINE_LIES.lie(3, "more than", limits=_LITTLE)
def endless_layer(engine: Engine) -> None:
    """A layer that goes on for ever."""
    path = LAYER_PATHS[0].encode()
    _endless(engine, bytes(65536), before=header(path, size=_EIGHT_EIB))


@ENGINE_LIES.lie(3, "more than", limits=_LITTLE)
def endless_file_of_no_layer(engine: Engine) -> None:
    """A file that is skipped for ever."""
    _endless(engine, bytes(65536), before=header(b"repositories", size=_EIGHT_EIB))


@ENGINE_LIES.lie(3, "sent more layers than the 2 that it told of", limits=_LITTLE)
def endless_layers_of_the_old_kind(engine: Engine) -> None:
    """Directories that may hold any layer, without end."""
    _endless(engine, header(b"a" * 64 + b"/layer.tar", size=1024) + bytes(1024))


@ENGINE_LIES.lie(3, "more than", limits=_LITTLE)
def endless_documents_of_the_old_kind(engine: Engine) -> None:
    """Documents beside layers, without end."""
    _endless(engine, member(b"a" * 64 + b"/json", to_json({"a": "b" * 500})))


@ENGINE_LIES.lie(3, "more than|is over", limits=_LITTLE)
def endless_headers_before_a_member(engine: Engine) -> None:
    """Extended headers without a member, without end."""
    _endless(engine, pax((b"comment", b"a" * 300)))


@ENGINE_LIES.lie(0)
def endless_end(engine: Engine) -> None:
    """Zeros after the whole image, without end: nothing of them is waited for."""
    _endless(engine, bytes(65536), before=engine.archive())


@ENGINE_LIES.lie(3, "does not match its digest")
def endless_words_after_a_broken_archive(engine: Engine) -> None:
    """What the engine says after half an image, without end."""
    before = engine.archive()[: engine.archive().index(b"1" * 1000) - 512]
    _endless(engine, b"x" * 65536, before=before)


@ENGINE_LIES.lie(3, "holds no image")
def archive_of_nothing(engine: Engine) -> None:
    """Not one byte."""
    engine.instead[SAVED] = Reply()


@ENGINE_LIES.lie(3, "stopped in the middle of the image")
def archive_that_is_none(engine: Engine) -> None:
    """A web page in the place of an archive."""
    engine.instead[SAVED] = Reply(body=b"<html>" * 1000)


@ENGINE_LIES.lie(3, "stopped in the middle of the image")
def archive_that_is_compressed(engine: Engine) -> None:
    """A gzipped archive, as files may be, but no engine sends one."""
    engine.instead[SAVED] = Reply(body=gzip.compress(engine.archive()))


@ENGINE_LIES.lie(3, "stopped in the middle of the image")
def archive_cut_in_its_first_header(engine: Engine) -> None:
    """A hundred bytes, as if they were all."""
    engine.instead[SAVED] = Reply(body=engine.archive()[:100])


@ENGINE_LIES.lie(3, "stopped in the middle of the image")
def archive_cut_in_a_layer(engine: Engine) -> None:
    """An archive ends in a layer, as if that were all."""
    engine.instead[SAVED] = Reply(body=engine.archive()[: engine.archive().index(b"1" * 1000) + 10_000])


@ENGINE_LIES.lie(3, "holds no image")
def archive_cut_before_its_documents(engine: Engine) -> None:
    """An archive without the documents that stand last in it."""
    changed(engine, {MANIFEST_PATH: None, "index.json": None, "oci-layout": None})


@ENGINE_LIES.lie(3, "stopped in the middle of the image")
def archive_cut_in_its_manifest(engine: Engine) -> None:
    """An archive ends in manifest.json, as if that were all."""
    engine.instead[SAVED] = Reply(body=engine.archive()[: engine.archive().index(b'[{"Config"') + 10])


@ENGINE_LIES.lie(3, "stopped in the middle of the image")
def last_words_in_words(engine: Engine) -> None:
    """What the engine says went wrong is nested three thousand deep."""
    engine.last_words = b'{"errorDetail":' + b"[" * 3000
    engine.cut_after = engine.archive().index(b"1" * 1000)


@ENGINE_LIES.lie(3, "stopped in the middle of the image: ")
def last_words_that_act(engine: Engine) -> None:
    """What the engine says went wrong has all that terminals and markup act on."""
    said = " ".join(ENCODABLE)
    engine.last_words = to_json({"errorDetail": {}, "error": said})[:4000]
    engine.cut_after = engine.archive().index(b"1" * 1000)


@ENGINE_LIES.lie(3, "could not be fetched")
def layer_that_leads_outside(engine: Engine) -> None:
    """A link to a file of this machine in the place of a layer."""
    changed(engine, {LAYER_PATHS[1]: symlink(LAYER_PATHS[1], "../../../../../../etc/passwd")})


@ENGINE_LIES.lie(3, "could not be fetched")
def layers_that_lead_in_circles(engine: Engine) -> None:
    """Links to each other in the place of layers."""
    below, above = LAYER_PATHS
    changed(engine, {below: symlink(below, f"/{above}"), above: symlink(above, f"/{below}")})


@ENGINE_LIES.lie(3, "could not be fetched")
def layer_that_is_another_name_of_one(engine: Engine) -> None:
    """A hard link to the lower layer in the place of the upper one."""
    changed(engine, {LAYER_PATHS[1]: hard_link(LAYER_PATHS[1], LAYER_PATHS[0])})


@ENGINE_LIES.lie(3, "could not be fetched")
def layers_that_are_no_files(engine: Engine) -> None:
    """A device and a directory in the place of layers."""
    changed(engine, {LAYER_PATHS[0]: device(LAYER_PATHS[0], 1, 5), LAYER_PATHS[1]: directory(LAYER_PATHS[1])})


@ENGINE_LIES.lie(3, "does not match its digest|unpacks to")
def layers_that_are_swapped(engine: Engine) -> None:
    """Each layer under the name of the other."""
    swapped = (file(here, members()[there].content) for here, there in zip(LAYER_PATHS, LAYER_PATHS[::-1], strict=True))
    changed(engine, {entry.path: entry for entry in swapped})


@ENGINE_LIES.lie(3, "does not match its digest")
def layer_of_other_bytes(engine: Engine) -> None:
    """What is no archive under the name of a layer."""
    changed(engine, {LAYER_PATHS[0]: file(LAYER_PATHS[0], _BYTES * 1000)})


@ENGINE_LIES.lie(3, "more than|unpacked-size", limits=_LITTLE)
def layer_that_is_a_bomb(engine: Engine) -> None:
    """A gzipped layer of 100 MB of zeros."""
    changed(engine, {LAYER_PATHS[1]: file(LAYER_PATHS[1], gzip.compress(bytes(100_000_000), 1))})


@ENGINE_LIES.lie(3, "more and larger documents", memory=128 * MEBIBYTE)
def documents_of_a_hundred_megabytes(engine: Engine) -> None:
    """Documents that no image needs, each as large as one may be."""
    content = b"{" + b" " * (4 * MEBIBYTE - 10) + b"}"
    sends(engine, *(file(f"blobs/sha256/{number:064x}", content) for number in range(25)))


@ENGINE_LIES.lie(3, "more than the 100,000 files")
def hundred_thousand_links(engine: Engine) -> None:
    """More members than an archive may have."""
    engine.instead[SAVED] = Reply(body=header(b"l", flag=b"2", link=b"x") * 100_001)


@ENGINE_LIES.lie(0)
def members_that_act(engine: Engine) -> None:
    """Names of members, long ones too, that act, climb, and are those of this machine's files."""
    names = [*ENCODABLE, "../../etc/passwd", "/etc/shadow", "a" * 10_000]
    extra = [file(name.replace("\x00", ""), "x") for name in names]
    sends(engine, *extra, *members().values(), *(symlink(f"l{at}", entry.path) for at, entry in enumerate(extra)))
