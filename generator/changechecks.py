"""Checks of what was altered against the settings on record: changes, recommendations, options.

What a change names must differ from the baseline, and what differs must be a change on record.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import display, figures, likeness, units
from generator.doubts import Doubt, known
from generator.model import Run
from generator.narrative import Cost
from generator.notebook import Notebook
from generator.units import CORES, COUNT, MEMORY, MONEY, Quantity, Unit, UnitError
from generator.yamltree import Path


def recommended_from(run: Run) -> Iterator[Doubt]:
    """The value that a recommendation starts from is the setting of this run."""
    found = _settings(run)
    for position, advice in enumerate(run.recommendations):
        if advice.setting is None:
            continue
        path: Path = ("recommendations", position)
        if advice.setting not in found:
            yield _unknown_setting((*path, "setting"), advice.setting, found)
        elif advice.now is not None and not _is_now(run, advice.setting, advice.now):
            message = (
                f"{advice.now} is not the {advice.setting} of this run, {found[advice.setting]}"
            )
            where = _place_of(run, advice.setting)
            yield Doubt((*path, "now"), message, "one of them is wrong", (where,))


def _is_now(run: Run, setting: str, now: str) -> bool:
    """Whether a text is the setting's value, as shown or as written: `256 MiB`, `256Mi`."""
    written = figures.recorded(run, f"deployment.{setting}")
    texts = [_settings(run)[setting], written.text if written else ""]
    if any(_same(now, text) for text in texts):
        return True
    return written is not None and any(_reads_as(now, written, unit) for unit in _UNITS_OF_SETTINGS)


_UNITS_OF_SETTINGS = (CORES, MEMORY, COUNT)


def _reads_as(text: str, figure: Quantity, unit: Unit) -> bool:
    """Whether a text is the figure when it is read in a unit: `0.25` and `250m`."""
    try:
        read = units.parse(text, unit)
    except UnitError:
        return False
    return read is not None and abs(read.start - figure.start) <= 1e-9 * abs(figure.start)


def _place_of(run: Run, setting: str) -> Path:
    """Where a setting stands in the record: a field of deployment, or in its free tree."""
    parts = tuple(setting.split("."))
    first = parts[0]
    own = run.deployment is not None and first in type(run.deployment).model_fields
    return ("deployment", *parts) if own else ("deployment", "settings", *parts)


def changed_settings(book: Notebook, identity: str) -> Iterator[Doubt]:
    """A change that names a setting shows in the settings; a setting that differs has a change."""
    run, baseline = book.runs[identity], book.baselines[identity]
    if baseline is None or run.deployment is None or not run.changes:
        return
    here, there = _settings(run), _settings(book.runs[baseline])
    named = {change.setting for change in run.changes if change.setting}
    for position, change in enumerate(run.changes):
        if change.setting is None:
            continue
        path: Path = ("changes", position, "setting")
        if change.setting not in here and change.setting in there:
            continue  # it was taken away
        if change.setting not in here:
            yield _unknown_setting(path, change.setting, here)
        elif _same(here[change.setting], there.get(change.setting, "")):
            message = f"{change.setting} is {here[change.setting]} here and in {baseline}"
            hint = "the change is not in the settings of one of the two"
            yield Doubt(path, message, hint, (_place_of(run, change.setting),))
    for name, text in here.items():
        if name in there and not _same(text, there[name]) and name not in named:
            message = f"{name} is {text}, {baseline} had {there[name]}: no change on record"
            hint = "add the change that altered it, or mend the setting"
            yield Doubt(_place_of(run, name), message, hint)


def option_costs(run: Run) -> Iterator[Doubt]:
    """Costs of options that are compared are for the same thing: per node and hour, or per hour."""
    costs = [(position, option.cost) for position, option in enumerate(run.options) if option.cost]
    per_node = [(position, cost) for position, cost in costs if "node" in cost.per.lower()]
    whole = [
        (position, cost)
        for position, cost in costs
        if "hour" in cost.per.lower() and "node" not in cost.per.lower()
    ]
    for position, cost in whole:
        for other, node_cost in per_node[:1]:
            yield _cost_doubt(run, position, cost, other, node_cost)
    yield from _price_of_a_node(run, per_node)


def _cost_doubt(run: Run, position: int, cost: Cost, other: int, node_cost: Cost) -> Doubt:
    nodes = known(figures.recorded(run, "snapshot.nodes.active"))
    shown = display.show(cost.amount, MONEY, cost.currency)
    shown_node = display.show(node_cost.amount, MONEY, node_cost.currency)
    message = (
        f"{shown} per {cost.per} ({run.options[position].title}) and {shown_node} per "
        f"{node_cost.per} ({run.options[other].title}) are not for the same thing"
    )
    if nodes is not None and node_cost.amount is not None and cost.amount is not None:
        whole = display.show(nodes * node_cost.amount, MONEY, node_cost.currency)
        message += f": {display.show(nodes, COUNT)} nodes more cost {whole} per hour"
        number = figures.divide(cost.amount, node_cost.amount)
        if number is not None:
            message += f", {shown} pays for {number.start:.1f}"
    hint = "state both costs for the same thing"
    return Doubt(("options", position, "cost"), message, hint, (("options", other, "cost"),))


def _price_of_a_node(run: Run, per_node: list[tuple[int, Cost]]) -> Iterator[Doubt]:
    price = known(figures.recorded(run, "deployment.node_group.price_per_hour"))
    for position, cost in per_node:
        amount = known(cost.amount)
        alike = run.options[position].cost and "hour" in cost.per.lower()
        if (
            price is None
            or amount is None
            or not alike
            or cost.currency != figures.currency_of(run)
        ):
            continue
        if abs(price.start - amount.start) > price.half + amount.half + MONEY_SLACK * price.start:
            message = (
                f"{display.show(amount, MONEY, cost.currency)} per {cost.per} is not the price of "
                f"a node, {display.show(price, MONEY, cost.currency)} per hour"
            )
            where: Path = ("deployment", "node_group", "price_per_hour")
            path: Path = ("options", position, "cost", "amount")
            yield Doubt(path, message, "one of them is wrong, or another type is meant", (where,))


MONEY_SLACK = 0.1
"""How far the cost of one more node may lie from the price on record: prices are rounded."""


def _settings(run: Run) -> dict[str, str]:
    """Every setting of the deployment by its dotted name, as text."""
    if run.deployment is None:
        return {}
    return {name: text for name, (_, text) in likeness.settings(run.deployment)}


def _same(one: str, other: str) -> bool:
    """Whether two texts mean one value: spaces and case aside, `250 m` is `250m`."""
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    return "".join(text.split()).lower()


def _unknown_setting(path: Path, name: str, there: dict[str, str]) -> Doubt:
    listed = ", ".join(list(there)[:8]) or "none"
    return Doubt(path, f"{name} is not recorded under deployment", f"there are: {listed}")
