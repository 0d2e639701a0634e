"""A run or a campaign as one document that stands alone: HTML to send and to print, or Markdown.

The parts are those of the page on the site. The HTML has its styles and charts inside of it, asks
nobody for anything and needs no script. Links to other pages are whole where the address of the
site is known, else they are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup

from generator import display, gfm, links, overviews, records, sections, site
from generator.assets import ASSETS, STYLES
from generator.blocks import App, Beside, Block, Items, Picture, Table
from generator.lettering import clean
from generator.links import Links
from generator.notebook import Notebook, campaign_of
from generator.render import Part, Renderer, numbered
from generator.resources import TEMPLATES

MOST_COLUMNS = 10
"""How many columns of a table fit on a sheet; a table with more goes on in another."""


@dataclass(frozen=True)
class Alone(Links):
    """Links of a page that stands alone: into itself, to the site's address, or nowhere."""

    page: str = ""

    def href(self, source: str, target: str, anchor: str = "") -> str:  # noqa: ARG002
        """An anchor of the page itself, a whole address, or nothing: the text stays text."""
        if target == self.page:
            return f"#{anchor}" if anchor else ""
        whole = self.absolute(target)
        return f"{whole}#{anchor}" if whole and anchor else whole


@dataclass(frozen=True)
class Report:
    """What a report says: `about` are facts above the title, `compared` is a sentence below it.

    `record` is the file that it is made from, `address` that of its page on the site.
    """

    title: str
    about: tuple[str, ...]
    compared: str
    record: str
    address: str
    parts: tuple[Part, ...]


def of(notebook: Notebook, name: str, site_url: str = "") -> Report:
    """The report of the run or campaign of that name.

    `site_url` is the address of the site, with a slash at its end. Raises UnknownRunError for a
    name that is neither.
    """
    if name in notebook.campaign_names:
        return _campaign(notebook, name, site_url)
    notebook.run(name)
    return _run(notebook, name, site_url)


def _run(notebook: Notebook, identity: str, site_url: str) -> Report:
    page = links.run_page(identity)
    view = site.view_of(notebook, Alone(site_url=site_url, page=page))
    run_view = view.run(identity)
    run, baseline = run_view.run, notebook.baselines[identity]
    campaign = notebook.campaign(campaign_of(identity)).title
    return Report(
        run.title,
        (campaign, display.show_moment(run.date), run.status, *run.tags),
        f"Compared with {baseline}"
        if baseline
        else "There is no earlier run of its scenario to compare with.",
        records.file_of_run(identity),
        view.to.absolute(page),
        _alone(sections.parts(run_view)),
    )


def _campaign(notebook: Notebook, name: str, site_url: str) -> Report:
    page = links.campaign_page(name)
    view = site.view_of(notebook, Alone(site_url=site_url, page=page))
    campaign = notebook.campaign(name)
    when = (display.show_moment(campaign.date),) if campaign.date else ()
    return Report(
        campaign.title,
        ("Campaign", *when),
        "",
        records.file_of_campaign(name) if name in notebook.campaigns else "",
        view.to.absolute(page),
        _alone(part for part in overviews.campaign(view, name) if part.blocks),
    )


# --- what can't be as it is on the site -----------------------------------------------------------


def _alone(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts without what needs a script, nothing folded, tables as wide as a sheet."""
    found = [
        replace(
            part, folded="", blocks=[piece for block in part.blocks for piece in _pieces(block)]
        )
        for part in parts
    ]
    pieces = zip(found, numbered(found), strict=True)
    return tuple(replace(part, blocks=blocks) for part, blocks in pieces)


def _pieces(block: Block) -> Iterator[Block]:
    if isinstance(block, Table):
        yield from _sheets(block)
    elif isinstance(block, Picture):
        yield _linked(block)
    elif isinstance(block, Beside):
        yield Beside(tuple(map(_linked, block.pictures)))
    elif isinstance(block, Items) and block.folds:
        yield replace(block, folds=False, headed=True)
    elif not isinstance(block, App):
        yield block


def _linked(picture: Picture) -> Picture:
    """The chart without files that can't be reached."""
    return replace(picture, files=tuple(file for file in picture.files if file[1]))


def _sheets(table: Table) -> Iterator[Table]:
    """The table, or several that go on with its columns; each has the first one."""
    count = len(table.columns) - 1
    if count < MOST_COLUMNS:
        yield table
        return
    sheets = -(-count // (MOST_COLUMNS - 1))
    each = -(-count // sheets)
    for number in range(sheets):
        shown = [0, *range(1 + number * each, 1 + min(count, (number + 1) * each))]
        yield replace(
            table,
            id=f"{table.id}-{number + 1}",
            caption=f"{table.caption}, part {number + 1} of {sheets}",
            columns=tuple(table.columns[at] for at in shown),
            rows=tuple(tuple(row[at] for at in shown if at < len(row)) for row in table.rows),
            numeric=frozenset(new for new, at in enumerate(shown) if at in table.numeric),
        )


# --- as Markdown ----------------------------------------------------------------------------------


def markdown(notebook: Notebook, name: str, site_url: str = "") -> str:
    """The report as GitHub Flavored Markdown; charts are told in words."""
    report = of(notebook, name, site_url)
    pieces = [f"# {gfm.escape(report.title)}", gfm.escape(" · ".join(report.about))]
    pieces += [gfm.escape(report.compared)]
    for part in report.parts:
        pieces += [f"{'#' * part.level} {gfm.escape(part.title)}" if part.title else ""]
        pieces += map(gfm.block, part.blocks)
    source = f" from {report.record}" if report.record else ""
    pieces += ["---", gfm.escape(f"Made by Loadbook{source}")]
    pieces += [f"<{report.address}>" if report.address else ""]
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


# --- as HTML --------------------------------------------------------------------------------------


def html(notebook: Notebook, name: str, site_url: str = "") -> str:
    """The report as one HTML file."""
    report = of(notebook, name, site_url)
    renderer = Renderer()
    parts = [(part, Markup("\n").join(map(renderer.html, part.blocks))) for part in report.parts]
    template = renderer.environment.get_template("reports/report.html")
    return template.render(report=report, parts=parts, style=_style(report.title))


def _style(title: str) -> Markup:
    """The styles of a report: its own, those of the site, and the title at the foot of a sheet."""
    own = (TEMPLATES / "reports/report.css").read_text("utf-8")
    css = "\n".join([own, *(by_scheme(ASSETS[path].read_text("utf-8")) for path in STYLES)])
    sheet = (
        f"@page {{ size: A4; margin: 15mm 14mm 18mm;\n"
        f"  @bottom-left {{ content: {_css_text(clean(title, 90))}; {_FOOT} }}\n"
        f'  @bottom-right {{ content: counter(page) " / " counter(pages); {_FOOT} }} }}\n'
    )
    return Markup(f"{css}\n{sheet}")  # noqa: S704 (our own, and the title escaped for CSS)


_FOOT = "font: 7.5pt sans-serif; color: #56616d"

_DARK = '[data-md-color-scheme="slate"]'
_DARK_RULE = re.compile(rf"^{re.escape(_DARK)}[^{{}}]*\{{[^{{}}]*\}}\n?", re.MULTILINE)


def by_scheme(css: str) -> str:
    """The site's styles, dark where the reader's system is dark and not by the theme's switch."""
    dark = "".join(_DARK_RULE.findall(css)).replace(_DARK, ":root")
    light = _DARK_RULE.sub("", css)
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}}}\n"


def _css_text(text: str) -> str:
    """A text as a string of CSS; nothing in it can end the string, the rule or the element."""
    return '"' + "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text) + '"'
