"""References between the records of runs: baselines and repeats, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from generator import explain
from generator.errors import Problem
from generator.model import Run
from generator.records import Gist, Record


def chain(
    identity: str, runs: Mapping[str, Gist], known: Collection[str] = ()
) -> tuple[list[str], str | None]:
    """The declared baselines from a run backwards, and what comes then: the first run that is met
    a second time or is `known`, None where the last has no baseline.
    """
    found = {identity: None}
    current = identity
    while (baseline := runs[current].baseline) and baseline in runs:
        if baseline in found or baseline in known:
            return list(found), baseline
        found[baseline] = None
        current = baseline
    return list(found), None


def problems(run_records: Mapping[str, Record[Run]], runs: Mapping[str, Gist]) -> Iterator[Problem]:
    """References to runs that do not exist, and baselines that lead back to their run."""
    walked: set[str] = set()
    cycles: dict[str, list[str]] = {}
    for identity in runs:
        if identity not in walked:
            found, behind = chain(identity, runs, walked)
            walked.update(found)
            if behind in found:
                cycle = found[found.index(behind) :]
                cycles.update({name: cycle[at:] + cycle[:at] for at, name in enumerate(cycle)})
    for identity, gist in runs.items():
        record = run_records[identity]
        for name, target in (("baseline", gist.baseline), ("repeats", gist.repeats)):
            if target is None:
                continue
            if target not in run_records:
                hint = explain.did_you_mean(target, list(run_records))
                hint = hint or "name a run by its path below experiments/, without suffix"
                message = f"there is no run {target!r}"
                yield record.document.problem((name,), "reference-unknown", message, hint)
            elif target == identity:
                message = "a run can't refer to itself"
                yield record.document.problem(
                    (name,), "reference-cycle", message, "name another run"
                )
            elif name == "repeats" and target in runs and (first := runs[target].repeats):
                message = f"{target!r} is a repeat itself"
                yield record.document.problem(
                    (name,), "reference-chain", message, f"name {first!r}"
                )
        cycle = cycles.get(identity, [])
        if len(cycle) > 1:
            message = f"the baselines lead back to this run: {' → '.join(cycle)}"
            yield record.document.problem(
                ("baseline",), "reference-cycle", message, "remove one of them"
            )
