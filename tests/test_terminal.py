"""Text for terminals and pull requests: readable, with footnotes, and harmless."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from generator import terminal
from generator.compare import compare
from generator.notebook import Notebook
from tests.conftest import book

HOSTILE = "\\e[31m\\x9b2J\\a\\b\\u202E\\u200B"
"""Escapes of YAML: colour, clear the screen, bell, backspace, reversed text, an invisible space."""

RECORD = f"""\
title: "T{HOSTILE}"
status: completed
date: 2026-01-02
load: {{scenario: "s{HOSTILE}", vus: 1, duration: 100s}}
deployment:
  node_group: {{price_per_hour: 0.04, currency: "E{HOSTILE}"}}
  settings: {{"key{HOSTILE}": "value{HOSTILE}"}}
k6: {{http_reqs: {{count: 100}}}}
snapshots: [{{moment: peak, nodes: {{active: 1}}}}]
"""


def hostile() -> Notebook:
    """Two runs whose texts hold control characters wherever a text is free."""
    other = RECORD.replace('scenario: "s', 'scenario: "other').replace('": "value', '": "changed')
    found = book({"a/1": RECORD, "a/2": other})
    assert found.problems == ()
    return found


def harmless(text: str) -> bool:
    """Whether a text has nothing in it that moves, colours or hides."""
    return all(char.isprintable() or char in "\n\N{NO-BREAK SPACE}" for char in text)


def console() -> tuple[Console, io.StringIO]:
    """A console without colours of its own, and what it printed."""
    printed = io.StringIO()
    return Console(file=printed, width=400, highlight=False, color_system=None), printed


def test_a_run_is_printed_without_control_characters() -> None:
    """Nothing that a record says can move the cursor or colour the terminal of its reader."""
    to, printed = console()
    found = hostile()
    measurements = found.measurements["a/1"].values()
    facts = ["scenario \x1b[31m"]
    terminal.print_measurements(to, found.runs["a/1"].title, measurements, facts)
    assert harmless(printed.getvalue())
    assert "Cost per million requests" in printed.getvalue()


def test_a_comparison_is_printed_without_control_characters() -> None:
    """The same holds where values, currencies and reasons of a comparison stand."""
    to, printed = console()
    comparison = compare(hostile(), "a/1", "a/2")
    terminal.print_comparison(to, comparison)
    assert harmless(printed.getvalue())
    assert harmless(terminal.comparison_markdown(comparison))
    assert "other" in printed.getvalue()


@given(text=st.text())
def test_plain_text_is_harmless_and_as_long_as_before(text: str) -> None:
    """Control characters give way to spaces; what can be printed stays as it is."""
    found = terminal.plain(text)
    assert harmless(found)
    assert len(found) == len(text)
    assert all(new == old for new, old in zip(found, text, strict=True) if old.isprintable())


def test_a_comparison_as_text_has_all_that_was_found(notebook: Notebook) -> None:
    """Values, deltas, verdicts with their basis, and footnotes for each doubt."""
    to, printed = console()
    terminal.print_comparison(to, compare(notebook, "session-8/pre-fix", "session-8/post-fix"))
    text = printed.getvalue().replace("\N{NO-BREAK SPACE}", " ")
    lines = {line.split("  ")[1].strip(): line for line in text.splitlines() if "  " in line[:3]}
    row = next(line for name, line in lines.items() if name.startswith("RPS per core"))
    for shown in (
        "107.3 /s",
        "83.1 /s",
        "−24.2 /s",
        "−22.6 %",
        "▼ regressed (tolerance 5 %, n = 1 and 1, noise not known)",
    ):
        assert shown in row
    assert "! Not like for like: VUs 50 → 100" in text
    mark = row.split("[")[1].split("]")[0].split(",")[0]
    assert f"[{mark}] Baseline: Requests per second: the recorded 73.47 /s contradicts" in text


def test_each_footnote_stands_once_and_is_referred_to(notebook: Notebook) -> None:
    """Numbers count from 1 without gaps, and the same doubt has the same number everywhere."""
    markdown = terminal.comparison_markdown(
        compare(notebook, "session-8/pre-fix", "session-8/post-fix")
    )
    notes = [line for line in markdown.splitlines() if line.startswith("[")]
    numbers = [line[1 : line.index("]")] for line in notes]
    assert numbers == [str(number) for number in range(1, len(notes) + 1)]
    assert len({line.split("]", 1)[1] for line in notes}) == len(notes) > 1
    marks = re.findall(r"^\| [\w ]+ \\\[([\d,]+)\\\]", markdown, flags=re.MULTILINE)
    assert {number for mark in marks for number in mark.split(",")} == set(numbers)


def test_markdown_has_a_row_for_each_metric_and_setting(notebook: Notebook) -> None:
    """A pull request shows the table with aligned columns, and what differs below it."""
    comparison = compare(notebook, "session-8/pre-fix", "session-8/post-fix")
    text = terminal.comparison_markdown(comparison).replace("\N{NO-BREAK SPACE}", " ")
    lines = text.splitlines()
    assert lines[0] == "### session-8/post-fix against session-8/pre-fix"
    start = lines.index("| --- | ---: | ---: | ---: | ---: | --- |") + 1
    rows = lines[start : start + len(comparison.deltas)]
    assert all(row.startswith("| ") and row.endswith(" |") for row in rows)
    assert all(row.replace("\\|", "").count("|") == 7 for row in rows)
    assert any("Latency p95 | 363.03 ms | 189.61 ms | −173.4 ms | −47.8 %" in row for row in rows)
    assert "| node\\_group.max | 5 | 8 |" in lines
    assert text.endswith("|\n")


@pytest.mark.parametrize("text", ["a|b", "`x`", "*b*", "_i_", "<b>", "[l](u)", "#1", "@team", "\\"])
def test_nothing_in_a_markdown_cell_is_active(text: str) -> None:
    """Texts of a record can't end a cell, link, mention anybody or put HTML into a comment."""
    record = RECORD.replace(HOSTILE, "")
    quoted = text.replace("\\", "\\\\")
    after = record.replace(': "value"', f': "{quoted}"')
    found = terminal.comparison_markdown(compare(book({"a/1": record, "a/2": after}), "a/1", "a/2"))
    row = next(line for line in found.splitlines() if line.startswith("| key"))
    escaped = row.split(" | ", 2)[2].removesuffix(" |")
    marks = [char for char in text if char in "\\|`*_<>[]#&@"]
    assert all(f"\\{mark}" in escaped for mark in marks)
    assert escaped.replace("\\", "") == text.replace("\\", "")


def test_what_is_missing_is_a_dash(notebook: Notebook) -> None:
    """A side without a figure is a dash, not an empty cell and not zero."""
    comparison = compare(notebook, "earlier/day-6", "session-8/post-code")
    assert terminal.show_value(None) == "–"
    row = next(
        line
        for line in terminal.comparison_markdown(comparison).splitlines()
        if line.startswith("| Cache hit rate")
    )
    assert "| – |" in row
    assert "| ? | " in row
