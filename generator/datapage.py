"""The page for those who take the data elsewhere: which files there are, and how to read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from generator import datafiles, links
from generator.blocks import Block, Cell, Code, Item, Items, Note, Prose, Table
from generator.notebook import Notebook
from generator.render import Part
from generator.view import View

SERVED = "http://127.0.0.1:8000/"
"""Where `mkdocs serve` shows a site; what examples name where no address is configured."""


@dataclass(frozen=True)
class Example:
    """Something to do with the data, and the code that does it.

    In the code `SITE` stands for the address of the site, `RUN` for the identity of a run.
    """

    title: str
    language: str
    code: str


EXAMPLES = (
    Example(
        "pandas: all runs as a table",
        "python",
        """import pandas as pd

runs = pd.read_csv("SITEdata/runs.csv", index_col="id")
print(runs[["scenario", "status", "request_rate", "latency_p95"]])
""",
    ),
    Example(
        "pandas: one run's metrics with their units and what is doubtful of them",
        "python",
        """import json
from urllib.request import urlopen

import pandas as pd

run = json.load(urlopen("SITEdata/RUN.json"))
metrics = pd.DataFrame(run["metrics"]).set_index("name")
print(metrics[["value", "unit", "source", "warnings"]])
""",
    ),
    Example(
        "curl: fetch both files",
        "bash",
        """curl -fsS -o runs.csv SITEdata/runs.csv
curl -fsS -o run.json SITEdata/RUN.json
""",
    ),
    Example(
        "curl and Python's standard library: one figure, without jq",
        "bash",
        """curl -fsS SITEdata/runs.json | python3 -c '
import json, sys
for run in json.load(sys.stdin)["runs"]:
    print(run["id"], run["metrics"].get("latency_p95"), sep="\\t")'
""",
    ),
    Example(
        "DuckDB: ask the files that curl fetched",
        "python",
        """import duckdb

duckdb.sql(\"\"\"
    SELECT scenario, count(*) AS runs, min(latency_p95) AS best_p95_ms
    FROM read_csv('runs.csv') WHERE status = 'completed'
    GROUP BY scenario ORDER BY scenario
\"\"\").show()

duckdb.sql(\"\"\"
    SELECT unnest(metrics, recursive := true)
    FROM read_json_auto('run.json')
\"\"\").show()
""",
    ),
)
"""The examples of the page; the tests run each of them against a real site, in this order."""

PROMISE = """
Each JSON file has a `version`. Within a version fields are only added: a reader ignores what it
does not know. The schemas are JSON Schema 2020-12 and tell the meaning of each field. Figures are
in base units (ms, s, cores, bytes, 1/s, shares from 0 to 1). What is not known is absent or null,
never zero, and a run that was not completed says so in `status`.

`loadbook export` writes the same figures as CSV, JSON or Parquet, with units, ranges and warnings.
"""


class Facts(NamedTuple):
    """All that the page tells of a notebook: which kinds of files there are, its newest run.

    Of a kind its place in DATA_FILES, and how many there are.
    """

    kinds: tuple[tuple[int, int], ...]
    newest: str | None


def facts(book: Notebook, published: Iterable[str]) -> Facts:
    """What the page tells of a notebook with these files."""
    every = datafiles.by_kind(published).items()
    kinds = tuple((datafiles.DATA_FILES.index(kind), len(own)) for kind, own in every)
    return Facts(kinds, book.completed[-1] if book.completed else None)


def data(view: View) -> Iterator[Part]:
    """What programs can read of the site, and examples of doing so."""
    found = facts(view.notebook, view.published)
    yield Part("", "", [Prose(PROMISE)])
    yield Part("files", "Files", [_files(view, found)])
    yield Part("examples", "Examples", list(_examples(view, found)))


def _files(view: View, found: Facts) -> Table:
    rows = []
    for at, number in found.kinds:
        kind = datafiles.DATA_FILES[at]
        schema = datafiles.schema_path(kind.schema) if kind.schema else ""
        href = view.to.href(links.DATA, kind.pattern) if kind.is_one else ""
        rows.append(
            (
                Cell(kind.pattern, href=href),
                Cell(kind.meaning),
                Cell(str(number)),
                Cell(
                    schema.rpartition("/")[2] or "–",
                    href=view.to.href(links.DATA, schema) if schema else "",
                ),
            )
        )
    columns = ("File", "What it holds", "How many", "Schema")
    caption = "What programs can read, by its path below the address of the site"
    return Table("files-table", caption, columns, tuple(rows), numeric=frozenset({2}))


def _examples(view: View, found: Facts) -> Iterator[Block]:
    """The examples, filled in with the newest completed run."""
    if found.newest is None:
        yield Note("There are examples once there is a completed run.")
        return
    site = view.to.site_url or SERVED
    if not view.to.site_url:
        yield Note(
            f"The examples take the site from {SERVED}, where “mkdocs serve” shows it; put in the "
            "address where yours is published, or set site_url in mkdocs.yml."
        )
    items = tuple(
        Item(
            example.title,
            code=(
                Code(
                    example.language,
                    example.code.replace("SITE", site).replace("RUN", found.newest),
                ),
            ),
        )
        for example in EXAMPLES
    )
    yield Items(items, "Examples")
