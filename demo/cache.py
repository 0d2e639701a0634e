"""A cache of answers in the memory of one process: bounded, with a time to live, counted."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable


class Cache:
    """Answers by key: at most `entries` of them, the least used leaves, none is older than `ttl`.

    It belongs to one thread, the event loop's, so that nothing is locked. `ttl` is in seconds.
    """

    def __init__(
        self, entries: int, ttl: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.hits = 0
        self.misses = 0
        self._entries = entries
        self._ttl = ttl
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: str) -> bytes | None:
        """The answer, None where there is none or it is too old; counted as hit or miss."""
        stored, answer = self._known.get(key, (0.0, b""))
        if key not in self._known or self._clock() - stored >= self._ttl:
            self._known.pop(key, None)
            self.misses += 1
            return None
        self._known.move_to_end(key)
        self.hits += 1
        return answer

    def put(self, key: str, answer: bytes) -> None:
        """Keep an answer."""
        self._known[key] = (self._clock(), answer)
        self._known.move_to_end(key)
        while len(self._known) > self._entries:
            self._known.popitem(last=False)
