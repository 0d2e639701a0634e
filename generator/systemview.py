"""One system on the page Capacity: the law, its loads, what requests cost, its resources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator import display, links, phrases, saturation
from generator.blocks import Block, Cell, Mark, Note, Table
from generator.capacity import Capacity, Standing
from generator.saturation import BEYOND
from generator.scalability import Fit, Interval
from generator.systems import Level, System
from generator.tables import NOT_AVAILABLE, value_cell
from generator.units import CORES, MILLISECONDS, Quantity, Unit
from generator.view import View, picture

PAGE = links.CAPACITY

STANDINGS = {
    Standing.FITS: Mark("law fits", "✓", "improved"),
    Standing.DOUBTFUL: Mark("law in doubt", "!", "doubt"),
    Standing.STRAIGHT: Mark("not saturated", "○", "neutral"),
    Standing.REFUSED: Mark("not fitted", "?", "muted"),
}
"""The mark of what can be said of the law for a system."""


def shown(value: float, unit: Unit) -> str:
    """A computed figure for people, with its unit."""
    return display.show(Quantity(value, value, computed=True), unit)


@dataclass(frozen=True)
class SystemView:
    """The blocks of one system."""

    view: View
    one: Capacity

    def blocks(self) -> Iterator[Block]:
        """What is doubtful, the charts, and the tables that they are drawn from."""
        one, system = self.one, self.one.system
        name = _slug(system)
        for reason in one.reasons:
            yield Note(phrases.sentence(reason), "doubt")
        if one.needs:
            yield Note(f"What would help: {one.needs}.")
        files = [("capacity.json", self.view.to.href(PAGE, links.CAPACITY_DATA))]
        yield from picture("load_throughput", one, files=files)
        if one.fit:
            yield self._law(name, one.fit)
            yield Note(_what_n_means(system))
        yield self._loads(name)
        yield from picture("load_latency", one, files=files)
        yield self._efficiency(name)
        yield from self._resources(name, files)

    def _law(self, name: str, fit: Fit) -> Table:
        rate, sigma, kappa = fit.intervals
        straight = self.one.standing is Standing.STRAIGHT
        rows = [
            (
                "λ",
                phrases.rate(rate.value),
                f"{phrases.rate(rate.low)} to {phrases.rate(rate.high)}",
                "throughput of one VU alone",
            )
        ]
        if not straight:
            rows += [
                ("σ", *_plain(sigma), _or_zero("contention: what waits in line", sigma)),
                ("κ", *_plain(kappa), _or_zero("coherency: keeping each other informed", kappa)),
            ]
        rows += self._peak_rows(fit)
        rows += [
            ("R²", f"{fit.r_squared:.4f}", "", "share of the variation that the law tells"),
            *(
                [("F test", f"p {_p(fit.lack_of_fit)}", "", "small: the law bends otherwise")]
                if fit.lack_of_fit is not None
                else []
            ),
        ]
        caption = (
            f"The law fitted to {fit.points} runs at {len(self.one.system.levels)} loads, "
            f"{self.one.system.basis}: {STANDINGS[self.one.standing].word}"
        )
        return Table(
            f"law-{name}",
            caption,
            ("Number", "Value", "95 % interval", "What it is"),
            tuple(tuple(Cell(text) for text in row) for row in rows),
            numeric=frozenset({1, 2}),
        )

    def _peak_rows(self, fit: Fit) -> Iterator[tuple[str, str, str, str]]:
        one = self.one
        if one.standing is not Standing.FITS:
            return
        if one.peak:
            load, rate = one.peak
            ends = f"{load.low:,.0f} to {load.high:,.0f} VUs"
            yield "N*", f"{load.value:,.0f} VUs", ends, "√((1 − σ) / κ), the load of the peak"
            ends = f"{phrases.rate(rate.low)} to {phrases.rate(rate.high)}"
            yield "X(N*)", phrases.rate(rate.value), ends, "throughput at the peak"
        else:
            why = (
                f"beyond {BEYOND:g} times the largest load measured, so not claimed"
                if fit.has_peak
                else "none within the data: κ can't be told from zero"
            )
            yield "N*", "–", "", why
        at = fit.at(one.predicts_to)
        yield (
            f"X({phrases.count(one.predicts_to)})",
            phrases.rate(at.value),
            f"{phrases.rate(at.low)} to {phrases.rate(at.high)}",
            f"predicted for {BEYOND:g} times the largest load; nothing is beyond that",
        )

    def _loads(self, name: str) -> Table:
        one = self.one
        levels = one.system.levels
        offs = dict(one.fit.off) if one.fit else {}
        rows = []
        for before, level in zip((None, *levels[:-1]), levels, strict=True):
            rates = [sample.rate for sample in level.samples]
            span = f"{phrases.rate(min(rates))} to {phrases.rate(max(rates))}"
            middle, mean = level.middle("p95"), level.middle("mean")
            little = saturation.off_by_little(level)
            growth = saturation.per_doubling(before, level) if before else None
            first = level.samples[-1].run
            rows.append(
                (
                    Cell(f"{phrases.count(level.vus)} VUs", sub=_runs(level)),
                    Cell(
                        phrases.rate(level.rate),
                        sub=span if len(rates) > 1 else "",
                        strong=level.vus == one.top.vus,
                    ),
                    Cell(_signed(growth)),
                    Cell(
                        shown(middle, MILLISECONDS) if middle is not None else "n/a",
                        sub=_span([one.p95 for one in level.samples if one.p95 is not None]),
                    ),
                    Cell(shown(mean, MILLISECONDS) if mean is not None else "n/a"),
                    Cell(_signed(offs.get(level.vus))),
                    Cell(_signed(little)),
                    Cell(first, href=self.view.to.href(PAGE, links.run_page(first))),
                )
            )
        return Table(
            f"loads-{name}",
            f"Throughput and latency by load, {one.system.basis}: mean of the throughput, median "
            "of the latencies over the runs",
            (
                "Load",
                "Throughput",
                "Growth per doubling",
                "Latency p95",
                "Latency, mean",
                "Off the law",
                "Off Little's law",
                "Newest run",
            ),
            tuple(rows),
            numeric=frozenset(range(1, 7)),
        )

    def _efficiency(self, name: str) -> Table:
        rows = []
        for level in self.one.system.levels:
            each, cpu = level.each("cpu"), level.middle("cpu")
            rows.append(
                (
                    Cell(f"{phrases.count(level.vus)} VUs"),
                    Cell(shown(cpu, CORES) if cpu is not None else "n/a"),
                    Cell(f"{1000 * each:.3g}" if each is not None else "n/a"),
                    self._cost(level),
                )
            )
        when = dict.fromkeys(one.cpu_when for one in self.one.system.samples if one.cpu_when)
        return Table(
            f"efficiency-{name}",
            "What requests cost by load, median over the runs; cores per 1,000 RPS are ms of CPU "
            f"a request; CPU of the service: {', '.join(when) or 'not recorded'}",
            (
                "Load",
                "CPU",
                "Cores per 1,000 RPS",
                "Cost per million requests",
            ),
            tuple(rows),
            numeric=frozenset({1, 2, 3}),
        )

    def _cost(self, level: Level) -> Cell:
        """What a million requests cost in the run of the load that is in the middle."""
        measured = self.view.notebook.measurements
        found = [
            cost
            for sample in level.samples
            if (cost := measured[sample.run].get("cost_per_million_requests")) is not None
        ]
        found.sort(key=lambda cost: cost.quantity.start)
        return value_cell(found[(len(found) - 1) // 2]) if found else NOT_AVAILABLE

    def _resources(self, name: str, files: list[tuple[str, str]]) -> Iterator[Block]:
        found = self.one.found
        rows = tuple(
            (
                Cell(one.name, sub=one.sized_by),
                Cell(shown(one.used, CORES), sub=f"of {shown(one.capacity, CORES)}"),
                Cell(phrases.share(one.utilisation), strong=one is found.first),
                Cell(
                    shown(1000 * one.each, MILLISECONDS),
                    sub=f"{shown(1000 * one.span[0], MILLISECONDS)} to "
                    f"{shown(1000 * one.span[1], MILLISECONDS)} over all runs",
                ),
                Cell(
                    phrases.rate(one.allows) if one.limits else "–",
                    sub="" if one.limits else "a request is no limit",
                ),
            )
            for one in found.resources
        )
        if rows:
            vus = phrases.count(found.resources[0].vus)
            yield Table(
                f"resources-{name}",
                f"Resources at {vus} VUs, where throughput is highest; first the one that "
                "saturates first",
                ("Resource", "In use", "Utilisation", "Demand per request", "Allows at most"),
                rows,
                numeric=frozenset({1, 2, 3, 4}),
            )
            yield from picture("load_utilisation", self.one, files=files)
            first = found.first
            if first and self.one.top.rate > first.allows * 1.005:
                yield Note(
                    f"More was measured ({phrases.rate(self.one.top.rate)}) than {first.name} "
                    f"allows by this: its use is of the {self.one.top.samples[0].cpu_when}, "
                    f"throughput of the {self.one.system.basis}.",
                    "doubt",
                )
        yield Note(f"Not recorded, so it may saturate first as well: {'; '.join(found.missing)}.")


def _slug(system: System) -> str:
    return system.samples[0].run.replace("/", "-")


def _span(latencies: list[float]) -> str:
    """From the least to the largest latency in ms, of two or more."""
    if len(latencies) < 2:
        return ""
    return f"{shown(min(latencies), MILLISECONDS)} to {shown(max(latencies), MILLISECONDS)}"


def _runs(level: Level) -> str:
    number = len(level.samples)
    return f"{number} run{'' if number == 1 else 's'}"


def _plain(one: Interval) -> tuple[str, str]:
    return _number(one.value), f"{_number(one.low)} to {_number(one.high)}"


def _number(value: float) -> str:
    if abs(value) < 1e-9:
        return "0"
    return f"{value:.3g}" if value >= 1e-3 else f"{value * 1e6:.3g} × 10⁻⁶"


def _or_zero(words: str, one: Interval) -> str:
    return words if one.low > 0 else f"{words}; not told from zero"


def _p(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else f"= {value:.2g}"


def _signed(value: float | None) -> str:
    return "–" if value is None else display.show_change(value)


def _what_n_means(system: System) -> str:
    """What N counts, for a reader who knows the law from requests or cores."""
    thinks = [sample.think for sample in system.samples if sample.think]
    pause = f" ({shown(thinks[-1] * 1000, MILLISECONDS)} recorded)" if thinks else ""
    return (
        f"N counts virtual users, thinking ones included: a VU waits for its answer and then pauses"
        f"{pause}. So λ is what one VU asks for with its pauses, σ and κ are per VU and hold for "
        "this think time alone, and N* is a number of VUs, not of requests at one time."
    )
