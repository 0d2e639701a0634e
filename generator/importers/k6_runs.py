"""One run from the summaries that were given together, and what is doubtful of its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from generator.errors import Level, Problem
from generator.importers.k6_fields import MAX_ENTRIES, page_of
from generator.importers.k6_metrics import Metric, Summary, number, samples
from generator.importers.source import Source


@dataclass(frozen=True)
class Read:
    """A summary as it was read: at which line it begins, the version of the k6 that wrote it,
    when the run began, and whether it states the types of its metrics.
    """

    source: Source
    summary: Summary
    line: int = 1
    version: str = ""
    begun: str = ""
    typed: bool = True


def one_run(found: Sequence[Read]) -> tuple[dict[str, Any], list[Problem]]:
    """The record's fields of one run, with what was left out or is doubtful as warnings.

    Summaries of one run complete each other, the ones that state types first; a summary with
    other counts is of another run and is left out. `found` must not be empty.
    """
    first, *others = sorted(found, key=lambda one: not one.typed)
    summary = first.summary
    begun = first.begun
    problems = []
    for other in others:
        if summary.same_run_as(other.summary):
            summary = summary.filled_from(other.summary)
            begun = begun or other.begun
        else:
            problems.append(_of_another_run(other, first))
    page = page_of(summary)
    if begun:
        page.fields["date"] = begun
    problems.extend(_refused(page.refused, first))
    problems.extend(_doubts(summary, first))
    return page.fields, problems


def _of_another_run(other: Read, first: Read) -> Problem:
    counts = []
    for one in (first, other):
        requests = one.summary.by_name.get("http_reqs")
        count = samples(requests) if requests is not None else None
        counts.append("an unknown number of" if count is None else f"{count:,.0f}")
    return _warning(
        other,
        "import-k6-other-run",
        f"this is another run than {first.source.name}: {counts[1]} requests, not {counts[0]}; "
        "it was left out",
        "import each run into its own record; of a distributed run import the raw samples, "
        "for percentiles of several summaries can't be merged",
    )


def _refused(figures: Sequence[str], read: Read) -> Iterator[Problem]:
    """What was in the file and is no figure that can be measured."""
    if figures:
        some = ", ".join(figures[:5]) + (", ..." if len(figures) > 5 else "")
        yield _warning(
            read,
            "import-k6-figure",
            f"what can't be measured was left out: {some}",
            "all other figures were kept; look at the script's own metrics",
        )


def _doubts(summary: Summary, read: Read) -> Iterator[Problem]:
    """What a reader of the figures must know."""
    counts = {
        "metrics": len(summary.metrics),
        "checks": len(summary.checks),
        "thresholds": sum(len(metric.thresholds) for metric in summary.metrics),
    }
    for what, number_of in counts.items():
        if number_of > MAX_ENTRIES:
            yield _warning(
                read,
                "import-k6-many",
                f"of {number_of:,} {what} {MAX_ENTRIES:,} were kept",
                "thresholds on tags with many values make many of them",
            )
    requests, trend = (summary.by_name.get(name) for name in ("http_reqs", "http_req_duration"))
    count = (samples(requests) if requests is not None else None) or 0
    if trend is not None and not summary.has_samples(trend):
        yield _warning(
            read,
            "import-k6-no-requests",
            "k6 made no request: the zeros that it prints as latencies were left out",
            "thresholds that k6 calls passed stand as 'no data'",
        )
    elif trend is not None and count and _has_silent_requests(trend):
        yield _warning(
            read,
            "import-k6-unanswered",
            f"some of the {count:,.0f} requests got no answer, such as refused connections: k6 "
            "counts each with a latency of 0, so the latencies look better than they were",
            "judge latency by http_req_duration{expected_response:true}, and see what failed",
        )


def _has_silent_requests(trend: Metric) -> bool:
    """Whether the smallest latency is zero, which no answered request has."""
    smallest = next((name for name in ("min", "med", "avg", "max") if name in trend.values), "")
    return bool(smallest) and number(trend.values[smallest], "time") == 0


def _warning(read: Read, code: str, message: str, hint: str) -> Problem:
    return read.source.problem(read.line, code, message, hint, level=Level.WARNING)
