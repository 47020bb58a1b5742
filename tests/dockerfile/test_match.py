"""Which instruction made which layer."""

from __future__ import annotations

import time

import msgspec
import pytest

from imgscope.dockerfile.match import match_layers
from imgscope.dockerfile.parse import parse_dockerfile
from imgscope.oci.instruction import parse_instruction
from imgscope.report import Instruction, LayerReport
from tests.render.example import example


def layers(*created_by: str) -> list[LayerReport]:
    (one, *_) = example().layers
    found = []
    for number, text in enumerate(created_by):
        parsed = parse_instruction(text)
        instruction = Instruction(keyword=parsed.keyword, text=parsed.text) if parsed else None
        found.append(msgspec.structs.replace(one, index=number, instruction=instruction))
    return found


def lines(dockerfile: str, *created_by: str) -> dict[int, int]:
    """Return the line of each layer's instruction, by the number of the layer."""
    matched = match_layers(parse_dockerfile(dockerfile, "Dockerfile"), layers(*created_by))
    return {layer: instruction.line for layer, instruction in matched.by_layer.items()}


def test_layers_of_the_base_image_have_no_line() -> None:
    assert lines(
        "FROM debian:12\nRUN apt-get update\nCOPY app /app\n",
        "ADD file:a1b2 in / ",
        "RUN /bin/sh -c apt-get update # buildkit",
        "COPY app /app # buildkit",
    ) == {1: 2, 2: 3}


def test_what_BuildKit_and_the_classic_builder_record_is_told_by_its_words() -> None:
    assert lines(
        "FROM x\nARG V\nRUN --mount=type=cache,target=/c pip install \\\n  flask==$V\n"
        "COPY --chown=app . /app/\nWORKDIR /srv\n",
        "RUN |1 V=3 /bin/sh -c pip install   flask==$V # buildkit",
        "/bin/sh -c #(nop) COPY dir:0123abcd in /app/ ",
        "WORKDIR /srv",
    ) == {0: 3, 1: 5, 2: 6}


def test_a_here_document_is_matched_by_what_stands_in_it() -> None:
    assert lines(
        "FROM x\nRUN <<EOF\necho a\necho b\nEOF\nRUN c\n", "RUN /bin/sh -c echo a\necho b # buildkit", "RUN c"
    ) == {
        0: 2,
        1: 6,
    }


def test_of_equal_instructions_each_has_its_own_layer() -> None:
    assert lines("FROM x\nRUN make\nRUN make\n", "RUN make", "RUN make") == {0: 2, 1: 3}


def test_an_instruction_that_is_not_the_one_is_not_taken_for_it() -> None:
    assert lines("FROM x\nRUN pip install flask\n", "RUN apt-get install gcc", "COPY a /b") == {}


def test_a_copy_to_a_place_in_a_variable_is_matched_by_where_it_stands() -> None:
    text = "FROM x\nRUN a\nCOPY app $HOME/app\nRUN b\n"
    assert lines(text, "RUN a", "COPY app /home/me/app", "RUN b") == {0: 2, 1: 3, 2: 4}


def test_the_stages_that_the_last_is_built_on_belong_to_the_image_and_others_do_not() -> None:
    text = "FROM debian AS base\nRUN one\nFROM golang AS build\nRUN two\nFROM base\nCOPY --from=build /x /x\n"
    assert lines(text, "RUN one", "COPY /x /x") == {0: 2, 1: 6}


def test_an_image_of_an_earlier_stage_is_matched_with_that_stage() -> None:
    matched = match_layers(
        parse_dockerfile("FROM a AS first\nRUN one thing\nFROM b\nRUN another\n", "Dockerfile"), layers("RUN one thing")
    )
    assert matched.base.line == 1


def test_a_stage_that_names_itself_ends() -> None:
    assert match_layers(parse_dockerfile("FROM a AS a\nRUN b\n", "Dockerfile"), layers("RUN b")).by_layer[0].line == 2


@pytest.mark.parametrize("count", [600])
def test_very_long_files_and_histories_are_matched_from_their_ends(count: int) -> None:
    text = "FROM x\n" + "".join(f"RUN step {number}\n" for number in range(count))
    found = lines(text, *(f"RUN step {number}" for number in range(count)))
    assert found[count - 1] == count + 1
    assert len(found) == 500


@pytest.mark.parametrize(("created_by", "line"), [("WORKDIR /srv/app", 2), ("WORKDIR /var", None), ("COPY ", None)])
def test_a_directory_may_be_written_relative_to_the_one_before(created_by: str, line: int | None) -> None:
    found = lines("FROM x\nWORKDIR app\nCOPY a /b\n", created_by)
    assert found.get(0) == line


def test_the_last_of_equal_instructions_counts() -> None:
    matched = match_layers(parse_dockerfile("FROM x\nUSER a\nUSER b\n", "Dockerfile"), [])
    (user, nothing) = (matched.last(["USER"]), matched.last(["CMD"]))
    assert user is not None
    assert (user.line, nothing) == (3, None)


def test_hundreds_of_long_instructions_are_soon_matched() -> None:
    text = "word " * 1500
    dockerfile = "FROM x\n" + "".join(f"RUN {text}{number}\n" for number in range(130))
    recorded = [f"RUN /bin/sh -c {text}{number + 1000} # buildkit" for number in range(130)]
    started = time.thread_time()
    assert lines(dockerfile, *recorded) == {}
    assert time.thread_time() - started < 2
