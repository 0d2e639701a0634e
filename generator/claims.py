"""Claims: figures that somebody typed, held against what was measured.

A claim is verified where the data round to it, rounded where only its last digit is off,
contradicted where they say something else, and not verifiable where they say nothing. A difference
of two shares is in percentage points: one in percent is contradicted by what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from generator import display, figures, units
from generator.compare import Pair
from generator.measurements import Measurement
from generator.metrics import METRICS, Metric
from generator.narrative import Claim
from generator.notebook import Notebook
from generator.saying import Kind, Said, whole
from generator.settings import Settings
from generator.units import Quantity


class Standing(StrEnum):
    """How a typed figure stands against the data."""

    VERIFIED = "verified"
    ROUNDED = "rounded"
    CONTRADICTED = "contradicted"
    NOT_VERIFIABLE = "not verifiable"


@dataclass(frozen=True)
class Outcome:
    """How a figure stands, the right figure as text, and how that was found.

    `versus` is the run that it was compared with, empty where it is about one run alone.
    """

    standing: Standing
    figure: str = ""
    note: str = ""
    versus: str = ""

    @property
    def holds(self) -> bool:
        """Whether the data carry it."""
        return self.standing in (Standing.VERIFIED, Standing.ROUNDED)


_ORDER = (Standing.VERIFIED, Standing.ROUNDED, Standing.CONTRADICTED, Standing.NOT_VERIFIABLE)


def judge_value(said: Said, found: Measurement | None) -> Outcome:
    """A value against the measurement of one run."""
    if found is None or said.quantity is None:
        return Outcome(Standing.NOT_VERIFIABLE, note="the run has no figure of it")
    if found.quantity.is_range or said.kind is Kind.WAY:
        same = _ends(found.quantity) == _ends(said.quantity)
        standing = Standing.VERIFIED if same else Standing.CONTRADICTED
        return Outcome(standing, found.show(), found.source)
    standing = _near(said, found.quantity)
    return Outcome(standing, found.show(), _source(found))


def judge_pair(said: Said, pair: Pair, versus: str, settings: Settings) -> Outcome:
    """A change or delta against what two runs show."""
    metric = pair.metric
    if pair.delta is None or said.kind is Kind.VALUE:
        note = f"there are no two figures to compare with {versus}"
        return Outcome(Standing.NOT_VERIFIABLE, note=note, versus=versus)
    delta, change = pair.delta, pair.relative
    absolute = metric.unit in (units.SHARE, units.RATIO)
    shown_delta = display.show_signed(delta.start, metric.unit, currency=pair.currency)
    shown_change = "" if change is None else display.show_change(change.start)
    if said.kind is Kind.SAME:
        size = abs(delta.start if absolute else change.start if change else 0.0)
        near = size <= settings.tolerance_of(metric) + 1e-12
        standing = Standing.VERIFIED if near else Standing.CONTRADICTED
        return Outcome(standing, shown_delta if absolute else shown_change, "", versus)
    if said.kind is Kind.WAY and said.quantity:
        ends = [side.quantity.start for side in (pair.before, pair.after) if side]
        same = ends == [said.quantity.start, said.quantity.end]
        standing = Standing.VERIFIED if same else Standing.CONTRADICTED
        sides = [side.show() for side in (pair.before, pair.after) if side]
        return Outcome(standing, "→".join(sides), "", versus)
    if said.kind is Kind.DELTA:
        return Outcome(_near(said, delta), shown_delta, "", versus)
    if absolute and said.in_percent:
        relative = f"; as a relative change it is {shown_change}" if shown_change else ""
        note = f"a difference of shares is in percentage points{relative}"
        return Outcome(Standing.CONTRADICTED, shown_delta, note, versus)
    if change is None:
        note = "the figure compared with is zero"
        return Outcome(Standing.NOT_VERIFIABLE, note=note, versus=versus)
    return Outcome(_near(said, change), shown_change, "", versus)


COARSEST = 0.25
"""Largest share of a figure that its last digit may leave open: `1 s` is not 0.6 s."""


def _ends(quantity: Quantity) -> tuple[float, float | None]:
    return quantity.start, quantity.end


def _near(said: Said, right: Quantity) -> Standing:
    """Verified within half of the last digit typed, rounded within the whole of it."""
    if said.quantity is None:
        return Standing.NOT_VERIFIABLE
    half = min(said.quantity.half or 0.5e-9, COARSEST * abs(said.quantity.start) or 0.5e-9)
    apart = abs(said.quantity.start - right.start) - right.half
    if apart <= half * (1 + 1e-9):
        return Standing.VERIFIED
    if not said.word and apart <= 2 * half * (1 + 1e-9):
        return Standing.ROUNDED
    return Standing.CONTRADICTED


def _source(found: Measurement) -> str:
    return f"computed: {found.metric.formula}" if found.source == "computed" else "recorded"


def best(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome that speaks most for a figure; the first of those that speak as much."""
    return min(outcomes, key=lambda outcome: _ORDER.index(outcome.standing))


@dataclass(frozen=True)
class Judged:
    """A claim of a record with its outcome.

    `baselines` are the runs against which it holds, where the claim does not say which is meant.
    """

    claim: Claim
    said: Said | None
    outcome: Outcome
    run: str
    baselines: tuple[str, ...] = ()


CPU_OF_POD = "cpu"
"""The metric of a claim about a single pod."""


def judge(book: Notebook, identity: str) -> Sequence[Judged]:
    """Each claim of the record of a run or a campaign, in its order."""

    def judged() -> Sequence[Judged]:
        record = book.runs.get(identity) or book.campaigns[identity]
        return [_judge(book, one, one.run or identity) for one in record.claims]

    return book.once("claims", identity, judged)


def _judge(book: Notebook, claim: Claim, run: str) -> Judged:
    metric = METRICS.get(claim.metric)
    said = whole(claim.says, METRICS["cpu_per_pod"] if claim.pod else metric)
    if said is None or run not in book.runs or (metric is None and not claim.pod):
        outcome = Outcome(Standing.NOT_VERIFIABLE, note="it is no figure of a metric and a run")
        return Judged(claim, said, outcome, run)
    if claim.pod:
        return Judged(claim, said, _of_pod(book, claim, said, run), run)
    assert metric is not None
    measured = book.measurements[run].get(metric.name)
    is_range = measured is not None and measured.quantity.is_range
    if said.kind is Kind.VALUE or (said.kind is Kind.WAY and is_range):
        return Judged(claim, said, judge_value(said, measured), run)
    others = [claim.versus] if claim.versus else earlier(book, run)
    outcomes = [
        judge_pair(
            said,
            Pair(metric, book.measurements[other].get(metric.name), measured),
            other,
            book.settings,
        )
        for other in others
        if other in book.runs
    ]
    if not outcomes:
        note = "there is no run to compare with"
        return Judged(claim, said, Outcome(Standing.NOT_VERIFIABLE, note=note), run)
    fitting = tuple(outcome.versus for outcome in outcomes if outcome.holds)
    return Judged(claim, said, best(outcomes), run, () if claim.versus else fitting)


def against(book: Notebook, said: Said, metric: Metric, versus: str, run: str) -> Outcome:
    """A change or delta of a run's metric against another run."""
    before, after = (book.measurements[name].get(metric.name) for name in (versus, run))
    return judge_pair(said, Pair(metric, before, after), versus, book.settings)


MOST_EARLIER = 12
"""How many earlier runs a figure may be about that does not say which."""


def earlier(book: Notebook, run: str) -> list[str]:
    """Runs that a change may be about: the baseline, then those before, newest first."""
    baseline = book.baselines[run]
    nearest = [baseline] if baseline else []
    before = book.before(run, MOST_EARLIER + 1)
    nearest += [name for name in before if name != baseline][:MOST_EARLIER]
    return list(dict.fromkeys(nearest))


def _of_pod(book: Notebook, claim: Claim, said: Said, run: str) -> Outcome:
    """A claim about one pod: a pod keeps its name, so a change needs it in both runs."""
    pods = _pods(book, run)
    mine = pods.get(claim.pod or "")
    if mine is None:
        return Outcome(Standing.NOT_VERIFIABLE, note=f"{run} lists no pod {claim.pod} with its CPU")
    if said.kind is Kind.VALUE:
        return Outcome(_near(said, mine), display.show(mine, units.CORES), "recorded")
    others = _pods(book, claim.versus or "")
    other = others.get(claim.pod or "")
    if other is not None:
        pair = mine - other
        change = units.Quantity(pair.start / other.start, pair.start / other.start)
        shown = display.show_change(change.start)
        return Outcome(_near(said, change), shown, "", claim.versus or "")
    fitting = [
        name
        for name, cpu in others.items()
        if cpu.start and _near(said, Quantity.exact(mine.start / cpu.start - 1)) in _HOLDS
    ]
    fits = f"fits {', '.join(fitting)}" if fitting else "fits none of its pods"
    note = f"{claim.versus} has no pod {claim.pod}"
    return Outcome(Standing.NOT_VERIFIABLE, fits if others else "", note, claim.versus or "")


_HOLDS = (Standing.VERIFIED, Standing.ROUNDED)


def _pods(book: Notebook, run: str) -> Mapping[str, Quantity]:
    pods = figures.pods_of(book.runs[run]) if run in book.runs else None
    return {pod.name: pod.cpu for pod in pods.list if pod.cpu is not None} if pods else {}


def mixed_baselines(judged: Sequence[Judged]) -> Iterator[tuple[str, dict[str, list[Judged]]]]:
    """Tables whose figures have no baseline in common: its name, and the claims by baseline.

    Only claims that do not say what they compare with, and that hold against some run, take part.
    """
    tables: dict[str, list[Judged]] = {}
    for one in judged:
        if one.claim.where and one.baselines:
            tables.setdefault(one.claim.where, []).append(one)
    for where, found in tables.items():
        common = set(found[0].baselines).intersection(*(one.baselines for one in found[1:]))
        if common or len(found) < 2:
            continue
        by_baseline: dict[str, list[Judged]] = {}
        for one in found:
            by_baseline.setdefault(one.baselines[0], []).append(one)
        yield where, by_baseline


def disagreeing(judged: Sequence[Judged]) -> Iterator[tuple[Judged, Judged]]:
    """Claims of one thing that can't both be right, each with one before that it contradicts."""
    seen: dict[tuple[str, ...], list[Judged]] = {}
    for one in judged:
        if one.said is None or one.said.quantity is None or one.said.kind is Kind.WAY:
            continue
        claim = one.claim
        key = (one.run, claim.metric, claim.pod or "", claim.versus or "", one.said.kind)
        for other in seen.get(key, []):
            both_hold = one.outcome.holds and other.outcome.holds
            if other.said and not both_hold and not _agree(one.said, other.said):
                yield one, other
                break
        seen.setdefault(key, []).append(one)


def _agree(one: Said, other: Said) -> bool:
    if one.quantity is None or other.quantity is None:
        return True
    slack = 2 * (one.quantity.half + other.quantity.half)
    return abs(one.quantity.start - other.quantity.start) <= slack * (1 + 1e-9)
