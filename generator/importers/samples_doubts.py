"""What a reader of a run's samples must know: what is left out of the figures, or doubtful."""

from __future__ import annotations

from collections.abc import Iterator

from generator.errors import Level, Problem
from generator.importers.samples_fields import impossible, line, spans
from generator.importers.source import Source
from generator.importers.tally import Part


def doubts(part: Part, source: Source) -> Iterator[Problem]:
    """What a reader of the figures must know, and what was left out of them."""
    requests = part.metrics.get("http_reqs") or part.metrics.get("http_req_duration")
    for holds, code, message, hint in (
        (
            requests is None,
            "import-k6-no-requests",
            "k6 made no request: there are no latencies, endpoints, phases or figures over time",
            "",
        ),
        (
            part.unanswered > 0,
            "import-k6-unanswered",
            f"{part.unanswered} requests got no answer, such as refused connections: k6 counts "
            "each with a latency of 0, so the latencies look better than they were",
            "see what failed before you judge latency",
        ),
        (
            part.setup_requests > 0,
            "import-setup-requests",
            f"{part.setup_requests} requests of setup and teardown are in the totals, as with k6 "
            "itself, but not in endpoints, phases, the figures over time and the distribution",
            "judge the rate under load by that of the steady state",
        ),
        (
            bool(part.untyped),
            "import-untyped-metrics",
            f"metrics whose type the file does not tell were left out: {_some(part.untyped)}",
            "CSV has no types: give k6's summary too, or samples of --out json",
        ),
        (
            bool(impossible(part)),
            "import-k6-impossible",
            "counters whose samples come to less than nothing, or to more than can be, were left "
            f"out: {_some(impossible(part))}",
            "the file is damaged: import the samples as k6 wrote them",
        ),
        (
            part.whole_seconds,
            "import-whole-seconds",
            "the times of its samples are whole seconds, so the duration and the rates are known "
            "to about a second",
            "k6 writes fractions with --out json, or CSV with K6_CSV_TIME_FORMAT=unix_milli",
        ),
        (
            part.zone == "",
            "import-no-time-zone",
            "its times have no time zone; the date was taken as written",
            "add the zone to the record's date",
        ),
        (
            part.endpoints_left_out > 0,
            "import-endpoints-left-out",
            f"{part.endpoints_left_out} endpoints were left out or taken by their group: too many "
            "different names or paths",
            "give requests a tag `endpoint` or `name` in the script: tags: {name: '/item/:id'}",
        ),
        (
            part.names_left_out > 0,
            "import-names-left-out",
            f"{part.names_left_out} metrics or checks were left out: too many different ones",
            "names that are made from data make many of them",
        ),
        (
            bool(part.ticks and part.vus) and not any(one.name == "steady" for one in spans(part)),
            "import-no-steady-state",
            "no steady state was recognised: the VUs never stayed at their peak",
            "phases are told for a load of VUs, not of arrival rates",
        ),
    ):
        if holds:
            yield source.problem(1, code, message, hint, level=Level.WARNING)


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(line(name)[:60] for name in names[:10])
    return shown + (f" and {len(names) - 10} more" if len(names) > 10 else "")
