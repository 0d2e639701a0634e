"""The chart of the distribution of latency: percentile curves, marks, words, bounds."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.lines import Line2D

from generator import inking, kept, spread
from generator.charts import CHARTS
from generator.drawing import SENTINELS, Colour
from generator.importers.histogram import MAX_ERROR, Histogram
from tests.imported import FIRST, SECOND, sample
from tests.test_charts import assert_tidy, chart, sketch, texts

LARGEST = 25_000


def test_two_real_runs_against_each_other() -> None:
    """Both curves are named, the run's percentiles are written at its curve."""
    book = sample()
    kept_of = {run: kept.of(book, run).distribution for run in (SECOND, FIRST)}
    curves = [(run, one) for run, one in kept_of.items() if one]
    found = chart("distribution", curves)
    shown = texts(found.svg)
    assert "load/second" in shown
    assert "baseline load/first" in shown
    for text in ("64.6 ms", "344 ms", "455 ms", "663 ms", "95 %", "99 %"):
        assert text in shown
    assert len(found.svg.encode()) <= LARGEST
    assert_tidy(sketch("distribution", curves))


def test_the_distribution_in_words() -> None:
    """The text alternative has the marked percentiles of both runs, and how many requests."""
    one, other = (Histogram.of(range(factor, 101 * factor, factor)) for factor in (1, 2))
    alt = chart("distribution", [("c/run", one), ("c/first", other)]).alt
    assert alt.startswith(
        "Latency by percentile. c/run: of 100 requests 50 % faster than 50.6 ms, "
        "90 % faster than 90.2 ms"
    )
    assert "c/first: of 100 requests 50 % faster than 101.1 ms" in alt


def test_the_run_is_drawn_in_the_colour_of_runs() -> None:
    """The run's curve is that of its name in the legend, in front of the baseline's."""
    curves = [("c/run", Histogram.of([5] * 9)), ("c/first", Histogram.of([50] * 9))]
    lines = [
        (line.get_color(), float(np.mean(np.asarray(line.get_ydata()))))
        for line in inking.figure(sketch("distribution", curves).canvas).findobj(Line2D)
        if isinstance(line, Line2D) and line.get_linewidth() == 1.8
    ]
    (baseline, high), (run, low) = lines
    assert (run, baseline) == (SENTINELS[Colour.SERIES_1], SENTINELS[Colour.SERIES_2])
    assert low > high  # further down the sheet: faster


def test_requests_without_an_answer_do_not_stretch_the_axis() -> None:
    """A latency of zero, which no logarithmic axis has, stands at the lowest that was measured."""
    shown = texts(chart("distribution", [("c/run", Histogram.of([0] * 5 + [100] * 95))]).svg)
    assert {"100 ms", "200 ms"} <= set(shown)
    assert not any(text.endswith("µs") for text in shown)


def test_a_run_without_a_baseline_is_drawn_alone() -> None:
    """One curve, one name, no word of a baseline."""
    shown = " ".join(texts(chart("distribution", [("c/run", Histogram.of([1, 2, 3]))]).svg))
    assert "c/run" in shown
    assert "baseline" not in shown
    assert CHARTS["distribution"].draw([]) is None
    assert CHARTS["distribution"].draw([("c/run", Histogram())]) is None


@given(st.floats(1e-6, 1e9))
def test_a_percentile_has_no_more_digits_than_are_known(value: float) -> None:
    """What is shown is at most half a digit and the histogram's own error from the value."""
    found = spread.percentile(Histogram.of([value]), 0.5)
    assert found is not None
    assert abs(found.start - value) <= found.half * (1 + 1e-6) + MAX_ERROR * value
    assert found.half <= max(10 * MAX_ERROR * value, 1e-6)


def test_a_percentile_of_zeros_is_zero() -> None:
    """Requests without an answer have a latency of zero; without requests there is no figure."""
    assert getattr(spread.percentile(Histogram.of([0, 0]), 0.95), "start", None) == 0.0
    assert spread.percentile(Histogram(), 0.95) is None


@settings(max_examples=40)
@given(
    st.lists(
        st.dictionaries(
            st.just(0.0) | st.floats(1e-9, 1e18), st.integers(1, 10**15), min_size=1, max_size=8
        ),
        min_size=1,
        max_size=2,
    )
)
def test_any_histogram_can_be_drawn(found: list[dict[float, int]]) -> None:
    """Zeros, a single value, huge counts, eighteen decades: a chart within bounds."""
    curves = [
        (
            f"c/run-{number}",
            Histogram.merged(
                Histogram(dict.fromkeys(Histogram.of([value]).counts, count))
                for value, count in values.items()
            ),
        )
        for number, values in enumerate(found)
    ]
    drawn = chart("distribution", curves)
    assert len(drawn.svg.encode()) <= LARGEST
    assert "nan" not in drawn.svg
    assert_tidy(sketch("distribution", curves))


@pytest.mark.parametrize("number", [1, 2, 9, 100, 10_000])
def test_curves_of_few_and_of_many_requests(number: int) -> None:
    """A curve ends where the run's slowest request stands; marks beyond it are left out."""
    noise = random.Random(number)
    curves = [
        (name, Histogram.of(scale * noise.lognormvariate(5, 1) for _ in range(number)))
        for name, scale in (("c/run", 1), ("c/first", 3))
    ]
    found = sketch("distribution", curves)
    assert_tidy(found)
    shown = texts(chart("distribution", curves).svg)
    assert ("99 %" in shown) == (number >= 100)
    assert ("99.9 %" in shown) == (number >= 1_000)
