"""Snapshots of the cluster taken with kubectl, once or again and again while a command runs."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from generator import importing, units
from generator.errors import NotebookError, Problem
from generator.importers.opening import Given
from generator.importers.source import Imported, Importer, Wishes
from generator.importing import Read
from generator.kubectl import COMMANDS, TOP_PODS, Kubectl
from generator.recording import Reading

SERIES_FILE = "series-kubectl.csv"

Moment = Literal["before", "peak", "after", "whole run"]


@dataclass(frozen=True)
class Taken:
    """What kubectl printed at one time, by the names of the files that it goes into.

    `cpu` (cores) and `memory` (bytes) are the sums over the pods, None where no pod has any;
    `seconds` is the time since the start of the command that runs meanwhile.
    """

    time: datetime
    files: Mapping[str, bytes]
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0
    cpu: float | None = None
    memory: float | None = None


@dataclass
class Watched:
    """Samples over the time of a command, the one to keep, and how the command ended."""

    samples: list[Taken] = field(default_factory=list)
    chosen: Taken | None = None
    exit_code: int | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What went wrong in any sample, each once with how often it came."""
        return tuple(_repeated(problem for sample in self.samples for problem in sample.problems))


def take(kubectl: Kubectl, moment: Moment) -> Taken:
    """Run all commands once."""
    now = datetime.now(UTC)
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    for command in COMMANDS:
        printed = kubectl.run(command)
        if isinstance(printed, Problem):
            problems.append(printed)
        elif printed:
            files[_file(moment, command.file)] = printed
    return Taken(now, files, tuple(problems))


def watch(
    kubectl: Kubectl,
    words: Sequence[str],
    every: float,
    moment: Moment,
    usage: Callable[[Taken], Taken],
) -> Watched:
    """Take samples every `every` seconds while a command runs.

    Which one is kept follows from the moment: `before` the first, `after` one more that is taken
    when the command has ended, else the one with the most CPU. `usage` adds the sums. Ctrl-C goes
    to the command; sampling ends when it does. A request to end (SIGTERM) ends both. Raises
    NotebookError where the command can't be started.
    """
    try:
        process = subprocess.Popen(words)  # noqa: S603 (what the user typed, without a shell)
    except OSError as error:
        raise NotebookError(f"{words[0]!r} can't be run: {error.strerror}") from error
    start = time.monotonic()
    watched = Watched()
    code: int | None = None
    try:
        while code is None:
            try:
                seconds = time.monotonic() - start
                sample = usage(replace(take(kubectl, moment), seconds=seconds))
                watched.samples.append(replace(sample, files={}))
                watched.chosen = _better(moment, watched.chosen, sample)
                due = start + len(watched.samples) * every
                code = process.wait(timeout=max(0.0, due - time.monotonic()))
            except subprocess.TimeoutExpired:
                continue
            except KeyboardInterrupt:  # the command got it too, and ends in its own time
                continue
    finally:
        if process.poll() is None:  # who ends this command ends that one, too
            process.terminate()
            process.wait()
    watched.exit_code = code if code >= 0 else 128 - code
    if moment == "after":
        seconds = time.monotonic() - start
        watched.chosen = usage(replace(take(kubectl, moment), seconds=seconds))
        watched.samples.append(replace(watched.chosen, files={}))
    return watched


def read(taken: Taken, importers: Sequence[Importer], wishes: Wishes, console: Console) -> Read:
    """The readings of what kubectl printed, what it printed kept beside the record."""
    with tempfile.TemporaryDirectory() as folder:
        given = []
        for name, content in taken.files.items():
            path = Path(folder) / name
            path.write_bytes(content)
            given.append(Given(path, "kubectl"))
        timed = replace(wishes, time=wishes.time or importing.stamp(taken.time))
        found = importing.read(given, importers, timed, taken.time, console)
    readings = tuple(_with_files(reading, taken.files) for reading in found.readings)
    return Read(readings, found.problems)


def usage_of(importers: Sequence[Importer], console: Console) -> Callable[[Taken], Taken]:
    """A function that adds to a sample the sums over its pods, read by the importers."""

    def with_usage(taken: Taken) -> Taken:
        only = {name: item for name, item in taken.files.items() if name.endswith(TOP_PODS.file)}
        found = read(replace(taken, files=only, problems=()), importers, Wishes(), console)
        pods = [pod for reading in found.readings for pod in _pods(reading.imported.fields)]
        return replace(
            taken,
            cpu=_sum(pod.get("cpu") for pod in pods),
            memory=_sum((pod.get("memory") for pod in pods), units.MEMORY),
        )

    return with_usage


def series(samples: Sequence[Taken], every: float) -> Reading | None:
    """CPU and memory over time as a table beside the record; None where there are no figures."""
    rows = [sample for sample in samples if sample.cpu is not None or sample.memory is not None]
    if not rows:
        return None
    lines = ["time_s,cpu_cores,memory_bytes"]
    for row in rows:
        cpu = "" if row.cpu is None else f"{row.cpu:.6f}".rstrip("0").rstrip(".")
        memory = "" if row.memory is None else f"{row.memory:.0f}"
        lines.append(f"{row.seconds:.1f},{cpu},{memory}")
    entry = {"file": SERIES_FILE, "source": "kubectl", "interval": f"{every:g}s"}
    content = "\n".join([*lines, ""]).encode()
    return Reading("kubectl", Imported({"series": [entry]}, {SERIES_FILE: content}))


def _repeated(problems: Iterable[Problem]) -> Iterator[Problem]:
    for problem, times in Counter(problems).items():
        message = problem.message if times == 1 else f"{problem.message} ({times} times)"
        yield replace(problem, message=message)


def _file(moment: str, name: str) -> str:
    return f"kubectl-{moment.replace(' ', '-')}-{name}"


def _better(moment: Moment, known: Taken | None, sample: Taken) -> Taken:
    if known is None:
        return sample
    if moment == "before":
        return known
    return sample if (sample.cpu or 0.0) > (known.cpu or 0.0) else known


def _with_files(reading: Reading, files: Mapping[str, bytes]) -> Reading:
    kept = {str(entry["file"]): files[str(entry["file"])] for entry in reading.sources}
    attachments = {**reading.imported.attachments, **kept}
    return replace(reading, imported=replace(reading.imported, attachments=attachments))


def _pods(fields: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for snapshot in fields.get("snapshots", ()):
        yield from snapshot.get("pods", {}).get("list", ())


def _sum(written: Iterable[Any], unit: units.Unit = units.CORES) -> float | None:
    """The sum of figures as an importer writes them; None where there are none."""
    known = [units.parse(figure, unit) for figure in written if figure is not None]
    sizes = [quantity.start for quantity in known if quantity is not None]
    return sum(sizes) if sizes else None
