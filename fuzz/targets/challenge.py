"""What registries say in headers: how to authenticate, when to come again, warnings."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from fuzz.pumped import pumped
from imgscope.sources.registry.challenge import parse_challenges
from imgscope.sources.registry.notices import Notices
from imgscope.sources.registry.retry import retry_after


def target(data: bytes) -> None:
    """Headers are lines of latin-1, as httpx gives them."""
    for text in pumped(data.decode("latin-1")):
        headers = text.split("\n")
        for challenge in parse_challenges(headers):
            assert challenge.scheme
            assert challenge.scheme == challenge.scheme.lower()
            assert all(name == name.lower() for name in challenge.parameters)
        seconds = retry_after(headers[0])
        assert seconds is None or seconds > 0
        notices = Notices()
        sent = [(b"warning", header.encode("latin-1")) for header in headers]
        sent += [(b"ratelimit-limit", sent[0][1]), (b"ratelimit-remaining", sent[-1][1])]
        notices.note(httpx.Headers(sent), str)
        assert all(not set(map(chr, range(32))).intersection(warning) for warning in notices.warnings)


def seeds() -> Mapping[str, bytes]:
    """Those of known registries, and RFC 9110's examples."""
    hub = 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull"'
    texts = {
        "hub": hub,
        "basic": 'Basic realm="simple"',
        "several": 'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
        "negotiate": "Negotiate YII=, Bearer realm=x\nBasic",
        "insufficient": 'Bearer realm="https://e.com/t?a=b",error="insufficient_scope"',
        "warning": '299 - "Your certificate \\"expires\\" soon"\n100;w=21600\n76;w=21600',
        "later": "Wed, 21 Oct 2099 07:28:00 GMT",
        "seconds": "120\n100;w=3600\n99",
    }
    return {name: text.encode() for name, text in texts.items()}
