"""Checks of what people say of the figures: claims, figures typed in prose, figures to compute.

Each yields the identity of a run or campaign with a doubt of its record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator import claims, explain, prose, telling
from generator import typed as typed_figures
from generator.claims import CPU_OF_POD, Judged, Standing
from generator.doubts import Doubt
from generator.errors import Level
from generator.metrics import METRICS
from generator.model import Campaign, Run
from generator.narrative import Claim
from generator.notebook import Notebook
from generator.prose import Call, ProseError

Found = Iterator[tuple[str, Doubt]]


def _judged(book: Notebook) -> Iterator[tuple[str, Sequence[Judged]]]:
    of_campaigns = (name for name, campaign in book.campaigns.items() if campaign.claims)
    for identity in (*book.holding("claims"), *of_campaigns):
        yield identity, claims.judge(book, identity)


def contradicted(book: Notebook) -> Found:
    """Claims that the data contradict."""
    for identity, judged in _judged(book):
        for position, one in enumerate(judged):
            outcome, claim = one.outcome, one.claim
            if outcome.standing is not Standing.CONTRADICTED:
                continue
            against = f" against {outcome.versus}" if outcome.versus else ""
            about = METRICS[claim.metric].label if claim.metric in METRICS else "CPU"
            where = f" ({claim.where})" if claim.where else ""
            right = f": it is {outcome.figure}" if outcome.figure else ""
            note = f"; {outcome.note}" if outcome.note and outcome.note not in _SOURCES else ""
            of = f" of {claim.pod}" if claim.pod else ""
            message = f"“{claim.says}” of {about}{of}{against}{where}{right}{note}"
            yield identity, Doubt(("claims", position, "says"), message, _MEND)


def other_pods(book: Notebook) -> Found:
    """Changes of single pods that compare a pod with another one; one doubt a table."""
    for identity, judged in _judged(book):
        tables: dict[tuple[str, str], list[tuple[int, Judged]]] = {}
        for position, one in enumerate(judged):
            outcome = one.outcome
            if one.claim.pod and outcome.versus and outcome.standing is Standing.NOT_VERIFIABLE:
                key = (one.claim.where or "", outcome.versus)
                tables.setdefault(key, []).append((position, one))
        for (where, versus), found in tables.items():
            told = "; ".join(
                f"{one.claim.says} of {one.claim.pod} {one.outcome.figure}".rstrip()
                for _, one in found
            )
            table = f"“{where}”" if where else "the claims"
            message = f"{table} compare pods that {versus} does not have: {told}"
            first, *others = (("claims", position, "says") for position, _ in found)
            hint = "compare the mean over the pods of each run"
            yield identity, Doubt(first, message, hint, tuple(others))


_SOURCES = ("recorded",)
_MEND = "correct the text that it was taken from, or the figure on record"


def disagreeing(book: Notebook) -> Found:
    """Two claims of one thing that can't both be right."""
    for identity, judged in _judged(book):
        place = {id(one): position for position, one in enumerate(judged)}
        for one, other in claims.disagreeing(judged):
            where = f" ({other.claim.where})" if other.claim.where else ""
            message = f"“{one.claim.says}” and “{other.claim.says}”{where} are claims of one thing"
            path = ("claims", place[id(one)], "says")
            concerns = (("claims", place[id(other)], "says"),)
            yield identity, Doubt(path, message, "at most one of them is right", concerns)


def mixed_baselines(book: Notebook) -> Found:
    """A table whose figures hold against different runs only."""
    for identity, judged in _judged(book):
        place = {id(one): position for position, one in enumerate(judged)}
        for where, by_baseline in claims.mixed_baselines(judged):
            told = "; ".join(_held(baseline, ones) for baseline, ones in by_baseline.items())
            first, *others = (one for ones in by_baseline.values() for one in ones)
            path = ("claims", place[id(first)], "where")
            message = f"the figures of “{where}” hold against different runs only: {told}"
            concerns = tuple(("claims", place[id(one)], "says") for one in others)
            yield identity, Doubt(path, message, "give each its baseline", concerns)


def _held(baseline: str, judged: Sequence[Judged]) -> str:
    said = [f"{one.claim.says} {METRICS[one.claim.metric].label}" for one in judged]
    return f"{', '.join(said)} against {baseline}"


def unknown(book: Notebook) -> Found:
    """Claims of a metric or a run that there is not, or that say no figure."""
    for identity, judged in _judged(book):
        for position, one in enumerate(judged):
            for field, message, hint in _unknown(book, one):
                path = ("claims", position, field)
                yield identity, Doubt(path, message, hint, level=Level.ERROR)


def _unknown(book: Notebook, one: Judged) -> Iterator[tuple[str, str, str]]:
    claim: Claim = one.claim
    known = [CPU_OF_POD] if claim.pod else list(METRICS)
    if claim.pod and claim.metric not in known:
        yield "metric", "of a single pod only cpu is known", "write metric: cpu"
    elif claim.metric not in known:
        hint = explain.did_you_mean(claim.metric, known) or "the glossary lists all metrics"
        yield "metric", f"there is no metric {claim.metric!r}", hint
    for field, run in (("run", claim.run), ("versus", claim.versus)):
        if run is not None and run not in book.runs:
            hint = explain.did_you_mean(run, list(book.runs)) or "name it as campaign/run"
            yield field, f"there is no run {run!r}", hint
    if not one.run or one.run not in book.runs:
        if claim.run is None:
            yield "says", "it is not said of which run", "add run: campaign/run"
    elif one.said is None and claim.metric in known:
        hint = "write +83%, -0.34 pp, 363ms, doubled, 3→6 or ="
        yield "says", f"{claim.says!r} is no figure of {claim.metric}", hint


def typed(book: Notebook, identity: str) -> Iterator[Doubt]:
    """Figures typed in prose that the data contradict."""
    for path, text in prose.texts(_record(book, identity)):
        try:
            pieces = prose.parts(text) if typed_figures.says_figures(path) else []
        except ProseError:
            continue
        for piece in pieces:
            if isinstance(piece, Call):
                continue
            for found in telling.figures_in(book, identity, piece):
                if found.outcome.standing is Standing.CONTRADICTED:
                    told = telling.said_of(found, found.outcome)
                    message = f"“{found.said.text}” is contradicted: {told}"
                    hint = "correct it, or let it be computed: {{ value('…') }}"
                    yield Doubt(path, message, hint, inside=found.said.text)


def computed(book: Notebook, identity: str) -> Iterator[Doubt]:
    """Figures that prose asks for and that can't be computed."""
    for path, text in prose.texts(_record(book, identity)):
        try:
            for piece in prose.parts(text):
                if isinstance(piece, Call):
                    telling.compute(book, identity, piece)
        except ProseError as error:
            level = Level.ERROR
            yield Doubt(path, str(error), error.hint, inside=error.expression, level=level)


def _record(book: Notebook, identity: str) -> Run | Campaign:
    return book.runs[identity] if identity in book.runs else book.campaigns[identity]
