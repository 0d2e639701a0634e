"""The HTML report of k6's web dashboard: figures over time, where there are no raw samples.

The page holds base64 of gzipped events, one JSON to a line. A snapshot's values stand in the order
of the names of all metrics that were told before it, each an array in the order of `aggregates`.
"""

from __future__ import annotations

import base64
import binascii
import csv
import gzip
import io
import json
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from generator.errors import Level, Problem
from generator.importers.content import ContentError, whole
from generator.importers.source import Imported, Importer, Source, Wishes

FILE = "series-k6.csv"
"""Name of the table in the run's folder."""

MAX_ROWS = 50_000
"""Most snapshots that are kept: more than half a day at one a second."""

MAX_METRICS = 20_000
"""Most metrics that a dashboard may have."""

MAX_EVENT = 16 * 2**20
"""Largest event in bytes."""

_DATA = b'<script id="data"'
_COLUMNS = ("rps", "failed_per_s", *(f"{name}_ms" for name in ("avg", "p50", "p90", "p95", "p99")))
COLUMNS = (*_COLUMNS, "max_ms", "vus")
"""Columns after `time_s`, where the dashboard has them: rates of the interval that begins then,
latency of the requests in it, VUs at its end."""

_TREND = {"avg": "avg", "p50": "med", "p90": "p(90)", "p95": "p(95)", "p99": "p(99)", "max": "max"}


@dataclass
class Report:
    """What was read of the events."""

    period: float = 0.0
    start: float | None = None
    scenarios: tuple[str, ...] = ()
    aggregates: Mapping[str, Sequence[str]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, float]] = field(default_factory=list)
    skipped: int = 0
    _names: list[str] = field(default_factory=list)

    def add(self, event: Mapping[str, Any]) -> None:
        """Take one event; one that is not understood is passed over."""
        name, data = event.get("event"), event.get("data")
        if name == "param" and isinstance(data, dict):
            self._param(data)
        elif name == "metric" and isinstance(data, dict):
            kinds = {key: one.get("type") for key, one in data.items() if isinstance(one, dict)}
            if len(self.types) + len(kinds) <= MAX_METRICS:
                self.types |= {key: kind for key, kind in kinds.items() if isinstance(kind, str)}
                self._names = sorted(self.types)
        elif name == "start" and isinstance(data, list):
            self.start = _first(data)
        elif name == "snapshot" and isinstance(data, list):
            row = self._row(data)
            if row is None or len(self.rows) >= MAX_ROWS:
                self.skipped += 1
            else:
                self.rows.append(row)

    def _param(self, data: Mapping[str, Any]) -> None:
        period, aggregates, scenarios = (
            data.get(name) for name in ("period", "aggregates", "scenarios")
        )
        if isinstance(period, int | float) and 0 < period < 1e9:
            self.period = period / 1000
        if isinstance(aggregates, dict):
            self.aggregates = {
                kind: names for kind, names in aggregates.items() if isinstance(names, list)
            }
        if isinstance(scenarios, list):
            self.scenarios = tuple(str(one)[:300] for one in scenarios[:1_000])

    def _row(self, data: list[Any]) -> dict[str, float] | None:
        """One line of the table; None where the snapshot has no time or another length."""
        if len(data) != len(self._names) or self.start is None or not self.period:
            return None
        values = dict(zip(self._names, data, strict=True))

        def figure(metric: str, stat: str) -> float | None:
            names = self.aggregates.get(self.types.get(metric, ""), ())
            figures = values.get(metric)
            known = isinstance(figures, list) and len(figures) == len(names) and stat in names
            return _number(figures[list(names).index(stat)]) if known and figures else None

        time = figure("time", "value")
        if time is None:
            return None
        row = {"time_s": max(0.0, (time - self.start) / 1000 - self.period)}
        if "http_reqs" in self.types:
            # No sample of a counter within an interval means that it stood still.
            count = figure("http_reqs", "count") or 0.0
            rate = figure("http_reqs", "rate")
            row["rps"] = count / self.period if rate is None else rate
            share = figure("http_req_failed", "rate") if count else 0.0
            if share is not None:
                row["failed_per_s"] = round(share * count) / self.period
        for column, stat in _TREND.items():
            if (latency := figure("http_req_duration", stat)) is not None:
                row[f"{column}_ms"] = latency
        if (vus := figure("vus", "value")) is not None:
            row["vus"] = vus
        return row


def recognises(source: Source) -> bool:
    """Whether it is the page that k6's dashboard exports."""
    text = source.text()
    return "<!doctype html>" in text[:2_000].lower() and "<title>k6 report</title>" in text


def read(sources: Sequence[Source], wishes: Wishes) -> Imported:  # noqa: ARG001
    """The table over time of the first page that can be read; others are of other runs."""
    problems: list[Problem] = []
    fields: dict[str, Any] = {}
    attachments: dict[str, bytes] = {}
    for source in sources:
        report = _report(source, problems)
        if report is None:
            continue
        if attachments:
            problems.append(_left_out(source))
            continue
        attachments[FILE] = _table(report.rows)
        fields = _fields(report)
        if report.skipped:
            problems.append(_skipped(source, report))
    return Imported(fields, attachments, tuple(problems), "k6" if attachments else "")


IMPORTERS = (Importer("k6 dashboard (HTML)", "k6", recognises, read),)


def _report(source: Source, problems: list[Problem]) -> Report | None:
    """What the page holds; None, with an error, where that is nothing of use."""

    def refuse(code: str, why: str, hint: str) -> None:
        problems.append(source.problem(1, code, f"{why}; nothing was taken", hint))

    report = Report()
    try:
        for event in _events(whole(source)):
            report.add(event)
    except ContentError as error:
        hint = "let k6 write it again: K6_WEB_DASHBOARD_EXPORT=report.html"
        refuse("import-k6-dashboard", f"the page can't be read: {error}", hint)
        return None
    if not report.rows:
        hint = "a run shorter than the dashboard's period has none: import its raw samples"
        refuse("import-k6-dashboard", "the page holds no figures over time", hint)
        return None
    return report


def _events(page: bytes) -> Iterator[Mapping[str, Any]]:
    """The events of a page. Raises ContentError where they are cut off or broken."""
    start = page.find(b">", max(page.find(_DATA), 0) + len(_DATA)) + 1
    end = page.find(b"</script>", start)
    if _DATA not in page or start == 0 or end < 0:
        raise ContentError("its data are missing or cut off")
    try:
        packed = base64.b64decode(page[start:end].strip(), validate=True)
        with gzip.open(io.BytesIO(packed)) as lines:
            while line := lines.readline(MAX_EVENT + 1):
                if len(line) > MAX_EVENT:
                    raise ContentError("an event in it is too large")
                event = json.loads(line)
                if isinstance(event, dict):
                    yield event
    except (binascii.Error, OSError, EOFError, zlib.error):
        raise ContentError("its data are broken") from None
    except (ValueError, RecursionError):
        raise ContentError("an event in it is no JSON") from None


def _fields(report: Report) -> dict[str, Any]:
    series = {"file": FILE, "source": "k6", "interval": f"{report.period:g}s"}
    fields: dict[str, Any] = {"series": [series]}
    names = [name.strip() for name in report.scenarios if name.strip().isprintable()]
    if any(names):
        fields["k6"] = {"scenarios": sorted(filter(None, names))}
    if report.start is not None and 0 < report.start < 2e14:
        begun = datetime.fromtimestamp(report.start // 1000, UTC)
        fields["date"] = begun.isoformat().replace("+00:00", "Z")
    return fields


def _table(rows: Sequence[Mapping[str, float]]) -> bytes:
    """The CSV; a column that no row has is left out, a figure that a row lacks is empty."""
    known = {name for row in rows for name in row}
    columns = ["time_s", *(name for name in COLUMNS if name in known)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([f"{row[name]:.6g}" if name in row else "" for name in columns])
    return text.getvalue().encode()


def _first(data: list[Any]) -> float | None:
    """The time of an event `[[1795433896746]]`."""
    return _number(data[0][0]) if data and isinstance(data[0], list) and data[0] else None


def _number(raw: Any) -> float | None:
    known = isinstance(raw, int | float) and not isinstance(raw, bool)
    return float(raw) if known and abs(raw) < 1e18 and math.isfinite(raw) else None


def _skipped(source: Source, report: Report) -> Problem:
    return source.problem(
        1,
        "import-k6-dashboard-rows",
        f"{report.skipped:,} snapshots were left out: they have no time, or are more than "
        f"{MAX_ROWS:,}; {len(report.rows):,} were kept",
        "import the raw samples of a run that long",
        level=Level.WARNING,
    )


def _left_out(source: Source) -> Problem:
    return source.problem(
        1,
        "import-k6-other-run",
        "a run has one dashboard; this page was left out",
        "import each run into its own record",
        level=Level.WARNING,
    )
