"""The objectives of a notebook as they are written: limits by metric, for all or for a scenario.

They stand in `objectives.yaml` beside `mkdocs.yml`. Each metric of the registry is a field, so that
a limit has the unit of its metric, and a misspelt name is told with what is near.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, create_model, model_validator
from pydantic_core import PydanticCustomError

from generator import explain, rules, yamltree
from generator.errors import Level, Problem
from generator.fields import In, Line, Part
from generator.metrics import METRICS
from generator.units import SHARE, Quantity, Unit
from generator.yamltree import Document

FILE = "objectives.yaml"
"""Where the objectives stand, beside mkdocs.yml."""

LEVELS = ("error", "warning")
"""Levels of problems that may be ruled out."""

KINDS = ("file", "figures", "runs", "claims", "links", "cluster", "record")
"""Kinds of checks that may be ruled out: the names of `doubts.Kind` in lower case."""

WhenNotComparable = Literal["fail", "pass", "not judgeable"]
"""What becomes of a comparison that can't be made."""


def _one_figure(limit: Quantity | None) -> Quantity:
    """A limit is a figure, written without `~`."""
    if limit is None or not limit.is_exact:
        message = "a limit is one exact figure" if limit else "there is no figure here"
        hint = "write it without ~ and →, or leave the limit out"
        raise PydanticCustomError("quantity", "{message}", {"message": message, "hint": hint})
    return limit


Worsening = Annotated[Quantity | None, In(SHARE), AfterValidator(_one_figure)]
"""By how much a figure may be worse than another."""


class Limits(Part):
    """The limits of one metric; each of them is an objective of its own."""

    at_most: Any = Field(None, description="The largest figure that meets it.")
    at_least: Any = Field(None, description="The smallest figure that meets it.")

    @model_validator(mode="after")
    def _something(self) -> Limits:
        if not self.model_fields_set:
            hint = f"there are: {', '.join(sorted(type(self).model_fields))}"
            text = {"message": "no limit stands here", "hint": hint}
            raise PydanticCustomError("quantity", "{message}", text)
        return self


class RelativeLimits(Limits):
    """The limits of a metric that has a better direction: other runs are limits for it too."""

    no_worse_than: Worsening = Field(
        None,
        description="Than the baseline by at most this: 10%; of shares in percentage points.",
    )
    no_worse_than_best: Worsening = Field(
        None,
        description="The same against the best earlier like-for-like run of the scenario.",
    )


def _limits_of(unit: Unit, *, judged: bool) -> type[Limits]:
    """The limits of the metrics of a unit; `judged` are those with a better direction."""
    base = RelativeLimits if judged else Limits
    limit = Annotated[Quantity | None, In(unit), AfterValidator(_one_figure)]
    fields: dict[str, Any] = {
        name: (limit, Field(None, description=base.model_fields[name].description))
        for name in ("at_most", "at_least")
    }
    name = f"{base.__name__}Of{unit.name.title().replace(' ', '')}"
    return create_model(name, __base__=base, __module__=__name__, __doc__=base.__doc__, **fields)


def _ruled_out(name: str) -> str:
    known = [*LEVELS, *KINDS, *rules.explanations()]
    if name not in known:
        hint = explain.did_you_mean(name, known)
        hint = hint or f"write {', '.join((*LEVELS, *KINDS))}, or a code of loadbook check"
        message = f"{name!r} is no level, kind or code of problems"
        raise PydanticCustomError("quantity", "{message}", {"message": message, "hint": hint})
    return name


class _Targets(Part):
    no_unacknowledged: tuple[Annotated[Line, AfterValidator(_ruled_out)], ...] = Field(
        (),
        description="Problems that a run's record must not have, unless acknowledged: error, "
        "warning, a kind (figures, runs, claims, links, cluster, record) or a code.",
    )
    when_not_comparable: WhenNotComparable | None = Field(
        None,
        description="What becomes of an objective against another run that is not like for like, "
        "or not there: fail, pass, or not judgeable, which it is by itself.",
    )

    @property
    def limits(self) -> Mapping[str, Limits]:
        """The limits by metric, in the order of the registry."""
        found = {name: getattr(self, name) for name in METRICS}
        return {name: limits for name, limits in found.items() if limits is not None}


def _fields() -> dict[str, Any]:
    """A field for each metric; metrics of one unit have limits of one type."""
    types: dict[tuple[str, bool], type[Limits]] = {}
    found: dict[str, Any] = {}
    for metric in METRICS.values():
        kind = (metric.unit.name, metric.better is not None)
        if kind not in types:
            types[kind] = _limits_of(metric.unit, judged=kind[1])
        text = f"{metric.label}. {metric.definition}"
        found[metric.name] = (types[kind] | None, Field(None, description=text))
    return found


if TYPE_CHECKING:
    Targets = _Targets
else:
    Targets = create_model(
        "Targets",
        __base__=_Targets,
        __module__=__name__,
        __doc__="What runs have to meet: limits by metric, and problems they must not have.",
        **_fields(),
    )


class Policy(Part):
    """All objectives of a notebook."""

    default: Targets | None = Field(None, description="Objectives of every run.")
    scenarios: dict[Line, Targets] = Field(
        default_factory=dict,
        description="Objectives of the runs of a scenario; what they say of a metric takes the "
        "place of what the default says of it.",
    )

    def of(self, scenario: str | None) -> Wanted:
        """What is wanted of a run of this scenario."""
        own = self.scenarios.get(scenario) if scenario else None
        parts = [part for part in (self.default, own) if part is not None]
        limits: dict[str, Limits] = {}
        ruled_out: dict[str, None] = {}
        answer: WhenNotComparable = "not judgeable"
        for part in parts:
            limits |= part.limits
            ruled_out |= dict.fromkeys(part.no_unacknowledged)
            answer = part.when_not_comparable or answer
        ordered = {name: limits[name] for name in METRICS if name in limits}
        return Wanted(ordered, tuple(ruled_out), answer)


@dataclass(frozen=True)
class Wanted:
    """What is wanted of one run: limits by metric, problems it must not have, and what becomes of
    a comparison that can't be made.
    """

    limits: Mapping[str, Limits]
    no_unacknowledged: tuple[str, ...]
    when_not_comparable: WhenNotComparable


def read(content: bytes, file: str = FILE) -> tuple[Policy | None, tuple[Problem, ...]]:
    """The objectives in a file of this content, and what is wrong with it.

    None where anything is wrong: of half of the objectives nobody should think that all were met.
    """
    document = yamltree.read(file, content)
    if document.problems:
        return None, tuple(document.problems)
    if not isinstance(document.value, dict):
        hint = "write default: {error_rate: {at_most: 0.1%}}, for example"
        message = "there are no objectives" if document.value is None else "no mapping of fields"
        return None, (document.problem((), "record-empty", message, hint),)
    try:
        return Policy.model_validate(document.value), ()
    except ValidationError as error:
        return None, tuple(explain.problems_of(error, Policy, document))


def without_runs(
    policy: Policy, content: bytes, scenarios: Collection[str], file: str = FILE
) -> Iterator[Problem]:
    """A warning for each scenario with objectives that no run has: its name may be misspelt."""
    document: Document = yamltree.read(file, content)
    for name in policy.scenarios:
        if name not in scenarios:
            near = explain.did_you_mean(name, sorted(scenarios))
            yield document.problem(
                ("scenarios", name),
                "reference-unknown",
                f"no run has the scenario {name!r}",
                near or "its objectives are judged once a run names it in load.scenario",
                level=Level.WARNING,
                key=True,
            )
