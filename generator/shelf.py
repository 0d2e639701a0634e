"""What earlier builds found out of a notebook, each with what was read for it.

Something is taken as it is where everything that was read for it is what it was, and where what
everything depends on, as templates, settings, the package and its libraries, is the same.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from zlib import crc32

from generator import packets
from generator.attachments import Attachment
from generator.beside import is_other
from generator.notebook import Notebook, campaign_of
from generator.packets import Entry, Packet
from generator.store import Store
from generator.tracing import QUESTIONS, Read, Trace

Value = TypeVar("Value")

LIBRARIES = (
    *("jinja2", "markdown-it-py", "markupsafe", "matplotlib", "nh3", "numpy", "pandas"),
    *("pydantic", "pygments", "ruamel.yaml", "scipy"),
)
"""What else than the package has a hand in it."""


TOGETHER = 32
"""About as many runs of a campaign are kept together."""

_BUFFER = 8_000_000
"""Bytes that are put before they are written."""

Given = tuple[dict[tuple[str, str], dict[str, Entry]], dict[str, str]]
"""What was put by kind and group, and the digests of what was read for it."""


class Kept(NamedTuple):
    """A value of JSON; what was read for it and its texts are had when they are asked for."""

    value: Any
    reads: Callable[[], dict[Read, None]]
    texts: Callable[[], list[str]]


class _Digests(dict[str, str]):
    """Digests of what was read, by name; `find` finds out one that is asked for the first time."""

    def __init__(self, find: Callable[[str], str]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, name: str) -> str:
        found = self[name] = self._find(name)
        return found


class Shelf:
    """Values of JSON by kind and by the run or campaign that they are of, kept in a store.

    `under` is what everything depends on.
    """

    def __init__(self, store: Store, book: Notebook, under: object) -> None:
        self._store = store
        self._book = book
        self._under = digest([version(), book.settings, book.objectives, under])
        self.identities = (*book.campaign_names, *book.runs)
        self._parts = {
            campaign: _power_of_two(runs // TOGETHER)
            for campaign, runs in Counter(map(campaign_of, book.runs)).items()
        }
        self._groups = dict.fromkeys(map(self._group, self.identities))
        self._packets: dict[str, dict[str, Packet | None]] = {}
        self._fresh: dict[tuple[str, str], dict[str, Entry]] = {}
        self._put: set[tuple[str, str]] = set()
        self._waiting = 0
        self._is_whole = False
        self._names: dict[Read, str] = {}
        self._reads: dict[str, Read] = {}
        self._digests = _Digests(self._digest)
        self._answers: dict[Read, Any] = {}
        self._asked, self._trace = book, Trace()
        self._kinds: dict[str, Callable[..., object]] = {
            "run": self._run,
            "record": lambda name: book.run_records[name].digest,
            "campaign": self._campaign,
            "attachments": self._attachments,
            "baseline": book.baselines.get,
        }

    def add(self, kinds: Mapping[str, Callable[[str], object]]) -> None:
        """What else can be read, by the name of a run or campaign: there is nothing more.

        From now on what is put is written as it grows.
        """
        self._kinds |= kinds
        self._is_whole = True

    def asks(self, book: Notebook, trace: Trace) -> None:
        """Questions are asked of this notebook, which may have parts of the answers here."""
        self._asked, self._trace = book, trace

    def answer(self, read: Read, find: Callable[..., Value]) -> Value:
        """The answer to a question, given once: who asks has not read what it is found from."""
        if read not in self._answers:
            with self._trace.piece():
                self._answers[read] = find(self._asked, *read[1:])
        answer: Value = self._answers[read]
        return answer

    def close(self) -> None:
        """Write, and let go of the notebook and of what was fetched; nothing can be asked then."""
        self.write()
        self._kinds.clear()
        self._packets.clear()
        self._answers.clear()
        self._asked = self._book

    def get(self, kind: str, identity: str, beside: str = "") -> Kept | None:
        """What is kept; None where there is none that is as good as new."""
        packet = self._packet(kind, self._group(identity))
        found = packet.get(_called(identity, beside), self._digests.__getitem__) if packet else None
        if packet is None or found is None:
            return None
        reads = partial(self._all_of, packet, found.reads)
        return Kept(packets.value_of(found.value), reads, partial(packets.unpacked, found.texts))

    def _all_of(self, packet: Packet, reads: Sequence[int]) -> dict[Read, None]:
        return dict.fromkeys(map(self._read, packet.named(reads)))

    def has(self, kind: str) -> bool:
        """Whether things of that kind were kept where everything depends on the same."""
        return any(self._packet(kind, group) for group in self._groups)

    def put(
        self,
        kind: str,
        name: tuple[str, str],
        value: object,
        reads: Iterable[Read],
        texts: Sequence[str] = (),
    ) -> None:
        """Keep a value and texts, of a run or campaign and what it is beside, with what was read.

        The texts stay packed until somebody asks for them.
        """
        noted = [self._noted(read) for read in reads]
        fresh = self._fresh.setdefault((kind, self._group(name[0])), {})
        one = fresh[_called(*name)] = packets.entry(value, noted, texts)
        self._waiting += len(one.value) + len(one.texts[1])
        # What another process puts is for this one to take.
        if self._waiting > _BUFFER and self._is_whole and not is_other():
            self.write()

    def given(self) -> Given:
        """What was put here, for another process to take."""
        entries = (one for fresh in self._fresh.values() for one in fresh.values())
        names = {name for one in entries for name in one.reads}
        return self._fresh, {name: self._digests[name] for name in names}

    def take(self, given: Given) -> None:
        """What was put in another process, of the same notebook, was put here."""
        fresh, digests = given
        for place, entries in fresh.items():
            self._fresh.setdefault(place, {}).update(entries)
        self._digests |= digests

    def write(self) -> None:
        """Hand what was put to the store, beside what is there and still as good as new."""
        self._waiting = 0
        kept: dict[tuple[str, str], dict[str, Entry]] = {}
        while left := [place for place in self._fresh if place not in kept]:
            for place in left:  # to tell what is as good as new may put something else here
                packet = self._written(*place) or self._packet(*place)
                kept[place] = packet.all(self._digests.__getitem__) if packet else {}
        for place, fresh in self._fresh.items():
            content = packets.packed(kept[place] | fresh, self._under, self._digests)
            self._store.put(*place, content)
        self._put |= self._fresh.keys()
        self._fresh.clear()

    def _written(self, kind: str, group: str) -> Packet | None:
        """What this build wrote already."""
        if (kind, group) not in self._put:
            return None
        content = self._store.get(kind, group)
        return packets.opened(content, self._under) if content else None

    def _packet(self, kind: str, group: str) -> Packet | None:
        """What is kept of that kind of a group of runs; those of all groups are fetched at once."""
        if kind not in self._packets:
            found = self._store.get_all(kind, self._groups).items()
            opened = {group: packets.opened(content, self._under) for group, content in found}
            self._packets[kind] = opened
        return self._packets[kind].get(group)

    def _group(self, identity: str) -> str:
        """The runs that are kept together: of a campaign, of a large one a part."""
        campaign = campaign_of(identity)
        parts = self._parts.get(campaign, 1)
        return campaign if parts == 1 else f"{campaign}/{crc32(identity.encode()) % parts}"

    def fixed(self, inputs: object, make: Callable[[], Value]) -> Value:
        """What `make` gives, which follows from the inputs and what everything depends on."""
        return self.derived("fixed", (self._under, inputs), make)

    def derived(self, kind: str, inputs: object, make: Callable[[], Value]) -> Value:
        """What `make` gives, which follows from the inputs and the package alone."""
        key = digest([version(), inputs])
        with suppress(ValueError):  # there is none, or another version's
            known: Value = packets.value_of(self._store.get(kind, key) or b"")
            return known
        value = make()
        self._store.put(kind, key, json.dumps(value).encode())
        return value

    def _digest(self, name: str) -> str:
        """A digest of what that is now which was read; empty where nobody can say."""
        read = self._read(name)
        kind = str(read[0])
        try:
            known = self._kinds.get(kind)
            return digest(known(*read[1:]) if known else self.answer(read, QUESTIONS[kind]))
        except (LookupError, ValueError):
            return ""  # the question is about something that is no longer there

    def _noted(self, read: Read) -> str:
        """The name of a read, of which the digest is known from now on."""
        name = self._name(read)
        if name not in self._digests:
            self._digests[name] = self._digest(name)
        return name

    def _name(self, read: Read) -> str:
        """What a read is called among those that are noted."""
        if read not in self._names:
            plain = all(type(part) is str and "\n" not in part for part in read)
            name = "\n".join(map(str, read)) if plain else json.dumps(read)
            self._names[read] = name
            self._reads[name] = read
        return self._names[read]

    def _read(self, name: str) -> Read:
        """The read of that name: lines, or JSON where it is not of plain texts."""
        if name not in self._reads:
            read = tuple(json.loads(name) if name.startswith("[") else name.split("\n"))
            self._names[read], self._reads[name] = name, read
        return self._reads[name]

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


def _called(identity: str, beside: str) -> str:
    """What something that is kept of a run or campaign is called, beside others."""
    return f"{identity}\n{beside}" if beside else identity


def _power_of_two(most: int) -> int:
    """The largest that is not more, at least 1: what is split so moves seldom as it grows."""
    return 1 << max(0, most.bit_length() - 1)


@cache
def version() -> str:
    """A digest of the package's source, of the versions of the libraries, and of Python's."""
    return digest([digest_of_files(Path(__file__).parent), *map(_release, LIBRARIES), sys.version])


def _release(library: str) -> str:
    """Its version: the first lines of what it says of itself, which takes long to parse whole."""
    said = metadata.distribution(library).read_text("METADATA") or ""
    return next((line for line in said.splitlines()[:9] if line.startswith("Version:")), said)


def digest_of_files(folder: Path) -> str:
    """A digest of every file below a folder, names and contents."""
    found = hashlib.blake2b(digest_size=16)
    for inside, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for path in (Path(inside, name) for name in sorted(names)):
            if path.is_file():
                content = path.read_bytes()
                within = inside[len(str(folder)) :]
                found.update(f"{within}/{path.name}\n{len(content)}\n".encode() + content)
    return found.hexdigest()


def digest(value: object) -> str:
    """A digest of what the `repr` of a value says."""
    return hashlib.blake2b(repr(value).encode(), digest_size=12).hexdigest()
