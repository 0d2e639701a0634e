"""The store: bytes by kind and key, kept from one call to the next.

It is a convenience and never the truth: what is damaged, cut short or of another version is not
found, and made anew by whoever asked. It lies in the user's folder of caches, not in the notebook,
where a record's author could put something into it. Several processes may use it at once; where it
can't be written it is only read, and where there is none everything is kept in memory.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import platformdirs

VERSION = 2
FILE = "store.sqlite"
ENVIRONMENT = "LOADBOOK_CACHE"
"""Names another folder for the store; empty for none at all."""

KEPT_DAYS = 30
"""How long something is kept that nobody asked for."""

_PRUNED = "pruned"
"""Kind of the entry that says on which day the store was pruned."""

_BUFFER = 8_000_000
"""Bytes that are kept in memory before they are written."""

_PATIENCE = 5.0
"""Seconds that are waited for another process to finish its writing."""

_MOST = 500
"""How many keys are asked for at once."""

_TABLE = """
CREATE TABLE IF NOT EXISTS entry (
  kind TEXT NOT NULL, key TEXT NOT NULL, used INTEGER NOT NULL, digest BLOB NOT NULL,
  value BLOB NOT NULL, PRIMARY KEY (kind, key)
)"""


def folder() -> Path | None:
    """Where the store lies: as the environment says, else the user's folder of caches."""
    named = os.environ.get(ENVIRONMENT)
    if named is not None:
        return Path(named) if named else None
    return platformdirs.user_cache_path("loadbook")


class Store:
    """Bytes by kind and key. Without a folder they are kept as long as the object."""

    def __init__(self, folder: Path | None = None) -> None:
        self._fresh: dict[tuple[str, str], bytes] = {}
        self._waiting = 0
        self._used: set[tuple[str, str]] = set()
        self._today = int(time.time() // 86_400)
        self._writes = folder is not None
        self._file = folder / FILE if folder else None
        self._base = self._opened()
        self._process = os.getpid()

    def get(self, kind: str, key: str) -> bytes | None:
        """The bytes of that kind and key, None where there are none that can be believed."""
        return self.get_all(kind, [key]).get(key)

    def get_all(self, kind: str, keys: Iterable[str]) -> dict[str, bytes]:
        """The bytes by key, those that are not there left out."""
        asked = list(keys)
        found = {key: self._fresh[kind, key] for key in asked if (kind, key) in self._fresh}
        left = [key for key in asked if key not in found]
        for key, digest, value, used in self._rows("key, digest, value, used", kind, left):
            if isinstance(value, bytes) and digest == _digest(kind, key, value):
                found[key] = value
                if used != self._today:
                    self._used.add((kind, key))
        return found

    @property
    def is_shared(self) -> bool:
        """Whether another process finds what this one writes."""
        return self._base is not None and self._writes

    def has(self, kind: str) -> bool:
        """Whether there is something of that kind."""
        return any(self._asked("SELECT 1 FROM entry WHERE kind = ? LIMIT 1", kind))

    def known(self, kind: str, keys: Iterable[str]) -> set[str]:
        """Those of the keys that something can be had of."""
        return set(self.get_all(kind, keys))

    def put(self, kind: str, key: str, value: bytes) -> None:
        """Keep the bytes; what was there is replaced."""
        self._fresh[kind, key] = value
        self._waiting += len(value)
        if self._waiting > _BUFFER:
            self.write()

    def write(self) -> None:
        """Write what was put since the last time; all of it or nothing."""
        self._own()
        if self._base is None or not self._writes or not (self._fresh or self._used):
            return
        rows = [
            (kind, key, self._today, _digest(kind, key, value), value)
            for (kind, key), value in self._fresh.items()
        ]
        old = [(self._today, *entry, self._today) for entry in self._used]
        try:
            with self._base:
                self._base.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?)", rows)
                renew = "UPDATE entry SET used = ? WHERE kind = ? AND key = ? AND used < ?"
                self._base.executemany(renew, old)
                self._prune(self._base)
        except sqlite3.Error:
            self._writes = False  # no room, no permission, or somebody else writes for long
            return
        self._fresh.clear()
        self._used.clear()
        self._waiting = 0

    def _prune(self, base: sqlite3.Connection) -> None:
        """Let go of what nobody asked for, once a day: every entry is looked at."""
        known = "SELECT 1 FROM entry WHERE kind = ? AND used = ?"
        if not base.execute(known, (_PRUNED, self._today)).fetchone():
            base.execute("DELETE FROM entry WHERE used < ?", (self._today - KEPT_DAYS,))
            mark = (_PRUNED, "", self._today, b"", b"")
            base.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?)", mark)

    def close(self) -> None:
        """Write, and let go of the file."""
        self.write()
        if self._base is not None:
            self._base.close()
            self._base = None

    def _rows(self, columns: str, kind: str, keys: list[str]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(keys), _MOST):
            some = keys[start : start + _MOST]
            marks = ",".join("?" * len(some))
            query = f"SELECT {columns} FROM entry WHERE kind = ? AND key IN ({marks})"  # noqa: S608
            yield from self._asked(query, kind, *some)

    def _asked(self, query: str, *words: str) -> Iterator[tuple[Any, ...]]:
        self._own()
        try:
            rows = self._base.execute(query, words).fetchall() if self._base else []
        except sqlite3.Error:
            self._start_anew()
            return
        yield from rows

    def _own(self) -> None:
        """Open the file anew in a process that was forked from the one that had opened it.

        What that one opened is held on to: to close it here would let go of its locks.
        """
        if self._process != os.getpid() and self._base is not None:
            self._inherited, self._base = self._base, self._opened()
        self._process = os.getpid()

    def _opened(self) -> sqlite3.Connection | None:
        if self._file is None:
            return None
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            base = self._connected("rwc")
            known = base.execute("PRAGMA user_version").fetchone()[0]
            if known not in (0, VERSION):
                base.close()
                return self._removed()
            # Safe against a killed process; after a power cut the digests tell what is damaged.
            base.execute("PRAGMA synchronous = OFF")
            if known != VERSION:
                with base:
                    base.execute(_TABLE)
                    base.execute(f"PRAGMA user_version = {VERSION}")
        except sqlite3.DatabaseError as error:
            if not isinstance(error, sqlite3.OperationalError):
                return self._removed()
            return self._readable()
        except OSError:
            return self._readable()
        return base

    def _connected(self, mode: str) -> sqlite3.Connection:
        assert self._file is not None
        address = f"{self._file.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(address, timeout=_PATIENCE, uri=True, check_same_thread=False)

    def _readable(self) -> sqlite3.Connection | None:
        """The file where it can only be read; None where not even that."""
        self._writes = False
        try:
            base = self._connected("ro")
            known = base.execute("PRAGMA user_version").fetchone()[0] == VERSION
        except (sqlite3.Error, OSError):
            return None
        return base if known else None

    def _removed(self) -> sqlite3.Connection | None:
        """A new file instead of one that is damaged or of another version."""
        assert self._file is not None
        try:
            self._file.unlink(missing_ok=True)
        except OSError:
            self._writes = False
            return None
        return self._opened()

    def _start_anew(self) -> None:
        """Go on without what is in the file: it is damaged."""
        if self._base is not None:
            self._base.close()
        self._base = self._removed()


def _digest(kind: str, key: str, value: bytes) -> bytes:
    """What tells that a value is whole and stands under its own name."""
    name = f"{kind}\n{key}\n".encode()
    # Of those that are hard to get wrong the quickest where the processor knows it.
    return hashlib.sha256(name + value).digest()
