"""What is kept beside a record: tables and histograms that are read, doubts about all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import audit, kept, series
from generator.errors import Level
from generator.importers.histogram import Histogram, HistogramError
from generator.notebook import Notebook
from generator.series import Table, parse
from tests.conftest import open_book, write_book

RECORD = """title: T
status: completed
date: 2026-01-02
series:
  - {file: series-k6.csv, source: k6, interval: 1s}
distribution: {file: latency-k6.csv, source: k6}
"""
SERIES = "time_s,rps\n0,1\n1,2\n"
LATENCY = Histogram.of([1, 2, 3]).to_csv()


def notebook(root: Path, files: dict[str, str], record: str = RECORD) -> Notebook:
    """A notebook of one run c/run with these files beside it."""
    inside = {f"c/run/{name}": text for name, text in files.items()}
    return open_book(write_book(root, {"c/run.yaml": record, **inside}))


def test_tables_and_histogram_are_read(tmp_path: Path) -> None:
    """Both files are there and leave no doubt."""
    book = notebook(tmp_path, {"series-k6.csv": SERIES, "latency-k6.csv": LATENCY})
    found = kept.of(book, "c/run")
    assert [(course.stated.source, course.table.known("rps")) for course in found.courses] == [
        ("k6", [(0, 1), (1, 2)])
    ]
    assert found.distribution is not None
    assert found.distribution.total == 3
    assert found.doubts == ()
    assert audit.problems(book) == []


@pytest.mark.parametrize(
    ("date", "start", "first"),
    [
        ("2026-01-02T10:00:30Z", "2026-01-02T10:00:00Z", -30),
        ("2026-01-02T10:00:00Z", "2026-01-02T12:00:05+02:00", 5),
        ("2026-01-02", "2026-01-02T10:00:00Z", 0),
        ("2026-01-02T10:00:00Z", "2026-02-02T10:00:00Z", 0),
    ],
)
def test_a_table_stands_on_the_clock_of_the_run(
    date: str, start: str, first: float, tmp_path: Path
) -> None:
    """What began before or after the run is shifted; without a time of day, or days apart, not."""
    record = RECORD.replace("2026-01-02", date).replace("1s}", f"1s, start: '{start}'}}")
    found = kept.of(notebook(tmp_path, {"series-k6.csv": SERIES}, record), "c/run")
    assert [time for time, _ in found.courses[0].table.known("rps")] == [first, first + 1]


def test_a_missing_file_is_a_located_doubt(tmp_path: Path) -> None:
    """Each field that names a file which is not there is named with its line."""
    found = audit.problems(notebook(tmp_path, {}))
    assert [(one.level, one.code, one.field, one.place.line) for one in found] == [
        (Level.WARNING, "series-missing", "series[0].file", 5),
        (Level.WARNING, "series-missing", "distribution.file", 6),
    ]
    assert found[0].message == "there is no file 'series-k6.csv' in experiments/c/run/"


def test_a_file_of_another_run_is_missing(tmp_path: Path) -> None:
    """A name that leads out of the run's folder finds nothing, whatever lies there."""
    names = ("../other/t.csv", "/etc/passwd", "..", "../../../mkdocs.yml")
    for number, name in enumerate(names):
        record = RECORD.replace("series-k6.csv", name)
        root = tmp_path / str(number)
        book = notebook(root, {"latency-k6.csv": LATENCY, "../other/t.csv": SERIES}, record)
        assert [one.code for one in audit.problems(book)] == ["series-missing"], name
        assert kept.of(book, "c/run").courses == ()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"series-k6.csv": "rps\n"}, "'series-k6.csv' is left out: line 1: the first column"),
        ({"series-k6.csv": "time_s,rps\n0,nan\n"}, "line 2: 'nan' is no figure"),
        ({"latency-k6.csv": "a,b\n"}, "'latency-k6.csv' is left out: line 1: the columns are not"),
        ({"latency-k6.csv": "from_ms,to_ms,count\n"}, "there are no counts in it"),
        ({"latency-k6.csv": "from_ms,to_ms,count\n1,2,0\n"}, "line 2: no bucket with a count"),
        ({"latency-k6.csv": "from_ms,to_ms,count\n-2,-1,1\n"}, "a latency in it is negative"),
        ({"latency-k6.csv": "from_ms,to_ms,count\n1e300,1e300,1\n"}, "or longer than any"),
        ({"latency-k6.csv": f"from_ms,to_ms,count\n1,2,{'9' * 400}\n"}, "too many counts"),
    ],
)
def test_a_broken_file_is_a_located_doubt(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    """What can't be read is said with the file's line, and the other file is read all the same."""
    good = {"series-k6.csv": SERIES, "latency-k6.csv": LATENCY}
    book = notebook(tmp_path, good | files)
    (found,) = audit.problems(book)
    assert found.code == "series-unreadable"
    assert message in found.message
    assert found.file == "experiments/c/run.yaml"
    read = kept.of(book, "c/run")
    assert bool(read.courses) != bool(read.distribution)


def test_a_link_in_the_place_of_a_table_is_refused(tmp_path: Path) -> None:
    """A link to a good table is not followed, and check says so."""
    book_root = tmp_path / "book"
    notebook(book_root, {"latency-k6.csv": LATENCY})
    (tmp_path / "elsewhere.csv").write_text(SERIES, "utf-8")
    (book_root / "experiments/c/run/series-k6.csv").symlink_to(tmp_path / "elsewhere.csv")
    (found,) = audit.problems(open_book(book_root))
    assert found.code == "series-unreadable"
    assert "link" in found.message


def test_a_table_that_is_no_csv_is_refused(tmp_path: Path) -> None:
    """Only .csv is read: a table under another suffix is a doubt, not an exception."""
    record = RECORD.replace("series-k6.csv", "series-k6.txt")
    book = notebook(tmp_path, {"series-k6.txt": SERIES, "latency-k6.csv": LATENCY}, record)
    (found,) = audit.problems(book)
    assert "it is no table in CSV" in found.message


def test_a_table_named_a_thousand_times_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that names one file over and over has one table, or a doubt for each."""
    read: list[bytes] = []

    def counted(content: bytes) -> Table:
        read.append(content)
        return parse(content)

    monkeypatch.setattr(series, "parse", counted)
    entry = "  - {file: series-k6.csv, source: k6, interval: 1s}\n"
    record = RECORD.replace(entry, entry * 1_000)
    files = {"series-k6.csv": SERIES, "latency-k6.csv": LATENCY}
    assert len(kept.of(notebook(tmp_path / "good", files, record), "c/run").courses) == 1
    files["series-k6.csv"] = "time_s,rps\n" + "0,1\n" * 50_001
    assert len(kept.of(notebook(tmp_path / "bad", files, record), "c/run").doubts) == 1_000
    assert len(read) == 2


def test_a_histogram_is_bounded() -> None:
    """A file of more rows than any histogram has is refused before it is read."""
    rows = "1,2,1\n" * (kept.MAX_BUCKETS + 1)
    with pytest.raises(HistogramError, match="more than 50,000 rows"):
        kept.histogram(f"from_ms,to_ms,count\n{rows}".encode())
    with pytest.raises(HistogramError, match="no UTF-8"):
        kept.histogram(b"\xff")
