"""Systems: runs of one deployment under one scenario, which differ in nothing but the load.

Two runs are of one system where their deployment, their environment and everything of the load but
its size are recorded and the same, and where no change without a setting of its own lies between
them. A run whose deployment nobody recorded is a system of its own, with its declared repeats.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import astuple, dataclass
from functools import cached_property, partial
from statistics import fmean, median
from typing import Any, Literal, TypedDict

from generator import figures, kept, likeness
from generator.model import Run
from generator.notebook import Notebook
from generator.panels import CPU_OF
from generator.units import Quantity

OF_THE_SCENARIO = ("scenario", "script", "executor", "model", "think_time")
"""Fields of `load` that are the same in all runs of a system; the others are its size."""

MOST_NAMED = 3
"""How many settings name a system."""

Basis = Literal["steady state", "whole run"]


@dataclass(frozen=True)
class Sample:
    """One run at its load. Rates per second, latency in ms, CPU in cores, times in seconds.

    `cpu` is that of the service and `beside` that of all else on its host; `cpu_rate` is the
    throughput of the time that they were measured over, named by `cpu_when`. `users` are the VUs
    of the time of `rate` on average, None where nobody can tell.
    """

    run: str
    vus: float
    rate: float
    p95: float | None = None
    mean: float | None = None
    users: float | None = None
    think: float | None = None
    requests_each: float | None = None
    cpu: float | None = None
    beside: float | None = None
    cpu_rate: float = 0.0
    cpu_when: str = ""
    failed: float = 0.0


@dataclass(frozen=True)
class Level:
    """The runs of a system at one load."""

    vus: float
    samples: tuple[Sample, ...]

    @cached_property
    def rate(self) -> float:
        """Mean throughput per second over the runs."""
        return fmean([sample.rate for sample in self.samples])

    def middle(self, name: Literal["p95", "mean", "cpu", "beside"]) -> float | None:
        """The median of a figure over the runs that have it; percentiles are not averaged."""
        found = [value for one in self.samples if (value := getattr(one, name)) is not None]
        return median(found) if found else None

    def each(self, name: Literal["cpu", "beside"]) -> float | None:
        """What a request takes of it in core-seconds, D = U / X: median over the runs."""
        found = [
            value / one.cpu_rate
            for one in self.samples
            if (value := getattr(one, name)) is not None and one.cpu_rate > 0
        ]
        return median(found) if found else None


@dataclass(frozen=True)
class System:
    """A deployment under a scenario, with its runs in order of time.

    `basis` is what the rates are of: the steady state where every run has one, else whole runs,
    ramps included. `closed` is false where requests arrive at a rate, whatever the answers take.
    """

    scenario: str
    label: str
    samples: tuple[Sample, ...]
    basis: Basis
    closed: bool
    known: bool

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The loads, smallest first."""
        found: dict[float, list[Sample]] = {}
        for sample in self.samples:
            found.setdefault(sample.vus, []).append(sample)
        return tuple(Level(vus, tuple(found[vus])) for vus in sorted(found))

    @property
    def points(self) -> list[tuple[float, float]]:
        """Load and throughput of every run."""
        return [(sample.vus, sample.rate) for sample in self.samples]

    @property
    def newest(self) -> str:
        """Its last run."""
        return self.samples[-1].run


def of(book: Notebook) -> list[System]:
    """Every system of the notebook's completed runs, by its first run in order of time."""
    every = {identity: _facts(book, identity) for identity in book.runs}
    changed = _changed(book, every)
    groups: dict[Hashable, list[str]] = {}
    for identity in (name for name in book.completed if every[name]["measurable"]):
        deployed = every[identity]["deployed"]
        key = (
            (deployed, changed[identity]) if deployed else book.gists[identity].repeats or identity
        )
        groups.setdefault(key, []).append(identity)
    by_scenario: dict[str, list[list[str]]] = {}
    for runs in groups.values():
        by_scenario.setdefault(book.gists[runs[0]].scenario or "", []).append(runs)
    labels = {
        runs[0]: label
        for found in by_scenario.values()
        for runs, label in zip(found, _labels(book, found), strict=True)
    }
    return [
        _system(book, runs, labels[runs[0]], [every[identity] for identity in runs])
        for runs in groups.values()
    ]


def measurable(book: Notebook) -> Iterator[str]:
    """The completed runs that have exactly one number of VUs and one throughput."""
    return (identity for identity in book.completed if _facts(book, identity)["measurable"])


class _Facts(TypedDict):
    """What a run adds to its system.

    `deployed` is a digest of its deployment, environment and scenario, empty where no deployment is
    recorded; `settings` are value and text of what is deployed and around it, `altered` its changes
    that no setting tells. `whole` is its sample, `steady` that of its steady state, as tuples.
    """

    measurable: bool
    open: bool
    deployed: str
    settings: dict[str, list[str]]
    altered: list[str]
    whole: list[Any]
    steady: list[Any] | None


def _facts(book: Notebook, identity: str) -> _Facts:
    find = partial(_found, book, identity)
    return book.once("system", identity, lambda: book.kept("system", identity, find))


def _found(book: Notebook, identity: str) -> _Facts:
    run = book.runs[identity]
    own = (_figure(book, identity, name) for name in ("vus", "request_rate"))
    is_steady = _figure(book, identity, "steady_request_rate")
    load = run.load
    settled = dict(likeness.settings(run.deployment)) if run.deployment else {}
    settings = {**settled}
    for name, setting in likeness.leaves(run.environment):
        settings[f"environment.{name}"] = setting
    around = {name: [repr(value), text] for name, (value, text) in settings.items()}
    return {
        "measurable": all(figure is not None and figure > 0 for figure in own),
        "open": load is not None and (load.model == "open" or "arrival" in (load.executor or "")),
        "deployed": _deployed(run, around) if settled else "",
        "settings": around,
        "altered": [
            f"{change.area}: {change.modification}"
            for change in run.changes
            if not change.inert and change.setting not in settled
        ],
        "whole": [*astuple(_sample(book, identity, steady=False))],
        "steady": [*astuple(_sample(book, identity, steady=True))] if is_steady else None,
    }


def _figure(book: Notebook, identity: str, name: str) -> float | None:
    found = book.measurements[identity].get(name)
    return found.quantity.start if found and not found.quantity.is_range else None


# --- what is one system ---------------------------------------------------------------------------


def _deployed(run: Run, around: Mapping[str, list[str]]) -> str:
    """A digest of what is the same in all runs of a system."""
    load = dict(likeness.settings(run.load)) if run.load else {}
    fixed = tuple((name, load[name][0]) for name in OF_THE_SCENARIO if name in load)
    values = sorted((name, value) for name, (value, _) in around.items())
    return hashlib.blake2b(repr((fixed, values)).encode(), digest_size=16).hexdigest()


def _changed(book: Notebook, every: Mapping[str, _Facts]) -> Mapping[str, frozenset[str]]:
    """What was altered up to each run, along the baselines, that no recorded setting tells."""
    found: dict[str, frozenset[str]] = {}
    for identity in book.runs:
        chain: list[str] = []
        at: str | None = identity
        while at is not None and at not in found and at not in chain:
            chain.append(at)
            at = book.baselines[at]
        behind = found.get(at or "", frozenset())
        for name in reversed(chain):
            altered = every[name]["altered"]
            behind = found[name] = behind.union(altered) if altered else behind
    return found


def _labels(book: Notebook, groups: list[list[str]]) -> list[str]:
    """What tells the systems of one scenario apart, in few words: `cache.enabled: false`."""
    first = [runs[0] for runs in groups]
    held = [_facts(book, identity)["settings"] for identity in first]
    differ = [
        name
        for name in dict.fromkeys(name for one in held for name in one)
        if len({one[name][0] if name in one else None for one in held}) > 1
    ]
    labels = []
    for identity, one in zip(first, held, strict=True):
        if len(groups) > 1:
            named = [f"{name}: {one[name][1]}" for name in differ if name in one]
        else:
            named = [one[name][1] for name in ("service", "revision") if name in one]
        few = 0 < len(named) <= MOST_NAMED and len(differ) <= MOST_NAMED
        labels.append(", ".join(named) if few else book.gists[identity].title)
    alike = len(set(labels)) < len(labels)
    return first if alike else labels


# --- its samples ----------------------------------------------------------------------------------


def _system(book: Notebook, runs: list[str], label: str, every: list[_Facts]) -> System:
    steady = all(facts["steady"] for facts in every)
    basis: Basis = "steady state" if steady else "whole run"
    samples = tuple(Sample(*((steady and facts["steady"]) or facts["whole"])) for facts in every)
    scenario = book.gists[runs[0]].scenario or ""
    first = every[0]
    return System(scenario, label, samples, basis, not first["open"], bool(first["deployed"]))


def _sample(book: Notebook, identity: str, *, steady: bool) -> Sample:
    run = book.runs[identity]
    phase = "steady." if steady else "k6."
    prefix = "steady_" if steady else ""
    vus = _figure(book, identity, "vus") or 0.0
    rate = _figure(book, identity, f"{prefix}request_rate") or 0.0
    mean = figures.recorded(run, f"{phase}http_req_duration.avg")
    requests, iterations = (_figure(book, identity, n) for n in ("requests", "iterations"))
    think = figures.recorded(run, "load.think_time")
    cpu, beside, cpu_rate, when = _cpu(book, identity, steady, rate)
    return Sample(
        identity,
        vus,
        rate,
        _figure(book, identity, f"{prefix}latency_p95"),
        _plain(mean),
        vus if steady else _mean_users(run),
        _plain(think),
        requests / iterations if requests and iterations else None,
        cpu,
        beside,
        cpu_rate,
        when,
        _figure(book, identity, f"{prefix}error_rate") or 0.0,
    )


def _plain(quantity: Quantity | None) -> float | None:
    return None if quantity is None or quantity.is_range else quantity.start


def _mean_users(run: Run) -> float | None:
    """VUs on average over the stages of the ramp; VUs and times as recorded."""
    stages = run.load.stages if run.load else ()
    spent, whole, before = 0.0, 0.0, 0.0
    for stage in stages:
        length, target = _plain(stage.duration), _plain(stage.target)
        if length is None or target is None:
            return None
        spent += (before + target) / 2 * length
        whole, before = whole + length, target
    return spent / whole if whole else None


def _cpu(
    book: Notebook, identity: str, steady: bool, rate: float
) -> tuple[float | None, float | None, float, str]:
    """CPU of the service, of all else on its host, the throughput meanwhile, and when that was."""
    run = book.runs[identity]
    if steady:
        phase = figures.steady_of(run)
        start, end = (_plain(t) for t in (phase[1].start, phase[1].end)) if phase else (None, None)
        if start is not None and end is not None:
            own, beside = _over_time(book, identity, start, end)
            if own is not None:
                return own, beside, rate, "steady state"
    found = figures.snapshot_of(run)
    moment = found[1].moment if found else ""
    whole = _figure(book, identity, "request_rate") or 0.0
    at_peak = moment == "peak"
    return _figure(book, identity, "cpu_total"), None, rate if at_peak else whole, moment


def _over_time(
    book: Notebook, identity: str, start: float, end: float
) -> tuple[float | None, float | None]:
    """Mean CPU over a span of the tables beside a record: the service's, and all else's."""
    own: float | None = None
    beside: list[float] = []
    for course in kept.of(book, identity).courses:
        for name in course.table.columns:
            inside = [v for time, v in course.table.known(name) if start <= time <= end]
            if not inside:
                continue
            if name == "cpu_cores":
                own = fmean(inside)
            elif name.endswith(CPU_OF):
                beside.append(fmean(inside))
    return own, sum(beside) if beside else None
