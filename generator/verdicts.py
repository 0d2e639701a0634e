"""Verdicts: what can be said of a difference, and what that stands on.

A verdict rests on a test of repeats where there are enough on both sides, else on a declared
tolerance; where the noise that repeats showed is larger than the difference it is not given.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from generator import noise
from generator.measurements import clean
from generator.metrics import Metric
from generator.noise import Noise, RankTest
from generator.settings import Settings, is_absolute


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
class Ground:
    """What a verdict stands on: n on each side, the threshold, the noise and where it is from.

    `threshold` is relative, absolute for shares. Where nothing was repeated the noise is not known.
    """

    before: int
    after: int
    threshold: float
    noise: Noise | None = None
    tested: RankTest | None = None

    @property
    def floor(self) -> float | None:
        """Smallest difference of two single runs that is beyond noise."""
        return self.noise.floor() if self.noise else None

    def as_json(self) -> dict[str, Any]:
        """The `ground` of a metric in `loadbook diff --format json`."""
        tested = self.tested
        return {
            "runs": [self.before, self.after],
            "threshold": clean(self.threshold),
            "noise_floor": clean(self.floor),
            "noise_source": self.noise.source if self.noise else None,
            "median_difference": clean(tested.difference) if tested else None,
            "interval": [clean(tested.low), clean(tested.high)] if tested else None,
            "p": clean(tested.p) if tested else None,
        }


def judge(metric: Metric, size: float, ground: Ground) -> tuple[Verdict, str]:
    """The verdict of a difference of this size, relative or absolute for shares, and its basis."""
    if ground.tested:
        return _by_test(metric, ground, ground.tested)
    return _by_tolerance(metric, size, ground)


def _by_tolerance(metric: Metric, size: float, ground: Ground) -> tuple[Verdict, str]:
    basis = f"tolerance {share_text(metric, ground.threshold)}, "
    basis += f"n = {ground.before} and {ground.after}, "
    floor = ground.floor
    if ground.noise is None or floor is None:
        basis += "noise not known"
    else:
        basis += f"noise ±{share_text(metric, floor)} ({ground.noise.source})"
        if floor > ground.threshold and abs(size) <= floor:
            return Verdict.TOO_FEW_REPEATS, f"{basis}; {_more(ground.noise, size)}"
    if abs(size) <= ground.threshold + 1e-12:
        return Verdict.UNCHANGED, basis
    return _direction(metric, size), basis


def _more(found: Noise, size: float) -> str:
    """How many repeats would show a difference of this size."""
    needed = found.repeats_for(size)
    if needed is None:
        return "no number of repeats in reach shows so small a difference"
    return f"{needed} runs on each side could show this difference"


def _direction(metric: Metric, size: float) -> Verdict:
    better = (size > 0) == (metric.better == "higher")
    return Verdict.IMPROVED if better else Verdict.REGRESSED


def _by_test(metric: Metric, ground: Ground, tested: RankTest) -> tuple[Verdict, str]:
    """The verdict of a rank test: what is beyond chance and beyond the tolerance.

    Without a difference beyond chance the runs are unchanged only where the whole interval lies
    within the tolerance; else there are too few of them to tell.
    """
    shown = [share_text(metric, end, signed=True) for end in (tested.low, tested.high)]
    basis = (
        f"n = {ground.before} and {ground.after}, medians differ by "
        f"{share_text(metric, tested.difference, signed=True)} (95 % interval {shown[0]} to "
        f"{shown[1]}), Mann-Whitney p = {tested.p:.3g}, "
        f"tolerance {share_text(metric, ground.threshold)}"
    )
    within = max(abs(tested.low), abs(tested.high)) <= ground.threshold + 1e-12
    if tested.p >= 1 - noise.CONFIDENCE:
        return (Verdict.UNCHANGED if within else Verdict.TOO_FEW_REPEATS), basis
    if abs(tested.difference) <= ground.threshold + 1e-12:
        return Verdict.UNCHANGED, basis
    return _direction(metric, tested.difference), basis


def share_text(metric: Metric, share: float, *, signed: bool = False) -> str:
    """`4.1 %`, or `0.12 pp` for a difference of shares."""
    number = f"{abs(share) * 100:.2g}" if abs(share) < 0.1 else f"{abs(share) * 100:.0f}"
    sign = ("\N{MINUS SIGN}" if share < 0 else "+") if signed and number != "0" else ""
    unit = "pp" if is_absolute(metric) else "%"
    return f"{sign}{number}\N{NO-BREAK SPACE}{unit}"


def tolerance_text(metric: Metric, settings: Settings) -> tuple[float, str]:
    """The metric's tolerance and its words: `tolerance 5 %`, `tolerance 0.1 pp`."""
    tolerance = settings.tolerance_of(metric)
    unit = "pp" if is_absolute(metric) else "%"
    return tolerance, f"tolerance {tolerance * 100:g}\N{NO-BREAK SPACE}{unit}"
