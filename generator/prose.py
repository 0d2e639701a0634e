"""Prose of a record: where it stands, and figures in it that are computed.

`{{ value('request_rate') }}`, `{{ delta('latency_p95', vs='session-8/pre-fix') }}` and
`{{ change('request_rate') }}` become figures of the run. Jinja reads the text; of what it can say
nothing but these calls with plain texts is accepted, and nothing is ever executed, so that no
attribute, loop or product can be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeVar, get_args

from jinja2 import Environment, TemplateError, nodes
from pydantic import BaseModel

from generator.fields import Markdown
from generator.yamltree import Path

Model = TypeVar("Model", bound=BaseModel)

MOST_CALLS = 100
"""How many figures one text may have computed."""

FUNCTIONS = {
    "value": ("metric", "run"),
    "delta": ("metric", "vs", "run"),
    "change": ("metric", "vs", "run"),
}
"""The functions that prose may call, with their parameters; only the metric is required."""


class ProseError(Exception):
    """A text that asks for what can't be computed; `expression` is what to look for in it."""

    def __init__(self, message: str, hint: str, expression: str = "{{") -> None:
        super().__init__(message)
        self.hint = hint
        self.expression = expression


@dataclass(frozen=True)
class Call:
    """One figure to compute: `function` is one of FUNCTIONS, `arguments` are by parameter."""

    function: str
    arguments: dict[str, str]


_EXAMPLE = "write {{ value('request_rate') }}, {{ delta('latency_p95', vs='campaign/run') }}"


@lru_cache(maxsize=4096)
def parts(text: str) -> tuple[str | Call, ...]:
    """The text in pieces: literal texts, and the figures between them.

    Raises ProseError for everything that is not a call of FUNCTIONS with plain texts.
    """
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return (text,)
    try:
        tree = _jinja().parse(text)
    except (TemplateError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        hint = f"{_EXAMPLE}; put {{% raw %}} … {{% endraw %}} around braces that are meant as such"
        raise ProseError(f"the figures in this text can't be read: {reason}", hint) from None
    found: list[str | Call] = []
    for statement in tree.body:
        if not isinstance(statement, nodes.Output):
            raise ProseError("only figures can be computed in a text", _EXAMPLE, "{%")
        for node in statement.nodes:
            found.append(node.data if isinstance(node, nodes.TemplateData) else _call(node))
    if sum(isinstance(part, Call) for part in found) > MOST_CALLS:
        raise ProseError(
            f"more than {MOST_CALLS} figures in one text", "write a table's worth less"
        )
    return tuple(found)


@cache
def _jinja() -> Environment:
    """Reads only; a template is never compiled from it."""
    return Environment(autoescape=False, keep_trailing_newline=True)  # noqa: S701


def _call(node: nodes.Node) -> str | Call:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return node.value
    callee = node.node if isinstance(node, nodes.Call) else None
    if not isinstance(node, nodes.Call) or not isinstance(callee, nodes.Name):
        raise ProseError("only figures can be computed in a text", _EXAMPLE)
    parameters = FUNCTIONS.get(callee.name)
    if parameters is None:
        listed = ", ".join(FUNCTIONS)
        raise ProseError(f"there is no {callee.name[:40]!r}", f"there are: {listed}", callee.name)
    if node.dyn_args or node.dyn_kwargs or len(node.args) > 1:
        raise ProseError(f"{callee.name} takes one metric", _EXAMPLE, callee.name)
    given = [("metric", argument) for argument in node.args]
    given += [(keyword.key, keyword.value) for keyword in node.kwargs]
    arguments: dict[str, str] = {}
    for name, value in given:
        if name not in parameters or name in arguments:
            listed = ", ".join(parameters)
            message = f"{callee.name} takes no {'second ' * (name in parameters)}{name[:40]!r}"
            raise ProseError(message, f"it takes: {listed}", callee.name)
        if not isinstance(value, nodes.Const) or not isinstance(value.value, str):
            raise ProseError(f"{name} of {callee.name} is no plain text", _EXAMPLE, callee.name)
        arguments[name] = value.value
    if "metric" not in arguments:
        raise ProseError(f"{callee.name} names no metric", _EXAMPLE, callee.name)
    return Call(callee.name, arguments)


def texts(part: BaseModel, at: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text of a record in which figures may be computed, with where it stands."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        items = enumerate(value) if isinstance(value, tuple) else [(None, value)]
        for position, item in items:
            path = (*at, name) if position is None else (*at, name, position)
            if isinstance(item, BaseModel):
                yield from texts(item, path)
            elif isinstance(item, str) and _is_prose(type(part), name):
                yield path, item


def rewritten(part: Model, change: Callable[[Path, str], str], at: Path = ()) -> Model:
    """A copy of a part of a record with each of these texts replaced by what `change` gives."""
    update: dict[str, Any] = {}
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, tuple):
            items = [
                _changed(type(part), name, item, change, (*at, name, position))
                for position, item in enumerate(value)
            ]
            if any(new is not old for new, old in zip(items, value, strict=True)):
                update[name] = tuple(items)
        else:
            new = _changed(type(part), name, value, change, (*at, name))
            if new is not value:
                update[name] = new
    return part.model_copy(update=update) if update else part


def _changed(
    model: type[BaseModel], name: str, item: Any, change: Callable[[Path, str], str], at: Path
) -> Any:
    if isinstance(item, BaseModel):
        return rewritten(item, change, at)
    if isinstance(item, str) and _is_prose(model, name):
        new = change(at, item)
        return item if new == item else new
    return item


@cache
def _is_prose(model: type[BaseModel], name: str) -> bool:
    info = model.model_fields[name]
    return _marked(info.metadata) or _holds_prose(info.annotation)


def _marked(metadata: Any) -> bool:
    return any(isinstance(mark, Markdown) for mark in metadata)


def _holds_prose(annotation: Any) -> bool:
    """Whether an annotation is Prose, `Prose | None` or `tuple[Prose, ...]`."""
    if _marked(getattr(annotation, "__metadata__", ())):
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return False
    return any(_holds_prose(argument) for argument in get_args(annotation))
