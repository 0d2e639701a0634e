"""The loop of a team: a branch adds a run, the review tells what came out, the gate judges it.

One repository as `loadbook init` makes it, commands as somebody types them. The run on main is a
real one of k6; those of the branches are it again, faster, slower or with more VUs, with all
figures in step.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.command import loadbook
from tests.conftest import ROOT
from tests.gitbook import commit, git

REAL = ROOT / "tests" / "samples" / "k6" / "1.1.0" / "ramp50"

OBJECTIVES = """\
scenarios:
  checkout:
    latency_p95: {at_most: 500ms, no_worse_than: 10%}
    error_rate: {at_most: 2%}
"""

ITERATIONS, FAILED, SECONDS, VUS = 909, 41, 2727 / 120.78878250297598, 50
"""Of the real run: iterations of three requests and five checks each; failed orders, each of which
fails two checks; how long it took; VUs."""

THINK_TIME = 500.0
"""What an iteration waits, in ms; the rest of it are its requests."""

LIMITS = {"requests_under_500ms": 500.0, "requests_under_1s": 1000.0}
"""Shares of requests that the script counts, with their limits in ms."""


def scaled(latency: float, vus: int = VUS) -> dict[str, Any]:
    """k6's summary of the real run with times of requests `latency` times as long.

    A closed load: with N VUs there are N / (think time + response times) iterations a second.
    """
    summary: dict[str, Any] = json.loads((REAL / "summary-export.json").read_text("utf-8"))
    metrics = summary["metrics"]
    before = metrics["iteration_duration"]["avg"]
    pace = vus / VUS * before / (THINK_TIME + (before - THINK_TIME) * latency)
    done, failed = round(ITERATIONS * pace), round(FAILED * pace)
    counts = {
        ITERATIONS: done,
        ITERATIONS - FAILED: done - failed,
        FAILED: failed,
        3 * ITERATIONS: 3 * done,
        3 * ITERATIONS - FAILED: 3 * done - failed,
        5 * ITERATIONS - 2 * FAILED: 5 * done - 2 * failed,
        2 * FAILED: 2 * failed,
    }
    for name, values in metrics.items():
        for key in ("count", "passes", "fails"):
            if key in values:
                values[key] = counts.get(values[key], round(values[key] * pace))
        if name in LIMITS:
            values["passes"] = round(3 * done * _share_under(LIMITS[name] / latency))
            values["fails"] = 3 * done - values["passes"]
        if "rate" in values:
            values["rate"] = values["count"] / SECONDS
        if "passes" in values:
            values["value"] = values["passes"] / (values["passes"] + values["fails"])
        if "avg" in values and name != "payload_items":
            waited = THINK_TIME if name == "iteration_duration" else 0.0
            for key in values.keys() - {"count", "thresholds"}:
                values[key] = waited + (values[key] - waited) * latency
        if name in ("vus", "vus_max"):
            metrics[name] = {key: vus if n == VUS else n for key, n in values.items()}
    _recount(summary["root_group"], counts)
    return summary


def _share_under(limit: float) -> float:
    """The share of the real run's requests that took at most `limit` ms, by its percentiles."""
    summary = json.loads((REAL / "summary-export.json").read_text("utf-8"))
    times = summary["metrics"]["http_req_duration"]
    known = {"min": 0.0, "med": 0.5, "p(90)": 0.9, "p(95)": 0.95, "p(99)": 0.99, "max": 1.0}
    return float(np.interp(limit, [times[name] for name in known], list(known.values())))


def _recount(group: dict[str, Any], counts: dict[int, int]) -> None:
    """Passes and fails of the checks in a group and those below it."""
    for check in group["checks"].values():
        check.update({key: counts.get(check[key], check[key]) for key in ("passes", "fails")})
    for inner in group["groups"].values():
        _recount(inner, counts)


@dataclass(frozen=True)
class Team:
    """A notebook in its repository, and what people do there."""

    root: Path

    def loadbook(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command as in a terminal; its exit code must be `code`."""
        away = {"GITHUB_ACTIONS": "", "GITHUB_STEP_SUMMARY": "", "NO_COLOR": "1"}
        done = loadbook(self.root, *arguments, **away)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def branch(self, name: str, latency: float, vus: int = VUS, change: str = "") -> None:
        """On a new branch, import what k6 wrote of the run `shop/NAME`, and complete its record."""
        git(self.root, "checkout", "-q", "-b", name, "main")
        summary = self.root.parent / f"{name}.json"
        summary.write_text(json.dumps(scaled(latency, vus)), "utf-8")
        done = self.loadbook("import", f"shop/{name}", str(summary), "--exit-code", "0")
        assert done.stdout == f"wrote experiments/shop/{name}.yaml\n"
        assert ": date, load.scenario, load.vus (" in done.stderr
        self.edit(
            name,
            ("title:", f"date: 2026-11-24T09:00:00Z\nbaseline: shop/first\n{change}title:"),
            ("load:\n", f"load:\n  scenario: checkout\n  vus: {vus}\n"),
        )

    def edit(self, name: str, *replaced: tuple[str, str]) -> None:
        """Edit the record of a run by hand, and commit."""
        record = self.root / "experiments" / "shop" / f"{name}.yaml"
        text = record.read_text("utf-8")
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new, 1)
        record.write_text(text, "utf-8")
        commit(self.root, name)

    def review(self, base: str = "main", code: int = 0) -> tuple[str, dict[str, Any]]:
        """The review of the branch as Markdown, with plain spaces, and as data."""
        told, data = (
            self.loadbook("review", "--base", base, "--format", form, code=code).stdout
            for form in ("markdown", "json")
        )
        return told.replace("\N{NO-BREAK SPACE}", " "), json.loads(data)

    def gate(self, name: str, code: int = 0) -> list[str]:
        """The lines that the gate prints of a run, with plain spaces."""
        told = self.loadbook("gate", f"shop/{name}", code=code).stdout
        return told.replace("\N{NO-BREAK SPACE}", " ").splitlines()

    def page(self, name: str) -> str:
        """The text of a run's page on the site."""
        return (self.root / "site" / "shop" / f"{name}.html").read_text("utf-8")


@pytest.fixture(scope="module")
def notebook_of_a_team(tmp_path_factory: pytest.TempPathFactory) -> Team:
    """A new notebook with objectives, on `main` with one real run that was imported."""
    team = Team(tmp_path_factory.mktemp("loop") / "book")
    assert loadbook(team.root.parent, "init", team.root).returncode == 0
    git(team.root, "init", "-q")
    (team.root / "objectives.yaml").write_text(OBJECTIVES, "utf-8")
    files = [str(REAL / name) for name in ("summary-export.json", "stdout.txt", "raw.json.gz")]
    team.loadbook("import", "shop/first", *files)
    team.edit("first", ("load:\n", "load:\n  scenario: checkout\n"))
    return team


@pytest.fixture
def team(notebook_of_a_team: Team) -> Team:
    """The notebook with `main` checked out."""
    git(notebook_of_a_team.root, "checkout", "-q", "main")
    return notebook_of_a_team


def verdicts(data: dict[str, Any]) -> dict[str, str]:
    """The verdicts on the only run in a review by metric."""
    (run,) = data["runs"]
    return {one["name"]: one["verdict"] for one in run["comparison"]["metrics"]}


def objectives(data: dict[str, Any]) -> list[str]:
    """What became of the objectives of the only run in a review."""
    (run,) = data["runs"]
    return [one["outcome"] for one in run["objectives"]]


def test_on_main_all_is_well(team: Team) -> None:
    """The first run has no problem and meets what is absolute; more needs a baseline."""
    assert team.loadbook("check", "--strict").stderr == "0 errors, 0 warnings\n"
    assert team.review()[0].splitlines()[1] == "## Loadbook: no record differs"
    lines = team.gate("first", code=3)
    assert lines[0] == "shop/first, which has no baseline"
    assert lines[-1] == "not judgeable: 2 met, 1 not judgeable"


def test_a_better_run_passes(team: Team) -> None:
    """It improved, by what, and to what that is put down; it meets all, and has its page."""
    change = "changes:\n  - {area: cache, modification: Product lists are cached}\n"
    team.branch("faster", 0.7, change=change)
    assert team.loadbook("check", "--strict").stderr == "0 errors, 0 warnings\n"
    told, data = team.review()
    assert "put down to it:** cache: Product lists are cached." in told
    assert "| Requests per second | 120.79 /s | 139.66 /s | +15.6 % (+18.9 /s) | ▲ improved" in told
    assert "| Latency p95 | 449.08 ms | 314.36 ms | −30.0 % (−134.7 ms) | ▲ improved" in told
    assert {"improved"} == {verdicts(data)[name] for name in ("request_rate", "latency_p95")}
    assert verdicts(data)["error_rate"] == "unchanged"
    assert "regressed" not in verdicts(data).values()
    assert data["problems"]["new"] == []
    assert objectives(data) == ["met", "met", "met"]
    assert team.gate("faster")[-1] == "passed: 3 met"
    team.loadbook("build", "--strict")
    assert "−30.0 %" in team.page("faster")
    assert "improved" in team.page("faster")


def test_a_worse_run_is_reviewed_and_fails_the_gate(team: Team) -> None:
    """The review tells what regressed and is no failure; the gate fails; the page is there."""
    team.branch("slower", 1.5)
    assert team.loadbook("check", "--strict").stderr == "0 errors, 0 warnings\n"
    told, data = team.review()
    assert "| Latency p95 | 449.08 ms | 673.62 ms | +50.0 % (+224.5 ms) | ▼ regressed" in told
    assert {"regressed"} == {verdicts(data)[name] for name in ("request_rate", "latency_p95")}
    assert "improved" not in verdicts(data).values()
    assert "- **✕ missed:** Latency p95 at most 500 ms: 673.62 ms" in told.splitlines()
    assert told.index("**Objectives:** 1 met, 2 missed") < told.index("| Metric |")
    lines = team.gate("slower", code=1)
    assert lines[1] == "  ✕ missed: Latency p95 at most 500 ms: 673.62 ms"
    assert lines[-1] == "failed: 1 met, 2 missed"
    team.loadbook("build", "--strict")
    assert "+50.0 %" in team.page("slower")
    assert "regressed" in team.page("slower")


def test_a_run_with_other_vus_is_not_judged_against_its_baseline(team: Team) -> None:
    """Its figures are shown, its verdict is that there is none, and why; the gate can't tell."""
    team.branch("more", 1.1, vus=100)
    assert team.loadbook("check", "--strict").stderr == "0 errors, 0 warnings\n"
    told, data = team.review()
    assert "**Not like for like:** VUs 50 → 100." in told
    row = next(line for line in told.splitlines() if line.startswith("| Latency p95 |"))
    assert row.endswith("| ○ not comparable (the load differs: VUs 50 → 100) |")
    assert {"not comparable"} == {verdicts(data)[name] for name in ("request_rate", "latency_p95")}
    assert not {"improved", "regressed"} & set(verdicts(data).values())
    assert sorted(objectives(data)) == ["met", "met", "not judgeable"]
    lines = team.gate("more", code=3)
    assert lines[1].startswith("  ? not judgeable: Latency p95 no worse than the baseline by more")
    assert lines[1].endswith("(against shop/first: the load differs: VUs 50 → 100)")
    assert lines[-1] == "not judgeable: 2 met, 1 not judgeable"
    team.loadbook("build", "--strict")
    assert "not comparable" in team.page("more")


def test_a_broken_record_stops_all_and_is_named(team: Team) -> None:
    """Each command names both mistakes at their place, nothing is judged, no page is built."""
    team.branch("broken", 1.0)
    team.edit("broken", ("status:", "statsu:"), ("    p95: 449", "    p95: 44 MB #"))
    text = (team.root / "experiments" / "shop" / "broken.yaml").read_text("utf-8").splitlines()
    places = {}
    for field, start in (("statsu", "statsu:"), ("k6.http_req_duration.p95", "    p95: 44 MB")):
        line = next(at for at, one in enumerate(text, 1) if one.startswith(start))
        column = 10 if start.startswith(" ") else 1
        places[field] = f"experiments/shop/broken.yaml:{line}:{column}"
    typo = f"{places['statsu']}: error: statsu: 'statsu' is no field here (did you mean 'status'?)"
    unit = f"{places['k6.http_req_duration.p95']}: error: k6.http_req_duration.p95: '44 MB' has no"
    checked = team.loadbook("check", code=1).stdout.splitlines()
    assert [line for line in checked if line.startswith(typo)]
    assert [line for line in checked if line.startswith(unit)]
    told, data = team.review(code=1)
    assert "The record is broken and can't be compared." in told
    for place in places.values():
        assert place in told
    (run,) = data["runs"]
    assert (run["broken"], run["comparison"], run["objectives"]) == (True, None, [])
    gate = team.loadbook("gate", "shop/broken", code=2).stderr
    assert gate.startswith("loadbook: the record of shop/broken is broken: experiments/shop/broken")
    assert gate.endswith("; and 2 more\n")
    built = team.loadbook("build", "--strict", code=1).stderr.splitlines()
    assert [line for line in built if line.startswith(typo)]
    assert [line for line in built if line.startswith(unit)]
    assert not (team.root / "site" / "shop" / "broken.html").exists()
    team.loadbook("build")
    assert not (team.root / "site" / "shop" / "broken.html").exists()
    assert places["statsu"] in (team.root / "site" / "index.html").read_text("utf-8")


def test_main_may_go_on_meanwhile(team: Team) -> None:
    """A branch is held against where it left main, not against what others merged since then."""
    team.branch("mine", 0.9)
    git(team.root, "checkout", "-q", "main")
    git(team.root, "checkout", "-q", "-b", "theirs")
    team.edit("first", ("title: First", "title: The first run"))
    git(team.root, "checkout", "-q", "mine")
    told, data = team.review("theirs")
    assert [run["id"] for run in data["runs"]] == ["shop/mine"]
    assert "the working tree against theirs, where it branched off." in told
