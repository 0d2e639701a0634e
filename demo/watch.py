"""What is looked at while a run is under way: CPU and memory of processes, the cache's counters.

CPU is that of the service's process, of k6, and of everything else on the host, so that a record
can say whether the load generator or a neighbour took what the service could have had.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import psutil

HOST = "127.0.0.1"
"""The only host that is ever talked to."""

EVERY = 0.5
"""Seconds from one sample of CPU and memory to the next."""

POLL_EVERY = 1.0
"""Seconds from one look at the cache's counters to the next."""


@dataclass(frozen=True)
class Usage:
    """Counters at one time: seconds of CPU used so far, bytes of memory in use now.

    `time` is Unix time; `busy` is the CPU of the whole host, stolen time included.
    """

    time: float
    service: float
    generator: float
    busy: float
    own: float
    memory: float


@dataclass(frozen=True)
class Row:
    """One interval of a run: seconds since its start, CPU in cores, memory in bytes."""

    time_s: float
    service: float
    generator: float
    others: float
    memory: float


def usage(service: int, generator: int) -> Usage:
    """The counters now; raises psutil.Error where one of the processes is gone."""
    own, host = psutil.Process(os.getpid()), psutil.cpu_times()
    served = psutil.Process(service)
    idle = host.idle + getattr(host, "iowait", 0.0)
    # Guests' time is in user time already.
    guests = getattr(host, "guest", 0.0) + getattr(host, "guest_nice", 0.0)
    return Usage(
        time.time(),
        _cpu(served),
        _cpu(psutil.Process(generator)),
        sum(host) - idle - guests,
        _cpu(own),
        float(served.memory_info().rss),
    )


def _cpu(process: psutil.Process) -> float:
    spent = process.cpu_times()
    return spent.user + spent.system


def rows(samples: Sequence[Usage], start: float, end: float) -> list[Row]:
    """A run from `start` to `end`, in Unix time, by intervals; a rest of less than half is left."""
    number = max(1, int((end - start) / EVERY + 0.5))
    edges = [at(samples, min(start + count * EVERY, end)) for count in range(number + 1)]
    return [_between(*pair, start) for pair in pairwise(edges) if pair[1].time > pair[0].time]


def mean(samples: Sequence[Usage], start: float, end: float) -> Row:
    """The same over the whole run, with the mean of the memory."""
    held = [sample.memory for sample in samples if start <= sample.time <= end]
    whole = _between(at(samples, start), at(samples, end), start)
    return replace(whole, memory=sum(held) / len(held)) if held else whole


def _between(before: Usage, after: Usage, start: float) -> Row:
    lasted = after.time - before.time
    service, generator = after.service - before.service, after.generator - before.generator
    others = after.busy - before.busy - service - generator - (after.own - before.own)
    return Row(
        before.time - start,
        service / lasted,
        generator / lasted,
        max(0.0, others / lasted),
        after.memory,
    )


def at(samples: Sequence[Usage], moment: float) -> Usage:
    """The counters at a time between two samples, in proportion; at the ends those of the end."""
    place = bisect_left([sample.time for sample in samples], moment)
    if place == 0 or place == len(samples):
        return samples[min(place, len(samples) - 1)]
    before, after = samples[place - 1], samples[place]
    share = (moment - before.time) / (after.time - before.time)

    def between(low: float, high: float) -> float:
        return low + share * (high - low)

    return Usage(
        moment,
        between(before.service, after.service),
        between(before.generator, after.generator),
        between(before.busy, after.busy),
        between(before.own, after.own),
        after.memory,
    )


def service_csv(found: Sequence[Row]) -> bytes:
    """CPU and memory of the service over time, as a table for the run's folder."""
    lines = [f"{row.time_s:.2f},{row.service:.3f},{row.memory:.0f}" for row in found]
    return _table("time_s,cpu_cores,memory_bytes", lines)


def host_csv(found: Sequence[Row]) -> bytes:
    """CPU of the load generator and of all else on the host over time, as a table."""
    lines = [f"{row.time_s:.2f},{row.generator:.3f},{row.others:.3f}" for row in found]
    return _table("time_s,generator_cpu_cores,others_cpu_cores", lines)


def _table(header: str, lines: Sequence[str]) -> bytes:
    return "\n".join([header, *lines, ""]).encode()


@dataclass(frozen=True)
class Counters:
    """The cache's counters at one Unix time."""

    time: float
    hits: int
    misses: int


def cache_lines(counted: Sequence[Counters], start: float, end: float) -> bytes:
    """The counters of a run as JSON lines: at its start, and as looked at until its end.

    The service was started for this run: until the first request the counters are what they were
    when they were last looked at, so that this is what they were at the start.
    """
    before = [one for one in counted if one.time <= start][-1:]
    inside = [one for one in counted if start < one.time <= end]
    kept = [Counters(start, one.hits, one.misses) for one in before] + inside
    return b"".join(
        json.dumps(
            {"timestamp": round(one.time, 3), "hits": one.hits, "misses": one.misses}
        ).encode()
        + b"\n"
        for one in kept
    )


def get(port: int, path: str, timeout: float = 5.0) -> tuple[int, Mapping[str, Any]]:
    """Status and JSON of an answer of the service on this host; raises OSError."""
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = json.loads(answer.read() or b"{}")
        return answer.status, body if isinstance(body, dict) else {}
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


def counters(port: int) -> Counters | None:
    """The cache's counters now; None where there is no cache, or no answer in time."""
    with contextlib.suppress(OSError):
        _, said = get(port, "/metrics/cache")
        if said.get("enabled"):
            return Counters(time.time(), int(said["hits"]), int(said["misses"]))
    return None


@contextlib.contextmanager
def again_and_again(every: float, look: Callable[[], None]) -> Iterator[None]:
    """Call `look` at once and then every so many seconds, in a thread, until the block ends."""
    over = threading.Event()

    def loop() -> None:
        due = time.monotonic()
        while not over.is_set():
            look()
            due = max(due + every, time.monotonic())
            over.wait(max(0.0, due - time.monotonic()))

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=10)
