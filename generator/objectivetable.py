"""The section of a run's page that shows what became of its objectives."""

from __future__ import annotations

from collections.abc import Iterator

from generator import links, objectives
from generator.blocks import Block, Cell, Mark, Table
from generator.objectives import SIGNS, Judged, Outcome
from generator.view import RunView

_STYLES = {
    Outcome.MET: "improved",
    Outcome.MISSED: "regressed",
    Outcome.NOT_JUDGEABLE: "muted",
}
_ORDER = (Outcome.MISSED, Outcome.NOT_JUDGEABLE, Outcome.MET)


def mark(outcome: Outcome) -> Mark:
    """The mark of an outcome; what can't be judged is muted, not alarming."""
    return Mark(str(outcome), SIGNS[outcome], _STYLES[outcome])


def section(view: RunView) -> Iterator[Block]:
    """Each objective of the run with the figure and the outcome, what is missed first.

    Nothing where the notebook has no objectives for it, or while the run is only planned.
    """
    if view.run.status == "planned":
        return
    found = objectives.judge(view.notebook, view.identity, view.comparison, view.problems)
    rows = tuple(
        _row(view, one) for one in sorted(found, key=lambda judged: _ORDER.index(judged.outcome))
    )
    if rows:
        caption = f"Objectives of this notebook: {objectives.counted(found)}"
        columns = ("Objective", "This run", "Outcome")
        yield Table("objectives-table", caption, columns, rows, numeric=frozenset({1}))


def _row(view: RunView, one: Judged) -> tuple[Cell, ...]:
    name = one.metric.name if one.metric else ""
    href = (
        view.to.href(view.page, links.GLOSSARY, name) if name else "#doubts" * bool(view.problems)
    )
    return (
        Cell(one.label, sub=one.limit, href=href),
        Cell(one.figure, strong=True, doubts=view.doubted_metrics.get(name, ())),
        Cell("", sub=one.reason, sort=str(one.outcome), mark=mark(one.outcome)),
    )
