"""The page Methods: no formula, no source of a docstring and no link is missing."""

from __future__ import annotations

import ast
import html
import importlib
import re
from pathlib import Path

import pytest

from generator.methods import methods
from generator.metrics import METRICS
from generator.site import Site

PACKAGE = Path(__file__).parent.parent / "generator"

SOURCE = re.compile(r"\((?:1[89]|20)\d\d\)|, (?:1[89]|20)\d\d[,)]|\bch(?:apter|\.) \d")
"""How a docstring names a source: with its year or chapter."""


def sourced() -> set[str]:
    """Functions and classes whose own docstring names a source, as `module.Class.method`."""
    found = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        if "_templates" in path.parts:
            continue
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        found |= _sourced(ast.parse(path.read_text("utf-8")), module)
    return found


def _sourced(tree: ast.AST, name: str) -> set[str]:
    found = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            own = f"{name}.{node.name}"
            if SOURCE.search(ast.get_docstring(node) or ""):
                found.add(own)
            found |= _sourced(node, own)
    return found


def test_every_formula_of_a_metric_is_explained() -> None:
    """Each metric that is computed stands in exactly one method."""
    listed = [name for method in methods().values() for name in method.metrics]
    assert sorted(listed) == sorted(name for name, one in METRICS.items() if one.formula)


def test_every_source_in_the_code_is_on_the_page() -> None:
    """A function that says where its formula is from is listed, and that method names a source."""
    by_function = {
        name: method for method in methods().values() for name in method.functions if method.source
    }
    found = sourced()
    assert "noise.rank_test" in found
    missing = {
        name
        for name in found
        if not any(name == f or name.startswith(f"{f}.") for f in by_function)
    }
    assert missing == set()


@pytest.mark.parametrize("key", list(methods()))
def test_what_a_method_names_exists(key: str, site: Site) -> None:
    """Its functions are in the package, its pages in the site, its words are all there."""
    method = methods()[key]
    for name in method.functions:
        at = [part[:1].isupper() for part in name.split(".")]
        first = at.index(True) if True in at else len(at) - 1
        parts = name.split(".")
        part: object = importlib.import_module(".".join(["generator", *parts[:first]]))
        for one in parts[first:]:
            part = getattr(part, one)
        assert part.__doc__, name
    assert {page for page, _ in method.used} <= {page.path for page in site.pages}
    assert method.name
    assert method.formula.strip()
    assert method.meaning.strip()


def test_every_method_has_its_anchor_and_source_on_the_page(site: Site) -> None:
    """Other pages link to a method by its key; its source and formula can be read there."""
    (page,) = [page for page in site.pages if page.path == "methods.md"]
    for key, method in methods().items():
        assert f'id="{key}"' in page.whole
        first = " ".join(method.formula.strip().splitlines()[0].split())
        assert f"<code>{html.escape(first, quote=False)}</code>" in page.whole
        assert not method.source or method.source.partition(":")[0] in page.whole


def test_the_page_of_capacity_links_to_methods_that_there_are(site: Site) -> None:
    """Each link of Capacity to Methods leads to an anchor there."""
    (page,) = [page for page in site.pages if page.path == "capacity.md"]
    linked = set(re.findall(r'href="methods\.html#([\w-]+)"', page.whole))
    assert len(linked) >= 6
    assert linked <= set(methods())
