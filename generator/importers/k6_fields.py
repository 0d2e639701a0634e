"""A k6 summary in the shape of a record: each figure written as the record has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from generator.importers.k6_metrics import Check, Figure, Metric, Summary, number, plain, samples
from generator.importers.k6_spelling import NAMELESS, Page, line
from generator.units import (
    BYTES,
    COUNT,
    MILLISECONDS,
    NUMBER,
    PER_SECOND,
    SECONDS,
    SHARE,
)

MAX_ENTRIES = 1_000
"""Most metrics, checks and thresholds that a record gets of a summary; others are left out."""

ENDPOINT_TAGS = ("endpoint", "name", "route", "path", "api", "url")
"""Tags whose parts of http_req_duration are a breakdown by endpoint, the first ones preferred."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

_TREND = {
    "avg": "avg",
    "min": "min",
    "med": "med",
    "p(90)": "p90",
    "p(95)": "p95",
    "p(99)": "p99",
    "max": "max",
}
_OF_ENDPOINT = {stat: name for stat, name in _TREND.items() if name != "min"}


def page_of(summary: Summary) -> Page:
    """The record's fields of a summary, in the order of the record."""
    page = Page()
    # Where there are too many, parts by tags are the first to go, k6's own metrics the last.
    ranked = sorted(summary.metrics, key=lambda one: (bool(one.selector), one.name not in _OWN))
    shown = ranked[:MAX_ENTRIES]
    measured = [metric for metric in shown if summary.has_samples(metric)]
    by_name = {metric.name: metric for metric in measured}
    k6: dict[str, Any] = {}
    taken = _own_fields(k6, by_name, page)
    if checks := _checks(by_name.get("checks"), summary.checks, page):
        k6["checks"] = checks
        taken.add("checks")
    own_rates = [by_name[name] for name in sorted(by_name) if by_name[name].is_own_rate]
    rates: dict[str, Any] = {}
    for metric in own_rates:
        rates |= page.figure(line(metric.name), _share(metric), SHARE)
        taken.add(metric.name)
    k6 |= _nonempty("rates", rates)
    if thresholds := _thresholds(summary, shown):
        k6["thresholds"] = thresholds
    if endpoints := _endpoints(by_name, taken, page):
        page.fields["endpoints"] = {"source": "k6", "list": endpoints}
    if others := _others(measured, taken, page):
        k6["metrics"] = others
    if k6:
        page.fields["k6"] = k6
    if duration := page.figure("duration", summary.duration, SECONDS):
        page.fields["load"] = duration
    return page


def _own_fields(k6: dict[str, Any], metrics: Mapping[str, Metric], page: Page) -> set[str]:
    """Fill the fields that a record has for k6's own metrics; the names that were used up."""
    found = {name: metric for name, metric in metrics.items() if metric.type == _OWN.get(name)}
    for name in ("http_reqs", "iterations"):
        k6 |= _nonempty(name, _counter(found.get(name), page))
    if failed := found.get("http_req_failed"):
        k6 |= page.figure("http_req_failed", _share(failed), SHARE)
        # What passes here is the question whether a request failed.
        k6 |= page.figure("failed_requests", failed.values.get("passes"), COUNT)
    k6 |= _nonempty("dropped_iterations", _counter(found.get("dropped_iterations"), page))
    if vus := found.get("vus"):
        k6 |= page.figure("vus_max", vus.values.get("max", vus.values.get("value")), COUNT)
    if trend := found.get("http_req_duration"):
        k6 |= _nonempty("http_req_duration", _trend(trend, page, _TREND))
    for name in ("data_received", "data_sent"):
        if name in found:
            k6 |= page.figure(name, found[name].values.get("count"), BYTES)
    return set(found) - {"http_req_duration"}


_OWN = {
    "http_reqs": "counter",
    "iterations": "counter",
    "http_req_failed": "rate",
    "dropped_iterations": "counter",
    "vus": "gauge",
    "http_req_duration": "trend",
    "data_received": "counter",
    "data_sent": "counter",
}


def _nonempty(name: str, value: dict[str, Any]) -> dict[str, Any]:
    return {name: value} if value else {}


def _counter(metric: Metric | None, page: Page) -> dict[str, Any]:
    values = metric.values if metric else {}
    count = page.figure("count", values.get("count"), COUNT)
    return count | page.figure("rate", values.get("rate"), PER_SECOND)


def _trend(metric: Metric, page: Page, names: Mapping[str, str]) -> dict[str, Any]:
    """The statistics that the record has fields for; the median may be called p(50)."""
    values = {"med": metric.values["p(50)"]} if "p(50)" in metric.values else {}
    values |= metric.values
    found: dict[str, Any] = {}
    for stat, name in names.items():
        found |= page.figure(name, values.get(stat), MILLISECONDS)
    page.used[metric.name] = set(names)
    return found


def _share(metric: Metric) -> Figure | None:
    """The share, from the counts where the source rounded it: k6's text cuts percentages off."""
    rate = metric.values.get("rate")
    total = samples(metric)
    passes = number(metric.values["passes"], "default") if total else None
    if isinstance(rate, str | None) and total and passes is not None:
        return passes / total
    return rate


def _checks(metric: Metric | None, checks: Sequence[Check], page: Page) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if metric is not None and metric.type == "rate":
        found |= page.figure("rate", _share(metric), SHARE)
        found |= page.figure("passes", metric.values.get("passes"), COUNT)
        found |= page.figure("fails", metric.values.get("fails"), COUNT)
    listed = []
    for check in checks[:MAX_ENTRIES]:
        entry: dict[str, Any] = {"name": line(check.name)}
        if check.group:
            entry["group"] = line(check.group)
        entry |= page.figure("passes", check.passes, COUNT)
        listed.append(entry | page.figure("fails", check.fails, COUNT))
    return found | ({"list": listed} if listed else {})


def _thresholds(summary: Summary, metrics: Iterable[Metric]) -> list[dict[str, str]]:
    """Each threshold; one that k6 kept because nothing was measured has no data."""
    found = []
    for metric in sorted(metrics, key=lambda metric: metric.name):
        measured = summary.has_samples(metric)
        for expression, kept in sorted(metric.thresholds):
            outcome = ("passed" if kept else "crossed") if measured else "no data"
            entry = {"metric": line(metric.name), "expression": line(expression)}
            found.append({**entry, "outcome": outcome})
    return found[:MAX_ENTRIES]


def _endpoints(metrics: Mapping[str, Metric], taken: set[str], page: Page) -> list[dict[str, Any]]:
    """The parts of http_req_duration by an endpoint's tag, with their calls and failures.

    Only one tag is used, the one with most parts: two would show each request twice.
    """
    parts = {name: _endpoint_tag(metric) for name, metric in metrics.items()}
    tags = Counter(tag for tag in parts.values() if tag)
    if not tags:
        return []
    best = max(tags, key=lambda tag: (tags[tag], -ENDPOINT_TAGS.index(tag)))
    found = []
    for selector in sorted({metrics[name].selector for name, tag in parts.items() if tag == best}):
        trend, requests, failed = (metrics.get(f"{base}{selector}") for base in _BY_ENDPOINT)
        tags_of = next(one for one in (trend, requests, failed) if one is not None).tags
        method, _, path = tags_of[best].partition(" ")
        if method not in METHODS or not path.strip():
            method, path = tags_of.get("method", ""), tags_of[best]
        entry: dict[str, Any] = {"method": method} if method in METHODS else {}
        entry["path"] = line(path)
        if trend is not None:
            entry |= _trend(trend, page, _OF_ENDPOINT)
        entry |= page.figure("calls", _calls(trend, requests, failed), COUNT)
        if failed is not None:
            entry |= page.figure("failed", _share(failed), SHARE)
        found.append(entry)
        taken |= {f"http_reqs{selector}", f"http_req_failed{selector}"}
    return found


_BY_ENDPOINT = ("http_req_duration", "http_reqs", "http_req_failed")
_KINDS = dict(zip(_BY_ENDPOINT, ("trend", "counter", "rate"), strict=True))


def _endpoint_tag(metric: Metric) -> str:
    """The tag that names the endpoint, where a metric is a part by it and at most the method."""
    names = [name for name in metric.tags if name != "method"]
    is_part = metric.type == _KINDS.get(metric.base) and len(names) == 1
    named = is_part and names[0] in ENDPOINT_TAGS and line(metric.tags[names[0]]) != NAMELESS
    return names[0] if named else ""


def _calls(*metrics: Metric | None) -> Figure | None:
    """Requests of an endpoint, from whichever of its metrics counts them."""
    for metric in metrics:
        count = samples(metric) if metric is not None else None
        if count is not None:
            return count
    return None


def _others(metrics: Iterable[Metric], taken: set[str], page: Page) -> dict[str, Any]:
    """All that has no field of its own, by k6's names."""
    found: dict[str, Any] = {}
    for metric in sorted(metrics, key=lambda metric: metric.name):
        if metric.name in taken:
            continue
        used = page.used.get(metric.name, ())
        values: dict[str, Any] = {}
        for name, figure in sorted(metric.values.items(), key=_place):
            if name in used:
                continue
            bare = plain(figure, metric.contains) if isinstance(figure, str) else figure
            values |= page.figure(line(name), bare, NUMBER)
        if values:
            kind = {"type": metric.type, "contains": metric.contains}
            found[line(metric.name)] = {**kind, "values": values}
    return found


def _place(value: tuple[str, Figure]) -> tuple[int, float, str]:
    """Where a value stands among a metric's, as k6 prints them."""
    name = value[0]
    if name.startswith("p("):
        return len(_ORDER), float(name[2:-1]), name
    return _ORDER.index(name) if name in _ORDER else len(_ORDER) + 1, 0, name


_ORDER = ("count", "rate", "passes", "fails", "value", "avg", "min", "med", "max")
