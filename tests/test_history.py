"""All runs with all metrics: as a table, as JSON, as CSV."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest

from generator import history
from generator.measurements import clean
from generator.metrics import METRICS
from generator.notebook import Notebook
from tests.conftest import book


def rows(notebook: Notebook) -> list[dict[str, str]]:
    """The rows of the CSV by column."""
    return list(csv.DictReader(io.StringIO(history.runs_csv(notebook))))


def test_the_table_has_every_run_and_every_metric(notebook: Notebook) -> None:
    """Rows are runs in order of time, columns the registry; what is missing is NaN."""
    table = history.frame(notebook)
    assert list(table.index) == list(notebook.runs)
    assert list(table.columns) == list(METRICS)
    assert table.loc["session-8/post-code", "request_rate"] == 508.4
    assert math.isnan(float(table["cache_hit_rate"]["earlier/day-6"]))
    for identity, measured in notebook.measurements.items():
        for name in METRICS:
            known = measured[name].quantity.value if name in measured else None
            value = float(table[name][identity])
            assert math.isnan(value) if known is None else value == known


def test_json_has_the_promised_layout(notebook: Notebook) -> None:
    """`{"version": 1, "runs": [{"id", …, "metrics": {name: value}}]}` in order of time."""
    data = json.loads(history.runs_json(notebook))
    assert set(data) == {"version", "runs"}
    assert data["version"] == 1
    assert [run["id"] for run in data["runs"]] == list(notebook.runs)
    for run in data["runs"]:
        assert set(run) == {
            "id",
            "campaign",
            "title",
            "date",
            "status",
            "scenario",
            "tags",
            "baseline",
            "metrics",
            "approximate",
        }
        measured = notebook.measurements[run["id"]]
        assert run["metrics"] == {name: clean(m.quantity.value) for name, m in measured.items()}
        assert set(run["approximate"]) <= set(run["metrics"])


def test_json_says_what_is_not_exact(notebook: Notebook) -> None:
    """Ranges and approximate figures are named; an unknown end is null, never a guess."""
    day_6, *_, post_code = json.loads(history.runs_json(notebook))["runs"]
    assert day_6["metrics"]["pods_active"] is None
    assert day_6["metrics"]["nodes"] == 5
    assert {"pods_active", "nodes", "rps_per_pod", "rps_per_node"} == set(day_6["approximate"])
    assert "iterations" in post_code["approximate"]
    assert "request_rate" not in post_code["approximate"]


def test_csv_has_a_row_for_each_run(notebook: Notebook) -> None:
    """The columns: what a run is, then every metric; empty where there is no figure."""
    found = rows(notebook)
    about = ["id", "campaign", "title", "date", "status", "scenario", "tags", "baseline"]
    assert list(found[0]) == [*about, *METRICS]
    assert [row["id"] for row in found] == list(notebook.runs)
    last = found[-1]
    assert last["tags"] == "day-8 redis cache"
    assert last["date"] == "2026-01-02"
    assert float(last["rps_per_core"]) == pytest.approx(105.08, abs=0.01)
    assert found[0]["date"] == ""
    assert found[0]["cpu_total"] == ""
    assert found[0]["pods_active"] == ""


def test_json_and_csv_agree(notebook: Notebook) -> None:
    """Both files hold the same figures to the same digits."""
    for run, row in zip(
        json.loads(history.runs_json(notebook))["runs"], rows(notebook), strict=True
    ):
        for name in METRICS:
            value = run["metrics"].get(name)
            assert (float(row[name]) if row[name] else None) == value


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_csv_holds_no_formulas(start: str) -> None:
    """A spreadsheet runs nothing of what a record says."""
    text = (
        f'title: "{start}1+cmd|x!A0"\nstatus: planned\ntags: ["{start}2"]\n'
        f'load: {{scenario: "{start}HYPERLINK(1)"}}\n'
    )
    (row,) = rows(book({"a/b": text}))
    for column in ("title", "tags", "scenario"):
        assert row[column].startswith(f"'{start}")


def test_csv_quotes_what_would_break_a_row() -> None:
    """Commas and quotes in a title stay inside their cell."""
    title = 'A, "B"; C'
    (row,) = rows(book({"a/b": f"title: '{title}'\nstatus: planned\n"}))
    assert row["title"] == title


def test_an_empty_notebook_has_empty_files() -> None:
    """Without runs there is a JSON without runs, and a CSV of headings."""
    empty = book({})
    assert json.loads(history.runs_json(empty)) == {"version": 1, "runs": []}
    assert rows(empty) == []
    assert history.runs_csv(empty).startswith("id,campaign,title,")
    assert history.frame(empty).empty
