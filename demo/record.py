"""A run's record: what only this script knows goes in first, then `loadbook import` adds the rest.

Both happen in a notebook of their own in a temporary folder; the record and its tables reach the
real one when they are complete, all or none.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demo import watch
from demo.measure import ROOT, Bench, DemoError, Measured
from demo.plan import THINK_SECONDS, Cell
from demo.service import Config
from demo.store import PRODUCTS, REVIEWS_EACH
from generator import recording, writing, yamledit
from generator.importers.source import Imported
from generator.recording import Reading
from generator.records import CAMPAIGN_FILE, FOLDER
from generator.settings import CONFIG_FILE
from generator.writing import Planned

SERIES = "series-process.csv"
HOST_SERIES = "series-host.csv"

NOTE = "No pods: the mean CPU of the service's one process over the whole run."
CONTEXT = (
    "Made by `demo/run.py` on one host, the load generator beside the service. The service was "
    "started for this run, with an empty cache; it is run {position} in the order of the campaign. "
    "CPU is that of the service's process, in place of that of pods."
)
SUMMARY = (
    "{vus} VUs {words} the cache: throughput {{{{ value('request_rate') }}}}, "
    "p95 {{{{ value('latency_p95') }}}}."
)


def is_made(root: Path, cell: Cell) -> bool:
    """Whether the notebook has the record of a run."""
    return (root / FOLDER / f"{cell.identity}.yaml").is_file()


def make(
    root: Path,
    cell: Cell,
    bench: Bench,
    config: Config,
    environment: Mapping[str, Any],
    measured: Measured,
    folder: Path,
) -> list[str]:
    """Write the record of a run, in place of one that is there; what the import said of it.

    Raises DemoError where it can't be imported.
    """
    cache = folder / "cache.jsonl"
    cache.write_bytes(watch.cache_lines(measured.counted, measured.start, measured.end))
    scratch = folder / "notebook"
    shutil.rmtree(scratch, ignore_errors=True)  # of an earlier time, where files are kept
    scratch.mkdir()
    (scratch / CONFIG_FILE).write_text("plugins: [loadbook]\n", "utf-8")
    _write_own(scratch, cell, bench, config, environment, measured)
    said = _import(scratch, cell, measured, cache if cell.cached else None)
    names = [f"{FOLDER}/{cell.identity}.yaml"]
    kept = scratch / FOLDER / cell.identity
    # The record comes last: where it is, everything is.
    names[:0] = [f"{FOLDER}/{cell.identity}/{path.name}" for path in sorted(kept.iterdir())]
    writing.write(
        root,
        [Planned(name, (scratch / name).read_bytes(), writing.read(root / name)) for name in names],
    )
    return said


def publish_campaign(root: Path, campaign: str, text: str) -> bool:
    """Write the campaign's record unless there is one; whether it was written."""
    name = f"{FOLDER}/{campaign}/{CAMPAIGN_FILE}"
    if (root / name).exists():
        return False
    writing.write(root, [Planned(name, text.encode())])
    return True


def own_fields(
    cell: Cell,
    bench: Bench,
    config: Config,
    environment: Mapping[str, Any],
    measured: Measured,
) -> dict[str, Any]:
    """What no output of k6 says: load, deployment, environment, what is compared, CPU, memory."""
    words = "with" if cell.cached else "without"
    again = f", repeat {cell.repeat}" if cell.repeat > 1 else ""
    timing, every = bench.timing, f"{watch.EVERY:g}s"
    fields: dict[str, Any] = {
        "title": f"{cell.vus} VUs, cache {cell.deployment}{again}",
        # None of the script's thresholds stops a run.
        "status": "completed",
        "tags": ["demo", f"cache-{cell.deployment}"],
        "summary": SUMMARY.format(vus=cell.vus, words=words),
        "context": CONTEXT.format(position=cell.position),
        "load": {
            "scenario": "shop",
            "test_type": "load",
            "script": "demo/script.js",
            "executor": "ramping-vus",
            "model": "closed",
            "vus": cell.vus,
            "think_time": f"{THINK_SECONDS:g}s",
            "stages": [
                {"duration": f"{timing.ramp_up}s", "target": cell.vus},
                {"duration": f"{timing.steady}s", "target": cell.vus},
                {"duration": f"{timing.ramp_down}s", "target": 0},
            ],
        },
        "deployment": {
            "service": "demo shop",
            "revision": revision(),
            "settings": {
                "cache": {
                    "enabled": config.cache,
                    "ttl": f"{config.ttl:g}s",
                    "entries": config.entries,
                },
                "processes": 1,
                "threads": config.threads,
                "cores": len(bench.cores.service) if bench.cores.pinned else "not pinned",
                "data": f"SQLite, {PRODUCTS} products, {PRODUCTS * REVIEWS_EACH} reviews",
            },
        },
        "environment": dict(environment),
        "snapshots": [_snapshot(measured)],
        "series": [
            {"file": SERIES, "source": "the service's process", "interval": every},
            {"file": HOST_SERIES, "source": "the other processes", "interval": every},
        ],
    }
    if cell.baseline:
        fields["baseline"] = cell.baseline
    if cell.repeat > 1:
        fields["repeats"] = cell.original
    if cell.cached:
        fields["changes"] = [
            {
                "area": "cache",
                "modification": "Answers to product lists, products and searches are cached in "
                "the memory of the process.",
                "file": "demo/service.py",
                "setting": "cache.enabled",
                "rationale": "Most visitors ask for what somebody has just asked for.",
                "measurable_by": "GET /metrics/cache",
            }
        ]
    return fields


def revision() -> str:
    """What the service was, by its content."""
    digest = hashlib.sha256()
    for name in ("cache.py", "service.py", "store.py"):
        digest.update((ROOT / "demo" / name).read_bytes())
    return f"content {digest.hexdigest()[:12]}"


def _snapshot(measured: Measured) -> dict[str, Any]:
    """CPU of the service where a record has that of all pods: efficiency is computed from it.

    It is over the same time as the request rate, ramps included, so that requests per core are
    requests by the seconds of CPU that they cost. No pod is listed, for there is none; memory
    stands in the table over time.
    """
    mean = watch.mean(measured.usages, measured.start, measured.end)
    used = {"cpu_total": f"{mean.service * 1000:.1f}m"}
    return {"moment": "whole run", "note": NOTE, "pods": used}


def _write_own(
    scratch: Path,
    cell: Cell,
    bench: Bench,
    config: Config,
    environment: Mapping[str, Any],
    measured: Measured,
) -> None:
    rows = watch.rows(measured.usages, measured.start, measured.end)
    tables = {SERIES: watch.service_csv(rows), HOST_SERIES: watch.host_csv(rows)}
    fields = own_fields(cell, bench, config, environment, measured)
    # An import leaves titles to people, so that the title stands there before it.
    begun = f"{recording.HEADER}title: {yamledit.scalar(fields['title'])}\n".encode()
    writing.write(scratch, [Planned(f"{FOLDER}/{cell.identity}.yaml", begun)])
    reading = Reading("demo/run.py", Imported(fields, tables))
    prepared = recording.prepare(scratch, cell.identity, [reading], datetime.now(UTC))
    if prepared.problems:
        raise DemoError(f"the record is not valid: {prepared.problems[0].as_text()}")
    writing.write(scratch, prepared.files)


def _import(scratch: Path, cell: Cell, measured: Measured, cache: Path | None) -> list[str]:
    """Have `loadbook import` add what was measured; the lines that it printed of problems."""
    words = ["import", cell.identity, "--k6", str(measured.summary), "--k6", str(measured.raw)]
    words += ["--exit-code", str(measured.exit_code)]
    if cache is not None:
        words += ["--cache", str(cache)]
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", "from generator.cli import app; app()", *words],
        cwd=scratch,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise DemoError(f"loadbook import ended with {done.returncode}: {done.stderr[-500:]}")
    return [line for line in done.stderr.splitlines() if line.strip()]
