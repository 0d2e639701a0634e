"""A line on the terminal for what takes longer than two seconds: how far, how fast, how long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from generator.stages import THREAD, Stages

SILENT_SECONDS = 2.0
"""How long something takes before it is spoken of."""

_REFRESH_SECONDS = 0.25


def bytes_read() -> int | None:
    """How many bytes this process has read so far; None where the system does not tell.

    It counts whoever reads, a library in C as well, so no reader has to report.
    """
    try:
        text = Path("/proc/self/io").read_text("ascii")
    except OSError:
        return None
    found = dict(line.split(": ", 1) for line in text.splitlines())
    return int(found["rchar"])


@contextmanager
def line(
    text: str,
    size: int,
    console: Console,
    *,
    after: float = SILENT_SECONDS,
    count: Callable[[], int | None] = bytes_read,
) -> Iterator[None]:
    """Show `text` with rate and remaining time while `size` bytes are read within.

    Nothing is shown before `after` seconds, and nothing at all where `console` is no terminal.
    Where more is read than `size` the end is not known, and none is given.
    """
    if not console.is_terminal:
        yield
        return
    with _beside(lambda done: _tell(text, size, console, after, count, done)):
        yield


@contextmanager
def stages(shown: Stages, console: Console, *, after: float = SILENT_SECONDS) -> Iterator[None]:
    """Show the stage under way and how far it is, once `after` seconds have passed.

    Where `console` is no terminal each stage that took as long is told on a line when it is over.
    """
    if not console.is_terminal:
        yield
        for name, seconds in shown.seconds.items():
            if seconds >= after:
                console.print(f"{name}: {seconds:.1f} s", markup=False)
        return
    with _beside(lambda done: _tell_stages(shown, console, after, done)):
        yield


@contextmanager
def _beside(tell: Callable[[threading.Event], None]) -> Iterator[None]:
    """Let `tell` speak in a thread until the block is over, which sets its event."""
    done = threading.Event()
    teller = threading.Thread(target=tell, args=(done,), name=THREAD, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _tell_stages(shown: Stages, console: Console, after: float, done: threading.Event) -> None:
    if done.wait(after):
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task(shown.name, total=None)
        while True:
            bars.tasks[0].total = shown.total or None
            bars.update(task, description=shown.name, completed=shown.done)
            if done.wait(_REFRESH_SECONDS):
                return


def _tell(
    text: str,
    size: int,
    console: Console,
    after: float,
    count: Callable[[], int | None],
    done: threading.Event,
) -> None:
    start = count()
    if done.wait(after):
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(text, total=size)
        while True:
            now = count()
            read = 0 if start is None or now is None else now - start
            if not 0 < read <= size:
                shown.tasks[0].total = None  # an update can't take it away
            shown.update(task, completed=read)
            if done.wait(_REFRESH_SECONDS):
                return
