"""What pages are made of: tiles, tables, charts, items, prose, code.

A block is finished data: texts are formatted, verdicts chosen, links resolved. Templates loop over
blocks and compute nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from generator import claims, predictions
from generator.compare import Delta
from generator.errors import Level
from generator.vector import Chart
from generator.verdicts import SIGNS, Verdict


@dataclass(frozen=True)
class Mark:
    """A word with a sign and a colour: a verdict, a level, a state."""

    word: str
    sign: str
    style: str


def verdict_mark(verdict: Verdict) -> Mark:
    """The mark of a verdict; what is not judged is muted, not alarming."""
    return Mark(str(verdict), SIGNS[verdict], _STYLES[verdict])


_STYLES = {
    Verdict.IMPROVED: "improved",
    Verdict.REGRESSED: "regressed",
    Verdict.UNCHANGED: "neutral",
    Verdict.NOT_COMPARABLE: "muted",
    Verdict.TOO_FEW_REPEATS: "doubt",
}

LEVELS = {
    "positive": Mark("positive", "✓", "improved"),
    "info": Mark("info", "i", "neutral"),
    "warning": Mark("warning", "!", "doubt"),
    "critical": Mark("critical", "✕", "regressed"),
}
"""The mark of a finding's level."""

STATES = {
    "open": Mark("open", "○", "doubt"),
    "done": Mark("done", "✓", "improved"),
    "dropped": Mark("dropped", "–", "muted"),
}
"""The mark of an action's state."""

STATUSES = {
    "planned": Mark("planned", "○", "neutral"),
    "completed": Mark("completed", "✓", "neutral"),
    "aborted": Mark("aborted", "✕", "regressed"),
    "invalid": Mark("invalid", "✕", "regressed"),
    "unknown": Mark("unknown", "?", "doubt"),
}
"""The mark of a run's status."""

PROBLEM_LEVELS = {
    Level.ERROR: Mark("error", "✕", "regressed"),
    Level.WARNING: Mark("warning", "!", "doubt"),
    Level.ACKNOWLEDGED: Mark("acknowledged", "–", "muted"),
}
"""The mark of a problem's level."""

STANDINGS = {
    claims.Standing.VERIFIED: Mark("verified", "✓", "improved"),
    claims.Standing.ROUNDED: Mark("rounded", "≈", "neutral"),
    claims.Standing.CONTRADICTED: Mark("contradicted", "✕", "regressed"),
    claims.Standing.NOT_VERIFIABLE: Mark("not verifiable", "?", "muted"),
}
"""The mark of a claim's standing."""

PREDICTED = {
    predictions.Standing.HELD: Mark("held", "✓", "improved"),
    predictions.Standing.MISSED: Mark("missed", "≈", "doubt"),
    predictions.Standing.OPPOSITE: Mark("opposite", "✕", "regressed"),
    predictions.Standing.NOT_MEASURABLE: Mark("not measurable", "?", "muted"),
}
"""The mark of what became of a prediction."""


@dataclass(frozen=True)
class Cell:
    """One cell: its text, a second muted line, what it sorts by, where it leads, its marks.

    `anchor` is the id by which other pages link to it; `doubts` are numbers of the page's doubts
    that are about the figure.
    """

    text: str
    sub: str = ""
    sort: str = ""
    href: str = ""
    mark: Mark | None = None
    notes: tuple[int, ...] = ()
    strong: bool = False
    anchor: str = ""
    doubts: tuple[int, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether its text stands alone in its line, without a link, a mark or a reference."""
        return not (self.mark or self.href or self.doubts or self.notes or self.strong)


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first column heads its rows.

    `numeric` has the positions of columns whose figures are aligned to the right. `groups` are
    headings by the position of the row that they stand above. `notes` are footnotes, numbered
    from 1, that cells refer to. `searched` puts the table's words into the search.
    """

    id: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[int] = frozenset()
    sortable: bool = False
    groups: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    searched: bool = False


@dataclass(frozen=True)
class Picture:
    """A chart, with its title and what it shows in words.

    `files` have the figures that it is drawn from: name and link of each. A page that shows
    several of one `id` numbers them.
    """

    title: str
    chart: Chart
    files: tuple[tuple[str, str], ...] = ()
    id: str = "chart"

    @property
    def alt(self) -> str:
        """What can be seen, in words."""
        return self.chart.alt


@dataclass(frozen=True)
class Beside:
    """Charts of one kind side by side, below each other where there is no room."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Tile:
    """One large figure with what it is compared with; `spark` is a small SVG of its course."""

    label: str
    value: str
    comparisons: tuple[tuple[str, str, Mark], ...] = ()
    note: str = ""
    doubts: tuple[int, ...] = ()
    spark: str = ""


@dataclass(frozen=True)
class Tiles:
    """Large figures side by side."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Code:
    """Text that is shown as it is."""

    language: str
    text: str
    title: str = ""


@dataclass(frozen=True)
class Item:
    """One entry of a list: a mark, a title, prose, facts, code; each may be missing."""

    title: str = ""
    prose: str = ""
    mark: Mark | None = None
    facts: tuple[tuple[str, str], ...] = ()
    code: tuple[Code, ...] = ()
    href: str = ""
    place: str = ""
    anchor: str = ""
    number: str = ""


@dataclass(frozen=True)
class Items:
    """A list of entries, with a word of what they are for those who can't see the heading.

    `headed` shows that word above them, `folds` puts the entries behind it.
    """

    items: tuple[Item, ...]
    label: str = ""
    headed: bool = False
    folds: bool = False


@dataclass(frozen=True)
class Prose:
    """Text of a record, Markdown without raw HTML; `label` says what it is.

    The style `lede` is for the one that tells a page's conclusion.
    """

    text: str
    label: str = ""
    style: str = ""


@dataclass(frozen=True)
class Note:
    """A sentence of our own about what is doubtful or what the figures mean.

    `href` leads to where there is more of it, `leads` is the text of that link.
    """

    text: str
    style: str = "neutral"
    href: str = ""
    leads: str = ""


@dataclass(frozen=True)
class App:
    """Where a script of ours puts what a reader works with.

    `data` are the links to the files that it reads, by the name of their `data-` attribute;
    `without` is what stands there until the script has them, and for good without scripts.
    """

    id: str
    data: Mapping[str, str]
    without: str


Block = Table | Picture | Beside | Tiles | Items | Prose | Note | App


@dataclass
class Footnotes:
    """Collects a table's notes, each once, and numbers them."""

    texts: list[str] = field(default_factory=list)

    def numbers(self, texts: Sequence[str]) -> tuple[int, ...]:
        """The numbers of these notes, counted from 1."""
        for text in texts:
            if text not in self.texts:
                self.texts.append(text)
        return tuple(self.texts.index(text) + 1 for text in texts)


def verdict_cell(delta: Delta) -> Cell:
    """The verdict with its basis beneath."""
    mark = verdict_mark(delta.verdict)
    return Cell("", sub=delta.basis, sort=str(delta.verdict), mark=mark)
