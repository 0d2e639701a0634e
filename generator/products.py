"""Pages of runs and campaigns, kept from one build to the next with what was read for each.

A page is taken as it is where everything that was read for it is what it was, where templates,
settings, the package and its libraries are the same, and where all its charts are there; else it
is made anew.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, replace
from functools import cache
from importlib import metadata
from pathlib import Path

from generator.attachments import Attachment
from generator.gallery import Gallery, keys_in
from generator.model import Campaign, Run
from generator.records import Record
from generator.render import Page
from generator.traced import Traced
from generator.tracing import EVERYTHING, QUESTIONS, Read
from generator.view import View

KIND = "page"

LIBRARIES = ("jinja2", "markdown-it-py", "markupsafe", "nh3", "pydantic", "pygments", "ruamel.yaml")
"""What else than the package has a hand in a page."""


class Products:
    """The pages of the runs and campaigns of a view whose notebook is traced.

    They are kept in the gallery's store, by the name and the content of their record. `folders`
    hold the templates. `reused` counts the pages that were there.
    """

    def __init__(self, view: View, book: Traced, folders: Sequence[Path], gallery: Gallery) -> None:
        self.reused = 0
        self._trace = book.trace
        self._gallery = gallery
        self._now = _Now(view, book)
        templates = [_digest_of_files(folder) for folder in folders]
        self._under = _digest([version(), templates, book.settings, book.objectives, view.to])
        self._book = book.plain
        self._known = self._loaded([*book.plain.campaign_names, *book.plain.runs])

    def page(self, identity: str, make: Callable[[], Page]) -> Page:
        """The page of a run or campaign, made only where there is none that is as good."""
        known = self._known.pop(identity, None)
        if known is not None:
            self.reused += 1
            return known
        with self._trace.piece() as reads:
            page = make()
        if EVERYTHING not in reads:
            there = [[*read, self._now.of(read)] for read in reads]
            content = json.dumps([self._under, there, astuple(page)]).encode()
            self._gallery.store.put(KIND, self._key(identity), zlib.compress(content, 1))
        return page

    def _key(self, identity: str) -> str:
        records: Mapping[str, Record[Run] | Record[Campaign]]
        records = self._book.run_records if "/" in identity else self._book.campaign_records
        return f"{identity} {records[identity].digest if identity in records else ''}"

    def _loaded(self, identities: Sequence[str]) -> dict[str, Page]:
        """The pages that are as good as new."""
        kept = self._gallery.store.get_all(KIND, map(self._key, identities))
        found: dict[str, Page] = {}
        for identity in identities:
            content = kept.get(self._key(identity))
            page = self._as_good(content) if content else None
            if page is not None:
                found[identity] = page
        charts = {identity: keys_in("".join(page.late)) for identity, page in found.items()}
        there = self._gallery.there(key for keys in charts.values() for key in keys)
        return {name: page for name, page in found.items() if there.issuperset(charts[name])}

    def _as_good(self, content: bytes) -> Page | None:
        under, reads, fields = json.loads(zlib.decompress(content))
        if under != self._under or any(self._now.of(tuple(read)) != was for *read, was in reads):
            return None
        return replace(
            Page(*fields), late=tuple(fields[3]), scripts=tuple(fields[5]), words=tuple(fields[7])
        )


class _Now:
    """Digests of what was read, as it is now; each is found out once."""

    def __init__(self, view: View, book: Traced) -> None:
        self._book = book.plain
        self._known: dict[Read, str] = {}
        self._kinds: Mapping[str, Callable[..., object]] = {
            "run": self._run,
            "record": lambda name: self._book.run_records[name].digest,
            "campaign": self._campaign,
            "attachments": self._attachments,
            "baseline": self._book.baselines.get,
            "problems": view.problems_of,
            "scores": view.scores_of,
        }

    def of(self, read: Read) -> str:
        """The digest of what that is now; empty where nobody can say."""
        if read not in self._known:
            self._known[read] = self._of(read)
        return self._known[read]

    def _of(self, read: Read) -> str:
        kind, names = str(read[0]), read[1:]
        try:
            if kind in self._kinds:
                return _digest(self._kinds[kind](*names))
            return _digest(QUESTIONS[kind](self._book, *names))
        except (LookupError, ValueError):
            return ""  # the question is about something that is no longer there

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
    return _digest([_digest_of_files(Path(__file__).parent), libraries, sys.version])


def _digest_of_files(folder: Path) -> str:
    """A digest of every file below a folder, names and contents."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder)}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()


def _digest(value: object) -> str:
    return hashlib.blake2b(repr(value).encode(), digest_size=12).hexdigest()
