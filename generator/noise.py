"""How much a metric varies from run to run of the same thing, and what that lets a verdict say.

From runs that repeat one another: the noise floor of a metric, the smallest effect that n repeats
can show, how many more are needed; and with enough repeats on both sides a test of the difference.
Variation is relative to the median of its group; of shares it is absolute, in shares.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from generator.metrics import METRICS, Metric
from generator.notebook import Notebook
from generator.settings import is_absolute
from generator.tracing import asked

CONFIDENCE = 0.95
POWER = 0.8
"""With what probability an effect of the smallest size that can be shown would be seen."""

ENOUGH = 4
"""Repeats on each side from which a rank test can reach the confidence: 2 / C(8, 4) = 2.9 %."""

MOST_REPEATS = 1000


@dataclass(frozen=True)
class Noise:
    """Spread of a metric over repeats: standard deviation, pooled over the groups of repeats.

    `spread` is relative to each group's median, absolute for shares; `freedom` is the sum of n − 1
    over the groups; `source` names the runs it was taken from.
    """

    spread: float
    freedom: int
    source: str

    def floor(self, before: int = 1, after: int = 1) -> float:
        """Smallest difference of two medians of so many runs that is beyond noise.

        Student's t at the confidence x spread x sqrt(1/n + 1/m).
        """
        return quantile(1 - (1 - CONFIDENCE) / 2, self.freedom) * self._error(before, after)

    def smallest_effect(self, repeats: int) -> float:
        """Difference that `repeats` runs on each side show with the power; (t₁ + t₂) x error.

        Cohen, Statistical Power Analysis for the Behavioral Sciences (1988), chapter 2.
        """
        beyond = quantile(1 - (1 - CONFIDENCE) / 2, self.freedom) + quantile(POWER, self.freedom)
        return beyond * self._error(repeats, repeats)

    def repeats_for(self, effect: float) -> int | None:
        """Fewest runs on each side that show a difference of this size; None beyond 1,000."""
        if not effect:
            return None
        # The smallest effect falls with the square root of the number.
        needed = max(ENOUGH, math.ceil((self.smallest_effect(1) / abs(effect)) ** 2 - 1e-9))
        return needed if needed <= MOST_REPEATS else None

    def _error(self, before: int, after: int) -> float:
        return self.spread * math.sqrt(1 / before + 1 / after)


@lru_cache(maxsize=1024)
def quantile(probability: float, freedom: int) -> float:
    """Quantile of Student's t distribution."""
    known = _known.get(probability, ())
    if freedom <= len(known):
        return known[freedom - 1]
    # Loaded here: most notebooks have no repeats, and it takes a fifth of a second.
    from scipy import special

    return float(special.stdtrit(freedom, probability))


_known: dict[float, Sequence[float]] = {}
"""Quantiles by their probability, for 1, 2, ... degrees of freedom."""


def know_quantiles(notebook: Notebook) -> None:
    """Have those that repeats ask for from an earlier build, if there was one."""
    if not any(gist.repeats for gist in notebook.gists.values()):
        return
    for probability in (1 - (1 - CONFIDENCE) / 2, POWER):
        find = partial(_quantiles, probability)
        _known[probability] = notebook.derived("quantiles", probability, find)


def _quantiles(probability: float) -> list[float]:
    return [quantile(probability, freedom) for freedom in range(1, MOST_KNOWN + 1)]


MOST_KNOWN = 300
"""Up to how many degrees of freedom the quantiles are had at once."""


def between(notebook: Notebook, metric: Metric, baseline: str, candidate: str) -> Noise | None:
    """The noise of a metric for a comparison; None where nothing was repeated.

    It is taken from the repeats of the two runs; without such from all repeats of the candidate's
    scenario.
    """
    own = [notebook.replicates(run) for run in (baseline, candidate)]
    groups = {group[0]: group for group in own if len(group) > 1}
    if groups:
        return of_groups(notebook, metric, groups)
    return of_scenario(notebook, notebook.gists[candidate].scenario, metric.name)


@asked
def of_scenario(notebook: Notebook, scenario: str | None, metric: str) -> Noise | None:
    """The noise of a metric over all repeats of a scenario."""
    groups = {group[0]: group for group in notebook.repeated_in(scenario)}
    return of_groups(notebook, METRICS[metric], groups)


def of_groups(
    notebook: Notebook, metric: Metric, groups: Mapping[str, Sequence[str]]
) -> Noise | None:
    """The pooled spread over groups of repeats; None unless one has two figures."""
    squares, freedom, named = 0.0, 0, []
    for original, group in groups.items():
        values = figures_of(notebook, metric, group)
        added = squares_of(metric, values)
        if added is None:
            continue
        squares += added
        freedom += len(values) - 1
        named.append(f"{len(values)} runs of {original.partition('/')[2]}")
    if not freedom:
        return None
    shown = ", ".join(named[:2]) + (f" and {len(named) - 2} more" if len(named) > 2 else "")
    return Noise(math.sqrt(squares / freedom), freedom, shown)


def squares_of(metric: Metric, values: Sequence[float]) -> float | None:
    """The squared deviation of repeats, n − 1 times; None of a single one or around zero."""
    middle = statistics.median(values) if values else 0.0
    scale = 1.0 if is_absolute(metric) else abs(middle)
    if len(values) < 2 or not scale:
        return None
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / scale**2


def figures_of(notebook: Notebook, metric: Metric, runs: Sequence[str]) -> list[float]:
    """The metric's figures over runs, those without one left out."""
    found = [notebook.numbers(run).get(metric.name) for run in runs]
    return [number.start for number in found if number is not None and not number.is_range]


@dataclass(frozen=True)
class RankTest:
    """A rank test of two groups of repeats: difference of medians, its interval, p-value.

    Differences are relative to the baseline's median, absolute for shares.
    """

    difference: float
    low: float
    high: float
    p: float
    before: int
    after: int


def rank_test(metric: Metric, before: Sequence[float], after: Sequence[float]) -> RankTest | None:
    """Mann-Whitney's U test with the Hodges-Lehmann interval; None with too few repeats.

    The difference is the median of all pairwise differences, its interval cuts off as many of them
    at each end as the distribution of U allows (Hollander, Wolfe, Chicken: Nonparametric
    Statistical Methods, 2014, 4.3).
    """
    if min(len(before), len(after)) < ENOUGH:
        return None
    scale = 1.0 if is_absolute(metric) else abs(statistics.median(before))
    if not scale:
        return None
    # Loaded here, as above.
    from scipy import stats

    n, m = len(before), len(after)
    tied = len({*before, *after}) < n + m
    result = stats.mannwhitneyu(after, before, method="asymptotic" if tied else "exact")
    differences = sorted((right - left) / scale for left in before for right in after)
    z = statistics.NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2)
    cut = max(1, math.floor(n * m / 2 - z * math.sqrt(n * m * (n + m + 1) / 12)))
    p = 1.0 if math.isnan(result.pvalue) else float(result.pvalue)
    middle = statistics.median(differences)
    return RankTest(middle, differences[cut - 1], differences[n * m - cut], p, n, m)
