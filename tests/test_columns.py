"""The data files of the pages that list runs: what a run is found by, and a file a column."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from generator import roster, site
from generator.compare import compare
from generator.measurements import clean
from generator.notebook import Notebook
from generator.site import Site
from generator.verdicts import Verdict
from tests.conftest import ROOT, book, open_book

RUN = "title: T\nstatus: completed\nload: {{scenario: s, vus: {vus}, duration: 10s}}\n"


def read(built: Site, path: str) -> dict[str, Any]:
    """A data file of a site."""
    found: dict[str, Any] = json.loads(built.files[path])
    return found


def content(built: Site) -> dict[str, Any]:
    """The list of runs of a site with all its columns, as `roster.js` puts them together."""
    data = read(built, roster.FILE)
    runs = data["runs"]
    for name in ("status", "scenario", "tags"):
        runs[name] = [runs[name]["texts"][at] for at in runs[name]["of"]]
    campaigns = [data["campaigns"][at][0] for at in runs.pop("campaign")]
    runs["id"] = [f"{one}/{name}" for one, name in zip(campaigns, runs.pop("name"), strict=True)]
    runs["baseline"] = [None if at is None else runs["id"][at] for at in runs["baseline"]]
    runs["summary"] = read(built, data["summaries"])["summaries"]
    for part in ("metrics", "settings"):
        data[part] = [{**one, **read(built, one["file"])} for one in data[part]]
    return data


def column(data: dict[str, Any], name: str, part: str = "metrics") -> dict[str, Any]:
    """The column of that name."""
    found: dict[str, Any] = next(one for one in data[part] if one["name"] == name)
    return found


def test_every_column_has_an_entry_a_run(site: Site, notebook: Notebook) -> None:
    """Facts, figures and settings are lists as long as there are runs, in order of time."""
    data = content(site)
    assert data["version"] == 1
    assert data["runs"]["id"] == list(notebook.runs)
    lengths = [len(values) for values in data["runs"].values()]
    lengths += [len(one[key]) for one in data["metrics"] for key in ("values", "texts")]
    lengths += [len(one["of"]) for one in data["settings"]]
    assert set(lengths) == {5}


def test_figures_are_those_of_the_pages(site: Site, notebook: Notebook) -> None:
    """Each text is what the pages show, each value that of the measurement to seven digits."""
    data = content(site)
    for at, measured in enumerate(notebook.measurements.values()):
        for one in data["metrics"]:
            found = measured.get(one["name"])
            if found is None:
                assert one["values"][at] is None
                assert one["texts"][at] is None
                continue
            assert one["texts"][at] + one["suffix"] == found.show()
            value = clean(found.quantity.value)
            assert one["values"][at] == (value if value is None else pytest.approx(value, rel=1e-6))


def test_ranges_and_contradicted_figures_are_named(site: Site, notebook: Notebook) -> None:
    """A range over the run, and a figure that the record contradicts, can be told from the rest."""
    data = content(site)
    order = list(notebook.runs)
    pods = column(data, "pods_active")
    assert [order[at] for at in pods["ranges"]] == ["earlier/day-6", "earlier/day-7"]
    assert pods["values"][:2] == [None, 7]
    assert pods["texts"][:2] == ["2→?", "2→7"]
    assert [order[at] for at in column(data, "request_rate")["doubted"]] == ["session-8/pre-fix"]


def test_what_became_of_each_run_is_counted(site: Site, notebook: Notebook) -> None:
    """Verdicts against the run's own baseline, and doubts that nobody acknowledged."""
    runs = content(site)["runs"]
    at = runs["id"].index("session-8/post-fix")
    assert runs["baseline"][at] == "session-8/pre-fix"
    deltas = compare(notebook, "session-8/pre-fix", "session-8/post-fix").deltas.values()
    for verdict in (Verdict.IMPROVED, Verdict.REGRESSED):
        assert runs[verdict][at] == sum(delta.verdict is verdict for delta in deltas)
    assert runs["regressed"][at] > runs["improved"][at]
    assert runs["regressed"][runs["id"].index("earlier/day-6")] == 0
    doubts = [p for p in site.problems if p.file.endswith("session-8/pre-fix.yaml")]
    assert runs["doubts"][runs["id"].index("session-8/pre-fix")] == len(doubts) > 5


def test_figures_in_a_summary_are_plain_text() -> None:
    """A summary is what a reader sees of it: computed figures, no marks, one line."""
    found = book({"a/b": RUN.format(vus=3) + "summary: \"It had\\n{{ value('vus') }} users.\"\n"})
    assert content(site.build(found))["runs"]["summary"] == ["It had 3 users."]


def test_money_of_several_currencies_is_never_one_column() -> None:
    """Amounts of two currencies stand on two axes; of one currency there is no such name."""
    text = RUN + (
        "k6: {{http_reqs: {{count: 1000}}}}\n"
        "deployment: {{node_group: {{price_per_hour: 0.04, currency: {currency}}}}}\n"
        "snapshots: [{{moment: peak, nodes: {{active: 2}}}}]\n"
    )
    both = {f"a/{name}": text.format(vus=5, currency=name) for name in ("EUR", "USD")}
    one = content(site.build(book({"a/EUR": both["a/EUR"]})))
    two = content(site.build(book(both)))
    name = "cost_per_million_requests"
    assert column(one, name)["values"] == [pytest.approx(0.2222222)]
    assert name not in {found["name"] for found in two["metrics"]}
    assert column(two, f"{name}.EUR")["values"][1] is None
    assert column(two, f"{name}.USD")["values"][0] is None
    assert column(two, f"{name}.USD")["label"].endswith(", USD")


def test_settings_are_those_that_tell_runs_apart() -> None:
    """One that all runs share is left out; figures have their number in base units, words none."""
    text = (
        RUN
        + "deployment: {{limits: {{memory: {memory}}}, settings: {{cache: {cache}, pool: 5}}}}\n"
    )
    data = content(
        site.build(
            book(
                {
                    "a/one": text.format(vus=1, memory="256Mi", cache="true"),
                    "a/two": text.format(vus=2, memory="1Gi", cache="false"),
                    "a/three": RUN.format(vus=2),
                }
            )
        )
    )
    assert {one["name"] for one in data["settings"]} == {
        "deployment.limits.memory",
        "deployment.cache",
    }
    memory = column(data, "deployment.limits.memory", "settings")
    order = data["runs"]["id"]
    assert [memory["of"][order.index(name)] for name in ("a/one", "a/three")] == [
        memory["texts"].index("256\N{NO-BREAK SPACE}MiB"),
        None,
    ]
    assert sorted(memory["values"]) == [2**28, 2**30]
    assert memory["scale"][1] == [2**20, "MiB", 2**20]
    assert column(data, "deployment.cache", "settings")["values"] is None


def test_a_setting_that_differs_in_every_run_is_no_choice() -> None:
    """Words that are another in each of many runs tell nothing apart, numbers do."""
    text = RUN + "deployment: {{revision: r{vus}}}\nenvironment: {{seed: {vus}}}\n"
    runs = {f"a/r{number}": text.format(vus=number) for number in range(40)}
    data = content(site.build(book(runs)))
    assert [one["name"] for one in data["settings"]] == ["environment.seed"]


def test_a_date_without_a_time_zone_is_the_same_everywhere() -> None:
    """Moments are in seconds since 1970, UTC, also those of which only the day is known."""
    runs = {
        "a/day": RUN.format(vus=1) + "date: 1970-01-02\n",
        "a/time": RUN.format(vus=1) + "date: 1970-01-02T01:00:00+01:00\n",
        "a/none": RUN.format(vus=1),
    }
    found = content(site.build(book(runs)))["runs"]
    assert dict(zip(found["id"], found["when"], strict=True)) == {
        "a/none": None,
        "a/day": 86400,
        "a/time": 86400,
    }


def test_the_list_stays_small() -> None:
    """Of a run of this repository the list has less than 150 bytes: of 5,000 less than 750 kB."""
    found = read(site.build(open_book(ROOT)), roster.FILE)
    number = len(found["runs"]["name"])
    assert number > 40
    columns = json.dumps(found["runs"], ensure_ascii=False, separators=(",", ":"))
    assert len(columns.encode()) / number < 150


def test_an_empty_notebook_has_empty_columns() -> None:
    """Without runs there is a file without entries."""
    data = content(site.build(book({})))
    assert data["metrics"] == data["settings"] == []
    assert set(map(len, data["runs"].values())) == {0}


def test_the_list_has_no_figure_and_no_summary(site: Site) -> None:
    """What only some readers ask for stands in files of its own, each named by the list."""
    text = site.files[roster.FILE]
    data = read(site, roster.FILE)
    assert "values" not in text
    summaries = [text for text in read(site, data["summaries"])["summaries"] if text]
    assert summaries
    assert not [summary for summary in summaries if summary in text]
    named = [one["file"] for part in ("metrics", "settings") for one in data[part]]
    published = {path for path in site.files if path.startswith("data/roster/")}
    assert published == {*named, data["summaries"]}
    assert len(named) == len(set(named)) > 20


def test_another_figure_of_a_run_changes_few_files() -> None:
    """Only the columns of the figure, and of what is computed of it, are other files."""
    text = (
        RUN + "k6: {{http_reqs: {{count: 1000}}, http_req_duration: {{p95: {p95}ms, max: 9s}}}}\n"
    )
    one, other = (
        dict(site.build(book({"a/r": text.format(vus=1, p95=p95)})).files) for p95 in (100, 200)
    )
    assert one.keys() == other.keys()
    differing = {
        path for path in one if path.startswith("data/roster") and one[path] != other[path]
    }
    assert differing == {"data/roster/metrics/latency_p95.json"}


def test_a_name_out_of_a_record_is_no_path() -> None:
    """A setting or a currency named like a path has a file below its part, and no other."""
    text = RUN + (
        "k6: {{http_reqs: {{count: 1000}}}}\n"
        "deployment: {{settings: {{../../x: {vus}}}, "
        "node_group: {{price_per_hour: 0.04, currency: '{currency}'}}}}\n"
        "snapshots: [{{moment: peak, nodes: {{active: 2}}}}]\n"
    )
    names = {"a/one": "../../EUR", "a/two": "USD"}
    found = {run: text.format(vus=at, currency=names[run]) for at, run in enumerate(names)}
    data = read(site.build(book(found)), roster.FILE)
    setting = column(data, "deployment.../../x", "settings")
    cost = column(data, "cost_per_million_requests.../../EUR")
    assert re.fullmatch(r"data/roster/settings/[0-9a-f]{16}\.json", setting["file"])
    assert re.fullmatch(r"data/roster/metrics/[0-9a-f]{16}\.json", cost["file"])


def test_presets_have_two_points_at_least() -> None:
    """A chart is offered where two runs have both figures; a range over the run is no point."""
    text = RUN + "k6: {{http_reqs: {{count: 1000}}, http_req_duration: {{p95: 100ms}}}}\n"
    first = text.format(vus=1)
    one = site.build(book({"a/one": first, "a/two": RUN.format(vus=2)}))
    two = site.build(book({"a/one": first, "a/two": text.format(vus=2)}))
    ranged = site.build(book({"a/one": first, "a/two": text.format(vus="2→5")}))
    titles = [
        [title for title, *_ in read(built, roster.FILE)["presets"]] for built in (one, two, ranged)
    ]
    assert titles == [
        [],
        ["RPS against VUs", "p95 against throughput", "p95 against VUs"],
        ["p95 against throughput"],
    ]
