"""Markdown of a report: real tables, and nothing in a record can be anything but text in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from generator import gfm, report
from generator.blocks import Cell, Code, Item, Items, Mark, Note, Table
from generator.lettering import clean
from generator.notebook import Notebook
from tests.conftest import book
from tests.test_render import ATTACKS, active, hostile_record

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
"""A reader more trusting than GitHub: raw HTML is active in what it makes."""


def text_of(html: str) -> str:
    """What a reader sees, without tags."""
    import html as entities

    return entities.unescape(re.sub(r"<[^>]+>", "", html)).strip()


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_escaped_text_is_read_as_it_was(text: str) -> None:
    """Whatever it holds, escaped text is one paragraph of exactly that text, in a table too."""
    shown = gfm.escape(text)
    bare = shown.replace("\u200b", "")
    expected = clean(text).replace("\u200b", "")
    if expected:
        assert text_of(READER.render(bare)) == expected
        assert READER.render(bare).count("<") == 2
        table = READER.render(f"| {bare} | b |\n| --- | --- |\n| {bare} | d |\n")
        assert re.findall(r"<t[hd]>", table) == ["<th>", "<th>", "<td>", "<td>"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**bold** and `a|b`", "**bold** and `a\\|b`"),
        ("[go](https://example.org/a_b)", "[go](<https://example.org/a_b>)"),
        ("1. one\n2. two", "1. one\n2. two"),
        ("- one\n  more\n- *two*", "- one more\n- *two*"),
        ("> said", "> said"),
        ("~280 of 5 * 3_000", "\\~280 of 5 \\* 3\\_000"),
        ("@someone", "@\u200bsomeone"),
        ("```sh\nls `x`\n```", "```sh\nls `x`\n```"),
        ("| a | b |\n| - | - |\n| 1 | 2 |", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
    ],
)
def test_prose_keeps_what_a_page_shows(text: str, expected: str) -> None:
    """Emphasis, code, links, lists, quotes and tables stay; all other signs are text."""
    assert gfm.prose(text) == expected


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_record_is_active_in_markdown(attack: str) -> None:
    """A reader that trusts raw HTML finds nothing of a record's that acts, nor a heading of it."""
    found = book({"a/hostile": hostile_record(attack)})
    html = READER.render(report.markdown(found, "a/hostile"))
    assert [one for one in active(html) if not one.startswith("br")] == []
    assert html.count("<h1>") == 1
    assert "<h2>A heading" not in html


def test_a_table_has_every_cell() -> None:
    """Groups, notes, marks and second lines are there, and each row has as many cells."""
    mark = Mark("improved", "▲", "improved")
    table = Table(
        "t",
        "A | caption",
        ("Metric", "Value"),
        ((Cell("a|b", notes=(1,)), Cell("1", sub="why", mark=mark, strong=True, doubts=(3,))),),
        numeric=frozenset({1}),
        groups={0: "Load"},
        notes=("A note",),
    )
    assert gfm.block(table).splitlines() == [
        "**A \\| caption**",
        "",
        "| Metric | Value |",
        "| --- | ---: |",
        "| **Load** |  |",
        "| a\\|b [1] | **1** !3 ▲ improved<br>why |",
        "",
        "[1] A note",
    ]


def test_code_is_fenced_beyond_what_it_holds() -> None:
    """A snippet can't end its own fence; its language is a word or nothing."""
    items = Items((Item("T", code=(Code("py`x", "a\n````\nb"),)),))
    assert gfm.block(items).splitlines() == [
        "- **T**",
        "",
        "  `````",
        "  a",
        "  ````",
        "  b",
        "  `````",
    ]


def test_a_doubt_is_marked() -> None:
    """A note of doubt carries a sign."""
    assert gfm.block(Note("One run", "doubt")) == "> **!** One run"


def test_the_markdown_has_the_figures_of_the_page(notebook: Notebook) -> None:
    """Verdicts, doubts and charts in words are in the report of a run."""
    text = report.markdown(notebook, "session-8/post-fix")
    html = READER.render(text)
    assert "| RPS per core | **83.1 /s** !2 | −22.6 % ▼ regressed against pre-fix |" in text
    assert html.count("<table>") > 5
    assert "Not like for like" in text
    assert "\ue000" not in text
    assert "**Before and after.**" in text
