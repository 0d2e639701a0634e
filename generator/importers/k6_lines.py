"""The lines of what k6 prints on the terminal, each read alone: figures, thresholds, progress."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from generator.importers.k6_metrics import (
    NOT_PRINTED,
    Contains,
    Figure,
    Kind,
    Metric,
    known_contains,
)
from generator.units import SECONDS, UnitError, parse

PASSED, FAILED = "✓✔√", "✗✘×"
"""Marks that k6 and those who paste its output use for what was kept and what was not."""

_ANSI = re.compile(r"\x1b(\[[0-9;?]{0,64}[ -/]{0,4}[@-~]|[()][0-9A-Za-z]|[=>78cM])")
_QUOTED = re.compile(r"(?:> ?){1,20}")
_CELL = r"-?\d[\d.]{0,31}(?:e[+-]?\d{1,3})?(?: ?[kMGTPE]?B|[a-zµμ][a-zµμ\d.]{0,30})?"
_COUNTER = re.compile(rf"({_CELL})\s+({_CELL})/s", re.ASCII)
_GAUGE = re.compile(rf"({_CELL})\s+min=({_CELL})\s+max=({_CELL})", re.ASCII)
_RATE = re.compile(
    rf"(\d{{1,3}}(?:\.\d{{1,9}})?%)"
    rf"(?:\s+(?:(\d{{1,18}}) out of (\d{{1,18}})"
    rf"|[{PASSED}]\s{{0,4}}(\d{{1,18}})\s+[{FAILED}]\s{{0,4}}(\d{{1,18}})))?",
    re.ASCII,
)
_STAT = re.compile(r"(avg|min|med|max|count|p\(\d{1,3}(?:\.\d{1,9})?\))=", re.ASCII)
_WHOLE_CELL = re.compile(_CELL, re.ASCII)
_JUDGED = re.compile(
    rf"(rate|count|value|avg|min|med|max|p\(\d{{1,3}}(?:\.\d{{1,9}})?\))=({_CELL}%?(?:/s)?)",
    re.ASCII,
)
_NAME = re.compile(r"[A-Za-z_]\w{0,200}(\{.{0,500}\})?", re.ASCII)
_OUTCOMES = re.compile(rf"↳\s+\d{{1,3}}% \S [{PASSED}] (\d{{1,18}}) / [{FAILED}] (\d{{1,18}})")
_RUNNING = re.compile(
    r"running \(([\dhms.]{1,24})\), (\d{1,9})/(\d{1,9}) VUs, "
    r"(\d{1,18}) complete and (\d{1,18}) interrupted iterations",
    re.ASCII,
)
_SCENARIO = re.compile(r"([\w-]{1,200})\s{1,200}([✓✗↓]?)\s{0,9}\[[ \d%=>-]{1,80}\](.{0,200})")
_TIMES = re.compile(r"\s([\dhms.]{1,24}[hms])/([\dhms.]{1,24}[hms])(?=\s|$)", re.ASCII)
_DESCRIBED = re.compile(r"\* ([\w-]{1,200}): (.{1,1000})")
_SCRIPT = re.compile(r"script: (.{1,1000})")
_MAX_VUS = re.compile(r"scenarios: \(.{1,20}\) \d{1,9} scenarios?, (\d{1,9}) max VUs")
_EXECUTORS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.ASCII))
    for name, pattern in (
        ("ramping-vus", r"Up to \d+ looping VUs for "),
        ("constant-vus", r"\d+ looping VUs for "),
        ("shared-iterations", r"\d+ iterations shared among \d+ VUs"),
        ("per-vu-iterations", r"\d+ iterations for each of \d+ VUs"),
        ("constant-arrival-rate", r"(?P<rate>[\d.]{1,30}) iterations/s for "),
        ("ramping-arrival-rate", r"Up to (?P<rate>[\d.]{1,30}) iterations/s for "),
        ("externally-controlled", r"Externally controlled execution with \d+ VUs"),
    )
)


@dataclass(frozen=True)
class Scenario:
    """A scenario as k6 describes it before it runs; `rate` is its largest arrival rate."""

    name: str
    executor: str = ""
    rate: str = ""

    @property
    def model(self) -> Literal["closed", "open", ""]:
        """closed where VUs wait for answers, open where iterations arrive at a rate."""
        if not self.executor:
            return ""
        return "open" if self.executor.endswith("arrival-rate") else "closed"


@dataclass(frozen=True)
class Judged:
    """A threshold with what it was judged by: `'p(95)<500' p(95)=1.28s`, the figure optional."""

    expression: str
    kept: bool
    stat: str = ""
    figure: str = ""

    @property
    def kind(self) -> Kind:
        """The type of metric that has such a figure."""
        if self.stat == "rate":
            return "rate" if self.figure.endswith("%") else "counter"
        kinds: dict[str, Kind] = {"count": "counter", "value": "gauge"}
        return kinds.get(self.stat, "trend")


def plain(line: str) -> str:
    """A line without colours and control characters, tabs as spaces, quote marks off."""
    text = _ANSI.sub("", line) if "\x1b" in line else line
    text = text.replace("\t", "    ").replace("\xa0", " ").rstrip()
    quoted = _QUOTED.match(text)
    return text[quoted.end() :] if quoted else text


def is_figure(text: str) -> bool:
    """Whether figures stand on a line, or begin to."""
    return "..:" in text or text.startswith("↳") or judged(text) is not None


def metric(text: str) -> Metric | None:
    """`✓ http_reqs...: 926 55.6/s`; a part by tags is named `{endpoint:login}` alone."""
    place = text.find("..:")
    if place < 0:
        return None
    name, rest = text[:place].rstrip("."), text[place + 3 :].strip()
    kept, name = _mark(name.strip())
    if name.startswith("{ ") and name.endswith(" }"):
        name = f"{{{name[2:-2].strip()}}}"
    elif not _NAME.fullmatch(name):
        return None
    found = _values(rest)
    if found is None:
        return None
    kind, contains, values = found
    if contains == "default" and kind == "trend":
        contains = known_contains(name)
    thresholds = () if kept is None else ((NOT_PRINTED, kept),)
    return Metric(name, kind, contains, values, thresholds)


def _values(text: str) -> tuple[Kind, Contains, dict[str, Figure]] | None:
    """Type, unit and values of what stands behind a metric's name."""
    if match := _RATE.fullmatch(text):
        values: dict[str, Figure] = {"rate": match[1]}
        if match[2] and int(match[2]) <= int(match[3]):
            values |= {"passes": int(match[2]), "fails": int(match[3]) - int(match[2])}
        elif match[4]:
            values |= {"passes": int(match[4]), "fails": int(match[5])}
        return "rate", "default", values
    if match := _GAUGE.fullmatch(text):
        return (
            "gauge",
            contains(match[1]),
            {
                "value": match[1],
                "min": match[2],
                "max": match[3],
            },
        )
    if match := _COUNTER.fullmatch(text):
        return "counter", contains(match[1]), {"count": match[1], "rate": f"{match[2]}/s"}
    starts = list(_STAT.finditer(text))
    if not starts or starts[0].start():
        return None
    ends = [match.start() for match in starts[1:]] + [len(text)]
    trend: dict[str, Figure] = {
        match[1]: text[match.end() : end].strip() for match, end in zip(starts, ends, strict=True)
    }
    if not all(_WHOLE_CELL.fullmatch(str(cell)) for cell in trend.values()):
        return None
    units = {contains(str(cell)) for name, cell in trend.items() if name != "count"}
    # Figures of two kinds are those of a line that was cut or mixed up.
    return ("trend", next(iter(units), "default"), trend) if len(units) < 2 else None


def contains(cell: str) -> Contains:
    """What a printed figure is of, by its unit: `1.17s` is time, `51 kB` data."""
    if cell.endswith("B"):
        return "data"
    return "time" if cell.endswith(("s", "m", "h")) else "default"


def _mark(text: str) -> tuple[bool | None, str]:
    """Whether a line is marked as kept or not, None where it has no mark, and what follows."""
    if text[:1] in PASSED and text[1:2] == " ":
        return True, text[1:].strip()
    if text[:1] in FAILED and text[1:2] == " ":
        return False, text[1:].strip()
    return None, text


def check(text: str) -> tuple[str, bool] | None:
    """`✓ status is 200`: the check's name, and whether it always passed."""
    kept, name = _mark(text)
    return None if kept is None or not name else (name, kept)


def outcomes(text: str) -> tuple[int, int] | None:
    """`↳  96% — ✓ 879 / ✗ 35`: passes and fails of the check on the line before."""
    match = _OUTCOMES.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def judged(text: str) -> Judged | None:
    """`✗ 'p(95)<500' p(95)=1.28s`: a threshold below the name of its metric."""
    kept, rest = _mark(text)
    end = rest.rfind("'")
    if kept is None or not rest.startswith("'") or end < 2:
        return None
    match = _JUDGED.fullmatch(rest[end + 1 :].strip())
    return Judged(rest[1:end], kept, *(match.groups() if match else ()))


def metric_name(text: str) -> str:
    """A metric's name alone on its line, or a part's tags in braces; empty for anything else."""
    is_part = text.startswith("{") and text.endswith("}") and len(text) < 500
    return text if is_part or _NAME.fullmatch(text) else ""


def running(text: str) -> tuple[str, int] | None:
    """`running (16.6s), 00/30 VUs, ...`: time since the start and iterations interrupted."""
    match = _RUNNING.match(text)
    return (match[1], int(match[5])) if match else None


def scenario_state(text: str) -> tuple[str, str] | None:
    """`default ✗ [  41% ] ...`: a scenario and its mark: `✓`, `✗`, `↓`, empty while it runs.

    One whose time was over before all its iterations were made is marked `✗` by k6 too; it was
    not aborted, so its mark is given as `✓`.
    """
    match = _SCENARIO.match(text)
    if match is None:
        return None
    if match[2] == "✗" and (times := _TIMES.search(match[3])):
        spent, given = seconds(times[1]), seconds(times[2])
        if spent is not None and spent == given:
            return match[1], "✓"
    return match[1], match[2]


def described(text: str) -> Scenario | None:
    """`* default: 30 looping VUs for 15s (gracefulStop: 30s)`."""
    match = _DESCRIBED.fullmatch(text)
    if match is None:
        return None
    for executor, pattern in _EXECUTORS:
        if found := pattern.match(match[2]):
            return Scenario(match[1], executor, found.groupdict().get("rate") or "")
    return Scenario(match[1])


def script(text: str) -> str:
    """The script's file name, without the folders that it lies in."""
    match = _SCRIPT.fullmatch(text)
    name = match[1].replace("\\", "/").rstrip("/").rpartition("/")[2] if match else ""
    return "" if name == "-" else name


def max_vus(text: str) -> int | None:
    """`scenarios: (100.00%) 2 scenarios, 30 max VUs, ...`: how many VUs there can be."""
    match = _MAX_VUS.match(text)
    return int(match[1]) if match else None


def seconds(written: str) -> float | None:
    """A time as k6 prints it, `0m06.0s`, in seconds."""
    try:
        found = parse(written, SECONDS)
    except UnitError:
        return None
    return found.start if found else None
