"""The commands that write into records: `loadbook import` and `loadbook snapshot`.

Exit codes: 0 fine, 1 something could not be read or figures that differ were kept, 2 wrong usage.
Problems go to the standard error output, what was written or a diff to the standard output.
"""

from __future__ import annotations

import os
import shlex
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console

from generator import (
    importing,
    recording,
    records,
    scaffold,
    settings,
    snapshots,
    terminal,
    units,
    writing,
)
from generator.errors import NotebookError
from generator.fields import Moment
from generator.importers import registry
from generator.importers.opening import Given
from generator.importers.source import Wishes
from generator.importing import Read
from generator.kubectl import Kubectl
from generator.shell import identity_of, usage_errors


class MomentName(StrEnum):
    """When a snapshot is taken."""

    BEFORE = "before"
    PEAK = "peak"
    AFTER = "after"
    WHOLE_RUN = "whole run"


def _option(help_text: str) -> Any:
    return typer.Option(metavar="FILE", help=help_text)


K6Files = Annotated[list[Path] | None, _option("k6's summary, raw samples, text or dashboard.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="What is imported wins over what differs from it.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print a diff, write nothing.")]
Time = Annotated[
    str, typer.Option(metavar="ISO", help="When the snapshot was taken: 2026-01-02T17:38:07Z.")
]


def import_files(
    run: Annotated[str, typer.Argument(help="The run, as campaign/run; new or known.")],
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files of any kind, recognised by content.")
    ] = None,
    k6: K6Files = None,
    kubectl: Annotated[list[Path] | None, _option("What kubectl printed.")] = None,
    xray: Annotated[list[Path] | None, _option("X-Ray summaries or service graph.")] = None,
    cache: Annotated[list[Path] | None, _option("The cache's counters over time.")] = None,
    prometheus: Annotated[list[Path] | None, _option("The answer to a range query.")] = None,
    insights: Annotated[list[Path] | None, _option("Container Insights logs.")] = None,
    moment: Annotated[
        MomentName, typer.Option(help="The snapshot that kubectl's output belongs to.")
    ] = MomentName.PEAK,
    time: Time = "",
    exit_code: Annotated[int | None, typer.Option(help="What k6 ended with.")] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Percentiles from all samples, not a histogram.")
    ] = False,
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Read raw samples on this Dask cluster.")
    ] = "",
    replace: Replace = False,
    dry_run: DryRun = False,
) -> None:
    """Read what k6, kubectl and others wrote into a record; what stands there is kept."""
    by_option = {
        "": files,
        "k6": k6,
        "kubectl": kubectl,
        "xray": xray,
        "cache": cache,
        "prometheus": prometheus,
        "insights": insights,
    }
    given = _given(by_option)
    with usage_errors():
        if not given:
            raise NotebookError("name at least one file to import")
        for one in given:
            if not os.path.lexists(one.path):
                raise NotebookError(f"there is no {one.path}")
        wishes = Wishes(moment.value, _time(time), exit_code, exact, scheduler)
        root = settings.find_root(Path.cwd())
        scaffold.require_name(identity_of(run))
        found = importing.read(given, registry.IMPORTERS, wishes, _now(), _progress())
    _record(root, identity_of(run), found, replace=replace, dry_run=dry_run, asks=True)


def snapshot(
    run: Annotated[str, typer.Argument(help="The run, as campaign/run; new or known.")],
    moment: Annotated[MomentName, typer.Option(help="When this is.")] = MomentName.PEAK,
    namespace: Annotated[str, typer.Option(help="Of the service under test.")] = "",
    selector: Annotated[str, typer.Option(help="Labels of its pods: app=backend.")] = "",
    watch: Annotated[
        str, typer.Option(metavar="15s", help="Time from one sample to the next.")
    ] = "",
    during: Annotated[
        str, typer.Option(metavar="COMMAND", help="Run this, and sample until it ends.")
    ] = "",
    k6: K6Files = None,
    replace: Replace = False,
    dry_run: DryRun = False,
) -> None:
    """Ask kubectl for pods, nodes and autoscalers, once or while a load test runs."""
    with usage_errors():
        every = _interval(watch, during)
        root = settings.find_root(Path.cwd())
        scaffold.require_name(identity_of(run))
        kubectl = Kubectl.found(namespace, selector)
        console = _progress()
        watched = snapshots.Watched()
        if during:
            usage = snapshots.usage_of(registry.IMPORTERS, console)
            watched = snapshots.watch(kubectl, _words(during), every, moment.value, usage)
            typer.echo(f"the command ended with exit code {watched.exit_code}", err=True)
        taken = watched.chosen or snapshots.take(kubectl, moment.value)
        wishes = Wishes(moment.value, exit_code=watched.exit_code)
        found = snapshots.read(taken, registry.IMPORTERS, wishes, console)
        measured = importing.read(_given({"k6": k6}), registry.IMPORTERS, wishes, _now(), console)
    series = snapshots.series(watched.samples, every)
    everything = Read(
        (*measured.readings, *found.readings, *([series] if series else [])),
        (*(watched.problems or taken.problems), *found.problems, *measured.problems),
    )
    _record(root, identity_of(run), everything, replace=replace, dry_run=dry_run)


def _record(
    root: Path, identity: str, found: Read, *, replace: bool, dry_run: bool, asks: bool = False
) -> None:
    """Write what was read into the record, or show it; say all that is wrong.

    `asks` says of a new record what comparing it needs; a snapshot is but a part of one.
    """
    with usage_errors():
        prepared = recording.prepare(root, identity, found.readings, _now(), replace=replace)
        if not dry_run:
            writing.write(root, prepared.files)
    for problem in (*found.problems, *prepared.problems, *prepared.conflicts):
        typer.echo(terminal.plain(problem.as_text()), err=True)
    if dry_run:
        for line in writing.diff(prepared.files):
            typer.echo(line)
    else:
        for change in prepared.replaced:
            typer.echo(f"replaced {terminal.plain(change)}")
        for file in prepared.files:
            typer.echo(f"wrote {file.name}")
    if asks and prepared.open:
        told = f"to be told by hand in {records.file_of_run(identity)}: {', '.join(prepared.open)}"
        typer.echo(f"{told} (comparisons and objectives need it)", err=True)
    if not prepared.files:
        typer.echo(f"nothing to write into {records.file_of_run(identity)}", err=True)
    if found.failed or prepared.problems or prepared.conflicts:
        raise typer.Exit(1)


def _given(by_option: dict[str, list[Path] | None]) -> list[Given]:
    return [Given(path, option) for option, paths in by_option.items() for path in paths or ()]


def _now() -> datetime:
    return datetime.now(UTC)


def _time(written: str) -> str:
    """The time as it was typed; wrong usage where it is none."""
    try:
        if written:
            TypeAdapter(Moment).validate_python(written)
    except ValidationError:
        raise NotebookError(f"{written!r} is no time: write 2026-01-02T17:38:07Z") from None
    return written


def _interval(watch: str, during: str) -> float:
    """Seconds from one sample to the next; wrong usage where nothing runs meanwhile."""
    if watch and not during:
        raise NotebookError("--watch wants to know until when: --during 'k6 run script.js'")
    try:
        found = units.parse(watch or "15s", units.SECONDS)
    except units.UnitError as error:
        raise NotebookError(f"--watch: {error}: {error.hint}") from None
    if found is None or not found.is_exact or found.start < 1:
        raise NotebookError("--watch: at least 1s")
    return found.start


def _words(command: str) -> list[str]:
    """The words of a command as a shell would split them; no shell runs it."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise NotebookError(f"--during: {error}") from None
    if not words:
        raise NotebookError("--during: name a command")
    return words


def _progress() -> Console:
    """Where progress is shown: not among what a command prints."""
    return Console(stderr=True, highlight=False)
