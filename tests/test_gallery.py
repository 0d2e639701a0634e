"""Charts are drawn once for their content, and hung into pages from wherever they were drawn."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from generator import beside, gallery, vector
from generator.drawing import Canvas
from generator.errors import NotebookError
from generator.gallery import Gallery
from generator.store import Store
from generator.vector import Chart, Sketch


def chart(text: str, title: str = "A chart") -> Chart:
    """A chart with a text in it."""
    canvas = Canvas()
    canvas.text(10, 10, text)
    canvas.line([(0, 0), (10, 10)])
    return vector.finish(Sketch(canvas.end(20), f"It says {text}."), "test", title)


def test_a_chart_is_drawn_once(tmp_path: Path) -> None:
    """The next build hangs what the first drew; only a chart that changed is drawn."""
    first = Gallery(Store(tmp_path))
    marks = [first.mark(chart(text)) for text in ("a", "b", "a")]
    assert marks[0] == marks[2]
    first.draw()
    hung = first.hang(f"<p>{marks[0]}</p>{marks[1]}")
    assert hung == f"<p>{chart('a').svg}</p>{chart('b').svg}"
    assert (len(first.seen), len(first.drawn)) == (2, 2)
    first.close()
    second = Gallery(Store(tmp_path))
    page = "".join(second.mark(chart(text)) for text in ("a", "c"))
    second.draw()
    assert second.hang(page) == chart("a").svg + chart("c").svg
    assert (len(second.seen), second.drawn) == (2, {chart("c").key})
    second.close()


def test_the_key_is_of_all_that_can_be_seen() -> None:
    """Title, words, strokes: what differs in any of them is another picture."""
    assert chart("a").key == chart("a").key
    keys = {chart("a").key, chart("b").key, chart("a", "Another").key}
    assert len(keys) == 3


def test_another_matplotlib_draws_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version that drew is part of the key."""
    before = chart("a").key
    vector.version.cache_clear()
    monkeypatch.setattr("importlib.metadata.version", lambda _: "99.0")
    try:
        assert chart("a").key != before
    finally:
        vector.version.cache_clear()


def test_many_are_drawn_by_several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes as in one."""
    monkeypatch.setattr(gallery, "FEW", 2)
    several = Gallery(workers=2)
    page = "".join(several.mark(chart(text)) for text in "abc")
    several.draw()
    assert several.hang(page) == "".join(chart(text).svg for text in "abc")
    several.close()
    assert len(several.drawn) == 3


def test_few_that_are_missing_among_many_are_drawn_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process would take longer to start than they take."""
    monkeypatch.setattr(gallery, "FEW", 3)
    first = Gallery(Store(tmp_path), workers=0)
    for text in "abcdef":
        first.mark(chart(text))
    first.close()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(gallery, "ProcessPoolExecutor", refuse)
    second = Gallery(Store(tmp_path), workers=2)
    page = "".join(second.mark(chart(text)) for text in "abxcdyef")
    second.draw()
    assert second.hang(page) == "".join(chart(text).svg for text in "abxcdyef")
    assert second.drawn == {chart("x").key, chart("y").key}


@pytest.mark.usefixtures("alone")
def test_a_process_that_was_forked_draws_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """It starts no further ones."""
    monkeypatch.setattr(gallery, "FEW", 1)
    several = Gallery(workers=2)

    def drawn() -> int:
        monkeypatch.setattr(gallery, "ProcessPoolExecutor", None)
        several.mark(chart("a"))
        return len(several.drawn) if beside.is_other() else 0

    with beside.begun(drawn) as made:
        assert made() == 1


def test_what_is_under_way_is_kept_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Charts that no page asked for in time are there for the next build."""
    monkeypatch.setattr(gallery, "FEW", 2)
    several = Gallery(Store(tmp_path), workers=2)
    page = "".join(several.mark(chart(text)) for text in "abcd")
    several.draw()
    several.close()
    assert Gallery(Store(tmp_path)).hang(page) == "".join(chart(text).svg for text in "abcd")


def test_a_chart_that_was_lost_from_the_store_is_told() -> None:
    """A page is never put together without one of its charts."""
    with pytest.raises(NotebookError, match="build it again"):
        Gallery().hang(Gallery().mark(chart("a")))


@pytest.mark.usefixtures("alone")
def test_few_are_drawn_by_another_process_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MkDocs need not wait for them; whoever hangs one does, and they are kept."""

    def told(charts: Sequence[Chart]) -> list[str]:
        return [f"<svg>{os.getpid()}</svg>" for _ in charts]

    monkeypatch.setattr(gallery, "draw", told)
    several = Gallery(Store(tmp_path), workers=2)
    page = "".join(several.mark(chart(text)) for text in "ab")
    several.draw()
    drawn = several.hang(page)
    several.close()
    made_by = {int(number) for number in re.findall("[0-9]+", drawn)}
    assert len(made_by) == 1
    assert made_by != {os.getpid()}
    again = Gallery(Store(tmp_path), workers=0)
    assert again.hang(page) == drawn
    again.close()


def test_what_another_process_knows_of_its_charts_is_taken_over() -> None:
    """Each chart is wanted once, wherever it was seen first."""
    here, there = Gallery(workers=0), Gallery(workers=0)
    page = here.mark(chart("a")) + there.mark(chart("a")) + there.mark(chart("b"))
    here.take(there.given())
    here.draw()
    assert here.hang(page) == chart("a").svg * 2 + chart("b").svg
    assert here.seen == here.drawn == {chart("a").key, chart("b").key}
