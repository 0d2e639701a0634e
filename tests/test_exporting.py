"""`loadbook export`: the same figures as on the site, with their units, for other tools."""

from __future__ import annotations

import csv
import datetime
import io
import json
from pathlib import Path

import duckdb
import pytest

from generator import exporting
from generator.exporting import FORMULA, Shape
from generator.notebook import Notebook
from tests.command import loadbook
from tests.conftest import book, write_book
from tests.test_cli import PRE, real

__all__ = ["real"]

RANGE = (
    "title: '{title}'\nstatus: completed\ndate: 2026-01-02T17:38:00+09:00\n"
    "tags: [one, two words]\nload: {{scenario: s, vus: 50}}\n"
    "snapshots: [{{moment: whole run, nodes: {{active: '{nodes}'}}}}]\n"
)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_long_row_for_each_figure_of_each_run(notebook: Notebook) -> None:
    """Long has exactly the measurements of the runs, in order of time, each with its unit."""
    found = rows(exporting.as_csv(exporting.table(notebook, list(notebook.runs), "long")))
    expected = [
        (identity, name, one.currency or one.metric.unit.base, one.source)
        for identity, measured in notebook.measurements.items()
        for name, one in measured.items()
    ]
    assert [(r["run"], r["metric"], r["unit"], r["source"]) for r in found] == expected
    rate = next(r for r in found if r["run"] == PRE and r["metric"] == "request_rate")
    assert float(rate["value"]) == pytest.approx(279.236, abs=0.001)
    assert "73.47" in rate["warnings"]


def test_wide_agrees_with_long(notebook: Notebook) -> None:
    """A wide cell is the value of the long row of its run and metric, and empty where none is."""
    runs = list(notebook.runs)
    wide = exporting.table(notebook, runs, "wide")
    long = exporting.table(notebook, runs, "long")
    of = {name: at for at, name in enumerate(long.columns)}
    values = {
        (row[of["run"]], f"{row[of['metric']]} [{row[of['unit']]}]"): row[of["value"]]
        for row in long.rows
    }
    metrics = list(wide.columns)[len(exporting.ABOUT) + 1 :]
    assert {name for _, name in values} == set(metrics)
    for row in wide.rows:
        told = dict(zip(wide.columns, row, strict=True))
        for name in metrics:
            assert told[name] == values.get((told["run"], name))


def test_ranges_and_doubtful_digits_are_kept() -> None:
    """Of `2→7` both ends are there, of `2→?` only the start, and `~` makes it approximate."""
    found = book(
        {
            "a/known": RANGE.format(title="K", nodes="2→7"),
            "a/open": RANGE.format(title="O", nodes="2→?"),
            "a/about": RANGE.format(title="A", nodes="~3"),
        }
    )
    told = {
        row["run"]: (row["value"], row["range_start"], row["range_end"], row["approximate"])
        for row in rows(exporting.as_csv(exporting.table(found, list(found.runs), "long")))
        if row["metric"] == "nodes"
    }
    assert told == {
        "a/known": ("7.0", "2.0", "7.0", "true"),
        "a/open": ("", "2.0", "", "true"),
        "a/about": ("3.0", "", "", "true"),
    }


@pytest.mark.parametrize("sign", [sign for sign in FORMULA if sign.isprintable()])
@pytest.mark.parametrize("shape", ["long", "wide"])
def test_no_cell_is_a_formula(sign: str, shape: Shape) -> None:
    """A text that a spreadsheet would run stands behind an apostrophe, in CSV alone."""
    found = book({"a/b": RANGE.format(title=f"{sign}cmd()", nodes="2")})
    export = exporting.table(found, ["a/b"], shape)
    text = exporting.as_csv(export)
    assert {row["title"] for row in rows(text)} == {f"'{sign}cmd()"}
    for line in csv.reader(io.StringIO(text)):
        assert not [cell for cell in line if cell.startswith(FORMULA)]
    assert json.loads(exporting.as_json(export))["rows"][0]["title"] == f"{sign}cmd()"


def test_days_are_days_and_the_moment_is_as_recorded(tmp_path: Path) -> None:
    """`date` is the day where it ran, `moment` has the zone; Parquet has the types."""
    found = book({"a/b": RANGE.format(title="T", nodes="2")})
    file = tmp_path / "it's.parquet"
    file.write_bytes(exporting.as_parquet(exporting.table(found, ["a/b"], "long")))
    with duckdb.connect() as connection:
        row = connection.read_parquet(str(file)).filter("metric = 'vus'")
        (one,) = row.project("date, moment, tags, value, approximate, warnings").fetchall()
    assert one == (
        datetime.date(2026, 1, 2),
        "2026-01-02T17:38:00+09:00",
        ["one", "two words"],
        50.0,
        False,
        [],
    )


@pytest.mark.parametrize("shape", ["long", "wide"])
def test_parquet_has_what_json_has(notebook: Notebook, shape: Shape, tmp_path: Path) -> None:
    """Every row and every digit of the JSON is in the Parquet file, in the same order."""
    export = exporting.table(notebook, list(notebook.runs), shape)
    file = tmp_path / "export.parquet"
    file.write_bytes(exporting.as_parquet(export))
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(file))
        told = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    for row in told:
        row["date"] = row["date"].isoformat() if row["date"] else None
    assert told == json.loads(exporting.as_json(export))["rows"]


def test_an_empty_notebook_has_columns_and_no_rows(tmp_path: Path) -> None:
    """Without runs each format is still a table with its columns."""
    export = exporting.table(book({}), [], "long")
    assert exporting.as_csv(export).count("\n") == 1
    file = tmp_path / "export.parquet"
    file.write_bytes(exporting.as_parquet(export))
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(file))
        assert found.columns == list(export.columns)
        assert found.fetchall() == []


def test_the_command_takes_runs_and_campaigns(real: Path) -> None:
    """A campaign's name stands for all its runs; records' paths are taken for runs."""
    done = loadbook(real, "export", "earlier", "experiments/session-8/pre-fix.yaml")
    assert done.returncode == 0
    assert list(dict.fromkeys(row["run"] for row in rows(done.stdout))) == [
        "earlier/day-6",
        "earlier/day-7",
        PRE,
    ]
    assert done.stderr == ""


def test_the_command_writes_files(real: Path, tmp_path: Path) -> None:
    """--out writes a file, folders included; two exports have the same bytes."""
    for name in ("one", "two"):
        target = tmp_path / name / "runs.json"
        assert loadbook(real, "export", "--format", "json", "--out", str(target)).returncode == 0
    one, two = ((tmp_path / name / "runs.json").read_bytes() for name in ("one", "two"))
    assert one == two
    assert json.loads(one)["version"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope/no"], "no run 'nope/no'"),
        (["--format", "parquet"], "name a file with --out FILE"),
    ],
)
def test_wrong_usage_is_told(real: Path, arguments: list[str], message: str) -> None:
    """What can't be exported is a message and exit code 2, without a traceback."""
    done = loadbook(real, "export", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_broken_records_are_left_out_and_told(tmp_path: Path) -> None:
    """A broken record is no row, and a line says that something is missing."""
    root = write_book(
        tmp_path,
        {"a/bad.yaml": "title: [\n", "a/good.yaml": RANGE.format(title="G", nodes="2")},
    )
    done = loadbook(root, "export")
    assert {row["run"] for row in rows(done.stdout)} == {"a/good"}
    assert "1 run is left out" in done.stderr
