"""The JSON of Prometheus' range queries: CPU, memory and any other metric over the test.

CPU (cores) and memory (bytes) are summed over the pods, and stand by pod beside it. The counter of
CPU seconds becomes a rate. `rate()` drops the metric's name from the result, and the query is not
in it either: then the file's name says what the column is, `cpu.json` or `queue_length.json`.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, pairwise
from typing import Any

from generator.errors import Level, Problem
from generator.importers import documents, spelled, time_table
from generator.importers.cluster import of_platform
from generator.importers.shapes import is_amount, mapping, sequence
from generator.importers.source import Imported, Importer, Source, Wishes

FILE = "series-prometheus.csv"
MOST_COLUMNS = 64
MOST_PODS = 20
"""Up to how many pods each has a column of its own."""

_CPU_COUNTER = re.compile(  # node_cpu_seconds_total counts idle time too
    r"(?:container|pod|node)_cpu_usage_seconds_total|process_cpu_seconds_total"
)
_CPU = (
    _CPU_COUNTER,
    re.compile(r"(?:\w+:)?(?:container|pod|node)_cpu_usage_seconds_total:\w*rate\w*"),
)
_MEMORY = (
    re.compile(r"(?:\w+:)?(?:container|pod|node)_memory_working_set_bytes(?::sum\w*)?"),
    re.compile(r"process_resident_memory_bytes"),
)
_OF_FILES = {
    **dict.fromkeys(("cpu", "cpu_cores", "cpu_usage"), "cpu_cores"),
    **dict.fromkeys(("memory", "mem", "memory_bytes", "memory_usage"), "memory_bytes"),
}
_BARE = re.compile(r'\[\s*\{\s*"metric":\s?\{')

Labels = Mapping[str, str]
Points = dict[float, float]


@dataclass
class _Metric:
    """One metric: its name, or that of the file where it has none, and its series by labels."""

    name: str
    named: bool
    source: Source
    series: dict[frozenset[tuple[str, str]], Points] = field(default_factory=dict)


def recognises(source: Source) -> bool:
    """Whether this is an answer of Prometheus' query API, or the bare result of promtool."""
    text = source.text().lstrip()
    if text.startswith("{"):
        return '"resultType"' in text or ('"status"' in text and '"errorType"' in text)
    return bool(_BARE.match(text))


def read(sources: Sequence[Source], _: Wishes) -> Imported:
    """All files together on one time axis, as `series-prometheus.csv`."""
    metrics: dict[tuple[str, bool], _Metric] = {}
    problems: list[Problem] = []
    for source in sources:
        document, doubts = documents.document(source)
        problems += doubts
        if document is not None:
            problems += _take(document, source, metrics)
    if not sources or not metrics:
        return Imported(problems=tuple(problems))
    table: dict[str, Points] = {}
    for name, metric in _columns(metrics.values()).items():
        if not metric.named:
            message = f"the metric has no name, as after rate(): by the file's name it is {name}"
            hint = "name the file cpu.json, memory.json, or after what it holds"
            problems.append(_warn(metric.source, "no-name", message, hint))
        found, doubts = _figures(name, metric)
        problems += doubts
        table |= found
    if len(table) > MOST_COLUMNS:
        message = f"{len(table) - MOST_COLUMNS:,} columns were left out, {MOST_COLUMNS} kept"
        problems.append(_warn(sources[0], "columns", message, "sum in the query: sum by (pod)"))
        table = dict(list(table.items())[:MOST_COLUMNS])
    made = time_table.attachment(FILE, "Prometheus", table)
    rows = len({time for points in table.values() for time in points})
    if made is None:
        message = "there are fewer than two times with figures in here; nothing was taken"
        hint = "ask for a range: query_range over the time of the test"
        problem = sources[0].problem(1, "import-prometheus-nothing", message, hint)
        return Imported(problems=(*problems, problem))
    if rows > time_table.MOST_ROWS:
        message = f"the table has {rows:,} rows; the first {time_table.MOST_ROWS:,} were kept"
        problems.append(_warn(sources[0], "rows", message, "choose a longer step for the query"))
    return Imported(made.fields, made.attachments, tuple(problems), "Prometheus")


def _take(document: Any, source: Source, metrics: dict[tuple[str, bool], _Metric]) -> list[Problem]:
    """Take one answer into the metrics: what was wrong with it."""
    answer = mapping(document)
    if answer.get("status") == "error":
        said = spelled.line(answer.get("error"), 200)
        message = f"Prometheus answered with an error: {said}; nothing was taken"
        return [source.problem(1, "import-prometheus-error", message, "mend the query")]
    problems = [
        _warn(source, "said", f"Prometheus warned: {spelled.line(text, 200)}")
        for text in sequence(answer.get("warnings"))[:5]
    ]
    data = mapping(answer.get("data")) or answer
    result = document if isinstance(document, list) else sequence(data.get("result"))
    if data.get("resultType") == "scalar":
        result = [{"metric": {}, "value": result}]
    taken = 0
    for one in map(mapping, result):
        labels = {
            str(key): str(value) for key, value in mapping(one.get("metric")).items() if value
        }
        points = dict(_points(one))
        if any(map(math.isfinite, points.values())):
            name = labels.pop("__name__", "")
            key = (name or _stem(source), bool(name))
            metric = metrics.setdefault(key, _Metric(*key, source))
            metric.series.setdefault(frozenset(labels.items()), {}).update(points)
            taken += 1
    if taken < len(result):
        number = spelled.counted(len(result) - taken, "series")
        message = f"left out: {number} without any figure"
        problems.append(_warn(source, "empty-series", message))
    if not taken:
        message = "there are no figures in this answer; nothing was taken"
        hint = "look at the query's labels, and at start and end of the range"
        problems.append(source.problem(1, "import-prometheus-nothing", message, hint))
    return problems


def _points(series: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    """Time and value of each sample; NaN where the source says NaN or infinity."""
    single = [series["value"]] if "value" in series else []
    for pair in [*sequence(series.get("values")), *single]:
        if not isinstance(pair, list) or len(pair) != 2 or not is_amount(pair[0]):
            continue
        try:
            value = float(pair[1])
        except (TypeError, ValueError, OverflowError):
            continue
        if not isinstance(pair[1], bool):
            yield float(pair[0]), value if abs(value) < 1e18 else math.nan


def _stem(source: Source) -> str:
    """What a file's name says that it holds: `prom-cpu.json` holds `cpu`."""
    stem = source.name.replace("\\", "/").rpartition("/")[2].partition(".")[0]
    return _clean(re.sub(r"^prom(?:etheus)?[-_]", "", stem)) or "value"


def _columns(metrics: Iterable[_Metric]) -> dict[str, _Metric]:
    """Each metric under the column that it becomes, in an order that is not that of the files.

    No two metrics share a column, or they would be summed: the more usual one is `cpu_cores`.
    """

    def rank(metric: _Metric) -> tuple[int, int, str]:
        for column, patterns in (("cpu_cores", _CPU), ("memory_bytes", _MEMORY)):
            for position, pattern in enumerate(patterns):
                if metric.named and pattern.fullmatch(metric.name):
                    return int(column == "memory_bytes"), position, metric.name
            if not metric.named and _OF_FILES.get(metric.name.lower()) == column:
                return int(column == "memory_bytes"), len(patterns), metric.name
        return 2, 0, metric.name

    found: dict[str, _Metric] = {}
    for metric in sorted(metrics, key=lambda one: (*rank(one), not one.named)):
        own = _clean(metric.name)
        wanted = ("cpu_cores", "memory_bytes", own)[rank(metric)[0]]
        further = (f"{own}_{number}" for number in count(2))
        names = (name for name in chain((wanted, own), further) if name != "time_s")
        found[next(name for name in names if name not in found)] = metric
    return found


def _figures(name: str, metric: _Metric) -> tuple[dict[str, Points], list[Problem]]:
    """The columns of the table that one metric gives, with what was left out."""
    series: list[tuple[Labels, Points]] = [
        (dict(labels), points) for labels, points in metric.series.items()
    ]
    series.sort(key=lambda one: sorted(one[0].items()))
    if metric.named and _CPU_COUNTER.fullmatch(metric.name):
        series = [(labels, _rate(points)) for labels, points in series]
    if name not in ("cpu_cores", "memory_bytes"):
        return dict(_by_labels(name, series)), []
    series, left_out = _once(series)
    problems = []
    if left_out:
        number = spelled.counted(left_out, "series")
        message = f"left out: {number} of {name}, of the platform or sums of others here"
        problems.append(_warn(metric.source, "sums", message))
    by_pod: dict[str, list[Points]] = {}
    for labels, points in series:
        pod = labels.get("pod") or labels.get("pod_name") or labels.get("instance") or ""
        by_pod.setdefault(pod, []).append(points)
    table, silent = {}, set[float]()
    table[name] = _sum([points for _, points in series], silent)
    if 1 < len(by_pod) <= MOST_PODS:
        for pod, several in by_pod.items():
            table[f"{name}:{_clean(pod) or 'other'}"] = _sum(several, set())
    if silent:
        number = spelled.counted(len(silent), "time")
        message = f"the sum {name} is left out at {number} when one of its series has no figure"
        problems.append(_warn(metric.source, "gaps", message))
    return table, problems


def _sum(series: Sequence[Points], silent: set[float]) -> Points:
    """The sum of series by time; at times when one is silent that speaks before and after: none."""
    times = sorted({time for points in series for time in points})
    sums: Points = {}
    for points in series:
        if not points:
            continue
        first, last = min(points), max(points)
        for time in times[bisect_left(times, first) : bisect_right(times, last)]:
            value = points.get(time, math.nan)
            if math.isfinite(value):
                sums[time] = sums.get(time, 0.0) + value
            else:
                silent.add(time)
    return {time: value for time, value in sums.items() if time not in silent}


def _once(series: list[tuple[Labels, Points]]) -> tuple[list[tuple[Labels, Points]], int]:
    """The series without those that would count something twice, and how many those are.

    The kubelet states a pod's containers and, with no container's name, their sum; the pause
    container is `POD`. Pods of the platform are left out where there are others.
    """
    container = "container"
    detailed = {
        labels.get("pod")
        for labels, _ in series
        if labels.get(container) not in (None, "POD") and labels.get("pod")
    }
    any_pod = any(labels.get("pod") for labels, _ in series)
    kept = [
        (labels, points)
        for labels, points in series
        if (labels.get("pod") or not any_pod)
        and labels.get(container) != "POD"
        and (labels.get(container) or labels.get("pod") not in detailed)
    ]
    own = [one for one in kept if not of_platform(one[0].get("namespace", ""))]
    return own or kept, len(series) - len(own or kept)


def _rate(points: Points) -> Points:
    """The increase per second of a counter; after a reset it began at zero, as rate() has it."""
    found = {}
    for (before, low), (time, high) in pairwise(sorted(points.items())):
        known = math.isfinite(low) and math.isfinite(high)
        rise = high - low if high >= low else high
        found[time] = rise / (time - before) if known else math.nan
    return found


def _by_labels(name: str, series: list[tuple[Labels, Points]]) -> Iterator[tuple[str, Points]]:
    """One column for each series, told apart by the labels in which they differ."""
    if len(series) == 1:
        yield name, series[0][1]
        return
    keys = sorted({key for labels, _ in series for key in labels})
    differ = [key for key in keys if len({labels.get(key) for labels, _ in series}) > 1]
    used = set[str]()
    for number, (labels, points) in enumerate(series, start=1):
        told = "/".join(labels[key] for key in differ if key in labels)
        column = f"{name}:{_clean(told) or 'other'}"
        column = column if column not in used else f"{column}_{number}"
        used.add(column)
        yield column, points


def _clean(text: str) -> str:
    """A name that can head a column: no comma, no quote, no space, and not too long."""
    return re.sub(r"[^A-Za-z0-9_.:/-]", "_", text[:120])


def _warn(source: Source, code: str, message: str, hint: str = "") -> Problem:
    return source.problem(1, f"import-prometheus-{code}", message, hint, level=Level.WARNING)


IMPORTER = Importer("Prometheus", "prometheus", recognises, read)
