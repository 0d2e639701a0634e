"""What to keep in mind with a result, in a line: what its page says at length.

A caveat is a few words; the page of the run has the reasons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from generator import audit, display
from generator.compare import Comparison
from generator.doubts import Kind
from generator.errors import Level, Problem
from generator.measurements import Measurement
from generator.model import Run
from generator.noise import ENOUGH
from generator.notebook import Notebook
from generator.units import COUNT, PER_SECOND, SECONDS


def of(
    notebook: Notebook, comparison: Comparison | None, problems: Sequence[Problem]
) -> Iterator[str]:
    """What to keep in mind with a run that is compared so, and of which this is doubted."""
    if comparison is None:
        yield "there is nothing to compare it with"
    else:
        likeness = comparison.likeness
        if not likeness.like_for_like:
            yield f"not like for like ({', '.join(likeness.reasons)})"
        if likeness.confounded:
            yield f"{len(likeness.factors)} things were altered together"
        sides = [
            len(notebook.replicates(run)) for run in (comparison.baseline, comparison.candidate)
        ]
        if min(sides) < ENOUGH:
            alone = max(sides) == 1
            runs = "one run on each side" if alone else f"{sides[0]} and {sides[1]} runs"
            yield f"{runs}, judged by a tolerance"
    doubts = open_doubts(problems)
    if doubts:
        yield f"{counted(len(doubts), 'doubt')} about the record"


def open_doubts(problems: Sequence[Problem]) -> list[Problem]:
    """The problems that nobody has acknowledged."""
    return [problem for problem in problems if problem.level is not Level.ACKNOWLEDGED]


def by_kind(problems: Sequence[Problem]) -> list[tuple[str, int]]:
    """How many doubts there are of each kind, the most serious kind first."""
    found = Counter(audit.RULES.get(p.code, (Kind.FILE, ""))[0] for p in problems)
    return [(str(kind), found[kind]) for kind in Kind if found[kind]]


def counted(number: int, noun: str) -> str:
    """`1 doubt`, `3 doubts`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def asked(run: Run, measured: dict[str, Measurement]) -> str:
    """What was asked of the system, in a line; empty where nothing is recorded of it."""
    load = run.load
    if load is None:
        return ""
    told = [
        load.scenario and f"scenario {load.scenario}",
        load.test_type and f"a {load.test_type} test",
        load.vus is not None and f"{display.show(load.vus, COUNT)} VUs",
        load.rate is not None and f"{display.show(load.rate, PER_SECOND)} asked for",
        load.duration is not None and f"for {display.show(load.duration, SECONDS)}",
    ]
    pods, nodes = measured.get("pods_active"), measured.get("nodes")
    told.append(pods is not None and f"{pods.show()} pods")
    told.append(nodes is not None and f"{nodes.show()} nodes")
    return ", ".join(part for part in told if part)
