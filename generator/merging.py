"""What importing adds to a record, as data: edits to make, and conflicts that are kept as they are.

Nothing in here touches a file or text. Values are plain, as `yamltree` reads them; the model says
which of them are quantities and which lists hold things with a name.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from generator.agreement import agree, is_finer, plain
from generator.kinds import PLAIN, RUN, Kind, is_nothing, tidied, written_keys
from generator.measured import (
    Autoscaler,
    Cache,
    Endpoint,
    Endpoints,
    NamedCheck,
    Node,
    Pod,
    Series,
    Snapshot,
    SourceFile,
    Threshold,
)
from generator.yamltree import Path

IDENTITY: Mapping[type[BaseModel], tuple[str, ...]] = {
    Autoscaler: ("name",),
    Endpoint: ("method", "path"),
    NamedCheck: ("name", "group"),
    Node: ("name",),
    Pod: ("name",),
    Series: ("file",),
    Snapshot: ("moment",),
    SourceFile: ("file", "sha256"),
    Threshold: ("metric", "expression"),
}
"""The fields by which things in a list are told apart; other lists are one value as a whole."""

NAMED_BY_PEOPLE: frozenset[Path] = frozenset({("title",), ("load", "scenario")})
"""Names that whoever wrote the record chose: an import neither alters nor contradicts them."""

_NOTHING_SAID: Mapping[str, str] = {"contains": "default"}
"""Values of fields that say no more than that it is not known: any other one is better."""

_MEASURED_BY_ONE = (Endpoints, Cache)
"""Parts whose figures come from one source and are not mixed with those of another."""


@dataclass(frozen=True)
class Edit:
    """One thing to alter: a new key, a new item at the end of a list, or another value.

    `path` ends with the key or position that is set, `said` is where the value stands in what was
    imported; `old` is the value that gives way, where `replaces`.
    """

    path: Path
    said: Path
    value: Any
    replaces: bool = False
    old: Any = None


@dataclass(frozen=True)
class Conflict:
    """A figure that stands in the record and differs from the imported one; it is kept."""

    path: Path
    said: Path
    old: Any
    new: Any


@dataclass
class Plan:
    """What merging comes to; edits are in the order of the model's fields."""

    edits: list[Edit] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


Policy = Literal["keep", "replace", "finer"]
"""What becomes of what is there and differs; `finer` also lets more digits of one figure win."""


def plan(value: Mapping[str, Any], fields: Mapping[str, Any], policy: Policy = "keep") -> Plan:
    """How a record's `value` takes in imported `fields`."""
    planner = _Planner(policy)
    planner.mapping(((), ()), RUN, value, tidied(fields))
    return planner.plan


def apply(value: Mapping[str, Any], edits: Sequence[Edit]) -> dict[str, Any]:
    """A copy of `value` with the edits made."""
    result: dict[str, Any] = copy.deepcopy(dict(value))
    for edit in edits:
        *parents, last = edit.path
        holder: Any = result
        for part in parents:
            holder = holder[part]
        if isinstance(holder, list) and last == len(holder):
            holder.append(copy.deepcopy(edit.value))
        else:
            holder[last] = copy.deepcopy(edit.value)
    return result


_Where = tuple[Path, Path]
"""Where something stands: in the record, and in what was imported."""


class _Planner:
    """Walks a record and imported fields side by side."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.plan = Plan()

    def mapping(
        self, where: _Where, kind: Kind, old: Mapping[str, Any], new: dict[str, Any]
    ) -> None:
        spelt = written_keys(old, kind)
        for key, item in new.items():
            there = spelt.get(key, key)
            inside = (*where[0], there), (*where[1], key)
            if is_nothing(old.get(there)):
                self.plan.edits.append(Edit(*inside, item, there in old, old.get(there)))
            else:
                self.value(inside, kind.of(key), old[there], item)

    def value(self, where: _Where, kind: Kind, old: Any, new: Any) -> None:
        path = where[0]
        if path == ("status",) and (old == "planned" or "unknown" in (old, new)):
            if old != new and (old == "planned" or new != "unknown"):
                self.plan.edits.append(Edit(*where, new, True, old))
        elif path in NAMED_BY_PEOPLE:
            return
        elif (nothing := _NOTHING_SAID.get(str(path[-1]))) and nothing in (old, new):
            if old == nothing != new:
                self.plan.edits.append(Edit(*where, new, True, old))
        elif isinstance(old, dict) and isinstance(new, dict) and not _apart(kind, old, new):
            self.mapping(where, kind, old, new)
        elif isinstance(old, list) and isinstance(new, list) and kind.items in _WITH_IDENTITY:
            self.things(where, kind.items or PLAIN, old, new)
        elif not _agree(kind, old, new):
            self.differs(where, old, new)
        elif self.policy == "finer" and is_finer(kind, old, new):
            self.plan.edits.append(Edit(*where, new, True, old))

    def things(self, where: _Where, kind: Kind, old: list[Any], new: list[Any]) -> None:
        """Merge two lists of things that are told apart by their identity."""
        places = {name: at for at, name in enumerate(_names(kind, old))}
        size = len(old)
        for number, name in enumerate(_names(kind, new)):
            at = places.get(name)
            said = (*where[1], number)
            if at is None:
                alike = _less_named(kind, old, new[number])
                one_to_one = len(alike) == 1 and len(_less_named(kind, new, old[alike[0]])) == 1
                at = alike[0] if one_to_one else None
                is_sum = bool(alike) or _is_sum_of_known(kind, old, new[number])
                if at is None and is_sum:
                    continue
            if at is None:
                self.plan.edits.append(Edit((*where[0], size), said, new[number]))
                size += 1
            elif kind.model is not SourceFile:  # the same file again tells nothing new
                self.value(((*where[0], at), said), kind, old[at], new[number])

    def differs(self, where: _Where, old: Any, new: Any) -> None:
        if self.policy == "replace":
            self.plan.edits.append(Edit(*where, new, True, old))
        else:
            self.plan.conflicts.append(Conflict(*where, old, new))


_WITH_IDENTITY = tuple(Kind(model=model) for model in IDENTITY)


def _names(kind: Kind, things: Sequence[Any]) -> Iterator[tuple[str, ...]]:
    """The identity of each thing; a second one of the same name is told apart by its number."""
    seen: dict[tuple[str, ...], int] = {}
    for thing in things:
        parts = IDENTITY[kind.model] if kind.model is not None else ()
        known = thing if isinstance(thing, dict) else {}
        name = tuple(plain(known.get(part)) for part in parts)
        seen[name] = seen.get(name, 0) + 1
        yield (*name, str(seen[name]))


def _less_named(kind: Kind, old: Sequence[Any], endpoint: dict[str, Any]) -> list[int]:
    """Where endpoints of the same path stand, of which one side does not know the method.

    One is the same endpoint; of several a figure without a method is the sum.
    """
    if kind.model is not Endpoint:
        return []
    return [
        at
        for at, one in enumerate(old)
        if isinstance(one, dict)
        and plain(one.get("path")) == plain(endpoint.get("path"))
        and not ("method" in one and "method" in endpoint)
    ]


def _is_sum_of_known(kind: Kind, old: Sequence[Any], check: dict[str, Any]) -> bool:
    """Whether a check without its group stands in the record once for each group.

    The text of k6 1.x names no groups: it sums over them.
    """
    return (
        kind.model is NamedCheck
        and "group" not in check
        and any(plain(one.get("name")) == plain(check.get("name")) for one in old)
    )


def _apart(kind: Kind, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether two parts were measured by different sources, so that they can't be one."""
    sources = [part.get("source") for part in (old, new)]
    return kind.model in _MEASURED_BY_ONE and None not in sources and sources[0] != sources[1]


def _agree(kind: Kind, old: Any, new: Any) -> bool:
    """Whether both can be the same, as far as what is written tells."""
    if isinstance(old, list) and isinstance(new, list):
        pairs = zip(old, new, strict=False)
        inside = kind.items or PLAIN
        return len(old) == len(new) and all(_agree(inside, *pair) for pair in pairs)
    if isinstance(old, dict) and isinstance(new, dict):
        inside_plan = _Planner("keep")
        inside_plan.mapping(((), ()), kind, old, new)
        return not (_apart(kind, old, new) or inside_plan.plan.edits or inside_plan.plan.conflicts)
    if isinstance(old, dict | list) or isinstance(new, dict | list):
        return False
    return agree(kind, old, new)
