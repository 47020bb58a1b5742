"""Copies that ship in vain: who is blamed, and for what."""

from __future__ import annotations

from imgscope.report import Finding
from tests.rules.examples import LARGE, content
from tests.support.images import BuiltLayer, file, layer, whiteout
from tests.support.memory import inspect

ADD = "COPY . /app # buildkit"


def only_finding(*layers: BuiltLayer) -> Finding:
    (found,) = inspect(*layers).report.findings
    return found


def test_a_deleted_file_is_blamed_on_the_layer_that_ships_it_and_names_the_one_that_deletes() -> None:
    found = only_finding(
        layer(file("a", content("a")), file("b", content("b", LARGE * 2)), created_by=ADD),
        layer(whiteout("a"), whiteout("b"), created_by="RUN /bin/sh -c rm -rf a b"),
    )
    assert (found.rule_id, found.layer, found.instruction, found.bytes) == (
        "deleted-later",
        0,
        "COPY . /app",
        3 * LARGE,
    )
    assert found.message == "2 files such as /b, 600 kB, shipped in this layer and deleted later by: RUN rm -rf a b"
    assert found.paths == ("b", "a")


def test_a_deleted_directory_is_named_instead_of_its_files() -> None:
    java = [file("opt/java/lib/a", content("a")), file("opt/java/lib/b", content("b"))]
    gone = layer(whiteout("opt/java"))
    assert only_finding(layer(*java), gone).message.startswith("/opt/java/ (2 files), 400 kB, shipped in this layer ")
    found = only_finding(layer(*java, file("c", content("c"))), layer(whiteout("opt/java"), whiteout("c")))
    assert found.message.startswith("3 files such as those in /opt/java/, 600 kB, ")
    assert found.paths == ("opt/java", "c")


def test_an_overwritten_file_is_blamed_on_the_layer_whose_copy_is_hidden() -> None:
    found = only_finding(
        layer(file("a", content("a"))), layer(file("a", content("b")), created_by="RUN /bin/sh -c make # buildkit")
    )
    assert (found.rule_id, found.layer) == ("overwritten-later", 0)
    assert "overwritten later by: RUN make" in found.message


def test_a_changed_owner_is_blamed_on_the_layer_that_changes_it_and_on_no_other() -> None:
    found = only_finding(
        layer(file("a", content("a")), created_by=ADD),
        layer(file("a", content("a"), uid=9), created_by="RUN /bin/sh -c chown app a # buildkit"),
    )
    assert (found.rule_id, found.layer, found.instruction) == ("metadata-changed-later", 1, "RUN chown app a")
    assert "COPY" not in found.message
    assert " by: " not in found.message


def test_where_several_layers_delete_none_of_them_is_named() -> None:
    found = only_finding(
        layer(file("a", content("a")), file("b", content("b"))), layer(whiteout("a")), layer(whiteout("b"))
    )
    assert " by: " not in found.message


def test_a_long_instruction_is_cut_and_says_so() -> None:
    found = only_finding(
        layer(file("a", content("a"))), layer(whiteout("a"), created_by=f"RUN /bin/sh -c rm {'x' * 500}")
    )
    assert found.message.endswith(f"RUN rm {'x' * 113}…")
