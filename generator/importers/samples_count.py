"""The questions that are asked of the table of k6 samples, and the part that the answers make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from generator.importers import samples_ask, samples_requests, timeseries
from generator.importers.histogram import Histogram
from generator.importers.metric_types import BUILT_IN, KINDS, Contains, Kind
from generator.importers.samples_ask import BUCKET, Asked, sorted_out
from generator.importers.samples_job import Job
from generator.importers.samples_requests import REQUESTS
from generator.importers.tally import (
    PERCENTILES,
    SECOND_US,
    Part,
    Tally,
)

if TYPE_CHECKING:
    import duckdb

MOST_ROWS = 10_000
"""Most of their kind that are looked at: names that are made from data are without number."""

MOST_NAMES = 500
"""Most metrics, checks and scenarios that are kept."""

SORTED_AT_ONCE = 10_000_000
"""So many values are held at a time for exact percentiles: 80 MB."""

VUS_SAMPLES = 5_000
"""About so many samples of VUs are kept of a long run."""


def part(connection: duckdb.DuckDBPyConnection, job: Job) -> Part:
    """All that is kept of the table, which holds at least one sample."""
    connection.execute(BUCKET)
    connection.execute(REQUESTS)
    asked = Asked(connection)
    counted = _metrics(asked)
    names = sorted(counted, key=lambda name: (name not in BUILT_IN, name))
    types = _types(asked, names)
    kept = [name for name in names if name in types][:MOST_NAMES]
    trends = {name: counted[name].count for name in kept if types[name][0] == "trend"}
    metrics = {name: counted[name] for name in sorted(kept)}
    metrics |= _with_percentiles(asked, job, {name: metrics[name] for name in trends})
    metrics |= _with_last(
        asked, {name: metrics[name] for name in kept if types[name][0] == "gauge"}
    )
    bare = _times(asked, job)
    tick = 1_000 * timeseries.tick_ms(bare.interval // 1_000)
    endpoints, left_out = samples_requests.endpoints(asked, job)
    checks = _checks(asked)
    return replace(
        bare,
        tick=tick,
        types={name: types[name] for name in kept},
        untyped=tuple(name for name in names if name not in types)[:MOST_NAMES],
        metrics=metrics,
        checks=dict(list(checks.items())[:MOST_NAMES]),
        scenarios=frozenset(_scenarios(asked)[:MOST_NAMES]),
        endpoints=endpoints,
        endpoints_left_out=left_out,
        names_left_out=max(len(types) - len(kept), 0) + max(len(checks) - MOST_NAMES, 0),
        ticks=samples_requests.ticks(asked, bare.origin, tick),
        failed=samples_requests.failed(asked, bare.origin, tick),
        vus=_vus(asked, bare),
        setup_requests=asked.number(
            "SELECT count(*) FROM requests WHERE is_setup AND NOT is_failure"
        ),
        unanswered=asked.number("SELECT count(*) FROM requests WHERE value = 0 AND NOT is_failure"),
    )


def _metrics(asked: Asked) -> dict[str, Tally]:
    """Counts, sums and extremes of each metric."""
    rows = asked.rows(
        "SELECT metric, count(*), sum(value), count_if(value <> 0), min(value), max(value) "
        "FROM points WHERE kind = 1 GROUP BY metric ORDER BY 2 DESC LIMIT $most",
        most=MOST_ROWS,
    )
    return {name: Tally(*figures) for name, *figures in rows}


def _types(asked: Asked, names: Sequence[str]) -> dict[str, tuple[Kind, Contains]]:
    """Type of each metric of these whose type is known: defined in the file, or k6's own."""
    rows = asked.rows(
        "SELECT metric, min(tags) FROM points "
        "WHERE kind = 2 AND list_contains($names, metric) GROUP BY metric",
        names=list(names),
    )
    written = {name: tuple((tags or "").split(" ")) for name, tags in rows}
    known = {**BUILT_IN, **{name: kind for name, kind in written.items() if kind in KINDS}}
    return {name: known[name] for name in names if name in known}  # type: ignore[misc]


def _times(asked: Asked, job: Job) -> Part:
    """When the run and its load began and ended."""
    first, last, fine, first_vus = asked.rows(
        "SELECT min(time), max(time), bool_or(time % 1000000 <> 0), "
        "min(time) FILTER (metric = 'vus') FROM points WHERE kind = 1"
    )[0]
    # k6 notes a request or an iteration at its end; the run began with the first of them.
    began = "min(time - greatest(value, 0) * 1000)" if fine else "min(time)"
    requests = asked.rows(
        f"SELECT {began}, min(time), max(time) FROM requests "  # noqa: S608
        "WHERE NOT is_failure AND NOT is_setup"
    )[0]
    iterations = asked.rows(
        f"SELECT {began}, min(time), max(time) FROM points "  # noqa: S608
        "WHERE kind = 1 AND metric = 'iteration_duration'"
    )[0]
    setup = asked.rows(f"SELECT {began} FROM requests WHERE NOT is_failure")[0]  # noqa: S608
    load = [found for found in (requests, iterations) if found[0] is not None]
    load_start = min((round(found[0]) for found in load), default=first)
    start = min(first, load_start, *(round(found) for found in setup if found is not None))
    # VUs are sampled from a second after the start, while setup sleeps too.
    if fine and first_vus is not None and first_vus - SECOND_US < start - SECOND_US // 2:
        start = first_vus - SECOND_US
    return Part(
        origin=start if job.alone else job.origin,
        tick=SECOND_US,
        first=first,
        last=last,
        start=start,
        load_start=load_start,
        # A whole second stands for all that happened in it.
        load_end=max((found[2] for found in load), default=last) + (0 if fine else SECOND_US),
        whole_seconds=not fine,
    )


def _with_percentiles(asked: Asked, job: Job, trends: Mapping[str, Tally]) -> dict[str, Tally]:
    """The trends with their percentiles, exact where that is asked for or cheap.

    Exact ones of one part are of no use to the whole: then each gets its histogram.
    """
    limit = samples_ask.EXACT_UP_TO if job.alone else 0
    few = [name for name, tally in trends.items() if tally.count <= limit]
    others = [name for name in trends if name not in few]
    found = {}
    for names in _batches({name: trends[name].count for name in few}):
        rows = asked.rows(
            "SELECT metric, quantile_cont(value, $shares) FROM points "
            "WHERE kind = 1 AND list_contains($names, metric) GROUP BY metric",
            names=names,
            shares=list(PERCENTILES.values()),
        )
        for name, figures in rows:
            exact = dict(zip(PERCENTILES, figures, strict=True))
            found[name] = replace(trends[name], exact=exact)
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    for name, bucket, count in asked.rows(
        "SELECT metric, bucket(value), count(*) FROM points "
        "WHERE kind = 1 AND list_contains($names, metric) GROUP BY ALL",
        names=others,
    ):
        counts[name][bucket] = count
    for name in others:
        found[name] = replace(trends[name], histogram=Histogram(counts[name]))
        if job.exact:
            values = "FROM points WHERE kind = 1 AND metric = $name"
            found[name] = sorted_out(asked, values, found[name], name=name)
    return found


def _batches(counts: Mapping[str, int]) -> Iterator[list[str]]:
    """Names in batches of at most `SORTED_AT_ONCE` samples, or of one."""
    batch: list[str] = []
    held = 0
    for name, count in counts.items():
        if batch and held + count > SORTED_AT_ONCE:
            yield batch
            batch, held = [], 0
        batch.append(name)
        held += count
    if batch:
        yield batch


def _with_last(asked: Asked, gauges: Mapping[str, Tally]) -> dict[str, Tally]:
    rows = asked.rows(
        "SELECT metric, arg_max(value, time), max(time) FROM points "
        "WHERE kind = 1 AND list_contains($names, metric) GROUP BY metric",
        names=list(gauges),
    )
    return {name: replace(gauges[name], last=last, last_us=time) for name, last, time in rows}


def _vus(asked: Asked, times: Part) -> tuple[tuple[int, float], ...]:
    """Samples of VUs; of a long run the most of each of about `VUS_SAMPLES` short times."""
    # k6 samples them each second: half of one holds at most one sample.
    rows = asked.rows(
        "SELECT min(time) - $origin AS begin, max(value) FROM points "
        "WHERE kind = 1 AND metric = 'vus' GROUP BY time // $unit ORDER BY begin",
        origin=times.origin,
        unit=max(SECOND_US // 2, (times.last - times.start) // VUS_SAMPLES),
    )
    return tuple((begin, vus) for begin, vus in rows)


def _checks(asked: Asked) -> dict[tuple[str, str], tuple[int, int]]:
    """Passes and fails of each check, by group and name, in the order of their names."""
    rows = asked.rows(
        """
        SELECT coalesce(tag[2], '') AS "group", tag[1] AS name, sum(passes), sum(total - passes)
        FROM (SELECT json_extract_string(tags, ['$.check', '$.group']) AS tag, passes, total
            FROM (SELECT tags, count_if(value <> 0) AS passes, count(*) AS total
                FROM points WHERE kind = 1 AND metric = 'checks' GROUP BY tags))
        WHERE name IS NOT NULL GROUP BY ALL ORDER BY "group", name LIMIT $most
    """,
        most=MOST_ROWS,
    )
    return {(group, name): (int(passes), int(fails)) for group, name, passes, fails in rows}


def _scenarios(asked: Asked) -> list[str]:
    """The scenarios that ran, by the tags of their iterations."""
    rows = asked.rows(
        """
        SELECT DISTINCT json_extract_string(tags, '$.scenario') AS scenario
        FROM (SELECT DISTINCT tags FROM points WHERE kind = 1 AND metric = 'iterations')
        WHERE scenario <> '' ORDER BY scenario LIMIT $most
    """,
        most=MOST_ROWS,
    )
    return [scenario for (scenario,) in rows]
