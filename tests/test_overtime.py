"""The chart of a run over time: panels, phases, gaps, bounds, words."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.lines import Line2D

from generator import inking, kept, overtime, panels
from generator.charts import CHARTS
from generator.kept import Course
from generator.measured import Phase
from generator.units import MAX_VALUE
from generator.vector import Sketch
from tests.imported import FIRST, SECOND, course, phases, sample
from tests.test_charts import assert_tidy, boxes, chart, sketch, texts, words

LARGEST = 25_000
"""Bytes of the largest chart."""


def curves(found: Sketch) -> list[tuple[list[float], list[float]]]:
    """Places along and down the sheet of the points of each curve, nan where it is broken."""
    return [
        (np.asarray(line.get_xdata()).tolist(), np.asarray(line.get_ydata()).tolist())
        for line in inking.figure(found.canvas).findobj(Line2D)
        if isinstance(line, Line2D) and line.get_linewidth() == 1.4
    ]


def test_a_real_run_over_time() -> None:
    """VUs, requests, latency, failures, CPU and memory stand below each other, phases named."""
    book = sample()
    shown = words(chart("over_time", kept.of(book, FIRST).courses, book.runs[FIRST].phases).svg)
    titles = (
        "Virtual users",
        "Requests per second",
        "Latency",
        "Failed requests per second",
        "CPU in use",
        "Memory in use",
    )
    assert [shown.index(title) for title in titles] == sorted(map(shown.index, titles))
    for word in ("ramp-up", "steady state", "ramp-down", "p50", "p95", "p99", "since the start"):
        assert word in shown
    assert "1.0 cores" in shown


def test_the_run_in_words() -> None:
    """The text alternative has phases, and of each line lowest and highest with their times."""
    courses = [
        course([0, 60, 120], {"rps": [10, 30, 20], "p95_ms": [100, 250, 90], "vus": [5, 5, 5]}),
        course([0, 60], {"cpu_cores": [0.5, 1.25]}, "kubectl"),
    ]
    alt = chart("over_time", courses, phases(("steady", 30, 120))).alt
    assert alt == (
        "2 min of the run over time. Phases: steady state 30 s to 2 min. "
        "Virtual users: 5 all the time. "
        "Requests per second: lowest 10 /s at 0 s, highest 30 /s at 1 min. "
        "Latency: lowest 90 ms at 2 min, highest 250 ms at 1 min. "
        "CPU in use: lowest 500 m at 0 s, highest 1.250 cores at 1 min."
    )


def test_all_panels_share_one_time_axis() -> None:
    """The same time stands at the same place in every panel, whatever the table's interval."""
    courses = [
        course([0, 50, 100], {"rps": [1, 2, 1]}, interval="50s"),
        course([50, 60], {"cpu_cores": [1, 2]}, "kubectl", "10s"),
    ]
    (requests, _), (cores, _) = curves(sketch("over_time", courses, []))
    assert requests[1] == pytest.approx(cores[0])
    assert requests[0] < cores[0] < cores[1] < requests[2]


def test_the_axis_begins_with_the_run() -> None:
    """A table that begins later does not move the start, one that begins before it does."""
    later, before = ([10.0, 20.0], [-10.0, 20.0])
    for times, words_ in ((later, "0 s"), (before, "\N{MINUS SIGN}10 s")):
        found = texts(chart("over_time", [course(times, {"rps": [1, 2]}, interval="10s")], []).svg)
        assert words_ in found
        assert "20 s" in found


def test_what_no_table_has_gets_no_panel() -> None:
    """Only what was measured is drawn; without any figure there is no chart."""
    shown = words(chart("over_time", [course([0, 1], {"rps": [1, 2]})], []).svg)
    assert "Requests per second" in shown
    for title in ("Virtual users", "Latency", "Failed", "CPU", "Memory"):
        assert title not in shown
    assert CHARTS["over_time"].draw([], phases(("steady", 0, 1))) is None
    assert CHARTS["over_time"].draw([course([0], {"rps": [None]})], []) is None


def test_a_run_without_failures_says_so() -> None:
    """A line at zero is not drawn on a scale of its own: words say that there was none."""
    shown = texts(chart("over_time", [course([0, 1], {"failed_per_s": [0, 0]})], []).svg)
    assert "none in the whole run" in shown
    shown = texts(chart("over_time", [course([0, 1], {"failed_per_s": [0, 1]})], []).svg)
    assert "none in the whole run" not in shown


def test_cpu_of_two_sources_are_two_lines() -> None:
    """Each source is a line of its own with its name; percentiles come from one source only."""
    courses = [
        course([0, 1], {"cpu_cores": [1, 2], "p50_ms": [1, 2], "p95_ms": [2, 3]}, "kubectl"),
        course([0, 1], {"cpu_cores": [1, 3], "p95_ms": [9, 9]}, "Prometheus"),
    ]
    found = chart("over_time", courses, [])
    shown = texts(found.svg)
    assert shown.count("kubectl") == shown.count("Prometheus") == 1
    assert shown.count("p95") == 1
    assert "CPU in use, Prometheus: lowest 1 cores" in found.alt


def test_cpu_of_what_stands_beside_the_service_is_a_line_of_its_own() -> None:
    """The load generator's CPU is drawn beside the service's, on one scale, by its name."""
    host = {"generator_cpu_cores": [1.0, 1.5], "others_cpu_cores": [0.1, 0.2]}
    courses = [course([0, 1], {"cpu_cores": [1, 2]}, "ps"), course([0, 1], host, "host")]
    found = chart("over_time", courses, [])
    shown = texts(found.svg)
    assert {"ps", "generator", "others"} <= set(shown)
    assert shown.count("CPU in use") == 1
    assert "CPU in use, generator: lowest 1 cores at 0 s, highest 1.500 cores" in found.alt


def test_other_columns_have_panels_of_their_own() -> None:
    """Any other metric is drawn under its name, a few at most; single pods are left to the file."""
    columns: dict[str, list[float | None]] = {"cpu_cores:web-1": [1, 2]}
    columns |= {f"queue_{number}": [1, 2] for number in range(9)}
    shown = texts(chart("over_time", [course([0, 1], columns)], []).svg)
    assert [text for text in shown if text.startswith("queue_")] == [
        f"queue_{number}" for number in range(panels.MAX_OTHERS)
    ]
    assert not any("web-1" in text for text in shown)


def test_where_figures_are_missing_the_line_is_broken() -> None:
    """A gap of several intervals is a gap of the line, an empty cell among others is none."""
    every = course(list(range(10)), {"rps": [1] * 4 + [None] + [2] * 5})
    gap = course([0, 1, 2, 3, 7, 8, 9], {"rps": [1, 1, 1, 1, 2, 2, 2]})
    alone = course([0, 1, 2, 30, 60, 61], {"rps": [1, 2, 3, 2, 1, 2]})
    pieces = []
    for one in (every, gap, alone):
        ((along, _),) = curves(sketch("over_time", [one], []))
        pieces.append(sum(map(math.isnan, along)))
    assert pieces == [1, 2, 3]


@pytest.mark.parametrize("rows", [300, 5_000, 50_000])
def test_a_long_run_stays_small_and_keeps_its_peaks(rows: int) -> None:
    """However many rows there are, the chart is small, and no peak is thinned away."""
    noise = random.Random(rows)
    columns: dict[str, list[float | None]] = {
        name: [100 + 50 * noise.random() for _ in range(rows)]
        for name in ("rps", "failed_per_s", "p50_ms", "p95_ms", "p99_ms", "vus")
    }
    columns["rps"][rows // 3] = 1_000
    k6 = course(list(range(rows)), columns)
    prometheus = dict.fromkeys(("cpu_cores", "memory_bytes"), columns["vus"])
    courses = [k6, course(list(range(rows)), prometheus, "Prometheus")]
    found = chart("over_time", courses, phases(("ramp-up", 0, 9), ("steady", 9, rows)))
    assert len(found.svg.encode()) <= LARGEST
    assert "highest 1,000 /s" in found.alt
    rps = course(k6.table.times, {"rps": columns["rps"]})
    ((_, down),) = curves(sketch("over_time", [rps], []))
    drawn = [y for y in down if not math.isnan(y)]
    assert len(drawn) <= overtime.MAX_POINTS
    assert sum(y < min(drawn) + 1 for y in drawn) == 1
    assert sum(map(math.isnan, down)) == 1


def test_many_phases_are_bounded() -> None:
    """Only so many phases are drawn as there can be seen; none without an end."""
    many = phases(*(("steady", number, number + 1) for number in range(1_000)))
    found = chart("over_time", [course([0, 1_000], {"rps": [1, 2]}, interval="1000s")], many)
    assert len(found.svg.encode()) <= LARGEST
    broken = [Phase.model_validate({"name": "steady", "start": "5s", "end": "2→?"})]
    assert "steady" not in chart("over_time", [course([0, 9], {"rps": [1, 2]})], broken).alt


FIGURES = st.one_of(st.none(), st.floats(-MAX_VALUE, MAX_VALUE), st.integers(0, 9).map(float))
NAMES = ("vus", "rps", "failed_per_s", "p50_ms", "max_ms", "cpu_cores", "memory_bytes", "other")


@st.composite
def any_course(draw: Any) -> Course:
    """A table of any finite figures, at any times."""
    rows = draw(st.integers(1, 6))
    times = sorted(draw(st.floats(-MAX_VALUE, MAX_VALUE)) for _ in range(rows))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    figures = {name: [draw(FIGURES) for _ in range(rows)] for name in names}
    interval = draw(st.sampled_from(["1s", "0s", "N/A", "2→5", "~10m"]))
    return course(
        times, figures, draw(st.text("ab $<&", min_size=1).map(lambda t: f"s{t}")), interval
    )


@settings(max_examples=50)
@given(
    st.lists(any_course(), max_size=3),
    st.lists(
        st.tuples(
            st.sampled_from(sorted(overtime.PHASES)), st.integers(0, 10**9), st.integers(0, 10**9)
        ),
        max_size=3,
    ),
)
def test_any_finite_figures_can_be_drawn(
    courses: list[Course], spans: list[tuple[str, float, float]]
) -> None:
    """Huge, negative, level and single figures give a chart within bounds, or none."""
    found = CHARTS["over_time"].draw(courses, phases(*spans))
    if found is not None:
        assert len(found.svg.encode()) <= LARGEST
        assert "nan" not in found.svg
        assert "inf" not in found.svg


@pytest.mark.parametrize("span", [0.5, 7, 45, 100, 780, 3_600, 9_000, 100_000, 1_000_000, 1e9])
def test_charts_of_all_lengths_are_tidy(span: float) -> None:
    """Ticks and names never cover each other, however long the run was."""
    times = [span * part / 10 for part in range(11)]
    figures: list[float | None] = [number**2 * 123.4 for number in range(11)]
    names = ("vus", "rps", "p50_ms", "p95_ms", "p99_ms", "failed_per_s", "cpu_cores")
    courses = [course(times, dict.fromkeys(names, figures), interval=span / 10)]
    found = sketch(
        "over_time",
        courses,
        phases(
            ("ramp-up", 0, span / 50),
            ("steady", span / 50, span * 0.98),
            ("ramp-down", span * 0.98, span),
        ),
    )
    assert_tidy(found)
    shown = [text for text, *_ in boxes(found)]
    assert {"ramp-up", "steady state", "ramp-down"} <= set(shown)
    assert sum(text[0].isdigit() for text in shown if text.endswith(("s", "min", "h"))) >= 3


def test_real_charts_of_imported_runs_are_tidy() -> None:
    """In the charts of the sample no text covers another or leaves the sheet."""
    book = sample()
    for run in (FIRST, SECOND):
        assert_tidy(sketch("over_time", kept.of(book, run).courses, book.runs[run].phases))
