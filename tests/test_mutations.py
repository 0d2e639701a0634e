"""Every figure of the five records is altered by a fifth, one at a time: what does the audit say?

A figure that something else on record constrains is redundant: a gross error in it (ten times as
much, a tenth of it) is found. Of these most must be found at a fifth already. What nothing else
constrains is printed: nobody could find an error there, and the test shows that it tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from pydantic import BaseModel

from generator import audit, records
from generator import notebook as notebooks
from generator.errors import field_name
from generator.notebook import Notebook
from generator.records import Sources
from generator.settings import Settings
from generator.units import Quantity
from generator.yamltree import Path
from tests.conftest import reported

A_FIFTH = (1.2, 0.8)
GROSS = (10.0, 0.1, 2.0, 0.5)
LEAST_SHARE = 0.7
"""Share of the redundant figures that must be found when they are a fifth off."""


@dataclass(frozen=True)
class Figure:
    """One figure of a record: whose, where it stands, and how it is written there."""

    identity: str
    path: Path
    written: str

    @property
    def name(self) -> str:
        """`session-8/post-fix: k6.http_reqs.rate = 277.2/s`."""
        return f"{self.identity}: {field_name(self.path)} = {self.written}"


def quantities(part: Any, path: Path = ()) -> Iterator[tuple[Path, Quantity]]:
    """Every quantity of a part of a record, with its path."""
    if isinstance(part, Quantity):
        yield path, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from quantities(getattr(part, name), (*path, name))
    elif isinstance(part, tuple):
        for position, item in enumerate(part):
            yield from quantities(item, (*path, position))
    elif isinstance(part, dict):
        for name, item in part.items():
            yield from quantities(item, (*path, name))


def figures(notebook: Notebook) -> list[Figure]:
    """Every figure of every run that is not zero, the claims' included."""
    found = []
    for identity, run in notebook.runs.items():
        for path, quantity in quantities(run):
            if quantity.start and quantity.text:
                found.append(Figure(identity, path, quantity.text))
        for position, claim in enumerate(run.claims):
            if re.search("[1-9]", claim.says):
                found.append(Figure(identity, ("claims", position, "says"), claim.says))
    return found


NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def altered(written: str, factor: float) -> str | None:
    """The figure times the factor, as precisely written; None where that is no other figure.

    Of a range the first end is altered. A whole number changes by one at least.
    """
    match = NUMBER.search(written)
    assert match, written
    digits = match[0].replace(",", "")
    decimals = len(digits.partition(".")[2])
    value = float(digits) * factor
    text = f"{value:.{decimals}f}"
    if float(text) == float(digits):
        step = 10.0**-decimals * (1 if factor > 1 else -1)
        text = f"{float(digits) + step:.{decimals}f}"
    over_whole = "%" in written and "+" not in written and float(text) > 100 > float(digits)
    if float(text) < 0 or over_whole:
        return None
    return written[: match.start()] + text + written[match.end() :]


class Audited:
    """The audit of the five records with one figure replaced; records are read once."""

    def __init__(self) -> None:
        self.sources = reported()
        self.before = self.found(self.sources)
        book = notebooks.build(self.sources, Settings())
        self.doubted = {
            (p.file, field) for p in audit.problems(book) for field in (p.field, *p.concerns)
        }

    def found(self, sources: Sources) -> set[tuple[str, str, str]]:
        """File, code and field of every problem."""
        book = notebooks.build(sources, Settings())
        return {(p.file, p.code, p.field) for p in audit.problems(book)}

    def is_doubted(self, figure: Figure) -> bool:
        """Whether the figure, or the list that it stands in, is doubted as it is on record."""
        file = records.file_of_run(figure.identity)
        paths = [figure.path[:length] for length in range(2, len(figure.path) + 1)]
        return any((file, field_name(path)) in self.doubted for path in paths)

    def speaks(self, figure: Figure, factor: float) -> bool | None:
        """Whether the altered figure raises a problem that was not there; None: it can't be."""
        text = altered(figure.written, factor)
        if text is None:
            return None
        content = self.sources.runs[figure.identity]
        place = records.read_run(figure.identity, content).document.place(figure.path)
        lines = content.decode().split("\n")
        line, column = place.line - 1, place.column - 1
        assert figure.written in lines[line][column:], (figure, lines[line])
        lines[line] = lines[line][:column] + lines[line][column:].replace(figure.written, text, 1)
        runs = {**self.sources.runs, figure.identity: "\n".join(lines).encode()}
        return bool(self.found(Sources(runs, self.sources.campaigns)) - self.before)


def test_a_figure_that_is_a_fifth_off_is_found(
    notebook: Notebook, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the figures that anything else constrains, at least 70 % are found a fifth off."""
    for read in ("read_run", "read_campaign"):
        monkeypatch.setattr(records, read, cache(getattr(records, read)))
    audited = Audited()
    caught, missed, doubted, free = [], [], [], []
    for figure in figures(notebook):
        if any(audited.speaks(figure, factor) for factor in A_FIFTH):
            caught.append(figure)
        elif any(audited.speaks(figure, factor) for factor in GROSS):
            missed.append(figure)
        elif audited.is_doubted(figure):
            doubted.append(figure)
        else:
            free.append(figure)
    redundant = len(caught) + len(missed)
    everything = redundant + len(doubted) + len(free)
    with capsys.disabled():
        print(
            f"\n{everything} figures: {len(caught)} found a fifth off, {len(missed)} only when "
            f"grossly wrong ({len(caught) / redundant:.0%} of the redundant found), {len(doubted)} "
            f"doubted as they stand, {len(free)} that nothing else constrains "
            f"({len(free) / everything:.0%})"
        )
        for title, group in (
            ("found only when grossly wrong", missed),
            ("doubted as they stand", doubted),
            ("constrained by nothing", free),
        ):
            print(f"{title}:")
            print("".join(f"  {figure.name}\n" for figure in group), end="")
    assert everything > 200
    assert len(caught) >= LEAST_SHARE * redundant


@pytest.mark.parametrize(
    ("written", "factor", "text"),
    [
        ("277.2/s", 1.2, "332.6/s"),
        ("217,804", 0.8, "174243"),
        ("98.68%", 1.2, None),
        ("3→5", 1.2, "4→5"),
        ("~280", 0.5, "~140"),
        ("7", 0.8, "6"),
        ("+83%", 1.2, "+100%"),
    ],
)
def test_a_figure_is_altered_as_precisely_as_it_was_written(
    written: str, factor: float, text: str | None
) -> None:
    """Digits stay as many, whole numbers whole, shares at most 100 %."""
    assert altered(written, factor) == text
