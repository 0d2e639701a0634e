"""Where the installed command begins: an interrupt is told from the first moment on.

Loading all commands takes longer than many of them, so those that print a run are loaded alone.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from generator import faults

if TYPE_CHECKING:
    import typer

ALLOCATIONS = 1_000_000
"""How many new objects are made before those that refer to each other are looked for; Python's own
number is 700 or 2,000. A notebook is read to be kept: to look through it time and again finds
nothing and takes a sixth of the time."""


def run() -> None:
    """Run the command line."""
    gc.set_threshold(ALLOCATIONS)
    with faults.told():
        app = _app(sys.argv[1:2])
    try:
        app()
    finally:
        gc.freeze()  # what the process still holds is gone with it; taking it apart took a second


def _app(words: list[str]) -> typer.Typer:
    """The application that knows the command; what others need is not loaded."""
    if words in (["show"], ["diff"]):
        from generator.looking import app as looking

        return looking
    from generator.cli import app

    return app
