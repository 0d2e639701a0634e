"""What was read of records as JSON and back, without reading it anew.

Only values come out of it, whatever it is that is unpacked: parts of a record, quantities, dates,
texts, numbers, mappings and lists. Nothing in it names a function or another class.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from generator import measured, model, narrative
from generator.fields import Part
from generator.units import Quantity
from generator.yamltree import Written


class PackingError(ValueError):
    """Something that can't be packed, or nothing that was packed here."""


@dataclass(frozen=True)
class _Form:
    """How a part is put together: its class, the values of fields that were not written."""

    of: type[Part]
    defaults: Mapping[str, Any]
    factories: tuple[tuple[str, Callable[[], Any]], ...]

    def made(self, written: Mapping[str, Any]) -> Part:
        """The part with these fields, as its validation made it."""
        values = {**self.defaults, **written}
        if len(values) > len(self.defaults):
            raise PackingError("a field that there is not")
        for name, make in self.factories:
            if name not in written:
                values[name] = make()
        part = self.of.__new__(self.of)
        part.__setstate__(
            {
                "__dict__": values,
                "__pydantic_fields_set__": set(written),
                "__pydantic_extra__": None,
                "__pydantic_private__": None,
            }
        )
        return part


def _form(of: type[Part]) -> _Form:
    fields = of.model_fields
    return _Form(
        of,
        {name: None if field.is_required() else field.default for name, field in fields.items()},
        tuple(
            (name, field.default_factory)  # type: ignore[misc]  # none of ours asks for the others
            for name, field in fields.items()
            if field.default_factory is not None
        ),
    )


_FORMS = {
    found.__name__: _form(found)
    for module in (model, measured, narrative)
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, Part) and found is not Part
}


def pack(value: Any) -> bytes:
    """The value as one line of JSON; raises PackingError where that would not give it back."""
    try:
        text = json.dumps(
            _packed(value), allow_nan=False, ensure_ascii=False, separators=(",", ":")
        )
        return text.encode()
    except (ValueError, RecursionError) as error:
        raise PackingError(str(error)) from error


def unpack(packed: bytes) -> Any:
    """What was packed; raises PackingError where it is nothing of the kind."""
    try:
        return _unpacked(json.loads(packed))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise PackingError(str(error)) from error


def _packed(value: Any) -> Any:
    """A list begins with what it is; all else that JSON has stands for itself."""
    if isinstance(value, Part):
        set_ = {name: _packed(getattr(value, name)) for name in _fields_written(value)}
        return ["part", type(value).__name__, set_]
    if isinstance(value, Quantity):
        return ["quantity", *(getattr(value, name) for name in Quantity.__match_args__)]
    if isinstance(value, datetime):
        return ["time", value.isoformat()]
    if isinstance(value, date):
        return ["date", value.isoformat()]
    if isinstance(value, Written):
        return ["written", value.text]
    if isinstance(value, tuple | list):
        return ["tuple" if isinstance(value, tuple) else "list", *map(_packed, value)]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _packed(item) for key, item in value.items()}
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise PackingError(f"a {type(value).__name__}")


def _fields_written(part: Part) -> list[str]:
    return [name for name in type(part).model_fields if name in part.model_fields_set]


def _unpacked(packed: Any) -> Any:
    kind = type(packed)
    if kind is list:
        return _KINDS[packed[0]](packed)
    if kind is dict:
        return {key: _unpacked(value) for key, value in packed.items()}
    return packed


def _part(packed: list[Any]) -> Part:
    _, name, fields = packed
    return _FORMS[name].made(
        {
            key: _unpacked(value) if type(value) in (list, dict) else value
            for key, value in fields.items()
        }
    )


_KINDS: dict[str, Callable[[list[Any]], Any]] = {
    "part": _part,
    "quantity": lambda packed: Quantity(*packed[1:]),
    "time": lambda packed: datetime.fromisoformat(packed[1]),
    "date": lambda packed: date.fromisoformat(packed[1]),
    "written": lambda packed: Written(packed[1]),
    "tuple": lambda packed: tuple(map(_unpacked, packed[1:])),
    "list": lambda packed: list(map(_unpacked, packed[1:])),
}
