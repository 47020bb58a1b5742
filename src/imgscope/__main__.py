"""`imgscope`, and `python -m imgscope`."""

from __future__ import annotations

import signal
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; Ctrl-C ends it without a traceback from its first moment on."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Until there is somebody who catches it, while modules are loaded.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from imgscope.cli.main import main as run

    run()


if __name__ == "__main__":
    main()
