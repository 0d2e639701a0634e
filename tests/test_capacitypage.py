"""The page Capacity and its charts: what is said, what is drawn, what many records do to it."""

from __future__ import annotations

import json
import re

import pytest

from generator import capacity, site
from generator import notebook as notebooks
from generator import records as reading
from generator import settings as options
from generator.capacity import Capacity
from generator.charts import CHARTS
from generator.notebook import Notebook
from generator.render import Page
from generator.scalability import Law
from generator.site import Site
from tests.conftest import ROOT, book
from tests.laws import LAWS, noisy, record, records
from tests.test_capacity import only
from tests.test_charts import assert_tidy, chart, sketch, texts

KINDS = [kind.name for kind in CHARTS.values() if kind.of == "capacity"]


@pytest.fixture(scope="module")
def measured() -> Notebook:
    """The records of this repository."""
    return notebooks.build(reading.sources(ROOT), options.read(ROOT)[0])


def page_of(found: Site) -> Page:
    (page,) = [page for page in found.pages if page.path == "capacity.md"]
    return page


def text_of(page: Page) -> str:
    whole = page.whole
    return " ".join(re.sub(r"<[^>]+>", " ", whole).replace("\xa0", " ").split())


# --- charts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
def test_the_charts_of_the_measured_runs_are_tidy(measured: Notebook, name: str) -> None:
    """No text leaves the sheet or covers another; the words have the extremes."""
    for one in capacity.of(measured).known:
        assert_tidy(sketch(name, one))
        assert len(chart(name, one).svg.encode()) < 30_000


def test_throughput_in_words(measured: Notebook) -> None:
    """From the smallest load to the largest, the highest between; where the bounds meet."""
    (off,) = [
        one for one in capacity.of(measured).known if one.system.label == "cache.enabled: false"
    ]
    alt = chart("load_throughput", off).alt.replace("\xa0", " ")
    assert alt.startswith(
        "Throughput of 18 runs at 6 loads: from 19.2 /s at 5 VUs to 211.2 /s at 160, highest "
        "236.6 /s at 80. The bounds meet at about 62 VUs and 236.6 /s. The law is in doubt"
    )
    shown = texts(chart("load_throughput", off).svg)
    assert "saturation, about 62 VUs" in shown
    assert "the law, in doubt, with its 95 % band" in shown
    assert "the law beyond the data" not in shown


def test_beyond_the_data_the_law_is_told_apart() -> None:
    """Where the law fits it is drawn to twice the largest load, and the legend says which part."""
    one = only(book(records(noisy(LAWS[0], 0.01, 1))))
    found = chart("load_throughput", one)
    assert "the law beyond the data" in texts(found.svg)
    assert "The law fits; at 320 VUs it has" in found.alt
    assert_tidy(sketch("load_throughput", one))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
@pytest.mark.parametrize("law", LAWS)
def test_any_law_can_be_drawn(law: Law, scale: float) -> None:
    """Slow and fast services, with and without a peak: charts within bounds."""
    points = [(load, scale * rate) for load, rate in noisy(law, 0.02, 7)]
    one = only(book(records(points)))
    for name in ("load_throughput", "load_latency"):
        assert_tidy(sketch(name, one))
        assert "nan" not in chart(name, one).svg
    assert CHARTS["load_utilisation"].draw(one) is None


# --- the page -------------------------------------------------------------------------------------


def test_the_reported_runs_are_refused_on_the_page(site: Site) -> None:
    """The conclusion comes first: no fit, why by name, what is missing; then the single runs."""
    text = text_of(page_of(site))
    lead, _, rest = text.partition("Not fitted")
    assert "No law of throughput can be fitted: 3 loads: 50, 100 and 200 VUs" in lead
    assert "session-8/post-code at 200" in lead
    assert "Needed: three more runs" in lead
    for words in ("Day 8 pre-fix: observability", "9.32", "Larger instance type (t3.large)"):
        assert words in rest


def test_the_law_stands_on_the_page_with_its_intervals() -> None:
    """λ, σ, κ, N* and the prediction, each with its interval; what N means beside them."""
    built = site.build(book(records(noisy(LAWS[0], 0.01, 1))))
    text = text_of(page_of(built))
    for words in (
        "law fits",
        "contention: what waits in line",
        "√((1 − σ) / κ), the load of the peak",
        "X(320)",
        "predicted for 2 times the largest load; nothing is beyond that",
        "N counts virtual users, thinking ones included",
        "Not recorded, so it may saturate first as well",
    ):
        assert words in text


def test_without_runs_the_page_says_what_to_do() -> None:
    """An empty notebook's page asks for four loads."""
    assert "Run one deployment at four loads or more" in text_of(page_of(site.build(book({}))))


def test_hostile_names_stay_text() -> None:
    """Markup in a scenario, a setting or an option reaches the page escaped."""
    bad = "<img src=x onerror=alert(1)>"
    more = f'options: [{{title: "{bad} 12 nodes"}}]\n'
    found = {
        name: text.replace("scenario: shop", f'scenario: "{bad}"')
        for name, text in records(
            noisy(LAWS[0], 0, 0, repeats=1),
            deployment=f'{{service: "{bad}", revision: "{bad}"}}',
            more=more,
        ).items()
    }
    page = page_of(site.build(book(found)))
    assert "<img" not in page.whole
    assert "&lt;img" in page.whole


def many(systems: int) -> Notebook:
    """So many deployments at four loads each, and as many that ran once."""
    found = {}
    for number in range(systems):
        deployment = f"{{service: shop, revision: v{number}}}"
        for load in (5, 20, 80, 160):
            rate = LAWS[0].throughput(load) * (1 + number / 100)
            name = f"camp/r{number:03}-{load:03}"
            found[name] = record(load, rate, 10 * number + load // 20, deployment=deployment)
        found[f"camp/s{number:03}"] = record(
            30, 100, number, deployment=f"{{service: alone, revision: w{number}}}"
        )
    return book(found)


def test_many_deployments_are_capped() -> None:
    """Of 30 deployments few are shown in full and some told; the page says what it leaves out."""
    book_ = many(30)
    page = page_of(site.build(book_))
    text = text_of(page)
    assert page.whole.count("<figure") <= 4 * len(KINDS)
    assert "6 older systems with four loads or more are in the data file" in text
    assert "20 of 30" in text
    assert "24 older ones" in text
    known = json.loads(site.build(book_).files["data/capacity.json"])
    assert len(known["systems"]) == 30
    assert len(known["refused"][0]["systems"]) == 30


def test_the_newest_of_the_best_come_first() -> None:
    """Systems are in order of standing, the newest first within it."""
    found: list[Capacity] = list(capacity.of(many(3)).known)
    assert [one.system.label for one in found] == [
        f"service: shop, revision: v{number}" for number in (2, 1, 0)
    ]


def test_the_data_file_has_fits_refusals_and_options(site: Site) -> None:
    """`data/capacity.json`: schema 1, no systems of the five runs, the refusal, five options."""
    content = json.loads(site.files["data/capacity.json"])
    assert content["version"] == 1
    assert content["systems"] == []
    assert len(content["refused"][0]["systems"]) == 5
    assert len(content["options"]) == 5
