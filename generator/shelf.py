"""What earlier builds found out of a notebook, each with what was read for it.

Something is taken as it is where everything that was read for it is what it was, and where what
everything depends on, as templates, settings, the package and its libraries, is the same.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from importlib import metadata
from itertools import accumulate, islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from generator.attachments import Attachment
from generator.model import Campaign, Run
from generator.notebook import Notebook
from generator.records import Record
from generator.store import Store
from generator.tracing import QUESTIONS, Read, Trace

Value = TypeVar("Value")

LIBRARIES = (
    *("jinja2", "markdown-it-py", "markupsafe", "matplotlib", "nh3", "numpy", "pandas"),
    *("pydantic", "pygments", "ruamel.yaml", "scipy"),
)
"""What else than the package has a hand in it."""


class Kept(NamedTuple):
    """A value of JSON, what was read for it, and its texts, which are unpacked when asked for."""

    value: Any
    reads: list[Read]
    texts: Callable[[], list[str]]


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
        self._names: dict[Read, str] = {}
        self._reads: dict[str, Read] = {}
        self._digests: dict[str, str] = {}
        self._answers: dict[Read, Any] = {}
        self._asked, self._trace = book, Trace()
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
        """Let go of the notebook and of what was fetched; nothing can be asked any more."""
        self._kinds.clear()
        self._fetched.clear()
        self._answers.clear()
        self._asked = self._book

    def get(self, kind: str, identity: str, beside: str = "") -> Kept | None:
        """What is kept; None where there is none that is as good as new."""
        if beside:
            content = self._store.get(kind, self._key(identity, beside))
        else:
            content = self._of(kind).pop(self._key(identity), None)
        head = self._head(content) if content else None
        if content is None or head is None:
            return None
        size, noted, value, lengths = head
        if not self._still(noted):
            return None
        reads = list(map(self._reads.__getitem__, noted))
        return Kept(value, reads, partial(_texts, content[4 + size :], lengths))

    def has(self, kind: str) -> bool:
        """Whether, by a few of them, things of that kind were kept where everything depends on the
        same.
        """
        return any(map(self._head, islice(self._of(kind).values(), 8)))

    def _of(self, kind: str) -> dict[str, bytes]:
        """What is kept of that kind, by key, fetched at once."""
        if kind not in self._fetched:
            self._fetched[kind] = self._store.get_all(kind, map(self._key, self.identities))
        return self._fetched[kind]

    def _head(self, content: bytes) -> tuple[int, Mapping[str, str], Any, Sequence[int]] | None:
        """Bytes of the head, what was read, the value, lengths of the texts; None of another's."""
        size = int.from_bytes(content[:4], "big")
        try:
            under, noted, value, lengths = json.loads(zlib.decompress(content[4 : 4 + size]))
        except (ValueError, TypeError, zlib.error):
            return None  # another version's
        return (size, noted, value, lengths) if under == self._under else None

    def put(
        self,
        kind: str,
        name: tuple[str, str],
        value: object,
        reads: Iterable[Read],
        texts: Sequence[str] = (),
    ) -> None:
        """Keep a value and texts, of a run or campaign and what it is beside, with what was read.

        The texts stay packed until somebody asks for them; JSON would make them longer.
        """
        noted = {self._name(read): self._now(read) for read in reads}
        head = json.dumps([self._under, noted, value, [*map(len, texts)]])
        packed = zlib.compress(head.encode(), 1)
        body = zlib.compress("".join(texts).encode("utf-8", "surrogatepass"), 1) if texts else b""
        content = len(packed).to_bytes(4, "big") + packed + body
        self._store.put(kind, self._key(*name), content)

    def _still(self, noted: Mapping[str, str]) -> bool:
        """Whether everything that was read, by name, has the digest that is noted."""
        unknown = (name for name in noted if name not in self._digests)
        if any(self._now(self._read(name)) != noted[name] for name in unknown):
            return False
        return noted.items() <= self._digests.items()

    def derived(self, kind: str, inputs: object, make: Callable[[], Value]) -> Value:
        """What `make` gives, which follows from the inputs and the package alone."""
        key = digest([version(), inputs])
        with suppress(ValueError):  # there is none, or another version's
            known: Value = json.loads(self._store.get(kind, key) or b"")
            return known
        value = make()
        self._store.put(kind, key, json.dumps(value).encode())
        return value

    def _key(self, identity: str, beside: str = "") -> str:
        records: Mapping[str, Record[Run] | Record[Campaign]]
        records = self._book.run_records if "/" in identity else self._book.campaign_records
        digest_ = records[identity].digest if identity in records else ""
        return f"{identity} {digest_} {beside}" if beside else f"{identity} {digest_}"

    def _now(self, read: Read) -> str:
        """A digest of what that is now; empty where nobody can say."""
        name = self._name(read)
        if name not in self._digests:
            kind, names = str(read[0]), read[1:]
            try:
                if kind in self._kinds:
                    value = self._kinds[kind](*names)
                else:
                    with self._trace.piece():
                        value = QUESTIONS[kind](self._asked, *names)
                self._digests[name] = digest(value)
            except (LookupError, ValueError):
                # The question is about something that is no longer there.
                self._digests[name] = ""
        return self._digests[name]

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
            self._name(tuple(json.loads(name) if name.startswith("[") else name.split("\n")))
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


def _texts(packed: bytes, lengths: Sequence[int]) -> list[str]:
    """The texts that were packed together, by their lengths in characters."""
    text = zlib.decompress(packed).decode("utf-8", "surrogatepass") if packed else ""
    return [text[start:end] for start, end in pairwise(accumulate(lengths, initial=0))]


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
