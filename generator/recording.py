"""Imported fields put into a record, so that every line that is not altered stays as it is.

`prepare` says what would be written, and writes nothing: `writing.write` does. What is prepared has
been read back as a record without an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from generator import kinds, merging, records, scaffold, versions, writing, yamledit, yamltree
from generator.errors import Level, NotebookError, Place, Problem, field_name
from generator.fields import NAME
from generator.importers.source import Imported
from generator.merging import Conflict, Edit, Plan
from generator.writing import Planned

BOM = b"\xef\xbb\xbf"
HEADER = f"# yaml-language-server: $schema=../../schema/run.schema.json\n{versions.LINE}"
"""How a new record begins."""


@dataclass(frozen=True)
class Reading:
    """What was read from one file, or from several of one kind together.

    `label` names them in messages; `sources` are their entries in the record.
    """

    label: str
    imported: Imported
    sources: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Prepared:
    """What writing would come to.

    `files` are empty where nothing would change; the record is the last of them. `problems` say
    why nothing can be written, `conflicts` which figures are kept though the imported ones differ,
    `replaced` what gives way, `open` the fields of a new record that comparing needs and that
    nothing imported gave.
    """

    files: tuple[Planned, ...] = ()
    problems: tuple[Problem, ...] = ()
    conflicts: tuple[Problem, ...] = ()
    replaced: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


def prepare(
    root: Path, identity: str, readings: Sequence[Reading], now: datetime, *, replace: bool = False
) -> Prepared:
    """What taking the readings into the record of `identity` comes to.

    Raises NotebookError where the name can't be a run's, or its place is taken by something else.
    """
    scaffold.require_name(identity)
    _require_place(root, identity)
    campaign, _, run = identity.partition("/")
    fields, origin, differing = _combined(readings)
    if not fields and not any(reading.imported.attachments for reading in readings):
        return Prepared(conflicts=tuple(differing))
    file = records.file_of_run(identity)
    before = writing.read(root / file)
    content = f"{HEADER}title: {yamledit.scalar(scaffold.title_of(run))}\n".encode()
    if before is not None:
        content = before
    known = records.read_run(identity, content)
    broken = [problem for problem in known.problems if not _will_be_filled(problem)]
    if broken:
        return Prepared(problems=tuple(broken), conflicts=tuple(differing))
    attachments, kept = _attachments(root, identity, readings, replace=replace)
    value = known.document.value
    given = {"title": scaffold.title_of(run), "status": "unknown", **fields}
    made = merging.plan(value, given, "replace" if replace else "keep")
    sources = [
        source
        for reading in readings
        if _gave(reading, made, origin)
        or any(name in reading.imported.attachments for name in attachments)
        for source in reading.sources
    ]
    listed = merging.plan(merging.apply(value, made.edits), {"sources": sources})
    after, problems = _edited(identity, content, value, [*made.edits, *listed.edits])
    if problems:
        return Prepared(problems=tuple(problems), conflicts=tuple(differing))
    files = {f"{records.FOLDER}/{identity}/{name}": item for name, item in attachments.items()}
    home = records.file_of_campaign(campaign)
    if before is None and not (root / home).exists():
        files[home] = scaffold.campaign_text(campaign, now.date()).encode()
    if after != before:
        files[file] = after
    final = yamltree.read(file, after)
    return Prepared(
        tuple(Planned(name, item, writing.read(root / name)) for name, item in files.items()),
        (),
        (*differing, *(_said(final, conflict, origin) for conflict in made.conflicts), *kept),
        tuple(_replacement(edit) for edit in made.edits if edit.replaces and edit.old),
        tuple(_open(final.value)) if before is None else (),
    )


def _open(record: Mapping[str, Any]) -> Iterator[str]:
    """What a record does not say of when the run was, whether it completed, and its load."""
    load = record.get("load", {})
    if "date" not in record:
        yield "date"
    if record.get("status") == "unknown":
        yield "status"
    if "scenario" not in load:
        yield "load.scenario"
    if "vus" not in load and "rate" not in load:
        yield "load.vus"


def _require_place(root: Path, identity: str) -> None:
    """Raise NotebookError unless the run's place is one that can be written to."""
    campaign, _, run = identity.partition("/")
    home = root / records.FOLDER
    for path, wanted in (
        (home, "folder"),
        (home / campaign, "folder"),
        (home / campaign / run, "folder"),
        (home / campaign / f"{run}.yaml", "file"),
        (home / campaign / records.CAMPAIGN_FILE, "file"),
    ):
        where = path.relative_to(root)
        if path.is_symlink():
            raise NotebookError(f"{where} is a link; links are not followed")
        if path.exists() and not (path.is_dir() if wanted == "folder" else path.is_file()):
            raise NotebookError(f"{where} is there and is no {wanted}")
    for folder, name in ((home, campaign), (home / campaign, f"{run}.yaml")):
        entries = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        near = [other for other in entries if other.lower() == name.lower() and other != name]
        if near and name not in entries:
            raise NotebookError(f"there is {near[0]!r}, which differs in upper and lower case only")


def _will_be_filled(problem: Problem) -> bool:
    return problem.code == "field-missing" and problem.field in ("title", "status")


def _combined(
    readings: Sequence[Reading],
) -> tuple[dict[str, Any], dict[yamltree.Path, str], list[Problem]]:
    """Fields of all readings as one, who said what, and where two contradict each other."""
    fields: dict[str, Any] = {}
    origin: dict[yamltree.Path, str] = {}
    problems: list[Problem] = []
    files: set[str] = set()
    for reading in readings:
        made = merging.plan(fields, _without(reading.imported.fields, files), "finer")
        files |= reading.imported.attachments.keys()
        for conflict in made.conflicts:
            first = _origin(origin, conflict.path)
            message = (
                f"{first} says {_shown(conflict.old)}, {reading.label} says "
                f"{_shown(conflict.new)}; the first is kept"
            )
            hint = "are both of the same run? import the one that is right"
            name = field_name(conflict.said)
            place = (reading.label, Place(), name, Level.WARNING)
            problems.append(Problem(*place, "import-sources-differ", message, hint))
        fields = merging.apply(fields, made.edits)
        origin |= {edit.path: reading.label for edit in made.edits}
    return fields, origin, problems


def _without(fields: Mapping[str, Any], files: Set[str]) -> dict[str, Any]:
    """Fields without the tables that another reading has given already, under the same name.

    k6's dashboard and its raw samples both give figures over time: those of the first are taken.
    """
    kept = dict(fields)
    if "series" in kept:
        kept["series"] = [one for one in kept["series"] if one.get("file") not in files]
    if kept.get("distribution", {}).get("file") in files:
        del kept["distribution"]
    return kept


def _origin(origin: Mapping[yamltree.Path, str], path: yamltree.Path) -> str:
    """Which reading a combined field comes from: the nearest that is known upwards."""
    for length in range(len(path), 0, -1):
        if path[:length] in origin:
            return origin[path[:length]]
    return ""


def _gave(reading: Reading, made: Plan, origin: Mapping[yamltree.Path, str]) -> bool:
    """Whether the record owes something to a reading: not if all it says was contradicted."""
    if not reading.imported.fields:
        return False
    own = [path for path, label in origin.items() if label == reading.label]
    for edit in made.edits:
        inside = any(path[: len(edit.said)] == edit.said for path in own)
        if inside or _origin(origin, edit.said) == reading.label:
            return True
    return all(_origin(origin, conflict.said) != reading.label for conflict in made.conflicts)


def _attachments(
    root: Path, identity: str, readings: Sequence[Reading], *, replace: bool
) -> tuple[dict[str, bytes], list[Problem]]:
    """Files for the run's own folder by name, and a problem for each that is kept as it is."""
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    given: set[str] = set()
    for reading in readings:
        for name, content in reading.imported.attachments.items():
            if name in given:
                continue
            given.add(name)
            place = f"{records.FOLDER}/{identity}/{name}"
            if not re.fullmatch(NAME, name):
                raise NotebookError(f"{name[:60]!r} can't be the name of an attachment")
            if (root / place).is_symlink():
                raise NotebookError(f"{place} is a link; links are not followed")
            old = writing.read(root / place)
            if old is None or (replace and old != content):
                files[name] = content
            elif old != content:
                message = f"the file differs from what {reading.label} gives; kept"
                hint = "--replace takes the imported one"
                kind = ("", Level.WARNING, "import-differs", message, hint)
                problems.append(Problem(place, Place(), *kind))
    return files, problems


def _edited(
    identity: str, content: bytes, value: Mapping[str, Any], edits: Sequence[Edit]
) -> tuple[bytes, list[Problem]]:
    """The text with all edits, or what is wrong with it: it is read back before it is used."""
    mark = BOM if content.startswith(BOM) else b""
    text = content[len(mark) :].decode()
    try:
        after = mark + yamledit.edited(text, edits, kinds.order_at).encode()
    except yamledit.NoPlaceError as error:
        return content, [_no_place(identity, content, error.path)]
    found = records.read_run(identity, after)
    wanted = merging.apply(value, edits)
    if not found.problems and not _same(found.document.value, wanted):
        return content, [_no_place(identity, content, ())]
    return after, list(found.problems)


def _no_place(identity: str, content: bytes, path: yamltree.Path) -> Problem:
    document = yamltree.read(records.file_of_run(identity), content)
    message = "this can't be written into the record's text without altering what stands there"
    hint = "write anchors and aliases out, and each key on a line of its own"
    return document.problem(path, "import-no-place", message, hint)


def _same(left: Any, right: Any) -> bool:
    """Whether two trees hold the same; line ends behind a text don't count."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, str) and isinstance(right, str):
        return left.rstrip() == right.rstrip()
    if isinstance(left, float) or isinstance(right, float):
        return str(left) == str(right)  # a number that is read remembers its text
    return type(left) is type(right) and left == right


def _said(
    document: yamltree.Document, conflict: Conflict, origin: Mapping[yamltree.Path, str]
) -> Problem:
    label = _origin(origin, conflict.said)
    message = f"the record says {_shown(conflict.old)}, {label} says {_shown(conflict.new)}; kept"
    hint = "--replace takes the imported one"
    return document.problem(conflict.path, "import-differs", message, hint, level=Level.WARNING)


def _replacement(edit: Edit) -> str:
    return f"{field_name(edit.path)}: {_shown(edit.old)} → {_shown(edit.value)}"


def _shown(value: Any) -> str:
    """A value in a message: short, on one line."""
    if isinstance(value, dict) and "source" in value:
        return f"what {str(value['source'])[:60]} measured"
    if isinstance(value, list):
        same = yamledit.flow(value)
        return same if len(same) <= 60 else f"{len(value)} entries ({same[:40]}...)"
    text = yamledit.flow(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
