"""`python -m fuzz [--seconds N] [--target NAME]… [--jobs N]`: fuzz, and say what was found."""

from __future__ import annotations

import sys

from fuzz.campaign import main

if __name__ == "__main__":
    sys.exit(main())
