"""Records: YAML files below experiments/ in, validated models with places out.

Everything wrong with a file is reported at once, each problem at its line and column. A file that
is broken still yields what can be read of it (`Record.partial`), so that its arithmetic and its
references are checked in the same call.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property, partial
from pathlib import Path as FilePath
from typing import Any, Generic, NamedTuple, TypeVar, cast

from pydantic import BaseModel, ValidationError

from generator import attachments, explain, policy, publishable, versions, yamltree
from generator.attachments import Attachments
from generator.errors import Level, Place, Problem
from generator.fields import NAME
from generator.model import Campaign, Run
from generator.yamltree import Document

FOLDER = "experiments"
CAMPAIGN_FILE = "campaign.yaml"
RESERVED = frozenset({"index"})
"""Names that no run can have."""
DEVICES = frozenset(
    ["aux", "con", "nul", "prn", *(f"{port}{at}" for port in ("com", "lpt") for at in range(10))]
)
"""Names that Windows has for devices, with any suffix: such a file can't be checked out there."""

Model = TypeVar("Model", Run, Campaign)


class Gist(NamedTuple):
    """What is asked of every run: its place, what it refers to, what lists say of it.

    `holds` names parts of the record that have something in them, so that nobody has to look at a
    run that has nothing of what is looked for.
    """

    status: str
    date: date | datetime | None
    baseline: str | None
    repeats: str | None
    scenario: str | None
    title: str
    tags: tuple[str, ...]
    holds: tuple[str, ...]


def gist_of(run: Run) -> Gist:
    """The gist of a run."""
    scenario = (run.load.scenario if run.load else None) or None
    holds = tuple(name for name in _ASKED_FOR if getattr(run, name))
    return Gist(
        run.status,
        run.date,
        run.baseline,
        run.repeats,
        scenario,
        run.title,
        tuple(run.tags),
        holds,
    )


_ASKED_FOR = (
    *("changes", "series", "distribution", "findings", "recommendations", "options", "actions"),
    *("claims", "sources", "acknowledged", "acknowledged_steps"),
)


@dataclass(frozen=True)
class Record(Generic[Model]):
    """One file: its model if it is valid, what is wrong with it, and where each field stands.

    `id` is `campaign/run` or `campaign`; `file` is relative to the notebook's folder; `digest` is
    that of the file's content. `gist` is None of a campaign, and of a run that could not be read.
    The model and the places are asked of `read` and `parse`, and only where somebody needs them.
    """

    id: str
    file: str
    problems: tuple[Problem, ...]
    gist: Gist | None
    read: Callable[[], Model | None] = field(compare=False, repr=False)
    parse: Callable[[], Document] = field(compare=False, repr=False)
    digest: str = ""

    @property
    def model(self) -> Model | None:
        """The model; None where anything is wrong with the record."""
        return None if self.problems else self.partial

    @cached_property
    def partial(self) -> Model | None:
        """The model without the invalid fields; None where not even that could be read."""
        return self.read()

    @cached_property
    def document(self) -> Document:
        """The values as they are written, and where each stands."""
        return self.parse()


@dataclass(frozen=True)
class Sources:
    """The files of a notebook by identity, and what is wrong with their places.

    `attachments` are the files that lie beside the records of runs; `objectives` is the content of
    the file of objectives, None where there is none.
    """

    runs: Mapping[str, bytes]
    campaigns: Mapping[str, bytes]
    problems: tuple[Problem, ...] = ()
    attachments: Attachments = field(default_factory=dict)
    objectives: bytes | None = None


def read_run(identity: str, content: bytes) -> Record[Run]:
    """The record of a run from the bytes of its file."""
    return _read(Run, identity, file_of_run(identity), content)


def read_campaign(identity: str, content: bytes) -> Record[Campaign]:
    """The record of a campaign from the bytes of its file."""
    return _read(Campaign, identity, file_of_campaign(identity), content)


def digest_of(content: bytes) -> str:
    """What tells whether a file is the same as it was."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _read(model: type[Model], identity: str, file: str, content: bytes) -> Record[Model]:
    document = yamltree.read(file, content)
    found, problems = _validated(model, document)
    gist = gist_of(found) if isinstance(found, Run) else None
    digest = digest_of(content)
    return Record(identity, file, tuple(problems), gist, lambda: found, lambda: document, digest)


def _validated(model: type[Model], document: Document) -> tuple[Model | None, list[Problem]]:
    """The model without the invalid fields, and all that is wrong with the file."""
    problems = list(document.problems)
    if not isinstance(document.value, dict):
        if not problems:
            hint = f"write the fields of a {model.__name__.lower()}, for example title: ..."
            message = "the record is empty" if document.value is None else "no mapping of fields"
            problems.append(document.problem((), "record-empty", message, hint))
        return None, problems
    wrong = versions.problem_of(document)
    if wrong is not None and versions.is_newer(document.value):
        return None, [wrong]
    fields = versions.without(document.value)
    found: Model | None
    try:
        found = model.model_validate(fields)
    except ValidationError as error:
        found = cast("Model | None", explain.without_errors(error, model, fields))
        noted = {(problem.field, problem.place) for problem in problems}
        more = explain.problems_of(error, model, document)
        problems += [p for p in more if (p.field, p.place) not in noted]
    if wrong is not None:
        problems.append(wrong)
    return found, sorted(problems, key=lambda problem: (problem.place, problem.field))


def dump(model: BaseModel) -> dict[str, Any]:
    """The fields that a record holds, as written: reading them again gives the same model."""
    return model.model_dump(mode="json", exclude_unset=True)


def file_of(identity: str) -> str:
    """Path of the record of a run or a campaign, relative to the notebook's folder."""
    return file_of_run(identity) if "/" in identity else file_of_campaign(identity)


def file_of_run(identity: str) -> str:
    """Path of a run's record, relative to the notebook's folder."""
    return f"{FOLDER}/{identity}.yaml"


def file_of_campaign(identity: str) -> str:
    """Path of a campaign's record, relative to the notebook's folder."""
    return f"{FOLDER}/{identity}/{CAMPAIGN_FILE}"


@dataclass(frozen=True)
class File:
    """A YAML file below experiments/, wherever that lies: its path in there, how it is read.

    `plain` is False of a link or a folder. `read` gives at most a byte more than a record may have,
    and raises OSError.
    """

    inside: str
    plain: bool
    read: Callable[[], bytes]


def sources(root: FilePath) -> Sources:
    """Read the files of the notebook in `root`; links are not followed.

    A record stands at `experiments/<campaign>/<run>.yaml`; a folder of the run's name beside it
    holds its attachments. Its objectives stand in `objectives.yaml`.
    """
    folder = root / FOLDER
    if folder.is_symlink():
        reason = "a notebook's records lie in a folder, not behind a link"
        return Sources({}, {}, (_problem(FOLDER, "record-place", reason, "put them there"),))
    found = gathered(_yaml_files(folder))
    objectives = None
    problems = found.problems
    try:
        if (root / policy.FILE).exists() and _is_plain(root / policy.FILE):
            objectives = _content(root / policy.FILE)
    except OSError as error:
        problems += (_unreadable(policy.FILE, error),)
    return replace(
        found,
        problems=problems,
        attachments=attachments.read(folder, found.runs),
        objectives=objectives,
    )


def gathered(files: Iterable[File]) -> Sources:
    """The records among these files, which come in order of their names, without attachments."""
    runs: dict[str, bytes] = {}
    campaigns: dict[str, bytes] = {}
    problems: list[Problem] = []
    for one in files:
        file = f"{FOLDER}/{one.inside}"
        reason = _misplaced(one)
        if reason:
            problems.append(_problem(file, "record-place", reason, _PLACE_HINT))
            continue
        try:
            content = one.read()
        except OSError as error:
            problems.append(_unreadable(file, error))
            continue
        campaign, _, name = one.inside.rpartition("/")
        if name == CAMPAIGN_FILE:
            campaigns[campaign] = content
        else:
            runs[one.inside.removesuffix(".yaml")] = content
    problems.extend(_colliding(runs))
    return Sources(runs, campaigns, tuple(problems))


_PLACE_HINT = f"a record is {FOLDER}/<campaign>/<run>.yaml, its names of letters, digits, . _ -"


def _yaml_files(folder: FilePath) -> Iterator[File]:
    """YAML files directly in `folder` and in the folders below it, in order of their names."""
    entries = _entries(str(folder)) if folder.is_dir() else []
    yield from _files(entries, "")
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            try:
                yield from _files(_entries(entry.path), f"{entry.name}/")
            except FileNotFoundError:
                continue  # it has been removed since it was seen
            except OSError as error:
                yield File(f"{entry.name}/{CAMPAIGN_FILE}", True, partial(_fail, error))


def _fail(error: OSError) -> bytes:
    raise error


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return sorted(found, key=lambda entry: entry.name)


def _files(entries: Iterable[os.DirEntry[str]], inside: str) -> Iterator[File]:
    for entry in entries:
        if may_be_record(entry.name):
            plain = entry.is_file(follow_symlinks=False)
            yield File(inside + entry.name, plain, partial(_content, entry.path))


def _is_plain(path: FilePath) -> bool:
    """Whether it is a plain file; what can't be looked at fails when it is read."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return True


def may_be_record(name: str) -> bool:
    """Whether a file is looked at by its name: YAML that is not hidden."""
    return name.endswith((".yaml", ".yml")) and not name.startswith(".")


def _content(path: str | FilePath) -> bytes:
    """A byte more than a record may have, at most; read again where it changed meanwhile.

    Raises OSError, and where it changes time and again.
    """
    for _ in range(_TRIES):
        with os.fdopen(os.open(path, _FLAGS), "rb") as stream:
            before = os.fstat(stream.fileno())
            content = stream.read(yamltree.MAX_BYTES + 1)
            after = os.fstat(stream.fileno())
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            return content
    raise OSError(errno.EAGAIN, "it changes while it is read", str(path))


_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""It may have become a link, or something that never ends, since it was looked at."""

_TRIES = 3


def _misplaced(file: File) -> str:
    """Why a YAML file is no record, or nothing."""
    inside = file.inside
    if not file.plain:
        return "a record is a plain file, not a link or a folder"
    if inside.count("/") != 1:
        return "a record stands in the folder of its campaign"
    if inside.endswith(".yml"):
        return "the suffix of a record is .yaml"
    return unfit(*inside.removesuffix(".yaml").split("/"))


def unfit(campaign: str, run: str) -> str:
    """Why no campaign or run can have these names, or nothing."""
    if run.lower() in RESERVED:
        return f"{run!r} can't be the name of a run: the campaign's own page has it"
    if campaign.lower() in publishable.SITE_FOLDERS:
        return f"{campaign!r} can't be the name of a campaign: the site's own files lie there"
    for name in (campaign, run):
        if not re.fullmatch(NAME, name):
            return "the name of a campaign or run has other characters than letters, digits, . _ -"
        if name.partition(".")[0].lower() in DEVICES or name.endswith("."):
            return f"{name!r} can't be the name of a file on Windows"
    return ""


def _colliding(identities: Iterable[str]) -> Iterator[Problem]:
    """Runs and campaigns whose paths are the same on a file system that ignores case."""
    seen: dict[str, str] = {}
    for identity in identities:
        campaign = identity.partition("/")[0]
        for path, file in ((campaign, f"{FOLDER}/{campaign}"), (identity, file_of_run(identity))):
            other = seen.setdefault(path.lower(), path)
            if other != path:
                reason = f"{file} and {other!r} differ in upper and lower case only"
                yield _problem(file_of_run(identity), "record-place", reason, "rename one of them")
                break


def _unreadable(file: str, error: OSError) -> Problem:
    reason = f"the file can't be read: {error.strerror}"
    refused = error.errno in (errno.EACCES, errno.EPERM)
    hint = "mend its permissions" if refused else "try again, or remove it"
    return _problem(file, "record-unreadable", reason, hint)


def _problem(file: str, code: str, message: str, hint: str) -> Problem:
    return Problem(file, Place(), "", Level.ERROR, code, message, hint)
