"""A stranger's notebook in a real Chromium, under a strict policy: nothing in it does anything.

The policy is what a careful host would send: own scripts only, and of the theme's inline ones those
that a harmless notebook has, by their digests.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from generator import render
from tests import hostile
from tests.conftest import ROOT
from tests.serving import QuietHandler, built, served

HARMLESS = "earlier"
"""A campaign of real runs; its pages say which inline scripts the theme has."""

POLICY = (
    "default-src 'none'; script-src 'self' {}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-src 'none'; frame-ancestors 'none'"
)

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>(.*?)</script>", re.DOTALL
)

WATCH = """
window.found = [];
window.hit = (what) => window.found.push(`hit ${what}`);
document.addEventListener("securitypolicyviolation", (event) =>
  window.found.push(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""

LOOK = """(allowed) => {
  const said = (element) => element.outerHTML.slice(0, 160);
  const wrong = [...window.found];
  const article = document.querySelector("article");
  const banned = "script,iframe,frame,object,embed,form,base,meta,link,style,img,video,audio," +
    "math,foreignObject,animate,set,use:not([href^='#']),image,template,marquee,textarea,noscript";
  const own = ".lb-app form, form.lb-filters, form.lb-fields";
  const found = [...article.querySelectorAll(banned)].filter((element) => !element.matches(own));
  wrong.push(...found.map(said));
  for (const element of article.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (/^on|^(srcdoc|action|formaction|ping|background|is|name|srcset)$/i.test(name))
        if (!element.closest(".lb-app")) wrong.push(`${name} of ${said(element)}`);
      if (/^\\s*(javascript|vbscript|data|blob|file):/i.test(value) && /href|src$/i.test(name))
        wrong.push(said(element));
      if (/evil\\.invalid/.test(value) && name === "style") wrong.push(said(element));
    }
  }
  for (const element of article.querySelectorAll(".lb-prose *"))
    if (!element.closest(".md-code__nav,.lb-said-sign"))
      if (!allowed.includes(element.localName)) wrong.push(`not allowed: ${said(element)}`);
  for (const element of document.querySelectorAll("a[href]"))
    if (!["http:", "https:", "mailto:"].includes(element.protocol)) wrong.push(said(element));
  if ({}.polluted !== undefined || Object.prototype.x !== undefined) wrong.push("polluted");
  for (const id of ["__md_scope", "__md_get", "getElementById", "attributes", "constructor"])
    if (article.querySelector(`[id='${id}'],[name='${id}']`)) wrong.push(`id ${id}`);
  return wrong;
}"""


@dataclass
class Watched:
    """A page that is watched: dialogs, errors of its scripts, and what it asks other hosts for."""

    page: Page
    address: str
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(WATCH)
        self.page.on("dialog", self._asked_for)
        self.page.on("pageerror", lambda error: self.seen.append(f"error: {error}"))
        self.page.on("request", lambda request: self._asked(request.url))

    def _asked_for(self, dialog: Dialog) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _asked(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.seen.append(f"asked: {url}")

    def look(self, path: str) -> list[str]:
        """What is wrong with a page once it is there; nothing for a harmless one."""
        self.page.goto(f"{self.address}{path}")
        wrong: list[str] = self.page.evaluate(LOOK, [*render.ALLOWED, "sup", "button", "nav"])
        found, self.seen = [*wrong, *self.seen], []
        return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hostile notebook's site, not strict: some attacks are errors. One run is harmless."""
    root = tmp_path_factory.mktemp("hostile")
    shutil.copy(ROOT / "mkdocs.yml", root)
    for name in ("campaign.yaml", "day-6.yaml"):
        path = root / "experiments" / HARMLESS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "experiments" / HARMLESS / name, path)
    hostile.write(root)
    return built(root, strict=False)


def digests(site: Path) -> str:
    """The theme's inline scripts, as a policy names them: those of pages of no hostile record."""
    pages = [site / "commands.html", *(site / HARMLESS).rglob("*.html")]
    texts = {text for page in pages for text in INLINE.findall(page.read_text("utf-8"))}
    hashed = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in sorted(hashed))


@pytest.fixture(scope="module")
def watched(site: Path, browser: Browser) -> Iterator[Watched]:
    """A page to visit the hostile site with, which is served under the policy."""
    policy = POLICY.format(digests(site))

    class Strict(QuietHandler):
        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", policy)
            super().end_headers()

    with served(site, Strict) as address, browser.new_context() as context:
        yield Watched(context.new_page(), address)


@pytest.mark.browser
def test_what_watches_does_see(watched: Watched) -> None:
    """An inline script, a handler and a picture from elsewhere are each told: it has no hole."""
    watched.look("index.html")
    watched.page.evaluate(
        """() => {
          const article = document.querySelector("article");
          article.insertAdjacentHTML("beforeend", `<p onclick="hit(1)">x</p>
            <img src="https://evil.invalid/x.png"><a href="javascript:hit(1)">x</a>
            <div class="lb-prose"><font>x</font></div>`);
          const script = document.createElement("script");
          script.textContent = "hit(1)";
          document.body.append(script);
          window.hit("test");
        }"""
    )
    watched.page.wait_for_function("window.found.length >= 4")
    told = "\n".join(watched.page.evaluate(LOOK, [*render.ALLOWED]))
    for words in (
        "hit test",
        "policy: script-src-elem inline",
        "policy: script-src-attr inline",
        "policy: img-src https://evil.invalid",
        "onclick of <p",
        '<a href="javascript:',
        "not allowed: <font>",
    ):
        assert words in told
    assert "hit 1" not in told
    watched.seen.clear()


@pytest.mark.browser
def test_no_attack_does_anything_on_any_page(watched: Watched, site: Path) -> None:
    """Every page, with its searches and hostile addresses: nothing runs, loads, or gets in."""
    assert len(set(hostile.ATTACKS.values())) >= 100
    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    assert "hostile/run-0.html" in pages
    for path in pages:
        if path != "404.html":
            assert watched.look(path) == [], path


@pytest.mark.browser
@pytest.mark.parametrize("path", ["runs.html", "explore.html", "compare.html"])
def test_no_address_does_anything(path: str, watched: Watched) -> None:
    """What stands behind ? and # is a choice or nothing, whoever wrote the link."""
    for query in hostile.QUERIES:
        assert watched.look(f"{path}{query}") == [], query


@pytest.mark.browser
def test_what_is_drawn_of_hostile_runs_does_nothing(watched: Watched) -> None:
    """Hostile runs held against each other, explored, and found: their names stay text."""
    wrong = watched.look("compare.html?runs=hostile/run-0,hostile/run-1")
    expect(watched.page.locator("#compare table").first).to_be_visible()
    wrong += watched.look("explore.html?x=vus&y=request_rate")
    expect(watched.page.locator("#explore-app svg").first).to_be_visible()
    wrong += watched.look("index.html")
    watched.page.get_by_role("textbox", name="Search").click()
    watched.page.keyboard.type("findme")
    expect(watched.page.locator(".md-search-result__link").first).to_be_visible()
    links = watched.page.locator(".md-search-result a").evaluate_all(
        "all => all.map(a => a.protocol)"
    )
    assert set(links) == {"http:"}
    wrong += watched.page.evaluate(LOOK, [*render.ALLOWED, "sup", "button", "nav"])
    assert wrong + watched.seen == []
