"""The sections of a run's page that say what it was about: result, changes, findings, what next.

Each is a function from what is known of the run to blocks; without data it yields none.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import display, likeness, tables, units
from generator.blocks import (
    LEVELS,
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
from generator.narrative import Cost, Expectation
from generator.view import RunView, action_items, headline, known, problem_item, sentences, verdicts


def result(view: RunView) -> Iterator[Block]:
    """The run in two sentences and a few large figures."""
    if view.run.summary:
        yield Prose(view.run.summary)
    yield from headline(view.measurements, [view.comparison] if view.comparison else [])
    if view.comparison:
        yield from verdicts(view.comparison)
        for warning in view.comparison.warnings:
            yield Note(warning, "doubt")


def conclusions(view: RunView) -> Iterator[Block]:
    """What was learned."""
    yield from sentences(view.run.conclusions)


def doubts(view: RunView) -> Iterator[Block]:
    """What the checks found in the record."""
    if view.problems:
        yield Items(tuple(problem_item(problem) for problem in view.problems), "Problems")


def question(view: RunView) -> Iterator[Block]:
    """Why it was run, what was expected, and with what load."""
    if view.run.context:
        yield Prose(view.run.context, "Context")
    if view.run.hypothesis:
        yield Prose(view.run.hypothesis, "Hypothesis")
    rows: list[tuple[Cell, ...]] = []
    groups: dict[int, str] = {}
    for name, part in (("Load", view.run.load), ("Deployment", view.run.deployment)):
        if part is None:
            continue
        groups[len(rows)] = name
        found = likeness.settings(part, remarks=True)
        rows += [(Cell(setting), Cell(text)) for setting, (_, text) in found]
    if rows:
        yield Table(
            "setup",
            "Load and deployment as recorded",
            ("Setting", "Value"),
            tuple(rows),
            groups=groups,
        )


def differences(view: RunView) -> Iterator[Block]:
    """What differs from the baseline in load and deployment."""
    if not view.comparison:
        return
    found = view.comparison.likeness
    if found.load:
        yield tables.difference_table(found.load, "load-differences", "Load")
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
            Cell(_cost(option.cost)),
        )
        for option in view.run.options
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
