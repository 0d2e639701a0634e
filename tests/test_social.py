"""The picture of a run and the tags that lead to it."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from PIL import Image

from generator import settings, social
from generator import site as sites
from generator.compare import compare
from generator.links import Links
from generator.notebook import Notebook
from generator.social import Card, Shown
from generator.verdicts import Verdict
from tests.conftest import ROOT, book
from tests.test_render import ATTACKS, hostile_record

SITE = "https://example.org/book/"
DIGEST = """
import hashlib
from generator.social import Card, Shown, png
from generator.verdicts import Verdict
figures = (Shown("Latency p95", "1 ms", "+1 %", Verdict.REGRESSED),) * 3
print(hashlib.sha256(png(Card("Campaign", "Title", "against a/b", figures))).hexdigest())
"""


class Tags(HTMLParser):
    """Collects the meta tags of a head, and everything else that is in it."""

    def __init__(self) -> None:
        super().__init__()
        self.metas: dict[str, str] = {}
        self.others: list[str] = []
        self.ours = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "meta" and set(found) in ({"property", "content"}, {"name", "content"}):
            self.metas[found.get("property") or found.get("name") or ""] = found["content"] or ""
        elif (tag, found) == ("script", {"src": "../assets/searching.js"}):
            self.ours += 1
        elif tag != "link" or found.get("rel") != "alternate":
            self.others.append(tag)


def tags(head: str) -> Tags:
    parser = Tags()
    parser.feed(head)
    return parser


@pytest.mark.parametrize("title", ["T", "Two " * 40, "字" * 60, "$\\frac{1}{0}$ _x_ ^2"])
def test_a_picture_is_small_and_of_the_right_size(title: str) -> None:
    """1200 by 630 pixels, below 60 KB, whatever the run is called; no formula is typeset."""
    figures = (Shown("Requests per second", "508.4 /s", "+83.4 %", Verdict.IMPROVED),) * 3
    drawn = social.png(Card("Campaign " * 20, title, "against a/b", figures))
    assert len(drawn) < 60_000
    with Image.open(io.BytesIO(drawn)) as picture:
        assert picture.size == (social.WIDTH, social.HEIGHT)
        assert picture.info == {}


def test_two_processes_draw_the_same_bytes() -> None:
    """Neither hash seed nor locale nor time changes a byte of a picture."""
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(digests) == 1


def test_a_figure_is_never_cut_short() -> None:
    """A long value is drawn smaller, not shortened: the picture of the whole one differs."""
    drawn = [
        hashlib.sha256(
            social.png(Card("C", "T", "", (Shown("Cost", value, "", None),)))
        ).hexdigest()
        for value in ("~0.1748 USD per M", "~0.1748 USD per N")
    ]
    assert drawn[0] != drawn[1]


def test_the_card_shows_what_can_be_judged(notebook: Notebook) -> None:
    """Three headline figures, those first that went better or worse, with change and verdict."""
    found = compare(notebook, "session-8/post-fix", "session-8/post-code")
    card = social.card(notebook, found, "session-8/post-code")
    assert card.title == "Day 8 post-code: optimizations"
    assert card.eyebrow == "Session 8: deep observability · 2026-01-02"
    assert card.against == "against session-8/post-fix"
    assert [(one.label, one.verdict) for one in card.figures] == [
        ("Requests per second", Verdict.NOT_COMPARABLE),
        ("RPS per core", Verdict.IMPROVED),
        ("Cost per million requests", Verdict.IMPROVED),
    ]
    first = social.card(notebook, None, "earlier/day-6")
    assert first.against == ""
    assert {one.verdict for one in first.figures} == {None}


def test_a_page_has_its_tags_where_the_site_has_an_address(notebook: Notebook) -> None:
    """Open Graph wants whole addresses: picture, page, and the figures with their verdicts."""
    built = sites.build(notebook, Links(site_url=SITE))
    page = next(page for page in built.pages if page.path == "session-8/post-code.md")
    html = page.put_in("<html><head><title>T</title></head><body></body></html>")
    found = tags(page.head).metas
    assert f"{page.head}</head>" in html
    assert found["og:url"] == f"{SITE}session-8/post-code.html"
    assert found["og:image"] == f"{SITE}social/session-8/post-code.png"
    assert found["twitter:card"] == "summary_large_image"
    assert found["og:description"].startswith("With 200 VUs the backend answered")
    assert "508.4 /s, +83.4 % ○ not comparable" in found["og:image:alt"].replace("\xa0", " ")
    assert set(built.pictures) == {f"social/{identity}.png" for identity in notebook.runs}


def test_without_an_address_nothing_is_drawn(notebook: Notebook) -> None:
    """No tags, no pictures: drawing takes time, and nobody could be led to them."""
    built = sites.build(notebook)
    assert built.pictures == {}
    assert all("og:" not in page.head for page in built.pages)


@pytest.mark.parametrize("asked", [True, False])
def test_the_option_decides(asked: bool) -> None:
    """`social` draws pictures without an address, and leaves them out with one."""
    found = book({"a/b": "title: T\nstatus: completed\n"}, settings.Settings(social=asked))
    built = sites.build(found, Links(site_url="" if asked else SITE))
    assert bool(built.pictures) is asked
    head = next(page.head for page in built.pages if page.path == "a/b.md")
    assert "og:image" not in head
    assert ("og:title" in head) is not asked


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_record_is_active_in_the_head(attack: str) -> None:
    """A stranger's text ends no tag and opens none."""
    found = book({"a/b": hostile_record(attack)})
    built = sites.build(found, Links(site_url=SITE))
    head = next(page.head for page in built.pages if page.path == "a/b.md")
    read = tags(head)
    assert read.others == []
    assert read.ours == 1
    assert read.metas["og:title"] == " ".join(attack.split())
    assert all(re.fullmatch(r"(og|twitter):[\w:]+", name) for name in read.metas)
