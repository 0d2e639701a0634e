"""What k6 says at the end of a test, in one neutral form whatever file it was read from."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from generator.units import BYTES, MILLISECONDS, NUMBER, SHARE, Quantity, UnitError, parse

Figure = int | float | str
"""A number in k6's own unit (ms, bytes, 1/s, share of 1), or a text as k6 printed it."""

Kind = Literal["counter", "gauge", "rate", "trend"]
Contains = Literal["time", "data", "default"]

NOT_PRINTED = "(expression not printed)"
"""Stands for a threshold's expression where the source shows its outcome alone."""

_TIMES = re.compile(
    r"(http_req|grpc_req|iteration|group|ws|browser_http_req)_"
    r"(duration|blocked|connecting|receiving|sending|tls_handshaking|waiting|"
    r"session_duration|ping)|browser_web_vital_(fcp|fid|inp|lcp|ttfb)"
)
_DATA = re.compile(r"(browser_)?data_(received|sent)")
_RATES_OF_K6 = ("checks", "http_req_failed", "browser_http_req_failed")
_STAT = re.compile(r"p\(?(\d{1,3}(?:\.\d{1,9})?)\)?", re.ASCII)


@dataclass(frozen=True)
class Metric:
    """One metric, or a part of one by tags: `http_req_duration{endpoint:login}`.

    `values` go by k6's names: count and rate of a counter; value, min and max of a gauge; rate,
    passes and fails of a rate; avg, min, med, max, count and p(95) of a trend. What the source
    does not have is absent. `thresholds` are pairs of expression and whether it was kept.
    """

    name: str
    type: Kind
    contains: Contains = "default"
    values: Mapping[str, Figure] = field(default_factory=dict)
    thresholds: tuple[tuple[str, bool], ...] = ()

    @property
    def base(self) -> str:
        """The name without tags."""
        return self.name.partition("{")[0]

    @property
    def selector(self) -> str:
        """The tags as k6 writes them, with braces; empty for the metric as a whole."""
        return self.name[len(self.base) :]

    @cached_property
    def tags(self) -> Mapping[str, str]:
        """The tags by name; a comma within a value does not end it."""
        found: dict[str, str] = {}
        key = ""
        for part in self.selector.removeprefix("{").removesuffix("}").split(","):
            name, colon, value = part.partition(":")
            if colon and name.strip().replace("_", "").isalnum():
                key = name.strip()
                found[key] = value.strip()
            elif key:
                found[key] += f",{part}"
        return found

    @property
    def is_own_rate(self) -> bool:
        """Whether it is a rate metric that the script itself declared, as a whole."""
        return self.type == "rate" and not self.selector and self.name not in _RATES_OF_K6


@dataclass(frozen=True)
class Check:
    """One check with its group (`browse::detail`), empty where none is told."""

    name: str
    group: str = ""
    passes: Figure | None = None
    fails: Figure | None = None


@dataclass(frozen=True)
class Summary:
    """All of one run that a summary tells; `duration` in seconds, or as printed."""

    metrics: tuple[Metric, ...]
    checks: tuple[Check, ...] = ()
    duration: Figure | None = None

    @cached_property
    def by_name(self) -> Mapping[str, Metric]:
        """The metrics by their full names."""
        return {metric.name: metric for metric in self.metrics}

    def has_samples(self, metric: Metric) -> bool:
        """Whether anything was measured. A counter at zero counts: zero is its figure.

        k6 writes zeros for what has no samples, and lets thresholds of such a rate pass. A trend
        that is zero throughout is taken for measured only where requests of the same tags show it.
        """
        if metric.type == "counter":
            return True
        total = samples(metric)
        if total is not None:
            return total > 0
        if metric.type == "rate" and not all(kept for _, kept in metric.thresholds):
            return True
        if any(number(figure, metric.contains) != 0 for figure in metric.values.values()):
            return True
        if not metric.name.startswith("http_req"):
            return False
        requests = self.by_name.get(f"http_reqs{metric.selector}")
        failed = self.by_name.get(f"http_req_failed{metric.selector}")
        counted = [samples(other) for other in (requests, failed) if other is not None]
        return any(count for count in counted)

    def same_run_as(self, other: Summary) -> bool:
        """Whether both have the same counts, as far as both tell: they are of one run then."""
        pairs = [
            (samples(metric), samples(other.by_name[metric.name]))
            for metric in self.metrics
            if metric.type in ("counter", "rate") and metric.name in other.by_name
        ]
        return all(left == right for left, right in pairs if None not in (left, right))

    def filled_from(self, other: Summary) -> Summary:
        """This summary, with what only the other has of the same run."""
        metrics = dict(self.by_name)
        for metric in other.metrics:
            known = metrics.get(metric.name, metric)
            metrics[metric.name] = replace(
                known,
                values={**metric.values, **known.values},
                thresholds=known.thresholds or metric.thresholds,
            )
        grouped = any(check.group for check in other.checks)
        own = self.checks and (not grouped or any(check.group for check in self.checks))
        duration = other.duration if self.duration is None else self.duration
        return Summary(tuple(metrics.values()), self.checks if own else other.checks, duration)


def known_contains(name: str) -> Contains:
    """What a metric that k6 itself brings contains; `default` for the script's own."""
    base = name.partition("{")[0]
    if _TIMES.fullmatch(base):
        return "time"
    return "data" if _DATA.fullmatch(base) else "default"


def stat_name(written: str) -> str | None:
    """k6's name of a trend's statistic: `p(95)` for `p95` too; None for anything else."""
    if written in ("avg", "min", "med", "max", "count"):
        return written
    match = _STAT.fullmatch(written)
    return f"p({match[1]})" if match else None


def kind_of(names: Sequence[str]) -> Kind | None:
    """The type of a metric by the names of its values, where the source does not state it."""
    have = set(names)
    if have & {"passes", "fails"}:
        return "rate"
    if "value" in have:
        return "gauge"
    if have & {"avg", "med"} or any(name.startswith("p(") for name in have):
        return "trend"
    if "count" in have and "rate" in have:
        return "counter"
    return "trend" if have & {"min", "max", "count"} else None


def samples(metric: Metric) -> float | None:
    """How many samples a metric has, or a counter's sum; None where its values don't say it."""
    names = ("passes", "fails") if metric.type == "rate" else ("count",)
    counts = [number(metric.values[name], "default") for name in names if name in metric.values]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(names) else None


def number(figure: Figure, contains: Contains) -> float | None:
    """A figure as a plain number in k6's own unit; None of what is no figure.

    `contains` tells what a text such as `1.17s`, `51 kB/s` or `5` is of.
    """
    found = _read(figure, contains)
    return found.start if found else None


def plain(figure: Figure, contains: Contains) -> Figure:
    """The same without its unit and no more precise than printed: `1.28s` is `128e1` ms."""
    found = _read(figure, contains)
    if found is None or not isinstance(figure, str):
        return figure if found is None else found.start
    power = math.log10(2 * found.half) if found.half else 0.0
    if abs(power - round(power)) > 1e-9 or not power > 0:
        return found.start
    return f"{round(found.start / 10 ** round(power))}e{round(power)}"


def _read(figure: Figure, contains: Contains) -> Quantity | None:
    unit = {"time": MILLISECONDS, "data": BYTES, "default": NUMBER}[contains]
    if isinstance(figure, str):
        figure = figure.removesuffix("/s")
        unit = SHARE if figure.endswith("%") else unit
    try:
        return parse(figure, unit if isinstance(figure, str) else NUMBER)
    except UnitError:
        return None
