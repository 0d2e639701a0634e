"""Every figure of a k6 summary, found by hand, and where the record has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.units import (
    BYTES,
    COUNT,
    MILLISECONDS,
    NUMBER,
    PER_SECOND,
    SHARE,
    Quantity,
    Unit,
    parse,
)
from tests.importers.k6_samples import of

OWN_FIELDS: dict[tuple[str, str], tuple[str, Unit] | tuple[str, str, Unit]] = {
    ("http_reqs", "count"): ("http_reqs", "count", COUNT),
    ("http_reqs", "rate"): ("http_reqs", "rate", PER_SECOND),
    ("iterations", "count"): ("iterations", "count", COUNT),
    ("iterations", "rate"): ("iterations", "rate", PER_SECOND),
    ("dropped_iterations", "count"): ("dropped_iterations", "count", COUNT),
    ("dropped_iterations", "rate"): ("dropped_iterations", "rate", PER_SECOND),
    ("data_received", "count"): ("data_received", BYTES),
    ("data_sent", "count"): ("data_sent", BYTES),
    ("http_req_failed", "rate"): ("http_req_failed", SHARE),
    ("http_req_failed", "passes"): ("failed_requests", COUNT),
    ("checks", "rate"): ("checks", "rate", SHARE),
    ("checks", "passes"): ("checks", "passes", COUNT),
    ("checks", "fails"): ("checks", "fails", COUNT),
    ("vus", "max"): ("vus_max", COUNT),
    **{
        ("http_req_duration", stat): ("http_req_duration", name, MILLISECONDS)
        for stat, name in (
            ("avg", "avg"),
            ("min", "min"),
            ("med", "med"),
            ("max", "max"),
            ("p(90)", "p90"),
            ("p(95)", "p95"),
            ("p(99)", "p99"),
        )
    },
}
"""Where the record has a figure of k6's, and in which unit."""

DERIVED = {
    ("data_received", "rate"),
    ("data_sent", "rate"),
    ("http_req_failed", "fails"),
    ("vus", "value"),
    ("vus", "min"),
}
"""Figures that a record does not repeat: they follow from others, or say nothing."""


def figures(document: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    """All figures of a summary of any of the three shapes: metric, statistic, figure."""
    if "results" in document:
        results = document["results"]
        checks = {"checks_succeeded": "checks"}
        metrics = {metric["name"]: metric["values"] for metric in results["metrics"]}
        metrics |= {
            checks[metric["name"]]: metric["values"]
            for metric in results["checks"]["metrics"]
            if metric["name"] in checks
        }
    else:
        metrics = {
            name: raw.get("values") or {key: raw[key] for key in raw if key != "thresholds"}
            for name, raw in document["metrics"].items()
        }
    for name, raw_values in metrics.items():
        values: dict[str, float] = dict(raw_values)
        if "matches" in values:
            values["passes"] = values.pop("matches")
            values["fails"] = values.pop("total") - values["passes"]
        if "passes" in values and "value" in values:
            values["rate"] = values.pop("value")
        for stat, figure in values.items():
            spelled = {"p90": "p(90)", "p95": "p(95)"}
            yield name, spelled.get(stat, stat), figure


def is_measured(name: str, document: Mapping[str, Any]) -> bool:
    """Whether k6's figures of a metric are of anything, by hand: its zeros may be of nothing."""
    values = {stat: figure for metric, stat, figure in figures(document) if metric == name}
    if "passes" in values:
        return values["passes"] + values["fails"] > 0
    if name.startswith("http_req_") and name not in ("http_req_duration", "http_req_failed"):
        counts = [figure for metric, _, figure in figures(document) if metric == "http_reqs"]
        if "{" not in name:
            return bool(counts and counts[0])
    return "count" in values or any(values.values())


def recorded(fields: Mapping[str, Any], metric: str, stat: str) -> Quantity | None:
    """The figure of the record, in k6's unit."""
    k6 = fields["k6"]
    if (metric, stat) in OWN_FIELDS:
        own = OWN_FIELDS[metric, stat]
        unit = own[-1]
        found = of(k6, *(name for name in own if isinstance(name, str)))
    elif stat == "rate" and metric in k6.get("rates", {}):
        found, unit = k6["rates"][metric], SHARE
    else:
        found, unit = of(k6, "metrics", metric, "values", stat), NUMBER
    if found is None:
        found, unit = endpoint_figure(fields, metric, stat)
    return parse(found, unit) if found is not None else None


def endpoint_figure(fields: Mapping[str, Any], metric: str, stat: str) -> tuple[Any, Any]:
    """The same for the part of a metric by an endpoint."""
    base, _, tags = metric.partition("{")
    tag, _, path = tags.removesuffix("}").partition(":")
    listed = of(fields, "endpoints", "list") or []
    entry: dict[str, Any] = next(
        (one for one in listed if one["path"] == path and tag == "endpoint"), {}
    )
    if base == "http_req_failed":
        total = entry.get("calls")
        share = parse(entry["failed"], SHARE) if "failed" in entry else None
        counts = {"passes": round(total * share.start) if share and total is not None else None}
        counts["fails"] = None if counts["passes"] is None else total - counts["passes"]
        return (entry.get("failed"), SHARE) if stat == "rate" else (counts[stat], COUNT)
    return entry.get(stat.replace("(", "").replace(")", "")), MILLISECONDS
