"""The line of progress: where it is shown, and what it counts."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest
from rich.console import Console

from generator import progress

needs_proc = pytest.mark.skipif(progress.bytes_read() is None, reason="the system does not tell")


def terminal() -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, force_terminal=True, width=120, color_system=None), out


def running() -> bool:
    return any(thread.name == progress.THREAD for thread in threading.enumerate())


@needs_proc
def test_bytes_that_anybody_reads_are_counted(tmp_path: Path) -> None:
    """What this process reads from files, whoever reads it."""
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100_000)
    before = progress.bytes_read() or 0
    path.read_bytes()
    assert (progress.bytes_read() or 0) - before >= 100_000


def test_a_long_reading_shows_how_far_it_is() -> None:
    """Text, amount and rate; the end is told once it is known how fast it goes."""
    console, out = terminal()
    shown = threading.Event()
    counts = iter(range(0, 10**9, 250_000))

    def count() -> int:
        number = next(counts)
        if number > 500_000:
            shown.set()
        return number

    with progress.line("reading big.json", 2_000_000, console, after=0, count=count):
        assert shown.wait(30)
    assert "reading big.json" in out.getvalue()
    assert "/2.0 MB" in out.getvalue()


def test_what_is_soon_done_is_not_spoken_of() -> None:
    """Nothing before its time."""
    console, out = terminal()
    with progress.line("reading a.json", 10, console, after=3600):
        pass
    assert out.getvalue() == ""


def test_more_than_the_whole_has_no_end() -> None:
    """Where a file is read twice, nobody knows when it will be done: no end is made up."""
    console, out = terminal()
    shown = threading.Event()
    counts = iter([0, 300, 300, 300])

    def count() -> int:
        number = next(counts, 300)
        if number:
            shown.set()
        return number

    with progress.line("reading a.json", 100, console, after=0, count=count):
        assert shown.wait(30)
    assert "300/? bytes" in out.getvalue()


def test_nothing_is_shown_where_there_is_no_terminal() -> None:
    """A pipe gets no line, and no thread is started."""
    out = io.StringIO()
    with progress.line("reading", 10, Console(file=out), after=0):
        assert not running()
    assert out.getvalue() == ""


def test_what_fails_within_ends_the_line() -> None:
    """The exception comes through, and no thread stays."""
    console, _ = terminal()
    seen = []

    def failing() -> None:
        with progress.line("reading", 10, console, after=0):
            seen.append(running())
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    assert seen == [True]
    assert not running()
