"""A review as an outline for people: what they ask first stands open, the rest is folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from generator import audit, links, objectives
from generator.compare import Comparison, Delta
from generator.doubts import Kind
from generator.errors import Level, Place, Problem
from generator.links import Links
from generator.objectives import Outcome
from generator.outline import MAX_TEXT, Fold, Grid, Heading, Part, Points, Sentence, shortened
from generator.renames import How
from generator.review import Review, RunTouched, Touched, by_importance, is_important
from generator.revisions import Base
from generator.terminal import show_value, verdict_text

MARKER = "loadbook-review"
"""By which a comment is found again, to be replaced by a newer one."""

MOST_METRICS = 10
MOST_PROBLEMS = 9
MOST_OF_A_CODE = 2
MOST_ERRORS_OF_A_CODE = 10
MOST_LISTED = 40
"""How many metrics, problems, problems of one code, and names or errors stand open at most."""

MOST_TOLD = 400
"""Most characters of one problem."""


def outline(
    found: Review, base: Base, head: str, to: Links, site: str = ""
) -> list[tuple[Part, ...]]:
    """The review for people: what it comes to, then each record, then what else follows from it.

    `site` is the address that pages lie below; without one nothing can be linked to: a comment
    stands on another host.
    """
    sections = [tuple(_lead(found, base, head))]
    sections += [tuple(_run(one, to, site)) for one in found.runs]
    sections += [tuple(_campaign(one)) for one in found.campaigns]
    if found.shifted:
        sections.append(tuple(_shifted(found)))
    for title, problems in (
        ("New in records that were not touched", found.elsewhere),
        ("Errors that the base has too", found.old_errors),
    ):
        if problems:
            sections.append((Heading(2, title), *_problems(problems, placed=True)))
    return sections


def _lead(found: Review, base: Base, head: str) -> Iterator[Part]:
    counts = Counter((kind, one.how) for kind, listed in found.touched for one in listed)
    said = [f"{_number(count, kind)} {how}" for (kind, how), count in counts.items()]
    yield Heading(1, f"Loadbook: {', '.join(said) or 'no record differs'}")
    branched = ", where it branched off" if base.branched else ""
    text = f"{head} against {base.name}{branched}. "
    errors, warnings = (
        sum(problem.level is level for problem in found.new)
        for level in (Level.ERROR, Level.WARNING)
    )
    text += f"New problems: {_number(errors, 'error')}, {_number(warnings, 'warning')}. "
    text += f"As before: {_number(len(found.old_errors), 'error')}, "
    text += f"{_number(found.old_warnings, 'warning')}. Gone: {found.mended}. Base:"
    yield Sentence(text, code=base.commit[:12])
    if found.settings:
        yield Sentence(f"The notebook's settings differ too: {', '.join(found.settings)}.")
    if len(found.runs) > MOST_OPEN:
        listed = found.runs[:MOST_LISTED]
        rows = tuple((one.identity, one.how, *_in_short(one.comparison)) for one in listed)
        yield Grid(("Run", "Record", *_SHORT.values(), "Verdicts"), rows, frozenset({2, 3, 4}))
        if len(found.runs) > len(listed):
            yield Sentence(f"And {len(found.runs) - len(listed)} runs more.")


MOST_OPEN = 3
"""From how many runs on they stand in a table first."""

_SHORT = {"request_rate": "RPS", "latency_p95": "p95", "rps_per_core": "RPS per core"}


def _in_short(comparison: Comparison | None) -> Iterator[str]:
    """The change of a few metrics, and how often each verdict was given."""
    if comparison is None:
        yield from (*["–"] * len(_SHORT), "not compared")
        return
    for name in _SHORT:
        delta = comparison.deltas.get(name)
        yield _change(delta) if delta and delta.delta is not None else "–"
    yield _verdicts(comparison)


def _verdicts(comparison: Comparison) -> str:
    counts = Counter(delta.verdict for delta in comparison.deltas.values())
    return ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


# --- a record -------------------------------------------------------------------------------------


def _title(one: Touched, noun: str = "") -> str:
    was = f", before: {one.was}" if one.how is How.RENAMED else ""
    title = f": {one.title}" if one.title else ""
    return f"{noun}{one.identity} ({one.how}{was}){title}"


def _run(one: RunTouched, to: Links, site: str) -> Iterator[Part]:
    yield Heading(2, _title(one))
    if one.how is How.REMOVED:
        yield Sentence(f"The record was removed; it was {one.status or 'broken'}.")
        return
    if one.broken:
        yield Sentence("The record is broken and can't be compared.")
        yield from _problems(one.problems, one.known)
        return
    comparison = one.comparison
    against = f"against {comparison.baseline}" if comparison else "without a baseline"
    said = f"{_STATUS.get(one.status, one.status)}, {one.date}, {against}."
    yield Sentence(said, _page(one.identity, to, site))
    yield from _objectives(one)
    if one.how is not How.ADDED:
        yield from _altered(one)
    if comparison:
        yield from _compared(comparison)
    yield from _problems(one.problems, one.known)


_STATUS = {"unknown": "status not recorded"}


def _page(identity: str, to: Links, site: str) -> tuple[str, str]:
    """The link to a run's page; none where nobody knows where the site is."""
    if not site:
        return "", ""
    address = to.address(links.run_page(identity))
    if to.directory_urls:
        address = address.removesuffix("index.html")
    return "Its page", f"{site.rstrip('/')}/{address}"


def _altered(one: RunTouched) -> Iterator[Part]:
    """What the change of the record did to its figures."""
    changed = ", ".join((*one.fields[:MOST_LISTED], *(f"file {name}" for name in one.files)))
    yield Points((("Fields that differ:", changed or "none, only how it is written"),))
    rows = tuple(
        (
            figure.metric.label,
            show_value(figure.before),
            show_value(figure.after),
            f"{figure.verdict_before or '–'} → {figure.verdict_after or '–'}"
            if figure.verdict_before is not figure.verdict_after
            else str(figure.verdict_after or "–"),
        )
        for figure in one.figures
    )
    if rows:
        yield Grid(("Figure", "Before", "Now", "Verdict"), rows, frozenset({1, 2}))
    else:
        yield Sentence("No figure of the run differs.")


def _compared(comparison: Comparison) -> Iterator[Part]:
    """What is doubtful of the comparison, its most important metrics, and the others folded."""
    points = [_point(warning) for warning in comparison.warnings]
    if not comparison.likeness.confounded:
        points.insert(0, _point(comparison.likeness.attribution))
    every = comparison.likeness
    # What one side alone has of load and environment is among the warnings by its name.
    differs = [d.as_text() for d in (*every.load, *every.environment) if not d.one_sided]
    differs += [d.as_text() for d in every.deployment]
    if differs:
        more = f"; {len(differs) - MOST_LISTED} more" if len(differs) > MOST_LISTED else ""
        points.append(("Settings that differ:", "; ".join(differs[:MOST_LISTED]) + more))
    yield Points(tuple(points))
    ranked = by_importance(comparison)
    notes: list[str] = []
    opened = [delta for delta in ranked[:MOST_METRICS] if is_important(delta)]
    rows = tuple(_row(delta, notes) for delta in opened)
    if rows:
        columns = ("Metric", "Baseline", "This run", "Change", "Verdict")
        yield Grid(columns, rows, frozenset({1, 2, 3}))
    if notes:
        yield Sentence(" ".join(f"[{at}] {note}" for at, note in enumerate(notes, 1)))
    rest = ranked[len(opened) :]
    if rest:
        yield Fold(f"{_number(len(rest), 'more metric')}", (Points(tuple(_grouped(rest))),))


def _point(warning: str) -> tuple[str, str]:
    """A sentence with what stands before its colon set off."""
    lead, colon, rest = warning.partition(": ")
    return (f"{lead}:", rest) if colon else ("", warning)


def _row(delta: Delta, notes: list[str]) -> tuple[str, ...]:
    numbers = []
    for warning in delta.warnings:
        if warning not in notes:
            notes.append(warning)
        numbers.append(notes.index(warning) + 1)
    marks = f" [{', '.join(map(str, numbers))}]" if numbers else ""
    return (
        delta.metric.label + marks,
        show_value(delta.baseline),
        show_value(delta.candidate),
        _both(delta),
        verdict_text(delta),
    )


def _change(delta: Delta) -> str:
    return delta.show_change() or delta.show_delta()


def _both(delta: Delta) -> str:
    """`+38.7 % (+73.4 ms)`; the difference alone of shares, and where there is none."""
    if delta.delta is None:
        return "–"
    change = delta.show_change()
    return f"{change} ({delta.show_delta()})" if change not in ("", "?") else delta.show_delta()


def _grouped(deltas: Sequence[Delta]) -> Iterator[tuple[str, str]]:
    """Metrics by their verdict and its basis."""
    groups: dict[str, list[str]] = {}
    for delta in deltas:
        sides = f"{show_value(delta.baseline)} → {show_value(delta.candidate)}"
        change = f" ({_change(delta)})" if delta.delta is not None else ""
        groups.setdefault(verdict_text(delta), []).append(f"{delta.metric.label} {sides}{change}")
    for verdict, listed in groups.items():
        yield f"{verdict}:", "; ".join(listed)


def _objectives(one: RunTouched) -> Iterator[Part]:
    """What became of the run's objectives, those met only counted."""
    if not one.objectives:
        return
    points = [("Objectives:", objectives.counted(one.objectives))]
    for outcome in (Outcome.MISSED, Outcome.NOT_JUDGEABLE):
        for judged in one.objectives:
            if judged.outcome is outcome:
                reason = f" ({judged.reason})" if judged.reason else ""
                sign = objectives.SIGNS[outcome]
                points.append((f"{sign} {outcome}:", f"{judged.title}: {judged.figure}{reason}"))
    yield Points(tuple(points))


def _campaign(one: Touched) -> Iterator[Part]:
    yield Heading(2, _title(one, "Campaign "))
    if one.how is How.REMOVED:
        yield Sentence("The record was removed.")
        return
    if one.fields:
        yield Points((("Fields that differ:", ", ".join(one.fields)),))
    yield from _problems(one.problems, one.known)


# --- what else follows ----------------------------------------------------------------------------


def _shifted(found: Review) -> Iterator[Part]:
    yield Heading(2, "Runs that come out otherwise, though their records are as they were")
    points = []
    for one in found.shifted[:MOST_LISTED]:
        baselines = f"against {one.after}"
        if one.before != one.after:
            baselines = f"against {one.after or 'nothing'}, before: {one.before or 'nothing'}"
        verdicts = "; ".join(f"{m.label} {left} → {right}" for m, left, right in one.verdicts)
        points.append((one.identity, f"{baselines}: {verdicts or 'the same verdicts'}"))
    if len(found.shifted) > MOST_LISTED:
        points.append(("", f"{len(found.shifted) - MOST_LISTED} more"))
    yield Points(tuple(points))


_KINDS = tuple(Kind)


def _weight(problem: Problem) -> tuple[bool, bool, int, str, Place, str]:
    kind, _ = audit.RULES.get(problem.code, (Kind.FILE, ""))
    accepted = problem.level is Level.ACKNOWLEDGED
    order = (problem.level is not Level.ERROR, accepted, _KINDS.index(kind))
    return (*order, problem.file, problem.place, problem.field)


def _problems(problems: Sequence[Problem], known: int = 0, placed: bool = False) -> Iterator[Part]:
    """New problems: errors first, what contradicts itself before what is missing."""

    ordered = sorted(problems, key=_weight)
    levels = Counter(problem.level for problem in ordered)
    said = ", ".join(_number(count, _NOUNS[level]) for level, count in levels.items())
    if known and not placed:
        said = f"{said or 'none'}; {_number(known, 'warning')} as before"
    if not said and not placed:
        yield Sentence("The checks find nothing new to doubt.")
        return
    often: Counter[str] = Counter()
    opened: list[Problem] = []
    folded: list[Problem] = []
    for problem in ordered:
        often[problem.code] += 1
        is_error = problem.level is Level.ERROR
        fits = len(opened) < (MOST_LISTED if is_error else MOST_PROBLEMS)
        few = often[problem.code] <= (MOST_ERRORS_OF_A_CODE if is_error else MOST_OF_A_CODE)
        (opened if fits and few else folded).append(problem)
    if not placed:
        yield Sentence(f"New problems of this record: {said}.")
    if opened:
        yield Points(tuple(_told(problem, placed) for problem in opened))
    if folded:
        groups: dict[str, list[str]] = {}
        for problem in folded:
            groups.setdefault(problem.code, []).append(_place(problem, placed))
        points = tuple((f"{code}:", _some(told)) for code, told in groups.items())
        yield Fold(_number(len(folded), "more problem"), (Points(points),))


def _some(told: Sequence[str]) -> str:
    """The first of them, as many as have room in one place, and how many more there are."""
    shown = list(told[: max(1, MAX_TEXT // MOST_TOLD)])
    more = f"; and {len(told) - len(shown)} more" if len(told) > len(shown) else ""
    return "; ".join(shown) + more


_NOUNS = {Level.ERROR: "error", Level.WARNING: "warning", Level.ACKNOWLEDGED: "acknowledged one"}


def _told(problem: Problem, placed: bool) -> tuple[str, str]:
    aside = f"acknowledged: {problem.reason}" if problem.reason else problem.hint
    return f"{problem.level} [{problem.code}]", _place(problem, placed) + (
        f" ({aside})" if aside else ""
    )


def _place(problem: Problem, placed: bool) -> str:
    """Where it is and what it is: `line 29, deployment.requests.cpu: a pod uses ...`."""
    where = f"{problem.file}:{problem.place.line}:{problem.place.column}"
    if not placed and problem.level is not Level.ERROR:
        where = f"line {problem.place.line}"
    field = f", {problem.field}" if problem.field else ""
    return shortened(f"{where}{field}: {problem.message}", MOST_TOLD)
