"""Where figures come from: the hash of a file that was read, and whether it is still that file."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from generator.errors import Level, Problem
from generator.fields import NAME
from generator.measured import SourceFile
from generator.model import Run
from generator.notebook import Notebook
from generator.records import FOLDER, Record
from generator.units import Quantity

RULE = ("source-changed", "Files that figures were read from are unchanged")
"""Code and title of the check, as in `audit.RULES`."""

CHUNK = 1 << 20
MAX_BYTES = 1 << 30
"""Largest file that a check hashes; of a larger one only the size is held against the record."""


def sha256(path: Path, advance: Callable[[int], object] = int) -> str:
    """SHA-256 of a file in hexadecimal, read in pieces; `advance` is told the bytes of each.

    A link is not followed. Raises OSError where the file can't be read.
    """
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, "rb", buffering=0) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            advance(len(chunk))
    return digest.hexdigest()


def checked(root: Path, book: Notebook) -> Notebook:
    """The notebook with what is wrong with the files that its figures were read from."""
    return replace(book, problems=(*book.problems, *problems(root, book.run_records)))


@dataclass(frozen=True)
class Files:
    """The files in the folders of runs, wherever they lie.

    `size` has the bytes of a plain file by the run's identity and the file's name, None where there
    is none; `digest` its SHA-256 in hexadecimal, or raises OSError.
    """

    size: Callable[[str, str], int | None]
    digest: Callable[[str, str], str]


def problems(root: Path, runs: Mapping[str, Record[Run]]) -> Iterator[Problem]:
    """A warning for each file in a run's own folder that is not the one its record names."""
    return changed(
        runs,
        Files(
            lambda identity, name: _size_of(root, identity, name),
            lambda identity, name: sha256(root / FOLDER / identity / name),
        ),
    )


def changed(runs: Mapping[str, Record[Run]], files: Files) -> Iterator[Problem]:
    """A warning for each of these files that is not the one its record names.

    A file that is not there any more, or that was never kept beside the record, tells nothing.
    """
    for identity, record in runs.items():
        if record.gist is None or "sources" not in record.gist.holds:
            continue
        listed = record.partial.sources if record.partial else ()
        for name in dict.fromkeys(source.file for source in listed):
            stated = {at: source for at, source in enumerate(listed) if source.file == name}
            reason = _changed(files, identity, name, list(stated.values()))
            if reason:
                path = ("sources", max(stated), "sha256")
                hint = "import it again, or bring the file back that the figures were read from"
                yield record.document.problem(path, RULE[0], reason, hint, level=Level.WARNING)


def _changed(files: Files, identity: str, name: str, stated: list[SourceFile]) -> str:
    """In which way the file differs from every one that the record names so, or nothing."""
    size = files.size(identity, name)
    if size is None:
        return ""
    path = f"{FOLDER}/{identity}/{name}"
    fitting = [source for source in stated if _fits(source.size, size)]
    if not fitting:
        return f"{path} has {size:,} bytes now, not those that the record states"
    if size > MAX_BYTES:
        return ""
    try:
        found = files.digest(identity, name)
    except OSError as error:
        return f"{path} can't be read: {error.strerror}"
    if found in {source.sha256.lower() for source in fitting}:
        return ""
    return f"{path} is not the file that was imported: its SHA-256 is {found[:12]}... now"


def _size_of(root: Path, identity: str, name: str) -> int | None:
    """Bytes of a plain file in the run's own folder; None where there is none, or a link."""
    if not re.fullmatch(NAME, name):
        return None
    folder = root / FOLDER
    parents = [folder, *(folder := folder / part for part in identity.split("/"))]
    if any(parent.is_symlink() for parent in parents):
        return None
    try:
        found = (folder / name).lstat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _fits(stated: Quantity | None, size: int) -> bool:
    return stated is None or stated.agrees_with(Quantity.exact(size))
