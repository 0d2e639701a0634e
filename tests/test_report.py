"""A report: the parts of the page, in one document that asks nobody for anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator import printing, report, sections, site
from generator.blocks import App, Cell, Items, Table
from generator.errors import NotebookError, UnknownRunError
from generator.notebook import Notebook
from generator.report import MOST_COLUMNS, Alone
from tests.command import loadbook
from tests.conftest import book
from tests.test_cli import real
from tests.test_reference import text_of
from tests.test_render import ATTACKS, active, hostile_record

__all__ = ["real"]

RUN = "title: Run {n}\ndate: 2026-01-{n:02}\nstatus: completed\nload: {{scenario: s, vus: {n}}}\n"


@pytest.mark.parametrize("name", ["session-8/post-code", "session-8/pre-fix", "earlier/day-6"])
def test_a_run_has_the_parts_of_its_page(notebook: Notebook, name: str) -> None:
    """Each section of the page is in the report, in the same order, with the same words."""
    view = site.view_of(notebook, Alone(page=f"{name}.md")).run(name)
    expected = [(str(part.level), part.slug, part.title) for part in sections.parts(view)]
    html = report.html(notebook, name)
    assert re.findall(r'<h([23]) id="([\w-]+)">(.*?)</h\1>', html) == expected
    for fact in (view.run.title, view.run.status):
        assert fact in html


def test_a_campaign_has_the_parts_of_its_page(notebook: Notebook) -> None:
    """Summary, runs, progression, history, claims and actions of a campaign."""
    html = report.html(notebook, "session-8")
    titles = re.findall(r'<h2 id="[\w-]+">(.*?)</h2>', html)
    assert titles[:4] == ["Summary", "Conclusions", "Question", "Runs"]
    assert {"Progression", "Comparison with history", "Claims", "Next actions"} < set(titles)
    assert "508.4" in text_of(html)
    assert html.count("<svg") == 1


def test_a_name_that_is_neither_is_told(notebook: Notebook) -> None:
    """Neither a run nor a campaign: the message names what there is."""
    with pytest.raises(UnknownRunError, match="there are: earlier/day-6"):
        report.html(notebook, "nope")


def test_links_are_text_or_whole(notebook: Notebook) -> None:
    """Without an address only anchors of the report are links; with it all lead to the site."""
    bare = report.html(notebook, "session-8/post-code")
    hrefs = set(re.findall(r'href="([^"]*)"', bare))
    ids = re.findall(r'\sid="([^"]+)"', bare)
    assert len(ids) == len(set(ids))
    assert hrefs
    for href in hrefs:
        assert href.startswith("#")
        assert href[1:] in ids
    whole = report.html(notebook, "session-8/post-code", "https://example.org/book/")
    outside = [h for h in re.findall(r'href="([^"]*)"', whole) if not h.startswith("#")]
    assert "https://example.org/book/glossary.html#latency_p95" in outside
    assert "https://example.org/book/session-8/post-code.html" in outside
    assert all(href.startswith("https://example.org/book/") for href in outside)


def test_nothing_is_loaded_and_nothing_runs(notebook: Notebook) -> None:
    """No script, no image, no style sheet from elsewhere, and a policy that forbids them."""
    html = report.html(notebook, "session-8/post-code")
    assert "Content-Security-Policy" in html
    assert "default-src 'none'" in html
    assert not re.search(r"<(script|img|iframe|object|embed)|url\((?!#)|@import", html)
    assert "slate" not in html.partition("</style>")[0]


@pytest.mark.parametrize(
    "attack", [*ATTACKS, "</style><script>alert(1)</script>", '"; } @import "x']
)
def test_no_record_is_active_in_a_report(attack: str) -> None:
    """A stranger's text ends neither the styles nor a tag; only our own head is active."""
    html = report.html(book({"a/b": hostile_record(attack)}), "a/b")
    assert active(html) == ["meta", "meta", "meta", "meta", "style"]
    style = html.partition("<style>")[2].partition("</style>")[0]
    (foot,) = re.findall(r"@bottom-left \{ content: (.*); font", style)
    assert re.fullmatch(r'"[^"<]*"', foot)


def test_the_dark_scheme_follows_the_system() -> None:
    """Rules for the theme's switch become rules for a dark system, on screen alone."""
    css = (
        ':root,\n[data-md-color-scheme="default"] { --a: 1; }\n'
        '[data-md-color-scheme="slate"] {\n  --a: 2;\n}\n'
        '[data-md-color-scheme="slate"] .lb-x { color: red; }\n.lb-y { color: blue; }\n'
    )
    light, _, dark = report.by_scheme(css).partition(
        "@media screen and (prefers-color-scheme: dark)"
    )
    assert "--a: 1" in light
    assert ".lb-y" in light
    assert "--a: 2" not in light
    assert re.sub(r"\s+", " ", dark) == " { :root { --a: 2; } :root .lb-x { color: red; } } "


def test_a_wide_table_goes_on_in_another() -> None:
    """Over ten columns a table is set in parts, each with its first column and every cell once."""
    runs = {f"a/r{n:02}": RUN.format(n=n) for n in range(1, 26)}
    found = report.of(book(runs), "a")
    tables = [b for part in found.parts for b in part.blocks if isinstance(b, Table)]
    assert all(len(table.columns) <= MOST_COLUMNS for table in tables)
    parts = [table for table in tables if table.id.startswith("matrix")]
    assert len(parts) == 3
    assert [table.columns[0] for table in parts] == ["Metric"] * 3
    shown = [column for table in parts for column in table.columns[1:]]
    assert shown == [f"r{n:02}" for n in range(1, 26)]
    vus = [row for table in parts for row in table.rows if row[0].text == "Virtual users"]
    assert [cell.text for row in vus for cell in row[1:]] == [str(n) for n in range(1, 26)]
    assert parts[1].caption.endswith("part 2 of 3")


def test_nothing_is_folded_and_no_script_is_missed(notebook: Notebook) -> None:
    """What the page folds is open, and what only a script would fill is not there."""
    for name in ("session-8/post-code", "session-8"):
        blocks = [block for part in report.of(notebook, name).parts for block in part.blocks]
        assert not [block for block in blocks if isinstance(block, App)]
        assert not [block for block in blocks if isinstance(block, Items) and block.folds]


def test_two_reports_have_the_same_bytes(notebook: Notebook) -> None:
    """The report of the same records is the same, as HTML and as Markdown."""
    for make in (report.html, report.markdown):
        assert make(notebook, "session-8/post-fix") == make(notebook, "session-8/post-fix")


def test_a_files_link_that_leads_nowhere_is_left_out() -> None:
    """A table cell without an address is text: no link to nothing."""
    assert Alone(page="a/b.md").href("a/b.md", "a/b/x.csv") == ""
    assert Alone(page="a/b.md").href("a/b.md", "a/b.md", "doubts") == "#doubts"
    assert Cell("x", href="").href == ""


# the command


def test_the_command_prints_html_and_markdown(real: Path, tmp_path: Path) -> None:
    """Without --out the document goes to the standard output; --site-url makes links whole."""
    done = loadbook(real, "report", "experiments/session-8/post-fix.yaml", "--format", "md")
    assert done.returncode == 0
    assert done.stdout.startswith("# Day 8 post-fix: infrastructure\n")
    target = tmp_path / "out" / "report.html"
    site_url = ["--site-url", "https://example.org/book"]
    assert loadbook(real, "report", "session-8", "--out", str(target), *site_url).returncode == 0
    assert 'href="https://example.org/book/session-8/index.html"' in target.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope"], "no run 'nope'"),
        (["session-8", "--format", "pdf"], "name a file with --out FILE"),
        (["session-8", "--site-url", "javascript:alert(1)"], "an address starts with https://"),
    ],
)
def test_wrong_usage_is_told(real: Path, arguments: list[str], message: str) -> None:
    """A message and exit code 2, and nothing on the standard output."""
    done = loadbook(real, "report", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_without_a_browser_the_message_says_what_to_do(real: Path, tmp_path: Path) -> None:
    """Where there is no Chromium the command names what to install and how to name one."""
    target = tmp_path / "report.pdf"
    arguments = ["report", "session-8", "--format", "pdf", "--out", str(target)]
    done = loadbook(real, *arguments, CHROME=str(tmp_path / "none"))
    assert done.returncode == 2
    assert "install the package chromium" in done.stderr
    assert not target.exists()


def test_a_browser_without_windows_prints_where_there_is_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machines of CI often have the headless shell alone; one with windows goes before it."""
    for variable in printing.VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("chromium-headless-shell", "chromium"):
        (tmp_path / name).touch(0o755)
        assert printing.find() == str(tmp_path / name)


def test_a_browser_that_does_not_print_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that writes no PDF is told with its last words."""
    browser = tmp_path / "broken"
    browser.write_text("#!/bin/sh\necho 'no display' >&2\nexit 3\n", "utf-8")
    browser.chmod(0o755)
    monkeypatch.setenv("CHROME", str(browser))
    with pytest.raises(NotebookError, match=r"broken did not print \(exit code 3\): no display"):
        printing.pdf("<p>Text</p>")
