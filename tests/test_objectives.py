"""Objectives on the site: the section of a run's page, and the lines in the charts."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from generator import limits
from generator import site as sites
from generator.charts import CHARTS
from generator.importers.histogram import Histogram
from generator.notebook import Notebook
from generator.policy import Policy
from generator.site import Site
from generator.spread import Wanted
from tests.conftest import book
from tests.gitbook import run
from tests.test_charts import assert_tidy
from tests.test_gate import policy_of
from tests.test_reference import sections

AIMS = """\
default: {error_rate: {at_most: 0.1%}}
scenarios:
  stress:
    latency_p95: {at_most: 300ms}
    rps_per_core: {no_worse_than: 5%}
    cost_per_million_requests: {at_most: 0.2}
"""


def with_objectives(notebook: Notebook, text: str = AIMS) -> Notebook:
    """The notebook with these objectives."""
    return replace(notebook, objectives=policy_of(text), memo={})


@pytest.fixture(scope="module")
def aimed(notebook: Notebook) -> Site:
    """The site of the reported runs with objectives."""
    return sites.build(with_objectives(notebook))


def test_a_runs_page_shows_its_objectives(aimed: Site) -> None:
    """Missed ones first: limit, figure, sign and word, and what the outcome rests on."""
    told = sections(aimed, "session-8/post-fix.md")["objectives"]
    assert "Objectives of this notebook: 2 met, 1 missed, 1 not judgeable" in told
    assert told.index("✕ missed") < told.index("? not judgeable") < told.index("✓ met")
    assert "RPS per core no worse than the baseline by more than 5 % 83.1 /s, −23 %" in told
    assert "the figure is approximate" in told
    assert "Latency p95 at most 300 ms 189.61 ms ✓ met" in told


def test_without_objectives_nothing_is_shown(site: Site, notebook: Notebook) -> None:
    """No section, no line in a chart: the site is as it would be without the feature."""
    assert "objectives" not in sections(site, "session-8/post-fix.md")
    other = with_objectives(notebook, "scenarios: {else: {error_rate: {at_most: 1%}}}")
    built = sites.build(other)
    assert [page.markdown for page in built.pages] == [page.markdown for page in site.pages]
    assert [page.late for page in built.pages] == [page.late for page in site.pages]


def test_a_planned_run_has_no_outcome_yet() -> None:
    """What was not run can't miss anything."""
    records = {"c/a": run(), "c/b": run(day=2).replace("completed", "planned")}
    built = sites.build(with_objectives(book(records)))
    assert "objectives" in sections(built, "c/a.md")
    assert "objectives" not in sections(built, "c/b.md")


def test_names_in_objectives_are_escaped() -> None:
    """A currency with markup in it stands on the page as text."""
    more = (
        "snapshots: [{moment: peak, nodes: {active: 1}}]\n"
        "deployment: {node_group: {price_per_hour: 1, currency: <b>x}}\n"
    )
    aims = "default: {cost_per_million_requests: {at_most: 1}}"
    built = sites.build(with_objectives(book({"c/a": run(more=more)}), aims))
    page = next(page for page in built.pages if page.path == "c/a.md")
    shown = page.whole
    assert "<b>x" not in shown
    assert (
        "at most 1.000\N{NO-BREAK SPACE}&lt;b&gt;x" in shown
        or "at most 1\N{NO-BREAK SPACE}&lt;b&gt;x" in shown
    )


def test_the_schema_of_objectives_is_published(aimed: Site) -> None:
    """Beside those of the records."""
    assert '"title": "Policy"' in aimed.files["schema/objectives.schema.json"]


# --- charts ---------------------------------------------------------------------------------------


def texts(svg: str) -> str:
    """All words of a chart."""
    return " ".join(re.findall(r">([^<>]+)<", svg)).replace("\N{NO-BREAK SPACE}", " ")


def test_a_limit_is_a_line_in_the_progression(notebook: Notebook) -> None:
    """It is labelled, and the text alternative says how many runs missed it."""
    aimed = with_objectives(notebook)
    runs = [name for name in aimed.runs if name.startswith(("earlier", "session-8"))]
    sketch = CHARTS["progression"].sketch(aimed, runs)
    assert sketch is not None
    assert_tidy(sketch)
    assert "at most 300\N{NO-BREAK SPACE}ms, missed in 2 of 5 runs" in sketch.alt
    found = CHARTS["progression"].draw(aimed, runs)
    plain = CHARTS["progression"].draw(notebook, runs)
    assert found is not None
    assert plain is not None
    assert "at most 300 ms" in texts(found.svg)
    assert found.svg.count("--lb-doubt") > plain.svg.count("--lb-doubt")


def test_a_limit_spans_the_runs_that_it_is_for() -> None:
    """Runs of another scenario have their own limit, or none."""
    other = run(day=2).replace("scenario: shop", "scenario: else")
    notebook = book({"c/a": run(), "c/b": other, "c/c": run(day=3), "c/d": run(day=4, p95="1s")})
    aims = "scenarios: {shop: {latency_p95: {at_most: 300ms}}, else: {latency_p95: {at_most: 1s}}}"
    found = limits.over_runs(with_objectives(notebook, aims), list(notebook.runs), "latency_p95")
    spans = [(one.first, one.last, one.value, one.missed) for one in found]
    assert spans == [(0, 0, 300, 0), (2, 3, 300, 1), (1, 1, 1000, 0)]


def test_a_limit_far_beyond_the_figures_does_not_flatten_them() -> None:
    """It is told in words, and the scale stays that of the figures."""
    notebook = book({"c/a": run(), "c/b": run(day=2)})
    aims = "default: {latency_p95: {at_most: 30s}}"
    sketch = CHARTS["progression"].sketch(with_objectives(notebook, aims), list(notebook.runs))
    assert sketch is not None
    assert_tidy(sketch)
    chart = CHARTS["progression"].draw(with_objectives(notebook, aims), list(notebook.runs))
    assert chart is not None
    assert "at most 30 s, beyond the scale" in texts(chart.svg)
    assert "200 ms" in texts(chart.svg)


@pytest.mark.parametrize("limit", ["1ms", "150ms", "199ms", "200ms", "210ms", "590ms", "0.6s"])
@pytest.mark.parametrize("number", [2, 5, 12, 13, 60, 130])
def test_limits_keep_the_progression_tidy(limit: str, number: int) -> None:
    """Wherever the line lies, no two texts cover each other, and the limit is named."""
    records = {
        f"c/run-{n:03}": run(100 + n, f"{200 - 40 * (n % 3)}ms", day=1 + n % 28)
        for n in range(number)
    }
    aims = f"default: {{latency_p95: {{at_most: {limit}, at_least: 20ms}}}}"
    notebook = with_objectives(book(records), aims)
    sketch = CHARTS["progression"].sketch(notebook, list(notebook.runs))
    assert sketch is not None
    assert_tidy(sketch)
    chart = CHARTS["progression"].draw(notebook, list(notebook.runs))
    assert chart is not None
    assert "at most" in texts(chart.svg)
    assert "at least" in texts(chart.svg)


def test_limits_of_percentiles_stand_in_the_distribution() -> None:
    """A line up to the percentile that is limited, named in the legend and in words."""
    histogram = Histogram.of(range(1, 1000))
    wanted = [Wanted(0.95, "p95 at most 500 ms", 500.0), Wanted(0.99, "p99 at most 1 h", 3.6e6)]
    sketch = CHARTS["distribution"].sketch([("c/run", histogram)], wanted)
    assert sketch is not None
    assert_tidy(sketch)
    assert sketch.alt.endswith("Objectives: p95 at most 500 ms; p99 at most 1 h, beyond the scale.")
    chart = CHARTS["distribution"].draw([("c/run", histogram)], wanted)
    assert chart is not None
    assert "objective: p95 at most 500 ms" in texts(chart.svg)


def test_a_policy_is_part_of_the_notebook() -> None:
    """The site is a function of the notebook: its objectives are in it, read by the shell."""
    assert isinstance(with_objectives(book({"c/a": run()})).objectives, Policy)
