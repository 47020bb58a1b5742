"""The Dockerfile as far as history tells it."""

from __future__ import annotations

from imgscope.dockerfile.reconstruct import BuildHistory, build_history
from imgscope.oci.config import History, ImageConfig, RootFilesystem
from imgscope.oci.digest import Digest


def config(*steps: str | None, layers: int | None = None) -> ImageConfig:
    """Each step made a layer unless it begins with a hyphen."""
    history = tuple(
        History(created_by=step.removeprefix("-") if step else None, empty_layer=bool(step and step.startswith("-")))
        for step in steps
    )
    count = sum(not each.empty_layer for each in history) if layers is None else layers
    diff_ids = tuple(Digest(f"sha256:{number:064x}") for number in range(count))
    return ImageConfig(history=history, rootfs=RootFilesystem(diff_ids=diff_ids))


def history(
    *steps: str | None, base_layers: int = 0, base: str | None = None, layers: int | None = None
) -> BuildHistory:
    built = config(*steps, layers=layers)
    count = len(built.rootfs.diff_ids or ())
    return build_history(built, layer_count=count, base_layers=base_layers, base=base)


def lines(told: BuildHistory) -> list[str]:
    return [line for line in told.dockerfile().splitlines() if not line.startswith("# ")]


def test_steps_become_instructions_and_a_run_has_its_line_breaks() -> None:
    told = history("COPY a /b # buildkit", "-ENV X=1", "RUN /bin/sh -c make && make install # buildkit", '-CMD ["x"]')
    assert lines(told) == ["FROM scratch", "COPY a /b", "ENV X=1", "RUN make \\", "    && make install", 'CMD ["x"]']
    assert [step.layer for step in told.steps] == [0, None, 1, None]


def test_the_steps_of_a_named_base_end_with_what_it_starts() -> None:
    told = history("ADD file:1 in /", '-CMD ["sh"]', "-ENV X=1", "RUN make", base_layers=1, base="debian:12")
    assert lines(told) == ["FROM debian:12", "ENV X=1", "RUN make"]
    assert [step.line for step in told.base_steps] == ["ADD file:1 in /", 'CMD ["sh"]']
    assert "which image it was built FROM is not recorded" not in told.gaps


def test_an_entrypoint_in_front_of_the_command_is_of_the_base_too() -> None:
    told = history("ADD file:1 in /", '-ENTRYPOINT ["e"]', "-EXPOSE 80", '-CMD ["c"]', "RUN x", base_layers=1, base="n")
    assert lines(told) == ["FROM n", "RUN x"]


def test_without_a_layer_of_its_own_only_the_first_command_is_of_the_base() -> None:
    told = history("ADD file:1 in /", '-CMD ["sh"]', '-CMD ["mine"]', base_layers=1, base="n")
    assert lines(told) == ["FROM n", 'CMD ["mine"]']


def test_a_base_that_starts_nothing_ends_with_its_last_layer() -> None:
    assert lines(history("ADD file:1 in /", "-ENV X=1", "RUN x", base_layers=1)) == ["ENV X=1", "RUN x"]


def test_what_history_does_not_tell_is_said() -> None:
    told = history("COPY dir:0123456789ab in /app", "RUN make", "bazel build ...")
    assert told.gaps == (
        "which image it was built FROM is not recorded",
        "1 of 3 steps are no instruction of a Dockerfile",
        "what was copied is recorded by its hash, not by its name",
        "whether files were copied from other build stages, and what these did, is not recorded",
        "line breaks, comments, ARG and here-documents of RUN are not recorded as they were written",
    )
    assert "# bazel build ..." in told.dockerfile()


def test_copies_from_a_stage_that_is_named_are_told() -> None:
    assert history("COPY --from=build /a /b # buildkit").gaps == ("which image it was built FROM is not recorded",)


def test_C32_where_steps_and_layers_do_not_match_no_step_is_told_to_have_made_a_layer() -> None:
    told = history("RUN a", "RUN b", layers=3, base_layers=1, base="n")
    assert [step.layer for step in told.steps] == [None, None]
    assert not told.base_steps
    assert any("do not match in number" in gap for gap in told.gaps)


def test_secrets_in_it_are_redacted() -> None:
    token = "ghp_" + "a1B2" * 9
    assert token not in history(f"RUN curl -H 'Authorization: token {token}' x").dockerfile()


def test_no_history_is_told_as_such() -> None:
    assert history().gaps == ("the image has no history",)
    assert history(None).steps[0].line == "# (not recorded)"
