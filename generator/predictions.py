"""Predictions: what a change, option or recommendation was expected to bring, scored by a run.

A change carries out options, recommendations and actions (`implements`), those follow from findings
(`because`), and the run of the change, or the one that it names, shows the effect. A reference
that leads nowhere is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from generator import display, explain, likeness, units
from generator.compare import Pair
from generator.doubts import Doubt
from generator.errors import Level
from generator.metrics import METRICS
from generator.model import Campaign, Run
from generator.narrative import (
    Action,
    ChangeMade,
    Expectation,
    Finding,
    Option,
    Recommendation,
)
from generator.notebook import Notebook
from generator.units import RATIO, SHARE
from generator.yamltree import Path

Found = Iterator[tuple[str, Doubt]]


class Standing(StrEnum):
    """What became of a prediction."""

    HELD = "held"
    MISSED = "missed"
    OPPOSITE = "opposite"
    NOT_MEASURABLE = "not measurable"


@dataclass(frozen=True)
class Score:
    """A prediction held against the run that shows its effect.

    `stated_in` is the run whose record states it, `run` the one that scores it against `versus`;
    `path` is where that run's record, or the run of the change, refers to it. `caveat` says why
    the difference may not be the change's.
    """

    subject: str
    expects: Expectation
    stated_in: str
    run: str
    versus: str
    standing: Standing
    measured: str = ""
    caveat: str = ""
    changed_in: str = ""
    path: Path = ()


Target = Finding | Option | Recommendation | Action


def targets(book: Notebook) -> dict[str, Target]:
    """Everything that can be referred to, by `campaign/run#key`, of a campaign `campaign#key`."""
    return {
        f"{identity}#{part.id}": part
        for identity, record in records(book, *ENTRIES)
        for _, part in keyed(record)
    }


def target_of(book: Notebook, reference: str) -> Target | None:
    """What a full reference names; the last where a key stands twice."""
    holder, _, key = reference.partition("#")
    record = book.runs.get(holder) or book.campaigns.get(holder)
    found = [part for _, part in keyed(record) if part.id == key] if record else []
    return found[-1] if found else None


ENTRIES = ("findings", "recommendations", "options", "actions", "changes")
"""Parts of a record that refer to one another, in the order in which one follows from the other."""


def records(book: Notebook, *parts: str) -> Iterator[tuple[str, Run | Campaign]]:
    """The runs whose records have something in one of these parts, and all campaigns."""
    for identity in book.holding(*parts):
        yield identity, book.runs[identity]
    yield from book.campaigns.items()


def keyed(record: Run | Campaign) -> Iterator[tuple[Path, Target]]:
    """Each part of a record that has a key, with where it stands."""
    groups: list[tuple[str, Sequence[Target]]] = [("actions", record.actions)]
    if isinstance(record, Run):
        groups = [
            ("findings", record.findings),
            ("recommendations", record.recommendations),
            ("options", record.options),
            *groups,
        ]
    for name, parts in groups:
        for position, part in enumerate(parts):
            if part.id is not None:
                yield (name, position), part


def full(identity: str, reference: str) -> str:
    """A reference with its run: `#more-nodes` in a record is of that record."""
    return f"{identity}{reference}" if reference.startswith("#") else reference


def name_of(target: Target) -> str:
    """What a target is called."""
    return target.title if isinstance(target, Option | Action) else _short(target.text)


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 70 else f"{words[:69]}…"


def dangling(book: Notebook, identity: str) -> Iterator[Doubt]:
    """References and verifying runs that lead nowhere, and keys that stand twice."""
    record = book.runs[identity] if identity in book.runs else book.campaigns[identity]
    seen: set[str | None] = set()
    for path, part in keyed(record):
        if part.id in seen:
            message = f"the key {part.id!r} stands twice in this record"
            yield Doubt((*path, "id"), message, "rename one", level=Level.ERROR)
        seen.add(part.id)
    for path, reference in _references(record):
        target = target_of(book, full(identity, reference))
        if target is None:
            near = explain.did_you_mean(full(identity, reference), list(targets(book)))
            hint = near or "give what is meant an id, and write campaign/run#id"
            yield Doubt(path, f"there is no {reference!r}", hint, level=Level.ERROR)
        elif path[-2] == "implements" and isinstance(target, Finding):
            message = f"{reference!r} is a finding, which is nothing that can be carried out"
            hint = "name an option, a recommendation or an action"
            yield Doubt(path, message, hint, level=Level.ERROR)
    for path, verifying in _verifying(record):
        if verifying not in book.runs:
            hint = explain.did_you_mean(verifying, list(book.runs)) or "name it as campaign/run"
            yield Doubt(path, f"there is no run {verifying!r}", hint, level=Level.ERROR)


def _references(record: Run | Campaign) -> Iterator[tuple[Path, str]]:
    groups: list[tuple[str, str, Sequence[object]]] = [("actions", "because", record.actions)]
    if isinstance(record, Run):
        groups += [
            ("changes", "implements", record.changes),
            ("recommendations", "because", record.recommendations),
            ("options", "because", record.options),
        ]
    for name, field, parts in groups:
        for position, part in enumerate(parts):
            for number, reference in enumerate(getattr(part, field)):
                yield (name, position, field, number), reference


def _verifying(record: Run | Campaign) -> Iterator[tuple[Path, str]]:
    changes = record.changes if isinstance(record, Run) else ()
    groups: list[tuple[str, Sequence[ChangeMade | Action]]] = [
        ("changes", changes),
        ("actions", record.actions),
    ]
    for name, parts in groups:
        for position, part in enumerate(parts):
            if part.verified_by is not None:
                yield (name, position, "verified_by"), part.verified_by


def scores(book: Notebook) -> list[Score]:
    """Every prediction that a completed run scores, each once, in order of the runs."""
    return book.once("scores", book.told, lambda: _scores(book))


def _scores(book: Notebook) -> list[Score]:
    found: dict[tuple[str, str], Score] = {}
    for identity in book.holding("changes"):
        for position, change in enumerate(book.runs[identity].changes):
            scoring = change.verified_by or identity
            if scoring not in book.runs or book.runs[scoring].status != "completed":
                continue
            at: Path = ("changes", position)
            if change.expects:
                path = (*at, "expects")
                key = (f"{identity}/{position}", scoring)
                score = _score(book, change.name, change.expects, identity, scoring)
                found[key] = replace(score, changed_in=identity, path=path)
            for number, reference in enumerate(change.implements):
                whole = full(identity, reference)
                target = target_of(book, whole)
                if isinstance(target, Option | Recommendation) and target.expects:
                    stated = whole.partition("#")[0]
                    score = _score(book, name_of(target), target.expects, stated, scoring)
                    path = (*at, "implements", number)
                    found.setdefault(
                        (whole, scoring), replace(score, changed_in=identity, path=path)
                    )
    return list(found.values())


def _score(book: Notebook, subject: str, expects: Expectation, stated_in: str, run: str) -> Score:
    versus = book.baselines[run] or ""
    metric = METRICS.get(expects.of)
    pair = None
    if metric is not None and versus:
        sides = (book.measurements[name].get(metric.name) for name in (versus, run))
        pair = Pair(metric, *sides)
    expected = expects.change
    if metric is None or pair is None or pair.change is None or expected is None:
        nowhere = Standing.NOT_MEASURABLE
        why = "" if metric else f"{expects.of} is no metric on record"
        return Score(subject, expects, stated_in, run, versus, nowhere, caveat=why)
    ends = [expected.start, expected.end if expected.end is not None else expected.start]
    least = min(ends, key=abs)
    slack = book.settings.tolerance.start if book.settings.tolerance else 0.0
    actual = pair.change
    slack += 1e-9
    if abs(least) <= slack:
        standing = Standing.HELD if abs(actual) <= slack else Standing.MISSED
    elif actual * least < 0 and abs(actual) > slack:
        standing = Standing.OPPOSITE
    else:
        reached = actual * (1 if least > 0 else -1) >= abs(least) - slack
        standing = Standing.HELD if reached else Standing.MISSED
    about = pair.delta is not None and pair.delta.approximate
    shown = display.show_change(actual, approximate=about)
    if metric.unit in (SHARE, RATIO) and pair.delta is not None:
        shown = f"{shown} ({display.show_signed(pair.delta.start, metric.unit)})"
    between = likeness.between(book, versus, run)
    caveats = []
    if metric.needs and not between.like_for_like:
        caveats.append(f"not like for like: {', '.join(between.reasons)}")
    if between.confounded:
        caveats.append(f"{len(between.factors)} things were altered together")
    return Score(subject, expects, stated_in, run, versus, standing, shown, "; ".join(caveats))


def doubts(book: Notebook) -> Found:
    """Predictions that a run missed, or that went the other way."""
    for score in scores(book):
        if score.standing not in (Standing.MISSED, Standing.OPPOSITE):
            continue
        metric = METRICS[score.expects.of]
        caveat = f" ({score.caveat})" if score.caveat else ""
        message = (
            f"{score.standing}: “{score.subject.rstrip('.')}” was expected to bring {metric.label} "
            f"{expected(score.expects)}; {score.run} against {score.versus} shows "
            f"{score.measured}{caveat}"
        )
        hint = "say in the conclusions what was learned from it"
        yield score.changed_in, Doubt(score.path, message, hint)


def expected(expects: Expectation) -> str:
    """`2x→3x`, as it was written."""
    return display.show(expects.change, units.CHANGE)
