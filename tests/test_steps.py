"""Steps in seeded series: found where they are, and not where there are none."""

from __future__ import annotations

import json
import random
import statistics
from itertools import pairwise

import pytest

from generator import steps
from generator.steps import FEWEST, LEVEL, SHORTEST, Drift, course, levels
from tests.trendbook import noisy

SERIES = 100


@pytest.mark.parametrize(
    ("number", "at"), [(16, 8), (20, 10), (40, 20), (40, 35), (40, 37), (100, 50), (100, 97)]
)
def test_a_step_of_four_deviations_is_found_where_it_is(number: int, at: int) -> None:
    """In at least 95 of 100 seeded series, to within one figure; with only three figures after it
    in 90, and seldom is another one seen beside it."""
    found = [
        [step.index for step in course(noisy(number, {at: 12.0}, seed=seed)).steps]
        for seed in range(SERIES)
    ]
    near = sum(any(abs(index - at) <= 1 for index in indices) for indices in found)
    assert near >= (95 if number - at > SHORTEST else 90)
    assert sum(len(indices) > 1 for indices in found) <= 0.06 * SERIES


def test_a_step_is_found_in_the_fewest_figures_that_are_looked_at() -> None:
    """Of twelve figures with a step of six deviations in the middle nearly all show it."""
    found = [course(noisy(FEWEST, {6: 18.0}, seed=seed)).steps for seed in range(SERIES)]
    assert sum([step.index for step in one] == [6] for one in found) >= 95


def heavy_tailed(number: int, seed: int) -> list[float]:
    """Noise with outliers: Student's t with three degrees of freedom."""
    source = random.Random(seed)
    return [
        200 + source.gauss(0, 3) / (source.gammavariate(1.5, 1 / 1.5) ** 0.5) for _ in range(number)
    ]


@pytest.mark.parametrize("number", [FEWEST, 40, 100])
@pytest.mark.parametrize("normal", [True, False], ids=["normal", "with outliers"])
def test_noise_shows_a_step_no_more_often_than_stated(number: int, normal: bool) -> None:
    """Over 500 seeded series without a step, as many as the level allows show one or a drift.

    At 1 % five are expected; 12 or more come up in 1 of 180 such trials.
    """
    alarms = 0
    for seed in range(500):
        figures = noisy(number, seed=seed) if normal else heavy_tailed(number, seed)
        alarms += course(figures) != steps.Course()
    assert LEVEL == 0.01
    assert alarms <= 11


@pytest.mark.parametrize(("number", "start", "end"), [(40, 20, 25), (100, 40, 46)])
def test_a_level_that_lasted_a_short_while_is_seen(number: int, start: int, end: int) -> None:
    """A regression that was mended after five runs is two steps, not none."""
    found = 0
    for seed in range(SERIES):
        figures = noisy(number, {start: 15.0, end: -15.0}, seed=seed)
        indices = [step.index for step in course(figures).steps]
        found += all(any(abs(at - index) <= 1 for index in indices) for at in (start, end))
    assert found >= 95


@pytest.mark.parametrize("number", [40, 100])
def test_a_steady_way_is_a_drift_and_no_stairs(number: int) -> None:
    """Figures that move six deviations in all are told as a drift, with their two ends."""
    told = [course(noisy(number, drift=18.0, seed=seed)) for seed in range(SERIES)]
    drifts = [one.drift for one in told if one.drift]
    assert len(drifts) >= 88
    assert statistics.median(drift.end - drift.start for drift in drifts) == pytest.approx(18, 0.1)
    stairs = noisy(number, {number // 2: 18.0})
    assert course(stairs).drift is None
    assert len(course(stairs).steps) == 1


def test_too_few_figures_have_no_course() -> None:
    """Eleven figures are not looked at, however clear the step."""
    clear = [100.0] * 6 + [200.0] * 6
    assert [step.index for step in course(clear).steps] == [6]
    assert course(clear[:-1]) == steps.Course()
    assert course([5.0] * 40) == steps.Course()


def test_steps_within_the_tolerance_are_left_out() -> None:
    """A sure step of 2 % is none for a metric that tolerates 5 %; the larger one stays."""
    figures = noisy(60, {20: 4.0, 40: 40.0}, deviation=0.5)
    assert [step.index for step in course(figures).steps] == [20, 40]
    assert [step.index for step in course(figures, 0.05).steps] == [40]
    assert [step.index for step in course(figures, 3.0, absolute=True).steps] == [20, 40]
    assert [step.index for step in course(figures, 5.0, absolute=True).steps] == [40]
    crept = noisy(60, drift=6.0, deviation=0.5)
    assert isinstance(course(crept).drift, Drift)
    assert course(crept, 0.05) == steps.Course()


def test_the_same_figures_give_the_same_course() -> None:
    """The permutations are seeded: p-values are the same each time, and scale does not matter."""
    figures = noisy(40, {20: 9.0})
    first = course(figures)
    assert course(figures) == first
    assert course([figure * 1e-6 for figure in figures]).steps == first.steps
    assert all(0 < step.p <= LEVEL for step in first.steps)


def test_levels_are_the_medians_between_steps() -> None:
    """An outlier does not move a level."""
    figures = [1.0, 1.0, 99.0, 1.0, 5.0, 5.0, 5.0]
    assert levels(figures, [steps.Step(4, 0.01)]) == [1.0, 5.0]


def test_the_spread_knows_nothing_of_steps_and_drift() -> None:
    """Noise of three units is told as such, beside a large step and on a slope."""
    for figures in (noisy(200), noisy(200, {100: 500.0}), noisy(200, drift=100.0)):
        assert steps.spread_of(figures) == pytest.approx(3.0, rel=0.15)
    assert steps.spread_of([100.0 + 9 * number for number in range(20)]) == 0.0
    assert steps.spread_of(noisy(7)) is None


@pytest.mark.parametrize("number", [12, 13, 40, 97])
def test_every_place_for_a_step_lies_in_an_interval(number: int) -> None:
    """Seeded intervals leave no place out, and each cut leaves three figures on both sides."""
    start, middle, end, *_ = steps._cuts(number)
    assert set(middle.tolist()) == set(range(SHORTEST, number - SHORTEST + 1))
    assert min((middle - start).min(), (end - middle).min()) == SHORTEST
    assert all(a < b for a, b in pairwise(sorted(set(start.tolist()))))
    assert (start.min(), end.max()) == (0, number)


@pytest.mark.parametrize("at", [{}, {20: 12.0}, {10: 12.0, 30: -9.0}], ids=["none", "one", "two"])
def test_a_course_comes_back_from_json(at: dict[int, float]) -> None:
    """What is kept of a course is all of it, drift and p-values to the last digit."""
    for seed in range(5):
        found = course(noisy(40, at, seed=seed))
        assert steps.Course.unpacked(json.loads(json.dumps(found.packed()))) == found
    drift = course([float(number) for number in range(20)])
    assert drift.drift
    assert steps.Course.unpacked(json.loads(json.dumps(drift.packed()))) == drift
