"""The pages on which runs are searched: the table of runs, and Explore with its chart."""

from __future__ import annotations

from collections.abc import Iterator

from generator import assets, links, roster, tables
from generator.blocks import App, Block, Item, Items
from generator.doubtpages import broken
from generator.render import Part
from generator.view import View

SCRIPTS = (assets.TABLE_LIBRARY, assets.ROSTER, "assets/runlist.js")
"""What the table of runs needs."""

EXPLORE_SCRIPTS = (
    assets.TABLE_LIBRARY,
    assets.CHART_LIBRARY,
    assets.ROSTER,
    "assets/runlist.js",
    "assets/explore.js",
)
"""What Explore needs."""

MOST_ROWS = 100
"""How many runs the table has that stands there without scripts."""

NEEDS = "Filters, sorting and the choice of columns need JavaScript and a web server."


def runs(view: View) -> Iterator[Part]:
    """The table of runs; without scripts the newest, with a link to all."""
    yield from broken(view)
    yield Part("", "", [_app(view, "runs-app", links.RUNS, NEEDS), *_newest(view, links.RUNS)])


def explore(view: View) -> Iterator[Part]:
    """Any figure of all runs against any other; without scripts the newest runs as a table."""
    text = (
        "This page draws any figure against any other, of the runs that you filter. It needs "
        "JavaScript and a web server; without them there are the newest runs below."
    )
    yield Part(
        "", "", [_app(view, "explore-app", links.EXPLORE, text), *_newest(view, links.EXPLORE)]
    )


def _app(view: View, id_: str, page: str, without: str) -> App:
    data = {
        "file": view.to.href(page, roster.FILE),
        "csv": view.to.href(page, "data/runs.csv"),
        "compare": view.to.href(page, links.COMPARE),
        "columns": ",".join(tables.RUN_METRICS),
    }
    return App(id_, data, without)


def _newest(view: View, page: str) -> Iterator[Block]:
    """The newest runs as a table, and where all of them are."""
    every = list(view.notebook.runs)
    yield tables.runs_table(view.notebook, every[-MOST_ROWS:], page, view.to)
    if len(every) > MOST_ROWS:
        yield all_runs(view, page, f"the newest {MOST_ROWS} of {len(every)} runs")


def all_runs(view: View, page: str, shown: str) -> Items:
    """Where to find the runs that a table leaves out; `shown` says which it has."""
    explore = Item("All runs in Explore", href=view.to.href(page, links.EXPLORE), place=shown)
    csv = Item("All runs as CSV", href=view.to.href(page, "data/runs.csv"))
    return Items((csv,) if page == links.EXPLORE else (explore, csv), "All runs")
