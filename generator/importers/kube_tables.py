"""The tables that kubectl prints: which there are, where their cells begin, what is a row.

A row is split where two spaces or a tab stand, and by the position of the headings where a cell
is empty. It counts only if its cells look as those of that table do, so that a line that does
not belong, or a piece of a wrapped row, is never taken for figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

MAX_LINE = 4_000
"""Longest line that is looked at as a row."""


@dataclass(frozen=True)
class Kind:
    """A table by the headings that make it what it is."""

    name: str
    headings: frozenset[str]


KINDS = tuple(
    Kind(name, frozenset(headings.split("|")))
    for name, headings in (
        ("top nodes", "NAME|CPU(cores)|CPU(%)|MEMORY(bytes)|MEMORY(%)"),
        ("top pods", "NAME|CPU(cores)|MEMORY(bytes)"),
        ("pods", "NAME|READY|STATUS|RESTARTS|AGE"),
        ("nodes", "NAME|STATUS|AGE|VERSION"),
        ("autoscalers", "NAME|REFERENCE|TARGETS|MINPODS|MAXPODS"),
        ("events", "LAST SEEN|TYPE|REASON|MESSAGE"),
        ("deployments", "NAME|READY|UP-TO-DATE|AVAILABLE"),
        ("deployments", "NAME|DESIRED|CURRENT|UP-TO-DATE"),
        ("replicasets", "NAME|DESIRED|CURRENT|READY"),
        ("statefulsets", "NAME|READY|AGE"),
    )
)

_UNUSED = Kind("", frozenset())

_SAME_HEADING = {"CPU%": "CPU(%)", "MEMORY%": "MEMORY(%)"}

_FITS: Mapping[str, re.Pattern[str]] = {
    heading: re.compile(pattern, re.ASCII)
    for heading, pattern in {
        "NAME": r"\S{1,253}",
        "NAMESPACE": r"\S{1,253}",
        "POD": r"\S{1,253}",
        "NODE": r"\S{1,253}",
        "CPU(cores)": r"\d{1,18}m|<unknown>",
        "MEMORY(bytes)": r"\d{1,18}[KMG]i|<unknown>",
        "CPU(%)": r"\d{1,9}%|<unknown>",
        "MEMORY(%)": r"\d{1,9}%|<unknown>",
        "READY": r"\d{1,9}(?:/\d{1,9})?",
        "STATUS": r"\S{1,253}",
        "RESTARTS": r"\d{1,9}(?: \(\S{1,40} ago\))?",
        "AGE": r"\S{1,40}",
        "MINPODS": r"\d{1,9}|<unset>",
        "MAXPODS": r"\d{1,9}",
        "REPLICAS": r"\d{1,9}",
        "DESIRED": r"\d{1,9}",
        "TYPE": r"Normal|Warning",
        "LAST SEEN": r"\S{1,40}(?: \(\S{1,40} over \S{1,40}\))?",
        **{f"column {position}": r"\S{1,253}" for position in range(1, 6)},  # without a heading
    }.items()
}

_UPPER = re.compile(r"[A-Z][A-Z ()%-]*")
_NAMES = frozenset(
    (
        *("NAME", "NAMESPACE", "POD", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE", "ROLES"),
        *("NOMINATED NODE", "READINESS GATES", "VERSION", "INTERNAL-IP", "EXTERNAL-IP", "LABELS"),
        *("OS-IMAGE", "KERNEL-VERSION", "CONTAINER-RUNTIME", "CONTAINERS", "IMAGES", "SELECTOR"),
        *("UP-TO-DATE", "AVAILABLE", "DESIRED", "CURRENT", "REFERENCE", "TARGETS", "MINPODS"),
        *(
            "MAXPODS",
            "REPLICAS",
            "LAST SEEN",
            "FIRST SEEN",
            "TYPE",
            "REASON",
            "OBJECT",
            "SUBOBJECT",
        ),
        *("SOURCE", "MESSAGE", "COUNT", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"),
    )
)
"""Headings that kubectl prints."""

_CELL = re.compile(r"\S+(?: \S+)*")
_AGO = re.compile(r" \([0-9smhdy]{1,20} ago\)")
_TWO_WORDS = ("LAST SEEN", "FIRST SEEN", "NOMINATED NODE", "READINESS GATES")


@dataclass(frozen=True)
class Heading:
    """The heading of a table: its kind (empty where no figure is read from it) and its columns.

    Each row has the cells `needed`. `starts` are the columns' positions; `collapsed` says that
    only single spaces were left, as in text copied from a web page; `wrapped` that the terminal
    broke the heading into lines.
    """

    kind: str
    names: tuple[str, ...]
    starts: tuple[int, ...]
    needed: frozenset[str] = frozenset()
    collapsed: bool = False
    wrapped: bool = False


@dataclass(frozen=True)
class Row:
    """One row: the line on which it starts, and its cells by heading."""

    line: int
    cells: Mapping[str, str]


@dataclass
class Table:
    """One table of a paste with the command that printed it, where that is in the paste."""

    heading: Heading
    line: int
    command: str = ""
    rows: list[Row] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The name of its kind."""
        return self.heading.kind


def heading_of(line: str, *, wrapped: bool = False) -> Heading | None:
    """The heading that a line is; its kind is empty where the table is not one of `KINDS`."""
    if not line.lstrip().startswith(("NAME", "POD ", "POD\t", "LAST SEEN")) or len(line) > MAX_LINE:
        return None
    cells = _cells(line)
    collapsed = len(cells) == 1
    if collapsed:
        cells = _single_spaced(line)
    names = tuple(_SAME_HEADING.get(name, name) for _, name in cells)
    known = set(names)
    kind = next((kind for kind in KINDS if kind.headings <= known), _UNUSED)
    if kind is _UNUSED and (len(names) < 2 or any(name != name.upper() for name in names)):
        return None
    starts = tuple(start for start, _ in cells)
    return Heading(kind.name, names, starts, kind.headings, collapsed, wrapped)


def joined_heading(pieces: Sequence[str]) -> Heading | None:
    """The heading that a terminal wrapped into these lines; None where they are none together.

    The line may have been broken within a word or between two: what gives names that kubectl
    has is right.
    """
    candidates = [pieces[0]]
    for piece in pieces[1:]:
        candidates = [one + glue + piece for one in candidates for glue in ("", "  ")]
    headings = [heading_of(one, wrapped=True) for one in candidates]
    known = [one for one in headings if one and one.kind]
    return max(known, key=lambda one: len(_NAMES & set(one.names)), default=None)


def continues_heading(line: str) -> bool:
    """Whether a line can be the rest of a wrapped heading: words in capitals, nothing else."""
    return len(line) <= MAX_LINE and bool(_UPPER.fullmatch(line.strip()))


def row_of(line: str, heading: Heading) -> Mapping[str, str] | None:
    """The cells of a row by heading, empty cells left out; None where it is no row of the table."""
    if len(line) > MAX_LINE:
        return None
    names = heading.names
    if heading.collapsed:
        text = _AGO.sub("", line)
        parts = text.split(None, len(names) - 1) if names[-1] == "MESSAGE" else text.split()
    else:
        parts = [text for _, text in _cells(line)]
    found = dict(zip(names, parts, strict=True)) if len(parts) == len(names) else None
    if (found is None or not _fits(found, heading.needed)) and not heading.collapsed:
        found = _by_position(line, heading) if heading.starts and not heading.wrapped else None
    return found if found and _fits(found, heading.needed) else None


def headless(line: str) -> tuple[str, ...] | None:
    """The cells of a row that `kubectl top --no-headers` printed; None for any other line.

    Three to five cells, of which the last two are CPU and memory of a pod, or a node's five.
    """
    if len(line) > MAX_LINE:
        return None
    parts = tuple(line.split(None, 5))
    if len(parts) == 5 and _fits(dict(zip(TOP_NODES, parts, strict=True))):
        return parts
    if not 3 <= len(parts) <= 5 or any(len(part) > 253 for part in parts):
        return None
    # Nothing but real figures: without a heading `<unknown>` could be a row of anything.
    usage = dict(zip(("CPU(cores)", "MEMORY(bytes)"), parts[-2:], strict=True))
    return parts if "<unknown>" not in parts and _fits(usage) else None


TOP_NODES = ("NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)")
"""The columns of `kubectl top nodes`."""


def _cells(line: str) -> list[tuple[int, str]]:
    """Position and text of what stands between runs of spaces or tabs."""
    return [(match.start(), match[0]) for match in _CELL.finditer(line)]


def _single_spaced(line: str) -> list[tuple[int, str]]:
    words = line.split()
    cells: list[tuple[int, str]] = []
    position = 0
    while position < len(words):
        pair = " ".join(words[position : position + 2])
        name = pair if pair in _TWO_WORDS else words[position]
        cells.append((len(cells), name))
        position += 2 if name == pair and " " in pair else 1
    return cells


def _by_position(line: str, heading: Heading) -> dict[str, str] | None:
    """Cells where each begins exactly below a heading; the last column may hold anything."""
    columns = dict(zip(heading.starts, heading.names, strict=True))
    found: dict[str, str] = {}
    last = heading.names[-1]
    for start, text in _cells(line):
        if start in columns:
            found[columns[start]] = text
        elif last == "MESSAGE" and start > heading.starts[-1] and last in found:
            found[last] += f" {text}"
        else:
            return None
    # A row that breaks off is no row with empty cells: kubectl fills the last column.
    return found if last in found else None


def _fits(cells: Mapping[str, str], needed: frozenset[str] = frozenset()) -> bool:
    return needed <= set(cells) and all(
        pattern.fullmatch(cells[heading]) for heading, pattern in _FITS.items() if heading in cells
    )
