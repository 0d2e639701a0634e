"""Tables over time: what is read, and that whatever else a file holds is refused with its line."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import series, units
from generator.importers import timeseries
from generator.importers.timeseries import Row
from generator.series import SeriesError, parse, step_of, unit_of


def test_a_table_is_read() -> None:
    """Times and figures by column; an empty cell is a figure that is not known."""
    table = parse(b"time_s,rps,cpu_cores:web-1\n0,12.5,\n1.5,1e2,0.25\r\n\n")
    assert list(table.times) == [0.0, 1.5]
    assert dict(table.columns) == {"rps": [12.5, 100.0], "cpu_cores:web-1": [None, 0.25]}
    assert table.known("cpu_cores:web-1") == [(1.5, 0.25)]
    assert table.known("vus") == []


def test_what_an_importer_writes_is_read() -> None:
    """The table that raw samples become is read with every figure, unknown ones too."""
    rows = [Row(0, 1.5, None, 2, 3, 4, 5), Row(1, 0, 0, None, None, None, 6)]
    table = parse(timeseries.to_csv(rows).encode())
    assert list(table.times) == [0, 1]
    assert table.columns["rps"] == [1.5, 0]
    assert table.columns["failed_per_s"] == [None, 0]
    assert table.columns["p99_ms"] == [4, None]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1: the first column is not time_s"),
        (b"rps,vus\n1,2\n", "line 1: the first column is not time_s"),
        (b"time_s\n1\n", "line 1: there are 0 columns, 1 to 200 are read"),
        (b"time_s," + b",".join(b"c%d" % n for n in range(201)) + b"\n", "there are 201 columns"),
        (b"time_s,rps,rps\n", "line 1: two columns have one name"),
        (b"time_s,time_s\n", "line 1: two columns have one name"),
        (b"time_s,=1+1\n", "line 1: '=1+1' is no name of a column"),
        (b"time_s,<b>\n", "line 1: '<b>' is no name of a column"),
        (b"time_s,a" + b"a" * 200 + b"\n", "is no name of a column"),
        (b"time_s,rps\n", "line 1: there are no rows below the header"),
        (b"time_s,rps\n0,1\n1\n", "line 3: it has 1 cells, not 2"),
        (b"time_s,rps\n0,1,2\n", "line 2: it has 3 cells, not 2"),
        (b"time_s,rps\n0,=HYPERLINK()\n", "line 2: '=HYPERLINK()' is no number"),
        (b"time_s,rps\n0,NaN\n", "line 2: 'NaN' is no figure that can be measured"),
        (b"time_s,rps\n0,-inf\n", "line 2: '-inf' is no figure that can be measured"),
        (b"time_s,rps\n0,1e300\n", "line 2: '1e300' is no figure that can be measured"),
        (b"time_s,rps\n,1\n", "line 2: its time is missing"),
        (b"time_s,rps\n1,1\n0,1\n", "line 3: its time is an earlier one"),
        (b"time_s,rps\n1,1\n3,1\n2,1\n", "line 4: its time is an earlier one"),
        (b"time_s,rps\n0," + b"9" * 200_000, "field larger than field limit"),
        (b'time_s,rps\n0,"1\n', "unexpected end of data"),
        (b"time_s,rps\n0,\xff\n", "byte 14 is no UTF-8"),
        (b"\x1f\x8b\x08binary", "byte 2 is no UTF-8"),
    ],
)
def test_all_else_is_refused_with_its_line(content: bytes, message: str) -> None:
    """A wrong header, a cell that is no finite number, a time that goes back, what is no text."""
    with pytest.raises(SeriesError) as error:
        parse(content)
    assert message in str(error.value)


def test_rows_are_bounded() -> None:
    """A table of a million rows is refused at the first row too many; of many columns sooner."""
    with pytest.raises(SeriesError, match=r"line 50002: there are more than 50,000 rows"):
        parse(b"time_s,rps\n" + b"0,1\n" * 1_000_000)
    names = b",".join(b"c%d" % number for number in range(100))
    row = b"0" + b",1" * 100 + b"\n"
    with pytest.raises(SeriesError, match=r"there are more than 5,000 rows"):
        parse(b"time_s," + names + b"\n" + row * 5_001)
    assert len(parse(b"time_s,rps\n" + b"0,1\n" * series.MAX_ROWS).times) == 50_000


@given(st.binary(max_size=60) | st.text("time_s,rp\n\r\"'0159.e-=\0", max_size=60).map(str.encode))
def test_no_file_is_an_exception(content: bytes) -> None:
    """Whatever bytes a file holds, it is a table of finite figures or is refused."""
    for given_ in (content, b"time_s,rps\n" + content, b"time_s,rps\n0,1\n" + content):
        try:
            table = parse(given_)
        except SeriesError:
            continue
        else:
            assert list(table.times) == sorted(table.times)
            for figures in table.columns.values():
                assert len(figures) == len(table.times)
                assert all(figure is None or math.isfinite(figure) for figure in figures)


def test_a_columns_name_states_its_unit() -> None:
    """Units follow the ends of names; what has none is a plain number."""
    assert unit_of("p95_ms") is units.MILLISECONDS
    assert unit_of("cpu_cores:web-1_ms") is units.CORES
    assert unit_of("memory_bytes") is units.MEMORY
    assert unit_of("sent_bytes") is units.BYTES
    assert unit_of("failed_per_s") is units.PER_SECOND
    assert unit_of("queue_length") is units.NUMBER


def test_the_usual_step() -> None:
    """The step between times is the usual one, whatever gaps there are."""
    assert step_of([0, 1, 2, 60, 61]) == 1
    assert step_of([5]) == 0
    assert step_of([5, 5]) == 0
