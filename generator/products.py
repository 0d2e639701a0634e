"""The pages of runs and campaigns, made only where there is none on the shelf that is as good."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, replace

from generator.gallery import Gallery, keys_in
from generator.render import Page
from generator.shelf import Shelf
from generator.tracing import EVERYTHING, Trace

KIND = "page"


class Products:
    """The pages of one build; `reused` counts those that an earlier one made.

    A page whose charts are not all there is made anew: from the page alone nobody can draw them.
    """

    def __init__(self, shelf: Shelf, trace: Trace, gallery: Gallery) -> None:
        self.reused = 0
        self._shelf = shelf
        self._trace = trace
        self._known = _found(shelf, gallery)

    def page(self, identity: str, make: Callable[[], Page]) -> Page:
        """The page of a run or campaign."""
        known = self._known.pop(identity, None)
        if known is not None:
            self.reused += 1
            return known
        with self._trace.piece() as reads:
            page = make()
        if EVERYTHING not in reads:
            self._shelf.put(KIND, identity, astuple(page), reads)
        return page


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
