"""The page Compare: any two to six runs, compared in the browser from data files.

`templates/assets/compare.js` fills it. Without scripts it leads to the comparisons that the pages
of the runs have.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import links, roster
from generator.assets import CHART_LIBRARY, ROSTER
from generator.blocks import App, Item, Items, Note
from generator.comparison_data import INDEX
from generator.render import Part
from generator.view import View

SCRIPTS = (
    ROSTER,
    "assets/comparing.js",
    "assets/compare-charts.js",
    "assets/compare.js",
)
"""What the page loads, in order: each uses those before it. Charts come with the first choice."""

WITHOUT = (
    "Choosing runs here needs JavaScript. Without it, the page of each run has its comparison with "
    "its own baseline; the newest fold out below."
)

NO_RUNS = "There are no runs to compare yet."

NEWEST = 20
"""How many runs' own comparisons are listed."""


def parts(view: View) -> Iterator[Part]:
    """The place that the script fills, and links to what the pages of the runs compare."""
    if not view.notebook.runs:
        yield Part("", "", [Note(NO_RUNS)])
        return
    data = {
        "index": view.to.href(links.COMPARE, INDEX),
        "runs": view.to.href(links.COMPARE, roster.FILE),
        "charts": view.to.href(links.COMPARE, CHART_LIBRARY),
    }
    compared = [name for name in view.notebook.runs if name in view.comparisons][::-1]
    items = [
        Item(
            view.notebook.title_of(identity),
            place=f"{identity} against {view.notebook.baselines[identity]}",
            href=view.to.href(links.COMPARE, links.run_page(identity), "figures"),
        )
        for identity in compared[:NEWEST]
    ]
    if len(compared) > NEWEST:
        more = f"{len(compared) - NEWEST} more: the table of all runs leads to them"
        items.append(Item(more, href=view.to.href(links.COMPARE, links.RUNS)))
    own = [Items(tuple(items), "Each run against its own baseline", folds=True)] if items else []
    yield Part("", "", [App("compare", data, WITHOUT), *own])
