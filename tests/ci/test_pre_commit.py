"""`.pre-commit-hooks.yaml`: valid by what pre-commit documents, and each hook run as pre-commit would."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any, Final

import jsonschema
import yaml

from tests.ci.action import ROOT, program
from tests.support.command_line import debian, layout
from tests.support.image_files import write_docker_archive

__all__ = ["layout"]

HOOKS: Final[list[dict[str, Any]]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
_TEXT: Final = {"type": "string", "minLength": 1}
_TEXTS: Final = {"type": "array", "items": {"type": "string"}}
_TRUTH: Final = {"type": "boolean"}
_STAGES: Final = (
    "commit-msg post-checkout post-commit post-merge post-rewrite pre-commit pre-merge-commit pre-push pre-rebase "
    "prepare-commit-msg manual"
).split()
# https://pre-commit.com/#creating-new-hooks
SCHEMA: Final = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "name", "entry", "language"],
        "additionalProperties": False,
        "properties": {
            **dict.fromkeys(("id", "name", "entry", "description", "minimum_pre_commit_version"), _TEXT),
            **dict.fromkeys(("files", "exclude"), _TEXT),
            **dict.fromkeys(("types", "types_or", "exclude_types", "args", "additional_dependencies"), _TEXTS),
            **dict.fromkeys(("always_run", "fail_fast", "verbose", "pass_filenames", "require_serial"), _TRUTH),
            "language": {"const": "python"},
            "stages": {"type": "array", "items": {"enum": _STAGES}, "uniqueItems": True, "minItems": 1},
        },
    },
}


def run_hook(
    name: str, directory: Path, *files: str, args: list[str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a hook on the `files` of a repository that it is for, with `args` in place of its own."""
    (hook,) = [hook for hook in HOOKS if hook["id"] == name]
    command, *words = shlex.split(hook["entry"])
    assert command == "imgscope"
    passed = (
        [file for file in files if re.search(hook.get("files", ""), file)] if hook.get("pass_filenames", True) else []
    )
    return subprocess.run(
        [program(), *words, *(hook.get("args", []) if args is None else args), *passed],
        cwd=directory, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip


def test_it_is_valid_by_what_pre_commit_documents() -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(HOOKS)
    assert len({hook["id"] for hook in HOOKS}) == len(HOOKS)


def test_images_that_are_named_are_audited_by_the_policy_of_the_repository(layout: Path, tmp_path: Path) -> None:
    (tmp_path / "images.txt").write_text(f"oci:{layout}\n")
    args = ["--image-list", "images.txt"]
    assert run_hook("imgscope-audit", tmp_path, "README.md", args=args).returncode == 0
    (tmp_path / "imgscope.toml").write_text("[policy]\nmax-layers = 1\n")
    ended = run_hook("imgscope-audit", tmp_path, "README.md", args=args)
    assert ended.returncode == 1
    assert "FAIL max-layers (2, limit 1)" in ended.stderr


def test_archives_that_are_committed_are_audited_whatever_they_are_called(tmp_path: Path) -> None:
    names = ["app.oci.tar", "images/app.docker.tar.gz", "--config=app.image.tar"]
    (tmp_path / "images").mkdir()
    for name in names:
        write_docker_archive(tmp_path / name, debian(), gzip=name.endswith(".gz"))
    (tmp_path / "imgscope.toml").write_text("[policy]\nmax-layers = 1\n")
    ended = run_hook("imgscope-archives", tmp_path, *names, "data.tar", "README.md")
    assert ended.returncode == 1
    assert ended.stderr.endswith("imgscope: 3 images: 3 fail\n")
    assert run_hook("imgscope-archives", tmp_path, *names, args=["--max-layers=2", "--"]).returncode == 0
