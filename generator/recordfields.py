"""The fields that a record and the objectives may hold, as data for people: from the models.

A type that stands at several places (`Trend` below `k6.http_req_duration` and below `phases`) is
told at the first; the others refer to that.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo

from generator import fields, schema, versions, yamltree
from generator.fields import In
from generator.model import Campaign, Run
from generator.resources import TEMPLATES

EXAMPLES = TEMPLATES / "docs"
"""Where the example of each kind of record lies: `run.yaml`, `campaign.yaml`, `objectives.yaml`."""

KINDS: tuple[tuple[Any, str], ...] = (
    (fields.Line, "one line of text"),
    (fields.Prose, "Markdown"),
    (fields.Code, "text, as it is"),
    (fields.RunId, "a run, as campaign/run"),
    (fields.Key, "a short name"),
    (fields.Reference, "an entry of a record, by its id"),
    (fields.Moment, "a date, or date and time"),
    (fields.Tree, "a tree of settings"),
)
"""Types of fields, with what a person writes there."""


@dataclass(frozen=True)
class RecordField:
    """A field: where it stands, what is written there, and an example of it.

    `path` begins with the kind of record. `label` is the path without that, with `[]` behind what
    is a list. `unit` is that of a bare number. `like` is the anchor of the field that has the same
    parts, `holds` says whether its own parts follow. `also` are other names of it.
    """

    path: tuple[str, ...]
    label: str
    written: str
    text: str
    unit: str = ""
    default: str = ""
    required: bool = False
    example: str = ""
    like: str = ""
    holds: bool = False
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """The id that leads to it: `run-k6-http_req_duration`."""
        return "-".join(self.path)


@cache
def listed() -> Mapping[str, tuple[RecordField, ...]]:
    """Every field by kind of record, each before its parts, in the order of the models."""
    found: dict[type[BaseModel], RecordField] = {}
    return {kind: tuple(_of_record(kind, model, found)) for kind, model in schema.SCHEMAS.items()}


def _of_record(
    kind: str, model: type[BaseModel], told: dict[type[BaseModel], RecordField]
) -> Iterator[RecordField]:
    file = EXAMPLES / f"{kind}.yaml"
    example = yamltree.read(file.name, file.read_bytes()).value
    if model in (Run, Campaign):
        yield RecordField(
            (kind, versions.FIELD),
            versions.FIELD,
            "whole number",
            versions.DESCRIPTION,
            example=_spelled(example[versions.FIELD]),
        )
    yield from _of_model(model, (kind,), "", example, told)


def _of_model(
    model: type[BaseModel],
    path: tuple[str, ...],
    prefix: str,
    example: Any,
    told: dict[type[BaseModel], RecordField],
) -> Iterator[RecordField]:
    hints = get_type_hints(model, include_extras=True)
    for name, info in model.model_fields.items():
        shape = _shape(hints[name])
        given = example.get(name) if isinstance(example, dict) else None
        label = f"{prefix}{name}{shape.suffix}"
        here = (*path, name)
        known = told.get(shape.model) if shape.model else None
        leaf = shape.model is None
        field = RecordField(
            here,
            label,
            shape.written,
            info.description or "",
            shape.unit,
            _default(info),
            info.is_required(),
            (_spelled(given) or shape.example) if leaf else "",
            known.anchor if known else "",
            holds=not leaf and not known,
            also=_other_names(name, info),
        )
        yield field
        if shape.model and not known:
            told[shape.model] = field
            inside = _first(given)
            yield from _of_model(shape.model, here, f"{label}.", inside, told)


@dataclass(frozen=True)
class _Shape:
    """What an annotation asks for; `suffix` stands behind the name of a list or a mapping."""

    written: str
    unit: str = ""
    example: str = ""
    model: type[BaseModel] | None = None
    suffix: str = ""


def _shape(hint: Any) -> _Shape:
    for known, words in KINDS:
        if hint == known:
            return _Shape(words)
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        for one in parts[1:]:
            if isinstance(one, In):
                return _Shape("figure", one.unit.base, one.unit.examples[0])
        return _shape(parts[0])
    if origin in (Union, types.UnionType):
        (some,) = [part for part in parts if part is not type(None)]
        return _shape(some)
    if origin is Literal:
        return _Shape(f"one of {', '.join(parts)}", example=parts[0])
    if origin is tuple:
        one = _shape(parts[0])
        words = "list of entries" if one.model else f"list: {one.written}"
        return _Shape(words, one.unit, one.example, one.model, "[]")
    if origin is dict:
        one = _shape(parts[1])
        words = "entries by name" if one.model else f"{one.written}, by name"
        return _Shape(words, one.unit, one.example, one.model, "{}")
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return _Shape("fields", model=hint)
    return _Shape({bool: "true or false", int: "whole number", str: "text"}[hint])


def _default(info: FieldInfo) -> str:
    plain = info.default if isinstance(info.default, str | bool) else ""
    return _spelled(plain)


def _other_names(name: str, info: FieldInfo) -> tuple[str, ...]:
    alias = info.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else []
    return tuple(one for one in choices if isinstance(one, str) and one != name)


def _first(given: Any) -> Any:
    """The part of an example that shows what a field holds: of several the first."""
    return given[0] if isinstance(given, list) and given else given


def _spelled(given: Any) -> str:
    """A value of an example as it is written on one line of YAML."""
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, list):
        return f"[{', '.join(map(_spelled, given))}]"
    if isinstance(given, dict):
        return f"{{{', '.join(f'{name}: {_spelled(one)}' for name, one in given.items())}}}"
    return "" if given is None else str(given).strip()
