"""What of the files below experiments/ may go into the site, and where a site may be written.

Records and plain attachments may. Pages, scripts and styles that lie there may not: they come from
whoever wrote the record. Nor may what a link pulls in from outside, or what never ends.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from generator import attachments

SITE_FOLDERS = frozenset({"assets", "data", "social"})
"""Names that no campaign can have: its files could take the place of the site's own there."""


def is_publishable(path: Path, folder: Path) -> bool:
    """Whether a file below `folder` is a record or an attachment, a plain file of a sane size."""
    if not path.resolve().is_relative_to(folder.resolve()):
        return False
    try:
        found = path.lstat()
    except OSError:
        return False
    if not stat.S_ISREG(found.st_mode) or found.st_size > attachments.MAX_PUBLISHED:
        return False
    parts = path.relative_to(folder).parts
    depth = len(parts)
    return parts[0].lower() not in SITE_FOLDERS and (
        path.suffix == ".yaml" if depth == 2 else depth > 2 and path.suffix in attachments.PUBLISHED
    )


def colliding(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names that some file systems take for one that came before, each with that one.

    They ignore case, and how an accent is composed.
    """
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if other != name:
            yield name, other


def linked_folders(folder: Path) -> Iterator[Path]:
    """Links to folders, `folder` itself too: who follows them may walk for ever, or elsewhere."""
    if folder.is_symlink():
        yield folder
    for path, folders, _ in os.walk(folder):
        yield from (Path(path) / name for name in folders if (Path(path) / name).is_symlink())


def links_out_of(site: Path) -> Iterator[Path]:
    """Links in the place of the site's folder or directly in it, through which would be written.

    MkDocs removes what else lies there before it writes; a link to a folder it leaves.
    """
    if site.is_symlink():
        yield site
    elif site.is_dir():
        yield from (path for path in sorted(site.iterdir()) if path.is_symlink() and path.is_dir())
