"""How much a system carries: the Universal Scalability Law where the runs carry one, else why not.

Of each system with four loads or more: the law with its doubts, the saturation point, what
saturates first. Everything else is refused by name, with the runs that are missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import Any

from generator import bottleneck, phrases, refusal, saturation, scalability, systems
from generator.bottleneck import Found
from generator.notebook import Notebook, campaign_of
from generator.refusal import Refusal
from generator.saturation import BEYOND, Knee
from generator.scalability import FEWEST_LOADS, Fit, Interval
from generator.systems import Level, System

OFF_MOST = 0.03
"""By how much the mean of a load may lie off the curve, relative, before the law is in doubt."""

OFF_UNREPEATED = 0.05
"""The same without repeats, where nobody knows how much of it is noise."""

SURE = 0.01
"""p-value below which a load lies further off the curve than repeats explain."""

STRAIGHT = 0.05
"""Loss of throughput per VU up to the largest load below which nothing saturates."""

SAME = 0.05
"""p-value above which the law's bend can't be told from a straight line."""

FAILING = 0.01
"""Share of failed requests from which throughput is not that of a working system."""


class Standing(StrEnum):
    """What can be said of the law for a system."""

    FITS = "fits"
    DOUBTFUL = "doubtful"
    STRAIGHT = "not saturated"
    REFUSED = "not fitted"


@dataclass(frozen=True)
class Capacity:
    """A system with four loads or more, and what its runs say of its capacity.

    `reasons` say why the standing is not better, `needs` which runs would make it so; `no_knee`
    says why there is no saturation point.
    """

    system: System
    standing: Standing
    fit: Fit | None
    reasons: tuple[str, ...]
    needs: str
    knee: Knee | None
    no_knee: str
    found: Found

    @cached_property
    def top(self) -> Level:
        """The load with the highest throughput."""
        return max(self.system.levels, key=lambda level: (level.rate, -level.vus))

    @property
    def last(self) -> float:
        """The largest load that was measured."""
        return self.system.levels[-1].vus

    @property
    def predicts_to(self) -> float:
        """Up to which load the law is used: beyond the data only where it fits."""
        return self.last * (BEYOND if self.standing is Standing.FITS else 1.0)

    @property
    def peak(self) -> tuple[Interval, Interval] | None:
        """N* and X(N*) of the law, where it fits and has them within what is predicted."""
        if self.standing is not Standing.FITS or self.fit is None or self.fit.peak is None:
            return None
        return self.fit.peak if self.fit.peak[0].value <= self.predicts_to else None

    def as_json(self) -> dict[str, Any]:
        """The entry of `systems` in data/capacity.json."""
        knee = self.knee
        return {
            "scenario": self.system.scenario,
            "label": self.system.label,
            "basis": self.system.basis,
            "standing": str(self.standing),
            "reasons": list(self.reasons),
            "needs": self.needs,
            "law": _law_json(self.fit) if self.fit else None,
            "peak": [_interval(one) for one in self.peak] if self.peak else None,
            "saturation": {
                "vus": _round(knee.load),
                "throughput": _round(knee.highest),
                "basis": knee.basis,
                "cycle_s": _round(knee.cycle),
            }
            if knee
            else None,
            "no_saturation": self.no_knee,
            "resources": [one.as_json() for one in self.found.resources],
            "not_recorded": list(self.found.missing),
            "runs": [
                {"run": one.run, "vus": one.vus, "throughput": _round(one.rate)}
                for one in self.system.samples
            ],
        }


@dataclass(frozen=True)
class Capacities:
    """All of a notebook: systems with enough loads, the newest of the best first; the others."""

    known: tuple[Capacity, ...]
    refused: tuple[Refusal, ...]
    left_out: int

    def of_campaign(self, name: str) -> Capacities:
        """The systems of which a campaign has runs, and the scenarios that it has runs of."""

        def touches(system: System) -> bool:
            return any(campaign_of(sample.run) == name for sample in system.samples)

        known = tuple(one for one in self.known if touches(one.system))
        refused = tuple(one for one in self.refused if any(map(touches, one.systems)))
        return Capacities(known, refused, self.left_out)

    def as_json(self) -> dict[str, Any]:
        """The content of data/capacity.json."""
        return {
            "version": 1,
            "systems": [one.as_json() for one in self.known],
            "refused": [one.as_json() for one in self.refused],
            "runs_without_vus_or_throughput": self.left_out,
        }


def of(book: Notebook) -> Capacities:
    """What the runs of a notebook say of the capacity of what they measured."""
    return book.once("capacity", "", lambda: _found(book))


def _found(book: Notebook) -> Capacities:
    order = {identity: position for position, identity in enumerate(book.runs)}
    found = systems.of(book)
    enough = [one for one in found if len(one.levels) >= FEWEST_LOADS and one.closed and one.known]
    known = [_judged(book, one) for one in enough]
    ranks = list(Standing)
    known.sort(key=lambda one: (ranks.index(one.standing), -order[one.system.newest]))
    few: dict[str, list[System]] = {}
    for one in found:
        if one not in enough:
            few.setdefault(one.scenario, []).append(one)
    refused = [refusal.of(scenario, few[scenario]) for scenario in few]
    refused.sort(key=lambda one: -max(order[system.newest] for system in one.systems))
    left_out = len(book.completed) - sum(1 for _ in systems.measurable(book))
    return Capacities(tuple(known), tuple(refused), left_out)


# --- judging a system -----------------------------------------------------------------------------


def _judged(book: Notebook, system: System) -> Capacity:
    fit = scalability.fit(system.points)
    found = bottleneck.of(book, system)
    if fit is None:
        reasons: tuple[str, ...] = ("no fit was found for these points",)
        knee, no_knee = saturation.knee(system, None, found)
        return Capacity(system, Standing.REFUSED, None, reasons, "", knee, no_knee, found)
    standing, reasons, needs = _standing(system, fit)
    peaked = fit if standing is Standing.FITS else None
    knee, no_knee = saturation.knee(system, peaked, found)
    return Capacity(system, standing, fit, reasons, needs, knee, no_knee, found)


def _standing(system: System, fit: Fit) -> tuple[Standing, tuple[str, ...], str]:
    """Whether the law can be believed, why not, and what would help."""
    first, last = system.levels[0], system.levels[-1]
    kept = (last.rate / last.vus) / (first.rate / first.vus)
    larger = f"runs at {phrases.count(2 * last.vus)} and {phrases.count(4 * last.vus)} VUs"
    most, least = phrases.count(last.vus), phrases.count(first.vus)
    gets = f"at {most} VUs each VU gets {phrases.share(kept)} of what it gets at {least}"
    if kept > 1 - STRAIGHT:
        if kept > 1 + STRAIGHT:
            reason = f"{gets}: in no law of saturation does throughput per VU grow with the load"
        else:
            reason = f"the largest load is still on the straight line: {gets}, too little of a bend"
            reason += " to tell σ and κ"
        return Standing.STRAIGHT, (reason, *_failing(system)), larger
    doubts = (*_doubts(system, fit), *_failing(system))
    if doubts:
        at = max(fit.off, key=lambda pair: abs(pair[1]))[0]
        loads = [level.vus for level in system.levels]
        near = [math.sqrt(a * b) for a, b in pairwise(loads) if at in (a, b)]
        between = phrases.counts([round(load) for load in near])
        needs = f"runs at about {between} VUs would show how throughput bends there"
        return Standing.DOUBTFUL, doubts, needs
    return Standing.FITS, (), ""


def _doubts(system: System, fit: Fit) -> Iterator[str]:
    """Why the law may not be that of this system."""
    load, off = max(fit.off, key=lambda pair: abs(pair[1]))
    by = f"{phrases.share(abs(off))} {'above' if off > 0 else 'below'}"
    lies = f"at {phrases.count(load)} VUs throughput lies {by} the law's curve"
    if fit.lack_of_fit is None and abs(off) > OFF_UNREPEATED:
        yield f"{lies}; without repeats nobody can tell whether that is noise"
    elif fit.lack_of_fit is not None and abs(off) > OFF_MOST and fit.lack_of_fit < SURE:
        p = f"= {fit.lack_of_fit:.1g}" if fit.lack_of_fit >= 1e-4 else "< 0.0001"
        yield f"{lies}, further than the repeats of a load differ (F test, p {p})"
        sharper = _bends_sharper(fit)
        if sharper:
            yield sharper + _because_of_thinking(system)
    elif fit.bends > SAME:
        yield (
            "the points scatter so much that the bend can't be told from a straight line (F test, "
            f"p = {fit.bends:.2g})"
        )


def _failing(system: System) -> Iterator[str]:
    """Whether requests failed: a service that gives up is fast."""
    failing = max(system.samples, key=lambda one: one.failed)
    if failing.failed > FAILING:
        part = phrases.share(failing.failed)
        yield f"{part} of the requests of {failing.run} failed and count as served"


def _bends_sharper(fit: Fit) -> str:
    """Whether the middle loads lie above the curve and the ends below: a sharper bend."""
    offs = [off for _, off in fit.off]
    best = offs.index(max(offs))
    if 0 < best < len(offs) - 1 and offs[0] < 0 and offs[-1] < 0:
        return (
            "the deviations are not random: throughput bends more sharply than this law can, "
            "straight at first, then level"
        )
    return ""


def _because_of_thinking(system: System) -> str:
    """What explains the sharp bend, where VUs think for most of their time."""
    first = system.levels[0]
    response = first.middle("mean")
    thinking = [one.think / (one.requests_each or 1.0) for one in first.samples if one.think]
    if response is None or not thinking or median(thinking) < 4 * response / 1000:
        return ""
    return (
        f". VUs that think for {median(thinking):.3g} s and wait for {response / 1000:.2g} s "
        "hardly meet before the service is busy; the law supposes that all of them meet"
    )


# --- as data --------------------------------------------------------------------------------------


def _round(value: float) -> float:
    """Six digits: more would not be the same on every machine."""
    return float(f"{value:.6g}")


def _interval(one: Interval) -> dict[str, float]:
    return {"value": _round(one.value), "low": _round(one.low), "high": _round(one.high)}


def _law_json(fit: Fit) -> dict[str, Any]:
    names = ("lambda_per_second", "sigma", "kappa")
    return {
        **{name: _interval(one) for name, one in zip(names, fit.intervals, strict=True)},
        "points": fit.points,
        "r_squared": _round(fit.r_squared),
        "lack_of_fit_p": None if fit.lack_of_fit is None else _round(fit.lack_of_fit),
        "off_by_load": {f"{load:g}": _round(off) for load, off in fit.off},
    }
