"""Prose as it is told on a page: computed figures put in, typed figures marked with how they stand.

A figure is put into the Markdown as a token of letters and digits between two private characters,
which no record can write and Markdown leaves alone; `render` makes HTML of it. So a figure can
stand anywhere in a sentence, and nothing in it can become Markdown or HTML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Generic, TypeVar

from generator import explain, prose, typed
from generator.claims import Outcome, Standing
from generator.compare import Pair
from generator.display import show_change, show_signed
from generator.metrics import METRICS
from generator.model import Campaign, Run
from generator.notebook import Notebook
from generator.prose import Call, ProseError
from generator.typed import Typed
from generator.units import RATIO, SHARE
from generator.yamltree import Path

_OPEN, _CLOSE = "\ue000", "\ue001"
TOKEN = re.compile(f"{_OPEN}([0-9a-f]+){_CLOSE}")
"""A figure in told prose; `figure` reads what stands between."""

UNKNOWN_FIGURE = "?"
"""What stands for a figure that can't be computed; the record has an error then."""


Model = TypeVar("Model", Run, Campaign)


@dataclass(frozen=True)
class Figure:
    """One figure of told prose: as it stands there, what kind it is, and what is known of it.

    `style` is "computed" or a Standing; `right` is the right figure of a contradicted one.
    """

    text: str
    style: str
    note: str = ""
    right: str = ""


def token(figure: Figure) -> str:
    """The token that stands for a figure in Markdown."""
    return f"{_OPEN}{json.dumps(asdict(figure)).encode().hex()}{_CLOSE}"


def figure(match: re.Match[str]) -> Figure:
    """The figure of a token; one that nobody made is no figure."""
    try:
        return Figure(**json.loads(bytes.fromhex(match[1])))
    except (ValueError, TypeError):
        return Figure("", "computed")


def plain(text: str) -> str:
    """Told prose with each figure as its bare text."""
    return TOKEN.sub(lambda match: figure(match).text, text)


def told(book: Notebook) -> Notebook:
    """The notebook with all prose told; what was measured stays as it is."""
    telling = replace(
        book, runs=_Told(book, book.runs), campaigns=_Told(book, book.campaigns), told=True
    )
    # Both are of the same records: nothing is measured twice, and the memo is shared.
    vars(telling)["measurements"] = book.measurements
    return telling


class _Told(Mapping[str, Model], Generic[Model]):
    """Records whose prose is told when they are asked for."""

    def __init__(self, book: Notebook, records: Mapping[str, Model]) -> None:
        self._book = book
        self._records: Mapping[str, Model] = records

    def __getitem__(self, name: str) -> Model:
        record = self._records[name]
        told: Model = self._book.once("told", name, lambda: self._told(name, record))
        return told

    def _told(self, name: str, record: Model) -> Model:
        def find() -> list[str | None]:
            """What each text is told as; None where that is what it says."""
            teller = _teller(self._book, name)
            found = ((text, teller(path, text)) for path, text in prose.texts(record))
            return [None if told == text else told for text, told in found]

        texts = self._book.kept("told", name, find)
        left = iter(texts)
        return prose.rewritten(record, lambda _, text: next(left) or text) if any(texts) else record

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)


def _teller(book: Notebook, identity: str) -> Callable[[Path, str], str]:
    return lambda path, text: tell(book, identity, text, marked=typed.says_figures(path))


def tell(book: Notebook, identity: str, text: str, *, marked: bool = True) -> str:
    """One text of a run's or a campaign's record, told; `marked` marks typed figures too."""
    text = text.replace(_OPEN, "").replace(_CLOSE, "")
    try:
        pieces = prose.parts(text)
    except ProseError:
        return text
    return "".join(
        _told(book, identity, piece) if marked or isinstance(piece, Call) else piece
        for piece in pieces
    )


def _told(book: Notebook, identity: str, piece: str | Call) -> str:
    if not isinstance(piece, Call):
        return _marked(book, identity, piece)
    try:
        return token(compute(book, identity, piece))
    except ProseError as error:
        return token(Figure(UNKNOWN_FIGURE, Standing.CONTRADICTED, str(error)))


def _marked(book: Notebook, identity: str, text: str) -> str:
    pieces, at = [], 0
    for found in figures_in(book, identity, text):
        pieces.append(text[at : found.said.start])
        pieces.append(token(_typed(found)))
        at = found.said.end
    return "".join([*pieces, text[at:]])


def _typed(found: Typed) -> Figure:
    outcome = found.outcome
    right = outcome.figure if outcome.standing is Standing.CONTRADICTED else ""
    return Figure(found.said.text, outcome.standing, said_of(found, outcome), right)


def said_of(found: Typed, outcome: Outcome) -> str:
    """What is known of a typed figure, in words: `Requests per second against day-6: +83.4 %`."""
    label = found.metric.label if found.metric else ""
    against = f" against {outcome.versus}" if outcome.versus else ""
    about = f"{label}{against}: {outcome.figure}" if label and outcome.figure else ""
    return "; ".join(filter(None, [about, outcome.note]))


def figures_in(book: Notebook, identity: str, text: str) -> list[Typed]:
    """The typed figures of a text of this run's or campaign's record."""
    if not any(map(str.isdigit, text)) and not typed.has_word(text):
        return []
    return list(typed.figures(book, subjects(book, identity), text))


def subjects(book: Notebook, identity: str) -> Sequence[str]:
    """The runs that a record speaks of: the run itself, a campaign's runs, newest first."""
    if identity in book.runs:
        return [identity]
    return [run for run in reversed(book.runs_of(identity)) if book.runs[run].status == "completed"]


def compute(book: Notebook, identity: str, call: Call) -> Figure:
    """The figure of a call; raises ProseError where there is none."""
    name = call.arguments["metric"]
    metric = METRICS.get(name)
    if metric is None:
        hint = explain.did_you_mean(name, list(METRICS)) or "the glossary lists all metrics"
        raise ProseError(f"there is no metric {name[:60]!r}", hint, name)
    run = _run(book, call.arguments.get("run", identity))
    measured = book.measurements[run].get(name)
    if measured is None:
        raise ProseError(f"{run} has no figure of {name}", "record it, or leave it out", name)
    if call.function == "value":
        return Figure(measured.show(), "computed", f"{metric.label} of {run}, {measured.source}")
    versus = call.arguments.get("vs") or book.baselines[run]
    if versus is None:
        raise ProseError(f"{run} has no baseline", "name one: vs='campaign/run'", name)
    versus = _run(book, versus)
    pair = Pair(metric, book.measurements[versus].get(name), measured)
    if pair.delta is None:
        raise ProseError(f"{versus} has no figure of {name}", "name another run", versus)
    about = pair.delta.approximate
    note = f"{metric.label}, {run} against {versus}"
    if call.function == "change" and metric.unit not in (SHARE, RATIO):
        return Figure(show_change(pair.change, approximate=about), "computed", note)
    shown = show_signed(pair.delta.start, metric.unit, approximate=about, currency=pair.currency)
    return Figure(shown, "computed", note)


def _run(book: Notebook, name: str) -> str:
    if name in book.runs:
        return name
    if name in book.campaigns or "/" not in name:
        raise ProseError("a campaign has no figures of its own", "name a run: run='campaign/run'")
    hint = explain.did_you_mean(name, list(book.runs)) or "name it as campaign/run"
    raise ProseError(f"there is no run {name[:80]!r}", hint, name)
