"""Notebooks of many small runs with known steps and drift, for the tests of trends.

`python -m tests.trendbook 120 FOLDER` writes one to look at.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.conftest import write_book

START = datetime(2026, 1, 5, 6, tzinfo=UTC)


def record(
    number: int,
    *,
    p95: float = 200.0,
    rate: float = 100.0,
    vus: int = 50,
    scenario: str = "checkout",
    more: str = "",
) -> str:
    """A small record: one run a day, its figures as k6 writes them; `more` is YAML."""
    when = START + timedelta(days=number)
    return (
        f"title: Run {number}\ndate: {when:%Y-%m-%dT%H:%M:%SZ}\nstatus: completed\n"
        f"load: {{scenario: {scenario}, executor: constant-vus, vus: {vus}, duration: 10m}}\n"
        f"environment: {{cluster: staging}}\n"
        f"k6:\n  http_reqs: {{count: {round(rate * 600)}, rate: {rate:.6f}/s}}\n"
        f"  http_req_failed: 0%\n"
        f"  http_req_duration: {{med: {p95 * 0.4:.4f}ms, p90: {p95 * 0.8:.4f}ms, "
        f"p95: {p95:.4f}ms, p99: {p95 * 1.5:.4f}ms}}\n{more}"
    )


def walk(
    figures: Iterable[float], vus: int = 50, more: dict[int, str] | None = None
) -> dict[str, str]:
    """A run for each p95, in order, of one scenario and load; `more` by the run's number."""
    return {
        f"a/run-{number:04}": record(number, p95=p95, vus=vus, more=(more or {}).get(number, ""))
        for number, p95 in enumerate(figures)
    }


def noisy(
    number: int,
    steps: dict[int, float] | None = None,
    *,
    seed: int = 1,
    level: float = 200.0,
    deviation: float = 3.0,
    drift: float = 0.0,
) -> list[float]:
    """Normal figures around a level that a step alters for good; `drift` is added in all."""
    source = random.Random(seed)
    found = []
    for position in range(number):
        level += (steps or {}).get(position, 0.0)
        moved = drift * position / max(1, number - 1)
        found.append(level + moved + source.gauss(0, deviation))
    return found


def grown(number: int) -> dict[str, str]:
    """A notebook as it grows in years: two loads with steps, one acknowledged; a drift; one run."""
    third = max(1, number // 3)
    slow = noisy(third, {third // 3: 30.0, third // 2: -40.0, 3 * third // 4: 25.0}, seed=2)
    fast = noisy(third, {third // 2: 12.0}, level=90.0, deviation=1.5, seed=3)
    crept = noisy(number - 2 * third - 1, drift=40.0, level=150.0, seed=4)
    runs = {}
    for at, p95 in enumerate(slow):
        replicas = 3 if at < third // 2 else 4
        more = f"deployment: {{service: shop, replicas: {replicas}, revision: r{at // 5}}}\n"
        if at == 3 * third // 4:
            more += "acknowledged_steps: [{metric: latency_p95, reason: TLS at the edge.}]\n"
        runs[f"nightly/slow-{at:04}"] = record(3 * at, p95=p95, vus=200, rate=380.0, more=more)
    for at, p95 in enumerate(fast):
        more = f"deployment: {{service: shop, replicas: 2, revision: r{at // 5}}}\n"
        runs[f"nightly/fast-{at:04}"] = record(3 * at + 1, p95=p95, more=more)
    for at, p95 in enumerate(crept):
        runs[f"weekly/search-{at:04}"] = record(3 * at + 2, p95=p95, vus=20, scenario="search")
    runs["once/trial"] = record(0, scenario="trial")
    return runs


if __name__ == "__main__":
    files = {f"{name}.yaml": text for name, text in grown(int(sys.argv[1])).items()}
    config = (Path(__file__).parent.parent / "mkdocs.yml").read_text("utf-8")
    write_book(Path(sys.argv[2]), files, config)
