"""What k6 prints on the terminal: its summary in either layout, its progress, its messages.

The layout of k6 0.x marks a metric whose thresholds were kept, that of 1.x and 2.x has a block of
thresholds and one of total results. A file may hold the banner, progress, colours, messages, and
Markdown around them; output and messages may lie in one file or in two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from generator.errors import Level, Problem
from generator.importers import k6_lines, k6_log
from generator.importers.content import ContentError, lines
from generator.importers.k6_log import Log
from generator.importers.k6_runs import Read, one_run
from generator.importers.k6_screen import Screen
from generator.importers.k6_status import Ended, status_of_exit
from generator.importers.source import Imported, Importer, Source, Wishes

_EXIT_CROSSED = 99


@dataclass(frozen=True)
class Shown:
    """What one file shows."""

    source: Source
    screen: Screen
    log: Log


def recognises(source: Source) -> bool:
    """Whether k6's figures, progress or messages are in it, as text."""
    if b"\0" in source.head and source.head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return False
    texts = [k6_lines.plain(part).strip() for part in _split(source.text())]
    figures = sum(k6_lines.metric(text) is not None for text in texts)
    running = any(k6_lines.running(text) for text in texts)
    announced = any(k6_lines.max_vus(text) is not None for text in texts)
    return figures > 1 or running or announced or k6_log.knows(texts)


def read(sources: Sequence[Source], wishes: Wishes) -> Imported:
    """The figures of one run; output and messages that were given together belong together."""
    problems: list[Problem] = []
    shown = [one for source in sources if (one := _shown(source, problems)) is not None]
    ended = _ended(shown, wishes.exit_code)
    reads = [
        Read(one.source, summary, one.screen.line)
        for one in shown
        if (summary := one.screen.summary()) is not None
    ]
    fields: dict[str, Any] = {}
    if reads:
        fields, doubts = one_run(reads)
        problems.extend(doubts)
    elif printed := [one for one in shown if one.screen.is_printed]:
        problems.append(_no_summary(printed[0], ended))
    for one in shown:
        for name, value in _asked_for(one.screen, ended).items():
            fields[name] = value | fields.get(name, {})
    if ended != "unknown":
        fields["status"] = ended
    problems.extend(_doubts(shown, wishes.exit_code, ended))
    return Imported(fields, problems=tuple(problems), tool="k6" if shown else "")


IMPORTERS = (Importer("k6 output (text)", "k6", recognises, read),)


def _split(text: str) -> list[str]:
    """Lines, those too that a terminal writes over each other."""
    return text.replace("\r", "\n").split("\n")


def _shown(source: Source, problems: list[Problem]) -> Shown | None:
    """What a file shows; None, with an error, where it can't be used."""
    screen, log = Screen(), Log()
    try:
        for number, line in lines(source):
            for part in _split(line.removesuffix("\n")):
                text = k6_lines.plain(part)
                if not line.endswith("\n") and k6_lines.is_figure(text.strip()):
                    problems.append(_cut(source, number))
                    break
                log.add(number, text.strip())
                screen.add(number, text)
    except ContentError as error:
        message = f"the file can't be read: {error}; nothing was taken"
        problems.append(source.problem(1, "import-unreadable", message, "give it unpacked"))
        return None
    if screen.second:
        problems.append(
            source.problem(
                screen.second,
                "import-k6-two",
                f"a second summary begins here, the first one at line {screen.line}; "
                "nothing was taken",
                "cut the file so that it holds one run",
            )
        )
        return None
    return Shown(source, screen, log)


def _cut(source: Source, line: int) -> Problem:
    message = "the last line has no end, so its figures may be cut off: it was left out"
    hint = "all lines before it were kept; end the file with a new line if it is whole"
    return source.problem(line, "import-k6-cut", message, hint, level=Level.WARNING)


def _asked_for(screen: Screen, ended: Ended) -> dict[str, dict[str, Any]]:
    """What k6 says before the run: scenarios, script, executor, VUs or rate; and how long it ran.

    VUs are those of a closed model alone: in an open one they follow from how slow answers are.
    """
    load: dict[str, Any] = {}
    if screen.elapsed is not None and ended != "unknown":
        load["duration"] = f"{screen.elapsed:.1f}s"
    if screen.script:
        load["script"] = screen.script[:300]
    scenarios = list(screen.scenarios.values())
    models = {scenario.model for scenario in scenarios}
    executors = {scenario.executor for scenario in scenarios}
    if len(executors) == 1:
        load["executor"] = executors.pop()
    if len(models) == 1 and (model := models.pop()):
        load["model"] = model
        if model == "closed" and screen.vus is not None:
            load["vus"] = screen.vus
        elif model == "open" and len(scenarios) == 1:
            load["rate"] = f"{scenarios[0].rate}/s"
    # k6 prints them in an order that differs from run to run.
    names = sorted(scenario.name for scenario in scenarios)
    return ({"load": load} if load else {}) | ({"k6": {"scenarios": names}} if names else {})


def _ended(shown: Sequence[Shown], exit_code: int | None) -> Ended:
    """How the run ended: k6's exit code says it, else its messages, else its last progress."""
    if (ended := status_of_exit(exit_code)) != "unknown":
        return ended
    if any(one.log.is_aborted for one in shown):
        return "aborted"
    for one in shown:
        states = one.screen.states
        if "✗" in states.values():
            return "aborted"
        if set(states.values()) == {"✓"} and states.keys() >= one.screen.scenarios.keys():
            return "completed"
    crossed = any(one.log.has_crossed for one in shown)
    return "completed" if crossed and exit_code == _EXIT_CROSSED else "unknown"


def _no_summary(shown: Shown, ended: Ended) -> Problem:
    """Progress without figures: what it says of the load and of the end was taken."""
    if ended == "unknown":
        why = "it is cut off, or k6 was killed before it printed one"
        hint = "import the raw samples of the run, if there are any"
    else:
        why = "the script's handleSummary wrote its own, or k6 was told to print none"
        hint = "give the JSON summary too"
    message = f"there is no summary in it: {why}; no figures were taken"
    return shown.source.problem(1, "import-k6-no-summary", message, hint, level=Level.WARNING)


def _doubts(shown: Sequence[Shown], exit_code: int | None, ended: Ended) -> Iterator[Problem]:
    """What no figure shows: scripts that threw, a run that may have been stopped."""
    for one in shown:
        if one.log.exceptions:
            first = f", the first with {one.log.exception!r}" if one.log.exception else ""
            yield one.source.problem(
                one.log.line,
                "import-k6-exceptions",
                f"{one.log.exceptions:,} iterations ended in an exception{first}: no figure of k6 "
                "shows that, and what they skipped was not checked",
                "mend the script, or say in the record what these iterations left out",
                level=Level.WARNING,
            )
    if exit_code == _EXIT_CROSSED and ended == "unknown" and shown:
        yield shown[0].source.problem(
            1,
            "import-k6-exit",
            "exit code 99 says that a threshold was crossed, not whether it stopped the run: the "
            "status stays unknown",
            "give what k6 printed on stdout and stderr too",
            level=Level.WARNING,
        )
