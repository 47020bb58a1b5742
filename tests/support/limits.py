"""What tests know of limits besides their values."""

from __future__ import annotations

from typing import Final

UNTOLD: Final = frozenset({"error-body-size", "connections-per-host", "attachment-patience"})
"""Keys of limits that leave nothing of an image unread where they are reached."""
