"""Code broken in one place at a time: do the tests see it? `python -m proofs.mutants`.

mutmut breaks the functions of `units`, `compare` and `audit` (its settings stand in pyproject.toml,
what it does in `mutants/`; a run that was stopped goes on where it was). What runs when a module is
loaded it can't break: the entries of `METRICS` are broken here, a field at a time, in a process of
their own. Only what is text for people is left alone: label, definition, formula in words, group.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from generator import units
from generator.metrics import METRICS, Metric

ROOT = Path(__file__).parent.parent
MODULES = ("units", "compare", "audit")
ENOUGH = 0.85
"""Share of the mutants of each module that the tests must see."""

PROSE = ("name", "label", "definition", "formula", "group")
"""Fields of a metric that are text for people, and the name, by which it is found."""

TESTS = (
    *("test_metrics", "test_words", "test_measurements", "test_compare", "test_figures"),
    *("test_audit", "test_likeness", "test_facts", "test_prose", "test_history"),
    *("test_noise", "test_methods"),
)
"""Tests of metrics, first those that see most and are quick: the first that fails ends the rest."""

KILLED, SURVIVED, UNTESTED = "killed", "survived", "no test"


def of_functions(*, again: bool) -> dict[str, Counter[str]]:
    """What became of mutmut's mutants by module; `again` begins anew."""
    folder = ROOT / "mutants"
    if again:
        shutil.rmtree(folder, ignore_errors=True)
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "2"]
    subprocess.run(command, cwd=ROOT, env=kept, check=True, stdout=subprocess.DEVNULL)
    found = {}
    for module in MODULES:
        known = json.loads((folder / "generator" / f"{module}.py.meta").read_text("utf-8"))
        codes = Counter(known["exit_code_by_key"].values())
        untested = codes[5] + codes[33]
        outcome = {SURVIVED: codes[0] + codes[None], UNTESTED: untested}
        outcome[KILLED] = codes.total() - outcome[SURVIVED] - untested
        found[module] = Counter(outcome)
    return found


def of_metrics() -> Iterator[tuple[str, str, Any]]:
    """Name of a metric, the field that is broken, and what stands there instead."""
    for metric in METRICS.values():
        for field in fields(Metric):
            value = getattr(metric, field.name)
            if field.name in PROSE or value in ("", (), None) or value is False:
                continue
            if field.name == "better":
                yield metric.name, field.name, "lower" if value == "higher" else "higher"
                yield metric.name, field.name, None
            elif field.name == "unit":
                yield (
                    metric.name,
                    field.name,
                    units.PER_SECOND if value is units.COUNT else units.COUNT,
                )
            elif field.name == "tolerance":
                yield metric.name, field.name, value * 20
                yield metric.name, field.name, None
            elif isinstance(value, bool):
                yield metric.name, field.name, not value
            elif isinstance(value, tuple):
                yield metric.name, field.name, value[1:]
            else:
                yield metric.name, field.name, None if field.name == "computed" else ""


def sees(broken: tuple[str, str, Any] | None) -> bool:
    """Whether the tests fail with a field of a metric broken, or none; in a process of their own.

    The process has all modules already. What they made of METRICS when they were loaded is whole in
    it, so that a mutant which shows only there counts as survived.
    """
    child = os.fork()
    if child == 0:
        if broken:
            name, field, value = broken
            object.__setattr__(METRICS[name], field, value)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        code = 1
        try:
            options = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
            options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
            code = int(pytest.main([*options, *(f"tests/{name}.py" for name in TESTS)]))
        finally:
            os._exit(1 if code else 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def broken_metrics(count: int | None) -> Counter[str]:
    """What became of the mutants of METRICS, at most so many of them."""
    for name in TESTS:
        importlib.import_module(f"tests.{name}")
    if sees(None):
        raise SystemExit("the tests of metrics fail with nothing broken: they would see anything")
    outcome: Counter[str] = Counter()
    for broken in list(of_metrics())[:count]:
        became = KILLED if sees(broken) else SURVIVED
        outcome[became] += 1
        if became == SURVIVED:
            name, field, value = broken
            print(f"survived: {field} of {name} is {value!r}"[:110], flush=True)
    return outcome


def main() -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m proofs.mutants", description=__doc__)
    parser.add_argument("--again", action="store_true", help="forget what was found before")
    parser.add_argument("--only", choices=["functions", "metrics"], help="one of the two parts")
    parser.add_argument("--count", type=int, help="at most so many mutants of metrics")
    given = parser.parse_args()
    os.chdir(ROOT)
    began = time.monotonic()
    found = {} if given.only == "metrics" else of_functions(again=given.again)
    if given.only != "functions":
        found["metrics"] = broken_metrics(given.count)
    failed = False
    for module, outcome in found.items():
        share = outcome[KILLED] / outcome.total() if outcome else 1.0
        failed |= share < ENOUGH
        rest = f"{outcome[SURVIVED]} survived, {outcome[UNTESTED]} without a test"
        print(
            f"{module}: {outcome.total()} mutants, {outcome[KILLED]} killed ({share:.1%}), {rest}"
        )
    print(f"{time.monotonic() - began:.0f} s; what survived: mutmut results, mutmut show NAME")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
