"""Checks of what k6 measured: rates, shares, percentiles, thresholds, Little's law.

One small function per check: from a run to its doubts.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from generator import display, figures, units
from generator.doubts import Doubt, contradiction, exceeds, known
from generator.figures import divide
from generator.measured import Threshold
from generator.model import Run
from generator.units import COUNT, MILLISECONDS, PER_SECOND, SECONDS, SHARE, Quantity
from generator.yamltree import Path

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
        concerns: tuple[Path, ...] = (("k6", field, "count"), ("load", "duration"))
        for doubt in contradiction(
            ("k6", field, "rate"), stated, per_second[name], PER_SECOND, formula, concerns
        ):
            other = "iteration" if name == "request" else "request"
            explained = per_second[other]
            if stated is not None and explained is not None and stated.agrees_with(explained):
                message = f"{doubt.message}; it is the {other} rate"
                hint = f"the {name} rate belongs here"
                yield replace(doubt, message=message, hint=hint, concerns=())
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
        (("k6", "checks", "passes"), ("k6", "checks", "fails")),
    )


def failed_share(run: Run) -> Iterator[Doubt]:
    """The share of failed requests against how many failed of how many."""
    failed = figures.recorded(run, "k6.failed_requests")
    count = figures.recorded(run, "k6.http_reqs.count")
    yield from contradiction(
        ("k6", "http_req_failed"),
        figures.recorded(run, "k6.http_req_failed"),
        figures.error_rate(run, {}),
        SHARE,
        f"{display.show(failed, COUNT)} failed of {display.show(count, COUNT)} requests",
        (("k6", "failed_requests"), ("k6", "http_reqs", "count")),
    )


def load_adds_up(run: Run) -> Iterator[Doubt]:
    """Stages against the duration and the VUs; VUs of the load against those that k6 counted."""
    if run.load is None:
        return
    stages = run.load.stages
    summed = figures.total([stage.duration for stage in stages])
    if summed is not None and known(run.load.duration) and run.status == "completed":
        # k6 waits for iterations under way (30 s by default) before it ends.
        low, high = summed.start - summed.half, summed.start + summed.half + GRACE_SECONDS
        duration = run.load.duration
        if duration and not low <= duration.start + duration.half <= high + 2 * duration.half:
            message = (
                f"{display.show(duration, SECONDS)} is not the sum of the stages, "
                f"{display.show(summed, SECONDS)}, and up to {GRACE_SECONDS:.0f} s more"
            )
            concerns = tuple(("load", "stages", n, "duration") for n in range(len(stages)))
            yield Doubt(("load", "duration"), message, "one of them is wrong", concerns)
    if run.load.model == "open" or "arrival" in (run.load.executor or ""):
        return
    targets = [stage.target for stage in stages if stage.target is not None]
    for computed, formula in (
        (max(targets, key=lambda target: target.start, default=None), "the largest stage"),
        (figures.recorded(run, "k6.vus_max"), "the most VUs that k6 counted"),
    ):
        yield from contradiction(("load", "vus"), run.load.vus, computed, COUNT, formula)


GRACE_SECONDS = 60.0
"""How much longer than its stages a run may take: k6's gracefulStop and start-up."""


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
                concerns = ((*TREND, low_name),)
                yield Doubt((*TREND, high_name), message, "one of them is wrong", concerns)


def latency_mean(run: Run) -> Iterator[Doubt]:
    """The mean against the percentiles: each part of the requests lies between two of them.

    The least mean has every request at the percentile below it, the largest at the one above.
    """
    named = {"min": 0.0, "med": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "max": 1.0}
    mean = known(figures.recorded(run, "k6.http_req_duration.avg"))
    points = [
        (level, name, figure)
        for name, level in named.items()
        if (figure := known(figures.recorded(run, f"k6.http_req_duration.{name}")))
    ]
    if mean is None or len(points) < 2:
        return
    concerns: tuple[Path, ...] = tuple((*TREND, name) for _, name, _ in points)
    low = sum(
        (upper - lower) * (figure.start - figure.half)
        for (lower, _, figure), upper in zip(
            points, [level for level, _, _ in points[1:]] + [1.0], strict=True
        )
    )
    if mean.start + mean.half < low * (1 - 1e-9):
        yield _mean_doubt(mean, "less", "at least", low, concerns)
    if points[-1][1] != "max":
        return
    levels = [0.0, *(level for level, _, _ in points)]
    high = sum(
        (upper - lower) * (figure.start + figure.half)
        for lower, upper, (_, _, figure) in zip(levels[:-1], levels[1:], points, strict=True)
    )
    if mean.start - mean.half > high * (1 + 1e-9):
        yield _mean_doubt(mean, "more", "at most", high, concerns)


def _mean_doubt(
    mean: Quantity, word: str, bound: str, limit_ms: float, concerns: tuple[Path, ...]
) -> Doubt:
    shown = display.show(Quantity(limit_ms, limit_ms, computed=True), MILLISECONDS)
    message = f"{display.show(mean, MILLISECONDS)} is {word} than the percentiles allow: {bound}"
    return Doubt((*TREND, "avg"), f"{message} {shown}", "one of them is wrong", concerns)


_LIMIT = re.compile(r"under_(\d{1,6})(ms|s)", re.ASCII)


def shares_under_limits(run: Run) -> Iterator[Doubt]:
    """Shares of requests under a limit against the percentiles: p95 ≤ 500 ms is ≥ 95 % under it.

    A percentile lies between two requests, so that the share may be off by one of them.
    """
    requests = known(figures.recorded(run, "k6.http_reqs.count"))
    one = 1 / requests.start if requests and requests.start else 0.0
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
            most, least = share.start + 2 * share.half + one, share.start - share.half - one
            if figure.start + figure.half <= limit.start and most < level:
                message = f"{display.show(share, SHARE)} is too few: {shown}, so it is at least "
                message += f"{level:.0%}"
            elif figure.start - figure.half > limit.start and least > level:
                message = f"{display.show(share, SHARE)} is too many: {shown}, so it is at most "
                message += f"{level:.0%}"
            else:
                continue
            path: Path = ("k6", "rates", name)
            yield Doubt(path, message, "one of them is wrong", ((*TREND, percentile),))


def shares_in_order(run: Run) -> Iterator[Doubt]:
    """More requests are under a larger limit than under a smaller one."""
    found = []
    for name, written in (run.k6.rates if run.k6 else {}).items():
        match, share = _LIMIT.search(name), known(written)
        limit = units.parse(match[0].removeprefix("under_"), MILLISECONDS) if match else None
        if limit is not None and share is not None:
            found.append((limit.start, name, share))
    for (_, low_name, low), (_, high_name, high) in pairwise(sorted(found, key=lambda f: f[:2])):
        if exceeds(low, high):
            message = (
                f"{display.show(high, SHARE)} is less than the {display.show(low, SHARE)} of "
                f"{low_name}"
            )
            concerns = (("k6", "rates", low_name),)
            yield Doubt(("k6", "rates", high_name), message, "one of them is wrong", concerns)


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
        hint = "VUs, duration, count or mean latency is wrong"
        concerns = (("load", "duration"), ("k6", "http_reqs", "count"), (*TREND, "avg"))
        yield Doubt(("load", "vus"), message, hint, concerns)
