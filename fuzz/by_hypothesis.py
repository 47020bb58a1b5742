"""`python -m fuzz.by_hypothesis PACKAGE TARGET SECONDS DIRECTORY`: one target, where there is no atheris.

Prints how many inputs were run; what was found, made as small as can be, is left in DIRECTORY.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import hypothesis
from hypothesis import strategies as st

from fuzz.target import Target, TooSlowError, load, run

_MEMORY: Final = 2 * 1024**3
_EXAMPLES: Final = 200
_WORDS: Final = (
    b"\0",
    b"\n",
    b"\xff",
    b'"',
    b"\\",
    b"9" * 30,
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff\xff\xff\xff\xff",
    b"(" * 99,
)


@st.composite
def mutated(draw: st.DrawFn, inputs: Sequence[bytes]) -> bytes:
    """One of `inputs` with some bytes overwritten, inserted, cut out or doubled, or others altogether."""
    data = bytearray(draw(st.one_of(st.sampled_from(inputs), st.binary(max_size=256))))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(data)))
        piece = draw(st.one_of(st.binary(min_size=1, max_size=8), st.sampled_from(_WORDS)))
        end = min(start + draw(st.integers(0, 64)), len(data))
        edit = draw(st.sampled_from(("overwrite", "insert", "cut", "double")))
        if edit == "overwrite":
            data[start : start + len(piece)] = piece
        elif edit == "insert":
            data[start:start] = piece
        elif edit == "cut":
            del data[start:end]
        else:
            data[start:start] = data[start:end]
    return bytes(data)


def explore(
    target: Target, *, seconds: float, inputs: Sequence[bytes], first_seed: int = 0
) -> tuple[int, bytes | None]:
    """Run `target` on variations of `inputs` for `seconds`; return how many, and one that it fails on, if any."""
    count, failing = 0, None
    end = time.monotonic() + seconds

    @hypothesis.settings(
        max_examples=_EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        print_blob=False,
    )
    @hypothesis.given(mutated(inputs or [b""]))
    def attempt(data: bytes) -> None:
        nonlocal count, failing
        count += 1
        try:
            run(target, data)
        except (Exception, TooSlowError) as error:
            failing = data
            raise AssertionError(repr(error)) from error

    for seed in range(first_seed, sys.maxsize):
        if time.monotonic() >= end:
            break
        try:
            hypothesis.seed(seed)(attempt)()
        except AssertionError as error:
            print(error, file=sys.stderr)
            return count, failing
    return count, None


def main() -> int:
    """Return 1 after a finding."""
    package, name, seconds, directory = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    target = load(name, package)
    inputs = [path.read_bytes() for path in target.kept()]
    count, failing = explore(target, seconds=float(seconds), inputs=inputs or list(target.seeds().values()))
    print(f"{count} inputs")
    if failing is None:
        return 0
    (Path(directory) / f"crash-{hashlib.sha1(failing).hexdigest()}").write_bytes(failing)  # noqa: S324 - a name
    return 1


if __name__ == "__main__":
    sys.exit(main())
