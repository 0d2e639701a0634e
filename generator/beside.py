"""Something that another process makes while this one goes on.

The process is forked, so it has all that this one has read, and gives back what it made. That is an
offer and never a need: where none can be forked, or it fails, the same is made here.
"""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TypeVar

from generator.stages import THREAD

Value = TypeVar("Value")

_PR_SET_PDEATHSIG = 1  # of Linux: what the process is sent when the one that forked it ends

_here: list[int] = []
"""In the other process: who forked it."""


_ending: list[int] = []
"""Processes that were ended: nobody has to wait until all that one held is freed."""


def _reap() -> None:
    """Let go of those that are gone."""
    _ending[:] = [process for process in _ending if not _is_gone(process)]


def _is_gone(process: int) -> bool:
    try:
        return os.waitpid(process, os.WNOHANG)[0] != 0
    except ChildProcessError:  # this one was told not to wait for others
        return True


def is_other() -> bool:
    """Whether this is the other process."""
    return bool(_here)


def can() -> bool:
    """Whether another process may be forked, and would have a core of its own.

    Not beside threads, which may hold what the other process would wait for; the one that shows how
    far a build is holds nothing but the terminal.
    """
    if is_other() or sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:
        return False
    main = threading.main_thread()
    return all(one is main or one.name == THREAD for one in threading.enumerate())


@contextmanager
def begun(make: Callable[[], Value], worth: bool = True) -> Iterator[Callable[[], Value]]:
    """Have something made by another process; the block is given what waits for it, to call once.

    What is made can be pickled. Where no other process can be had, or it is not worth one, it is
    made when it is asked for.
    """
    if not worth or not can():
        yield make
        return
    _reap()
    reader, writer = os.pipe()
    parent = os.getpid()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of the thread that `can` allows
            process = os.fork()
    except OSError:  # no room for one more
        os.close(reader)
        os.close(writer)
        yield make
        return
    if not process:
        _become(make, parent, writer)
    os.close(writer)
    pipe = os.fdopen(reader, "rb")

    def made() -> Value:
        try:
            value: Value = pickle.load(pipe)  # noqa: S301 (this process forked who writes it)
        except (EOFError, pickle.UnpicklingError):
            return make()
        return value

    try:
        yield made
    finally:
        pipe.close()
        os.kill(process, signal.SIGKILL)  # it has given what it made, or nobody wants it any more
        _ending.append(process)
        _reap()


def _become(make: Callable[[], Value], parent: int, writer: int) -> NoReturn:
    """Make it, write it into the pipe, and end; without a word, whatever happens."""
    code = 1
    _here.append(parent)
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == parent:
            gc.disable()  # it would touch, and thereby copy, everything that was read
            with os.fdopen(writer, "wb") as pipe:
                pickle.dump(make(), pipe, pickle.HIGHEST_PROTOCOL)
            code = 0
    finally:
        os._exit(code)
