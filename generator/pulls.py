"""The commands of the pull request loop: `loadbook review` and `loadbook gate`.

Exit codes of a review: 0 fine, 1 a record has an error, 2 wrong usage; of the gate: 0 passed,
1 failed, 2 wrong usage or broken objectives, 3 not judgeable.
"""

from __future__ import annotations

import json
import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from generator import (
    gate,
    github,
    notebook,
    outline,
    policy,
    provenance,
    reading,
    reviewdata,
    reviewtext,
    revisions,
    settings,
    terminal,
    yamltree,
)
from generator.errors import Level, NotebookError
from generator.links import Links
from generator.notebook import Notebook
from generator.policy import Policy
from generator.review import review as reviewed
from generator.shell import identity_of, usage_errors


class ReviewFormat(StrEnum):
    """How a review is printed."""

    MARKDOWN = "markdown"
    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


class GateFormat(StrEnum):
    """How the gate's outcome is printed."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


def review(
    base: Annotated[
        str, typer.Option(metavar="REF", help="Branch, tag or commit to compare with.")
    ],
    head: Annotated[
        str, typer.Option(metavar="REF", help="What to review; else the files as they are.")
    ] = "",
    output: Annotated[ReviewFormat, typer.Option("--format", help="How to print.")] = (
        ReviewFormat.MARKDOWN
    ),
    site_url: Annotated[
        str,
        typer.Option(
            metavar="URL", help="Where the site is, for links to pages; else mkdocs.yml's site_url."
        ),
    ] = "",
) -> None:
    """Tell what the records here change against a git revision, for a pull request."""
    with usage_errors():
        root = settings.find_root(Path.cwd())
        config = (root / settings.CONFIG_FILE).read_bytes()
        site_url = site_url or settings.site_url(config)
        if site_url and not re.fullmatch(r"https?://[^\s<>()\\\[\]]+", site_url):
            raise NotebookError(f"--site-url: {site_url!r} is no address: https://...")
        repository = revisions.repository(root)
        compared = revisions.base_of(repository, base, head or "HEAD")
        before = revisions.opened(repository, compared.commit)
        if head:
            after = revisions.opened(repository, revisions.resolve(repository, head))
        else:
            after = provenance.checked(root, reading.opened(root))
        to = Links(settings.directory_urls(config))
    found = reviewed(before, after)
    name = head or "the working tree"
    if output is ReviewFormat.JSON:
        _print(json.dumps(reviewdata.as_json(found, compared, name), indent=2), "\\u0023")
    elif output is ReviewFormat.JUNIT:
        _print(reviewdata.as_junit(found), "&#35;")
    else:
        sections = reviewtext.outline(found, compared, name, to, site_url)
        if output is ReviewFormat.TEXT:
            _print(outline.text(sections))
        else:
            whole = f"loadbook review --base {base} --format text has all of it."
            told = outline.markdown(reviewtext.MARKER, sections, whole)
            _print(told)
            _summarize(told)
    if os.environ.get("GITHUB_ACTIONS"):
        for line in github.annotated(found.new, repository.prefix):
            typer.echo(line, err=True)
    if found.failed:
        raise typer.Exit(1)


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
        book = provenance.checked(root, reading.opened(root))
        wanted = _objectives(book, policy_file)
        found = gate.of(book, identity_of(run), identity_of(against) or None, wanted)
    if output is GateFormat.JSON:
        _print(json.dumps(found.as_json(), indent=2), "\\u0023")
    elif output is GateFormat.JUNIT:
        _print(found.as_junit(), "&#35;")
    else:
        _print("".join(f"{terminal.plain(line)}\n" for line in found.as_lines()))
    raise typer.Exit(found.exit_code)


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
                policy.without_runs(found, content, notebook.scenarios(book.gists), str(file))
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


def _summarize(told: str) -> None:
    """Add a review to the summary of the step that runs, where there is one."""
    named = os.environ.get("GITHUB_STEP_SUMMARY")
    if not named:
        return
    try:
        if not github.append_summary(Path(named), told):
            typer.echo("loadbook: the summary of this step has no room for the review", err=True)
    except OSError as error:
        typer.echo(f"loadbook: the step's summary can't be written: {error.strerror}", err=True)
