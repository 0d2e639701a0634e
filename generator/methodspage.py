"""The page Methods: every formula of the site, with its meaning, its use and its source."""

from __future__ import annotations

from collections.abc import Iterator

from generator import links
from generator.blocks import Item, Items, Note
from generator.methods import Method, methods
from generator.metrics import METRICS
from generator.render import Part
from generator.view import View, known

PAGE = links.METHODS

LEAD = (
    "Every number of this site was measured, or is computed by one of these formulas. The glossary "
    "says what each metric means; here is how it comes about, and who wrote the method down."
)


def listed(view: View) -> Iterator[Part]:
    """The methods by group, in the order of their file."""
    found = methods()
    yield Part("", "", [Note(LEAD)])
    for group in dict.fromkeys(method.group for method in found.values()):
        items = tuple(
            _item(view, key, method) for key, method in found.items() if method.group == group
        )
        yield Part(group.lower().replace(" ", "-"), group, [Items(items, group)])


def _item(view: View, key: str, method: Method) -> Item:
    metrics = ", ".join(METRICS[name].label for name in method.metrics)
    return Item(
        method.name,
        "\n\n".join(filter(None, (_formula(method), method.meaning, _used(view, method)))),
        facts=known((("Metrics", metrics), ("Source", method.source))),
        anchor=key,
    )


def _formula(method: Method) -> str:
    """Its lines as code that wraps on a phone; what is behind one on its line stays text."""
    lines = [" ".join(line.split()) for line in method.formula.strip().splitlines()]
    return "\\\n".join(f"`{line}`" for line in lines)


def _used(view: View, method: Method) -> str:
    """Links to where its results stand."""
    places = [f"[{words}]({view.to.href(PAGE, page)})" for page, words in method.used]
    return f"Used: {', '.join(places)}." if places else ""
