"""A new site in the place of the earlier one, when it is whole.

The site is built into `.site-<12 hexadecimal digits>` beside `site`, and then both change places in
one step. What a build leaves that is killed, and what the next one makes of it:

1. While it builds: the earlier site, and a folder that nobody holds. That is removed.
2. After the step: the new site, and the earlier one in the folder that nobody holds. The same.
3. Where the system has no such step (all but Linux) there are two renames, of the earlier site to
   `.site-<digits>.old` and of the new one to `site`. Killed between them: no site, but that folder.
   It becomes the site again, and the new one is removed as in 1.
4. Killed after them: the new site and `.site-<digits>.old`, which is removed.

Several builds at once have a folder each; the last one to finish stays. A link in the place of the
site is followed here; `loadbook build` refuses one before. Hidden files of the site are copied into
the new one (`.git` of a branch that is published, for example), as MkDocs does not touch them.
Where the site can't change places with another folder, a mount point for example, files are put in
one by one.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generator import locks

_FIXED = frozenset({errno.EXDEV, errno.EBUSY, errno.EACCES, errno.EPERM, errno.EROFS})
"""Errors of a folder that can't be renamed, though what is in it can be."""

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of Linux


@contextmanager
def staged(site: Path) -> Iterator[Path]:
    """A new folder to build a site in, removed afterwards; what killed builds left is mended first.

    It lies beside the site, or in it where nothing can be made beside it. Raises OSError.
    """
    site = site.resolve()
    if site.exists() and not site.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "it is there and is no folder", str(site))
    site.parent.mkdir(parents=True, exist_ok=True)
    with locks.turn(site.parent):
        mend(site)
    try:
        folder, descriptor = locks.folder(site.parent, _prefix(site))
    except OSError as error:
        if error.errno not in _FIXED or not site.is_dir():
            raise
        folder, descriptor = locks.folder(site, _prefix(site))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def swap(new: Path, site: Path) -> bool:
    """Put the folder `new` into the place of the site; False where that took more than one step.

    What was the site is removed, or lies where `new` was. Raises OSError.
    """
    site = site.resolve()
    with locks.turn(site.parent):
        mend(site)
        if not site.exists():
            new.rename(site)
            return True
        new.chmod(site.stat().st_mode & 0o7777)
        if new.parent != site:
            _keep_hidden(site, new)
            try:
                if not exchange(new, site):
                    rename_twice(new, site)
                return True
            except OSError as error:
                if error.errno not in _FIXED:
                    raise
        _pour(new, site)
        return False


def mend(site: Path) -> None:
    """Finish or undo what killed builds began, as the states above say."""
    for home in (site.parent, site):
        if not home.is_dir():
            continue
        for old in locks.folders(home, _prefix(site), ".old"):
            if site.exists():
                shutil.rmtree(old, ignore_errors=True)
            else:
                old.rename(site)
        locks.sweep(home, _prefix(site))


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system can't. Raises OSError."""
    if sys.platform != "linux":
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    names = [ctypes.c_char_p(os.fsencode(path)) for path in (one, other)]
    if not call(_AT_FDCWD, names[0], _AT_FDCWD, names[1], ctypes.c_uint(_RENAME_EXCHANGE)):
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL):  # the kernel or the file system is too old
        return False
    raise OSError(code, os.strerror(code), str(other))


def rename_twice(new: Path, site: Path) -> None:
    """Put the folder `new` into the place of the site in two steps. Raises OSError."""
    old = new.with_name(f"{new.name}.old")
    site.rename(old)
    try:
        new.rename(site)
    except BaseException:
        old.rename(site)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _prefix(site: Path) -> str:
    """How the names of the folders begin that the site is built in."""
    return f".{site.name}-"


def _keep_hidden(site: Path, new: Path) -> None:
    """Copy what is hidden directly in the site, unless the new one has it."""
    for path in site.iterdir():
        target = new / path.name
        if not path.name.startswith(".") or os.path.lexists(target):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, target, symlinks=True)
        else:
            shutil.copy2(path, target, follow_symlinks=False)


def _pour(new: Path, site: Path) -> None:
    """Put the files into the site one by one, pages last, and remove what is no longer in it."""
    files = [path for path in new.rglob("*") if not path.is_dir()]
    wanted = {site}
    for path in sorted(files, key=lambda path: (path.suffix == ".html", path)):
        target = site / path.relative_to(new)
        _make_way(target.parent, site)
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        _move(path, target)
        wanted.update({target, *target.parents})
    for path in sorted(site.rglob("*"), reverse=True):
        if path in wanted or path.relative_to(site).parts[0].startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink()


def _make_way(folder: Path, site: Path) -> None:
    """Make a folder of the site, where a file may be in its place."""
    for step in reversed([folder, *folder.parents]):
        if step.is_relative_to(site) and step != site and (step.is_symlink() or step.is_file()):
            step.unlink()
    folder.mkdir(parents=True, exist_ok=True)


def _move(path: Path, target: Path) -> None:
    """Give the target the file in one step, across file systems too."""
    try:
        path.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        part = target.with_name(f".{target.name}.part")
        shutil.copy2(path, part)
        part.replace(target)
