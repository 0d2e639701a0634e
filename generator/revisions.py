"""The notebook as it stands in a revision of git, read into memory: nothing is checked out.

Only git's own objects are asked for (`rev-parse`, `merge-base`, `ls-tree`, `cat-file --batch`);
links and submodules are seen as what they are and not followed, large files are not read.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from generator import attachments, notebook, policy, provenance, records, settings, yamltree
from generator.attachments import Beside
from generator.errors import NotebookError
from generator.notebook import Notebook
from generator.provenance import Files
from generator.records import FOLDER, File

_PLAIN = ("100644", "100755")
"""Modes of plain files; links and submodules have others."""

_NOT_READ = bytes(yamltree.MAX_BYTES + 1)
"""What stands for a record that is too large: it is refused for that, whatever it holds."""


@dataclass(frozen=True)
class Repository:
    """The git repository that a notebook lies in; `prefix` is the notebook's folder in it."""

    root: Path
    prefix: str


@dataclass(frozen=True)
class Base:
    """What is compared with: the revision as it was named, and the commit that is read.

    `branched` is set where that is the commit from which the head branched off, and not the named
    one, which has gone on since.
    """

    name: str
    commit: str
    branched: bool = False


def repository(root: Path) -> Repository:
    """The repository of the notebook in `root`; raises NotebookError where there is none."""
    found = _git(root, "rev-parse", "--show-prefix")
    if found is None:
        raise NotebookError(f"{root} is in no git repository: a review compares with a revision")
    return Repository(root, os.fsdecode(found.removesuffix(b"\n")))


def resolve(repository: Repository, name: str) -> str:
    """The full name of the commit; raises NotebookError for a revision that is not there."""
    if not name or name.startswith("-") or not name.isprintable():
        raise NotebookError(f"{name!r} is no name of a revision")
    found = _git(repository.root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    if found is None:
        raise NotebookError(f"there is no revision {name!r}{_hint(repository, name)}")
    return found.decode("ascii").strip()


def base_of(repository: Repository, name: str, head: str) -> Base:
    """What a review against `name` compares with: the commit where `head` branched off.

    What has been added to the base since is no doing of the head. Without a common history it is
    the named revision itself.
    """
    commit = resolve(repository, name)
    found = _git(repository.root, "merge-base", commit, resolve(repository, head))
    if found is None:
        if _is_shallow(repository):
            raise NotebookError(f"where {head} left {name!r} can't be told{_SHALLOW}")
        return Base(name, commit)
    common = found.decode("ascii").split()[0]
    return Base(name, common, common != commit)


_SHALLOW = (
    ": this clone is shallow, it lacks older commits; `git fetch --unshallow` brings them "
    "(actions/checkout: fetch-depth: 0)"
)


def _is_shallow(repository: Repository) -> bool:
    return _git(repository.root, "rev-parse", "--is-shallow-repository") == b"true\n"


def _hint(repository: Repository, name: str) -> str:
    if _is_shallow(repository):
        return _SHALLOW
    if _git(repository.root, "rev-parse", "--verify", "--quiet", f"origin/{name}^{{commit}}"):
        return f": did you mean 'origin/{name}'?"
    return ": name a branch, a tag or a commit that is fetched"


def opened(repository: Repository, commit: str) -> Notebook:
    """The notebook as it stands in a commit; one without a mkdocs.yml has the default settings."""
    tree = _tree(repository, commit)
    with _blobs(repository) as blobs:
        config = tree.root.get(settings.CONFIG_FILE)
        options, problems = (
            settings.parse(blobs.read(config)) if config else (settings.Settings(), ())
        )
        found = records.gathered(
            File(str(path), entry.plain, partial(_record, blobs, entry))
            for path, entry in tree.records.items()
        )
        aims = tree.root.get(policy.FILE)
        found = replace(
            found,
            attachments=attachments.gathered(found.runs, partial(_beside, tree, blobs)),
            objectives=_record(blobs, aims) if aims else None,
        )
        book = notebook.build(found, options, problems)
        wrong = provenance.changed(
            book.run_records,
            Files(tree.size, lambda run, name: blobs.digest(tree.folders[run][name])),
        )
        return replace(book, problems=(*book.problems, *wrong))


@dataclass(frozen=True)
class _Entry:
    """A file in a tree: the id of its content, its size in bytes, whether it is a plain file."""

    blob: str
    size: int
    plain: bool


@dataclass(frozen=True)
class _Tree:
    """What a commit holds of a notebook: files at its root, records, files of runs' folders."""

    root: dict[str, _Entry] = field(default_factory=dict)
    records: dict[PurePosixPath, _Entry] = field(default_factory=dict)
    folders: dict[str, dict[str, _Entry]] = field(default_factory=dict)

    def size(self, run: str, name: str) -> int | None:
        """Bytes of a plain file in a run's folder."""
        entry = self.folders.get(run, {}).get(name)
        return entry.size if entry and entry.plain else None


def _tree(repository: Repository, commit: str) -> _Tree:
    names = (f"{FOLDER}/", settings.CONFIG_FILE, policy.FILE)
    paths = [f"{repository.prefix}{name}" for name in names]
    listed = _git(repository.root, "ls-tree", "-r", "-z", "-l", "--full-tree", commit, "--", *paths)
    if listed is None:
        raise NotebookError(f"git can't list the files of {commit}")
    tree = _Tree()
    for line in listed.split(b"\0")[:-1]:
        facts, _, name = line.partition(b"\t")
        mode, _, blob, size = facts.decode("ascii").split()
        entry = _Entry(blob, int(size) if size.isdecimal() else 0, mode in _PLAIN)
        path = PurePosixPath(os.fsdecode(name).removeprefix(repository.prefix))
        parts = path.parts
        if len(parts) == 1:
            if entry.plain:
                tree.root[path.name] = entry
        elif len(parts) <= 3 and records.may_be_record(path.name):
            tree.records[PurePosixPath(*parts[1:])] = entry
        elif len(parts) == 4:
            tree.folders.setdefault("/".join(parts[1:3]), {})[path.name] = entry
    # In the order in which a folder is read: what lies at the top, then campaign by campaign.
    order = sorted(tree.records, key=lambda path: (len(path.parts), path.parts))
    return replace(tree, records={path: tree.records[path] for path in order})


def _record(blobs: _Blobs, entry: _Entry) -> bytes:
    return _NOT_READ if entry.size > yamltree.MAX_BYTES else blobs.read(entry)


def _beside(tree: _Tree, blobs: _Blobs, run: str) -> Iterator[Beside]:
    """The files in a run's folder that may be published."""
    files: Mapping[str, _Entry] = tree.folders.get(run, {})
    for name in attachments.fitting(files):
        entry = files[name]
        yield Beside(name, entry.size if entry.plain else None, partial(blobs.read, entry))


# --- git ------------------------------------------------------------------------------------------


class _Blobs:
    """Contents of git's objects, asked for one by one of a single process."""

    def __init__(self, to: IO[bytes], answers: IO[bytes]) -> None:
        self.to = to
        self.answers = answers

    def read(self, entry: _Entry) -> bytes:
        """The content of a file. Raises OSError where git does not have it."""
        return b"".join(self._pieces(entry))

    def digest(self, entry: _Entry) -> str:
        """SHA-256 of a file in hexadecimal, read in pieces."""
        digest = hashlib.sha256()
        for piece in self._pieces(entry):
            digest.update(piece)
        return digest.hexdigest()

    def _pieces(self, entry: _Entry) -> Iterator[bytes]:
        self.to.write(f"{entry.blob}\n".encode("ascii"))
        self.to.flush()
        header = self.answers.readline().split()
        if len(header) != 3 or header[1] != b"blob":
            raise OSError(0, "git does not have this object")
        left = int(header[2])
        while left:
            piece = self.answers.read(min(left, provenance.CHUNK))
            if not piece:
                raise OSError(0, "git stopped in the middle of an object")
            left -= len(piece)
            yield piece
        self.answers.read(1)


@contextmanager
def _blobs(repository: Repository) -> Iterator[_Blobs]:
    command = ["git", "cat-file", "--batch"]
    with subprocess.Popen(  # noqa: S603 (no shell)
        command,
        cwd=repository.root,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise NotebookError("git can't be asked")
        try:
            yield _Blobs(process.stdin, process.stdout)
        finally:
            process.stdin.close()
            process.kill()


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git prints; None where it fails. Raises NotebookError where it can't be asked at all."""
    try:
        done = subprocess.run(  # noqa: S603 (no shell, and a name never begins like an option)
            ["git", *arguments],  # noqa: S607
            cwd=root,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise NotebookError("git is not installed: a review compares with a revision") from None
    if done.returncode and b"dubious ownership" in done.stderr:
        first = re.sub(r"\s+", " ", done.stderr.decode("utf-8", "replace").split("\n")[0])
        raise NotebookError(f"git refuses to read this repository: {first}")
    return None if done.returncode else done.stdout


def _environment() -> dict[str, str]:
    """As git is asked: in English, without a question to anybody, paths as they are."""
    return {
        **os.environ,
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_LITERAL_PATHSPECS": "1",
    }
