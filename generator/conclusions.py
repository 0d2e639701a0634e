"""What the capacity of each system comes to, in words: for the page and for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator import display, phrases
from generator.alternatives import Placed
from generator.capacity import Capacities, Capacity
from generator.systems import Level, System
from generator.units import MILLISECONDS, Quantity


def title(system: System) -> str:
    """What a system is called: its scenario, and what tells it from others."""
    return f"{system.scenario}: {system.label}" if system.scenario else system.label


def facts(one: Capacity) -> Iterator[tuple[str, str]]:
    """Highest throughput, saturation, what saturates first, how the law stands."""
    yield "Highest measured", _highest(one.top)
    yield "Saturates", _saturates(one)
    first = one.found.first
    if first:
        yield (
            "First to saturate",
            f"{first.name}, {phrases.share(first.utilisation)} busy at {phrases.count(first.vus)} "
            f"VUs; it allows {phrases.rate(first.allows)}",
        )
    else:
        yield "First to saturate", "not known: no resource has both its use and its size on record"
    if one.peak:
        load, rate = one.peak
        yield (
            "Peak of the law",
            f"{phrases.rate(rate.value)} at {phrases.count(round(load.value))} VUs",
        )
    if one.reasons:
        yield "Law", phrases.sentence(one.reasons[0])


def _highest(level: Level) -> str:
    rates = [sample.rate for sample in level.samples]
    span = ""
    if len(rates) > 1:
        ends = f"{phrases.rate(min(rates))} to {phrases.rate(max(rates))}"
        span = f", the mean of {len(rates)} runs ({ends})"
    return f"{phrases.rate(level.rate)} at {phrases.count(level.vus)} VUs{span}"


def _saturates(one: Capacity) -> str:
    knee = one.knee
    if knee is None:
        return phrases.sentence(one.no_knee)
    text = f"at about {phrases.count(round(knee.load))} VUs"
    near = []
    for level in (knee.below, knee.above):
        p95 = level.middle("p95") if level else None
        if level and p95 is not None:
            near.append(f"p95 {_latency(p95)} at {phrases.count(level.vus)}")
    return f"{text}; {', '.join(near)}" if near else text


def _latency(value: float) -> str:
    return display.show(Quantity(value, value, computed=True), MILLISECONDS)


def lines(found: Capacities, placed: Sequence[Placed]) -> Iterator[str]:
    """All of it for a terminal, a line each; bare text of records is in it."""
    for one in found.known:
        yield f"{title(one.system)}: {one.standing}"
        facts_first = [(name, text) for name, text in facts(one) if name != "Law"]
        facts_first += [("Law", phrases.sentence(reason)) for reason in one.reasons]
        facts_first += [("Would help", f"{one.needs}.")] if one.needs else []
        for name, text in facts_first:
            yield f"  {name}: {text}"
        if one.fit:
            for name, at in zip(("λ", "σ", "κ"), one.fit.intervals, strict=True):
                yield f"  {name} = {at.value:.4g} ({at.low:.4g} to {at.high:.4g})"
        yield f"  Not recorded: {'; '.join(one.found.missing)}"
    for refusal in found.refused:
        yield f"scenario {refusal.scenario or 'not recorded'}: not fitted"
        yield f"  {refusal.reason}"
        yield f"  Needed: {refusal.needs}"
    if placed:
        yield "options and recommendations"
    for option in placed:
        parts = (option.outcome, option.assumes, option.cost)
        told = "; ".join(filter(None, parts))
        yield f"  {option.run}: {option.title} ({option.kind}): {told}"
    if not found.known and not found.refused:
        yield "no completed run has an exact number of VUs and a throughput"
