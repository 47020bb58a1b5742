"""Layers that are small and become large, that end too early, or that are not what their descriptor says."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path
from typing import Final

from tests.hostile.case import CORPUS, SOUND, digest, layout, raw, write
from tests.support.image_files import blob_path
from tests.support.images import compress, descriptor, file, image, layer, tar
from tests.support.tars import END, ZERO_BLOCK, base_256, header, member, pax, record

_MEBIBYTE: Final = 1024 * 1024
_ARCHIVE: Final = tar([file("a", "a" * 5000), file("b", "b" * 5000)])
_LAYER_TYPE: Final = "application/vnd.oci.image.layer.v1.tar+gzip"


def _bomb() -> bytes:
    return tar([file("zeros", bytes(128 * _MEBIBYTE))])


@CORPUS.case(0)
def gzip_bomb(path: Path) -> str:
    """128 MiB that are 128 kB as stored: read in bounded pieces, and listed as what it is."""
    return raw(path, _bomb())


@CORPUS.case(0)
def zstd_bomb(path: Path) -> str:
    """128 MiB that are 12 kB as stored, of which one call of a decoder would return all."""
    return raw(path, _bomb(), compression="zstd")


@CORPUS.case(0)
def thousands_of_gzip_members(path: Path) -> str:
    """A member for each 16 bytes of an archive: joined to one stream, without a step that grows with their number."""
    pieces = [_ARCHIVE[start : start + 16] for start in range(0, len(_ARCHIVE), 16)]
    empty = gzip.compress(b"", mtime=0)
    return raw(path, _ARCHIVE, b"".join(gzip.compress(piece, mtime=0) + empty * 10 for piece in pieces))


@CORPUS.case(3, "too much memory")
def zstd_window_of_2_gib(path: Path) -> str:
    """A frame that wants 2 GiB of memory to be decoded: refused."""
    frame = struct.pack("<I", 0xFD2FB528) + bytes([0x00, (31 - 10) << 3]) + bytes([1, 0, 0])
    return raw(path, _ARCHIVE, frame, compression="zstd")


@CORPUS.case(3, "ends in the middle of its gzip data|gzip")
def cut_in_the_gzip_header(path: Path) -> str:
    """Five bytes of a gzip header and nothing else."""
    return raw(path, _ARCHIVE, gzip.compress(_ARCHIVE)[:5])


@CORPUS.case(3, "ends in the middle of its gzip data")
def cut_in_the_gzip_data(path: Path) -> str:
    """Half of the compressed data."""
    blob = gzip.compress(_ARCHIVE)
    return raw(path, _ARCHIVE, blob[: len(blob) // 2])


@CORPUS.case(3, "ends in the middle of its gzip data")
def cut_in_the_gzip_trailer(path: Path) -> str:
    """All data and no checksum."""
    return raw(path, _ARCHIVE, gzip.compress(_ARCHIVE)[:-4])


@CORPUS.case(3, "zstd data")
def cut_in_the_zstd_data(path: Path) -> str:
    """A zstd frame without its end."""
    return raw(path, _ARCHIVE, compress(_ARCHIVE, "zstd")[:-3], compression="zstd")


@CORPUS.case(3, "ends too early")
def cut_in_a_header(path: Path) -> str:
    """An archive that ends 100 bytes into a header."""
    return raw(path, _ARCHIVE[: 512 + 5120 + 100])


@CORPUS.case(3, "ends too early")
def cut_in_the_content(path: Path) -> str:
    """An archive that ends in the content of a file."""
    return raw(path, _ARCHIVE[:3000])


@CORPUS.case(0)
def cut_before_the_end_marks(path: Path) -> str:
    """An archive without the two empty blocks that end it, which real tools leave out as well."""
    return raw(path, member(b"a", b"a" * 600))


@CORPUS.case(3, "empty block")
def one_empty_block_and_more(path: Path) -> str:
    """What makes tarfile end its list without a word."""
    return raw(path, member(b"a", b"a") + ZERO_BLOCK + member(b"b", b"b") + END)


@CORPUS.case(3, "checksum")
def header_with_a_wrong_checksum(path: Path) -> str:
    """What makes tarfile end its list without a word, too."""
    return raw(path, member(b"a", b"a") + header(b"b", checksum=b"000001\0 ") + END)


@CORPUS.case(3, "size")
def negative_size(path: Path) -> str:
    """A size below zero, which would hide the next member."""
    return raw(path, header(b"a", size=base_256(-512)) + member(b"hidden", b"x") + END)


@CORPUS.case(3)
def size_of_2_to_the_63(path: Path) -> str:
    """A size that makes streams spin: one that no archive can have."""
    return raw(path, header(b"a", size=base_256(2**63 - 1)) + END)


@CORPUS.case(3)
def size_that_is_infinite(path: Path) -> str:
    """An extended header with `size=inf`, and another with `mtime=nan`."""
    return raw(path, pax((b"size", b"inf"), (b"mtime", b"nan")) + member(b"a", b"a") + END)


@CORPUS.case(3, "extended header|1,048,576")
def extended_header_of_8_gib(path: Path) -> str:
    """A header that says that 8 GiB of records follow: refused before a byte of them is kept (CVE-2025-58183)."""
    return raw(path, header(b"PaxHeaders/a", size=b"77777777777\0", flag=b"x") + END)


@CORPUS.case(0)
def extended_value_of_100_000_characters(path: Path) -> str:
    """An attribute longer than any file system stores, and within what is read."""
    return raw(path, pax((b"SCHILY.xattr.user.long", b"x" * 100_000)) + member(b"a", b"a") + END)


@CORPUS.case(3)
def sparse_map_without_end(path: Path) -> str:
    """A GNU sparse map of 10⁹ places in a file of 512 bytes."""
    records = pax((b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.name", b"a"))
    return raw(path, records + member(b"a", b"1000000000\n" + b"0\n" * 250) + END)


@CORPUS.case(0, "9223372036854775807")
def sparse_file_of_8_eib(path: Path) -> str:
    """A hole of 2⁶³ bytes: real files have large ones, so it is listed, and nobody hashes it."""
    fields = ((b"GNU.sparse.size", b"%d" % (2**63 - 1)), (b"GNU.sparse.numblocks", b"0"), (b"GNU.sparse.name", b"a"))
    return raw(path, pax(*fields) + member(b"a") + END)


@CORPUS.case(3)
def extended_record_that_is_longer_than_its_header(path: Path) -> str:
    """A record whose length reaches into the next member."""
    whole = record(b"path", b"x")
    return raw(path, member(b"PaxHeaders/a", b"999" + whole[1:], flag=b"x") + member(b"a", b"a") + END)


@CORPUS.case(3, "has the digest|digest")
def blob_with_another_digest(path: Path) -> str:
    """A layer that was changed where it is stored."""
    name = layout(path, SOUND, layer(file("a", "a" * 600)))
    blob = path / blob_path(layer(file("a", "a" * 600)).digest)
    blob.write_bytes(gzip.compress(tar([file("a", "b" * 600)]), mtime=0).ljust(blob.stat().st_size, b"\0"))
    return name


def _described(path: Path, **changed: object) -> str:
    """An image whose second layer has another descriptor than its blob."""
    built = layer(file("a", "a" * 600))
    layers = [descriptor(SOUND.blob, _LAYER_TYPE), {**descriptor(built.blob, _LAYER_TYPE), **changed}]
    return layout(path, SOUND, built, manifest_fields={"layers": layers})


@CORPUS.case(3, "bytes")
def blob_longer_than_its_descriptor_says(path: Path) -> str:
    """More bytes than were promised: not one more is read."""
    return _described(path, size=10)


@CORPUS.case(3, "bytes")
def blob_shorter_than_its_descriptor_says(path: Path) -> str:
    """Fewer bytes than were promised."""
    return _described(path, size=10**15)


@CORPUS.case(3, "blob")
def missing_blob(path: Path) -> str:
    """A layer that is not there: the others are read."""
    return _described(path, digest=digest(b"nowhere"))


@CORPUS.case(3, "diff_id|unpacks to")
def another_diff_id(path: Path) -> str:
    """A layer that unpacks to something else than the configuration promises."""
    built = image([SOUND])
    root = {"type": "layers", "diff_ids": [digest(b"something else")]}
    return layout(path, *built.layers, config_fields={"rootfs": root})


@CORPUS.case(3)
def every_layer_fails(path: Path) -> str:
    """An image of which nothing can be read but its documents: a report all the same."""
    layers = [layer(raw=header(b"a", checksum=b"000001\0 ") + bytes([number] * 512)) for number in range(20)]
    return layout(path, *layers)


@CORPUS.case(0)
def blob_of_no_bytes(path: Path) -> str:
    """A layer that is empty as stored."""
    return raw(path, b"", b"", compression="none")


@CORPUS.case(0)
def layer_five_hundred_times(path: Path) -> str:
    """One layer 500 times: read once."""
    return layout(path, *[layer(file("a", "a"))] * 500)


@CORPUS.case(3)
def layers_of_a_fifo(path: Path) -> str:
    """A named pipe in the place of a blob: opening it would wait for ever."""
    import os

    built = layer(file("a", "a" * 600))
    name = layout(path, SOUND, built)
    blob = path / blob_path(built.digest)
    blob.unlink()
    os.mkfifo(blob)
    return name


@CORPUS.case(3)
def blob_that_is_a_link_out_of_the_layout(path: Path) -> str:
    """A symbolic link to a file of this machine in the place of a blob."""
    built = layer(file("a", "a" * 600))
    name = layout(path / "layout", SOUND, built)
    write(path / "outside", built.blob)
    blob = path / "layout" / blob_path(built.digest)
    blob.unlink()
    blob.symlink_to(path / "outside")
    return name


@CORPUS.case(3)
def blob_that_is_a_directory(path: Path) -> str:
    """A directory in the place of a blob."""
    built = layer(file("a", "a" * 600))
    name = layout(path, SOUND, built)
    blob = path / blob_path(built.digest)
    blob.unlink()
    blob.mkdir()
    return name


@CORPUS.case(0)
def configuration_with_fewer_layers_than_the_manifest(path: Path) -> str:
    """Two layers, and a configuration that knows one of them: neither is taken for the other."""
    fields = json.loads(image([SOUND]).config)
    return layout(path, SOUND, layer(file("a", "a")), config_fields={"rootfs": fields["rootfs"]})
