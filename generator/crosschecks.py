"""Checks of a run among the others: what one scenario does not change from run to run.

A run is held against its baseline, so that the cost grows with the number of runs and no faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator import display, figures
from generator.doubts import Doubt, known
from generator.figures import divide
from generator.likeness import same_scenario
from generator.measurements import Measurement
from generator.model import Run
from generator.notebook import Notebook, Number, campaign_of, moment
from generator.tracing import asked
from generator.units import BYTES, COUNT, SECONDS, Quantity
from generator.yamltree import Path

THINK_TIME_FACTOR = 2.0
"""How far the think times that two runs of one scenario imply may lie apart."""

SHARE_OF_CYCLE = 0.1
"""Smallest difference of think times, as a share of a VU's cycle, that the figures can carry."""

SCRIPT_TOLERANCE = 0.02
"""How far requests and checks per iteration of one scenario may differ: branches vary a little."""

DATA_TOLERANCE = 0.25
"""How far data per request of one scenario may differ: answers grow with what is stored."""


def think_time(book: Notebook, identity: str) -> Iterator[Doubt]:
    """Think time by Little's law against the baseline's and the recorded one, in a closed model.

    A VU's cycle is VUs / iteration rate; what of it is not spent waiting for answers (requests per
    iteration x mean latency) is think time, which one scenario does not change.
    """
    mine = _cycle(book, identity)
    if mine is None:
        return
    vus = display.show(book.measurements[identity]["vus"].quantity, COUNT)
    load = book.runs[identity].load
    stated = known(load.think_time) if load else None
    if stated and stated.start - stated.half - mine.think > SHARE_OF_CYCLE * mine.whole:
        message = f"{vus} VUs imply a think time of {mine.think:.2f} s, less than the recorded "
        message += display.show(stated, SECONDS)
        yield Doubt(("load", "vus"), message, _MISRECORDED, _CYCLE_FIELDS)
    baseline = _of_one_scenario(book, identity)
    other = _cycle(book, baseline) if baseline else None
    if other is None:
        return
    low, high = sorted((mine.think, other.think))
    apart = high - low > SHARE_OF_CYCLE * max(mine.whole, other.whole)
    if apart and high / max(low, 1e-9) > THINK_TIME_FACTOR:
        message = (
            f"{vus} VUs imply a think time of {mine.think:.2f} s, {baseline} implies "
            f"{other.think:.2f} s: one scenario has one think time"
        )
        hint = "VUs, duration or scenario of one of the two is mis-recorded"
        yield Doubt(("load", "vus"), message, hint, _CYCLE_FIELDS)


_MISRECORDED = "VUs, duration, iterations or think time is mis-recorded"
_CYCLE_FIELDS: tuple[Path, ...] = (
    ("load", "duration"),
    ("k6", "iterations", "count"),
    ("k6", "http_reqs", "count"),
    ("k6", "http_req_duration", "avg"),
)


@dataclass(frozen=True)
class _Cycle:
    """One iteration of a VU, in seconds: the whole of it, and what is not waiting for answers."""

    whole: float
    think: float


def _cycle(book: Notebook, identity: str) -> _Cycle | None:
    """That of a run; what is a baseline of others is asked for it again."""
    return book.once("cycle", identity, lambda: _cycle_of(book, identity))


def _cycle_of(book: Notebook, identity: str) -> _Cycle | None:
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


def per_iteration(book: Notebook, identity: str) -> Iterator[Doubt]:
    """Requests and checks per iteration against the baseline's: one script makes as many."""
    baseline = _of_one_scenario(book, identity)
    if baseline is None:
        return
    for name, path in (
        ("requests", ("k6", "http_reqs", "count")),
        ("checks", ("k6", "checks", "passes")),
    ):
        mine, other = (_ratio(book.runs[run], path) for run in (identity, baseline))
        if mine is None or other is None or _within(mine, other, SCRIPT_TOLERANCE):
            continue
        message = (
            f"{name} / iterations = {display.show(mine, COUNT)}, {baseline} has "
            f"{display.show(other, COUNT)}: one script makes as many"
        )
        hint = "a count is wrong, or the script was another one"
        yield Doubt(path, message, hint, (("k6", "iterations", "count"),))


def _ratio(run: Run, path: Path) -> Quantity | None:
    if path[1] == "checks":
        count = figures.checks_made(run)
    else:
        count = figures.recorded(run, ".".join(map(str, path)))
    return known(divide(count, figures.recorded(run, "k6.iterations.count")))


def data_per_request(book: Notebook, identity: str) -> Iterator[Doubt]:
    """Data received per request against the baseline's, where the same share of requests failed."""
    baseline = _of_one_scenario(book, identity)
    if baseline is None:
        return
    sides = [book.measurements[run] for run in (identity, baseline)]
    mine, other = (_data_per_request(side) for side in sides)
    failed = [_figure(side.get("error_rate")) for side in sides]
    if mine is None or other is None or None in failed:
        return
    if abs((failed[0] or 0.0) - (failed[1] or 0.0)) > _FAILED_APART:
        return
    if not _within(mine, other, DATA_TOLERANCE):
        message = (
            f"{display.show(mine, BYTES)} a request, {baseline} received "
            f"{display.show(other, BYTES)} a request"
        )
        hint = "the data or the requests are mis-recorded, or the answers have changed"
        yield Doubt(("k6", "data_received"), message, hint, (("k6", "http_reqs", "count"),))


_FAILED_APART = 0.01


def _data_per_request(measured: Mapping[str, Measurement]) -> Quantity | None:
    data, requests = (measured.get(name) for name in ("data_received", "requests"))
    return known(divide(data.quantity, requests.quantity)) if data and requests else None


def implied_duration(book: Notebook, identity: str) -> Iterator[Doubt]:
    """Without a recorded duration, count / rate is one; the scenario's other runs have it too."""
    run = book.runs[identity]
    if run.load is None or run.load.duration is not None or not run.load.scenario:
        return
    others = _durations(book, run.load.scenario)
    count, rate = (figures.recorded(run, f"k6.http_reqs.{name}") for name in ("count", "rate"))
    implied = known(divide(count, rate))
    if implied is None or len(others) < 2:
        return
    first = others[0]
    if any(not first.agrees_with(other) for other in others[1:]):
        return
    if not _within(implied, first, SCRIPT_TOLERANCE):
        message = (
            f"requests / rate imply a duration of {display.show(implied, SECONDS)}, the "
            f"{len(others)} other runs of the scenario took {display.show(first, SECONDS)}"
        )
        hint = "the rate or the count is wrong, or the run took another time"
        yield Doubt(("k6", "http_reqs", "rate"), message, hint, (("k6", "http_reqs", "count"),))


@asked
def _durations(book: Notebook, scenario: str) -> tuple[Quantity, ...]:
    """The durations on record of a scenario's runs, in order of time."""
    runs = (book.runs[name] for name, gist in book.gists.items() if gist.scenario == scenario)
    stated = (known(figures.recorded(run, "load.duration")) for run in runs)
    return tuple(duration for duration in stated if duration)


def _of_one_scenario(book: Notebook, identity: str) -> str | None:
    """The run's baseline where that is of its scenario."""
    baseline = book.baselines[identity]
    alike = baseline and same_scenario(book.runs[baseline], book.runs[identity])
    return baseline if alike else None


def _within(one: Quantity, other: Quantity, tolerance: float) -> bool:
    """Whether two figures differ by no more than the tolerance and what their digits leave open."""
    slack = one.half + other.half + tolerance * max(abs(one.start), abs(other.start))
    return abs(one.start - other.start) <= slack * (1 + 1e-9)


def same_figures(book: Notebook, identity: str) -> Iterator[Doubt]:
    """No run has the very figures of an earlier one of its campaign."""
    other = _first_alike(book, identity)
    if other != identity:
        message = f"requests, mean and p95 are exactly those of {other}"
        hint = "one of the records was copied and not filled in"
        yield Doubt(("k6",), message, hint)


@asked
def _first_alike(book: Notebook, identity: str) -> str:
    """The first run of the campaign with the very figures of a run; itself where none is before."""
    campaign = campaign_of(identity)
    first = book.once("figures", campaign, lambda: _first_with(book, campaign))
    return first.get(_told_apart_by(book, identity), identity)


def _told_apart_by(book: Notebook, identity: str) -> tuple[Number, ...]:
    """The figures that no two runs have in common; none where one of them is not known."""
    numbers = book.numbers(identity)
    names = ("requests", "latency_avg", "latency_p95")
    known_ = tuple(numbers[name] for name in names if name in numbers)
    return known_ if len(known_) == len(names) else ()


def _first_with(book: Notebook, campaign: str) -> dict[tuple[Number, ...], str]:
    """The first run of a campaign with each of these."""
    first: dict[tuple[Number, ...], str] = {}
    for identity in book.runs_of(campaign):
        if found := _told_apart_by(book, identity):
            first.setdefault(found, identity)
    return first


def dates(book: Notebook, identity: str) -> Iterator[Doubt]:
    """A run is not older than the baseline that it declares."""
    run = book.runs[identity]
    baseline = book.runs.get(run.baseline or "")
    if run.date is None or baseline is None or baseline.date is None:
        return
    if moment(run.date) < moment(baseline.date):
        message = f"{run.date} is before the baseline's date, {baseline.date}"
        hint = "one of the dates, or the baseline, is wrong"
        yield Doubt(("date",), message, hint)
