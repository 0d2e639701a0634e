"""What is kept beside a run's record, read: its tables over time and its distribution of latency.

A file that is not there or can't be read leaves nothing but a doubt about the field that names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from generator import series
from generator.attachments import Attachment
from generator.doubts import Doubt
from generator.importers.histogram import Histogram, HistogramError, bounds_of
from generator.measured import Series
from generator.model import Run
from generator.notebook import Notebook, moment
from generator.series import SeriesError, Table
from generator.units import MAX_VALUE

MAX_BUCKETS = 50_000
"""Most rows of a distribution; k6's latencies fill a few hundred."""

MISSING, UNREADABLE = "series-missing", "series-unreadable"
"""The checks that say what is wrong with a file."""


@dataclass(frozen=True)
class Course:
    """A table over time with what the record says of it."""

    stated: Series
    table: Table


@dataclass(frozen=True)
class Kept:
    """What was read. `doubts` are those of the check with that code, for each file not read."""

    courses: tuple[Course, ...] = ()
    distribution: Histogram | None = None
    doubts: tuple[tuple[str, Doubt], ...] = ()


def of(book: Notebook, identity: str) -> Kept:
    """What is kept of a run; a table that the record names twice is one."""
    run = book.runs[identity]
    files = book.attachments.get(identity, {})
    tables: dict[str, Table | _Flaw] = {}
    courses: list[Course] = []
    doubts: list[tuple[str, Doubt]] = []
    for position, stated in enumerate(run.series):
        known = stated.file in tables
        if not known:
            content = _content(files.get(stated.file), stated.file, identity)
            tables[stated.file] = content if isinstance(content, _Flaw) else _table(content, stated)
        found = tables[stated.file]
        if isinstance(found, _Flaw):
            doubts.append(found.at("series", position, "file"))
        elif not known:
            courses.append(Course(stated, series.shifted(found, _offset(run, stated))))
    distribution: Histogram | None = None
    if run.distribution is not None:
        name = run.distribution.file
        content = _content(files.get(name), name, identity)
        read = content if isinstance(content, _Flaw) else _histogram(content, name)
        if isinstance(read, _Flaw):
            doubts.append(read.at("distribution", "file"))
        else:
            distribution = read
    return Kept(tuple(courses), distribution, tuple(doubts))


MOST_APART_SECONDS = 86_400.0


def _offset(run: Run, stated: Series) -> float:
    """Seconds from the start of the run to that of a table; 0 where one of them is not known.

    What began a day apart was measured at another time: it is shown on its own clock.
    """
    if not isinstance(run.date, datetime) or not isinstance(stated.start, datetime):
        return 0.0
    apart = (moment(stated.start) - moment(run.date)).total_seconds()
    return apart if abs(apart) < MOST_APART_SECONDS else 0.0


@dataclass(frozen=True)
class _Flaw:
    """Why a file leaves nothing: the check that says so, and in what words."""

    code: str
    message: str

    def at(self, *path: str | int) -> tuple[str, Doubt]:
        return self.code, Doubt(path, self.message, _HINTS[self.code])


_HINTS = {
    MISSING: "bring the file back, import the run again, or remove the field",
    UNREADABLE: "import the run again, which writes the file anew",
}


def _content(attachment: Attachment | None, name: str, identity: str) -> bytes | _Flaw:
    if attachment is None:
        return _Flaw(MISSING, f"there is no file {name!r} in experiments/{identity}/")
    if attachment.content is None:
        return _unreadable(name, attachment.refused or "it is no table in CSV")
    return attachment.content


def _unreadable(name: str, reason: object) -> _Flaw:
    return _Flaw(UNREADABLE, f"{name!r} is left out: {reason}")


def _table(content: bytes, stated: Series) -> Table | _Flaw:
    try:
        return series.parse(content)
    except SeriesError as error:
        return _unreadable(stated.file, error)


def _histogram(content: bytes, name: str) -> Histogram | _Flaw:
    try:
        return histogram(content)
    except HistogramError as error:
        return _unreadable(name, error)


@lru_cache(maxsize=16)
def histogram(content: bytes) -> Histogram:
    """The histogram of latencies in a file. Raises HistogramError for whatever else it is."""
    if content.count(b"\n") > MAX_BUCKETS:
        raise HistogramError(f"there are more than {MAX_BUCKETS:,} rows")
    try:
        found = Histogram.from_csv(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise HistogramError(f"byte {error.start + 1} is no UTF-8") from None
    if not 0 < found.total <= MAX_VALUE:
        raise HistogramError("there are no counts in it" if not found.total else "too many counts")
    if min(found.counts) < 0 or bounds_of(max(found.counts))[1] > MAX_VALUE:
        raise HistogramError("a latency in it is negative, or longer than any")
    return found


def missing(book: Notebook) -> Iterator[tuple[str, Doubt]]:
    """Every table that a record names lies in the run's folder."""
    return _doubts(book, MISSING)


def unreadable(book: Notebook) -> Iterator[tuple[str, Doubt]]:
    """Every table that a record names and that is there can be read."""
    return _doubts(book, UNREADABLE)


def _doubts(book: Notebook, code: str) -> Iterator[tuple[str, Doubt]]:
    for identity in book.holding("series", "distribution"):
        yield from ((identity, doubt) for of_, doubt in of(book, identity).doubts if of_ == code)
