"""Kills builds and imports at random moments, and looks at what they leave: python -m proofs.kills

Each is a process of its own that gets SIGKILL. Two thirds of the moments are spread over the
whole run, as shares of how long an undisturbed one takes; the others are aimed at its end, from
where a file says that the work is done: that is where files change places. After each:

- the site is the earlier one or the new one, the record and each file beside it the old or the new
  bytes, by their hashes;
- `loadbook check` reads the notebook without an error;
- the same command once more gives the bytes of an undisturbed one, whatever the cache went
  through, and leaves no other file, in the folder for temporary files neither.

The commands are run in forks that have loaded the program already, so every moment falls into work
on the notebook. A command that ended before its moment does not count and is started again.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from generator import cli, intake, newbook, writing

SAMPLES = Path(__file__).parent.parent / "tests" / "samples" / "k6" / "1.1.0"
FILES = ("summary-export.json", "raw.json.gz", "stdout.txt")
RUN = "example/killed"
EDITED = "experiments/example/cache-on.yaml"
CACHE = ".cache"
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
"""When each import takes place, so that the same one gives the same bytes."""

AIMED = 3
"""Of so many moments one is aimed at the end of the run."""

COLD = 4
"""Of so many builds one finds no cache."""

Manifest = Mapping[str, str]


@dataclass(frozen=True)
class Trial:
    """A command to kill: its words, the file that says when its end begins, seconds it takes.

    `ending` gives whether the end has begun; `tail` is how long it takes from there.
    """

    words: Sequence[str]
    ending: Callable[[], bool]
    seconds: float
    tail: float


class WrongError(Exception):
    """Something is left that must not be."""


def manifest(folder: Path, *without: str) -> Manifest:
    """SHA-256 of each file below by its path, hidden ones too, but for these folders in it."""
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and (name := path.relative_to(folder).as_posix()).split("/")[0] not in without
    }


def unlike(found: Manifest, expected: Manifest) -> str:
    """The names of the files that are not the same in both."""
    names = sorted(found.keys() | expected.keys())
    return ", ".join(name for name in names if found.get(name) != expected.get(name))


def start(root: Path, words: Sequence[str]) -> int:
    """Start a command in the notebook's folder as a process of its own; its id."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.chdir(root)
        log = os.open(root.parent / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        intake._now = lambda: MOMENT
        cli.app(list(words))
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else bool(ended.code)
    finally:
        os._exit(code)


def run(root: Path, words: Sequence[str]) -> float:
    """Run a command to its end and return how long it took; WrongError where it fails."""
    begin = time.monotonic()
    code = os.waitstatus_to_exitcode(os.waitpid(start(root, words), 0)[1])
    if code:
        raise WrongError(f"{words[0]} ended with {code}: {(root.parent / 'log').read_text()}")
    return time.monotonic() - begin


def timed_tail(root: Path, words: Sequence[str], ending: Callable[[], bool]) -> float:
    """How long a command takes from where its end begins."""
    child = start(root, words)
    begin = None
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        begin = time.monotonic() if begin is None and ending() else begin
    return time.monotonic() - begin if begin else 0.0


def kill(root: Path, trial: Trial, share: float, *, aimed: bool) -> bool:
    """Start the command and kill it at that share; False where it had ended before."""
    begin = time.monotonic()
    child = start(root, trial.words)
    while aimed and not trial.ending():
        if os.waitpid(child, os.WNOHANG) != (0, 0):
            return False
    begin, span = (time.monotonic(), trial.tail) if aimed else (begin, trial.seconds)
    while (left := begin + share * span - time.monotonic()) > 0:
        time.sleep(min(left, 0.01) if left > 0.002 else 0)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def moments(chance: random.Random, count: int) -> Iterator[tuple[int, float, bool]]:
    """Number, share and whether it is aimed, of each moment."""
    spread = [number for number in range(count) if number % AIMED != AIMED - 1]
    slices = dict(zip(chance.sample(spread, len(spread)), range(len(spread)), strict=True))
    for number in range(count):
        aimed = number not in slices
        share = chance.random() if aimed else (slices[number] + chance.random()) / len(slices)
        yield number, share, aimed


def killed(
    root: Path, trial: Trial, share: float, prepare: Callable[[], None], *, aimed: bool
) -> None:
    """Kill the command at that moment, as often as it takes to be in time."""
    for _ in range(50):
        prepare()
        if kill(root, trial, share, aimed=aimed):
            return
        share *= 0.95
    raise WrongError(f"{trial.words[0]} always ended before it could be killed")


def no_remains(root: Path, expected: Manifest) -> None:
    """WrongError where the notebook has other files than these, the site and the cache left out."""
    found = manifest(root, "site", CACHE)
    strange = sorted(set(found) ^ set(expected)) + sorted(
        name for name in found if found[name] != expected.get(name, found[name])
    )
    strange += [f"TMPDIR/{path.name}" for path in Path(tempfile.gettempdir()).iterdir()]
    if strange:
        raise WrongError(f"left over or changed: {', '.join(strange)}")


def builds(root: Path, chance: random.Random, count: int) -> Counter[str]:
    """Kill builds; each is of a record with another title than the site that is there."""
    words = ("build", "--strict")
    site, record = root / "site", root / EDITED
    text = record.read_bytes()
    texts = [text.replace(b"Example: ", b"%s: " % word, 1) for word in (b"First", b"Second")]

    def edit(which: int) -> None:
        writing.put(record, texts[which])

    def ending() -> bool:
        return any(root.glob(".site-*/search/search_index.json"))

    sites: list[Manifest] = []
    expected: list[Manifest] = []
    took: dict[bool, list[float]] = {True: [], False: []}
    for which in (0, 1, 0):
        for cold in (True, False):
            edit(which)
            if cold:
                shutil.rmtree(root / CACHE, ignore_errors=True)
            took[cold].append(run(root, words))
        sites.append(manifest(site))
        expected.append(manifest(root, "site", CACHE))
    if sites[0] != sites[2] or sites[0] == sites[1]:
        raise WrongError("two builds of the same records differ, or two of others do not")
    tail = timed_tail(root, words, ending)
    trials = {cold: Trial(words, ending, statistics.median(took[cold]), tail) for cold in took}
    print(f"a build takes {trials[False].seconds:.2f} s, {tail * 1000:.0f} ms of them at its end")
    phases: Counter[str] = Counter()
    known = 0
    for number, share, aimed in moments(chance, count):
        cold = number % COLD == 0
        new = 1 - known

        def prepare(known: int = known, new: int = new, cold: bool = cold) -> None:
            if manifest(site) != sites[known]:  # a build that ended before it was killed
                edit(known)
                run(root, words)
            edit(new)
            if cold:
                shutil.rmtree(root / CACHE, ignore_errors=True)

        killed(root, trials[cold], share, prepare, aimed=aimed)
        found = manifest(site)
        if found not in (sites[known], sites[new]):
            raise WrongError("the site is neither the earlier one nor the new one")
        begun = any(root.glob(".site-*"))
        swapped = "the new one in place" + (", the earlier one not removed yet" if begun else "")
        earlier = "the new one half built" if begun else "before anything was built"
        phases[swapped if found == sites[new] else earlier] += 1
        run(root, ("check",))
        run(root, words)
        if differing := unlike(manifest(site), sites[new]):
            raise WrongError(f"the next build differs from an undisturbed one: {differing}")
        no_remains(root, expected[new])
        known = new
    return phases


def imports(root: Path, chance: random.Random, count: int) -> Counter[str]:
    """Kill imports of raw samples: into a new record, and over one with the figures of another."""
    words = ("import", RUN, *(str(SAMPLES / "ramp50" / name) for name in FILES), "--replace")
    other = ("import", RUN, *(str(SAMPLES / "arrival" / name) for name in FILES))
    home = root / "experiments" / "example"
    clean = manifest(root, "site", CACHE)
    copies = root.parent / "states"

    def reset(before: str) -> None:
        shutil.rmtree(home)
        shutil.copytree(copies / before, home)

    shutil.copytree(home, copies / "no record")
    run(root, other)
    shutil.copytree(home, copies / "a record")
    states = {before: manifest(copies / before) for before in ("no record", "a record")}

    def ending(before: str) -> bool:
        folder = home / "killed"
        first = folder / "series-k6.csv"
        return first.exists() and (
            before == "no record"
            or hashlib.sha256(first.read_bytes()).hexdigest()
            != states[before][f"killed/{first.name}"]
        )

    trials: dict[str, Trial] = {}
    after: dict[str, Manifest] = {}
    for before in states:
        took = []
        for _ in range(3):
            reset(before)
            took.append(run(root, words))
        after[before] = manifest(home)
        reset(before)
        begins = partial(ending, before)
        tail = timed_tail(root, words, begins)
        trials[before] = Trial(words, begins, statistics.median(took), tail)
        took_text = f"{trials[before].seconds:.2f} s, {tail * 1000:.0f} ms of them at its end"
        print(f"an import over {before} takes {took_text}")
    phases: Counter[str] = Counter()
    for number, share, aimed in moments(chance, count):
        before = "no record" if number // AIMED % 2 else "a record"
        killed(root, trials[before], share, partial(reset, before), aimed=aimed)
        old, new, found = states[before], after[before], manifest(home)
        parts = [name for name in found if writing._PART.fullmatch(Path(name).name)]
        for name in set(found) - set(parts):
            if found[name] not in (old.get(name), new.get(name)):
                raise WrongError(f"{name} is neither as it was nor as it is to be")
        if lost := set(old) - set(found):
            raise WrongError(f"gone: {', '.join(sorted(lost))}")
        record = "killed.yaml"
        whole = {name: found[name] for name in found if name not in parts}
        if found.get(record) == new[record] and whole != new:
            raise WrongError("the record is there before what it refers to")
        changed = sum(whole.get(name) == new[name] != old.get(name) for name in new)
        total = sum(new[name] != old.get(name) for name in new)
        phase = f"{changed} of {total} files written" if changed else "nothing written"
        phases[f"over {before}: {phase}{', one begun' if parts else ''}"] += 1
        run(root, ("check",))
        run(root, words)
        if differing := unlike(manifest(home), new):
            raise WrongError(f"the next import differs from an undisturbed one: {differing}")
        prefix = "experiments/example/"
        no_remains(root, {**clean, **{f"{prefix}{name}": digest for name, digest in new.items()}})
    reset("no record")
    return phases


@contextmanager
def notebook() -> Iterator[Path]:
    """A new notebook with two runs, and a cache and a folder for temporary files of its own."""
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        root = Path(folder) / "book"
        writing.write(root, newbook.plan(root, newbook.files("Killed")))
        (Path(folder) / "tmp").mkdir()
        os.environ |= {"LOADBOOK_CACHE": str(root / CACHE), "TMPDIR": str(Path(folder) / "tmp")}
        os.environ["NO_MKDOCS_2_WARNING"] = "1"
        tempfile.tempdir = os.environ["TMPDIR"]
        yield root
        tempfile.tempdir = None


def main() -> None:
    """Kill, look, and say what was found; exit code 1 where something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=100, help="kills; two fifths are imports")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for name in ("publish", "plugin", "site", "importers.registry"):
        importlib.import_module(f"generator.{name}")
    importlib.import_module("duckdb")
    chance = random.Random(given.seed)
    shares = {imports: given.count * 2 // 5, builds: given.count - given.count * 2 // 5}
    begin = time.monotonic()
    with notebook() as root:
        for trial, count in shares.items():
            try:
                phases = trial(root, chance, count)
            except WrongError as wrong:
                raise SystemExit(f"{trial.__name__}: {wrong}") from None
            print(f"{phases.total()} {trial.__name__} killed, each mended by the next command:")
            for phase, times in sorted(phases.items()):
                print(f"  {times:3} {phase}")
    print(f"nothing half written, with the seed {given.seed}; {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
