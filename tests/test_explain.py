"""What is said of a mistake: what stands there, what is expected, and what may be meant."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from generator import explain, yamltree
from generator.errors import Problem
from generator.explain import did_you_mean, fields_at, without_errors
from generator.model import Campaign, Run
from generator.records import read_run

SOUND = "title: T\nstatus: planned\n"


def problems(text: str) -> tuple[Problem, ...]:
    """What is wrong with a run of this text, sound but for it."""
    return read_run("a/b", f"{SOUND}{text}\n".encode()).problems


def problem(text: str) -> Problem:
    """The one thing that is wrong with it."""
    (found,) = problems(text)
    return found


@pytest.mark.parametrize(
    ("text", "code", "field", "message", "hint"),
    [
        ("lod: 1", "field-unknown", "lod", "'lod' is no field here", "did you mean 'load'?"),
        (
            "load: {scenario: s, durationn: 1}",
            "field-unknown",
            "load.durationn",
            "'durationn' is no field here",
            "did you mean 'duration'?",
        ),
        (
            "deployment: {requests: {qqq: 1}}",
            "field-unknown",
            "deployment.requests.qqq",
            "'qqq' is no field here",
            "there are: cpu, memory",
        ),
        (
            "endpoints: {list: [{path: /a}]}",
            "field-missing",
            "endpoints.source",
            "'source' is missing",
            "What measured it, for example X-Ray.",
        ),
        (
            "snapshots: [{moment: peek}]",
            "value-choice",
            "snapshots[0].moment",
            "'peek' is not one of: before, peak, after, whole run",
            "did you mean 'peak'?",
        ),
        (
            "k6: {thresholds: [{metric: m, expression: e, outcome: 3}]}",
            "value-choice",
            "k6.thresholds[0].outcome",
            "'3' is not one of: passed, crossed, no data",
            "write one of: passed, crossed, no data",
        ),
        (
            "context: [a]",
            "value-type",
            "context",
            "a list stands where a text is expected",
            "write a text",
        ),
        (
            "context: {a: 1}",
            "value-type",
            "context",
            "a mapping stands where a text is expected",
            "write a text",
        ),
        (
            "context: 5",
            "value-type",
            "context",
            "a number stands where a text is expected",
            "write a text",
        ),
        (
            "context: true",
            "value-type",
            "context",
            "true or false stands where a text is expected",
            "write a text",
        ),
        (
            "changes: [{area: a, modification: }]",
            "value-type",
            "changes[0].modification",
            "nothing stands where a text is expected",
            "write a text",
        ),
        (
            "cache: 5",
            "value-type",
            "cache",
            "a number stands where a mapping is expected",
            "write a mapping",
        ),
        (
            "deployment: {settings: [1]}",
            "value-type",
            "deployment.settings",
            "a list stands where a mapping is expected",
            "write a mapping",
        ),
        (
            "tags: {a: 1}",
            "value-type",
            "tags",
            "a mapping stands where a list is expected",
            "write a list",
        ),
        ("tags: ['']", "value-text", "tags[0]", "the text is empty", "write something"),
        ("hypothesis: ' '", "value-text", "hypothesis", "the text is empty", "write something"),
        (
            "tags: ['a\\nb']".replace("'", '"'),
            "value-text",
            "tags[0]",
            "'a\\nb' has more than one line",
            "write it on one line",
        ),
        (
            "repeats: post-fix",
            "value-text",
            "repeats",
            "'post-fix' is no run",
            "name a run as campaign/run, without suffix",
        ),
        (
            "date: 5",
            "value-date",
            "date",
            "'5' is no date",
            "write 2026-01-02 or 2026-01-02T17:38:07Z",
        ),
        (
            "load: {scenario: s, vus: many}",
            "value-unit",
            "load.vus",
            "'many' is no count",
            "write a count such as 217,804, ~50K, 2→7",
        ),
    ],
)
def test_a_mistake_is_explained(text: str, code: str, field: str, message: str, hint: str) -> None:
    """Each kind of mistake has a code, names its field, and says how to mend it."""
    found = problem(text)
    assert (found.code, found.field, found.message, found.hint) == (code, field, message, hint)


@pytest.mark.parametrize(
    ("text", "said"),
    [("x" * 400, "400 characters"), ("x" * 301, "301 characters")],
)
def test_a_text_that_is_too_long_is_counted(text: str, said: str) -> None:
    """The problem says how long the text is and how much fits; it does not repeat the text."""
    found = problem(f"tags: [{text}]")
    assert said in found.message
    assert "300" in found.hint
    assert "xxx" not in found.message


def test_what_was_written_is_shortened() -> None:
    """However long a wrong value or key is, the line that reports it stays readable."""
    for text in (f"date: {'x' * 900}", f"load: {{scenario: s, vus: {'x' * 900}}}"):
        assert len(problem(text).message) < 100
    (unknown,) = problems(f"{'k' * 900}: 1")
    assert len(unknown.message) < 100


def test_a_key_is_reported_at_the_key_and_a_value_at_the_value() -> None:
    """An unknown key is marked itself, a wrong value where it stands."""
    unknown, wrong = problems("lod: 1\ntags: 5")
    assert (unknown.place.line, unknown.place.column) == (3, 1)
    assert (wrong.place.line, wrong.place.column) == (4, 7)


def test_values_without_meaning_are_one_kind_of_nothing() -> None:
    """An empty field of figures says that nothing stands there, not what a parser calls it."""
    found = problem("load: {scenario: s, vus: }")
    assert "None" not in found.message
    assert "nothing" in found.message


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("scenrio", ["script", "scenario"], "did you mean 'scenario'?"),
        ("p59", ["p95", "p99"], "did you mean 'p99'?"),
        ("zzz", ["script", "scenario"], ""),
        ("", ["script"], ""),
        ("a", [], ""),
    ],
)
def test_a_near_name_is_proposed(name: str, known: list[str], meant: str) -> None:
    """What is near is proposed, what is far is not."""
    assert did_you_mean(name, known) == meant


def test_the_fields_of_any_part_are_known() -> None:
    """From a path of the record to the fields that may stand there."""
    assert set(fields_at(Run, ("load", "stages", 0))) == {"duration", "target"}
    assert set(fields_at(Run, ("snapshots", 3, "pods", "list", 1))) >= {"name", "node", "cpu"}
    assert set(fields_at(Run, ("deployment", "node_group"))) >= {"min", "max", "price_per_hour"}
    assert set(fields_at(Campaign, ("actions", 0))) >= {"title", "state", "detail", "when"}
    assert set(fields_at(Run, ())) == set(Run.model_fields)
    assert fields_at(Run, ("title",)) == {}


def partial(value: dict[str, Any]) -> Run:
    """What is left of a broken run."""
    with pytest.raises(ValidationError) as caught:
        Run.model_validate(value)
    found = without_errors(caught.value, Run, value)
    assert isinstance(found, Run)
    return found


def test_what_is_sound_stays_when_what_is_wrong_is_left_out() -> None:
    """Wrong fields, unknown keys and items that lack a field go; all else stays as it was."""
    value = {
        "title": "T",
        "status": "completed",
        "nonsense": 1,
        "tags": ["a", 1.5, None, ["b"], "c"],
        "load": {"scenario": "s", "vus": "x", "duration": "13m", "stages": [{"target": 1}]},
        "findings": [{"level": "bad", "text": "t"}, {"level": "info", "text": "kept"}],
    }
    found = partial(value)
    assert found.tags == ("a", "1.5", "c")
    assert found.load is not None
    assert found.load.vus is None
    assert found.load.duration is not None
    assert found.load.stages == ()
    assert [finding.text for finding in found.findings] == ["kept"]
    assert "nonsense" in value


def test_a_run_without_title_and_status_is_still_checked() -> None:
    """Missing required fields get a stand-in that raises no doubts of its own."""
    found = partial({"tags": ["a"]})
    assert found.tags == ("a",)
    assert found.status == "planned"


@given(
    broken=st.lists(st.integers(0, 29), max_size=10, unique=True),
)
def test_any_items_of_a_list_may_be_wrong(broken: list[int]) -> None:
    """Of a list exactly the wrong items are left out, and each of them is one problem."""
    items = [f"[{number}]" if number in broken else f"t{number}" for number in range(30)]
    record = read_run("a/b", f"{SOUND}tags: [{', '.join(items)}]\n".encode())
    assert record.partial is not None
    expected = tuple(f"t{number}" for number in range(30) if number not in broken)
    assert record.partial.tags == expected
    assert len(record.problems) == len(broken)


def test_a_part_of_a_document_can_be_explained() -> None:
    """Problems of a part that is validated alone have their place in the whole document."""
    document = yamltree.read("f.yaml", b"outer:\n  inner:\n    title: [x]\n")
    with pytest.raises(ValidationError) as caught:
        Campaign.model_validate(document.value["outer"]["inner"])
    (found,) = explain.problems_of(caught.value, Campaign, document, at=("outer", "inner"))
    assert found.field == "outer.inner.title"
    assert (found.place.line, found.place.column) == (3, 12)
