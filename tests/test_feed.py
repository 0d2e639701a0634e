"""The Atom feed: as RFC 4287 wants it, in order, bounded, and nothing of a record active in it."""

from __future__ import annotations

from datetime import datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from generator import feed
from generator import site as sites
from generator.links import Links
from generator.notebook import Notebook
from tests.conftest import book
from tests.test_render import ATTACKS, hostile_record

NAMES = {"a": feed.ATOM}
RUN = "title: Run {n}\n{date}status: {status}\nload: {{scenario: s, vus: 5}}\n"


def read(notebook: Notebook, site_url: str = "") -> Element:
    """The feed of a notebook's site."""
    return ElementTree.fromstring(sites.build(notebook, Links(site_url=site_url)).files["feed.xml"])


def run(number: int, date: str, status: str = "completed") -> str:
    return RUN.format(n=number, date=f"date: {date}\n" if date else "", status=status)


def one(element: Element, path: str) -> str:
    """The text of the only element there."""
    (found,) = element.findall(path, NAMES)
    return found.text or ""


@pytest.mark.parametrize("site_url", ["", "https://example.org/book/"])
def test_the_feed_has_all_that_atom_asks_for(notebook: Notebook, site_url: str) -> None:
    """Feed and entries have one id, title and updated each; ids differ; the author is named."""
    root = read(notebook, site_url)
    entries = root.findall("a:entry", NAMES)
    assert root.tag == f"{{{feed.ATOM}}}feed"
    assert one(root, "a:author/a:name")
    ids = []
    for element in (root, *entries):
        assert one(element, "a:title")
        ids.append(one(element, "a:id"))
        when = datetime.fromisoformat(one(element, "a:updated"))
        assert when.tzinfo is not None
        assert element.find("a:link[@rel='alternate']", NAMES) is not None
    for entry in entries:
        assert one(entry, "a:summary")
    assert all(name.startswith(("https://example.org/book/", "urn:uuid:")) for name in ids)
    assert len(ids) == len(set(ids))


def test_links_are_whole_where_the_site_has_an_address(notebook: Notebook) -> None:
    """With an address the links are absolute and the feed names itself; without it, relative."""
    whole, bare = read(notebook, "https://example.org/book/"), read(notebook)
    hrefs = [link.attrib["href"] for link in whole.iter(f"{{{feed.ATOM}}}link")]
    assert hrefs[0] == "https://example.org/book/feed.xml"
    assert "https://example.org/book/session-8/post-code.html" in hrefs
    assert all(href.startswith("https://example.org/book/") for href in hrefs)
    relative = [link.attrib["href"] for link in bare.iter(f"{{{feed.ATOM}}}link")]
    assert relative[:2] == ["index.html", "session-8/post-code.html"]
    assert bare.find("a:link[@rel='self']", NAMES) is None


def test_ids_stay_when_runs_come(notebook: Notebook) -> None:
    """The id of a run is the same in every build, whatever else is in the notebook."""
    few = book({"a/one": run(1, "2026-01-01")})
    more = book({"a/zero": run(0, "2025-01-01"), "a/one": run(1, "2026-01-01"),
                 "a/two": run(2, "2026-01-02")})  # fmt: skip
    (own,) = [one(entry, "a:id") for entry in read(few).findall("a:entry", NAMES)]
    assert own in [one(entry, "a:id") for entry in read(more).findall("a:entry", NAMES)]


def test_an_entry_tells_the_verdicts(notebook: Notebook) -> None:
    """The title counts them, the summary has each with its change, and the doubts."""
    newest = read(notebook).findall("a:entry", NAMES)[0]
    title, summary = one(newest, "a:title"), one(newest, "a:summary")
    assert title.startswith("Day 8 post-code: optimizations: ▲ ")
    assert title.endswith("improved")
    assert "▲ improved against session-8/post-fix: " in summary
    assert "RPS per core +26.5 %" in summary
    assert "Not like for like" in summary


def test_only_runs_that_have_a_time_are_listed() -> None:
    """Undated and planned runs are left out; an aborted one says so; newest first."""
    found = book(
        {
            "a/undated": run(1, ""),
            "a/planned": run(2, "2026-01-04", "planned"),
            "a/first": run(3, "2026-01-01"),
            "a/aborted": run(4, "2026-01-02T10:00:00+09:00", "aborted"),
        }
    )
    entries = read(found).findall("a:entry", NAMES)
    assert [one(entry, "a:updated") for entry in entries] == [
        "2026-01-02T10:00:00+09:00",
        "2026-01-01T00:00:00Z",
    ]
    assert one(entries[0], "a:summary").startswith("The run is aborted.")
    assert one(read(found), "a:updated") == "2026-01-02T10:00:00+09:00"


def test_the_feed_is_bounded() -> None:
    """Of many runs the newest fifty are in the feed."""
    found = book(
        {f"a/r{n:03}": run(n, f"2026-{1 + n // 28:02}-{1 + n % 28:02}") for n in range(60)}
    )
    titles = [one(entry, "a:title") for entry in read(found).findall("a:entry", NAMES)]
    assert len(titles) == feed.NEWEST
    assert titles[0].startswith("Run 59")


def test_an_empty_notebook_has_a_feed() -> None:
    """Without a run the feed is valid and has no entry."""
    root = read(book({}))
    assert root.findall("a:entry", NAMES) == []
    assert one(root, "a:updated") == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize("attack", [*ATTACKS, "bell \\x07 end ]]> \\uFFFE"])
def test_no_record_is_active_in_the_feed(attack: str) -> None:
    """A stranger's text is plain text of the feed, without signs that XML does not know."""
    text = hostile_record(attack).replace(
        "status: completed", "status: completed\ndate: 2026-01-01"
    )
    if "\\x07" in attack:
        text = f'title: T\ndate: 2026-01-01\nstatus: completed\nsummary: "{attack}"\n'
    root = read(book({"a/b": text}))
    (entry,) = root.findall("a:entry", NAMES)
    known = {"feed", "title", "id", "updated", "author", "name", "link", "entry", "category"}
    assert {element.tag.partition("}")[2] for element in root.iter()} <= {*known, "summary"}
    for element in entry.iter():
        assert element.attrib.get("type", "text") == "text"
