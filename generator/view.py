"""What the sections of a run's page are made from, and the pieces that several pages share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from generator import audit, claims, doubts, figures, kept, links, records, worsening
from generator.blocks import (
    PROBLEM_LEVELS,
    STANDINGS,
    STATES,
    Block,
    Cell,
    Item,
    Items,
    Picture,
    Table,
    Tile,
    Tiles,
    verdict_mark,
)
from generator.charts import CHARTS
from generator.claims import Judged
from generator.compare import Comparison, Delta, compare
from generator.errors import Level, Place, Problem, field_name
from generator.kept import Kept
from generator.links import Links
from generator.measurements import Measurement
from generator.metrics import METRICS, Metric
from generator.model import Run
from generator.narrative import Action
from generator.notebook import Notebook, campaign_of
from generator.predictions import Score
from generator.verdicts import Verdict

HEADLINE = worsening.HEADLINE
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
    scores: tuple[Score, ...] = ()

    @cached_property
    def doubted(self) -> dict[str, tuple[int, ...]]:
        """The numbers of the doubts of each field that one is about."""
        found: dict[str, list[int]] = {}
        for number, problem in enumerate(ordered(self.problems), 1):
            for name in dict.fromkeys((problem.field, *problem.concerns)):
                found.setdefault(name, []).append(number)
        return {name: tuple(numbers) for name, numbers in found.items()}

    def doubts_of(self, *path: str | int) -> tuple[int, ...]:
        """The numbers of the doubts that are about the field at a path of the record."""
        return self.doubted.get(field_name(path), ())

    @cached_property
    def doubted_metrics(self) -> dict[str, tuple[int, ...]]:
        """The numbers of the doubts that each metric's figure rests on."""
        found: dict[str, tuple[int, ...]] = {}
        for metric in METRICS.values():
            own = [
                number for field in self._fields(metric) for number in self.doubted.get(field, ())
            ]
            used = [number for name in metric.inputs for number in found.get(name, ())]
            found[metric.name] = tuple(sorted({*own, *used}))
        return found

    def _fields(self, metric: Metric) -> Iterator[str]:
        """Where the figures of a metric stand in this record."""
        taken, steady = figures.snapshot_of(self.run), figures.steady_of(self.run)
        for path in (metric.recorded, *metric.rests_on):
            parts: list[str | int] = []
            for name in path.split(".") if path else ():
                if name == "snapshot":
                    parts += ["snapshots", taken[0] if taken else 0]
                elif name == "steady":
                    parts += ["phases", steady[0] if steady else 0]
                elif name == "-1":
                    parts.append(len(self.run.cache.timeline) - 1 if self.run.cache else 0)
                else:
                    parts.append(name)
            yield field_name(parts)

    @property
    def page(self) -> str:
        """Path of the run's page."""
        return links.run_page(self.identity)

    @cached_property
    def kept(self) -> Kept:
        """Tables over time and the distribution, as they are kept beside the record."""
        return self.kept_of(self.identity)

    def kept_of(self, identity: str) -> Kept:
        """The same of another run."""
        return kept.of(self.notebook, identity)

    @property
    def files(self) -> Iterator[tuple[str, str]]:
        """Name and link of each file in the run's folder that is published."""
        for name, attachment in self.notebook.attachments.get(self.identity, {}).items():
            if attachment.is_published:
                yield name, self.to.href(self.page, links.run_file(self.identity, name))


@dataclass(frozen=True)
class View:
    """All that the pages over several runs are made from."""

    notebook: Notebook
    comparisons: Mapping[str, Comparison]
    problems: Sequence[Problem]
    to: Links
    scores: tuple[Score, ...] = ()
    published: tuple[str, ...] = ()
    """Paths of the data files and records in the site."""

    def run(self, identity: str) -> RunView:
        """What the page of one of the runs is made from."""
        return RunView(
            self.notebook,
            identity,
            self.notebook.runs[identity],
            dict(self.notebook.measurements[identity]),
            self.comparisons.get(identity),
            tuple(self.problems_of(identity)),
            self.to,
            self.scores_of(identity),
        )

    def problems_of(self, identity: str) -> Sequence[Problem]:
        """What the checks say of the record of a run or a campaign."""
        self.notebook.note("problems", identity)
        return self._by_file.get(records.file_of(identity), ())

    def scores_of(self, identity: str) -> tuple[Score, ...]:
        """The predictions that a run states, carries out or scores."""
        self.notebook.note("scores", identity)
        return tuple(self._scores_by_run.get(identity, ()))

    @cached_property
    def _scores_by_run(self) -> Mapping[str, Sequence[Score]]:
        groups: dict[str, list[Score]] = {}
        for score in self.scores:
            for identity in {score.run, score.stated_in, score.changed_in}:
                groups.setdefault(identity, []).append(score)
        return groups

    @cached_property
    def _by_file(self) -> Mapping[str, Sequence[Problem]]:
        groups: dict[str, list[Problem]] = {}
        for problem in self.problems:
            groups.setdefault(problem.file, []).append(problem)
        return groups

    def from_first(self, identity: str) -> Comparison | None:
        """The run against the first completed run of its scenario; None if it is that run."""
        run = self.notebook.runs[identity]
        scenario = run.load.scenario if run.load else None
        first = self.notebook.first_of(scenario) if scenario else None
        if first is None or first == identity:
            return None
        make = partial(compare, self.notebook, first, identity)
        return self.notebook.once("from first", identity, make)


KINDS = tuple(doubts.Kind)


def ordered(problems: Sequence[Problem]) -> list[Problem]:
    """A record's problems as its page lists them: by kind, acknowledged ones last."""

    def key(problem: Problem) -> tuple[bool, int, Place, str]:
        kind, _ = audit.RULES.get(problem.code, (doubts.Kind.FILE, ""))
        accepted = problem.level is Level.ACKNOWLEDGED
        return accepted, KINDS.index(kind), problem.place, problem.field

    return sorted(problems, key=key)


def headline(
    measurements: dict[str, Measurement],
    comparisons: Sequence[Comparison],
    doubted: Mapping[str, tuple[int, ...]] | None = None,
    sparks: Mapping[str, str] | None = None,
) -> Iterator[Block]:
    """The headline metrics as tiles, each against every one of `comparisons`.

    `doubted` has the numbers of the page's doubts by metric, `sparks` the sparkline.
    """
    tiles = []
    for name in HEADLINE:
        measurement = measurements.get(name)
        if measurement is None:
            continue
        against = [
            (_against_text(comparison), delta_text(delta), verdict_mark(delta.verdict))
            for comparison in comparisons
            if (delta := comparison.deltas.get(name)) and delta.delta is not None
        ]
        label = METRICS[name].label
        note = "rests on a figure that the record contradicts" if measurement.warnings else ""
        numbers = doubted.get(name, ()) if doubted else ()
        spark = sparks.get(name, "") if sparks else ""
        tiles.append(Tile(label, measurement.show(), tuple(against), note, numbers, spark))
    if tiles:
        yield Tiles(tuple(tiles))


def _against_text(comparison: Comparison) -> str:
    """`against pre-fix`; with its campaign where that is another one."""
    own = campaign_of(comparison.baseline) == campaign_of(comparison.candidate)
    name = comparison.baseline.partition("/")[2] if own else comparison.baseline
    return f"against {name}"


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


def problem_item(problem: Problem, place: str = "", href: str = "", number: int = 0) -> Item:
    """A problem with its field; `place` says where it is, else its place in the record.

    On the page of its run it has a number, by which figures refer to it.
    """
    place = place or f"{problem.file}:{problem.place.line}:{problem.place.column}"
    facts = (
        (problem.field, problem.message),
        ("Acknowledged", problem.reason),
        ("Hint", "" if problem.reason else problem.hint),
    )
    return Item(
        mark=PROBLEM_LEVELS[problem.level],
        place=place,
        href=href,
        facts=known(facts),
        anchor=f"doubt-{number}" if number else "",
        number=str(number) if number else "",
    )


def claims_table(book: Notebook, identity: str) -> Iterator[Block]:
    """The claims of a record, those that do not hold first, with what the data say."""
    found = claims.judge(book, identity)
    judged = sorted(found, key=lambda one: -_WEIGHT[one.outcome.standing])
    rows = tuple(
        (
            Cell(
                f"“{one.claim.says}”",
                sub=one.claim.where or "",
                mark=STANDINGS[one.outcome.standing],
            ),
            Cell(_about(one), sub=_against(one)),
            Cell(one.outcome.figure or "–", sub=one.outcome.note),
        )
        for one in judged
    )
    if rows:
        holding = sum(one.outcome.holds for one in judged)
        caption = f"Figures typed by hand: {holding} of {len(rows)} are what the data say"
        yield Table("claims-table", caption, ("Claim", "About", "Data"), rows)


_WEIGHT = {
    claims.Standing.CONTRADICTED: 3,
    claims.Standing.NOT_VERIFIABLE: 2,
    claims.Standing.ROUNDED: 1,
    claims.Standing.VERIFIED: 0,
}


def _about(one: Judged) -> str:
    metric = METRICS.get(one.claim.metric)
    label = metric.label if metric else "CPU" if one.claim.pod else one.claim.metric
    return f"{label} of {one.claim.pod}" if one.claim.pod else label


def _against(one: Judged) -> str:
    if one.claim.versus or one.outcome.versus:
        stated = "" if one.claim.versus else ", as fits best"
        return f"{one.run} against {one.claim.versus or one.outcome.versus}{stated}"
    return one.run


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


def picture(
    chart: str, *subject: object, files: Sequence[tuple[str, str]] = (), id_: str = ""
) -> Iterator[Block]:
    """The chart of that name as a block, nothing where there is nothing to draw.

    `files` are those with the figures that it is drawn from, with their links. `id_` is by what
    other pages link to it, else it follows from the chart's name.
    """
    drawn = CHARTS[chart].draw(*subject)
    if drawn is not None:
        name = id_ or f"chart-{chart.replace('_', '-')}"
        yield Picture(drawn.title, drawn, tuple(files), name)


def known(facts: Sequence[tuple[str, str | None]]) -> tuple[tuple[str, str], ...]:
    """The facts that there are."""
    return tuple((name, text) for name, text in facts if text)
