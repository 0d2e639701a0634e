"""The `loadbook` command: thin shells over the package, one function per command.

Exit codes: 0 fine, 1 something is wrong with the records, 2 wrong usage; `faults` has those of what
comes from without.
"""

from __future__ import annotations

import json
import os
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from generator import (
    alternatives,
    audit,
    capacity,
    conclusions,
    faults,
    intake,
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
from generator.compare import compare
from generator.errors import Level, NotebookError, Problem
from generator.notebook import Notebook
from generator.shell import identity_of, usage_errors


class _App(typer.Typer):
    """The commands, where an interrupt or a full disk is one line."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with faults.told():
            return super().__call__(*args, **kwargs)


app = _App(
    help="The lab notebook for load tests.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class CheckFormat(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class ShowFormat(StrEnum):
    """How a run is printed."""

    TEXT = "text"
    JSON = "json"


class DiffFormat(StrEnum):
    """How a comparison is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


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


@app.command()
def diff(
    baseline: Annotated[str, typer.Argument(help="Run to compare with, as campaign/run.")],
    candidate: Annotated[str, typer.Argument(help="Run to judge, as campaign/run.")],
    output: Annotated[DiffFormat, typer.Option("--format", help="How to print.")] = DiffFormat.TEXT,
) -> None:
    """Compare two runs: deltas, verdicts, what differs, what is doubtful."""
    with usage_errors():
        comparison = compare(_open(), identity_of(baseline), identity_of(candidate))
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
        opened = _open()
        record = opened.run(identity)
    if output is ShowFormat.JSON:
        typer.echo(json.dumps(opened.as_json(identity), indent=2))
        return
    facts = [f"{identity}, {record.status}, {record.date or 'date not recorded'}"]
    facts += [f"baseline: {opened.baselines[identity] or 'none'}"]
    measurements = opened.measurements[identity].values()
    terminal.print_measurements(_console(), record.title, measurements, facts)


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
        opened = _open()
        if campaign and campaign not in opened.campaign_names:
            raise NotebookError(
                f"no campaign {campaign!r}: there are {', '.join(opened.campaign_names)}"
            )
        every = capacity.of(opened)
    found = every.of_campaign(campaign) if campaign else every
    placed = [
        one
        for one in alternatives.of(opened, every)
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
        opened = _open()
    if output is ShowFormat.JSON:
        typer.echo(trendtext.as_json(opened), nl=False)
        return
    for line in trendtext.lines(opened):
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


def _open() -> Notebook:
    return reading.opened(settings.find_root(Path.cwd()))


def _is_within(problem: Problem, root: Path, paths: list[Path]) -> bool:
    file = (root / problem.file).resolve()
    targets = [path.resolve() for path in paths]
    return any(file == target or target in file.parents for target in targets)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _console() -> Console:
    """As wide as the terminal; wide enough for all columns where there is none."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(width=_PIPE_WIDTH, highlight=False)


_COLUMNS = os.environ.get("COLUMNS", "")
_PIPE_WIDTH = int(_COLUMNS) if _COLUMNS.isdecimal() and int(_COLUMNS) else 160
