"""The site as the world gets it: built by MkDocs with its address set, and asked over HTTP."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from generator.datapage import EXAMPLES
from proofs import same
from tests.conftest import write_book
from tests.gitbook import run as record
from tests.serving import served
from tests.test_plugin import notebook_in, run


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
    with served(folder) as address:
        config = root / "mkdocs.yml"
        config.write_text(f"site_url: {address}\n{config.read_text('utf-8')}", "utf-8")
        done = run("loadbook", "build", "--strict", cwd=root)
        assert done.returncode == 0, done.stderr
        yield Published(folder, address)


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


def test_pages_name_the_feed_and_runs_their_picture(published: Published) -> None:
    """Every page leads to the feed, a run's page to its picture; both are there as they say."""
    for path in ("index.html", "session-8/post-code.html", "session-8/index.html"):
        head = published.text(path).partition("</head>")[0]
        (href,) = re.findall(r'type="application/atom\+xml" title="New runs" href="([^"]+)"', head)
        assert ((published.folder / path).parent / href).resolve().name == "feed.xml"
    assert "<title>Day 8 post-code" in published.text("feed.xml")
    head = published.text("session-8/post-code.html").partition("</head>")[0]
    (image,) = re.findall(r'<meta property="og:image" content="([^"]+)">', head)
    with urlopen(image) as answer:
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.read()[:4] == b"\x89PNG"


def test_a_badge_is_served_where_the_page_says(published: Published) -> None:
    """The Markdown that a run's page offers names a badge of this site, by its whole address."""
    page = html.unescape(re.sub(r"<[^>]+>", "", published.text("session-8/post-code.html")))
    offered = re.findall(r"\[!\[[^\]]+\]\((\S+)\)\]\((\S+)\)", page)
    assert len(offered) == 12
    for badge, target in offered:
        with urlopen(badge) as answer:
            assert answer.headers["Content-Type"] == "image/svg+xml"
        with urlopen(target) as answer:
            assert answer.status == 200


def test_a_site_is_the_same_elsewhere_and_on_another_day(tmp_path: Path) -> None:
    """Folder, day, time zone, locale, order of sets and of files alter no byte of any file."""
    runs = {"case/a.yaml": record(100, day=1), "case/b.yaml": record(120, day=2)}
    source = write_book(tmp_path / "source", runs, (same.ROOT / "mkdocs.yml").read_text("utf-8"))
    count, differing = same.differing(source, tmp_path)
    assert (count > 100, differing) == (True, [])
    sitemap = (tmp_path / "one" / "site" / "sitemap.xml").read_text("utf-8")
    assert set(re.findall(r"<lastmod>(.*?)</lastmod>", sitemap)) == {"2026-01-02"}
