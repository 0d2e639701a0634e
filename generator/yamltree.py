"""YAML text to plain values with the place of each, bounded so that no text can do harm.

YAML 1.2 core rules: `no` is a text, `010` is ten, `12:30` is a text. Tags are refused, aliases are
expanded within a budget, duplicate keys are problems, and so is a character that nobody sees. A
number keeps the digits it was written with (`277.20`), because they say how precisely it is known.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from generator.errors import Level, Place, Problem, field_name

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
MAX_NODES = 50_000
MAX_DIGITS = 40
MAX_LINES_OF_TEXT = 400
"""How far from its start words are looked for in a text."""

Path = tuple[str | int, ...]


class Written(float):
    """A decimal number that remembers its text."""

    text: str

    def __new__(cls, text: str) -> Written:
        """Read `text` as a float."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self) -> str:
        return self.text


@dataclass
class Document:
    """Values of one YAML file, where each key and value stands, and what is wrong with it."""

    file: str
    value: Any = None
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    text: str = ""

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Where a field stands; a field that is not there has its nearest parent's place."""
        for length in range(len(path), 0, -1):
            whole = length == len(path)
            places = self.values if whole and not key else self.keys
            found = places.get(path[:length]) or self.values.get(path[:length])
            if found:
                return found
        return self.values.get((), Place())

    def place_inside(self, path: Path, words: str) -> Place:
        """Where `words` first stand in the text at `path`; its start where they don't."""
        start = self.place(path)
        if not words:
            return start
        lines = self.text.split("\n")
        for number in range(start.line, min(start.line + MAX_LINES_OF_TEXT, len(lines) + 1)):
            after = start.column - 1 if number == start.line else 0
            column = lines[number - 1].find(words, after)
            if column >= 0:
                return Place(number, column + 1)
        return start

    def problem(
        self,
        path: Path,
        code: str,
        message: str,
        hint: str = "",
        *,
        level: Level = Level.ERROR,
        key: bool = False,
    ) -> Problem:
        """A problem of the field at `path`, with its place."""
        place = self.place(path, key=key)
        return Problem(self.file, place, field_name(path), level, code, message, hint)


_SYNTAX_HINT = "indent with spaces, not tabs; quote a text that holds any of : ? , [ ] { } # or @"


class _RefusedError(Exception):
    """Reading stops here; the problem is already noted."""


def read(file: str, content: bytes) -> Document:
    """The document in `content`; never raises for what the content is.

    Where `problems` holds an error, `value` is what could be read before it, or None.
    """
    document = Document(file)
    text = _decode(document, content)
    if text is None:
        return document
    document.text = text
    loader = YAML(typ="safe")
    try:
        _Builder(document).build(loader.parse(text))
    except _RefusedError:
        pass
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place()
        message = " ".join(filter(None, [error.context, error.problem]))
        _note(document, place, "yaml-syntax", f"not YAML: {message}", _SYNTAX_HINT)
    except (YAMLError, UnicodeError, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        _note(document, Place(), "yaml-syntax", f"not YAML: {reason}", "mend the file")
    return document


def _decode(document: Document, content: bytes) -> str | None:
    if len(content) > MAX_BYTES:
        size = f"{len(content):,} bytes"
        hint = f"a record has at most {MAX_BYTES:,} bytes; keep raw output as an attachment"
        _note(document, Place(), "yaml-too-large", f"the file has {size}", hint)
        return None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:2]:
        _note(document, Place(), "encoding", "the file is UTF-16", "save it as UTF-8")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode().split("\n")
        place = Place(len(before), len(before[-1]) + 1)
        _note(document, place, "encoding", "the file is not UTF-8", "save it as UTF-8")
        return None
    if unseen := _UNSEEN.search(text):
        line, column = text.count("\n", 0, unseen.start()) + 1, unseen.start()
        place = Place(line, column - text.rfind("\n", 0, column))
        message = f"the character U+{ord(unseen[0]):04X} stands here, which nobody sees"
        hint = f'remove it; where it is meant, write it as "\\u{ord(unseen[0]):04x}" in quotes'
        _note(document, place, "yaml-character", message, hint)
        return None
    return text


_UNSEEN = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
"""Control signs, line ends that no editor shows as such, marks that turn a line's order round."""


def _note(document: Document, place: Place, code: str, message: str, hint: str) -> None:
    document.problems.append(Problem(document.file, place, "", Level.ERROR, code, message, hint))


class _Builder:
    """Builds values from parser events; each node counts against the budget."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes = 0
        self.anchors: dict[str, list[Event]] = {}
        self.recording: list[tuple[str, list[Event]]] = []

    def build(self, events: Iterator[Event]) -> None:
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(
                        event,
                        "yaml-documents",
                        "a second document starts here",
                        "one record, one file: remove the '---'",
                    )
            elif isinstance(
                event, ScalarEvent | SequenceStartEvent | MappingStartEvent | AliasEvent
            ):
                self.document.value = self._node(event, events, ())

    def _node(self, event: Any, events: Iterator[Event], path: Path) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._refuse(
                event,
                "yaml-too-large",
                f"more than {MAX_NODES:,} values",
                "keep raw output as an attachment; don't multiply aliases",
            )
        if len(path) > MAX_DEPTH:
            self._refuse(
                event, "yaml-too-deep", f"nested deeper than {MAX_DEPTH} levels", "flatten it"
            )
        self.document.values.setdefault(path, _place(event))
        if isinstance(event, AliasEvent):
            return self._alias(event, path)
        if event.tag is not None:
            self._tag(event, path)
        if event.anchor is None:
            return self._content(event, events, path)
        recorded: list[Event] = []
        value = self._content(event, _record(events, recorded), path)
        self.anchors[event.anchor] = [event, *recorded]
        return value

    def _content(self, event: Any, events: Iterator[Event], path: Path) -> Any:
        if isinstance(event, SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(event := next(events), SequenceEndEvent):
                items.append(self._node(event, events, (*path, len(items))))
            return items
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, path)
        return self._scalar(event, path)

    def _mapping(self, events: Iterator[Any], path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                self._refuse(
                    event,
                    "yaml-key",
                    "a key that is a list, a mapping or an alias",
                    "a key is a plain text",
                )
            key = event.value
            duplicate = key in mapping
            where = (*path, key)
            if key == "<<" and not event.style:
                hint = "write the values out, or an alias as the value of a key"
                self.document.keys.setdefault(where, _place(event))
                message = "<< merges nothing here"
                found = self.document.problem(where, "yaml-merge", message, hint, key=True)
                self.document.problems.append(found)
            if duplicate:
                first = self.document.keys[where]
                hint = f"it stands first at line {first.line}; keep one"
                self.document.problems.append(
                    Problem(
                        self.document.file,
                        _place(event),
                        field_name(where),
                        Level.ERROR,
                        "yaml-duplicate-key",
                        f"the key {key[:60]!r} stands here a second time",
                        hint,
                    )
                )
                self._node(next(events), events, (*path, f"{key} (again)"))
                continue
            self.document.keys.setdefault(where, _place(event))
            mapping[key] = self._node(next(events), events, where)
        return mapping

    def _alias(self, event: Any, path: Path) -> Any:
        recorded = self.anchors.get(event.anchor)
        if recorded is None:
            self._refuse(
                event,
                "yaml-alias",
                f"the alias *{event.anchor} stands before or inside its anchor",
                "write the value out",
            )
            return None
        # An anchor's events hold aliases of earlier anchors only: it is noted when it is complete.
        replay = iter(recorded[1:])
        return self._content(recorded[0], replay, path)

    def _scalar(self, event: Any, path: Path) -> Any:
        if event.style:
            return event.value
        if len(event.value) > MAX_DIGITS and _NUMBER.fullmatch(event.value):
            hint = "write it shorter, or in quotes if it is a text"
            self._problem(path, "yaml-number", "a number of too many digits", hint)
            return None
        value = resolve(event.value)
        if (
            isinstance(value, Written)
            and not value
            and value.text.lower().split("e")[0].strip("+-.0")
        ):
            hint = "write 0, or a number that is not so small"
            self._problem(path, "yaml-number", f"{event.value} is smaller than any number", hint)
            return None
        if isinstance(value, float) and not math.isfinite(value):
            hint = "write a finite number, or leave out what is not known"
            self._problem(path, "yaml-number", f"{event.value} is no finite number", hint)
            return None
        return value

    def _tag(self, event: Any, path: Path) -> None:
        if isinstance(event, ScalarEvent) and event.tag == "tag:yaml.org,2002:str":
            event.style = "'"
            return
        self._problem(
            path, "yaml-tag", f"the tag {event.tag[:60]!r} is not read", "write the plain value"
        )

    def _problem(self, path: Path, code: str, message: str, hint: str) -> None:
        self.document.problems.append(self.document.problem(path, code, message, hint))

    def _refuse(self, event: Event, code: str, message: str, hint: str) -> None:
        _note(self.document, _place(event), code, message, hint)
        raise _RefusedError


def _record(events: Iterator[Event], into: list[Event]) -> Iterator[Event]:
    for event in events:
        into.append(event)
        yield event


def _place(event: Event) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?")
_BASED = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,16}")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)


def resolve(text: str) -> bool | int | float | str | None:
    """What a plain scalar means by the core schema of YAML 1.2."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return Written(text.replace(".", "") if text[-1].isalpha() else text)
    return text
