"""Edits made in the text of a YAML file: no byte of a line that is not edited changes.

A round trip through a YAML library normalises what people wrote (spaces, quotes, line ends), so
text is put in at the places that the parser gives. Whoever calls reads the result again and
compares: an edit that text can't carry is found then, before anything is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from generator import yamltree
from generator.errors import field_name
from generator.merging import Edit
from generator.yamltree import Path


class NoPlaceError(Exception):
    """An edit leads to where text can't be put in, such as behind an alias; `path` says where."""

    def __init__(self, path: Path) -> None:
        super().__init__(field_name(path))
        self.path = path


STEP = 2
"""Spaces by which a level is indented."""

Order = Callable[[Path], Sequence[str]]
"""Names of the fields of the part at a path, in the order in which they are written."""


def edited(text: str, edits: Sequence[Edit], order: Order) -> str:
    """`text` with the edits made; it must be one that `yamltree.read` finds nothing wrong with.

    A new key goes after the key that comes before it in `order`, behind that key's own comments.
    Raises NoPlaceError.
    """
    if not edits:
        return text
    line_end = "\r\n" if "\r\n" in text[: text.find("\n") + 1] else "\n"
    if not text.endswith(("\n", "\r")):
        text += line_end
    changes = sorted(
        _Editor(text, order).changes(edits), key=lambda change: (change.start, -change.depth)
    )
    parts: list[str] = []
    at = 0
    for change in changes:
        parts += [text[at : change.start], change.text.replace("\n", line_end)]
        at = max(at, change.end)
    return "".join([*parts, text[at:]])


def begun(text: str, key: str, value: Any) -> str:
    """`text` with a key put before its first one, below the comments that the file begins with.

    It must be a mapping that `yamltree.read` finds nothing wrong with. Raises NoPlaceError where
    its first key does not begin a line.
    """
    root = _Editor(text, lambda _: ()).root
    line_end = "\r\n" if "\r\n" in text[: text.find("\n") + 1] else "\n"
    if root.is_flow:
        quoted = text[root.start + 1 : root.end].lstrip().startswith('"')
        pair = f"{json.dumps(key) if quoted else scalar(key)}: {flow(value)}"
        return f"{text[: root.start + 1]}{pair}, {text[root.start + 1 :]}"
    start = root.start - root.column
    if text[start : root.start].strip(" ") or (start and text[start - 1] not in "\r\n"):
        raise NoPlaceError((key,))
    lines = block({key: value}, root.column).replace("\n", line_end)
    return f"{text[:start]}{lines}{text[start:]}"


@dataclass(frozen=True)
class _Change:
    """Text between two positions gives way to another; at one position deeper ones come first."""

    start: int
    end: int
    text: str
    depth: int


@dataclass
class _Node:
    """A value in the text: its first character, the one after its last, and what is in it.

    `column` is that of its keys or dashes, `keys` has the position behind each key, `keeps` says
    that blank lines behind it belong to a text at its end. Comments are no part of a node.
    """

    start: int
    end: int
    column: int
    is_flow: bool = False
    is_block: bool = False
    keeps: bool = False
    keys: dict[str, int] = field(default_factory=dict)
    inside: dict[str | int, _Node] = field(default_factory=dict)


_NOWHERE = _Node(0, 0, 0)


class _Editor:
    """Finds the places of edits in a text."""

    def __init__(self, text: str, order: Order) -> None:
        self.text = text
        self.order = order
        events = YAML(typ="safe").parse(text)
        start = next(event for event in events if isinstance(event, MappingStartEvent))
        self.root = self._node(start, events)

    def changes(self, edits: Sequence[Edit]) -> Iterator[_Change]:
        """The changes of the text, those of new keys of one mapping in the order of its fields."""
        for edit in edits:
            holder = self.root
            last = edit.path[-1]
            for part in edit.path[:-1]:
                holder = holder.inside.get(part, _NOWHERE)
            if not holder.inside or (edit.replaces and last not in holder.inside):
                raise NoPlaceError(edit.path)
            if edit.replaces:
                yield from self._replace(edit, holder, holder.inside[last])
            elif isinstance(last, int):
                yield self._append(edit, holder)
            else:
                yield self._add(edit, holder, last)

    def _node(self, event: Any, events: Iterator[Any]) -> _Node:
        start, end = event.start_mark.index, event.end_mark.index
        node = _Node(start, end, event.start_mark.column)
        if isinstance(event, ScalarEvent) and event.style in ("|", ">"):
            node.keeps = "+" in self.text[start : self._line_end(start)].partition("#")[0]
            node.end = end if node.keeps else start + len(self.text[start:end].rstrip())
            node.is_block = True
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            node.is_flow, node.is_block = bool(event.flow_style), not event.flow_style
            if isinstance(event, MappingStartEvent):
                last = self._mapping(node, events)
            else:
                last = self._sequence(node, events)
            children = list(node.inside.values())
            node.end = last.end_mark.index if node.is_flow else children[-1].end
            node.keeps = node.is_block and children[-1].keeps
        return node

    def _mapping(self, node: _Node, events: Iterator[Any]) -> Any:
        while not isinstance(event := next(events), MappingEndEvent):
            if not node.keys:
                node.column = event.start_mark.column
            node.keys[event.value] = event.end_mark.index
            node.inside[event.value] = self._node(next(events), events)
        return event

    def _sequence(self, node: _Node, events: Iterator[Any]) -> Any:
        while not isinstance(event := next(events), SequenceEndEvent):
            node.inside[len(node.inside)] = self._node(event, events)
        return event

    def _replace(self, edit: Edit, holder: _Node, old: _Node) -> Iterator[_Change]:
        depth = len(edit.path) - 1
        end = old.start + len(self.text[old.start : old.end].rstrip())
        is_nested = isinstance(edit.value, dict | list) and bool(edit.value)
        if holder.is_flow or not is_nested:
            new = flow(edit.value) if is_nested else scalar(edit.value, in_flow=holder.is_flow)
            start = old.start
            if old.is_block:  # it goes from behind the key's colon on
                start = self.text.index(":", holder.keys[str(edit.path[-1])]) + 1
            gap = "" if self.text[start - 1 : start].isspace() else " "
            yield _Change(start, end, gap + new, depth)
            return
        lines = block(edit.value, holder.column + STEP)
        starts_own_line = not self.text[self._line_start(old.start) : old.start].strip()
        if old.is_block and starts_own_line:
            yield _Change(self._line_start(old.start), self._next_line(end), lines, depth)
            return
        start = self.text.index(":", holder.keys[str(edit.path[-1])]) + 1
        yield _Change(start, end, "", depth)
        at = self._next_line(end)
        yield _Change(at, at, lines, depth + 1)  # before new keys behind this one

    def _append(self, edit: Edit, holder: _Node) -> _Change:
        depth = len(edit.path) - 1
        last = list(holder.inside.values())[-1]
        if holder.is_flow:
            return _Change(last.end, last.end, f", {flow(edit.value)}", depth)
        at = self._behind(last, holder.column)
        return _Change(at, at, block([edit.value], holder.column), depth)

    def _add(self, edit: Edit, holder: _Node, key: str) -> _Change:
        depth = len(edit.path) - 1
        pair = {key: edit.value}
        before = self._before(holder, key, edit.path[:-1])
        if holder.is_flow:
            at = holder.inside[before].end
            return _Change(at, at, f", {flow(pair)[1:-1]}", depth)
        lines = block(pair, holder.column)
        if not depth and isinstance(edit.value, dict | list) and not holder.inside[before].keeps:
            lines = f"\n{lines}"
        at = self._behind(holder.inside[before], holder.column)
        return _Change(at, at, lines, depth)

    def _before(self, holder: _Node, key: str, path: Path) -> str:
        """The key that is there after which a new one goes."""
        names = list(self.order(path))
        known = {name: at for at, name in enumerate(names)}
        number = known.get(key, len(names))
        earlier = [name for name in holder.keys if known.get(name, number) < number]
        if earlier:
            return max(earlier, key=lambda name: known[name])
        return next(iter(holder.keys)) if key in known else list(holder.keys)[-1]

    def _behind(self, node: _Node, column: int) -> int:
        """Where the line after a node starts, behind comments that are indented deeper."""
        at = self._next_line(node.end)
        while (comment := _COMMENT.match(self.text, at)) and len(comment[1]) > column:
            at = comment.end()
        return at

    def _line_start(self, at: int) -> int:
        return max(self.text.rfind(mark, 0, at) for mark in "\r\n") + 1

    def _line_end(self, at: int) -> int:
        found = _REST.match(self.text, at)
        return found.end() if found else at

    def _next_line(self, at: int) -> int:
        """Where the next line starts; `at` itself where a line starts there."""
        if at and self.text[at - 1] in "\r\n":
            return at
        end = self._line_end(at)
        return end + (2 if self.text.startswith("\r\n", end) else 1)


_REST = re.compile(r"[^\r\n]*")
_COMMENT = re.compile(r"( *)#[^\r\n]*(?:\r\n|\r|\n)")


def block(value: Any, indent: int) -> str:
    """Lines of a mapping or list in block style, each indented by at least `indent` spaces."""
    pad = " " * indent
    if isinstance(value, dict):
        return "".join(
            f"{pad}{scalar(key)}:{_after_colon(item, indent)}" for key, item in value.items()
        )
    return "".join(f"{pad}- {_after_dash(item, indent)}" for item in value)


def _after_colon(item: Any, indent: int) -> str:
    if isinstance(item, dict | list) and item:
        return f"\n{block(item, indent + STEP)}"
    return f" {scalar(item)}\n"


def _after_dash(item: Any, indent: int) -> str:
    if isinstance(item, dict | list) and item:
        return block(item, indent + STEP)[indent + STEP :]
    return f"{scalar(item)}\n"


def flow(value: Any) -> str:
    """A value on one line, in flow style."""
    if isinstance(value, dict) and value:
        pairs = (f"{scalar(key, in_flow=True)}: {flow(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list) and value:
        return f"[{', '.join(map(flow, value))}]"
    return scalar(value, in_flow=True)


def scalar(value: Any, *, in_flow: bool = False) -> str:
    """A number or text, quoted only where plain text would be read as something else."""
    if value is None:
        return "null"
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    is_plain = (_PLAIN_IN_FLOW if in_flow else _PLAIN).fullmatch(text)
    if is_plain and not text.endswith(" ") and yamltree.resolve(text) == text:
        return text
    return "".join(map(_escaped, json.dumps(text, ensure_ascii=False)))


_PLAIN = re.compile(r"[A-Za-z0-9µ_/~(](?:[\w/~()<>=+.%@;→'\[\]-]|:(?=[^\s:])| (?=[^\s#]))*")
_PLAIN_IN_FLOW = re.compile(r"[A-Za-z0-9µ_/~(][\w/~()<>=+.%@;→ -]*")


def _escaped(char: str) -> str:
    """A character of a quoted text; one that a reader would refuse or not see as an escape."""
    if char.isprintable():
        return char
    code = ord(char)
    width, mark = (8, "U") if code > 0xFFFF else (4, "u")
    return f"\\{mark}{code:0{width}x}"
