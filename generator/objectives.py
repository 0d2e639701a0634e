"""Whether a run meets the objectives of its notebook: each met, missed, or not judgeable.

Against another run an objective is judged by the interval that the difference lies in (`margins`);
one that reaches across the limit judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from generator import audit, display, margins, records, rivals
from generator.compare import Comparison, Delta, compare
from generator.doubts import Kind
from generator.errors import Level, Problem
from generator.measurements import Measurement
from generator.metrics import METRICS, Metric
from generator.notebook import Notebook
from generator.policy import KINDS, LEVELS, Limits, RelativeLimits, Wanted, WhenNotComparable
from generator.verdicts import share_text


class Outcome(StrEnum):
    """What became of an objective."""

    MET = "met"
    MISSED = "missed"
    NOT_JUDGEABLE = "not judgeable"


SIGNS = {Outcome.MET: "✓", Outcome.MISSED: "✕", Outcome.NOT_JUDGEABLE: "?"}
"""A sign for each outcome, so that colour is never the only carrier."""


@dataclass(frozen=True)
class Judged:
    """An objective of a run and what became of it.

    `name` is stable and for machines (`latency_p95 at_most`), `limit` and `figure` are for people;
    `reason` says why it can't be judged or what the outcome rests on.
    """

    name: str
    label: str
    limit: str
    figure: str
    outcome: Outcome
    reason: str = ""
    metric: Metric | None = None

    @property
    def title(self) -> str:
        """`Latency p95 at most 300 ms`, `Audit: no unacknowledged warning`."""
        return f"{self.label}{'' if self.metric else ':'} {self.limit}"

    def as_json(self) -> dict[str, Any]:
        """The entry of `loadbook gate --format json`."""
        return {
            "name": self.name,
            "metric": self.metric.name if self.metric else None,
            "objective": self.title.replace("\N{NO-BREAK SPACE}", " "),
            "figure": self.figure.replace("\N{NO-BREAK SPACE}", " "),
            "outcome": str(self.outcome),
            "reason": self.reason.replace("\N{NO-BREAK SPACE}", " "),
        }


def judge(
    book: Notebook,
    identity: str,
    comparison: Comparison | None,
    problems: Sequence[Problem],
) -> tuple[Judged, ...]:
    """Every objective of the run, in the order of the metrics, then what must not be doubted.

    `comparison` is that with the baseline, `problems` are those of the notebook. Empty where the
    notebook has no objectives that are for this run.
    """
    wanted = _wanted(book, identity)
    if wanted is None:
        return ()
    judging = _Judging(book, identity, comparison, wanted.when_not_comparable)
    found = [
        one
        for name, limits in wanted.limits.items()
        for one in judging.metric(METRICS[name], limits)
    ]
    file = records.file_of_run(identity)
    own = [problem for problem in problems if problem.file == file]
    return (*found, *(_undoubted(name, own) for name in wanted.no_unacknowledged))


@dataclass(frozen=True)
class Bound:
    """An absolute limit of a metric: its field, its words (`at most 300 ms`), and where it lies."""

    field: str
    words: str
    limit: float

    def beyond(self, value: float) -> float:
        """By how much a figure misses it; negative where it is met."""
        return value - self.limit if self.field == "at_most" else self.limit - value

    def is_missed(self, value: float) -> bool:
        """Whether a figure misses it, the noise of binary fractions aside."""
        return self.beyond(value) > 1e-12 * max(abs(value), abs(self.limit))


def bounds_of(book: Notebook, identity: str, metric: str) -> tuple[Bound, ...]:
    """The absolute limits of a metric for a run."""
    wanted = _wanted(book, identity)
    limits = wanted.limits.get(metric) if wanted else None
    if limits is None:
        return ()
    one = book.measurements[identity].get(metric)
    currency = one.currency if one else ""
    return tuple(
        Bound(field, f"{words} {display.show(limit, METRICS[metric].unit, currency)}", limit.start)
        for field, words, limit in (
            ("at_most", "at most", limits.at_most),
            ("at_least", "at least", limits.at_least),
        )
        if limit is not None
    )


def _wanted(book: Notebook, identity: str) -> Wanted | None:
    """What is wanted of a run; None where the notebook has no objectives."""
    objectives = book.objectives
    if objectives is None:
        return None
    load = book.runs[identity].load
    scenario = load.scenario if load else None
    return book.once("objectives", scenario, lambda: objectives.of(scenario))


@dataclass(frozen=True)
class _Judging:
    """Judges the limits of one run."""

    book: Notebook
    identity: str
    comparison: Comparison | None
    when_not_comparable: WhenNotComparable

    def metric(self, metric: Metric, limits: Limits) -> Iterator[Judged]:
        """Every limit of a metric."""
        measured = self.book.measurements[self.identity].get(metric.name)
        figure = measured.show() if measured else "none"
        for bound in bounds_of(self.book, self.identity, metric.name):
            outcome, reason = self._absolute(measured, bound)
            name = f"{metric.name} {bound.field}"
            yield Judged(name, metric.label, bound.words, figure, outcome, reason, metric)
        if isinstance(limits, RelativeLimits):
            for field, other, most in (
                ("no_worse_than", "the baseline", limits.no_worse_than),
                ("no_worse_than_best", "the best run", limits.no_worse_than_best),
            ):
                if most is not None:
                    yield self._relative(metric, field, other, most.start)

    def _unknown(self, measured: Measurement | None) -> str:
        """Why the run has no figure that a limit could be held against, or nothing."""
        status = self.book.runs[self.identity].status
        if status == "unknown":
            return "the record does not say whether the run completed"
        if status != "completed":
            return f"the run is {status}"
        if measured is None:
            return "the run has no figure"
        if measured.quantity.is_range:
            return "the figure is a range over the run"
        if measured.quantity.approximate:
            return "the figure is approximate"
        return ""

    def _absolute(self, measured: Measurement | None, bound: Bound) -> tuple[Outcome, str]:
        reason = self._unknown(measured)
        if reason or measured is None:
            return Outcome.NOT_JUDGEABLE, reason
        value = measured.quantity.start
        beyond = bound.beyond(value)
        met = not bound.is_missed(value)
        notes = list(measured.warnings)
        half = measured.quantity.half
        if value and not measured.quantity.computed and 0 < abs(beyond) < half:
            notes.append("by its last digit it may lie on the other side")
        return (Outcome.MET if met else Outcome.MISSED), "; ".join(notes)

    def _relative(self, metric: Metric, field: str, other: str, limit: float) -> Judged:
        text = f"no worse than {other} by more than {share_text(metric, limit)}"
        against = self.comparison if field == "no_worse_than" else self._best(metric)
        found = against.deltas.get(metric.name) if against else None
        outcome, figure, reason = self._held(metric, against, found, limit, other)
        name = f"{metric.name} {field}"
        return Judged(name, metric.label, text, figure, outcome, reason, metric)

    def _held(
        self,
        metric: Metric,
        against: Comparison | None,
        delta: Delta | None,
        limit: float,
        other: str,
    ) -> tuple[Outcome, str, str]:
        """Outcome, figure and reason of an objective against another run."""
        measured = self.book.measurements[self.identity].get(metric.name)
        figure = measured.show() if measured else "none"
        if reason := self._unknown(measured):
            return Outcome.NOT_JUDGEABLE, figure, reason
        if against is None:
            missing = "there is no baseline"
            if other != "the baseline":
                missing = "no earlier run of the scenario is like for like and has the figure"
            return self._not_comparable(figure, missing)
        versus = f"against {against.baseline}"
        if delta is None or delta.delta is None or delta.ground is None:
            why = f"{versus}: {delta.basis if delta else 'neither run has the figure'}"
            if delta is None or delta.delta is None:
                return Outcome.NOT_JUDGEABLE, figure, why
            change = delta.show_change() or delta.show_delta()
            return self._not_comparable(f"{figure}, {change}", why)
        needed = self.book.settings.minimum_repeats
        if min(delta.ground.before, delta.ground.after) < needed:
            return Outcome.NOT_JUDGEABLE, figure, f"{versus}: {delta.basis}"
        if delta.approximate:
            return Outcome.NOT_JUDGEABLE, figure, f"{versus}: a figure is approximate"
        margin = margins.of(self.book, against, delta)
        told = f"{figure}, {share_text(metric, margin.size, signed=True)}"
        reason = f"{versus}, {margin.basis}"
        if not against.likeness.like_for_like:
            reason += f"; measured at different loads: {', '.join(against.likeness.reasons)}"
        slack = 1e-12
        if margin.worst <= limit + slack:
            return Outcome.MET, told, reason
        if margin.best > limit + slack:
            return Outcome.MISSED, told, reason
        return Outcome.NOT_JUDGEABLE, told, f"{reason}: that reaches across the limit"

    def _not_comparable(self, figure: str, reason: str) -> tuple[Outcome, str, str]:
        answers = {"fail": Outcome.MISSED, "pass": Outcome.MET}
        outcome = answers.get(self.when_not_comparable, Outcome.NOT_JUDGEABLE)
        if outcome is not Outcome.NOT_JUDGEABLE:
            reason += f"; the objectives say: {self.when_not_comparable} when not comparable"
        return outcome, figure, reason

    def _best(self, metric: Metric) -> Comparison | None:
        """Against the best run before this one."""
        rival = rivals.best_before(self.book, self.identity, metric.name)
        if rival is None:
            return None
        pair = (rival, self.identity)
        return self.book.once("rivals", pair, lambda: compare(self.book, *pair))


def _undoubted(name: str, problems: Sequence[Problem]) -> Judged:
    """That a record has no unacknowledged problem of a level, kind or code."""
    found = [
        problem
        for problem in problems
        if problem.level is not Level.ACKNOWLEDGED and _is_of(problem, name)
    ]
    what = f"problem of kind {name}" if name in KINDS else name
    first = f"line {found[0].place.line}: {found[0].message}" if found else ""
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return Judged(
        f"no_unacknowledged {name}",
        "Audit",
        f"no unacknowledged {what}",
        str(len(found)),
        Outcome.MISSED if found else Outcome.MET,
        first + more,
    )


def _is_of(problem: Problem, name: str) -> bool:
    if name in LEVELS:
        return problem.level == name
    kind, _ = audit.RULES.get(problem.code, (Kind.FILE, ""))
    return name in (problem.code, kind.name.lower())


def counted(found: Sequence[Judged]) -> str:
    """`2 met, 1 missed`, what there is none of left out."""
    counts = [(sum(one.outcome is outcome for one in found), outcome) for outcome in Outcome]
    return ", ".join(f"{count} {outcome}" for count, outcome in counts if count)
