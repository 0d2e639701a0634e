"""The whole site in memory: a pure function from a notebook to pages and data files.

Publishing is somebody else's: the MkDocs plugin hands these pages over, and so could any other
shell.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from generator import (
    audit,
    badges,
    beside,
    capacitypage,
    comparison_data,
    course_data,
    datafiles,
    datapage,
    decisions,
    display,
    feed,
    history,
    lettering,
    links,
    noise,
    overviews,
    pages,
    predictions,
    roster,
    schema,
    sections,
    social,
    telling,
    trendtext,
)
from generator.compare import with_baselines
from generator.errors import Problem
from generator.gallery import Gallery
from generator.links import Links
from generator.notebook import Notebook, campaign_of
from generator.products import MANY, Given, Makers, Products
from generator.render import Page, Renderer
from generator.resources import TEMPLATES
from generator.shelf import Shelf, digest_of_files
from generator.stages import Stages
from generator.traced import traced
from generator.view import View


@dataclass(frozen=True)
class Site:
    """All that is published: pages, and files by their path in the site.

    `pictures` are files that are no text. `reused` counts the pages that an earlier build made.
    """

    pages: tuple[Page, ...]
    files: Mapping[str, str]
    problems: tuple[Problem, ...]
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    reused: int = 0


def build(
    notebook: Notebook,
    to: Links | None = None,
    templates: Sequence[Path] = (TEMPLATES,),
    gallery: Gallery | None = None,
    stages: Stages | None = None,
    keep: bool = False,
) -> Site:
    """Every page and data file of the notebook.

    With a gallery the pages have a mark where a chart is to be hung; without one the chart. The
    stages are told what is under way. With a gallery and `keep`, pages of runs and campaigns are
    kept for the next build.
    """
    to = to or Links()
    stages = stages or Stages()
    stages.begin("comparing and checking")
    shelf = None
    if gallery is not None and keep:
        files_of_templates = [digest_of_files(folder) for folder in templates]
        shelf = Shelf(gallery.store, notebook, (to, files_of_templates))
    notebook = traced(notebook, shelf)
    view = view_of(notebook, to)
    if shelf is not None:
        noise.know_quantiles(notebook)
        lettering.know_widths(partial(notebook.derived, "widths"))
        shelf.add({"problems": view.problems_of, "scores": view.scores_of})
    renderer = Renderer(templates, to, gallery)
    makers = _makers(renderer, view)
    stages.begin("pages", len(makers) + len(pages.PAGES))
    products = Products(shelf, notebook.trace, gallery) if gallery and shelf else None
    worth = bool(products and products.are_ready) and len(makers) >= MANY
    with beside.begun(partial(_elsewhere, renderer, view, notebook, products), worth) as others:
        # Those of the records first, because other processes draw their charts meanwhile.
        if products:
            of_records = products.pages(makers, stages.step)
        else:
            of_records = [make() for make in makers.values()]
        stages.begin("data files")
        files = _data(notebook, view)
        pictures = social.pictures(view.notebook, view.comparisons) if _draws(notebook, to) else {}
        records = map(links.run_record, notebook.runs)
        published = (*files, *_FILES_ELSEWHERE, *pictures, *records)
        stages.begin("pages", len(pages.PAGES))
        here = (one for one in pages.PAGES if one.path not in {*_ELSEWHERE, _OF_DATA.path})
        over_runs = {one.path: _overview(renderer, view, products, one) for one in here}
        make_it = partial(_OF_DATA.page, renderer, replace(view, published=published))
        facts = datapage.facts(notebook, published)
        of_data = products.fixed(_OF_DATA.path, make_it, facts) if products else make_it()
        more_pages, more_files, given = others()
    over_runs |= {_OF_DATA.path: of_data, **more_pages}
    files |= more_files
    if products and given:
        products.take(given)
    if gallery is not None:
        stages.begin("drawing charts")
        gallery.draw()
    stages.end()
    built = (*(over_runs[one.path] for one in pages.PAGES), *of_records)
    notebook.forget()
    reused = products.reused if products else 0
    return Site(built, files, tuple(view.problems), pictures, reused)


def _makers(renderer: Renderer, view: View) -> Makers:
    """What makes the pages of campaigns and runs."""
    campaigns = {
        name: partial(campaign_page, renderer, view, name) for name in view.notebook.campaign_names
    }
    runs = {name: partial(run_page, renderer, view, name) for name in view.notebook.runs}
    return {**campaigns, **runs}


def view_of(notebook: Notebook, to: Links) -> View:
    """What the pages are made from: the prose told, every run compared, everything audited."""
    comparisons = with_baselines(notebook)
    problems = tuple(audit.problems(notebook))
    scores = tuple(predictions.scores(notebook))
    return View(telling.told(notebook), comparisons, problems, to, scores)


def _draws(notebook: Notebook, to: Links) -> bool:
    """Whether there are pictures of the runs: as configured, else where they have an address."""
    asked = notebook.settings.social
    return bool(to.site_url) if asked is None else asked


def campaign_page(renderer: Renderer, view: View, name: str) -> Page:
    """The page of a campaign."""
    campaign = view.notebook.campaign(name)
    known = name in view.notebook.campaigns
    return renderer.page(
        links.campaign_page(name),
        campaign.title,
        [part for part in overviews.campaign(view, name) if part.blocks],
        template="campaign",
        record=links.campaign_record(name) if known else "",
        description=campaign.summary or f"Campaign of load tests: {campaign.title}",
        date=display.show_moment(campaign.date) if campaign.date else "",
        record_href=view.to.href(links.campaign_page(name), links.campaign_record(name))
        if known
        else "",
    )


def run_page(renderer: Renderer, view: View, identity: str) -> Page:
    """The page of a run."""
    notebook = view.notebook
    run_view = view.run(identity)
    run = run_view.run
    page = links.run_page(identity)
    parts = list(sections.parts(run_view))
    name = campaign_of(identity)
    baseline = notebook.baselines[identity]
    return renderer.page(
        page,
        run.title,
        parts,
        template="run",
        record=links.run_record(identity),
        description=run.summary or run.context or f"Load test: {run.title}",
        date=display.show_moment(run.date),
        status=run.status,
        tags=run.tags,
        campaign=notebook.title_of(name),
        campaign_href=view.to.href(page, links.campaign_page(name)),
        baseline=baseline or "",
        baseline_href=view.to.href(page, links.run_page(baseline)) if baseline else "",
        compare_href=links.comparison(view.to.href(page, links.COMPARE), identity, baseline),
        record_href=view.to.href(page, links.run_record(identity)),
        data_href=view.to.href(page, links.run_data(identity)),
        files=tuple(run_view.files),
        around=_around(view, identity),
        head=social.tags(
            notebook, run_view.comparison, identity, view.to, _draws(notebook, view.to)
        ),
        share=badges.share(notebook, view.comparisons, identity, view.to),
    )


def _around(view: View, identity: str) -> list[tuple[str, str, str]]:
    """The runs before and after in the campaign: which one, its title, its link."""
    notebook, page = view.notebook, links.run_page(identity)
    found = zip(("previous", "next"), notebook.around(identity), strict=True)
    return [
        (which, notebook.title_of(name), view.to.href(page, links.run_page(name)))
        for which, name in found
        if name is not None
    ]


def _overview(
    renderer: Renderer, view: View, products: Products | None, one: pages.Overview
) -> Page:
    """A page over several runs."""
    make = partial(one.page, renderer, view)
    return products.fixed(one.path, make) if products and one.fixed else make()


def _elsewhere(
    renderer: Renderer, view: View, notebook: Notebook, products: Products | None
) -> tuple[dict[str, Page], dict[str, str], Given | None]:
    """The pages and data files, by their paths, that another process may make."""
    of_others = (one for one in pages.PAGES if one.path in _ELSEWHERE)
    made = {one.path: _overview(renderer, view, products, one) for one in of_others}
    files = {path: make(notebook) for path, make in _FILES_ELSEWHERE.items()}
    return made, files, products.given() if products else None


_ELSEWHERE = frozenset(
    (
        links.HOME,
        links.RUNS,
        links.HISTORY,
        links.TRENDS,
        links.EXPLORE,
        links.CAPACITY,
        links.AUDIT,
    )
)
"""Pages that rest on the figures of many runs. After an edit they take as long as all else."""

_FILES_ELSEWHERE: Mapping[str, Callable[[Notebook], str]] = {
    "data/trends.json": trendtext.as_json,
    links.CAPACITY_DATA: capacitypage.data,
}
"""Data files that rest on the same, by their paths."""

_OF_DATA = next(one for one in pages.PAGES if one.path == links.DATA)
"""The page of the data files, which tells what there is of them."""


def _data(notebook: Notebook, view: View) -> dict[str, str]:
    """The data files of runs and comparisons, schemas, badges, the feed."""
    return {
        **dict(roster.files(view)),
        **notebook.derived("schemas", "", _schemas),
        "data/decisions.json": decisions.as_json(view.notebook),
        **_figures(notebook),
        "data/runs.json": history.runs_json(notebook),
        "data/runs.csv": history.runs_csv(notebook),
        **dict(comparison_data.files(notebook, view)),
        **dict(course_data.files(notebook)),
        **dict(badges.files(notebook, view.comparisons)),
        links.FEED: feed.xml(view.notebook, view.comparisons, view.to),
    }


def _schemas() -> dict[str, str]:
    """The schemas of records and of data files."""
    records = schema.SCHEMAS.items()
    of_records = {datafiles.schema_path(name): schema.schema_text(one) for name, one in records}
    return of_records | datafiles.schemas()


def _figures(notebook: Notebook) -> dict[str, str]:
    """The data file of each run."""

    def figures(identity: str) -> str:
        content = {"version": datafiles.VERSION, **notebook.as_json(identity)}
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"

    return {
        links.run_data(identity): notebook.kept("figures", identity, partial(figures, identity))
        for identity in notebook.runs
    }
