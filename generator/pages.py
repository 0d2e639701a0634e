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
    manual,
    manualpages,
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

    `boost` is what it weighs in the search, `scripts` are those that it alone needs, `text` is the
    file below `templates/docs/` that it begins with. `siblings` shows its section beside it. What a
    page says that is `fixed` follows from templates and settings, not from any record.
    """

    path: str
    title: str
    description: str
    parts: Callable[[View], Iterator[Part]]
    boost: float = 1.0
    scripts: tuple[str, ...] = ()
    text: str = ""
    siblings: bool = False
    fixed: bool = False

    def page(self, renderer: Renderer, view: View) -> Page:
        """The finished page; parts with nothing in them are left out."""
        parts = [*self._told(renderer, view), *self.parts(view)]
        return renderer.page(
            self.path,
            self.title,
            [part for part in parts if part.blocks],
            description=self.description,
            boost=self.boost,
            scripts=self.scripts,
            siblings=self.siblings,
        )

    def _told(self, renderer: Renderer, view: View) -> Iterator[Part]:
        if self.text:
            text = renderer.text(f"{manual.FOLDER}/{self.text}")
            yield from manual.parts(text, self.path, view.to)


def explains(
    path: str,
    title: str,
    description: str,
    parts: Callable[[View], Iterator[Part]] = lambda _: iter(()),
    text: str = "",
    *,
    fixed: bool = True,
) -> Overview:
    """A page of the section Reference, which explains and tells of no run."""
    return Overview(
        path, title, description, parts, REFERENCE, text=text, siblings=True, fixed=fixed
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
    explains(
        links.START,
        "Start",
        "From a test with k6 to its first page in five minutes.",
        text="start.md",
    ),
    explains(
        links.RECORD,
        "Record",
        "Every field of a run, a campaign and the objectives, with its unit and an example.",
        manualpages.record,
        "record.md",
    ),
    explains(
        links.COMMANDS,
        "Commands",
        "Every command and option of loadbook, with an example of each command.",
        manualpages.commands,
        "commands.md",
    ),
    explains(
        links.PUBLISHING,
        "Publishing",
        "The site on GitHub Pages, the review of pull requests, the gate, pre-commit.",
        text="publishing.md",
    ),
    explains(
        links.JUDGING,
        "How comparisons are judged",
        "Like for like, tolerance, noise, rank tests, confounding, objectives.",
        text="judging.md",
    ),
    explains(
        links.CHECKS,
        "Checks",
        "What each check looks for, with an example and how to mend what it finds.",
        doubtpages.checks,
    ),
    explains(
        links.GLOSSARY,
        "Glossary",
        "What each metric means, how it is obtained, and by what it is judged.",
        overviews.glossary,
    ),
    explains(
        links.METHODS,
        "Methods",
        "Every formula of this site, with its meaning, its use and its source.",
        methodspage.listed,
    ),
    explains(
        links.DATA,
        "Use the data",
        "The files that programs can read, and how to read them with pandas, DuckDB and curl.",
        datapage.data,
        fixed=False,
    ),
    explains(
        links.CONTRIBUTING,
        "Contributing",
        "How to add a run, and how to work on Loadbook itself.",
        text="contributing.md",
    ),
)
