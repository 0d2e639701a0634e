"""The pages on their way through MkDocs: text, content, finished page.

A page is Markdown for its headings alone (`render`), and a thousand runs have few different sets of
them: each is converted once. Titles differ, so they are put back afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import TableOfContents

from generator.gallery import Gallery
from generator.render import Page

_TITLE = re.compile("<h1>.*?</h1>")
_NO_TITLE = "<h1></h1>"


@dataclass(frozen=True)
class _Converted:
    """Of a text: its HTML, its headings, what can be linked to in it."""

    html: str
    toc: TableOfContents
    anchors: frozenset[str]


class Passage:
    """The pages of one build. What is not among them passes as it is."""

    def __init__(self, pages: Iterable[Page] = (), gallery: Gallery | None = None) -> None:
        self.pages = {page.path: page for page in pages}
        self._gallery = gallery or Gallery()
        self._texts: dict[str, tuple[str, str]] = {}
        self._known: dict[str, _Converted] = {}

    def text(self, page: MkDocsPage, text: str) -> str:
        """What Python-Markdown is to convert of a page: nothing, where that is known."""
        path = page.file.src_uri
        if path not in self.pages:
            return text
        title = _TITLE.search(text)
        bare = _TITLE.sub(_NO_TITLE, text, count=1)
        self._texts[path] = bare, title[0] if title else ""
        return "" if bare in self._known else text

    def content(self, page: MkDocsPage, html: str) -> str:
        """The converted page, with the words that the search is to find."""
        path = page.file.src_uri
        if path not in self.pages:
            return html
        bare, title = self._texts.pop(path)
        known = self._known.get(bare)
        if known is None:
            anchors = frozenset(page.present_anchor_ids or ())
            content = _TITLE.sub(_NO_TITLE, html, count=1)
            self._known[bare] = _Converted(content, page.toc, anchors)
        else:
            page.toc, page.present_anchor_ids = known.toc, set(known.anchors)
            html = known.html.replace(_NO_TITLE, title, 1)
        return self.pages[path].put_in_words(html)

    def finished(self, page: MkDocsPage, output: str) -> str:
        """The finished page with tables and charts in it."""
        found = self.pages.get(page.file.src_uri)
        return self._gallery.hang(found.put_in(output)) if found else output
