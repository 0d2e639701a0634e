"""Two runs held against each other: deltas, verdicts, and what each verdict rests on.

A verdict is given only where the data carry one. Without repeats it rests on a declared tolerance
and says so; metrics that depend on the load are not judged between different loads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypedDict

from generator import display, likeness, noise, verdicts
from generator.likeness import Likeness
from generator.measurements import Measurement, clean
from generator.metrics import METRICS, Metric
from generator.notebook import Notebook
from generator.settings import is_absolute
from generator.units import RATIO, SHARE, Quantity
from generator.verdicts import Ground, Verdict


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
    ground: Ground | None = None

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
            "ground": self.ground.as_json() if self.ground else None,
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
            "attribution": self.likeness.attribution,
            "factors": list(self.likeness.factors),
            "extra_runs": self.likeness.extra_runs,
            "differences": {
                "load": [_setting(difference) for difference in self.likeness.load],
                "environment": [_setting(d) for d in self.likeness.environment],
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


def with_baselines(notebook: Notebook) -> Mapping[str, Comparison]:
    """Each run against its baseline, where it has one; compared once, when it is asked for."""
    return _WithBaselines(notebook)


class Tally(TypedDict):
    """How many metrics of a run got each verdict against its baseline.

    Of those that are better one way: how many were `judged`, had `too_few` repeats, and were not
    comparable for which of the `reasons`.
    """

    verdicts: dict[str, int]
    judged: int
    too_few: int
    reasons: dict[str, int]


def tally(notebook: Notebook, identity: str) -> Tally:
    """That of a run; of one without a baseline nothing is judged."""
    make = partial(_tally, notebook, identity)
    return notebook.once("tally", identity, lambda: notebook.kept("tally", identity, make))


def _tally(notebook: Notebook, identity: str) -> Tally:
    found = with_baselines(notebook).get(identity)
    every = list(found.deltas.values()) if found else []
    open_to_judge = [delta for delta in every if delta.metric.better is not None]
    verdicts = Counter(str(delta.verdict) for delta in open_to_judge)
    reasons = Counter(
        delta.basis.partition(":")[0]
        for delta in open_to_judge
        if delta.verdict is Verdict.NOT_COMPARABLE
    )
    too_few, not_comparable = verdicts[Verdict.TOO_FEW_REPEATS], verdicts[Verdict.NOT_COMPARABLE]
    return {
        "verdicts": dict(Counter(str(delta.verdict) for delta in every)),
        "judged": len(open_to_judge) - too_few - not_comparable,
        "too_few": too_few,
        "reasons": dict(reasons),
    }


class _WithBaselines(Mapping[str, Comparison]):
    """Comparisons by candidate, each made when it is asked for."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    def __getitem__(self, identity: str) -> Comparison:
        baseline = self._notebook.baselines[identity]
        if baseline is None:
            raise KeyError(identity)
        return self._notebook.once(
            "comparison", identity, lambda: compare(self._notebook, baseline, identity)
        )

    def __contains__(self, identity: object) -> bool:
        return isinstance(identity, str) and self._notebook.baselines.get(identity) is not None

    def __iter__(self) -> Iterator[str]:
        every = self._notebook.baselines.items()
        return (identity for identity, baseline in every if baseline is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


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
                yield self._delta(Pair(metric, before.get(metric.name), after.get(metric.name)))

    def doubts(self) -> Iterator[str]:
        """What is doubtful of the comparison as a whole."""
        if not self.likeness.like_for_like:
            yield (
                f"Not like for like: {', '.join(self.likeness.reasons)}. Throughput, latency and "
                "resource deltas are shown and not judged."
            )
        if self.likeness.confounded:
            yield self.likeness.attribution
        every = (*self.likeness.load, *self.likeness.environment)
        unknown = [d.setting for d in every if d.one_sided]
        if unknown:
            yield f"Recorded on one side only: {', '.join(unknown)}."
        before, after = self.repeats
        if min(before, after) >= noise.ENOUGH:
            return
        if before == after == 1:
            yield "One run on each side: judged by a declared tolerance, not by statistics."
        else:
            yield (
                f"{before} and {after} runs: judged by a declared tolerance and the noise of the "
                "repeats, not by a test."
            )

    @property
    def repeats(self) -> tuple[int, int]:
        """How many runs there are of the baseline and of the candidate."""
        baseline, candidate = (
            len(self.notebook.replicates(run)) for run in (self.baseline, self.candidate)
        )
        return baseline, candidate

    def _delta(self, pair: Pair) -> Delta:
        verdict, basis, ground = self._verdict(pair)
        warnings = tuple(self._warnings(pair, verdict, ground))
        return Delta(
            pair.metric,
            pair.before,
            pair.after,
            pair.delta,
            pair.change,
            verdict,
            basis,
            warnings,
            ground,
        )

    def _verdict(self, pair: Pair) -> tuple[Verdict, str, Ground | None]:
        reason = self._not_comparable(pair)
        if reason or pair.delta is None:
            return Verdict.NOT_COMPARABLE, reason, None
        ground = self._ground(pair)
        needed = self.notebook.settings.minimum_repeats
        if min(ground.before, ground.after) < needed:
            there = f"there are {ground.before} and {ground.after}"
            basis = f"the notebook asks for {needed} runs on each side, {there}"
            return Verdict.TOO_FEW_REPEATS, basis, ground
        verdict, basis = verdicts.judge(pair.metric, pair.size, ground)
        return verdict, basis, ground

    def _ground(self, pair: Pair) -> Ground:
        before, after = self.repeats
        threshold = self.notebook.settings.tolerance_of(pair.metric)
        found = noise.between(self.notebook, pair.metric, self.baseline, self.candidate)
        sides = [
            noise.figures_of(self.notebook, pair.metric, self.notebook.replicates(run))
            for run in (self.baseline, self.candidate)
        ]
        tested = noise.rank_test(pair.metric, *sides)
        return Ground(before, after, threshold, found, tested)

    def _not_comparable(self, pair: Pair) -> str:
        """Why the metric can't be judged, or nothing."""
        for side, measurement, run in (
            ("baseline", pair.before, self.baseline),
            ("candidate", pair.after, self.candidate),
        ):
            if measurement is None:
                return f"the {side} has no figure"
            if measurement.quantity.is_range:
                return f"the {side}'s figure is a range over the run"
            status = self.notebook.gists[run].status
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

    def _warnings(self, pair: Pair, verdict: Verdict, ground: Ground | None) -> Iterator[str]:
        for side, measurement in (("Baseline", pair.before), ("Candidate", pair.after)):
            for warning in measurement.warnings if measurement else ():
                yield f"{side}: {warning}"
            if measurement and measurement.quantity.approximate:
                yield f"{side}: {measurement.show()} is approximate."
        judged = verdict in (Verdict.IMPROVED, Verdict.REGRESSED, Verdict.UNCHANGED)
        if judged and pair.metric.needs == "same scenario" and not self.likeness.like_for_like:
            yield f"Measured at different loads: {', '.join(self.likeness.reasons)}."
        if judged and ground and ground.tested and pair.size * ground.tested.difference < 0:
            yield "These two runs differ the other way than the medians of their repeats."


@dataclass(frozen=True)
class Pair:
    """A metric on both sides, before anything is judged."""

    metric: Metric
    before: Measurement | None
    after: Measurement | None

    @cached_property
    def delta(self) -> Quantity | None:
        """after − before; None where a side is missing, a range, or in another currency."""
        if self.before is None or self.after is None or self.before.currency != self.after.currency:
            return None
        if self.before.quantity.is_range or self.after.quantity.is_range:
            return None
        return self.after.quantity - self.before.quantity

    @cached_property
    def change(self) -> float | None:
        """delta / |before|; None without a delta, or where `before` is zero."""
        if self.delta is None or self.before is None or not self.before.quantity.start:
            return None
        return self.delta.start / abs(self.before.quantity.start)

    @cached_property
    def relative(self) -> Quantity | None:
        """The change with what the digits of both sides leave open; None as `change` is."""
        if self.delta is None or self.before is None or self.change is None:
            return None
        before = abs(self.before.quantity.start)
        half = (self.delta.half + abs(self.change) * self.before.quantity.half) / before
        return Quantity(self.change, self.change, self.delta.approximate, half, computed=True)

    @property
    def currency(self) -> str:
        """ISO code of an amount of money, empty for all else."""
        sides = (self.before, self.after)
        return next((side.currency for side in sides if side and side.currency), "")

    @property
    def size(self) -> float:
        """What is held against the threshold: the delta of shares, the change of all else."""
        if is_absolute(self.metric):
            return self.delta.start if self.delta else 0.0
        return self.change or 0.0


def _number(measurement: Measurement | None) -> float | None:
    return clean(measurement.quantity.value) if measurement else None


def _setting(difference: likeness.Difference) -> dict[str, str]:
    return {
        "setting": difference.setting,
        "baseline": difference.baseline,
        "candidate": difference.candidate,
    }
