"""The audit: all checks over a notebook, each doubt with its place, acknowledged ones with why.

`CHECKS` look at one run, `BESIDE_CHECKS` at a run beside what it is held against, `TEXT_CHECKS` at
the texts and references of a run or campaign, `CROSS_CHECKS` at the notebook. Where a notebook
holds the same thing twice, both must agree. What each code means stands in `templates/checks.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from generator import (
    cachechecks,
    changechecks,
    claimchecks,
    clusterchecks,
    crosschecks,
    decisions,
    endpointchecks,
    explain,
    k6checks,
    kept,
    predictions,
    provenance,
    regressions,
    rules,
    smells,
)
from generator.doubts import Check, Doubt, Kind, OfBook, OfRecord, OfRun
from generator.errors import Level, Problem, field_name
from generator.metrics import METRICS
from generator.model import Acknowledgement, Campaign, Run
from generator.notebook import Notebook
from generator.records import Record
from generator.yamltree import Document


def date_recorded(run: Run) -> Iterator[Doubt]:
    """A completed run has a date, or its place in the history is a guess."""
    if run.status == "completed" and run.date is None:
        message = "the date was not recorded; the run stands before all dated ones"
        yield Doubt(("date",), message, "add the date if anybody knows it")


CHECKS: tuple[OfRun, ...] = (
    Check(
        "rate-contradicts-count",
        Kind.FIGURES,
        "A rate is its count over the duration",
        k6checks.rates,
    ),
    Check(
        "failed-share",
        Kind.FIGURES,
        "The error rate is failed requests over all",
        k6checks.failed_share,
    ),
    Check(
        "checks-share",
        Kind.FIGURES,
        "The share of checks is passes over all",
        k6checks.checks_share,
    ),
    Check("load-adds-up", Kind.FIGURES, "Stages add up to duration and VUs", k6checks.load_adds_up),
    Check(
        "latency-order",
        Kind.FIGURES,
        "Percentiles grow, the mean lies between",
        k6checks.latency_order,
    ),
    Check(
        "latency-mean",
        Kind.FIGURES,
        "The mean is one that the percentiles allow",
        k6checks.latency_mean,
    ),
    Check(
        "share-under-limit",
        Kind.FIGURES,
        "Shares under a limit fit the percentiles",
        k6checks.shares_under_limits,
    ),
    Check(
        "share-order",
        Kind.FIGURES,
        "More requests are under a larger limit",
        k6checks.shares_in_order,
    ),
    Check(
        "threshold-outcome",
        Kind.FIGURES,
        "A threshold's outcome fits its figure",
        k6checks.thresholds,
    ),
    Check(
        "requests-in-flight",
        Kind.FIGURES,
        "At most one request of a VU is in flight",
        k6checks.requests_in_flight,
    ),
    Check(
        "endpoint-calls",
        Kind.FIGURES,
        "Calls of endpoints are at most all requests",
        endpointchecks.calls,
    ),
    Check(
        "endpoint-order",
        Kind.FIGURES,
        "Endpoints fit their own and the overall percentiles",
        endpointchecks.order,
    ),
    Check(
        "endpoint-mean",
        Kind.FIGURES,
        "Endpoints explain the overall mean",
        endpointchecks.mean_of_calls,
    ),
    Check(
        "pods-counted", Kind.FIGURES, "Pods counted are the pods listed", clusterchecks.pods_counted
    ),
    Check(
        "pods-desired",
        Kind.FIGURES,
        "Active and pending pods are those desired",
        clusterchecks.pods_desired,
    ),
    Check(
        "pods-summed",
        Kind.FIGURES,
        "CPU stated is that of the pods listed",
        clusterchecks.pods_summed,
    ),
    Check("named-once", Kind.FIGURES, "A pod or node is listed once", clusterchecks.named_once),
    Check(
        "cpu-of-request",
        Kind.FIGURES,
        "A share of the request is CPU over request",
        clusterchecks.cpu_shares,
    ),
    Check(
        "anti-affinity", Kind.FIGURES, "Required anti-affinity is kept", clusterchecks.affinity_kept
    ),
    Check(
        "nodes-counted",
        Kind.FIGURES,
        "Active nodes fit pods and limit",
        clusterchecks.nodes_counted,
    ),
    Check("cache-hit-rate", Kind.FIGURES, "A hit rate is hits over look-ups", cachechecks.rates),
    Check(
        "cache-order", Kind.FIGURES, "Cache counters only grow, within the run", cachechecks.order
    ),
    Check(
        "cache-coverage",
        Kind.CLAIMS,
        "A hit rate speaks of look-ups, not of requests",
        cachechecks.coverage,
    ),
    Check(
        "recommended-from",
        Kind.FIGURES,
        "A recommendation starts from the setting on record",
        changechecks.recommended_from,
    ),
    Check(
        "option-costs",
        Kind.CLAIMS,
        "Costs of options are for the same thing",
        changechecks.option_costs,
    ),
    Check("pods-pending", Kind.CLUSTER, "Pods that found no node", smells.pending),
    Check("replicas-missing", Kind.CLUSTER, "Replicas that never ran", smells.never_ran),
    Check("replicas-crowded", Kind.CLUSTER, "Several replicas on one node", smells.crowded),
    Check("cpu-skewed", Kind.CLUSTER, "CPU unevenly spread over the pods", smells.skewed),
    Check(
        "request-size",
        Kind.CLUSTER,
        "CPU in use far from what is requested",
        smells.far_from_request,
    ),
    Check("node-limit", Kind.CLUSTER, "The node group is full", smells.at_node_limit),
    Check(
        "autoscaler-limit",
        Kind.CLUSTER,
        "The autoscaler stands at its maximum",
        smells.autoscaler_at_maximum,
    ),
    Check("pending-reason", Kind.RECORD, "A pending pod says why", clusterchecks.pending_reasons),
    Check("date-missing", Kind.RECORD, "A completed run has a date", date_recorded),
)

BESIDE_CHECKS: tuple[OfRecord, ...] = (
    Check("think-time", Kind.RUNS, "One scenario implies one think time", crosschecks.think_time),
    Check(
        "per-iteration",
        Kind.RUNS,
        "One script makes as many requests and checks an iteration",
        crosschecks.per_iteration,
    ),
    Check(
        "data-per-request",
        Kind.RUNS,
        "Answers of one scenario keep their size",
        crosschecks.data_per_request,
    ),
    Check(
        "implied-duration",
        Kind.RUNS,
        "Count over rate is the scenario's duration",
        crosschecks.implied_duration,
    ),
    Check("same-figures", Kind.RUNS, "No run has another's figures", crosschecks.same_figures),
    Check("date-order", Kind.RUNS, "A run is after its baseline", crosschecks.dates),
    Check(
        "change-settings",
        Kind.RUNS,
        "Changes show in the settings, and the other way round",
        changechecks.changed_settings,
    ),
)

TEXT_CHECKS: tuple[OfRecord, ...] = (
    Check("typed-figure", Kind.CLAIMS, "Figures in prose are what the data say", claimchecks.typed),
    Check("prose-figure", Kind.LINKS, "Figures in prose can be computed", claimchecks.computed),
    Check("link-dangling", Kind.LINKS, "What is referred to exists", predictions.dangling),
)

CROSS_CHECKS: tuple[OfBook, ...] = (
    Check("claim", Kind.CLAIMS, "A claim is what the data say", claimchecks.contradicted),
    Check("claims-of-pods", Kind.CLAIMS, "A pod is compared with itself", claimchecks.other_pods),
    Check(
        "claims-disagree",
        Kind.CLAIMS,
        "Claims of one thing agree with each other",
        claimchecks.disagreeing,
    ),
    Check(
        "claims-baselines",
        Kind.CLAIMS,
        "The figures of one table have one baseline",
        claimchecks.mixed_baselines,
    ),
    Check("claim-unknown", Kind.LINKS, "A claim is of a metric and a run", claimchecks.unknown),
    Check("series-missing", Kind.LINKS, "A table beside the record is there", kept.missing),
    Check("series-unreadable", Kind.LINKS, "A table beside the record is one", kept.unreadable),
    Check("prediction", Kind.CLAIMS, "A prediction held", predictions.doubts),
    Check(
        "action-state", Kind.RUNS, "An action's state fits what was done", decisions.contradicted
    ),
)


def problems(book: Notebook) -> list[Problem]:
    """Everything wrong or doubtful in the notebook, ordered by file and place.

    A field that is wrong already is not doubted as well. Cross-checks look at valid runs only.
    """
    found = list(book.problems)
    wrong = {(problem.file, problem.field) for problem in found}
    for problem in _doubted(book):
        if (problem.file, problem.field) not in wrong:
            found.append(problem)
    found = [*_acknowledged(book, found), *_steps_of_nothing(book)]
    return sorted(found, key=lambda problem: (problem.file, problem.place, problem.field))


def _document(book: Notebook, identity: str) -> Document:
    runs, campaigns = book.run_records, book.campaign_records
    return runs[identity].document if identity in runs else campaigns[identity].document


def _problem(document: Document, code: str, doubt: Doubt) -> Problem:
    return Problem(
        document.file,
        document.place_inside(doubt.path, doubt.inside),
        field_name(doubt.path),
        doubt.level,
        code,
        doubt.message,
        doubt.hint,
        tuple(map(field_name, doubt.concerns)),
    )


def _doubted(book: Notebook) -> Iterator[Problem]:
    """What the checks of each record find, then those of the notebook."""
    for identity in (*book.run_records, *book.campaigns):
        for packed in book.kept("checks", identity, partial(_checked, book, identity)):
            yield Problem.unpacked(packed)
    for cross in CROSS_CHECKS:
        for identity, doubt in cross.find(book):
            yield _problem(_document(book, identity), cross.code, doubt)


def _checked(book: Notebook, identity: str) -> list[list[Any]]:
    """What the checks of a record find; only those of the run itself look at what is broken."""
    record = book.run_records.get(identity)
    found: list[tuple[str, Doubt]] = []
    if record and record.partial:
        found += ((check.code, doubt) for check in CHECKS for doubt in check.find(record.partial))
    is_run = identity in book.runs
    beside = (*BESIDE_CHECKS, *TEXT_CHECKS) if is_run else TEXT_CHECKS
    if is_run or identity in book.campaigns:
        found += ((check.code, doubt) for check in beside for doubt in check.find(book, identity))
    return [_problem(_document(book, identity), code, doubt).packed() for code, doubt in found]


def _acknowledged(book: Notebook, found: list[Problem]) -> list[Problem]:
    """The problems, warnings that their record acknowledges marked as such.

    An acknowledgement of what no check finds is a problem itself: it would hide a later one.
    """
    by_file: dict[str, list[int]] = {}
    for number, problem in enumerate(found):
        by_file.setdefault(problem.file, []).append(number)
    records: list[Record[Run] | Record[Campaign]] = [*_holding(book, "acknowledged")]
    for record in [*records, *book.campaign_records.values()]:
        if record.partial is None:
            continue
        for position, accepted in enumerate(record.partial.acknowledged):
            covered = [
                number
                for number in by_file.get(record.file, [])
                if found[number].level is Level.WARNING and _covers(accepted, found[number])
            ]
            for number in covered:
                reason = " ".join(accepted.reason.split())
                level = Level.ACKNOWLEDGED
                found[number] = replace(found[number], level=level, reason=reason)
            if not covered:
                found.append(_of_nothing(record.document, position, accepted, found))
    return found


def _holding(book: Notebook, part: str) -> Iterator[Record[Run]]:
    """The records of runs that hold something in a part, broken ones too."""
    every = book.run_records.values()
    return (record for record in every if record.gist and part in record.gist.holds)


def _covers(accepted: Acknowledgement, problem: Problem) -> bool:
    return accepted.code == problem.code and accepted.field in (None, problem.field)


def _of_nothing(
    document: Document, position: int, accepted: Acknowledgement, found: Sequence[Problem]
) -> Problem:
    path = ("acknowledged", position, "code")
    if accepted.code not in RULES:
        hint = explain.did_you_mean(accepted.code, RULES) or "the site lists all codes"
        return document.problem(path, "acknowledged-unknown", f"no check {accepted.code!r}", hint)
    errors = [p for p in found if p.file == document.file and p.level is Level.ERROR]
    if any(_covers(accepted, problem) for problem in errors):
        message = f"{accepted.code} is an error here: errors can't be acknowledged"
        return document.problem(path, "acknowledged-nothing", message, "mend it, and remove this")
    at = f" at {accepted.field}" if accepted.field else ""
    message = f"nothing to acknowledge: {accepted.code} finds nothing{at}"
    hint = "remove it, or mend its field"
    return document.problem(path, "acknowledged-nothing", message, hint, level=Level.WARNING)


def _steps_of_nothing(book: Notebook) -> Iterator[Problem]:
    """Acknowledged steps of a metric that there is not, or that took no step (any more)."""
    path = "acknowledged_steps"
    records = list(_holding(book, path))
    if not records:
        return
    for record in records:
        for position, known in enumerate(
            record.partial.acknowledged_steps if record.partial else ()
        ):
            if known.metric not in METRICS:
                hint = explain.did_you_mean(known.metric, list(METRICS))
                message = f"there is no metric {known.metric!r}"
                at = (path, position, "metric")
                hint = hint or "the glossary lists all metrics"
                yield record.document.problem(at, "acknowledged-unknown", message, hint)
    for identity, position, metric in regressions.stale(book):
        message = f"nothing to acknowledge: {metric} took no step for the worse in this run"
        hint = "remove it, or write it in the record of the run that did"
        document = book.run_records[identity].document
        at = (path, position, "metric")
        yield document.problem(at, "acknowledged-nothing", message, hint, level=Level.WARNING)


RULES: dict[str, tuple[Kind, str]] = {
    **{check.code: (check.kind, check.title) for check in CHECKS},
    **{check.code: (check.kind, check.title) for check in (*BESIDE_CHECKS, *TEXT_CHECKS)},
    **{check.code: (check.kind, check.title) for check in CROSS_CHECKS},
    provenance.RULE[0]: (Kind.RECORD, provenance.RULE[1]),
    **{code: (Kind.FILE, title) for code, title in rules.FILE_RULES.items()},
}
"""Kind and title of every code that a problem can have."""
