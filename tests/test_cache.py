"""The layer cache: what was read once is not read again, and nothing that is wrong with it changes a result."""

from __future__ import annotations

import os
import resource
import time
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import msgspec
import pytest

from imgscope.cache import LayerCache
from imgscope.known_images import KnownImage, KnownImages
from imgscope.layer.index import EntryType, LayerEntry, LayerIndex
from imgscope.layer.wants import Wants
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor

WANTS = Wants(["**/os-release"])
DIFF_ID = Digest.of(b"archive")
ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd"
DESCRIPTOR = Descriptor(digest=Digest.of(b"blob"), size=123, media_type="application/vnd.oci.image.layer.v1.tar+gzip")


def layer_index(diff_id: str = DIFF_ID, *, path: str = "etc/os-release", error: str | None = None) -> LayerIndex:
    return LayerIndex(
        digest=str(DESCRIPTOR.digest),
        diff_id=str(diff_id),
        compression="gzip",
        compressed_size=123,
        tar_size=2048,
        unpacked_size=9,
        file_count=1,
        entries=(LayerEntry(path=path, type=EntryType.FILE, size=9, mode=0o644, fingerprint=bytes(16)),),
        captured={path: b"ID=debian"},
        error=error,
    )


@pytest.fixture
def cache(tmp_path: Path) -> LayerCache:
    return LayerCache(tmp_path / "cache")


def entry_file(cache: LayerCache) -> Path:
    (entry,) = cache.directory.glob("layers-*/*.layer")
    return entry


def test_a_layer_that_was_stored_is_found_again_by_its_diff_id(cache: LayerCache) -> None:
    cache.store(layer_index(), WANTS)

    assert cache.load(DESCRIPTOR, DIFF_ID, WANTS) == layer_index()


def test_a_hit_carries_the_digest_and_size_of_the_blob_that_was_asked_for(cache: LayerCache) -> None:
    """The same archive compressed in another way is another blob."""
    cache.store(layer_index(), WANTS)
    other = msgspec.structs.replace(DESCRIPTOR, digest=Digest.of(b"recompressed"), size=99, media_type=ZSTD)

    found = cache.load(other, DIFF_ID, WANTS)

    assert found is not None
    assert (found.digest, found.compressed_size, found.compression) == (other.digest, 99, "zstd")


def test_a_layer_without_a_diff_id_is_never_taken_from_the_cache(cache: LayerCache) -> None:
    cache.store(layer_index(), WANTS)

    assert cache.load(DESCRIPTOR, None, WANTS) is None


def test_a_layer_read_for_other_wants_is_not_taken(cache: LayerCache) -> None:
    """Another set of probes would miss the contents that it asks for."""
    cache.store(layer_index(), WANTS)

    assert cache.load(DESCRIPTOR, DIFF_ID, Wants(["lib/apk/db/installed"])) is None


def test_an_incomplete_layer_is_not_stored(cache: LayerCache) -> None:
    cache.store(layer_index(error="is malformed at byte 512 of its archive"), WANTS)

    assert cache.info().layers == 0


def test_C40_a_layer_with_names_that_are_not_utf_8_is_found_again(cache: LayerCache) -> None:
    stored = layer_index(path="caf\udce9/Főtanúsítvány/\udcff")
    cache.store(stored, WANTS)

    assert cache.load(DESCRIPTOR, DIFF_ID, WANTS) == stored


@pytest.mark.parametrize("position", [0, 20, 40, -1])
def test_C59_a_damaged_entry_is_ignored_and_replaced(cache: LayerCache, position: int) -> None:
    cache.store(layer_index(), WANTS)
    entry = entry_file(cache)
    damaged = bytearray(entry.read_bytes())
    damaged[position] ^= 0xFF
    entry.write_bytes(damaged)

    assert cache.load(DESCRIPTOR, DIFF_ID, WANTS) is None
    cache.store(layer_index(), WANTS)
    assert cache.load(DESCRIPTOR, DIFF_ID, WANTS) == layer_index()


def test_C59_an_entry_of_another_layer_under_this_name_is_ignored(cache: LayerCache) -> None:
    cache.store(layer_index(Digest.of(b"another")), WANTS)
    foreign = entry_file(cache)
    cache.store(layer_index(), WANTS)
    own = next(path for path in cache.directory.glob("layers-*/*.layer") if path != foreign)
    own.write_bytes(foreign.read_bytes())

    assert cache.load(DESCRIPTOR, DIFF_ID, WANTS) is None


def test_C59_the_cache_is_for_its_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path / "home" / ".cache" / "imgscope")
    before = os.umask(0)
    try:
        cache.store(layer_index(), WANTS)
        cache.obtain(DESCRIPTOR, DIFF_ID, WANTS, read=lambda _: layer_index(), waiting=lambda _: None)
        KnownImages(cache.directory).remember(KnownImage(reference="app", digest="", diff_ids=("sha256:0",)))
    finally:
        os.umask(before)

    made = sorted((tmp_path / "home").rglob("*"))
    assert len(made) > 5
    assert {path: path.stat().st_mode & 0o777 for path in made} == {
        path: 0o700 if path.is_dir() else 0o600 for path in made
    }


def test_a_cache_that_cannot_be_written_to_is_a_problem_and_not_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    cache = LayerCache(tmp_path / "file" / "cache")

    cache.store(layer_index(), WANTS)

    assert cache.problem is not None
    assert "cannot be written to" in cache.problem
    assert cache.load(DESCRIPTOR, DIFF_ID, WANTS) is None


def _store_on_a_full_disk(directory: Path, problems: SimpleQueue[str | None]) -> None:
    cache = LayerCache(directory)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    cache.store(layer_index(), WANTS)
    problems.put(cache.problem)


def test_C59_a_disk_that_fills_up_is_a_problem_and_leaves_nothing_behind(cache: LayerCache) -> None:
    """The limit on the size of files cuts writing short where a full disk would."""
    context = get_context("spawn")
    problems = context.SimpleQueue()
    process = context.Process(target=_store_on_a_full_disk, args=(cache.directory, problems))
    process.start()
    problem = problems.get()
    process.join(timeout=60)

    assert problem is not None
    assert problem.endswith("cannot be written to: File too large")
    assert [path for path in cache.directory.rglob("*") if path.is_file()] == []


def test_what_killed_processes_left_half_written_is_removed(cache: LayerCache) -> None:
    cache.store(layer_index(), WANTS)
    directory = entry_file(cache).parent
    for name, age in (("old", 2 * 86_400), ("new", 60)):
        (directory / f".{name}.tmp").write_bytes(b"half")
        os.utime(directory / f".{name}.tmp", (time.time() - age,) * 2)

    LayerCache(cache.directory).store(layer_index(Digest.of(b"another")), WANTS)

    assert [path.name for path in directory.glob(".*")] == [".new.tmp"]
    assert cache.info().layers == 2


def test_an_entry_of_another_format_version_is_not_taken_and_makes_room_when_it_is_needed(cache: LayerCache) -> None:
    cache.store(layer_index(), WANTS)
    entry = entry_file(cache)
    entry.parent.rename(cache.directory / "layers-0")

    assert cache.load(DESCRIPTOR, DIFF_ID, WANTS) is None
    assert cache.info().layers == 1
    os.utime(entry_file(cache), (1_000_000, 1_000_000))
    LayerCache(cache.directory, largest_size=entry_file(cache).stat().st_size).store(layer_index(), WANTS)
    assert entry_file(cache) == entry


def test_the_least_recently_used_layers_go_when_the_cache_is_full(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path, largest_size=10**9)
    names = [Digest.of(bytes([number])) for number in range(3)]
    for name in names:
        cache.store(layer_index(name), WANTS)
    entries = {entry.name.split("-")[1]: entry for entry in tmp_path.glob("layers-*/*.layer")}
    for age, name in enumerate(names):
        os.utime(entries[name.encoded], (1_000_000 + age, 1_000_000 + age))
    cache.load(DESCRIPTOR, names[0], WANTS)

    size = entries[names[0].encoded].stat().st_size
    LayerCache(tmp_path, largest_size=size * 3).store(layer_index(Digest.of(b"new")), WANTS)

    assert cache.load(DESCRIPTOR, names[0], WANTS) is not None, "it was just used"
    assert cache.load(DESCRIPTOR, names[1], WANTS) is None, "it was not used for the longest time"
    assert cache.load(DESCRIPTOR, names[2], WANTS) is not None


def test_one_process_never_leaves_more_than_there_is_room_for(tmp_path: Path, cache: LayerCache) -> None:
    cache.store(layer_index(), WANTS)
    cache = LayerCache(tmp_path / "small", largest_size=entry_file(cache).stat().st_size * 3)
    for number in range(8):
        cache.store(layer_index(Digest.of(b"%d" % number)), WANTS)
        info = cache.info()
        assert info.size <= info.largest_size
        assert info.layers >= min(number + 1, 2)


def test_all_entries_are_looked_at_once_a_second_while_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr("imgscope.cache.time.monotonic", lambda: now)
    cache, looked = LayerCache(tmp_path), []
    cache.store(layer_index(), WANTS)
    abandoned = entry_file(cache).with_name(".old.tmp")
    for number in range(1, 30):
        # What a look at all entries removes tells that there was one.
        abandoned.touch()
        os.utime(abandoned, (1_000_000, 1_000_000))
        now = number / 10
        cache.store(layer_index(Digest.of(b"%d" % number)), WANTS)
        if not abandoned.exists():
            looked.append(number)
    assert looked == [11, 22]


def test_clear_removes_the_layers_and_leaves_other_files_alone(cache: LayerCache) -> None:
    cache.store(layer_index(), WANTS)
    (cache.directory / "notes.txt").write_text("mine")

    removed = cache.clear()

    assert removed.layers == 1
    assert cache.info().layers == 0
    assert (cache.directory / "notes.txt").exists()


def test_an_entry_that_another_process_removes_meanwhile_is_not_counted(cache: LayerCache) -> None:
    """A link that leads nowhere is listed, and then is not there."""
    cache.store(layer_index(), WANTS)
    entry_file(cache).with_name("removed.layer").symlink_to("nowhere")

    assert cache.info().layers == 1
    assert cache.clear().layers == 1
    assert list(cache.directory.glob("layers-*/*.layer")) == []


def _store_many(directory: Path) -> None:
    for _ in range(50):
        LayerCache(directory).store(layer_index(), WANTS)


def _store_and_load_in_a_full_cache(directory: Path, size: int) -> None:
    cache = LayerCache(directory, largest_size=size)
    for number in range(60):
        name = Digest.of(bytes([number % 6]))
        cache.store(layer_index(name), WANTS)
        assert cache.load(DESCRIPTOR, name, WANTS) in (None, layer_index(name))
    assert cache.problem is None


def test_processes_that_evict_each_other_s_entries_get_whole_ones_or_none(cache: LayerCache) -> None:
    cache.store(layer_index(), WANTS)
    size = entry_file(cache).stat().st_size * 3
    context = get_context("spawn")
    arguments = (cache.directory, size)
    processes = [context.Process(target=_store_and_load_in_a_full_cache, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)

    assert [process.exitcode for process in processes] == [0, 0]
    assert cache.info().size <= size


def test_two_processes_that_store_at_once_leave_one_whole_entry(cache: LayerCache) -> None:
    context = get_context("spawn")
    processes = [context.Process(target=_store_many, args=(cache.directory,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)

    assert [process.exitcode for process in processes] == [0, 0]
    assert cache.load(DESCRIPTOR, DIFF_ID, WANTS) == layer_index()
    assert not list(cache.directory.glob("layers-*/.*.tmp"))


DOCUMENT = b'{"os": "linux"}'
NAME = Digest.of(DOCUMENT)


def fetch_nothing() -> bytes:
    raise AssertionError("it was fetched again")


def document_file(cache: LayerCache) -> Path:
    (entry,) = cache.directory.glob("documents-*/*.document")
    return entry


def test_a_document_is_fetched_once_and_then_found_by_its_digest(cache: LayerCache) -> None:
    assert cache.document(NAME, lambda: DOCUMENT) == DOCUMENT
    assert cache.document(NAME, fetch_nothing) == DOCUMENT
    assert document_file(cache).stat().st_mode & 0o077 == 0


def test_C59_a_document_that_is_not_what_its_name_says_is_neither_kept_nor_believed(cache: LayerCache) -> None:
    assert cache.document(NAME, lambda: b"another") == b"another"
    assert not list(cache.directory.glob("documents-*/*.document"))
    cache.document(NAME, lambda: DOCUMENT)
    document_file(cache).write_bytes(b"poisoned")
    assert cache.document(NAME, lambda: DOCUMENT) == DOCUMENT
    assert document_file(cache).read_bytes() == DOCUMENT


def test_a_document_whose_digest_cannot_be_verified_is_fetched_each_time(cache: LayerCache) -> None:
    unknown, answers = Digest("blake3:abc"), iter((b"1", b"2"))
    assert [cache.document(unknown, lambda: next(answers)) for _ in range(2)] == [b"1", b"2"]


def test_documents_are_counted_evicted_and_cleared_as_layers_are(cache: LayerCache) -> None:
    cache.document(NAME, lambda: DOCUMENT)
    assert (cache.info().layers, cache.info().size) == (0, len(DOCUMENT))
    LayerCache(cache.directory, largest_size=len(DOCUMENT)).document(Digest.of(b"x" * 10), lambda: b"x" * 10)
    assert not list(cache.directory.glob(f"documents-*/*{NAME.encoded}*"))
    cache.clear()
    assert cache.info().size == 0


def obtain(cache: LayerCache, diff_id: Digest | None, read: list[int]) -> LayerIndex:
    def reading(_: object) -> LayerIndex:
        read.append(1)
        return layer_index()

    return cache.obtain(DESCRIPTOR, diff_id, WANTS, read=reading, waiting=lambda _: None)


def test_a_layer_that_is_obtained_is_read_once_and_kept(cache: LayerCache) -> None:
    read: list[int] = []
    assert [obtain(cache, DIFF_ID, read) for _ in range(3)] == [layer_index()] * 3
    assert len(read) == 1


def test_a_layer_without_a_diff_id_is_read_by_everybody_and_waited_for_by_nobody(cache: LayerCache) -> None:
    read: list[int] = []
    obtain(cache, None, read)
    assert [path.suffix for path in cache.directory.rglob("*.*")] == [".layer"]
    obtain(cache, None, read)
    assert len(read) == 2


def test_locks_that_dead_processes_left_behind_go_after_a_day_or_when_the_cache_is_cleared(cache: LayerCache) -> None:
    obtain(cache, DIFF_ID, [])
    old, new = (entry_file(cache).with_name(f"{name}.layer.lock") for name in ("old", "new"))
    for lock in (old, new):
        lock.touch()
    os.utime(old, (1_000_000, 1_000_000))
    LayerCache(cache.directory).store(layer_index(Digest.of(b"another")), WANTS)
    assert (old.exists(), new.exists()) == (False, True)
    cache.clear()
    assert not new.exists()
