"""The line of progress: where it is shown, and what it counts."""

from __future__ import annotations

import io
import re
import threading
from pathlib import Path

import pytest
from rich.console import Console

from generator import progress, stages
from generator.stages import Stages

needs_proc = pytest.mark.skipif(progress.bytes_read() is None, reason="the system does not tell")


def terminal() -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, force_terminal=True, width=120, color_system=None), out


def running() -> bool:
    return any(thread.name == stages.THREAD for thread in threading.enumerate())


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


def test_a_long_build_shows_its_stage_and_how_far_it_is() -> None:
    """The name of what is under way, and how many of how many."""
    shown = threading.Event()

    class Looked(Stages):
        @property
        def total(self) -> int:
            looks.append(1)
            if len(looks) > 2:
                shown.set()
            return 40

        @total.setter
        def total(self, _: int) -> None: ...

    looks: list[int] = []
    console, out = terminal()
    under_way = Looked()
    under_way.begin("pages", 40)
    under_way.step()
    with progress.stages(under_way, console, after=0):
        assert shown.wait(30)
    assert re.search(r"pages .* 1/40", out.getvalue())
    assert not running()


def test_where_there_is_no_terminal_long_stages_are_told_on_lines() -> None:
    """In a log: a line each, when it is over; nothing of what was soon done."""
    out = io.StringIO()
    built = Stages()
    with progress.stages(built, Console(file=out), after=2):
        built.seconds |= {"reading records": 0.2, "pages": 12.34}
    assert out.getvalue() == "pages: 12.3 s\n"


def test_stages_add_up() -> None:
    """A stage that comes twice has both times; the one under way is not among them yet."""
    told = Stages()
    for name in ("a", "b", "a", "c"):
        told.begin(name)
    assert list(told.seconds) == ["a", "b"]
    told.end()
    assert list(told.seconds) == ["a", "b", "c"]
    assert (told.name, min(told.seconds.values()) >= 0) == ("", True)
