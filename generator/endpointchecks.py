"""Checks of latency by endpoint against itself and against what k6 measured over all requests.

One small function per check: from a run to its doubts.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from generator import display, figures
from generator.doubts import Doubt, exceeds, known
from generator.figures import divide
from generator.model import Run
from generator.units import COUNT, MILLISECONDS, Quantity
from generator.yamltree import Path

TREND = ("k6", "http_req_duration")


def calls(run: Run) -> Iterator[Doubt]:
    """Calls of all endpoints are not more than all requests."""
    requests = known(figures.recorded(run, "k6.http_reqs.count"))
    numbers = [known(one.calls) for one in run.endpoints.list] if run.endpoints else []
    summed = figures.total([number for number in numbers if number is not None])
    if requests is not None and summed is not None and exceeds(summed, requests):
        message = (
            f"the calls of all endpoints are {display.show(summed, COUNT)}, more than the "
            f"{display.show(requests, COUNT)} requests"
        )
        concerns = (("k6", "http_reqs", "count"),)
        yield Doubt(("endpoints", "list"), message, "one of them is wrong", concerns)


def order(run: Run) -> Iterator[Doubt]:
    """Percentiles of each endpoint grow; k6's overall p95 is not below that of every endpoint.

    A percentile of a mixture lies between the smallest and the largest of its parts'.
    """
    listed = run.endpoints.list if run.endpoints else ()
    for position, endpoint in enumerate(listed):
        names = ("med", "p90", "p95", "p99", "max")
        found = [(name, one) for name in names if (one := known(getattr(endpoint, name)))]
        for (low_name, low), (high_name, high) in pairwise(found):
            if exceeds(low, high):
                message = (
                    f"{endpoint.name}: {low_name} {display.show(low, MILLISECONDS)} is more than "
                    f"{high_name} {display.show(high, MILLISECONDS)}"
                )
                path: Path = ("endpoints", "list", position, high_name)
                concerns = (("endpoints", "list", position, low_name),)
                yield Doubt(path, message, "one of them is wrong", concerns)
    overall = known(figures.recorded(run, "k6.http_req_duration.p95"))
    if _coverage(run) < 1:
        return
    parts = [known(one.p95) for one in listed]
    slow = [part for part in parts if part is not None]
    if overall is None or not slow or len(slow) < len(parts):
        return
    least = min(slow, key=lambda part: part.start)
    if exceeds(least, overall):
        message = (
            f"every endpoint's p95 is above the overall p95: {display.show(least, MILLISECONDS)} "
            f"at the least, {display.show(overall, MILLISECONDS)} over all requests"
        )
        yield Doubt(("endpoints", "list"), message, "one of them is wrong", ((*TREND, "p95"),))


COVERED = 0.9
"""Share of the requests that the calls of the listed endpoints must be to speak for all."""


def _coverage(run: Run) -> float:
    """Share of the requests that the endpoints' calls are; 1 where that can't be told."""
    requests = known(figures.recorded(run, "k6.http_reqs.count"))
    listed = run.endpoints.list if run.endpoints else ()
    summed = known(figures.total([one.calls for one in listed]))
    if requests is None or summed is None or not requests.start:
        return 1.0
    return min(1.0, (summed.start + summed.half) / requests.start)


def mean_of_calls(run: Run) -> Iterator[Doubt]:
    """The endpoints' mean, weighted by calls, against k6's mean over all requests.

    What the server measures can be shorter than what k6 does, but not longer; where it is less
    than half, most of the time lies in what the source does not see. Requests that are of no
    endpoint, such as those of setup, may have taken no time at all.
    """
    coverage = _coverage(run)
    overall = known(figures.recorded(run, "k6.http_req_duration.avg"))
    if run.endpoints is None or overall is None or coverage < COVERED:
        return
    times = figures.total([figures.total_time(one) for one in run.endpoints.list])
    mean = known(divide(times, figures.total([one.calls for one in run.endpoints.list])))
    if mean is None:
        return
    least = mean * Quantity.exact(coverage)
    if 0.5 * overall.start <= mean.start and not exceeds(least, overall):
        return
    message = (
        f"the endpoints' mean weighted by calls is {display.show(mean, MILLISECONDS)} by "
        f"{run.endpoints.source}, k6's mean over all requests is "
        f"{display.show(overall, MILLISECONDS)}: expected is between half of it and all of it"
    )
    hint = "they did not measure the same requests or time"
    yield Doubt(("endpoints", "list"), message, hint, ((*TREND, "avg"),))
