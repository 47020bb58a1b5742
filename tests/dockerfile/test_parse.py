"""Where each instruction of a Dockerfile stands."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.dockerfile.parse import Dockerfile, SourceInstruction, parse_dockerfile, read_dockerfile
from imgscope.errors import UsageError


def parse(text: str) -> Dockerfile:
    return parse_dockerfile(text, "Dockerfile")


def only(text: str) -> SourceInstruction:
    """Return the one instruction after FROM."""
    (stage,) = parse(f"FROM x\n{text}").stages
    (_, instruction) = stage.instructions
    return instruction


def test_an_instruction_is_known_by_its_keyword_in_any_case_and_its_lines() -> None:
    found = only("run  echo hi\n")
    assert (found.keyword, found.text, found.line, found.last_line) == ("RUN", "echo hi", 2, 2)


def test_continued_lines_are_one_instruction_that_comments_and_empty_lines_do_not_end() -> None:
    found = only("RUN a && \\  \n# why\n\n    b && \\\n    c\nUSER x\n".replace("USER x\n", ""))
    assert found.text.split() == ["a", "&&", "b", "&&", "c"]
    assert (found.line, found.last_line) == (2, 6)


def test_a_continuation_may_be_the_end_of_the_file() -> None:
    assert only("RUN a \\").text == "a"
    assert only("RUN a \\\n# b").text == "a"


def test_the_escape_directive_says_what_continues_a_line() -> None:
    stage = parse("# syntax=docker/dockerfile:1\n# escape=`\nFROM x\nRUN dir C:\\\nRUN a `\n  b\n").stages[0]
    assert [(each.line, each.last_line) for each in stage.instructions] == [(3, 3), (4, 4), (5, 6)]


def test_a_line_that_ends_in_two_escape_characters_is_not_continued() -> None:
    stage = parse("FROM x\nCOPY app.exe C:\\\\\nRUN C:\\app.exe\nRUN a \\\\ \nUSER y\n").stages[0]
    assert [(each.keyword, each.text, each.line) for each in stage.instructions[1:]] == [
        ("COPY", "app.exe C:\\\\", 2),
        ("RUN", "C:\\app.exe", 3),
        ("RUN", "a \\\\", 4),
        ("USER", "y", 5),
    ]


@pytest.mark.parametrize("before", ["# a comment\n", "\n"])
def test_the_escape_directive_counts_only_above_everything_else(before: str) -> None:
    stage = parse(f"{before}# escape=`\nFROM x\nRUN a \\\n  b\n").stages[0]
    assert stage.instructions[-1].text.split() == ["a", "b"]


@pytest.mark.parametrize("end", ["\\ ", "\\\n  \\", "\\\n# comment\n"])
def test_a_line_that_only_goes_on_into_nothing_is_no_instruction(end: str) -> None:
    assert [each.keyword for each in parse(f"FROM x\n{end}").stages[0].instructions] == ["FROM"]


def test_a_directive_of_nothing_but_spaces_is_read_once() -> None:
    started = time.thread_time()
    with pytest.raises(UsageError, match="has no FROM"):
        parse(f"# escape={chr(0x1E) * 50_000}\udc85{chr(0x1E) * 50_000}x\n")
    assert time.thread_time() - started < 1


def test_a_here_document_that_is_the_whole_command_is_the_text() -> None:
    found = only("RUN <<EOF\napt-get update\n# not a comment here\nEOF\n")
    assert found.text == "apt-get update\n# not a comment here"
    assert (found.line, found.last_line) == (2, 5)


def test_a_here_document_with_a_dash_may_be_indented_with_tabs() -> None:
    assert only("RUN <<-'END'\n\techo\n\tEND\n").text == "echo"


def test_what_is_kept_for_another_build_may_have_a_here_document() -> None:
    stage = parse("FROM x\nONBUILD run <<EOF\nmake\nEOF\nONBUILD\nONBUILD ENV A=1 <<EOF\n").stages[0]
    assert [each.line for each in stage.instructions] == [1, 2, 5, 6]


def test_several_here_documents_follow_one_another() -> None:
    stage = parse("FROM x\nCOPY <<one <<two /d/\n1\none\n2\ntwo\nUSER y\n").stages[0]
    assert [(each.keyword, each.line) for each in stage.instructions] == [("FROM", 1), ("COPY", 2), ("USER", 7)]
    assert stage.instructions[1].text == "<<one <<two /d/\n1\n2"


def test_the_name_of_a_here_document_may_be_quoted_beside_other_quotes() -> None:
    assert only("RUN sh -c 'cat <<A' \"b c\" <<'EOF' d\\ <<B\n1\nEOF\n").text.split("\n")[1:] == ["1"]


def test_quotes_without_an_end_are_read_once() -> None:
    started = time.thread_time()
    for text in ("a \"b\\\" 'c ' " * 20_000 + '"', "'" * 100_001, '\\"' * 100_000 + "'", "\\" * 100_001):
        parse(f"FROM x\nRUN {text} <<EOF\nUSER y\n")
    assert time.thread_time() - started < 1


@pytest.mark.parametrize(
    "command",
    [
        "RUN echo $((1<<SHIFT))",
        "RUN cat <<<word",
        "ENV A=<<EOF",
        'RUN echo "write it as: cat <<EOF " > /doc',
        "RUN echo 'cat <<EOF '",
        'RUN echo "\\" <<EOF " <<"EOF x"',
        "RUN echo \\  <<EOF\\ x",
        "RUN echo it's <<EOF",
    ],
)
def test_what_only_looks_like_a_here_document_is_none(command: str) -> None:
    assert [each.line for each in parse(f"FROM x\n{command}\nUSER y\n").stages[0].instructions] == [1, 2, 3]


def test_stages_have_names_and_bases_and_arguments_may_stand_before_the_first() -> None:
    stages = parse("ARG V=1\nFROM --platform=linux/amd64 golang:$V AS Build\nRUN make\nFROM alpine\n").stages
    assert [(stage.name, stage.base) for stage in stages] == [("build", "golang:$V"), (None, "alpine")]


def test_Windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"\xef\xbb\xbfFROM x\r\nRUN a \\\r\n  b\r\nUSER \xff\r\n")
    stage = read_dockerfile(str(path)).stages[0]
    assert [(each.keyword, each.line, each.last_line) for each in stage.instructions] == [
        ("FROM", 1, 1),
        ("RUN", 2, 3),
        ("USER", 4, 4),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the Dockerfile 'Dockerfile' has no FROM"),
        ("FROM x\n# Title\nHello world\n", "the Dockerfile 'Dockerfile', line 3: 'HELLO' is no instruction"),
        ("RUN a\nFROM x\n", "the Dockerfile 'Dockerfile', line 1: RUN stands before the first FROM"),
        ("FROM x\nRUN <<EOF\na\n", "the Dockerfile 'Dockerfile', line 2: the here-document EOF does not end"),
    ],
)
def test_what_is_no_Dockerfile_is_refused_with_the_line(text: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(text)
    assert raised.value.message == message
    assert raised.value.hint == "--dockerfile takes the Dockerfile that the image was built from"


def test_a_Dockerfile_that_cannot_be_read_or_has_no_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read: No such file or directory"):
        read_dockerfile(str(tmp_path / "none"))
    with pytest.raises(UsageError, match="is larger than 1048576 bytes"):
        read_dockerfile("/dev/zero")


@given(st.lists(st.sampled_from(["FROM x", "RUN a \\", "RUN <<E", "E", "# c", "", "  b", "USER y", "COPY <<A <<B /"])))
def test_whatever_stands_in_it_instructions_keep_their_order_and_do_not_overlap(lines: list[str]) -> None:
    try:
        parsed = parse("\n".join(["FROM x", *lines]))
    except UsageError:
        return
    spans = [(each.line, each.last_line) for stage in parsed.stages for each in stage.instructions]
    flat = [number for span in spans for number in span]
    assert flat == sorted(flat)
    assert flat[-1] <= len(lines) + 1
