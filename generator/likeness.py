"""What differs between two runs: in the load, in the deployment, and in the changes on record.

Runs are like for like where scenario and load are the same; what was deployed may differ, for
that is what is tested.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import BaseModel

from generator import display, figures
from generator.fields import In
from generator.model import Load, Run
from generator.narrative import ChangeMade
from generator.notebook import Notebook
from generator.units import COUNT, Quantity

DEFINES_LOAD = frozenset(
    {"scenario", "script", "executor", "model", "vus", "rate", "duration", "think_time", "stages"}
)
"""Fields of `load` that must not differ between runs that are like for like."""

REMARKS = frozenset({"currency", "price_source", "test_type"})
"""Fields that say something of a setting or name it, and are none themselves."""

LABELS = {"vus": "VUs", "think_time": "think time"}
"""Names of settings for people, where the field's name is not one."""

DURATION_TOLERANCE = 0.02
"""By which share durations of one load may differ: a run ends with its last iteration."""

NOT_RECORDED = "not recorded"
UNKNOWN_LOAD = "the load is not recorded on both sides"


@dataclass(frozen=True)
class Difference:
    """A setting that is not the same on both sides; the texts are as recorded."""

    setting: str
    baseline: str
    candidate: str

    @property
    def one_sided(self) -> bool:
        """Whether one side did not record it, so that nobody knows."""
        return NOT_RECORDED in (self.baseline, self.candidate)

    def as_text(self) -> str:
        """`VUs 50 → 100`."""
        label = LABELS.get(self.setting, self.setting)
        return f"{label} {self.baseline} → {self.candidate}"


@dataclass(frozen=True)
class Likeness:
    """Whether two runs are like for like, and what differs.

    `changes` are the changes on record from the baseline to the candidate, with the run that
    made each, oldest first.
    """

    load: tuple[Difference, ...]
    deployment: tuple[Difference, ...]
    changes: tuple[tuple[str, ChangeMade], ...]
    reasons: tuple[str, ...] = ()
    same_scenario: bool = True
    environment: tuple[Difference, ...] = ()
    factors: tuple[str, ...] = ()

    @property
    def like_for_like(self) -> bool:
        """Whether scenario and load are known to be the same."""
        return not self.reasons

    @property
    def why(self) -> str:
        """Why they are not like for like: `the load differs: VUs 50 → 100`."""
        listed = ", ".join(self.reasons)
        if listed == UNKNOWN_LOAD:
            return listed
        only_around = len(self.reasons) == sum(not d.one_sided for d in self.environment)
        return f"the {'environment' if only_around else 'load'} differs: {listed}"

    @property
    def confounded(self) -> bool:
        """Whether more than one thing was altered, so that no delta belongs to one of them."""
        return len(self.factors) > 1

    @property
    def extra_runs(self) -> int:
        """The fewest further runs that tell the factors apart.

        The effects of k things take k + 1 runs, one altered at a time; two of them are there.
        """
        return max(0, len(self.factors) - 1)

    @property
    def attribution(self) -> str:
        """What the deltas can be put down to."""
        if not self.factors:
            return "Nothing on record differs: what differs in the figures is noise or unrecorded."
        if len(self.factors) == 1:
            return f"One thing differs, the deltas are put down to it: {self.factors[0]}."
        shown = list(self.factors[:MOST_FACTORS])
        if len(self.factors) > MOST_FACTORS:
            shown.append(f"{len(self.factors) - MOST_FACTORS} more")
        runs = "run" if self.extra_runs == 1 else "runs"
        return (
            f"Confounded: {len(self.factors)} things were altered together ({'; '.join(shown)}). "
            f"To tell them apart takes at least {self.extra_runs} more {runs}, one thing altered "
            "at a time."
        )


class _Outline(NamedTuple):
    """What two runs are mostly told apart by, or known to be alike.

    `asked` is a digest of load and environment but for the duration, in s; `defining` has `repr` of
    what defines the load; `staged` is how long the stages take, in s.
    """

    asked: str
    known: bool
    defining: dict[str, str]
    duration: float | None
    staged: float | None


def _outline(notebook: Notebook, identity: str) -> _Outline:
    def find() -> list[Any]:
        run = notebook.runs[identity]
        load = run.load
        set_ = dict(settings(load)) if load else {}
        length = load.duration.start if load and load.duration else None
        return [
            _asked(run),
            load_known(run),
            {name: repr(set_[name][0]) for name in _TELLING if name in set_},
            length,
            _staged(load) if load else None,
        ]

    return notebook.once(
        "outline", identity, lambda: _Outline(*notebook.kept("outline", identity, find))
    )


def alike(notebook: Notebook, baseline: str, candidate: str) -> bool:
    """Whether two runs are known to be like for like; see `between`, whose other half it leaves."""
    one, other = _outline(notebook, baseline), _outline(notebook, candidate)
    if any(other.defining.get(name, value) != value for name, value in one.defining.items()):
        return False
    if one.asked == other.asked:
        if one.duration is None or other.duration is None:
            return one.known
        times = (one.duration, other.duration)
        return one.known and _in_time(times, (one.staged, other.staged))
    before, after = notebook.runs[baseline], notebook.runs[candidate]
    environment = tuple(_differences(notebook, baseline, candidate, "environment"))
    load = _load_differences(notebook, baseline, candidate)
    return not _reasons(before, after, load, environment)


def between(notebook: Notebook, baseline: str, candidate: str) -> Likeness:
    """What differs between two runs of the notebook."""
    before, after = notebook.runs[baseline], notebook.runs[candidate]
    load = _load_differences(notebook, baseline, candidate)
    deployment = tuple(_differences(notebook, baseline, candidate, "deployment"))
    environment = tuple(_differences(notebook, baseline, candidate, "environment"))
    reasons = _reasons(before, after, load, environment)
    changes = tuple(_changes(notebook, baseline, candidate))
    factors = tuple(_factors(load, deployment, environment, changes))
    same = same_scenario(before, after)
    return Likeness(load, deployment, changes, tuple(reasons), same, environment, factors)


_TELLING = sorted(DEFINES_LOAD - {"duration", "stages"})
"""What defines a load, the time that it takes left out."""


def _asked(run: Run) -> str:
    """A digest of load and environment of a run: runs with the same differ in duration at most."""
    load = [] if run.load is None else list(settings(run.load))
    around = list(leaves(run.environment, "environment"))
    values = [(name, value) for name, (value, _) in (*load, *around) if name != "duration"]
    return hashlib.blake2b(repr(values).encode(), digest_size=16).hexdigest()


def asked(notebook: Notebook, identity: str) -> str:
    """What is the same of runs whose load and environment differ in duration at most."""
    return _outline(notebook, identity).asked


def _load_differences(notebook: Notebook, baseline: str, candidate: str) -> tuple[Difference, ...]:
    before, after = notebook.runs[baseline].load, notebook.runs[candidate].load
    return tuple(
        difference
        for difference in _differences(notebook, baseline, candidate, "load")
        if difference.setting != "duration" or not _as_long(before, after)
    )


def _reasons(
    before: Run, after: Run, load: Iterable[Difference], environment: Iterable[Difference]
) -> list[str]:
    """Why two runs are not like for like; nothing where they are."""
    reasons = [
        difference.as_text()
        for difference in _each_once(load)
        if difference.setting.partition(".")[0].partition("[")[0] in DEFINES_LOAD
        and not difference.one_sided
    ]
    if not (load_known(before) and load_known(after)):
        reasons.append(UNKNOWN_LOAD)
    return [*reasons, *(d.as_text() for d in environment if not d.one_sided)]


def _each_once(load: Iterable[Difference]) -> list[Difference]:
    """What differs in the load: the targets of the stages are the VUs once more."""
    found = list(load)
    ramped = any(difference.setting == "vus" for difference in found)
    return [d for d in found if not (ramped and d.setting.startswith("stages"))]


MOST_FACTORS = 8
"""How many of the things that were altered together are named."""


def _factors(
    load: Iterable[Difference],
    deployment: Iterable[Difference],
    environment: Iterable[Difference],
    changes: Iterable[tuple[str, ChangeMade]],
) -> Iterator[str]:
    """Everything that was altered, each once: a change that names a setting is that setting."""
    settled = {difference.setting: difference.as_text() for difference in deployment}
    named = []
    for _, change in changes:
        if change.inert:
            continue
        if change.setting:
            named.append(change.setting)
        yield settled.get(change.setting or "", change.name)
    for difference in (*_each_once(load), *environment):
        if not difference.one_sided:
            yield difference.as_text()
    for difference in deployment:
        if not difference.one_sided and difference.setting not in named:
            yield difference.as_text()


def same_scenario(before: Run, after: Run) -> bool:
    """Whether scenario and script are the same, as far as both sides recorded them."""
    if before.load is None or after.load is None:
        return True
    sides = ((load.scenario, load.script) for load in (before.load, after.load))
    return not any(left != right for left, right in zip(*sides, strict=True) if left and right)


def _as_long(before: Load | None, after: Load | None) -> bool:
    """Whether two loads were asked for as long, though they may not have taken as long.

    k6 states how long a run took, to the microsecond, iterations under way at its end included: no
    two runs take the same time. With the same stages those two were that both got through them.
    """
    if before is None or after is None or before.duration is None or after.duration is None:
        return False
    times = (before.duration.start, after.duration.start)
    return _in_time(times, (_staged(before), _staged(after)))


def _in_time(times: tuple[float, float], staged: tuple[float | None, float | None]) -> bool:
    """`times` and what the stages take, each of both runs, in s."""
    low, high = sorted(times)
    if high - low <= DURATION_TOLERANCE * high:
        return True
    one, other = staged
    return one is not None and one == other and one <= low


def _staged(load: Load) -> float | None:
    """How long the stages take, in s; None where that is not recorded."""
    found = figures.total([part.duration for part in load.stages])
    return found.start if found else None


def load_known(run: Run) -> bool:
    """Whether the load is on record: VUs, or a rate of arrivals."""
    return run.load is not None and (run.load.vus is not None or run.load.rate is not None)


def _changes(notebook: Notebook, baseline: str, candidate: str) -> Iterator[tuple[str, ChangeMade]]:
    """The changes of each run on the way from the baseline, where the baselines lead there."""
    chain = [candidate]
    while (previous := notebook.baselines[chain[-1]]) and previous not in chain:
        if previous == baseline:
            break
        chain.append(previous)
    else:
        chain = [candidate]
    for identity in reversed(chain):
        if "changes" in notebook.gists[identity].holds:
            for change in notebook.runs[identity].changes:
                yield identity, change


def _differences(
    notebook: Notebook, baseline: str, candidate: str, part: str
) -> Iterator[Difference]:
    left, right = (_settings_of(notebook, run, part) for run in (baseline, candidate))
    if left == right:
        return
    for name in dict.fromkeys([*left, *right]):
        left_value, left_text = left.get(name, (None, NOT_RECORDED))
        right_value, right_text = right.get(name, (None, NOT_RECORDED))
        if left_value != right_value:
            yield Difference(name, left_text, right_text)


def _settings_of(notebook: Notebook, identity: str, part: str) -> Mapping[str, tuple[Any, str]]:
    """The settings of a part of a run: load, deployment or environment; looked at once."""

    def look() -> dict[str, tuple[Any, str]]:
        return dict(named(getattr(notebook.runs[identity], part)))

    return notebook.once("settings", (identity, part), look)


def named(part: BaseModel | Mapping[str, Any] | None) -> Iterator[tuple[str, tuple[Any, str]]]:
    """Name, comparable value and text of each setting of a part of a record, or of a tree."""
    return settings(part) if isinstance(part, BaseModel) else leaves(part or {})


def settings(
    part: BaseModel, prefix: str = "", *, remarks: bool = False
) -> Iterator[tuple[str, tuple[Any, str]]]:
    """Dotted name, comparable value and text of each setting that a part of a record holds."""
    for name, info in type(part).model_fields.items():
        if name in REMARKS and not remarks:
            continue
        value = getattr(part, name)
        dotted = f"{prefix}{name}"
        unit = next((mark.unit for mark in info.metadata if isinstance(mark, In)), COUNT)
        if isinstance(value, Quantity):
            yield dotted, ((value.start, value.end), display.show(value, unit))
        elif isinstance(value, BaseModel):
            yield from settings(value, f"{dotted}.", remarks=remarks)
        elif name == "settings":
            # The free tree keeps the names that people gave, where no field has the same one.
            taken = type(part).model_fields
            for key, item in value.items():
                yield from leaves(item, f"{dotted}.{key}" if key in taken else key)
        else:
            yield from leaves(value, dotted)


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, tuple[Any, str]]]:
    """Dotted name, comparable value and text of each leaf of a tree of settings."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            if isinstance(item, BaseModel):
                yield from settings(item, f"{name}[{position}].")
            else:
                yield from leaves(item, f"{name}[{position}]")
    elif value is not None:
        yield name, (value, str(value).lower() if isinstance(value, bool) else str(value))
