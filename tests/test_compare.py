"""Comparisons: golden cases, the facts of the real records, and what holds for all of them.

A case is a folder in golden/diff/: its records become `experiments/case/` of a notebook of its own,
a `mkdocs.yml` in it holds that notebook's settings, and what `loadbook diff case/baseline
case/candidate --format json` says stands in `<case>.json`.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.compare import Delta, compare, tally, with_baselines
from generator.errors import UnknownRunError
from generator.links import Links
from generator.metrics import METRICS
from generator.notebook import Notebook
from generator.verdicts import SIGNS, Verdict
from generator.view import View
from tests.conftest import Golden, book, open_book, write_book

CASES = Path(__file__).parent / "golden" / "diff"


def case_book(case: Path, folder: Path) -> Notebook:
    """The notebook of a golden case; its records are sound."""
    write_book(folder, {})
    home = folder / "experiments" / "case"
    home.mkdir(parents=True)
    for path in case.iterdir():
        shutil.copy(path, folder if path.name == "mkdocs.yml" else home)
    opened = open_book(folder)
    assert opened.problems == ()
    return opened


@pytest.mark.parametrize(
    "case", sorted(path for path in CASES.iterdir() if path.is_dir()), ids=lambda case: case.name
)
def test_a_comparison_says_exactly_this(case: Path, golden: Golden, tmp_path: Path) -> None:
    """Deltas, verdicts, their basis, what differs and what is doubtful are as expected."""
    found = compare(case_book(case, tmp_path), "case/baseline", "case/candidate").as_json()
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    golden.check(case.with_suffix(".json"), text.replace("\N{NO-BREAK SPACE}", " "))


def test_no_golden_file_is_left_over() -> None:
    """Every expected comparison belongs to a case."""
    assert {path.stem for path in CASES.glob("*.json")} == {
        path.name for path in CASES.iterdir() if path.is_dir()
    }


def of(notebook: Notebook, baseline: str, candidate: str) -> dict[str, Delta]:
    """The deltas between two of the real runs."""
    return dict(compare(notebook, baseline, candidate).deltas)


def test_the_infrastructure_fix_cost_efficiency(notebook: Notebook) -> None:
    """Post-fix against pre-fix: RPS per core fell by 22.6 %, which is judged in spite of the load.

    The hand-written report missed that. The pre-fix rate is count / duration, and it is said so.
    """
    found = of(notebook, "session-8/pre-fix", "session-8/post-fix")["rps_per_core"]
    assert found.change == pytest.approx(-0.226, abs=5e-4)
    assert found.verdict is Verdict.REGRESSED
    assert "tolerance 5" in found.basis
    notes = " ".join(found.warnings)
    assert "73.47" in notes
    assert "Measured at different loads: VUs 50 → 100" in notes


def test_latency_is_shown_and_not_judged_between_different_loads(notebook: Notebook) -> None:
    """Post-fix against pre-fix: p95 fell by 173.4 ms or 47.8 %, at twice the virtual users."""
    comparison = compare(notebook, "session-8/pre-fix", "session-8/post-fix")
    assert not comparison.likeness.like_for_like
    assert comparison.likeness.reasons == ("VUs 50 → 100",)
    p95, quick = comparison.deltas["latency_p95"], comparison.deltas["under_500ms"]
    assert p95.delta is not None
    assert p95.delta.start == pytest.approx(-173.4, abs=0.05)
    assert p95.change == pytest.approx(-0.478, abs=5e-4)
    assert p95.verdict is Verdict.NOT_COMPARABLE
    assert p95.basis == "the load differs: VUs 50 → 100"
    assert quick.delta is not None
    assert quick.delta.start == pytest.approx(0.0125, abs=5e-5)
    assert quick.verdict is Verdict.NOT_COMPARABLE
    assert any("Not like for like: VUs 50 → 100" in warning for warning in comparison.warnings)


def test_the_code_work_brought_efficiency_back(notebook: Notebook) -> None:
    """Post-code against post-fix: the deltas of the report, and RPS per core improved."""
    deltas = of(notebook, "session-8/post-fix", "session-8/post-code")
    changes = {name: delta.change for name, delta in deltas.items()}
    assert changes["request_rate"] == pytest.approx(0.834, abs=5e-4)
    assert changes["latency_p95"] == pytest.approx(0.387, abs=5e-4)
    assert changes["cpu_total"] == pytest.approx(0.45, abs=5e-4)
    assert changes["rps_per_core"] == pytest.approx(0.265, abs=5e-4)
    assert deltas["rps_per_core"].verdict is Verdict.IMPROVED
    p95, quick = deltas["latency_p95"].delta, deltas["under_500ms"].delta
    assert p95 is not None
    assert quick is not None
    assert p95.start == pytest.approx(73.4, abs=0.05)
    assert quick.start == pytest.approx(-0.0034, abs=5e-5)


def test_the_whole_way_from_day_6(notebook: Notebook) -> None:
    """Post-code against day 6: RPS +116.5 %, p95 −30.8 %; ranges and gaps are not judged."""
    comparison = compare(notebook, "earlier/day-6", "session-8/post-code")
    deltas = comparison.deltas
    assert deltas["request_rate"].change == pytest.approx(1.165, abs=5e-4)
    assert deltas["latency_p95"].change == pytest.approx(-0.308, abs=5e-4)
    for name in ("pods_active", "nodes", "rps_per_pod", "rps_per_node"):
        assert deltas[name].delta is None
        assert deltas[name].basis == "the baseline's figure is a range over the run"
    assert deltas["rps_per_core"].basis == "the baseline has no figure"
    assert deltas["error_rate"].verdict is Verdict.IMPROVED
    assert any("Recorded on one side only: " in warning for warning in comparison.warnings)


@pytest.mark.parametrize("other", ["session-8/pre-fix", "earlier/day-6"])
def test_nothing_is_better_than_itself(notebook: Notebook, other: str) -> None:
    """A run against itself: every delta is zero, every verdict unchanged or not comparable."""
    comparison = compare(notebook, other, other)
    assert comparison.likeness.like_for_like
    for delta in comparison.deltas.values():
        if delta.delta is not None:
            assert delta.delta.start == 0
            assert delta.delta.end == 0
            assert delta.change in (0, None)
            assert delta.verdict is Verdict.UNCHANGED
        else:
            assert delta.verdict is Verdict.NOT_COMPARABLE


def test_every_pair_of_real_runs_compares(notebook: Notebook) -> None:
    """Any two runs compare without an error; both ways the deltas mirror each other."""
    for baseline in notebook.runs:
        for candidate in notebook.runs:
            there, back = of(notebook, baseline, candidate), of(notebook, candidate, baseline)
            assert list(there) == list(back)
            for name, delta in there.items():
                mirrored = back[name].delta
                if delta.delta is not None:
                    assert mirrored is not None
                    assert delta.delta.start == -mirrored.start
                opposite = {
                    Verdict.IMPROVED: {Verdict.REGRESSED, Verdict.UNCHANGED},
                    Verdict.REGRESSED: {Verdict.IMPROVED, Verdict.UNCHANGED},
                    Verdict.UNCHANGED: set(Verdict) - {Verdict.TOO_FEW_REPEATS},
                }
                assert back[name].verdict in opposite.get(delta.verdict, set(Verdict))


def test_without_repeats_the_comparison_says_so(notebook: Notebook) -> None:
    """One run on each side is judged by a declared tolerance, and this is said."""
    warnings = compare(notebook, "session-8/post-fix", "session-8/post-code").warnings
    assert "One run on each side: judged by a declared tolerance, not by statistics." in warnings


def test_the_metrics_stand_in_the_order_of_the_registry(notebook: Notebook) -> None:
    """Deltas come in the registry's order; what neither run has is left out."""
    names = [name for name in METRICS if name in of(notebook, "earlier/day-6", "earlier/day-7")]
    assert names == list(of(notebook, "earlier/day-6", "earlier/day-7"))
    assert "cpu_total" not in names


def test_an_unknown_run_is_named_with_a_near_one(notebook: Notebook) -> None:
    """Comparing with a run that is not there says which one may be meant."""
    with pytest.raises(UnknownRunError, match="did you mean 'session-8/post-fix'"):
        compare(notebook, "session-8/post-fx", "session-8/post-code")


def test_every_verdict_has_a_sign_of_its_own_or_is_no_judgement() -> None:
    """Colour is never the only carrier: what is judged differs by its sign too."""
    judged = [Verdict.IMPROVED, Verdict.REGRESSED, Verdict.UNCHANGED]
    assert set(SIGNS) == set(Verdict)
    assert len({SIGNS[verdict] for verdict in judged}) == len(judged)
    assert not {SIGNS[verdict] for verdict in judged} & {SIGNS[Verdict.NOT_COMPARABLE]}


def test_a_recorded_field_is_not_hidden_by_a_setting_of_its_name() -> None:
    """A free setting may have the name of a field; a difference of the field is shown still."""
    text = (
        "title: T\nstatus: completed\ndate: 2026-01-02\nload: {{scenario: s, vus: 1}}\n"
        "deployment: {{replicas: {}, settings: {{replicas: by hand}}}}\n"
    )
    found = compare(book({"a/b": text.format(2), "a/c": text.format(3)}), "a/b", "a/c")
    assert [(d.setting, d.baseline, d.candidate) for d in found.likeness.deployment] == [
        ("replicas", "2", "3")
    ]


def pair(before: float, after: float) -> Delta:
    """The delta of p95 between two runs that are like for like otherwise."""
    text = (
        "title: T\nstatus: completed\ndate: 2026-01-02\nload: {{scenario: s, vus: 1}}\n"
        "k6: {{http_req_duration: {{p95: {}}}}}\n"
    )
    runs = book({"a/b": text.format(before), "a/c": text.format(after)})
    return compare(runs, "a/b", "a/c").deltas["latency_p95"]


FIGURES = st.floats(min_value=0.01, max_value=10_000).map(lambda number: float(f"{number:.6g}"))


@given(before=FIGURES, after=FIGURES)
def test_delta_and_change_agree(before: float, after: float) -> None:
    """Candidate = baseline + delta = baseline x (1 + change), and the verdict has its direction."""
    found = pair(before, after)
    assert found.delta is not None
    assert found.change is not None
    assert before + found.delta.start == pytest.approx(after, rel=1e-9)
    assert before * (1 + found.change) == pytest.approx(after, rel=1e-9)
    if abs(after - before) <= 0.0499 * before:
        assert found.verdict is Verdict.UNCHANGED
    elif abs(after - before) >= 0.0501 * before:
        better = Verdict.IMPROVED if after < before else Verdict.REGRESSED
        assert found.verdict is better


@given(before=FIGURES, after=FIGURES)
def test_the_changes_there_and_back_cancel(before: float, after: float) -> None:
    """(1 + change there) x (1 + change back) = 1."""
    there, back = pair(before, after).change, pair(after, before).change
    assert there is not None
    assert back is not None
    assert (1 + there) * (1 + back) == pytest.approx(1, rel=1e-9)


def test_a_comparison_as_json_has_finite_numbers_only(notebook: Notebook) -> None:
    """Each number of the JSON is finite, and what is not known is null."""
    for candidate in notebook.runs:
        data = compare(notebook, "earlier/day-6", candidate).as_json()
        assert all(math.isfinite(number) for number in numbers(data))


def numbers(data: Any) -> list[float]:
    """All numbers in data, however deep."""
    if isinstance(data, dict):
        return [number for item in data.values() for number in numbers(item)]
    if isinstance(data, list):
        return [number for item in data for number in numbers(item)]
    return [data] if isinstance(data, float) else []


def test_runs_without_a_scenario_have_no_first_run() -> None:
    """Two runs whose records name no scenario are not taken for runs of one scenario."""
    text = "title: T\nstatus: completed\ndate: 2026-01-0{}\nload: {{vus: 5}}\n"
    notebook = book({f"c/{name}": text.format(name) for name in (1, 2)})
    assert set(notebook.baselines.values()) == {None}
    assert View(notebook, {}, (), Links()).from_first("c/2") is None


THREE = {
    f"a/{name}.yaml": (
        f"title: T\nstatus: completed\ndate: 2026-01-0{day}\n"
        f"load: {{scenario: s, vus: {vus}, duration: 1 min}}\n"
        f"k6:\n  http_reqs: {{count: {count}}}\n  http_req_duration: {{p95: {p95} ms}}\n"
    )
    for name, day, vus, count, p95 in (
        ("one", 1, 10, 6_000, 100),
        ("two", 2, 10, 9_000, 102),
        ("three", 3, 20, 9_000, 50),
    )
}
"""Half again as many requests in a minute, then the same under twice the load."""


def test_verdicts_are_counted() -> None:
    """All of them by their word; judged are those that are better one way and were comparable."""
    opened = book({name.removesuffix(".yaml"): text for name, text in THREE.items()})
    nothing = {"verdicts": {}, "judged": 0, "too_few": 0, "reasons": {}}
    assert tally(opened, "a/one") == nothing
    assert tally(opened, "a/two") == {
        "verdicts": {"unchanged": 2, "not comparable": 1, "improved": 1},
        "judged": 2,
        "too_few": 0,
        "reasons": {},
    }
    assert tally(opened, "a/three") == {
        "verdicts": {"unchanged": 1, "not comparable": 3},
        "judged": 0,
        "too_few": 0,
        "reasons": {"the load differs": 2},
    }


def test_too_few_repeats_are_counted_apart(tmp_path: Path) -> None:
    """They are neither judged nor not comparable."""
    config = "site_name: Case\nplugins:\n- loadbook: {minimum_repeats: 2}\n"
    opened = open_book(write_book(tmp_path, THREE, config))
    assert tally(opened, "a/two") == {
        "verdicts": {"too few repeats": 3, "not comparable": 1},
        "judged": 0,
        "too_few": 2,
        "reasons": {},
    }


def test_what_was_counted_is_kept_of_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name of the run, for the next build."""
    opened = book({name.removesuffix(".yaml"): text for name, text in THREE.items()})
    kept: list[tuple[str, str]] = []

    def noted(_: Notebook, kind: str, identity: str, make: Callable[[], object]) -> object:
        kept.append((kind, identity))
        return make()

    monkeypatch.setattr(Notebook, "kept", noted)
    assert tally(opened, "a/two")["judged"] == 2
    assert kept[0] == ("tally", "a/two")


def test_runs_with_a_baseline_are_compared_once() -> None:
    """By candidate, in order of time; another name is not among them."""
    opened = book({name.removesuffix(".yaml"): text for name, text in THREE.items()})
    found = with_baselines(opened)
    assert list(found) == ["a/two", "a/three"]
    assert len(found) == 2
    assert [name in found for name in ("a/one", "a/two", "a/nowhere", 3)] == [
        *(False, True, False, False)
    ]
    assert found["a/two"] == compare(opened, "a/one", "a/two")
    assert found["a/two"] is with_baselines(opened)["a/two"]
    assert found["a/three"] is not found["a/two"]
    for name in ("a/one", "a/nowhere"):
        with pytest.raises(KeyError, match=name):
            found[name]
