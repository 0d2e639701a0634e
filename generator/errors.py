"""What is wrong or doubtful, as data: a problem has a place, a level and a way to mend it.

A problem is found once and rendered many times: as a line of text, as JSON, as a GitHub
annotation, as a note on a page. Nothing in here prints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple


class Level(StrEnum):
    """How much a problem weighs: an error stops a strict build, a warning is shown.

    An acknowledged warning stays visible with the reason that its author gave.
    """

    ERROR = "error"
    WARNING = "warning"
    ACKNOWLEDGED = "acknowledged"


class Place(NamedTuple):
    """A position in a file; line and column count from 1, 1:1 is the start of the file."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong or doubtful in a record.

    `file` is relative to the notebook's folder, `field` is dotted with list positions in
    brackets (`k6.http_reqs.rate`, `changes[2].file`); `code` is stable and documented. `concerns`
    are further fields of the same record that the contradiction is about; `reason` is why it was
    acknowledged.
    """

    file: str
    place: Place
    field: str
    level: Level
    code: str
    message: str
    hint: str = ""
    concerns: tuple[str, ...] = ()
    reason: str = ""

    def packed(self) -> list[Any]:
        """The problem as values of JSON."""
        return [getattr(self, name) for name in self.__slots__]

    @classmethod
    def unpacked(cls, values: Sequence[Any]) -> Problem:
        """The problem that was packed."""
        file, place, field, level, code, message, hint, concerns, reason = values
        return cls(
            file, Place(*place), field, Level(level), code, message, hint, tuple(concerns), reason
        )

    def as_text(self) -> str:
        """`file:line:column: level: field: message (hint) [code]`, as editors can jump from."""
        aside = f"acknowledged: {self.reason}" if self.reason else self.hint
        hint = f" ({aside})" if aside else ""
        field = f"{self.field}: " if self.field else ""
        where = f"{self.file}:{self.place.line}:{self.place.column}"
        return f"{where}: {self.level}: {field}{self.message}{hint} [{self.code}]"

    def as_json(self) -> dict[str, str | int | list[str]]:
        """The object of `loadbook check --format json`."""
        return {
            "file": self.file,
            "line": self.place.line,
            "column": self.place.column,
            "field": self.field,
            "level": str(self.level),
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "concerns": list(self.concerns),
            "reason": self.reason,
        }

    def as_github(self) -> str:
        """A GitHub workflow command that annotates the line in the pull request."""
        text = _escape_data(f"{self.message} ({self.hint})" if self.hint else self.message)
        title = _escape_property(f"{self.field or self.code}")
        level = "notice" if self.level is Level.ACKNOWLEDGED else self.level
        return (
            f"::{level} file={_escape_property(self.file)},line={self.place.line},"
            f"col={self.place.column},title={title}::{text}"
        )


class NotebookError(Exception):
    """The notebook can't be used at all: no mkdocs.yml, unreadable folder, broken settings."""


class UnknownRunError(NotebookError):
    """A run was named that the notebook does not hold; the message names near ones."""


def field_name(path: Sequence[str | int]) -> str:
    """Dotted name of a path: `("changes", 2, "file")` is `changes[2].file`.

    A line end or another sign that nobody sees is escaped: a problem is told on one line.
    """
    name = ""
    for part in path:
        if isinstance(part, int):
            name += f"[{part}]"
        else:
            shown = part if part.isprintable() else part.encode("unicode_escape").decode()
            name += f".{shown}" if name else shown
    return name


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
