"""Files that lie beside a record, in the run's own folder: what is there, and its small tables.

Of a run's folder only what lies directly in it counts. The content of a CSV is read where the
record names the file; all else is only known to be there. Links are not followed.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from generator.fields import NAME

PUBLISHED = frozenset(
    {".csv", ".gif", ".gz", ".jpeg", ".jpg", ".json", ".log", ".png", ".txt", ".webp", ".zst"}
)
"""Suffixes of attachments that are published: nothing that a browser would run."""

TABLE = ".csv"
"""Suffix of a table."""

MAX_BYTES = 4 * 2**20
"""Largest table that is read, in bytes."""

MAX_TABLES = 20
"""Most tables that are read of one run."""

MAX_TOTAL = 256 * 2**20
"""Most bytes of tables that are read of a whole notebook."""

MAX_PUBLISHED = 2**30
"""Largest file that is published, in bytes."""

MAX_FILES = 200
"""Most files of one run that count."""


@dataclass(frozen=True)
class Attachment:
    """A file beside a record.

    `size` is in bytes, None of what is no plain file. `content` is that of a table that the record
    names, `refused` says why it was not read.
    """

    size: int | None
    content: bytes | None = None
    refused: str = ""

    @property
    def is_published(self) -> bool:
        """Whether the site has it as a download; its suffix is one of `PUBLISHED`."""
        return self.size is not None and self.size <= MAX_PUBLISHED


Attachments = Mapping[str, Mapping[str, Attachment]]
"""The files of each run's folder: by the run's identity, then by name."""


@dataclass(frozen=True)
class Beside:
    """A file in a run's folder, wherever that lies: its name, its size in bytes, how it is read.

    `size` is None of what is no plain file. `read` raises OSError.
    """

    name: str
    size: int | None
    read: Callable[[], bytes]


def read(folder: Path, records: Mapping[str, bytes]) -> Attachments:
    """The attachments of these runs; `folder` holds the campaigns, `records` the runs' files."""
    campaigns = {identity.partition("/")[0] for identity in records}
    folders = {inside for name in campaigns for inside in _folders(folder / name)}
    return gathered(
        records,
        lambda identity: [
            Beside(path.name, _size(path), partial(_content, path))
            for path in (_files(folder / identity) if identity in folders else ())
        ],
    )


def gathered(
    records: Mapping[str, bytes], beside: Callable[[str], Iterable[Beside]]
) -> Attachments:
    """The attachments of these runs; `beside` has the files of a run's folder in order of name."""
    found: dict[str, dict[str, Attachment]] = {}
    left = MAX_TOTAL
    for identity, record in records.items():
        files: dict[str, Attachment] = {}
        tables = 0
        for one in beside(identity):
            named = one.name.endswith(TABLE) and one.name.encode() in record
            if named and tables >= MAX_TABLES:
                reason = f"a run has at most {MAX_TABLES} tables"
                files[one.name] = Attachment(one.size, refused=reason)
                continue
            attachment = _table(one, min(MAX_BYTES, left)) if named else Attachment(one.size)
            tables += named
            left -= len(attachment.content or b"")
            files[one.name] = attachment
        if files:
            found[identity] = files
    return found


def fitting(names: Iterable[str]) -> list[str]:
    """Of the names in a run's folder the first that may be published, in their order."""
    named = (
        name
        for name in sorted(names)
        if Path(name).suffix in PUBLISHED and re.fullmatch(NAME, name)
    )
    return list(islice(named, MAX_FILES))


def _folders(campaign: Path) -> list[str]:
    """The folders of a campaign's runs, as `campaign/run`; most runs have none."""
    try:
        with os.scandir(campaign) as found:
            return [
                f"{campaign.name}/{entry.name}"
                for entry in found
                if entry.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return []


def _files(folder: Path) -> Iterator[Path]:
    """The first files in a run's folder that may be published, in order of their names."""
    if folder.is_symlink() or not folder.is_dir():
        return
    try:
        paths = list(folder.iterdir())
    except OSError:
        return
    yield from (folder / name for name in fitting(path.name for path in paths))


def _size(path: Path) -> int | None:
    """Bytes of a plain file; None of a link, a folder, and what is gone."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _table(one: Beside, most: int) -> Attachment:
    """A table with its content, or with the reason why that is not read."""
    size = one.size
    if size is None:
        return Attachment(None, refused="it is a link or a folder, which is not followed")
    if size > MAX_BYTES:
        return Attachment(size, refused=f"it has {size:,} bytes, a table has at most {MAX_BYTES:,}")
    if size > most:
        reason = f"the tables of the notebook have more than {MAX_TOTAL:,} bytes"
        return Attachment(size, refused=reason)
    try:
        return Attachment(size, one.read()[:size])
    except OSError as error:
        return Attachment(size, refused=f"it can't be read: {error.strerror}")


def _content(path: Path) -> bytes:
    """The content of a table's file, no more than a table may have."""
    # It may have become a link, or something that never ends, since it was looked at.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags), "rb") as stream:
        return stream.read(MAX_BYTES)
