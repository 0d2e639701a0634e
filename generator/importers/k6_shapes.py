"""The shapes of k6's summaries in JSON, told apart metric by metric.

`--summary-export` has values beside thresholds, and a threshold is `true` where it was crossed;
handleSummary's data has them below `values`, and `ok: true` where it was kept; the
machine-readable summary is a list with a schema's version. Times are milliseconds in all of them.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from generator.importers.k6_metrics import (
    Check,
    Contains,
    Figure,
    Kind,
    Metric,
    Summary,
    kind_of,
    known_contains,
    samples,
    stat_name,
)

MAX_DEPTH = 6
"""How deep the metrics may lie in what an author wrapped around them."""

MAX_NODES = 100_000
"""How many mappings are looked at to find them."""

MAX_GROUPS = 64
"""How deep groups may be nested."""

_BUILT_IN = re.compile(
    r"http_reqs?(_[a-z_]{1,20})?|iterations|iteration_duration|vus|vus_max|data_(received|sent)"
    r"|checks|group_duration|(grpc|ws|browser)_[a-z_]{1,40}"
)
_KINDS = ("counter", "gauge", "rate", "trend")
_NEVER = frozenset({"setup_data", "config", "options", "root_group", "env"})
"""Keys that are not looked into: no metrics lie there, and secrets may."""


@dataclass(frozen=True)
class Found:
    """A summary that was found: whether it states types, the version of k6 and of the schema.

    `begun` is when the run began, in UTC, where the summary tells it; `odd` names what stands
    among the metrics and is none.
    """

    summary: Summary
    typed: bool = True
    version: str = ""
    schema: str = ""
    begun: str = ""
    odd: tuple[str, ...] = ()


def find(document: dict[str, Any]) -> Found | None:
    """The summary in a document, however its author wrapped it; None where there is none."""
    holder = next(_holders(document), None)
    if holder is None:
        return None
    odd: list[str] = []
    if _is_list(holder):
        return _machine_readable(holder, odd)
    metrics = tuple(_named(holder["metrics"], odd))
    checks = tuple(_checks(holder.get("root_group") or document.get("root_group")))
    state = _mapping(holder.get("state") or document.get("state"))
    duration = _figure(state.get("testRunDurationMs"))
    seconds = duration / 1000 if duration is not None else _duration(metrics)
    typed = any("values" in _mapping(raw) for raw in holder["metrics"].values())
    return Found(Summary(metrics, checks, seconds), typed, odd=tuple(odd))


def _holders(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each mapping that holds metrics of k6, the outermost first."""
    waiting: deque[tuple[dict[str, Any], int]] = deque([(document, 0)])
    for _ in range(MAX_NODES):
        if not waiting:
            return
        node, depth = waiting.popleft()
        metrics = node.get("metrics")
        if _is_list(node) or (isinstance(metrics, dict) and _knows(metrics)):
            yield node
        if depth < MAX_DEPTH:
            inner = (value for key, value in node.items() if key not in _NEVER)
            waiting.extend((value, depth + 1) for value in inner if isinstance(value, dict))


def _is_list(node: Mapping[str, Any]) -> bool:
    """Whether it is the machine-readable summary, whose metrics are a list."""
    return isinstance(_mapping(node.get("results")).get("metrics"), list)


def _knows(metrics: dict[str, Any]) -> bool:
    """Whether any of k6's own metrics is there, with values."""
    return any(
        _BUILT_IN.fullmatch(name.partition("{")[0]) and isinstance(raw, dict)
        for name, raw in metrics.items()
    )


def _named(raw_metrics: dict[str, Any], odd: list[str]) -> Iterator[Metric]:
    for name, raw in raw_metrics.items():
        metric = _metric(name, _mapping(raw))
        if metric is None:
            odd.append(name)
        else:
            yield metric


def _metric(name: str, raw: Mapping[str, Any]) -> Metric | None:
    """A metric of either shape: with `values`, or with its values beside its thresholds."""
    given = _mapping(raw.get("values")) if "values" in raw else raw
    values: dict[str, Figure] = {
        stat_name(key) or key: figure
        for key, value in given.items()
        if (stat_name(key) or key in ("rate", "value", "passes", "fails", "matches", "total"))
        and (figure := _figure(value)) is not None
    }
    kind = raw.get("type")
    if kind not in _KINDS:
        kind = kind_of(tuple(values))
    if not isinstance(kind, str) or not name.strip():
        return None
    if kind == "rate":
        _spell_rate(values)
    contains = raw.get("contains")
    if contains not in ("time", "data", "default"):
        contains = known_contains(name)
    thresholds = tuple(_thresholds(_mapping(raw.get("thresholds"))))
    return Metric(name, cast(Kind, kind), cast(Contains, contains), values, thresholds)


def _spell_rate(values: dict[str, Figure]) -> None:
    """A rate's values by the names of handleSummary: the other formats have others."""
    if "value" in values:
        values.setdefault("rate", values.pop("value"))
    matches, total = values.pop("matches", None), values.pop("total", None)
    if isinstance(matches, int) and isinstance(total, int):
        values |= {"passes": matches, "fails": total - matches}


def _thresholds(raw: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Expressions with whether they were kept: a bare true means crossed, `ok: true` kept."""
    for expression, outcome in raw.items():
        if isinstance(outcome, bool):
            yield expression, not outcome
        elif isinstance(ok := _mapping(outcome).get("ok"), bool):
            yield expression, ok


def _checks(root: Any) -> Iterator[Check]:
    """All checks below the root group; groups and checks are lists, or mappings by name."""
    waiting: list[tuple[Any, tuple[str, ...]]] = [(root, ())]
    while waiting:
        group, path = waiting.pop()
        if not isinstance(group, dict) or len(path) > MAX_GROUPS:
            continue
        for check in _members(group.get("checks")):
            name = check.get("name")
            if isinstance(name, str) and name.strip():
                passes, fails = _figure(check.get("passes")), _figure(check.get("fails"))
                yield Check(name, "::".join(path), passes, fails)
        for inner in reversed(_members(group.get("groups"))):
            waiting.append((inner, (*path, str(inner.get("name", "")))))


def _members(raw: Any) -> list[dict[str, Any]]:
    """The members of a list in its order, of a mapping (whose order is random) by name."""
    members = [raw[key] for key in sorted(raw)] if isinstance(raw, dict) else raw
    return [one for one in members if isinstance(one, dict)] if isinstance(members, list) else []


def _machine_readable(holder: dict[str, Any], odd: list[str]) -> Found:
    """The summary that has a schema's version."""
    results, metadata = holder["results"], _mapping(holder.get("metadata"))
    metrics = [
        metric
        for raw in _members(results["metrics"])
        for metric in _named({str(raw.get("name", "")): raw}, odd)
    ]
    checks = _mapping(results.get("checks"))
    for raw in _members(checks.get("metrics")):
        metric = _metric("checks", raw)
        if raw.get("name") == "checks_succeeded" and metric is not None and metric.type == "rate":
            metrics.append(metric)
    listed = tuple(_checks({"checks": checks.get("results")}))
    duration = _figure(_mapping(holder.get("config")).get("duration"))
    version = _short(metadata.get("k6_version") or metadata.get("k6Version"))
    schema = _short(holder.get("version")) or "unknown"
    begun = _begun(metadata.get("generated_at") or metadata.get("generatedAt"), duration)
    summary = Summary(tuple(metrics), listed, duration)
    return Found(summary, True, version, schema, begun, tuple(odd))


def _begun(ended: Any, duration: float | None) -> str:
    """When the run began: k6 writes the summary when it has ended. Empty where that is unknown."""
    try:
        start = datetime.fromisoformat(ended) - timedelta(seconds=duration or 0)
        begun = start.astimezone(UTC) if start.tzinfo and duration is not None else None
    except (TypeError, ValueError, OverflowError):
        return ""
    return begun.isoformat(timespec="seconds").replace("+00:00", "Z") if begun else ""


def _short(version: Any) -> str:
    return version if isinstance(version, str) and re.fullmatch(r"[\w.+-]{1,40}", version) else ""


def _duration(metrics: Sequence[Metric]) -> float | None:
    """Seconds of the whole test, from the largest counter and its rate per second."""
    counted = [metric for metric in metrics if metric.type == "counter" and not metric.selector]
    for metric in sorted(counted, key=lambda metric: -(samples(metric) or 0)):
        count, rate = metric.values.get("count"), metric.values.get("rate")
        if isinstance(count, int | float) and isinstance(rate, int | float) and rate > 0 < count:
            seconds = count / rate
            return seconds if 0 < seconds < math.inf else None
    return None


def _mapping(raw: Any) -> Mapping[str, Any]:
    return raw if isinstance(raw, dict) else {}


def _figure(raw: Any) -> int | float | None:
    return raw if isinstance(raw, int | float) and not isinstance(raw, bool) else None
