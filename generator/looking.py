"""The commands that print runs: `loadbook show` and `loadbook diff`.

They are an application of their own as well: who asks for one of them waits for no other.
"""

from __future__ import annotations

import json
import os
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from generator import terminal
from generator.compare import compare
from generator.shell import identity_of, new_app, opened, usage_errors

app = new_app()


class ShowFormat(StrEnum):
    """How a run is printed."""

    TEXT = "text"
    JSON = "json"


class DiffFormat(StrEnum):
    """How a comparison is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


@app.command()
def diff(
    baseline: Annotated[str, typer.Argument(help="Run to compare with, as campaign/run.")],
    candidate: Annotated[str, typer.Argument(help="Run to judge, as campaign/run.")],
    output: Annotated[DiffFormat, typer.Option("--format", help="How to print.")] = DiffFormat.TEXT,
) -> None:
    """Compare two runs: deltas, verdicts, what differs, what is doubtful."""
    with usage_errors():
        comparison = compare(opened(), identity_of(baseline), identity_of(candidate))
    if output is DiffFormat.JSON:
        typer.echo(json.dumps(comparison.as_json(), indent=2))
    elif output is DiffFormat.MARKDOWN:
        typer.echo(terminal.comparison_markdown(comparison), nl=False)
    else:
        terminal.print_comparison(_console(), comparison)


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="The run, as campaign/run.")],
    output: Annotated[ShowFormat, typer.Option("--format", help="How to print.")] = ShowFormat.TEXT,
) -> None:
    """Print a run with all recorded and computed metrics."""
    identity = identity_of(run)
    with usage_errors():
        book = opened()
        record = book.run(identity)
    if output is ShowFormat.JSON:
        typer.echo(json.dumps(book.as_json(identity), indent=2))
        return
    facts = [f"{identity}, {record.status}, {record.date or 'date not recorded'}"]
    facts += [f"baseline: {book.baselines[identity] or 'none'}"]
    measurements = book.measurements[identity].values()
    terminal.print_measurements(_console(), record.title, measurements, facts)


def _console() -> Console:
    """As wide as the terminal; wide enough for all columns where there is none."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(width=_PIPE_WIDTH, highlight=False)


_COLUMNS = os.environ.get("COLUMNS", "")
_PIPE_WIDTH = int(_COLUMNS) if _COLUMNS.isdecimal() and int(_COLUMNS) else 160
