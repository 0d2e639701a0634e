"""What an importer gets, files, and what it gives, fields of a record with what was left out.

An importer recognises a file by its content, never by its name or a version, and never raises for
what the content is: what can't be read becomes a problem with file and line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from generator.errors import Level, Place, Problem

HEAD_BYTES = 65_536
"""How much of a file an importer may look at to recognise it."""


@dataclass(frozen=True)
class Source:
    """One file given to import.

    `name` is what messages and provenance call it, `head` its first bytes, unpacked where it is
    compressed with gzip or zstd, `compression` how.
    """

    path: Path
    name: str
    head: bytes
    compression: Literal["", "gzip", "zstd"] = ""

    def text(self) -> str:
        """The head as text, whatever its encoding: UTF-8, or UTF-16 with a byte order mark."""
        encoding = "utf-16" if self.head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        return self.head.decode(encoding, errors="replace")

    def problem(
        self, line: int, code: str, message: str, hint: str = "", *, level: Level = Level.ERROR
    ) -> Problem:
        """A problem at a line of this file; an error means that nothing of it was taken."""
        return Problem(self.name, Place(max(line, 1)), "", level, code, message, hint)


@dataclass(frozen=True)
class Wishes:
    """What the engineer said on the command line beside the files.

    `moment` names the snapshot that kubectl's output belongs to, `time` says when it was taken;
    `exit_code` is k6's; `exact` asks for percentiles from all samples, not from the histogram;
    `scheduler` is the address of a Dask cluster that raw samples are read on, empty for here.
    """

    moment: Literal["before", "peak", "after", "whole run"] = "peak"
    time: str = ""
    exit_code: int | None = None
    exact: bool = False
    scheduler: str = ""


@dataclass(frozen=True)
class Imported:
    """What was read: fields in the shape of a record, files to keep beside it, what was left out.

    `fields` holds plain mappings, lists, texts and numbers as a record would (`{"k6": {"http_reqs":
    {"count": 8092}}}`), figures as text with their unit or as numbers in base units. What the
    source does not have is absent, never zero. `attachments` are small files by name, for the
    run's own folder. `tool` is what wrote the source, with its version, empty where not known.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    tool: str = ""


@dataclass(frozen=True)
class Importer:
    """One format: its name for people, how it is recognised, how it is read.

    `option` is the option of the command that takes such files (`k6`, `kubectl`, `xray`, `cache`,
    `prometheus`). `read` gets all the files of this format that were given together: several
    files of one distributed run are one run.
    """

    name: str
    option: str
    recognises: Callable[[Source], bool]
    read: Callable[[Sequence[Source], Wishes], Imported]
