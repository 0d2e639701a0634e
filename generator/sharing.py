"""The commands that hand results to others: `loadbook export` and `loadbook report`.

Exit codes: 0 fine, 2 wrong usage. What is not written into a file goes to the standard output.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from generator import exporting, shell, writing
from generator.errors import NotebookError
from generator.notebook import Notebook
from generator.shell import identity_of, usage_errors


class ExportFormat(StrEnum):
    """What a table of figures is written as."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class ReportFormat(StrEnum):
    """What a report is written as."""

    HTML = "html"
    PDF = "pdf"
    MD = "md"


class ExportShape(StrEnum):
    """A row for each figure, or one for each run."""

    LONG = "long"
    WIDE = "wide"


Out = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write into this file, not to the screen.")
]


def export(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Runs or campaigns; all runs if none is named.")
    ] = None,
    output: Annotated[ExportFormat, typer.Option("--format", help="How to write.")] = (
        ExportFormat.CSV
    ),
    shape: Annotated[
        ExportShape, typer.Option(help="long: a row a run and metric; wide: a row a run.")
    ] = ExportShape.LONG,
    out: Out = None,
) -> None:
    """Write all metrics of runs as a table for other tools, in base units."""
    with usage_errors():
        opened = _open()
        names = [identity_of(name) for name in runs or ()]
        found = exporting.table(opened, exporting.chosen(opened, names), shape.value)
        if output is ExportFormat.PARQUET:
            if out is None:
                raise NotebookError("Parquet is no text: name a file with --out FILE")
            content = exporting.as_parquet(found)
        else:
            as_csv = output is ExportFormat.CSV
            content = (exporting.as_csv(found) if as_csv else exporting.as_json(found)).encode()
        _hand_over(content, out)


def report(
    name: Annotated[str, typer.Argument(help="A run, as campaign/run, or a campaign.")],
    output: Annotated[ReportFormat, typer.Option("--format", help="How to write.")] = (
        ReportFormat.HTML
    ),
    out: Out = None,
    site_url: Annotated[
        str, typer.Option(metavar="URL", help="Where the site is: links lead there.")
    ] = "",
) -> None:
    """Write a run or a campaign as one document that stands alone, to send or to print."""
    with usage_errors():
        opened = _open()
        if output is ReportFormat.PDF and out is None:
            raise NotebookError("a PDF is no text: name a file with --out FILE")
        if site_url and not site_url.startswith(("https://", "http://")):
            raise NotebookError(f"--site-url {site_url}: an address starts with https://")
        address = f"{site_url.rstrip('/')}/" if site_url else ""
        # All that draws is only loaded where something is drawn.
        from generator import printing, report

        known = identity_of(name).rstrip("/")
        if output is ReportFormat.MD:
            content = report.markdown(opened, known, address).encode()
        else:
            page = report.html(opened, known, address)
            content = printing.pdf(page) if output is ReportFormat.PDF else page.encode()
        _hand_over(content, out)


def _hand_over(content: bytes, out: Path | None) -> None:
    """Write into the file, or to the standard output where none is named."""
    if out is None:
        typer.get_binary_stream("stdout").write(content)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    writing.put(out, content)
    typer.echo(f"wrote {out}", err=True)


def _open() -> Notebook:
    """The notebook that the command stands in; says how many records are left out as broken."""
    opened = shell.opened()
    broken = len(opened.run_records) - len(opened.runs)
    if broken:
        what = "1 run is" if broken == 1 else f"{broken} runs are"
        typer.echo(f"{what} left out, the records are broken: see loadbook check", err=True)
    return opened
