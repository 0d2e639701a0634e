"""What comes from without: a full disk, no permission, an interrupt. A line each, and a code."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from generator import entry, faults, writing
from generator.errors import NotebookError
from generator.writing import Planned
from tests.conftest import write_book
from tests.disk import small
from tests.test_writing import tree

RECORD = "title: A\nstatus: planned\n"


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """What a test sets for a request to end does not outlive it."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def run(
    root: Path, *words: str, stdout: int = subprocess.PIPE, before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """The installed command in a notebook; `before` are words that stand before it."""
    program = "from generator import entry; entry.run()"
    return subprocess.run(
        [*before, sys.executable, "-c", program, *words],
        cwd=root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


def ends(error: BaseException) -> int:
    """The exit code of a command in which this is raised."""
    with pytest.raises(SystemExit) as ended, faults.told():
        raise error
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (KeyboardInterrupt(), 130, "loadbook: interrupted\n"),
        (OSError(errno.ENOSPC, "No space left", "a.yaml"), 1, "loadbook: a.yaml: No space left\n"),
        (OSError(errno.EXDEV, "No", "from", None, "to"), 1, "loadbook: to: No\n"),
        (PermissionError(errno.EACCES, "Denied"), 1, "loadbook: Denied\n"),
        (FileNotFoundError(errno.ENOENT, "No such file", "x\x1b[1m"), 2, "loadbook: x?[1m: "),
    ],
)
def test_what_ends_a_command_is_one_line_and_a_code(
    error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """130 for an interrupt, 2 for a wrong name, 1 for what the system refuses; no escapes."""
    assert ends(error) == code
    told = capsys.readouterr().err
    assert told.startswith(line)
    assert told.count("\n") == 1


def test_a_request_to_end_tidies_up(capsys: pytest.CaptureFixture[str]) -> None:
    """SIGTERM ends what runs as an interrupt does, so that it removes what it had begun: 143."""
    tidied: list[bool] = []

    def work() -> None:
        with faults.told(), ExitStack() as stack:
            stack.callback(tidied.append, True)
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(SystemExit) as ended:
        work()
    assert (ended.value.code, tidied) == (143, [True])
    assert capsys.readouterr().err == "loadbook: asked to end\n"


def test_an_interrupt_while_the_commands_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any command runs it is told in the same way."""

    class Loading:
        @property
        def app(self) -> None:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "generator.cli", Loading())
    with pytest.raises(SystemExit) as ended:
        entry.run()
    assert ended.value.code == 130


def test_a_full_disk_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """The second of two files has no room: the first is put back, and the second is named."""
    files = [
        Planned("experiments/a/b/table.csv", b"1"),
        Planned("experiments/a/b.yaml", b"#" * 100_000, RECORD.encode()),
    ]
    with small(tmp_path / "small") as root:
        before = tree(write_book(root, {"a/b.yaml": RECORD}))
        with pytest.raises(OSError, match="No space left on device") as refused:
            writing.write(root, files)
        assert faults.text_of(refused.value).startswith(f"{root}/experiments/a/b.yaml: ")
        assert tree(root) == before


def test_output_that_has_no_room_or_no_reader(tmp_path: Path) -> None:
    """`> full` is exit code 1 and a line; `| head` is quiet. Neither is a traceback."""
    root = write_book(tmp_path, {"a/b.yaml": RECORD})
    with Path("/dev/full").open("w") as full:
        done = run(root, "export", stdout=full.fileno())
    assert (done.returncode, done.stderr) == (1, "loadbook: No space left on device\n")
    reader, writer = os.pipe()
    os.close(reader)
    done = run(root, "export", stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    """A record, a campaign and the objectives without permission: each a problem at its place."""
    root = write_book(tmp_path, {"a/b.yaml": RECORD, "c/d.yaml": RECORD, "e/f.yaml": RECORD})
    (root / "objectives.yaml").write_text("default: {}\n", "utf-8")
    hidden = [root / "experiments" / "a" / "b.yaml", root / "experiments" / "c"]
    for path in [*hidden, root / "objectives.yaml"]:
        path.chmod(0)
    try:
        done = run(root, "check", before=without_privileges())
    finally:
        hidden[1].chmod(0o755)
    said = "the file can't be read: Permission denied (mend its permissions) [record-unreadable]"
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"experiments/a/b.yaml:1:1: error: {said}",
        f"experiments/c/campaign.yaml:1:1: error: {said}",
        f"objectives.yaml:1:1: error: {said}",
    ]


def without_privileges() -> tuple[str, ...]:
    """What stands before a command so that it has no more rights than a file gives its owner."""
    if os.geteuid():
        return ()
    if not shutil.which("setpriv"):
        pytest.skip("root may read everything, and nothing here takes that away")
    rights = "-dac_override,-dac_read_search"
    return ("setpriv", f"--inh-caps={rights}", f"--bounding-set={rights}")


def test_a_notebook_error_is_no_fault() -> None:
    """What is raised within the program goes its own way."""
    with pytest.raises(NotebookError), faults.told():
        raise NotebookError
