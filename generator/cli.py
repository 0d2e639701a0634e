"""The `loadbook` command: thin shells over the package, one function per command.

Exit codes: 0 fine, 1 something is wrong with the records, 2 wrong usage; `faults` has those of what
comes from without.
"""

from __future__ import annotations

import json
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from generator import (
    alternatives,
    audit,
    capacity,
    conclusions,
    intake,
    looking,
    notebook,
    provenance,
    pulls,
    reading,
    scaffold,
    schema,
    settings,
    sharing,
    terminal,
    trendtext,
    upkeep,
    writing,
)
from generator.errors import Level, NotebookError, Problem
from generator.looking import ShowFormat
from generator.shell import identity_of, new_app, opened, usage_errors

app = new_app()


class CheckFormat(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class CapacityFormat(StrEnum):
    """How capacity is printed."""

    TEXT = "text"
    JSON = "json"


class SchemaKind(StrEnum):
    """Which record's schema."""

    RUN = "run"
    CAMPAIGN = "campaign"
    OBJECTIVES = "objectives"


@app.command()
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Only problems in these files and folders.")
    ] = None,
    output: Annotated[CheckFormat, typer.Option("--format", help="How to print.")] = (
        CheckFormat.TEXT
    ),
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    explain: Annotated[
        str, typer.Option(help="Say what a code means instead, with an example.", metavar="CODE")
    ] = "",
) -> None:
    """Validate all records and report every problem at once, with its place."""
    if explain:
        with usage_errors():
            typer.echo(terminal.explanation(explain, audit.RULES))
        return
    with usage_errors():
        root = settings.find_root(Path.cwd())
        found = audit.problems(provenance.checked(root, reading.opened(root)))
        for path in paths or ():
            if not path.exists():
                raise NotebookError(f"there is no {path}")
        if paths:
            found = [problem for problem in found if _is_within(problem, root, paths)]
    if output is CheckFormat.JSON:
        typer.echo(json.dumps([problem.as_json() for problem in found], indent=2))
    else:
        for problem in found:
            as_github = output is CheckFormat.GITHUB
            typer.echo(terminal.plain(problem.as_github() if as_github else problem.as_text()))
    errors = sum(problem.level is Level.ERROR for problem in found)
    warnings = sum(problem.level is Level.WARNING for problem in found)
    if output is CheckFormat.TEXT:
        accepted = len(found) - errors - warnings
        counts = f"{_number(errors, 'error')}, {_number(warnings, 'warning')}"
        typer.echo(f"{counts}, {accepted} acknowledged" if accepted else counts, err=True)
    if errors or (strict and warnings):
        raise typer.Exit(1)


app.command()(looking.diff)
app.command()(looking.show)


@app.command(name="capacity")
def show_capacity(
    campaign: Annotated[
        str, typer.Argument(help="Only what this campaign has runs of.", show_default=False)
    ] = "",
    output: Annotated[CapacityFormat, typer.Option("--format", help="How to print.")] = (
        CapacityFormat.TEXT
    ),
) -> None:
    """Print how much each system carries: law, saturation, what saturates first, options."""
    with usage_errors():
        book = opened()
        if campaign and campaign not in book.campaign_names:
            raise NotebookError(
                f"no campaign {campaign!r}: there are {', '.join(book.campaign_names)}"
            )
        every = capacity.of(book)
    found = every.of_campaign(campaign) if campaign else every
    placed = [
        one
        for one in alternatives.of(book, every)
        if not campaign or notebook.campaign_of(one.run) == campaign
    ]
    if output is CapacityFormat.JSON:
        typer.echo(alternatives.as_json(found, placed), nl=False)
        return
    for line in conclusions.lines(found, placed):
        typer.echo(terminal.plain(line))


@app.command(name="trends")
def show_trends(
    output: Annotated[ShowFormat, typer.Option("--format", help="How to print.")] = ShowFormat.TEXT,
) -> None:
    """Print what got worse and is not acknowledged, and where metrics changed their level."""
    with usage_errors():
        book = opened()
    if output is ShowFormat.JSON:
        typer.echo(trendtext.as_json(book), nl=False)
        return
    for line in trendtext.lines(book):
        typer.echo(terminal.plain(line))


@app.command(name="schema")
def write_schema(
    kind: Annotated[SchemaKind, typer.Argument(help="Which record.")] = SchemaKind.RUN,
    out: Annotated[
        Path | None, typer.Option(help="Write the schemas of all records into this folder.")
    ] = None,
) -> None:
    """Print the JSON Schema that editors complete and check records from."""
    if out is None:
        typer.echo(schema.schema_text(schema.SCHEMAS[kind.value]), nl=False)
        return
    with usage_errors():
        out.mkdir(parents=True, exist_ok=True)
        for name, model in schema.SCHEMAS.items():
            target = out / f"{name}.schema.json"
            writing.put(target, schema.schema_text(model).encode())
            typer.echo(f"wrote {target}")


@app.command()
def new(run: Annotated[str, typer.Argument(help="The run to plan, as campaign/run.")]) -> None:
    """Write a commented record that validates as planned."""
    with usage_errors():
        root = settings.find_root(Path.cwd())
        written = scaffold.new_record(root, identity_of(run), date.today())
    for path in written:
        typer.echo(f"wrote {path.relative_to(root)}")


app.command(name="import")(intake.import_files)
app.command()(intake.snapshot)
app.command()(sharing.export)
app.command()(sharing.report)
app.command()(pulls.review)
app.command(name="gate")(pulls.gate_run)
app.command()(upkeep.init)
app.command()(upkeep.migrate)


@app.command()
def build(
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail where a record is broken.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing where all is well.")
    ] = False,
    profile: Annotated[
        bool, typer.Option("--profile", help="Say how long each stage took.")
    ] = False,
) -> None:
    """Build the site into site/."""
    with usage_errors():
        root = settings.find_root(Path.cwd())
    # The shell is only loaded where a site is built: it takes longer than any other command.
    from generator import publish

    raise typer.Exit(publish.build(root, strict=strict, quiet=quiet, profile=profile))


def _is_within(problem: Problem, root: Path, paths: list[Path]) -> bool:
    file = (root / problem.file).resolve()
    targets = [path.resolve() for path in paths]
    return any(file == target or target in file.parents for target in targets)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
