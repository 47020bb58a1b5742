"""Layers whose archives are sound and whose files make no tree."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.case import CORPUS, SOUND, layout, raw
from tests.hostile.declared import MEBIBYTE
from tests.support.images import (
    device,
    directory,
    fifo,
    file,
    hard_link,
    layer,
    opaque,
    symlink,
    whiteout,
)
from tests.support.tars import END, header, member, pax


@CORPUS.case(0)
def entries_that_climb(path: Path) -> str:
    """`..` in every place of a path: listed, and never written anywhere (CVE-2007-4559)."""
    names = ("../up", "../../../../etc/cron.d/owned", "a/../../b", "./../c", "etc/../../d", "..", "a/..", ".")
    return raw(path, b"".join(member(name.encode(), b"x") for name in names) + END)


@CORPUS.case(0)
def entries_that_are_absolute(path: Path) -> str:
    """Names that begin with one slash, or many, or are nothing else."""
    return raw(path, b"".join(member(name, b"x") for name in (b"/etc/shadow", b"//root/.ssh/id", b"/", b"////")) + END)


@CORPUS.case(0)
def entries_without_a_name(path: Path) -> str:
    """Names of no characters, of dots and of slashes."""
    return raw(path, b"".join(member(name, b"x") for name in (b"", b".", b"./", b"./.", b"a//b///c")) + END)


@CORPUS.case(3, "NUL")
def name_with_a_nul(path: Path) -> str:
    """A name that ends earlier for C than for Python."""
    return raw(path, pax((b"path", b"etc/passwd\0.txt")) + member(b"a", b"x") + END)


@CORPUS.case(0, memory=160 * MEBIBYTE)
def path_4096_directories_deep(path: Path) -> str:
    """Whatever walks the tree by calling itself ends here."""
    deep = b"d/" * 4096
    return raw(path, pax((b"path", deep + b"f")) + member(b"a", b"x") + END)


@CORPUS.case(0, memory=96 * MEBIBYTE)
def path_4096_directories_deep_that_a_layer_removes(path: Path) -> str:
    """The same, for what walks what is removed."""
    deep = layer(raw=pax((b"path", b"d/" * 4096 + b"f")) + member(b"a", b"x" * 5000) + END)
    return layout(path, SOUND, deep, layer(whiteout("d")))


@CORPUS.case(3, "path|name")
def path_longer_than_any_file_system_has(path: Path) -> str:
    """A path of 200,000 characters."""
    return raw(path, pax((b"path", b"x" * 200_000)) + member(b"a", b"x") + END)


@CORPUS.case(0)
def symlinks_in_circles(path: Path) -> str:
    """Links to themselves, to each other, through themselves, and 1,000 in a row; one is what the image starts."""
    chain = [symlink(f"chain/{number}", str(number + 1)) for number in range(1000)]
    circles = [
        symlink("self", "self"),
        symlink("a", "b"),
        symlink("b", "a"),
        symlink("c", "c/c/c"),
        symlink("d", "d/.."),
    ]
    out = [symlink("out", "../../../../etc/passwd"), symlink("root", "/"), symlink("empty", ".")]
    return layout(path, SOUND, layer(*circles, *chain, *out), config={"Cmd": ["/self"], "Entrypoint": ["/chain/0"]})


@CORPUS.case(0)
def system_directories_that_are_symlinks_in_circles(path: Path) -> str:
    """/etc, /usr and /var lead nowhere: nothing can be looked up."""
    return layout(
        path, layer(symlink("etc", "usr"), symlink("usr", "var"), symlink("var", "etc"), symlink("lib", "/lib"))
    )


@CORPUS.case(0)
def two_thousand_layers(path: Path) -> str:
    """Layers beyond any builder's, each another one: a step for each pair of them would be millions."""
    return layout(path, SOUND, *(layer(file(f"d/{number}", "x")) for number in range(2_000)))


@CORPUS.case(0, memory=128 * MEBIBYTE)
def one_layer_five_thousand_times(path: Path) -> str:
    """A layer that is read once, and stacked and told of for each time that it is listed."""
    return layout(path, SOUND, *[layer(file("x", "x"))] * 5_000)


@CORPUS.case(0)
def hard_links_to_nothing_and_to_each_other(path: Path) -> str:
    """Links whose target is missing, is the link, comes later, is a directory, or is a link in a circle."""
    links = [
        hard_link("missing", "no/such/file"),
        hard_link("self", "self"),
        hard_link("forward", "later"),
        hard_link("circle", "back"),
        hard_link("back", "circle"),
        hard_link("up", "../../etc/passwd"),
        hard_link("to-a-directory", "dir"),
        file("later", "x" * 600),
        directory("dir"),
    ]
    return layout(path, SOUND, layer(*links))


@CORPUS.case(0)
def hard_link_three_thousand_times(path: Path) -> str:
    """One file of a megabyte with 3,000 names: counted once, and without a step that grows with their square."""
    links = [hard_link(f"l{number}", "file" if number == 0 else f"l{number - 1}") for number in range(3_000)]
    return layout(path, SOUND, layer(file("file", "x" * 1_000_000), *links))


@CORPUS.case(0)
def whiteouts_of_what_cannot_be_removed(path: Path) -> str:
    """Of the root, of the parent, of the directory itself, of nothing, of names with slashes, opaque roots."""
    names = (
        ".wh.",
        ".wh..",
        ".wh...",
        "etc/.wh.",
        "etc/.wh...",
        ".wh./etc",
        ".wh..wh..opq",
        ".wh..wh.plnk/1",
        "a/.wh..wh.",
    )
    return layout(path, SOUND, layer(*(file(name) for name in names), opaque("etc"), whiteout("no/such/file")))


@CORPUS.case(0)
def files_that_are_directories(path: Path) -> str:
    """A file, then entries below it; a directory that becomes a link, then entries below it; and the reverse."""
    below = layer(
        file("a", "x"), file("a/b", "x"), directory("d"), file("d/e", "x"), symlink("s", "/etc"), file("s/t", "x")
    )
    above = layer(file("d", "x"), directory("a"), file("a/b/c", "x"), symlink("etc", "/tmp"), file("etc/passwd", "x"))
    return layout(path, SOUND, below, above)


@CORPUS.case(0)
def entries_that_come_again(path: Path) -> str:
    """One path 5,000 times, as all that an entry can be."""
    kinds = [file("x", "x"), directory("x"), symlink("x", "x"), hard_link("x", "x"), fifo("x"), device("x", 1, 3)]
    return layout(path, SOUND, layer(*kinds * 800, *(file("y", str(number)) for number in range(60))))


@CORPUS.case(0)
def devices_and_pipes(path: Path) -> str:
    """Devices for everybody, overlayfs whiteouts, pipes: nothing of them is opened."""
    entries = (
        device("disk", 8, 0, block=True, mode=0o666),
        device("gone", 0, 0),
        fifo("pipe"),
        device("big", 2**20, 5),
    )
    return layout(path, SOUND, layer(*entries), config={"Cmd": ["/pipe"]})


@CORPUS.case(3)
def entry_of_a_kind_that_does_not_exist(path: Path) -> str:
    """Type flags that no tool writes."""
    return raw(path, header(b"a", flag=b"Z") + header(b"b", flag=b"\xff") + header(b"c", size=b"\xff" * 12) + END)


@CORPUS.case(0, memory=96 * MEBIBYTE)
def directory_of_5_000_directories(path: Path) -> str:
    """Many names in one place, each with a file below."""
    return raw(path, b"".join(member(b"d%d/f" % number) for number in range(5_000)) + END)


@CORPUS.case(0, memory=192 * MEBIBYTE)
def sixty_deep_trees(path: Path) -> str:
    """Paths of 400 directories each: a few blocks of archive for 24,000 nodes of a tree."""
    paths = (b"%d/" % number + b"d/" * 400 for number in range(60))
    return raw(path, b"".join(pax((b"path", deep + b"f")) + member(b"a") for deep in paths) + END)


@CORPUS.case(3, "global header")
def global_header_that_renames_everything(path: Path) -> str:
    """A global `path`, which makes tarfile give every member that name."""
    return raw(path, pax((b"path", b"etc/shadow"), flag=b"g") + member(b"a", b"a") + member(b"b", b"b") + END)


@CORPUS.case(0)
def owners_and_times_beyond_every_clock(path: Path) -> str:
    """Users, groups and times that no system has."""
    fields = ((b"uid", b"9" * 18), (b"gid", b"9" * 18), (b"mtime", b"-" + b"9" * 18), (b"atime", b"99999999999999"))
    return raw(path, pax(*fields) + member(b"a", b"a") + END)
