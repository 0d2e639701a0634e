"""The page of decisions: what is open, what followed from what, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from generator import decisions, links
from generator.blocks import Block, Cell, Mark, Note, Table
from generator.decisions import Decisions
from generator.entries import CARRIED_OUT, SECTIONS, Entry, State
from generator.render import Part
from generator.view import View

MOST_CHAINS = 60
MOST_CLOSED = 100
"""How many rows of what is over the page shows; the data file has all."""

MARKS = {
    State.OPEN: Mark("open", "○", "doubt"),
    State.DONE: Mark("done", "✓", "neutral"),
    State.VERIFIED: Mark("verified", "✔", "improved"),
    State.REFUTED: Mark("refuted", "✕", "regressed"),
    State.DROPPED: Mark("dropped", "–", "muted"),
    State.NOTED: Mark("noted", "·", "muted"),
}
"""The mark of each state."""

Chain = tuple[Entry | None, Entry | None, Entry | None, Entry | None]
"""Finding, proposal, action, change: each may be missing."""

PROPOSED = ("recommendations", "options", "changes")


def decided(view: View) -> Iterator[Part]:
    """What is open first, the oldest of it on top; then what followed from what."""
    found = decisions.of(view.notebook)
    if not found.entries:
        yield Part("", "", [Note("No finding, option, recommendation, action or change yet.")])
        return
    yield Part("", "", [Note(_summary(found)), _counts(found)])
    lists = (
        ("open-actions", "Open actions", ("actions",), "No action is open."),
        ("open-proposals", "Open recommendations and options", PROPOSED, ""),
        ("open-findings", "Findings that nothing was done about", ("findings",), ""),
    )
    for slug, title, sections, none in lists:
        entries = found.of(sections, State.OPEN)
        blocks: list[Block] = [_table(view, slug, title, entries)] if entries else []
        yield Part(slug, title, blocks or ([Note(none)] if none else []))
    yield Part("followed", "What followed from what", list(_chains(view, found)))
    yield Part("closed", "Done, verified, refuted, dropped", list(_closed(view, found)))


def _summary(found: Decisions) -> str:
    """One line for someone with one minute."""
    actions = found.of(("actions",), State.OPEN)
    ages = [entry.age for entry in actions if entry.age is not None]
    oldest = f", the oldest for {_days(max(ages))}" if ages else ""
    made = [entry for entry in found.entries.values() if entry.section == "changes"]
    numbers = {state: sum(entry.state is state for entry in made) for state in State}
    measured = numbers[State.VERIFIED] + numbers[State.REFUTED]
    text = f"{len(actions):,} {_actions(len(actions))} open{oldest}. "
    text += f"Of {len(made):,} changes {numbers[State.VERIFIED]:,} verified and "
    text += f"{numbers[State.REFUTED]:,} refuted by what was measured"
    text += f"; of {len(made) - measured:,} that can't be said, the reason stands beside each."
    as_of = f" Ages are as of {found.as_of.isoformat()}, the newest run." if found.as_of else ""
    return text + as_of


def _actions(number: int) -> str:
    return "action is" if number == 1 else "actions are"


def _days(age: int) -> str:
    return f"{age:,} {'day' if age == 1 else 'days'}"


def _counts(found: Decisions) -> Table:
    """How many there are of each kind in each state."""
    rows = []
    for section in reversed(SECTIONS):
        numbers = [len(found.of((section,), state)) for state in State]
        if any(numbers):
            cells = (Cell(f"{number:,}" if number else "–") for number in numbers)
            rows.append((Cell(section.capitalize()), *cells))
    columns = ("Kind", *(state.capitalize() for state in State))
    numeric = frozenset(range(1, len(columns)))
    caption = "By kind and state: verified and refuted are said of measurements alone"
    return Table("decisions-summary", caption, columns, tuple(rows), numeric=numeric)


def _where(view: View, entry: Entry) -> tuple[str, str]:
    """The title of the record that an entry stands in, and the link to its place there."""
    book = view.notebook
    is_run = entry.record in book.gists
    page = links.run_page(entry.record) if is_run else links.campaign_page(entry.record)
    return book.title_of(entry.record), view.to.href(links.DECISIONS, page, entry.section)


def _table(view: View, id_: str, caption: str, entries: Sequence[Entry]) -> Table:
    """Entries with state, age, place and what the state rests on, sortable."""
    rows = []
    for entry in entries:
        title, href = _where(view, entry)
        level = f"{entry.level} " if entry.level else ""
        because = " ".join(filter(None, [_sentence(entry.why), _sentence(entry.effect)]))
        when = f"when: {entry.when}" if entry.when else ""
        rows.append(
            (
                Cell(entry.text, href=href),
                Cell("", sort=entry.state, mark=MARKS[entry.state]),
                Cell(
                    "n/a" if entry.age is None else f"{entry.age:,}",
                    sort="-1" if entry.age is None else str(entry.age),
                ),
                Cell(f"{level}{entry.kind}".capitalize(), sub=when),
                Cell(title, sub=entry.record),
                Cell(because),
            )
        )
    columns = ("What", "State", "Age in days", "Kind", "Stands in", "Why, and what was measured")
    return Table(
        f"{id_}-table", caption, columns, tuple(rows), numeric=frozenset({2}), sortable=True
    )


def _sentence(text: str) -> str:
    """`Held: …`: a clause as a sentence."""
    return f"{text[0].upper()}{text[1:].rstrip('.')}." if text else ""


def _chains(view: View, found: Decisions) -> Iterator[Block]:
    """From a finding to what was measured of the change that followed, the newest first."""
    chains = [row for entry in found.entries.values() for row in _chain(found, entry)]
    chains.reverse()
    chains.sort(key=_last_date, reverse=True)
    if not chains:
        yield Note(
            "No record says yet which change carries out what: changes do so by `implements`, "
            "recommendations, options and actions name what they follow from by `because`."
        )
        return
    acted = any(action for _, _, action, _ in chains[:MOST_CHAINS])
    rows = []
    for finding, proposal, action, change in chains[:MOST_CHAINS]:
        last = change or action
        if last is None:
            continue
        shown = last.shown_by
        by, href = "no run shows it", ""
        if shown in view.notebook.gists:
            by = view.notebook.title_of(shown)
            href = view.to.href(links.DECISIONS, links.run_page(shown))
        effect = _sentence(last.effect) or _sentence(last.why) or "–"
        rows.append(
            (
                _step(view, finding),
                _step(view, proposal),
                *([_step(view, action)] if acted else []),
                _step(view, change),
                Cell(by, sub=effect, href=href, sort=last.state, mark=MARKS[last.state]),
            )
        )
    columns = ("Finding", "Proposed", *(("Action",) if acted else ()), "Change", "Measured in")
    caption = "From a finding to the measured effect of what was done about it, newest first"
    yield Table("followed-table", caption, columns, tuple(rows), sortable=True)
    if len(chains) > MOST_CHAINS:
        yield Note(f"{len(chains) - MOST_CHAINS:,} older ones are in the data file.")


def _last_date(chain: Chain) -> date:
    """The date of what a way ends in; of no date it is the earliest there is."""
    last = chain[3] or chain[2]
    return last.date if last and last.date else date.min


def _chain(found: Decisions, entry: Entry) -> Iterator[Chain]:
    """The ways that end in this entry: a change that carries something out, or a finished action
    that no change carried out; each as finding, proposal, action, change.
    """
    changed = any("#changes-" in key for key in entry.followed_by)
    if entry.section == "changes":
        for cause in (found.entries[key] for key in entry.because):
            action = cause if cause.section == "actions" else None
            proposals: Sequence[Entry | None] = [cause]
            if action:
                proposals = _causes(found, action, PROPOSED)
            for proposal in proposals:
                for finding in _findings(found, proposal, action):
                    yield finding, proposal, action, entry
    elif entry.section == "actions" and entry.state in CARRIED_OUT and not changed:
        for proposal in _causes(found, entry, PROPOSED):
            for finding in _findings(found, proposal, entry):
                yield finding, proposal, entry, None


def _causes(found: Decisions, entry: Entry, sections: Sequence[str]) -> Sequence[Entry | None]:
    """What an entry follows from, of these sections; None where there is nothing."""
    causes = [found.entries[key] for key in entry.because]
    return [cause for cause in causes if cause.section in sections] or [None]


def _findings(
    found: Decisions, proposal: Entry | None, action: Entry | None
) -> Sequence[Entry | None]:
    """The findings that a proposal follows from, else those that an action names itself."""
    last = proposal or action
    return _causes(found, last, ("findings",)) if last else [None]


def _step(view: View, entry: Entry | None) -> Cell:
    if entry is None:
        return Cell("–")
    title, href = _where(view, entry)
    return Cell(entry.text, sub=title, href=href)


def _closed(view: View, found: Decisions) -> Iterator[Block]:
    """What is over, the newest first, changes that nothing asked for included."""
    over = found.of(SECTIONS, *CARRIED_OUT, State.DROPPED)
    over.reverse()
    if over:
        yield _table(view, "closed", "What is over, newest first", over[:MOST_CLOSED])
    if len(over) > MOST_CLOSED:
        yield Note(f"{len(over) - MOST_CLOSED:,} older ones are in the data file.")
    noted = len(found.of(SECTIONS, State.NOTED))
    if noted:
        yield Note(f"{noted:,} more findings are noted, with nothing to do.")
