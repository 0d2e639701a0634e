"""The list of runs that Runs, Explore and Compare read in the browser, and what it leads to.

`data/roster.json` has what a run is found by; summaries, and each figure and setting, are files of
their own below `data/roster/`, fetched by who asks for them. So a first view of 5,000 runs stays
within what a phone loads.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from generator import columns, display, links, records
from generator.blocks import LEVELS, STATUSES, Mark, verdict_mark
from generator.columns import Column
from generator.compare import tally
from generator.errors import Level
from generator.notebook import campaign_of
from generator.verdicts import Verdict
from generator.view import View

FILE = "data/roster.json"
"""Path of the list in the site."""

SUMMARIES = "data/roster/texts/summaries.json"
"""Path of what only a search for words needs."""

VERSION = 1
"""Version of the layout of these files."""

PRESETS = (
    ("RPS against VUs", "vus", "request_rate"),
    ("p95 against throughput", "request_rate", "latency_p95"),
    ("p95 against VUs", "vus", "latency_p95"),
    ("RPS against cores", "cpu_total", "request_rate"),
    ("RPS per core over time", "date", "rps_per_core"),
    ("Cost per million requests over time", "date", "cost_per_million_requests"),
    ("Error rate against throughput", "request_rate", "error_rate"),
)
"""Charts that Explore offers to start from: title, x axis, y axis."""


def files(view: View) -> Iterator[tuple[str, str]]:
    """Path and content of the list and of each file that it names."""
    cells = columns.cells(view.notebook)
    metrics, settings = columns.metrics(cells), list(columns.settings(cells))
    yield FILE, _text(_roster(view, metrics, settings))
    yield SUMMARIES, _text({"summaries": [one["summary"] for one in cells]})
    for column in (*metrics, *settings):
        yield column.path, _text(column.content)


def _text(content: Mapping[str, Any]) -> str:
    found = {"version": VERSION, **content}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n"


def _roster(view: View, metrics: Sequence[Column], settings: Sequence[Column]) -> Mapping[str, Any]:
    return {
        "pages": {
            "run": view.to.address(links.run_page("{id}")),
            "campaign": view.to.address(links.campaign_page("{id}")),
        },
        "marks": {name: _mark(mark) for name, mark in _MARKS.items()},
        "campaigns": [
            [name, view.notebook.title_of(name)] for name in view.notebook.campaign_names
        ],
        "runs": _runs(view),
        "metrics": [{**column.about, "file": column.path} for column in metrics],
        "settings": [{**column.about, "file": column.path} for column in settings],
        "summaries": SUMMARIES,
        "presets": _presets(view, metrics),
    }


_MARKS: Mapping[str, Mark] = {
    **STATUSES,
    "improved": verdict_mark(Verdict.IMPROVED),
    "regressed": verdict_mark(Verdict.REGRESSED),
    "doubts": LEVELS["warning"],
}
"""Sign and style of the words that a column can hold."""


def _mark(mark: Mark) -> dict[str, str]:
    return {"sign": mark.sign, "style": mark.style}


def _runs(view: View) -> dict[str, Any]:
    """What each run is, a column a fact, in order of time.

    `campaign` and `baseline` are positions among campaigns and runs, `name` is the identity below
    its campaign; status, scenario and tags are positions among `texts`, each written once. `when`
    is in seconds since 1970, UTC.
    """
    book = view.notebook
    runs = book.gists.values()
    campaigns = {name: at for at, name in enumerate(book.campaign_names)}
    position = {name: at for at, name in enumerate(book.runs)}
    baselines = [book.baselines[name] for name in book.runs]
    judged = [tally(book, name)["verdicts"] for name in book.runs]
    doubts: dict[str, int] = {}
    for problem in view.problems:
        if problem.level is Level.WARNING:
            doubts[problem.file] = doubts.get(problem.file, 0) + 1
    return {
        "campaign": [campaigns[campaign_of(name)] for name in book.runs],
        "name": [name.partition("/")[2] for name in book.runs],
        "title": [run.title for run in runs],
        "date": [display.show_moment(run.date) if run.date else None for run in runs],
        "when": [_seconds(run.date) for run in runs],
        "status": _each_once(run.status for run in runs),
        "scenario": _each_once(run.scenario for run in runs),
        "tags": _each_once(run.tags for run in runs),
        "baseline": [None if name is None else position[name] for name in baselines],
        "improved": [counts.get(Verdict.IMPROVED, 0) for counts in judged],
        "regressed": [counts.get(Verdict.REGRESSED, 0) for counts in judged],
        "doubts": [doubts.get(records.file_of_run(name), 0) for name in book.runs],
    }


def _each_once(column: Iterable[Hashable]) -> dict[str, list[Any]]:
    """The different texts in the order in which they first come, and for each run its position."""
    positions: dict[Hashable, int] = {}
    of = [positions.setdefault(text, len(positions)) for text in column]
    return {"texts": list(positions), "of": of}


def _seconds(when: date | datetime | None) -> int | None:
    """Seconds since 1970; a time without a zone is taken as UTC."""
    if when is None:
        return None
    moment = when if isinstance(when, datetime) else datetime.combine(when, time())
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _presets(view: View, metrics: Iterable[Column]) -> list[tuple[str, str, str]]:
    """The charts of which there are two points at least."""
    dates = enumerate(run.date for run in view.notebook.gists.values())
    drawn = {column.name: column.drawn for column in metrics}
    drawn["date"] = frozenset(at for at, when in dates if when is not None)
    none: frozenset[int] = frozenset()
    return [
        (title, x, y) for title, x, y in PRESETS if len(drawn.get(x, none) & drawn.get(y, none)) > 1
    ]
