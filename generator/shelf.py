"""What earlier builds found out of a notebook, each with what was read for it.

Something is taken as it is where everything that was read for it is what it was, and where what
everything depends on, as templates, settings, the package and its libraries, is the same.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from generator.attachments import Attachment
from generator.model import Campaign, Run
from generator.notebook import Notebook
from generator.records import Record
from generator.store import Store
from generator.tracing import QUESTIONS, Read

LIBRARIES = (
    *("jinja2", "markdown-it-py", "markupsafe", "matplotlib", "nh3", "numpy", "pandas"),
    *("pydantic", "pygments", "ruamel.yaml", "scipy"),
)
"""What else than the package has a hand in it."""


class Shelf:
    """Values of JSON by kind and by the run or campaign that they are of, kept in a store.

    `under` is what everything depends on.
    """

    def __init__(self, store: Store, book: Notebook, under: object) -> None:
        self._store = store
        self._book = book
        self._under = digest([version(), book.settings, book.objectives, under])
        self.identities = (*book.campaign_names, *book.runs)
        self._fetched: dict[str, dict[str, bytes]] = {}
        self._known: dict[Read, str] = {}
        self._kinds: dict[str, Callable[..., object]] = {
            "run": self._run,
            "record": lambda name: book.run_records[name].digest,
            "campaign": self._campaign,
            "attachments": self._attachments,
            "baseline": book.baselines.get,
        }

    def add(self, kind: str, find: Callable[[str], object]) -> None:
        """Something else that can be read, by the name of a run or campaign."""
        self._kinds[kind] = find

    def close(self) -> None:
        """Let go of the notebook and of what was fetched; nothing can be asked any more."""
        self._kinds.clear()
        self._fetched.clear()

    def get(self, kind: str, identity: str) -> tuple[Any, list[Read]] | None:
        """The value with what was read for it; None where there is none that is as good as new."""
        if kind not in self._fetched:
            self._fetched[kind] = self._store.get_all(kind, map(self._key, self.identities))
        content = self._fetched[kind].pop(self._key(identity), None)
        if content is None:
            return None
        try:
            under, noted, value = json.loads(zlib.decompress(content))
        except (ValueError, zlib.error):
            return None  # another version's
        if under != self._under:
            return None
        reads: list[Read] = []
        for *read, was in noted:
            if self._now(tuple(read)) != was:
                return None
            reads.append(tuple(read))
        return value, reads

    def put(self, kind: str, identity: str, value: object, reads: Iterable[Read]) -> None:
        """Keep a value with what was read for it."""
        noted = [[*read, self._now(read)] for read in reads]
        content = json.dumps([self._under, noted, value]).encode()
        self._store.put(kind, self._key(identity), zlib.compress(content, 1))

    def _key(self, identity: str) -> str:
        records: Mapping[str, Record[Run] | Record[Campaign]]
        records = self._book.run_records if "/" in identity else self._book.campaign_records
        return f"{identity} {records[identity].digest if identity in records else ''}"

    def _now(self, read: Read) -> str:
        """A digest of what that is now; empty where nobody can say."""
        if read not in self._known:
            kind, names = str(read[0]), read[1:]
            try:
                if kind in self._kinds:
                    value = self._kinds[kind](*names)
                else:
                    value = QUESTIONS[kind](self._book, *names)
                self._known[read] = digest(value)
            except (LookupError, ValueError):
                # The question is about something that is no longer there.
                self._known[read] = ""
        return self._known[read]

    def _run(self, name: str) -> str | None:
        return self._book.run_records[name].digest if name in self._book.runs else None

    def _campaign(self, name: str) -> str | None:
        return self._book.campaign_records[name].digest if name in self._book.campaigns else None

    def _attachments(self, name: str) -> object:
        found: Mapping[str, Attachment] = self._book.attachments.get(name, {})
        return [
            (file, one.size, one.refused, hashlib.blake2b(one.content or b"").hexdigest())
            for file, one in found.items()
        ]


@cache
def version() -> str:
    """A digest of the package's source, of the versions of the libraries, and of Python's."""
    libraries = [metadata.version(name) for name in LIBRARIES]
    return digest([digest_of_files(Path(__file__).parent), libraries, sys.version])


def digest_of_files(folder: Path) -> str:
    """A digest of every file below a folder, names and contents."""
    found = hashlib.blake2b(digest_size=16)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            content = path.read_bytes()
            found.update(f"{path.relative_to(folder)}\n{len(content)}\n".encode() + content)
    return found.hexdigest()


def digest(value: object) -> str:
    """A digest of what the `repr` of a value says."""
    return hashlib.blake2b(repr(value).encode(), digest_size=12).hexdigest()
