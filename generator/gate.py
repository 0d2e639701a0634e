"""The gate: one run held against the objectives of its notebook, as text, data and JUnit XML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from generator import audit, junit, objectives
from generator.compare import compare
from generator.junit import Case
from generator.notebook import Notebook
from generator.objectives import SIGNS, Judged, Outcome
from generator.policy import Policy

PASS, FAIL, NOT_JUDGEABLE = 0, 1, 3
"""Exit codes; 2 is wrong usage."""


@dataclass(frozen=True)
class Gate:
    """A run, the run that it is compared with, and what became of its objectives."""

    run: str
    scenario: str
    baseline: str | None
    found: tuple[Judged, ...]

    @property
    def exit_code(self) -> int:
        """1 where an objective is missed, else 3 where one can't be judged or there is none."""
        outcomes = {one.outcome for one in self.found}
        if Outcome.MISSED in outcomes:
            return FAIL
        return PASS if outcomes == {Outcome.MET} else NOT_JUDGEABLE

    @property
    def summary(self) -> str:
        """`failed: 2 met, 1 missed`."""
        words = {PASS: "passed", FAIL: "failed", NOT_JUDGEABLE: "not judgeable"}
        counts = objectives.counted(self.found)
        of = f"scenario {self.scenario!r}" if self.scenario else "a run without a scenario"
        return f"{words[self.exit_code]}: {counts or f'no objective is for {of}'}"

    def as_json(self) -> dict[str, Any]:
        """The object of `loadbook gate --format json`."""
        words = {PASS: "pass", FAIL: "fail", NOT_JUDGEABLE: "not judgeable"}
        return {
            "run": self.run,
            "scenario": self.scenario or None,
            "baseline": self.baseline,
            "outcome": words[self.exit_code],
            "objectives": [one.as_json() for one in self.found],
        }

    def as_lines(self) -> Iterator[str]:
        """Each objective with its sign and word, what is missed first; then the count."""
        against = f" against {self.baseline}" if self.baseline else ", which has no baseline"
        yield f"{self.run}{against}"
        order = (Outcome.MISSED, Outcome.NOT_JUDGEABLE, Outcome.MET)
        for one in sorted(self.found, key=lambda judged: order.index(judged.outcome)):
            reason = f" ({one.reason})" if one.reason else ""
            yield f"  {SIGNS[one.outcome]} {one.outcome}: {one.title}: {one.figure}{reason}"
        yield self.summary

    def as_junit(self) -> str:
        """A test case for each objective; what can't be judged is skipped."""
        cases = [self._case(one) for one in self.found]
        if not cases:
            cases = [Case(self.run, "objectives", skipped=self.summary)]
        return junit.xml("loadbook gate", cases)

    def _case(self, one: Judged) -> Case:
        told = f"{one.figure}{f': {one.reason}' if one.reason else ''}"
        return Case(
            self.run,
            one.title,
            failure=told if one.outcome is Outcome.MISSED else "",
            skipped=told if one.outcome is Outcome.NOT_JUDGEABLE else "",
            output=told if one.outcome is Outcome.MET else "",
        )


def of(book: Notebook, run: str, against: str | None, policy: Policy) -> Gate:
    """The run held against these objectives; `against` takes the place of its baseline.

    Raises UnknownRunError for a run that is not there.
    """
    book = replace(book, objectives=policy, memo={})
    load = book.run(run).load
    baseline = against or book.baselines[run]
    comparison = compare(book, baseline, run) if baseline else None
    found = objectives.judge(book, run, comparison, audit.problems(book))
    return Gate(run, (load.scenario if load else None) or "", baseline, found)
