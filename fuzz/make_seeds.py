"""`python -m fuzz.make_seeds`: write the seeds of all targets anew."""

from __future__ import annotations

from fuzz.target import DIRECTORY, load, names


def main() -> None:
    """Write them."""
    for name in names():
        directory = DIRECTORY / "seeds" / name
        directory.mkdir(parents=True, exist_ok=True)
        for before in directory.iterdir():
            before.unlink()
        for seed, content in load(name).seeds().items():
            (directory / seed).write_bytes(content)


if __name__ == "__main__":
    main()
