"""Decisions: what became of what was found, proposed and to be done, over all runs.

1. The state comes from the record where it says one, else from what carried an entry out. Verified
   and refuted are said of measurements alone: of a prediction that a run scored, with no doubt
   whether the difference is the change's.
2. An age is that at the newest run, so that two builds say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from generator import datafiles, entries, likeness, predictions
from generator.doubts import Doubt
from generator.entries import CARRIED_OUT, Entry, State, Written
from generator.metrics import METRICS
from generator.notebook import Notebook, moment
from generator.predictions import Score, Standing, full

VERSION = 1
"""Version of the layout of `data/decisions.json`."""


@dataclass(frozen=True)
class Decisions:
    """All entries in order of the records, by key; `as_of` is the date of the newest run."""

    entries: Mapping[str, Entry]
    as_of: date | None

    def of(self, sections: Sequence[str], *states: State) -> list[Entry]:
        """The entries of these sections in one of the states, the oldest first.

        Those whose age nobody knows come first.
        """
        found = [e for e in self.entries.values() if e.section in sections and e.state in states]
        return sorted(found, key=lambda entry: entry.date or date.min)


def open_actions(book: Notebook) -> tuple[Entry, ...]:
    """The open actions of campaigns and runs, the oldest first."""
    return tuple(of(book).of(("actions",), State.OPEN))


def of(book: Notebook) -> Decisions:
    """What the records of a notebook hold, with the state of each; found out once a notebook."""
    return book.once("decisions", book.told, lambda: _with_texts(book, _judged(book)))


def _judged(book: Notebook) -> Decisions:
    """The same without texts, which are read in two ways: as they stand, and as they are told."""

    def find() -> Decisions:
        gists = book.gists.values()
        # A planned run may lie ahead: it does not say how far the notebook has come.
        dates = [moment(one.date).date() for one in gists if one.date and one.status != "planned"]
        as_of = max(dates, default=None)
        return Decisions(_Judge(book, entries.read(book, as_of)).judged(), as_of)

    return book.once("decisions judged", "", find)


def _with_texts(book: Notebook, found: Decisions) -> Decisions:
    texts = {
        entries.key_of(name, one.section, one.position): text
        for name, _ in entries.records(book)
        for one, text in zip(entries.written(book, name), entries.texts(book, name), strict=True)
    }
    told = {
        key: entry._replace(
            text=texts[key], why=entry.why + texts[entry.names] if entry.names else entry.why
        )
        for key, entry in found.entries.items()
    }
    return replace(found, entries=told)


# --- what became of them --------------------------------------------------------------------------


class _Judge:
    """Gives each entry its state, changes first, then what they carry out, findings last."""

    def __init__(self, book: Notebook, found: Mapping[str, Entry]) -> None:
        self.book = book
        self.entries = dict(found)
        self.waiting = set(found)
        self.written = entries.by_key(book)
        self.scores: dict[str, list[Score]] = {}
        for score in predictions.scores(book):
            for key in self._scored(score):
                self.scores.setdefault(key, []).append(score)

    def _scored(self, score: Score) -> Iterator[str]:
        """The change that a score is of, and the option or recommendation that predicted it."""
        change = f"{score.changed_in}#changes-{score.path[1]}"
        yield change
        if score.path[2] == "implements":
            whole = full(score.changed_in, self.written[change].follows[int(score.path[3])])
            for cause in self.entries[change].because if change in self.entries else ():
                if f"{self.entries[cause].record}#{self.written[cause].id}" == whole:
                    yield cause

    def judged(self) -> dict[str, Entry]:
        """All entries with their states."""
        for key in self.entries:
            self._judge(key)
        return self.entries

    def _judge(self, key: str) -> Entry:
        """The entry with its state; where records refer in a circle, as far as it is known."""
        entry = self.entries[key]
        if key not in self.waiting:
            return entry
        self.waiting.remove(key)
        followers = [self._judge(follower) for follower in entry.followed_by]
        judge = {"changes": self._change, "actions": self._action, "findings": self._finding}
        self.entries[key] = judge.get(entry.section, self._proposal)(entry, followers)
        return self.entries[key]

    def _change(self, entry: Entry, _followers: Sequence[Entry]) -> Entry:
        change = self.written[entry.key]
        shown_by = change.verified_by or entry.record
        entry = entry._replace(shown_by=shown_by)
        if self.book.gists[entry.record].status == "planned":
            return entry._replace(state=State.OPEN, why=f"{entry.record} is planned")
        scored = self.scores.get(entry.key) or [
            score
            for cause in entry.because
            for score in self.scores.get(cause, ())
            if score.run == shown_by
        ]
        if scored:
            return _by_scores(entry, scored)
        return entry._replace(state=State.DONE, effect=self._unpredicted(change, shown_by))

    def _unpredicted(self, change: Written, shown_by: str) -> str:
        """Why nothing is measured of a change that no figure was predicted of."""
        if change.inert:
            return "it can't alter a figure"
        shown = self.book.gists.get(shown_by)
        if shown is None or shown.status != "completed":
            return f"not measurable: {shown_by} is {shown.status if shown else 'no run on record'}"
        versus = self.book.baselines[shown_by]
        if versus is None:
            return f"not measurable: {shown_by} has no baseline"
        found = likeness.between(self.book, versus, shown_by)
        if found.confounded:
            together = f"{len(found.factors)} things were altered together"
            return f"not measurable: no figure was predicted, and {together}"
        return f"no figure was predicted; the deltas of {shown_by} are put down to it"

    def _action(self, entry: Entry, followers: Sequence[Entry]) -> Entry:
        action = self.written[entry.key]
        shown_by = action.verified_by or next((f.shown_by for f in followers if f.shown_by), "")
        entry = entry._replace(state=State(action.state), shown_by=shown_by)
        made = [follower for follower in followers if follower.state in CARRIED_OUT]
        if entry.state is State.DONE:
            why = "the record says so" if not (made or action.verified_by) else ""
            return _as_followers(entry, made)._replace(why=why)
        if made:
            where = made[0].record
            return entry._replace(why=f"the record says {entry.state}, {where} carries it out")
        if entry.state is State.OPEN:
            return _not_yet(entry, followers, "no change on record carries it out")
        return entry._replace(why="the record says so")

    def _proposal(self, entry: Entry, followers: Sequence[Entry]) -> Entry:
        """An option or recommendation."""
        made = [follower for follower in followers if follower.state in CARRIED_OUT]
        if not made:
            return _not_yet(entry, followers, "no change carries it out")
        entry = entry._replace(shown_by=next((f.shown_by for f in made if f.shown_by), ""))
        scored = self.scores.get(entry.key, [])
        if scored:
            return _by_scores(entry, scored)
        by = made[0]
        an = "an" if by.kind == "action" else "a"
        return _as_followers(entry, made)._replace(why=f"{an} {by.kind} of {by.record} did it")

    def _finding(self, entry: Entry, followers: Sequence[Entry]) -> Entry:
        made = [follower for follower in followers if follower.state in CARRIED_OUT]
        if made:
            why = f"{len(made)} of {len(followers)} that follow from it carried out"
            return entry._replace(state=State.DONE, why=why)
        if not followers and entry.level in ("positive", "info"):
            return entry._replace(state=State.NOTED, why="nothing to do")
        return _not_yet(entry, followers, "nothing on record follows from it")


def _not_yet(entry: Entry, followers: Sequence[Entry], alone: str) -> Entry:
    dropped = followers and all(follower.state is State.DROPPED for follower in followers)
    if dropped and entry.section != "actions":
        return entry._replace(state=State.DROPPED, why="what follows from it was dropped")
    if not followers:
        return entry._replace(state=State.OPEN, why=alone)
    kinds = [f"{follower.kind}s" for follower in followers]
    first = followers[0]
    why = f"{len(kinds):,} {' and '.join(dict.fromkeys(kinds))} follow from it, none is done"
    if len(kinds) == 1:
        an = "an" if first.kind[0] in "ao" else "a"
        why = f"{an} {first.kind} follows from it and is {first.state}: "
    return entry._replace(state=State.OPEN, why=why, names="" if len(kinds) > 1 else first.key)


def _as_followers(entry: Entry, made: Sequence[Entry]) -> Entry:
    """The state of what was carried out, by those that did it: refuted by any, verified by all."""
    states = {follower.state for follower in made}
    state = State.DONE
    if State.REFUTED in states:
        state = State.REFUTED
    elif states == {State.VERIFIED}:
        state = State.VERIFIED
    told = dict.fromkeys(follower.effect for follower in made if follower.effect)
    return entry._replace(state=state, effect="; ".join(list(told)[:2]))


def _by_scores(entry: Entry, scored: Sequence[Score]) -> Entry:
    """The state by predictions: refuted by any that is certain, verified where all are and hold."""
    certain = [score for score in scored if not score.caveat]
    state = State.DONE
    if any(score.standing is Standing.OPPOSITE for score in certain):
        state = State.REFUTED
    elif len(certain) == len(scored) and all(s.standing is Standing.HELD for s in scored):
        state = State.VERIFIED
    effect = "; ".join(_told(score) for score in scored)
    return entry._replace(state=state, effect=effect, shown_by=scored[0].run)


def _told(score: Score) -> str:
    """What a run measured of a prediction, in words; where nothing, why."""
    metric = METRICS.get(score.expects.of)
    label = metric.label if metric else score.expects.of
    wanted = f"{label} {predictions.expected(score.expects)} expected"
    if score.standing is Standing.NOT_MEASURABLE:
        missing = f"{label} is not on record on both sides" if score.versus else "no baseline"
        return f"not measurable: {wanted}; {score.caveat or missing}"
    doubt = f"; not put down to it: {score.caveat}" if score.caveat else ""
    return f"{score.standing}: {wanted}, {score.measured} measured{doubt}"


def contradicted(book: Notebook) -> Iterator[tuple[str, Doubt]]:
    """Actions that their record calls open or dropped, though a completed run carried them out."""
    found, written, gists = _judged(book), entries.by_key(book), book.gists
    for entry in found.entries.values():
        if entry.section != "actions" or entry.state not in (State.OPEN, State.DROPPED):
            continue
        by = [found.entries[key].record for key in entry.followed_by if "#changes-" in key]
        action = written[entry.key]
        by += [action.verified_by] if action.verified_by else []
        done = [name for name in by if name in gists and gists[name].status == "completed"]
        if done:
            message = f"{entry.state}, though {done[0]} carries it out or shows that it is done"
            hint = "set the state to done, or make an action of its own of what is left"
            yield entry.record, Doubt(("actions", entry.position, "state"), message, hint)


def as_json(book: Notebook) -> str:
    """`data/decisions.json`: every entry with its state, what it follows from, what follows."""
    found = of(book)
    listed = [
        {
            "key": entry.key,
            "kind": entry.kind,
            **{
                name: value.isoformat() if isinstance(value, date) else value
                for name, value in entry._asdict().items()
                if name not in ("key", "names")
            },
        }
        for entry in found.entries.values()
    ]
    as_of = found.as_of.isoformat() if found.as_of else None
    content = {"version": VERSION, "as_of": as_of, "entries": listed}
    return datafiles.text_of(content)
