"""A notebook of which each look-up is noted, and what that which was read is now.

See `tracing`: a piece of the site is kept with what was read for it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from generator.measurements import Measurement
from generator.notebook import Notebook
from generator.records import Gist
from generator.shelf import Shelf
from generator.tracing import EVERYTHING, Noted, Read, Trace

Value = TypeVar("Value")


@dataclass(frozen=True)
class Traced(Notebook):
    """The notebook `plain`, telling `trace` what is read of it."""

    plain: Notebook = field(kw_only=True, repr=False)
    trace: Trace = field(kw_only=True, repr=False, compare=False)
    found: dict[Hashable, tuple[Any, dict[Read, None]]] = field(
        kw_only=True, repr=False, compare=False
    )
    """What was found out once, with what was read for it."""
    shelf: Shelf | None = field(kw_only=True, default=None, repr=False, compare=False)

    def once(self, name: str, key: Hashable, find: Callable[[], Value]) -> Value:
        """What `find` gives, found out once; who asks has read what was read for it."""
        known = self.found.get((name, key))
        if known is None:
            with self.trace.piece() as reads:
                known = find(), reads
            self.found[name, key] = known
        value: Value = known[0]
        self.trace.note_all(known[1])
        return value

    def forget(self) -> None:
        """Let go of what was found out, here and of the notebook that is traced."""
        self.found.clear()
        if self.shelf is not None:
            self.shelf.close()
        for name in ("measurements", "gists", "baselines"):
            vars(self).pop(name, None)
        self.plain.forget()

    def kept(self, kind: str, identity: str, make: Callable[[], Value], beside: str = "") -> Value:
        """What `make` gives; taken from the shelf where that has one that is as good."""
        known = self.shelf.get(kind, identity, beside) if self.shelf else None
        if known is not None:
            if self.trace.is_noting:
                self.trace.note_all(known.reads())
            value: Value = known.value
            return value
        with self.trace.piece() as reads:
            value = make()
        self.trace.note_all(reads)
        if self.shelf is not None and EVERYTHING not in reads:
            self.shelf.put(kind, (identity, beside), value, reads)
        return value

    def derived(self, kind: str, inputs: Hashable, make: Callable[[], Value]) -> Value:
        """What `make` gives; taken from the shelf where that has it of the same inputs."""
        return self.shelf.derived(kind, inputs, make) if self.shelf else make()

    def answer(self, read: Read, find: Callable[..., Value]) -> Value:
        """The answer to a question; who asks has read the answer."""
        self.trace.note(*read)
        return self.shelf.answer(read, find) if self.shelf else self.plain.answer(read, find)

    def note(self, *read: str) -> None:
        """Something was read that the notebook does not hold."""
        self.trace.note(*read)

    @cached_property
    def measurements(self) -> Mapping[str, Mapping[str, Measurement]]:
        """Each run's measurements by metric name: they follow from its record."""
        return Noted(self.trace, "run", self.plain.measurements)

    @cached_property
    def gists(self) -> Mapping[str, Gist]:
        """The gist of each run."""
        return Noted(self.trace, "run", self.plain.gists)

    @cached_property
    def baselines(self) -> Mapping[str, str | None]:
        """Each run's baseline."""
        return Noted(self.trace, "baseline", self.plain.baselines)

    @property
    def completed(self) -> tuple[str, ...]:
        """The completed runs in order of time."""
        self.trace.note(*EVERYTHING)
        return self.plain.completed

    @property
    def campaign_names(self) -> tuple[str, ...]:
        """All campaigns."""
        self.trace.note(*EVERYTHING)
        return self.plain.campaign_names


def traced(book: Notebook, shelf: Shelf | None = None) -> Traced:
    """The same notebook, traced; what is kept stands on the shelf."""
    trace = Trace()
    found = Traced(
        Noted(trace, "record", book.run_records),
        Noted(trace, "record of a campaign", book.campaign_records),
        Noted(trace, "run", book.runs),
        Noted(trace, "campaign", book.campaigns),
        book.problems,
        book.settings,
        Noted(trace, "attachments", book.attachments),
        book.objectives,
        plain=book,
        trace=trace,
        found={},
        shelf=shelf,
    )
    if shelf is not None:
        shelf.asks(found, trace)
    return found
