"""The files of a site that programs read: which there are, what they mean, what is in them.

`DATA_FILES` describes each by the pattern of its path; a file of the site that no entry describes
fails a test. Every JSON file has a `version`: within one version fields are only added, so a
reader ignores what it does not know; what is renamed or removed gives a new version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from generator import schema
from generator.metrics import METRICS
from generator.model import Run

VERSION = 1
"""Version of the layout of the data files."""


@dataclass(frozen=True)
class DataFile:
    """A kind of file: `pattern` is its path in the site, `schema` the name of its JSON Schema.

    In a pattern `<name>` stands for one part of a path, `*` for anything. Of several patterns that
    fit a path the first in `DATA_FILES` describes it.
    """

    pattern: str
    meaning: str
    schema: str = ""

    @property
    def is_one(self) -> bool:
        """Whether there is one file of it at most, at the pattern itself."""
        return not re.search(r"[<*]", self.pattern)

    @property
    def form(self) -> str:
        """The regular expression of its paths, without groups."""
        pieces = re.split(r"(<[\w-]+>|\*)", self.pattern)
        return "".join(
            ".*" if piece == "*" else "[^/]+" if piece.startswith("<") else re.escape(piece)
            for piece in pieces
        )


DATA_FILES = (
    DataFile(
        "data/runs.json",
        "Every run with all its metrics in base units, and which of them are approximate.",
        "data-runs",
    ),
    DataFile(
        "data/runs.csv",
        "The same as a table, a row a run: what is not known is empty, never zero.",
    ),
    DataFile(
        "data/roster.json",
        "What a run is found by, and which columns there are: it is of the pages Runs, Explore and "
        "Compare.",
    ),
    DataFile(
        "data/roster/metrics/<metric>.json",
        "A metric of all runs, with the texts that these pages show: to seven digits.",
    ),
    DataFile("data/roster/settings/<setting>.json", "A setting of all runs, each text once."),
    DataFile("data/roster/texts/summaries.json", "The summaries, in which Runs looks for words."),
    DataFile("data/compare.json", "What the page Compare knows of metrics, units and words."),
    DataFile("data/compare/*", "What the page Compare reads of the runs that are held together."),
    DataFile("data/capacity.json", "What the runs say of the load that the system carries."),
    DataFile(
        "data/trends.json",
        "What got worse and what became of it; steps and drifts of each metric over the runs.",
    ),
    DataFile(
        "data/decisions.json",
        "Findings, options, recommendations, actions and changes with what became of them.",
    ),
    DataFile(
        "data/<campaign>/<run>.json",
        "One run: what its record holds, as it is written there, and all metrics with their "
        "unit, source and warnings.",
        "data-run",
    ),
    DataFile(
        "badges/latest/<scenario>/<metric>.svg",
        "A headline figure of the latest completed run of a scenario, with its verdict.",
    ),
    DataFile(
        "badges/<campaign>/<run>/<metric>.svg",
        "A headline figure of a run, with its verdict; its page has the Markdown to embed it.",
    ),
    DataFile(
        "social/<campaign>/<run>.png",
        "The picture of a run that chats show beside a link to its page.",
    ),
    DataFile("feed.xml", "Atom feed of the newest runs with their verdicts."),
    DataFile("schema/<name>.schema.json", "The JSON Schemas of records and data files."),
    DataFile("<campaign>/<run>.yaml", "The record of a run, which all else is made from."),
)
"""Every kind of file that programs read, those with the more special paths first."""


def kind_of(path: str) -> DataFile | None:
    """What describes the file at a path of the site; None where nothing does."""
    found = _forms().fullmatch(path)
    return DATA_FILES[found.lastindex - 1] if found and found.lastindex else None


@cache
def _forms() -> re.Pattern[str]:
    """Fits the paths of all kinds; the number of the group that does is that of the kind."""
    return re.compile("|".join(f"({kind.form})" for kind in DATA_FILES))


def by_kind(paths: Iterable[str]) -> dict[DataFile, list[str]]:
    """The paths of each kind that there are, in the order of `DATA_FILES`."""
    found: dict[DataFile, list[str]] = {kind: [] for kind in DATA_FILES}
    for path in paths:
        kind = kind_of(path)
        if kind:
            found[kind].append(path)
    return {kind: own for kind, own in found.items() if own}


def schema_path(name: str) -> str:
    """Where the JSON Schema of that name is published."""
    return f"schema/{name}.schema.json"


def text_of(content: Mapping[str, Any]) -> str:
    """JSON with a line for each entry of each list."""
    lines = ",\n".join(f"{json.dumps(name)}: {_lines(value)}" for name, value in content.items())
    return f"{{\n{lines}\n}}\n"


def _lines(value: Any) -> str:
    if isinstance(value, list) and value:
        listed = ",\n".join(json.dumps(one, ensure_ascii=False) for one in value)
        return f"[\n{listed}\n]"
    return json.dumps(value, ensure_ascii=False)


@cache
def schemas() -> dict[str, str]:
    """The JSON Schemas of the data files, as contents of files by their paths in the site."""
    found = {"data-runs": _runs(), "data-run": _run()}
    return {
        schema_path(name): json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        for name, content in found.items()
    }


# --- what is in them ------------------------------------------------------------------------------

_TEXT_OR_NULL = {"type": ["string", "null"]}
_NUMBER_OR_NULL = {"type": ["number", "null"]}
_VERSION = {"const": VERSION, "description": "Version of the layout."}


def _runs() -> dict[str, Any]:
    record = schema.schema_of(Run)
    metrics = {
        metric.name: {
            **_NUMBER_OR_NULL,
            "description": f"{metric.label}, in {metric.unit.base}. {metric.definition}",
        }
        for metric in METRICS.values()
    }
    run = {
        "id": {"type": "string", "description": "Identity: the path of the record's file."},
        "campaign": {"type": "string", "description": "Folder of the record."},
        "title": {"type": "string", "description": "The run in a few words."},
        "date": {**_TEXT_OR_NULL, "description": "ISO 8601, as exactly as it was recorded."},
        "status": {
            "enum": record["properties"]["status"]["enum"],
            "description": "Only completed runs are compared.",
        },
        "scenario": {**_TEXT_OR_NULL, "description": "Runs of one scenario are compared."},
        "tags": {"type": "array", "items": {"type": "string"}, "description": "To find it by."},
        "baseline": {**_TEXT_OR_NULL, "description": "Identity of the run it is compared with."},
        "metrics": {
            "type": "object",
            "description": "Metrics that the run has, in base units; of a range the end, null "
            "where that is not known.",
            "properties": metrics,
            "additionalProperties": False,
        },
        "approximate": {
            "type": "array",
            "items": {"enum": list(METRICS)},
            "description": "Metrics written with ~, or as a range.",
        },
    }
    listed = {"type": "object", "properties": run, "required": list(run)}
    return {
        "$schema": schema.DIALECT,
        "title": "All runs of a notebook",
        "type": "object",
        "properties": {
            "version": _VERSION,
            "runs": {"type": "array", "items": listed, "description": "In order of time."},
        },
        "required": ["version", "runs"],
    }


def _run() -> dict[str, Any]:
    metric = {
        "name": {"enum": list(METRICS), "description": "As the glossary has it."},
        "unit": {"type": "string", "description": "Base unit, or the currency of an amount."},
        "better": {"enum": ["higher", "lower", None], "description": "Which way is better."},
        "value": {**_NUMBER_OR_NULL, "description": "In that unit; of a range the end."},
        "approximate": {"type": "boolean", "description": "Written with ~, or as a range."},
        "range": {
            "anyOf": [
                {"type": "array", "items": _NUMBER_OR_NULL, "minItems": 2, "maxItems": 2},
                {"type": "null"},
            ],
            "description": "Start and end, where it went from one to the other over the run.",
        },
        "text": {"type": "string", "description": "As the pages show it."},
        "source": {"enum": ["recorded", "computed"], "description": "Where it comes from."},
        "warnings": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What is doubtful of it.",
        },
    }
    record = schema.schema_of(Run)
    own = {
        "version": _VERSION,
        "id": {"type": "string", "description": "Identity: the path of the record's file."},
        "metrics": {
            "type": "array",
            "items": {"type": "object", "properties": metric, "required": list(metric)},
            "description": "Every metric that was recorded or can be computed.",
        },
    }
    return {
        **{name: part for name, part in record.items() if name != "additionalProperties"},
        "title": "One run: the fields of its record, and its metrics",
        "description": "Figures of the record are as they were written; metrics are in base units.",
        "properties": {**own, **record["properties"]},
        "required": [*own, *record["required"]],
    }
