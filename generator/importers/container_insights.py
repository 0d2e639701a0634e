"""Performance logs of CloudWatch Container Insights: pods and nodes, at a moment and over time.

One JSON object a line, keyed by `Type`: of these `Pod` and `Node` are read. CPU is in millicores
there, memory in bytes, `Timestamp` in milliseconds; a pod's full name is in `kubernetes`, for
`PodName` is that of its workload. The output of `aws logs filter-log-events` is read too.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from generator.errors import Level, Problem
from generator.importers import documents, kube_snapshot, spelled, time_table
from generator.importers.cluster import Cluster, Spec, of_platform
from generator.importers.shapes import is_amount, mapping, sequence
from generator.importers.source import Imported, Importer, Source, Wishes

FILE = "series-container-insights.csv"
MOST_SAMPLES = 500_000
MOST_APART = 120.0
"""Seconds that samples of one snapshot may lie apart without a warning."""

PHASES = ("Running", "Pending", "Succeeded", "Failed", "Unknown")

_TYPED = re.compile(r'"Type":\s?"(?:Pod|Node|Container|Cluster)[A-Za-z]*"')
_ESCAPED = re.compile(r'\\"Type\\":\s?\\"(?:Pod|Node|Container|Cluster)[A-Za-z]*\\"')

Key = tuple[str, str]


@dataclass(frozen=True)
class _Sample:
    """What one line says of a pod or a node: CPU in cores, memory in bytes."""

    cpu: Decimal | None
    memory: Decimal | None
    entry: Mapping[str, Any]


@dataclass
class _Seen:
    """All samples by what they are about, then by Unix time in seconds."""

    pods: dict[Key, dict[float, _Sample]] = field(default_factory=dict)
    nodes: dict[str, dict[float, _Sample]] = field(default_factory=dict)
    count: int = 0
    without_time: int = 0


def recognises(source: Source) -> bool:
    """Whether these are performance logs of Container Insights, bare or as log events."""
    text = source.text()
    if "{" not in text[:200]:
        return False
    if '"events"' in text and _ESCAPED.search(text):
        return True
    return '"Timestamp"' in text and '"ClusterName"' in text and bool(_TYPED.search(text))


def read(sources: Sequence[Source], wishes: Wishes) -> Imported:
    """All files together: a snapshot of the moment wished for, and a table over time."""
    seen, problems = _Seen(), list[Problem]()
    for source in sources:
        before = seen.count
        known = len(problems)
        for entry in _entries(source, problems):
            _take(entry, seen)
        failed = any(problem.level == Level.ERROR for problem in problems[known:])
        if seen.count == before and not failed:
            message = "there are no pods and no nodes in here; nothing was taken"
            hint = "give the log group /aws/containerinsights/CLUSTER/performance"
            problems.append(source.problem(1, "import-insights-nothing", message, hint))
    if not sources or not seen.count:
        return Imported(problems=tuple(problems))
    if seen.without_time:
        message = f"left out: {spelled.counted(seen.without_time, 'sample')} without a time"
        problems.append(_warn(sources[0], "no-time", message))
    if seen.count >= MOST_SAMPLES:
        message = f"the first {MOST_SAMPLES:,} samples were kept, the others left out"
        problems.append(_warn(sources[0], "many", message, "narrow the time to that of the test"))
    step = _step(seen)
    times = _times(seen)
    grid = _Grid(min(times), step or math.inf)
    if not step and max(times) - min(times) > MOST_APART:
        apart = f"{max(times) - min(times):.0f} s"
        message = f"each pod and node has one sample, and these are {apart} apart"
        problems.append(_warn(sources[0], "apart", message, "give the logs of the whole test"))
    cluster, note = _at_moment(seen, grid, wishes)
    fields, doubts = kube_snapshot.fields(cluster, sources[0], wishes, note)
    problems += doubts
    made = time_table.attachment(
        FILE, "Container Insights", _sums(seen, grid, sources[0], problems)
    )
    if made is None:
        return Imported(fields, problems=tuple(problems), tool="CloudWatch Container Insights")
    return Imported(
        {**fields, **made.fields},
        made.attachments,
        tuple(problems),
        "CloudWatch Container Insights",
    )


def _entries(source: Source, problems: list[Problem]) -> Iterator[Mapping[str, Any]]:
    """Each log entry of a file, whether they stand one a line or within log events."""
    if '"events"' in source.text() and not _TYPED.search(source.text()):
        document, doubts = documents.document(source)
        problems += doubts
        for event in map(mapping, sequence(mapping(document).get("events"))):
            message = event.get("message")
            if isinstance(message, str) and message.startswith("{"):
                yield mapping(documents.json_at(message, 0).value)
        return
    broken, first, empty = 0, 0, True
    for number, line in documents.lines(source, problems):
        empty = empty and not line.strip()
        # Exported logs have the time of the event before the entry.
        start = line.find("{", 0, 200)
        found = documents.json_at(line, start) if start >= 0 else None
        if found and not found.fault:
            yield mapping(found.value)
        elif line.strip():
            broken, first = broken + 1, first or number
    if empty:
        problems.append(documents.empty(source))
    if broken:
        shown = spelled.counted(broken, "line")
        message = f"left out: {shown} that can't be read as JSON, this is the first"
        problems.append(source.problem(first, "import-insights-line", message, level=Level.WARNING))


def _take(entry: Mapping[str, Any], seen: _Seen) -> None:
    kind = entry.get("Type")
    if kind not in ("Pod", "Node") or seen.count >= MOST_SAMPLES:
        return
    time = spelled.unix_time(entry.get("Timestamp"))
    if time is None:
        seen.without_time += 1
        return
    prefix = kind.lower()
    cpu = _amount(entry.get(f"{prefix}_cpu_usage_total"), 1000)
    sample = _Sample(cpu, _amount(entry.get(f"{prefix}_memory_working_set")), entry)
    about = mapping(entry.get("kubernetes"))
    if kind == "Node":
        name = spelled.name(entry.get("NodeName")) or spelled.name(about.get("host"))
        samples = seen.nodes.setdefault(name, {}) if name else None
    else:
        name = spelled.name(about.get("pod_name"))
        space = spelled.name(entry.get("Namespace")) or spelled.name(about.get("namespace_name"))
        samples = seen.pods.setdefault((space, name), {}) if name else None
    if samples is not None:
        samples[time] = sample
        seen.count += 1


def _amount(value: object, divisor: int = 1) -> Decimal | None:
    return Decimal(str(value)) / divisor if is_amount(value) else None


def _times(seen: _Seen) -> list[float]:
    both = (*seen.pods.values(), *seen.nodes.values())
    return [time for samples in both for time in samples]


def _step(seen: _Seen) -> float | None:
    """The usual time from one sample of a thing to its next, in whole seconds."""
    both = (*seen.pods.values(), *seen.nodes.values())
    steps = [after - before for one in both for before, after in pairwise(sorted(one))]
    usual = round(statistics.median(steps)) if steps else 0
    return float(usual) if usual else None


@dataclass(frozen=True)
class _Grid:
    """Equal intervals of time: each node reports at seconds of its own, once in an interval.

    With an endless `step` all is of one moment.
    """

    start: float
    step: float

    def slot(self, time: float) -> int:
        """The interval that a time is nearest to the start of."""
        return round((time - self.start) / self.step)

    def time(self, slot: int) -> float:
        """When an interval starts, in Unix time."""
        return self.start + slot * self.step if slot else self.start

    def by_slot(self, samples: Mapping[float, _Sample]) -> dict[int, _Sample]:
        """A thing's samples by interval; of two in one the later."""
        return {self.slot(time): samples[time] for time in sorted(samples)}


def _own(seen: _Seen) -> dict[Key, dict[float, _Sample]]:
    """The pods that count: not those of the platform, where there are others."""
    own = {key: samples for key, samples in seen.pods.items() if not of_platform(key[0])}
    return own or seen.pods


def _at_moment(seen: _Seen, grid: _Grid, wishes: Wishes) -> tuple[Cluster, str]:
    """The cluster in one interval: the first, the last, or that with the most CPU of the pods."""
    sums: dict[int, Decimal] = {}
    for samples in (_own(seen) or seen.nodes).values():
        for slot, sample in grid.by_slot(samples).items():
            sums[slot] = sums.get(slot, Decimal(0)) + (sample.cpu or 0)
    chosen = {"before": min(sums), "after": max(sums)}.get(
        wishes.moment, max(sums, key=lambda slot: (sums[slot], -slot))
    )
    cluster = Cluster()
    for (space, name), samples in seen.pods.items():
        of_pod = grid.by_slot(samples).get(chosen)
        if of_pod is None:
            continue
        pod = cluster.pod(name, space)
        pod.cpu, pod.memory = of_pod.cpu, of_pod.memory
        pod.node = spelled.name(of_pod.entry.get("NodeName")) or None
        status = of_pod.entry.get("pod_status")
        pod.phase = status if status in PHASES else None
        pod.spec = _spec(of_pod.entry)
    for name, samples in seen.nodes.items():
        of_node = grid.by_slot(samples).get(chosen)
        if of_node is None:
            continue
        node = cluster.node(name)
        node.cpu, node.memory = of_node.cpu, of_node.memory
        node.type = spelled.name(of_node.entry.get("InstanceType")) or None
        node.cpu_capacity = _amount(of_node.entry.get("node_cpu_limit"), 1000)
        node.memory_capacity = _amount(of_node.entry.get("node_memory_limit"))
    cluster.measured = spelled.moment(grid.time(chosen))
    if len(sums) == 1 or wishes.moment in ("before", "after"):
        return cluster, ""
    return cluster, f"the {grid.step:g} s with the most CPU, of {len(sums)} such intervals"


def _spec(entry: Mapping[str, Any]) -> Spec:
    """What a pod asks for; zero stands for nothing asked."""
    return Spec(
        _amount(entry.get("pod_cpu_request"), 1000) or None,
        _amount(entry.get("pod_memory_request")) or None,
        _amount(entry.get("pod_cpu_limit"), 1000) or None,
        _amount(entry.get("pod_memory_limit")) or None,
    )


def _sums(
    seen: _Seen, grid: _Grid, source: Source, problems: list[Problem]
) -> dict[str, dict[float, float]]:
    """CPU and memory over all pods by time, left out where a pod is silent in between."""
    table: dict[str, dict[float, float]] = {}
    own = [grid.by_slot(samples) for samples in _own(seen).values()]
    gaps = {
        slot
        for one in own
        for before, after in pairwise(sorted(one))
        for slot in range(before + 1, min(after, before + 1 + time_table.MOST_ROWS))
    }
    for name, side in (("cpu_cores", "cpu"), ("memory_bytes", "memory")):
        sums: dict[int, Decimal] = {}
        silent = set(gaps)
        for one in own:
            for slot, sample in one.items():
                value = getattr(sample, side)
                if value is None:
                    silent.add(slot)
                else:
                    sums[slot] = sums.get(slot, Decimal(0)) + value
        table[name] = {
            grid.time(slot): float(total) for slot, total in sums.items() if slot not in silent
        }
    missing = len(gaps & {slot for one in own for slot in one})
    if missing:
        message = (
            f"the sums are left out at {spelled.counted(missing, 'time')} when a pod was silent"
        )
        problems.append(_warn(source, "gaps", message))
    return {name: points for name, points in table.items() if points}


def _warn(source: Source, code: str, message: str, hint: str = "") -> Problem:
    return source.problem(1, f"import-insights-{code}", message, hint, level=Level.WARNING)


IMPORTER = Importer("Container Insights", "insights", recognises, read)
