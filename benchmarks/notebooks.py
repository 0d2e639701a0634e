"""Notebooks of any size: the five reported runs as the mould, with drift, steps and repeats.

    python -m benchmarks.notebooks DIR --runs 500 [--seed 1]

What is measured hangs together as it does in a real run (counts are rate x time, percentiles rise,
CPU follows throughput), so that the checks find what was put in and nothing else. The same seed
gives the same bytes.
"""

from __future__ import annotations

import argparse
import datetime
import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from generator import yamltree

ROOT = Path(__file__).resolve().parent.parent
MOULD = ROOT / "experiments" / "session-8" / "post-code.yaml"
PER_CAMPAIGN = 20
SCENARIOS = ("stress", "checkout", "search")
LOADS = (50, 100, 200)
FIRST_DAY = datetime.date(2024, 1, 1)
THINK_TIME = 0.15
FIGURES = "{{ value('request_rate') }}, p95 {{ value('latency_p95') }}."


@dataclass
class Service:
    """How a service behaves under load, and how that changes from run to run."""

    dice: random.Random
    cores_per_request: float = 0.0095
    base_ms: float = 60.0
    pods: int = 6
    revision: int = 1
    steps: dict[int, str] = field(default_factory=dict)

    def develop(self, number: int) -> str:
        """One more commit: mostly nothing, slow drift, now and then a step; returns what it was."""
        self.revision += 1
        self.base_ms *= 1.0004
        if self.dice.random() < 0.06:
            worse = self.dice.random() < 0.5
            factor = self.dice.uniform(1.12, 1.3) if worse else self.dice.uniform(0.75, 0.9)
            self.base_ms *= factor
            self.cores_per_request *= factor**0.5
            what = "one more query for each item" if worse else "queries of a page in one batch"
            self.steps[number] = what
            return what
        return ""

    def measure(self, vus: int) -> dict[str, float]:
        """Rate, latencies in ms and cores at so many VUs; noise of about two percent."""
        noise = self.dice.gauss(1.0, 0.02)
        limit = self.pods / self.cores_per_request
        wanted = vus / (THINK_TIME + self.base_ms / 1000)
        rate = wanted / (1 + (wanted / limit) ** 4) ** 0.25 * noise
        mean = max(vus / rate - THINK_TIME, 0.001) * 1000
        return {"rate": rate, "mean": mean, "cores": rate * self.cores_per_request}


def records(runs: int, seed: int = 1) -> dict[str, dict[str, Any] | str]:
    """The notebook's files by their path below experiments/: records as trees, tables as text."""
    dice = random.Random(seed)
    mould = yamltree.read(MOULD.name, MOULD.read_bytes()).value
    service = Service(dice)
    files: dict[str, dict[str, Any] | str] = {}
    number, latest = 0, {}
    while number < runs:
        campaign = f"campaign-{number // PER_CAMPAIGN + 1:03d}"
        if number % PER_CAMPAIGN == 0:
            files[f"{campaign}/campaign.yaml"] = _campaign(number // PER_CAMPAIGN + 1, number)
        what = service.develop(number)
        scenario, vus = dice.choice(SCENARIOS), dice.choice(LOADS)
        original = f"{campaign}/run-{number + 1:04d}"
        repeats = 3 if dice.random() < 0.15 else 1
        for repeat in range(repeats):
            if number >= runs or (number and number % PER_CAMPAIGN == 0 and repeat):
                break
            name = f"{campaign}/run-{number + 1:04d}"
            measured = service.measure(vus)
            record = _run(mould, dice, number, scenario, vus, measured, service, what)
            if repeat:
                record["repeats"] = original
                record.pop("changes", None)
                record.pop("actions", None)
            elif (before := latest.get((scenario, vus))) and dice.random() < 0.9:
                record["baseline"] = before
            files[f"{name}.yaml"] = record
            if dice.random() < 0.5:
                files[f"{name}/series-k6.csv"] = _series(dice, vus, measured)
            if dice.random() < 0.3:
                files[f"{name}/latency-k6.csv"] = _latencies(dice, measured)
            number += 1
        latest[(scenario, vus)] = original
    return files


def _campaign(count: int, number: int) -> dict[str, Any]:
    return {
        "title": f"Campaign {count}: release {2024 + count // 12}.{count % 12 + 1}",
        "date": str(_day(number)),
        "summary": f"Whether release {count} carries the load of the one before.",
        "conclusions": ["It does, as far as these runs can tell."],
        "actions": [{"title": f"Watch the pool of connections, {count}", "state": "open"}]
        if count % 3 == 0
        else [],
    }


def _day(number: int) -> datetime.date:
    return FIRST_DAY + datetime.timedelta(days=number // 2)


def _run(
    mould: dict[str, Any],
    dice: random.Random,
    number: int,
    scenario: str,
    vus: int,
    measured: dict[str, float],
    service: Service,
    what: str,
) -> dict[str, Any]:
    seconds = 780
    rate, mean, cores = measured["rate"], measured["mean"], measured["cores"]
    count = round(rate * seconds)
    record: dict[str, Any] = {
        "title": f"{scenario} at {vus} VUs, build {service.revision}",
        "date": f"{_day(number)}T{6 + number % 2 * 8:02d}:{dice.randrange(60):02d}:00Z",
        "status": "completed" if dice.random() < 0.97 else "aborted",
        "tags": ["nightly" if number % 2 else "release", scenario],
        "summary": f"{vus} VUs: " + FIGURES,
        "context": mould["context"],
        "load": {
            "scenario": scenario,
            "test_type": "stress",
            "vus": vus,
            "duration": f"{seconds}s",
            "think_time": f"{THINK_TIME}s",
        },
        "deployment": {
            "service": "backend",
            "revision": f"build-{service.revision}",
            "replicas": service.pods,
            "requests": {"cpu": "400m", "memory": "512Mi"},
            "pod_anti_affinity": "preferred",
            "node_group": {
                "max": 10,
                "price_per_hour": 0.0416,
                "currency": "USD",
                "price_source": "price list",
            },
        },
        "k6": {
            "http_reqs": {"count": count, "rate": f"{count / seconds:.3f}/s"},
            "iterations": {"count": count, "rate": f"{count / seconds:.3f}/s"},
            "http_req_failed": "0.00%",
            "http_req_duration": {
                "avg": f"{mean:.2f}ms",
                "min": f"{mean * 0.2:.2f}ms",
                "med": f"{mean * 0.8:.2f}ms",
                "p90": f"{mean * 1.7:.2f}ms",
                "p95": f"{mean * 2.1:.2f}ms",
                "p99": f"{mean * 3.1:.2f}ms",
                "max": f"{mean * dice.uniform(5, 9):.2f}ms",
            },
            "checks": {"rate": "100%", "passes": count, "fails": 0},
        },
    }
    if dice.random() < 0.85:
        record["snapshots"] = [_snapshot(dice, service.pods, cores)]
    if what:
        record["changes"] = [
            {
                "area": "code",
                "modification": f"Build {service.revision}: {what}.",
                "file": "apps/backend/src/catalog.ts",
                "impact": "Throughput and latency of the catalogue.",
            }
        ]
    if dice.random() < 0.3:
        record["findings"] = dice.sample(mould["findings"], 2)
    if dice.random() < 0.1:
        record["actions"] = [{"title": f"Look into build {service.revision}", "state": "open"}]
    return record


def _snapshot(dice: random.Random, pods: int, cores: float) -> dict[str, Any]:
    shares = [dice.uniform(0.95, 1.05) for _ in range(pods)]
    return {
        "moment": "peak",
        "pods": {
            "desired": pods,
            "active": pods,
            "pending": 0,
            "list": [
                {
                    "name": f"backend-pod-{position + 1}",
                    "node": f"node-{position + 1}",
                    "cpu": f"{1000 * cores * share / sum(shares):.0f}m",
                }
                for position, share in enumerate(shares)
            ],
        },
        "nodes": {"active": 8, "maximum": 10},
    }


def _series(dice: random.Random, vus: int, measured: dict[str, float]) -> str:
    lines = ["time_s,rps,failed_per_s,p50_ms,p95_ms,p99_ms,vus"]
    for second in range(0, 780, 13):
        up = min(1.0, (second + 13) / 60)
        wobble = up * dice.gauss(1.0, 0.03)
        mean = measured["mean"] * wobble
        figures = (measured["rate"] * wobble, 0, mean * 0.8, mean * 2.1, mean * 3.1, vus * up)
        lines.append(f"{second}," + ",".join(f"{figure:.4g}" for figure in figures))
    return "\n".join(lines) + "\n"


def _latencies(dice: random.Random, measured: dict[str, float]) -> str:
    lines, low = ["from_ms,to_ms,count"], measured["mean"] * 0.2
    for step in range(60):
        high = low * 1.07
        count = int(10_000 * max(0.0, 1 - abs(step - 20) / 40) * dice.uniform(0.9, 1.1))
        if count:
            lines.append(f"{low:.6f},{high:.6f},{count}")
        low = high
    return "\n".join(lines) + "\n"


def write(folder: Path, runs: int, seed: int = 1) -> None:
    """Write a notebook of so many runs: mkdocs.yml and experiments/; the folder must be empty."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    writer = YAML(typ="safe")
    writer.default_flow_style = False
    for path, content in records(runs, seed).items():
        file = folder / "experiments" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            file.write_text(content, "utf-8")
        else:
            with file.open("w", encoding="utf-8") as out:
                writer.dump(content, out)
    (folder / "experiments").mkdir(exist_ok=True)


def main() -> None:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description="Write a notebook of generated runs.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    write(asked.folder, asked.runs, asked.seed)


if __name__ == "__main__":
    main()
