"""One run: the service started afresh, k6 against it, both watched, both ended whatever happens."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil

from demo import host, watch
from demo.host import Cores
from demo.plan import THINK_SECONDS, Cell, Timing
from demo.processes import started
from demo.service import Config
from demo.watch import Counters, Usage

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = Path(__file__).with_name("script.js")

START_SECONDS = 30.0
"""How long the service may take to answer for the first time."""

GRACE_SECONDS = 45.0
"""How much longer than its load k6 may take, iterations under way included."""

THRESHOLD_CROSSED = 99
"""What k6 ends with when a threshold was crossed; none of the script's stops the run."""


class DemoError(Exception):
    """The campaign can't go on; the message says why."""


@dataclass(frozen=True)
class Bench:
    """What all runs of one campaign share."""

    k6: Path
    database: Path
    port: int
    cores: Cores
    timing: Timing


@dataclass(frozen=True)
class Measured:
    """What a run left: files, samples, how k6 ended, and when (Unix time) the load was there.

    `start` is when the first request was sent, `end` when the last one was answered.
    """

    summary: Path
    raw: Path
    exit_code: int
    usages: tuple[Usage, ...]
    counted: tuple[Counters, ...]
    start: float
    end: float


def require_free(port: int) -> None:
    """Raise DemoError where something listens at the port on this host."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((watch.HOST, port))
        except OSError as error:
            raise DemoError(
                f"port {port} of {watch.HOST} is taken ({error.strerror}): --port names another"
            ) from error


def measure(cell: Cell, bench: Bench, config: Config, folder: Path) -> Measured:
    """Make one run; its files go into `folder`. Raises DemoError where it can't be made."""
    database = folder / "shop.db"
    shutil.copyfile(bench.database, database)
    summary, raw = folder / "summary.json", folder / "samples.json.gz"
    usages: list[Usage] = []
    counted: list[Counters] = []
    with host.on(bench.cores.generator), _service(bench, config, database, folder) as service:

        def count() -> None:
            found = watch.counters(bench.port)
            if found is not None:
                counted.append(found)

        count()
        with _k6(cell, bench, summary, raw, folder) as generator:

            def sample() -> None:
                with contextlib.suppress(psutil.Error):
                    usages.append(watch.usage(service.pid, generator.pid))

            with (
                watch.again_and_again(watch.EVERY, sample),
                watch.again_and_again(watch.POLL_EVERY, count),
            ):
                code = _ended(generator, service, bench.timing.seconds + GRACE_SECONDS)
    for used in folder.glob("shop.db*"):
        used.unlink()
    if code not in (0, THRESHOLD_CROSSED):
        raise DemoError(f"k6 ended with exit code {code}: {_tail(folder / 'k6.log')}")
    if len(usages) < 2:
        raise DemoError(f"the run was too short to be watched: {len(usages)} samples")
    start, end = window(raw)
    return Measured(summary, raw, code, tuple(usages), tuple(counted), start, end)


def window(raw: Path) -> tuple[float, float]:
    """When the first request of k6's samples was sent and the last answered, in Unix time."""
    start, end = float("inf"), 0.0
    with gzip.open(raw, "rt", encoding="utf-8") as lines:
        for line in lines:
            if '"http_req_duration"' not in line or '"Point"' not in line:
                continue
            data = json.loads(line)["data"]
            ended = datetime.fromisoformat(data["time"]).timestamp()
            start, end = min(start, ended - data["value"] / 1000), max(end, ended)
    if not end:
        raise DemoError("k6 made no request")
    return start, end


@contextlib.contextmanager
def _service(
    bench: Bench, config: Config, database: Path, folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """The service, answering; it ends with the block, and with this process in any case."""
    require_free(bench.port)
    settings = {
        "SHOP_DATABASE": str(database),
        "SHOP_CACHE": "on" if config.cache else "off",
        "SHOP_CACHE_TTL": str(config.ttl),
        "SHOP_CACHE_ENTRIES": str(config.entries),
        "SHOP_THREADS": str(config.threads),
    }
    words = [sys.executable, "-m", "demo.service", "--port", str(bench.port)]
    log = folder / "service.log"
    environment, cores = {**os.environ, **settings}, bench.cores.service
    with (
        log.open("wb") as output,
        # It serves until its input closes, so that it ends even where this process is killed.
        started(words, environment, output, ROOT, subprocess.PIPE, cores) as process,
    ):
        _wait_until_healthy(process, bench.port, log)
        yield process


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise DemoError(f"the service did not start: {_tail(log)}")
        with contextlib.suppress(OSError):
            if watch.get(port, "/health", timeout=1.0)[0] == 200:
                return
        time.sleep(0.05)
    raise DemoError(f"the service did not answer within {START_SECONDS:.0f} s: {_tail(log)}")


@contextlib.contextmanager
def _k6(
    cell: Cell, bench: Bench, summary: Path, raw: Path, folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """k6 under way; ended with the block. It talks to this host only, and reports to nobody."""
    words = [str(bench.k6), "run", "--quiet", "--no-color", "--no-usage-report", "--address", ""]
    words += ["--summary-export", str(summary), "--out", f"json={raw}", str(SCRIPT)]
    timing = bench.timing
    settings = {
        "SHOP_PORT": str(bench.port),
        "SHOP_VUS": str(cell.vus),
        "SHOP_SEED": str(cell.seed),
        "SHOP_THINK": str(THINK_SECONDS),
        "SHOP_RAMP_UP": f"{timing.ramp_up}s",
        "SHOP_STEADY": f"{timing.steady}s",
        "SHOP_RAMP_DOWN": f"{timing.ramp_down}s",
    }
    known = {name: value for name, value in os.environ.items() if not name.startswith("K6_")}
    # Its configuration would be looked for at home.
    environment = {**known, "HOME": str(folder), **settings}
    with (
        (folder / "k6.log").open("wb") as output,
        started(words, environment, output, ROOT, subprocess.DEVNULL) as process,
    ):
        yield process


def _ended(
    generator: subprocess.Popen[bytes], service: subprocess.Popen[bytes], seconds: float
) -> int:
    """k6's exit code; DemoError where it takes too long, or the service ends before it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return generator.wait(timeout=0.25)
        if service.poll() is not None:
            raise DemoError(f"the service ended under load with exit code {service.returncode}")
    raise DemoError(f"k6 was still running after {seconds:.0f} s")


def _tail(log: Path) -> str:
    """The end of what a process printed, on one line."""
    text = log.read_text("utf-8", errors="replace") if log.is_file() else ""
    return " ".join(text.split())[-500:] or "it printed nothing"
