"""The pages of runs and campaigns, made only where there is none on the shelf that is as good."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import overload

from generator import beside, gallery, shelf
from generator.gallery import Gallery, keys_in
from generator.render import Page
from generator.shelf import Kept, Shelf
from generator.tracing import EVERYTHING, Trace

KIND = "page"

MANY = 200
"""As many pages as this are made by two processes, where there is nothing else for them to do."""

STRETCH = 25
"""So many pages in a row are made by one process: what one asks for, the next may need too."""


Given = tuple[shelf.Given, gallery.Given]

Makers = Mapping[str, Callable[[], Page]]
"""What makes the page of each run or campaign."""


class Products:
    """The pages of one build; `reused` counts those that an earlier one made.

    A page whose charts are not all there is made anew: from the page alone nobody can draw them.
    """

    def __init__(self, shelf: Shelf, trace: Trace, gallery: Gallery) -> None:
        self._shelf = shelf
        self._trace = trace
        self._gallery = gallery
        self._pages: dict[str, Page] = {}
        self.reused = 0

    @property
    def are_ready(self) -> bool:
        """Whether most of them are there, for all that is known."""
        return self._gallery.is_ready and self._shelf.has(KIND)

    def given(self) -> Given:
        """What another process has to tell: what is to be kept, and of its charts."""
        self._gallery.store.write()
        return self._shelf.given(), self._gallery.given()

    def take(self, given: Given) -> None:
        """What another process gave is known here."""
        kept, charts = given
        self._shelf.take(kept)
        self._gallery.take(charts)

    def pages(self, makers: Makers, step: Callable[[], None] = lambda: None) -> list[Page]:
        """The pages in that order; each that is made here is a step."""
        self._pages = _found(self._shelf, self._gallery)
        self.reused = len(self._pages)
        unknown = [identity for identity in makers if identity not in self._pages]
        worth = len(unknown) >= MANY and self._gallery.is_ready
        own, others = _halves(unknown) if worth else (unknown, [])
        with beside.begun(lambda: self._of_other(makers, others), worth) as made:
            for identity in own:
                self._pages[identity] = self._made(identity, makers[identity])
                step()
            if others:
                pages, given = made()
                self._pages |= pages
                self.take(given)
        return [self._pages[identity] for identity in makers]

    def fixed(self, path: str, make: Callable[[], Page], inputs: object = "") -> Page:
        """A page without charts that follows from the inputs, templates and settings."""
        found = self._shelf.fixed((path, inputs), lambda: asdict(make()))
        for name in ("late", "scripts", "words"):
            found[name] = tuple(found[name])
        return Page(**found)

    def _of_other(self, makers: Makers, identities: list[str]) -> tuple[dict[str, Page], Given]:
        """Pages, and what is known of the charts in them, which are drawn."""
        pages = {identity: self._made(identity, makers[identity]) for identity in identities}
        self._gallery.draw()
        return pages, self.given()

    def _made(self, identity: str, make: Callable[[], Page]) -> Page:
        with self._trace.piece() as reads:
            page = make()
        if EVERYTHING not in reads:
            charts = keys_in("".join(page.late))
            own = (page.path, page.title, page.markdown, page.record, page.head)
            value = (own, page.scripts, page.words, charts)
            self._shelf.put(KIND, (identity, ""), value, reads, page.late)
        return page


class Packed(Sequence[str]):
    """The tables of a page that an earlier build made, unpacked each time that they are asked for.

    Those of all pages are larger than everything else that a build holds.
    """

    def __init__(self, unpack: Callable[[], list[str]]) -> None:
        self._unpack = unpack

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        return self._unpack()[at]

    def __iter__(self) -> Iterator[str]:
        return iter(self._unpack())

    def __len__(self) -> int:
        return len(self._unpack())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


def _page(kept: Kept) -> tuple[Page, list[str]]:
    """The page that is kept, and the keys of its charts."""
    (path, title, markdown, record, head), scripts, words, charts = kept.value
    late = Packed(kept.texts)
    return Page(path, title, markdown, late, record, tuple(scripts), head, tuple(words)), charts


def _halves(identities: list[str]) -> tuple[list[str], list[str]]:
    """Stretches for one and for the other in turn."""
    halves: tuple[list[str], list[str]] = [], []
    for at, identity in enumerate(identities):
        halves[at // STRETCH % 2].append(identity)
    return halves


def _found(shelf: Shelf, gallery: Gallery) -> dict[str, Page]:
    pages: dict[str, Page] = {}
    charts: dict[str, list[str]] = {}
    for identity in shelf.identities:
        known = shelf.get(KIND, identity)
        if known is not None:
            pages[identity], charts[identity] = _page(known)
    there = gallery.there(key for keys in charts.values() for key in keys)
    return {name: page for name, page in pages.items() if there.issuperset(charts[name])}
