"""Prometheus: golden cases; rates, order, bounds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.importers import prometheus
from generator.importers.source import Imported, Wishes
from tests.conftest import Golden
from tests.importers import cases


@pytest.mark.parametrize("case", cases.cases("prometheus"), ids=lambda case: case.name)
def test_files_are_read_as_expected(case: Path, golden: Golden) -> None:
    """Each case is recognised, and gives the fields, attachments and problems on file."""
    cases.hold(prometheus.IMPORTER, case, golden)


def answer(*series: tuple[dict[str, str], dict[int, str]]) -> str:
    """The JSON of a range query with these series: labels, and values by time."""
    result = [
        {"metric": labels, "values": [[time, value] for time, value in points.items()]}
        for labels, points in series
    ]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})


def table(imported: Imported) -> list[list[str]]:
    """The rows of the table that was made."""
    rows = imported.attachments[prometheus.FILE].decode().splitlines()
    return [row.split(",") for row in rows]


def test_the_order_of_files_and_series_does_not_matter() -> None:
    """Whatever stands first, the table is the same."""
    for case in cases.cases("prometheus"):
        given_files = cases.sources(case)
        forth = prometheus.IMPORTER.read(given_files, Wishes())
        back = prometheus.IMPORTER.read(given_files[::-1], Wishes())
        assert forth.attachments == back.attachments, case


@given(rates=st.lists(st.integers(0, 10**6), min_size=1, max_size=30), step=st.integers(1, 60))
def test_the_rate_of_a_counter_is_what_it_was_made_of(
    rates: list[int], step: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A counter that rises by known amounts gives these amounts by the second."""
    totals, total = {1767375480: "0"}, 0
    for number, rate in enumerate(rates, start=1):
        total += rate * step
        totals[1767375480 + number * step] = str(total)
    text = answer(({"__name__": "process_cpu_seconds_total"}, totals))
    source = cases.text_source(tmp_path_factory.getbasetemp(), text)
    imported = cases.read(prometheus.IMPORTER, [source])
    if len(rates) == 1:
        assert imported.fields == {}
        return
    assert [row[1] for row in table(imported)] == ["cpu_cores", *map(str, rates)]


def test_too_many_columns_and_rows_are_bounded(tmp_path: Path) -> None:
    """Beyond 64 columns and 11,000 rows the rest is left out, and that is said."""
    wide = answer(
        *(({"__name__": "up", "job": f"j{number:03}"}, {1: "1", 2: "1"}) for number in range(90))
    )
    imported = cases.read(prometheus.IMPORTER, [cases.text_source(tmp_path, wide)])
    assert len(table(imported)[0]) == 65
    assert [problem.code for problem in imported.problems] == ["import-prometheus-columns"]
    long = answer(({"__name__": "up"}, dict.fromkeys(range(12000), "1")))
    imported = cases.read(prometheus.IMPORTER, [cases.text_source(tmp_path, long)])
    assert len(table(imported)) == 11_001
    assert [problem.code for problem in imported.problems] == ["import-prometheus-rows"]


def test_a_column_named_as_the_time_is_given_another_name(tmp_path: Path) -> None:
    """No metric can take the place of the time axis, or break the table by its name."""
    text = answer(
        ({"__name__": "time_s"}, {1: "1", 2: "2"}),
        ({"__name__": 'a,b"\n'}, {1: "3", 2: "4"}),
    )
    imported = cases.read(prometheus.IMPORTER, [cases.text_source(tmp_path, text)])
    assert table(imported) == [
        ["time_s", "a_b__", "time_s_2"],
        ["0", "3", "1"],
        ["1", "4", "2"],
    ]
