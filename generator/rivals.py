"""The best run so far: what a run has to keep up with, so that slow drift is seen."""

from __future__ import annotations

import statistics

from generator.likeness import between
from generator.metrics import METRICS
from generator.model import Load
from generator.notebook import Notebook
from generator.tracing import asked


@asked
def best_before(book: Notebook, identity: str, metric: str) -> str | None:
    """The best by a metric of the scenario's earlier runs that are like for like, or None.

    Repeats count together, by their median: the best single run of many is luck. The run's own
    repeats don't count.
    """
    load = book.runs[identity].load
    if load is None or load.scenario is None:
        return None
    names = list(book.runs)
    before = set(names[: names.index(identity)])
    own = set(book.replicates(identity))
    sign = -1.0 if METRICS[metric].better == "higher" else 1.0
    ranked = []
    for run in book.completed:
        other = book.runs[run]
        if run not in before or run in own or other.repeats or not _alike(load, other.load):
            continue
        figures = [book.measurements[one].get(metric) for one in book.replicates(run)]
        exact = [one.quantity.start for one in figures if one and one.quantity.is_exact]
        if exact:
            ranked.append((sign * statistics.median(exact), run))
    found = (run for _, run in sorted(ranked) if between(book, run, identity).like_for_like)
    return next(found, None)


def _alike(load: Load, other: Load | None) -> bool:
    """Whether scenario, VUs and rate are the same: the cheap part of being like for like."""
    if other is None or other.scenario != load.scenario:
        return False
    sides = (
        [one.start if one else None for one in (part.vus, part.rate)] for part in (load, other)
    )
    return next(sides) == next(sides)
