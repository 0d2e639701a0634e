"""What a piece of the site was made from: noted while it is made, looked up again later.

A piece that an earlier build made is as good as a new one where everything that was read for it
still is what it was. What is read is either a file of the notebook, or the answer to a question
about many of them: a piece that asks which run comes next depends on the answer, not on every run.
What nobody has a name for counts as having read everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

Read = tuple[str | None, ...]
"""What was read: its kind, then which one."""

EVERYTHING: Read = ("everything",)

Value = TypeVar("Value")
Asked = ParamSpec("Asked")


class Trace:
    """Notes what is read for each piece that is being made; nothing while none is."""

    def __init__(self) -> None:
        self._pieces: list[dict[Read, None]] = []

    @property
    def is_noting(self) -> bool:
        """Whether a piece is being made."""
        return bool(self._pieces)

    def note(self, *read: str | None) -> None:
        """Something was read."""
        if self._pieces:
            self._pieces[-1][read] = None

    def note_all(self, reads: Mapping[Read, None]) -> None:
        """All of this was read."""
        if self._pieces:
            self._pieces[-1].update(reads)

    def piece(self) -> _Piece:
        """What is read in the block; whoever has a piece under way has not read it thereby."""
        return _Piece(self._pieces)


class _Piece:
    """A class, for a generator takes twice as long, and there are tens of thousands of them."""

    def __init__(self, pieces: list[dict[Read, None]]) -> None:
        self._pieces = pieces

    def __enter__(self) -> dict[Read, None]:
        reads: dict[Read, None] = {}
        self._pieces.append(reads)
        return reads

    def __exit__(self, *_: object) -> None:
        self._pieces.pop()


class Noted(Mapping[str, Value]):
    """A mapping of which each look-up is noted, and going through it as reading everything."""

    def __init__(self, trace: Trace, kind: str, held: Mapping[str, Value]) -> None:
        self._trace = trace
        self._kind = kind
        self._held = held

    def __getitem__(self, name: str) -> Value:
        self._trace.note(self._kind, name)
        return self._held[name]

    def __contains__(self, name: object) -> bool:
        if isinstance(name, str):
            self._trace.note(self._kind, name)
        return name in self._held

    def __iter__(self) -> Iterator[str]:
        self._trace.note(*EVERYTHING)
        return iter(self._held)

    def __len__(self) -> int:
        self._trace.note(*EVERYTHING)
        return len(self._held)


class Book(Protocol):
    """What is asked: it answers each question once."""

    def answer(self, read: Read, find: Callable[..., Value]) -> Value:
        """The answer to the question that `read` names; `find` gives it."""


Held = TypeVar("Held", bound=Book)

QUESTIONS: dict[str, Callable[..., object]] = {}
"""What answers each question, by its name, which is the kind of what is read."""


def asked(
    find: Callable[Concatenate[Held, Asked], Value],
) -> Callable[Concatenate[Held, Asked], Value]:
    """Make a function of a notebook and names a question.

    It is answered once. Who asks it has read the answer, not what it was found from; so the answer
    has a `repr` that says everything in it.
    """
    name = f"{find.__module__}.{find.__qualname__}"

    @wraps(find)
    def ask(book: Held, /, *names: Asked.args, **_: Asked.kwargs) -> Value:
        read: Any = (name, *names)
        return book.answer(read, find)

    QUESTIONS[name] = find
    return ask
