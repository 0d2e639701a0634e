"""Regressions and trends as lines for a terminal and as `data/trends.json`."""

from __future__ import annotations

from collections.abc import Iterator

from generator import datafiles, display, regressions, steps, telling, trends
from generator.notebook import Notebook
from generator.regressions import Found
from generator.settings import is_absolute
from generator.trends import ChangePoint, Drift, Trend
from generator.units import Quantity
from generator.verdicts import SIGNS
from generator.worsening import Regression, Standing

VERSION = 1
"""Version of the layout of `data/trends.json`."""

MOST_NAMED = 3


def as_json(notebook: Notebook) -> str:
    """Every regression with its standing, every change point and drift, what they rest on."""
    found, every = regressions.found(notebook), trends.found(notebook)
    content = {
        "version": VERSION,
        "comparisons": found.comparisons,
        "judged": found.judged,
        "too_few_repeats": found.too_few,
        "not_comparable": dict(found.reasons),
        "series_tested": sum(trend.tested for trend in every),
        "fewest_runs": steps.FEWEST,
        "level": steps.LEVEL,
        "regressions": [
            {**one.as_json(), "reason": _reason(notebook, one) or None} for one in found.regressions
        ],
        "change_points": [
            {**one.as_json(), "reason": _reason(notebook, one) or None}
            for trend in every
            for one in trend.change_points
        ],
        "drifts": [one.as_json() for trend in every for one in trend.drifts],
    }
    return datafiles.text_of(content)


def lines(notebook: Notebook) -> Iterator[str]:
    """What `loadbook trends` prints: what got worse, then steps and drifts, then what is known."""
    found = regressions.found(notebook)
    yield summary(found)
    for one in found.of(Standing.OPEN):
        yield _regression(one)
    yield ""
    for trend in trends.found(notebook):
        yield f"{trend.scenario.name}: {tested(trend)}"
        for change in trend.change_points:
            known = (
                f" (acknowledged in {change.by}: {_reason(notebook, change)})" if change.by else ""
            )
            yield f"  {SIGNS[change.verdict]} {step_text(change)} at {change.after.run}{known}"
        for drift in trend.drifts:
            yield f"  {SIGNS[drift.verdict]} {drift_text(drift)}"
    accepted = found.of(Standing.ACKNOWLEDGED)
    if accepted:
        yield ""
        yield "acknowledged:"
        for one in accepted:
            yield f"{_regression(one)} (in {one.by}: {_reason(notebook, one)})"


def summary(found: Found) -> str:
    """How much got worse, and on how many comparisons that rests."""
    number = len(found.of(Standing.OPEN))
    runs = len({one.candidate for one in found.of(Standing.OPEN)})
    if number:
        text = f"{counted(number, 'regression')} in {counted(runs, 'run')} not acknowledged."
    elif found.judged:
        text = "Nothing got worse that was not won back or acknowledged."
    else:
        text = "No metric could be judged, so nothing is known to have got worse."
    aside = [
        f"{len(found.of(standing))} {word}"
        for standing, word in (
            (Standing.ACKNOWLEDGED, "acknowledged"),
            (Standing.WON_BACK, "won back by a later run"),
            (Standing.NOISE, "within what runs vary by"),
        )
        if found.of(standing)
    ]
    return f"{text} Beside these: {', '.join(aside)}." if aside else text


def grounds(found: Found) -> str:
    """On how many comparisons the regressions rest, and why the others could not be judged."""
    if not found.comparisons:
        return "No completed run has a baseline to be held against."
    text = (
        f"{counted(found.comparisons, 'comparison')} of runs with their baselines: "
        f"{counted(found.judged, 'metric')} judged, {found.too_few} with too few repeats, "
        f"{found.not_comparable} not comparable"
    )
    named = [f"{reason} ({number})" for reason, number in found.reasons[:MOST_NAMED]]
    return f"{text}, most because {', '.join(named)}." if named else f"{text}."


def tested(trend: Trend) -> str:
    """Whether steps could be told from noise, else how many runs it takes."""
    if trend.tested:
        chance = trend.tested * steps.LEVEL
        level = f"{steps.LEVEL * 100:g}\N{NO-BREAK SPACE}%"
        return (
            f"{counted(trend.tested, 'series', 'series')} of at least {steps.FEWEST} like-for-like "
            f"runs looked at for steps, each at {level}: chance alone is expected "
            f"to show {chance:.2g}."
        )
    return (
        f"{counted(trend.longest, 'like-for-like run')} at most; at least {steps.FEWEST} are "
        "needed to tell a step from noise."
    )


def step_text(change: ChangePoint) -> str:
    """`Latency p95 +12 %: 210 ms → 235 ms, p = 0.002, 20 runs before and 15 after`."""
    before, after = change.runs
    return (
        f"{change.metric.label} {size_text(change)}: {_levels(change)}, p = {change.p:.2g}, "
        f"{counted(before, 'run')} before and {after} after"
    )


def drift_text(drift: Drift) -> str:
    """`Latency p95 drifts by +8.1 % over 40 runs: 210 ms → 227 ms`."""
    runs = counted(len(drift.series.points), "run")
    return f"{drift.metric.label} drifts by {size_text(drift)} over {runs}: {_levels(drift)}"


def size_text(change: ChangePoint | Drift) -> str:
    """`+12 %`, `−0.3 pp`; `from zero` where there is no level to hold it against."""
    if change.size is None:
        return "from zero"
    if is_absolute(change.metric):
        return display.show_signed(change.size, change.metric.unit)
    return display.show_change(change.size)


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 run`, `1,200 runs`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def against(one: Regression, *, beside: bool = False) -> str:
    """What the other run is: the baseline, or the best of so many; `beside`, what is that too."""
    if one.against == "baseline":
        if not (beside and one.best):
            return "its baseline"
        return f"its baseline; {change_text(one.best)} against {one.best.baseline}, the best run"
    earlier = "the only earlier like-for-like run"
    return earlier if one.among == 1 else f"the best of {one.among} earlier like-for-like runs"


def change_text(one: Regression) -> str:
    """`+12 %`, or the difference in points for shares."""
    return one.delta.show_change() or one.delta.show_delta()


def _regression(one: Regression) -> str:
    delta = one.delta
    sides = [side.show() for side in (delta.baseline, delta.candidate) if side]
    return (
        f"  {SIGNS[delta.verdict]} {one.candidate}: {one.metric.label} {change_text(one)}, "
        f"{' → '.join(sides)} against {one.baseline}, {against(one, beside=True)} ({delta.basis})"
    )


def _reason(notebook: Notebook, one: Regression | ChangePoint) -> str:
    """Why it is acknowledged, with the figures that the text asks for; empty where it is not."""
    if not one.by or (isinstance(one, Regression) and one.standing is not Standing.ACKNOWLEDGED):
        return ""
    text = trends.reason(notebook, one.by, one.metric.name)
    return telling.plain(telling.tell(notebook, one.by, text))


def _levels(change: ChangePoint | Drift) -> str:
    unit, currency = change.metric.unit, change.series.currency
    ends = [Quantity(level, level, computed=True) for level in change.levels]
    return " → ".join(display.show(end, unit, currency) for end in ends)
