"""What happened to records between two states of a notebook: added, changed, renamed, removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum


class How(StrEnum):
    """What happened to a record."""

    ADDED = "added"
    CHANGED = "changed"
    RENAMED = "renamed"
    REMOVED = "removed"


MOST_PAIRED = 100
"""How many removed or added records at most are looked at for one that was renamed and altered."""

ALIKE = 0.7
"""Share of lines from which on a new record is taken for a removed one under another name."""


def moves(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[How, str]]:
    """What happened to each record by its identity now, with its identity before."""
    gone = [name for name in before if name not in after]
    come = [name for name in after if name not in before]
    renamed = dict(_renamed({n: before[n] for n in gone}, {n: after[n] for n in come}))
    found: dict[str, tuple[How, str]] = {}
    for name, text in after.items():
        if name in renamed:
            found[name] = (How.RENAMED, renamed[name])
        elif name not in before:
            found[name] = (How.ADDED, "")
        elif before[name] != text:
            found[name] = (How.CHANGED, name)
    left = [name for name in gone if name not in renamed.values()]
    return found | {name: (How.REMOVED, name) for name in left}


def _renamed(gone: Mapping[str, str], come: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """New name and old name of records with the same text, then of those with nearly the same."""
    left = dict(gone)
    unpaired: list[str] = []
    by_text: dict[str, list[str]] = {}
    for name, text in gone.items():
        by_text.setdefault(text, []).append(name)
    for name, text in come.items():
        same = by_text.get(text, [])
        if text and same:
            was = same.pop(0)
            del left[was]
            yield name, was
        else:
            unpaired.append(name)
    if max(len(left), len(unpaired)) > MOST_PAIRED:
        return
    for name in unpaired:
        lines = come[name].splitlines()
        likest, was = max(
            ((_alike(text.splitlines(), lines), old) for old, text in left.items()),
            default=(0.0, ""),
        )
        if likest >= ALIKE:
            del left[was]
            yield name, was


def _alike(before: Sequence[str], after: Sequence[str]) -> float:
    """Share of the lines of both that both have, in whatever order."""
    common = sum((Counter(before) & Counter(after)).values())
    return 2 * common / (len(before) + len(after)) if before or after else 0.0
