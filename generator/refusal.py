"""Why no law of throughput can be fitted, by name, and which runs are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from generator import phrases
from generator.phrases import MOST_NAMED
from generator.scalability import FEWEST_LOADS
from generator.systems import System


@dataclass(frozen=True)
class Refusal:
    """The systems of one scenario that have too few loads, and what is missing."""

    scenario: str
    systems: tuple[System, ...]
    reason: str
    needs: str

    def as_json(self) -> dict[str, Any]:
        """The entry of `refused` in data/capacity.json."""
        return {
            "scenario": self.scenario,
            "reason": self.reason,
            "needs": self.needs,
            "systems": [
                {"label": one.label, "runs": [sample.run for sample in one.samples]}
                for one in self.systems
            ],
        }


def of(scenario: str, found: Sequence[System]) -> Refusal:
    """Why none of these systems of one scenario carries a fit."""
    loads = sorted({level.vus for system in found for level in system.levels})
    number = len(loads)
    listed = f"{number} load{'' if number == 1 else 's'}: {phrases.counts(loads)} VUs"
    several = [one for one in found if len(one.levels) > 1 and one.closed]
    opened = [one for one in found if not one.closed]
    if len(opened) == len(found):
        reason = f"{listed}, asked for as a rate of arrivals: the law is of VUs that wait"
        return Refusal(scenario, tuple(found), reason, "runs with a number of VUs (closed model)")
    if several:
        best = max(several, key=lambda one: len(one.levels))
        own = phrases.counts([level.vus for level in best.levels])
        reason = f"{listed}; of one deployment at most {len(best.levels)}: {own} VUs ({best.label})"
    elif len(found) > 1:
        reason = f"{listed}, of which no two are of the same deployment"
    else:
        reason = f"{listed}, of one deployment"
    reason += f" ({_named(found)})"
    if opened:
        reason += f"; {phrases.count(len(opened))} of them by a rate of arrivals, not by VUs"
    unknown = [one for one in found if not one.known]
    if unknown:
        runs = [one.newest for one in unknown[:MOST_NAMED]]
        more = [f"{len(unknown) - MOST_NAMED} more"] if len(unknown) > MOST_NAMED else []
        reason += f"; no deployment is recorded of {phrases.joined([*runs, *more])}"
    return Refusal(scenario, tuple(found), reason, _needed(found))


_WORDS = {2: "two", 3: "three", 4: "four"}


def _needed(found: Sequence[System]) -> str:
    """The runs that are missing: of the newest deployment that has most loads."""
    candidates = [one for one in found if one.known and one.closed] or list(found)
    best = max(enumerate(candidates), key=lambda item: (len(item[1].levels), item[0]))[1]
    loads = [level.vus for level in best.levels]
    missing = FEWEST_LOADS - len(loads)
    if missing <= 0:
        return f"the deployment of {best.newest} in its record"
    at: list[float] = []
    for factor in (0.5, 2.0, 0.25, 4.0, 8.0):
        for load in (loads[0] * factor if factor < 1 else loads[-1] * factor,):
            if load >= 1 and round(load) not in loads and len(at) < missing:
                at.append(round(load))
    runs = "one more run" if missing == 1 else f"{_WORDS[missing]} more runs"
    return (
        f"{runs} of the deployment of {best.newest} at other loads, for instance "
        f"{phrases.counts(sorted(at))} VUs; repeats of each tell noise from bends"
    )


def _named(found: Sequence[System]) -> str:
    """The newest run of each system with its loads: `session-8/pre-fix at 50 VUs`."""
    texts = [
        f"{one.newest} at {phrases.counts([level.vus for level in one.levels])}"
        for one in found[-MOST_NAMED:]
    ]
    more = len(found) - len(texts)
    return phrases.joined([*([f"{more} older ones"] if more else []), *texts])
