"""The newest run that says something new, and its headline: figures, verdicts, caveats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from generator import (
    caveats,
    display,
    likeness,
    links,
)
from generator.blocks import (
    Block,
    Item,
    Items,
    Note,
)
from generator.metrics import METRICS
from generator.model import Run
from generator.notebook import Notebook
from generator.sparkline import sparkline
from generator.tracing import asked
from generator.view import (
    HEADLINE,
    View,
    headline,
    verdicts,
)

MOST_SHOWN = 20
"""How many runs a course shows at most."""

MOST_COMPARED = 200
"""How many runs before a run are asked whether they are like for like with it."""


def headliner(notebook: Notebook, completed: Sequence[str]) -> str:
    """The newest run that says something new: no repeat, with a declared baseline if one has."""
    gists = notebook.gists
    originals = [name for name in completed if not gists[name].repeats] or list(completed)
    compared = [name for name in originals if gists[name].baseline]
    return (compared or originals)[-1]


def block_of(view: View, latest: str, page: str) -> Iterator[Block]:
    """A run's headline figures against its baseline and against the first run, with caveats."""
    notebook, run = view.notebook, view.notebook.runs[latest]
    href = view.to.href(page, links.run_page(latest))
    summary = run.summary or "" if page == links.HOME else ""
    yield Items((Item(run.title, summary, href=href, place=f"latest run, {_date(run)}"),))
    baseline = view.comparisons.get(latest)
    against = {found.baseline: found for found in (baseline,) if found}
    first = view.from_first(latest)
    if first:
        against.setdefault(first.baseline, first)
    sparks = _sparks(notebook, latest)
    yield from headline(dict(notebook.measurements[latest]), list(against.values()), sparks=sparks)
    if baseline:
        yield from verdicts(baseline)
    found = list(caveats.of(notebook, baseline, view.problems_of(latest)))
    if found:
        trust = view.to.href(page, links.run_page(latest), "trust")
        yield Note(f"Read with care: {'; '.join(found)}.", "doubt", trust, "Can it be trusted?")


def _sparks(notebook: Notebook, latest: str) -> dict[str, str]:
    """The course of each headline metric over the runs that are like for like with this one."""
    runs = [*_alike_before(notebook, latest), latest]
    drawn = {}
    for name in HEADLINE:
        known = [found for run in runs if (found := notebook.measurements[run].get(name))]
        values = [one.quantity.end for one in known if one.quantity.end is not None]
        told = f"{METRICS[name].label} over {len(values)} like-for-like runs, up to this one"
        drawn[name] = sparkline(values, told)
    return drawn


@asked
def _alike_before(notebook: Notebook, identity: str) -> tuple[str, ...]:
    """The runs before a run that are like for like with it, in order of time."""
    before = notebook.before(identity, MOST_COMPARED)
    alike = (name for name in before if likeness.alike(notebook, name, identity))
    return tuple(islice(alike, MOST_SHOWN - 1))[::-1]


def _date(run: Run) -> str:
    return display.show_moment(run.date)
