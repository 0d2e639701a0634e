"""The data file of the table of runs and of Explore: all runs as columns."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator import columns, site
from generator.compare import compare
from generator.measurements import clean
from generator.notebook import Notebook
from generator.site import Site
from generator.verdicts import Verdict
from tests.conftest import ROOT, book, open_book

RUN = "title: T\nstatus: completed\nload: {{scenario: s, vus: {vus}, duration: 10s}}\n"


def content(built: Site) -> dict[str, Any]:
    """The data file of a site."""
    found: dict[str, Any] = json.loads(built.files[columns.FILE])
    return found


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


def test_the_file_stays_small() -> None:
    """The measured runs of this repository take less than 800 bytes each: 500 are below 400 kB."""
    found = site.build(open_book(ROOT)).files[columns.FILE]
    number = len(json.loads(found)["runs"]["id"])
    shared = len(found.encode()) - sum(
        len(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode())
        for part in _per_run(json.loads(found))
    )
    assert number > 40
    assert (len(found.encode()) - shared) / number * 500 + shared < 400_000


def _per_run(data: dict[str, Any]) -> list[Any]:
    """The columns alone, without what is said once."""
    figures = [one[key] for one in data["metrics"] for key in ("values", "texts")]
    return [*data["runs"].values(), *figures, *(one["of"] for one in data["settings"])]


def test_an_empty_notebook_has_empty_columns() -> None:
    """Without runs there is a file without entries."""
    data = content(site.build(book({})))
    assert data["metrics"] == data["settings"] == []
    assert set(map(len, data["runs"].values())) == {0}
