"""What people wrote down over all runs: findings, recommendations, options, actions and changes,
with which follows from which.

Edges are those of the records: `because` leads back to what an entry follows from, `implements`
from a change to what it carries out. What became of each is found out by `decisions`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from generator import predictions, telling
from generator.model import Campaign, Run
from generator.narrative import Action, ChangeMade, Finding, Option, Recommendation
from generator.notebook import Notebook, moment
from generator.predictions import full

SECTIONS = predictions.ENTRIES
"""Fields of a record that hold entries, in the order in which one follows from the other."""

LONGEST = 160
"""Longest text of an entry in a table, in characters."""


class State(StrEnum):
    """Where an entry stands."""

    OPEN = "open"
    DONE = "done"
    VERIFIED = "verified"
    REFUTED = "refuted"
    DROPPED = "dropped"
    NOTED = "noted"


CARRIED_OUT = (State.DONE, State.VERIFIED, State.REFUTED)
"""States of what was done, whatever it brought."""


@dataclass(frozen=True)
class Entry:
    """Something that was found, proposed, to be done, or altered.

    `key` is unique: `session-8/pre-fix#changes-0`; `record` is the run or campaign whose record
    holds it, in its field `section` at `position`. `because` are the keys of what it follows from,
    `followed_by` of what follows from it. `why` says what the state rests on, `effect` what was
    measured, or why nothing was; `shown_by` is the run that shows it. `age` is in days, None where
    the record has no date.
    """

    key: str
    record: str
    section: str
    position: int
    text: str
    level: str = ""
    when: str = ""
    date: date | None = None
    age: int | None = None
    state: State = State.OPEN
    why: str = ""
    effect: str = ""
    shown_by: str = ""
    because: tuple[str, ...] = ()
    followed_by: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What it is, in the singular."""
        return self.section.removesuffix("s")


Part = Finding | Recommendation | Option | Action | ChangeMade


def records(book: Notebook) -> dict[str, Run | Campaign]:
    """Campaigns, and the runs that have entries, by their names."""
    return {**book.campaigns, **{name: book.runs[name] for name in book.holding(*SECTIONS)}}


def parts(record: Run | Campaign, section: str) -> Sequence[Part]:
    """What a record holds in a section; nothing where it has no such field."""
    found: Sequence[Part] = getattr(record, section, ())
    return found


def read(book: Notebook, as_of: date | None) -> dict[str, Entry]:
    """Every entry by its key, in order of the records, with its age at `as_of` and its links."""
    return _linked(book, {entry.key: entry for entry in _read(book, as_of)})


def _read(book: Notebook, as_of: date | None) -> Iterator[Entry]:
    for identity, record in records(book).items():
        when = moment(record.date).date() if record.date else None
        age = max(0, (as_of - when).days) if as_of and when else None
        repeated = set(_made_before(book, record))
        for section in SECTIONS:
            for position, part in enumerate(parts(record, section)):
                if isinstance(part, ChangeMade) and part.modification in repeated:
                    continue
                yield Entry(
                    f"{identity}#{section}-{position}",
                    identity,
                    section,
                    position,
                    plain(_text(part)),
                    level=part.level if isinstance(part, Finding) else "",
                    when=(part.when or "") if isinstance(part, Action) else "",
                    date=when,
                    age=age,
                )


def _made_before(book: Notebook, record: Run | Campaign) -> Iterator[str]:
    """The changes that a repeat has only because the run that it repeats has them."""
    original = book.runs.get(record.repeats or "") if isinstance(record, Run) else None
    yield from (change.modification for change in original.changes) if original else ()


def _text(part: Part) -> str:
    if isinstance(part, ChangeMade):
        return f"{part.area}: {part.modification}"
    return part.title if isinstance(part, Option | Action) else part.text


def plain(text: str) -> str:
    """Told prose as one short line without Markdown's signs of emphasis and code."""
    bare = " ".join(telling.plain(text).replace("**", "").replace("`", "").split())
    return textwrap.shorten(bare, LONGEST, placeholder="…")


def _linked(book: Notebook, entries: dict[str, Entry]) -> dict[str, Entry]:
    """The entries with what they follow from and what follows from them."""
    book_records = records(book)
    by_reference = {
        f"{identity}#{part.id}": f"{identity}#{path[0]}-{path[1]}"
        for identity, record in book_records.items()
        for path, part in predictions.keyed(record)
    }
    followed: dict[str, list[str]] = {}
    linked = {}
    for key, entry in entries.items():
        part = parts(book_records[entry.record], entry.section)[entry.position]
        named = getattr(part, "implements", ()) or getattr(part, "because", ())
        whole = (by_reference.get(full(entry.record, reference), "") for reference in named)
        causes = tuple(dict.fromkeys(cause for cause in whole if cause in entries))
        for cause in causes:
            followed.setdefault(cause, []).append(key)
        linked[key] = replace(entry, because=causes)
    return {
        key: replace(entry, followed_by=tuple(followed.get(key, ())))
        for key, entry in linked.items()
    }
