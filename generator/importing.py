"""Files given to import, read: recognised, hashed, handed to their importers, told apart.

What comes out are readings for `recording`, and everything that is wrong with the files.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from generator import progress, provenance
from generator.errors import Level, Problem
from generator.importers import opening
from generator.importers.opening import Given
from generator.importers.source import Importer, Source, Wishes
from generator.recording import Reading


@dataclass(frozen=True)
class Read:
    """What the files gave, and what is wrong with them."""

    readings: tuple[Reading, ...]
    problems: tuple[Problem, ...]

    @property
    def failed(self) -> bool:
        """Whether something could not be read."""
        return any(problem.level is Level.ERROR for problem in self.problems)


def read(
    given: Sequence[Given],
    importers: Sequence[Importer],
    wishes: Wishes,
    now: datetime,
    console: Console,
) -> Read:
    """Read all files; those of one kind together, as those of one run.

    A file that is given twice is read once. Of a file that changes while it is read nothing is
    taken. `console` is where the progress of large ones is shown.
    """
    opened = opening.open_all(given, importers)
    problems = list(opened.problems)
    seen: dict[str, str] = {}
    readings: list[Reading] = []
    for importer, group in opened.groups:
        found = _hashed(group, seen, problems, console)
        sources = [source for source, _, _ in found]
        if not sources:
            continue
        label = _label([source.name for source in sources])
        size = sum(state.st_size for _, _, state in found)
        with progress.line(f"reading {label}", size, console):
            imported = importer.read(sources, wishes)
        changed = [source for source, _, state in found if _state(source.path) != _key(state)]
        problems += imported.problems
        problems += [_changed(source) for source in changed]
        if changed:
            continue
        refused = {bad.file for bad in imported.problems if bad.level is Level.ERROR}
        entries = tuple(
            {
                "file": source.name,
                "kind": importer.name,
                "sha256": digest,
                "size": state.st_size,
                "tool": imported.tool or None,
                "imported": stamp(now),
            }
            for source, digest, state in found
            if source.name not in refused
        )
        readings.append(Reading(label, imported, entries))
    return Read(tuple(readings), tuple(problems))


def stamp(now: datetime) -> str:
    """A time as records have it: `2026-01-02T17:38:07Z`."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _hashed(
    group: Iterable[Source], seen: dict[str, str], problems: list[Problem], console: Console
) -> list[tuple[Source, str, os.stat_result]]:
    """The files with their hashes and what the system says of them, each content once."""
    found = []
    for source in group:
        try:
            state = source.path.stat(follow_symlinks=False)
            with progress.line(f"hashing {source.name}", state.st_size, console):
                digest = provenance.sha256(source.path)
        except OSError as error:
            message = f"the file can't be read: {error.strerror}"
            problems.append(source.problem(1, "import-unreadable", message, "mend its permissions"))
            continue
        if digest not in seen:
            seen[digest] = source.name
            found.append((source, digest, state))
        else:
            message = f"the same content as {seen[digest]}; it was read once"
            hint = "leave one of them out"
            problems.append(
                source.problem(1, "import-same-file", message, hint, level=Level.WARNING)
            )
    return found


def _key(state: os.stat_result) -> tuple[int, int, int]:
    return state.st_ino, state.st_size, state.st_mtime_ns


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        return _key(path.stat(follow_symlinks=False))
    except OSError:
        return None


def _changed(source: Source) -> Problem:
    message = "the file changed while it was read; nothing was taken from it"
    return source.problem(1, "import-changed", message, "import it when the test has ended")


def _label(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
