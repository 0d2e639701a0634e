"""The page of trends: what got worse, steps and drifts, every metric over the runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator import bestruns, likeness, links, regressions, stepitems, steps, trends, trendtext
from generator.blocks import (
    Block,
    Cell,
    Code,
    Footnotes,
    Item,
    Items,
    Note,
    Picture,
    Prose,
    Table,
    verdict_mark,
)
from generator.charts import CHARTS
from generator.metrics import METRICS
from generator.render import Part
from generator.stepitems import ACCEPTED, MOST_FOLDED, MOST_SCENARIOS
from generator.terminal import show_value
from generator.trends import Trend
from generator.trendtext import counted
from generator.view import View, delta_text, known
from generator.worsening import HEADLINE, Regression, Standing

MOST_REGRESSIONS = 15


def trends_page(view: View) -> Iterator[Part]:
    """The page: conclusions first, charts and method last."""
    book = view.notebook
    if not book.completed:
        yield Part("", "", [Note("There are no completed runs yet, so nothing could get worse.")])
        return
    yield Part("", "", list(_worse(view)))
    every = trends.found(book)
    yield Part("steps", "Steps and drifts", list(stepitems.changed(view, every)))
    yield from _scenarios(view, every)
    href = view.to.href(links.TRENDS, links.METHODS, "steps")
    method = f"{METHOD} The formulas and their sources stand on the page [Methods]({href})."
    yield Part("method", "How this is found", [Prose(method), _how_to()])


# --- what got worse -------------------------------------------------------------------------------


def _worse(view: View) -> Iterator[Block]:
    found = regressions.found(view.notebook)
    open_ = found.of(Standing.OPEN)
    yield Note(trendtext.summary(found), "doubt" if open_ else "neutral")
    if open_:
        yield _table(view, open_[:MOST_REGRESSIONS], len(open_))
        more = open_[MOST_REGRESSIONS:]
        if more:
            label = f"{len(more)} more, smaller or older"
            yield _folded(view, more, label)
    yield Note(trendtext.grounds(found))
    for standing, label in (
        (Standing.ACKNOWLEDGED, "Acknowledged regressions"),
        (Standing.WON_BACK, "Won back by a later run"),
        (Standing.NOISE, "No larger than what runs vary by"),
    ):
        if found.of(standing):
            yield _folded(view, found.of(standing), label)


def _table(view: View, shown: Sequence[Regression], number: int) -> Table:
    footnotes = Footnotes()
    rows = []
    for one in shown:
        delta = one.delta
        page = view.to.href(links.TRENDS, links.run_page(one.candidate), "figures")
        base = view.to.href(links.TRENDS, links.run_page(one.baseline))
        rows.append(
            (
                Cell(
                    one.metric.label,
                    sub=one.candidate,
                    href=page,
                    notes=footnotes.numbers(one.doubts),
                ),
                Cell(delta_text(delta), mark=verdict_mark(delta.verdict)),
                Cell(show_value(delta.candidate), sub=f"from {show_value(delta.baseline)}"),
                Cell(one.baseline, sub=trendtext.against(one, beside=True), href=base),
                Cell(delta.basis, sub="" if one.newest else "not the newest run of its load"),
            )
        )
    caption = "What got worse and is not acknowledged, most important first"
    if number > len(shown):
        caption = f"{caption}: {len(shown)} of {number}"
    columns = ("Metric and run", "Change", "Figure", "Against", "Rests on")
    numeric = frozenset({2})
    return Table(
        "worse-table", caption, columns, tuple(rows), numeric=numeric, notes=tuple(footnotes.texts)
    )


def _folded(view: View, found: Sequence[Regression], label: str) -> Items:
    """Regressions behind their number; of very many the most important ones."""
    items = []
    for one in found[:MOST_FOLDED]:
        accepted = one.standing is Standing.ACKNOWLEDGED
        other = trendtext.against(one, beside=True)
        reason = trends.reason(view.notebook, one.by, one.metric.name) if accepted else ""
        facts = known(
            (
                ("Reason", reason),
                ("In the record of" if accepted else "Won back by", one.by),
                ("Why", one.why),
            )
        )
        items.append(
            Item(
                f"{one.metric.label} {delta_text(one.delta)}",
                mark=ACCEPTED if accepted else verdict_mark(one.delta.verdict),
                href=view.to.href(links.TRENDS, links.run_page(one.candidate), "figures"),
                place=f"{one.candidate} against {one.baseline}, {other}",
                facts=facts,
            )
        )
    if len(found) > MOST_FOLDED:
        items.append(Item(place=f"{len(found) - MOST_FOLDED} more: see data/trends.json"))
    return Items(tuple(items), label, folds=True)


# --- over the runs --------------------------------------------------------------------------------


def _scenarios(view: View, every: Sequence[Trend]) -> Iterator[Part]:
    """Scenarios of the newest runs with charts, of two runs or more; the others in a line."""
    drawn = [trend for trend in every if len(trend.scenario.firsts) > 1][:MOST_SCENARIOS]
    shown = {trend.scenario.name for trend in drawn}
    for number, trend in enumerate(drawn):
        about = Item(trend.scenario.name, facts=(("", _about(view, trend)),))
        front, *folded = _drawn(view, trend)
        slug, title = ("", "") if number else ("over-the-runs", "Over the runs")
        yield Part(slug, title, [Items((about,)), *front[1]])
        for label, pictures in folded:
            yield Part("", "", pictures, folded=label)
    rest = [_one_line(trend) for trend in every if trend.scenario.name not in shown]
    if rest:
        label = "Scenarios of older runs, or of one run" if drawn else "A trend takes two runs"
        items = Items(tuple(rest[:MOST_FOLDED]), label, headed=True, folds=len(rest) > 5)
        yield Part("others", "Other scenarios", [items])


def _drawn(view: View, trend: Trend) -> Iterator[tuple[str, list[Block]]]:
    """The headline metrics of a scenario, then the others with the words they are behind."""
    changed = {one.metric.name for one in trend.change_points}
    changed |= {one.metric.name for one in trend.drifts}
    directed = [name for name in trend.series if METRICS[name].better]
    front = [name for name in HEADLINE if name in directed] or directed[:6]
    others = [name for name in directed if name not in front]
    others.sort(key=lambda name: name not in changed)
    rest = [name for name in trend.series if name not in directed]
    for label, names in (
        ("", front),
        (f"{counted(len(others), 'more metric')} with a direction", others),
        (f"{counted(len(rest), 'metric')} of which neither more nor less is better", rest),
    ):
        chart = CHARTS["trend"].draw(trend, names)
        pictures: list[Block] = []
        if chart:
            title = f"{chart.title} of {trend.scenario.name}"
            pictures = [Picture(title, chart, _data(view))]
        yield label, pictures


def _data(view: View) -> tuple[tuple[str, str], ...]:
    return (("runs.csv", view.to.href(links.TRENDS, "data/runs.csv")),)


def _about(view: View, trend: Trend) -> str:
    """How many runs there are, how many of them are like for like, and why the others are not."""
    stretches = trend.scenario.stretches
    number = len(trend.scenario.firsts)
    text = f"{counted(number, 'run')} (repeats together), "
    if len(stretches) == 1:
        return f"{text}all like for like."
    text += f"{len(stretches)} loads or environments; lines join only what is like for like"
    if trend.longest > 1:
        return f"{text}, {trend.longest} runs at most."
    last = [stretch.groups[0][0] for stretch in stretches[-2:]]
    why = likeness.between(view.notebook, *last).why
    return f"{text}. No two runs are: of the last two, {why}."


def _one_line(trend: Trend) -> Item:
    number = counted(len(trend.scenario.firsts), "run")
    return Item(trend.scenario.name, place=f"{number}: {trendtext.tested(trend)}")


# --- method ---------------------------------------------------------------------------------------

METHOD = f"""
**Worse** is what the comparison with the baseline calls regressed. The newest run of each load is
also held against the best earlier like-for-like run, so that slow drift is seen; the best of many
runs is luck in part, so a difference counts only beyond what the best of so many lies off by chance
(Student's t with the noise from run to run, Bonferroni, {bestruns.CHANCE:.0%}). A regression is
**won back** by a later run that is no worse than the baseline beyond the tolerance.

**Steps** are found by E-divisive means (Matteson & James 2014; Daly et al. 2020; Fleming et al.
2023), candidates from seeded intervals (Kovács et al. 2023), each tested with
{steps.PERMUTATIONS} seeded permutations at {steps.LEVEL:.0%}. A series takes {steps.FEWEST}
like-for-like runs, a level {steps.SHORTEST} of them; the place is right to within one run for steps
of four standard deviations. Steps no larger than the metric's tolerance are left out. Where a line
tells the figures better than levels do (BIC), it is a **drift**. Runs that repeat one another count
once, with their median.
""".strip()


def _how_to() -> Items:
    example = (
        "acknowledged_steps:\n  - {metric: latency_p95, reason: TLS was switched on at the edge.}"
    )
    return Items(
        (
            Item(
                "A step that is known and stays is acknowledged in the record of its run",
                "It stays visible with the reason; later runs are held against this one.",
                code=(Code("yaml", example),),
            ),
        )
    )
