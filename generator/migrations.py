"""Records of an older form brought to the current one, in the text, in place.

A step leads from one version to the next and is a function from text to text, so that comments and
every other byte stay. What a step comes to is read again before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator import records, versions, yamledit, yamltree
from generator.errors import Level, Problem
from generator.recording import BOM
from generator.writing import Planned


def _named(text: str) -> str:
    """The form is named: nothing else differs between records without a version and version 1."""
    return yamledit.begun(text, versions.FIELD, 1)


MIGRATIONS: Mapping[int, Callable[[str], str]] = {0: _named}
"""What leads from a version to the next one; a record that names none is of version 0.

A step raises yamledit.NoPlaceError where text can't carry it.
"""


@dataclass(frozen=True)
class Migration:
    """What upgrading comes to: files to write, from which version each comes, what is in the way.

    `files` and `since` belong together one by one; `current` counts the records that are of the
    current form already. Where there are `problems` nothing is to be written.
    """

    files: tuple[Planned, ...]
    since: tuple[int, ...]
    current: int
    problems: tuple[Problem, ...]


def plan(contents: Mapping[str, bytes]) -> Migration:
    """What upgrading these records comes to: content by path, relative to the notebook."""
    files: list[Planned] = []
    found: list[int] = []
    problems: list[Problem] = []
    current = 0
    for file, content in contents.items():
        document = yamltree.read(file, content)
        wrong = _in_the_way(document)
        if wrong:
            problems += wrong
            continue
        version = versions.version_of(document.value) or 0
        if version == versions.CURRENT:
            current += 1
            continue
        try:
            after = _upgraded(content, version)
        except yamledit.NoPlaceError:
            problems.append(_no_place(document))
            continue
        again = yamltree.read(file, after)
        if again.problems or versions.without(again.value) != versions.without(document.value):
            problems.append(_no_place(document))
            continue
        files.append(Planned(file, after, content))
        found.append(version)
    return Migration(tuple(files), tuple(found), current, tuple(problems))


def of_notebook(root: Path) -> dict[str, bytes]:
    """Every record of the notebook in `root`, campaigns first: content by path."""
    sources = records.sources(root)
    return {
        **{records.file_of_campaign(name): text for name, text in sources.campaigns.items()},
        **{records.file_of_run(name): text for name, text in sources.runs.items()},
    }


def _upgraded(content: bytes, version: int) -> bytes:
    mark = BOM if content.startswith(BOM) else b""
    text = content[len(mark) :].decode()
    for step in range(version, versions.CURRENT):
        text = MIGRATIONS[step](text)
    return mark + text.encode()


def _in_the_way(document: yamltree.Document) -> list[Problem]:
    """Why a record can't be upgraded: it can't be read, or names a version that can't be one."""
    if document.problems:
        return list(document.problems)
    if not isinstance(document.value, dict):
        message, hint = "the file holds no fields", "write the record, or remove the file"
        return [document.problem((), "record-empty", message, hint)]
    wrong = versions.problem_of(document)
    return [wrong] if wrong else []


def _no_place(document: yamltree.Document) -> Problem:
    message = f"{versions.LINE.strip()!r} can't be put before the first field of this text"
    hint = "begin a line with the first field, without an anchor or a '?' before it"
    place = (document.file, document.place(()), "", Level.ERROR)
    return Problem(*place, "migrate-no-place", message, hint)
