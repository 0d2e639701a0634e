"""The manual: pages of the site that explain, written as Markdown in `templates/docs/`.

A page is cut at its headings, `## Title {#anchor}`, and rendered as prose of a record is: without
raw HTML. A link names a page of the site by its path, `[Checks](checks.md#think-time)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.blocks import Prose
from generator.links import Links
from generator.render import Part

FOLDER = "docs"
"""The folder of the texts below `templates/`; a notebook's own has its way, file by file."""

_HEADING = re.compile(r"^## (.+?) \{#([\w-]+)\}$", re.MULTILINE)
_LINK = re.compile(r"\]\(([\w/-]+\.md)(?:#([\w-]+))?\)")


def parts(text: str, page: str, to: Links) -> Iterator[Part]:
    """A text as the parts of the page at the path `page`; what is above its headings leads it."""
    linked = _LINK.sub(lambda found: f"]({to.href(page, found[1], found[2] or '')})", text)
    lead, *rest = _HEADING.split(linked)
    yield Part("", "", [Prose(lead.strip())] if lead.strip() else [])
    for title, slug, body in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        yield Part(slug, title, [Prose(body.strip())])
