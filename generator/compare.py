"""Two runs held against each other: deltas, verdicts, and what each verdict rests on.

A verdict is given only where the data carry one. Without repeats it rests on a declared tolerance
and says so; metrics that depend on the load are not judged between different loads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from generator import display, likeness
from generator.likeness import Likeness
from generator.measurements import Measurement, clean
from generator.metrics import METRICS, Metric
from generator.notebook import Notebook
from generator.settings import Settings, is_absolute
from generator.units import RATIO, SHARE, Quantity


class Verdict(StrEnum):
    """What can be said of a delta."""

    IMPROVED = "improved"
    REGRESSED = "regressed"
    UNCHANGED = "unchanged"
    NOT_COMPARABLE = "not comparable"
    TOO_FEW_REPEATS = "too few repeats"


SIGNS = {
    Verdict.IMPROVED: "▲",
    Verdict.REGRESSED: "▼",
    Verdict.UNCHANGED: "=",
    Verdict.NOT_COMPARABLE: "○",
    Verdict.TOO_FEW_REPEATS: "○",
}
"""A sign for each verdict, so that colour is never the only carrier."""


@dataclass(frozen=True)
class Delta:
    """One metric on both sides.

    `delta` is candidate − baseline in the metric's unit, `change` is delta / |baseline|; both are
    None where a side is missing or a range, `change` also where the baseline is zero.
    """

    metric: Metric
    baseline: Measurement | None
    candidate: Measurement | None
    delta: Quantity | None
    change: float | None
    verdict: Verdict
    basis: str
    warnings: tuple[str, ...] = ()

    @property
    def approximate(self) -> bool:
        """Whether one of the figures was written as approximate."""
        return any(side.quantity.approximate for side in (self.baseline, self.candidate) if side)

    def show_delta(self) -> str:
        """`+73.4 ms`, `−0.34 pp`, `?` where there is none."""
        if self.delta is None:
            return "?"
        return display.show_signed(
            self.delta.start,
            self.metric.unit,
            approximate=self.approximate,
            currency=self.currency,
        )

    @property
    def currency(self) -> str:
        """ISO code of an amount of money, empty for all else."""
        sides = (self.baseline, self.candidate)
        return next((side.currency for side in sides if side and side.currency), "")

    def show_change(self) -> str:
        """`+83.4 %`; nothing for shares, whose delta in percentage points says it."""
        if self.metric.unit in (SHARE, RATIO):
            return ""
        return display.show_change(self.change, approximate=self.approximate)

    def as_json(self) -> dict[str, Any]:
        """The entry of `loadbook diff --format json`."""
        return {
            "name": self.metric.name,
            "unit": self.currency or self.metric.unit.base,
            "better": self.metric.better,
            "baseline": _number(self.baseline),
            "candidate": _number(self.candidate),
            "delta": clean(self.delta.start) if self.delta else None,
            "change": clean(self.change),
            "approximate": any(
                not side.quantity.is_exact for side in (self.baseline, self.candidate) if side
            ),
            "verdict": str(self.verdict),
            "basis": self.basis,
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True)
class Comparison:
    """A candidate against its baseline, metric by metric, with all doubts."""

    baseline: str
    candidate: str
    likeness: Likeness
    deltas: Mapping[str, Delta]
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The object of `loadbook diff --format json`."""
        return {
            "baseline": self.baseline,
            "candidate": self.candidate,
            "like_for_like": self.likeness.like_for_like,
            "reasons": list(self.likeness.reasons),
            "differences": {
                "load": [_setting(difference) for difference in self.likeness.load],
                "deployment": [_setting(difference) for difference in self.likeness.deployment],
                "changes": [
                    {
                        "run": identity,
                        "area": change.area,
                        "file": change.file,
                        "modification": change.modification,
                    }
                    for identity, change in self.likeness.changes
                ],
            },
            "metrics": [delta.as_json() for delta in self.deltas.values()],
            "warnings": list(self.warnings),
        }


def compare(notebook: Notebook, baseline: str, candidate: str) -> Comparison:
    """Hold `candidate` against `baseline`; both are runs of the notebook.

    Raises UnknownRunError for a run that is not there.
    """
    notebook.run(baseline)
    notebook.run(candidate)
    found = likeness.between(notebook, baseline, candidate)
    judge = _Judge(notebook, baseline, candidate, found)
    deltas = {delta.metric.name: delta for delta in judge.deltas()}
    return Comparison(baseline, candidate, found, deltas, tuple(judge.doubts()))


@dataclass(frozen=True)
class _Judge:
    """Gives the verdicts of one comparison."""

    notebook: Notebook
    baseline: str
    candidate: str
    likeness: Likeness

    def deltas(self) -> Iterator[Delta]:
        before = self.notebook.measurements[self.baseline]
        after = self.notebook.measurements[self.candidate]
        for metric in METRICS.values():
            if metric.name in before or metric.name in after:
                yield self._delta(_Pair(metric, before.get(metric.name), after.get(metric.name)))

    def doubts(self) -> Iterator[str]:
        """What is doubtful of the comparison as a whole."""
        if not self.likeness.like_for_like:
            yield (
                f"Not like for like: {', '.join(self.likeness.reasons)}. Throughput, latency and "
                "resource deltas are shown and not judged."
            )
        unknown = [d.setting for d in self.likeness.load if d.one_sided]
        if unknown:
            yield f"Recorded on one side only: {', '.join(unknown)}."
        before, after = self.repeats
        sides = "One run on each side" if before == after == 1 else f"{before} and {after} runs"
        yield f"{sides}: judged by a declared tolerance, not by statistics."

    @property
    def repeats(self) -> tuple[int, int]:
        """How many runs there are of the baseline and of the candidate."""
        baseline, candidate = (
            self.notebook.repeats_of(run) for run in (self.baseline, self.candidate)
        )
        return baseline, candidate

    def _delta(self, pair: _Pair) -> Delta:
        verdict, basis = self._verdict(pair)
        warnings = tuple(self._warnings(pair, verdict))
        return Delta(
            pair.metric,
            pair.before,
            pair.after,
            pair.delta,
            pair.change,
            verdict,
            basis,
            warnings,
        )

    def _verdict(self, pair: _Pair) -> tuple[Verdict, str]:
        reason = self._not_comparable(pair)
        if reason or pair.delta is None:
            return Verdict.NOT_COMPARABLE, reason
        needed = self.notebook.settings.minimum_repeats
        before, after = self.repeats
        if min(before, after) < needed:
            there = f"there are {before} and {after}"
            basis = f"the notebook asks for {needed} runs on each side, {there}"
            return Verdict.TOO_FEW_REPEATS, basis
        tolerance, basis = tolerance_text(pair.metric, self.notebook.settings)
        size = pair.delta.start if is_absolute(pair.metric) else pair.change or 0.0
        if abs(size) <= tolerance + 1e-12:
            return Verdict.UNCHANGED, basis
        better = (size > 0) == (pair.metric.better == "higher")
        return (Verdict.IMPROVED if better else Verdict.REGRESSED), basis

    def _not_comparable(self, pair: _Pair) -> str:
        """Why the metric can't be judged, or nothing."""
        for side, measurement, run in (
            ("baseline", pair.before, self.baseline),
            ("candidate", pair.after, self.candidate),
        ):
            if measurement is None:
                return f"the {side} has no figure"
            if measurement.quantity.is_range:
                return f"the {side}'s figure is a range over the run"
            status = self.notebook.runs[run].status
            if status != "completed":
                return f"the {side} is {status}"
        if pair.delta is None:
            return "the currencies differ"
        if pair.metric.needs == "same load" and not self.likeness.like_for_like:
            return self.likeness.why
        if pair.metric.needs == "same scenario" and not self.likeness.same_scenario:
            return self.likeness.why
        if pair.delta.start == 0:
            return ""
        if pair.metric.better is None:
            return "neither more nor less is better"
        if pair.change is None and not is_absolute(pair.metric):
            return "the baseline is zero"
        return ""

    def _warnings(self, pair: _Pair, verdict: Verdict) -> Iterator[str]:
        for side, measurement in (("Baseline", pair.before), ("Candidate", pair.after)):
            for warning in measurement.warnings if measurement else ():
                yield f"{side}: {warning}"
            if measurement and measurement.quantity.approximate:
                yield f"{side}: {measurement.show()} is approximate."
        judged = verdict in (Verdict.IMPROVED, Verdict.REGRESSED, Verdict.UNCHANGED)
        if judged and pair.metric.needs == "same scenario" and not self.likeness.like_for_like:
            yield f"Measured at different loads: {', '.join(self.likeness.reasons)}."


@dataclass(frozen=True)
class _Pair:
    """A metric on both sides, before anything is judged."""

    metric: Metric
    before: Measurement | None
    after: Measurement | None

    @property
    def delta(self) -> Quantity | None:
        """after − before; None where a side is missing, a range, or in another currency."""
        if self.before is None or self.after is None or self.before.currency != self.after.currency:
            return None
        if self.before.quantity.is_range or self.after.quantity.is_range:
            return None
        return self.after.quantity - self.before.quantity

    @property
    def change(self) -> float | None:
        """delta / |before|; None without a delta, or where `before` is zero."""
        if self.delta is None or self.before is None or not self.before.quantity.start:
            return None
        return self.delta.start / abs(self.before.quantity.start)


def tolerance_text(metric: Metric, settings: Settings) -> tuple[float, str]:
    """The metric's tolerance and its words: `tolerance 5 %`, `tolerance 0.1 pp`."""
    tolerance = settings.tolerance_of(metric)
    unit = "pp" if is_absolute(metric) else "%"
    return tolerance, f"tolerance {tolerance * 100:g}\N{NO-BREAK SPACE}{unit}"


def _number(measurement: Measurement | None) -> float | None:
    return clean(measurement.quantity.value) if measurement else None


def _setting(difference: likeness.Difference) -> dict[str, str]:
    return {
        "setting": difference.setting,
        "baseline": difference.baseline,
        "candidate": difference.candidate,
    }
