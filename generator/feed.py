"""The Atom feed of the newest runs with their verdicts, for who wants to hear of each.

A feed is ordered by time: runs whose date nobody recorded have no place in it, nor have planned
ones. Without the address of the site its links are relative to the feed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from generator import links, telling
from generator.compare import Comparison
from generator.lettering import clean
from generator.links import Links
from generator.notebook import Notebook, campaign_of, moment
from generator.verdicts import SIGNS, Verdict
from generator.view import delta_text

NEWEST = 50
"""How many runs are in the feed."""

ATOM = "http://www.w3.org/2005/Atom"
_LONGEST = 2000
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""What a feed without a run was updated at; Atom wants a time."""


def newest(notebook: Notebook) -> datetime:
    """When the newest run was that is dated and not planned; 1970 where there is none."""
    return max((moment(notebook.gists[name].date) for name in _dated(notebook)), default=_NEVER)


def _dated(notebook: Notebook) -> list[str]:
    """The runs that have a date and are not planned, in order of time."""
    gists = notebook.gists.items()
    return [identity for identity, gist in gists if gist.date and gist.status != "planned"]


def xml(notebook: Notebook, comparisons: Mapping[str, Comparison], to: Links) -> str:
    """The feed of a told notebook, newest run first."""
    listed = _dated(notebook)[::-1][:NEWEST]
    root = Element("feed", {"xmlns": ATOM})
    _text(root, "title", "Load test runs and their verdicts")
    _text(root, "id", to.absolute(links.FEED) or _urn("feed"))
    _text(root, "updated", _time(newest(notebook)))
    _text(SubElement(root, "author"), "name", "Loadbook")
    if to.site_url:
        SubElement(root, "link", {"rel": "self", "href": to.absolute(links.FEED)})
    SubElement(root, "link", {"rel": "alternate", "href": _href(to, links.HOME)})
    for identity in listed:
        root.append(_entry(notebook, comparisons, identity, to))
    ElementTree.indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, "unicode")}\n'


def _entry(
    notebook: Notebook, comparisons: Mapping[str, Comparison], identity: str, to: Links
) -> Element:
    page = links.run_page(identity)
    entry = Element("entry")
    told = partial(_told, notebook, comparisons, identity)
    title, summary = notebook.kept("feed", identity, told)
    _text(entry, "title", title)
    _text(entry, "id", to.absolute(page) or _urn(identity))
    _text(entry, "updated", _time(moment(notebook.gists[identity].date)))
    SubElement(entry, "link", {"rel": "alternate", "href": _href(to, page)})
    campaign = campaign_of(identity)
    label = clean(notebook.title_of(campaign))
    SubElement(entry, "category", {"term": campaign, "label": label})
    _text(entry, "summary", summary)
    return entry


def _told(
    notebook: Notebook, comparisons: Mapping[str, Comparison], identity: str
) -> tuple[str, str]:
    """Title and summary of an entry."""
    run, comparison = notebook.runs[identity], comparisons.get(identity)
    told = [run.summary or run.context or "", *verdict_lines(comparison)]
    if run.status != "completed":
        told.insert(0, f"The run is {run.status}.")
    lines = [clean(telling.plain(text), _LONGEST) for text in told if text]
    summary = "\n".join(lines) or f"{len(notebook.measurements[identity])} figures."
    return f"{run.title}: {headline(comparison)}" if comparison else run.title, summary


def headline(comparison: Comparison) -> str:
    """How many metrics went which way: `▼ 2 regressed, ▲ 3 improved`."""
    counts = {
        verdict: sum(delta.verdict is verdict for delta in comparison.deltas.values())
        for verdict in (Verdict.REGRESSED, Verdict.IMPROVED)
    }
    told = [f"{SIGNS[verdict]} {count} {verdict}" for verdict, count in counts.items() if count]
    if told:
        return ", ".join(told)
    judged = any(delta.verdict is Verdict.UNCHANGED for delta in comparison.deltas.values())
    verdict = Verdict.UNCHANGED if judged else Verdict.NOT_COMPARABLE
    return f"{SIGNS[verdict]} {verdict}"


def verdict_lines(comparison: Comparison | None) -> Iterator[str]:
    """What regressed and what improved by how much, a line each, and what is doubtful of it."""
    if comparison is None:
        return
    for verdict in (Verdict.REGRESSED, Verdict.IMPROVED):
        found = [delta for delta in comparison.deltas.values() if delta.verdict is verdict]
        told = ", ".join(f"{delta.metric.label} {delta_text(delta)}" for delta in found)
        if told:
            yield f"{SIGNS[verdict]} {verdict} against {comparison.baseline}: {told}."
    yield from comparison.warnings


def _text(parent: Element, tag: str, text: str) -> None:
    """A child of plain text; the lines stay, other control characters are no XML."""
    lines = (clean(line, _LONGEST) for line in text.splitlines())
    SubElement(parent, tag).text = "\n".join(lines)


def _time(when: datetime) -> str:
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")


def _href(to: Links, page: str) -> str:
    return to.absolute(page) or to.href(links.FEED, page)


def _urn(name: str) -> str:
    """An id that stays the same wherever the site is: it follows from the name alone."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"loadbook:{name}").urn
