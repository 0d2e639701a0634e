"""Stretches: the runs of a scenario that are like for like, in order, repeats taken together.

Only within one are figures held together over time: its scenario, load and environment are the
same. What was deployed may differ, for that is what is tested.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from generator import display, likeness, units
from generator.model import Run
from generator.notebook import Notebook

LOOKED_AT = 40
"""How many stretches, newest first, a run with settings of its own is held against."""

NO_SCENARIO = "scenario not recorded"


@dataclass(frozen=True)
class Stretch:
    """Runs of a scenario that are like for like.

    `groups` are runs with their repeats, in order of their first; `positions` are the places of
    these among all groups of the scenario, counted from 0; `label` tells the stretch from the
    others of its scenario.
    """

    scenario: str
    label: str
    groups: tuple[tuple[str, ...], ...]
    positions: tuple[int, ...]


@dataclass(frozen=True)
class Scenario:
    """All completed runs of one scenario: `firsts` are the runs that no other is a repeat of."""

    name: str
    firsts: tuple[str, ...]
    stretches: tuple[Stretch, ...]


def scenarios(notebook: Notebook) -> list[Scenario]:
    """Every scenario with its stretches, that of the newest run first."""
    by_name: dict[str, list[tuple[str, ...]]] = {}
    for group in _groups(notebook):
        name = notebook.gists[group[0]].scenario or NO_SCENARIO
        by_name.setdefault(name, []).append(group)
    place = {identity: number for number, identity in enumerate(notebook.runs)}
    ordered = sorted(by_name, key=lambda name: -place[by_name[name][-1][0]])
    return [_scenario(notebook, name, by_name[name]) for name in ordered]


def _groups(notebook: Notebook) -> Iterator[tuple[str, ...]]:
    """The completed runs, each with its repeats, in order of the first of them."""
    seen: set[str] = set()
    for identity in notebook.completed:
        if identity not in seen:
            group = notebook.replicates(identity)
            seen.update(group)
            yield group


def _scenario(notebook: Notebook, name: str, groups: Sequence[tuple[str, ...]]) -> Scenario:
    found: list[list[int]] = []
    alike: dict[object, list[int]] = {}
    for position, group in enumerate(groups):
        mine = alike.setdefault(likeness.asked(notebook, group[0]), [])
        others = reversed(range(len(found)))
        for number in islice(dict.fromkeys([*reversed(mine), *others]), LOOKED_AT):
            if likeness.alike(notebook, groups[found[number][0]][0], group[0]):
                found[number].append(position)
                break
        else:
            number = len(found)
            found.append([position])
        if number not in mine:
            mine.append(number)
    labels = _labels(notebook, [groups[positions[0]][0] for positions in found])
    stretches = tuple(
        Stretch(name, label, tuple(groups[at] for at in positions), tuple(positions))
        for label, positions in zip(labels, found, strict=True)
    )
    return Scenario(name, tuple(group[0] for group in groups), stretches)


def _labels(notebook: Notebook, firsts: Sequence[str]) -> list[str]:
    """What each stretch is called: its load; with its first run where others have that too."""
    loads = [_load(notebook.runs[identity]) for identity in firsts]
    often = Counter(loads)
    return [
        load if often[load] == 1 else f"{load}, from {identity.partition('/')[2]} on"
        for load, identity in zip(loads, firsts, strict=True)
    ]


def _load(run: Run) -> str:
    load = run.load
    if load and load.vus is not None:
        return f"{display.show(load.vus, units.COUNT)} VUs"
    if load and load.rate is not None:
        return display.show(load.rate, units.PER_SECOND)
    return "load not recorded"
