"""The command of the pull request loop: `loadbook gate`.

Exit codes: 0 passed, 1 failed, 2 wrong usage or broken objectives, 3 not judgeable.
"""

from __future__ import annotations

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from generator import (
    gate,
    github,
    notebook,
    policy,
    provenance,
    records,
    settings,
    terminal,
    yamltree,
)
from generator.errors import Level, NotebookError
from generator.notebook import Notebook
from generator.policy import Policy
from generator.shell import identity_of, usage_errors


class GateFormat(StrEnum):
    """How the gate's outcome is printed."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


def gate_run(
    run: Annotated[str, typer.Argument(help="The run to judge, as campaign/run.")],
    against: Annotated[
        str, typer.Option(metavar="RUN", help="Compare with this run; else with its baseline.")
    ] = "",
    policy_file: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help=f"Objectives; else {policy.FILE}."),
    ] = None,
    output: Annotated[GateFormat, typer.Option("--format", help="How to print.")] = (
        GateFormat.TEXT
    ),
) -> None:
    """Hold a run against its objectives: exit code 1 where one is missed, 3 where none can tell."""
    with usage_errors():
        root = settings.find_root(Path.cwd())
        book = provenance.checked(root, _opened(root))
        wanted = _objectives(book, policy_file)
        found = gate.of(book, identity_of(run), identity_of(against) or None, wanted)
    if output is GateFormat.JSON:
        _print(json.dumps(found.as_json(), indent=2), "\\u0023")
    elif output is GateFormat.JUNIT:
        _print(found.as_junit(), "&#35;")
    else:
        _print("".join(f"{terminal.plain(line)}\n" for line in found.as_lines()))
    raise typer.Exit(found.exit_code)


def _opened(root: Path) -> Notebook:
    options, problems = settings.read(root)
    return notebook.build(records.sources(root), options, problems)


def _objectives(book: Notebook, file: Path | None) -> Policy:
    """The objectives of this file, else of the notebook; wrong usage where they are broken."""
    if file is None:
        found = book.objectives
        problems = tuple(problem for problem in book.problems if problem.file == policy.FILE)
    else:
        with file.open("rb") as stream:
            content = stream.read(yamltree.MAX_BYTES + 1)
        found, problems = policy.read(content, str(file))
        if found is not None:
            problems = tuple(
                policy.without_runs(found, content, notebook.scenarios(book.runs), str(file))
            )
    for problem in sorted(problems, key=lambda one: one.place):
        typer.echo(terminal.plain(problem.as_text()), err=True)
    if found is not None:
        return found
    if any(problem.level is Level.ERROR for problem in problems):
        raise NotebookError("with broken objectives nothing is judged")
    raise NotebookError(
        f"there is no {policy.FILE} in the notebook: write one, or name it: --policy"
    )


def _print(text: str, hash_sign: str = "# ") -> None:
    """Print what holds text of records; a runner of GitHub takes no command from it."""
    shown = github.inert(text, hash_sign) if os.environ.get("GITHUB_ACTIONS") else text
    typer.echo(shown, nl=not shown.endswith("\n"))
