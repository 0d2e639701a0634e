"""The questions about requests: endpoints, and figures by time, without setup and teardown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from generator.importers import samples_ask
from generator.importers.histogram import Histogram
from generator.importers.samples_ask import Asked, sorted_out
from generator.importers.samples_job import Job
from generator.importers.tally import MOST_ENDPOINTS, PERCENTILES, Endpoint, Tally

OF_SEVERAL = 10
"""So many times more are kept of each of several files: their most called ones may differ."""

REQUESTS = """
CREATE TABLE requests AS
WITH tagged AS (
    SELECT metric = 'http_req_failed' AS is_failure, time, value, json_extract_string(tags,
        ['$.endpoint', '$.name', '$.group', '$.method']) AS tag
    FROM points
    WHERE kind = 1 AND metric IN ('http_req_duration', 'http_req_failed')),
named AS (
    SELECT is_failure, time, value, tag[3] AS "group", coalesce(tag[4], '') AS method,
        nullif(tag[1], '') AS endpoint, nullif(tag[2], '') AS name,
        coalesce(tag[3] IN ('::setup', '::teardown'), false) AS is_setup
    FROM tagged)
SELECT is_failure, time, value, method, is_setup, "group",
    coalesce(endpoint, CASE WHEN NOT regexp_matches(name, '^https?://') THEN name END) AS label,
    CASE WHEN endpoint IS NULL THEN
        nullif(regexp_extract(name, '^https?://[^/?#]*([^?#]*)', 1), '') END AS path
FROM named
"""
"""A table of all requests: durations and failures, with what names their endpoint."""


def endpoints(asked: Asked, job: Job) -> tuple[dict[tuple[str, str], Endpoint], int]:
    """The endpoints with most calls, by method and name, and how many others there are.

    A request is named by its tag `endpoint`, by its `name` where the script gave one, else by the
    path of its URL; by its group where there are too many paths.
    """
    paths = asked.number(
        "SELECT count(*) FROM (SELECT DISTINCT method, path FROM requests "
        "WHERE label IS NULL AND NOT is_setup AND NOT is_failure)"
    )
    by_group = "nullif(ltrim(\"group\", ':'), '')"
    asked.rows(
        "CREATE VIEW named AS SELECT is_failure, method, value, "  # noqa: S608
        f"coalesce(label, {'path' if paths <= MOST_ENDPOINTS else by_group}) AS name "
        "FROM requests WHERE NOT is_setup"
    )
    requests = asked.number("SELECT count(*) FROM requests WHERE NOT is_failure")
    exact = job.alone and requests <= samples_ask.EXACT_UP_TO
    quantiles = f"quantile_cont(value, {list(PERCENTILES.values())})" if exact else "NULL"
    asked.rows(
        "CREATE TABLE endpoints AS SELECT method, name, count(*) AS calls, sum(value) AS total, "  # noqa: S608
        f"count_if(value <> 0) AS nonzero, min(value) AS low, max(value) AS high, {quantiles} AS q "
        "FROM named WHERE NOT is_failure AND name IS NOT NULL GROUP BY method, name "
        "ORDER BY calls DESC, method, name LIMIT $most",
        most=MOST_ENDPOINTS * (1 if job.alone else OF_SEVERAL),
    )
    known = asked.number(
        "SELECT count(*) FROM (SELECT DISTINCT method, name FROM named "
        "WHERE NOT is_failure AND name IS NOT NULL)"
    )
    failures = {
        (method, name): number
        for method, name, number in asked.rows(
            "SELECT method, name, count_if(value <> 0) FROM named SEMI JOIN endpoints "
            "USING (method, name) WHERE is_failure GROUP BY ALL"
        )
    }
    counts: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    if not exact:
        for method, name, bucket, count in asked.rows(
            "SELECT method, name, bucket(value), count(*) FROM named SEMI JOIN endpoints "
            "USING (method, name) WHERE NOT is_failure GROUP BY ALL"
        ):
            counts[method, name][bucket] = count
    found = {}
    for method, name, *figures, quantile in asked.rows("SELECT * FROM endpoints"):
        tally = replace(
            Tally(*figures),
            histogram=Histogram(counts[method, name]),
            exact=dict(zip(PERCENTILES, quantile or (), strict=False)),
        )
        if job.exact and not exact:
            values = "FROM named WHERE NOT is_failure AND method = $method AND name = $name"
            tally = sorted_out(asked, values, tally, method=method, name=name)
        found[method, name] = Endpoint(tally, failures.get((method, name)))
    return found, max(known - len(found), 0) + (paths if paths > MOST_ENDPOINTS else 0)


def ticks(asked: Asked, origin: int, tick: int) -> dict[int, Tally]:
    """Durations of requests by tick, without setup and teardown."""
    where = "FROM requests WHERE NOT is_failure AND NOT is_setup GROUP BY ALL"
    number = "floor((time - $origin) / $tick)::BIGINT AS tick"
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    for place, bucket, count in asked.rows(
        f"SELECT {number}, bucket(value), count(*) {where}",
        origin=origin,
        tick=tick,
    ):
        counts[place][bucket] = count
    figures = asked.rows(
        f"SELECT {number}, count(*), sum(value), count_if(value <> 0), "
        f"min(value), max(value) {where} ORDER BY tick",
        origin=origin,
        tick=tick,
    )
    return {
        place: replace(Tally(*rest), histogram=Histogram(counts[place])) for place, *rest in figures
    }


def failed(asked: Asked, origin: int, tick: int) -> dict[int, int]:
    """Requests that failed, by tick."""
    rows = asked.rows(
        "SELECT floor((time - $origin) / $tick)::BIGINT AS tick, count(*) FROM requests "
        "WHERE is_failure AND NOT is_setup AND value <> 0 GROUP BY ALL ORDER BY tick",
        origin=origin,
        tick=tick,
    )
    return dict(rows)
