"""What a web server runs for each page: the arguments are in the environment, out of reach of any shell."""

from __future__ import annotations

import json
import os
import select
import signal
import threading

from imgscope.cli.main import main


def end_with_the_server() -> None:
    """End this process, once nobody is left who could write to it: the server may be gone without a word.

    Its standard input is a pipe. Where such a thing cannot be waited for, which is on Windows, nothing is done.
    """
    if hasattr(select, "poll"):
        threading.Thread(target=_wait_for_the_end, name="server", daemon=True).start()


def _wait_for_the_end() -> None:
    waiting = select.poll()
    # Asked for nothing, it tells of the other side being closed (poll(2), POLLHUP).
    waiting.register(0, 0)
    waiting.poll()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    end_with_the_server()
    main(json.loads(os.environ["IMGSCOPE_SERVED_ARGUMENTS"]))
