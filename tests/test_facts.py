"""What the hand-written report never noticed is found on its five records, by general rules.

No rule is keyed to these files: each fact is looked for in what `loadbook check` says, and the rule
that finds it has golden cases of its own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import audit, claims, compare, telling, typed
from generator.claims import Standing
from generator.errors import Problem
from generator.notebook import Notebook
from generator.verdicts import Verdict
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def found(notebook: Notebook) -> list[Problem]:
    """Everything that the audit says of the five records."""
    return audit.problems(notebook)


def said(found: list[Problem], code: str, file: str) -> list[str]:
    """The messages of one code for one record, with plain spaces."""
    path = f"experiments/{file}.yaml"
    return [
        problem.message.replace("\N{NO-BREAK SPACE}", " ")
        for problem in found
        if (problem.code, problem.file) == (code, path)
    ]


PRE, POST, CODE = "session-8/pre-fix", "session-8/post-fix", "session-8/post-code"

FACTS = [
    ("rate-contradicts-count", PRE, "73.47 /s contradicts 217,804 requests / 13 min = 279.2 /s"),
    ("rate-contradicts-count", PRE, "it is the iteration rate"),
    ("think-time", POST, "100 VUs imply a think time of 0.87 s, session-8/pre-fix implies 0.19 s"),
    ("claim", CODE, "“doubled” of Requests per second against session-8/post-fix"),
    ("claim", CODE, "it is +83.4 %"),
    (
        "claim",
        CODE,
        "“+83%” of RPS per core against session-8/post-fix (Note on CPU): it is",
    ),
    (
        "claim",
        CODE,
        "against session-8/post-fix (Efficiency): it is +26.5 %",
    ),
    ("claims-disagree", CODE, "“+28%” and “+83%” (Note on CPU) are claims of one thing"),
    ("claim", POST, "“+1.3%” of Requests under 500 ms against session-8/pre-fix"),
    ("claim", POST, "it is +1.25 pp"),
    ("claims-baselines", CODE, "“Complete comparison, DELTA” hold against different runs only"),
    ("claims-baselines", CODE, "-28% Latency p95 against session-8/pre-fix"),
    ("claims-baselines", CODE, "+83% Requests per second"),
    ("claims-of-pods", POST, "compare pods that session-8/pre-fix does not have"),
    ("claims-of-pods", POST, "-41% of backend-59bcbbc7fb-2gwbh fits none of its pods"),
    ("claims-of-pods", CODE, "+52% of backend-pod-1 fits backend-59bcbbc7fb-2gwbh"),
    ("cache-coverage", CODE, "33,863 cache look-ups are 8.533 % of 396,830 requests"),
    ("cache-coverage", CODE, "a hit rate of 99.947 % says little of the whole"),
    ("option-costs", POST, "0.21 USD per hour (Larger instance type (t3.large)) and 0.04 USD per"),
    ("option-costs", POST, "8 nodes more cost 0.3200 USD per hour, 0.21 USD pays for 5.2"),
    # Further ones, that nobody had listed.
    ("claim", CODE, "“4.80 cores” of CPU, all pods (Comparison of CPU): it is 4.838 cores"),
    ("claim", "session-8/campaign", "“-100%” of Error rate against earlier/day-6"),
    ("claims-disagree", PRE, "“73.47/s” and “~280” (History) are claims of one thing"),
    ("pods-summed", PRE, "2.55 cores contradicts the sum over 3 pods = 2.602 cores"),
    ("endpoint-mean", POST, "the endpoints' mean weighted by calls is ~41.2 ms by X-Ray"),
    ("prediction", CODE, "“Code optimizations” was expected to bring Requests per second 2x→3x"),
    ("pending-reason", PRE, "4 pods are pending without a reason"),
    ("request-size", PRE, "a pod uses 867.3 m, 867.3 % of the 100 m that it requests"),
    ("node-limit", PRE, "all 5 places of the node group are taken, 1 of them by a terminated node"),
    ("replicas-crowded", PRE, "2 replicas run on ip-10-0-36-88.ec2.internal"),
    ("date-missing", "earlier/day-6", "the date was not recorded"),
]


@pytest.mark.parametrize(("code", "file", "words"), FACTS, ids=lambda part: str(part)[:40])
def test_the_fact_is_found(found: list[Problem], code: str, file: str, words: str) -> None:
    """The audit of the five records says it, under this code, of this record."""
    messages = said(found, code, file)
    assert any(words in message for message in messages), messages


def test_no_rule_knows_these_records() -> None:
    """No module of the package names a run, pod or figure of the five records."""
    words = (
        "pre-fix",
        "post-fix",
        "post-code",
        "day-6",
        "73.47",
        "396830",
        "59bcbbc7fb",
        "t3.large",
    )
    for path in (ROOT / "generator").rglob("*.py"):
        text = path.read_text("utf-8")
        code = "\n".join(line for line in text.splitlines() if '"""' not in line)
        named = [word for word in words if word in code and not _in_prose_only(path, code, word)]
        assert not named, f"{path.name} names {named}"


def _in_prose_only(path: Path, code: str, word: str) -> bool:
    """Whether each line with the word is documentation: a docstring, a comment, a hint."""
    marks = ("#", "description=", "`", "write", "hint", "name a run", "for example")
    lines = [line for line in code.splitlines() if word in line]
    return all(any(mark in line for mark in marks) for line in lines)


def test_the_doubled_throughput_is_confounded(notebook: Notebook) -> None:
    """VUs and six changes came together: no delta is put down to one, extra runs are told."""
    likeness = compare.compare(notebook, POST, CODE).likeness
    assert likeness.confounded
    assert len(likeness.factors) == 7
    assert likeness.extra_runs == 6
    assert "VUs 100 → 200" in likeness.factors
    assert not any("connection pool" in factor for factor in likeness.factors)


def test_throughput_at_different_loads_is_shown_and_not_judged(notebook: Notebook) -> None:
    """+83 % of the requests per second stand there without a verdict; efficiency has one."""
    deltas = compare.compare(notebook, POST, CODE).deltas
    assert deltas["request_rate"].verdict is Verdict.NOT_COMPARABLE
    assert deltas["request_rate"].change == pytest.approx(0.834, abs=5e-4)
    efficiency = deltas["rps_per_core"]
    assert efficiency.verdict is Verdict.IMPROVED
    assert efficiency.change == pytest.approx(0.265, abs=5e-4)
    assert any("different loads" in warning for warning in efficiency.warnings)
    assert efficiency.ground
    assert (efficiency.ground.before, efficiency.ground.after) == (1, 1)


TYPED = [
    ("Throughput doubled.", "doubled", Standing.CONTRADICTED, "+83.4 %"),
    ("Throughput +83% against post-fix.", "+83%", Standing.VERIFIED, "+83.4 %"),
    (
        "The cache answered 99.95% of lookups: a fine cache hit rate.",
        "99.95%",
        Standing.VERIFIED,
        "",
    ),
    ("p95 = 363ms", "363ms", Standing.CONTRADICTED, "263 ms"),
    ("p95 rose by 73 ms.", "73 ms", Standing.VERIFIED, "+73.4 ms"),
    ("p95 fell by 73 ms.", "73 ms", Standing.CONTRADICTED, "+73.4 ms"),
    ("RPS per core: 106 RPS/core", "106 RPS/core", Standing.ROUNDED, "105.1 /s"),
    ("Efficiency +83%", "+83%", Standing.CONTRADICTED, "+26.5 %"),
    ("Requests < 500ms -0.34%", "-0.34%", Standing.CONTRADICTED, "−0.34 pp"),
    ("Requests < 500ms -0.34 pp", "-0.34 pp", Standing.VERIFIED, "−0.34 pp"),
    ("CPU per pod ~800m, 4.8 cores in all.", "4.8 cores", Standing.VERIFIED, "4.838 cores"),
    ("p95 must stay below 200 ms.", "200 ms", Standing.NOT_VERIFIABLE, ""),
    ("The pool waits 10s.", "10s", Standing.NOT_VERIFIABLE, ""),
    ("From day 6 on throughput rose by 116%.", "116%", Standing.VERIFIED, "+116.5 %"),
]


@pytest.mark.parametrize(("text", "figure", "standing", "right"), TYPED, ids=lambda part: str(part))
def test_a_typed_figure_stands_as_the_data_have_it(
    notebook: Notebook, text: str, figure: str, standing: Standing, right: str
) -> None:
    """In a sentence of the last run the figure is matched to its metric and pair, and judged."""
    (judged,) = [one for one in typed.figures(notebook, [CODE], text) if one.said.text == figure]
    assert judged.outcome.standing is standing
    assert right in judged.outcome.figure.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    "text",
    [
        "7 pods × 10 connections are 70, with 8 nodes on 2026-01-02.",
        "`p95 = 999ms` in code, version 1.2.3, t3.large, ip-10-0-36-88, session-8/post-fix.",
        "Six of seven pods ran; 1 of 7 stayed pending, see https://x.y/p95=999ms",
    ],
)
def test_what_is_no_claim_of_a_figure_is_left_alone(notebook: Notebook, text: str) -> None:
    """Counts without a unit, dates, versions, names, code and addresses are no figures."""
    assert list(typed.figures(notebook, [CODE], text)) == []


def test_every_claim_of_the_records_is_judged(notebook: Notebook) -> None:
    """The typed figures of the report are on record; most hold, and each has a standing."""
    judged = [
        one
        for name in (*notebook.runs, *notebook.campaigns)
        for one in claims.judge(notebook, name)
    ]
    standings = [one.outcome.standing for one in judged]
    assert len(judged) == 99
    assert sum(one.outcome.holds for one in judged) == 74
    assert standings.count(Standing.CONTRADICTED) == 13
    assert standings.count(Standing.NOT_VERIFIABLE) == 12  # the pods that were compared with others
    assert all(one.said is not None for one in judged)


def test_told_prose_keeps_its_words(notebook: Notebook) -> None:
    """Marking figures changes no word: without the marks the text is what was written."""
    for identity, run in notebook.runs.items():
        for text in (run.summary or "", *run.conclusions, *(f.text for f in run.findings)):
            assert telling.plain(telling.tell(notebook, identity, text)) == text
