"""Where the installed command begins: an interrupt is told from the first moment on.

Loading the commands takes longer than many of them.
"""

from __future__ import annotations

from generator import faults


def run() -> None:
    """Run the command line."""
    with faults.told():
        from generator.cli import app
    app()
