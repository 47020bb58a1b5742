"""What a web server runs for each page: the arguments are in the environment, out of reach of any shell."""

from __future__ import annotations

import json
import os

from imgscope.cli.main import main

if __name__ == "__main__":
    main(json.loads(os.environ["IMGSCOPE_SERVED_ARGUMENTS"]))
