"""The caches of RubyGems or Bundler left in the image.

## What it does
Looks for caches of RubyGems and Bundler, and for the gem archives that every installation keeps.

## Why it matters
Every gem is there twice: installed, and as the archive that it was installed from.

## How to fix
Remove the archives in the same `RUN` that installs.

    RUN bundle install && rm -rf /usr/local/bundle/cache/*.gem
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule

_CACHES: Final = (".bundle/cache", ".gem/specs", ".local/share/gem/specs", "bundle/ruby/cache")


def _claims(image: InspectedImage) -> Iterator[Claim]:
    archives = (node for node in image.files_by_extension.get("gem", ()) if node.parent and node.parent.name == "cache")
    return claims_on_paths(
        image,
        [*directories_named(image, *_CACHES), *archives],
        what="caches of RubyGems",
        fix="end the RUN that installs with: && rm -rf /usr/local/bundle/cache/*.gem",
    )


RULE = leftover_rule(id="ruby-cache-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
