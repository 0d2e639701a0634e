"""The pages of runs and campaigns, made only where there is none on the shelf that is as good."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, replace

from generator import beside
from generator.gallery import Gallery, keys_in
from generator.render import Page
from generator.shelf import Shelf
from generator.tracing import EVERYTHING, Trace

KIND = "page"

MANY = 200
"""As many pages as this are made by two processes, where there is nothing else for them to do."""

STRETCH = 25
"""So many pages in a row are made by one process: what one asks for, the next may need too."""


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
        self._pages = _found(shelf, gallery)
        self.reused = len(self._pages)

    def pages(self, makers: Makers, step: Callable[[], None] = lambda: None) -> list[Page]:
        """The pages in that order; each that is made here is a step."""
        unknown = [identity for identity in makers if identity not in self._pages]
        worth = len(unknown) >= MANY and self._gallery.is_ready
        own, others = _halves(unknown) if worth else (unknown, [])
        with beside.begun(lambda: self._of_other(makers, others), worth) as made:
            for identity in own:
                self._pages[identity] = self._made(identity, makers[identity])
                step()
            if others:
                pages, seen, drawn = made()
                self._pages |= pages
                self._gallery.seen |= seen
                self._gallery.drawn |= drawn
        return [self._pages[identity] for identity in makers]

    def _of_other(
        self, makers: Makers, identities: list[str]
    ) -> tuple[dict[str, Page], set[str], set[str]]:
        """Pages, and the charts in them: all, and those that were drawn."""
        pages = {identity: self._made(identity, makers[identity]) for identity in identities}
        self._gallery.draw()
        return pages, self._gallery.seen, self._gallery.drawn

    def _made(self, identity: str, make: Callable[[], Page]) -> Page:
        with self._trace.piece() as reads:
            page = make()
        if EVERYTHING not in reads:
            self._shelf.put(KIND, identity, astuple(page), reads)
        return page


def _halves(identities: list[str]) -> tuple[list[str], list[str]]:
    """Stretches for one and for the other in turn."""
    halves: tuple[list[str], list[str]] = [], []
    for at, identity in enumerate(identities):
        halves[at // STRETCH % 2].append(identity)
    return halves


def _found(shelf: Shelf, gallery: Gallery) -> dict[str, Page]:
    pages: dict[str, Page] = {}
    for identity in shelf.identities:
        known = shelf.get(KIND, identity)
        if known is not None:
            pages[identity] = _page(Page(*known[0]))
    charts: Mapping[str, list[str]]
    charts = {identity: keys_in("".join(page.late)) for identity, page in pages.items()}
    there = gallery.there(key for keys in charts.values() for key in keys)
    return {name: page for name, page in pages.items() if there.issuperset(charts[name])}


def _page(read: Page) -> Page:
    """JSON has no tuples."""
    return replace(
        read, late=tuple(read.late), scripts=tuple(read.scripts), words=tuple(read.words)
    )
