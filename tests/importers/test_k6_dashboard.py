"""The dashboard's HTML report: its snapshots as a table over time."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from generator.importers import k6_dashboard
from generator.importers.k6_dashboard import COLUMNS, FILE
from generator.importers.source import HEAD_BYTES, Imported
from tests.importers.k6_samples import K6, NO_WISHES, codes, files, name_of, source, valid, written

PAGES = files("dashboard.html")
HEAD = "<!doctype html>\n<html><head><title>k6 report</title></head><body>\n"
TREND = ["avg", "max", "med", "min", "p(90)", "p(95)", "p(99)"]
PARAM = {
    "period": 10_000,
    "scenarios": ["default"],
    "aggregates": {
        "counter": ["count", "rate"],
        "gauge": ["value"],
        "rate": ["rate"],
        "trend": TREND,
    },
}


def read(*paths: Path) -> Imported:
    return valid(k6_dashboard.read([source(path) for path in paths], NO_WISHES))


def rows(found: Imported) -> list[dict[str, str]]:
    """The table's lines by column."""
    return list(csv.DictReader(io.StringIO(found.attachments[FILE].decode())))


def page(events: Iterable[tuple[str, Any]], data: bytes | None = None) -> str:
    """A page with these events."""
    lines = "".join(json.dumps({"event": name, "data": value}) + "\n" for name, value in events)
    packed = base64.b64encode(gzip.compress(lines.encode()) if data is None else data).decode()
    return f'{HEAD}<script id="data" type="application/json">{packed}</script></body></html>\n'


def events(*snapshots: list[list[float]]) -> list[tuple[str, Any]]:
    """A run whose metrics are http_req_failed, http_reqs and time."""
    kinds = {"time": {"type": "gauge"}}
    later = {"http_reqs": {"type": "counter"}, "http_req_failed": {"type": "rate"}}
    return [
        ("param", PARAM),
        ("metric", kinds),
        ("start", [[1_000_000]]),
        ("metric", later),
        *(("snapshot", snapshot) for snapshot in snapshots),
    ]


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_the_table_adds_up_to_k6s_own_counts(path: Path) -> None:
    """Requests over all intervals are those of the export, but for the last, unfinished one."""
    assert k6_dashboard.recognises(source(path))
    found = read(path)
    table = rows(found)
    export = json.loads(path.with_name("summary-export.json").read_text())["metrics"]
    interval = float(found.fields["series"][0]["interval"].removesuffix("s"))
    names = list(table[0])
    assert names == ["time_s", *(name for name in COLUMNS if name in names)]
    assert [float(row["time_s"]) for row in table] == sorted(float(row["time_s"]) for row in table)
    if export["http_reqs"]["count"] == 0:
        assert names == ["time_s", "vus"]
        return
    requests = sum(float(row["rps"]) for row in table) * interval
    failed = sum(float(row["failed_per_s"]) for row in table) * interval
    assert 0.97 * export["http_reqs"]["count"] <= requests <= export["http_reqs"]["count"]
    assert 0 <= export["http_req_failed"]["passes"] - failed <= 6
    largest = max(float(row["max_ms"]) for row in table if row["max_ms"])
    assert largest <= export["http_req_duration"]["max"] * 1.0001
    if "vus" in names:
        assert max(int(row["vus"]) for row in table if row["vus"]) <= export["vus"]["max"]


def test_each_figure_stands_in_its_column() -> None:
    """Statistics are found by the order that the page itself states."""
    (first, *_) = rows(read(K6 / "1.1.0/ramp50/dashboard.html"))
    assert first == {
        "time_s": "0.011",
        "rps": "13",
        "failed_per_s": "0",
        "avg_ms": "91.317",
        "p50_ms": "68.006",
        "p90_ms": "139.42",
        "p95_ms": "197.15",
        "p99_ms": "261.2",
        "max_ms": "277.21",
        "vus": "",
    }


def test_the_record_gets_the_table_with_its_interval() -> None:
    """The series, when the run began, and the scenarios."""
    assert read(K6 / "1.1.0/arrival/dashboard.html").fields == {
        "series": [{"file": "series-k6.csv", "source": "k6", "interval": "1s"}],
        "k6": {"scenarios": ["spike", "steady"]},
        "date": "2026-11-23T11:41:44Z",
    }


def test_a_pause_has_no_requests_and_no_latency() -> None:
    """An interval without samples has a rate of zero and empty percentiles, never zero ones."""
    last = rows(read(K6 / "1.1.0/setup_dilution/dashboard.html"))[-1]
    assert (last["rps"], last["failed_per_s"], last["avg_ms"], last["p95_ms"]) == ("0", "0", "", "")


def test_metrics_that_come_later_move_the_others(tmp_path: Path) -> None:
    """Values stand in the order of the names told so far; rates are per second of the period."""
    run = events([[0.25], [40, 4.0], [1_010_000]])
    run.append(("metric", {"checks": {"type": "rate"}}))
    run.append(("snapshot", [[1], [0.5], [80, 8.0], [1_020_000]]))
    found = valid(k6_dashboard.read([written(tmp_path, page(run))], NO_WISHES))
    assert found.fields["series"][0]["interval"] == "10s"
    assert rows(found) == [
        {"time_s": "0", "rps": "4", "failed_per_s": "1"},
        {"time_s": "10", "rps": "8", "failed_per_s": "4"},
    ]


def test_a_snapshot_that_does_not_fit_is_left_out(tmp_path: Path) -> None:
    """One of another length or without a time is skipped, and how many were is said."""
    run = events([[0], [1, 1], [1_010_000]], [[0], [1, 1]], [[0], [1, 1], []])
    found = valid(k6_dashboard.read([written(tmp_path, page(run))], NO_WISHES))
    assert len(rows(found)) == 1
    assert codes(found) == ["import-k6-dashboard-rows"]


def test_the_page_is_recognised_with_its_data_far_below(tmp_path: Path) -> None:
    """The head alone tells the page; the data lie behind all its scripts."""
    text = page(events([[0], [1, 1], [1_010_000]]))
    text = text.replace("<body>", "<body><script>" + " " * 2 * HEAD_BYTES + "</script>")
    given = written(tmp_path, text)
    assert k6_dashboard.recognises(given)
    assert rows(valid(k6_dashboard.read([given], NO_WISHES)))


@pytest.mark.parametrize("text", ["", "<!doctype html><title>Other</title>", "k6 report", "{}"])
def test_other_pages_are_not_k6s(tmp_path: Path, text: str) -> None:
    """A page of another title is left alone."""
    assert not k6_dashboard.recognises(written(tmp_path, text))


WHOLE = page(events([[0], [1, 1], [1_010_000]]))


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        WHOLE[: len(HEAD) + 60],
        WHOLE.replace("H4sI", "!!!!"),
        page([], b"no gzip"),
        page([], gzip.compress(b'{"event": "start"}')[:-9]),
        page([], gzip.compress(b"{not json}\n")),
        page([], gzip.compress(b"[" * 200_000)),
        page([], gzip.compress(b" " * 20_000_000)),
        page(events()),
        page([]),
    ],
    ids=["no-data", "cut", "base64", "gzip", "cut-gzip", "json", "deep", "long", "empty", "bare"],
)
def test_a_page_that_cannot_be_read_is_an_error(tmp_path: Path, text: str) -> None:
    """Nothing is taken, and a message says why."""
    found = k6_dashboard.read([written(tmp_path, text)], NO_WISHES)
    assert not found.fields
    assert not found.attachments
    assert [(problem.code, problem.level) for problem in found.problems] == [
        ("import-k6-dashboard", "error")
    ]


def test_a_second_page_is_left_out() -> None:
    """A run has one dashboard."""
    first, second = PAGES[:2]
    found = read(first, second)
    assert found.attachments == read(first).attachments
    assert codes(found) == ["import-k6-other-run"]
