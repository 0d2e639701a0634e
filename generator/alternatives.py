"""Each recorded option in the picture of what was measured: what it would give at most.

An option that says how many nodes, pods or cores there would be is placed by proportion: so many
times the throughput of one of them that the run measured. That is an upper bound, and only where
they are what limits; a run at a single load doesn't show that. An option without a number is told
what one more would bring at most, or why it can't be placed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from generator import display, phrases, predictions
from generator.capacity import Capacities, Capacity
from generator.measurements import Measurement
from generator.model import Run
from generator.narrative import Option, Recommendation
from generator.notebook import Notebook
from generator.units import CHANGE, MONEY, Quantity


@dataclass(frozen=True)
class Thing:
    """What carries requests: its metric, its name for one and for several, and what it is called.

    `setting` is that of a recommendation which says how many there shall be.
    """

    metric: str
    one: str
    several: str
    words: str
    setting: str


_THINGS = (
    Thing("nodes", "node", "nodes", r"nodes?|max_size|instances", "node_group.max"),
    Thing("pods_active", "pod", "pods", r"pods?|replicas?", "replicas"),
    Thing("cpu_total", "core", "cores", r"cores?|vcpus?", ""),
)


@dataclass(frozen=True)
class Placed:
    """An option in the picture. `low` and `high` are throughput per second at most, None where it
    can't be placed; `outcome` says it in words, `assumes` on what it rests, `cost` what it costs.
    """

    run: str
    title: str
    kind: str
    low: float | None
    high: float | None
    outcome: str
    assumes: str
    cost: str

    def as_json(self) -> dict[str, Any]:
        """The entry of `options` in data/capacity.json."""
        ends = [None if end is None else float(f"{end:.6g}") for end in (self.low, self.high)]
        return {
            "run": self.run,
            "option": self.title,
            "kind": self.kind,
            "throughput_at_most": ends if self.high is not None else None,
            "outcome": self.outcome,
            "assumes": self.assumes,
            "cost": self.cost,
        }


def of(book: Notebook, found: Capacities) -> list[Placed]:
    """Every option, and every recommendation of a number, of completed runs; newest run first."""
    carried = {
        predictions.full(identity, reference)
        for identity in book.holding("changes")
        for change in book.runs[identity].changes
        for reference in change.implements
    }
    systems = {sample.run: one for one in found.known for sample in one.system.samples}
    placed: list[Placed] = []
    for identity in reversed(book.holding("options", "recommendations")):
        run = book.runs[identity]
        if run.status != "completed":
            continue
        for option in run.options:
            picture = _Picture(book, identity, run, systems.get(identity))
            placed.append(picture.option(option, f"{identity}#{option.id}" in carried))
        for advice in run.recommendations:
            picture = _Picture(book, identity, run, systems.get(identity))
            one = picture.recommendation(advice, f"{identity}#{advice.id}" in carried)
            placed += [one] if one else []
    return placed


@dataclass(frozen=True)
class _Picture:
    """What one run says of its options."""

    book: Notebook
    identity: str
    run: Run
    capacity: Capacity | None

    def option(self, option: Option, carried: bool) -> Placed:
        """An option, by the number that it states or is expected to bring."""
        kind = "option, carried out" if carried else "option"
        cost = self._recorded_cost(option)
        text = ". ".join(filter(None, (option.title, option.impact, *option.pros)))
        for thing in _THINGS:
            factors = _factors(option, thing.metric)
            now = self._exact(thing.metric)
            if factors and now is not None:
                ends = (now * factors[0], now * factors[1])
                return self._by_number(option.title, kind, thing, ends, cost)
            number = _number_of(text, thing, now)
            if number is not None:
                return self._by_number(option.title, kind, thing, (number, number), cost)
        if factors := _factors(option, "request_rate"):
            return self._expected(option, factors, kind, cost)
        if re.search(_OTHER_SIZE, option.title, re.IGNORECASE | re.ASCII):
            why = "it is about what a node or pod is, and no run measured one of that size"
            return self._unplaced(option.title, kind, why, cost)
        for thing in _THINGS:
            if re.search(rf"\b(?:{thing.words})\b", option.title, re.IGNORECASE | re.ASCII):
                return self._one_more(option.title, kind, thing, cost)
        why = "it names no number of nodes, pods or cores, and no throughput"
        return Placed(
            self.identity, option.title, kind, None, None, "", f"can't be placed: {why}", cost
        )

    def recommendation(self, advice: Recommendation, carried: bool) -> Placed | None:
        """A recommendation of how many nodes or pods there shall be; None of anything else."""
        thing = next((t for t in _THINGS if t.setting and t.setting == advice.setting), None)
        number = re.fullmatch(r"\d{1,6}", (advice.then or "").strip(), re.ASCII)
        if thing is None or number is None:
            return None
        kind = "recommendation, carried out" if carried else "recommendation"
        count = float(number[0])
        return self._by_number(predictions.name_of(advice), kind, thing, (count, count), "")

    def _by_number(
        self, title: str, kind: str, thing: Thing, ends: tuple[float, float], cost: str
    ) -> Placed:
        now, rate = self._exact(thing.metric), self._rate
        wanted = "→".join(dict.fromkeys(f"{end:.4g}" for end in ends))
        if not now or rate is None:
            why = f"{self.identity} has no number of {thing.several}"
            return self._unplaced(title, kind, why, cost)
        low, high = sorted(rate * end / now for end in ends)
        outcome = f"{wanted} {thing.several}: at most {_between(low, high)}"
        return Placed(
            self.identity,
            title,
            kind,
            low,
            high,
            outcome,
            self._assumption(thing, now, rate),
            "; ".join(filter(None, (cost, self._nodes_cost(thing, max(ends), high)))),
        )

    def _one_more(self, title: str, kind: str, thing: Thing, cost: str) -> Placed:
        now, rate = self._exact(thing.metric), self._rate
        if not now or rate is None:
            why = f"it names no number of {thing.several}, and neither does the run"
            return self._unplaced(title, kind, why, cost)
        each = rate / now
        outcome = f"no number is named; each further {thing.one}: at most +{phrases.rate(each)}"
        bill = self._nodes_cost(thing, 1, each)
        return Placed(
            self.identity,
            title,
            kind,
            None,
            None,
            outcome,
            self._assumption(thing, now, rate),
            "; ".join(filter(None, (cost, bill))),
        )

    def _expected(
        self, option: Option, factors: tuple[float, float], kind: str, cost: str
    ) -> Placed:
        """An option that says what throughput it expects: that of its own run, and not a bound."""
        own = self.book.measurements[self.identity].get("request_rate")
        if own is None or own.quantity.is_range or option.expects is None:
            why = f"{self.identity} has no exact throughput"
            return self._unplaced(option.title, kind, why, cost)
        rate = own.quantity.start
        low, high = sorted(rate * factor for factor in factors)
        shown = display.show(option.expects.change, CHANGE)
        assumes = (
            f"the record's own expectation ({shown} of {phrases.rate(rate)}), no bound: no figure "
            "that was measured says what it would bring"
        )
        return Placed(
            self.identity, option.title, kind, low, high, _between(low, high), assumes, cost
        )

    def _unplaced(self, title: str, kind: str, why: str, cost: str) -> Placed:
        return Placed(self.identity, title, kind, None, None, "", f"can't be placed: {why}", cost)

    @property
    def _rate(self) -> float | None:
        """The run's throughput; that of its system at its best where more loads were measured."""
        if self.capacity:
            return self.capacity.top.rate
        return self._exact("request_rate")

    def _assumption(self, thing: Thing, now: float, rate: float) -> str:
        of_one = f"{phrases.rate(rate)} over {now:.4g} {thing.several if now != 1 else thing.one}"
        if self.capacity and self.capacity.knee:
            return (
                f"{of_one}, in proportion: an upper bound; how throughput grows with "
                f"{thing.several} was not measured"
            )
        return (
            f"{of_one} at a single load, in proportion: an upper bound, and only if the "
            f"{thing.several} limit; nothing shows that this load saturated them"
        )

    def _exact(self, name: str) -> float | None:
        found = self._measured(name)
        return found.quantity.start if found and not found.quantity.is_range else None

    def _measured(self, name: str) -> Measurement | None:
        """A figure of the run; of its system's at its best, as the throughput is."""
        run = self.capacity.top.samples[-1].run if self.capacity else self.identity
        return self.book.measurements[run].get(name)

    def _nodes_cost(self, thing: Thing, number: float, rate: float) -> str:
        """What so many nodes cost an hour, and a million requests at that throughput."""
        group = self.run.deployment.node_group if self.run.deployment else None
        price = group.price_per_hour if group else None
        if thing.metric != "nodes" or group is None or price is None or rate <= 0:
            return ""
        hour = price * Quantity.exact(number)
        million = hour / Quantity.exact(rate * 3600) * Quantity.exact(1e6)
        return (
            f"{display.show(hour, MONEY, group.currency)} an hour for {number:.4g} "
            f"node{'' if number == 1 else 's'}, {display.show(million, MONEY, group.currency)} a "
            "million requests at least"
        )

    def _recorded_cost(self, option: Option) -> str:
        if option.cost is None:
            return ""
        amount = display.show(option.cost.amount, MONEY, option.cost.currency)
        return f"{amount} per {option.cost.per} (recorded)"


def _factors(option: Option, metric: str) -> tuple[float, float] | None:
    """By what an option expects a metric to be multiplied, from and to; None of another metric."""
    change = option.expects.change if option.expects and option.expects.of == metric else None
    if change is None:
        return None
    return 1 + change.start, 1 + (change.start if change.end is None else change.end)


def _between(low: float, high: float) -> str:
    return phrases.rate(high) if low == high else f"{phrases.rate(low)} to {phrases.rate(high)}"


def _number_of(text: str, thing: Thing, now: float | None) -> float | None:
    """How many of a thing a text says there would be: `12 nodes`, `8 to 12 nodes`, `4 more pods`.

    None where it says no number, or one of more without one that was there.
    """
    for pattern, relative in _PATTERNS:
        match = re.search(pattern.format(words=thing.words), text, re.IGNORECASE | re.ASCII)
        if match:
            number = float(match[1])
            if relative:
                return now + number if now is not None else None
            return number
    return None


_PATTERNS = (
    (r"\d+ ?(?:→|->|to) ?(\d{{1,6}}) (?:{words})\b", False),
    (r"\b(\d{{1,6}}) (?:more|further|additional|extra) (?:\w+ )?(?:{words})\b", True),
    (r"(?<![\d.,])(\d{{1,6}}) (?:\w+ )?(?:{words})\b", False),
    (r"\b(?:{words}) (?:=|to|of|from \d+ to|\d+ ?(?:→|->)) ?(\d{{1,6}})\b", False),
)


_OTHER_SIZE = (
    r"\b(?:instance type|machine type|(?:larger|bigger|smaller) (?:node|instance|pod)s?)\b"
)
"""What an option is about that alters what a node is, not how many there are."""


def as_json(found: Capacities, placed: Sequence[Placed]) -> str:
    """The content of `data/capacity.json`, and of `loadbook capacity --format json`."""
    options = [one.as_json() for one in placed]
    return json.dumps({**found.as_json(), "options": options}, indent=1, ensure_ascii=False) + "\n"
