"""What a run measured, metric by metric: the value, where it comes from, what is doubtful of it.

Where a recorded figure and the one computed from other figures disagree, the computed one is used
and the measurement says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from generator import display, figures, units
from generator.metrics import METRICS, Metric
from generator.model import Run
from generator.units import Quantity


@dataclass(frozen=True)
class Measurement:
    """A metric's value in one run, and what is known of it."""

    metric: Metric
    quantity: Quantity
    source: Literal["recorded", "computed"]
    warnings: tuple[str, ...] = ()
    currency: str = field(default="", compare=False)

    def show(self) -> str:
        """The value for people, with its unit."""
        return display.show(self.quantity, self.metric.unit, self.currency)

    def as_json(self) -> dict[str, Any]:
        """The entry of `loadbook show --format json`; of a range `value` is the end."""
        return {
            "name": self.metric.name,
            "unit": self.currency or self.metric.unit.base,
            "better": self.metric.better,
            "value": clean(self.quantity.value),
            "approximate": not self.quantity.is_exact,
            "range": [clean(self.quantity.start), clean(self.quantity.end)]
            if self.quantity.is_range
            else None,
            "text": self.show().replace("\N{NO-BREAK SPACE}", " "),
            "source": self.source,
            "warnings": list(self.warnings),
        }


def clean(number: float | None) -> float | None:
    """The number without the noise of binary fractions, for data files."""
    if number is None:
        return None
    is_whole = abs(number) < _WHOLE and number == int(number)
    return float(number) if is_whole else float(f"{number:.12g}")


_WHOLE = 1e12
"""Whole numbers below it have no more digits than are told."""


def measure(run: Run) -> dict[str, Measurement]:
    """Every metric that the run has, by name, in the order of the registry.

    A recorded figure is used unless the computed one contradicts it beyond the digits that both
    were written with; a measurement made from a contradicted one inherits its warning.
    """
    measurements: dict[str, Measurement] = {}
    values: dict[str, Quantity] = {}
    for metric in METRICS.values():
        warnings = _warnings(measurements[name] for name in metric.inputs if name in measurements)
        computed = metric.computed(run, values) if metric.computed else None
        recorded = figures.recorded(run, metric.recorded) if metric.recorded else None
        measurement = _chosen(run, metric, recorded, computed, warnings)
        if measurement:
            measurements[metric.name] = measurement
            values[metric.name] = measurement.quantity
    return measurements


def _warnings(inputs: Iterable[Measurement]) -> list[str]:
    return list(dict.fromkeys(warning for input_ in inputs for warning in input_.warnings))


def _chosen(
    run: Run,
    metric: Metric,
    recorded: Quantity | None,
    computed: Quantity | None,
    warnings: list[str],
) -> Measurement | None:
    currency = figures.currency_of(run) if metric.unit is units.MONEY else ""
    if recorded and computed and not figures.agree(recorded, computed, metric.unit):
        warnings = [*warnings, contradiction(metric, recorded, computed)]
        recorded = None
    if computed is not None and (recorded is None or metric.prefer_computed):
        return Measurement(metric, computed, "computed", tuple(warnings), currency)
    if recorded is not None:
        return Measurement(metric, recorded, "recorded", (), currency)
    return None


def contradiction(metric: Metric, recorded: Quantity, computed: Quantity) -> str:
    """The warning of a measurement whose recorded figure the other figures contradict."""
    return (
        f"{metric.label}: the recorded {display.show(recorded, metric.unit)} contradicts "
        f"{metric.formula} = {display.show(computed, metric.unit)}, which is used instead."
    )
