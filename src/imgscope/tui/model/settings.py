"""What a user likes the terminal UI to be: `tui.toml` in the user's configuration directory; no file is needed."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import platformdirs

from imgscope.errors import UsageError
from imgscope.policy.rule_names import nearest
from imgscope.whole_files import write_whole

DARK: Final = "dark"
LIGHT: Final = "light"
HIGH_CONTRAST: Final = "high-contrast"
FILE_ORDERS: Final = ("size", "name", "change")
LAYER_COLUMNS: Final = ("base", "share", "compressed", "unpacked", "wasted")
_LARGEST: Final = 64 * 1024
_THEME_LINE: Final = re.compile(r"""^[ \t]*(?:theme|"theme"|'theme')[ \t]*=[^\r\n]*""", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`theme` by name, `start_pane` by name, how files are sorted at first, and which columns a layer has."""

    theme: str = DARK
    start_pane: str = "layers"
    file_order: str = "size"
    layer_columns: tuple[str, ...] = LAYER_COLUMNS


DEFAULT_SETTINGS: Final = Settings()


def settings_file() -> Path | None:
    """Return where the settings of this user are: `$XDG_CONFIG_HOME/imgscope/tui.toml` and its like elsewhere.

    None for a user without a home, which versions of platformdirs tell in different ways.
    """
    try:
        directory = Path(platformdirs.user_config_dir("imgscope", appauthor=False))
    except RuntimeError:
        return None
    return None if directory.parts[:1] == ("~",) else directory / "tui.toml"


def read_settings(path: Path, *, panes: tuple[str, ...], themes: tuple[str, ...]) -> Settings:
    """Return what stands in the file at `path`; the defaults where there is none.

    `panes` and `themes` are the names that there are. Raises `UsageError` for what cannot be understood.
    """
    parsers: dict[str, Callable[[str, Any], Any]] = {
        "theme": _one_of(themes),
        "start-pane": _one_of(panes),
        "file-order": _one_of(FILE_ORDERS),
        "layer-columns": _some_of(LAYER_COLUMNS),
    }
    values: dict[str, Any] = {}
    for key, value in _table(path).items():
        if key not in parsers:
            raise UsageError(f"{path}: there is no key {key!r}", hint=nearest(key, parsers))
        values[key.replace("-", "_")] = parsers[key](f"{path}: {key}", value)
    return replace(DEFAULT_SETTINGS, **values)


def write_theme(path: Path, theme: str) -> None:
    """Let the file at `path` name `theme` and leave everything else in it as it is.

    Raises `OSError`, and `UsageError` for a file that cannot be understood before or after that.
    """
    line = f"theme = {json.dumps(theme)}"
    before = _text(path)
    expected = {**_parsed(path, before), "theme": theme}
    text, count = _THEME_LINE.subn(lambda _: line, before, count=1)
    text = text if count else f"{line}\n{text}"
    try:
        is_understood = tomllib.loads(text) == expected
    except tomllib.TOMLDecodeError:
        is_understood = False
    if not is_understood:
        raise UsageError(f"where the theme stands in {str(path)!r} is not clear", hint=f"write there: {line}")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode())


def _table(path: Path) -> Mapping[str, Any]:
    return _parsed(path, _text(path))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise UsageError(
            f"{str(path)!r} cannot be read: {error.strerror}", hint="correct its permissions, or remove it"
        ) from None
    if len(content) > _LARGEST:
        raise UsageError(f"{str(path)!r} has more than the {_LARGEST:,} bytes that are read", hint="make it smaller")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _no_toml(path, error) from None


def _parsed(path: Path, text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _no_toml(path, error) from None


def _no_toml(path: Path, error: Exception) -> UsageError:
    return UsageError(f"{str(path)!r} is no TOML: {error}", hint="correct it there")


def _one_of(known: tuple[str, ...]) -> Callable[[str, Any], str]:
    def parse(place: str, value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            raise UsageError(f"{place} cannot be {value!r}", hint=nearest(str(value), known))
        return value

    return parse


def _some_of(known: tuple[str, ...]) -> Callable[[str, Any], tuple[str, ...]]:
    def parse(place: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise UsageError(f"{place} cannot be {value!r}", hint=f"write a list of some of: {', '.join(known)}")
        check = _one_of(known)
        return tuple(check(place, each) for each in value)

    return parse
