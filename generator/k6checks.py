"""Checks of what k6 measured: rates, shares, percentiles, thresholds, Little's law.

One small function per check: from a run to its doubts.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from itertools import pairwise

from generator import display, figures, units
from generator.doubts import Doubt, contradiction, exceeds, known
from generator.figures import divide
from generator.measured import Threshold
from generator.model import Run
from generator.units import COUNT, MILLISECONDS, PER_SECOND, SECONDS, SHARE, Quantity

TREND = ("k6", "http_req_duration")


def rates(run: Run) -> Iterator[Doubt]:
    """Stated rates against count / duration; names the figure that stands there by mistake."""
    duration = figures.recorded(run, "load.duration")
    per_second = {
        name: divide(figures.recorded(run, f"k6.{field}.count"), duration)
        for name, field in (("request", "http_reqs"), ("iteration", "iterations"))
    }
    for name, field in (("request", "http_reqs"), ("iteration", "iterations")):
        stated = figures.recorded(run, f"k6.{field}.rate")
        count = display.show(figures.recorded(run, f"k6.{field}.count"), COUNT)
        formula = f"{count} {name}s / {display.show(duration, SECONDS)}"
        for doubt in contradiction(
            ("k6", field, "rate"), stated, per_second[name], PER_SECOND, formula
        ):
            other = "iteration" if name == "request" else "request"
            explained = per_second[other]
            if stated is not None and explained is not None and stated.agrees_with(explained):
                message = f"{doubt.message}; it is the {other} rate"
                yield Doubt(doubt.path, message, f"the {name} rate belongs here")
            else:
                yield doubt


def checks_share(run: Run) -> Iterator[Doubt]:
    """The share of checks passed against passes and fails."""
    yield from contradiction(
        ("k6", "checks", "rate"),
        figures.recorded(run, "k6.checks.rate"),
        figures.checks_rate(run, {}),
        SHARE,
        "passes / (passes + fails)",
    )


def latency_order(run: Run) -> Iterator[Doubt]:
    """min ≤ med ≤ p90 ≤ p95 ≤ p99 ≤ max, and min ≤ avg ≤ max."""
    for names in (("min", "med", "p90", "p95", "p99", "max"), ("min", "avg", "max")):
        found = [
            (name, figure)
            for name in names
            if (figure := known(figures.recorded(run, f"k6.http_req_duration.{name}")))
        ]
        for (low_name, low), (high_name, high) in pairwise(found):
            if exceeds(low, high):
                message = (
                    f"{low_name} {display.show(low, MILLISECONDS)} is more than {high_name} "
                    f"{display.show(high, MILLISECONDS)}"
                )
                yield Doubt((*TREND, high_name), message, "one of them is wrong")


_LIMIT = re.compile(r"under_(\d{1,6})(ms|s)", re.ASCII)


def shares_under_limits(run: Run) -> Iterator[Doubt]:
    """Shares of requests under a limit against the percentiles: p95 ≤ 500 ms is ≥ 95 % under it."""
    for name, written in (run.k6.rates if run.k6 else {}).items():
        match = _LIMIT.search(name)
        share = known(written)
        if match is None or share is None:
            continue
        limit = units.parse(match[0].removeprefix("under_"), MILLISECONDS)
        for percentile in ("p90", "p95", "p99"):
            figure = known(figures.recorded(run, f"k6.http_req_duration.{percentile}"))
            if figure is None or limit is None:
                continue
            level = int(percentile[1:]) / 100
            shown = f"{percentile} is {display.show(figure, MILLISECONDS)}"
            # k6 cuts percentages off: the true share is up to a whole last digit higher.
            if figure.start + figure.half <= limit.start and share.start + 2 * share.half < level:
                message = f"{display.show(share, SHARE)} is too few: {shown}"
            elif figure.start - figure.half > limit.start and share.start - share.half > level:
                message = f"{display.show(share, SHARE)} is too many: {shown}"
            else:
                continue
            yield Doubt(("k6", "rates", name), message, "one of them is wrong")


_EXPRESSION = re.compile(
    r"\s*(?P<figure>p\(\d{1,2}\)|avg|min|med|max|rate)\s*(?P<sign><=|>=|<|>)\s*(?P<limit>[\d.]{1,20})\s*",
    re.ASCII,
)
_SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def thresholds(run: Run) -> Iterator[Doubt]:
    """Thresholds against the figures that they judge, where those are on record."""
    for position, threshold in enumerate(run.k6.thresholds if run.k6 else ()):
        match = _EXPRESSION.fullmatch(threshold.expression)
        figure = known(_judged(run, threshold, match["figure"])) if match else None
        if match is None or figure is None or threshold.outcome == "no data":
            continue
        try:
            limit = float(match["limit"])
        except ValueError:
            continue
        if abs(figure.start - limit) <= 2 * figure.half:
            continue
        holds = _SIGNS[match["sign"]](figure.start, limit)
        if holds != (threshold.outcome == "passed"):
            unit = MILLISECONDS if threshold.metric == "http_req_duration" else SHARE
            message = (
                f"{threshold.metric} {threshold.expression} stands as {threshold.outcome}, "
                f"but the figure is {display.show(figure, unit)}"
            )
            yield Doubt(("k6", "thresholds", position, "outcome"), message, "one of them is wrong")


def _judged(run: Run, threshold: Threshold, figure: str) -> Quantity | None:
    """The figure on record that a threshold is about."""
    name = figure.replace("(", "").replace(")", "")
    if threshold.metric == "http_req_duration":
        return figures.recorded(run, f"k6.http_req_duration.{name}")
    paths = {"http_req_failed": "k6.http_req_failed", "checks": "k6.checks.rate"}
    if figure != "rate" or run.k6 is None:
        return None
    if threshold.metric in paths:
        return figures.recorded(run, paths[threshold.metric])
    return run.k6.rates.get(threshold.metric)


def requests_in_flight(run: Run) -> Iterator[Doubt]:
    """Little's law: request rate x mean latency is the requests in flight, at most one a VU."""
    count = figures.recorded(run, "k6.http_reqs.count")
    rate = known(divide(count, figures.recorded(run, "load.duration")))
    latency = known(figures.recorded(run, "k6.http_req_duration.avg"))
    vus = known(figures.recorded(run, "load.vus"))
    if rate is None or latency is None or vus is None:
        return
    in_flight = rate * latency / Quantity.exact(1000)
    if exceeds(in_flight, vus):
        message = (
            f"{display.show(vus, COUNT)} VUs can't hold {display.show(in_flight, COUNT)} requests "
            f"in flight ({display.show(rate, PER_SECOND)} x {display.show(latency, MILLISECONDS)})"
        )
        yield Doubt(("load", "vus"), message, "VUs, duration, count or mean latency is wrong")


def endpoint_calls(run: Run) -> Iterator[Doubt]:
    """Calls of all endpoints are not more than all requests."""
    requests = known(figures.recorded(run, "k6.http_reqs.count"))
    calls = [known(one.calls) for one in run.endpoints.list] if run.endpoints else []
    summed = figures.total([number for number in calls if number is not None])
    if requests is not None and summed is not None and exceeds(summed, requests):
        message = (
            f"the calls of all endpoints are {display.show(summed, COUNT)}, more than the "
            f"{display.show(requests, COUNT)} requests"
        )
        yield Doubt(("endpoints", "list"), message, "one of them is wrong")


def endpoint_mean(run: Run) -> Iterator[Doubt]:
    """The endpoints' mean, weighted by calls, against k6's mean over all requests.

    What the server measures can be shorter than what k6 does, but not longer; where it is less
    than half, most of the time lies in what the source does not see.
    """
    overall = known(figures.recorded(run, "k6.http_req_duration.avg"))
    if run.endpoints is None or overall is None:
        return
    times = figures.total([figures.total_time(one) for one in run.endpoints.list])
    mean = known(divide(times, figures.total([one.calls for one in run.endpoints.list])))
    if mean is None or 0.5 * overall.start <= mean.start <= overall.start:
        return
    message = (
        f"the endpoints' mean weighted by calls is {display.show(mean, MILLISECONDS)} by "
        f"{run.endpoints.source}, k6's mean over all requests is "
        f"{display.show(overall, MILLISECONDS)}"
    )
    yield Doubt(("endpoints", "list"), message, "they did not measure the same requests or time")
