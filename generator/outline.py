"""A short report as headings, sentences, lists and tables, to Markdown for GitHub and to text.

Texts of an outline are plain: whatever of them comes from a record is escaped here, once. GitHub
makes links, mentions and references out of finished text too, where no backslash is left to see: a
comment that shows nothing keeps those words apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.terminal import plain

MAX_CHARACTERS = 60_000
"""Longest Markdown: GitHub takes comments of up to 65,536 characters."""

MAX_TEXT = 2400
"""Longest text of one place in an outline; of longer ones the start is shown."""


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the report's own."""

    level: int
    text: str


@dataclass(frozen=True)
class Sentence:
    """A paragraph; `link` is a word of ours and the address of a page of ours, `code` a commit."""

    text: str
    link: tuple[str, str] = ("", "")
    code: str = ""


@dataclass(frozen=True)
class Points:
    """A list: a bold word each, empty for none, and the text after it."""

    points: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid:
    """A table; `numeric` has the positions of columns that are aligned to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Fold:
    """What is read by whoever wants to know more: our own words, and what is behind them."""

    summary: str
    parts: tuple[Sentence | Points | Grid, ...]


Part = Heading | Sentence | Points | Grid | Fold


# --- Markdown -------------------------------------------------------------------------------------


def markdown(marker: str, sections: Sequence[Sequence[Part]], whole: str) -> str:
    """The sections as GitHub Markdown behind a hidden marker, at most `MAX_CHARACTERS`.

    Sections that have no room are counted, and `whole` says where all of it is.
    """
    text = f"<!-- {marker} -->\n"
    room = MAX_CHARACTERS - 300
    for number, section in enumerate(sections):
        piece = "\n".join("\n".join(_lines(part)) + "\n" for part in section)
        if len(text) + len(piece) + 1 > room:
            left = len(sections) - number
            sections_ = "1 section" if left == 1 else f"{left} sections"
            return f"{text}\n**Cut here:** {sections_} more; {safe(whole)}\n"
        text += f"\n{piece}" if number else piece
    return text


def _lines(part: Part) -> Iterator[str]:
    if isinstance(part, Heading):
        yield f"{'#' * (part.level + 1)} {safe(part.text)}"
    elif isinstance(part, Sentence):
        word, address = part.link
        link = f"[{safe(word)}](<{address}>)" if address else ""
        code = f"`{part.code}`" if part.code else ""
        yield " ".join(filter(None, [safe(part.text), code, link]))
    elif isinstance(part, Points):
        for lead, text in part.points:
            yield f"- **{safe(lead)}** {safe(text)}" if lead else f"- {safe(text)}"
    elif isinstance(part, Grid):
        yield f"| {' | '.join(map(safe, part.columns))} |"
        rules = ("---:" if at in part.numeric else "---" for at in range(len(part.columns)))
        yield f"| {' | '.join(rules)} |"
        for row in part.rows:
            yield f"| {' | '.join(map(safe, row))} |"
    else:
        yield f"<details><summary>{safe(part.summary)}</summary>\n"
        for number, inner in enumerate(part.parts):
            if number:
                yield ""
            yield from _lines(inner)
        yield "</details>"


def shortened(text: str, most: int) -> str:
    """A text on one line without control characters, of at most so many characters."""
    shown = " ".join(plain(text[: 2 * most]).split())
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


_ACTIVE = re.compile(r"[\\`*_{}\[\]<>|~$&#!]")
_JOINED = (
    (re.compile(r"@(?=\S)"), "@"),
    (re.compile(r"(?<=:)(?=//)"), ""),
    (re.compile(r"(?<![a-z0-9])(www)(?=\.)", re.IGNORECASE), r"\1"),
    (re.compile(r"(?<![a-z0-9])(mailto|xmpp)(?=:)", re.IGNORECASE), r"\1"),
    (re.compile(r"\\#(?=\d)"), r"\\#"),
    (re.compile(r"(?<![a-z0-9])(gh-)(?=\d)", re.IGNORECASE), r"\1"),
)
_COMMIT = re.compile(r"(?<![a-z0-9])(?=[0-9a-f]*\d)[0-9a-f]{7,}", re.IGNORECASE)
_FEW = re.compile(r".{6}(?=.)")
APART = "<!-- -->"
"""Nothing to see; what stands on both sides of it is no word."""


def safe(text: str) -> str:
    """A text as Markdown in which nothing is active: no link, image, mention, HTML, table cell."""
    shown = shortened(text, MAX_TEXT)
    shown = _ACTIVE.sub(lambda found: f"\\{found[0]}", shown)
    for pattern, kept in _JOINED:
        shown = pattern.sub(f"{kept}{APART}", shown)
    return _COMMIT.sub(lambda found: _FEW.sub(rf"\g<0>{APART}", found[0]), shown)


# --- text -----------------------------------------------------------------------------------------


def text(sections: Sequence[Sequence[Part]]) -> str:
    """The sections as plain text for a terminal, what is folded in Markdown included."""
    return "\n".join("\n".join(_plainly(part)) + "\n" for section in sections for part in section)


def _plainly(part: Part) -> Iterator[str]:
    if isinstance(part, Heading):
        yield f"{'=' * (4 - part.level)} {_word(part.text)}"
    elif isinstance(part, Sentence):
        yield " ".join(filter(None, [_word(part.text), part.code, plain(part.link[1])]))
    elif isinstance(part, Points):
        for lead, said in part.points:
            yield f"- {' '.join(filter(None, [_word(lead), _word(said)]))}"
    elif isinstance(part, Grid):
        rows = [[_word(cell) for cell in row] for row in (part.columns, *part.rows)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (
                cell.rjust(width) if at in part.numeric else cell.ljust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            yield f"  {'  '.join(cells)}".rstrip()
    else:
        yield _word(part.summary)
        for inner in part.parts:
            yield from _plainly(inner)


def _word(said: str) -> str:
    return " ".join(plain(said).replace("\N{NO-BREAK SPACE}", " ").split())
