"""The laws that throughput follows as load grows, and how the Universal Scalability Law is fitted.

    X(N) = λN / (1 + σ(N − 1) + κN(N − 1))

N is the load, λ what one unit of it brings, σ the share that waits in line (contention), κ what
keeping each other informed costs (coherency): Gunther, Guerrilla Capacity Planning (2007), ch. 4
to 6. Errors of throughput are taken as relative: the law is fitted to ln X by least squares, so
that a factor on X is a factor on λ and nothing else. Numbers only; nothing here knows of records.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

CONFIDENCE = 0.95
FEWEST_LOADS = 4
"""Distinct loads without which the law's three parameters go through any points."""

NOTHING = 1e-9
"""Share of the throughput at the largest load below which what σ or κ takes is none."""

Matrix = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Interval:
    """An estimate with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Law:
    """The law with its numbers: λ per second and unit of load, σ and κ without a unit."""

    rate: float
    contention: float
    coherency: float

    def throughput(self, load: float) -> float:
        """X(N) per second."""
        return self.rate * load / self._slowed(load)

    @property
    def peak_load(self) -> float | None:
        """N* = √((1 − σ) / κ), where throughput is highest; None where it never falls."""
        if self.coherency <= 0 or self.contention >= 1:
            return None
        return math.sqrt((1 - self.contention) / self.coherency)

    def _slowed(self, load: float) -> float:
        return 1 + self.contention * (load - 1) + self.coherency * load * (load - 1)

    def slope(self, load: float) -> tuple[float, float, float]:
        """How ln X(N) changes with ln λ, σ and κ."""
        slowed = self._slowed(load)
        return 1.0, -(load - 1) / slowed, -load * (load - 1) / slowed


@dataclass(frozen=True)
class Fit:
    """The law fitted to points, with what is left over.

    `covariance` is that of ln λ, σ, κ: s² (JᵀJ)⁻¹ with s² = sum of squares / (points − 3), so that
    a law which fits badly has wide intervals. `off` is by how much the mean of the points of each
    load lies off the curve, relative, by load. `lack_of_fit` is the p-value of the F test of these
    against the spread of repeats (Draper, Smith: Applied Regression Analysis, 1998, ch. 2.1), None
    without repeats; `bends` that of the law against the straight line X = λN.
    """

    law: Law
    covariance: Matrix
    points: int
    r_squared: float
    off: tuple[tuple[float, float], ...]
    lack_of_fit: float | None
    bends: float

    @property
    def freedom(self) -> int:
        """Degrees of freedom: points − 3."""
        return self.points - 3

    @cached_property
    def intervals(self) -> tuple[Interval, Interval, Interval]:
        """λ, σ, κ with intervals by Student's t; σ and κ can't be below zero."""
        t = _t(self.freedom)
        half = [t * math.sqrt(max(self.covariance[n][n], 0.0)) for n in range(3)]
        rate, sigma, kappa = self.law.rate, self.law.contention, self.law.coherency
        factor = math.exp(min(half[0], 300.0))
        return (
            Interval(rate, rate / factor, rate * factor),
            Interval(sigma, max(0.0, sigma - half[1]), sigma + half[1]),
            Interval(kappa, max(0.0, kappa - half[2]), kappa + half[2]),
        )

    def at(self, load: float) -> Interval:
        """X(N) with its interval: what the error of the parameters leaves open of the curve."""
        slope = self.law.slope(load)
        return self._spread(self.law.throughput(load), slope)

    @property
    def has_peak(self) -> bool:
        """Whether κ is told from zero, so that the law has a peak at all."""
        return self.law.peak_load is not None and self.intervals[2].low > 0

    @cached_property
    def peak(self) -> tuple[Interval, Interval] | None:
        """N* and X(N*); None where κ can't be told from zero. By the delta method, of ln N*."""
        load = self.law.peak_load
        if load is None or not self.has_peak:
            return None
        slope = (0.0, -0.5 / (1 - self.law.contention), -0.5 / self.law.coherency)
        return self._spread(load, slope), self.at(load)

    def _spread(self, value: float, slope: tuple[float, float, float]) -> Interval:
        """A positive value whose logarithm has this slope in the parameters."""
        variance = sum(
            slope[i] * self.covariance[i][j] * slope[j] for i in range(3) for j in range(3)
        )
        factor = math.exp(min(_t(self.freedom) * math.sqrt(max(variance, 0.0)), 300.0))
        return Interval(value, value / factor, value * factor)


def fit(points: Sequence[tuple[float, float]]) -> Fit | None:
    """The law through (load, throughput per second), in whatever order they come.

    None with fewer than four distinct loads, with a load below one or a throughput that is not
    positive, or where no fit is found.
    """
    ordered = sorted(points)
    loads = dict.fromkeys(load for load, _ in ordered)
    if len(loads) < FEWEST_LOADS or any(load < 1 or rate <= 0 for load, rate in ordered):
        return None
    largest = max(rate for _, rate in ordered)
    found = _solve([(load, rate / largest) for load, rate in ordered])
    if found is None:
        return None
    law, covariance = found
    law = Law(law.rate * largest, law.contention, law.coherency)
    return _judged(law, covariance, ordered)


def _solve(points: Sequence[tuple[float, float]]) -> tuple[Law, Matrix] | None:
    """The bounded least squares: λ > 0, 0 ≤ σ ≤ 1, κ ≥ 0."""
    # Loaded here: check, diff and show get by without it, and it takes a third of a second.
    import numpy as np
    from scipy import optimize

    loads = np.array([load for load, _ in points])
    logarithms = np.log([rate for _, rate in points])
    last = float(loads.max())

    def curve(load, rate, sigma, kappa):  # type: ignore[no-untyped-def]
        return rate + np.log(load) - np.log1p(sigma * (load - 1) + kappa * load * (load - 1))

    # N / X = 1/λ + σ/λ (N − 1) + κ/λ N(N − 1) is linear: a start that is nearly there.
    columns = np.column_stack([np.ones_like(loads), loads - 1, loads * (loads - 1)])
    slowness = loads / np.exp(logarithms)
    weighed, _ = optimize.nnls(columns / slowness[:, None], np.ones_like(loads))
    base = max(float(weighed[0]), 1e-12 * float(slowness.min()))
    start = [-math.log(base), min(float(weighed[1]) / base, 1.0), float(weighed[2]) / base]
    try:
        found, spread = optimize.curve_fit(
            curve,
            loads,
            logarithms,
            p0=start,
            bounds=([-np.inf, 0.0, 0.0], [np.inf, 1.0, np.inf]),
            x_scale=[1.0, 1 / last, 1 / last**2],
            ftol=1e-14,
            xtol=1e-14,
            gtol=1e-14,
            max_nfev=5000,
        )
    except (RuntimeError, ValueError):
        return None
    if not (np.isfinite(found).all() and np.isfinite(spread).all()):
        return None
    # What the solver leaves of a number at its bound is no number.
    sizes = (0.0, last, last**2)
    numbers = [
        0.0 if size and abs(float(number)) * size < NOTHING else float(number)
        for number, size in zip(found, sizes, strict=True)
    ]
    rows = tuple((float(row[0]), float(row[1]), float(row[2])) for row in spread)
    return Law(math.exp(numbers[0]), numbers[1], numbers[2]), rows


def _judged(law: Law, covariance: Matrix, points: Sequence[tuple[float, float]]) -> Fit:
    """What is left over, and the two F tests."""
    logs = [(load, math.log(rate), math.log(law.throughput(load))) for load, rate in points]
    groups: dict[float, list[float]] = {}
    for load, seen, _ in logs:
        groups.setdefault(load, []).append(seen)
    left = sum((seen - fitted) ** 2 for _, seen, fitted in logs)
    within = sum((seen - fmean(group)) ** 2 for group in groups.values() for seen in group)
    n, k = len(points), len(groups)
    lack = _f(max(left - within, 0.0), k - 3, within, n - k) if n > k else None
    line = fmean([seen - math.log(load) for load, seen, _ in logs])
    straight = sum((seen - math.log(load) - line) ** 2 for load, seen, _ in logs)
    middle = fmean([rate for _, rate in points])
    rest = sum((rate - law.throughput(load)) ** 2 for load, rate in points)
    whole = sum((rate - middle) ** 2 for _, rate in points)
    off = tuple(
        (load, math.expm1(fmean(group) - math.log(law.throughput(load))))
        for load, group in groups.items()
    )
    return Fit(
        law,
        covariance,
        n,
        1 - rest / whole if whole else 0.0,
        off,
        lack,
        _f(max(straight - left, 0.0), 2, left, n - 3),
    )


def _f(above: float, above_freedom: int, below: float, below_freedom: int) -> float:
    """p-value of an F test of two sums of squares; the noise of floats counts as none."""
    tiny = 1e-18
    if above <= tiny:
        return 1.0
    if below <= tiny:
        return 0.0
    from scipy import special

    ratio = (above / above_freedom) / (below / below_freedom)
    return float(special.fdtrc(above_freedom, below_freedom, ratio))


def _t(freedom: int) -> float:
    """Student's t for the confidence, both ends."""
    from scipy import special

    return float(special.stdtrit(freedom, 1 - (1 - CONFIDENCE) / 2))


# --- operational laws -----------------------------------------------------------------------------


def in_system(rate: float, response: float, think: float) -> float:
    """Little's law N = X (R + Z): who is in the system or thinks; per second and seconds.

    Little, A Proof for the Queuing Formula L = λW (1961); with think time it is the interactive
    response time law (Lazowska et al., Quantitative System Performance, 1984, ch. 3).
    """
    return rate * (response + think)


def demand(used: float, rate: float) -> float:
    """Service demand D = U / X by the utilisation law: what one request takes of a resource.

    `used` in units of the resource (cores), D in such seconds (core-seconds): Denning, Buzen, The
    Operational Analysis of Queueing Network Models (1978).
    """
    return used / rate


def bound(capacity: float, each: float) -> float:
    """X ≤ capacity / D: the throughput at which a resource is busy all the time."""
    return capacity / each


def knee(highest: float, cycle: float) -> float:
    """N* = Xmax (R0 + Z): where the bounds X ≤ N / (R0 + Z) and X ≤ Xmax meet.

    Lazowska, Zahorjan, Graham, Sevcik, Quantitative System Performance (1984), ch. 5.2.
    """
    return highest * cycle
