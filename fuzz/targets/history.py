"""History: the Dockerfile that it tells of, and which line of a given one made which layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fuzz.parts import joined, parts
from imgscope.dockerfile.match import match_layers
from imgscope.dockerfile.parse import parse_dockerfile
from imgscope.dockerfile.reconstruct import build_history
from imgscope.errors import ImgscopeError
from imgscope.oci.config import History, ImageConfig, RootFilesystem
from imgscope.oci.digest import Digest
from imgscope.oci.instruction import parse_instruction
from imgscope.report import Change, Instruction, LayerReport

_MOST_STEPS: Final = 60
_NOTHING: Final = Change(files=0, bytes=0)


def target(data: bytes) -> None:
    """Every layer has at most one step and one line, in the order of all. A step without a layer begins with `-`."""
    told, dockerfile = (part.decode("utf-8", "surrogateescape") for part in parts(data, 2))
    steps = [History(created_by=line.removeprefix("-"), empty_layer=line[:1] == "-") for line in told.split("\n")]
    steps = steps[:_MOST_STEPS]
    made = [step.created_by or "" for step in steps if not step.empty_layer]
    _reconstruct(steps, len(made))
    try:
        parsed = parse_dockerfile(dockerfile, "Dockerfile")
    except ImgscopeError:
        return
    by_layer = match_layers(parsed, [_layer(number, text) for number, text in enumerate(made)]).by_layer
    lines = [by_layer[layer].line for layer in sorted(by_layer)]
    assert len(set(lines)) == len(lines)
    assert set(by_layer) <= set(range(len(made)))


def _reconstruct(steps: list[History], layer_count: int) -> None:
    diff_ids = tuple(Digest(f"sha256:{number:064x}") for number in range(layer_count))
    config = ImageConfig(history=tuple(steps), rootfs=RootFilesystem(diff_ids=diff_ids))
    for base_layers in {0, layer_count // 2, layer_count}:
        built = build_history(config, layer_count=layer_count, base_layers=base_layers, base="debian:12")
        layers = [step.layer for step in (*built.base_steps, *built.steps) if step.layer is not None]
        assert layers == list(range(layer_count))
        assert sum(step.layer is not None for step in built.base_steps) == base_layers
        assert len(built.base_steps) + len(built.steps) == len(steps)
        assert built.dockerfile().endswith("\n")
    # One layer more than history knows of: nothing tells which step made which.
    unmatched = build_history(config, layer_count=layer_count + 1, base_layers=1, base=None)
    assert all(step.layer is None for step in unmatched.steps)


def _layer(number: int, created_by: str) -> LayerReport:
    parsed = parse_instruction(created_by)
    return LayerReport(
        index=number,
        digest="",
        diff_id="",
        media_type="",
        compression="gzip",
        compressed_size=0,
        unpacked_size=0,
        file_count=0,
        from_base=False,
        added=_NOTHING,
        modified=_NOTHING,
        removed=_NOTHING,
        wasted_bytes=0,
        instruction=Instruction(keyword=parsed.keyword, text=parsed.text) if parsed else None,
    )


def seeds() -> Mapping[str, bytes]:
    """Of each builder, beside the Dockerfile."""
    dockerfile = (
        "FROM debian:12 AS build\nRUN apt-get update && apt-get install -y gcc\nWORKDIR /src\nCOPY . .\nRUN make\n"
        "FROM build AS test\nRUN make test\nFROM debian:12\nRUN --mount=type=cache,target=/x make \\\n  install\n"
        'COPY --from=build --chown=1:1 /src/app /bin/app\nADD https://example.com/x /x\nENV A=1\nCMD ["app"]\n'
    )
    buildkit = (
        'ADD rootfs.tar / # buildkit\n-CMD ["bash"]\nRUN |1 A=1 /bin/sh -c make   install # buildkit\n'
        'COPY --chown=1:1 /src/app /bin/app # buildkit\nADD https://example.com/x /x # buildkit\n-ENV A=1\n-CMD ["app"]'
    )
    classic = (
        '/bin/sh -c #(nop) ADD file:0123456789ab in / \n-/bin/sh -c #(nop)  CMD ["bash"]\n'
        "/bin/sh -c apt-get update && apt-get install -y gcc\n/bin/sh -c #(nop) WORKDIR /src\n"
        '/bin/sh -c #(nop) COPY dir:0123456789abcdef in . \n/bin/sh -c make\n-/bin/sh -c #(nop)  ENTRYPOINT ["a"]'
    )
    return {
        "buildkit": joined(buildkit, dockerfile),
        "classic": joined(classic, dockerfile),
        "other": joined("bazel build ...\njib-maven-plugin:3\n-\n", "FROM scratch\nCOPY a b\n"),
    }
