"""`mkdocs serve` shows an edited record's new figure without a restart."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.test_plugin import notebook_in

TIMEOUT_SECONDS = 60


@contextmanager
def served(root: Path) -> Iterator[str]:
    """The address at which `mkdocs serve` shows the notebook; ended afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [Path(sys.executable).parent / "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"],
        cwd=root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "Serving on" in line:
                break
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate()


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as answer:
        content: bytes = answer.read()
    return content.decode()


def edit(address: str, record: Path, text: str) -> None:
    """Save the record and wait for the rebuild that follows; the server answers when it is done."""
    epoch, request = re.findall(r"livereload\((\d+), (\d+)\)", get(f"{address}/index.html"))[0]
    record.write_text(text, "utf-8")
    get(f"{address}/livereload/{epoch}/{request}")


def test_an_edited_record_shows_its_new_figure(tmp_path: Path) -> None:
    """Saving a record rebuilds its page; a broken one is named and does not end the server."""
    root = notebook_in(tmp_path)
    record = root / "experiments" / "session-8" / "post-fix.yaml"
    original = record.read_text("utf-8")
    with served(root) as address:
        page = f"{address}/session-8/post-fix.html"
        assert "189.61" in get(page)
        edit(address, record, original.replace("p95: 189.61ms", "p95: 192.34ms"))
        assert "192.34" in get(page)
        edit(address, record, original.replace("status: completed", "status: finished"))
        assert "is not one of" in get(f"{address}/index.html")
        edit(address, record, original.replace("p95: 189.61ms", "p95: 193.45ms"))
        assert "193.45" in get(page)


def test_an_edited_template_shows_its_new_words(tmp_path: Path) -> None:
    """Saving a template of the notebook rebuilds the pages that use it."""
    root = notebook_in(tmp_path)
    own = root / "templates" / "blocks"
    own.mkdir(parents=True)
    template = own / "note.html"
    template.write_text("<p>FIRST {{ block.text }}</p>\n", "utf-8")
    with served(root) as address:
        page = f"{address}/session-8/post-fix.html"
        assert "<p>FIRST Not like for like" in get(page)
        edit(address, template, "<p>SECOND {{ block.text }}</p>\n")
        assert "<p>SECOND Not like for like" in get(page)
