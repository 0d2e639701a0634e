"""What differs between two runs, and whether they are like for like."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import notebooks
from generator import likeness
from generator.likeness import Likeness
from generator.notebook import Notebook
from tests.conftest import book, open_book

HEAD = "title: T\nstatus: completed\ndate: 2026-01-02\n"


def between(before: str, after: str) -> Likeness:
    """What differs between two runs with these fields."""
    found = book({"a/1": f"{HEAD}{before}\n", "a/2": f"{HEAD}{after}\n"})
    assert found.problems == ()
    return likeness.between(found, "a/1", "a/2")


def load(text: str) -> str:
    """A load of 100 VUs of one scenario, with these fields beside."""
    return f"load: {{scenario: s, vus: 100, {text}}}"


def test_the_same_load_is_like_for_like() -> None:
    """However the same figure is written, it is the same."""
    found = between(load("duration: 13m"), load("duration: 780"))
    assert found.like_for_like
    assert found.load == ()


STAGES = "stages: [{duration: 15s, target: 100}, {duration: 5s, target: 0}]"
UNTOLD = "stages: [{duration: N/A, target: 5}]"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("duration: 780.1s", "duration: 783.4s"),
        (f"duration: 20.04s, {STAGES}", f"duration: 27.9s, {STAGES}"),
    ],
)
def test_no_two_runs_take_the_same_time(before: str, after: str) -> None:
    """Durations to the microsecond differ; those of one load are no difference of the load."""
    found = between(load(before), load(after))
    assert found.like_for_like
    assert (found.load, found.factors) == ((), ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("duration: 780s", "duration: 800s"),
        (f"duration: 12s, {STAGES}", f"duration: 20.1s, {STAGES}"),
        (f"duration: 20s, {UNTOLD}", f"duration: 30s, {UNTOLD}"),
    ],
)
def test_a_run_that_was_cut_short_took_less_time(before: str, after: str) -> None:
    """A duration that differs by more, or ends before its stages do, is another load."""
    assert [d.setting for d in between(load(before), load(after)).load] == ["duration"]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("duration: 13m", "duration: 5m", "duration 13 min → 5 min"),
        ("think_time: 1s", "think_time: 2s", "think time 1 s → 2 s"),
        ("rate: 50/s", "rate: 60/s", "rate 50 /s → 60 /s"),
        ("executor: ramping-vus", "executor: constant-vus", "executor ramping-vus → constant-vus"),
        ("script: a.js", "script: b.js", "script a.js → b.js"),
        ("model: open", "model: closed", "model open → closed"),
        (
            "stages: [{duration: 1m, target: 5}]",
            "stages: [{duration: 1m, target: 6}]",
            "stages[0].target 5 → 6",
        ),
    ],
)
def test_another_load_is_not_like_for_like(before: str, after: str, reason: str) -> None:
    """Whatever defines the load and differs is a reason, in words."""
    found = between(load(before), load(after))
    assert not found.like_for_like
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in found.reasons] == [reason]


def test_what_one_side_did_not_record_is_no_difference_that_is_known() -> None:
    """A field on one side only is listed as such, and does not by itself make runs unlike."""
    found = between(load("duration: 13m"), load("executor: x"))
    assert found.like_for_like
    assert all(difference.one_sided for difference in found.load)
    assert {difference.setting for difference in found.load} == {"duration", "executor"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tags: []", load("")),
        (load(""), "tags: []"),
        ("load: {scenario: s}", "load: {scenario: s}"),
    ],
)
def test_without_a_known_load_nothing_is_like_for_like(before: str, after: str) -> None:
    """Where one side says neither VUs nor a rate, nobody knows whether the load was the same."""
    found = between(before, after)
    assert not found.like_for_like
    assert found.reasons[-1] == "the load is not recorded on both sides"


def test_remarks_are_no_settings() -> None:
    """Where a price comes from, or what a test is called, differs without a consequence."""
    found = between(
        load("test_type: load") + "\ndeployment: {node_group: {price_source: a, max: 5}}",
        load("test_type: soak") + "\ndeployment: {node_group: {price_source: b, max: 5}}",
    )
    assert found.like_for_like
    assert (found.load, found.deployment) == ((), ())


def test_settings_of_the_deployment_are_compared_leaf_by_leaf() -> None:
    """Each setting that differs is listed with both values, nested ones by their dotted names."""
    found = between(
        load("") + "\ndeployment: {replicas: 2, requests: {cpu: 100m},"
        " settings: {pool: {size: 5}, flags: [a, b], same: 1, gone: true}}",
        load("") + "\ndeployment: {replicas: 2, requests: {cpu: 250m},"
        " settings: {pool: {size: 10}, flags: [a, c], same: 1, new: no}}",
    )
    shown = [
        (
            d.setting,
            d.baseline.replace("\N{NO-BREAK SPACE}", " "),
            d.candidate.replace("\N{NO-BREAK SPACE}", " "),
        )
        for d in found.deployment
    ]
    assert shown == [
        ("requests.cpu", "100 m", "250 m"),
        ("pool.size", "5", "10"),
        ("flags[1]", "b", "c"),
        ("gone", "true", "not recorded"),
        ("new", "not recorded", "no"),
    ]
    assert found.like_for_like


def test_a_range_differs_from_its_end() -> None:
    """2→7 replicas are not the same as 7."""
    before, after = "\ndeployment: {replicas: 2→7}", "\ndeployment: {replicas: 7}"
    (difference,) = between(load("") + before, load("") + after).deployment
    assert difference.as_text() == "replicas 2→7 → 7"


def test_the_real_differences(notebook: Notebook) -> None:
    """Post-fix against pre-fix: twice the VUs, and the four settings that were altered."""
    found = likeness.between(notebook, "session-8/pre-fix", "session-8/post-fix")
    assert [d.as_text() for d in found.load] == ["VUs 50 → 100"]
    assert {d.setting for d in found.deployment} == {
        "requests.cpu",
        "pod_anti_affinity",
        "node_group.max",
        "cluster_autoscaler.timeouts",
    }
    assert {identity for identity, _ in found.changes} == {"session-8/post-fix"}
    assert len(found.changes) == 4


def test_changes_of_all_runs_on_the_way_count(notebook: Notebook) -> None:
    """From pre-fix to post-code: the changes of post-fix first, then those of post-code."""
    found = likeness.between(notebook, "session-8/pre-fix", "session-8/post-code")
    order = list(dict.fromkeys(identity for identity, _ in found.changes))
    assert order == ["session-8/post-fix", "session-8/post-code"]
    assert len(found.changes) == 4 + 7


def test_where_the_baselines_do_not_lead_only_the_own_changes_count(notebook: Notebook) -> None:
    """Backwards there is no way of baselines, so the candidate's own changes are listed."""
    found = likeness.between(notebook, "session-8/post-code", "session-8/post-fix")
    assert {identity for identity, _ in found.changes} == {"session-8/post-fix"}


def test_the_targets_of_stages_are_no_further_difference() -> None:
    """Twice the VUs is one thing altered, though each stage of the ramp has another target."""
    load = "load: {{scenario: s, vus: {0}, stages: [{{duration: 3s, target: {0}}}]}}\n"
    text = "title: T\nstatus: completed\ndate: 2026-01-02\n"
    found = likeness.between(
        book({"a/a": text + load.format(5), "a/b": text + load.format(10)}), "a/a", "a/b"
    )
    assert found.factors == ("VUs 5 → 10",)
    assert found.reasons == ("VUs 5 → 10",)


def test_what_is_told_at_a_glance_is_what_the_whole_comparison_tells(tmp_path: Path) -> None:
    """`alike` looks at less than `between`: of any two runs both say the same."""
    notebooks.write(tmp_path, 40, 7)
    loads = [
        "scenario: s, vus: 100",
        "scenario: s, vus: 100, duration: 60s",
        "scenario: s, vus: 100, duration: 60.4s",
        "scenario: s, vus: 100, duration: 90s",
        "scenario: s, vus: 100, duration: 71s, stages: [{duration: 60s, target: 100}]",
        "scenario: s, vus: 100, duration: 61s, stages: [{duration: 60s, target: 100}]",
        "scenario: s, vus: 100, duration: 75s, stages: [{duration: 60s, target: 50}]",
        "scenario: s, vus: 100, duration: 60s, settings: {pool: 5}",
        "scenario: s, vus: 100, script: a.js",
        "scenario: s, vus: 50, script: b.js",
        "scenario: t, rate: 5/s, executor: constant-arrival-rate",
        "scenario: s",
    ]
    runs = {f"a/{number}": f"{HEAD}load: {{{text}}}\n" for number, text in enumerate(loads)}
    runs["a/none"] = HEAD
    for number, text in enumerate(("{region: a}", "{region: b}", "{nodes: 3, region: a}")):
        runs[f"a/around-{number}"] = f"{HEAD}load: {{{loads[1]}}}\nenvironment: {text}\n"
    for found in (book(runs), open_book(tmp_path)):
        said = {
            (one, other): likeness.alike(found, one, other)
            for one in found.runs
            for other in found.runs
        }
        told = {pair: likeness.between(found, *pair).like_for_like for pair in said}
        assert said == told
        assert {*said.values()} == {True, False}
