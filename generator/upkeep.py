"""The commands that begin and keep a notebook: `loadbook init` and `loadbook migrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from generator import migrations, newbook, scaffold, settings, terminal, versions, writing
from generator.errors import NotebookError
from generator.shell import usage_errors


def init(
    folder: Annotated[Path, typer.Argument(help="The folder of the notebook; new or there.")],
    name: Annotated[str, typer.Option(help="Of the site; else the folder's.")] = "",
    site_url: Annotated[str, typer.Option(metavar="URL", help="Where the site will be.")] = "",
    repo_url: Annotated[
        str, typer.Option(metavar="URL", help="Of the repository, to edit records in.")
    ] = "",
) -> None:
    """Make a notebook: records, settings, workflows; nothing that is there is touched."""
    with usage_errors():
        title = name or scaffold.title_of(folder.resolve().name)
        made = newbook.plan(folder, newbook.files(title, site_url, repo_url))
        writing.write(folder, made)
    for file in made:
        typer.echo(f"wrote {terminal.plain(str(folder / file.name))}")
    typer.echo(NEXT_STEPS.format(folder=terminal.plain(str(folder))))


NEXT_STEPS = """
Next:
  cd {folder}
  loadbook build --strict   # the site of the two example runs, in site/
  git init && git add . && git commit --message 'A notebook for load tests'
Its README.md says how to import a run of yours, and what GitHub needs once."""


def migrate(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Only records in these files and folders.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 where one is of older form.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print a diff, write nothing.")
    ] = False,
) -> None:
    """Upgrade records of an older form in place; comments and all other bytes stay."""
    with usage_errors():
        root = settings.find_root(Path.cwd())
        found = migrations.plan(_wanted(root, paths or []))
        if not (found.problems or check or dry_run):
            writing.write(root, found.files)
    for problem in found.problems:
        typer.echo(terminal.plain(problem.as_text()), err=True)
    if dry_run:
        for line in writing.diff(found.files):
            typer.echo(terminal.plain(line))
    elif not found.problems:
        word = "is to be migrated" if check else "migrated"
        for file, version in zip(found.files, found.since, strict=True):
            typer.echo(f"{word}: {file.name}, form {version} to {versions.CURRENT}")
    if found.problems:
        typer.echo("nothing was written: mend these records first", err=True)
        raise typer.Exit(1)
    if not found.files:
        typer.echo(f"all {found.current} records are of form {versions.CURRENT}", err=True)
    elif check:
        raise typer.Exit(1)


def _wanted(root: Path, paths: list[Path]) -> dict[str, bytes]:
    """The records below the paths that were named, all where none was."""
    for path in paths:
        if not path.exists():
            raise NotebookError(f"there is no {path}")
    known = migrations.of_notebook(root)
    targets = [path.resolve() for path in paths]
    wanted = {
        file: content
        for file, content in known.items()
        if not targets or any((root / file).resolve().is_relative_to(one) for one in targets)
    }
    if targets and not wanted:
        raise NotebookError(f"no record in {', '.join(str(path) for path in paths)}")
    return wanted
