"""Pages on their way through MkDocs: the same Markdown is converted once, nobody can tell."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands import build
from mkdocs.config import load_config
from mkdocs.structure.pages import Page

from generator.passage import Passage
from tests.conftest import write_book

CONFIG = """\
site_name: Case
docs_dir: experiments
use_directory_urls: false
theme: {name: material}
plugins: [search, loadbook]
markdown_extensions: [attr_list, {toc: {permalink: true}}]
"""
RUN = "title: {}\nstatus: completed\nload: {{scenario: s, vus: 10}}\ntags: [{}]\n"


def pages_of(root: Path) -> dict[str, str]:
    """The pages that MkDocs builds of a notebook, and the words for its search."""
    config = load_config(str(root / "mkdocs.yml"))
    build.build(config)
    site = root / "site"
    found = [*site.rglob("*.html"), *site.rglob("search_index.json")]
    return {str(path.relative_to(site)): path.read_text("utf-8") for path in found}


def test_pages_with_the_same_headings_are_converted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Title, headings, table of contents and search are those of a conversion of each page."""
    runs = {f"c/{name}.yaml": RUN.format(f"Run *{name}* & <b>", name) for name in "abcdef"}
    root = write_book(tmp_path, runs, CONFIG)
    converted: list[str] = []
    markdown: Any = importlib.import_module("markdown")  # it has no types
    convert = markdown.Markdown.convert

    def noted(self: object, source: str) -> str:
        converted.append(source)
        html: str = convert(self, source)
        return html

    monkeypatch.setattr(markdown.Markdown, "convert", noted)
    once = pages_of(root)
    few = [text for text in converted if "Record and raw data" in text]
    converted.clear()

    def every_text(self: Passage, page: Page, text: str) -> str:
        self._texts[page.file.src_uri] = text, ""
        return text

    monkeypatch.setattr(Passage, "text", every_text)
    assert pages_of(root) == once
    every = [text for text in converted if "Record and raw data" in text]
    assert len(every) == len(runs)
    assert len(few) < len(runs)
    assert "<h1>Run *c* &amp; &lt;b&gt;</h1>" in once["c/c.html"]
    assert 'href="#record"' in once["c/c.html"]
    assert '"location":"c/c.html#set-up"' in once["search/search_index.json"]


FOUND = """
title: Run R
status: completed
context: Asked by somebody
date: 2026-01-02
load: {scenario: s, vus: 10}
k6: {http_reqs: {count: 100, rate: 50/s}}
findings: [{level: info, text: Marmalade is sticky.}]
"""


def test_the_search_has_what_people_said_and_not_every_figure(tmp_path: Path) -> None:
    """A section that says figures is no find, nor is a heading with nothing below it; a thousand
    runs would have them all a thousand times.
    """
    site = pages_of(write_book(tmp_path, {"c/r.yaml": FOUND}, CONFIG))
    page, docs = site["c/r.html"], json.loads(site["search/search_index.json"])["docs"]
    parted = [(doc["location"].partition("#"), doc["text"]) for doc in docs]
    found = {anchor: text for (path, _, anchor), text in parted if path == "c/r.html"}
    assert "Marmalade is sticky." in found["findings"]
    assert {"", "question", "summary", "set-up"} <= found.keys()
    for silent in ("trust", "evidence", "figures", "record"):
        assert f'id="{silent}"' in page
        assert f'href="#{silent}"' in page
        assert silent not in found
