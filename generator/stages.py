"""The stages of a build: which one is under way, how far it is, how long each took."""

from __future__ import annotations

import time

THREAD = "loadbook-progress"
"""The name of the thread that looks."""


class Stages:
    """A build tells what it begins and each step of it; others look, from another thread too.

    `seconds` has what each stage took so far, in the order in which they began; `name`, `done` and
    `total` are those of the stage under way, `total` is 0 where nobody knows.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.name = ""
        self.done = 0
        self.total = 0
        self._since = time.perf_counter()

    def begin(self, name: str, total: int = 0) -> None:
        """End the stage under way and begin the next, which has `total` steps."""
        self.end()
        self.name, self.done, self.total = name, 0, total

    def step(self) -> None:
        """One more step is done."""
        self.done += 1

    def end(self) -> None:
        """End the stage under way."""
        now = time.perf_counter()
        if self.name:
            self.seconds[self.name] = self.seconds.get(self.name, 0.0) + now - self._since
        self.name = ""
        self._since = now
