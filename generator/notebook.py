"""The notebook: all records in order of time, with the references between them resolved.

Runs are ordered by date. Without a date a run stands before all dated ones, or after them while it
is only planned. Among runs of the same date a run comes after its baseline, else the name decides.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from generator import explain, keeping, policy, records, references
from generator.attachments import Attachments
from generator.errors import Problem, UnknownRunError
from generator.measurements import Measurement, measure
from generator.model import Campaign, Run
from generator.ondemand import OnDemand
from generator.policy import Policy
from generator.records import Gist, Record, Sources
from generator.settings import Settings
from generator.store import Store
from generator.tracing import Read, asked

Value = TypeVar("Value")


class Number(NamedTuple):
    """A figure in base units: a range from `start` to `end`, that is None where it is not known."""

    start: float
    end: float | None
    currency: str

    @property
    def is_range(self) -> bool:
        """Whether the figure changed over the run."""
        return self.start != self.end


@dataclass(frozen=True)
class Notebook:
    """All that a notebook holds. `runs` and `campaigns` have the valid records only.

    `problems` are those of the files: syntax, schema, places, references. `attachments` are the
    files beside the records of runs, `objectives` what is wanted of runs; None where nothing is.
    """

    run_records: Mapping[str, Record[Run]]
    campaign_records: Mapping[str, Record[Campaign]]
    runs: Mapping[str, Run]
    campaigns: Mapping[str, Campaign]
    problems: tuple[Problem, ...]
    settings: Settings = field(default_factory=Settings)
    attachments: Attachments = field(default_factory=dict)
    objectives: Policy | None = None
    told: bool = False
    """Whether the prose of the records is told (`telling`)."""
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What others found out of the notebook and ask for again, by the name of what it is."""

    def once(self, name: str, key: Hashable, find: Callable[[], Value]) -> Value:
        """What `find` gives of the notebook, found out once for each name and key."""
        known: dict[Hashable, Value] = self.memo.setdefault(name, {})
        if key not in known:
            known[key] = find()
        return known[key]

    def forget(self) -> None:
        """Let go of what was found out and measured: it is several times what the records are."""
        self.memo.clear()
        vars(self).pop("measurements", None)

    def kept(  # of a plain notebook nothing is kept
        self,
        kind: str,  # noqa: ARG002
        identity: str,  # noqa: ARG002
        make: Callable[[], Value],
        beside: str = "",  # noqa: ARG002
    ) -> Value:
        """What `make` gives of a run or campaign: values of JSON, which may have been kept.

        `beside` tells apart what there are several of. Who asks a second time asks `once`.
        """
        return make()

    def derived(self, kind: str, inputs: Hashable, make: Callable[[], Value]) -> Value:
        """What `make` gives, which follows from the inputs alone: values of JSON, as of `kept`.

        The `repr` of the inputs says everything in them.
        """
        return self.once(kind, inputs, make)

    def answer(self, read: Read, find: Callable[..., Value]) -> Value:
        """The answer to a question (`tracing.asked`)."""
        return self.once("answers", read, lambda: find(self, *read[1:]))

    def note(self, *read: str) -> None:
        """Something was read that the notebook does not hold: of interest where it is noted."""

    def run(self, identity: str) -> Run:
        """The run of that identity; raises UnknownRunError with what is near."""
        if identity in self.runs:
            return self.runs[identity]
        record = self.run_records.get(identity)
        if record:
            first = record.problems[0].as_text() if record.problems else ""
            more = f"; and {len(record.problems) - 1} more" if len(record.problems) > 1 else ""
            raise UnknownRunError(f"the record of {identity} is broken: {first}{more}")
        near = explain.did_you_mean(identity, list(self.runs))
        listed = f"there are: {', '.join(self.runs)}" if self.runs else "there are no runs yet"
        raise UnknownRunError(f"no run {identity!r}: {near or listed}")

    @cached_property
    def measurements(self) -> Mapping[str, Mapping[str, Measurement]]:
        """Each run's measurements by metric name."""
        return OnDemand(self.runs, lambda identity: measure(self.runs[identity]))

    def numbers(self, identity: str) -> Mapping[str, Number]:
        """The figures of a run by metric name, without what is known of them."""
        return self.once("numbers of", identity, lambda: self._numbers(identity))

    def _numbers(self, identity: str) -> Mapping[str, Number]:
        def find() -> dict[str, list[Any]]:
            measured = self.measurements[identity].items()
            return {n: [m.quantity.start, m.quantity.end, m.currency] for n, m in measured}

        found = self.kept("numbers", identity, find)
        return {name: Number(*number) for name, number in found.items()}

    @cached_property
    def gists(self) -> Mapping[str, Gist]:
        """The gist of each run, in order of time."""
        known = {name: record.gist for name, record in self.run_records.items()}
        return {name: known.get(name) or records.gist_of(self.runs[name]) for name in self.runs}

    @cached_property
    def completed(self) -> tuple[str, ...]:
        """The completed runs in order of time."""
        return tuple(name for name, gist in self.gists.items() if gist.status == "completed")

    @cached_property
    def baselines(self) -> Mapping[str, str | None]:
        """Each run's baseline: the declared one, else the previous completed of its scenario."""
        latest: dict[str, str] = {}
        found: dict[str, str | None] = {}
        for identity, gist in self.gists.items():
            scenario = gist.scenario
            declared = gist.baseline if gist.baseline in self.gists else None
            found[identity] = declared or (latest.get(scenario) if scenario else None)
            if scenario and gist.status == "completed":
                latest[scenario] = identity
        return found

    @asked
    def position(self, identity: str) -> int:
        """Where a run stands among all runs, from 0."""
        return self._positions[identity]

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {identity: at for at, identity in enumerate(self.runs)}

    @asked
    def preceding(self, identity: str, most: int) -> tuple[str, ...]:
        """At most so many runs before a run, in order of time."""
        at = self._positions[identity]
        return self._order[max(0, at - most) : at]

    @cached_property
    def _order(self) -> tuple[str, ...]:
        return tuple(self.runs)

    @asked
    def first_of(self, scenario: str) -> str | None:
        """The first completed run of a scenario."""
        return self._firsts.get(scenario)

    @cached_property
    def _firsts(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for identity in self.completed:
            scenario = self.gists[identity].scenario
            if scenario:
                found.setdefault(scenario, identity)
        return found

    @asked
    def before(self, identity: str, most: int) -> tuple[str, ...]:
        """At most so many completed runs before a run, the newest first; all where it is none."""
        at = self._place.get(identity, len(self.completed))
        return self.completed[max(0, at - most) : at][::-1]

    @cached_property
    def _place(self) -> Mapping[str, int]:
        """Where each completed run stands among them."""
        return {identity: at for at, identity in enumerate(self.completed)}

    @asked
    def replicates(self, identity: str) -> tuple[str, ...]:
        """The completed runs of the same thing: the original and its repeats, in order of time.

        A run that is not completed stands alone beside those that are.
        """
        gist = self.gists[identity]
        known = self._repeats.get(gist.repeats or identity, ())
        return known if gist.status == "completed" else (*known, identity)

    @asked
    def repeated_in(self, scenario: str | None) -> Sequence[tuple[str, ...]]:
        """Every group of two or more completed repeats of a scenario; none without one."""
        return self._repeated.get(scenario, ()) if scenario else ()

    @cached_property
    def _repeats(self) -> Mapping[str, tuple[str, ...]]:
        """The completed runs of each original, itself counted."""
        groups: dict[str, list[str]] = {}
        for name in self.completed:
            groups.setdefault(self.gists[name].repeats or name, []).append(name)
        return {original: tuple(group) for original, group in groups.items()}

    @cached_property
    def _repeated(self) -> Mapping[str, list[tuple[str, ...]]]:
        """Groups of repeats by scenario."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for group in self._repeats.values():
            scenario = self.gists[group[0]].scenario
            if scenario and len(group) > 1:
                found.setdefault(scenario, []).append(group)
        return found

    def as_json(self, identity: str) -> dict[str, Any]:
        """A run as data: its identity, what its record holds, and all its metrics."""
        return {
            "id": identity,
            **records.dump(self.run(identity)),
            "metrics": [found.as_json() for found in self.measurements[identity].values()],
        }

    @asked
    def runs_of(self, campaign: str) -> tuple[str, ...]:
        """The campaign's runs in order of time."""
        return tuple(self._by_campaign.get(campaign, ()))

    @asked
    def around(self, identity: str) -> tuple[str | None, str | None]:
        """The runs before and after a run in its campaign."""
        own = self.runs_of(campaign_of(identity))
        at = own.index(identity)
        after = own[at + 1] if at + 1 < len(own) else None
        return own[at - 1] if at else None, after

    @cached_property
    def _by_campaign(self) -> Mapping[str, list[str]]:
        groups: dict[str, list[str]] = {}
        for identity in self.runs:
            groups.setdefault(campaign_of(identity), []).append(identity)
        return groups

    def campaign(self, identity: str) -> Campaign:
        """The campaign; one without a record of its own is titled by its folder."""
        return self.campaigns.get(identity) or Campaign(title=identity)

    @asked
    def title_of(self, identity: str) -> str:
        """The title of a run or a campaign."""
        gist = self.gists.get(identity)
        return gist.title if gist else self.campaign(identity).title

    @asked
    def holding(self, *parts: str) -> tuple[str, ...]:
        """The runs whose record has something in one of these parts, in order of time."""
        wanted = set(parts)
        found = (name for name, gist in self.gists.items() if not wanted.isdisjoint(gist.holds))
        return tuple(found)

    @cached_property
    def campaign_names(self) -> tuple[str, ...]:
        """All campaigns that have runs or a record, in order of their first run."""
        of_runs = dict.fromkeys(campaign_of(identity) for identity in self.runs)
        return (*of_runs, *(name for name in self.campaigns if name not in of_runs))


def campaign_of(identity: str) -> str:
    """The campaign's part of a run's identity."""
    return identity.partition("/")[0]


def build(
    sources: Sources,
    settings: Settings,
    problems: tuple[Problem, ...] = (),
    store: Store | None = None,
) -> Notebook:
    """The notebook of these files; `problems` are those found before, for example in settings.

    Records that were read before are had from the store; the notebook is the same without one.
    """
    run_records = keeping.runs(sources.runs, store)
    campaign_records = keeping.campaigns(sources.campaigns, store)
    readable = {name: r.gist for name, r in run_records.items() if r.gist is not None}
    found = [*problems, *sources.problems]
    found += [p for record in campaign_records.values() for p in record.problems]
    found += [p for record in run_records.values() for p in record.problems]
    found += references.problems(run_records, readable)
    broken = {problem.file for problem in found}
    valid = [name for name in _in_order(readable) if run_records[name].file not in broken]
    campaigns = {
        name: record.model for name, record in campaign_records.items() if record.model is not None
    }
    objectives, unsound = _objectives(sources, readable)
    found += unsound
    return Notebook(
        run_records,
        campaign_records,
        OnDemand(valid, lambda name: _readable(run_records[name])),
        campaigns,
        tuple(found),
        settings,
        sources.attachments,
        objectives,
    )


def _readable(record: Record[Run]) -> Run:
    assert record.partial is not None
    return record.partial


def _objectives(
    sources: Sources, runs: Mapping[str, Gist]
) -> tuple[Policy | None, tuple[Problem, ...]]:
    if sources.objectives is None:
        return None, ()
    found, problems = policy.read(sources.objectives)
    if found is None:
        return None, problems
    return found, tuple(policy.without_runs(found, sources.objectives, scenarios(runs)))


def scenarios(runs: Mapping[str, Gist]) -> set[str]:
    """The scenarios that these runs name."""
    return {gist.scenario for gist in runs.values() if gist.scenario}


def _in_order(runs: Mapping[str, Gist]) -> list[str]:
    depths = _depths(runs)

    def key(identity: str) -> tuple[int, datetime, int, str]:
        run = runs[identity]
        undated = 2 if run.status == "planned" else 0
        era = undated if run.date is None else 1
        return (era, moment(run.date), depths[identity], identity)

    return sorted(runs, key=key)


def moment(when: date | datetime | None) -> datetime:
    """A date as a point in time: its start, in UTC where no zone is recorded."""
    if when is None:
        return datetime.min.replace(tzinfo=UTC)
    if not isinstance(when, datetime):
        return datetime(when.year, when.month, when.day, tzinfo=UTC)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _depths(runs: Mapping[str, Gist]) -> dict[str, int]:
    """How many baselines lie behind each run; each run is walked over once."""
    depths: dict[str, int] = {}
    for identity in sorted(runs):
        if identity in depths:
            continue
        chain, behind = references.chain(identity, runs, depths)
        depth = depths.get(behind, 0) if behind else 0
        for name in reversed(chain):
            depth += 1
            depths[name] = depth
    return depths
