"""`python -m fuzz.by_atheris PACKAGE TARGET …`: one target, led by what of imgscope is reached; … is for libFuzzer."""

from __future__ import annotations

import sys

import atheris

_INSTRUMENTED = ["imgscope"]


def main() -> None:
    """Fuzz until a finding or one of libFuzzer's limits. What is found is in a file, and the exit code is not 0."""
    package, name, *options = sys.argv[1:]
    with atheris.instrument_imports(include=_INSTRUMENTED):
        from fuzz.target import load, run

        target = load(name, package)
    atheris.Setup([sys.argv[0], *options], lambda data: run(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
