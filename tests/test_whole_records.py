"""Whole records drawn from the model: what is valid is published, in whatever order files come."""

from __future__ import annotations

from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from generator import notebook as notebooks
from generator import site, yamledit, yamltree
from generator.errors import Level
from generator.notebook import Notebook
from generator.records import Sources
from generator.settings import Settings
from generator.site import Site
from tests.strategies import CAMPAIGNS, RUNS, as_file
from tests.strategies import notebooks as drawn_notebooks

Contents = dict[str, dict[str, Any]]


def opened(runs: Contents, campaigns: Contents) -> Notebook:
    """The notebook of these records."""
    files = Sources(
        {name: as_file(content) for name, content in runs.items()},
        {name: as_file(content) for name, content in campaigns.items()},
    )
    return notebooks.build(files, Settings())


def published(book: Notebook) -> tuple[Site, dict[str, Any]]:
    """The site of a notebook, and all that is in it by path."""
    built = site.build(book)
    pages = {page.path: (page.title, page.markdown, page.late) for page in built.pages}
    return built, {**pages, **built.files, **built.pictures}


LEADS_NOWHERE = {"link-dangling", "claim-unknown", "acknowledged-unknown", "prose-figure"}
"""Errors of what a record refers to: names are drawn, and most are of nothing."""


def wrong_with(runs: Contents, campaigns: Contents) -> list[str]:
    """What is wrong with the site of valid records: errors, and what the order of files alters."""
    built, content = published(opened(runs, campaigns))
    errors = [p for p in built.problems if p.level is Level.ERROR and p.code not in LEADS_NOWHERE]
    lacking = [name for name in runs if f"{name}.md" not in content]
    turned = {name: runs[name] for name in reversed(runs)}
    other = published(opened(turned, campaigns))[1]
    differ = [
        path for path in content.keys() | other.keys() if content.get(path) != other.get(path)
    ]
    return [*(problem.as_text() for problem in errors), *lacking, *differ]


@settings(max_examples=2, phases=[Phase.generate])  # smaller ones are looked for by the proof alone
@given(drawn=drawn_notebooks())
def test_whole_records_are_published_in_any_order(drawn: tuple[Contents, Contents]) -> None:
    """Any valid records build without an error; the order of the files does not show."""
    assert wrong_with(*drawn) == []


@settings(max_examples=60)
@given(content=st.one_of(RUNS, CAMPAIGNS))
def test_a_whole_record_is_written_and_read_without_loss(content: dict[str, Any]) -> None:
    """What an import writes into a record's text is what is read from it, whatever it is."""
    document = yamltree.read("case.yaml", yamledit.block(content, 0).encode())
    assert document.problems == []
    assert as_file(document.value) == as_file(content)
