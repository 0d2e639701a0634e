"""The built site, served on this machine, and a real Chromium to walk it with."""

from __future__ import annotations

import functools
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import chromium
from tests.test_plugin import notebook_in


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the real notebook's site, built in strict mode."""
    root = notebook_in(tmp_path_factory.mktemp("notebook"))
    command = Path(sys.executable).parent / "loadbook"
    subprocess.run([command, "build", "--strict"], cwd=root, check=True, capture_output=True)
    return root / "site"


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """Where the site is served, with a slash at the end."""
    handler = functools.partial(QuietHandler, directory=str(built))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; where there is none the test fails and says what to install."""
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.MISSING)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield started
        started.close()
