"""The first page: where things stand, for someone with one minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from generator import (
    audit,
    capacity,
    caveats,
    decisions,
    entries,
    likeness,
    links,
    regressions,
    tables,
)
from generator.blocks import (
    Beside,
    Block,
    Code,
    Item,
    Items,
    Note,
    Picture,
    Prose,
    verdict_mark,
)
from generator.doubtpages import broken, doubted, problem_items
from generator.doubts import Kind
from generator.errors import Level
from generator.latest import MOST_COMPARED, MOST_SHOWN, block_of, headliner
from generator.narrative import Action
from generator.notebook import Notebook, campaign_of
from generator.render import Part
from generator.verdicts import Verdict
from generator.view import (
    View,
    action_item,
    delta_text,
    picture,
)

NO_RUNS = (
    "There are no completed runs yet. A run appears here once its record has figures and the "
    "status “completed”: import what k6 wrote, or run “loadbook new CAMPAIGN/RUN” and fill it in."
)

NEWEST_DOUBTS = 6

NEWEST_ACTIONS = 6

NEWEST_WORSE = 4

NEWEST_RUNS = 6


COURSE = 3
"""From how many runs on there is a course to be drawn."""

MOST_SYSTEMS = 2
"""How many systems are drawn beside one another."""


def home(view: View) -> Iterator[Part]:
    """Where things stand now, for someone with one minute."""
    notebook = view.notebook
    yield from broken(view)
    if not notebook.completed:
        yield Part("start", "How to begin", list(_beginning(view)))
        return
    latest = headliner(notebook, notebook.completed)
    lead = [*_newest_campaign(view, latest), *block_of(view, latest, links.HOME)]
    yield Part("", "", lead)
    by_load = list(_by_load(view, campaign_of(latest)))
    way = _way_to(notebook, latest, alike=bool(by_load))
    chart = list(picture("progression", notebook, way)) if len(way) >= COURSE else []
    yield Part("capacity", "Throughput by load", by_load)
    yield Part("progression", "Progression", chart)
    yield Part("worse", "What got worse", list(_worse(view)))
    yield Part("doubts", "What to doubt", list(_doubts(view)))
    yield Part("actions", "Open actions", list(_open_actions(view)))
    newest = [name for name, gist in notebook.gists.items() if not gist.repeats][-NEWEST_RUNS:]
    table = tables.runs_table(notebook, newest, links.HOME, view.to, "Newest runs")
    yield Part("runs", "Newest runs", [table])


def _beginning(view: View) -> Iterator[Block]:
    """What to do where there is no completed run yet."""
    yield Note(NO_RUNS)
    steps = (
        (
            "Run the test with k6 and keep what it gives",
            "k6 run --summary-export summary.json --out json=samples.json.gz script.js",
        ),
        ("Import it", "loadbook import CAMPAIGN/RUN summary.json samples.json.gz"),
        ("Keep how the cluster looks while k6 runs", "loadbook snapshot CAMPAIGN/RUN"),
        ("See what is wrong or doubtful", "loadbook check"),
        ("Build this site", "loadbook build"),
    )
    yield Items(tuple(Item(title, code=(Code("console", f"$ {line}"),)) for title, line in steps))
    planned = list(view.notebook.runs)[-NEWEST_RUNS:]
    if planned:
        table = tables.runs_table(view.notebook, planned, links.HOME, view.to, "Not completed yet")
        yield table


def _way_to(notebook: Notebook, latest: str, *, alike: bool) -> list[str]:
    """The runs of the latest one's scenario up to now, repeats left out; or those alike it."""
    gists, scenario = notebook.gists, notebook.gists[latest].scenario
    every = notebook.completed
    found = [n for n in every if not gists[n].repeats and gists[n].scenario == scenario]
    if alike:
        near = found[-MOST_COMPARED:]
        found = [name for name in near if name == latest or likeness.alike(notebook, name, latest)]
    return found[-MOST_SHOWN:]


def _by_load(view: View, campaign: str) -> Iterator[Block]:
    """Throughput by load of what the campaign measured, where it did so at four loads or more."""
    measured = capacity.of(view.notebook).of_campaign(campaign).known
    drawn = [
        replace(block, title=f"{block.title}, {one.system.label}")
        for one in measured[:MOST_SYSTEMS]
        for block in picture("load_throughput", one)
        if isinstance(block, Picture)
    ]
    if drawn:
        yield Beside(tuple(drawn))
        href = view.to.href(links.HOME, links.CAPACITY)
        yield Items((Item("What saturates first, and what each option would give", href=href),))


def _worse(view: View) -> Iterator[Block]:
    """The regressions that nobody has acknowledged, most important first."""
    found = regressions.unacknowledged(view.notebook)
    mark = verdict_mark(Verdict.REGRESSED)
    items = [
        Item(
            f"{one.metric.label} {delta_text(one.delta)}",
            mark=mark,
            href=view.to.href(links.HOME, links.run_page(one.candidate)),
            place=f"{view.notebook.title_of(one.candidate)}, against {one.baseline}",
        )
        for one in found[:NEWEST_WORSE]
    ]
    if not items:
        yield Note("No regression that can be judged is unacknowledged.")
        return
    yield Items(tuple(items), "Regressions")
    more = f"{caveats.counted(len(found), 'regression')} not acknowledged: trends"
    yield Items((Item(more, href=view.to.href(links.HOME, links.TRENDS)),))


def _newest_campaign(view: View, latest: str) -> Iterator[Block]:
    """The campaign of the latest run with its conclusion, where it has one."""
    name = campaign_of(latest)
    found = view.notebook.campaign(name)
    href = view.to.href(links.HOME, links.campaign_page(name))
    yield Items((Item(found.title, href=href, place="newest campaign"),))
    if found.summary:
        yield Prose(found.summary, style="lede")


def _doubts(view: View) -> Iterator[Block]:
    """The doubts of the newest runs first."""
    found = [item for item in doubted(view) if item[1].level is Level.WARNING]
    if not found:
        yield Note("The checks found nothing to doubt.")
        return
    found.sort(key=lambda item: list(Kind).index(audit.RULES[item[1].code][0]))
    yield problem_items(view, found[:NEWEST_DOUBTS], links.HOME)
    if len(found) > NEWEST_DOUBTS:
        href = view.to.href(links.HOME, links.AUDIT)
        more = f"{len(found) - NEWEST_DOUBTS} more: the audit of all runs"
        yield Items((Item(more, href=href),))


def _open_actions(view: View) -> Iterator[Block]:
    items = tuple(islice(_actions(view), NEWEST_ACTIONS))
    if not items:
        yield Note("No action is open.")
        return
    yield Items(items)
    number = len(decisions.open_actions(view.notebook))
    text = f"{number} open {'action' if number == 1 else 'actions'}: all decisions"
    yield Items((Item(text, href=view.to.href(links.HOME, links.DECISIONS)),))


def _actions(view: View) -> Iterator[Item]:
    """The actions that records call open: of campaigns, then of runs, the newest first."""
    book = view.notebook
    for name in reversed(book.campaign_names):
        campaign = book.campaign(name)
        href = view.to.href(links.HOME, links.campaign_page(name), "actions")
        yield from (action_item(a, href, campaign.title) for a in campaign.actions if _is_open(a))
    for identity in reversed(book.holding("actions")):
        if any(one.state == "open" for one in entries.written(book, identity)):
            run = book.runs[identity]
            href = view.to.href(links.HOME, links.run_page(identity), "actions")
            yield from (action_item(a, href, run.title) for a in run.actions if _is_open(a))


def _is_open(action: Action) -> bool:
    return action.state == "open"
