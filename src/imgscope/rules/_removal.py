"""How to do without packages that only a build needs, in the words of the image's own package manager."""

from __future__ import annotations

from imgscope.facts import InspectedImage

_NAMES_IN_COMMAND = 6


def without_build_packages(image: InspectedImage, names: list[str]) -> str:
    """Return advice for an image in which the packages `names` should not be."""
    some = " ".join(names[:_NAMES_IN_COMMAND]) + (" …" if len(names) > _NAMES_IN_COMMAND else "")
    if any(package.type == "apk" for package in image.packages):
        return (
            "build in a first stage and COPY --from it, or in one RUN: "
            f"apk add --no-cache --virtual .build {some} && … && apk del .build"
        )
    return (
        "build in a first stage and COPY --from it, or in one RUN: "
        f"apt-get install -y {some} && … && apt-get purge -y --auto-remove {some}"
    )
