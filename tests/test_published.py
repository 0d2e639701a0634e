"""The site as the world gets it: built by MkDocs with its address set, and asked over HTTP."""

from __future__ import annotations

import functools
import html
import http.server
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.datapage import EXAMPLES
from tests.test_plugin import notebook_in, run


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent."""


@dataclass(frozen=True)
class Published:
    """A built site: its folder, and where it is served, with a slash at the end."""

    folder: Path
    address: str

    def text(self, path: str) -> str:
        """A file of the site."""
        return (self.folder / path).read_text("utf-8")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """The five reported runs, built in strict mode for the address where they are served."""
    root = notebook_in(tmp_path_factory.mktemp("published"))
    folder = root / "site"
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        config = root / "mkdocs.yml"
        config.write_text(f"site_url: {address}\n{config.read_text('utf-8')}", "utf-8")
        done = run("loadbook", "build", "--strict", cwd=root)
        assert done.returncode == 0, done.stderr
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Published(folder, address)
        server.shutdown()
        thread.join()


def test_the_examples_of_the_page_run(published: Published, tmp_path: Path) -> None:
    """Each example as it stands on the page runs against the served site and prints its figures."""
    page = published.text("use-the-data.html")
    blocks = re.findall(r"<pre>.*?<code[^>]*>(.*?)</code></pre>", page, flags=re.DOTALL)
    codes = [html.unescape(re.sub(r"<[^>]+>", "", block)) for block in blocks]
    assert len(codes) == len(EXAMPLES)
    printed = []
    for example, code in zip(EXAMPLES, codes, strict=True):
        assert "SITE" not in code
        assert "RUN" not in code
        shell = [sys.executable, "-c"] if example.language == "python" else ["bash", "-euc"]
        done = subprocess.run(
            [*shell, code], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{example.title}: {done.stderr}"
        printed.append(done.stdout)
    table, metrics, _, lines, asked = printed
    assert re.search(r"session-8/post-code\s+stress\s+completed\s+508\.40*\s+263\.00*\n", table)
    assert re.search(r"latency_p95\s+(263\.00*|2\.630*e\+02)\s+ms\s+recorded", metrics)
    assert "session-8/post-code\t263.0\n" in lines
    assert re.search(r"stress\W+5\W+189\.61", asked)
    assert "latency_p95" in asked
