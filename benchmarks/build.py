"""What building, checking and showing cost, against plain MkDocs Material in the same minutes.

    python -m benchmarks.build [--runs 1000] [--growth 100 1000 5000]

prints one table. The yardstick Y is MkDocs Material alone, building the same finished Markdown
with its tables, and the charts as files. Each figure is that of a process of its own, start-up
included; a build that keeps nothing begins with an empty store.
"""

from __future__ import annotations

import argparse
import itertools
import math
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from markupsafe import Markup

from benchmarks import notebooks, yardstick
from generator import gallery, notebook, records, settings, site
from generator.links import Links
from generator.store import ENVIRONMENT, FILE
from generator.vector import Chart

OURS = ("reading records", "comparing and checking", "data files", "pages", "drawing charts")
"""The stages of a build that are not MkDocs'."""

MOST_MEMORY = 1.5 * 2**30

_WATCHED = """
import resource, subprocess, sys, time
begun = time.perf_counter()
code = subprocess.call(sys.argv[1:])
print(time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
"""Runs a command and says on its last line how many seconds it took, and its peak memory in KiB.

In a process of its own: what a process took before it started another counts as that one's peak.
"""


@dataclass(frozen=True)
class Took:
    """A finished process: seconds, peak memory in bytes, what it said."""

    seconds: float
    memory: int
    said: str


@dataclass(frozen=True)
class Line:
    """A line of the table; `limit` is in the unit of `figure`, None where there is none."""

    what: str
    figure: float
    limit: float | None
    unit: str = "s"
    ratio: float | None = None

    def __str__(self) -> str:
        limit = "" if self.limit is None else f"{self.limit:.2f}"
        met = "" if self.limit is None else "yes" if self.figure <= self.limit else "NO"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} Y"
        return f"{self.what:<48} {self.figure:>9.2f} {self.unit:<4} {ratio:>8} {limit:>9} {met:>4}"


def run(*command: str | Path, cwd: Path, store: Path) -> Took:
    """Run a command of the environment that this runs in; a failure ends the benchmark."""
    program = Path(sys.executable).parent / str(command[0])
    environment = os.environ | {ENVIRONMENT: str(store), "NO_MKDOCS_2_WARNING": "1"}
    watched = [sys.executable, "-c", _WATCHED, program, *map(str, command[1:])]
    done = subprocess.run(
        watched, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stdout}{done.stderr}")
    seconds, memory = done.stdout.splitlines()[-1].split()
    return Took(float(seconds), int(memory) * 1024, done.stderr)


def charts_of(root: Path) -> list[Chart]:
    """Every chart of the run pages and campaign pages."""
    options, problems = settings.read(root)
    opened = notebook.build(records.sources(root), options, problems)
    found: dict[str, Chart] = {}

    class Collecting(gallery.Gallery):
        def mark(self, chart: Chart) -> Markup:
            found.setdefault(chart.key, chart)
            return gallery.MARK.format(chart.key)

        def draw(self) -> None: ...

    site.build(opened, Links(), gallery=Collecting())
    return list(found.values())


def drawing_alone(charts: Sequence[Chart]) -> float:
    """Seconds that two processes take to draw these charts and nothing else."""
    chunks = [charts[start : start + 64] for start in range(0, len(charts), 64)]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(gallery.draw, [charts[:1], charts[:1]]))  # loads matplotlib in both
        begun = time.perf_counter()
        list(pool.map(gallery.draw, chunks))
        return time.perf_counter() - begun


def charts_alone(store: Path, copy: Path) -> None:
    """A copy of a store that has nothing but charts, as after a change of the package."""
    copy.mkdir()
    shutil.copy(store / FILE, copy / FILE)
    with sqlite3.connect(copy / FILE) as base:
        base.execute("DELETE FROM entry WHERE kind != ?", (gallery.KIND,))
    base.close()


def edit(root: Path, runs: int) -> None:
    """Change a figure of the run in the middle, as somebody who mends a record does."""
    path = sorted((root / "experiments").glob("*/run-*.yaml"))[runs // 2]
    text = path.read_text("utf-8")
    pattern = re.compile(r"^( +p95: )(\d+)", re.MULTILINE)
    changed, count = pattern.subn(lambda m: f"{m[1]}{int(m[2]) + 1}", text, count=1)
    if not count:
        raise SystemExit(f"nothing to edit in {path}")
    path.write_text(changed, "utf-8")


def edited(root: Path, runs: int, store: Path) -> Took:
    """A build after an edit."""
    edit(root, runs)
    return run("loadbook", "build", "--profile", cwd=root, store=store)


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def exponent(points: Sequence[tuple[int, float]]) -> float:
    """The slope of a line through the logarithms, by least squares: 1 is linear."""
    xs = [math.log(x) for x, _ in points]
    ys = [math.log(y) for _, y in points]
    middle = sum(xs) / len(xs), sum(ys) / len(ys)
    above = sum((x - middle[0]) * (y - middle[1]) for x, y in zip(xs, ys, strict=True))
    return above / sum((x - middle[0]) ** 2 for x in xs)


def builds(folder: Path, runs: int) -> Iterator[Line]:
    """The builds of so many runs, each beside a yardstick of its own."""
    root, plain, store = folder / "notebook", folder / "plain", folder / "store"
    notebooks.write(root, runs)
    yardstick.write(root, plain)

    def yard() -> float:
        return run("mkdocs", "build", "-q", cwd=plain, store=store).seconds

    y = yard()
    yield Line(f"Y: plain MkDocs Material, {runs:,} runs", y, None, ratio=1.0)
    charts = charts_of(root)
    drawing = drawing_alone(charts)
    yield Line(f"matplotlib alone, {len(charts):,} charts, two processes", drawing, None)
    cold = run("loadbook", "build", "--quiet", cwd=root, store=store).seconds
    yield Line("cold build, nothing kept", cold, 0.6 * y + 1.1 * drawing, ratio=cold / y)
    y = yard()
    checkout = folder / "checkout"
    shutil.copytree(root, checkout, ignore=shutil.ignore_patterns("site"))
    kept = run("loadbook", "build", "--quiet", cwd=checkout, store=store).seconds
    yield Line("fresh checkout, with the store that CI kept", kept, 0.6 * y, ratio=kept / y)
    charts_alone(store, folder / "charts")
    kept = run("loadbook", "build", "--quiet", cwd=checkout, store=folder / "charts").seconds
    yield Line("the same, of the store only the charts", kept, 0.6 * y, ratio=kept / y)
    y = yard()
    warm = min((edited(root, runs, store) for _ in "abc"), key=lambda took: took.seconds)
    yield Line("warm build, one record edited", warm.seconds, 0.4 * y, ratio=warm.seconds / y)
    stages = re.findall(r"^ +([\d.]+) s  (.+)$", warm.said, re.MULTILINE)
    ours = math.fsum(float(took) for took, name in stages if name in OURS)
    if lacking := {*OURS} - {name for _, name in stages}:
        raise SystemExit(f"a build has no stages {lacking}:\n{warm.said}")
    yield Line("ours in it", ours, 1.0)
    pages = [path.stat().st_size for path in (root / "site").glob("*/run-*.html")]
    yield Line("a run's page, median", sorted(pages)[len(pages) // 2] / 1000, None, "kB")
    yield Line("the site, each run", size_of(root / "site") / runs / 1000, None, "kB")
    yield from commands(root, folder)


def commands(root: Path, folder: Path) -> Iterator[Line]:
    """What commands that read every record cost, without and with a store."""
    last = sorted((root / "experiments").glob("*/run-*.yaml"))[-2:]
    names = [f"{path.parent.name}/{path.stem}" for path in last]
    for command, limit in ((("check",), 3.0), (("show", names[0]), 0.7), (("diff", *names), 0.7)):
        took = min(run("loadbook", *command, cwd=root, store=folder / "c").seconds for _ in "abc")
        yield Line(f"loadbook {command[0]}", took, limit)


def growth(folder: Path, sizes: Sequence[int]) -> Iterator[Line]:
    """Cold builds of notebooks of several sizes: time, bytes, memory."""
    took: list[tuple[int, float]] = []
    large: list[tuple[int, float]] = []
    for size in sizes:
        root = folder / f"grown-{size}"
        notebooks.write(root, size)
        done = run("loadbook", "build", "--quiet", cwd=root, store=folder / f"store-{size}")
        took.append((size, done.seconds))
        large.append((size, float(size_of(root / "site"))))
        yield Line(f"cold build of {size:,} runs", done.seconds, None)
        limit = MOST_MEMORY / 2**20
        yield Line(f"  its peak memory, {size:,} runs", done.memory / 2**20, limit, "MiB")
    yield Line("exponent of time", exponent(took), 1.1, "")
    yield Line("exponent of bytes", exponent(large), 1.1, "")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--growth", type=int, nargs="*", default=[100, 1000, 5000])
    parser.add_argument("--keep", type=Path, help="leave notebooks and sites in this folder")
    arguments = parser.parse_args()
    print(f"{'what':<48} {'figure':>9} {'':<4} {'ratio':>8} {'limit':>9} {'met':>4}")
    with tempfile.TemporaryDirectory(prefix="loadbook-bench-") as made:
        folder = arguments.keep or Path(made)
        lines = builds(folder, arguments.runs)
        if arguments.growth:
            lines = itertools.chain(lines, growth(folder, arguments.growth))
        for line in lines:
            print(line, flush=True)


if __name__ == "__main__":
    main()
