"""Pages that are kept: whatever is edited, the site is what it would be with nothing kept."""

from __future__ import annotations

import os
import random
import re
import sqlite3
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks import notebooks
from generator import audit, links, notebook, products, records, settings, shelf, site
from generator.gallery import KIND as CHARTS
from generator.gallery import Gallery
from generator.links import Links
from generator.notebook import Notebook
from generator.pages import PAGES, Overview
from generator.products import Makers, Packed, Products
from generator.render import Page, Renderer
from generator.resources import TEMPLATES
from generator.site import Site
from generator.store import FILE, Store
from generator.traced import Traced
from generator.view import View
from tests import edits
from tests.edits import Files
from tests.test_notebooks import files as files_of

RUNS = 12
KEPT = 13
"""Their pages, and that of their campaign."""


def build(
    folder: Path,
    files: Files,
    store: Store,
    keep: bool = True,
    templates: Sequence[Path] = (TEMPLATES,),
    gallery: Gallery | None = None,
) -> Site:
    """The site of these files, written into a folder, with what is kept in the store."""
    for path in folder.rglob("*"):
        if path.is_file() and str(path.relative_to(folder)) not in files:
            path.unlink()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    opened = notebook.build(records.sources(folder), *settings.read(folder))
    gallery = gallery or Gallery(store, workers=0)
    return site.build(opened, Links(), templates, gallery, keep=keep)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A notebook of twelve runs with repeats, tables, objectives and figures in prose."""
    folder = tmp_path_factory.mktemp("written")
    notebooks.write(folder, RUNS, 5)
    return edits.with_objectives(files_of(folder))


def test_what_is_kept_changes_nothing(written: Files, tmp_path: Path) -> None:
    """After each of several edits, one upon the other, the site is that of a build from nothing."""
    chance, files, store = random.Random(1), written, Store()
    build(tmp_path, files, store)
    for _ in range(6):
        edit, files = edits.edited(files, chance)
        kept = build(tmp_path, files, store)
        anew = build(tmp_path, files, store, keep=False)
        assert kept.files == anew.files, edit
        for mine, right in zip(kept.pages, anew.pages, strict=True):
            assert mine == right, f"{mine.path} after {edit}"


def test_a_figure_makes_few_pages_anew(written: Files, tmp_path: Path) -> None:
    """Those of the run, and of what tells of it or is held against it; the others stay."""
    store = Store()
    assert build(tmp_path, written, store).reused == 0
    assert build(tmp_path, written, store).reused == KEPT
    path = "experiments/campaign-001/run-0009.yaml"
    changed = {**written, path: written[path].replace(b"title: ", b"title: Once more: ", 1)}
    assert changed != written
    assert 4 <= build(tmp_path, changed, store).reused < KEPT


def test_a_figure_has_few_records_checked_anew(
    written: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not every run of the campaign, though no two of them may have the same figures."""
    checked: list[str] = []
    check = audit._checked

    def told(book: Notebook, identity: str) -> list[list[Any]]:
        checked.append(identity)
        return check(book, identity)

    monkeypatch.setattr(audit, "_checked", told)
    store = Store()
    build(tmp_path, written, store)
    assert len(checked) == KEPT
    checked.clear()
    path = "experiments/campaign-001/run-0009.yaml"
    figure = re.search(rb"\n +p95: \d", written[path])
    assert figure
    changed = {**written, path: written[path].replace(figure[0], figure[0] + b"1", 1)}
    build(tmp_path, changed, store)
    assert "campaign-001/run-0009" in checked
    assert len(checked) <= 5


def test_a_page_whose_chart_is_lost_is_made_anew(written: Files, tmp_path: Path) -> None:
    """Charts are kept beside the pages, and can be lost without them."""
    kept = tmp_path / "kept"
    store = Store(kept)
    whole = build(tmp_path / "book", written, store)
    store.close()
    with sqlite3.connect(kept / FILE) as base:
        base.execute("DELETE FROM entry WHERE kind = ?", (CHARTS,))
    base.close()
    again = build(tmp_path / "book", written, Store(kept))
    assert again.pages == whole.pages
    assert again.reused < KEPT


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("charts", ["kept", "lost"])
def test_many_pages_are_made_by_two_processes(
    written: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, charts: str
) -> None:
    """Where their charts are kept: the pages are those of one process, and kept like them.

    So are the data files; a chart that is not there after all is drawn wherever its page is made.
    """
    monkeypatch.setattr(products, "MANY", 3)
    monkeypatch.setattr(site, "MANY", 3)
    monkeypatch.setattr(products, "STRETCH", 2)
    of_other = Products._of_other

    def told(self: Products, makers: Makers, identities: list[str]) -> object:
        pages, (kept, (seen, _, wanted)) = of_other(self, makers, identities)
        return pages, (kept, (seen, {str(os.getpid())}, wanted))

    monkeypatch.setattr(Products, "_of_other", told)
    book, kept = tmp_path / "book", tmp_path / "kept"
    whole = build(book, written, Store(), keep=False)
    store = Store(kept)
    build(book, written, store)
    store.close()
    with sqlite3.connect(kept / FILE) as base:
        base.execute("DELETE FROM entry WHERE kind != ?", (CHARTS,))
        if charts == "lost":
            base.execute("DELETE FROM entry WHERE rowid % 2")
    base.close()
    store = Store(kept)
    gallery = Gallery(store, workers=0)
    again = build(book, written, store, gallery=gallery)
    assert (again.pages, again.files, again.reused) == (whole.pages, whole.files, 0)
    made_by = {int(key) for key in gallery.drawn if key.isdigit() and len(key) < 32}
    assert made_by
    assert os.getpid() not in made_by
    for page in again.pages:
        gallery.hang("".join(page.late))
    store.close()
    assert build(book, written, Store(kept)).reused == KEPT


@pytest.mark.parametrize("content", [b"", b"{}", b'["", [], null]', b'["", {}, null, []]'])
def test_what_has_another_form_is_not_believed(
    written: Files, tmp_path: Path, content: bytes
) -> None:
    """Whatever another version has kept under the same name, the site is the same."""
    kept = tmp_path / "kept"
    store = Store(kept)
    whole = build(tmp_path / "book", written, store)
    store.close()
    with sqlite3.connect(kept / FILE) as base:
        entries = base.execute("SELECT kind, key FROM entry WHERE kind != ?", (CHARTS,)).fetchall()
    base.close()
    assert {kind for kind, _ in entries} >= {"page", "compare", "figures", "checks"}
    store = Store(kept)
    packed = zlib.compress(content)
    for number, (kind, key) in enumerate(entries):
        size = len(packed).to_bytes(4, "big") if number % 2 else b""
        store.put(kind, key, size + packed)
    again = build(tmp_path / "book", written, store)
    assert (again.pages, again.files, again.reused) == (whole.pages, whole.files, 0)


@pytest.mark.parametrize("file", ["blocks/table.html", "pages/run.md"])
def test_another_template_makes_every_page_anew(written: Files, tmp_path: Path, file: str) -> None:
    """What a notebook puts in the place of a template is what its pages are made with."""
    store = Store()
    build(tmp_path / "book", written, store)
    own = tmp_path / "templates" / file
    own.parent.mkdir(parents=True)
    own.write_text((TEMPLATES / file).read_text("utf-8") + "<!-- mine -->", "utf-8")
    folders = [tmp_path / "templates", TEMPLATES]
    assert build(tmp_path / "book", written, store, templates=folders).reused == 0
    assert build(tmp_path / "book", written, store, templates=folders).reused == KEPT


def test_what_is_put_is_written_as_it_grows(
    written: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large notebook is not held in memory; what was written before is not lost thereby."""
    monkeypatch.setattr(shelf, "_BUFFER", 30_000)
    store = Store()
    whole = build(tmp_path, written, store)
    monkeypatch.undo()
    again = build(tmp_path, written, store)
    assert (again.pages, again.files, again.reused) == (whole.pages, whole.files, KEPT)


def test_other_settings_make_every_page_anew(written: Files, tmp_path: Path) -> None:
    """A tolerance is part of every verdict."""
    store = Store()
    config = "site_name: Case\nplugins:\n- loadbook: {tolerance: %s}\n"
    for tolerance, reused in (("5%", 0), ("5%", KEPT), ("9%", 0)):
        files = {**written, "mkdocs.yml": (config % tolerance).encode()}
        assert build(tmp_path, files, store).reused == reused


def test_a_notebook_in_another_folder_has_the_same_pages(written: Files, tmp_path: Path) -> None:
    """Where a checkout lies makes no difference; other content of the same name does."""
    store = Store()
    build(tmp_path / "one", written, store)
    assert build(tmp_path / "two", written, store).reused == KEPT


@pytest.mark.parametrize(
    "member", sorted(name for name in vars(Notebook) if not name.startswith("_"))
)
def test_whatever_a_notebook_tells_is_noted(member: str) -> None:
    """A method or property of a notebook is a question, is noted, or asks only such."""
    asks_only_such = {"as_json", "campaign", "run", "note", "forget", "numbers"}
    plain = {"settings", "objectives", "told", "memo"}
    attribute = vars(Notebook)[member]
    is_question = getattr(attribute, "__wrapped__", None) is not None
    assert is_question or member in vars(Traced) or member in asks_only_such | plain


def test_pages_that_are_fixed_say_the_same_of_every_notebook(
    written: Files, tmp_path: Path
) -> None:
    """So one that an earlier build made serves whatever the records say now."""
    fixed = [one.path for one in PAGES if one.fixed]
    few = {name: content for name, content in written.items() if "run-001" not in name}
    assert few != written
    sites = [build(tmp_path / "x", files, Store(), keep=False) for files in (written, few)]
    first, second = ({page.path: page for page in found.pages} for found in sites)
    assert len(fixed) >= 8
    for path in fixed:
        assert first[path] == second[path]
    assert first["index.md"] != second["index.md"]


def test_a_fixed_page_is_made_once(
    written: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next build takes it as it is."""
    made: list[str] = []
    page = Overview.page

    def told(self: Overview, renderer: Renderer, view: View) -> Page:
        made.append(self.path)
        return page(self, renderer, view)

    monkeypatch.setattr(Overview, "page", told)
    store = Store()
    whole = build(tmp_path, written, store)
    assert sorted(made) == sorted(one.path for one in PAGES)
    made.clear()
    assert build(tmp_path, written, store).pages == whole.pages
    # Nor is the page of the data files, of which there are as many.
    left = (one.path for one in PAGES if not one.fixed and one.path != links.DATA)
    assert sorted(made) == sorted(left)


def test_tables_that_are_kept_are_equal_to_those_that_were_made() -> None:
    """Whoever asks for one, for all, or how many there are."""
    kept = Packed(lambda: ["one", "two"])
    assert kept == ["one", "two"] == [*kept]
    assert kept == ("one", "two")
    assert hash(kept) == hash(("one", "two"))
    assert (len(kept), kept[1], kept[:1]) == (2, "two", ["one"])
    assert kept != ["one"]
