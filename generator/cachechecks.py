"""Checks of what the application's cache reported: hits, misses, and what they say of the run.

One small function per check: from a run to its doubts.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from generator import display, figures
from generator.doubts import Doubt, contradiction, exceeds, known
from generator.figures import divide
from generator.model import Run
from generator.units import COUNT, RATIO, SECONDS, SHARE
from generator.yamltree import Path


def rates(run: Run) -> Iterator[Doubt]:
    """Each stated cache hit rate against its hits and misses."""
    for position, sample in enumerate(run.cache.timeline if run.cache else ()):
        if sample.hits is None or sample.misses is None:
            continue
        yield from contradiction(
            ("cache", "timeline", position, "hit_rate"),
            sample.hit_rate,
            divide(sample.hits, sample.hits + sample.misses),
            SHARE,
            f"{display.show(sample.hits, COUNT)} hits and "
            f"{display.show(sample.misses, COUNT)} misses",
            (("cache", "timeline", position, "hits"), ("cache", "timeline", position, "misses")),
        )


def order(run: Run) -> Iterator[Doubt]:
    """Time, hits and misses of the cache only ever grow."""
    timeline = run.cache.timeline if run.cache else ()
    for position, (before, after) in enumerate(pairwise(timeline), start=1):
        for name in ("time", "hits", "misses"):
            low, high = known(getattr(before, name)), known(getattr(after, name))
            if low is not None and high is not None and exceeds(low, high):
                message = f"{name} went down from the sample before"
                hint = "order the samples by time; a restart of the counters is a run of its own"
                yield Doubt(("cache", "timeline", position, name), message, hint)
    duration = known(figures.recorded(run, "load.duration"))
    last = known(timeline[-1].time) if timeline else None
    if duration is not None and last is not None and exceeds(last, duration):
        message = (
            f"the last sample is at {display.show(last, SECONDS)}, after the end of the run "
            f"({display.show(duration, SECONDS)})"
        )
        path: Path = ("cache", "timeline", len(timeline) - 1, "time")
        yield Doubt(path, message, "the time or the duration is wrong", (("load", "duration"),))


SPEAKS_FOR_THE_WHOLE = 0.5
"""Smallest share of look-ups in the requests at which a hit rate says something of the whole."""


def coverage(run: Run) -> Iterator[Doubt]:
    """A hit rate is about the look-ups; where few requests looked up, it says little of the run."""
    lookups = figures.cache_lookups(run)
    requests = figures.recorded(run, "k6.http_reqs.count")
    share = known(divide(lookups, requests))
    rate = known(figures.cache_hit_rate(run, {}))
    if share is None or rate is None or share.start >= SPEAKS_FOR_THE_WHOLE:
        return
    message = (
        f"{display.show(lookups, COUNT)} cache look-ups are {display.show(share, RATIO)} of "
        f"{display.show(requests, COUNT)} requests: a hit rate of {display.show(rate, SHARE)} says "
        "little of the whole"
    )
    position = len(run.cache.timeline) - 1 if run.cache else 0
    path = ("cache", "timeline", position)
    hint = "say which requests are cached, or count the look-ups of all pods"
    concerns = ((*path, "hit_rate"), (*path, "misses"))
    yield Doubt((*path, "hits"), message, hint, concerns)
