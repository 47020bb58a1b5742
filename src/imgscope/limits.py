"""How much of anything imgscope is willing to read; reaching a limit is always said, never silent."""

from __future__ import annotations

from dataclasses import dataclass

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Defaults that no honest image reaches. Sizes in bytes, durations in seconds."""

    error_body_size: int = 64 * 1024
    token_body_size: int = 64 * 1024
    archive_manifest_size: int = _MEBIBYTE
    captured_file_size: int = 64 * _MEBIBYTE
    extended_header_size: int = _MEBIBYTE
    entry_count: int = 5_000_000
    unpacked_size: int = 500 * 1024 * _MEBIBYTE
    zstd_window_size: int = 128 * _MEBIBYTE
    concurrent_layers: int = 4
    connect_timeout: float = 30.0
    silence_timeout: float = 60.0


DEFAULT_LIMITS = Limits()
