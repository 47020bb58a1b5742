"""The house is as ARCHITECTURE.md says, and nobody pays at start for what a command does not use."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.image_files import write_oci_layout
from tests.support.images import file, image, layer

_ROOT = Path(__file__).parents[1]
_PAGE = (_ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
_PATHS = sorted({text for text in re.findall(r"`([^`\s]+)`", _PAGE) if "/" in text or text.endswith((".toml", ".md"))})

_PROBE = """\
import json, sys
from imgscope.cli.main import main
try:
    main()
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def test_the_architecture_names_paths() -> None:
    assert len(_PATHS) > 20


@pytest.mark.parametrize("path", _PATHS)
def test_every_path_that_the_architecture_names_exists(path: str) -> None:
    assert (_ROOT / path).exists()


def test_every_room_of_the_package_is_in_the_architecture() -> None:
    rooms = {
        path.name
        for path in (_ROOT / "src/imgscope").iterdir()
        if path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__")
    } - {"__init__.py", "__main__.py", "_version.py"}
    named = {path.rstrip("/").rpartition("/")[2] for path in _PATHS if path.startswith("src/imgscope/")}
    assert rooms - named == set()


def test_the_rooms_stand_in_the_order_in_which_they_may_import_each_other() -> None:
    """Each from those above it; import-linter, which holds the code to that, lists the highest first."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (order,) = [each["layers"] for each in project["tool"]["importlinter"]["contracts"] if each["type"] == "layers"]
    rank = {name.strip(): place for place, names in enumerate(reversed(order)) for name in names.split("|")}
    rooms = re.findall(r"^\| `src/imgscope/(\w+)(?:\.py|/)` \| [^`]", _PAGE.partition("## Growing")[0], re.MULTILINE)
    assert rooms == sorted(rooms, key=lambda name: rank[name])
    assert {*rooms, "__main__", "_version"} == set(rank)


def test_nothing_is_imported_from_a_conftest_which_pytest_itself_imports_by_another_name_in_some_orders() -> None:
    found = re.compile(r"^(from|import) [\w.]*conftest\b", re.MULTILINE)
    assert [path for path in _ROOT.glob("tests/**/*.py") if found.search(path.read_text(encoding="utf-8"))] == []


def test_a_json_report_loads_neither_textual_nor_rich_nor_http(tmp_path: Path) -> None:
    write_oci_layout(tmp_path / "layout", {"latest": image([layer(file("etc/os-release", "ID=debian\n"))])})
    loaded = _packages_loaded_by("audit", f"oci:{tmp_path / 'layout'}", "-o", f"json={tmp_path / 'report.json'}")
    assert json.loads((tmp_path / "report.json").read_bytes())["distro"]["id"] == "debian"
    assert loaded & {"textual", "rich", "httpx"} == set()


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_saying_what_imgscope_is_loads_no_large_library(option: str) -> None:
    assert _packages_loaded_by(option) & {"textual", "rich", "httpx", "msgspec"} == set()


def _packages_loaded_by(*arguments: str) -> set[str]:
    """Run imgscope in a fresh interpreter and return the top-level packages that it imported."""
    command = [sys.executable, "-c", _PROBE, *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    assert {"imgscope", "click"} <= loaded
    return loaded
