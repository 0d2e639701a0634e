"""The processes that a run starts: each ends with its block, whenever it is stopped."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from demo import host

STOPS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def started(
    words: Sequence[str],
    environment: Mapping[str, str],
    output: BinaryIO,
    folder: Path,
    stdin: int,
    cores: Collection[int] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """A process under way in `folder`, on these cores; ended with the block. For the main thread.

    A signal that comes while it is being started waits until it is known: an interrupt in the
    middle of `Popen` would leave a process that nobody can end.
    """
    held: list[int] = []
    before = {number: signal.getsignal(number) for number in STOPS}
    process = None
    try:
        for number in STOPS:
            signal.signal(number, lambda number, _frame: held.append(number))
        with host.on(cores):
            process = subprocess.Popen(  # noqa: S603 (our own words)
                words, cwd=folder, env=environment, stdin=stdin, stdout=output, stderr=output
            )
        _restore(before)
        for came in held:
            signal.raise_signal(came)
        yield process
    finally:
        _restore(before)
        if process is not None:
            _end(process)


def _restore(handlers: Mapping[signal.Signals, signal._HANDLER]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process of ours, gently first."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=3)
    if process.poll() is None:
        process.kill()
    process.wait()
