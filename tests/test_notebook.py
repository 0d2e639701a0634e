"""The notebook: order, baselines, repeats, references, and what a broken record does to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import notebook as notebooks
from generator.errors import UnknownRunError
from generator.notebook import Notebook, campaign_of, moment
from generator.records import Sources
from generator.settings import Settings
from tests.conftest import book


def run(
    day: int | str | None = 1, *, status: str = "completed", scenario: str = "stress", **more: str
) -> str:
    """The record of a run on this day of January."""
    when = f"date: 2026-01-{day:02}\n" if isinstance(day, int) else f"date: {day}\n" if day else ""
    extra = "".join(f"{name}: {value}\n" for name, value in more.items())
    load = f"load: {{scenario: {scenario}, vus: 1}}\n"
    return f"title: T\nstatus: {status}\n{when}{load}{extra}"


def test_the_real_runs_are_in_order_of_time(notebook: Notebook) -> None:
    """The two runs without a date come first, those of one day in the order of their baselines."""
    assert list(notebook.runs) == [
        "earlier/day-6",
        "earlier/day-7",
        "session-8/pre-fix",
        "session-8/post-fix",
        "session-8/post-code",
    ]
    assert notebook.completed == tuple(notebook.runs)
    assert notebook.campaign_names == ("earlier", "session-8")
    assert notebook.runs_of("earlier") == ("earlier/day-6", "earlier/day-7")


def test_runs_are_ordered_by_date_then_baseline_then_name() -> None:
    """Dates with times and zones are points in time; undated runs stand before all others."""
    runs = {
        "a/late": run("2026-01-03T01:00:00+02:00"),
        "a/later": run("2026-01-02T23:30:00Z"),
        "a/day": run(2),
        "b/day": run(2),
        "a/after": run(2, baseline="b/day"),
        "a/undated": run(None),
        "a/local": run("2026-01-02T12:00:00"),
    }
    assert list(book(runs).runs) == [
        "a/undated",
        "a/day",
        "b/day",
        "a/after",
        "a/local",
        "a/late",
        "a/later",
    ]


RUNS = {
    "a/one": run(1),
    "a/two": run(2),
    "b/three": run(2, baseline="a/two", repeats="a/two"),
    "b/four": run(None, scenario="soak"),
    "b/five": run(3, status="aborted"),
    "c/six": run(2, baseline="c/seven"),
    "c/seven": run(2, baseline="c/six"),
    "c/eight": run(4, baseline="b/nothing"),
    "c/nine": "title: [\n",
    "c/ten": run("2026-01-01T12:00:00+05:00", scenario="soak"),
}


@given(order=st.permutations(sorted(RUNS)))
def test_the_order_of_the_files_does_not_matter(order: list[str]) -> None:
    """However a file system lists the files, the notebook is the same."""
    found, known = book({name: RUNS[name] for name in order}), book(RUNS)
    assert list(found.runs) == list(known.runs)
    assert found.runs == known.runs
    assert found.baselines == known.baselines
    assert found.campaign_names == known.campaign_names
    assert {problem.as_text() for problem in found.problems} == {
        problem.as_text() for problem in known.problems
    }
    assert {name: len(found.replicates(name)) for name in found.runs} == {
        name: len(known.replicates(name)) for name in known.runs
    }


def test_the_real_baselines(notebook: Notebook) -> None:
    """A declared baseline holds; without one it is the previous completed run of the scenario."""
    assert notebook.baselines == {
        "earlier/day-6": None,
        "earlier/day-7": "earlier/day-6",
        "session-8/pre-fix": "earlier/day-7",
        "session-8/post-fix": "session-8/pre-fix",
        "session-8/post-code": "session-8/post-fix",
    }


def test_the_baseline_is_the_previous_completed_run_of_the_scenario() -> None:
    """Runs of other scenarios, and runs that were not completed, are passed over."""
    found = book(
        {
            "a/1": run(1),
            "a/2": run(2, scenario="soak"),
            "a/3": run(3, status="aborted"),
            "a/4": run(4, status="invalid"),
            "a/5": run(5, status="planned"),
            "a/6": run(6),
            "a/7": run(7, scenario="soak"),
            "a/8": run(8, baseline="a/2"),
            "a/9": "title: T\nstatus: completed\ndate: 2026-01-09\n",
        }
    ).baselines
    assert found == {
        "a/1": None,
        "a/2": None,
        "a/3": "a/1",
        "a/4": "a/1",
        "a/5": "a/1",
        "a/6": "a/1",
        "a/7": "a/2",
        "a/8": "a/2",
        "a/9": None,
    }


def test_repeats_are_counted_among_completed_runs() -> None:
    """A run and what repeats it are the same thing; what was not completed does not count."""
    found = book(
        {
            "a/1": run(1),
            "a/2": run(2, repeats="a/1"),
            "a/3": run(3, repeats="a/1"),
            "a/4": run(4, repeats="a/1", status="aborted"),
            "a/5": run(5),
            "b/1": run(1, status="aborted"),
            "b/2": run(2, repeats="b/1"),
        }
    )
    counted = {name: len(found.replicates(name)) for name in ("a/1", "a/2", "a/3", "a/5", "b/2")}
    assert counted == {"a/1": 3, "a/2": 3, "a/3": 3, "a/5": 1, "b/2": 1}


def test_references_to_nothing_are_problems_and_break_the_record() -> None:
    """A baseline or repeat that does not exist is an error; the run is not shown."""
    found = book({"a/one": run(1), "a/two": run(2, baseline="a/on", repeats="b/none")})
    assert [(p.field, p.code, p.message) for p in found.problems] == [
        ("baseline", "reference-unknown", "there is no run 'a/on'"),
        ("repeats", "reference-unknown", "there is no run 'b/none'"),
    ]
    assert found.problems[0].hint == "did you mean 'a/one'?"
    assert list(found.runs) == ["a/one"]


def test_a_cycle_of_baselines_is_told_to_each_run_of_it() -> None:
    """Each run on a cycle has the problem; a run that only leads into it has not."""
    found = book(
        {
            "a/1": run(1, baseline="a/3"),
            "a/2": run(2, baseline="a/1"),
            "a/3": run(3, baseline="a/2"),
            "a/4": run(4, baseline="a/3"),
            "a/5": run(5, baseline="a/5"),
        }
    )
    assert [(p.file, p.code) for p in found.problems] == [
        (f"experiments/a/{number}.yaml", "reference-cycle") for number in (1, 2, 3, 5)
    ]
    assert "a/1 → a/3 → a/2" in found.problems[0].message
    assert list(found.runs) == ["a/4"]
    assert found.baselines == {"a/4": None}


def test_a_long_chain_of_baselines_is_walked() -> None:
    """Hundreds of runs, each the baseline of the next, are ordered and have no problem."""
    runs = {"a/0": run(1)}
    for number in range(1, 400):
        runs[f"a/{number}"] = run(1, baseline=f"a/{number - 1}")
    found = book(runs)
    assert found.problems == ()
    assert list(found.runs) == [f"a/{number}" for number in range(400)]


def test_a_broken_record_does_not_take_others_with_it() -> None:
    """All other runs are read; what refers to the broken one has no baseline of its own."""
    found = book({"a/1": "title: [\n", "a/2": run(2, baseline="a/1"), "a/3": run(3)})
    assert [problem.file for problem in found.problems] == ["experiments/a/1.yaml"]
    assert list(found.runs) == ["a/2", "a/3"]
    assert found.baselines == {"a/2": None, "a/3": "a/2"}


def test_a_run_that_is_not_there_is_answered_with_near_ones(notebook: Notebook) -> None:
    """An unknown name is answered with a near one, else with all; a broken one with its problem."""
    with pytest.raises(UnknownRunError, match="did you mean 'session-8/pre-fix'"):
        notebook.run("session-8/prefix")
    with pytest.raises(UnknownRunError, match="there are: earlier/day-6, earlier/day-7, "):
        notebook.run("???")
    with pytest.raises(UnknownRunError, match="there are no runs yet"):
        book({}).run("a/b")
    with pytest.raises(UnknownRunError, match=r"a/b is broken: experiments/a/b\.yaml:1:1: error"):
        book({"a/b": "status: planned\n"}).run("a/b")


def test_a_campaign_without_a_record_is_named_by_its_folder() -> None:
    """A campaign has a title even where nobody wrote its record; one without runs is listed."""
    files = Sources({"a/b": run(1).encode()}, {"c": b"title: Plans\n"})
    found = notebooks.build(files, Settings())
    assert found.campaign("a").title == "a"
    assert found.campaign("c").title == "Plans"
    assert found.campaign_names == ("a", "c")
    assert campaign_of("session-8/post-fix") == "session-8"


def test_a_run_as_data_holds_its_record_and_its_metrics(notebook: Notebook) -> None:
    """The data of a run: its identity, its record as written, and each metric that it has."""
    data = notebook.as_json("session-8/pre-fix")
    assert data["id"] == "session-8/pre-fix"
    assert data["load"] == {
        "scenario": "stress",
        "test_type": "stress",
        "vus": "50",
        "duration": "13m",
    }
    assert [metric["name"] for metric in data["metrics"]] == list(
        notebook.measurements["session-8/pre-fix"]
    )


def test_a_date_is_a_point_in_time() -> None:
    """A day is its start, a time without a zone is UTC, and no date is before everything."""
    zone = timezone(timedelta(hours=2))
    assert moment(date(2026, 1, 2)) == datetime(2026, 1, 2, tzinfo=UTC)
    assert moment(datetime(2026, 1, 2, 3)) == datetime(2026, 1, 2, 3, tzinfo=UTC)
    assert moment(datetime(2026, 1, 2, 3, tzinfo=zone)) == datetime(2026, 1, 2, 1, tzinfo=UTC)
    assert moment(None) < moment(date(1970, 1, 1))
