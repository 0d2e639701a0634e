"""Where there are many runs tables have the newest, and say so; charts have ids."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator import site
from generator.blocks import Picture
from generator.links import Links
from generator.notebook import build
from generator.records import Sources
from generator.render import Part, Renderer
from generator.settings import Settings
from generator.site import Site
from generator.vector import Chart
from tests.test_site import site_of


def many(folder: Path, number: int) -> Site:
    """The site of so many small runs."""
    minutes = [f"{n // 60:02}:{n % 60:02}" for n in range(number)]
    text = "title: Run {n}\ndate: 2026-01-01T{at}:00Z\nstatus: completed\nload: {{vus: {n}}}\n"
    runs = {f"a/r{n:03}": text.format(n=n, at=at) for n, at in enumerate(minutes)}
    return site_of(folder, runs)


def html(built: Site, path: str) -> str:
    """A finished page."""
    page = next(page for page in built.pages if page.path == path)
    return page.whole


def rows(content: str, id_: str) -> list[str]:
    """The identities of the runs in a table of the page."""
    table = content.split(f'id="{id_}"')[1].split("</table>")[0]
    return re.findall(r'<span class="lb-sub">(a/r\d+)</span></th>', table.replace("\n", ""))


def test_many_runs_are_cut_and_the_page_says_so(tmp_path: Path) -> None:
    """The plain table has the newest hundred, the history fifty a table; both lead to all."""
    built = many(tmp_path, 120)
    for path in ("runs.md", "explore.md"):
        content = html(built, path)
        assert rows(content, "runs-table") == [f"a/r{n:03}" for n in range(119, 19, -1)]
        assert 'href="data/runs.csv"' in content
    assert "the newest 100 of 120 runs" in html(built, "runs.md")
    history = html(built, "history.md")
    assert rows(history, "history-load") == [f"a/r{n:03}" for n in range(70, 120)]
    assert "Load: the newest 50 of 120 runs, oldest first" in history
    assert 'href="explore.html"' in history


def test_few_runs_are_all_there(tmp_path: Path) -> None:
    """Where nothing is left out no page says so."""
    built = many(tmp_path, 50)
    assert len(rows(html(built, "runs.md"), "runs-table")) == 50
    assert len(rows(html(built, "history.md"), "history-load")) == 50
    for path in ("runs.md", "explore.md", "history.md"):
        assert not re.search(r"the newest \d+ of", html(built, path))


def test_the_pages_know_where_their_data_lie() -> None:
    """With one folder a page too, the app's links lead to the data and to the comparison."""
    sources = Sources({"a/b": b"title: T\nstatus: completed\n"}, {})
    for to, file, page in (
        (Links(), "data/roster.json", "{id}.html"),
        (Links(directory_urls=True), "../data/roster.json", "{id}/index.html"),
    ):
        built = site.build(build(sources, Settings()), to)
        for path in ("runs.md", "explore.md"):
            assert f'data-file="{file}"' in html(built, path)
        assert f'"run":"{page}"' in built.files["data/roster.json"]


@pytest.mark.parametrize("path", ["history.md", "session-8/index.md", "session-8/post-code.md"])
def test_every_chart_can_be_linked_to(site: Site, path: str) -> None:
    """Each chart has an id of its own, whichever others the page has."""
    ids = re.findall(r'<figure class="lb-figure" id="([^"]*)"', html(site, path))
    assert len(ids) == len(set(ids)) > 0
    assert all(id_.startswith("chart-") for id_ in ids)


def test_charts_of_one_name_are_numbered() -> None:
    """The first keeps the name, so that a link to it lasts; the others count."""
    same = Picture("T", Chart("x", "T", "words", 10, ()), id="chart-x")
    page = Renderer().page("a.md", "A", [Part("", "", [same, same]), Part("p", "P", [same])])
    assert re.findall(r'id="(chart[^"]*)"', "".join(page.late)) == [
        "chart-x",
        "chart-x-2",
        "chart-x-3",
    ]
