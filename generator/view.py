"""What the sections of a run's page are made from, and the pieces that several pages share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator import links
from generator.blocks import (
    PROBLEM_LEVELS,
    STATES,
    Block,
    Item,
    Items,
    Picture,
    Tile,
    Tiles,
    verdict_mark,
)
from generator.charts import CHARTS
from generator.compare import Comparison, Delta, Verdict
from generator.errors import Problem
from generator.links import Links
from generator.measurements import Measurement
from generator.metrics import METRICS
from generator.model import Run
from generator.narrative import Action
from generator.notebook import Notebook

HEADLINE = (
    "request_rate",
    "latency_p95",
    "error_rate",
    "under_500ms",
    "rps_per_core",
    "cost_per_million_requests",
)
"""Metrics that are shown as large figures."""


@dataclass(frozen=True)
class RunView:
    """All that the sections of one run's page are made from."""

    notebook: Notebook
    identity: str
    run: Run
    measurements: dict[str, Measurement]
    comparison: Comparison | None
    problems: tuple[Problem, ...]
    to: Links

    @property
    def page(self) -> str:
        """Path of the run's page."""
        return links.run_page(self.identity)


def headline(
    measurements: dict[str, Measurement], comparisons: Sequence[Comparison]
) -> Iterator[Block]:
    """The headline metrics as tiles, each against every one of `comparisons`."""
    tiles = []
    for name in HEADLINE:
        measurement = measurements.get(name)
        if measurement is None:
            continue
        against = [
            (f"against {comparison.baseline}", delta_text(delta), verdict_mark(delta.verdict))
            for comparison in comparisons
            if (delta := comparison.deltas.get(name)) and delta.delta is not None
        ]
        label = METRICS[name].label
        note = "rests on a figure that the record contradicts" if measurement.warnings else ""
        tiles.append(Tile(label, measurement.show(), tuple(against), note))
    if tiles:
        yield Tiles(tuple(tiles))


def verdicts(comparison: Comparison) -> Iterator[Block]:
    """What improved and what regressed, each in a line; how much was shown and not judged."""
    items = []
    for verdict in (Verdict.REGRESSED, Verdict.IMPROVED):
        found = [delta for delta in comparison.deltas.values() if delta.verdict is verdict]
        told = ", ".join(f"{delta.metric.label} {delta_text(delta)}" for delta in found)
        if told:
            items.append(Item(mark=verdict_mark(verdict), prose=f"{told}."))
    if not items:
        items.append(
            Item(mark=verdict_mark(Verdict.UNCHANGED), prose="Nothing that can be judged changed.")
        )
    yield Items(tuple(items), f"Verdicts against {comparison.baseline}")


def delta_text(delta: Delta) -> str:
    """`+83.4 %`, or the difference in points for shares."""
    return delta.show_change() or delta.show_delta()


def sentences(texts: Sequence[str]) -> Iterator[Block]:
    """Texts as a list."""
    if texts:
        yield Items(tuple(Item(prose=text) for text in texts))


def problem_item(problem: Problem, place: str = "", href: str = "") -> Item:
    """A problem with its field; `place` says where it is, else its place in the record."""
    place = place or f"{problem.file}:{problem.place.line}:{problem.place.column}"
    facts = ((problem.field, problem.message), ("Hint", problem.hint))
    return Item(
        mark=PROBLEM_LEVELS[problem.level],
        place=place,
        href=href,
        facts=tuple((name, text) for name, text in facts if text),
    )


def action_items(found: Sequence[Action], href: str = "") -> Iterator[Block]:
    """Actions with their state, open ones first."""
    ordered = sorted(found, key=lambda action: action.state != "open")
    if ordered:
        yield Items(tuple(action_item(action, href) for action in ordered), "Actions")


def action_item(action: Action, href: str = "", place: str = "") -> Item:
    """One action."""
    return Item(
        action.title,
        action.detail or "",
        STATES[action.state],
        known([("When", action.when)]),
        href=href,
        place=place,
    )


def picture(chart: str, *subject: object) -> Iterator[Block]:
    """The chart of that name as a block, nothing where there is nothing to draw."""
    drawn = CHARTS[chart].draw(*subject)
    if drawn is not None:
        yield Picture(drawn.title, drawn.svg, drawn.alt)


def known(facts: Sequence[tuple[str, str | None]]) -> tuple[tuple[str, str], ...]:
    """The facts that there are."""
    return tuple((name, text) for name, text in facts if text)
