"""Where the installed command begins: an interrupt is told from the first moment on.

Loading all commands takes longer than many of them, so those that print a run are loaded alone.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from generator import faults

if TYPE_CHECKING:
    import typer

ALLOCATIONS = 200_000
"""How many new objects are made before those that refer to each other are looked for; Python's own
number is 700 or 2,000. A notebook is read to be kept: to look through it time and again finds
nothing and takes a sixth of the time."""


def run() -> None:
    """Run the command line."""
    gc.set_threshold(ALLOCATIONS)
    with faults.told():
        app = _app(sys.argv[1:2])
    app()


def main() -> None:
    """Run the command line as a process of its own, which ends at once when all is said.

    To free what a notebook of thousands of runs took, object by object, takes a second.
    """
    try:
        run()
    except SystemExit as ended:
        if isinstance(ended.code, int) and _is_said():
            os._exit(ended.code)
        raise


def _is_said() -> bool:
    """Whether all that was printed is on its way; what can't be is told as Python does."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return False
    return True


def _app(words: list[str]) -> typer.Typer:
    """The application that knows the command; what others need is not loaded."""
    if words in (["show"], ["diff"]):
        from generator import looking

        return looking.app
    from generator import cli

    return cli.app
