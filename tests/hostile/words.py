"""Text that acts on terminals, build logs, pages and the terminal UI, in every place that an image has for text."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.hostile.case import CORPUS, SOUND, layout
from tests.render.hostile import HOSTILE
from tests.support.images import directory, file, hard_link, image, index, layer, step, symlink, whiteout

MARKUP: Final = (
    "[@click=app.quit]x[/]",
    "[etc",
    "[bold red]b[/bold red]",
    "[/etc/passwd]",
    "[link=file:///etc]l[/link]",
)
CONTROLS: Final = (
    "\x1b]0;title\x07",
    "\x9b31m",
    "a\nb\r",
    "\u202egnp.exe",
    "\u2028",
    "\x1b[2J\x1b[1;1H",
    "\x7f\x08\x08",
    "\udcff\udcfe",
)
TEXTS: Final = (*MARKUP, *CONTROLS, *(text.replace("\x00", "") for text in HOSTILE))
ENCODABLE: Final = tuple(text.encode("utf-8", "replace").decode() for text in TEXTS)


def _name(text: str) -> str:
    return text.replace("/", "⁄")


@CORPUS.case(0)
def names_that_act(path: Path) -> str:
    """File names, directory names and link targets, added, changed and removed."""
    names = [_name(text) for text in TEXTS]
    below = layer(
        *(file(name, "1" * 2000) for name in names),
        *(file(f"etc/{name}/{name}", "x") for name in names),
        *(symlink(f"link{number}", text) for number, text in enumerate(TEXTS)),
        *(hard_link(f"hard{number}", name) for number, name in enumerate(names)),
    )
    return layout(path, SOUND, below, layer(*(whiteout(name) for name in names), *map(directory, names[:3])))


@CORPUS.case(0)
def history_that_acts(path: Path) -> str:
    """Instructions, of layers and of steps without one."""
    layers = [layer(file(f"f{number}", "x"), created_by=text) for number, text in enumerate(ENCODABLE)]
    return layout(path, SOUND, *layers, *(step(f"RUN {text}") for text in ENCODABLE))


@CORPUS.case(0)
def configuration_that_acts(path: Path) -> str:
    """Labels, variables, the user, the command, the directory, ports, volumes and signals."""
    every = list(ENCODABLE)
    config = {
        "User": every[5],
        "Env": [f"{text}={text}" for text in every],
        "Labels": dict(zip(every, reversed(every), strict=True)),
        "Entrypoint": every,
        "Cmd": every,
        "WorkingDir": every[0],
        "ExposedPorts": {text: {} for text in every},
        "Volumes": {text: {} for text in every},
        "StopSignal": every[6],
        "Shell": every,
        "Healthcheck": {"Test": ["CMD", *every]},
    }
    return layout(path, SOUND, config=config)


@CORPUS.case(0)
def distribution_that_acts(path: Path) -> str:
    """os-release with every text for its fields, and packages of dpkg, apk and Python with such names."""
    release = "".join(
        f"{key}='{text}'\n" for key, text in zip(("ID", "NAME", "PRETTY_NAME", "VERSION_ID"), MARKUP, strict=False)
    )
    status = "".join(
        f"Package: {text}\nStatus: install ok installed\nVersion: {text}\nArchitecture: {text}\n\n"
        for text in (" ".join(each.split()) for each in ENCODABLE)
    )
    metadata = [
        file(f"usr/lib/python3/dist-packages/p{number}.dist-info/METADATA", f"Name: {text}\nVersion: {text}\n")
        for number, text in enumerate(ENCODABLE)
    ]
    installed = "".join(f"P:{' '.join(text.split())}\nV:{' '.join(text.split())}\nA:x\n\n" for text in ENCODABLE)
    files = (
        file("etc/os-release", release),
        file("var/lib/dpkg/status", status),
        file("lib/apk/db/installed", installed),
    )
    return layout(path, layer(*files, *metadata))


@CORPUS.case(0)
def reference_that_acts(path: Path) -> str:
    """The name that the layout gives its image, and annotations of it."""
    from tests.support.image_files import write_oci_layout

    built = image([SOUND], listed_platform=False, manifest_fields={"annotations": {text: text for text in ENCODABLE}})
    write_oci_layout(path, {" ".join(ENCODABLE): built})
    return f"oci:{path}"


@CORPUS.case(3, "and 1[0-9]{2} more")
def platform_that_acts(path: Path) -> str:
    """Platforms of such text, none of which was asked for."""
    from tests.support.image_files import write_oci_layout

    write_oci_layout(
        path,
        {"latest": index(*(image([SOUND], platform=f"\x1b]0;os{number}\x07/[b]/\u202e") for number in range(200)))},
    )
    return f"oci:{path}"
