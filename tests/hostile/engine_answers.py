"""Engines that tell of an image what is not so, makes no sense, never ends or acts."""

from __future__ import annotations

import gzip
from typing import Final

from tests.hostile.declared import MEBIBYTE
from tests.hostile.engine_lie import APP, ENGINE_LIES, HISTORY, INSPECTED, SAVED, layers, lists, tells
from tests.hostile.lie import SECRET
from tests.hostile.words import ENCODABLE
from tests.support.engine import Engine
from tests.support.images import to_json
from tests.support.registry_exchange import Reply

_DIFF_IDS: Final = [each.diff_id for each in APP.layers]
_BYTES: Final = "\x1b]0;title\x07\x9b31m"


@ENGINE_LIES.lie(3, "is not JSON")
def answer_that_is_no_json(engine: Engine) -> None:
    """A web page for what an engine tells of an image."""
    engine.instead[INSPECTED] = Reply(body=b"<html><script>alert(1)</script>")


@ENGINE_LIES.lie(3, "is malformed")
def answer_of_other_types(engine: Engine) -> None:
    """Numbers for lists and lists for text."""
    tells(engine, id=[5], root_fs=7)


@ENGINE_LIES.lie(3, "is malformed")
def answer_that_is_a_list(engine: Engine) -> None:
    """No object at all."""
    engine.instead[INSPECTED] = Reply(body=b"[1, 2]")


@ENGINE_LIES.lie(3, "nested too deeply")
def answer_in_answers(engine: Engine) -> None:
    """Nested a million deep."""
    engine.instead[INSPECTED] = Reply(body=b"[" * 1_000_000)


@ENGINE_LIES.lie(3, "more than the 4,194,304 bytes")
def endless_answer(engine: Engine) -> None:
    """An answer that goes on for ever."""
    engine.instead[INSPECTED] = Reply(body=b" " * 65536, endless=True)


@ENGINE_LIES.lie(0, memory=128 * MEBIBYTE)
def answer_of_as_much_as_is_read(engine: Engine) -> None:
    """Almost 4 MiB of objects in which nothing is."""
    tells(engine, graph_driver=[{}] * 1_350_000)


@ENGINE_LIES.lie(3, "compressed with gzip")
def answer_that_is_a_bomb(engine: Engine) -> None:
    """A Content-Encoding of 100 MB in 400 kB: never decoded."""
    body = gzip.compress(bytes(100_000_000), 1)
    engine.instead[INSPECTED] = Reply(body=body, headers=(("content-encoding", "gzip"),))


@ENGINE_LIES.lie(3, "status 500")
def endless_refusal(engine: Engine) -> None:
    """An error that is told for ever."""
    engine.instead[INSPECTED] = Reply(status=500, body=b" " * 65536, endless=True)


@ENGINE_LIES.lie(3, "status 500")
def refusal_that_is_a_bomb(engine: Engine) -> None:
    """A compressed error: never decoded."""
    body = gzip.compress(bytes(100_000_000), 1)
    engine.instead[INSPECTED] = Reply(status=500, body=body, headers=(("content-encoding", "gzip"),))


@ENGINE_LIES.lie(3, "status 500")
def errors_that_act(engine: Engine) -> None:
    """An error with all that terminals, build logs and markup act on."""
    engine.instead[INSPECTED] = Reply(status=500, body=to_json({"message": " ".join(ENCODABLE)}))


@ENGINE_LIES.lie(3, "status 500: Get https://.*redacted")
def errors_with_a_secret(engine: Engine) -> None:
    """An error that tells with which password the engine asked a registry."""
    said = {"message": f"Get https://me:{SECRET}@registry.example.com/v2/: unauthorized"}
    engine.instead[INSPECTED] = Reply(status=500, body=to_json(said))


@ENGINE_LIES.lie(3, "status 409")
def errors_in_errors(engine: Engine) -> None:
    """An error nested tens of thousands deep."""
    engine.instead[INSPECTED] = Reply(status=409, body=b'{"message":' + b"[" * 60_000)


@ENGINE_LIES.lie(3, "names no image ID")
def id_that_climbs(engine: Engine) -> None:
    """An ID that is a path."""
    tells(engine, id="sha256:../../../etc/passwd\x1b[31m")


@ENGINE_LIES.lie(0)
def id_of_an_algorithm_that_nobody_knows(engine: Engine) -> None:
    """What the image is called by then is the digest of what was sent."""
    tells(engine, id="md5:0123456789abcdef")


@ENGINE_LIES.lie(0)
def platform_that_acts(engine: Engine) -> None:
    """An operating system and an architecture of such text: those of the image itself are shown in the end."""
    tells(engine, os=f"{_BYTES}linux", architecture="[@click=app.quit]x[/]", variant="\u202e", os_version="\x00")


@ENGINE_LIES.lie(3, "another image|not among the layers")
def fewer_layers_than_are_sent(engine: Engine) -> None:
    """The engine knows of one layer, and sends two."""
    tells(engine, root_fs=layers(_DIFF_IDS[0]))


@ENGINE_LIES.lie(0)
def more_layers_than_are_sent(engine: Engine) -> None:
    """The engine knows of layers that are not of the image: what is of it is what it sends."""
    tells(engine, root_fs=layers(*_DIFF_IDS, "sha256:" + "0" * 64))


@ENGINE_LIES.lie(3, "Expected `array` of length <= 1000", by="docker 24")
def tens_of_thousands_of_layers(engine: Engine) -> None:
    """As many layers as an answer has room for."""
    tells(engine, root_fs=layers(*(f"sha256:{number:064x}" for number in range(50_000)), *_DIFF_IDS))


@ENGINE_LIES.lie(0, by="docker 24")
def thousand_layers(engine: Engine) -> None:
    """As many layers as are read of one, with directories of the old kind that may be any of them."""
    tells(engine, root_fs=layers(*(f"sha256:{number:064x}" for number in range(990)), *_DIFF_IDS))


@ENGINE_LIES.lie(0)
def layers_that_are_one(engine: Engine) -> None:
    """The same layer again and again."""
    tells(engine, root_fs=layers(*[_DIFF_IDS[0]] * 990, _DIFF_IDS[1]))


@ENGINE_LIES.lie(3, "is malformed: Expected `int` <=")
def layers_of_sizes_beyond_reason(engine: Engine) -> None:
    """Sizes of a thousand digits, and below zero, and dates after all time."""
    steps = [
        {"CreatedBy": "RUN make", "Size": 10**1000, "Created": 10**400},
        {"CreatedBy": "ADD x", "Size": 10**400, "Created": -(10**400)},
        {"CreatedBy": "ENV a=b", "Size": -(10**400), "Created": 0},
    ]
    engine.instead[HISTORY] = Reply(body=to_json(steps))


@ENGINE_LIES.lie(3, "Expected `array` of length <= 100000", memory=128 * MEBIBYTE)
def history_of_a_million_steps(engine: Engine) -> None:
    """As many as an answer has room for."""
    engine.instead[HISTORY] = Reply(body=b"[" + b"{}," * 1_390_000 + b"{}]")


@ENGINE_LIES.lie(0)
def history_that_acts(engine: Engine) -> None:
    """Steps of such text: those of the image itself are shown in the end."""
    engine.instead[HISTORY] = Reply(body=to_json([{"CreatedBy": text, "Size": 1} for text in ENCODABLE]))


@ENGINE_LIES.lie(3, "is malformed")
def history_of_other_types(engine: Engine) -> None:
    """An object for a list."""
    engine.instead[HISTORY] = Reply(body=b'{"history": []}')


@ENGINE_LIES.lie(3, "too old")
def answer_without_layers(engine: Engine) -> None:
    """Nothing of layers, as twelve years ago."""
    tells(engine, root_fs=None)


@ENGINE_LIES.lie(0)
def configuration_that_acts(engine: Engine) -> None:
    """Labels and variables of such text, a command of other types: those of the image itself are shown in the end."""
    tells(engine, config={"Env": list(ENCODABLE), "Labels": dict(zip(ENCODABLE, ENCODABLE, strict=True))})


@ENGINE_LIES.lie(3, "status 500")
def image_that_is_not_sent(engine: Engine) -> None:
    """What is told of the image is right, and then the engine is out of order."""
    engine.instead[SAVED] = Reply(status=500, body=to_json({"message": _BYTES}))


@ENGINE_LIES.lie(3, "has no image app:1")
def names_that_act(engine: Engine) -> None:
    """Names of other images that no image may have."""
    lists(engine, [{"RepoTags": [f"app:{text}", text], "Size": 10**400} for text in ENCODABLE])


@ENGINE_LIES.lie(3, "has no image app:1")
def hundreds_of_thousands_of_names(engine: Engine) -> None:
    """A list of all names that are like the one that is asked for."""
    body = to_json([{"RepoTags": [f"app{number:06}:1", f"ap{number:06}p:1"]} for number in range(90_000)])
    assert len(body) < 4 * MEBIBYTE
    lists(engine, Reply(body=body))


@ENGINE_LIES.lie(3, "has no image app:1")
def enormous_name(engine: Engine) -> None:
    """A name of three million characters."""
    lists(engine, [{"RepoTags": [f"app:{'a' * 3_000_000}", "ap:1"]}])


@ENGINE_LIES.lie(3, "has no image app:1", memory=96 * MEBIBYTE)
def list_of_a_million_images(engine: Engine) -> None:
    """As many as an answer has room for, none of which has a name."""
    lists(engine, Reply(body=b"[" + b"{}," * 1_390_000 + b"{}]"))


@ENGINE_LIES.lie(3, "has no image app:1")
def endless_list(engine: Engine) -> None:
    """A list that goes on for ever."""
    lists(engine, Reply(body=b"[" * 65536, endless=True))


@ENGINE_LIES.lie(3, "has no image app:1")
def list_of_other_types(engine: Engine) -> None:
    """Numbers for names."""
    lists(engine, {"RepoTags": 5})


@ENGINE_LIES.lie(3, "has no image app:1", limits={"silence-timeout": 0.1})
def list_that_never_comes(engine: Engine) -> None:
    """The image is not there, and which are is not told."""
    lists(engine, Reply(dropped=True, silent_after=0))


@ENGINE_LIES.lie(3, "does not have app:1 for|has no image app:1")
def refusal_about_the_platform_that_acts(engine: Engine) -> None:
    """What newer engines say where they have the image, but not for a platform."""
    said = f"image was found but does not provide the specified platform {_BYTES} {' '.join(ENCODABLE)}"
    engine.instead[INSPECTED] = Reply(status=404, body=to_json({"message": said}))


LISTS: Final = ("names that act", "hundreds of thousands of names", "list of a million images", "list that never comes")
"""Those that are about the list of images, which the start screen of the terminal UI shows."""
