"""The checklist: everything that the hand-written report showed is on the site.

`reference.yaml` maps each table, box, list and code block of that report to a section of a page and
to the words and figures that a reader must find there.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest

from generator import yamltree
from generator.site import Site

CHECKLIST = Path(__file__).parent / "reference.yaml"


def items() -> list[dict[str, Any]]:
    document = yamltree.read(CHECKLIST.name, CHECKLIST.read_bytes())
    assert document.problems == []
    found: list[dict[str, Any]] = document.value
    return found


def sections(site: Site, path: str) -> dict[str, str]:
    """The text that a reader sees of each section of a page; '' is what stands above the first."""
    page = next(page for page in site.pages if page.path == path)
    parts = re.split(r"^##+ .* \{#([\w-]+)[^}]*\}$", page.whole, flags=re.MULTILINE)
    texts = {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}
    return {slug: text_of(content) for slug, content in texts.items()}


def text_of(markup: str) -> str:
    """Visible text: tags, titles of drawings and repeated white space removed."""
    markup = re.sub(r"<(title|desc)\b.*?</\1>", " ", markup, flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", " ", markup))
    return re.sub(r"\s+", " ", text)


def page_of(item: dict[str, Any]) -> str:
    if "run" in item:
        return f"{item['run']}.md"
    if "campaign" in item:
        return f"{item['campaign']}/index.md"
    return f"{item['page']}.md"


@pytest.mark.parametrize("item", items(), ids=lambda item: f"{item['part']}: {item['item']}")
def test_the_report_is_on_the_site(item: dict[str, Any], site: Site) -> None:
    """Each thing that the report shows stands in the section that the checklist names."""
    found = sections(site, page_of(item))
    slug = item["section"]
    if slug == item.get("page"):
        found[slug] = " ".join(found.values())
    assert slug in found, f"no section {slug} on {page_of(item)}: {sorted(found)}"
    text = found[slug] + (found[""] if slug in ("summary", "question") else "")
    missing = [words for words in item["must_show"] if normal(words) not in text]
    assert not missing, f"{page_of(item)}#{slug} does not show {missing}"


def normal(words: object) -> str:
    return re.sub(r"\s+", " ", str(words))


def test_the_checklist_covers_the_report() -> None:
    """The checklist names each of the report's four parts, and no item is empty."""
    parts = {item["part"] for item in items()}
    assert {"Part 1", "Part 2", "Part 3", "Part 4"} <= parts
    assert all(item["must_show"] for item in items())
