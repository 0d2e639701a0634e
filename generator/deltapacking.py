"""Deltas as values of JSON and back, for those that an earlier build found."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any, Literal

from generator.compare import Delta
from generator.measurements import Measurement
from generator.metrics import METRICS, Metric
from generator.noise import Noise, RankTest
from generator.units import Quantity
from generator.verdicts import Ground, Verdict


def packed(delta: Delta) -> list[Any]:
    """The delta as values of JSON."""
    return [
        delta.metric.name,
        _side(delta.baseline),
        _side(delta.candidate),
        astuple(delta.delta) if delta.delta else None,
        delta.change,
        str(delta.verdict),
        delta.basis,
        delta.warnings,
        astuple(delta.ground) if delta.ground else None,
    ]


def unpacked(values: list[Any]) -> Delta:
    """The delta that was packed."""
    name, before, after, delta, change, verdict, basis, warnings, ground = values
    metric = METRICS[name]
    return Delta(
        metric,
        _measurement(metric, *before) if before else None,
        _measurement(metric, *after) if after else None,
        Quantity(*delta) if delta else None,
        change,
        Verdict(verdict),
        basis,
        tuple(warnings),
        _ground(*ground) if ground else None,
    )


def _side(one: Measurement | None) -> list[Any] | None:
    return [astuple(one.quantity), one.source, one.warnings, one.currency] if one else None


def _measurement(
    metric: Metric,
    quantity: list[Any],
    source: Literal["recorded", "computed"],
    warnings: list[str],
    currency: str,
) -> Measurement:
    return Measurement(metric, Quantity(*quantity), source, tuple(warnings), currency)


def _ground(
    before: int, after: int, threshold: float, noise: list[Any] | None, tested: list[Any] | None
) -> Ground:
    spread = Noise(*noise) if noise else None
    return Ground(before, after, threshold, spread, RankTest(*tested) if tested else None)
