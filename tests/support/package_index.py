"""A Python package index on loopback with one small wheel, as long as a `with` block lasts."""

from __future__ import annotations

import base64
import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

PROJECT: Final = "greeting"
_WHEEL_NAME: Final = f"{PROJECT}-1.0-py3-none-any.whl"
_METADATA: Final = f"Metadata-Version: 2.1\nName: {PROJECT}\nVersion: 1.0\n"
_WHEEL: Final = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def make_wheel(size: int) -> bytes:
    """Return a wheel whose one module has `size` bytes."""
    files = {
        f"{PROJECT}/__init__.py": "# " + "x" * (size - 3) + "\n",
        f"{PROJECT}-1.0.dist-info/METADATA": _METADATA,
        f"{PROJECT}-1.0.dist-info/WHEEL": _WHEEL,
    }
    record = "".join(f"{path},sha256={_hash(text)},{len(text)}\n" for path, text in files.items())
    files[f"{PROJECT}-1.0.dist-info/RECORD"] = f"{record}{PROJECT}-1.0.dist-info/RECORD,,\n"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return written.getvalue()


def _hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@contextmanager
def package_index(*, size: int = 2_000_000) -> Iterator[str]:
    """Serve the index and give its URL. What it sends may be cached, as what PyPI sends may be."""
    wheel = make_wheel(size)
    page = f'<a href="/{_WHEEL_NAME}#sha256={hashlib.sha256(wheel).hexdigest()}">{_WHEEL_NAME}</a>'.encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_wheel = self.path.endswith(".whl")
            body = wheel if is_wheel else page
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream" if is_wheel else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "max-age=31536000, public")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the output of tests clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/simple/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
