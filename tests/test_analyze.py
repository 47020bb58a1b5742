"""The pipeline: what it says while it runs, what becomes of crashes and unreadable layers, and how it ends early."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

import imgscope.probes
import imgscope.rules
from imgscope import analyze
from imgscope import progress as events
from imgscope.cache import LayerCache
from imgscope.errors import Cancelled, DocumentError, UsageError
from imgscope.oci.manifest import Descriptor
from imgscope.report import Failure
from tests.support.image_files import write_oci_layout
from tests.support.images import Entry, file, hard_link, image, layer, step, symlink
from tests.support.memory import MemorySource, inspect
from tests.support.rpm_headers import header, sqlite_of

_ENOUGH_SECONDS = 10
OS_RELEASE = file("etc/os-release", "ID=debian\nVERSION_ID=12\n")


@pytest.fixture
def extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory whose modules are found among the probes and the rules."""
    for package in (imgscope.probes, imgscope.rules):
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_an_image_is_inspected_from_its_reference_to_its_report(tmp_path: Path) -> None:
    added = layer(file("app", "x"), created_by="COPY app / # buildkit")
    built = image([layer(OS_RELEASE), step('CMD ["sh"]'), added], listed_platform=False)
    inspection = analyze.inspect(f"oci:{write_oci_layout(tmp_path / 'layout', {'1': built})}:1")
    assert inspection.report.complete
    assert inspection.report.distro.id == "debian"
    assert [found.created_by for found in inspection.report.layers] == [
        "RUN /bin/sh -c build # buildkit",
        "COPY app / # buildkit",
    ]
    assert inspection.head.digest == built.manifest_digest
    assert inspection.image.tree.get("app") is not None


def test_progress_tells_of_the_image_before_any_layer_and_of_each_layer_to_its_end() -> None:
    built = image([layer(OS_RELEASE), layer(file("app", "x"))])
    seen: list[events.Event] = []
    analyze.inspect_source(MemorySource(built), progress=seen.append)
    assert isinstance(seen[0], events.ImageFound)
    assert len(seen[0].origins) == 2
    for number, each in enumerate(built.layers):
        received = [
            event.received for event in seen if isinstance(event, events.LayerProgress) and event.layer == number
        ]
        assert received == sorted(received)
        assert received[-1] == len(each.blob)
    assert sorted(event.layer for event in seen if isinstance(event, events.LayerRead)) == [0, 1]


@pytest.mark.parametrize("jobs", [1, 2, 16])
def test_layers_keep_their_order_whatever_order_they_were_read_in(jobs: int) -> None:
    built = image([layer(file(f"file-{number}", "x" * number * 999)) for number in range(8)])
    report = analyze.inspect_source(MemorySource(built), options=analyze.Options(jobs=jobs)).report
    assert [found.digest for found in report.layers] == [each.digest for each in built.layers]


def test_an_image_without_layers_has_a_report() -> None:
    report = inspect().report
    assert (report.complete, report.layers, report.libc.family, report.distro.id) == (True, (), "none", "unknown")


def test_C32_a_history_of_another_length_gives_no_instructions() -> None:
    built = image([layer(OS_RELEASE)], config_fields={"history": [{"created_by": "RUN a"}, {"created_by": "RUN b"}]})
    (found,) = analyze.inspect_source(MemorySource(built)).report.layers
    assert (found.instruction, found.created_by, found.created) == (None, None, None)


def test_a_layer_that_cannot_be_fetched_costs_neither_the_report_nor_the_other_layers() -> None:
    lost = layer(file("lost", "x"))
    report = inspect(layer(OS_RELEASE), lost, replaced={lost.digest: None}).report
    assert not report.complete
    assert report.distro.id == "debian"
    assert report.layers[1].error == f"could not be fetched: there is no blob {lost.digest}"
    assert report.failures == (
        Failure(
            stage="layer",
            name=lost.digest,
            message=f"layer {lost.digest} could not be fetched: there is no blob {lost.digest}; push the image again",
        ),
    )


def test_a_flipped_byte_in_a_layer_is_found_and_named() -> None:
    damaged = layer(file("app", "x" * 5000))
    blob = bytearray(damaged.blob)
    blob[20] ^= 1
    report = inspect(layer(OS_RELEASE), damaged, replaced={damaged.digest: bytes(blob)}).report
    assert not report.complete
    (failure,) = report.failures
    assert "does not match its digest" in failure.message


def test_a_layer_that_crashes_the_reader_is_a_failure_of_that_layer_alone() -> None:
    class Crashing(MemorySource):
        @contextmanager
        def open_blob(
            self, descriptor: Descriptor, start: int = 0, length: int | None = None
        ) -> Iterator[Iterator[bytes]]:
            if descriptor.digest == lost.digest:
                raise ZeroDivisionError("unforeseen")
            with super().open_blob(descriptor, start, length) as chunks:
                yield chunks

    lost = layer(file("lost", "x"))
    report = analyze.inspect_source(Crashing(image([layer(OS_RELEASE), lost]))).report
    (failure,) = report.failures
    assert "because of a mistake in imgscope: ZeroDivisionError('unforeseen')" in failure.message
    assert report.distro.id == "debian"


def test_an_image_made_from_an_ostree_commit_is_read_like_any_other_and_each_layer_once() -> None:
    """As ostree-rs-ext writes Fedora CoreOS and bootc images: names in the system are hard links into a store."""

    def named(number: int, path: str, content: bytes | str) -> tuple[Entry, Entry]:
        stored = f"sysroot/ostree/repo/objects/{number:02}/abc.file"
        return file(stored, content), hard_link(path, stored)

    built = image(
        [
            layer(
                *named(1, "usr/lib/os-release", "ID=fedora\nVERSION_ID=41\n"),
                symlink("etc/os-release", "../usr/lib/os-release"),
            ),
            layer(*named(2, "usr/share/rpm/rpmdb.sqlite", sqlite_of([header({1000: "bash", 1001: "5", 1002: "1"})]))),
            layer(*named(3, "usr/lib/node_modules/a/package.json", '{"name": "a", "version": "2.0.0"}')),
        ]
    )
    report = analyze.inspect_source(MemorySource(built)).report
    assert report.failures == ()
    assert (report.distro.id, report.distro.version_id) == ("fedora", "41")
    assert [(each.type, each.name, each.layer) for each in report.packages] == [("npm", "a", 2), ("rpm", "bash", 1)]
    documents = len(built.manifest) + len(built.config)
    assert report.run.bytes_fetched <= documents + sum(len(each.blob) for each in built.layers)


def test_hard_links_whose_content_was_not_kept_are_told_and_the_report_is_not_complete() -> None:
    """Links into lower layers, which neither builds nor tools for ostree make: their content is in no one's reach."""
    lower = layer(file("store/1", "ID=x"), file("store/2", "{}"))
    manifest = hard_link("app/node_modules/a/package.json", "store/2")
    report = inspect(lower, layer(manifest)).report
    assert not report.complete
    lost = "was not kept while reading, and what it says is missing"
    (failure,) = report.failures
    assert failure.stage == "layer"
    assert failure.message == f"the content of /app/node_modules/a/package.json, a hard link to /store/2, {lost}"
    both = inspect(lower, layer(manifest, hard_link("etc/os-release", "store/1"))).report.failures
    assert [each.message for each in both] == [
        f"the content of 2 hard links, as /app/node_modules/a/package.json to /store/2, {lost}",
        "/etc/os-release is a hard link to /store/1, which was not kept while reading",
    ]


def test_a_probe_that_crashes_is_a_failure_and_what_it_found_until_then_stays(extra: Path) -> None:
    (extra / "crashing.py").write_text(
        "from imgscope.probes.base import Probe\nfrom imgscope.facts import InstalledPackage\n"
        "def find(tree):\n"
        "    yield InstalledPackage(name='a', version='1', type='deb', layer=0)\n"
        "    raise KeyError('b')\n"
        "PROBE = Probe(name='crashing', wants=(), find=find)\n"
    )
    report = inspect(layer(OS_RELEASE)).report
    assert not report.complete
    assert [failure.message for failure in report.failures] == [
        "the probe crashing crashed and its results are missing: KeyError('b')"
    ]
    assert [package.name for package in report.packages] == ["a"]
    assert report.distro.id == "debian"


def test_a_probe_that_says_why_it_stopped_is_quoted(extra: Path) -> None:
    (extra / "limited.py").write_text(
        "from imgscope.probes.base import Probe\nfrom imgscope.errors import LimitError\n"
        "def find(tree):\n    raise LimitError('there is too much of it')\n    yield\n"
        "PROBE = Probe(name='limited', wants=(), find=find)\n"
    )
    assert inspect().report.failures == (Failure(stage="probe", name="limited", message="there is too much of it"),)


@pytest.mark.parametrize(
    "made",
    [
        "Rule(id='crashing', severity=Severity.LOW, check=crash)",
        "leftover_rule(id='crashing', severity=Severity.LOW, kind='x', claims=crash)",
    ],
)
def test_a_rule_that_crashes_is_a_failure_and_the_others_still_judge(extra: Path, made: str) -> None:
    (extra / "crashing.py").write_text(
        '"""Page."""\nfrom imgscope.rules.base import Rule, leftover_rule\nfrom imgscope.report import Severity\n'
        f"def crash(image):\n    raise RecursionError('too deep')\n    yield\nRULE = {made}\n"
    )
    report = inspect(layer(file("var/cache/apk/a", "x"))).report
    assert [(failure.stage, failure.name) for failure in report.failures] == [("rule", "crashing")]
    assert [finding.rule_id for finding in report.findings] == ["apk-cache-left"]
    assert not report.complete


def test_the_surest_fact_is_taken(extra: Path) -> None:
    (extra / "guess.py").write_text(
        "from imgscope.probes.base import Probe\nfrom imgscope.report import Distro\n"
        "def find(tree):\n    yield Distro(id='guess', pretty_name='g', evidence='none', confidence='low')\n"
        "PROBE = Probe(name='a-guess', wants=(), find=find)\n"
    )
    assert inspect(layer(OS_RELEASE)).report.distro.id == "debian"
    assert inspect(layer()).report.distro.id == "guess"


def test_where_there_is_no_image_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="rootfs"):
        analyze.inspect_source(MemorySource(image([], config_fields={"rootfs": 1})))
    with pytest.raises(UsageError, match="there is no file or directory"):
        analyze.inspect(str(tmp_path / "nothing"))


class _Silent(MemorySource):
    """Never sends a byte of a layer; `asked` is set when somebody waits for one."""

    def __init__(self) -> None:
        super().__init__(image([layer(OS_RELEASE)]))
        self.asked = threading.Event()
        self.released = threading.Event()
        self.kept_everybody_waiting = False

    @contextmanager
    def open_blob(self, descriptor: Descriptor, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        self.asked.set()
        self.kept_everybody_waiting = not self.released.wait(_ENOUGH_SECONDS)
        with super().open_blob(descriptor, start, length) as chunks:
            yield chunks


def test_cancelling_ends_an_inspection_even_while_the_source_says_nothing() -> None:
    source, cancelled = _Silent(), threading.Event()

    def cancel_when_waiting() -> None:
        source.asked.wait()
        cancelled.set()

    threading.Thread(target=cancel_when_waiting, daemon=True).start()
    with pytest.raises(Cancelled):
        analyze.inspect_source(source, cancelled=cancelled)
    source.released.set()
    assert not source.kept_everybody_waiting


def test_cancelling_stops_the_reading_of_a_layer_between_two_chunks() -> None:
    cancelled = threading.Event()
    seen: list[events.Event] = []

    def cancel_at_first_byte(event: events.Event) -> None:
        seen.append(event)
        if isinstance(event, events.LayerProgress) and event.received:
            cancelled.set()

    built = image([layer(file("large", bytes(1_000_000)), compression="none")])
    with pytest.raises(Cancelled):
        analyze.inspect_source(MemorySource(built), progress=cancel_at_first_byte, cancelled=cancelled)
    assert not any(isinstance(event, events.LayerRead) for event in seen)


def test_an_image_whose_layers_are_all_known_needs_only_its_manifest_and_configuration(tmp_path: Path) -> None:
    built = image([layer(file("etc/os-release", "ID=debian\n"), file("usr/share/data", "x" * 10_000))])
    options = analyze.Options(cache=LayerCache(tmp_path))
    first = analyze.inspect_source(MemorySource(built), options=options).report
    without_layers = MemorySource(built, replaced=dict.fromkeys((each.digest for each in built.layers), None))

    second = analyze.inspect_source(without_layers, options=options).report

    assert second.complete
    assert (first.run.layers_from_cache, second.run.layers_from_cache) == (0, 1)
    assert msgspec.structs.replace(second, run=first.run) == first


def test_progress_tells_of_layers_that_come_from_the_cache_too(tmp_path: Path) -> None:
    built = image([layer(file("a")), layer(file("b"))])
    options = analyze.Options(cache=LayerCache(tmp_path))
    analyze.inspect_source(MemorySource(built), options=options)
    told: list[events.Event] = []

    analyze.inspect_source(MemorySource(built), options=options, progress=told.append)

    assert sorted(event.layer for event in told if isinstance(event, events.LayerRead)) == [0, 1]


def test_a_cache_that_cannot_be_written_to_is_noted_and_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told: list[events.Event] = []

    report = analyze.inspect_source(
        MemorySource(image([layer(file("a"))])),
        options=analyze.Options(cache=LayerCache(tmp_path / "file")),
        progress=told.append,
    ).report

    assert report.complete
    assert [event.message for event in told if isinstance(event, events.Note)] == [
        f"the cache in {tmp_path / 'file'} cannot be written to: Not a directory"
    ]
