"""The audit: all checks over a notebook, each doubt with its place.

`CHECKS` look at one run, `CROSS_CHECKS` at a run among the others. Where a notebook holds the same
thing twice, both must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from generator import clusterchecks, display, k6checks
from generator.doubts import Doubt, known
from generator.errors import Level, Problem
from generator.likeness import same_scenario
from generator.measurements import Measurement
from generator.model import Run
from generator.notebook import Notebook, campaign_of, moment
from generator.units import COUNT, Quantity

Find = TypeVar("Find")


@dataclass(frozen=True)
class Check(Generic[Find]):
    """A rule that a record must keep: stable code, what it says, the function that looks."""

    code: str
    title: str
    find: Find


def date_recorded(run: Run) -> Iterator[Doubt]:
    """A completed run has a date, or its place in the history is a guess."""
    if run.status == "completed" and run.date is None:
        message = "the date was not recorded; the run stands before all dated ones"
        yield Doubt(("date",), message, "add the date if anybody knows it")


CHECKS: tuple[Check[Callable[[Run], Iterator[Doubt]]], ...] = (
    Check("rate-contradicts-count", "A rate is its count over the duration", k6checks.rates),
    Check("checks-share", "The share of checks is passes over all", k6checks.checks_share),
    Check("latency-order", "Percentiles grow, the mean lies between", k6checks.latency_order),
    Check("share-under-limit", "Shares fit the percentiles", k6checks.shares_under_limits),
    Check("threshold-outcome", "A threshold fits its figure", k6checks.thresholds),
    Check("requests-in-flight", "At most one request a VU", k6checks.requests_in_flight),
    Check("endpoint-calls", "Calls are at most requests", k6checks.endpoint_calls),
    Check("endpoint-mean", "Endpoints fit the overall mean", k6checks.endpoint_mean),
    Check("pods-counted", "Pods counted are the pods listed", clusterchecks.pods_counted),
    Check("pods-summed", "CPU stated is that of the pods listed", clusterchecks.pods_summed),
    Check("cpu-of-request", "A share is CPU over request", clusterchecks.cpu_shares),
    Check("pending-reason", "A pending pod says why", clusterchecks.pending_reasons),
    Check("anti-affinity", "Required anti-affinity is kept", clusterchecks.affinity_kept),
    Check("nodes-counted", "Active nodes fit pods and limit", clusterchecks.nodes_counted),
    Check("cache-hit-rate", "A hit rate is hits over all", clusterchecks.cache_rates),
    Check("cache-order", "Cache counters only grow", clusterchecks.cache_order),
    Check("date-missing", "A completed run has a date", date_recorded),
)


THINK_TIME_FACTOR = 2.0
"""How far the think times that two runs of one scenario imply may lie apart."""

SHARE_OF_CYCLE = 0.1
"""Smallest difference of think times, as a share of a VU's cycle, that the figures can carry."""


def implied_think_time(book: Notebook) -> Iterator[tuple[str, Doubt]]:
    """Think time by Little's law against the baseline's, in a closed model.

    A VU's cycle is VUs / iteration rate; what of it is not spent waiting for answers (requests per
    iteration x mean latency) is think time, which one scenario does not change.
    """
    cycles = {identity: _cycle_seconds(book, identity) for identity in book.runs}
    for identity, baseline in book.baselines.items():
        mine, other = cycles[identity], cycles.get(baseline or "")
        if baseline is None or mine is None or other is None:
            continue
        if not same_scenario(book.runs[baseline], book.runs[identity]):
            continue
        low, high = sorted((mine.think, other.think))
        apart = high - low > SHARE_OF_CYCLE * max(mine.whole, other.whole)
        if apart and low > 0 and high / low > THINK_TIME_FACTOR:
            vus = display.show(book.measurements[identity]["vus"].quantity, COUNT)
            message = (
                f"{vus} VUs imply a think time of {mine.think:.2f} s, {baseline} implies "
                f"{other.think:.2f} s: one scenario has one think time"
            )
            hint = "VUs, duration or scenario of one of the two is mis-recorded"
            yield identity, Doubt(("load", "vus"), message, hint)


@dataclass(frozen=True)
class _Cycle:
    """One iteration of a VU, in seconds: the whole of it, and what is not waiting for answers."""

    whole: float
    think: float


def _cycle_seconds(book: Notebook, identity: str) -> _Cycle | None:
    run, measured = book.runs[identity], book.measurements[identity]
    if run.load and (run.load.model == "open" or "arrival" in (run.load.executor or "")):
        return None
    names = ("vus", "iteration_rate", "requests", "iterations", "latency_avg")
    found = [_figure(measured.get(name)) for name in names]
    vus, rate, requests, iterations, latency_ms = (figure or 0.0 for figure in found)
    if None in found or not rate or not iterations:
        return None
    return _Cycle(vus / rate, vus / rate - requests / iterations * latency_ms / 1000)


def _figure(measurement: Measurement | None) -> float | None:
    quantity = known(measurement.quantity) if measurement else None
    return quantity.start if quantity else None


def same_figures(book: Notebook) -> Iterator[tuple[str, Doubt]]:
    """No run has the very figures of an earlier one of its campaign."""
    seen: dict[tuple[str, tuple[Quantity, ...]], str] = {}
    for identity, measured in book.measurements.items():
        names = ("requests", "latency_avg", "latency_p95")
        figures = tuple(measured[name].quantity for name in names if name in measured)
        if len(figures) < len(names):
            continue
        other = seen.setdefault((campaign_of(identity), figures), identity)
        if other != identity:
            message = f"requests, mean and p95 are exactly those of {other}"
            hint = "one of the records was copied and not filled in"
            yield identity, Doubt(("k6",), message, hint)


def after_its_baseline(book: Notebook) -> Iterator[tuple[str, Doubt]]:
    """A run is not older than the baseline that it declares."""
    for identity, run in book.runs.items():
        baseline = book.runs.get(run.baseline or "")
        if run.date is None or baseline is None or baseline.date is None:
            continue
        if moment(run.date) < moment(baseline.date):
            message = f"{run.date} is before the baseline's date, {baseline.date}"
            hint = "one of the dates, or the baseline, is wrong"
            yield identity, Doubt(("date",), message, hint)


CROSS_CHECKS: tuple[Check[Callable[[Notebook], Iterator[tuple[str, Doubt]]]], ...] = (
    Check("think-time", "One scenario implies one think time", implied_think_time),
    Check("same-figures", "No run has another's figures", same_figures),
    Check("date-order", "A run is after its baseline", after_its_baseline),
)


RULES: dict[str, str] = {
    **{check.code: check.title for check in CHECKS},
    **{check.code: check.title for check in CROSS_CHECKS},
}
"""Title of every check by its code."""


def problems(book: Notebook) -> list[Problem]:
    """Everything wrong or doubtful in the notebook, ordered by file and place.

    A field that is wrong already is not doubted as well. Cross-checks look at valid runs only.
    """
    found = list(book.problems)
    wrong = {(problem.file, problem.field) for problem in found}
    for identity, code, doubt in _doubts(book):
        document = book.run_records[identity].document
        problem = document.problem(doubt.path, code, doubt.message, doubt.hint, level=Level.WARNING)
        if (problem.file, problem.field) not in wrong:
            found.append(problem)
    return sorted(found, key=lambda problem: (problem.file, problem.place, problem.field))


def _doubts(book: Notebook) -> Iterator[tuple[str, str, Doubt]]:
    """Identity of the run, code of the check, doubt."""
    for identity, record in book.run_records.items():
        if record.partial is None:
            continue
        for check in CHECKS:
            for doubt in check.find(record.partial):
                yield identity, check.code, doubt
    for cross in CROSS_CHECKS:
        for identity, doubt in cross.find(book):
            yield identity, cross.code, doubt
