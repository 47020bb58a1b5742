"""What a host name alone tells: whether it means this machine or its network, and to whom it belongs."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Second-level labels under which countries register names, as in example.co.uk.
_SHARED_LABELS: Final = frozenset(
    "ac co com edu firm gen go gob gouv gov gv id ind info ltd me mil ne net nhs nic nom or org plc pp sch web".split()
)
# Domains whose subdomains belong to whoever rents them: a neighbour there is a stranger.
_RENTED_DOMAINS: Final = frozenset(
    "amazonaws.com appspot.com azurecr.io azurewebsites.net cloudapp.net cloudfront.net digitaloceanspaces.com "
    "duckdns.org fly.dev github.io gitlab.io herokuapp.com jfrog.io myqcloud.com aliyuncs.com netlify.app ngrok.app "
    "ngrok.io ngrok-free.app nip.io no-ip.org ondigitalocean.app onrender.com pages.dev pkg.dev run.app sslip.io "
    "trycloudflare.com ts.net vercel.app windows.net workers.dev dyndns.org".split()
)
_OF_ALIBABA: Final = re.compile(r"dockerauth(?:-ee)?(?:-vpc)?(?:[.-][a-z]{2}(?:-[a-z]+)+(?:-[0-9]+)?)?\.aliyuncs\.com")
# Registries whose token server is on another site, each with all token servers that its provider has. Nobody can rent a
# name that these match: what is rented at aliyuncs.com is below the service that it is rented of, as in oss-REGION.
_TOKEN_SERVERS: Final = (
    (re.compile(r"registry(?:-vpc|-internal)?(?:\.[a-z0-9-]+)?\.aliyuncs\.com"), _OF_ALIBABA),
    (re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+){1,2}\.cr\.aliyuncs\.com"), _OF_ALIBABA),
    (re.compile(r"rg\.[a-z]{2}-[a-z]{3}\.scw\.cloud"), re.compile(r"api\.scaleway\.com")),
)
_LONGEST_NAME: Final = 253
_LONGEST_LABEL: Final = 63
_NUMERIC: Final = re.compile(r"[0-9a-fx.]+", re.IGNORECASE)


def is_host_name(host: str) -> bool:
    """Tell whether a name server could be asked for `host`, or it is an address (RFC 1035, 2.3.4)."""
    return 0 < len(host) <= _LONGEST_NAME and all(len(label) <= _LONGEST_LABEL for label in host.split("."))


def literal_address(host: str) -> Address | None:
    """Return the address that `host` writes out, or None for a name.

    Old spellings that resolvers accept (`127.1`, `0x7f000001`, `2130706433`) count, and so do IPv4 addresses
    inside IPv6 ones.
    """
    host = host.strip("[]").rstrip(".")
    try:
        address: Address = ipaddress.ip_address(host)
    except ValueError:
        if not _NUMERIC.fullmatch(host) or not host[0].isdigit():
            return None
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    return (address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None) or address


def is_loopback(host: str) -> bool:
    """Tell whether `host`, without a port, is this machine by its spelling."""
    address = literal_address(host)
    name = host.lower().rstrip(".")
    return name == "localhost" or name.endswith(".localhost") or (address is not None and address.is_loopback)


def is_link_local(host: str) -> bool:
    """Tell whether `host` is a literal link-local address, where clouds keep their metadata services."""
    address = literal_address(host)
    return address is not None and address.is_link_local


def is_local(host: str) -> bool:
    """Tell whether `host` is by its spelling on this machine or in a private network."""
    address = literal_address(host)
    return is_loopback(host) or (address is not None and (not address.is_global or address.is_multicast))


def is_token_server_of(host: str, registry: str) -> bool:
    """Tell whether the credentials of a user of `registry` may be sent to `host` (conformance C57).

    It may if both are one site, or if `host` is known by name as its provider's own.
    """
    host, registry = host.lower().rstrip("."), registry.lower().rstrip(".")
    is_known = any(known.fullmatch(registry) and token_server.fullmatch(host) for known, token_server in _TOKEN_SERVERS)
    return same_site(host, registry) or is_known


def same_site(host: str, other: str) -> bool:
    """Tell whether both hosts are one, or names under one registrable domain.

    There is no list of public suffixes here: where a suffix may be shared, only the same host is the same site.
    """
    host, other = host.lower().rstrip("."), other.lower().rstrip(".")
    return host == other or (_registrable(host) is not None and _registrable(host) == _registrable(other))


def _registrable(host: str) -> str | None:
    if literal_address(host) is not None:
        return None
    labels = host.split(".")
    count = 3 if len(labels[-1]) == 2 and len(labels) > 1 and labels[-2] in _SHARED_LABELS else 2
    domain = ".".join(labels[-count:])
    if len(labels) < count or any(domain == rented or domain.endswith(f".{rented}") for rented in _RENTED_DOMAINS):
        return None
    return domain
