"""The Universal Scalability Law: recovered from what follows it, with honest intervals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import scalability
from generator.scalability import Fit, Law
from tests.laws import LAWS, LOADS, noisy


def fitted(points: list[tuple[float, float]]) -> Fit:
    found = scalability.fit(points)
    assert found is not None
    return found


def numbers(law: Law) -> list[float]:
    return [law.rate, law.contention, law.coherency]


@pytest.mark.parametrize("law", LAWS)
def test_without_noise_the_law_is_found_again(law: Law) -> None:
    """λ, σ and κ of points on the curve come out to a millionth, from four loads already."""
    for loads in (LOADS, LOADS[2:]):
        found = fitted(noisy(law, 0, 0, repeats=1, loads=loads))
        assert numbers(found.law) == pytest.approx(numbers(law), rel=1e-6, abs=1e-9)
        assert found.r_squared == pytest.approx(1)


@pytest.mark.parametrize("law", [LAWS[0], LAWS[2], LAWS[4]])
def test_with_noise_the_peak_is_within_five_percent(law: Law) -> None:
    """With 1 % noise N* and X(N*) of a peak within the loads are within 5 % of the true ones."""
    assert law.peak_load is not None
    for seed in range(40):
        peak = fitted(noisy(law, 0.01, seed)).peak
        assert peak is not None
        assert peak[0].value == pytest.approx(law.peak_load, rel=0.05)
        assert peak[1].value == pytest.approx(law.throughput(law.peak_load), rel=0.05)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("noise", [0.005, 0.02])
def test_the_intervals_hold_what_they_promise(law: Law, noise: float) -> None:
    """Of 300 drawn sets of runs 95 % have the true number in its interval: 90 to 99 % are seen.

    A σ of zero lies at the end of what is allowed, which only its upper end can miss.
    """
    held = [0, 0, 0, 0]
    for seed in range(300):
        found = fitted(noisy(law, noise, seed))
        for position, (interval, true) in enumerate(
            zip(found.intervals, numbers(law), strict=True)
        ):
            held[position] += interval.low <= true <= interval.high
        at = found.at(60)
        held[3] += at.low <= law.throughput(60) <= at.high
    for position, number in enumerate(held):
        assert 0.9 <= number / 300 <= (1.0 if law.contention == 0 else 0.99), position


def test_the_peaks_interval_holds_what_it_promises() -> None:
    """So do those of N* and X(N*)."""
    law, held = LAWS[0], [0, 0]
    for seed in range(300):
        peak = fitted(noisy(law, 0.02, seed)).peak
        assert peak is not None
        assert law.peak_load is not None
        truth = (law.peak_load, law.throughput(law.peak_load))
        for position, (interval, true) in enumerate(zip(peak, truth, strict=True)):
            held[position] += interval.low <= true <= interval.high
    assert all(0.9 <= number / 300 <= 0.99 for number in held)


laws = st.builds(
    Law, st.floats(1, 1000), st.floats(0.005, 0.3), st.floats(-5, -3).map(lambda at: 10**at)
)


@settings(max_examples=40)
@given(laws, st.integers(0, 10**6), st.randoms())
def test_the_order_of_the_runs_does_not_matter(law: Law, seed: int, shuffled: object) -> None:
    """The same runs in another order are the same fit, to the last bit."""
    points = noisy(law, 0.01, seed)
    again = list(points)
    shuffled.shuffle(again)  # type: ignore[attr-defined]
    assert fitted(again) == fitted(points)


@settings(max_examples=40)
@given(laws, st.integers(0, 10**6), st.floats(1e-3, 1e3))
def test_a_factor_on_throughput_is_one_on_lambda_alone(law: Law, seed: int, factor: float) -> None:
    """Throughput in another unit alters λ by the factor, and neither σ, κ nor the doubts."""
    points = noisy(law, 0.01, seed)
    before, after = fitted(points), fitted([(load, factor * rate) for load, rate in points])
    assert after.law.rate == pytest.approx(factor * before.law.rate, rel=1e-5)
    assert after.law.contention == pytest.approx(before.law.contention, rel=1e-4, abs=1e-7)
    assert after.law.coherency == pytest.approx(before.law.coherency, rel=1e-4, abs=1e-9)
    assert after.lack_of_fit == pytest.approx(before.lack_of_fit, rel=1e-3)


def test_too_few_loads_have_no_fit() -> None:
    """Three parameters go through any three loads, however often they were repeated."""
    assert scalability.fit(noisy(LAWS[0], 0.01, 1, repeats=9, loads=LOADS[:3])) is None
    assert scalability.fit([(0.5, 1), (1, 2), (2, 3), (3, 4)]) is None
    assert scalability.fit([(1, 0), (2, 2), (3, 3), (4, 4)]) is None


def test_a_straight_line_has_no_peak() -> None:
    """Throughput in proportion: σ and κ are zero, nothing bends, and no peak is claimed."""
    found = fitted([(float(load), 3.0 * load) for load in LOADS])
    assert numbers(found.law) == pytest.approx([3, 0, 0], abs=1e-9)
    assert found.bends == 1.0
    assert not found.has_peak
    assert found.peak is None


def test_lack_of_fit_tells_another_bend_from_noise() -> None:
    """A sharp knee with 1 % noise is no such law (p < 1 %), the law with 1 % noise mostly is."""
    kinked = fitted(
        [
            (load, min(load * 4.0, 200.0) * factor)
            for load in map(float, LOADS)
            for factor in (0.99, 1.0, 1.01)
        ]
    )
    assert kinked.lack_of_fit is not None
    assert kinked.lack_of_fit < 0.01
    told = [fitted(noisy(LAWS[0], 0.01, seed)).lack_of_fit or 0.0 for seed in range(200)]
    assert sum(p < 0.01 for p in told) / 200 <= 0.03


def test_the_operational_laws() -> None:
    """Little, utilisation and the asymptotic bounds, on an example worked by hand."""
    assert scalability.in_system(100, 0.2, 0.3) == pytest.approx(50)
    assert scalability.demand(2.0, 100) == pytest.approx(0.02)
    assert scalability.bound(4.0, 0.02) == pytest.approx(200)
    assert scalability.knee(200, 0.5) == pytest.approx(100)
    law = Law(1, 0.1, 0.001)
    assert law.throughput(1) == 1
    assert law.peak_load == pytest.approx(30)
    assert law.throughput(30) > max(law.throughput(29), law.throughput(31))
    assert math.isclose(law.throughput(10), 10 / (1 + 0.9 + 0.09))
