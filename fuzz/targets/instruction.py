"""What history says of a layer, as an instruction of a Dockerfile."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.pumped import pumped
from imgscope.oci.instruction import KEYWORDS, parse_instruction


def target(data: bytes) -> None:
    """An instruction has a known keyword, and is not longer than what it was read from, but for quotes."""
    for text in pumped(data.decode("utf-8", "surrogateescape")):
        instruction = parse_instruction(text)
        if instruction is not None:
            assert instruction.keyword in KEYWORDS
            assert len(str(instruction)) <= 16 * len(text) + 100


def seeds() -> Mapping[str, bytes]:
    """Of each builder."""
    texts = {
        "buildkit": "RUN |2 A=1 B=two words /bin/sh -c make && rm -rf /x # buildkit",
        "nop": '/bin/sh -c #(nop)  CMD ["nginx" "-g" "daemon off;"]',
        "classic": "/bin/sh -c apt-get update && apt-get install -y curl",
        "copy": "/bin/sh -c #(nop) COPY dir:0123456789abcdef in /app ",
        "expose": "EXPOSE map[80/tcp:{} 443/tcp:{}]",
        "volume": "VOLUME [/data /more]",
        "healthcheck": 'HEALTHCHECK &{["CMD-SHELL" "true"] "30s" "0s" "5s" "0s" \'\\x03\'}',
        "mount": "RUN --mount=type=cache,target=/x --network=none /bin/bash -eo pipefail -c make # buildkit",
        "onbuild": "ONBUILD COPY . /app",
        "windows": "powershell -Command $ErrorActionPreference = 'Stop'; dir",
        "cmd": 'cmd /S /C #(nop)  CMD ["cmd"]',
        "jib": "jib-gradle-plugin:3.4.0",
    }
    return {name: text.encode() for name, text in texts.items()}
