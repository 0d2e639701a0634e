"""Blocks to Markdown pages, by the Jinja2 templates.

All that comes from a record is escaped, or is Markdown rendered with raw HTML, images and links
other than to the web switched off, of which nothing but listed elements is let through: a record
can't put anything active into a page. Only the headings of a page are Markdown for MkDocs. All
else is handed over beside it (`Page.late`) and put into the finished page, and the words that the
search is to find are put in once the Markdown is read: Python-Markdown and the search index would
take most of a build's time over the blocks.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import nh3
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

from generator import assets, links, telling
from generator.blocks import App, Beside, Block, Items, Note, Picture, Prose, Table, Tiles
from generator.claims import Standing
from generator.compiled import Compiled
from generator.gallery import Gallery
from generator.links import Links
from generator.resources import TEMPLATES
from generator.vector import Chart

MARKER = Markup('<div class="lb-late" data-lb="{}">{}</div>\n')
"""What stands in a page's Markdown for a piece that is put in later: its number, its words."""

_MARKER = re.compile('<div class="lb-late" data-lb="([0-9]+)">[^<]*</div>')
_TAG = re.compile("<[^>]*>")


@dataclass(frozen=True)
class Page:
    """A finished page: Markdown with markers, and the HTML that replaces each marker.

    `whole` is both together, as far as it is known before the Markdown is. `words` has for each
    piece of HTML what the search is to find of it.

    `path` is that of the Markdown file in the site; `record` is the record that it shows, as a
    path below experiments/, empty where there is none. `scripts` are links to the scripts that
    this page needs beyond those of every page, `head` is HTML for its head.
    """

    path: str
    title: str
    markdown: str
    late: Sequence[str] = ()
    record: str = ""
    scripts: tuple[str, ...] = ()
    head: str = ""
    words: tuple[str, ...] = ()

    def put_in_words(self, text: str) -> str:
        """`text` with the words that the search is to find in every marker."""

        def put(match: re.Match[str]) -> str:
            # They are as they stood in HTML: what was escaped still is.
            return MARKER.format(match[1], Markup(self.words[int(match[1])]))  # noqa: S704

        return _MARKER.sub(put, text)

    @property
    def whole(self) -> str:
        """The Markdown with every block in its place."""
        return self.put_in(self.markdown)

    def put_in(self, text: str) -> str:
        """`text` with every marker replaced, its head completed, the page's scripts at its end."""
        before, end, after = text.partition("</head>")
        if end:
            text = f"{before}{self.head}{end}{after}"
        late = tuple(self.late)
        text = _MARKER.sub(lambda match: late[int(match[1])], text)
        if self.scripts:
            tags = "".join(f'<script src="{escape(href)}"></script>' for href in self.scripts)
            head, end, tail = text.rpartition("</body>")
            text = f"{head}{tags}{end}{tail}"
        return text


@dataclass(frozen=True)
class Part:
    """A part of a page: anchor, heading, blocks. An empty heading makes it the page's lead.

    `level` is that of the heading. `folded` is what its blocks are behind until they are unfolded.
    What is not `searched` is no find of the search.
    """

    slug: str
    title: str
    blocks: Sequence[Block]
    level: int = 2
    folded: str = ""
    searched: bool = True


TEMPLATE_OF: dict[type, str] = {
    Tiles: "tiles.html",
    Table: "table.html",
    Picture: "picture.html",
    Beside: "beside.html",
    Items: "items.html",
    Prose: "prose.html",
    Note: "note.html",
    App: "app.html",
}
"""The template of each kind of block, in `templates/blocks/`."""

SEARCH = Markup('<script src="{}"></script>')
"""In a page's head, before the scripts of the theme: what it fetches for the search waits."""

FEED = Markup('<link rel="alternate" type="application/atom+xml" title="New runs" href="{}">')

_NOTHING = Markup()

_COMPILED = Compiled()
"""A notebook that is served is rendered again with each change."""

_UNSEEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]+")
"""Control signs and marks that turn the order of a line round: no page holds them."""


class Renderer:
    """Renders pages with the templates in `folders`, the first that has a template wins."""

    def __init__(
        self,
        folders: Sequence[Path] = (TEMPLATES,),
        to: Links | None = None,
        gallery: Gallery | None = None,
    ) -> None:
        self.to = to or Links()
        self.gallery = gallery
        self._files = FileSystemLoader([str(folder) for folder in folders])
        self.environment = Environment(
            loader=self._files,
            undefined=StrictUndefined,
            autoescape=True,
            auto_reload=False,  # another build has another environment
            bytecode_cache=_COMPILED,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters["prose"] = prose
        self.environment.filters["told"] = told
        self.environment.filters["code"] = code
        self.environment.filters["drawn"] = self._drawn

    def text(self, name: str) -> str:
        """A file of the folders as it stands: `docs/start.md`."""
        return self._files.get_source(self.environment, name)[0]

    def page(
        self,
        path: str,
        title: str,
        parts: Sequence[Part],
        *,
        template: str = "page",
        record: str = "",
        description: str = "",
        boost: float = 1.0,
        scripts: Sequence[str] = (),
        siblings: bool = False,
        head: Markup = _NOTHING,
        **context: object,
    ) -> Page:
        """The page of these parts; `context` is what its template needs beyond them.

        `boost` is what the page weighs in the search, `scripts` are paths in the site, `head` is
        for the page's head, beside the link to the feed. `siblings` shows the other pages of its
        section in the navigation beside it.
        """
        late: list[tuple[str, str]] = []

        def held(words: str | None = None, *, caller: Callable[[], str]) -> Markup:
            return self._held(_UNSEEN.sub("", caller()), words, late)

        rendered = [self._part(*part) for part in zip(parts, numbered(parts), strict=True)]
        body = self.environment.get_template(f"pages/{template}.md").render(
            title=title, parts=rendered, held=held, **context
        )
        body = _UNSEEN.sub("", body)
        headed = sum(bool(part.title) for part in parts)
        hidden = ([] if siblings else ["navigation"]) + ([] if headed > 1 else ["toc"])
        shown = _UNSEEN.sub("", title)
        meta: dict[str, object] = {"title": str(escape(shown)), "hide": hidden}
        if boost != 1.0:
            meta["search"] = {"boost": boost}
        if description:
            bare = _UNSEEN.sub("", telling.plain(description))
            meta["description"] = str(escape(" ".join(bare.split())[:200]))
        front = "".join(f"{name}: {json.dumps(value)}\n" for name, value in meta.items())
        needed = tuple(self.to.href(path, script) for script in scripts)
        searching = SEARCH.format(self.to.href(path, assets.SEARCH))
        head = FEED.format(self.to.href(path, links.FEED)) + searching + head
        text = f"---\n{front}---\n\n{body}"
        htmls, words = (tuple(column) for column in zip(*late, strict=True)) if late else ((), ())
        return Page(path, shown, text, htmls, record, needed, str(head), words)

    def html(self, block: Block) -> Markup:
        """A block as finished HTML."""
        template = self.environment.get_template(f"blocks/{TEMPLATE_OF[type(block)]}")
        html = template.render(block=block)
        return Markup(_UNSEEN.sub("", html))  # noqa: S704 (the template escapes)

    def _drawn(self, chart: Chart) -> Markup:
        """A chart in a page: a mark where there is a gallery that hangs it there later."""
        if self.gallery is not None:
            return self.gallery.mark(chart)
        return Markup(chart.svg)  # noqa: S704 (texts in it are escaped)

    def _held(self, html: str, words: str | None, late: list[tuple[str, str]]) -> Markup:
        """What stands in the Markdown for HTML that is put in later."""
        late.append((html, _words(html) if words is None else words))
        return MARKER.format(len(late) - 1, "")

    def _part(self, part: Part, blocks: Sequence[Block]) -> tuple[Part, Markup, str]:
        """A part, the HTML of its blocks, and the words that the search is to find."""
        html = [(block, self.html(block)) for block in blocks]
        searched = [found for block, found in html if part.searched and not _unsearched(block)]
        words = " ".join(map(_words, searched))
        return part, Markup("\n").join(found for _, found in html), words


def _words(html: str) -> str:
    """What HTML says, without its tags."""
    return " ".join(_TAG.sub(" ", html).split())


def _unsearched(block: Block) -> bool:
    """Whether a block stays out of the search: it has figures and hardly a word."""
    if isinstance(block, Table):
        return not block.searched
    return isinstance(block, Picture | Beside | Tiles)


def numbered(parts: Sequence[Part]) -> list[list[Block]]:
    """The blocks of the parts; a picture whose id is taken on the page gets a number."""
    seen: Counter[str] = Counter()

    def own(picture: Picture) -> Picture:
        seen[picture.id] += 1
        number = seen[picture.id]
        return replace(picture, id=f"{picture.id}-{number}") if number > 1 else picture

    def block_of(block: Block) -> Block:
        if isinstance(block, Beside):
            return replace(block, pictures=tuple(own(picture) for picture in block.pictures))
        return own(block) if isinstance(block, Picture) else block

    return [[block_of(block) for block in part.blocks] for part in parts]


@cache
def _markdown() -> MarkdownIt:
    """Markdown without raw HTML, images and headings; links lead to the web or within the site."""
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False})
    parser.enable("table").disable(["image", "heading", "lheading", "html_block", "html_inline"])
    parser.add_render_rule("fence", _fence)
    parser.validateLink = _may_lead  # type: ignore[assignment, method-assign]
    return parser


SCHEMES = frozenset({"http", "https", "mailto"})
"""Where a record's links may lead, beside places within the site."""


def _may_lead(href: str) -> bool:
    """Whether a record may link there; what it says otherwise stays text."""
    before, colon, _ = re.split(r"[/?#]", href, maxsplit=1)[0].partition(":")
    return not colon or before.lower() in SCHEMES


ALLOWED = frozenset(
    [
        *("a", "blockquote", "br", "code", "div", "em", "hr", "li", "ol", "p", "pre", "span"),
        *("strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    ]
)
"""The elements that a record's Markdown can become; figures in it become `span` and `sup` later."""

_ALIGNED = {"style": {f"text-align:{side}" for side in ("left", "center", "right")}}


@cache
def _second_wall() -> nh3.Cleaner:
    """Lets through what Markdown makes and no more, should that ever make anything else."""
    return nh3.Cleaner(
        tags=set(ALLOWED),
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        tag_attribute_values={"td": _ALIGNED, "th": _ALIGNED},
        allowed_classes={"div": {"highlight"}, "span": set(STANDARD_TYPES.values())},
        url_schemes=set(SCHEMES),
        link_rel="nofollow noopener",
    )


def _fence(_: object, tokens: Sequence[Token], place: int, *__: object) -> str:
    """A fenced block of code, in colour."""
    return str(code(tokens[place].content, tokens[place].info.strip()))


def parsed(text: str) -> list[Token]:
    """A record's Markdown as tokens, of nothing but what a page may show of it."""
    return _markdown().parse(text)


def prose(text: str) -> Markup:
    """A record's Markdown as HTML that can't do anything."""
    return _with_figures(_second_wall().clean(_markdown().render(text)))


def told(text: str) -> Markup:
    """A plain text of a record, escaped, with its figures marked."""
    return _with_figures(str(escape(text)))


_TAG_OR_TOKEN = re.compile(f"<[^>]*>|{telling.TOKEN.pattern}")


def _with_figures(html: str) -> Markup:
    """Finished HTML with each figure of told prose as an element; inside of a tag as bare text."""

    def put(match: re.Match[str]) -> str:
        if match[0].startswith("<"):
            return telling.TOKEN.sub(lambda found: escape(telling.figure(found).text), match[0])
        return str(_figure(telling.figure(match)))

    return Markup(_TAG_OR_TOKEN.sub(put, html))  # noqa: S704 (escaped, or rendered from Markdown)


FIGURE_SIGNS = {
    "computed": ("", "computed"),
    Standing.VERIFIED: ("✓", "verified"),
    Standing.ROUNDED: ("≈", "rounded"),
    Standing.CONTRADICTED: ("✕", "contradicted"),
    Standing.NOT_VERIFIABLE: ("?", "not verifiable"),
}
"""Sign and word of a figure in prose, by how it stands."""


def _figure(found: telling.Figure) -> Markup:
    sign, word = FIGURE_SIGNS.get(found.style, ("", "computed"))
    style = word.replace(" ", "-")
    title = f"{word}: {found.note}" if found.note else word
    mark = Markup('<sup class="lb-said-sign" aria-label="{}">{}</sup>').format(word, sign)
    right = Markup(' <span class="lb-said-right">{}</span>').format(found.right)
    return Markup('<span class="lb-said lb-said-{}" title="{}">{}{}</span>{}').format(
        style, title, found.text, mark if sign else "", right if found.right else ""
    )


@cache
def _formatter() -> HtmlFormatter[str]:
    return HtmlFormatter(cssclass="highlight", wrapcode=True)


def code(text: str, language: str) -> Markup:
    """Code with its highlighting, as Material styles it; an unknown language is plain text."""
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        lexer = TextLexer()
    html: str = highlight(text, lexer, _formatter())
    return Markup(html)  # noqa: S704
