"""Files and folders that a living process holds: what nobody holds was left by a killed one.

The system takes a lock from a process when that ends, however it ends: no id of a process is
kept, which could be another's by now. Without locks (Windows, some network file systems) nothing
counts as left over.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

    _NOW = fcntl.LOCK_EX | fcntl.LOCK_NB
    _WAIT = fcntl.LOCK_EX
    _lock = fcntl.flock
else:
    _NOW = _WAIT = 0

    def _lock(_descriptor: int, _how: int) -> None:
        raise OSError


def hold(descriptor: int, path: Path) -> bool:
    """Hold what was just made and opened, until it is closed or the process ends.

    False where somebody took it for left over before it was held: make another one.
    """
    try:
        _lock(descriptor, _NOW)
    except BlockingIOError:
        return False
    except OSError:
        return True
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


@contextmanager
def left(path: Path) -> Iterator[bool]:
    """Whether nobody holds the file or folder any more; meanwhile nobody can."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError:
        yield False
        return
    try:
        try:
            _lock(descriptor, _NOW)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def folder(home: Path, prefix: str) -> tuple[Path, int]:
    """A new empty folder in there, held until its descriptor is closed: its path, the descriptor.

    Its name is the prefix and 12 hexadecimal digits. Raises OSError.
    """
    while True:
        made = home / f"{prefix}{secrets.token_hex(6)}"
        made.mkdir()
        with suppress(FileNotFoundError):
            descriptor = os.open(made, os.O_RDONLY)
            if hold(descriptor, made):
                return made, descriptor
            os.close(descriptor)


def folders(home: Path, prefix: str, suffix: str = "") -> list[Path]:
    """The folders in there that have such a name."""
    ours = re.compile(rf"{re.escape(prefix)}[0-9a-f]{{12}}{re.escape(suffix)}")
    found = [path for path in home.iterdir() if ours.fullmatch(path.name)]
    return sorted(path for path in found if path.is_dir() and not path.is_symlink())


def sweep(home: Path, prefix: str) -> None:
    """Remove such folders that killed processes left."""
    for one in folders(home, prefix):
        with left(one) as is_left:
            if is_left:
                shutil.rmtree(one, ignore_errors=True)


@contextmanager
def temporary(prefix: str) -> Iterator[Path]:
    """A folder among the system's temporary ones, removed afterwards, or by the next that is made.

    Raises OSError.
    """
    home = Path(tempfile.gettempdir())
    sweep(home, prefix)
    made, descriptor = folder(home, prefix)
    try:
        made.chmod(0o700)
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(descriptor)


@contextmanager
def turn(where: Path) -> Iterator[None]:
    """One process after the other does something with what lies in there."""
    descriptor = os.open(where, os.O_RDONLY)
    try:
        with suppress(OSError):
            _lock(descriptor, _WAIT)
        yield
    finally:
        os.close(descriptor)
