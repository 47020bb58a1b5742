"""Dockerfiles, and which of their instructions made which layer."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.pumped import pumped
from imgscope.dockerfile.parse import parse_dockerfile
from imgscope.errors import ImgscopeError


def target(data: bytes) -> None:
    """Every instruction is where it is said to be, after the one before it."""
    for text in pumped(data.decode("utf-8-sig", "surrogateescape")):
        try:
            dockerfile = parse_dockerfile(text, "Dockerfile")
        except ImgscopeError:
            continue
        lines = text.split("\n")
        last = 0
        for instruction in (each for stage in dockerfile.stages for each in stage.instructions):
            assert last < instruction.line <= instruction.last_line <= len(lines)
            last = instruction.last_line
            # Its first line may be nothing but the mark that it goes on.
            assert instruction.keyword[0] in "".join(lines[instruction.line - 1 : instruction.last_line]).upper()


def seeds() -> Mapping[str, bytes]:
    """All that the reference of Dockerfiles has."""
    text = (
        "# syntax=docker/dockerfile:1\n# escape=\\\nARG TAG=12\nFROM --platform=$BUILDPLATFORM debian:$TAG AS build\n"
        "RUN --mount=type=cache,target=/root/.cache apt-get update && \\\n    # comment\n\n    apt-get install -y gcc\n"
        'COPY <<"EOF" /etc/app.conf\nkey=value\nEOF\nRUN <<-END sh\n\tmake\n\tEND\n'
        'FROM scratch\nCOPY --from=build --chown=1:1 /app /app\nUSER 1000\nCMD ["/app"]\nONBUILD RUN x\n'
        "HEALTHCHECK --interval=5s CMD true\n"
    )
    windows = "# escape=`\r\nFROM mcr.microsoft.com/windows\r\nRUN dir `\r\n  c:\\\r\n"
    return {"all": text.encode(), "windows": windows.encode(), "bom": b"\xef\xbb\xbfFROM a\n"}
