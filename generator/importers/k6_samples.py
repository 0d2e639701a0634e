"""Raw samples of k6, `--out json` and `--out csv`: recognised by content, read as one run.

Each file is read on its own to a small part (`read_files`), here or by an executor; parts of one
distributed run add up. Percentiles of one file are those of its samples, as k6 itself computes
them; of several they come from the sum of the histograms, to 0.2 %, unless exact ones are wished.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import Literal

from generator.errors import Level, Problem
from generator.importers import (
    samples_doubts,
    samples_duckdb,
    samples_fields,
    samples_job,
    scheduling,
    tally,
)
from generator.importers.samples_job import Job
from generator.importers.source import Imported, Importer, Source, Wishes
from generator.importers.tally import SECOND_US, Endpoint, Part

APART_US = 60 * SECOND_US
"""Load generators of one run begin before others have ended, or at most so much later."""


def read_json(sources: Sequence[Source], wishes: Wishes) -> Imported:
    """All files of `--out json` as one run."""
    return _wherever(sources, "json", wishes)


def read_csv(sources: Sequence[Source], wishes: Wishes) -> Imported:
    """All files of `--out csv` as one run."""
    return _wherever(sources, "csv", wishes)


def _wherever(sources: Sequence[Source], kind: Literal["json", "csv"], wishes: Wishes) -> Imported:
    try:
        with scheduling.executor_at(wishes.scheduler) as executor:
            return read_run(sources, kind, exact=wishes.exact, executor=executor)
    except scheduling.SchedulerError as error:
        refused = sources[0].problem(1, "import-scheduler", str(error), error.hint)
        return Imported(problems=(refused,))


def read_run(
    sources: Sequence[Source],
    kind: Literal["json", "csv"],
    *,
    exact: bool = False,
    executor: Executor | None = None,
) -> Imported:
    """Files of one run in the shape of a record; `executor` runs the step for each file."""
    filled = [source for source in sources if source.head.strip()]
    problems = [_empty(source) for source in sources if not source.head.strip()]
    if not filled:
        return Imported(problems=tuple(problems))
    results = read_files(filled, kind, exact=exact, executor=executor)
    pairs = [
        (source, result)
        for source, result in zip(filled, results, strict=True)
        if isinstance(result, Part)
    ]
    problems += [result for result in results if isinstance(result, Problem)]
    kept, strangers = _of_one_run(pairs)
    problems += strangers
    if not kept:
        return Imported(problems=tuple(problems))
    part = tally.merged([part for _, part in kept])
    names = [source for source, _ in kept]
    if exact and len(kept) > 1:
        part = _with_exact(part, names, kind)
    zones = {samples_job.zone_of(time) for one in names for time in samples_job.times(one, kind)}
    # Times of several zones are all instants: their date is told in UTC.
    part = replace(part, zone=zones.pop() if len(zones) == 1 else "Z")
    fields, attachments = samples_fields.record(part)
    problems += [*part.problems, *samples_doubts.doubts(part, names[0])]
    return Imported(fields, attachments, tuple(problems), "k6")


def read_files(
    sources: Sequence[Source],
    kind: Literal["json", "csv"],
    *,
    exact: bool = False,
    executor: Executor | None = None,
) -> list[Part | Problem]:
    """What each file comes to, in their order; a problem where nothing is taken of it.

    `executor` is any of `concurrent.futures`, or one that is like them, such as that of a Dask
    client; jobs and parts can be pickled. The files must be where it runs, under the same path.
    """
    origin = samples_job.origin_of(sources, kind)
    alone = len(sources) == 1
    jobs = [Job((source,), kind, origin, alone=alone, exact=exact) for source in sources]
    if executor is None:
        return [samples_duckdb.part_of(job) for job in jobs]
    return list(executor.map(samples_duckdb.part_of, jobs))


def _empty(source: Source) -> Problem:
    return source.problem(
        1, "import-empty", "the file is empty; nothing was taken of it", "did k6 ever start?"
    )


def _of_one_run(
    pairs: Sequence[tuple[Source, Part]],
) -> tuple[list[tuple[Source, Part]], list[Problem]]:
    """The files that are of the first one's run, and a problem for each that is not."""
    kept: list[tuple[Source, Part]] = []
    problems: list[Problem] = []
    for source, part in pairs:
        same = next((other for other, known in kept if _is_copy(part, known)), None)
        if same is not None:
            problems.append(
                source.problem(
                    1,
                    "import-same-file",
                    f"it has the same samples as {same.name}; they were taken once",
                    "give the file of each load generator once",
                )
            )
        elif kept and not any(_overlap(part, known) for _, known in kept):
            seconds = min(abs(part.start - known.start) for _, known in kept) // SECOND_US
            problems.append(
                source.problem(
                    1,
                    "import-other-run",
                    f"it is of another run than {kept[0][0].name}: they began {seconds} s apart "
                    "and were never active together; nothing of it was taken",
                    "import each run into a record of its own",
                )
            )
        else:
            kept.append((source, part))
    return kept, problems


def _is_copy(part: Part, other: Part) -> bool:
    return replace(part, problems=()) == replace(other, problems=())


def _overlap(part: Part, other: Part) -> bool:
    return part.start < other.last and other.start < part.last


def _with_exact(part: Part, sources: Sequence[Source], kind: Literal["json", "csv"]) -> Part:
    """The whole with percentiles from all samples of all files, read together once more."""
    whole = samples_duckdb.part_of(Job(tuple(sources), kind, part.origin, exact=True))
    if isinstance(whole, Problem):
        return replace(part, problems=(*part.problems, replace(whole, level=Level.WARNING)))
    metrics = {
        name: replace(figures, exact=whole.metrics[name].exact)
        if name in whole.metrics
        else figures
        for name, figures in part.metrics.items()
    }
    return replace(part, metrics=metrics, endpoints=dict(_exact_endpoints(part, whole)))


def _exact_endpoints(part: Part, whole: Part) -> Iterator[tuple[tuple[str, str], Endpoint]]:
    for key, endpoint in part.endpoints.items():
        known = whole.endpoints.get(key)
        exact = known.durations.exact if known else {}
        yield key, replace(endpoint, durations=replace(endpoint.durations, exact=exact))


SAMPLES_JSON = Importer("k6 samples (NDJSON)", "k6", samples_job.is_json, read_json)
"""`k6 run --out json=FILE`."""

SAMPLES_CSV = Importer("k6 samples (CSV)", "k6", samples_job.is_csv, read_csv)
"""`k6 run --out csv=FILE`."""
