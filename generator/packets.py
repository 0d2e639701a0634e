"""A packet: what is kept of one kind of the runs of a campaign, in one piece of the store.

Each of its entries is a value with what was read for it. What was read is told once for all of
them: to fetch single entries takes longer than to read what is in them.

A packet is the length of its first part, that part, and packed texts. The first part, packed, is
the length of a head, the head, and the values, all JSON.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from pydantic_core import from_json

_SIZE = 4
"""Bytes of a length."""


Texts = tuple[Sequence[int], bytes | memoryview]
"""Texts that are packed together, after their lengths in characters."""


class Entry(NamedTuple):
    """A value as JSON, what was read for it by name, and texts."""

    value: bytes
    reads: Sequence[str]
    texts: Texts = ((), b"")


class Found(NamedTuple):
    """An entry in a packet: `reads` are numbers of what was read, which the packet names."""

    value: bytes
    reads: Sequence[int]
    texts: Texts


def entry(value: object, reads: Sequence[str], texts: Sequence[str] = ()) -> Entry:
    """An entry of a value of JSON, and of texts that are to stay packed."""
    packed = zlib.compress("".join(texts).encode("utf-8", "surrogatepass"), 1) if texts else b""
    return Entry(json.dumps(value).encode(), reads, ([*map(len, texts)], packed))


def unpacked(texts: Texts) -> list[str]:
    """The texts."""
    lengths, packed = texts
    text = zlib.decompress(packed).decode("utf-8", "surrogatepass") if packed else ""
    return [text[start:end] for start, end in pairwise(accumulate(lengths, initial=0))]


class Packet:
    """Entries by name, each of them as good as new while what was read for it has its digest."""

    def __init__(self, head: Sequence[Any], values: bytes, texts: memoryview) -> None:
        _, self._names, self._digests, self._entries = head
        self._values = values
        self._texts = texts
        self._looked = False
        self._changed: set[int] | None = None

    def get(self, name: str, now: Callable[[str], str]) -> Found | None:
        """The entry of that name; None where there is none that is as good as new.

        `now` gives the digest that something which was read has now.
        """
        found = self._entries.get(name)
        if found is None:
            return None
        reads, start, end, lengths, first, last = found
        if not self._looked:
            self._looked = True
            digests = enumerate(zip(self._names, self._digests, strict=True))
            self._changed = {at for at, (name, digest) in digests if now(name) != digest}
        if self._changed is None:  # to tell what changed takes another entry of the packet
            if any(now(self._names[at]) != self._digests[at] for at in reads):
                return None
        elif not self._changed.isdisjoint(reads):
            return None
        return Found(self._values[start:end], reads, (lengths, self._texts[first:last]))

    def named(self, reads: Iterable[int]) -> list[str]:
        """What was read, by its name."""
        return [*map(self._names.__getitem__, reads)]

    def all(self, now: Callable[[str], str]) -> dict[str, Entry]:
        """The entries that are as good as new."""
        every = ((name, self.get(name, now)) for name in self._entries)
        return {
            name: Entry(one.value, self.named(one.reads), one.texts) for name, one in every if one
        }


def value_of(content: bytes) -> Any:
    """The value of JSON, read by the quicker of two readers; half a surrogate only one can read."""
    try:
        return from_json(content, cache_strings="keys")
    except ValueError:
        return json.loads(content)


def opened(content: bytes, under: str) -> Packet | None:
    """The packet; None where that is another version's, or was made under something else."""
    size = int.from_bytes(content[:_SIZE], "big")
    try:
        first = zlib.decompress(content[_SIZE : _SIZE + size])
        end = _SIZE + int.from_bytes(first[:_SIZE], "big")
        head = value_of(first[_SIZE:end])
        if head[0] != under:
            return None
    except (ValueError, TypeError, LookupError, zlib.error):
        return None
    return Packet(head, first[end:], memoryview(content)[_SIZE + size :])


def packed(entries: Mapping[str, Entry], under: str, digests: Mapping[str, str]) -> bytes:
    """The packet of these entries; `digests` has that of whatever was read for them."""
    names = dict.fromkeys(name for one in entries.values() for name in one.reads)
    numbers = {name: number for number, name in enumerate(names)}
    values = [*accumulate((len(one.value) for one in entries.values()), initial=0)]
    texts = [*accumulate((len(one.texts[1]) for one in entries.values()), initial=0)]
    listed = {
        name: [[numbers[read] for read in one.reads], start, end, one.texts[0], first, last]
        for (name, one), (start, end), (first, last) in zip(
            entries.items(), pairwise(values), pairwise(texts), strict=True
        )
    }
    head = json.dumps([under, [*names], [digests[name] for name in names], listed]).encode()
    whole = _sized(head) + b"".join(one.value for one in entries.values())
    return _sized(zlib.compress(whole, 1)) + b"".join(one.texts[1] for one in entries.values())


def _sized(content: bytes) -> bytes:
    return len(content).to_bytes(_SIZE, "big") + content
