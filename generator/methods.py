"""Every formula that the site uses: read from `templates/methods.yaml`, for people.

To add one, add an entry there. `metrics` are those that it defines, `functions` the ones that
compute by it (`module.function` or `module.Class.method`), `used` where its results stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from generator import yamltree
from generator.resources import TEMPLATES


@dataclass(frozen=True)
class Method:
    """A formula: what it is called, how it reads, what it means, who wrote it down.

    `used` has pages of the site with what of it stands there; `source` is empty for plain
    arithmetic.
    """

    name: str
    group: str
    formula: str
    meaning: str
    source: str = ""
    used: tuple[tuple[str, str], ...] = ()
    metrics: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()


@cache
def methods() -> Mapping[str, Method]:
    """Every method by its key, which is its anchor on the page, in the order of the file."""
    path = TEMPLATES / "methods.yaml"
    document = yamltree.read(path.name, path.read_bytes())
    found = {}
    for key, parts in document.value.items():
        used = tuple((page, words) for page, words in parts.get("used", {}).items())
        metrics, functions = (tuple(parts.get(name, ())) for name in ("metrics", "functions"))
        texts = {name: text for name, text in parts.items() if isinstance(text, str)}
        found[key] = Method(**texts, used=used, metrics=metrics, functions=functions)
    return found
