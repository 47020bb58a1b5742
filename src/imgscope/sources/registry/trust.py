"""Whom to trust and who we are, for each host by itself (conformance C24): authorities, client certificates, or nobody.

A client certificate of one host is never shown to another, a redirect's target or a mirror for instance.
"""

from __future__ import annotations

import os
import ssl
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx

from imgscope.errors import SourceError, UsageError
from imgscope.sources.registry.configuration.certificates import HostCertificates, find_certificates

_NO_PASSPHRASE: Final = ""


class Trust:
    """Makes the TLS settings for any host that is connected to. Safe to use from several threads.

    `is_insecure` tells for a URL whether any certificate will do; `find` gives the certificates that the user has
    for a host and port.
    """

    def __init__(
        self,
        *,
        is_insecure: Callable[[httpx.URL], bool] = lambda _: False,
        find: Callable[[str, int | None], HostCertificates | None] = find_certificates,
    ) -> None:
        self._is_insecure = is_insecure
        self._find = find
        self._lock = threading.Lock()
        self._by_host: dict[tuple[str, int | None], ssl.SSLContext] = {}
        self._shared: dict[bool, ssl.SSLContext] = {}

    def context(self, url: httpx.URL) -> ssl.SSLContext:
        """Return the settings for the host and port of `url`; raises `UsageError` for certificates that are none."""
        key = (url.host, url.port)
        with self._lock:
            if key not in self._by_host:
                self._by_host[key] = self._make(url)
            return self._by_host[key]

    def certificates(self, url: httpx.URL) -> HostCertificates | None:
        """Return the certificates that the user has for the host and port of `url`."""
        return self._find(url.host, url.port)

    def _make(self, url: httpx.URL) -> ssl.SSLContext:
        verifies = not self._is_insecure(url)
        own = self.certificates(url)
        if own is not None and (own.authorities or own.client_pairs):
            context = _context(verifies=verifies)
            _add(context, own)
            return context
        if verifies not in self._shared:
            self._shared[verifies] = _context(verifies=verifies)
        return self._shared[verifies]


def _add(context: ssl.SSLContext, own: HostCertificates) -> None:
    for authority in own.authorities:
        try:
            context.load_verify_locations(cafile=authority)
        except (ssl.SSLError, OSError) as error:
            raise _unusable(authority, "holds no certificates in PEM form", error) from None
    for certificate, key in own.client_pairs:
        try:
            # Without a passphrase given here, OpenSSL would ask for one on the terminal.
            context.load_cert_chain(certificate, key, password=_NO_PASSPHRASE)
        except (ssl.SSLError, OSError) as error:
            what = f"and {key.name} are no client certificate and its key in PEM form, without a passphrase"
            raise _unusable(certificate, what, error) from None


def _unusable(path: Path, what: str, error: OSError) -> UsageError:
    hint = f"correct what is in {path.parent}"
    if not isinstance(error, ssl.SSLError):
        return UsageError(f"{path} or what belongs to it cannot be read: {error.strerror}", hint=hint)
    return UsageError(f"{path} {what}", hint=hint)


def _context(*, verifies: bool) -> ssl.SSLContext:
    named = os.environ.get("SSL_CERT_FILE")
    if named and not Path(named).is_file():
        raise UsageError(f"SSL_CERT_FILE names {named!r}, which is no file", hint="correct it or unset it")
    context = _of_system()
    if named:
        try:
            context.load_verify_locations(cafile=named)
        except ssl.SSLError:
            raise UsageError(f"SSL_CERT_FILE names {named!r}, which holds no certificates in PEM form") from None
        except OSError as error:
            raise UsageError(f"SSL_CERT_FILE names {named!r}, which cannot be read: {error.strerror}") from None
    if not verifies:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _of_system() -> ssl.SSLContext:
    """Return what trusts the system's certificates where there are any, so that its authorities are trusted here."""
    try:
        if _has_system_certificates():
            return ssl.create_default_context()
        return httpx.create_ssl_context(trust_env=False)
    except OSError as error:
        log = os.environ.get("SSLKEYLOGFILE")
        if log and error.filename == log:
            what = f"SSLKEYLOGFILE names {log!r}, which cannot be written: {error.strerror}"
            raise UsageError(what, hint="correct it or unset it") from None
        raise SourceError(
            f"the system's certificates cannot be read: {error.strerror or error}",
            hint="check SSL_CERT_DIR and who may read it",
        ) from None


def _has_system_certificates() -> bool:
    paths = ssl.get_default_verify_paths()
    return sys.platform == "win32" or bool(paths.cafile) or (bool(paths.capath) and any(Path(paths.capath).iterdir()))
