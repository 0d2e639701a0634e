"""The pages over several runs: home, runs, campaigns, history, glossary; each as parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator import audit, caveats, decisions, display, likeness, links, tables
from generator.blocks import Block, Cell, Code, Item, Items, Note, Prose, Table
from generator.compare import compare
from generator.doubtpages import broken, doubted, of_record, problem_items
from generator.doubts import Kind
from generator.errors import Level
from generator.exploring import all_runs
from generator.metrics import METRICS
from generator.model import Run
from generator.notebook import Notebook, campaign_of
from generator.render import Part
from generator.sparkline import sparkline
from generator.verdicts import tolerance_text
from generator.view import (
    HEADLINE,
    View,
    action_item,
    action_items,
    claims_table,
    headline,
    picture,
    sentences,
    verdicts,
)

NO_RUNS = (
    "There are no completed runs yet. A run appears here once its record has figures and the "
    "status “completed”: import what k6 wrote, or run “loadbook new CAMPAIGN/RUN” and fill it in."
)
NEWEST_DOUBTS = 6
NEWEST_ACTIONS = 6
NEWEST_RUNS = 6
EARLIER_RUNS = 5
"""How many runs before a campaign stand beside its own in its matrix."""
MOST_OF_HISTORY = 50
"""How many runs each table of the history has."""


def home(view: View) -> Iterator[Part]:
    """Where things stand now, for someone with one minute."""
    notebook = view.notebook
    yield from broken(view)
    if not notebook.completed:
        yield Part("start", "How to begin", list(_beginning(view)))
        return
    latest = headliner(notebook, notebook.completed)
    lead = [*_newest_campaign(view, latest), *_latest(view, latest, links.HOME)]
    yield Part("", "", lead)
    chart = list(picture("progression", notebook, _way_to(notebook, latest)))
    yield Part("progression", "Progression", chart)
    yield Part("doubts", "What to doubt", list(_doubts(view)))
    yield Part("actions", "Open actions", list(_open_actions(view)))
    newest = [name for name in notebook.runs if not notebook.runs[name].repeats][-NEWEST_RUNS:]
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


def headliner(notebook: Notebook, completed: Sequence[str]) -> str:
    """The newest run that says something new: no repeat, with a declared baseline if one has."""
    originals = [name for name in completed if not notebook.runs[name].repeats] or list(completed)
    compared = [name for name in originals if notebook.runs[name].baseline]
    return (compared or originals)[-1]


MOST_OF_THE_WAY = 20
"""How many runs the progression on home shows at most."""


def _way_to(notebook: Notebook, latest: str) -> list[str]:
    """The runs of the latest one's scenario up to now, repeats left out."""
    load = notebook.runs[latest].load
    scenario = load.scenario if load else None
    found = []
    for name in notebook.completed:
        run = notebook.runs[name]
        if not run.repeats and (run.load.scenario if run.load else None) == scenario:
            found.append(name)
    return found[-MOST_OF_THE_WAY:]


def _newest_campaign(view: View, latest: str) -> Iterator[Block]:
    """The campaign of the latest run with its conclusion, where it has one."""
    name = campaign_of(latest)
    found = view.notebook.campaign(name)
    href = view.to.href(links.HOME, links.campaign_page(name))
    yield Items((Item(found.title, href=href, place="newest campaign"),))
    if found.summary:
        yield Prose(found.summary, style="lede")


def _latest(view: View, latest: str, page: str) -> Iterator[Block]:
    """A run's headline figures against its baseline and against the first run, with caveats."""
    notebook, run = view.notebook, view.notebook.runs[latest]
    href = view.to.href(page, links.run_page(latest))
    summary = run.summary or "" if page == links.HOME else ""
    yield Items((Item(run.title, summary, href=href, place=f"latest run, {_date(run)}"),))
    baseline = view.comparisons.get(latest)
    against = {found.baseline: found for found in (baseline,) if found}
    first = view.from_first(latest)
    if first:
        against.setdefault(first.baseline, first)
    sparks = _sparks(notebook, latest)
    yield from headline(dict(notebook.measurements[latest]), list(against.values()), sparks=sparks)
    if baseline:
        yield from verdicts(baseline)
    found = list(caveats.of(notebook, baseline, view.problems_of(latest)))
    if found:
        trust = view.to.href(page, links.run_page(latest), "trust")
        yield Note(f"Read with care: {'; '.join(found)}.", "doubt", trust, "Can it be trusted?")


def _sparks(notebook: Notebook, latest: str) -> dict[str, str]:
    """The course of each headline metric over the runs that are like for like with this one."""
    before = notebook.completed[: notebook.completed.index(latest)]
    runs = [name for name in before[-MOST_COMPARED:] if likeness.alike(notebook, name, latest)]
    runs = [*runs, latest][-MOST_OF_THE_WAY:]
    drawn = {}
    for name in HEADLINE:
        known = [found for run in runs if (found := notebook.measurements[run].get(name))]
        values = [one.quantity.end for one in known if one.quantity.end is not None]
        told = f"{METRICS[name].label} over {len(values)} like-for-like runs, up to this one"
        drawn[name] = sparkline(values, told)
    return drawn


MOST_COMPARED = 200
"""How many runs before a run are asked whether they are like for like with it."""


def _date(run: Run) -> str:
    return display.show_moment(run.date)


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
    items = []
    for name in reversed(view.notebook.campaign_names):
        campaign = view.notebook.campaign(name)
        href = view.to.href(links.HOME, links.campaign_page(name), "actions")
        items += [
            action_item(a, href, campaign.title) for a in campaign.actions if a.state == "open"
        ]
    for identity in reversed(list(view.notebook.runs)):
        run = view.notebook.runs[identity]
        href = view.to.href(links.HOME, links.run_page(identity), "actions")
        items += [action_item(a, href, run.title) for a in run.actions if a.state == "open"]
    if not items:
        yield Note("No action is open.")
        return
    yield Items(tuple(items[:NEWEST_ACTIONS]))
    number = len(decisions.open_actions(view.notebook))
    text = f"{number} open {'action' if number == 1 else 'actions'}: all decisions"
    yield Items((Item(text, href=view.to.href(links.HOME, links.DECISIONS)),))


def campaigns(view: View) -> Iterator[Part]:
    """All campaigns, newest first."""
    items = []
    for name in reversed(view.notebook.campaign_names):
        campaign = view.notebook.campaign(name)
        count = len(view.notebook.runs_of(name))
        items.append(
            Item(
                campaign.title,
                campaign.summary or "",
                href=view.to.href(links.CAMPAIGNS, links.campaign_page(name)),
                place=f"{count} run{'' if count == 1 else 's'}",
            )
        )
    yield Part("", "", [Items(tuple(items))])


def campaign(view: View, name: str) -> Iterator[Part]:
    """A campaign: summary, its runs, the matrix with history, progression, actions."""
    notebook, page = view.notebook, links.campaign_page(name)
    found = notebook.campaign(name)
    own = notebook.runs_of(name)
    lead: list[Block] = [Prose(found.summary)] if found.summary else []
    completed = [identity for identity in own if identity in notebook.completed]
    if completed:
        lead += _latest(view, headliner(notebook, completed), page)
    yield Part("summary", "Summary", lead)
    yield Part("conclusions", "Conclusions", list(sentences(found.conclusions)))
    context: list[Block] = [Prose(found.context)] if found.context else []
    yield Part("question", "Question", context)
    if own:
        yield Part("runs", "Runs", [tables.runs_table(notebook, own, page, view.to)])
        yield from _way(view, own, page)
    yield Part("doubts", "What to doubt", list(of_record(view, name, page)))
    yield Part("claims", "Claims", list(claims_table(notebook, name)) if found.claims else [])
    yield Part("actions", "Next actions", list(action_items(found.actions)))


def _way(view: View, own: Sequence[str], page: str) -> Iterator[Part]:
    """The way over the runs: step by step, from first to last, and every metric of every run."""
    notebook = view.notebook
    order = list(notebook.runs)
    earlier = [identity for identity in order[: order.index(own[0])] if identity not in own]
    shown = [*earlier[-EARLIER_RUNS:], *own]
    deltas = {name: view.comparisons[name].deltas for name in shown if name in view.comparisons}
    completed = [identity for identity in own if identity in notebook.completed]
    whole = view.from_first(completed[-1]) if completed else None
    table = tables.progression_table(notebook, shown, deltas, whole, page, view.to)
    yield Part("progression", "Progression", [*picture("progression", notebook, shown), table])
    if len(completed) > 1:
        across = compare(notebook, completed[0], completed[-1])
        table = tables.comparison_table(across, page, view.to, id_="across-table")
        notes = [Note(warning, "doubt") for warning in across.warnings]
        yield Part("across", "From the first run of the campaign to its last", [*notes, table])
    matrix = tables.matrix(notebook, shown, deltas, page, view.to)
    yield Part("matrix", "Comparison with history", [matrix])


def history(view: View) -> Iterator[Part]:
    """Every metric over all runs, a part a group; its table has the newest runs."""
    number = len(view.notebook.runs)
    told = f"the newest {MOST_OF_HISTORY} of {number} runs"
    if number > MOST_OF_HISTORY:
        yield Part("", "", [all_runs(view, links.HISTORY, f"the tables have {told}")])
    for group in dict.fromkeys(metric.group for metric in METRICS.values()):
        measured = {name for found in view.notebook.measurements.values() for name in found}
        names = [
            name for name, metric in METRICS.items() if metric.group == group and name in measured
        ]
        if not names:
            continue
        drawn = [name for name in names if METRICS[name].better or name in HEADLINE]
        slug = group.lower().replace(" ", "-")
        blocks: list[Block] = []
        if drawn:
            completed = view.notebook.completed
            blocks += picture("progression", view.notebook, completed, drawn, id_=f"chart-{slug}")
        shown = told if number > MOST_OF_HISTORY else "every run"
        blocks.append(
            tables.history_table(
                view.notebook,
                names,
                f"history-{slug}",
                f"{group}: {shown}, oldest first",
                links.HISTORY,
                view.to,
                MOST_OF_HISTORY,
            )
        )
        yield Part(slug, group, blocks)


def glossary(view: View) -> Iterator[Part]:
    """Every metric's definition, from the registry, a part a group."""
    directions = {"higher": "higher is better", "lower": "lower is better"}
    groups: dict[str, list[tuple[Cell, ...]]] = {}
    for metric in METRICS.values():
        ways = (
            metric.recorded and f"recorded ({metric.recorded})",
            metric.formula and f"computed: {metric.formula}",
        )
        _, tolerance = tolerance_text(metric, view.notebook.settings)
        judged = f"{tolerance}; only at the {metric.needs}" if metric.needs else tolerance
        groups.setdefault(metric.group, []).append(
            (
                Cell(metric.label, sub=metric.name, anchor=metric.name),
                Cell(metric.definition),
                Cell(" or ".join(filter(None, ways))),
                Cell(metric.unit.base),
                Cell(directions.get(metric.better or "", "neither")),
                Cell(judged if metric.better else "not judged"),
            )
        )
    columns = ("Metric", "Meaning", "Obtained", "Unit", "Better", "Judged by")
    for group, rows in groups.items():
        slug = f"group-{group.lower().replace(' ', '-')}"
        table = Table(f"{slug}-table", f"{group}: metrics", columns, tuple(rows), searched=True)
        yield Part(slug, group, [table])
    words = (
        ("improved", "the difference is beyond the tolerance, in the better direction"),
        ("regressed", "the difference is beyond the tolerance, in the other direction"),
        ("unchanged", "the difference is within the tolerance"),
        (
            "not comparable",
            "a side is missing, a range or not completed, the load differs for a "
            "figure that depends on it, or neither direction is better",
        ),
        (
            "too few repeats",
            "the noise that repeats showed is larger than the difference, or the notebook asks for "
            "more runs on each side than there are",
        ),
    )
    yield Part(
        "verdicts",
        "Verdicts",
        [
            Table(
                "verdicts-table",
                "What each verdict means",
                ("Verdict", "Given where"),
                tuple((Cell(word), Cell(text)) for word, text in words),
            )
        ],
    )
