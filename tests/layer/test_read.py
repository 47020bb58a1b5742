from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator

import pytest
import xxhash

from imgscope.errors import Cancelled, NotFoundError
from imgscope.layer.index import EntryType
from imgscope.layer.read import read_layer
from imgscope.layer.wants import Wants
from imgscope.limits import Budget, Limits
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from tests.layer.reading import LAYER_TYPE, pieces, read
from tests.support import elf
from tests.support.images import directory, file, layer, opaque, symlink, tar, whiteout
from tests.support.tars import END, header, member, pax

ENTRIES = (
    directory("etc"),
    file("etc/os-release", "ID=example\n"),
    file("bin/app", elf.glibc_program(), mode=0o755),
    symlink("bin/link", "app"),
)
ARCHIVE = tar(ENTRIES)


@pytest.mark.parametrize("compression", ["gzip", "zstd", "none"])
def test_a_layer_is_read_to_an_index_of_everything_kept_of_it(compression: str) -> None:
    built = layer(*ENTRIES, compression=compression)  # type: ignore[arg-type]
    index = read(built.blob, diff_id=Digest(built.diff_id), wants=["etc/os-release"])
    assert (index.digest, index.diff_id) == (built.digest, built.diff_id)
    assert (index.compression, index.compressed_size, index.tar_size) == (compression, len(built.blob), len(built.tar))
    assert (index.file_count, index.unpacked_size) == (2, len("ID=example\n") + len(elf.glibc_program()))
    assert [entry.path for entry in index.entries] == ["etc", "etc/os-release", "bin/app", "bin/link"]
    assert index.captured == {"etc/os-release": b"ID=example\n"}
    assert (index.error, index.hint, index.anomalies) == (None, None, ())


def test_elf_facts_are_read_of_what_is_elf_by_its_first_bytes() -> None:
    _, text, program, _ = read(ARCHIVE).entries
    assert text.elf is None
    assert program.elf is not None
    assert program.elf.interpreter == elf.GLIBC_LOADER


def test_a_layer_of_no_bytes_is_empty() -> None:
    index = read(b"")
    assert (index.error, index.entries, index.compression) == (None, (), "none")
    assert index.diff_id == f"sha256:{hashlib.sha256().hexdigest()}"


@pytest.mark.parametrize("chunk_size", [1, 13, 511, 513, 100_000])
@pytest.mark.parametrize("compression", ["gzip", "zstd", "none"])
def test_chunks_of_any_size_give_the_same_index(compression: str, chunk_size: int) -> None:
    blob = layer(*ENTRIES, compression=compression).blob  # type: ignore[arg-type]
    assert read(blob, chunk_size=chunk_size, wants=["**/os-release"]) == read(blob, wants=["**/os-release"])


def test_C37_the_diff_id_covers_what_follows_the_archive() -> None:
    archive = ARCHIVE + bytes(3000) + b"trailer"
    index = read(gzip.compress(archive), diff_id=Digest.of(archive))
    assert index.error is None
    assert index.diff_id == Digest.of(archive)


def test_C36_bytes_after_the_compressed_data_are_remarked() -> None:
    index = read(gzip.compress(ARCHIVE) + b"trailer")
    assert index.error is None
    assert [anomaly.message for anomaly in index.anomalies] == ["has bytes after the end of the gzip data"]


def test_an_archive_other_than_the_configuration_promises_is_an_error() -> None:
    promised = Digest.of(b"something else")
    index = read(gzip.compress(ARCHIVE), diff_id=promised)
    assert index.error == (f"unpacks to {Digest.of(ARCHIVE)}, but the configuration promises {promised}")
    assert index.hint == "manifest and configuration do not belong together; push the image again"
    assert len(index.entries) == len(ENTRIES)


def test_C2_a_promised_sha_512_is_verified_too() -> None:
    digest = f"sha512:{hashlib.sha512(ARCHIVE).hexdigest()}"
    index = read(gzip.compress(ARCHIVE), diff_id=Digest(digest))
    assert (index.error, index.diff_id) == (None, digest)
    other = Digest(f"sha512:{'0' * 128}")
    assert read(ARCHIVE, diff_id=other).error == f"unpacks to {digest}, but the configuration promises {other}"


def test_C2_a_promised_digest_of_an_unknown_algorithm_is_not_taken_for_verified() -> None:
    index = read(ARCHIVE, diff_id=Digest("blake9:abc"))
    assert (index.error, index.diff_id) == (None, Digest.of(ARCHIVE))


def test_a_damaged_blob_is_named_as_such_though_its_archive_looks_malformed_first() -> None:
    blob = bytearray(ARCHIVE + bytes(100_000))
    sent = bytes(blob)
    blob[600] ^= 0xFF
    index = read(sent, chunks=pieces(bytes(blob), 1000))
    assert index.error is not None
    assert index.error.startswith(f"does not match its digest {Digest.of(sent)}")


def test_what_came_before_damage_is_kept_and_the_promised_digest_stands_for_the_unread_archive() -> None:
    promised = Digest.of(b"promised")
    archive = member(b"good", b"content") + header(b"bad", checksum=b"000000\0 ") + END
    index = read(archive, diff_id=promised)
    assert [entry.path for entry in index.entries] == ["good"]
    assert index.diff_id == promised
    assert read(archive).diff_id == ""


def test_a_source_that_fails_midway_leaves_what_it_gave() -> None:
    def failing() -> Iterator[bytes]:
        yield ARCHIVE[:2048]
        raise NotFoundError("example.com has no such blob any more", hint="push the image again")

    index = read(ARCHIVE, chunks=failing())
    assert index.error == "could not be fetched to its end: example.com has no such blob any more"
    assert index.hint == "push the image again"
    assert [entry.path for entry in index.entries] == ["etc", "etc/os-release"]


def test_C35_an_encrypted_layer_is_named_as_such() -> None:
    index = read(b"\x9f\x01secret", media_type=f"{LAYER_TYPE}+gzip+encrypted")
    assert index.error == "is encrypted, so nothing but its size can be told"
    assert (index.compression, index.compressed_size) == ("unknown", 8)


def test_stopping_passes_through() -> None:
    def stop(_: int) -> None:
        raise Cancelled("stopped")

    descriptor = Descriptor(media_type=LAYER_TYPE, digest=Digest.of(ARCHIVE), size=len(ARCHIVE))
    with pytest.raises(Cancelled):
        read_layer([ARCHIVE], descriptor, diff_id=None, wants=Wants([]), received=stop)


def test_progress_tells_the_bytes_received_so_far() -> None:
    received: list[int] = []
    descriptor = Descriptor(media_type=LAYER_TYPE, digest=Digest.of(ARCHIVE), size=len(ARCHIVE))
    read_layer(pieces(ARCHIVE, 4096), descriptor, diff_id=None, wants=Wants([]), received=received.append)
    assert received == [min(4096 * count, len(ARCHIVE)) for count in range(1, -(-len(ARCHIVE) // 4096) + 1)]


def test_limits_on_entries_end_the_listing_with_an_error() -> None:
    index = read(ARCHIVE, limits=Limits(entry_count=2))
    assert index.error == "brings the image to more than the 2 entries that are read"
    assert [entry.path for entry in index.entries] == ["etc", "etc/os-release"]


def test_C60_limits_on_unpacked_bytes_end_a_bomb() -> None:
    bomb = member(b"good", b"content") + header(b"zeros", size=10**8) + bytes(10**8)
    index = read(gzip.compress(bomb, 1), limits=Limits(unpacked_size=10**7))
    assert index.error == "unpacks the image to more than the 10,000,000 bytes that are read"
    assert [entry.path for entry in index.entries] == ["good"]
    assert index.tar_size <= 10**7


def test_limits_hold_for_all_layers_that_share_a_budget() -> None:
    limits = Limits(entry_count=len(ENTRIES) + 1)
    budget = Budget(limits)
    first, second = (read(ARCHIVE, limits=limits, budget=budget) for _ in range(2))
    assert first.error is None
    assert second.error == f"brings the image to more than the {limits.entry_count} entries that are read"
    assert len(second.entries) == 1


def test_files_that_are_wanted_but_too_large_are_remarked_and_not_kept() -> None:
    index = read(ARCHIVE, limits=Limits(captured_file_size=5), wants=["etc/os-release"])
    assert (index.error, index.captured) == (None, {})
    assert [(anomaly.path, anomaly.message) for anomaly in index.anomalies] == [
        ("etc/os-release", "is larger than the 5 bytes that are read of such a file")
    ]


def test_more_wanted_files_than_may_be_kept_end_the_listing() -> None:
    archive = tar([file(f"list/{number}", b"x" * 1000) for number in range(10)])
    index = read(archive, limits=Limits(kept_size=3500), wants=["list/*"])
    assert index.error == "has files that need more than the 3,500 bytes kept of an image"
    assert list(index.captured) == ["list/0", "list/1", "list/2"]


def test_C62_more_extended_headers_than_may_be_kept_end_the_listing() -> None:
    archive = b"".join(pax((b"SCHILY.xattr.user.bulk", b"x" * 1000)) + header(b"%d" % each) for each in range(10))
    index = read(archive + END, limits=Limits(kept_size=3500))
    assert index.error == "brings the extended headers of the image to more than what is kept in memory of it"
    assert len(index.entries) == 3


def test_C67_more_names_in_programs_than_may_be_kept_end_the_listing() -> None:
    archive = tar([file(f"bin/{number}", elf.program("/lib/ld.so", ["lib" + "a" * 1000])) for number in range(9)])
    index = read(archive, limits=Limits(kept_size=3500))
    assert index.error == "has files that need more than the 3,500 bytes kept of an image"
    assert len(index.entries) == 3


def test_whiteouts_are_entries_and_count_neither_as_files_nor_in_bytes() -> None:
    index = read(tar([file("a", "abc"), whiteout("b"), opaque("c"), file("d/.wh..wh.plnk/1.2", "xyz")]))
    assert len(index.entries) == 4
    assert (index.file_count, index.unpacked_size) == (1, 3)


def test_anomalies_are_kept_up_to_a_thousand() -> None:
    archive = header(b"../climber") * 1500 + END
    assert len(read(archive).anomalies) == 1000


def test_content_in_many_chunks_has_the_fingerprint_of_the_whole() -> None:
    content = bytes(range(256)) * 1000
    index = read(tar([file("large", content)]), chunk_size=999)
    (entry,) = index.entries
    assert entry.type is EntryType.FILE
    assert entry.fingerprint == xxhash.xxh3_128_digest(content)
