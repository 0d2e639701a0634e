"""One file of k6 samples to its part of the record, by DuckDB, in bounded memory.

The file is read once into a temporary table on disk, about as large as the compressed file, and
all questions are asked of that. `part_of` is a plain function of plain arguments, so that it can
run in another process or on another machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from generator import locks
from generator.errors import Level, Problem
from generator.importers import damage, samples_count, samples_job
from generator.importers.damage import DURATIONS, LONGEST_RUN_US, Unpacked
from generator.importers.samples_job import Job
from generator.importers.source import Source
from generator.importers.tally import SECOND_US, Part
from generator.units import MAX_VALUE

if TYPE_CHECKING:
    import duckdb

MEMORY = "320MB"
"""What DuckDB may hold; beyond it, it writes to the temporary folder."""

LONGEST_GAP_US = 60 * SECOND_US
"""Without a sample for longer than this (k6 samples its VUs each second), something is wrong."""

REJECTS = 100_000

_TAGGED = "('http_req_duration', 'http_req_failed', 'checks', 'iterations')"
"""The metrics whose tags are kept: tags are most of a file, and most of the work."""

_JSON = f"""
INSERT INTO points SELECT
    CASE type WHEN 'Point' THEN 1 WHEN 'Metric' THEN 2 ELSE 0 END,
    metric, epoch_us(data.time), data.value,
    CASE WHEN type = 'Metric' THEN concat(data.type, ' ', data.contains)
        WHEN metric IN {_TAGGED} THEN data.tags::VARCHAR END
FROM read_ndjson($path, compression = $compression, ignore_errors = true, columns = {{
    metric: 'VARCHAR', type: 'VARCHAR',
    data: 'STRUCT("time" TIMESTAMPTZ, value DOUBLE, tags JSON, type VARCHAR, contains VARCHAR)'}})
"""  # noqa: S608 - no text of a file is part of it

_FORGET = "DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans"

_CSV_TAGS = ("check", "group", "method", "name", "scenario", "endpoint")


def part_of(job: Job) -> Part | Problem:
    """What the files of a job come to; a problem (an error) where nothing is taken of them."""
    import duckdb  # takes long to load, and only such files need it

    try:
        with (
            locks.temporary("loadbook-") as folder,
            duckdb.connect(str(folder / "points.db")) as connection,
        ):
            _prepare(connection, folder)
            problems: list[Problem] = []
            for source in job.sources:
                problems += _load(connection, job, source, folder)
            errors = [problem for problem in problems if problem.level is Level.ERROR]
            if errors:
                return errors[0]
            if connection.execute("SELECT 1 FROM points WHERE kind = 1 LIMIT 1").fetchone() is None:
                return _no_samples(job.sources[0], problems)
            return replace(samples_count.part(connection, job), problems=tuple(problems))
    except duckdb.Error as error:
        return job.sources[0].problem(
            1,
            "import-unreadable",
            f"can't be read as samples of k6: {_first_line(error)}",
            "nothing of it was taken",
        )
    except OSError as error:
        return job.sources[0].problem(
            1,
            "import-unreadable",
            f"can't be read: {error.strerror}",
            "nothing of it was taken",
        )


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]


def _prepare(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Bounds on memory, nothing from the network, and the empty table."""
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute("SET temp_directory = $folder", {"folder": str(folder / "spill")})
    for setting in (
        "preserve_insertion_order = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "TimeZone = 'UTC'",
        "enable_progress_bar = false",
        # The table is thrown away in the end: nothing of it has to outlive a crash.
        "checkpoint_threshold = '1TB'",
    ):
        connection.execute(f"SET {setting}")
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    # kind: 1 a sample, 2 the definition of a metric, 0 a damaged line; time in µs.
    connection.execute(
        "CREATE TABLE points "
        "(kind TINYINT, metric VARCHAR, time BIGINT, value DOUBLE, tags VARCHAR)"
    )


def _load(
    connection: duckdb.DuckDBPyConnection, job: Job, source: Source, folder: Path
) -> list[Problem]:
    """Read one file into the table; what was wrong with it."""
    import duckdb

    # In the name of a file `*`, `?` and `[` are no pattern.
    path = re.sub(r"([*?\[])", r"[\1]", str(source.path.resolve()))
    outcome = Unpacked()
    try:
        _insert(connection, job, source, path, source.compression or "none")
    except duckdb.Error:
        # Cut or broken: DuckDB has taken nothing then; save what can be unpacked.
        connection.execute(_FORGET)
        for piece in damage.pieces(source, folder, outcome):
            _insert(connection, job, source, str(piece), "none")
    return list(_damage(connection, job, source, outcome))


def _counted(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT count(*) FROM points").fetchone()
    return int(row[0]) if row else 0


def _insert(
    connection: duckdb.DuckDBPyConnection, job: Job, source: Source, path: str, compression: str
) -> None:
    given = {"path": path, "compression": compression}
    if job.kind == "json":
        connection.execute(_JSON, given)
    else:
        connection.execute(_csv(source), given)


def _csv(source: Source) -> str:
    """The statement for a CSV file with its headings; only names that we know become part of it."""
    names = samples_job.columns(source)
    # The names in the file are the system tags that k6 was asked for; ours are by position.
    known = {name: f"c{place}" for place, name in enumerate(names)}
    is_unix = any(map(str.isdecimal, samples_job.times(source, "csv")[:1]))
    types = ["VARCHAR"] * len(names)
    types[names.index("metric_value")] = "DOUBLE"
    types[names.index("timestamp")] = "BIGINT" if is_unix else "TIMESTAMPTZ"
    columns = ", ".join(f"c{place}: '{type_}'" for place, type_ in enumerate(types))
    time = known["timestamp"]
    if is_unix:
        digits = len(samples_job.times(source, "csv")[0])
        unit = {10: "* 1000000", 13: "* 1000", 19: "// 1000"}.get(digits, "")
        stamp = f"{time} {unit}"
    else:
        stamp = f"epoch_us({time})"
    extra = known.get("extra_tags")
    # Where the script sets a tag that is also a heading, k6 writes it into that column.
    endpoint = f"regexp_extract({extra}, '(?:^|&)endpoint=([^&]*)', 1)" if extra else "NULL"
    tags = {name: f"nullif({known[name]}, '')" for name in _CSV_TAGS if name in known}
    tags = {"endpoint": f"nullif({endpoint}, '')", **tags}
    packed = ", ".join(f'"{name}": {column}' for name, column in tags.items())
    metric = known["metric_name"]
    return f"""
        INSERT INTO points SELECT 1, {metric}, {stamp}, {known["metric_value"]},
            CASE WHEN {metric} IN {_TAGGED} THEN to_json({{{packed}}})::VARCHAR END
        FROM read_csv($path, compression = $compression, auto_detect = false, header = false,
            delim = ',', quote = '"', escape = '"', store_rejects = true,
            rejects_limit = {REJECTS}, columns = {{{columns}}})
    """  # noqa: S608


def _damage(
    connection: duckdb.DuckDBPyConnection, job: Job, source: Source, outcome: Unpacked
) -> Iterator[Problem]:
    """What of a file could not be read; the lines are taken out of the table."""
    bad = (
        "kind = 0 OR metric IS NULL OR (kind = 1 AND "
        "(time IS NULL OR value IS NULL OR NOT abs(value) <= $largest OR isnan(value) "
        "OR abs(time - $origin) > $longest OR "
        f"(metric IN {DURATIONS} AND value * 1000 > $longest)))"
    )
    given = {"origin": job.origin, "longest": LONGEST_RUN_US, "largest": MAX_VALUE}
    row = connection.execute(f"SELECT count(*) FROM points WHERE {bad}", given).fetchone()  # noqa: S608
    lost = int(row[0]) if row else 0
    if lost:
        connection.execute(f"DELETE FROM points WHERE {bad}", given)  # noqa: S608
    total = _counted(connection) + lost
    if not outcome.complete:
        yield _warning(
            source,
            outcome.lines + 1,
            "import-cut-archive",
            f"the compressed file ends too early or is broken after {outcome.size} bytes: "
            f"the {total - lost} samples and definitions before that were kept",
            "k6 was killed, or still writes; totals and rates are of that part of the run only",
        )
    if job.kind == "csv":
        yield from _csv_damage(connection, job, source, lost)
    elif lost:
        lines, cut = damage.damaged_lines(source)
        if lost == 1 and cut and not outcome.complete:
            pass  # said already
        elif lost == 1 and cut:
            yield _warning(
                source,
                lines[-1] if lines else 1,
                "import-cut-line",
                f"the last line is cut off; the {total - 1} lines before it were kept",
                "k6 was killed, or still writes: wait for its end, or see whether all is there",
            )
        else:
            yield _lines_lost(source, lost, total, lines, "")
    yield from _repeats(connection, job, source)
    yield from _gap(connection, source)


def _lines_lost(source: Source, lost: int, total: int, lines: Sequence[int], more: str) -> Problem:
    some = f", the first in line {lines[0]}" if lines else ""
    return _warning(
        source,
        lines[0] if lines else 1,
        "import-damaged-lines",
        f"{more}{lost} of {total} lines are no samples with a time and a value that can be{some}; "
        f"the other {total - lost} were kept",
        "another program's output, a crash while writing, NaN, Infinity and 1e30 make such lines",
    )


def _csv_damage(
    connection: duckdb.DuckDBPyConnection, job: Job, source: Source, lost: int
) -> Iterator[Problem]:
    """The lines that the CSV reader refused; the first one is the headings."""
    rows = connection.execute(
        "SELECT line, any_value(csv_line) FROM reject_errors GROUP BY scan_id, line ORDER BY line"
    ).fetchall()
    connection.execute(_FORGET)
    refused = [line for line, text in rows if not (text or "").startswith("metric_name,")]
    if len(rows) - len(refused) > 1 and len(job.sources) == 1:
        yield from _glued(job, source)
    if lost + len(refused):
        total = _counted(connection) + len(refused) + lost
        yield _lines_lost(
            source,
            lost + len(refused),
            total,
            refused,
            "at least " if len(rows) * 20 >= REJECTS else "",
        )


def _repeats(connection: duckdb.DuckDBPyConnection, job: Job, source: Source) -> Iterator[Problem]:
    """Several outputs of k6 in one file: two runs are an error, two load generators a doubt."""
    row = connection.execute(
        "SELECT count(*) > count(DISTINCT metric) FROM points WHERE kind = 2"
    ).fetchone()
    if job.kind == "json" and len(job.sources) == 1 and row and row[0]:
        yield from _glued(job, source)


def _glued(job: Job, source: Source) -> Iterator[Problem]:
    """What it means that the definitions of metrics, or the headings, come again in a file."""
    parts = damage.stretches(source)
    times = [
        sorted(samples_job.times_of_lines(source, job.kind, (part.first, part.last)))
        for part in parts
    ]
    for part, before, after in zip(parts[1:], times, times[1:], strict=False):
        if not before or not after:
            continue
        follows = after[0] > before[-1] - SECOND_US or after[-1] < before[0] + SECOND_US
        if follows or before == after:
            yield source.problem(
                part.line,
                "import-two-runs",
                "another run, or the same once more, begins here; nothing of the file was taken",
                f"keep one of them: head -n {part.line - 1}, or tail -n +{part.line}",
            )
            return
    if len(parts) > 1:
        yield _warning(
            source,
            parts[1].line,
            "import-joined",
            "the output of another load generator of the same time begins here; all was taken as "
            "one run, but VUs are those of one of them",
            "give the files of the load generators one by one",
        )


def _gap(connection: duckdb.DuckDBPyConnection, source: Source) -> Iterator[Problem]:
    """A long time without any sample, which k6 does not leave while it runs."""
    row = connection.execute(
        "SELECT second, gap FROM (SELECT second, lead(second) OVER (ORDER BY second) - second "
        "AS gap FROM (SELECT DISTINCT time // 1000000 AS second FROM points WHERE kind = 1)) "
        "WHERE gap > $longest ORDER BY gap DESC LIMIT 1",
        {"longest": LONGEST_GAP_US // SECOND_US},
    ).fetchone()
    if row:
        moment = datetime.fromtimestamp(row[0], UTC).isoformat().replace("+00:00", "Z")
        yield _warning(
            source,
            1,
            "import-gap",
            f"there is no sample for {row[1]} s after {moment}; all was taken as one run",
            "are these two runs in one file, or did k6 stand still?",
        )


def _no_samples(source: Source, problems: Sequence[Problem]) -> Problem:
    damaged = next((problem.place.line for problem in problems), 1)
    return source.problem(
        damaged,
        "import-no-samples",
        "no sample in it can be read; nothing of it was taken",
        "k6 writes samples with --out json=FILE or --out csv=FILE, as UTF-8 text",
    )


def _warning(source: Source, line: int, code: str, message: str, hint: str) -> Problem:
    return source.problem(line, code, message, hint, level=Level.WARNING)
