"""What an application's cache counted: JSON lines of hits and misses, or Redis `INFO stats`.

Times are relative to the first sample. Counters stand as they were, also where they began before
the test: the difference between samples is the run's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.errors import Level, Problem
from generator.importers import documents, spelled
from generator.importers.documents import Value
from generator.importers.shapes import is_amount, is_count, mapping
from generator.importers.source import Imported, Importer, Source, Wishes

MOST_SAMPLES = 300
"""Most samples that are kept: hits and misses only grow, so that the others tell little more."""

TIMES = ("timestamp", "time", "ts", "at")
"""Keys that a sample's time may stand under."""

RATES = ("hitRate", "hit_rate", "hitrate", "hitRatio", "hit_ratio")

_HITS = re.compile(r'"hits"\s?:')
_MISSES = re.compile(r'"misses"\s?:')
_REDIS = re.compile(r"^\s{0,8}keyspace_(?:hits|misses):\d", re.MULTILINE)


@dataclass(frozen=True)
class _Sample:
    """One sample: its time in seconds where it is known, and what the record keeps of it.

    The time is Unix time, or, with `since_start`, that since the server was started.
    """

    time: float | None
    figures: Mapping[str, Any]
    since_start: bool = False


def recognises(source: Source) -> bool:
    """Whether this is JSON with hits and misses, or Redis' keyspace counters."""
    text = source.text()
    if text.lstrip()[:1] in ("{", "["):
        first = text.lstrip()[:4000]
        return bool(_HITS.search(first) and _MISSES.search(first))
    return bool(_REDIS.search(text))


def read(sources: Sequence[Source], _: Wishes) -> Imported:
    """All files together as one timeline, in the order of time."""
    samples, problems, tools = list[_Sample](), list[Problem](), set[str]()
    for source in sources:
        found = documents.whole(source)
        problems += found.problems
        if not found.text:
            continue
        is_redis = found.text.lstrip()[:1] not in ("{", "[")
        tools.add("Redis" if is_redis else "")
        taken = list((_redis if is_redis else _json)(found.text, source, problems))
        samples += taken
        if not taken:
            message = "there is no sample with hits and misses in here; nothing was taken"
            hint = 'give lines such as {"timestamp": "...", "hits": 1, "misses": 2}, or INFO stats'
            problems.append(source.problem(1, "import-cache-nothing", message, hint))
    timeline = _timeline(samples, sources[0], problems) if samples else []
    if not timeline:
        return Imported(problems=tuple(problems))
    named = {"source": "Redis INFO"} if tools == {"Redis"} else {}
    if "Redis" in tools and len(timeline) == 1:
        message = "Redis counts from its own start: one sample does not tell what the test did"
        hint = "give INFO stats from before the test too, or reset it with CONFIG RESETSTAT"
        problems.append(_warn(sources[0], 1, "one-sample", message, hint))
    return Imported({"cache": {**named, "timeline": timeline}}, problems=tuple(problems))


def _timeline(
    samples: Sequence[_Sample], source: Source, problems: list[Problem]
) -> list[dict[str, Any]]:
    clock = min((one.since_start for one in samples if one.time is not None), default=False)
    timed = sorted(
        (
            (one.time, one.figures)
            for one in samples
            if one.time is not None and one.since_start == clock
        ),
        key=lambda one: one[0],
    )
    untimed = [one.figures for one in samples if one.time is None or one.since_start != clock]
    if untimed and (timed or len(untimed) > 1):
        kept = "the others were kept" if timed else "the last one was kept"
        left_out = len(untimed) if timed else len(untimed) - 1
        message = f"left out: {spelled.counted(left_out, 'sample')} without a time; {kept}"
        hint = "print the time before each, or Redis' whole INFO, which has its uptime"
        problems.append(_warn(source, 1, "no-time", message, hint))
    if not timed:
        timed = [(0.0, untimed[-1])]
    start = timed[0][0]
    rows = [{"time": spelled.seconds(time - start), **figures} for time, figures in timed]
    rows = [row for position, row in enumerate(rows) if position == 0 or row != rows[position - 1]]
    if len(rows) > MOST_SAMPLES:
        message = (
            f"{MOST_SAMPLES} of {len(rows):,} samples were kept, evenly, with the first and last"
        )
        problems.append(_warn(source, 1, "many", message))
        last = len(rows) - 1
        rows = [rows[round(place * last / (MOST_SAMPLES - 1))] for place in range(MOST_SAMPLES)]
    return rows


def _values(text: str) -> Iterator[Value]:
    """All JSON values of a text: one a line, or any number that stand one after another."""
    stripped = text.lstrip()
    first = stripped.split("\n", 1)[0]
    if documents.json_at(first, 0).fault:
        yield from documents.json_values(text)
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield documents.json_at(line, len(line) - len(line.lstrip()), number)


def _json(text: str, source: Source, problems: list[Problem]) -> Iterator[_Sample]:
    """The samples of JSON: an object a line, several over many lines, or one array."""
    left_out, first, broken, doubtful, zones = 0, 0, list[int](), list[int](), set[bool]()
    for found in _values(text):
        if found.fault:
            broken.append(found.fault_line)
            continue
        for one in found.value if isinstance(found.value, list) else [found.value]:
            entry = mapping(one)
            hits, misses = entry.get("hits"), entry.get("misses")
            if not is_count(hits) or not is_count(misses):
                left_out, first = left_out + 1, first or found.line
                continue
            figures: dict[str, Any] = {"hits": hits, "misses": misses}
            stated = next((entry[key] for key in RATES if entry.get(key) is not None), None)
            if stated is not None:
                rate = _rate(stated, hits, misses)
                if rate:
                    figures["hit_rate"] = rate
                else:
                    doubtful.append(found.line)
            written = next((entry[key] for key in TIMES if key in entry), None)
            time = spelled.unix_time(written)
            zones |= {spelled.has_zone(written)} if time is not None else set()
            yield _Sample(time, figures)
    if left_out:
        number = spelled.counted(left_out, "object")
        message = f"left out: {number} without whole numbers of hits and misses"
        problems.append(_warn(source, first, "entry", message))
    if broken:
        number = spelled.counted(len(broken), "piece")
        message = f"left out: {number} that can't be read as JSON, this is the first"
        problems.append(_warn(source, broken[0], "json", message))
    if doubtful:
        number = spelled.counted(len(doubtful), "hit rate")
        message = f"left out: {number}, neither the share nor the percentage of hits"
        hint = "hits and misses were kept"
        problems.append(_warn(source, doubtful[0], "rate", message, hint))
    if len(zones) > 1:
        message = "some times have a zone and some have none: these were read as UTC"
        problems.append(_warn(source, 1, "zone", message, "print all times in one way"))


_PERCENT = re.compile(r"\d{1,3}(?:\.\d{1,15})?\s?%", re.ASCII)


def _rate(stated: object, hits: int, misses: int) -> str:
    """A hit rate as the source states it, as a percentage; empty where that is not certain.

    A number can be a share or a percentage: hits and misses tell which.
    """
    if isinstance(stated, str) and _PERCENT.fullmatch(stated.strip()):
        return stated.strip() if float(stated.strip(" %")) <= 100 else ""
    try:
        value = float(stated) if isinstance(stated, str) and len(stated) < 30 else stated
    except ValueError:
        return ""
    if not is_amount(value):
        return ""
    actual = hits / (hits + misses) if hits + misses else 0.0
    for share in (value, value / 100):
        if abs(share - actual) < 0.01 and share <= 1:
            return spelled.percentage(share, 1)
    return ""


_COUNTER = re.compile(
    r"\s{0,8}(?P<name>keyspace_hits|keyspace_misses|uptime_in_seconds|server_time_usec):"
    r"(?P<value>\d{1,18})",
    re.ASCII,
)
_TIME = re.compile(r"[^0-9]{0,40}(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S{0,20}|\d{10,19})\s*")


def _redis(text: str, source: Source, problems: list[Problem]) -> Iterator[_Sample]:
    """Each pair of keyspace counters; its time is that printed before it, or the server's own.

    The times of all samples are of one kind, or their differences would mean nothing.
    """
    pairs: list[tuple[dict[str, float], dict[str, int]]] = []
    seen: dict[str, int] = {}
    times: dict[str, float] = {}
    halves = 0
    for line in text.splitlines():
        match = _COUNTER.match(line)
        if match is None:
            stated = _TIME.fullmatch(line[:120])
            time = spelled.unix_time(stated["time"]) if stated else None
            times |= {} if time is None else {"printed": time}
            continue
        name, value = match["name"], int(match["value"])
        if name == "server_time_usec":
            times["server"] = value / 1e6
        elif name == "uptime_in_seconds":
            times["uptime"] = float(value)
        else:
            halves += name in seen
            seen = {name: value} if name in seen else {**seen, name: value}
        if len(seen) == 2:
            pairs.append((times, seen))
            seen, times = {}, {}
    if halves or seen:
        message = "hits without misses, or misses without hits, were left out"
        problems.append(_warn(source, 1, "half", message))
    kinds = ("printed", "server", "uptime")
    kind = max(kinds, key=lambda one: sum(one in times for times, _ in pairs))
    for times, counters in pairs:
        figures = {
            "hits": counters["keyspace_hits"],
            "misses": counters["keyspace_misses"],
        }
        yield _Sample(times.get(kind), figures, since_start=kind == "uptime")


def _warn(source: Source, line: int, code: str, message: str, hint: str = "") -> Problem:
    return source.problem(line, f"import-cache-{code}", message, hint, level=Level.WARNING)


IMPORTER = Importer("cache", "cache", recognises, read)
