"""What another process makes: given back whole, or made here where that fails."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from generator import beside
from generator.stages import THREAD
from generator.store import Store
from tests.disk import names


def in_other(make: Callable[[], object]) -> object:
    """What the other process makes; this one says that it had to."""
    return make() if beside.is_other() else "here"


def is_ended(process: int) -> bool:
    """Whether a process has been ended: it is gone, or goes without having to be told again."""
    if process in beside._ending:
        os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
        return True
    with suppress(ChildProcessError):
        os.waitpid(process, os.WNOHANG)
        return False
    return True


@pytest.mark.usefixtures("alone")
def test_another_process_makes_it() -> None:
    """Meanwhile this one goes on; the other one is ended when the block is over."""
    with beside.begun(os.getpid) as made:
        other = made()
    assert isinstance(other, int)
    assert other != os.getpid()
    assert is_ended(other)


@pytest.mark.usefixtures("alone")
def test_what_is_large_comes_whole() -> None:
    """More than a pipe holds."""
    with beside.begun(lambda: in_other(lambda: "x" * 5_000_000)) as made:
        assert made() == "x" * 5_000_000


def _raise() -> None:
    raise LookupError


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    "make",
    [
        _raise,
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        lambda: sys.exit(0),
        lambda: ["x" * 100_000, lambda: 0],
    ],
    ids=["error", "killed", "ended", "not to be pickled"],
)
def test_what_fails_there_is_made_here(
    make: Callable[[], object], capfd: pytest.CaptureFixture[str]
) -> None:
    """Without a word; where it fails here too, that is told as ever."""
    with beside.begun(lambda: in_other(make)) as made:
        assert made() == "here"
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("alone")
def test_where_nobody_asks_for_it_no_process_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one that is still at it, and an error in the block is that error."""
    fork, forked = os.fork, [0]

    def noted() -> int:
        forked.append(fork())
        return forked[-1]

    monkeypatch.setattr(os, "fork", noted)
    with pytest.raises(KeyError), beside.begun(signal.pause):
        raise KeyError
    assert forked[-1]
    assert is_ended(forked[-1])


@pytest.mark.usefixtures("alone")
def test_processes_that_ended_are_let_go_of() -> None:
    """When the next one begins, at the latest."""
    for _ in range(3):
        with beside.begun(os.getpid) as made:
            made()
        for other in beside._ending:
            os.waitid(os.P_PID, other, os.WEXITED | os.WNOWAIT)
    assert len(beside._ending) <= 1


@pytest.mark.usefixtures("alone")
def test_where_no_process_can_be_forked_it_is_made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine has no room for one more; nothing stays open."""

    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    before = names(Path("/proc/self/fd"))
    with beside.begun(os.getpid) as made:
        assert made() == os.getpid()
    assert names(Path("/proc/self/fd")) == before


@pytest.mark.usefixtures("alone")
def test_what_is_not_worth_a_process_is_made_here() -> None:
    """When it is asked for."""
    with beside.begun(os.getpid, worth=False) as made:
        assert made() == os.getpid()


@pytest.mark.parametrize(("name", "forks"), [("a server", False), (THREAD, True)])
def test_no_process_is_forked_beside_threads(
    name: str, forks: bool, monkeypatch: pytest.MonkeyPatch, alone: None
) -> None:
    """But for the one that shows how far a build is."""
    threads = [threading.main_thread(), threading.Thread(name=name)]
    monkeypatch.setattr(threading, "enumerate", lambda: threads)
    assert beside.can() is forks


@pytest.mark.usefixtures("alone")
def test_the_other_process_ends_with_this_one() -> None:
    """Killed, it leaves nobody who would still hold its folders."""
    program = (
        "import os, signal; from generator import beside\n"
        "reader, writer = os.pipe()\n"
        "with beside.begun(lambda: os.write(writer, b'.') and signal.pause()):\n"
        "    os.read(reader, 1) and os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    reader, writer = os.pipe()
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, pass_fds=[writer], check=False)
    os.close(writer)
    assert done.returncode == -signal.SIGKILL
    ended, _, _ = select.select([reader], [], [], 30)
    assert ended
    assert os.read(reader, 1) == b""
    os.close(reader)


@pytest.mark.usefixtures("alone")
def test_what_the_other_process_keeps_is_found_here(tmp_path: Path) -> None:
    """It opens the store anew; what both keep is there afterwards."""
    store = Store(tmp_path)
    store.put("k", "before", b"1")
    store.write()

    opened = store._base

    def keep() -> bytes | None:
        store.put("k", "other", b"2")
        store.write()
        return store.get("k", "before") if store._base is not opened else b"through the same"

    with beside.begun(lambda: in_other(keep)) as made:
        store.put("k", "mine", b"3")
        store.write()
        assert made() == b"1"
    assert store.get_all("k", ["before", "other", "mine"]) == {
        "before": b"1",
        "other": b"2",
        "mine": b"3",
    }
