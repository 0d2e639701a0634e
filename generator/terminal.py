"""Runs and comparisons as text and tables for a terminal or a pull request.

Text that comes from records loses its control characters: a record can't move the cursor or
colour the terminal of whoever reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from generator import explain, rules
from generator.compare import Comparison, Delta
from generator.errors import NotebookError
from generator.measurements import Measurement
from generator.verdicts import SIGNS, Verdict

_COLOURS = {Verdict.IMPROVED: "green", Verdict.REGRESSED: "red"}


def plain(text: str) -> str:
    """`text` without control characters."""
    return "".join(
        char if char.isprintable() or char == "\N{NO-BREAK SPACE}" else " " for char in text
    )


def explanation(code: str, rules_by_code: Mapping[str, tuple[str, str]]) -> str:
    """What a code of `loadbook check` means, as the site's page has it.

    Raises NotebookError for a code that there is not.
    """
    found = rules.explanations().get(code)
    if found is None:
        near = explain.did_you_mean(code, dict(rules_by_code)) or "the site lists all codes"
        raise NotebookError(f"there is no code {code!r}: {near}")
    kind, title = rules_by_code[code]
    example = "\n".join(f"    {line}" for line in found.example.rstrip().splitlines())
    return (
        f"{code}: {title} ({kind})\n\n{found.meaning.strip()}\n\nFor example:\n\n{example}\n\n"
        f"To mend it: {found.mend.strip()}"
    )


def show_value(measurement: Measurement | None) -> str:
    """A measurement's value, a dash where there is none."""
    return plain(measurement.show()) if measurement else "–"


def print_measurements(
    console: Console, title: str, measurements: Iterable[Measurement], facts: Sequence[str]
) -> None:
    """A run with all its metrics."""
    console.print(Text(plain(title), style="bold"))
    for fact in facts:
        console.print(Text(plain(fact), style="dim"))
    table = Table(box=box.SIMPLE)
    table.add_column("Metric")
    table.add_column("Value", justify="right")
    table.add_column("Source")
    notes: list[str] = []
    for measurement in measurements:
        marks = _marks(measurement.warnings, notes)
        name = Text(f"{measurement.metric.label}{marks}")
        table.add_row(name, Text(show_value(measurement)), measurement.source)
    console.print(table)
    _print_notes(console, notes)


def print_comparison(console: Console, comparison: Comparison) -> None:
    """A comparison as a table, doubts as footnotes beneath."""
    console.print(Text(f"{comparison.candidate} against {comparison.baseline}", style="bold"))
    for warning in comparison.warnings:
        console.print(Text(f"! {plain(warning)}", style="yellow"))
    table = Table(box=box.SIMPLE)
    for heading in ("Metric", "Baseline", "Candidate", "Delta", "Change"):
        table.add_column(heading, justify="left" if heading == "Metric" else "right")
    table.add_column("Verdict")
    notes: list[str] = []
    for delta in comparison.deltas.values():
        style = _COLOURS.get(delta.verdict, "")
        table.add_row(
            Text(delta.metric.label + _marks(delta.warnings, notes)),
            Text(show_value(delta.baseline)),
            Text(show_value(delta.candidate)),
            Text(plain(delta.show_delta())),
            Text(delta.show_change()),
            Text(plain(verdict_text(delta)), style=style),
        )
    console.print(table)
    _print_notes(console, notes)


def comparison_markdown(comparison: Comparison) -> str:
    """A comparison as GitHub Markdown: the table, then doubts and what differs."""
    lines = [f"### {comparison.candidate} against {comparison.baseline}", ""]
    lines += [f"> {_cell(warning)}" for warning in comparison.warnings]
    lines += [
        "",
        "| Metric | Baseline | Candidate | Delta | Change | Verdict |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    notes: list[str] = []
    for delta in comparison.deltas.values():
        label = delta.metric.label + _marks(delta.warnings, notes)
        cells = (
            label,
            show_value(delta.baseline),
            show_value(delta.candidate),
            delta.show_delta(),
            delta.show_change(),
            verdict_text(delta),
        )
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    lines += ["", *(f"[{number}] {_cell(note)}  " for number, note in enumerate(notes, 1))]
    differences = [*comparison.likeness.load, *comparison.likeness.deployment]
    if differences:
        lines += ["", "| Setting | Baseline | Candidate |", "| --- | --- | --- |"]
        lines += [
            f"| {_cell(d.setting)} | {_cell(d.baseline)} | {_cell(d.candidate)} |"
            for d in differences
        ]
    return "\n".join(lines).rstrip() + "\n"


def verdict_text(delta: Delta) -> str:
    """`▲ improved (tolerance 5 %)`."""
    return f"{SIGNS[delta.verdict]} {delta.verdict} ({delta.basis})"


def _marks(warnings: Iterable[str], notes: list[str]) -> str:
    """Footnote marks for the warnings, each noted once."""
    numbers = []
    for warning in warnings:
        if warning not in notes:
            notes.append(warning)
        numbers.append(notes.index(warning) + 1)
    return f" [{','.join(map(str, numbers))}]" if numbers else ""


def _print_notes(console: Console, notes: Sequence[str]) -> None:
    for number, note in enumerate(notes, 1):
        console.print(Text(f"[{number}] {plain(note)}", style="dim"))


def _cell(text: str) -> str:
    """`text` as the content of a Markdown table cell, nothing in it active."""
    escaped = plain(text).replace("\\", "\\\\")
    for mark in "|`*_<>[]#&@":
        escaped = escaped.replace(mark, f"\\{mark}")
    return escaped
