"""The table of all charts of the notebook.

A function draws on a `Canvas` and says in its text alternative what can be seen there; it returns
None where there is nothing to draw. What is drawn of a record is bounded, whatever it holds.
Figures are shown by `generator.display`, as in the tables. To add a chart, write its function in
`curves`, `bars` or a module of its own and give it an entry in `CHARTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from generator import (
    bars,
    curves,
    loadcurves,
    multiples,
    overtime,
    placement,
    spread,
    usage,
    vector,
)
from generator.vector import Chart, Sketch


@dataclass(frozen=True)
class Kind:
    """A chart that can be drawn. `of` says what its function takes.

    `runs`: the notebook and identities of runs; `comparison`: a Comparison; `run`: a Run; `kept`:
    tables with the run's phases, or names with their histograms; `capacity`: a Capacity;
    `trend`: a Trend and metrics.
    """

    name: str
    title: str
    of: Literal["runs", "comparison", "run", "kept", "capacity", "trend"]
    sketch: Callable[..., Sketch | None]

    def draw(self, *subject: Any) -> Chart | None:
        """The chart, or None where there is nothing to draw."""
        sketch = self.sketch(*subject)
        return vector.finish(sketch, self.name, self.title) if sketch else None


CHARTS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("progression", "From run to run", "runs", curves.progression),
        Kind("trend", "Metrics over the runs", "trend", multiples.multiples),
        Kind("before_after", "Before and after", "comparison", bars.before_after),
        Kind("cpu_per_pod", "CPU of each pod", "run", usage.cpu),
        Kind("memory_per_pod", "Memory of each pod", "run", usage.memory),
        Kind("placement", "Pods on their nodes", "run", placement.placement),
        Kind("cache_timeline", "Cache hit rate over the run", "run", curves.cache_timeline),
        Kind("over_time", "The run over time", "kept", overtime.over_time),
        Kind("distribution", "Latency by percentile", "kept", spread.distribution),
        Kind("load_throughput", "Throughput by load", "capacity", loadcurves.throughput),
        Kind("load_latency", "Latency by throughput", "capacity", loadcurves.latency),
        Kind("load_utilisation", "Resources by throughput", "capacity", loadcurves.utilisation),
        Kind("endpoints", "Latency by endpoint", "run", bars.endpoints),
    )
}
