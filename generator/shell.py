"""What all commands share: wrong usage as a message, the notebook that they stand in, and the name
of a run as it was typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from generator import faults, reading, records, settings, terminal
from generator.errors import NotebookError
from generator.notebook import Notebook


class _App(typer.Typer):
    """Commands, where an interrupt or a full disk is one line."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with faults.told():
            return super().__call__(*args, **kwargs)


def new_app() -> typer.Typer:
    """The command line, without its commands."""
    return _App(
        help="The lab notebook for load tests.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )


def opened() -> Notebook:
    """The notebook that the command stands in."""
    return reading.opened(settings.find_root(Path.cwd()))


@contextmanager
def usage_errors() -> Iterator[None]:
    """A notebook or run that is not there is wrong usage: its message, exit code 2.

    What the system refuses for another reason, a full disk for example, is exit code 1.
    """
    try:
        yield
    except BrokenPipeError:  # nobody reads any more: nothing is to be said
        raise
    except NotebookError as error:
        typer.echo(f"loadbook: {terminal.plain(str(error))}", err=True)
        raise typer.Exit(2) from None
    except OSError as error:
        typer.echo(f"loadbook: {terminal.plain(faults.text_of(error))}", err=True)
        raise typer.Exit(faults.code_of(error)) from None


def identity_of(run: str) -> str:
    """Accept a record's path as well, as the shell completes it."""
    name = run.removesuffix(".yaml").removeprefix("./")
    return name.removeprefix(f"{records.FOLDER}/")
