"""Places where metrics changed their level, as pages tell them: what, how surely, what differs.

And the section of a run's page that tells of the steps that its record acknowledges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator import links, regressions, telling, trends, trendtext
from generator.blocks import Block, Item, Items, Mark, Note, verdict_mark
from generator.metrics import METRICS
from generator.narrative import ChangeMade, KnownStep
from generator.trends import ChangePoint, Drift, Trend
from generator.verdicts import Verdict
from generator.view import RunView, View, delta_text
from generator.worsening import HEADLINE, Standing

MOST_STEPS = 8
"""How many places where something changed stand open; more are folded."""
MOST_FOLDED = 50
MOST_METRICS = 6
"""How many metrics of one place are named, the most important first."""
MOST_SETTINGS = 6
MOST_SCENARIOS = 5
"""How many scenarios, those of the newest runs, have words and charts of their own."""

ACCEPTED = Mark("acknowledged", "–", "muted")


def changed(view: View, every: Sequence[Trend]) -> Iterator[Block]:
    """Places where the level of metrics changed, and metrics that move without a step."""
    untested = [trend for trend in every if not trend.tested]
    for trend in (trend for trend in every if trend.tested):
        yield Note(f"{trend.scenario.name}: {trendtext.tested(trend)}")
    if untested:
        named = [f"{t.scenario.name}: {trendtext.tested(t)}" for t in untested[:MOST_SCENARIOS]]
        rest = len(untested) - len(named)
        yield Note(" ".join(named) + (f" The same of {rest} more scenarios." if rest else ""))
    changes = [change for trend in every for change in trend.change_points]
    open_ = _places(view, [change for change in changes if not change.by])
    if open_:
        yield Items(tuple(open_[:MOST_STEPS]), "Steps, those for the worse first", headed=True)
        more = open_[MOST_STEPS : MOST_STEPS + MOST_FOLDED]
        if more:
            yield Items(tuple(more), "More steps", folds=True)
    elif any(trend.tested for trend in every):
        yield Note("No level changed that is not acknowledged.")
    drifts = [drift for trend in every for drift in trend.drifts]
    drifts.sort(key=lambda one: (one.verdict is not Verdict.REGRESSED, *_rank(one)))
    if drifts:
        items = [_drift(one) for one in drifts[:MOST_FOLDED]]
        label = "Drifts: no single step, but a steady way"
        yield Items(tuple(items), label, headed=True, folds=len(items) > 4)
    accepted = _places(view, [change for change in changes if change.by])
    if accepted:
        yield Items(tuple(accepted[:MOST_FOLDED]), "Acknowledged steps", folds=True)


def _places(view: View, changes: Sequence[ChangePoint]) -> list[Item]:
    """The places where something changed, those with regressions first, then newest first."""
    by_place: dict[tuple[str, str], list[ChangePoint]] = {}
    for change in changes:
        by_place.setdefault((change.before.run, change.after.run), []).append(change)
    order = {identity: number for number, identity in enumerate(view.notebook.runs)}
    places = sorted(
        by_place.values(),
        key=lambda there: (
            all(one.verdict is not Verdict.REGRESSED for one in there),
            -order[there[0].after.run],
            order[there[0].before.run],
        ),
    )
    return [_place(view, sorted(there, key=_rank)) for there in places]


def _rank(change: ChangePoint | Drift) -> tuple[bool, bool, float]:
    """Headline metrics first, then those with a direction, then by size."""
    better = change.metric.better is None
    return change.metric.name not in HEADLINE, better, -abs(change.size or 0.0)


def _place(view: View, there: Sequence[ChangePoint]) -> Item:
    """One place: what changed, what differs on record, where to compare."""
    first = there[0]
    before, after = first.before.run, first.after.run
    shown = [_step(one) for one in there[:MOST_METRICS]]
    if len(there) > MOST_METRICS:
        rest = ", ".join(f"{one.metric.label}" for one in there[MOST_METRICS:])
        shown.append(("", f"and {len(there) - MOST_METRICS} more: {rest}"))
    kinds = {one.verdict for one in there}
    if first.by:
        mark = ACCEPTED
        shown += list(dict.fromkeys(_accepted(view, one) for one in there))
    else:
        worst = Verdict.REGRESSED if Verdict.REGRESSED in kinds else first.verdict
        mark = verdict_mark(worst)
        if worst is Verdict.NOT_COMPARABLE:
            mark = Mark("changed", "○", "neutral")
    return Item(
        view.notebook.title_of(after),
        mark=mark,
        href=view.to.href(links.TRENDS, links.run_page(after)),
        place=f"{first.series.stretch.scenario}, {first.series.stretch.label}",
        prose=_where(view, before, after),
        facts=(*shown, *_differing(view, first)),
    )


def _step(change: ChangePoint) -> tuple[str, str]:
    words = {Verdict.REGRESSED: "▼ worse", Verdict.IMPROVED: "▲ better"}
    return words.get(change.verdict, "○ changed"), trendtext.step_text(change)


def _accepted(view: View, change: ChangePoint) -> tuple[str, str]:
    reason = trends.reason(view.notebook, change.by, change.metric.name)
    return "Acknowledged", f"{reason} (in the record of {change.by})"


def _where(view: View, before: str, after: str) -> str:
    """The two runs with their links, and where they are held against each other."""
    ends = [
        f"[`{run}`]({view.to.href(links.TRENDS, links.run_page(run))})" for run in (before, after)
    ]
    href = links.comparison(view.to.href(links.TRENDS, links.COMPARE), after, before)
    return f"Between {ends[0]} and {ends[1]}: [compare them]({href})."


def _differing(view: View, change: ChangePoint) -> Iterator[tuple[str, str]]:
    """What is known to differ between the two runs, and which changes are on record."""
    book, before, after = view.notebook, change.before.run, change.after.run
    found = book.kept("differing", after, lambda: [*_differ(view, change)], before)
    yield from ((name, text) for name, text in found)


def _differ(view: View, change: ChangePoint) -> Iterator[tuple[str, str]]:
    found = trends.between(view.notebook, change)
    differing = (*found.load, *found.deployment, *found.environment)
    texts = [one.as_text() for one in differing if not one.one_sided]
    changed = [_name(made) for _, made in found.changes if not made.inert]
    for name, listed in (("Differs on record", texts), ("Changes on record", changed)):
        if listed:
            rest = len(listed) - MOST_SETTINGS
            more = f"; {rest} more" if rest > 0 else ""
            yield name, "; ".join(listed[:MOST_SETTINGS]) + more
    unknown = [one.setting for one in differing if one.one_sided]
    if unknown:
        yield "Recorded on one side only", ", ".join(unknown[:MOST_SETTINGS])
    if not texts and not changed:
        yield "Differs on record", "nothing: the cause is not recorded"


def _name(made: ChangeMade) -> str:
    """What was altered, its figures as bare text, so that no mark of one is cut in two."""
    return made.model_copy(update={"modification": telling.plain(made.modification)}).name


def _drift(drift: Drift) -> Item:
    first, last = drift.series.points[0].run, drift.series.points[-1].run
    mark = verdict_mark(drift.verdict)
    if drift.verdict is Verdict.NOT_COMPARABLE:
        mark = Mark("changed", "○", "neutral")
    return Item(
        trendtext.drift_text(drift),
        mark=mark,
        place=f"{drift.series.stretch.scenario}, {drift.series.stretch.label}: {first} to {last}",
    )


def of_run(view: RunView) -> Iterator[Block]:
    """The steps that the run's record acknowledges, each with what it covers."""
    items = [_known(view, step) for step in view.run.acknowledged_steps]
    if items:
        yield Items(tuple(items), "Acknowledged steps")


def _known(view: RunView, step: KnownStep) -> Item:
    covered = [
        ("Got worse", f"{delta_text(one.delta)} against {one.baseline}, {trendtext.against(one)}")
        for one in regressions.found(view.notebook).of(Standing.ACKNOWLEDGED)
        if one.by == view.identity and one.metric.name == step.metric
    ]
    covered += [
        ("Step", trendtext.step_text(change))
        for trend in trends.found(view.notebook)
        for change in trend.change_points
        if change.by == view.identity and change.metric.name == step.metric
    ]
    label = METRICS[step.metric].label if step.metric in METRICS else step.metric
    nothing = [("", "It covers nothing: the metric took no step for the worse in this run.")]
    return Item(label, step.reason, ACCEPTED, tuple(covered or nothing))
