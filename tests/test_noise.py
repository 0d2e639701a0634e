"""Noise over repeats: floor, smallest effect and rank test, against scipy and by properties."""

from __future__ import annotations

import math
import statistics
import sys

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from generator import noise
from generator.metrics import METRICS
from generator.noise import Noise, rank_test
from tests.conftest import book

P95, SHARE = METRICS["latency_p95"], METRICS["under_500ms"]

FIGURES = st.floats(min_value=1, max_value=1000).map(lambda figure: round(figure, 2))
GROUPS = st.lists(FIGURES, min_size=4, max_size=9)
NOISES = st.builds(
    Noise,
    spread=st.floats(min_value=1e-4, max_value=2),
    freedom=st.integers(min_value=1, max_value=60),
    source=st.just("runs"),
)


def repeats(*groups: list[float]) -> dict[str, str]:
    """Records of one scenario: each group is an original with its repeats, `a/g0`, `a/g0-1`, ..."""
    found = {}
    for number, group in enumerate(groups):
        for position, figure in enumerate(group):
            again = f"repeats: a/g{number}\n" if position else ""
            found[f"a/g{number}" + (f"-{position}" if position else "")] = (
                "title: T\nstatus: completed\ndate: 2026-01-02\nload: {scenario: s, vus: 1}\n"
                f"{again}k6: {{http_req_duration: {{p95: {figure}}}}}\n"
            )
    return found


def test_the_spread_is_pooled_over_the_groups_by_their_freedom() -> None:
    """Of 100, 110, 90 and 200, 210: variances relative to the median, weighted by n - 1."""
    found = noise.between(book(repeats([100, 110, 90], [200, 210])), P95, "a/g0", "a/g1")
    assert found is not None
    first = statistics.variance([100, 110, 90]) / 100**2
    second = statistics.variance([200, 210]) / 205**2
    assert found.spread == pytest.approx(math.sqrt((2 * first + second) / 3))
    assert found.freedom == 3
    assert found.source == "3 runs of g0, 2 runs of g1"


def test_without_repeats_of_its_own_a_pair_has_the_noise_of_its_scenario() -> None:
    """Two single runs are judged by the noise that other repeats of the scenario showed."""
    notebook = book(repeats([100], [200], [50, 55, 45]))
    found = noise.between(notebook, P95, "a/g0", "a/g1")
    assert found is not None
    assert found.spread == pytest.approx(0.1)
    assert found.source == "3 runs of g2"
    assert noise.between(book(repeats([100], [200])), P95, "a/g0", "a/g1") is None


def test_the_floor_is_students_t_times_the_error() -> None:
    """2 % over three runs: two single ones differ by more than 12.2 % where it is no chance."""
    found = Noise(0.02, 2, "runs")
    assert found.floor() == pytest.approx(4.302653 * 0.02 * math.sqrt(2), rel=1e-6)
    assert found.floor(3, 1) == pytest.approx(4.302653 * 0.02 * math.sqrt(1 / 3 + 1), rel=1e-6)


def test_the_floor_is_exceeded_by_chance_in_one_of_twenty() -> None:
    """Of many pairs of runs without a difference 5 % lie beyond the floor of their noise."""
    random = np.random.default_rng(1)
    beyond = 0
    for _ in range(4000):
        known = random.normal(100, 3, 5)
        spread = statistics.stdev(known) / 100
        one, other = random.normal(100, 3, 2) / 100
        beyond += abs(one - other) > Noise(spread, 4, "runs").floor()
    assert 0.04 < beyond / 4000 < 0.06


@given(found=NOISES, repeats=st.integers(min_value=1, max_value=500))
def test_floor_and_smallest_effect_are_those_of_scipy(found: Noise, repeats: int) -> None:
    """Quantiles of Student's t at 97.5 % and 80 %, times spread and error of the difference."""
    error = found.spread * math.sqrt(2 / repeats)
    beyond = stats.t.ppf(0.975, found.freedom)
    assert found.floor(repeats, repeats) == pytest.approx(beyond * error, rel=1e-9)
    power = beyond + stats.t.ppf(0.8, found.freedom)
    assert found.smallest_effect(repeats) == pytest.approx(power * error, rel=1e-9)


@given(found=NOISES, repeats=st.integers(min_value=1, max_value=200))
def test_more_repeats_show_smaller_effects(found: Noise, repeats: int) -> None:
    """Four times the repeats halve the effect; it is always larger than the floor."""
    effect = found.smallest_effect(repeats)
    assert found.smallest_effect(4 * repeats) == pytest.approx(effect / 2)
    assert effect > found.floor(repeats, repeats)
    assert found.floor(repeats, 1) <= found.floor(1, 1)


@given(found=NOISES, effect=st.floats(min_value=1e-5, max_value=3))
def test_repeats_for_an_effect_show_it(found: Noise, effect: float) -> None:
    """So many runs show the effect, and clearly fewer would not; the sign does not matter."""
    needed = found.repeats_for(effect)
    assert needed == found.repeats_for(-effect)
    if needed is None:
        assert found.smallest_effect(noise.MOST_REPEATS) > effect * 0.93
        return
    assert noise.ENOUGH <= needed <= noise.MOST_REPEATS
    assert found.smallest_effect(needed) <= effect
    if needed > noise.ENOUGH:
        assert found.smallest_effect(needed - max(1, needed // 8)) > effect


def test_no_number_of_repeats_shows_nothing() -> None:
    """An effect of zero can't be shown, and without any spread the fewest repeats do."""
    assert Noise(0.1, 4, "runs").repeats_for(0) is None
    assert Noise(0, 4, "runs").repeats_for(0.01) == noise.ENOUGH
    assert Noise(0, 4, "runs").floor() == 0


@given(before=GROUPS, after=GROUPS)
def test_the_rank_test_is_scipys(before: list[float], after: list[float]) -> None:
    """p of Mann-Whitney, exact where no figure stands twice; median of all differences."""
    found = rank_test(P95, before, after)
    assert found is not None
    tied = len({*before, *after}) < len(before) + len(after)
    p = stats.mannwhitneyu(after, before, method="asymptotic" if tied else "exact").pvalue
    assert found.p == pytest.approx(1.0 if math.isnan(p) else p)
    middle = float(np.median(np.subtract.outer(after, before))) / statistics.median(before)
    assert found.difference == pytest.approx(middle)
    assert found.low <= found.difference <= found.high
    assert (found.before, found.after) == (len(before), len(after))


@given(before=GROUPS, after=GROUPS)
def test_swapping_the_sides_flips_the_sign(before: list[float], after: list[float]) -> None:
    """Of shares, whose differences are absolute, all but p changes its sign and its side."""
    there, back = rank_test(SHARE, before, after), rank_test(SHARE, after, before)
    assert there is not None
    assert back is not None
    assert back.difference == pytest.approx(-there.difference)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))
    assert back.p == pytest.approx(there.p)


@given(before=GROUPS, after=GROUPS)
def test_of_relative_differences_the_sign_flips_too(
    before: list[float], after: list[float]
) -> None:
    """Relative to another median the size differs; the sign is opposite and p the same."""
    there, back = rank_test(P95, before, after), rank_test(P95, after, before)
    assert there is not None
    assert back is not None
    assert there.difference * back.difference <= 0
    assert back.p == pytest.approx(there.p)


@given(before=GROUPS, after=GROUPS, data=st.data())
def test_the_order_of_repeats_does_not_matter(
    before: list[float], after: list[float], data: st.DataObject
) -> None:
    """Any permutation within a side gives the same test."""
    again = rank_test(P95, data.draw(st.permutations(before)), data.draw(st.permutations(after)))
    assert again == rank_test(P95, before, after)


@given(group=GROUPS, factor=st.sampled_from([0.5, 2.0, 8.0]))
def test_the_unit_does_not_matter(group: list[float], factor: float) -> None:
    """Figures in another unit give the same relative difference."""
    other = [figure * 1.5 for figure in group]
    one = rank_test(P95, group, other)
    scaled = rank_test(P95, [f * factor for f in group], [f * factor for f in other])
    assert one is not None
    assert scaled is not None
    assert (scaled.difference, scaled.low, scaled.high, scaled.p) == pytest.approx(
        (one.difference, one.low, one.high, one.p)
    )


@given(group=st.lists(FIGURES, min_size=4, max_size=9, unique=True), shift=st.floats(1, 100))
def test_the_interval_excludes_zero_where_the_test_is_certain(
    group: list[float], shift: float
) -> None:
    """All of one side above all of the other: p is the least there is, the sign is clear."""
    other = [figure + max(group) + shift for figure in group]
    assume(not set(group) & set(other))
    found = rank_test(SHARE, group, other)
    assert found is not None
    assert found.p == pytest.approx(2 / math.comb(2 * len(group), len(group)))
    assert found.p < 1 - noise.CONFIDENCE
    assert found.low > 0


@pytest.mark.parametrize("after", range(4, 13))
@pytest.mark.parametrize("before", range(4, 13))
def test_the_interval_has_the_confidence(before: int, after: int) -> None:
    """By the exact distribution of U at most 5 % lie outside of the interval."""
    group = [float(10 * number) for number in range(before)]
    other = [1000 + number / 2 for number in range(after)]
    found = rank_test(SHARE, group, other)
    assert found is not None
    differences = sorted(right - left for left in group for right in other)
    cut = differences.index(found.low) + 1
    assert found.high == differences[len(differences) - cut]
    assert outside(before, after, cut) <= 1 - noise.CONFIDENCE + 1e-12


def outside(n: int, m: int, cut: int) -> float:
    """Probability that U is below `cut`, or as far from its other end, where nothing differs.

    The ways to reach each U are the coefficients of a Gaussian binomial.
    """
    ways = [1] + [0] * (n * m)
    for part in range(1, n + 1):
        for at in range(n * m, m + part - 1, -1):
            ways[at] -= ways[at - m - part]
        for at in range(part, n * m + 1):
            ways[at] += ways[at - part]
    assert sum(ways) == math.comb(n + m, n)
    return 2 * sum(ways[:cut]) / sum(ways)


def test_too_few_repeats_or_a_zero_give_no_test() -> None:
    """Under four on a side no p-value can reach 5 %; nothing is relative to zero."""
    assert rank_test(P95, [1, 2, 3], [4, 5, 6, 7, 8]) is None
    assert rank_test(P95, [0, 0, 0, 0], [1, 2, 3, 4]) is None
    assert rank_test(SHARE, [0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4]) is not None


def test_figures_that_are_all_the_same_differ_by_nothing() -> None:
    """Without any spread there is no difference and p is one."""
    found = rank_test(P95, [200.0] * 4, [200.0] * 4)
    assert found is not None
    assert (found.difference, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_quantiles_that_are_known_are_those_of_the_distribution(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where there are repeats they are had at once, and nothing is loaded for them any more."""
    repeated = "title: T\nstatus: completed\nrepeats: a/one\n"
    found = book({"a/one": "title: T\nstatus: completed\n", "a/two": repeated})
    monkeypatch.setattr(noise, "_known", {})
    noise.quantile.cache_clear()
    asked = [(p, f) for p in (0.975, noise.POWER) for f in (1, 2, 30, 300, 301)]
    right = {one: noise.quantile(*one) for one in asked}
    assert right[0.975, 30] == pytest.approx(2.042272, abs=1e-6)
    noise.know_quantiles(found)
    noise.quantile.cache_clear()
    monkeypatch.setitem(sys.modules, "scipy", None)
    assert {one: noise.quantile(*one) for one in asked if one[1] <= 300} == {
        one: value for one, value in right.items() if one[1] <= 300
    }
    noise.quantile.cache_clear()
