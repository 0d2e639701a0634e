"""What a terminal showed of one run, gathered line by line: the summary, the scenarios, the end."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from generator.importers import k6_lines
from generator.importers.k6_lines import Judged, Scenario
from generator.importers.k6_metrics import Check, Figure, Metric, Summary, number

MAX_GATHERED = 5_000
"""Most metrics, checks and thresholds that are gathered; a file with more is no k6 output."""


@dataclass
class Screen:
    """The state of reading. `line` is where the summary begins, `second` where another does."""

    line: int = 0
    second: int = 0
    script: str = ""
    vus: int | None = None
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    _running: str = ""
    _section: str = "totals"
    _parent: str = ""
    _groups: list[tuple[int, str]] = field(default_factory=list)
    _metrics: dict[str, Metric] = field(default_factory=dict)
    _judged: dict[str, list[Judged]] = field(default_factory=dict)
    _checks: list[Check] = field(default_factory=list)
    _block: tuple[int, int] = (0, 0)
    _is_fenced: bool = False

    def add(self, number: int, text: str) -> None:
        """Take one line, without colours."""
        bare = text.strip()
        if not bare:
            return
        if bare.startswith("```"):
            self._end_block()
        elif (running := k6_lines.running(bare)) is not None:
            self._running = running[0]
            self.states = {}
        elif (state := k6_lines.scenario_state(bare)) is not None:
            if len(self.states) < MAX_GATHERED:
                self.states[state[0]] = state[1]
        elif bare.startswith("█ "):
            self._head(bare[2:].strip(), _indent(text))
        elif bare.startswith("↳ GROUP: "):
            self._group(bare.removeprefix("↳ GROUP: "), _indent(text))
        elif bare[0] == "*" or bare.startswith(("script:", "scenarios:")):
            self._announce(bare)
        elif self._gathered < MAX_GATHERED:
            self._figure(number, text, bare)

    @property
    def elapsed(self) -> float | None:
        """Seconds since the start that were shown last; None where none were."""
        return k6_lines.seconds(self._running) if self._running else None

    @property
    def is_printed(self) -> bool:
        """Whether k6 announced or showed a run; its messages alone do neither."""
        return bool(self.scenarios or self.states or self._running)

    @property
    def _gathered(self) -> int:
        return len(self._metrics) + len(self._checks) + sum(map(len, self._judged.values()))

    def _announce(self, bare: str) -> None:
        """A line of what k6 prints before the run."""
        if scenario := k6_lines.described(bare):
            if scenario.executor and len(self.scenarios) < MAX_GATHERED:
                self.scenarios[scenario.name] = scenario
        elif (vus := k6_lines.max_vus(bare)) is not None:
            self.vus = vus
        else:
            self.script = k6_lines.script(bare) or self.script

    def _head(self, title: str, indent: int) -> None:
        """A heading: a block of the newer layout, or a group of the older one."""
        kind, _, name = title.partition(": ")
        if kind in ("THRESHOLDS", "TOTAL RESULTS", "SCENARIO"):
            self._section, self._groups = kind, []
        elif kind == "GROUP" and name:
            self._groups = []
            self._group(name, indent)
        else:
            while self._groups and self._groups[-1][0] >= indent:
                self._groups.pop()
            self._groups.append((indent, title))

    def _group(self, name: str, indent: int) -> None:
        """A group of the newer layout, whose figures are parts of the total results."""
        while self._groups and self._groups[-1][0] >= indent:
            self._groups.pop()
        self._groups.append((indent, name.strip()))
        self._section = "GROUP"

    def _figure(self, number: int, text: str, bare: str) -> None:
        """A line that may be a metric, a threshold or a check."""
        if self._section == "THRESHOLDS" and self._threshold(bare):
            return
        found = k6_lines.metric(bare)
        if found is not None:
            if self._section not in ("GROUP", "SCENARIO"):
                self._metric(number, found)
        elif bare[0] == "↳" and self._checks and self._section != "SCENARIO":
            if counts := k6_lines.outcomes(bare):
                passes, fails = counts
                self._checks[-1] = replace(self._checks[-1], passes=passes, fails=fails)
        elif self._section != "SCENARIO" and (check := k6_lines.check(bare)) is not None:
            indent = _indent(text)
            inside = [name for depth, name in self._groups if depth < indent or not indent]
            group = "::".join(inside)
            self._checks.append(Check(check[0], group, fails=0 if check[1] else None))

    def _metric(self, number: int, found: Metric) -> None:
        if found.name.startswith("{"):
            if not self._parent:
                return
            found = replace(found, name=f"{self._parent}{found.name}")
        else:
            self._parent = found.name
        if found.name in self._metrics:
            self.second = self.second or number
            return
        self.line = self.line or number
        self._metrics[found.name] = found

    def _threshold(self, bare: str) -> bool:
        """Take a line of the block of thresholds; whether it was one."""
        if (found := k6_lines.judged(bare)) is not None:
            self._judged.setdefault(self._parent, []).append(found)
            return True
        name = k6_lines.metric_name(bare)
        if name.startswith("{"):
            self._parent = f"{self._parent.partition('{')[0]}{name}"
        elif name:
            self._parent = name
        return bool(name)

    def _end_block(self) -> None:
        """A fence of Markdown: marks in a block without figures are no checks of k6."""
        metrics, checks = self._block
        if len(self._metrics) == metrics:
            del self._checks[checks:]
        self._block = (len(self._metrics), len(self._checks))
        self._is_fenced = True

    def summary(self) -> Summary | None:
        """All figures; None where there are none."""
        if not self._metrics:
            return None
        if self._is_fenced:
            self._end_block()
        metrics = dict(self._metrics)
        totals = [metrics.pop(f"checks_{what}", None) for what in ("succeeded", "total", "failed")]
        if totals[0] is not None:
            metrics["checks"] = replace(totals[0], name="checks")
        for name, judged in self._judged.items():
            thresholds = tuple((one.expression, one.kept) for one in judged)
            printed: dict[str, Figure] = {one.stat: one.figure for one in judged if one.stat}
            known = metrics.get(name) or _metric_of(name, judged[0])
            metrics[name] = replace(
                known, values={**printed, **known.values}, thresholds=thresholds
            )
        return Summary(tuple(metrics.values()), tuple(self._listed()), self._duration(metrics))

    def _listed(self) -> list[Check]:
        """The checks by group; of the newer layout's total list only those in no group."""
        if "checks_total" not in self._metrics:
            return self._checks
        grouped = {check.name for check in self._checks if check.group}
        return [check for check in self._checks if check.group or check.name not in grouped]

    def _duration(self, metrics: dict[str, Metric]) -> Figure | None:
        """Of the whole run as printed; else from a counter and its rate, as far as they tell."""
        if (elapsed := self.elapsed) is not None:
            return f"{elapsed:.1f}s"
        best: tuple[float, float] | None = None
        for metric in metrics.values():
            count = number(metric.values.get("count", ""), metric.contains)
            written = str(metric.values.get("rate", "")).removesuffix("/s")
            rate = number(written, metric.contains)
            if metric.type != "counter" or metric.contains != "default" or not (count and rate):
                continue
            error = 0.5e-6 / rate
            if best is None or error < best[0]:
                best = (error, count / rate)
        if best is None or best[0] > 0.005 or not 0 < best[1] < 1e9:
            return None
        places = max(0, min(6, math.floor(-math.log10(2 * best[0] * best[1]))))
        text = f"{best[1]:.{places}f}"
        return f"{text.rstrip('0').rstrip('.') if places else text}s"


def _metric_of(name: str, judged: Judged) -> Metric:
    """A metric that is judged and not listed, such as a part of the checks."""
    figure = judged.figure.removesuffix("/s")
    return Metric(name, judged.kind, "default" if "%" in figure else k6_lines.contains(figure))


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
