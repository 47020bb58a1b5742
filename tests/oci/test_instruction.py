"""Lines of history back to Dockerfile instructions."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.oci.instruction import KEYWORDS, parse_instruction

MEGABYTE = 1_000_000

CLASSIC = [
    ("/bin/sh -c #(nop) ADD file:4b4e122d in / ", "ADD file:4b4e122d in /"),
    ("/bin/sh -c #(nop)  ARG VERSION=1.0", "ARG VERSION=1.0"),
    ('/bin/sh -c #(nop)  CMD ["nginx" "-g" "daemon off;"]', 'CMD ["nginx", "-g", "daemon off;"]'),
    ('/bin/sh -c #(nop)  CMD ["/bin/sh" "-c" "echo \\"hi\\""]', 'CMD ["/bin/sh", "-c", "echo \\"hi\\""]'),
    ("/bin/sh -c #(nop) COPY dir:0a1b in /app ", "COPY dir:0a1b in /app"),
    ("/bin/sh -c #(nop) COPY multi:0a1b in ./ ", "COPY multi:0a1b in ./"),
    ('/bin/sh -c #(nop)  ENTRYPOINT ["/docker-entrypoint.sh"]', 'ENTRYPOINT ["/docker-entrypoint.sh"]'),
    ("/bin/sh -c #(nop)  ENTRYPOINT []", "ENTRYPOINT []"),
    ("/bin/sh -c #(nop)  ENTRYPOINT &{[]}", "ENTRYPOINT []"),
    ("/bin/sh -c #(nop)  ENV PATH=/usr/local/bin:/bin", "ENV PATH=/usr/local/bin:/bin"),
    ("/bin/sh -c #(nop)  EXPOSE 80", "EXPOSE 80"),
    ("/bin/sh -c #(nop)  EXPOSE 443/tcp 80/tcp", "EXPOSE 443/tcp 80/tcp"),
    (
        '/bin/sh -c #(nop)  HEALTHCHECK &{["CMD-SHELL" "curl -f http://[::1]/ || exit 1"] "30s" "3s" "0s" \'\\x03\'}',
        "HEALTHCHECK --interval=30s --timeout=3s --retries=3 CMD curl -f http://[::1]/ || exit 1",
    ),
    (
        '/bin/sh -c #(nop)  HEALTHCHECK &{["CMD" "/check" "-a b"] "0s" "0s" "5s" \'\\n\'}',
        'HEALTHCHECK --start-period=5s --retries=10 CMD ["/check", "-a b"]',
    ),
    ('/bin/sh -c #(nop)  HEALTHCHECK &{["NONE"] "0s" "0s" "0s" \'\\x00\'}', "HEALTHCHECK NONE"),
    ("/bin/sh -c #(nop)  LABEL maintainer=Someone <a@b.example>", "LABEL maintainer=Someone <a@b.example>"),
    ("/bin/sh -c #(nop)  MAINTAINER Someone", "MAINTAINER Someone"),
    ("/bin/sh -c #(nop)  ONBUILD COPY . /usr/src/app", "ONBUILD COPY . /usr/src/app"),
    ('/bin/sh -c #(nop)  ONBUILD CMD ["a" "b"]', 'ONBUILD CMD ["a", "b"]'),
    ("/bin/sh -c apt-get update && apt-get install -y curl", "RUN apt-get update && apt-get install -y curl"),
    ("/bin/bash -o pipefail -c curl x | sh", "RUN curl x | sh"),
    ("/bin/bash -euxo pipefail -c make", "RUN make"),
    ("/bin/ash -eo pipefail -c apk add x", "RUN apk add x"),
    ("/bin/sh -c #(nop)  SHELL [/bin/bash -o pipefail -c]", 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]'),
    ("/bin/bash -o pipefail -c #(nop)  USER app", "USER app"),
    ("/bin/sh -c #(nop)  STOPSIGNAL SIGQUIT", "STOPSIGNAL SIGQUIT"),
    ("/bin/sh -c #(nop)  STOPSIGNAL [SIGQUIT]", "STOPSIGNAL SIGQUIT"),
    ("/bin/sh -c #(nop)  USER [nobody]", "USER nobody"),
    ("/bin/sh -c #(nop)  VOLUME [/var/lib/data /logs]", "VOLUME /var/lib/data /logs"),
    ("/bin/sh -c #(nop) WORKDIR /srv", "WORKDIR /srv"),
    ("cmd /S /C #(nop) WORKDIR C:\\app", "WORKDIR C:\\app"),
    ("cmd /S /C mkdir app", "RUN mkdir app"),
    ("powershell -Command $ErrorActionPreference = 'Stop'; #(nop)  ENV A=b", "ENV A=b"),
    ("powershell -Command Get-Date", "RUN Get-Date"),
]

BUILDAH = [
    ("/bin/sh -c #(nop) FROM docker.io/library/alpine:3.19", "FROM docker.io/library/alpine:3.19"),
    ("/bin/sh -c #(nop) COPY --from=build /out /app", "COPY --from=build /out /app"),
    ('/bin/sh -c #(nop) CMD ["/app"]', 'CMD ["/app"]'),
    ("/bin/sh -c #(nop) EXPOSE 8080", "EXPOSE 8080"),
    (
        "/bin/sh -c --mount=type=cache,target=/var/cache/apt apt-get update",
        "RUN --mount=type=cache,target=/var/cache/apt apt-get update",
    ),
    ("|1 A=b /bin/sh -c make", "RUN make"),
]

BUILDKIT = [
    ("ADD alpine-minirootfs-3.19.1-x86_64.tar.gz / # buildkit", "ADD alpine-minirootfs-3.19.1-x86_64.tar.gz /"),
    ("ARG TARGETARCH", "ARG TARGETARCH"),
    ('CMD ["nginx" "-g" "daemon off;"]', 'CMD ["nginx", "-g", "daemon off;"]'),
    ("COPY --chown=app:app . /srv # buildkit", "COPY --chown=app:app . /srv"),
    ('ENTRYPOINT ["/entry" "--x"]', 'ENTRYPOINT ["/entry", "--x"]'),
    ("ENV NODE_VERSION=20.1.0", "ENV NODE_VERSION=20.1.0"),
    ("EXPOSE map[443/tcp:{} 80/tcp:{}]", "EXPOSE 443/tcp 80/tcp"),
    ("EXPOSE [80/tcp]", "EXPOSE 80/tcp"),
    (
        'HEALTHCHECK &{["CMD-SHELL" "wget -q -O- http://[::1]/"] "1m0s" "0s" "0s" "2s" \'\\x05\'}',
        "HEALTHCHECK --interval=1m0s --start-interval=2s --retries=5 CMD wget -q -O- http://[::1]/",
    ),
    (
        "LABEL org.opencontainers.image.source=https://example.com",
        "LABEL org.opencontainers.image.source=https://example.com",
    ),
    ("ONBUILD RUN npm install", "ONBUILD RUN npm install"),
    ("RUN /bin/sh -c apt-get update     && apt-get clean # buildkit", "RUN apt-get update     && apt-get clean"),
    ("RUN |2 A=b C= /bin/sh -c make # buildkit", "RUN make"),
    ("RUN |0 /bin/sh -c make # buildkit", "RUN make"),
    ("RUN /bin/bash -o pipefail -c a | b # buildkit", "RUN a | b"),
    ("RUN /usr/bin/app --flag # buildkit", "RUN /usr/bin/app --flag"),
    ("RUN --mount=type=secret,id=npm /bin/sh -c npm ci # buildkit", "RUN --mount=type=secret,id=npm npm ci"),
    (
        "RUN --mount=type=cache,target=/root --network=none --security=insecure |1 A=b /bin/sh -c make # buildkit",
        "RUN --mount=type=cache,target=/root --network=none --security=insecure make",
    ),
    ("RUN /bin/sh -c echo '#(nop) CMD x' # buildkit", "RUN echo '#(nop) CMD x'"),
    ("RUN /bin/sh -c <<EOF (set -e...) # buildkit", "RUN <<EOF (set -e...)"),
    ("SHELL [/bin/bash -o pipefail -c]", 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]'),
    ("STOPSIGNAL SIGTERM", "STOPSIGNAL SIGTERM"),
    ("USER 65532:65532", "USER 65532:65532"),
    ("VOLUME [/data]", "VOLUME /data"),
    ("WORKDIR /app", "WORKDIR /app"),
]

KANIKO = [
    ("ADD https://example.com/x /x", "ADD https://example.com/x /x"),
    ("ARG A=b", "ARG A=b"),
    ('CMD ["a", "b c"]', 'CMD ["a", "b c"]'),
    ("CMD node server.js", "CMD node server.js"),
    ("COPY --from=build /out /app", "COPY --from=build /out /app"),
    ('ENTRYPOINT ["/app"]', 'ENTRYPOINT ["/app"]'),
    ("ENV A b", "ENV A b"),
    ("EXPOSE 80 443", "EXPOSE 80 443"),
    ("FROM alpine:3.19 AS build", "FROM alpine:3.19 AS build"),
    ("HEALTHCHECK --interval=5m CMD curl -f /", "HEALTHCHECK --interval=5m CMD curl -f /"),
    ("LABEL a=b", "LABEL a=b"),
    ("ONBUILD ADD . /app", "ONBUILD ADD . /app"),
    ("RUN apk add --no-cache curl", "RUN apk add --no-cache curl"),
    ("run apk add curl", "RUN apk add curl"),
    ("RUN\tapk add curl", "RUN apk add curl"),
    ('SHELL ["/bin/bash", "-c"]', 'SHELL ["/bin/bash", "-c"]'),
    ("STOPSIGNAL 9", "STOPSIGNAL 9"),
    ("USER app", "USER app"),
    ('VOLUME ["/data"]', 'VOLUME ["/data"]'),
    ("WORKDIR /app", "WORKDIR /app"),
]


@pytest.mark.parametrize(("recorded", "instruction"), CLASSIC)
def test_what_the_classic_builder_records(recorded: str, instruction: str) -> None:
    assert str(parse_instruction(recorded)) == instruction


@pytest.mark.parametrize(("recorded", "instruction"), BUILDAH)
def test_what_buildah_records(recorded: str, instruction: str) -> None:
    assert str(parse_instruction(recorded)) == instruction


@pytest.mark.parametrize(("recorded", "instruction"), BUILDKIT)
def test_what_buildkit_records(recorded: str, instruction: str) -> None:
    assert str(parse_instruction(recorded)) == instruction


@pytest.mark.parametrize(("recorded", "instruction"), KANIKO)
def test_what_kaniko_records(recorded: str, instruction: str) -> None:
    assert str(parse_instruction(recorded)) == instruction


def test_every_keyword_is_in_the_tables_above() -> None:
    seen = {instruction.split()[0] for _, instruction in CLASSIC + BUILDAH + BUILDKIT + KANIKO}
    assert seen == KEYWORDS


@pytest.mark.parametrize(
    "recorded",
    [
        None,
        "",
        "   ",
        "# debian.sh --arch 'amd64' out/ 'bookworm' '@1700000000'",
        "bazel build ...",
        "jib-maven-plugin:3.4.0",
        "ko build ko://example.com/cmd/app",
        "apko",
        "buildkit.dockerfile.v0",
        "crane append",
        "#(nop)",
        "ADDED by hand",
    ],
)
def test_what_other_tools_record_is_no_instruction(recorded: str | None) -> None:
    assert parse_instruction(recorded) is None


@pytest.mark.parametrize(
    ("recorded", "arguments", "text"),
    [
        ("RUN |2 A=b C=d /bin/sh -c make # buildkit", ("A=b", "C=d"), "make"),
        ("|2 A=b C= /bin/sh -c make", ("A=b", "C="), "make"),
        ("RUN |2 A=one two B=/bin/sh-like x /bin/sh -c make # buildkit", ("A=one two", "B=/bin/sh-like x"), "make"),
        ("RUN |1 OPTS=-O2 -g /bin/bash -o pipefail -c make -j A=b # buildkit", ("OPTS=-O2 -g",), "make -j A=b"),
        ("RUN |1 A=b make install # buildkit", ("A=b",), "make install"),
        ("RUN |9 A=b /bin/sh -c make # buildkit", ("A=b",), "make"),
        ("RUN |x /bin/sh -c make", (), "|x /bin/sh -c make"),
    ],
)
def test_build_arguments_are_told_from_the_command(recorded: str, arguments: tuple[str, ...], text: str) -> None:
    parsed = parse_instruction(recorded)
    assert parsed is not None
    assert (parsed.keyword, parsed.build_arguments, parsed.text) == ("RUN", arguments, text)


@pytest.mark.parametrize(
    ("printed", "retries"),
    [
        ("'\\x01'", 1),
        ("'\\a'", 7),
        ("'\\t'", 9),
        ("'\\x1f'", 31),
        ("' '", 32),
        ("'\\''", 39),
        ("'*'", 42),
        ("'\\\\'", 92),
        # No Go prints this, but anyone can write it.
        ("'\\'", 92),
        ("'Ā'", 256),
        ("'\\u200b'", 0x200B),
        ("12", 12),
    ],
)
def test_numbers_that_go_printed_as_characters_are_numbers_again(printed: str, retries: int) -> None:
    parsed = parse_instruction(f'HEALTHCHECK &{{["CMD" "x"] "0s" "0s" "0s" {printed}}}')
    assert parsed is not None
    assert parsed.text == f'--retries={retries} CMD ["x"]'


@pytest.mark.parametrize(
    "recorded",
    [
        'CMD ["a" "b"',
        "CMD [1, 2]",
        "CMD [NaN]",
        'CMD ["a\\q" "b"]',
        "HEALTHCHECK &{broken",
        "HEALTHCHECK &{[]}",
        "HEALTHCHECK",
        "EXPOSE map[",
        "VOLUME []",
        "ONBUILD",
        "ONBUILD ONBUILD RUN x",
        "RUN",
        "|1",
        "RUN |9999 ",
    ],
)
def test_broken_records_are_shown_as_well_as_can_be(recorded: str) -> None:
    parsed = parse_instruction(recorded)
    assert parsed is not None
    assert parsed.keyword in KEYWORDS


@given(st.text(st.sampled_from(list("CMDRUNONBUILD []{}&\"'\\|#()nop=-/shc\n\t1A")), max_size=60))
def test_any_text_is_an_instruction_or_none(recorded: str) -> None:
    parsed = parse_instruction(recorded)
    assert parsed is None or parsed.keyword in KEYWORDS


# Made by the test that reads it: 28 MB that not every process needs.
HOSTILE: dict[str, Callable[[], str]] = {
    "spaces": lambda: "RUN a" + " " * MEGABYTE + "b",
    "a path": lambda: "/a" * (MEGABYTE // 2),
    "a path after arguments": lambda: "|1 A=x y " + "/a" * (MEGABYTE // 2),
    "words like paths": lambda: "|1 A=x y " + "/a " * (MEGABYTE // 3),
    "shells": lambda: "|1 A=x y " + "/sh -a " * (MEGABYTE // 7),
    "flags of a shell": lambda: "/bin/sh" + " -a" * (MEGABYTE // 3),
    "one flag of a shell": lambda: "/bin/sh -" + "c" * MEGABYTE,
    "PowerShells": lambda: "|1 A=x y " + "pwsh -a " * (MEGABYTE // 8),
    "drives": lambda: "|1 A=x y " + ":\\" * (MEGABYTE // 2),
    "instructions in instructions": lambda: "ONBUILD " * (MEGABYTE // 8),
    "arguments": lambda: "|9999 " + "A=b " * (MEGABYTE // 4),
    "an argument without a value": lambda: "|1 " + "A" * MEGABYTE,
    "words of a value": lambda: "|1 A=b c" + " A" * (MEGABYTE // 2),
    "flags": lambda: "RUN " + "--mount " * (MEGABYTE // 8),
    "marks of the classic builder": lambda: "#(nop)" * (MEGABYTE // 6),
    "marks of BuildKit": lambda: "RUN " + "# buildkit" * (MEGABYTE // 10),
    "opening brackets": lambda: "CMD " + "[" * MEGABYTE + "]",
    "closing brackets": lambda: "CMD [" + "]" * MEGABYTE + "x",
    "escaped quotes": lambda: 'CMD ["' + '\\"' * (MEGABYTE // 2) + "]",
    "escaped quotes to the end": lambda: 'CMD ["' + '\\"' * (MEGABYTE // 2) + "\\]",
    "quotes": lambda: "CMD [" + '"' * MEGABYTE + "]",
    "unclosed words": lambda: "CMD [" + '"a ' * (MEGABYTE // 3) + "]",
    "digits": lambda: "CMD [" + "1" * MEGABYTE + "]",
    "tests of a check": lambda: "HEALTHCHECK &{[" + ']"' * (MEGABYTE // 2) + "}",
    "durations of a check": lambda: "HEALTHCHECK &{[]" + '"' * MEGABYTE + "x}",
    "retries of a check": lambda: "HEALTHCHECK &{[]" + "'" * MEGABYTE + "x}",
    "spaces in a check": lambda: 'HEALTHCHECK &{["a"]' + " " * MEGABYTE + "x}",
    "ports": lambda: "EXPOSE map[" + "80/tcp:{} " * (MEGABYTE // 10),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_megabyte_of_hostile_history_is_read_at_once(kind: str) -> None:
    recorded = HOSTILE[kind]()
    started = time.process_time()
    parse_instruction(recorded)
    assert time.process_time() - started < 1
