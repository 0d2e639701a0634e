"""The checks: golden cases of every mistake, and what the checks promise as a whole.

A case is a file or a folder dropped into golden/check/. `<case>.yaml` becomes the record
`experiments/case/<case>.yaml` of a notebook of its own, a folder is copied as it is; the lines that
`loadbook check` prints stand in `<case>.txt`. What ends in `.ok` is the valid neighbour of a case
and must give no problem at all.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator import audit
from generator.audit import CHECKS
from generator.doubts import Kind
from generator.errors import Level, Problem
from generator.notebook import Notebook
from tests.conftest import ROOT, Golden, book, open_book, write_book

CASES = Path(__file__).parent / "golden" / "check"


def inputs(*, valid: bool) -> list[Path]:
    """The files and folders that are cases."""
    found = sorted(path for path in CASES.iterdir() if path.is_dir() or path.suffix == ".yaml")
    return [path for path in found if path.name.removesuffix(".yaml").endswith(".ok") is valid]


def problems(case: Path, folder: Path) -> list[Problem]:
    """What check finds in the case's own notebook."""
    write_book(folder, {})
    if case.is_dir():
        shutil.copytree(case, folder, dirs_exist_ok=True)
    else:
        home = folder / "experiments" / "case"
        home.mkdir(parents=True)
        shutil.copy(case, home)
    return audit.problems(open_book(folder))


def lines(found: list[Problem]) -> str:
    """The problems as check prints them."""
    return "".join(f"{problem.as_text()}\n" for problem in found)


@pytest.mark.parametrize("case", inputs(valid=False), ids=lambda case: case.stem)
def test_a_mistake_gives_exactly_these_problems(case: Path, golden: Golden, tmp_path: Path) -> None:
    """Each mistake is reported with its place, field and a hint, and nothing else is."""
    found = lines(problems(case, tmp_path))
    assert found
    golden.check(case.with_suffix(".txt"), found)


@pytest.mark.parametrize("case", inputs(valid=True), ids=lambda case: case.stem)
def test_the_valid_neighbour_of_a_mistake_gives_no_problem(case: Path, tmp_path: Path) -> None:
    """What is written almost like a mistake, but right, is accepted in silence."""
    assert lines(problems(case, tmp_path)) == ""


def test_no_golden_file_is_left_over() -> None:
    """Every expected file belongs to a case, and every valid neighbour stands beside one."""
    stems = {path.name.removesuffix(".yaml") for path in inputs(valid=False)}
    assert {path.stem for path in CASES.glob("*.txt")} == stems
    neighbours = {path.name.removesuffix(".yaml") for path in inputs(valid=True)}
    assert {name.removesuffix(".ok") for name in neighbours} <= stems


def test_ten_mistakes_are_ten_located_problems(tmp_path: Path) -> None:
    """Syntax, schema, references and arithmetic are reported in one call, one problem a mistake."""
    found = problems(CASES / "ten-mistakes.yaml", tmp_path)
    assert len(found) == 10
    assert len({(problem.place, problem.field) for problem in found}) == 10
    assert {problem.code for problem in found} == {
        "yaml-duplicate-key",
        "field-unknown",
        "field-missing",
        "value-choice",
        "value-date",
        "value-unit",
        "reference-unknown",
        "rate-contradicts-count",
        "pods-counted",
    }


def test_arithmetic_is_doubtful_and_all_else_is_wrong() -> None:
    """What contradicts itself is a warning, what can't be read is an error."""
    found = audit.problems(
        book(
            {
                "a/b": "title: T\nstatus: completed\nload: {scenario: s, duration: 10s}\n"
                "k6: {http_reqs: {count: 100, rate: 5/s}}\ntagss: []\n"
            }
        )
    )
    assert [(problem.level, problem.code) for problem in found] == [
        (Level.WARNING, "date-missing"),
        (Level.WARNING, "rate-contradicts-count"),
        (Level.ERROR, "field-unknown"),
    ]


def test_the_real_records_hold_what_is_known_to_be_doubtful(notebook: Notebook) -> None:
    """The five records have no error; each doubt is one that the report's own figures raise."""
    found = audit.problems(notebook)
    assert {problem.level for problem in found} == {Level.WARNING}
    of_figures = [p for p in found if audit.RULES[p.code][0] in (Kind.FIGURES, Kind.RUNS)]
    assert [(problem.file, problem.code) for problem in of_figures] == [
        ("experiments/session-8/post-fix.yaml", "think-time"),
        ("experiments/session-8/post-fix.yaml", "endpoint-mean"),
        ("experiments/session-8/pre-fix.yaml", "rate-contradicts-count"),
        ("experiments/session-8/pre-fix.yaml", "pods-summed"),
        ("experiments/session-8/pre-fix.yaml", "pods-summed"),
    ]
    rate = of_figures[2]
    assert rate.field == "k6.http_reqs.rate"
    line = (ROOT / rate.file).read_text("utf-8").splitlines()[rate.place.line - 1]
    assert line[rate.place.column - 1 :] == "73.47/s"


def test_problems_are_in_order_of_file_and_place() -> None:
    """Problems come file by file from top to bottom, whatever found them."""
    text = (
        "title: T\nstatus: completed\nbaseline: a/z\ndate: 2026-01-02\n"
        "load: {scenario: s, duration: 10s, vus: x}\n"
        "k6: {http_reqs: {count: 100, rate: 5/s}}\ntags: x\n"
    )
    found = audit.problems(book({"a/y": text, "a/b": text}))
    keys = [(problem.file, problem.place) for problem in found]
    assert keys == sorted(keys)
    assert len(keys) == 8


def test_the_codes_of_checks_are_unique_and_described() -> None:
    """A check has a code of its own, and a title that says the rule."""
    assert len({check.code for check in CHECKS}) == len(CHECKS)
    assert all(check.title and check.find.__doc__ for check in CHECKS)
