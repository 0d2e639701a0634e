"""The checks: where a record holds the same thing twice, both must agree.

One small function per check. Each yields doubts: the field, what contradicts it and how that was
computed. The tolerance is what the digits of the figures themselves leave open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce

from generator import display, figures, units
from generator.errors import Level, Problem
from generator.figures import divide
from generator.measured import Pods
from generator.model import Run
from generator.notebook import Notebook
from generator.units import Quantity, Unit
from generator.yamltree import Path


@dataclass(frozen=True)
class Doubt:
    """A figure that something else in the record contradicts; `path` is its field."""

    path: Path
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Check:
    """A rule that a record must keep: stable code, what it says, the function that looks."""

    code: str
    title: str
    find: Callable[[Run], Iterator[Doubt]]


def _contradiction(
    path: Path, stated: Quantity | None, computed: Quantity | None, unit: Unit, formula: str
) -> Iterator[Doubt]:
    """A doubt where a stated figure and the computed one can't be the same."""
    if stated is not None and computed is not None and not stated.agrees_with(computed):
        message = f"{display.show(stated, unit)} contradicts {formula}"
        yield Doubt(path, f"{message} = {display.show(computed, unit)}", "one of them is wrong")


def rates(run: Run) -> Iterator[Doubt]:
    """Stated rates against count / duration; names the figure that stands there by mistake."""
    duration = figures.recorded(run, "load.duration")
    per_second = {
        name: divide(figures.recorded(run, f"k6.{field}.count"), duration)
        for name, field in (("request", "http_reqs"), ("iteration", "iterations"))
    }
    for name, field in (("request", "http_reqs"), ("iteration", "iterations")):
        stated = figures.recorded(run, f"k6.{field}.rate")
        count = figures.recorded(run, f"k6.{field}.count")
        formula = f"{_shown(count, units.COUNT)} {name}s / {_shown(duration, units.SECONDS)}"
        for doubt in _contradiction(
            ("k6", field, "rate"), stated, per_second[name], units.PER_SECOND, formula
        ):
            other = "iteration" if name == "request" else "request"
            explained = per_second[other]
            if stated is not None and explained is not None and stated.agrees_with(explained):
                message = f"{doubt.message}; it is the {other} rate"
                yield Doubt(doubt.path, message, f"the {name} rate belongs here")
            else:
                yield doubt


def checks_share(run: Run) -> Iterator[Doubt]:
    """The share of checks passed against passes and fails."""
    yield from _contradiction(
        ("k6", "checks", "rate"),
        figures.recorded(run, "k6.checks.rate"),
        figures.checks_rate(run, {}),
        units.SHARE,
        "passes / (passes + fails)",
    )


def cache_rates(run: Run) -> Iterator[Doubt]:
    """Each stated cache hit rate against its hits and misses."""
    for position, sample in enumerate(run.cache.timeline if run.cache else ()):
        if sample.hits is None or sample.misses is None:
            continue
        yield from _contradiction(
            ("cache", "timeline", position, "hit_rate"),
            sample.hit_rate,
            divide(sample.hits, sample.hits + sample.misses),
            units.SHARE,
            f"{_shown(sample.hits, units.COUNT)} hits and "
            f"{_shown(sample.misses, units.COUNT)} misses",
        )


def pods_counted(run: Run) -> Iterator[Doubt]:
    """Pods active and pending as counted against the pods that are listed."""
    for path, pods in _pods(run):
        if not pods.list:
            continue
        for name, phase in (("active", "Running"), ("pending", "Pending")):
            number = sum(pod.phase == phase for pod in pods.list)
            yield from _contradiction(
                (*path, name),
                getattr(pods, name),
                Quantity.exact(number),
                units.COUNT,
                f"the pods listed as {phase}",
            )


def pods_summed(run: Run) -> Iterator[Doubt]:
    """CPU of all pods, and per pod, as stated against the CPU of the pods that are listed."""
    for path, pods in _pods(run):
        known = [pod.cpu for pod in figures.running(pods) if pod.cpu is not None]
        if not known or len(known) < len(figures.running(pods)):
            continue
        total = reduce(lambda left, right: left + right, known)
        mean = divide(total, Quantity.exact(len(known)))
        summed = f"the sum over {len(known)} pods"
        averaged = f"the mean over {len(known)} pods"
        yield from _contradiction((*path, "cpu_total"), pods.cpu_total, total, units.CORES, summed)
        yield from _contradiction(
            (*path, "cpu_per_pod"), pods.cpu_per_pod, mean, units.CORES, averaged
        )


def cpu_shares(run: Run) -> Iterator[Doubt]:
    """Each pod's stated share of its CPU request against its CPU and the request."""
    request = figures.recorded(run, "deployment.requests.cpu")
    for path, pods in _pods(run):
        for position, pod in enumerate(pods.list):
            yield from _contradiction(
                (*path, "list", position, "cpu_of_request"),
                pod.cpu_of_request,
                divide(pod.cpu, request),
                units.RATIO,
                f"{_shown(pod.cpu, units.CORES)} / {_shown(request, units.CORES)}",
            )


def date_recorded(run: Run) -> Iterator[Doubt]:
    """A completed run has a date, or its place in the history is a guess."""
    if run.status == "completed" and run.date is None:
        message = "the date was not recorded; the run stands before all dated ones"
        yield Doubt(("date",), message, "add date: 2026-01-02 if anybody knows")


CHECKS: tuple[Check, ...] = (
    Check("rate-contradicts-count", "A rate is its count over the duration", rates),
    Check("checks-share", "The share of checks is passes over all", checks_share),
    Check("cache-hit-rate", "A hit rate is hits over hits and misses", cache_rates),
    Check("pods-counted", "Pods counted are the pods listed", pods_counted),
    Check("pods-summed", "CPU stated is the CPU of the pods listed", pods_summed),
    Check("cpu-of-request", "A share of the request is CPU over request", cpu_shares),
    Check("date-missing", "A completed run has a date", date_recorded),
)


def problems(notebook: Notebook) -> list[Problem]:
    """Everything wrong or doubtful in the notebook, ordered by file and place.

    A field that is wrong already is not doubted as well.
    """
    found = list(notebook.problems)
    wrong = {(problem.file, problem.field) for problem in found}
    for record in notebook.run_records.values():
        if record.partial is None:
            continue
        doubts = ((check.code, doubt) for check in CHECKS for doubt in check.find(record.partial))
        for code, doubt in doubts:
            problem = record.document.problem(
                doubt.path, code, doubt.message, doubt.hint, level=Level.WARNING
            )
            if (problem.file, problem.field) not in wrong:
                found.append(problem)
    return sorted(found, key=lambda problem: (problem.file, problem.place, problem.field))


def _pods(run: Run) -> Iterator[tuple[Path, Pods]]:
    for position, snapshot in enumerate(run.snapshots):
        if snapshot.pods:
            yield ("snapshots", position, "pods"), snapshot.pods


def _shown(quantity: Quantity | None, unit: Unit) -> str:
    return display.show(quantity, unit)
