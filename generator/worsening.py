"""A metric that got worse from one run to another, and what is known of that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from generator import deltapacking
from generator.compare import Comparison, Delta, compare, with_baselines
from generator.metrics import Metric
from generator.notebook import Notebook
from generator.settings import is_absolute
from generator.verdicts import Verdict

HEADLINE = (
    "request_rate",
    "latency_p95",
    "error_rate",
    "under_500ms",
    "rps_per_core",
    "cost_per_million_requests",
)
"""Metrics whose regressions come first; the pages show them as large figures."""


class Standing(StrEnum):
    """What became of a regression."""

    OPEN = "not acknowledged"
    NOISE = "within the noise"
    WON_BACK = "won back"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True)
class Regression:
    """A metric that is worse in `candidate` than in `baseline`.

    `against` says what that is: the candidate's baseline, or the best of `among` earlier
    like-for-like runs. `weight` is the difference in tolerances. `why` is how large the noise is
    that it lies within; `by` is the run whose record acknowledges it, or that won it back.
    """

    delta: Delta
    baseline: str
    candidate: str
    against: Literal["baseline", "best"]
    among: int
    weight: float
    standing: Standing
    why: str = ""
    by: str = ""
    doubts: tuple[str, ...] = ()
    newest: bool = True
    best: Regression | None = None

    @property
    def metric(self) -> Metric:
        """What got worse."""
        return self.delta.metric

    def as_json(self) -> dict[str, Any]:
        """The entry of `regressions` in `data/trends.json`."""
        return {
            "run": self.candidate,
            "newest": self.newest,
            "against": self.against,
            "compared_with": self.baseline,
            "standing": str(self.standing),
            "why": self.why,
            "by": self.by or None,
            "best": self.best.as_json() if self.best else None,
            **self.delta.as_json(),
            "warnings": list(self.doubts),
        }


@dataclass(frozen=True)
class Worse:
    """What regressed from one run to another, and what is doubtful of all of it."""

    deltas: tuple[Delta, ...]
    doubts: tuple[str, ...]


def between(notebook: Notebook, baseline: str, candidate: str) -> Worse:
    """What is worse in a run than in another one."""

    def find() -> list[Any]:
        own = notebook.baselines[candidate] == baseline
        compared = with_baselines(notebook)[candidate] if own else None
        found = compared or compare(notebook, baseline, candidate)
        worse = [one for one in found.deltas.values() if one.verdict is Verdict.REGRESSED]
        return [[*map(deltapacking.packed, worse)], [*doubts_of(found)]]

    def unpacked() -> Worse:
        deltas, doubts = notebook.kept("worse", candidate, find, baseline)
        return Worse(tuple(map(deltapacking.unpacked, deltas)), tuple(doubts))

    return notebook.once("worse", (baseline, candidate), unpacked)


def doubts_of(comparison: Comparison) -> Iterator[str]:
    """What is doubtful of each metric of a comparison."""
    likeness = comparison.likeness
    against = f"Against {comparison.baseline}: "
    unknown = [d.setting for d in (*likeness.load, *likeness.environment) if d.one_sided]
    if unknown:
        yield f"{against}recorded on one side only: {', '.join(unknown)}."
    if likeness.confounded:
        number = len(likeness.factors)
        yield f"{against}confounded, {number} things were altered together."


def size_of(delta: Delta) -> float:
    """The difference as tolerances have it: that of the medians where repeats were tested."""
    if delta.ground and delta.ground.tested:
        return delta.ground.tested.difference
    if is_absolute(delta.metric):
        return delta.delta.start if delta.delta else 0.0
    return delta.change or 0.0


def weight_of(delta: Delta) -> float:
    """The size of a difference in tolerances of its metric."""
    threshold = delta.ground.threshold if delta.ground else 0.0
    return abs(size_of(delta)) / max(threshold, 1e-6)
