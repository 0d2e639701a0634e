"""What the codes of `loadbook check` mean: each is explained by an example that gives it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from generator import audit, provenance
from generator.audit import BESIDE_CHECKS, CHECKS, CROSS_CHECKS, RULES, TEXT_CHECKS
from generator.doubts import Kind, OfBook, OfRecord, OfRun
from generator.rules import FILE_RULES, explanations
from tests.conftest import ROOT, open_book, write_book

CASES = Path(__file__).parent / "golden" / "check"
PACKAGE = ROOT / "generator"

NOT_RUNNABLE = {
    "encoding": "a YAML file is UTF-8 and can't hold bytes that are not",
    "record-unreadable": "permissions are no text, and root may read everything",
    "source-changed": "it is about a file beside the record",
}
"""Codes whose example is told in words, with why."""

_FILE = re.compile(r"^# experiments/(\S+\.(?:yaml|csv))\n", re.MULTILINE)


def files_of(example: str) -> dict[str, str]:
    """The files of an example by path; one without a path is the record `case/a.yaml`."""
    first, *rest = _FILE.split(example)
    return dict(zip(rest[::2], rest[1::2], strict=True)) if rest else {"case/a.yaml": first}


def test_exactly_the_codes_that_there_are_are_explained() -> None:
    """Every code has an explanation and nothing else has, by kind and in the order of RULES."""
    kinds = list(Kind)
    assert list(explanations()) == sorted(RULES, key=lambda code: kinds.index(RULES[code][0]))


@pytest.mark.parametrize("code", RULES)
def test_an_explanation_says_something(code: str) -> None:
    """Meaning and mending are sentences, the example is not empty, the title is short."""
    found = explanations()[code]
    for text in (found.meaning, found.mend):
        assert len(text) > 30
        assert text.rstrip().endswith(".")
        assert "\n" not in text.strip()
    assert found.example.strip()
    assert 0 < len(RULES[code][1]) <= 60


@pytest.mark.parametrize("code", [code for code in RULES if code not in NOT_RUNNABLE])
def test_an_example_gives_its_code_and_no_other(code: str, tmp_path: Path) -> None:
    """Who copies the example into a notebook sees this very code, and nothing beside it."""
    root = write_book(tmp_path, files_of(explanations()[code].example))
    assert {problem.code for problem in audit.problems(open_book(root))} == {code}


def test_an_example_told_in_words_is_a_comment() -> None:
    """What can't be run holds no line that looks like a record."""
    for code in NOT_RUNNABLE:
        assert all(line.startswith("#") for line in explanations()[code].example.splitlines())


def test_an_example_of_several_records_is_parted_at_their_paths() -> None:
    """A comment with a path begins a record; other comments belong to the record."""
    example = (
        "# experiments/case/b.yaml\ntitle: B\n# a remark\n# experiments/case/c.yaml\ntitle: C\n"
    )
    assert files_of(example) == {
        "case/b.yaml": "title: B\n# a remark\n",
        "case/c.yaml": "title: C\n",
    }
    assert files_of("title: A\n") == {"case/a.yaml": "title: A\n"}


def emitted() -> set[str]:
    """Every code that the sources give to a problem: literals that look like one, by where they go.

    They are an argument of what makes problems, or the first of what a function returns.
    """
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if path.is_relative_to(PACKAGE / "importers"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in _MAKERS:
                found |= {code for argument in node.args if (code := _code(argument))}
            elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
                found |= {code for part in node.value.elts[:1] if (code := _code(part))}
    return found


_MAKERS = {"Problem", "Check", "problem", "_problem", "_note", "_refuse"}
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+|encoding|claim|prediction")


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _code(argument: ast.expr) -> str:
    """The code that a literal is, empty where it is none."""
    text = argument.value if isinstance(argument, ast.Constant) else None
    return text if isinstance(text, str) and _CODE.fullmatch(text) else ""


def test_every_code_that_the_sources_can_give_is_a_rule() -> None:
    """No problem has a code that is not explained, and no rule is of a code that nothing gives.

    What `loadbook import`, `snapshot` and `migrate` say on their own is not of a record.
    """
    of_records = {c for c in emitted() if not c.startswith(("import-", "snapshot-", "migrate-"))}
    assert of_records | {provenance.RULE[0]} == set(RULES)


def codes_of(path: Path) -> set[str]:
    """The codes in the expected lines of a golden case."""
    return set(re.findall(r"\[([a-z0-9-]+)\]$", path.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize(
    "check", [*CHECKS, *BESIDE_CHECKS, *TEXT_CHECKS, *CROSS_CHECKS], ids=lambda check: check.code
)
def test_every_check_has_a_case_and_a_neighbour(check: OfRun | OfRecord | OfBook) -> None:
    """A check speaks in a golden case, and is silent in one close to it."""
    cases = [path.stem for path in CASES.glob("*.txt") if check.code in codes_of(path)]
    assert cases
    assert any(
        (CASES / f"{case}.ok").is_dir() or (CASES / f"{case}.ok.yaml").is_file() for case in cases
    )


def test_every_code_of_a_file_has_a_case() -> None:
    """What can be wrong with a file stands in a golden case, but for what a case can't hold."""
    told = set().union(*(codes_of(path) for path in CASES.glob("*.txt")))
    assert set(FILE_RULES) - told == {"record-unreadable"}
