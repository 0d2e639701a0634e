"""What the charts show of real and of made-up records, and what they withstand."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from generator import (
    bars,
    compare,
    curves,
    inking,
    lettering,
    settings,
    trends,
    usage,
    vector,
)
from generator import notebook as notebooks
from generator.charts import CHARTS
from generator.compare import Comparison
from generator.model import Run
from generator.notebook import Notebook
from generator.vector import Chart, Sketch
from generator.verdicts import SIGNS, Verdict
from generator.worsening import HEADLINE
from tests.conftest import reported

ROOT = Path(__file__).parent.parent
SVG = "{http://www.w3.org/2000/svg}"
RUNS = [
    "earlier/day-6",
    "earlier/day-7",
    "session-8/pre-fix",
    "session-8/post-fix",
    "session-8/post-code",
]


def real() -> Notebook:
    """The notebook of the five real records."""
    return notebooks.build(reported(), settings.Settings())


@pytest.fixture(scope="module")
def book() -> Notebook:
    """The notebook of the five real records."""
    return real()


def subjects(book: Notebook) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each chart with all that can be drawn of the real records."""
    yield "progression", (book, RUNS)
    yield "trend", (trends.found(book)[0], HEADLINE)
    for before, after in combinations(RUNS, 2):
        yield "before_after", (compare.compare(book, before, after),)
    for kind in CHARTS.values():
        if kind.of == "run":
            yield from ((kind.name, (book.runs[run],)) for run in RUNS)


def drawn(book: Notebook) -> list[Chart]:
    """All charts of the real records."""
    every = [CHARTS[name].draw(*subject) for name, subject in subjects(book)]
    return [chart for chart in every if chart]


def a_run(**parts: Any) -> Run:
    """A completed run with these parts."""
    return Run.model_validate({"title": "A run", "status": "completed", **parts})


def a_book(*runs: Run) -> Notebook:
    """A notebook of these runs, named camp/run-000 and so on."""
    named = {f"camp/run-{number:03d}": run for number, run in enumerate(runs)}
    return Notebook({}, {}, named, {}, ())


def rate(requests: object) -> Run:
    """A run with this rate of requests."""
    load = {"scenario": "s", "vus": 10}
    return a_run(load=load, k6={"http_reqs": {"rate": requests}})


def peak(pods: list[dict[str, Any]], **parts: Any) -> Run:
    """A run with these pods at the peak; `nodes` and `counts` of pods may be added."""
    counted = {"list": pods, **parts.pop("counts", {})}
    snapshot = {"moment": "peak", "pods": counted, "nodes": parts.pop("nodes", None)}
    return a_run(snapshots=[snapshot], **parts)


def many_pods(number: int, per_node: int = 1) -> Run:
    """A run with so many pods."""
    pods = [
        {
            "name": f"backend-59bcbbc7fb-{number:05x}",
            "node": f"ip-10-0-{number // per_node}.ec2.internal",
            "cpu": f"{100 + number * 37 % 800}m",
        }
        for number in range(number)
    ]
    return peak(pods, deployment={"requests": {"cpu": "250m"}})


def sketch(name: str, *subject: Any) -> Sketch:
    """What the chart's function drew."""
    with inking.style():
        found = CHARTS[name].sketch(*subject)
    assert found is not None
    return found


def chart(name: str, *subject: Any) -> Chart:
    """The finished chart."""
    found = CHARTS[name].draw(*subject)
    assert found is not None
    return found


def texts(svg: str) -> list[str]:
    """The texts that can be seen."""
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def words(svg: str) -> str:
    """The texts that can be seen, one per line."""
    return "\n".join(texts(svg))


def boxes(drawing_: Sketch) -> list[tuple[str, float, float, float, float]]:
    """Text, left, top, right and bottom of each text, as the renderer draws it."""
    figure = inking.figure(drawing_.canvas)
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    height = figure.bbox.height
    found = []
    for artist in figure.findobj(Text):
        assert isinstance(artist, Text)
        if artist.get_text():
            # As a browser has it: no widening to whole pixels, no font of last resort.
            unhinted: Any = {"text.hinting": "none", "font.enable_last_resort": False}
            with inking.style(), matplotlib.rc_context(unhinted):
                box = artist.get_window_extent(renderer)
            found.append((artist.get_text(), box.x0, height - box.y1, box.x1, height - box.y0))
    return found


def assert_tidy(drawing_: Sketch) -> None:
    """No text leaves the sheet, no two cover each other; a unit is what rounding may take."""
    figure = inking.figure(drawing_.canvas)
    every = boxes(drawing_)
    assert every
    for text, left, top, right, bottom in every:
        assert left >= -1, text
        assert right <= figure.bbox.width + 1, text
        assert top >= -1, text
        assert bottom <= figure.bbox.height + 1, text
    for (text, *one), (other_text, *other) in combinations(every, 2):
        apart = (
            one[2] <= other[0] + 1
            or other[2] <= one[0] + 1
            or one[3] <= other[1] + 2
            or other[3] <= one[1] + 2
        )
        assert apart, f"{text!r} covers {other_text!r}"


# --- all of them ----------------------------------------------------------------------------------


def test_registry() -> None:
    """Each chart stands under its name, has a title, and says what it is drawn of."""
    assert list(CHARTS) == [
        "progression",
        "trend",
        "before_after",
        "cpu_per_pod",
        "memory_per_pod",
        "placement",
        "cache_timeline",
        "over_time",
        "distribution",
        "load_throughput",
        "load_latency",
        "load_utilisation",
        "endpoints",
    ]
    for name, kind in CHARTS.items():
        assert kind.name == name
        assert kind.title
        assert kind.sketch.__doc__


def test_every_chart_is_drawn_of_the_real_records(book: Notebook) -> None:
    """The five records hold something for each chart but those of what only an import records,
    and those of a deployment at several loads.
    """
    imported = {kind.name for kind in CHARTS.values() if kind.of in ("kept", "capacity")}
    assert {chart.name for chart in drawn(book)} == set(CHARTS) - imported


def digests(book: Notebook) -> list[str]:
    """A digest of each chart of the real records."""
    return [hashlib.sha256(chart.svg.encode()).hexdigest() for chart in drawn(book)]


@pytest.mark.parametrize("seed", ["0", "1"])
def test_bytes_are_the_same_in_every_process(book: Notebook, seed: str) -> None:
    """The same records give the same bytes: in a second call, and in a process of another seed."""
    first = digests(book)
    assert digests(book) == first
    code = "from tests import test_charts as t; print(*t.digests(t.real()))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == first


def test_svgs_are_well_formed_and_small(book: Notebook) -> None:
    """Each chart is XML of one named element, of at most 15 kB."""
    for chart in drawn(book):
        root = ElementTree.fromstring(chart.svg)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        assert root.findtext(f"{SVG}title") == chart.title == CHARTS[chart.name].title
        assert root.findtext(f"{SVG}desc") == chart.alt
        assert len(chart.svg.encode()) <= 15_000


def test_colours_come_from_the_page(book: Notebook) -> None:
    """No chart has a colour of its own."""
    for chart in drawn(book):
        assert not re.search(r"(?:fill|stroke)\s*[:=]\s*\"?#", chart.svg)
        assert "#0102" not in chart.svg
        assert "var(--lb-chart-fg)" in chart.svg
        assert "var(--lb-series-1)" in chart.svg


def test_charts_of_a_page_share_no_id(book: Notebook) -> None:
    """All charts of the records could stand on one page."""
    ids = [one for chart in drawn(book) for one in re.findall(r' id="([^"]+)"', chart.svg)]
    assert len(ids) == len(set(ids))


def test_no_text_is_mathematics(book: Notebook) -> None:
    """No chart lets matplotlib parse a text as mathematics."""
    for name, subject in subjects(book):
        with inking.style():
            found = CHARTS[name].sketch(*subject)
        for artist in inking.figure(found.canvas).findobj(Text) if found else ():
            assert isinstance(artist, Text)
            assert not artist.get_parse_math()


def test_real_charts_are_tidy(book: Notebook) -> None:
    """In no chart of the real records does a text cover another or leave the sheet."""
    for name, subject in subjects(book):
        with inking.style():
            found = CHARTS[name].sketch(*subject)
        if found:
            assert_tidy(found)


def test_no_text_is_too_small_for_a_phone(book: Notebook) -> None:
    """Text has at least 9.5 units, which a phone shows at 8.5 px."""
    for chart in drawn(book):
        sizes = re.findall(r"font-size:([\d.]+)px", chart.svg)
        assert sizes
        assert min(map(float, sizes)) >= 9.5


def test_a_planned_run_has_no_charts() -> None:
    """A run of which nothing was measured has nothing to draw."""
    empty = a_run(status="planned")
    assert all(kind.draw(empty) is None for kind in CHARTS.values() if kind.of == "run")


# --- from run to run ------------------------------------------------------------------------------


def test_progression_labels_its_points(book: Notebook) -> None:
    """Each point has its value, each run its name, each panel its metric and better direction."""
    svg = chart("progression", book, RUNS).svg
    shown = texts(svg)
    for metric in curves.PROGRESSION:
        for run in RUNS:
            measurement = book.measurements[run].get(metric)
            if measurement:
                assert measurement.show().replace("\N{NO-BREAK SPACE}", " ") in shown
    assert "508.4 /s" in shown
    assert {"day-6", "day-7", "pre-fix", "post-fix", "post-code"} <= set(shown)
    assert {"Requests per second", "Latency p95", "Error rate", "RPS per core"} <= set(shown)
    assert shown.count("higher is better") == shown.count("lower is better") == 2
    assert shown.count("not recorded") == 1


def test_progression_in_words(book: Notebook) -> None:
    """The text alternative has ends, extremes and what is missing."""
    alt = chart("progression", book, RUNS).alt
    assert alt.startswith(
        "5 runs, day-6 to post-code. 3 of them are not like for like with the one before. "
        "Requests per second: from 234.8 /s (day-6)"
    )
    assert "to 508.4 /s (post-code), lowest 234.8 /s (day-6), highest 508.4 /s (post-code)" in alt
    assert "Latency p95: from 380 ms (day-6) to 263 ms (post-code), lowest 189.61 ms" in alt
    assert alt.endswith("not recorded in 2 of 5 runs.")


def test_progression_starts_at_zero() -> None:
    """Twice the figure stands twice as high above the axis."""
    svg = chart("progression", a_book(rate(100), rate(200)), ["camp/run-000", "camp/run-001"]).svg
    assert "0 /s" in texts(svg)
    marks = [float(y) for y in re.findall(r'<use[^>]* y="([\d.]+)"', svg)]
    zero = float(re.findall(r"M48 ([\d.]+)L400", svg)[0])
    assert zero - marks[1] == pytest.approx(2 * (zero - marks[0]), abs=0.2)


def test_approximate_points_are_hollow() -> None:
    """A figure with ~ has a mark filled with the page's surface, and its ~."""
    runs = ["camp/run-000", "camp/run-001"]
    hollow = "fill:var(--lb-chart-bg)"
    assert hollow not in chart("progression", a_book(rate("280"), rate("300")), runs).svg
    svg = chart("progression", a_book(rate("~280"), rate("300")), runs).svg
    assert hollow in svg
    assert "~280 /s" in texts(svg)


@pytest.mark.parametrize("written", ["2→7", "7→2", "2→?", "0", "1e17", "~0.001"])
def test_progression_of_odd_figures(written: str) -> None:
    """Ranges, unknown ends and huge figures are shown and break nothing."""
    found = sketch("progression", a_book(rate(written), rate(5)), ["camp/run-000", "camp/run-001"])
    assert_tidy(found)


def stretches(svg: str) -> list[int]:
    """How many points each stretch of the line has."""
    look = "fill:none;stroke:var(--lb-series-1);stroke-width:2"
    found = []
    for element in ElementTree.fromstring(svg).iter():
        if (element.get("style") or "").startswith(look):
            paths = [element, *element] if element.get("d") is None else [element]
            found += [len(re.findall("[ML]", path.get("d") or "")) for path in paths]
    return [points for points in found if points]


def test_a_gap_in_the_runs_is_a_gap_in_the_line() -> None:
    """A run without the figure interrupts the line and is said to be missing."""
    book = a_book(rate(10), rate(20), a_run(), rate(4), rate(7))
    found = chart("progression", book, list(book.runs))
    assert stretches(found.svg) == [2, 2]
    assert "not recorded" in texts(found.svg)
    assert found.alt.endswith("not recorded in 1 of 5 runs.")
    whole = a_book(rate(10), rate(20), rate(3), rate(4), rate(7))
    found = chart("progression", whole, list(whole.runs))
    assert stretches(found.svg) == [5]
    assert "not recorded" not in texts(found.svg)


@pytest.mark.parametrize("number", [2, 3, 7, 12, 13, 60, 99])
def test_progression_stays_tidy(number: int) -> None:
    """From two to a hundred runs no label covers another, and the first and last are labelled."""
    book = a_book(*(rate(100 + place * 7919 % 400) for place in range(number)))
    found = sketch("progression", book, list(book.runs))
    assert_tidy(found)
    shown = [text for text, *_ in boxes(found)]
    assert any(text.startswith("100 /s") for text in shown)
    if number > curves.MAX_LABELLED:
        assert len(shown) < 40


def test_many_runs_are_bounded() -> None:
    """Of a thousand runs the last hundred are drawn, and the chart says so."""
    book = a_book(*[rate(5)] * 1000)
    found = chart("progression", book, list(book.runs))
    assert "the last 100 of 1,000 runs" in words(found.svg)
    assert len(found.svg) < 15_000


def test_long_names_of_runs_are_shortened() -> None:
    """Names of runs that are long keep what tells them apart, and stay apart."""
    names = [f"c/{'checkout-' * 10}{number}-nightly" for number in range(6)]
    book = Notebook({}, {}, {name: rate(5 + n) for n, name in enumerate(names)}, {}, ())
    found = sketch("progression", book, names)
    assert_tidy(found)
    assert {f"{number}-nightly" for number in range(6)} <= {text for text, *_ in boxes(found)}


def test_no_progression_of_nothing(book: Notebook) -> None:
    """One run is no progression; runs without any of the metrics have none."""
    assert CHARTS["progression"].draw(book, RUNS[:1]) is None
    assert CHARTS["progression"].draw(book, []) is None
    assert CHARTS["progression"].draw(book, RUNS[:2], ["memory_per_pod"]) is None
    assert CHARTS["progression"].draw(a_book(a_run(), a_run()), ["camp/run-000"] * 2) is None


def test_metrics_of_the_progression_can_be_chosen(book: Notebook) -> None:
    """Any metrics can be asked for; those that no run has get no panel."""
    shown = texts(chart("progression", book, RUNS, ["nodes", "memory_per_pod", "vus"]).svg)
    assert "Nodes active" in shown
    assert "Virtual users" in shown
    assert "3→5" in shown


# --- before and after -----------------------------------------------------------------------------


def the_comparison(book: Notebook) -> Comparison:
    """The last two real runs."""
    return compare.compare(book, "session-8/post-fix", "session-8/post-code")


def test_before_after_shows_both_sides(book: Notebook) -> None:
    """Each metric has both values, the change, and the verdict as sign and word."""
    shown = texts(chart("before_after", the_comparison(book)).svg)
    for name in bars.COMPARED:
        delta = the_comparison(book).deltas[name]
        assert delta.baseline
        assert delta.candidate
        for text in (delta.baseline.show(), delta.candidate.show()):
            assert text.replace("\N{NO-BREAK SPACE}", " ") in shown
    assert {"277.2 /s", "508.4 /s", "+83.4 %", "−0.34 pp"} <= set(shown)
    assert {"▲ improved", "= unchanged", "○ not judged"} <= set(shown)
    assert shown[-1] == f"Not like for like: {', '.join(the_comparison(book).likeness.reasons)}"


def test_before_after_in_words(book: Notebook) -> None:
    """The text alternative counts the verdicts and has all figures."""
    alt = chart("before_after", the_comparison(book)).alt
    assert alt.startswith(
        "post-code against post-fix: 2 improved, 0 regressed, 1 unchanged, 5 not judged. "
        "Requests per second 277.2 /s → 508.4 /s (+83.4 %, not judged)"
    )


@pytest.mark.parametrize("verdict", list(Verdict))
def test_each_verdict_has_a_sign_and_a_word(book: Notebook, verdict: Verdict) -> None:
    """No verdict is told by colour alone; the sign is that of the tables."""
    comparison = the_comparison(book)
    delta = replace(comparison.deltas["request_rate"], verdict=verdict)
    shown = texts(chart("before_after", replace(comparison, deltas={"request_rate": delta})).svg)
    judged = verdict in (Verdict.IMPROVED, Verdict.REGRESSED, Verdict.UNCHANGED)
    assert f"{SIGNS[verdict]} {verdict if judged else 'not judged'}" in shown


def test_before_after_leaves_out_what_has_one_side(book: Notebook) -> None:
    """Only metrics with figures on both sides are drawn; without any there is no chart."""
    shown = words(chart("before_after", compare.compare(book, RUNS[0], RUNS[4])).svg)
    assert "Latency p95" in shown
    assert "RPS per core" not in shown
    one_sided = a_book(rate(5), a_run(load={"scenario": "s", "vus": 10}))
    comparison = compare.compare(one_sided, "camp/run-000", "camp/run-001")
    assert CHARTS["before_after"].draw(comparison) is None


@pytest.mark.parametrize("written", ["2→7", "2→?", "0", "~280", "1e17"])
def test_before_after_of_odd_figures(written: str) -> None:
    """Ranges, unknown ends, zero and huge figures are shown and break nothing."""
    book = a_book(rate(written), rate(5))
    comparison = compare.compare(book, "camp/run-000", "camp/run-001")
    assert_tidy(sketch("before_after", comparison))


def test_bars_share_a_scale_from_zero() -> None:
    """Half the figure has half the bar."""
    book = a_book(rate(100), rate(200))
    svg = chart("before_after", compare.compare(book, "camp/run-000", "camp/run-001")).svg
    found = re.findall(r'd="M([\d.]+) [\d.]+L([\d.]+) [\d.]+L[^"]+z"', svg)
    lengths = [float(right) - float(left) for left, right in found]
    assert lengths[1] == pytest.approx(2 * lengths[0], abs=0.3)


# --- CPU of each pod ------------------------------------------------------------------------------


def test_cpu_per_pod_labels_its_bars(book: Notebook) -> None:
    """Running pods stand by their CPU, the highest first, with the share of the request."""
    shown = texts(chart("cpu_per_pod", book.runs["session-8/post-fix"]).svg)
    pods = ["sbptb", "lxx4r", "zc6hw", "6f65n", "2gwbh", "ftg84"]
    assert [text for text in shown if text in pods] == pods
    assert "539 m · 216 %" in shown
    assert "requested 250 m" in shown
    assert "r4m4w" not in shown


def test_cpu_per_pod_in_words(book: Notebook) -> None:
    """The text alternative has the extremes and how many use more than they request."""
    assert chart("cpu_per_pod", book.runs["session-8/post-fix"]).alt == (
        "CPU of 6 running pods: from 489 m (backend-59bcbbc7fb-ftg84) to 598 m "
        "(backend-59bcbbc7fb-sbptb). 6 of 6 use more than the 250 m requested."
    )


def test_cpu_of_some_pods_is_missing() -> None:
    """A pod without a figure is listed as not recorded; without any figure there is no chart."""
    pods = [{"name": "a-1", "cpu": "~0.5"}, {"name": "a-2"}, {"name": "a-3", "phase": "Pending"}]
    found = chart("cpu_per_pod", peak(pods))
    assert {"~500 m", "not recorded"} <= set(texts(found.svg))
    assert "a-3" not in words(found.svg)
    assert found.alt.endswith("Not recorded for 1 more.")
    assert CHARTS["cpu_per_pod"].draw(peak(pods[1:])) is None


@pytest.mark.parametrize("number", [1, 2, 30, 31, 200, 3000])
def test_cpu_of_many_pods(number: int) -> None:
    """Up to thirty pods are bars, more a distribution that is no larger for more of them."""
    run = many_pods(number)
    found = sketch("cpu_per_pod", run)
    assert_tidy(found)
    svg = vector.finish(found, "cpu_per_pod", "t").svg
    assert len(svg) < 15_000
    if number > usage.MAX_BARS:
        assert inking.figure(found.canvas).bbox.height < 300
        assert "Lowest: 100 m " in words(svg)
        assert "Highest: " in words(svg)
        counts = [
            int(text.replace(",", "")) for text in texts(svg) if re.fullmatch(r"[\d,]+", text)
        ]
        assert sum(counts) == number
        assert len(counts) > 5
        assert f"CPU of {number:,} running pods" in found.alt


@pytest.mark.parametrize("cpu", ["0", "2→7", "2→?", "1e17", "~1m"])
def test_cpu_of_odd_figures(cpu: str) -> None:
    """Ranges, unknown ends and huge figures are shown and break nothing."""
    pods = [{"name": f"pod-{number}", "cpu": cpu} for number in range(3)]
    for request in ("0", "250m", "1→?"):
        assert_tidy(sketch("cpu_per_pod", peak(pods, deployment={"requests": {"cpu": request}})))
    many = [{"name": f"pod-{number}", "cpu": cpu} for number in range(40)]
    assert_tidy(sketch("cpu_per_pod", peak(many)))


# --- placement ------------------------------------------------------------------------------------


def test_placement_marks_replicas_on_one_node(book: Notebook) -> None:
    """Two replicas on a node are marked by sign and word; counted nodes have a place."""
    found = chart("placement", book.runs["session-8/pre-fix"])
    shown = texts(found.svg)
    assert shown.count("! same node") == 1
    assert {"36-88", "43-61", "4qv5b", "n6846", "kkdtv"} <= set(shown)
    assert {"2 more nodes", "not named", "1 more node", "terminated"} <= set(shown)
    assert {"Pending: no reason recorded", "2p4gt", "5vj76", "m76pc", "pxn76"} <= set(shown)
    assert "<pattern" in found.svg
    assert found.alt == (
        "7 pods: 3 running on 2 nodes, 4 pending. Several replicas on the same node: 2 on "
        "ip-10-0-36-88.ec2.internal. Node group at its maximum: all 5 places taken, 1 of them by "
        "a terminated node. Terminated: 1 more node. Not named: 2 more nodes."
    )


def test_placement_shows_what_else_nodes_hold(book: Notebook) -> None:
    """Nodes without a replica are drawn with what they hold; pending pods have their reason."""
    found = chart("placement", book.runs["session-8/post-code"])
    shown = words(found.svg)
    assert "same node" not in shown
    assert shown.count("holds frontend/system") == 2
    assert "Pending: can't be scheduled, no node available (max nodes reached)" in shown
    assert "No node holds more than one replica." in found.alt


def test_placement_of_every_state() -> None:
    """Pods in other phases, without a node, and nodes that are not ready say so in words."""
    pods = [
        {"name": "a-111", "node": "n-1"},
        {"name": "a-222", "node": "n-1", "phase": "Failed", "reason": "OOMKilled"},
        {"name": "a-333"},
        {"name": "a-444", "phase": "Pending", "node": "n-2"},
    ]
    nodes = {
        "active": "3→5",
        "terminated": 1,
        "list": [{"name": "n-2", "state": "not ready"}, {"name": "n-3", "state": "terminated"}],
    }
    found = sketch("placement", peak(pods, nodes=nodes, counts={"pending": 3}))
    assert_tidy(found)
    shown = [text for text, *_ in boxes(found)]
    assert {"Failed: 222", "Node not recorded", "not ready", "terminated"} <= set(shown)
    assert "Pending: 2 more, not named" in shown
    assert "4 pods: 2 running on 1 node, 1 pending, 1 in another phase" in shown
    assert "! same node" not in shown


@pytest.mark.parametrize(
    ("number", "per_node"), [(1, 1), (3, 1), (60, 3), (60, 1), (65, 8), (200, 2)]
)
def test_placement_of_many_pods(number: int, per_node: int) -> None:
    """From one to hundreds of pods the boxes are tidy, and the words count all of them."""
    found = sketch("placement", many_pods(number, per_node))
    assert_tidy(found)
    assert found.alt.startswith(f"{number} pods: {number} running on {-(-number // per_node)} node")


def test_placement_is_bounded() -> None:
    """Of thousands of pods some are drawn, and the rest is counted."""
    for run in (many_pods(5000), many_pods(5000, 50), many_pods(5000, 5000)):
        found = chart("placement", run)
        assert len(found.svg) < 50_000
        assert re.search(r"and [\d,]+ more", words(found.svg))
    waiting = [
        {"name": f"p-{n:04d}", "phase": "Pending", "reason": f"r {n % 50}"} for n in range(5000)
    ]
    found = chart("placement", peak(waiting))
    assert len(found.svg) < 50_000
    assert "and 46 more reasons" in words(found.svg)
    assert texts(found.svg).count("100") == 4


def test_no_placement_without_pods(book: Notebook) -> None:
    """Where no pod is listed there is nothing to place."""
    assert CHARTS["placement"].draw(book.runs["earlier/day-7"]) is None
    assert CHARTS["placement"].draw(peak([], nodes={"list": [{"name": "n"}]})) is None


# --- cache ----------------------------------------------------------------------------------------


def cache(*samples: tuple[object, object, object]) -> Run:
    """A run with these times, hits and misses."""
    timeline = [{"time": time, "hits": hits, "misses": misses} for time, hits, misses in samples]
    return a_run(cache={"timeline": timeline})


def test_cache_timeline(book: Notebook) -> None:
    """Each sample has its computed rate and its minute; the zoomed axis says its range."""
    found = chart("cache_timeline", book.runs["session-8/post-code"])
    shown = texts(found.svg)
    assert {"96.8 %", "99.847 %", "99.920 %", "99.939 %", "99.947 %"} <= set(shown)
    assert {"0 s", "2 min", "5 min", "8 min", "13 min"} <= set(shown)
    assert any(re.fullmatch(r"hits / .*, axis from 96\.\d+ % to 100 %", text) for text in shown)
    assert found.alt == (
        "Cache hit rate in 5 samples: from 96.8 % at 0 s to 99.947 % at 13 min, "
        "lowest 96.8 % at 0 s, highest 99.947 % at 13 min."
    )


def test_cache_samples_that_say_nothing_are_left_out() -> None:
    """Samples without counters, without look-ups or without a time are skipped."""
    run = cache(("1m", 5, "N/A"), ("2m", 0, 0), ("3m", "1→?", 1), ("1→?", 5, 5), ("5m", 3, 1))
    assert chart("cache_timeline", run).alt.startswith("Cache hit rate in 1 samples: from 75")
    assert CHARTS["cache_timeline"].draw(cache(("2m", 0, 0))) is None


def test_cache_samples_stand_in_order_of_time() -> None:
    """The order in the record does not matter."""
    samples = [("0s", 1, 1), ("1m", 3, 1), ("5m", 9, 1)]
    assert chart("cache_timeline", cache(*samples)) == chart(
        "cache_timeline", cache(*samples[::-1])
    )


@pytest.mark.parametrize("number", [1, 2, 12, 13, 1000, 5000])
def test_cache_of_many_samples(number: int) -> None:
    """However many samples there are, the chart is tidy and bounded."""
    run = cache(*((60 * n, 1000, 1 + n * 7919 % 997) for n in range(number)))
    found = sketch("cache_timeline", run)
    assert_tidy(found)
    assert len(vector.finish(found, "cache_timeline", "t").svg) < 15_000
    assert f"in {number:,} samples" in found.alt


@pytest.mark.parametrize("hits", ["0", "1e17", "5", "~50"])
def test_cache_of_odd_figures(hits: str) -> None:
    """Rates of nought and of all, and times without end, break nothing."""
    assert_tidy(sketch("cache_timeline", cache((0, hits, 1), ("1e17", hits, 1))))
    assert_tidy(sketch("cache_timeline", cache((0, 5, 0), (0, 5, 0))))


# --- endpoints ------------------------------------------------------------------------------------


def routes(*listed: dict[str, Any]) -> Run:
    """A run with these endpoints."""
    return a_run(
        endpoints={"source": "X-Ray", "list": [{"method": "GET", **one} for one in listed]}
    )


def test_endpoints(book: Notebook) -> None:
    """Endpoints stand by p95, slowest first, with both figures; one takes the most time."""
    found = chart("endpoints", book.runs["session-8/post-fix"])
    shown = texts(found.svg)
    paths = [text for text in shown if "/api/" in text]
    assert paths == [
        "POST /api/auth/login",
        "GET /api/catalog/products",
        "GET /api/catalog/search",
        "GET /api/auth/me",
        "GET /api/health",
    ]
    assert "mean 180 ms · p95 350 ms" in shown
    assert shown.count("◆ most time") == 1
    assert shown.index("◆ most time") == shown.index("POST /api/auth/login") + 1
    assert found.alt == (
        "Latency of 5 endpoints as measured by X-Ray: slowest POST /api/auth/login "
        "(mean 180 ms · p95 350 ms), fastest GET /api/health (mean 5 ms · p95 15 ms). "
        "Most time: POST /api/auth/login."
    )


def test_most_time_is_mean_times_calls() -> None:
    """A fast endpoint with many calls takes more time than a slow one with few."""
    run = routes(
        {"path": "/slow", "avg": "2s", "p95": "3s", "calls": 10},
        {"path": "/often", "avg": "20ms", "p95": "30ms", "calls": "~50K"},
    )
    assert chart("endpoints", run).alt.endswith("Most time: GET /often.")


def test_without_calls_the_slowest_is_marked() -> None:
    """Where calls are not recorded nobody knows the total, so the slowest is marked as such."""
    found = chart("endpoints", routes({"path": "/a", "p95": 5}, {"path": "/b", "p95": 9}))
    assert "◆ slowest p95" in texts(found.svg)
    assert "most time" not in found.alt.lower()
    assert found.alt.endswith("Slowest p95: GET /b.")


@pytest.mark.parametrize("number", [1, 20, 21, 5000])
def test_many_endpoints_are_bounded(number: int) -> None:
    """Twenty endpoints are drawn, the rest is counted."""
    run = routes(
        *({"path": f"/{'x' * 250}/{n}", "avg": n, "p95": 2 * n + 1} for n in range(number))
    )
    found = sketch("endpoints", run)
    assert_tidy(found)
    svg = vector.finish(found, "endpoints", "t").svg
    assert len(svg) < 15_000
    assert (f"and {number - 20:,} more" in words(svg)) is (number > 20)


@pytest.mark.parametrize("latency", ["2→7", "2→?", "0", "1e17", "~5ms"])
def test_endpoints_of_odd_figures(latency: str) -> None:
    """Ranges, unknown ends and huge figures are shown and break nothing."""
    listed = {"path": "/a", "avg": latency, "p95": latency, "calls": latency.rstrip("ms")}
    assert_tidy(sketch("endpoints", routes(listed, {"path": "/b", "avg": 1})))


def test_no_endpoints_without_latencies() -> None:
    """Endpoints that have calls only are not drawn."""
    assert CHARTS["endpoints"].draw(routes({"path": "/a", "calls": 5})) is None
    assert CHARTS["endpoints"].draw(routes()) is None


# --- hostile records ------------------------------------------------------------------------------

NASTY = [
    "<script>alert(1)</script>",
    r"$\frac{",
    "$x$_1^2",
    "a & b",
    '"quoted" onload="x"',
    "tab\tand bell\x07",
    "x" * 290,
    "#010203",
    "日本語 🎉",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
]


@pytest.mark.parametrize("name", NASTY)
def test_names_from_records_are_text(name: str) -> None:
    """Whatever pods, nodes, endpoints and sources are called, it is text, and stays in bounds."""
    pods = [
        {"name": f"1 {name}"[:300], "node": name, "cpu": "5m"},
        {"name": f"2 {name}"[:300], "node": name, "cpu": "7m"},
        {"name": f"3 {name}"[:300], "phase": "Pending", "reason": name},
    ]
    nodes = {"list": [{"name": name, "holds": name}, {"name": f"other {name}"[:300]}]}
    listed = [{"method": "GET", "path": name, "avg": 1, "p95": 2, "calls": 3}]
    run = peak(pods, nodes=nodes, endpoints={"source": name, "list": listed})
    for kind in ("cpu_per_pod", "placement", "endpoints"):
        assert_tidy(sketch(kind, run))
        found = chart(kind, run)
        root = ElementTree.fromstring(found.svg)
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {
            "svg",
            "title",
            "desc",
            "g",
            "path",
            "text",
            "defs",
            "use",
            "pattern",
            "rect",
        }
        assert not any(key.startswith("on") for element in root.iter() for key in element.attrib)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", found.svg + found.alt)
    route = words(chart("endpoints", run).svg)
    start = lettering.clean(name)[:8]
    assert f"GET {start}" in route
    assert start in chart("endpoints", run).alt


def test_names_with_line_ends_are_one_line() -> None:
    """A name with line ends, which a record can't hold but a program can hand over, is one line."""
    run = many_pods(2)
    assert run.snapshots[0].pods
    pods = [
        pod.model_copy(update={"name": "a\nb\r\nc" * 100}) for pod in run.snapshots[0].pods.list
    ]
    changed = run.snapshots[0].pods.model_copy(update={"list": tuple(pods)})
    snapshot = run.snapshots[0].model_copy(update={"pods": changed})
    for kind in ("cpu_per_pod", "placement"):
        found = sketch(kind, run.model_copy(update={"snapshots": (snapshot,)}))
        assert_tidy(found)
        assert all("\n" not in text for text, *_ in boxes(found))
