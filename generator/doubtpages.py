"""The pages about doubt: what the audit found over all runs, and what each of its codes means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from generator import audit, links, records, rules
from generator.blocks import Block, Cell, Code, Item, Items, Note, Prose, Table
from generator.doubts import Kind
from generator.errors import Level, Problem
from generator.render import Part
from generator.view import View, ordered, problem_item


def doubted(view: View) -> list[tuple[str, Problem]]:
    """Every doubt with the identity of its run or campaign, those of the newest run first."""
    by_file: dict[str, list[Problem]] = {}
    for problem in view.problems:
        if problem.level is not Level.ERROR:
            by_file.setdefault(problem.file, []).append(problem)
    files = [(name, records.file_of_run(name)) for name in reversed(list(view.notebook.runs))]
    files += [(name, records.file_of_campaign(name)) for name in view.notebook.campaigns]
    return [(name, problem) for name, file in files for problem in by_file.get(file, [])]


def problem_items(view: View, found: Sequence[tuple[str, Problem]], page: str) -> Items:
    """Doubts, each leading to the page of its run."""
    items = []
    for identity, problem in found:
        of_run = identity in view.notebook.gists
        there = links.run_page(identity) if of_run else links.campaign_page(identity)
        title = view.notebook.title_of(identity)
        items.append(problem_item(problem, title, view.to.href(page, there, "doubts")))
    return Items(tuple(items), "Doubts")


def audited(view: View) -> Iterator[Part]:
    """Every doubt over all runs, by kind and by the rule that found it."""
    yield from broken(view)
    found = doubted(view)
    accepted = [item for item in found if item[1].level is Level.ACKNOWLEDGED]
    found = [item for item in found if item[1].level is not Level.ACKNOWLEDGED]
    if not found and not accepted:
        yield Part("", "", [Note("The checks found nothing to doubt.")])
        return
    records_doubted = len({identity for identity, _ in found})
    number = len(view.notebook.runs) + len(view.notebook.campaigns)
    lead = f"{len(found)} doubts in {records_doubted} of {number} records"
    lead += f", {len(accepted)} more acknowledged." if accepted else "."
    rows = [_count_row(kind, found) for kind in Kind]
    summary = Table(
        "audit-summary",
        "Doubts by kind",
        ("Kind", "Doubts", "Records"),
        tuple(row for row in rows if row),
        numeric=frozenset({1, 2}),
    )
    yield Part("", "", [Note(lead, "doubt"), summary])
    for kind in Kind:
        blocks: list[Block] = []
        for code, (of, title) in audit.RULES.items():
            own = [(identity, problem) for identity, problem in found if problem.code == code]
            if own and of is kind:
                href = view.to.href(links.AUDIT, links.CHECKS, code)
                blocks.append(Items((Item(title, href=href, place=code, anchor=code),)))
                blocks.append(problem_items(view, own[:MOST_OPEN], links.AUDIT))
                more = problem_items(view, own[MOST_OPEN:], links.AUDIT)
                if more.items:
                    blocks.append(replace(more, label=f"More of {code}", folds=True))
        yield Part(_slug(kind), str(kind), blocks)
    if accepted:
        yield Part("acknowledged", "Acknowledged", [problem_items(view, accepted, links.AUDIT)])


MOST_OPEN = 12
"""How many doubts of one rule stand open on the audit page; more are folded."""


def _count_row(kind: Kind, found: Sequence[tuple[str, Problem]]) -> tuple[Cell, ...] | None:
    own = [identity for identity, problem in found if audit.RULES[problem.code][0] is kind]
    if not own:
        return None
    href = f"#{_slug(kind)}"
    return (
        Cell(str(kind), href=href),
        Cell(str(len(own))),
        Cell(str(len(set(own)))),
    )


def _slug(kind: Kind) -> str:
    return kind.name.lower()


def checks(_: View) -> Iterator[Part]:
    """What each code means, an example, how to mend it, how to acknowledge it."""
    yield Part("", "", [Prose(HOW_TO_ACKNOWLEDGE)])
    explained = rules.explanations()
    # What can't be read tells by itself what is wrong: it comes last.
    for kind in sorted(Kind, key=lambda kind: kind is Kind.FILE):
        items = []
        for code, (of, title) in audit.RULES.items():
            if of is not kind or code not in explained:
                continue
            told = explained[code]
            items.append(
                Item(
                    title,
                    f"{told.meaning}\n\n**To mend it:** {told.mend}",
                    place=code,
                    anchor=code,
                    code=(Code("yaml", told.example),),
                )
            )
        yield Part(_slug(kind), str(kind), [Items(tuple(items), str(kind))] if items else [])


HOW_TO_ACKNOWLEDGE = """
`loadbook check` prints the code of each problem in brackets, and `loadbook check --explain CODE`
prints what stands here. A warning that is known and stays is acknowledged in its record, with the
reason. It stays visible with that reason, and no longer counts with `--strict`. Without `field` it
covers every problem of that code in the record. Errors can't be acknowledged.

```yaml
acknowledged:
  - code: think-time
    field: load.vus
    reason: The script of the first run was not kept, so nobody can tell.
```
"""


def broken(view: View) -> Iterator[Part]:
    """Records that could not be read: named wherever runs are listed."""
    errors = [problem for problem in view.problems if problem.level is Level.ERROR]
    if errors:
        items = tuple(problem_item(problem) for problem in errors)
        yield Part("broken", "Records that could not be read", [Items(items, "Errors")])


def of_record(view: View, campaign: str, page: str) -> Iterator[Block]:
    """What is doubtful of a campaign's own record."""
    found = [p for p in view.problems_of(campaign) if p.level is not Level.ERROR]
    items = []
    for number, problem in enumerate(ordered(found), 1):
        href = view.to.href(page, links.CHECKS, problem.code)
        place = f"{problem.code}, line {problem.place.line}"
        items.append(problem_item(problem, place, href, number))
    if items:
        yield Items(tuple(items), "Doubts")
