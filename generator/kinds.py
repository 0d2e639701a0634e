"""What may stand at each place of a record, as far as merging must know: read from the model."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from pydantic import AliasChoices, BaseModel

from generator.fields import In, as_written
from generator.model import Run
from generator.units import Quantity, Unit
from generator.yamltree import Path


@dataclass(frozen=True)
class Kind:
    """What may stand at a place of a record, as far as merging must know."""

    unit: Unit | None = None
    model: type[BaseModel] | None = None
    items: Kind | None = None
    values: Kind | None = None
    is_moment: bool = False

    def of(self, key: str) -> Kind:
        """The kind of a field, or of an entry of a mapping with free keys."""
        if self.model is not None:
            return kinds_of(self.model).get(key, PLAIN)
        return self.values or PLAIN


PLAIN = Kind()


@cache
def kinds_of(model: type[BaseModel]) -> Mapping[str, Kind]:
    """The kind of each field of a part of the record, in the model's order."""
    return {
        name: kind_of(info.annotation, info.metadata) for name, info in model.model_fields.items()
    }


@cache
def spellings_of(model: type[BaseModel]) -> Mapping[str, str]:
    """Other spellings of its fields, such as k6's `p(95)`, to the field's name."""
    found: dict[str, str] = {}
    for name, info in model.model_fields.items():
        if isinstance(info.validation_alias, AliasChoices):
            found |= {str(choice): name for choice in info.validation_alias.choices}
    return found


def kind_of(annotation: Any, metadata: Sequence[Any] = ()) -> Kind:
    """The kind that a type annotation of the model means."""
    units_written = [mark.unit for mark in metadata if isinstance(mark, In)]
    if units_written:
        return Kind(unit=units_written[0])
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return kind_of(arguments[0], arguments[1:])
    if origin in (typing.Union, types.UnionType):
        return kind_of(next(argument for argument in arguments if argument is not type(None)))
    if origin is tuple:
        return Kind(items=kind_of(arguments[0]))
    if origin is dict:
        return Kind(values=kind_of(arguments[1]))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Kind(model=annotation)
    return Kind(is_moment=annotation in (date, datetime))


RUN = kind_of(Run)


def order_at(path: Path) -> list[str]:
    """Names of the fields of the part at a path, in the model's order with all their spellings."""
    kind = RUN
    for part in path:
        inside = kind.items if isinstance(part, int) else kind.of(part)
        kind = inside or PLAIN
    if kind.model is None:
        return []
    others = spellings_of(kind.model)
    return [
        spelling
        for name in kinds_of(kind.model)
        for spelling in dict.fromkeys([name, *(key for key in others if others[key] == name)])
    ]


def tidied(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields in the order of the model, as plain values, without what is empty or absent."""
    found = _tidied(fields, RUN)
    return found if isinstance(found, dict) else {}


def _tidied(value: Any, kind: Kind) -> Any:
    if isinstance(value, Quantity):
        return as_written(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8").strip()
    if isinstance(value, Mapping):
        given = value
        if kind.model is not None:
            other = spellings_of(kind.model)
            named = {other.get(str(key), str(key)): item for key, item in value.items()}
            ordered = dict.fromkeys([*kinds_of(kind.model), *named])
            given = {name: named[name] for name in ordered if name in named}
        plain = {str(key): _tidied(item, kind.of(str(key))) for key, item in given.items()}
        return {key: item for key, item in plain.items() if not is_nothing(item)}
    if isinstance(value, list | tuple):
        return [_tidied(item, kind.items or PLAIN) for item in value]
    return value


def is_nothing(value: Any) -> bool:
    """Whether a value is absent: none, or an empty list or mapping."""
    return value is None or (isinstance(value, dict | list) and not value)


def written_keys(old: Mapping[str, Any], kind: Kind) -> dict[str, str]:
    """Names of the fields that are there, to how they are spelt."""
    other = spellings_of(kind.model) if kind.model is not None else {}
    return {other.get(key, key): key for key in old}
