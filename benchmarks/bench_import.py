"""How fast raw samples of k6 are imported, and in how much memory, against two yardsticks.

    python benchmarks/bench_import.py              # 5.6 million lines, 1.3 GB unpacked
    python benchmarks/bench_import.py --lines 560000 --repeat 1

Makes the samples of one run (seeded: the same bytes each time) as gzipped NDJSON and CSV in a
temporary folder, then reads the same files in one go: line by line with Python's parser (bytes,
and decoded text), with a bare scan by DuckDB (declared columns, one exact quantile for each
metric), and with the complete import. Each reading runs in a process of its own, which tells its
peak memory; the best of the repeats counts. `faster` is against line by line. With `--times N`
files N times as long are read too: the import's memory must not grow with them.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from generator.importers import samples_job
from generator.importers.k6_samples import read_run
from generator.importers.source import HEAD_BYTES, Source

START = 1_795_434_000
SECONDS = 780
PER_REQUEST = 17
ENDPOINTS = [("products", "GET"), ("product", "GET"), ("orders", "POST"), ("search", "GET")]
OWN = {"requests_under_500ms": ("rate", "default"), "requests_under_1s": ("rate", "default")}
COLUMNS = (
    *("metric_name", "timestamp", "metric_value", "check", "error", "error_code"),
    *("expected_response", "group", "method", "name", "proto", "scenario", "service", "status"),
    *("subproto", "tls_version", "url", "extra_tags", "metadata"),
)

Sample = tuple[str, float, float, dict[str, str]]


def samples(count: int) -> Iterator[list[Sample]]:
    """The samples of a run in the order of k6, one request with its iteration at a time."""
    rng = random.Random(1)
    requests = count // PER_REQUEST
    second = 0
    for number in range(requests):
        now = SECONDS * (number + 1) / requests
        name, method = ENDPOINTS[rng.randrange(len(ENDPOINTS))]
        latency = rng.lognormvariate(4, 0.8)
        failed = rng.random() < 0.01
        tags = {
            "endpoint": name,
            "expected_response": "false" if failed else "true",
            "group": "::browse",
            "method": method,
            "name": f"{method} /api/{name}",
            "proto": "HTTP/1.1",
            "scenario": "default",
            "status": "500" if failed else "200",
            "url": f"http://shop:8080/api/{name}",
        }
        plain = {"group": "", "scenario": "default"}
        values = {
            "http_reqs": 1,
            "http_req_duration": latency,
            "http_req_blocked": rng.random() / 100,
            "http_req_connecting": 0,
            "http_req_tls_handshaking": 0,
            "http_req_sending": rng.random() / 20,
            "http_req_waiting": latency - 0.1,
            "http_req_receiving": rng.random() / 5,
            "http_req_failed": int(failed),
        }
        found: list[Sample] = [(metric, now, value, tags) for metric, value in values.items()]
        found += [
            ("requests_under_500ms", now, int(latency < 500), plain),
            ("requests_under_1s", now, int(latency < 1000), plain),
            ("data_sent", now, 83, plain),
            ("data_received", now, 862, plain),
            ("iteration_duration", now, latency + 1, plain),
            ("iterations", now, 1, plain),
        ]
        for check in ("status is 200", "has items"):
            found.append(("checks", now, int(not failed), {"check": check, **plain}))
        if int(now) > second:
            second = int(now)
            ramp = min(1.0, second / 120, max(SECONDS - second, 1) / 60)
            found.append(("vus", now, round(200 * ramp), {}))
        yield found


def write(folder: Path, lines: int) -> tuple[Path, Path]:
    """The run as NDJSON and as CSV, both gzipped."""
    of_json, of_csv = folder / f"run-{lines}.json.gz", folder / f"run-{lines}.csv.gz"
    with (
        gzip.open(of_json, "wt", compresslevel=1, encoding="utf-8") as ndjson,
        gzip.open(of_csv, "wt", compresslevel=1, encoding="utf-8") as table,
    ):
        table.write(",".join(COLUMNS) + "\n")
        for name, (kind, contains) in OWN.items():
            data = {"name": name, "type": kind, "contains": contains, "thresholds": []}
            ndjson.write(_compact({"type": "Metric", "data": data, "metric": name}) + "\n")
        for group in samples(lines):
            ndjson.write("".join(_json_lines(group)))
            table.write("".join(_csv_lines(group)))
    return of_json, of_csv


def _compact(held: object) -> str:
    return json.dumps(held, separators=(",", ":"))


def _json_lines(group: list[Sample]) -> Iterator[str]:
    packed: dict[int, str] = {}
    moment = datetime.fromtimestamp(START + group[0][1], UTC)
    stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06}000Z"
    for metric, _, value, tags in group:
        shown = packed.setdefault(id(tags), _compact(tags))
        yield (
            f'{{"metric":"{metric}","type":"Point","data":{{"time":"{stamp}",'
            f'"value":{round(value, 6)},"tags":{shown}}}}}\n'
        )


def _csv_lines(group: list[Sample]) -> Iterator[str]:
    packed: dict[int, str] = {}
    for metric, now, value, tags in group:
        if id(tags) not in packed:
            cells = [tags.get(name, "") for name in COLUMNS[3:-2]]
            extra = f"endpoint={tags['endpoint']}" if "endpoint" in tags else ""
            packed[id(tags)] = ",".join([*cells, extra, ""])
        yield f"{metric},{START + int(now)},{value:.6f},{packed[id(tags)]}\n"


def line_by_line(path: Path) -> None:
    """The slow yardstick: each line, as it comes, through the standard library's parser."""
    if ".json" in path.name:
        with gzip.open(path) as file:
            for line in file:
                json.loads(line)
    else:
        text_by_line(path)


def text_by_line(path: Path) -> None:
    """The same where somebody knew to decode the whole stream first: a fifth faster."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        if ".json" in path.name:
            for line in file:
                json.loads(line)
        else:
            for _ in csv.reader(file):
                pass


def bare_scan(path: Path) -> None:
    """The fast yardstick: DuckDB with declared columns, one exact quantile for each metric."""
    import duckdb

    if ".json" in path.name:
        table = (
            "read_ndjson($path, columns = {metric: 'VARCHAR', type: 'VARCHAR', "
            "data: 'STRUCT(\"time\" VARCHAR, value DOUBLE)'})"
        )
        query = f"SELECT metric, quantile_cont(data.value, 0.95) FROM {table} GROUP BY metric"
    else:
        types = {"metric_value": "DOUBLE", "timestamp": "BIGINT"}
        columns = ", ".join(f"\"{name}\": '{types.get(name, 'VARCHAR')}'" for name in COLUMNS)
        table = f"read_csv($path, header = true, auto_detect = false, columns = {{{columns}}})"
        query = f"SELECT metric_name, quantile_cont(metric_value, 0.95) FROM {table} GROUP BY ALL"
    duckdb.connect().execute(query, {"path": str(path)}).fetchall()


def complete_import(path: Path) -> None:
    """All that `loadbook import` reads of the file."""
    with path.open("rb") as file:
        head = zlib.decompressobj(31).decompress(file.read(HEAD_BYTES), HEAD_BYTES)
    source = Source(path, path.name, head, "gzip")
    imported = read_run([source], "json" if samples_job.is_json(source) else "csv")
    assert len(imported.fields["phases"]) == 3, imported.problems
    assert len(imported.attachments) == 2


READINGS = {
    "line by line": line_by_line,
    "text by line": text_by_line,
    "bare scan": bare_scan,
    "import": complete_import,
}


Figures = tuple[float, float, float]
"""Seconds by the clock, seconds of all cores, peak MiB."""


def measured(reading: str, path: Path) -> Figures:
    """One reading in a process of its own, without starting Python."""
    done = subprocess.run(
        [sys.executable, __file__, "--only", reading, str(path)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, cpu, peak = map(float, done.stdout.split())
    return seconds, cpu, peak


def only(reading: str, path: Path) -> None:
    """One reading, measured from inside."""
    begin, before = time.perf_counter(), time.process_time()
    READINGS[reading](path)
    seconds, cpu = time.perf_counter() - begin, time.process_time() - before
    print(seconds, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def row(name: str, path: Path, found: Figures, bare: Figures, slow: Figures) -> None:
    """One line of the table."""
    seconds, cpu, peak = found
    print(
        f"{path.name:<22} {name:<13}{seconds:>8.2f} s {seconds / bare[0]:>7.2f} x"
        f"{slow[0] / seconds:>9.1f} x {cpu:>9.2f} s {cpu / bare[1]:>7.2f} x {peak:>7.0f} MiB",
        flush=True,
    )


def main() -> None:
    """Make the files, read them, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lines", type=int, default=5_600_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--times", type=int, default=0)
    parser.add_argument("--only", nargs=2, metavar=("READING", "FILE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.only:
        only(asked.only[0], Path(asked.only[1]))
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        paths = write(folder, asked.lines)
        print(f"{asked.lines} lines, best of {asked.repeat}, {os.cpu_count()} cores")
        print(
            f"{'file':<22} {'reading':<13}{'time':>10} {'/ bare':>9}{'faster':>11} "
            f"{'CPU time':>11} {'/ bare':>9} {'peak':>11}"
        )
        for path in paths:
            found: dict[str, list[Figures]] = {reading: [] for reading in READINGS}
            # By turns: what else the machine does falls on all of them.
            for turn in range(asked.repeat):
                for reading in READINGS:
                    if turn == 0 or "by line" not in reading:
                        found[reading].append(measured(reading, path))
            best = {reading: min(figures) for reading, figures in found.items()}
            for reading, figures in best.items():
                row(reading, path, figures, best["bare scan"], best["line by line"])
        for path in write(folder, asked.lines * asked.times) if asked.times else ():
            bare, long = measured("bare scan", path), measured("import", path)
            row("bare scan", path, bare, bare, bare)
            row("import", path, long, bare, bare)


if __name__ == "__main__":
    main()
