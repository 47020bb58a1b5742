"""What the user likes the terminal UI to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from imgscope.errors import UsageError
from imgscope.tui.model.settings import DEFAULT_SETTINGS, Settings, read_settings, write_theme


def read(path: Path) -> Settings:
    return read_settings(path, panes=("layers", "files"), themes=("textual-dark", "textual-light", "high-contrast"))


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "tui.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_is_needed(tmp_path: Path) -> None:
    assert read(tmp_path / "tui.toml") == DEFAULT_SETTINGS


def test_every_key_is_understood(tmp_path: Path) -> None:
    text = 'theme = "high-contrast"\nstart-pane = "files"\nfile-order = "name"\nlayer-columns = ["compressed"]\n'
    assert read(written(tmp_path, text)) == Settings(
        theme="high-contrast", start_pane="files", file_order="name", layer_columns=("compressed",)
    )


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("them = 'x'", "there is no key 'them'", "did you mean theme?"),
        ("theme = 'high-contrst'", "theme cannot be 'high-contrst'", "did you mean high-contrast?"),
        ("start-pane = 3", "start-pane cannot be 3", "there are: layers, files"),
        ("layer-columns = 'share'", "layer-columns cannot be 'share'", "write a list of some of: base, share"),
        ("layer-columns = ['shar']", "layer-columns cannot be 'shar'", "did you mean share?"),
        ("theme =", "is no TOML", "correct it there"),
        ("\udcff", "is no TOML", "correct it there"),
        ("#" * 70_000, "more than the 65,536 bytes that are read", "make it smaller"),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_place(tmp_path: Path, text: str, message: str, hint: str) -> None:
    path = tmp_path / "tui.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(UsageError) as raised:
        read(path)
    assert str(path) in raised.value.message
    assert message in raised.value.message
    assert hint in (raised.value.hint or "")


def test_a_directory_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path)


def test_a_theme_is_kept_in_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "tui.toml"
    write_theme(path, "high-contrast")
    assert read(path) == Settings(theme="high-contrast")


def test_a_theme_is_kept_beside_everything_else_that_is_in_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '# mine\nstart-pane = "files"\ntheme = "textual-light" # bright\n')
    write_theme(path, "high-contrast")
    assert path.read_text(encoding="utf-8") == '# mine\nstart-pane = "files"\ntheme = "high-contrast"\n'
    write_theme(written(tmp_path, 'start-pane = "files"\n'), "high-contrast")
    assert read(path) == Settings(theme="high-contrast", start_pane="files")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'\xef\xbb\xbfstart-pane = "files"\n', 'theme = "high-contrast"\nstart-pane = "files"\n'),
        (b'"theme" = "textual-dark"\n', 'theme = "high-contrast"\n'),
        (
            b"'theme'='textual-dark'\r\nstart-pane = 'files'\r\n",
            "theme = \"high-contrast\"\r\nstart-pane = 'files'\r\n",
        ),
    ],
)
def test_a_theme_is_kept_however_the_file_is_written(tmp_path: Path, before: bytes, after: str) -> None:
    path = tmp_path / "tui.toml"
    path.write_bytes(before)
    write_theme(path, "high-contrast")
    assert path.read_bytes() == after.encode()
    assert read(path).theme == "high-contrast"


@pytest.mark.parametrize("text", ['"th\\u0065me" = "textual-dark"\n', 'theme = """\ntextual-dark"""\n', "theme =\n"])
def test_a_file_in_which_the_theme_cannot_be_changed_stays_as_it_is(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as raised:
        write_theme(path, "high-contrast")
    assert raised.value.hint
    assert path.read_text(encoding="utf-8") == text
