"""What may stand in a record, drawn from the model: a new field is covered by being there."""

from __future__ import annotations

import json
import string
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from hypothesis import strategies as st
from pydantic import BaseModel, StringConstraints

from generator.fields import NAME, In
from generator.model import Campaign, Run
from generator.units import CHANGE, COUNT, SECONDS, Unit

LETTERS = string.ascii_letters + string.digits + " .,:;-_#'\"\\/~→%&*![]{}<>|`@éß漢🙂\t"
LINES = st.text(alphabet=LETTERS, min_size=1, max_size=20).filter(lambda text: bool(text.strip()))
PROSE = st.lists(LINES, min_size=1, max_size=3).map("\n".join)
NAMES = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,8}\Z")
RUN_IDS = st.tuples(NAMES, NAMES).map("/".join)
DATETIMES = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1))
ZONED = st.builds(lambda when, zone: when.replace(tzinfo=zone), DATETIMES, st.timezones())
MOMENTS = st.one_of(st.dates(), DATETIMES, ZONED).map(lambda when: when.isoformat())
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6), LINES
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(LINES.map(str.strip), inner, max_size=2)
    ),
    max_leaves=4,
)


KEYS = st.sampled_from(["a", "more-nodes", "k_1.2"])
REFERENCES = st.sampled_from(["#a", "#more-nodes", "a/b#a", "s-8/post.fix#k_1.2"])


@st.composite
def figures(draw: st.DrawFn, unit: Unit) -> str | float | int:
    """A figure as it may be written in a record."""
    most = 1 if unit.maximum == 1 else 10_000
    number = draw(st.decimals(0, most, places=draw(st.integers(0, 3))))
    kind = draw(st.sampled_from(["number", "text", "approximate", "range", "open", "N/A"]))
    suffixes = [suffix for suffix, factor in unit.factors.items() if factor <= 1 or most > 1]
    suffix = draw(st.sampled_from([*suffixes, ""]))
    if unit is SECONDS and draw(st.booleans()):
        return draw(st.sampled_from(["13m", "1m30s", "02:00", "1 h 5 min"]))
    if unit is CHANGE and draw(st.booleans()):
        return draw(st.sampled_from(["-50%", "2x", "2x→3x", "+10%"]))
    texts = {
        "text": f"{number}{suffix}",
        "approximate": f"~{number}{suffix}",
        "range": f"{number}{suffix}→{number / 2}{suffix}",
        "open": f"{number}{suffix}→?",
        "N/A": "N/A",
    }
    if kind == "number":
        return int(number) if unit is COUNT else float(number)
    return texts[kind]


def values(annotation: Any, metadata: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    """What may stand in a field of this type."""
    for mark in metadata:
        if isinstance(mark, In):
            return figures(mark.unit)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return values(arguments[0], arguments[1:])
    if arguments == (date, datetime):
        return MOMENTS
    if origin in (typing.Union, types.UnionType):
        return st.one_of([values(item) for item in arguments if item is not type(None)])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=2)
    if origin is dict:
        inner = TREES if arguments[1] is Any else values(arguments[1])
        return st.dictionaries(LINES.map(str.strip), inner, max_size=2)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return contents(annotation)
    if annotation is bool:
        return st.booleans()
    assert annotation is str, annotation
    for mark in metadata:
        if isinstance(mark, StringConstraints) and "#" in str(mark.pattern):
            return REFERENCES
        if isinstance(mark, StringConstraints) and mark.pattern == f"^{NAME}$":
            return KEYS
        if isinstance(mark, StringConstraints) and "/" in str(mark.pattern):
            return RUN_IDS
        if isinstance(mark, StringConstraints) and mark.pattern:
            return LINES
    return PROSE


def contents(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    """What may stand in a file, or in a part of it: required fields, and any of the others."""
    fields = {
        name: values(info.annotation, tuple(info.metadata))
        for name, info in model.model_fields.items()
    }
    needed = {name for name, info in model.model_fields.items() if info.is_required()}
    return st.fixed_dictionaries(
        {name: fields[name] for name in fields if name in needed},
        optional={name: fields[name] for name in fields if name not in needed},
    )


def as_file(content: Mapping[str, Any]) -> bytes:
    """The content as a file: JSON, which is YAML too."""
    return json.dumps(content, ensure_ascii=False).encode()


RUNS = contents(Run)
CAMPAIGNS = contents(Campaign)


@st.composite
def notebooks(draw: st.DrawFn) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Two runs of one campaign and the campaign itself, each whole; baselines lead to a run."""
    runs = {name: dict(draw(RUNS)) for name in ("case/a", "case/b")}
    for run in runs.values():
        run.pop("baseline", None)
        run.pop("repeats", None)
        if "load" in run:  # of one scenario, so that they are compared
            run["load"] = {**run["load"], "scenario": "shop"}
    relation = draw(st.sampled_from(["baseline", "repeats", ""]))
    if relation:
        runs["case/b"][relation] = "case/a"
    return runs, {"case": draw(CAMPAIGNS)}
