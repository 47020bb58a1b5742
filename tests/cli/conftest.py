"""What all tests of the command line are given."""

from __future__ import annotations

from tests.support.command_line import layout, run

__all__ = ["layout", "run"]
