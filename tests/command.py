"""The command as somebody types it, in a process of its own that has its imports already.

Starting Python and importing the package takes 0.9 s of CPU, more than what most commands do. A
server of the standard library's `multiprocessing` imports once and forks for each command.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from subprocess import CompletedProcess

from generator.cli import app

COMMAND = Path(sys.executable).parent / "loadbook"
"""The installed command."""

_servers = multiprocessing.get_context("forkserver")
_servers.set_forkserver_preload([__name__])


def loadbook(folder: Path, *arguments: str | Path, **environment: str) -> CompletedProcess[str]:
    """What the command prints in a folder, as into a pipe, and its exit code."""
    return run(app_main, folder, *arguments, **environment)


def app_main() -> None:
    """The command, of a process's words."""
    app()


def run(
    program: Callable[[], None], folder: Path, *arguments: str | Path, **environment: str
) -> CompletedProcess[str]:
    """The same of a program that is a function of a module."""
    words = [str(COMMAND), *map(str, arguments)]
    clean = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    with tempfile.TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        process = _servers.Process(
            target=_become, args=(program, folder, words, {**clean, **environment}, out, err)
        )
        process.start()
        process.join()
        code = process.exitcode
        process.close()
        assert code is not None
        shown = [path.read_text("utf-8") for path in (out, err)]
    return CompletedProcess(words, code, *shown)


def _become(
    program: Callable[[], None],
    folder: Path,
    words: list[str],
    environment: Mapping[str, str],
    out: Path,
    err: Path,
) -> None:
    """Run it with its folder, words, environment and output, as a new process has them."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = words
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    program()
