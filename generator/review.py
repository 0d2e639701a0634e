"""What a branch changes in a notebook: records added, altered, removed, and what follows from it.

Two notebooks are held against each other, that of the base and that of the head. Problems are new
where the base does not have them, wherever in the file they stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from generator import audit, display, objectives, records
from generator.attachments import Attachment
from generator.compare import Comparison, Delta, compare
from generator.errors import Level, Problem
from generator.measurements import Measurement
from generator.metrics import METRICS, Metric
from generator.notebook import Notebook
from generator.objectives import Judged
from generator.renames import How, moves
from generator.settings import Settings
from generator.verdicts import Verdict


@dataclass(frozen=True)
class Figure:
    """A figure of a run before and after its record was altered, with the verdicts on it."""

    metric: Metric
    before: Measurement | None
    after: Measurement | None
    verdict_before: Verdict | None
    verdict_after: Verdict | None


@dataclass(frozen=True)
class Touched:
    """A record that the branch touches; `was` is its identity at the base, empty of a new one.

    `fields` are the fields that differ, `files` those beside the record. `problems` are new ones,
    `known` counts the warnings that the base has too. `title` is empty of what can't be read.
    """

    identity: str
    how: How
    was: str
    title: str = ""
    fields: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    known: int = 0
    broken: bool = False


@dataclass(frozen=True)
class RunTouched(Touched):
    """A run that the branch touches, held against its baseline where it has one."""

    status: str = ""
    date: str = ""
    comparison: Comparison | None = None
    figures: tuple[Figure, ...] = ()
    objectives: tuple[Judged, ...] = ()


@dataclass(frozen=True)
class Shifted:
    """A run whose record is as it was and whose comparison is not: of each figure both verdicts.

    `before` and `after` are its baselines, empty for none.
    """

    identity: str
    before: str
    after: str
    verdicts: tuple[tuple[Metric, Verdict, Verdict], ...]


@dataclass(frozen=True)
class Review:
    """All that a branch changes; `elsewhere` are new problems of records that it does not touch,
    `old_errors` errors that the base has as well. `mended` counts problems that are gone.
    """

    runs: tuple[RunTouched, ...]
    campaigns: tuple[Touched, ...]
    shifted: tuple[Shifted, ...]
    elsewhere: tuple[Problem, ...]
    old_errors: tuple[Problem, ...]
    old_warnings: int
    mended: int
    settings: tuple[str, ...]

    @property
    def new(self) -> tuple[Problem, ...]:
        """Every new problem, in the order of the records."""
        touched = [p for _, listed in self.touched for one in listed for p in one.problems]
        return (*touched, *self.elsewhere)

    @property
    def touched(self) -> tuple[tuple[str, Sequence[Touched]], ...]:
        """Runs and campaigns, each with the word for one of them."""
        return ("run", self.runs), ("campaign", self.campaigns)

    @property
    def failed(self) -> bool:
        """Whether the head has an error, a new one or an old one."""
        return bool(self.old_errors) or any(p.level is Level.ERROR for p in self.new)


def review(base: Notebook, head: Notebook) -> Review:
    """What `head` changes against `base`."""
    found = audit.problems(head)
    run_moves = moves(_contents(base.run_records), _contents(head.run_records))
    for name in head.run_records:
        if name in base.run_records and _beside(base, name) != _beside(head, name):
            run_moves.setdefault(name, (How.CHANGED, name))
    campaign_moves = moves(_contents(base.campaign_records), _contents(head.campaign_records))
    renamed = {
        **{_file(was): _file(now) for now, (_, was) in run_moves.items() if was and now != was},
        **{
            records.file_of_campaign(was): records.file_of_campaign(now)
            for now, (_, was) in campaign_moves.items()
            if was and now != was
        },
    }
    new, old, mended = _parted(found, audit.problems(base), renamed)
    judging = _Reviewing(base, head, new, old, tuple(found))
    runs = tuple(judging.run(name, how, was) for name, (how, was) in _ordered(run_moves, head))
    campaigns = tuple(
        judging.campaign(name, how, was) for name, (how, was) in campaign_moves.items()
    )
    own = {_file(one.identity) for one in runs}
    own |= {records.file_of_campaign(one.identity) for one in campaigns}
    return Review(
        runs,
        campaigns,
        tuple(judging.shifted({one.identity for one in runs})),
        tuple(problem for problem in new if problem.file not in own),
        tuple(problem for problem in old if problem.level is Level.ERROR),
        sum(problem.level is Level.WARNING for problem in old),
        mended,
        tuple(_settings(base, head)),
    )


@dataclass(frozen=True)
class _Reviewing:
    """Both notebooks, and the problems of the head: new ones, old ones, all."""

    base: Notebook
    head: Notebook
    new: Sequence[Problem]
    old: Sequence[Problem]
    problems: tuple[Problem, ...]

    def run(self, identity: str, how: How, was: str) -> RunTouched:
        """One run that is touched."""
        before = self.base.run_records.get(was) if was else None
        after = self.head.run_records.get(identity) if how is not How.REMOVED else None
        run = self.head.runs.get(identity) if after else None
        shown = run or (self.base.runs.get(was) if how is How.REMOVED else None)
        touched = RunTouched(
            identity,
            how,
            was,
            shown.title if shown else "",
            _fields(before.partial if before else None, after.partial if after else None),
            tuple(self._files(identity, was)) if before and after else (),
            *self._problems(_file(identity)),
            broken=after is not None and run is None,
            status=shown.status if shown else "",
            date=display.show_moment(shown.date) if shown else "",
        )
        if run is None:
            return touched
        comparison = _comparison(self.head, identity)
        return replace(
            touched,
            comparison=comparison,
            figures=tuple(self._figures(identity, was, comparison)),
            objectives=objectives.judge(self.head, identity, comparison, self.problems),
        )

    def campaign(self, identity: str, how: How, was: str) -> Touched:
        """One campaign that is touched."""
        before = self.base.campaign_records.get(was) if was else None
        after = self.head.campaign_records.get(identity) if how is not How.REMOVED else None
        shown = after or before
        return Touched(
            identity,
            how,
            was,
            shown.model.title if shown and shown.model else "",
            _fields(before.partial if before else None, after.partial if after else None),
            (),
            *self._problems(records.file_of_campaign(identity)),
            broken=after is not None and after.model is None,
        )

    def _problems(self, file: str) -> tuple[tuple[Problem, ...], int]:
        """New problems of a file, and how many old warnings it has."""
        known = sum(p.file == file and p.level is Level.WARNING for p in self.old)
        return tuple(problem for problem in self.new if problem.file == file), known

    def _files(self, identity: str, was: str) -> Iterator[str]:
        """Files beside a record that are others now, by their size or by the content of a table."""
        before, after = _beside(self.base, was), _beside(self.head, identity)
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                yield name

    def _figures(self, identity: str, was: str, now: Comparison | None) -> Iterator[Figure]:
        """The figures that the change of a record altered."""
        if was not in self.base.runs:
            return
        before, after = self.base.measurements[was], self.head.measurements[identity]
        then = _comparison(self.base, was)
        for name, metric in METRICS.items():
            left, right = before.get(name), after.get(name)
            if left != right:
                verdicts = [_verdict(found, name) for found in (then, now)]
                yield Figure(metric, left, right, *verdicts)

    def shifted(self, touched: set[str]) -> Iterator[Shifted]:
        """The runs whose verdicts differ though nobody touched their records."""
        for identity in self.head.runs:
            if identity in touched or identity not in self.base.runs:
                continue
            before, after = self.base.baselines[identity], self.head.baselines[identity]
            if before == after and after not in touched:
                continue
            then, now = _comparison(self.base, identity), _comparison(self.head, identity)
            verdicts = tuple(
                (METRICS[name], left, right)
                for name in METRICS
                if (left := _verdict(then, name))
                and (right := _verdict(now, name))
                and left is not right
            )
            if verdicts or before != after:
                yield Shifted(identity, before or "", after or "", verdicts)


def _beside(book: Notebook, identity: str) -> Mapping[str, Attachment]:
    return book.attachments.get(identity, {})


def _file(identity: str) -> str:
    return records.file_of_run(identity)


def _comparison(book: Notebook, identity: str) -> Comparison | None:
    baseline = book.baselines[identity]
    return compare(book, baseline, identity) if baseline else None


def _verdict(found: Comparison | None, metric: str) -> Verdict | None:
    delta = found.deltas.get(metric) if found else None
    return delta.verdict if delta else None


def _contents(found: Mapping[str, Any]) -> dict[str, str]:
    return {name: record.document.text for name, record in found.items()}


# --- what differs ---------------------------------------------------------------------------------


def _ordered(
    moves: Mapping[str, tuple[How, str]], head: Notebook
) -> list[tuple[str, tuple[How, str]]]:
    """The newest run first, then what can't be read, then what is gone."""
    order = {name: at for at, name in enumerate(head.runs)}

    def key(item: tuple[str, tuple[How, str]]) -> tuple[bool, bool, int, str]:
        name, (how, _) = item
        return how is How.REMOVED, name not in order, -order.get(name, 0), name

    return sorted(moves.items(), key=key)


def _parted(
    now: Sequence[Problem], before: Sequence[Problem], renamed: Mapping[str, str]
) -> tuple[list[Problem], list[Problem], int]:
    """New problems, old ones that are still there, and how many are gone."""

    def key(problem: Problem, file: str) -> tuple[str, ...]:
        # Where something stands before it, a problem moves down and its position in a list alters.
        return file, str(problem.level), problem.code, problem.message

    left = Counter(key(problem, renamed.get(problem.file, problem.file)) for problem in before)
    new: list[Problem] = []
    old: list[Problem] = []
    for problem in now:
        mine = key(problem, problem.file)
        known = left[mine] > 0
        left[mine] -= known
        (old if known else new).append(problem)
    return new, old, sum(left.values())


def _fields(before: BaseModel | None, after: BaseModel | None) -> tuple[str, ...]:
    """Dotted names of the fields that differ, two levels deep."""
    if before is None or after is None:
        return ()
    left, right = (part.model_dump(mode="json", exclude_unset=True) for part in (before, after))
    found: list[str] = []
    for name in type(after).model_fields:
        one, other = left.get(name), right.get(name)
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            found += [
                f"{name}.{inner}"
                for inner in dict.fromkeys([*one, *other])
                if one.get(inner) != other.get(inner)
            ]
        else:
            found.append(name)
    return tuple(found)


def _settings(base: Notebook, head: Notebook) -> Iterator[str]:
    """What differs beside the records and is for all of them."""
    for name in Settings.model_fields:
        if getattr(base.settings, name) != getattr(head.settings, name):
            yield name
    if base.objectives != head.objectives:
        yield "objectives"


# --- in order of importance -----------------------------------------------------------------------

IMPORTANT = (
    "request_rate",
    "latency_p95",
    "error_rate",
    "rps_per_core",
    "under_500ms",
    "cost_per_million_requests",
    "latency_p99",
    "cpu_total",
    "cache_hit_rate",
)
"""Metrics that a reviewer asks for first."""


_WEIGHTS = {Verdict.REGRESSED: 1, Verdict.IMPROVED: 2, Verdict.TOO_FEW_REPEATS: 3}


def by_importance(comparison: Comparison) -> list[Delta]:
    """The metrics of a comparison: what is asked for first, what got worse, what got better."""
    return sorted(comparison.deltas.values(), key=_weight)


def is_important(delta: Delta) -> bool:
    """Whether a metric is asked for, or has a verdict that tells of a difference."""
    return _weight(delta)[0] < OTHERS


OTHERS = 4
"""Weight of what neither is asked for nor differs."""


def _weight(delta: Delta) -> tuple[int, int]:
    name = delta.metric.name
    if delta.delta is None:
        return OTHERS + 1, 0
    if name in IMPORTANT:
        return 0, IMPORTANT.index(name)
    return _WEIGHTS.get(delta.verdict, OTHERS), 0
