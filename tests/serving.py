"""A site that lies in a folder, built and served on this machine as a web server would."""

from __future__ import annotations

import functools
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BLANK = "/blank-page-of-the-tests"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files, and a page without anything, and says nothing."""

    def do_GET(self) -> None:
        """Answer what is asked for."""
        if self.path != BLANK:
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent."""


def built(root: Path, *, strict: bool = True) -> Path:
    """The folder of the notebook's site, built by the command."""
    command = [str(Path(sys.executable).parent / "loadbook"), "build"]
    if strict:
        command.append("--strict")
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return root / "site"


@contextmanager
def served(folder: Path, handler: type[QuietHandler] = QuietHandler) -> Iterator[str]:
    """The folder's address with a slash at the end, as long as the block lasts."""
    made = functools.partial(handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), made) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
