"""Badges: the figure and verdict of the page, readable anywhere, and nothing in them active."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from generator import badges
from generator import site as sites
from generator.badges import Badge
from generator.compare import compare
from generator.lettering import width_of
from generator.notebook import Notebook
from generator.site import Site
from generator.verdicts import SIGNS, Verdict
from generator.view import HEADLINE
from tests.browser.test_pages import contrast
from tests.conftest import book
from tests.test_render import ATTACKS, hostile_record

SVG = "{http://www.w3.org/2000/svg}"
RUN = (
    "title: T\ndate: 2026-01-0{day}\nstatus: {status}\n"
    "load: {{scenario: '{scenario}', vus: 5, duration: 10s}}\nk6: {{http_reqs: {{count: {n}}}}}\n"
)


def texts(svg: str) -> list[str]:
    """What a badge shows, left to right."""
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def run(day: int, count: int, scenario: str = "s", status: str = "completed") -> str:
    return RUN.format(day=day, n=count, scenario=scenario, status=status)


def test_a_badge_says_what_the_page_says(site: Site) -> None:
    """Figure with sign and word of its verdict; of a first run the figure alone."""
    assert texts(site.files["badges/session-8/post-code/rps_per_core.svg"]) == [
        "RPS per core",
        "105.1 /s ▲ improved",
    ]
    assert texts(site.files["badges/session-8/post-fix/rps_per_core.svg"])[1].endswith(
        "▼ regressed"
    )
    assert texts(site.files["badges/earlier/day-6/latency_p95.svg"]) == ["Latency p95", "380 ms"]


def test_a_contradicted_figure_is_marked(site: Site) -> None:
    """A badge whose figure the record contradicts carries a `!`, and its title says why."""
    badge = site.files["badges/session-8/pre-fix/request_rate.svg"]
    assert texts(badge)[1].startswith("279.2 /s !")
    title = ElementTree.fromstring(badge).findtext(f"{SVG}title")
    assert title is not None
    assert "rests on a figure that the record contradicts" in title


def test_a_badge_has_a_name_for_those_who_do_not_see_it(site: Site) -> None:
    """Each badge is an image whose title names metric, run and figure."""
    found = {
        path: text for path, text in site.files.items() if path.startswith("badges/session-8/")
    }
    assert len(found) > 10
    for path, text in found.items():
        root = ElementTree.fromstring(text)
        title = root.findtext(f"{SVG}title") or ""
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-label"] == title
        run_of = "/".join(path.split("/")[1:3])
        assert title.startswith(f"{texts(text)[0]} of {run_of}: ")


@pytest.mark.parametrize("verdict", [*Verdict, None])
def test_text_has_contrast_on_its_ground(verdict: Verdict | None) -> None:
    """White on each of the grounds has a contrast of at least 4.5 to 1."""
    root = ElementTree.fromstring(badges.svg(Badge("Label", "1", verdict, "told")))
    grounds = [path.attrib["fill"] for path in root.iter(f"{SVG}path")]
    assert len(grounds) == 2
    for ground in grounds:
        rgb = ", ".join(str(int(ground[at : at + 2], 16)) for at in (1, 3, 5))
        assert contrast("rgb(255, 255, 255)", f"rgb({rgb})") >= 4.5


@pytest.mark.parametrize("label", ["p", "Requests per second", "W" * 500, "字" * 40])
def test_text_fits_its_badge(label: str) -> None:
    """Both texts stay inside of their halves, whatever they are; what is too long is shortened."""
    root = ElementTree.fromstring(badges.svg(Badge(label, label, Verdict.UNCHANGED, "told")))
    whole = float(root.attrib["width"])
    assert whole < 520
    middles = [float(element.attrib["x"]) for element in root.iter(f"{SVG}text")]
    halves = [middles[0], whole - middles[1]]
    shown = [element.text or "" for element in root.iter(f"{SVG}text")]
    for middle, text in zip(halves, shown, strict=True):
        assert width_of(text, badges.SIZE) / 2 <= middle - 5


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_record_is_active_in_a_badge(attack: str) -> None:
    """A stranger's text is text: no element but those of a badge, no handler, no link."""
    found = sites.build(book({"a/hostile": hostile_record(attack)}))
    paths = [path for path in found.files if path.startswith("badges/")]
    assert all(re.fullmatch(r"badges/[\w./-]+\.svg", path) for path in paths)
    told = Badge(attack, attack, Verdict.IMPROVED, attack)
    for text in [*(found.files[path] for path in paths), badges.svg(told)]:
        for element in ElementTree.fromstring(text).iter():
            assert element.tag.removeprefix(SVG) in {"svg", "title", "path", "g", "text"}
            assert not [n for n in element.attrib if n.startswith("on") or "href" in n]
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace(
            "https://example.org", ""
        )


def test_the_latest_badge_follows_the_scenario() -> None:
    """It is that of the newest completed run; one that was aborted does not replace it."""
    found = book(
        {"a/old": run(1, 100), "a/new": run(2, 900), "a/aborted": run(3, 5, status="aborted")}
    )
    files = dict(badges.files(found, {"a/new": compare(found, "a/old", "a/new")}))
    assert files["badges/latest/s/request_rate.svg"] == files["badges/a/new/request_rate.svg"]
    assert texts(files["badges/latest/s/request_rate.svg"])[1] == "90 /s ▲ improved"


def test_each_scenario_has_a_folder_of_its_own_that_stays() -> None:
    """Names that come to the same are told apart, and a younger one takes no address away."""
    alone = book({"a/one": run(1, 1, "Check Out!")})
    both = book({"a/one": run(1, 1, "Check Out!"), "a/two": run(2, 1, "check-out")})
    unspeakable = book({"a/one": run(1, 1, "購入")})
    assert list(badges.latest(alone)) == ["check-out"]
    first, second = badges.latest(both)
    assert badges.latest(both)[first] == ("Check Out!", "a/one")
    assert re.fullmatch(r"check-out-[0-9a-f]{8}", second)
    assert re.fullmatch(r"[0-9a-f]{8}", next(iter(badges.latest(unspeakable))))


def test_a_campaign_called_latest_takes_no_scenarios_place() -> None:
    """Its runs have no badges of their own, so that no badge is about another run than it says."""
    found = book({"latest/s": run(1, 100), "a/new": run(2, 900, "s")})
    files = dict(badges.files(found, {}))
    assert texts(files["badges/latest/s/request_rate.svg"])[1] == "90 /s"


def test_there_are_only_so_many(notebook: Notebook, site: Site) -> None:
    """At most a badge for each headline figure of each run and each scenario."""
    count = sum(path.startswith("badges/") for path in site.files)
    assert 0 < count <= len(HEADLINE) * (len(notebook.runs) + len(badges.latest(notebook)))


def test_a_runs_page_offers_the_markdown(site: Site) -> None:
    """The line to copy names a badge of this site and leads to the run; only the newest run of a
    scenario offers that of the scenario."""
    page = next(page for page in site.pages if page.path == "session-8/post-code.md").whole
    assert "YOUR-SITE/badges/session-8/post-code/rps_per_core.svg" in page
    assert "YOUR-SITE/session-8/post-code.html" in page
    assert "YOUR-SITE/badges/latest/stress/rps_per_core.svg" in page
    for path in re.findall(r"YOUR-SITE/(badges/[\w./-]+\.svg)", page):
        assert path in site.files
    older = next(page for page in site.pages if page.path == "session-8/post-fix.md").whole
    assert "badges/latest" not in older
    assert SIGNS[Verdict.REGRESSED] in older
