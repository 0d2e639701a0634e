"""The pages over several runs: what each is, what it is made of, what it loads.

Adding a page is a function from a `View` to parts, in a module of its own, and an entry in `PAGES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from generator import (
    capacitypage,
    comparison_page,
    datapage,
    decisionpages,
    doubtpages,
    exploring,
    home,
    links,
    methodspage,
    overviews,
    trendpages,
)
from generator.render import Page, Part, Renderer
from generator.view import View

REFERENCE = 0.2
"""What a page that explains weighs in the search against one that tells of a run."""


@dataclass(frozen=True)
class Overview:
    """A page: its path, its title, what it is in a sentence, the function that gives its parts.

    `boost` is what it weighs in the search, `scripts` are those that it alone needs.
    """

    path: str
    title: str
    description: str
    parts: Callable[[View], Iterator[Part]]
    boost: float = 1.0
    scripts: tuple[str, ...] = ()

    def page(self, renderer: Renderer, view: View) -> Page:
        """The finished page; parts with nothing in them are left out."""
        return renderer.page(
            self.path,
            self.title,
            [part for part in self.parts(view) if part.blocks],
            description=self.description,
            boost=self.boost,
            scripts=self.scripts,
        )


PAGES: tuple[Overview, ...] = (
    Overview(
        links.HOME,
        "Where things stand",
        "The newest result of the load tests, what is doubtful of it, and what is open.",
        home.home,
    ),
    Overview(
        links.RUNS,
        "Runs",
        "Every run of a load test on record, newest first, to filter and to sort.",
        exploring.runs,
        scripts=exploring.SCRIPTS,
    ),
    Overview(
        links.CAMPAIGNS,
        "Campaigns",
        "The questions that load tests were run to answer, each with its runs.",
        overviews.campaigns,
    ),
    Overview(
        links.HISTORY,
        "History",
        "Every metric over all runs, oldest first.",
        overviews.history,
    ),
    Overview(
        links.TRENDS,
        "Trends",
        "What got worse and is not acknowledged, and every metric over the runs.",
        trendpages.trends_page,
    ),
    Overview(
        links.COMPARE,
        "Compare",
        "Any two to six runs held against one of them: figures, settings, doubts, charts.",
        comparison_page.parts,
        scripts=comparison_page.SCRIPTS,
    ),
    Overview(
        links.EXPLORE,
        "Explore",
        "Any figure of all runs against any other, coloured by campaign, tag or setting.",
        exploring.explore,
        scripts=exploring.EXPLORE_SCRIPTS,
    ),
    Overview(
        links.CAPACITY,
        "Capacity",
        "How much each deployment carries, what saturates first, what an option would give.",
        capacitypage.capacities,
    ),
    Overview(
        links.DECISIONS,
        "Decisions",
        "What is open, since when, and what became of what was proposed and done.",
        decisionpages.decided,
    ),
    Overview(
        links.AUDIT,
        "Audit",
        "What contradicts itself or is doubtful in the records, by rule.",
        doubtpages.audited,
    ),
    Overview(
        links.CHECKS,
        "Checks",
        "What each check looks for, with an example and how to mend what it finds.",
        doubtpages.checks,
        boost=REFERENCE,
    ),
    Overview(
        links.GLOSSARY,
        "Glossary",
        "What each metric means, how it is obtained, and by what it is judged.",
        overviews.glossary,
        boost=REFERENCE,
    ),
    Overview(
        links.METHODS,
        "Methods",
        "Every formula of this site, with its meaning, its use and its source.",
        methodspage.listed,
        boost=REFERENCE,
    ),
    Overview(
        links.DATA,
        "Use the data",
        "The files that programs can read, and how to read them with pandas, DuckDB and curl.",
        datapage.data,
        boost=REFERENCE,
    ),
)
