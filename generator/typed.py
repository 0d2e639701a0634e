"""Figures that stand typed in a record's prose: what each can mean, and how it stands.

A figure is about the metric that is named nearest to it in its sentence and has its unit; a change
is one against the run that the sentence names, else against the baseline or an earlier run. What
can't be told is not verifiable, and so is what a sentence wishes, limits or expects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from generator import claims, saying
from generator.claims import Outcome, Standing
from generator.metrics import METRICS, Metric
from generator.notebook import Notebook
from generator.saying import Kind, Said
from generator.units import RATIO, SHARE, Quantity
from generator.yamltree import Path


@dataclass(frozen=True)
class Typed:
    """A figure in a text with the metric that it is about and how it stands."""

    said: Said
    metric: Metric | None
    outcome: Outcome


_HIDDEN = re.compile(
    r"```.*?```|`[^`\n]*`|\]\([^)\s]{0,400}\)|<[^>\s]{0,400}>|https?://\S+|\b\d{4}-\d\d-\d\d\b",
    re.DOTALL,
)
"""Code, addresses and dates: no figures."""

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n\s*\n|\n\s*[-*]\s")

_WISH = re.compile(
    r"\b(?:should|must|would|could|may|might|target|goal|limits?|threshold|expect(?:ed|s)?|"
    r"at most|at least|up to|below|above|under|over|more than|less than|potentially|slo|objective|"
    r"tolerance|if|within|earlier|previous(?:ly)?|former)\b",
    re.IGNORECASE,
)
"""Words of sentences that say what is wished or bounded, or speak of some other run."""

_ROUTE = re.compile(r"(?<![\w/.:<])/(?!s\b|sec\b|min\b|h\b)[a-z]", re.IGNORECASE)
"""`GET /orders`: what is said is of one endpoint, not of all requests."""

_DOWN = r"(?:fell|fallen|dropped|decreased|lower|less|fewer|down|shorter|reduced|faster)"
_UP = r"(?:rose|risen|increased|higher|more|up|grew|grown|longer|gained|slower)"
_BEFORE = re.compile(
    rf"\b(?:(?P<down>{_DOWN})|(?P<up>{_UP}))\b(?:\s\w+){{0,3}}\sby\s$", re.IGNORECASE
)
_BEHIND = re.compile(rf"\s(?:(?P<down>{_DOWN})|(?P<up>{_UP}))\b", re.IGNORECASE)
"""`rose by 83 %`, `73 ms higher`: a figure without a sign that states a difference."""


def figures(book: Notebook, runs: Sequence[str], text: str) -> Iterator[Typed]:
    """Every typed figure of a text that is about one of these runs, the first the likeliest."""
    hidden = _HIDDEN.sub(lambda match: " " * len(match[0]), text)
    for start, sentence in _sentences(hidden):
        mentions = list(_mentions(sentence))
        masked = sentence
        for _, left, right in mentions:
            if any(map(str.isdigit, sentence[left:right])):
                masked = masked[:left] + "_" * (right - left) + masked[right:]
        bounded = _WISH.search(masked) is not None
        narrower = _ROUTE.search(text[start : start + len(sentence)]) is not None
        for said in saying.figures(masked):
            metric = _metric_of(said, mentions, sentence)
            told = _as_difference(said, metric, sentence) if metric else None
            if metric is None or told is None:
                note = "no metric with this unit is named beside it"
                outcome = Outcome(Standing.NOT_VERIFIABLE, note=note)
            else:
                said = told
                metric, outcome = _outcome(book, runs, said, metric, sentence)
                if (bounded or narrower) and not outcome.holds:
                    expected = "the sentence says what is expected or bounded"
                    note = expected if bounded else "the sentence names an endpoint"
                    outcome = Outcome(Standing.NOT_VERIFIABLE, note=note)
            shifted = replace(said, start=said.start + start, end=said.end + start)
            yield Typed(shifted, metric, outcome)


TOLD = ("summary", "conclusions", "findings", "tradeoffs", "bottlenecks", "impact")
"""Parts of a record that say what was measured; elsewhere figures are settings and intentions."""


def says_figures(path: Path) -> bool:
    """Whether the text at a path of a record says what was measured."""
    return path[0] in TOLD or path[-1] in TOLD


def has_word(text: str) -> bool:
    """Whether a text without digits can hold a figure: `doubled`."""
    lowered = text.lower()
    return any(word in lowered for word in saying.WORDS)


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for match in _SENTENCE.finditer(text):
        yield at, text[at : match.start()]
        at = match.end()
    yield at, text[at:]


@cache
def _words() -> re.Pattern[str]:
    """Every word of every metric, the longest first."""
    words = sorted({word for metric in METRICS.values() for word in metric.words}, key=len)
    listed = "|".join(re.escape(word).replace(r"\ ", r"[ \u00a0]") for word in reversed(words))
    return re.compile(rf"(?<![\w])(?:{listed})(?![\w])", re.IGNORECASE)


@cache
def _metrics_by_word() -> dict[str, Metric]:
    return {word: metric for metric in METRICS.values() for word in metric.words}


def _mentions(sentence: str) -> Iterator[tuple[Metric, int, int]]:
    """Metrics that a sentence names, with the place of each mention."""
    for match in _words().finditer(sentence):
        word = match[0].lower().replace("\u00a0", " ")
        yield _metrics_by_word()[word], match.start(), match.end()


def _metric_of(
    said: Said, mentions: Sequence[tuple[Metric, int, int]], sentence: str
) -> Metric | None:
    """The metric that the figure is about: its unit's own, else the nearest that fits."""
    own = saying.metric_of_unit(said)
    if own is not None:
        return own
    near = [
        (distance, metric)
        for metric, left, right in mentions
        if saying.fits(said, metric) or (said.in_percent and said.kind is Kind.VALUE)
        if (distance := _distance(said, left, right, sentence)) is not None
    ]
    return min(near, key=lambda item: item[0])[1] if near else None


_CLAUSE = 10
"""How much farther a mention counts that stands on the other side of a comma."""

_BESIDE = re.compile(r"\s(?:(?:of|in|for)\s(?:the\s)?)?")
"""What may stand between a figure and the metric named behind it: `+83% throughput`."""


def _distance(said: Said, left: int, right: int, sentence: str) -> int | None:
    """How far a mention is from a figure; None for one behind it that is not right beside it."""
    if right <= said.start:
        apart = _CLAUSE if any(mark in sentence[right : said.start] for mark in ",;") else 0
        return said.start - right + apart
    between = sentence[said.end : left]
    return len(between) if _BESIDE.fullmatch(between) else None


def _as_difference(said: Said, metric: Metric, sentence: str) -> Said | None:
    """The figure as the difference that words beside it make it: `rose by 83 %`, `73 ms higher`.

    None for a percentage of what is no share, where no word says that it is a change.
    """
    if said.kind is not Kind.VALUE or said.quantity is None:
        return said
    word = _BEHIND.match(sentence, said.end) or _BEFORE.search(sentence[: said.start])
    share = metric.unit in (SHARE, RATIO)
    if word is None:
        return None if said.in_percent and not share else said
    size = said.quantity.start * (-1.0 if word["down"] else 1.0)
    quantity = Quantity(size, size, said.quantity.approximate, said.quantity.half)
    kind = Kind.CHANGE if said.in_percent else Kind.DELTA
    return replace(said, kind=kind, quantity=quantity)


def _outcome(
    book: Notebook, runs: Sequence[str], said: Said, metric: Metric, sentence: str
) -> tuple[Metric, Outcome]:
    """How a figure stands, and the metric that it turned out to be of."""
    named = _named(book, runs, sentence)
    if said.kind is Kind.VALUE:
        order = list(dict.fromkeys([*runs, *named, *(b for r in runs if (b := book.baselines[r]))]))
        outcomes = [
            claims.judge_value(said, book.measurements[run].get(metric.name)) for run in order
        ]
    else:
        outcomes = [
            claims.against(book, said, metric, other, run)
            for run in runs
            for other in ([n for n in named if n != run] or claims.earlier(book, run))
        ]
    if not outcomes:
        note = "there is no run to compare with"
        return metric, Outcome(Standing.NOT_VERIFIABLE, note=note)
    found = claims.best(outcomes)
    if said.kind is Kind.VALUE and not found.holds:
        # `~800m each, 4.8 cores in total`: it may be of another metric than the nearest.
        for run in runs:
            for measurement in book.measurements[run].values():
                other = claims.judge_value(said, measurement)
                if other.holds and saying.fits(said, measurement.metric):
                    return measurement.metric, other
    return metric, found


def _named(book: Notebook, runs: Sequence[str], sentence: str) -> list[str]:
    """Runs that a sentence names, by identity or by the run's own name: `pre-fix`, `day 6`.

    Looked for are the runs that these runs can be compared with, not all of the notebook.
    """
    near = dict.fromkeys(other for run in runs for other in [run, *claims.earlier(book, run)])
    lowered = sentence.lower()
    found = []
    for name in near:
        own = name.partition("/")[2].lower()
        spoken = (name.lower(), own, own.replace("-", " "), own.replace("-", ""))
        if any(word in lowered and _is_whole(word, lowered) for word in spoken):
            found.append(name)
    return found


def _is_whole(word: str, text: str) -> bool:
    """Whether a word that is in the text stands there by itself."""
    return bool(re.search(rf"(?<![\w]){re.escape(word)}(?![\w])", text))
