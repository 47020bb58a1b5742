"""Findings on an image that buildah built are at the lines of the Containerfile that it was built from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support import programs
from tests.support.buildah import build_and_push
from tests.support.command import imgscope
from tests.support.docker_registry import docker_registry

pytestmark = pytest.mark.integration

CONTAINERFILE = """\
# syntax=docker/dockerfile:1
FROM scratch AS base
COPY busybox /bin/sh
COPY busybox /bin/busybox

RUN busybox mkdir -p /root/.cache/pip/http && \\
    # a comment
    busybox dd if=/dev/zero of=/root/.cache/pip/http/a bs=1000 count=3000

FROM base AS other
RUN busybox touch /other

FROM base
ENV DEST=/srv
COPY Containerfile $DEST/
RUN busybox mkdir -p /var/log \\
 && busybox dd if=/dev/zero of=/var/log/a.log bs=1000 count=1200
RUN busybox rm -rf /root/.cache
USER 0
ENTRYPOINT ["/bin/busybox", "true"]
"""


def test_findings_are_at_the_instructions_that_brought_them_about(tmp_path: Path) -> None:
    programs.require("docker-registry", "busybox")
    context = tmp_path / "context"
    context.mkdir()
    containerfile = context / "Containerfile"
    containerfile.write_text(CONTAINERFILE, encoding="utf-8")
    shutil.copy(shutil.which("busybox") or "", context / "busybox")
    with docker_registry(tmp_path / "registry") as host:
        build_and_push(context, f"{host}/app:1")
        ended = imgscope("audit", f"{host}/app:1", "-o", "sarif", "--dockerfile", str(containerfile))
    assert ended.exit_code == 0, ended.stderr
    lines = {}
    for result in ended.document["runs"][0]["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        lines[result["ruleId"]] = (region["startLine"], region["endLine"])
    assert lines["deleted-later"] == (6, 8)
    assert lines["logs-left"] == (16, 17)
    assert lines["runs-as-root"] == (19, 19)
