"""Rendering of what strangers write: nothing in a record becomes active on a page."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from generator import render
from generator.blocks import App
from generator.render import Part, Renderer, code, prose
from tests.test_site import site_of

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "![track](https://example.org/pixel.png)",
    "<style>body{display:none}</style>",
    "<iframe src=https://example.org></iframe>",
    "{{ 7 * 7 }} {% include '/etc/passwd' %}",
    '"><svg onload=alert(1)>',
    "# A heading of a stranger",
)

FORBIDDEN = {"script", "img", "iframe", "style", "form", "object", "embed", "base", "meta", "link"}


class Active(HTMLParser):
    """Collects what could act: forbidden tags, event handlers, links to scripts or data."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in FORBIDDEN:
            self.found.append(tag)
        for name, value in attrs:
            link = (value or "").strip().lower()
            if name.startswith("on") or link.startswith(("javascript:", "data:", "vbscript:")):
                self.found.append(f"{tag} {name}={value}")


def active(markup: str) -> list[str]:
    """What could act in a piece of HTML."""
    parser = Active()
    parser.feed(markup)
    parser.close()
    return parser.found


@pytest.mark.parametrize("attack", ATTACKS)
def test_prose_is_never_active(attack: str) -> None:
    """Raw HTML is shown as text, links to scripts and images are not made, headings stay text."""
    html = str(prose(attack))
    assert active(html) == []
    assert "<h1" not in html


@pytest.mark.parametrize(
    "attack",
    [
        *ATTACKS,
        "<b onclick=alert(1)>a</b> <p style='position:fixed' class=md-dialog id=x>b</p>",
        "<a href='data:text/html,x' target=_top>a</a> <a href=vbscript:x>b</a>",
        "<form action=//example.org><input name=a></form> <base href=//example.org>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></mtext>",
        "<td style='background:url(//example.org)'>a</td> <!-- a --><!--> <img src=x>",
    ],
)
def test_the_second_wall_holds_alone(attack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should Markdown ever make HTML of a record's text, nothing but listed HTML gets through."""
    loose = MarkdownIt("commonmark", {"html": True})
    loose.validateLink = lambda _: True  # type: ignore[assignment, method-assign]
    monkeypatch.setattr(render, "_markdown", lambda: loose)
    html = str(prose(f"{attack}\n\n**kept**"))
    assert active(html) == []
    assert not re.search(r" (style|class|id|target|on\w+)=|<!--|<(math|input)", html)
    assert "kept" in html


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("https://example.org/a?b#c", True),
        ("HTTP://example.org", True),
        ("mailto:a@example.org", True),
        ("../other/run.html#result", True),
        ("#a:b", True),
        ("javascript:alert(1)", False),
        ("&#106;avascript&colon;alert(1)", False),
        ("java&#9;script:alert(1)", False),
        ("\\x6aavascript:alert(1)", False),
        ("vbscript:x", False),
        ("data:image/png;base64,AA==", False),
        ("blob:https://example.org/x", False),
        ("file:///etc/passwd", False),
        ("tel:1", False),
    ],
)
def test_a_link_leads_to_the_web_or_within_the_site(address: str, leads: bool) -> None:
    """Every other scheme, however it is spelled, stays text."""
    for written in (f"[a](<{address}>)", f"[a][1]\n\n[1]: <{address}>"):
        assert ("<a " in str(prose(written))) is leads


def test_prose_is_markdown() -> None:
    """Emphasis, code, lists and links to the web are rendered."""
    html = str(prose("**bold** `code`\n\n- item\n\n[link](https://example.org)"))
    assert "<strong>bold</strong>" in html
    assert "<code>code</code>" in html
    assert "<li>item</li>" in html
    assert '<a href="https://example.org" rel="nofollow noopener">' in html
    table = str(prose("a | b\n--|--:\n1 | 2"))
    assert '<td style="text-align:right">2</td>' in table
    assert '<ol start="3">' in str(prose("3. third"))


def test_code_is_highlighted_and_escaped() -> None:
    """A snippet is coloured by its language; an unknown language is plain text; HTML is escaped."""
    assert '<span class="k' in str(code("const a = 1;", "typescript"))
    plain = str(code("<b>a</b>", "no such language"))
    assert "&lt;b&gt;" in plain


def hostile_record(attack: str) -> str:
    """A record that holds the attack wherever it may hold text."""
    quoted = "'" + attack.replace("'", "''") + "'"
    return f"""
title: {quoted}
status: completed
tags: [{quoted}]
summary: {quoted}
context: {quoted}
hypothesis: {quoted}
load: {{scenario: {quoted}, vus: 5, duration: 10s}}
deployment: {{service: {quoted}, settings: {{{quoted}: {quoted}}}}}
changes:
  - area: {quoted}
    file: {quoted}
    modification: {quoted}
    rationale: {quoted}
    impact: {quoted}
    expects: {{of: {quoted}, change: 2x}}
    snippet: {{language: {quoted}, code: {quoted}}}
k6:
  http_reqs: {{count: 100}}
  rates: {{{quoted}: 50%}}
  thresholds: [{{metric: {quoted}, expression: {quoted}, outcome: passed}}]
snapshots:
  - moment: peak
    note: {quoted}
    pods:
      list:
        - {{name: {quoted}, node: {quoted}, cpu: 5m}}
        - {{name: {quoted}, phase: Pending, reason: {quoted}}}
    nodes: {{active: 1, list: [{{name: {quoted}, type: {quoted}, holds: {quoted}}}]}}
cache: {{timeline: [{{time: 0s, hits: 1, misses: 1, note: {quoted}}}]}}
endpoints: {{source: {quoted}, list: [{{method: GET, path: {quoted}, avg: 5ms, p95: 6ms}}]}}
findings: [{{level: info, text: {quoted}}}]
bottlenecks: [{{where: {quoted}, evidence: {quoted}}}]
recommendations: [{{text: {quoted}, setting: {quoted}, now: {quoted}, then: {quoted}}}]
options: [{{title: {quoted}, pros: [{quoted}], cons: [{quoted}], impact: {quoted}}}]
tradeoffs: {{advantages: [{quoted}], disadvantages: [{quoted}], interpretation: {quoted}}}
verification: [{{title: {quoted}, command: {quoted}, output: {quoted}, language: {quoted}}}]
conclusions: [{quoted}]
actions: [{{title: {quoted}, state: open, detail: {quoted}, when: {quoted}}}]
"""


def test_code_in_prose_is_in_colour_and_a_prompt_is_told_apart() -> None:
    """A fenced block is highlighted; its language and content stay text, whatever they are."""
    html = str(prose("```console\n$ loadbook check\n```"))
    assert '<span class="gp">$ </span>' in html
    hostile = str(prose('```"><script>\n</code><script>alert(1)</script>\n```'))
    assert "<script" not in hostile
    assert "&lt;script&gt;alert(1)" in hostile


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_field_of_a_record_is_active_on_any_page(attack: str, tmp_path: Path) -> None:
    """An attack in every text field of a record reaches no page as markup, not even the title."""
    site = site_of(tmp_path, {"a/hostile": hostile_record(attack)})
    assert "a/hostile.md" in {page.path for page in site.pages}
    for page in site.pages:
        content = replace(page, scripts=()).put_in(page.markdown)
        assert active(content) == [], page.path
        assert content.count("<h1") == 1


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_record_is_active_in_a_drawing(attack: str, tmp_path: Path) -> None:
    """Names of pods, nodes and endpoints are text in the charts, whatever they are."""

    site = site_of(tmp_path, {"a/hostile": hostile_record(attack)})
    drawings = [piece for page in site.pages for piece in page.late if "<svg" in piece]
    assert drawings
    for piece in drawings:
        for svg in re.findall(r"<svg .*?</svg>", piece, flags=re.DOTALL):
            root = ElementTree.fromstring(svg)
            for element in root.iter():
                tag = element.tag.rpartition("}")[2]
                assert tag not in ("script", "foreignObject", "image", "a", "iframe")
                assert not [name for name in element.attrib if name.lower().startswith("on")]


def test_a_record_cannot_reach_into_the_page_through_a_marker(tmp_path: Path) -> None:
    """Text that looks like the marker of a table stays text."""
    marker = '<div class="lb-late" data-lb="0"></div>'
    record = f"title: T\nstatus: completed\nsummary: '{marker}'\nload: {{scenario: s, vus: 1}}\n"
    site = site_of(tmp_path, {"a/b": record})
    page = next(page for page in site.pages if page.path == "a/b.md")
    assert '&lt;div class="lb-late"' in page.put_in_words(page.markdown)


def test_no_page_holds_a_sign_that_nobody_sees(tmp_path: Path) -> None:
    """Control signs and marks that turn a line round are dropped, whatever field has them."""
    unseen = "a\\e]8;;x\\a\\x9b31m\\u202eb\\u2067\\0c\\uFFFF\\x02wzxhzdk:0\\x03"
    record = hostile_record("@").replace("'@'", f'"{unseen}"')
    site = site_of(tmp_path, {"a/hostile": record})
    assert any("a]8;;x31mbc" in page.title for page in site.pages)
    for page in site.pages:
        content = page.title + page.whole
        assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\uffff]", content)
        assert "\\u202e" not in content.partition("\n---\n")[0]


def test_a_page_loads_the_scripts_that_it_names_and_no_others() -> None:
    """A page's own scripts stand at the end of its body, by links that lead there from it."""
    renderer = Renderer()
    page = renderer.page("campaign/run.md", "A run", [], scripts=["assets/echarts.js"])
    other = renderer.page("campaign/other.md", "Another", [])
    html = "<body><p>Text</p></body></html>"
    script = '<script src="../assets/echarts.js"></script>'
    assert page.put_in(html) == f"<body><p>Text</p>{script}</body></html>"
    assert other.put_in(html) == html


def test_a_place_for_a_script_tells_what_to_do_without_it() -> None:
    """An app's element has its data files as attributes, and words for who has no scripts."""
    app = App("compare", {"runs": 'data/runs.json"><b>'}, "This page needs <scripts>.")
    page = Renderer().page("compare.md", "Compare", [Part("", "", [app])])
    assert 'id="compare" data-runs="data/runs.json&#34;&gt;&lt;b&gt;"' in page.whole
    assert "This page needs &lt;scripts&gt;." in page.whole
