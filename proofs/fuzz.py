"""Broken texts for every reader: `python -m proofs.fuzz --count 1000000`.

None may raise, take more than two seconds of CPU, or give a problem without its place. Input
number N of a seed is always the same text: `--seed S --only N` reads that one again.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from types import FrameType

from proofs import mutating
from proofs.targets import TARGETS, BrokenError, Target

SECONDS = 2.0
"""Most CPU that reading one input may take."""

CHUNK = 1000


class TooSlowError(BaseException):
    """Reading took too long; no reader catches it."""


@dataclass
class Outcome:
    """What came of some inputs: how many each target read, the first failure of each kind."""

    counts: Counter[str] = field(default_factory=Counter)
    cpu: dict[str, float] = field(default_factory=dict)
    failures: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, other: Outcome) -> None:
        """Take in what came of further inputs."""
        self.counts += other.counts
        for name, seconds in other.cpu.items():
            self.cpu[name] = self.cpu.get(name, 0.0) + seconds
        for kind, (number, times) in other.failures.items():
            first, before = self.failures.get(kind, (number, 0))
            self.failures[kind] = (min(first, number), before + times)


def made(seed: int, number: int) -> tuple[Target, bytes]:
    """Input `number` of a seed, and who is to read it."""
    random = Random(f"{seed}/{number}")
    target = random.choices(TARGETS, [one.share for one in TARGETS])[0]
    return target, target.make(random)


def failure(target: Target, content: bytes, bound: float = SECONDS) -> str:
    """What went wrong when it was read, by kind; nothing where all is well.

    `bound` is the most CPU in seconds; SIGPROF is this process's from here on.
    """
    signal.signal(signal.SIGPROF, _stop)
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, bound)
    try:
        target.read(content)
    except TooSlowError:
        return f"{target.name}: more than {bound:g} s of CPU"
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        ours = [one for one in traceback.extract_tb(error.__traceback__) if "generator" in one[0]]
        where = ours[-1] if ours else frame
        file = where.filename.rpartition("/")[2]
        kind = str(error).partition(":")[0] if isinstance(error, BrokenError) else ""
        return f"{target.name}: {type(error).__name__} at {file}:{where.lineno} {kind}".strip()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    slow = time.process_time() - began > bound
    return f"{target.name}: more than {bound:g} s of CPU" if slow else ""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise TooSlowError


def _chunk(work: tuple[int, int, int]) -> Outcome:
    seed, first, last = work
    outcome = Outcome()
    for number in range(first, last):
        target, content = made(seed, number)
        began = time.process_time()
        kind = failure(target, content)
        outcome.counts[target.name] += 1
        spent = time.process_time() - began
        outcome.cpu[target.name] = outcome.cpu.get(target.name, 0.0) + spent
        if kind:
            first_of_it, times = outcome.failures.get(kind, (number, 0))
            outcome.failures[kind] = (first_of_it, times + 1)
    return outcome


def run(seed: int, count: int, seconds: float, processes: int) -> Outcome:
    """Read `count` inputs, or as many as `seconds` allow."""
    ends = time.monotonic() + seconds

    def work() -> Iterator[tuple[int, int, int]]:
        for first in range(0, count, CHUNK):
            yield seed, first, min(first + CHUNK, count)

    total = Outcome()
    if processes == 1:
        for one in work():
            total.add(_chunk(one))
            if time.monotonic() > ends:
                break
        return total
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        everything = work()
        # A bounded number is handed out at a time, so that the clock can end it.
        while batch := list(itertools.islice(everything, 10 * processes)):
            for outcome in pool.imap_unordered(_chunk, batch):
                total.add(outcome)
            done = sum(total.counts.values())
            print(
                f"\r{done:,} inputs, {len(total.failures)} kinds of failure",
                end="",
                file=sys.stderr,
            )
            if time.monotonic() > ends:
                break
    print(file=sys.stderr)
    return total


def main() -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m proofs.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="inputs to read")
    parser.add_argument("--seed", type=int, default=1, help="which million")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after these")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", type=int, help="read this one input, and show what it raises")
    given = parser.parse_args()
    if given.only is not None:
        target, content = made(given.seed, given.only)
        print(f"{target.name}: {content!r}")
        target.read(content)
        return 0
    began = time.monotonic()
    total = run(given.seed, given.count, given.seconds, given.processes)
    took = time.monotonic() - began
    for target in TARGETS:
        count = total.counts[target.name]
        each = 1000 * total.cpu.get(target.name, 0.0) / count if count else 0.0
        print(f"{count:>10,}  {target.name} ({each:.2f} ms each)")
    number = sum(total.counts.values())
    print(f"{number:>10,}  inputs in {took:.0f} s, {number / took:,.0f} a second")
    for kind, (first, times) in sorted(total.failures.items()):
        print(f"\nFAILED {times:,} times: {kind}")
        _show(given.seed, first, kind)
    print(f"{len(total.failures)} kinds of failure")
    return 1 if total.failures else 0


def _show(seed: int, number: int, kind: str) -> None:
    target, content = made(seed, number)
    small = mutating.smallest(content, lambda other: failure(target, other) == kind)
    print(f"  again: python -m proofs.fuzz --seed {seed} --only {number}")
    print(f"  smallest ({len(small):,} of {len(content):,} bytes): {small[:600]!r}")


if __name__ == "__main__":
    sys.exit(main())
