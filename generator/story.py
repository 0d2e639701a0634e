"""The sections of a run's page that say what it was about: result, changes, findings, what next.

Each is a function from what is known of the run to blocks; without data it yields none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from generator import audit, caveats, display, likeness, links, tables, units
from generator.blocks import (
    LEVELS,
    PREDICTED,
    Block,
    Cell,
    Code,
    Item,
    Items,
    Mark,
    Note,
    Prose,
    Table,
)
from generator.doubts import Kind
from generator.errors import Level
from generator.metrics import METRICS
from generator.narrative import Cost, Expectation
from generator.predictions import expected
from generator.view import (
    RunView,
    action_items,
    claims_table,
    headline,
    known,
    ordered,
    problem_item,
    sentences,
    verdicts,
)


def question(view: RunView) -> Iterator[Block]:
    """Why it was run, what was expected, and what was asked of the system."""
    if view.run.context:
        yield Prose(view.run.context)
    if view.run.hypothesis:
        yield Prose(view.run.hypothesis, "Expected")
    asked = caveats.asked(view.run, view.measurements)
    if asked:
        yield Note(f"Asked of the system: {asked}.")


def result(view: RunView) -> Iterator[Block]:
    """The run in two sentences and a few large figures, and what to keep in mind with them."""
    if view.run.summary:
        yield Prose(view.run.summary, style="lede")
    against = [view.comparison] if view.comparison else []
    yield from headline(view.measurements, against, view.doubted_metrics)
    if view.comparison:
        yield from verdicts(view.comparison)
    found = list(caveats.of(view.notebook, view.comparison, view.problems))
    if found:
        yield Note(f"Read with care: {'; '.join(found)}.", "doubt", "#trust", "Can it be trusted?")


def trust(view: RunView) -> Iterator[Block]:
    """Whether the comparison is sound, and how much of the record is doubted."""
    if view.comparison:
        doubt = Mark("doubt", "!", "doubt")
        found = tuple(Item(prose=text, mark=doubt) for text in view.comparison.warnings)
        if found:
            yield Items(found, f"The comparison with {view.comparison.baseline}")
        else:
            yield Note(f"Like for like with {view.comparison.baseline}, and judged by a test.")
    else:
        yield Note("There is no earlier run of its scenario to compare with: nothing is judged.")
    kinds = caveats.by_kind(caveats.open_doubts(view.problems))
    if kinds:
        listed = ", ".join(f"{name[0].lower()}{name[1:]}: {number}" for name, number in kinds)
        yield Note(f"Doubts about the record: {listed}.", "doubt")
    else:
        yield Note("The checks found nothing to doubt in the record.")


def conclusions(view: RunView) -> Iterator[Block]:
    """What was learned."""
    yield from sentences(view.run.conclusions)


def doubts(view: RunView) -> Iterator[Block]:
    """What the checks found in the record, by kind; what is acknowledged comes last."""
    problems = ordered(view.problems)
    often = Counter(problem.code for problem in problems)
    groups: dict[tuple[str, str], list[Item]] = {}
    for number, problem in enumerate(problems, 1):
        kind, title = audit.RULES.get(problem.code, (Kind.FILE, ""))
        href = view.to.href(view.page, links.CHECKS, problem.code)
        item = problem_item(problem, f"{problem.code}, line {problem.place.line}", href, number)
        if problem.level is Level.ACKNOWLEDGED:
            group = ("Acknowledged", "")
        else:
            group = (str(kind), title if often[problem.code] > MOST_OPEN else "")
        groups.setdefault(group, []).append(item)
    for (title, rule), items in groups.items():
        yield Items(tuple(items), rule or title, headed=True, folds=bool(rule))


MOST_OPEN = 3
"""How many doubts of one rule stand open; more are folded behind their number."""


def claims(view: RunView) -> Iterator[Block]:
    """Figures that somebody typed, each with how it stands against the data."""
    yield from claims_table(view.notebook, view.identity)


def predictions(view: RunView) -> Iterator[Block]:
    """What was expected of the changes, and what this or a later run showed."""
    rows = tuple(
        (
            Cell(score.subject, sub=f"stated in {score.stated_in}"),
            Cell(f"{_metric_label(score.expects.of)} {expected(score.expects)}"),
            Cell(score.measured or "n/a", sub=score.caveat),
            Cell(f"{score.run} against {score.versus}" if score.versus else score.run),
            Cell("", mark=PREDICTED[score.standing]),
        )
        for score in view.scores
    )
    if rows:
        columns = ("Prediction", "Expected", "Measured", "Scored by", "Outcome")
        yield Table("predictions-table", "Predictions", columns, rows)


def _metric_label(name: str) -> str:
    return METRICS[name].label if name in METRICS else name


def setup(view: RunView) -> Iterator[Block]:
    """Every setting of load and deployment, as recorded."""
    rows: list[tuple[Cell, ...]] = []
    groups: dict[int, str] = {}
    for name, part in (("Load", view.run.load), ("Deployment", view.run.deployment)):
        if part is None:
            continue
        groups[len(rows)] = name
        found = likeness.settings(part, remarks=True)
        rows += [
            (Cell(setting), Cell(text, doubts=view.doubts_of(name.lower(), *setting.split("."))))
            for setting, (_, text) in found
        ]
    if rows:
        yield Table(
            "setup",
            "Load and deployment as recorded",
            ("Setting", "Value"),
            tuple(rows),
            groups=groups,
            searched=True,
        )


def differences(view: RunView) -> Iterator[Block]:
    """What differs from the baseline in load and deployment."""
    if not view.comparison:
        return
    found = view.comparison.likeness
    yield Note(found.attribution, "doubt" if found.confounded else "neutral")
    if found.load:
        yield tables.difference_table(found.load, "load-differences", "Load")
    if found.environment:
        yield tables.difference_table(found.environment, "environment-differences", "Environment")
    if found.deployment:
        yield tables.difference_table(found.deployment, "deployment-differences", "Deployment")
    if not found.load and not found.deployment:
        yield Note("No recorded setting differs from the baseline.")


def changes(view: RunView) -> Iterator[Block]:
    """What was altered, one entry a change, with its snippet."""
    items = []
    for change in view.run.changes:
        facts = [
            ("File", change.file),
            ("Setting", change.setting),
            ("Expected", change.impact),
            ("Expected figure", _expected(change.expects)),
            ("Measured by", change.measurable_by),
        ]
        snippet = change.snippet
        items.append(
            Item(
                change.area,
                prose=change.modification + (f"\n\n{change.rationale}" if change.rationale else ""),
                facts=known(facts),
                code=(Code(snippet.language, snippet.code),) if snippet else (),
            )
        )
    if items:
        yield Items(tuple(items), "Changes")


def bottlenecks(view: RunView) -> Iterator[Block]:
    """What limited the run."""
    if view.run.bottlenecks:
        yield Items(
            tuple(
                Item(bottleneck.where, bottleneck.evidence) for bottleneck in view.run.bottlenecks
            )
        )


def findings(view: RunView) -> Iterator[Block]:
    """What was seen."""
    if view.run.findings:
        yield Items(
            tuple(
                Item(prose=finding.text, mark=LEVELS[finding.level])
                for finding in view.run.findings
            )
        )


def recommendations(view: RunView) -> Iterator[Block]:
    """What to alter."""
    items = [
        Item(
            prose=advice.text,
            facts=known([("Setting", advice.setting), ("Now", advice.now), ("Then", advice.then)]),
        )
        for advice in view.run.recommendations
    ]
    if items:
        yield Items(tuple(items))


def options(view: RunView) -> Iterator[Block]:
    """Alternatives to decide about."""
    if not view.run.options:
        return
    rows = tuple(
        (
            Cell(option.title, strong=True),
            Cell("; ".join(option.pros) or "none named"),
            Cell("; ".join(option.cons) or "none named"),
            Cell(
                option.impact or _expected(option.expects) or "not stated",
                sub=_expected(option.expects) if option.impact else "",
            ),
            Cell(_cost(option.cost), doubts=view.doubts_of("options", position, "cost")),
        )
        for position, option in enumerate(view.run.options)
    )
    yield Table("options-table", "Options", ("Option", "For", "Against", "Impact", "Cost"), rows)


def tradeoffs(view: RunView) -> Iterator[Block]:
    """What was won and what was paid."""
    found = view.run.tradeoffs
    if not found:
        return
    won, paid = Mark("won", "+", "improved"), Mark("paid", "−", "regressed")
    items = [Item(prose=text, mark=won) for text in found.advantages]
    items += [Item(prose=text, mark=paid) for text in found.disadvantages]
    if items:
        yield Items(tuple(items))
    if found.interpretation:
        yield Prose(found.interpretation, "How the team reads it")


def verification(view: RunView) -> Iterator[Block]:
    """Commands that show that the change is live."""
    items = [
        Item(
            proof.title,
            code=(Code("console", f"$ {proof.command}"), Code(proof.language, proof.output)),
        )
        for proof in view.run.verification
    ]
    if items:
        yield Items(tuple(items))


def actions(view: RunView) -> Iterator[Block]:
    """What to do next."""
    yield from action_items(view.run.actions)


def _expected(expects: Expectation | None) -> str:
    if expects is None or expects.change is None:
        return ""
    return f"{expects.of} {display.show(expects.change, units.CHANGE)}"


def _cost(cost: Cost | None) -> str:
    if cost is None or cost.amount is None:
        return "not stated"
    return f"+{display.show(cost.amount, units.MONEY, cost.currency)} per {cost.per}"
