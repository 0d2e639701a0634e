"""A review for machines: as JSON, and as JUnit XML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from generator import junit
from generator.errors import Level, Problem
from generator.junit import Case
from generator.review import Review, RunTouched, Touched
from generator.revisions import Base


def as_json(found: Review, base: Base, head: str) -> dict[str, Any]:
    """The object of `loadbook review --format json`."""
    return {
        "base": {"name": base.name, "commit": base.commit, "branched_off": base.branched},
        "head": head,
        "runs": [_run_json(one) for one in found.runs],
        "campaigns": [_touched_json(one) for one in found.campaigns],
        "comes_out_otherwise": [
            {
                "id": one.identity,
                "baseline_before": one.before or None,
                "baseline": one.after or None,
                "verdicts": {
                    metric.name: [str(left), str(right)] for metric, left, right in one.verdicts
                },
            }
            for one in found.shifted
        ],
        "settings": list(found.settings),
        "problems": {
            "new": [problem.as_json() for problem in found.new],
            "old_errors": [problem.as_json() for problem in found.old_errors],
            "old_warnings": found.old_warnings,
            "gone": found.mended,
        },
    }


def _touched_json(one: Touched) -> dict[str, Any]:
    return {
        "id": one.identity,
        "how": str(one.how),
        "was": one.was or None,
        "title": one.title,
        "broken": one.broken,
        "fields": list(one.fields),
        "files": list(one.files),
        "problems": [problem.as_json() for problem in one.problems],
        "old_warnings": one.known,
    }


def _run_json(one: RunTouched) -> dict[str, Any]:
    return {
        **_touched_json(one),
        "status": one.status,
        "comparison": one.comparison.as_json() if one.comparison else None,
        "figures": [
            {
                "name": figure.metric.name,
                "before": figure.before.as_json() if figure.before else None,
                "after": figure.after.as_json() if figure.after else None,
                "verdicts": [
                    str(verdict) if verdict else None
                    for verdict in (figure.verdict_before, figure.verdict_after)
                ],
            }
            for figure in one.figures
        ],
        "objectives": [judged.as_json() for judged in one.objectives],
    }


def as_junit(found: Review) -> str:
    """A test case for each record that is touched, one more for each with a new or old error."""
    cases = [_case(kind, one) for kind, listed in found.touched for one in listed]
    others: dict[str, list[Problem]] = {}
    for problem in (*found.elsewhere, *found.old_errors):
        others.setdefault(problem.file, []).append(problem)
    cases += [Case("not touched", file, *_said(listed)) for file, listed in others.items()]
    return junit.xml("loadbook review", cases)


def _case(kind: str, one: Touched) -> Case:
    return Case(kind, f"{one.identity} ({one.how})", *_said(one.problems))


def _said(problems: Sequence[Problem]) -> tuple[str, str, str]:
    """Failure, what was skipped, and output of a record with these problems."""
    errors, others = (
        "\n".join(p.as_text() for p in problems if (p.level is Level.ERROR) is is_error)
        for is_error in (True, False)
    )
    return errors, "", others
