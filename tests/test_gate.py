"""The gate: objectives as they are written, how each is judged, and what the command says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from generator import audit, gate, policy
from generator.compare import compare
from generator.doubts import Kind
from generator.metrics import METRICS
from generator.notebook import Notebook
from generator.objectives import SIGNS, Judged, Outcome, judge
from generator.policy import KINDS, Policy
from tests.conftest import book, write_book
from tests.gitbook import command, run

MET, MISSED, UNKNOWN = Outcome.MET, Outcome.MISSED, Outcome.NOT_JUDGEABLE


def policy_of(text: str) -> Policy:
    """These objectives, which are sound."""
    found, problems = policy.read(text.encode())
    assert problems == ()
    assert found is not None
    return found


def judged(notebook: Notebook, text: str, identity: str, against: str | None = None) -> Judged:
    """What became of the only objective in a text."""
    notebook = replace(notebook, objectives=policy_of(text), memo={})
    baseline = against or notebook.baselines[identity]
    comparison = compare(notebook, baseline, identity) if baseline else None
    (found,) = judge(notebook, identity, comparison, audit.problems(notebook))
    return found


def outcome(notebook: Notebook, aims: str, identity: str) -> Outcome:
    """The outcome alone; `aims` is a metric with its limits."""
    return judged(notebook, f"default: {{{aims}}}", identity).outcome


def pair(before: object, after: object, vus: int = 10) -> Notebook:
    """Two runs of a scenario, c/a and c/b, with these request rates."""
    return book({"c/a": run(before), "c/b": run(after, day=2, vus=vus)})


# --- what is written ------------------------------------------------------------------------------


def test_every_mistake_is_told_at_its_place() -> None:
    """Unknown metrics and limits, wrong units, ranges, wrong words: all at once, with a way out."""
    text = """\
default:
  latency_p59: {at_most: 3ms}
  latency_p95: {at_most: 3%, no_worse_than: 10, no_worse_thn: 1}
  vus: {no_worse_than: 3%}
  request_rate: {}
  error_rate: {at_most: ~1%}
  cpu_total: {at_most: 1→2 cores}
  no_unacknowledged: [warnin, xyzzyx]
  when_not_comparable: passs
scenarioss: {}
"""
    found, problems = policy.read(text.encode(), "o.yaml")
    assert found is None
    lines = {p.as_text().split(": ", 1)[0]: p.as_text() for p in problems}
    for place, said in {
        "o.yaml:2:3": "default.latency_p59: 'latency_p59' is no field here (did you mean",
        "o.yaml:3:26": "default.latency_p95.at_most: '3%' has no unit of latency (write a latency",
        "o.yaml:3:45": "default.latency_p95.no_worse_than: '10' is more than 1",
        "o.yaml:3:49": "did you mean 'no_worse_than'?",
        "o.yaml:4:9": "'no_worse_than' is no field here (there are: at_least, at_most)",
        "o.yaml:5:17": "default.request_rate: no limit stands here (there are: at_least, at_most,",
        "o.yaml:6:25": "a limit is one exact figure",
        "o.yaml:7:24": "a limit is one exact figure",
        "o.yaml:8:23": "'warnin' is no level, kind or code of problems (did you mean 'warning'?)",
        "o.yaml:8:31": "'xyzzyx' is no level, kind or code of problems (write error, warning",
        "o.yaml:9:24": "did you mean 'pass'?",
        "o.yaml:10:1": "'scenarioss' is no field here (did you mean 'scenarios'?)",
    }.items():
        assert said in lines[place]
    assert len(problems) == 12


@pytest.mark.parametrize("text", ["", "- 1", "default: 3", "a: [", "default: {error_rate: 1%}"])
def test_half_of_the_objectives_are_none(text: str) -> None:
    """What can't be read whole is not judged at all, and why is told."""
    found, problems = policy.read(text.encode())
    assert found is None
    assert problems


def test_a_scenarios_objectives_take_the_place_of_the_defaults() -> None:
    """Metric by metric; problems that are ruled out add up; the rest of the default stays."""
    found = policy_of(
        "default: {error_rate: {at_most: 1%}, latency_p95: {at_most: 1s, no_worse_than: 5%},"
        " no_unacknowledged: [error], when_not_comparable: fail}\n"
        "scenarios: {s: {latency_p95: {at_most: 2s}, no_unacknowledged: [figures, error]}}\n"
    )
    assert list(found.of("other").limits) == ["error_rate", "latency_p95"]
    wanted = found.of("s")
    assert wanted.limits["latency_p95"].at_most.start == 2000
    assert getattr(wanted.limits["latency_p95"], "no_worse_than", "") is None
    assert wanted.no_unacknowledged == ("error", "figures")
    assert wanted.when_not_comparable == "fail"
    assert found.of(None).when_not_comparable == "fail"


def test_kinds_that_can_be_ruled_out_are_those_of_the_checks() -> None:
    """The words in objectives are the names of the kinds that the checks have."""
    assert [kind.name.lower() for kind in Kind] == list(KINDS)


def test_every_metric_can_be_an_objective() -> None:
    """Limits of a metric are in its own unit; one without direction has no relative ones."""
    for metric in METRICS.values():
        example = metric.unit.examples[0]
        text = f"default: {{{metric.name}: {{at_most: '{example.lstrip('~')}'}}}}"
        assert list(policy_of(text).of(None).limits) == [metric.name]
        text = f"default: {{{metric.name}: {{no_worse_than: 1%}}}}"
        assert (policy.read(text.encode())[0] is None) is (metric.better is None)


def test_a_scenario_that_no_run_has_is_doubted(tmp_path: Path) -> None:
    """A misspelt scenario would switch its objectives off in silence: check warns."""
    root = write_book(tmp_path, {"c/a.yaml": run()})
    (root / "objectives.yaml").write_text("scenarios:\n  shpo: {vus: {at_most: 1}}\n", "utf-8")
    done = command(root, "check")
    assert "objectives.yaml:2:3: warning: scenarios.shpo: no run has the scenario" in done.stdout
    assert "did you mean 'shop'?" in done.stdout
    assert done.exit_code == 0
    (root / "objectives.yaml").write_text("default: {vuss: {at_most: 1}}\n", "utf-8")
    assert command(root, "check").exit_code == 1


# --- how it is judged -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("aims", "expected"),
    [
        ("latency_p95: {at_most: 200ms}", MET),
        ("latency_p95: {at_most: 0.2s}", MET),
        ("latency_p95: {at_most: 199ms}", MISSED),
        ("request_rate: {at_least: 100/s}", MET),
        ("request_rate: {at_least: 101}", MISSED),
        ("error_rate: {at_most: 0.1%}", MET),
        ("error_rate: {at_most: 0}", MET),
        ("vus: {at_least: 10}", MET),
        ("cpu_total: {at_most: 1}", UNKNOWN),
    ],
)
def test_absolute_limits(aims: str, expected: Outcome) -> None:
    """A figure at its limit meets it; without a figure nothing is judged."""
    assert outcome(book({"c/a": run()}), aims, "c/a") is expected


@pytest.mark.parametrize(
    ("rate", "reason"),
    [
        ("~100", "the figure is approximate"),
        ("90→100", "the figure is a range over the run"),
        ("N/A", "the run has no figure"),
    ],
)
def test_a_figure_that_is_not_exact_is_not_judged(rate: str, reason: str) -> None:
    """Neither against a limit nor against another run, whatever the objectives say of others."""
    notebook = pair(100, rate)
    for aims in ("at_least: 1/s", "no_worse_than: 50%", "no_worse_than_best: 50%"):
        text = f"default: {{request_rate: {{{aims}}}, when_not_comparable: pass}}"
        found = judged(notebook, text, "c/b")
        assert (found.outcome, found.reason) == (UNKNOWN, reason)


@pytest.mark.parametrize("status", ["aborted", "invalid", "unknown", "planned"])
def test_a_run_that_is_not_completed_is_not_judged(status: str) -> None:
    """Its figures are those of something else, or nobody knows of what."""
    record = run().replace("status: completed", f"status: {status}")
    found = judged(book({"c/a": record}), "default: {latency_p95: {at_most: 1s}}", "c/a")
    why = "the record does not say whether the run completed"
    assert (found.outcome, found.reason) == (
        UNKNOWN,
        why if status == "unknown" else f"the run is {status}",
    )


@pytest.mark.parametrize(
    ("after", "expected"), [(91, MET), (90, MET), (89, MISSED), (150, MET), (100, MET)]
)
def test_no_worse_than_the_baseline(after: int, expected: Outcome) -> None:
    """By the declared share in the worse direction; better is always fine."""
    assert outcome(pair(100, after), "request_rate: {no_worse_than: 10%}", "c/b") is expected


def test_the_worse_direction_is_the_metrics_own() -> None:
    """More latency is worse, less throughput is; shares are compared in percentage points."""
    notebook = book({"c/a": run(p95="100ms"), "c/b": run(p95="111ms", day=2)})
    assert outcome(notebook, "latency_p95: {no_worse_than: 10%}", "c/b") is MISSED
    assert outcome(notebook, "latency_p95: {no_worse_than: 12%}", "c/b") is MET
    failing = run(day=2).replace("0.00%", "0.20%")
    notebook = book({"c/a": run(), "c/b": failing})
    found = judged(notebook, "default: {error_rate: {no_worse_than: 0.1%}}", "c/b")
    assert found.outcome is MISSED
    assert "0.1\N{NO-BREAK SPACE}pp" in found.title
    assert outcome(notebook, "error_rate: {no_worse_than: 0.3%}", "c/b") is MET


@pytest.mark.parametrize(
    ("says", "expected"),
    [("", UNKNOWN), ("pass", MET), ("fail", MISSED), ("not judgeable", UNKNOWN)],
)
def test_what_is_not_comparable_is_as_the_objectives_say(says: str, expected: Outcome) -> None:
    """Another load, or no baseline at all: fail, pass, or by itself not judgeable; with why."""
    words = f", when_not_comparable: {says}" if says else ""
    text = f"default: {{request_rate: {{no_worse_than: 10%}}{words}}}"
    found = judged(pair(100, 150, vus=20), text, "c/b")
    assert found.outcome is expected
    assert "the load differs: VUs 10 → 20" in found.reason
    found = judged(book({"c/a": run()}), text, "c/a")
    assert found.outcome is expected
    assert "there is no baseline" in found.reason


def test_slow_drift_is_seen_against_the_best_run() -> None:
    """Five steps of 4 % each are within 5 % of their baselines and far from the best run."""
    rates = [100, 96, 92, 88, 85]
    notebook = book({f"c/r{n}": run(rate, day=n + 1) for n, rate in enumerate(rates)})
    assert outcome(notebook, "request_rate: {no_worse_than: 5%}", "c/r4") is MET
    found = judged(notebook, "default: {request_rate: {no_worse_than_best: 5%}}", "c/r4")
    assert found.outcome is MISSED
    assert "against c/r0" in found.reason


def test_the_best_run_is_earlier_and_like_for_like() -> None:
    """Neither a later run, nor one at another load, nor an aborted one is what to keep up with."""
    notebook = book(
        {
            "c/a": run(100),
            "c/load": run(500, day=2, vus=50),
            "c/aborted": run(400, day=2).replace("completed", "aborted"),
            "c/b": run(98, day=3),
            "c/later": run(300, day=4),
        }
    )
    found = judged(notebook, "default: {request_rate: {no_worse_than_best: 5%}}", "c/b")
    assert found.outcome is MET
    assert "against c/a," in found.reason


def repeated(before: list[float], after: list[float]) -> Notebook:
    """Repeats of c/a and of c/b with these request rates."""
    records = {}
    for name, day, rates in (("a", 1, before), ("b", 2, after)):
        for number, rate in enumerate(rates):
            again = f"repeats: c/{name}\n" if number else ""
            records[f"c/{name}{number or ''}"] = run(rate, day=day, more=again)
    return book(records)


def test_noise_that_reaches_across_the_limit_judges_nothing() -> None:
    """With repeats medians are compared, and the noise decides whether that carries a judgement."""
    aims = "default: {request_rate: {no_worse_than: 10%}}"
    found = judged(repeated([100, 130], [90, 120]), aims, "c/b")
    assert found.outcome is UNKNOWN
    assert "reaches across the limit" in found.reason
    assert "noise ±" in found.reason
    assert judged(repeated([100, 101, 100], [96, 97, 96]), aims, "c/b").outcome is MET
    assert judged(repeated([100, 101, 100], [80, 81, 80]), aims, "c/b").outcome is MISSED


def test_with_enough_repeats_the_interval_of_the_rank_test_is_judged() -> None:
    """Four runs on each side: the interval of the medians' difference stands in the reason."""
    aims = "default: {request_rate: {no_worse_than: 10%}}"
    found = judged(repeated([100, 101, 102, 103], [80, 81, 82, 83]), aims, "c/b")
    assert found.outcome is MISSED
    assert "medians of 4 and 4 runs, 95 % interval" in found.reason.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert judged(repeated([100, 101, 102, 103], [99, 100, 101, 102]), aims, "c/b").outcome is MET


def test_a_repeat_stands_for_itself_against_its_original() -> None:
    """The medians of one group with itself would say that nothing ever differs."""
    notebook = repeated([100, 101, 60], [100])
    found = judged(notebook, "default: {request_rate: {no_worse_than: 10%}}", "c/a2", "c/a")
    assert "−40" in found.figure
    assert found.outcome is not MET


def test_too_few_repeats_for_the_notebook_are_too_few_here() -> None:
    """Where the notebook asks for more runs on each side, nothing relative is judged."""
    notebook = pair(100, 50)
    notebook = replace(
        notebook, settings=notebook.settings.model_copy(update={"minimum_repeats": 3})
    )
    found = judged(notebook, "default: {request_rate: {no_worse_than: 10%}}", "c/b")
    assert found.outcome is UNKNOWN
    assert "asks for 3 runs on each side" in found.reason


def test_efficiency_is_judged_between_different_loads(notebook: Notebook) -> None:
    """RPS per core fell by 22.6 % from pre-fix to post-fix: missed, and on which ground."""
    text = "default: {rps_per_core: {no_worse_than: 5%}}"
    found = judged(notebook, text, "session-8/post-fix")
    assert found.outcome is MISSED
    assert "measured at different loads: VUs 50 → 100" in found.reason
    assert judged(notebook, text, "session-8/post-code").outcome is MET


@pytest.mark.parametrize(
    ("ruled_out", "expected"),
    [
        ("warning", MISSED),
        ("cluster", MISSED),
        ("node-limit", MISSED),
        ("error", MET),
        ("file", MET),
    ],
)
def test_what_the_audit_finds_can_be_ruled_out(
    notebook: Notebook, ruled_out: str, expected: Outcome
) -> None:
    """By level, kind or code; the first finding is told with its line."""
    found = judged(
        notebook, f"default: {{no_unacknowledged: [{ruled_out}]}}", "session-8/post-code"
    )
    assert found.outcome is expected
    assert ("line " in found.reason) is (expected is MISSED)


def test_an_acknowledged_doubt_is_none() -> None:
    """With its reason on record it does not fail the gate any more."""
    undated = run().replace("date: 2026-01-01\n", "")
    text = "default: {no_unacknowledged: [warning]}"
    assert judged(book({"c/a": undated}), text, "c/a").outcome is MISSED
    accepted = undated + "acknowledged: [{code: date-missing, reason: nobody knows}]\n"
    assert judged(book({"c/a": accepted}), text, "c/a").outcome is MET


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A notebook of two runs without objectives."""
    return write_book(tmp_path, {"c/a.yaml": run(), "c/b.yaml": run(80, day=2)})


@pytest.mark.parametrize(
    ("aims", "code"),
    [
        ("{latency_p95: {at_most: 1s}}", 0),
        ("{latency_p95: {at_most: 1ms}}", 1),
        ("{cpu_total: {at_most: 1}}", 3),
        ("{latency_p95: {at_most: 1ms}, cpu_total: {at_most: 1}}", 1),
        ("{latency_p95: {at_most: 1s}, cpu_total: {at_most: 1}}", 3),
        ("{latency_p95: {at_mst: 1s}}", 2),
        ("{}", 3),
    ],
)
def test_exit_codes(root: Path, aims: str, code: int) -> None:
    """0 passed, 1 missed, 2 broken objectives, 3 not judgeable; missed outranks not judgeable."""
    (root / "objectives.yaml").write_text(f"default: {aims}\n", "utf-8")
    for form in ("text", "json", "junit"):
        done = command(root, "gate", "c/b", "--format", form)
        assert done.exit_code == code, done.output
        assert bool(done.stdout) is (code != 2)
    if code == 2:
        assert "objectives.yaml:1:25: error: default.latency_p95.at_mst:" in done.stderr


def test_the_gate_says_what_was_missed_first(root: Path) -> None:
    """A line for each objective: sign, word, limit, figure, and what that rests on."""
    aims = (
        "default:\n  latency_p95: {at_most: 300ms}\n"
        "  request_rate: {at_least: 70/s, no_worse_than: 10%}\n  cpu_total: {at_most: 1}\n"
    )
    (root / "objectives.yaml").write_text(aims, "utf-8")
    done = command(root, "gate", "experiments/c/b.yaml")
    assert done.stdout.replace("\N{NO-BREAK SPACE}", " ").splitlines() == [
        "c/b against c/a",
        "  ✕ missed: Requests per second no worse than the baseline by more than 10 %: "
        "80 /s, −20 % (against c/a, noise not known)",
        "  ? not judgeable: CPU, all pods at most 1 cores: none (the run has no figure)",
        "  ✓ met: Requests per second at least 70 /s: 80 /s",
        "  ✓ met: Latency p95 at most 300 ms: 200 ms",
        "failed: 2 met, 1 missed, 1 not judgeable",
    ]
    assert done.exit_code == 1


def test_another_file_and_another_baseline(root: Path, tmp_path: Path) -> None:
    """`--policy` takes the place of the notebook's objectives, `--against` of the baseline."""
    (root / "objectives.yaml").write_text("default: {latency_p95: {at_most: 1ms}}\n", "utf-8")
    write_book(root, {"c/slow.yaml": run(50, day=1, title="Slow")})
    aims = tmp_path / "strict aims.yaml"
    aims.write_text("default: {request_rate: {no_worse_than: 10%}}\n", "utf-8")
    arguments = ("gate", "c/b", "--policy", str(aims))
    assert command(root, *arguments, "--against", "c/a").exit_code == 1
    done = command(root, *arguments, "--against", "c/slow", "--format", "json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert (found["run"], found["baseline"], found["outcome"]) == ("c/b", "c/slow", "pass")
    (one,) = found["objectives"]
    assert (one["name"], one["outcome"]) == ("request_rate no_worse_than", "met")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["c/x"], "no run 'c/x'"),
        (["c/b", "--against", "c/x"], "no run 'c/x'"),
        (["c/b", "--policy", "none.yaml"], "No such file"),
    ],
)
def test_wrong_usage(root: Path, arguments: list[str], said: str) -> None:
    """A run or a file that is not there is a message and exit code 2."""
    (root / "objectives.yaml").write_text("default: {vus: {at_most: 100}}\n", "utf-8")
    done = command(root, "gate", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_without_objectives_there_is_no_gate(root: Path) -> None:
    """A gate that nobody described must not look like one that was passed."""
    done = command(root, "gate", "c/b")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "there is no objectives.yaml" in done.stderr


def test_objectives_of_other_scenarios_only_judge_nothing(root: Path) -> None:
    """No objective is for this run: exit code 3, and which scenario it has."""
    aims = "scenarios: {other: {vus: {at_most: 1}}}\n"
    (root / "objectives.yaml").write_text(aims, "utf-8")
    done = command(root, "gate", "c/b")
    assert done.exit_code == 3
    assert "not judgeable: no objective is for scenario 'shop'" in done.stdout


def test_junit_is_well_formed_whatever_names_hold(tmp_path: Path) -> None:
    """A case for each objective, with harmful texts in scenario, currency and messages."""
    nasty = "<&]]>\\\"'\\x01\\u0085\\uFFFE ##[x] é"
    more = (
        "snapshots: [{moment: peak, nodes: {active: 1}}]\n"
        f'deployment: {{node_group: {{price_per_hour: 1, currency: "{nasty}"}}}}\n'
    )
    record = run(more=more).replace("scenario: shop", f'scenario: "{nasty}"')
    root = write_book(tmp_path, {"c/a.yaml": record})
    aims = (
        f'scenarios: {{"{nasty}": {{cost_per_million_requests: {{at_most: 1}}, '
        "latency_p95: {at_most: 1s}, cpu_total: {at_most: 1}}}\n"
    )
    (root / "objectives.yaml").write_text(aims, "utf-8")
    done = command(root, "gate", "c/a", "--format", "junit")
    suite = ElementTree.fromstring(done.stdout)[0]
    counts = [suite.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert counts == ["3", "1", "0", "1"]
    kinds = [[part.tag for part in case] for case in suite]
    assert kinds == [["system-out"], ["skipped"], ["failure"]]
    assert {case.get("classname") for case in suite} == {"c/a"}
    assert done.exit_code == 1


def test_every_outcome_has_its_sign() -> None:
    """Colour is never the only carrier."""
    assert set(SIGNS) == set(Outcome)
    assert len(set(SIGNS.values())) == len(Outcome)


def test_the_objectives_of_this_repository_are_those_of_its_script() -> None:
    """The limits of objectives.yaml are the thresholds that demo/script.js states."""
    root = Path(__file__).parent.parent
    script = (root / "demo/script.js").read_text("utf-8")
    wanted = policy_of((root / "objectives.yaml").read_text("utf-8")).of("shop")
    assert list(wanted.limits) == ["error_rate", "latency_p95"]
    assert f"rate<{wanted.limits['error_rate'].at_most.start:g}'" in script
    assert f"p(95)<{wanted.limits['latency_p95'].at_most.start:g}'" in script


def test_the_gate_judges_what_the_notebook_holds(notebook: Notebook) -> None:
    """Of the reference's last run: error budget and p95 are met, efficiency as well."""
    aims = policy_of(
        "scenarios: {stress: {error_rate: {at_most: 0.1%}, latency_p95: {at_most: 300ms},"
        " rps_per_core: {at_least: 100/s, no_worse_than: 5%}}}"
    )
    found = gate.of(notebook, "session-8/post-code", None, aims)
    assert found.exit_code == gate.PASS
    assert found.summary == "passed: 4 met"
    assert gate.of(notebook, "session-8/pre-fix", None, aims).exit_code == gate.FAIL
