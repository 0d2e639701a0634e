"""The page Capacity: how much each system carries, what saturates first, what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from generator import alternatives, capacity, conclusions, figures, likeness, links, phrases
from generator.alternatives import Placed
from generator.blocks import Block, Cell, Item, Items, Note, Table
from generator.capacity import Capacities, Standing
from generator.metrics import METRICS
from generator.notebook import Notebook
from generator.refusal import Refusal
from generator.render import Part
from generator.systemview import STANDINGS, SystemView
from generator.tables import value_cell
from generator.view import View, known

PAGE = links.CAPACITY

MOST_OPEN = 2
MOST_SHOWN = 4
"""Systems that are shown in full, the latter folded; others have their conclusion at the top."""

MOST_TOLD = 24
MOST_RUNS = 20
MOST_OPTIONS = 30
"""How many conclusions, single runs and options the page lists; the data file has all."""

NOTHING = (
    "No completed run has a number of VUs and a throughput, so nothing can be said of capacity. "
    "Run one deployment at four loads or more, three times each."
)


def capacities(view: View) -> Iterator[Part]:
    """The conclusion of each system, the newest in full, what was refused, the options."""
    found = capacity.of(view.notebook)
    if not found.known and not found.refused:
        yield Part("", "", [Note(NOTHING)])
        return
    yield Part("", "", list(_conclusions(found)))
    for number, one in enumerate(found.known[:MOST_SHOWN], 1):
        yield Part(
            f"system-{number}", conclusions.title(one.system), list(SystemView(view, one).blocks())
        )
    yield Part("not-fitted", "Not fitted", list(_refused(view, found)))
    placed = alternatives.of(view.notebook, found)
    yield Part("options", "What the options would give", list(_options(view, placed)))
    yield Part("method", "How this is computed", list(_method(view)))


def data(book: Notebook) -> str:
    """The content of `data/capacity.json`."""
    found = capacity.of(book)
    return alternatives.as_json(found, alternatives.of(book, found))


# --- the conclusion -------------------------------------------------------------------------------


def _conclusions(found: Capacities) -> Iterator[Block]:
    items = []
    for number, one in enumerate(found.known[:MOST_TOLD], 1):
        shown = number <= MOST_SHOWN
        items.append(
            Item(
                conclusions.title(one.system),
                mark=STANDINGS[one.standing],
                href=f"#system-{number}" if shown else "",
                facts=known(list(conclusions.facts(one))),
            )
        )
    if items:
        yield Items(tuple(items), "Systems that were measured at four loads or more")
    more = len(found.known) - len(items)
    if more > 0:
        yield Note(f"{more} older systems with four loads or more are in the data file.")
    for refusal in found.refused[:1] if not found.known else ():
        yield Note(f"No law of throughput can be fitted: {refusal.reason}.", "doubt")
        yield Note(f"Needed: {refusal.needs}.")


# --- what was refused -----------------------------------------------------------------------------


def _refused(view: View, found: Capacities) -> Iterator[Block]:
    if not found.refused and not found.left_out:
        return
    items = [
        Item(
            f"Scenario {one.scenario}" if one.scenario else "No scenario recorded",
            mark=STANDINGS[Standing.REFUSED],
            facts=(("Why", f"{one.reason}."), ("Needed", f"{one.needs}.")),
        )
        for one in found.refused[:MOST_TOLD]
    ]
    if items:
        yield Items(tuple(items), "Scenarios without a fit")
        yield _single_runs(view, found.refused)
    if found.left_out:
        runs = (
            "1 completed run has"
            if found.left_out == 1
            else f"{found.left_out} completed runs have"
        )
        yield Note(f"{runs} no exact number of VUs or throughput, and is left out here.")


AFTER_CORES = ("rps_per_pod", "rps_per_node", "cost_per_million_requests")


def _single_runs(view: View, refused: tuple[Refusal, ...]) -> Table:
    """The newest runs that are fitted nowhere: what each of them says by itself."""
    book = view.notebook
    order = {identity: position for position, identity in enumerate(book.runs)}
    runs = [sample.run for one in refused for system in one.systems for sample in system.samples]
    runs.sort(key=lambda run: -order[run])
    rows = []
    for identity in runs[:MOST_RUNS]:
        measured = book.measurements[identity]
        each = figures.divide(
            measured["cpu_total"].quantity if "cpu_total" in measured else None,
            measured["request_rate"].quantity,
        )
        rows.append(
            (
                Cell(
                    book.runs[identity].title,
                    sub=identity,
                    href=view.to.href(PAGE, links.run_page(identity)),
                ),
                value_cell(measured.get("vus")),
                value_cell(measured.get("request_rate")),
                Cell(f"{1000 * each.start:.3g}" if each else "n/a"),
                *(value_cell(measured.get(name)) for name in AFTER_CORES),
                Cell(_differs(view, identity)),
            )
        )
    caption = "Runs that are fitted nowhere, by themselves; newest first"
    if len(runs) > MOST_RUNS:
        caption += f", {MOST_RUNS} of {len(runs)}"
    labels = [METRICS[name].label for name in AFTER_CORES]
    return Table(
        "single-runs",
        caption,
        (
            "Run",
            "VUs",
            "Throughput",
            "Cores per 1,000 RPS",
            *labels,
            "Differs from its baseline in",
        ),
        tuple(rows),
        numeric=frozenset(range(1, 4 + len(labels))),
    )


def _differs(view: View, identity: str) -> str:
    """What of the deployment differs from the baseline, in few words."""
    baseline = view.notebook.baselines[identity]
    if baseline is None:
        return "no baseline"
    found = likeness.between(view.notebook, baseline, identity)
    if view.notebook.runs[baseline].deployment is None:
        return f"{baseline}: its deployment is not recorded"
    if view.notebook.runs[identity].deployment is None:
        return "its deployment is not recorded"
    names = [difference.setting for difference in found.deployment]
    others = sum(change.setting not in names for _, change in found.changes if not change.inert)
    told = names[:3]
    told = names if len(names) == 4 else told
    told = [*told, f"{len(names) - 3} more settings"] if len(names) > 4 else list(told)
    told += [f"{others} change{'' if others == 1 else 's'} of no setting"] if others else []
    return phrases.joined(told) if told else "nothing but the load"


# --- options --------------------------------------------------------------------------------------


def _options(view: View, placed: list[Placed]) -> Iterator[Block]:
    if not placed:
        return
    items = tuple(
        Item(
            one.title.replace("`", "").rstrip("."),
            place=f"{one.kind}, {one.run}",
            href=view.to.href(PAGE, links.run_page(one.run)),
            facts=known(
                (
                    ("Would give", phrases.sentence(one.outcome) if one.outcome else ""),
                    ("Rests on" if one.outcome else "", phrases.sentence(one.assumes)),
                    ("Cost", phrases.sentence(one.cost) if one.cost else "not recorded"),
                )
            ),
        )
        for one in placed[:MOST_OPTIONS]
    )
    yield Items(items, "Options and recommendations, those of the newest run first")
    if len(placed) > MOST_OPTIONS:
        yield Note(f"{len(placed) - MOST_OPTIONS} more, of older runs, are in the data file.")


def _method(view: View) -> Iterator[Block]:
    """Where each formula of this page is explained."""
    items = tuple(
        Item(title, href=view.to.href(PAGE, links.METHODS, anchor))
        for anchor, title in (
            ("scalability-law", "Universal Scalability Law"),
            ("scalability-fit", "How the law is fitted, and when it is doubted"),
            ("saturation-point", "Saturation point"),
            ("utilisation-law", "Utilisation law and service demand"),
            ("littles-law", "Little's law"),
            ("option-bound", "What an option would give at most"),
        )
    )
    yield Items(items, "Methods")
