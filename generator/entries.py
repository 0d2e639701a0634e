"""What people wrote down over all runs: findings, recommendations, options, actions and changes,
with which follows from which.

Edges are those of the records: `because` leads back to what an entry follows from, `implements`
from a change to what it carries out. What became of each is found out by `decisions`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

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


class Entry(NamedTuple):
    """Something that was found, proposed, to be done, or altered.

    `key` is unique: `session-8/pre-fix#changes-0`; `record` is the run or campaign whose record
    holds it, in its field `section` at `position`. `because` are the keys of what it follows from,
    `followed_by` of what follows from it. `why` says what the state rests on, with the text of the
    entry `names` behind it, `effect` what was measured, or why nothing was; `shown_by` is the run
    that shows it. `age` is in days, None where the record has no date.
    """

    key: str
    record: str
    section: str
    position: int
    text: str = ""
    level: str = ""
    when: str = ""
    date: date | None = None
    age: int | None = None
    state: State = State.OPEN
    why: str = ""
    names: str = ""
    effect: str = ""
    shown_by: str = ""
    because: tuple[str, ...] = ()
    followed_by: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What it is, in the singular."""
        return self.section.removesuffix("s")


Part = Finding | Recommendation | Option | Action | ChangeMade


class Written(NamedTuple):
    """An entry as its record has it, without its text; `follows` are the references in it.

    What a section knows nothing of is empty.
    """

    section: str
    position: int
    id: str
    follows: Sequence[str]
    level: str
    when: str
    state: str
    verified_by: str
    modification: str
    inert: bool


def written(book: Notebook, identity: str) -> Sequence[Written]:
    """What the record of a run or campaign holds, in order of the sections."""

    def find() -> list[Written]:
        return [
            Written(
                section,
                position,
                getattr(part, "id", None) or "",
                getattr(part, "implements", ()) or getattr(part, "because", ()),
                part.level if isinstance(part, Finding) else "",
                (part.when or "") if isinstance(part, Action) else "",
                part.state if isinstance(part, Action) else "",
                getattr(part, "verified_by", None) or "",
                part.modification if isinstance(part, ChangeMade) else "",
                isinstance(part, ChangeMade) and part.inert,
            )
            for section, position, part in _parts(book, identity)
        ]

    def known() -> list[Written]:
        return [Written(*one) for one in book.kept("written", identity, find)]

    return book.once("written", identity, known)


def by_key(book: Notebook) -> Mapping[str, Written]:
    """What all records hold, by the keys of the entries."""

    def find() -> dict[str, Written]:
        return {
            key_of(name, one.section, one.position): one
            for name, _ in records(book)
            for one in written(book, name)
        }

    return book.once("written by key", "", find)


def texts(book: Notebook, identity: str) -> list[str]:
    """What each of them says, as one short line; of a notebook that is told as it is told."""

    def find() -> list[str]:
        return [plain(_text(part)) for _, _, part in _parts(book, identity)]

    return book.kept("texts of entries", identity, find) if book.told else find()


def _parts(book: Notebook, identity: str) -> Iterator[tuple[str, int, Part]]:
    """The parts of a record that are entries, with where they stand."""
    record: Run | Campaign = book.runs[identity] if "/" in identity else book.campaigns[identity]
    for section in SECTIONS:
        for position, part in enumerate(getattr(record, section, ())):
            yield section, position, part


def read(book: Notebook, as_of: date | None) -> dict[str, Entry]:
    """Every entry by its key, in order of the records, with its age at `as_of` and its links.

    Campaigns come before runs. The texts are not in it yet.
    """
    return _linked(book, {entry.key: entry for entry in _read(book, as_of)})


def records(book: Notebook) -> Iterator[tuple[str, date | datetime | None]]:
    """Campaigns, and the runs that have entries, by their names, with their dates."""
    yield from ((name, campaign.date) for name, campaign in book.campaigns.items())
    yield from ((name, book.gists[name].date) for name in book.holding(*SECTIONS))


def key_of(identity: str, section: str, position: int) -> str:
    """The key of an entry by where it stands."""
    return f"{identity}#{section}-{position}"


def _read(book: Notebook, as_of: date | None) -> Iterator[Entry]:
    for identity, dated in records(book):
        when = moment(dated).date() if dated else None
        age = max(0, (as_of - when).days) if as_of and when else None
        repeated = set(_made_before(book, identity))
        for one in written(book, identity):
            if one.modification and one.modification in repeated:
                continue
            yield Entry(
                key_of(identity, one.section, one.position),
                identity,
                one.section,
                one.position,
                level=one.level,
                when=one.when,
                date=when,
                age=age,
            )


def _made_before(book: Notebook, identity: str) -> Iterator[str]:
    """The changes that a repeat has only because the run that it repeats has them."""
    original = book.gists[identity].repeats if "/" in identity else None
    if original and original in book.gists:
        yield from (one.modification for one in written(book, original) if one.modification)


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
    every = {name: written(book, name) for name, _ in records(book)}
    by_reference = {
        f"{name}#{one.id}": key_of(name, one.section, one.position)
        for name, own in every.items()
        for one in own
        if one.id
    }
    followed: dict[str, list[str]] = {}
    linked = {}
    for name, own in every.items():
        for one in own:
            key = key_of(name, one.section, one.position)
            if key not in entries:
                continue
            whole = (by_reference.get(full(name, reference), "") for reference in one.follows)
            causes = tuple(dict.fromkeys(cause for cause in whole if cause in entries))
            for cause in causes:
                followed.setdefault(cause, []).append(key)
            linked[key] = entries[key]._replace(because=causes)
    return {
        key: entry._replace(followed_by=tuple(followed[key])) if key in followed else entry
        for key, entry in linked.items()
    }
