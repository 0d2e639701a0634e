"""What the pages Record and Commands list below their texts: every field, every option."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator import commandlist, recordfields
from generator.blocks import Cell, Note, Prose, Table
from generator.commandlist import Command
from generator.recordfields import RecordField
from generator.render import Part
from generator.view import View

TITLES = {
    "run": ("A run", "experiments/<campaign>/<run>.yaml"),
    "campaign": ("A campaign", "experiments/<campaign>/campaign.yaml"),
    "objectives": ("Objectives", "objectives.yaml, beside mkdocs.yml"),
}
"""Heading of each kind of record, and the file that holds it."""

COLUMNS = ("Field", "Meaning", "Written as, unit", "Example")


def record(_: View) -> Iterator[Part]:
    """Every field of each kind of record: the record itself, then a part for each of its fields."""
    for kind, found in recordfields.listed().items():
        labels = {
            one.anchor: one.label for fields in recordfields.listed().values() for one in fields
        }
        title, file = TITLES[kind]
        own = [one for one in found if len(one.path) == 2]
        table = _fields(f"fields-{kind}", f"{title}: its fields", own, labels, "")
        yield Part(kind, title, [Note(file), table])
        for head in own:
            inside = [one for one in found if len(one.path) > 2 and one.path[1] == head.path[1]]
            if inside:
                table = _fields(
                    f"fields-{head.anchor}", f"Fields of {head.label}", inside, labels, head.label
                )
                yield Part(head.anchor, head.label, [Note(head.text), table], level=3)


def _fields(
    id_: str, caption: str, found: Sequence[RecordField], labels: dict[str, str], above: str
) -> Table:
    """A table of fields: those of the field `above` first, then each group below it."""
    holders = list(dict.fromkeys(one.path[:-1] for one in found))
    ordered = sorted(found, key=lambda one: holders.index(one.path[:-1]))
    groups: dict[int, str] = {}
    for number, one in enumerate(ordered):
        holder = one.path[:-1]
        if holder != holders[0] and holder != ordered[number - 1].path[:-1]:
            groups[number] = labels["-".join(holder)].removeprefix(f"{above}.")
    rows = tuple(_row(one, labels) for one in ordered)
    return Table(id_, caption, COLUMNS, rows, groups=groups, searched=True)


def _row(one: RecordField, labels: dict[str, str]) -> tuple[Cell, ...]:
    leads = one.holds and len(one.path) == 2  # to the part of its own, which has its anchor
    also = f" k6's own name {', '.join(one.also)} is read as well." if one.also else ""
    kind, href = one.written, ""
    if one.like:
        kind, href = f"{one.written}, as {labels[one.like]}", f"#{one.like}"
    return (
        Cell(
            one.label.rpartition(".")[2],
            sub="required" if one.required else "",
            href=f"#{one.anchor}" if leads else "",
            anchor="" if leads else one.anchor,
        ),
        Cell(one.text.replace("`", "") + also),
        Cell(kind, sub=one.unit, href=href),
        Cell(one.example, sub=f"if left out: {one.default}" if one.default else ""),
    )


def commands(_: View) -> Iterator[Part]:
    """All commands in one table, then each with an example and all that can be given to it."""
    found = commandlist.commands()
    rows = tuple(
        (Cell(f"loadbook {one.name}", href=f"#{one.name}"), Cell(one.help))
        for one in found.values()
    )
    yield Part(
        "all",
        "All commands",
        [Table("commands", "All commands", ("Command", "What it does"), rows)],
    )
    for one in found.values():
        yield Part(one.name, f"loadbook {one.name}", [_told(one), _parameters(one)])


def _told(one: Command) -> Prose:
    return Prose(f"{one.help}\n\n```console\n$ {one.example}\n```")


def _parameters(one: Command) -> Table:
    rows = tuple(
        (
            Cell(
                each.name,
                sub="required" if each.required else "",
                anchor=f"{one.name}-{each.name.partition(',')[0].strip('-').lower()}",
            ),
            Cell(each.help),
            Cell(each.value, sub=f"if left out: {each.default}" if each.default else ""),
        )
        for each in one.parameters
    )
    columns = ("Argument or option", "Meaning", "Value")
    return Table(
        f"options-{one.name}", f"{one.usage}: what can be given", columns, rows, searched=True
    )
