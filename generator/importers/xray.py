"""AWS X-Ray: latency by endpoint, from trace summaries, whole traces or the service graph.

Traces give each route's percentiles, interpolated as k6 does. The service graph has no routes and
no single times, only a histogram whose values are rounded: of each service it gives the exact mean
and counts, and percentiles that are marked as approximate. X-Ray's times are in seconds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from generator.errors import Level, Problem
from generator.importers import documents, spelled
from generator.importers.shapes import is_amount, is_count, mapping, sequence
from generator.importers.source import Imported, Importer, Source, Wishes

MOST_ENDPOINTS = 100
"""Most endpoints that are kept: those with the most calls."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

_PERCENTILES = (("med", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99))


def recognises(source: Source) -> bool:
    """Whether this is JSON of X-Ray: trace summaries, traces, or a service graph."""
    text = source.text().lstrip()
    return text.startswith("{") and (
        '"TraceSummaries"' in text
        or ('"Traces"' in text and '"Segments"' in text)
        or ('"Services"' in text and '"ReferenceId"' in text)
    )


@dataclass
class _Seen:
    """What the files hold: calls by trace, services of a graph, and what was passed over."""

    calls: dict[str, _Call] = field(default_factory=dict)
    services: list[Mapping[str, Any]] = field(default_factory=list)
    unfinished: int = 0
    nameless: int = 0


@dataclass(frozen=True)
class _Call:
    """One traced call: how long it took, in seconds, and whether it failed (4xx or 5xx)."""

    method: str
    path: str
    took: float
    failed: bool
    merged: bool


def read(sources: Sequence[Source], _: Wishes) -> Imported:
    """All files together: traces are counted once, however often they are given."""
    seen, problems, graph_of = _Seen(), list[Problem](), None
    for source in sources:
        document, doubts = documents.document(source)
        problems += doubts
        if document is None:
            continue
        before = len(seen.services)
        problems += _take(document, source, seen)
        graph_of = source if len(seen.services) > before else graph_of
    if not sources:
        return Imported()
    if seen.calls:
        endpoints = _routes(seen, sources[0], problems)
        if graph_of:
            message = "the service graph was left out: the traces say more, by route"
            problems.append(_warn(graph_of, "graph", message))
    else:
        endpoints = _services(seen.services)
        if graph_of and any("calls" not in one for one in endpoints):
            message = (
                "calls are kept of the services that are called first: others are called by them"
            )
            problems.append(_warn(graph_of, "inner-calls", message))
    if not endpoints:
        return Imported(problems=tuple(problems))
    message = "calls are those that X-Ray traced; a sampling rule makes them fewer than there were"
    problems.append(_warn(sources[0], "sampled", message))
    found = {"endpoints": {"source": "X-Ray", "list": endpoints}}
    return Imported(found, problems=tuple(problems), tool="AWS X-Ray")


def _take(document: Any, source: Source, seen: _Seen) -> list[Problem]:
    """Take one document: what was wrong with it."""
    outer = mapping(document)
    problems = []
    unfinished, nameless = seen.unfinished, seen.nameless
    before = (len(seen.calls), len(seen.services))
    for summary in map(mapping, sequence(outer.get("TraceSummaries"))):
        http = mapping(summary.get("Http"))
        failed = bool(summary.get("HasError") or summary.get("HasFault"))
        took = None if summary.get("IsPartial") else summary.get("ResponseTime")
        _call(seen, summary.get("Id"), http.get("HttpMethod"), http.get("HttpURL"), took, failed)
    for trace in map(mapping, sequence(outer.get("Traces"))):
        _trace(trace, seen)
    seen.services += [
        one for one in map(mapping, sequence(outer.get("Services"))) if one.get("Name")
    ]
    if outer.get("NextToken"):
        message = "these are not all: the output ends with a NextToken; what is here was read"
        problems.append(
            _warn(source, "not-all", message, "leave out --max-items and --no-paginate")
        )
    if seen.unfinished > unfinished:
        number = spelled.counted(seen.unfinished - unfinished, "trace")
        message = f"left out: {number}, unfinished or without a time"
        problems.append(_warn(source, "unfinished", message))
    if seen.nameless > nameless:
        number = spelled.counted(seen.nameless - nameless, "trace")
        message = f"left out: {number} without a URL"
        problems.append(_warn(source, "no-url", message))
    if before == (len(seen.calls), len(seen.services)):
        message = "there are no traces and no services in here; nothing was taken"
        hint = "give the whole output of get-trace-summaries or get-service-graph, without --query"
        problems.append(source.problem(1, "import-xray-nothing", message, hint))
    return problems


def _trace(trace: Mapping[str, Any], seen: _Seen) -> None:
    """A trace of `batch-get-traces`: each segment is JSON within a JSON text; the root counts."""
    for segment in map(mapping, sequence(trace.get("Segments"))):
        text = segment.get("Document")
        document = mapping(
            documents.json_at(text, 0).value if isinstance(text, str) and text else text
        )
        if not document or document.get("parent_id"):
            continue
        request = mapping(mapping(document.get("http")).get("request"))
        start, end = document.get("start_time"), document.get("end_time")
        took = end - start if is_amount(start) and is_amount(end) else None
        failed = bool(document.get("error") or document.get("fault"))
        identity = trace.get("Id") or document.get("trace_id")
        _call(seen, identity, request.get("method"), request.get("url"), took, failed)


def _call(
    seen: _Seen, identity: object, method: object, url: object, took: object, failed: bool
) -> None:
    path, merged = route(url)
    if not is_amount(took):
        seen.unfinished += 1
    elif not path:
        seen.nameless += 1
    else:
        name = method.upper() if isinstance(method, str) else ""
        key = identity if isinstance(identity, str) and identity else f"#{len(seen.calls)}"
        seen.calls[key] = _Call(name if name in METHODS else "", path, took, failed, merged)


_IDENTITY = re.compile(
    r"\d{1,40}|[0-9a-fA-F]{16,128}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII
)


def route(url: object) -> tuple[str, bool]:
    """The path of a URL, ids in it as `{id}`, and whether there were any; empty if it is no URL.

    Numbers, UUIDs and long hexadecimal parts are ids. What stands after `?` is never kept.
    """
    if not isinstance(url, str) or not url:
        return "", False
    try:
        path = urlsplit(url[:4000]).path or "/"
    except ValueError:
        return "", False
    parts = path.split("/")
    shown = ["{id}" if _IDENTITY.fullmatch(part) else part for part in parts]
    return spelled.line("/".join(shown)), shown != parts


def percentile(ordered: Sequence[float], share: float) -> float:
    """A percentile of sorted figures, linear between neighbours at share x (n - 1), as in k6."""
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _routes(seen: _Seen, source: Source, problems: list[Problem]) -> list[dict[str, Any]]:
    """Each route with its figures, those with the most calls first."""
    by_route: dict[tuple[str, str], list[_Call]] = {}
    for call in seen.calls.values():
        by_route.setdefault((call.path, call.method), []).append(call)
    ordered = sorted(by_route.items(), key=lambda item: (-len(item[1]), item[0]))
    if len(ordered) > MOST_ENDPOINTS:
        message = f"{len(ordered) - MOST_ENDPOINTS:,} routes with the fewest calls were left out"
        problems.append(_warn(source, "many-routes", f"{message}, {MOST_ENDPOINTS} kept"))
    if any(call.merged for call in seen.calls.values()):
        message = "routes that differ only in an id were put together as {id}"
        problems.append(_warn(source, "ids", message))
    return [_figures(*key, calls) for key, calls in ordered[:MOST_ENDPOINTS]]


def _figures(path: str, method: str, calls: Sequence[_Call]) -> dict[str, Any]:
    times = sorted(call.took for call in calls)
    return {
        **({"method": method} if method else {}),
        "path": path,
        "avg": spelled.milliseconds(math.fsum(times) / len(times)),
        **{name: spelled.milliseconds(percentile(times, at)) for name, at in _PERCENTILES},
        "max": spelled.milliseconds(times[-1]),
        "calls": len(times),
        "failed": spelled.percentage(sum(call.failed for call in calls), len(times)),
    }


def _services(services: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each service that was called, by its own statistics; callers without any are no endpoints.

    Calls are those of the services that are called from outside: the calls that these make are
    no further requests of the test.
    """
    names = [spelled.line(one["Name"]) for one in services]
    roots = any(one.get("Root") is True for one in services)
    found: list[tuple[int, dict[str, Any]]] = []
    for one, name in zip(services, names, strict=True):
        kind = spelled.line(one.get("Type"))
        shown = f"{name} ({kind})" if kind and names.count(name) > 1 else name
        figures = _statistics(one)
        if not shown or not figures:
            continue
        calls = figures["calls"]
        if roots and one.get("Root") is not True:
            del figures["calls"]
        found.append((-calls, {"path": spelled.line(shown), **figures}))
    found.sort(key=lambda one: (one[0], one[1]["path"]))
    return [one for _, one in found[:MOST_ENDPOINTS]]


def _statistics(service: Mapping[str, Any]) -> dict[str, Any]:
    stated = mapping(service.get("SummaryStatistics"))
    calls, total = stated.get("TotalCount"), stated.get("TotalResponseTime")
    if not is_count(calls) or not calls:
        return {}
    failures = [
        mapping(stated.get(kind)).get("TotalCount")
        for kind in ("ErrorStatistics", "FaultStatistics")
    ]
    figures: dict[str, Any] = {}
    if is_amount(total):
        figures["avg"] = spelled.milliseconds(total / calls)
    figures |= _approximate(sequence(service.get("ResponseTimeHistogram")))
    figures["calls"] = calls
    counted = [number for number in failures if is_count(number)]
    if len(counted) == 2 and sum(counted) <= calls:
        figures["failed"] = spelled.percentage(sum(counted), calls)
    return figures


def _approximate(histogram: Iterable[Any]) -> dict[str, str]:
    """Percentiles of a histogram of rounded times: the value that the share falls on, `~45ms`."""
    entries = sorted(
        (entry["Value"], entry["Count"])
        for entry in map(mapping, histogram)
        if is_amount(entry.get("Value")) and is_count(entry.get("Count")) and entry["Count"]
    )
    total = sum(count for _, count in entries)
    if not total:
        return {}
    figures = {}
    for name, share in _PERCENTILES:
        due, so_far = share * total, 0
        for value, count in entries:
            so_far += count
            if so_far >= due:
                figures[name] = f"~{spelled.milliseconds(value)}"
                break
    return {**figures, "max": f"~{spelled.milliseconds(entries[-1][0])}"}


def _warn(source: Source, code: str, message: str, hint: str = "") -> Problem:
    return source.problem(1, f"import-xray-{code}", message, hint, level=Level.WARNING)


IMPORTER = Importer("AWS X-Ray", "xray", recognises, read)
