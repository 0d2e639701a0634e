"""What pydantic found wrong with a record, said so that its author can mend it.

Each error becomes a problem at the place of its field: unknown keys and choices with "did you
mean", values with what they are and what was expected.
"""

from __future__ import annotations

import difflib
import typing
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from generator.errors import Problem
from generator.fields import NAME
from generator.yamltree import Document, Path


def problems_of(
    error: ValidationError, model: type[BaseModel], document: Document, at: Path = ()
) -> Iterator[Problem]:
    """A problem for each error, at the place of the field in `document`.

    `at` is where the validated part stands in the document.
    """
    for detail in error.errors(include_url=False):
        path = (*at, *_place_of(detail))
        code, message, hint = _said(detail, model)
        at_key = code == "field-unknown" or "[key]" in detail["loc"]
        yield document.problem(path, code, message, hint, key=at_key)


def without_errors(
    error: ValidationError, model: type[BaseModel], value: dict[str, Any]
) -> BaseModel | None:
    """The model of `value` without the fields that `error` names; None if nothing is left.

    Required fields that are missing at the top are filled with a stand-in: the result is for
    checking what else is wrong, never for a page.
    """
    for _ in range(4):
        wrong = []
        for detail in error.errors(include_url=False):
            loc = _place_of(detail)
            wrong.append(loc[:-1] if detail["type"] == "missing" and len(loc) > 1 else loc)
        value = _without(value, wrong)
        value = (
            {**_STAND_INS, **value} if "status" in model.model_fields else {"title": "?", **value}
        )
        try:
            return model.model_validate(value)
        except ValidationError as next_error:
            error = next_error
    return None


_STAND_INS = {"title": "?", "status": "planned"}


def _place_of(detail: ErrorDetails) -> Path:
    """Where in the record an error stands; pydantic marks errors of a key itself."""
    return tuple(part for part in detail["loc"] if part != "[key]")


def _without(value: Any, paths: Sequence[Path]) -> Any:
    """A copy of `value` without the fields at `paths`; paths that lead nowhere do nothing."""
    inside: dict[str | int, list[Path]] = {}
    for path in paths:
        if path:
            inside.setdefault(path[0], []).append(path[1:])
    gone = {head for head, rests in inside.items() if () in rests}
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key not in gone}
        return {key: _without(item, inside.get(key, ())) for key, item in kept.items()}
    if isinstance(value, list):
        numbered = enumerate(value)
        return [_without(item, inside.get(at, ())) for at, item in numbered if at not in gone]
    return value


def _said(detail: ErrorDetails, model: type[BaseModel]) -> tuple[str, str, str]:
    """Code, message and hint of one error."""
    kind = detail["type"]
    name = str(detail["loc"][-1]) if detail["loc"] else ""
    context = detail.get("ctx", {})
    written = detail["input"]
    if kind == "missing":
        field = fields_at(model, detail["loc"][:-1]).get(name)
        return "field-missing", f"{name!r} is missing", field.description or "" if field else ""
    if kind == "extra_forbidden":
        known = fields_at(model, detail["loc"][:-1])
        near = did_you_mean(name, known)
        listed = ", ".join(sorted(known))
        return "field-unknown", f"{_short(name)} is no field here", near or f"there are: {listed}"
    if kind == "quantity":
        return "value-unit", str(context["message"]), str(context["hint"])
    if kind == "date":
        return "value-date", f"{context['written']} is no date", str(context["hint"])
    if kind == "literal_error":
        choices = _choices(str(context["expected"]))
        near = did_you_mean(str(written), choices)
        expected = f"one of: {', '.join(choices)}"
        message = f"{_short(written)} is not {expected}"
        return "value-choice", message, near or f"write {expected}"
    if kind in _EXPECTED:
        message = f"{_kind(written)} stands where {_EXPECTED[kind]} is expected"
        return "value-type", message, f"write {_EXPECTED[kind]}"
    if kind in _TEXT:
        message, hint = _TEXT[kind](written, context)
        return "value-text", message, hint
    return "value-type", f"{_short(written)}: {detail['msg']}", "see the schema"


_EXPECTED = {
    "string_type": "a text",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dict_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "bool_type": "true or false",
}

_TEXT: dict[str, Callable[[Any, dict[str, Any]], tuple[str, str]]] = {
    "string_too_short": lambda _written, _context: ("the text is empty", "write something"),
    "string_too_long": lambda written, context: (
        f"the text has {len(str(written)):,} characters",
        f"at most {context['max_length']:,} fit here",
    ),
    "string_pattern_mismatch": lambda written, context: (
        (f"{_short(written)} is no reference", "write campaign/run#key, or #key in the same record")
        if "#" in str(context["pattern"])
        else (f"{_short(written)} is no key", "write letters, digits, . _ -")
        if str(context["pattern"]) == f"^{NAME}$"
        else (f"{_short(written)} is no run", "name a run as campaign/run, without suffix")
        if "/" in str(context["pattern"])
        else (f"{_short(written)} has more than one line", "write it on one line")
    ),
}


def fields_at(model: type[BaseModel], loc: Sequence[str | int]) -> dict[str, Any]:
    """The fields of the part of `model` that stands at `loc`: name to pydantic's FieldInfo."""
    current: Any = model
    for part in loc:
        if isinstance(part, int):
            current = _model(current)
            continue
        holder = _model(current)
        field = holder.model_fields.get(part) if holder else None
        current = field.annotation if field else holder
    found = _model(current)
    return dict(found.model_fields) if found else {}


def _model(annotation: Any) -> type[BaseModel] | None:
    """The model in `Model`, `Model | None` or `tuple[Model, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in typing.get_args(annotation):
        found = _model(argument)
        if found:
            return found
    return None


def did_you_mean(name: str, known: Sequence[str] | dict[str, Any]) -> str:
    """`did you mean 'scenario'?`, or nothing where nothing is near."""
    near = difflib.get_close_matches(name[:100], list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else ""


def _choices(expected: str) -> list[str]:
    return [choice for choice in expected.replace(" or ", ", ").split("'") if choice.strip(", ")]


def _short(written: object) -> str:
    text = str(written)
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _kind(written: object) -> str:
    if written is None:
        return "nothing"
    names = {dict: "a mapping", list: "a list", bool: "true or false", str: "a text"}
    return next((name for kind, name in names.items() if isinstance(written, kind)), "a number")
