"""Shell scripts that images start with."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.pumped import pumped
from imgscope.rules._scripts import called_programs, ends_with_one_program


def target(data: bytes) -> None:
    """Programs that are called stand in the script, and time is linear."""
    for text in pumped(data.decode("utf-8", "surrogateescape")):
        ends_with_one_program(text)
        for program in called_programs(text):
            assert program
            assert len(program) <= len(text)


def seeds() -> Mapping[str, bytes]:
    """Those of entrypoints."""
    texts = {
        "entrypoint": "#!/bin/sh\nset -e\n# x\nPATH=/opt:$PATH\nexec 2>&1 \\\n  /usr/bin/app 'a b' \"c $d\"\n",
        "alternatives": "cd /srv && test -f x || exit 1; (make; ls) | tee log & wait",
        "substitution": 'app "$(cat x)" `id` ${y:-z} <<EOF\ntext\nEOF\n',
        "function": "f() { echo; }; case x in a) b;; esac",
    }
    return {name: text.encode() for name, text in texts.items()}
