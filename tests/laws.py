"""Whole records of runs that follow a known law, for the tests of capacity."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from generator.scalability import Law

LOADS = (5, 10, 20, 40, 80, 160)
LAWS = (
    Law(50, 0.02, 1e-4),
    Law(4, 0.05, 3e-5),
    Law(100, 0.2, 1e-3),
    Law(10, 0.001, 1e-5),
    Law(4, 0.0, 7e-5),
)
"""From one that peaks within the loads to one that does so far behind them; the last without σ."""


def noisy(
    law: Law, noise: float, seed: int, repeats: int = 3, loads: Sequence[int] = LOADS
) -> list[tuple[float, float]]:
    """Load and throughput of runs whose errors are relative, with this standard deviation."""
    drawn = random.Random(seed)
    return [
        (float(load), law.throughput(load) * math.exp(drawn.gauss(0, noise)))
        for load in loads
        for _ in range(repeats)
    ]


def record(
    vus: float,
    rate: float,
    number: int = 0,
    deployment: str = "{service: shop, revision: v1, replicas: 2}",
    load: str = "",
    more: str = "",
) -> str:
    """A completed run's record."""
    return (
        f"title: {vus:g} VUs, run {number}\nstatus: completed\ndate: 2026-05-01T{number // 60:02}:"
        f"{number % 60:02}:00Z\n"
        f"load: {{scenario: shop, vus: {vus:g}, duration: 10m{load}}}\n"
        f"deployment: {deployment}\n"
        f"k6: {{http_reqs: {{rate: {rate:.9f}}}, http_req_duration: {{avg: 20, p95: 50}}}}\n{more}"
    )


def records(points: Sequence[tuple[float, float]], **parts: str) -> Mapping[str, str]:
    """The records of these runs, one after another."""
    return {
        f"camp/run-{number:03}": record(vus, rate, number, **parts)
        for number, (vus, rate) in enumerate(points)
    }
