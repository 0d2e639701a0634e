"""The gallery: every chart drawn once, and kept for the next build.

A page holds a mark for each chart; the gallery draws what it does not have, in several processes
where there are many, and hands out the SVG when a page is put together.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

from markupsafe import Markup

from generator import beside
from generator.errors import NotebookError
from generator.store import Store
from generator.vector import Chart

MARK = Markup("<!--lb-chart {}-->")
"""What stands for a chart in a page: a comment, which no record can write into one."""

_MARK = re.compile("<!--lb-chart ([0-9a-f]{32})-->")

KIND = "chart"

FEW = 64
"""As many charts are drawn before another process would have started; so many are handed over at
once, and no more wait in memory."""


Given = tuple[set[str], set[str], list[Chart]]
"""What another process tells of its charts: those seen, those drawn, those still to be drawn."""


@dataclass(frozen=True)
class _UnderWay:
    """Charts that are being drawn: `result` waits for them."""

    charts: list[Chart]
    result: Callable[[], list[str]]
    is_done: Callable[[], bool] = bool


class Gallery:
    """Charts by their key: `seen` are all that a page shows, `drawn` those that were not there."""

    def __init__(self, store: Store | None = None, workers: int | None = None) -> None:
        self.store = store or Store()
        self.workers = (os.cpu_count() or 1) if workers is None else workers
        self.seen: set[str] = set()
        self.drawn: set[str] = set()
        self._wanted: list[Chart] = []
        self._missing: list[Chart] = []
        self._pool: ProcessPoolExecutor | None = None
        self._under_way: list[_UnderWay] = []
        self._other = ExitStack()

    @property
    def is_ready(self) -> bool:
        """Whether little is to be drawn, for all that is known: an earlier build kept charts."""
        return self._pool is None and self.store.is_shared and self.store.has(KIND)

    def mark(self, chart: Chart) -> Markup:
        """What stands for the chart until its page is put together."""
        if chart.key not in self.seen:
            self.seen.add(chart.key)
            self._wanted.append(chart)
            if len(self._wanted) >= FEW:
                self._look_up()
            if len(self._missing) >= FEW:
                self._hand_over()
        return MARK.format(chart.key)

    def given(self) -> Given:
        """What is known of the charts, and those that nobody drew yet."""
        return self.seen, self.drawn, [*self._wanted, *self._missing]

    def take(self, given: Given) -> None:
        """What another process knows of its charts is known here, and its others are drawn here."""
        seen, drawn, wanted = given
        self._wanted += [chart for chart in wanted if chart.key not in self.seen]
        self.seen |= seen
        self.drawn |= drawn

    def there(self, keys: Iterable[str]) -> set[str]:
        """Those of the charts that an earlier build drew; they can be hung."""
        found = self.store.known(KIND, dict.fromkeys(keys))
        self.seen |= found
        return found

    def draw(self) -> None:
        """Have all drawn that is wanted and not there; other processes may still be at it."""
        self._look_up()
        if self._pool is not None:
            self._hand_over()
        elif self._missing and self.workers > 1 and beside.can():
            missing = self._missing
            made = self._other.enter_context(beside.begun(partial(draw, missing)))
            self._under_way.append(_UnderWay(missing, made))
        elif self._missing:
            self._keep(_drawn_here(self._missing))
        self._missing = []
        self.store.write()

    def hang(self, html: str) -> str:
        """`html` with every chart in the place of its mark; waits for those that are being drawn.

        Raises NotebookError where one is not there: the store was damaged meanwhile.
        """
        keys = keys_in(html)
        if not keys:
            return html
        found = self.store.get_all(KIND, dict.fromkeys(keys))
        while self._under_way and len(found) < len(set(keys)):
            self._keep(self._under_way.pop(0))
            found |= self.store.get_all(KIND, [key for key in keys if key not in found])
        if lost := [key for key in keys if key not in found]:
            raise NotebookError(
                f"chart {lost[0]} was lost while the site was built, build it again"
            )
        return _MARK.sub(lambda match: found[match[1]].decode(), html)

    def close(self) -> None:
        """Keep for the next build what this one drew, to the end, and let go of the store."""
        while self._under_way:
            self._keep(self._under_way.pop(0))
        self.abandon()
        self.store.close()

    def abandon(self) -> None:
        """Draw no further: the build failed, or is over."""
        self._under_way.clear()
        self._other.close()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _look_up(self) -> None:
        """Find out which of the wanted no earlier build drew; nothing is wanted then."""
        there = self.store.known(KIND, [chart.key for chart in self._wanted])
        self._missing += [chart for chart in self._wanted if chart.key not in there]
        self._wanted.clear()

    def _hand_over(self) -> None:
        """Give what is missing to another process, and go on meanwhile."""
        missing, self._missing = self._missing, []
        if not missing:
            return
        if self.workers < 2 or beside.is_other():
            self._keep(_drawn_here(missing))
            return
        try:
            # Not forked: the server of `mkdocs serve` has threads.
            self._pool = self._pool or ProcessPoolExecutor(
                self.workers, get_context("spawn"), initializer=_give_way
            )
            future = self._pool.submit(draw, missing)
            self._under_way.append(_UnderWay(missing, future.result, future.done))
        except (OSError, BrokenProcessPool):
            self._keep(_drawn_here(missing))  # where processes can't be started
        while self._under_way and self._under_way[0].is_done():
            self._keep(self._under_way.pop(0))

    def _keep(self, asked: _UnderWay) -> None:
        charts = asked.charts
        try:
            found = asked.result()
        except BrokenProcessPool:
            found = draw(charts)
        for chart, svg in zip(charts, found, strict=True):
            self.store.put(KIND, chart.key, svg.encode())
        self.drawn.update(chart.key for chart in charts)


def _give_way() -> None:
    """Let the process that makes the pages go first: it has more to do after them."""
    with suppress(AttributeError, OSError):
        os.nice(10)


def _drawn_here(charts: list[Chart]) -> _UnderWay:
    return _UnderWay(charts, partial(draw, charts))


def keys_in(html: str) -> list[str]:
    """The keys of the charts that `html` has marks of."""
    return _MARK.findall(html)


def draw(charts: Sequence[Chart]) -> list[str]:
    """The SVG of each chart."""
    # Loaded here: a build whose charts are all known needs no matplotlib.
    from generator import inking

    with inking.style():
        return [chart.svg for chart in charts]
