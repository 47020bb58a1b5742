"""Which part of a text is a comment, a keyword or a string: asked of pygments, in a process of its own.

Lexers are made of regular expressions, and a text can be written so that they do not come to an end. A process can be
ended when it takes too long, and takes only the colours with it.
"""

from __future__ import annotations

import faulthandler
import subprocess
import sys
from typing import Final

import msgspec

from imgscope.text import printable
from imgscope.tui.model.lines import Tone

_PROGRAM: Final = "imgscope.tui.model.content.highlighting"
_LONGEST_TEXT: Final = 256 * 1024
_PATIENCE_SECONDS: Final = 5
_LONGEST_FIRST_LINE: Final = 200


class Span(msgspec.Struct, frozen=True, array_like=True):
    """The characters of a text from `start` up to `end` have a `tone`."""

    start: int
    end: int
    tone: Tone


class Question(msgspec.Struct, frozen=True):
    """A text, and the name of the file that it is the content of."""

    name: str
    text: str


def highlights(name: str, text: str) -> list[Span]:
    """Return the parts of `text` that have a tone of their own, in order; none where it is too long or not known.

    `name` tells the language; `text` is safe to show. Waits for a process, five seconds at most.
    """
    if len(text) > _LONGEST_TEXT:
        return []
    question = msgspec.json.encode(Question(name=printable(name), text=text))
    try:
        # -P: the directory that the user happens to be in is no place to import from.
        done = subprocess.run(
            [sys.executable, "-P", "-m", _PROGRAM],
            input=question,
            capture_output=True,
            timeout=_PATIENCE_SECONDS,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=list[Span])
    except (OSError, subprocess.SubprocessError, msgspec.MsgspecError):
        return []


def spans(name: str, text: str) -> list[Span]:
    """Do what `highlights` does in this process, however long it takes."""
    from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_for_filename(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        alias = _interpreter(text)
        if alias is None:
            return []
        lexer = get_lexer_by_name(alias, stripnl=False, ensurenl=False)
    found: list[Span] = []
    for start, token, value in lexer.get_tokens_unprocessed(text):
        tone = next((tone for kind in reversed(token.split()) if (tone := _TONES.get(str(kind))) is not None), None)
        if tone is not None and value.strip():
            found.append(Span(start, start + len(value), tone))
    return found


_TONES: Final[dict[str, Tone]] = {
    "Token.Comment": "dim",
    "Token.Comment.Preproc": "warning",
    "Token.Keyword": "info",
    "Token.Literal.String": "good",
    "Token.Literal.Number": "warning",
    "Token.Name.Attribute": "info",
    "Token.Name.Class": "strong",
    "Token.Name.Function": "strong",
    "Token.Name.Tag": "info",
    "Token.Generic.Deleted": "bad",
    "Token.Generic.Heading": "strong",
    "Token.Generic.Inserted": "good",
}
_INTERPRETERS: Final = {
    "sh": "sh",
    "bash": "bash",
    "dash": "sh",
    "python": "python",
    "perl": "perl",
    "node": "javascript",
    "ruby": "ruby",
    "php": "php",
    "lua": "lua",
    "tclsh": "tcl",
    "awk": "awk",
}


def _interpreter(text: str) -> str | None:
    """Return the language of the program that the first line says the text is for."""
    first = text[:_LONGEST_FIRST_LINE].partition("\n")[0]
    if not first.startswith("#!"):
        return None
    words = [word.rpartition("/")[2] for word in first[2:].split() if not word.startswith("-")]
    program = words[1] if len(words) > 1 and words[0] == "env" else next(iter(words), "")
    return _INTERPRETERS.get(program.rstrip("0123456789."))


def _answer() -> None:
    # Who asked may be gone before the time is over; only this comes through while an expression is at work.
    faulthandler.dump_traceback_later(_PATIENCE_SECONDS, exit=True)
    question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    sys.stdout.buffer.write(msgspec.json.encode(spans(question.name, question.text)))


if __name__ == "__main__":
    _answer()
