"""The whole site in memory: a pure function from a notebook to pages and data files.

Publishing is somebody else's: the MkDocs plugin hands these pages over, and so could any other
shell.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
    decisions,
    display,
    feed,
    history,
    links,
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
from generator.products import MANY, Makers, Products
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
        shelf.add("problems", view.problems_of)
        shelf.add("scores", view.scores_of)
    renderer = Renderer(templates, to, gallery)
    makers = _makers(renderer, view)
    # Those of the records first, because other processes draw their charts meanwhile.
    stages.begin("pages", len(makers) + len(pages.PAGES))
    if gallery and shelf:
        products = Products(shelf, notebook.trace, gallery)
        of_records, reused = products.pages(makers, stages.step), products.reused
    else:
        of_records, reused = [make() for make in makers.values()], 0
    worth = bool(shelf and gallery and gallery.is_ready) and len(makers) >= MANY
    with beside.begun(partial(_data, notebook, view, gallery), worth) as data:
        over_runs = {}
        for one in pages.PAGES:
            if one.path != links.DATA:
                over_runs[one] = one.page(renderer, view)
                stages.step()
        stages.begin("data files")
        files = _figures(notebook)
        files["data/trends.json"] = trendtext.as_json(notebook)
        files |= data()
    pictures = social.pictures(view.notebook, view.comparisons) if _draws(notebook, to) else {}
    records = map(links.run_record, notebook.runs)
    view = replace(view, published=(*files, *pictures, *records))
    over_runs |= {one: one.page(renderer, view) for one in pages.PAGES if one not in over_runs}
    if gallery is not None:
        stages.begin("drawing charts")
        gallery.draw()
    stages.end()
    built = (*(over_runs[one] for one in pages.PAGES), *of_records)
    notebook.forget()
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


def _data(notebook: Notebook, view: View, gallery: Gallery | None) -> dict[str, str]:
    """Data files and schemas, badges, the feed: half of what is left after the pages of records."""
    files = {
        "data/runs.json": history.runs_json(notebook),
        "data/runs.csv": history.runs_csv(notebook),
        **dict(roster.files(view)),
        "data/decisions.json": decisions.as_json(view.notebook),
        **dict(comparison_data.files(notebook, view)),
        **dict(course_data.files(notebook)),
        links.CAPACITY_DATA: capacitypage.data(notebook),
    }
    for name, model in schema.SCHEMAS.items():
        files[datafiles.schema_path(name)] = schema.schema_text(model)
    files |= datafiles.schemas()
    files |= badges.files(notebook, view.comparisons)
    files[links.FEED] = feed.xml(view.notebook, view.comparisons, view.to)
    if gallery is not None:
        gallery.store.write()  # what another process keeps is gone with it
    return files


def _figures(notebook: Notebook) -> dict[str, str]:
    """The data file of each run."""

    def figures(identity: str) -> str:
        content = {"version": datafiles.VERSION, **notebook.as_json(identity)}
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"

    return {
        links.run_data(identity): notebook.kept("figures", identity, partial(figures, identity))
        for identity in notebook.runs
    }
