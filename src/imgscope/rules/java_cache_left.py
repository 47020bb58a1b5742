"""The repositories of Maven, Gradle, Ivy or sbt left in the image.

## What it does
Looks for what Maven, Gradle, Ivy, sbt and Coursier downloaded, in any home directory. Containers that start one of
these need it, and nothing is said of it.

## Why it matters
An application that is packaged brings its libraries with it; the repository is a second copy of them, and of every
plugin of the build.

## How to fix
Build in a first stage and copy the result.

    FROM eclipse-temurin:21-jre
    COPY --from=build /src/target/app.jar /app.jar
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._commands import started_programs
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule

_CACHES: Final = (
    ".m2/repository",
    ".m2/wrapper",
    ".gradle/caches",
    ".gradle/wrapper",
    ".ivy2/cache",
    ".sbt/boot",
    ".cache/coursier",
)
_NEEDED_BY: Final = frozenset("mvn mvnw gradle gradlew sbt cs".split())


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        () if not _NEEDED_BY.isdisjoint(started_programs(image)) else directories_named(image, *_CACHES),
        what="repositories of Maven, Gradle and the like",
        fix="build in a first stage and COPY --from it, or use a cache mount on /root/.m2 or /root/.gradle",
    )


RULE = leftover_rule(id="java-cache-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
