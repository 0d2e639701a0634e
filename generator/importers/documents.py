"""The content of a given file, unpacked and bounded: as one text, line by line, or as JSON.

Nothing in here raises for what a file holds: what can't be read becomes a problem, and what was
readable before it is given.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from generator.errors import Level, Problem
from generator.importers.content import ContentError, opened
from generator.importers.source import Source

MAX_BYTES = 64 * 2**20
"""Most bytes, unpacked, of a file that is read as a whole."""

MAX_LINE = 4 * 2**20
"""Longest line, in characters, of a file that is read line by line."""

_BLOCK = 2**16


@dataclass
class Content:
    """One file's text, with what was wrong with it; empty where nothing could be read."""

    text: str = ""
    problems: list[Problem] = field(default_factory=list)


def whole(source: Source) -> Content:
    """The whole text of a file: UTF-8, or UTF-16 with a byte order mark, line ends as LF.

    An error is among the problems, and the text is empty, where the file is empty, binary, too
    large (`MAX_BYTES`) or can't be opened; a packed file that breaks off gives what was before.
    """
    found = Content()
    raw = bytearray()
    try:
        with opened(source) as file:
            while len(raw) <= MAX_BYTES and (block := _block(file, _BLOCK)):
                raw += block
    except ContentError as error:
        found.problems.append(_broken_off(source, error, bool(raw)))
        if not raw:
            return found
    if len(raw) > MAX_BYTES:
        limit = f"{MAX_BYTES // 2**20} MiB"
        message = f"the file is larger than {limit}; nothing of it was taken"
        hint = "narrow the command to the namespace and the time of the test"
        found.problems.append(source.problem(1, "import-too-large", message, hint))
        return found
    text = _decoded(bytes(raw))
    if "\0" in text:
        message = "this is a binary file; nothing of it was taken"
        hint = "give the text that the command printed"
        found.problems.append(source.problem(1, "import-binary", message, hint))
    elif not text.strip():
        found.problems.append(empty(source))
    else:
        found.text = text
    return found


def lines(source: Source, problems: list[Problem]) -> Iterator[tuple[int, str]]:
    """Each line of a file with its number, from 1, in bounded memory whatever the file's size.

    A line longer than `MAX_LINE` is passed over with a warning; a packed file that breaks off, or
    one that can't be opened, ends the lines. Both go into `problems`.
    """
    number = 0
    try:
        with opened(source) as file:
            encoding = "utf-16" if source.head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
            reader = io.TextIOWrapper(io.BufferedReader(_Raw(file)), encoding, errors="replace")
            while line := reader.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    while line and not line.endswith("\n"):
                        line = reader.readline(MAX_LINE + 1)
                    message = f"line longer than {MAX_LINE:,} characters left out"
                    problems.append(
                        source.problem(number, "import-long-line", message, level=Level.WARNING)
                    )
                    continue
                yield number, line
    except ContentError as error:
        problems.append(_broken_off(source, error, number > 0, number))


def empty(source: Source) -> Problem:
    """The problem of a file without any text."""
    return source.problem(1, "import-empty", "the file is empty", "run the command again")


@dataclass(frozen=True)
class Value:
    """One JSON value of a text: the line on which it starts, where it ends, what went wrong.

    `fault` is empty where `value` could be read, else it says why not.
    """

    line: int
    end: int
    value: Any = None
    fault: str = ""
    fault_line: int = 0


def json_at(text: str, start: int, line: int = 1) -> Value:
    """The JSON value that starts at a position; NaN and Infinity are read as null.

    `end` is the position after it, or where reading failed, always beyond `start`.
    """
    decoder = json.JSONDecoder(parse_constant=lambda _: None)
    try:
        value, end = decoder.raw_decode(text, start)
    except json.JSONDecodeError as error:
        at = line + text.count("\n", start, error.pos)
        rest = text[error.pos : error.pos + 200].strip()
        fault = "the JSON breaks off" if not rest else "this is no valid JSON"
        return Value(line, max(error.pos, start + 1), fault=fault, fault_line=at)
    except (RecursionError, ValueError):
        fault = "the JSON is nested too deep or has a number that is too long"
        return Value(line, len(text), fault=fault, fault_line=line)
    return Value(line, end, value)


_GAP = re.compile(r"[\s,]*")


def json_values(text: str, most_faults: int = 20) -> Iterator[Value]:
    """All JSON values that stand one after another: one, several, or one a line.

    After a fault reading goes on at the next line; after `most_faults` of them it ends.
    """
    position, line, faults = 0, 1, 0
    while True:
        gap = _GAP.match(text, position)
        start = gap.end() if gap else position
        line += text.count("\n", position, start)
        if start >= len(text):
            return
        found = json_at(text, start, line)
        yield found
        position = found.end
        if found.fault:
            faults += 1
            following = text.find("\n", found.end - 1)
            if faults >= most_faults or following < 0:
                return
            position = following
        line += text.count("\n", start, position)


def document(source: Source) -> tuple[Any, list[Problem]]:
    """The one JSON value that a file holds, with problems; None where it holds none."""
    content = whole(source)
    if not content.text:
        return None, content.problems
    start = len(content.text) - len(content.text.lstrip())
    found = json_at(content.text, start, 1 + content.text.count("\n", 0, start))
    if found.fault:
        message = f"{found.fault}; nothing of the file was taken"
        hint = "let the command finish, and keep its whole output"
        content.problems.append(source.problem(found.fault_line, "import-json", message, hint))
    elif found.value is None:
        message = "the JSON is null; nothing of the file was taken"
        content.problems.append(source.problem(found.line, "import-json", message))
    elif content.text[found.end :].strip():
        message = "more text follows the JSON; only the JSON was read"
        line = 1 + content.text.count("\n", 0, found.end)
        content.problems.append(
            source.problem(line, "import-more-text", message, level=Level.WARNING)
        )
    return found.value, content.problems


def _block(file: BinaryIO, size: int) -> bytes:
    """What is there, up to `size` bytes: what precedes a break is given."""
    block: bytes = file.read1(size)  # type: ignore[attr-defined]
    return block


class _Raw(io.RawIOBase):
    """Any readable as the raw stream that a text reader wants."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = _block(self._file, len(buffer))
        buffer[: len(block)] = block
        return len(block)


def _decoded(raw: bytes) -> str:
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = raw.decode(encoding, errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _broken_off(source: Source, error: ContentError, some: bool, line: int = 1) -> Problem:
    if some:
        message = f"{error}; what is before was read"
        return source.problem(line, "import-cut-off", message, level=Level.WARNING)
    return source.problem(1, "import-unreadable", f"the file can't be read: {error}")
