"""A run's samples in the shape of a record: figures, endpoints, phases, and two small tables.

The run lasts from the start of its first request or iteration to its last sample, which is k6's
own duration to a few milliseconds; rates over the whole run are counts by that time, written as
approximate (`~`) as far as it is.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from generator.importers import phases, tally, timeseries
from generator.importers.histogram import Histogram
from generator.importers.phases import Span
from generator.importers.tally import PERCENTILES, SECOND_US, Part, Tally
from generator.units import MAX_VALUE

SERIES = "series-k6.csv"
DISTRIBUTION = "latency-k6.csv"

DOUBT_US = 5_000
"""How far the start or the end of a run can be from k6's own, where times have fractions."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
NAMELESS = "(nameless)"
MAX_NAME = 300

_K6_NAMES = {"med": "med", "p90": "p(90)", "p95": "p(95)", "p99": "p(99)"}
_OWN = ("http_reqs", "iterations", "dropped_iterations", "http_req_failed", "http_req_duration")
_OWN_BESIDE = ("checks", "data_received", "data_sent", "vus")


def record(part: Part) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The record's fields, and the files to keep beside it."""
    fields: dict[str, Any] = {"date": _date(part)}
    if lasted := _about((part.last - part.start) / SECOND_US, _doubt(part)):
        fields["load"] = {"duration": f"{lasted}s"}
    fields["k6"] = _k6(part)
    attachments: dict[str, bytes] = {}
    if endpoints := _endpoints(part):
        fields["endpoints"] = {"source": "k6", "list": endpoints}
    if part.ticks:
        if found := _phases(part):
            fields["phases"] = found
        rows = tally.series(part)
        interval = _plain(part.interval / SECOND_US)
        fields["series"] = [{"file": SERIES, "source": "k6", "interval": f"{interval}s"}]
        attachments[SERIES] = timeseries.to_csv(rows).encode()
        fields["distribution"] = {"file": DISTRIBUTION, "source": "k6"}
        merged = Histogram.merged(one.histogram for one in part.ticks.values())
        attachments[DISTRIBUTION] = merged.to_csv().encode()
    return {name: value for name, value in fields.items() if value}, attachments


def _plain(figure: float) -> str:
    """A number with six decimals at most."""
    text = f"{figure:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _doubt(part: Part) -> float:
    """How much of the run's duration is not known, in seconds."""
    return 1.0 if part.whole_seconds else DOUBT_US / SECOND_US


def _about(figure: float, slack: float) -> str:
    """An approximate figure with the digits that `slack` leaves; empty where it leaves none.

    Of an approximate figure the whole last digit is in doubt: slack and rounding fit into it.
    """
    for decimals in range(6, -16, -1):
        rounded = round(figure, decimals)
        if abs(rounded - figure) + slack <= 10.0**-decimals:
            shown = 0 < rounded <= MAX_VALUE
            return f"~{rounded:.{max(decimals, 0)}f}" if shown else ""
    return ""


def _per_second(part: Part, count: float) -> dict[str, str]:
    """The rate over the whole run, as exactly as its duration is known."""
    seconds = (part.last - part.start) / SECOND_US
    if count <= 0 or seconds <= 2 * _doubt(part):
        return {}
    rate = count / seconds
    shown = _about(rate, rate * _doubt(part) / seconds)
    return {"rate": f"{shown}/s"} if shown else {}


def _date(part: Part) -> str:
    """When the run began, in the time zone that the file is written in."""
    moment = datetime.fromtimestamp(part.start // SECOND_US, UTC)
    if part.zone == "":
        return moment.replace(tzinfo=None).isoformat()
    if part.zone is None or part.zone == "Z":
        return moment.isoformat().replace("+00:00", "Z")
    sign = -1 if part.zone[0] == "-" else 1
    digits = part.zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return moment.astimezone(timezone(sign * offset)).isoformat()


_COUNTERS = ("http_reqs", "iterations", "dropped_iterations", "data_received", "data_sent")


def impossible(part: Part) -> tuple[str, ...]:
    """Counters that come to more than can be recorded, those of k6 also to less than nothing."""
    lowest = {name: 0.0 if name in _COUNTERS else -MAX_VALUE for name in part.metrics}
    return tuple(
        name
        for name, figures in part.metrics.items()
        if part.types[name][0] == "counter" and not lowest[name] <= figures.total <= MAX_VALUE
    )


def _k6(part: Part) -> dict[str, Any]:
    left_out = impossible(part)
    metrics = {name: one for name, one in part.metrics.items() if name not in left_out}
    k6: dict[str, Any] = {}
    for name in ("http_reqs", "iterations", "dropped_iterations"):
        if name in metrics:
            k6[name] = _counter(part, metrics[name])
    if failed := metrics.get("http_req_failed"):
        k6["http_req_failed"] = _share(failed.nonzero, failed.count)
        k6["failed_requests"] = failed.nonzero
    if part.vus:
        k6["vus_max"] = round(max(vus for _, vus in part.vus))
    if part.scenarios:
        k6["scenarios"] = sorted({line(name) for name in part.scenarios})
    if duration := metrics.get("http_req_duration"):
        k6["http_req_duration"] = _trend(duration)
    if checks := metrics.get("checks"):
        k6["checks"] = _checks(part, checks)
    for name in ("data_received", "data_sent"):
        if name in metrics:
            k6[name] = _number(metrics[name].total)
    rates = {
        line(name): _share(figures.nonzero, figures.count)
        for name, figures in metrics.items()
        if part.types[name][0] == "rate" and name not in (*_OWN, *_OWN_BESIDE)
    }
    others = {
        line(name): _other(part, name, figures)
        for name, figures in metrics.items()
        if part.types[name][0] != "rate" and name not in (*_OWN, *_OWN_BESIDE)
    }
    k6 |= {"rates": rates} if rates else {}
    return k6 | ({"metrics": others} if others else {})


def _counter(part: Part, figures: Tally) -> dict[str, Any]:
    return {"count": _number(figures.total), **_per_second(part, figures.total)}


def _number(figure: float) -> int | float:
    rounded = round(figure, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def _share(some: int, of: int) -> str:
    return f"{_plain(100 * some / of)}%"


def _trend(figures: Tally) -> dict[str, str]:
    """A trend of latencies, in ms."""
    found = {"avg": figures.mean, "min": figures.low}
    for name in PERCENTILES:
        percentile = figures.percentile(name)
        found |= {} if percentile is None else {name: percentile}
    found["max"] = figures.high
    return {name: f"{_plain(figure)}ms" for name, figure in found.items()}


def _checks(part: Part, checks: Tally) -> dict[str, Any]:
    found: dict[str, Any] = {
        "rate": _share(checks.nonzero, checks.count),
        "passes": checks.nonzero,
        "fails": checks.count - checks.nonzero,
    }
    listed = []
    for (group, name), (passes, fails) in part.checks.items():
        inside = group.removeprefix("::")
        where = {"group": line(inside)} if inside else {}
        listed.append({"name": line(name), **where, "passes": passes, "fails": fails})
    return found | ({"list": listed} if listed else {})


def _other(part: Part, name: str, figures: Tally) -> dict[str, Any]:
    """A metric without a field of its own, by k6's names."""
    kind, contains = part.types[name]
    values: dict[str, int | float | str] = {}
    if kind == "counter":
        values = {"count": _number(figures.total)}
        if rate := _per_second(part, figures.total):
            values["rate"] = rate["rate"].removesuffix("/s")
    elif kind == "gauge":
        gauge = {"value": figures.last, "min": figures.low, "max": figures.high}
        values = {key: _number(figure) for key, figure in gauge.items()}
    else:
        trend = {"avg": figures.mean, "min": figures.low, "max": figures.high}
        for key, k6_name in _K6_NAMES.items():
            if (percentile := figures.percentile(key)) is not None:
                trend[k6_name] = percentile
        values = {key: _number(figure) for key, figure in trend.items()}
    return {"type": kind, "contains": contains, "values": values}


def _endpoints(part: Part) -> list[dict[str, Any]]:
    """The endpoints, most calls first; two names that become one are told apart by nothing."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    by_calls = sorted(part.endpoints.items(), key=lambda pair: (-pair[1].durations.count, pair[0]))
    for (method, name), endpoint in by_calls:
        first, _, rest = name.partition(" ")
        # A name such as `GET /api/products` says the method itself.
        shown = rest.strip() if first == method and rest.strip() else name
        entry: dict[str, Any] = {"method": method} if method in METHODS else {}
        entry["path"] = line(shown)
        trend = _trend(endpoint.durations)
        entry |= {key: trend[key] for key in ("avg", *PERCENTILES, "max") if key in trend}
        entry["calls"] = endpoint.durations.count
        if endpoint.failed is not None:
            entry["failed"] = _share(
                min(endpoint.failed, endpoint.durations.count), endpoint.durations.count
            )
        found.setdefault((entry.get("method", ""), entry["path"]), entry)
    return list(found.values())


def spans(part: Part) -> list[Span]:
    """The phases, in µs since 1970, on the edges of ticks; the steady state is never stretched."""
    at = {float(part.origin + offset): vus for offset, vus in part.vus}
    found = phases.recognise(at, part.load_start, part.load_end)
    snapped = []
    for span in found:
        start = _edge(part, span.start, up=span.name != "ramp-down")
        end = _edge(part, span.end, up=span.name != "steady" or span.end >= part.load_end)
        if span.name == "ramp-up" or span.start <= part.load_start:
            start = _edge(part, span.start, up=False)
        if end > start:
            snapped.append(Span(span.name, start, end, span.vus))
    return snapped


def _edge(part: Part, time: float, *, up: bool) -> int:
    """The edge of a tick at or after a time, or at or before it."""
    ticks = (time - part.origin) / part.tick
    return part.origin + (math.ceil(ticks) if up else math.floor(ticks)) * part.tick


def _phases(part: Part) -> list[dict[str, Any]]:
    found = []
    for span in spans(part):
        durations, failed = part.between(int(span.start), int(span.end))
        begin = max(span.start, part.start)
        end = min(span.end, part.load_end) if span.end > part.load_end else span.end
        seconds = (end - begin) / SECOND_US
        entry: dict[str, Any] = {
            "name": span.name,
            "start": f"{_plain((begin - part.start) / SECOND_US)}s",
            "end": f"{_plain((end - part.start) / SECOND_US)}s",
            "vus": span.vus,
        }
        if durations is not None and seconds > 0:
            rate = _plain(durations.count / seconds)
            entry["http_reqs"] = {"count": durations.count, "rate": f"{rate}/s"}
            if "http_req_failed" in part.metrics:
                entry["http_req_failed"] = _share(min(failed, durations.count), durations.count)
            entry["http_req_duration"] = _trend(durations)
        found.append(entry)
    return found


def line(text: str) -> str:
    """A name as one line that a record can hold."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: 2 * MAX_NAME])
    shown = shown.strip()
    return (shown if len(shown) <= MAX_NAME else f"{shown[: MAX_NAME - 1].rstrip()}…") or NAMELESS
