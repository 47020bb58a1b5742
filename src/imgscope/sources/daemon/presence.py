"""Whether an engine on this machine has an image that a registry does not give: worth a hint, never a wait."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from typing import Final
from urllib.parse import quote

from imgscope.errors import ImgscopeError
from imgscope.oci.reference import Reference
from imgscope.sources.daemon.client import EngineClient
from imgscope.sources.daemon.engine import ENGINES, Engine
from imgscope.sources.daemon.patience import Patience

_PATIENCE: Final = Patience.brief(1.0)


def hint_for(reference: Reference, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return how to inspect the image here, such as `Docker has it here: imgscope docker-daemon:nginx:latest`.

    Only sockets that exist are asked, for a second at most each; whatever goes wrong means that nobody has it.
    """
    having = [engine for engine in ENGINES if _has(engine, reference, environ)]
    return (
        "; ".join(f"{engine.title} has it here: imgscope {engine.scheme}:{reference.familiar}" for engine in having)
        or None
    )


def _has(engine: Engine, reference: Reference, environ: Mapping[str, str]) -> bool:
    try:
        address = engine.address(environ)
        if address.socket is None or not address.may_exist:
            return False
        with closing(EngineClient(engine, address, patience=_PATIENCE)) as client:
            client.document(f"/images/{quote(str(reference), safe='')}/json")
    except ImgscopeError:
        return False
    return True
