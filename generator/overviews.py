"""The pages over several runs: campaigns, history, glossary; each as parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator import (
    links,
    tables,
)
from generator.blocks import (
    Block,
    Cell,
    Item,
    Items,
    Note,
    Prose,
    Table,
)
from generator.compare import compare
from generator.doubtpages import of_record
from generator.exploring import all_runs
from generator.latest import block_of, headliner
from generator.metrics import METRICS
from generator.notebook import Notebook
from generator.render import Part
from generator.verdicts import tolerance_text
from generator.view import (
    HEADLINE,
    View,
    action_items,
    claims_table,
    picture,
    sentences,
)

EARLIER_RUNS = 5
"""How many runs before a campaign stand beside its own in its matrix."""


MOST_OF_HISTORY = 50
"""How many runs each table of the history has."""


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
    completed = _completed(notebook, own)
    if completed:
        lead += block_of(view, headliner(notebook, completed), page)
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
    shown = [*notebook.preceding(own[0], EARLIER_RUNS), *own]
    deltas = {name: view.comparisons[name].deltas for name in shown if name in view.comparisons}
    completed = _completed(notebook, own)
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


def _completed(notebook: Notebook, runs: Sequence[str]) -> list[str]:
    return [identity for identity in runs if notebook.gists[identity].status == "completed"]


def history(view: View) -> Iterator[Part]:
    """Every metric over all runs, a part a group; its table has the newest runs."""
    number = len(view.notebook.runs)
    told = f"the newest {MOST_OF_HISTORY} of {number} runs"
    if number > MOST_OF_HISTORY:
        yield Part("", "", [all_runs(view, links.HISTORY, f"the tables have {told}")])
    measured = {name for run in view.notebook.runs for name in view.notebook.numbers(run)}
    for group in dict.fromkeys(metric.group for metric in METRICS.values()):
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
                Cell(metric.unit.base, sub=directions.get(metric.better or "", "")),
                Cell(judged if metric.better else "not judged"),
            )
        )
    columns = ("Metric", "Meaning", "Obtained", "Unit", "Judged by")
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
