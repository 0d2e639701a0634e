"""Edits of a notebook as its authors make them, drawn at random: files in, files out."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Files = dict[str, bytes]
"""A notebook's files by their path below its folder."""

OBJECTIVES = b"""\
scenarios:
  stress:
    latency_p95: {at_most: 400ms, no_worse_than: 5%, no_worse_than_best: 10%}
    request_rate: {at_least: 300}
"""
"""What is wanted of the runs, so that a page depends on the best run before its own."""


SUMMARY = b"""\
summary: p95 {{ change('latency_p95') }} at {{ value('request_rate') }}; CPU fell by 12%.
"""


def with_objectives(files: Files) -> Files:
    """The same notebook with objectives, and with computed figures in its prose."""
    changed = {**files, "objectives.yaml": OBJECTIVES}
    for path in _runs(files)[::3]:
        changed[path] = SUMMARY + re.sub(rb"(?m)^summary:.*\n(  .*\n)*", b"", files[path])
    return changed


def edited(files: Files, chance: random.Random) -> tuple[str, Files]:
    """The files after one edit, and what it was."""
    edit = chance.choice(EDITS)
    changed = dict(files)
    edit(changed, chance)
    return edit.__name__.strip("_"), changed


def _runs(files: Files) -> list[str]:
    return sorted(path for path in files if re.search(r"/run-[^/]*\.yaml$", path))


def _a_run(files: Files, chance: random.Random) -> str:
    return chance.choice(_runs(files))


def _figure(files: Files, chance: random.Random) -> None:
    path = _a_run(files, chance)
    factor = chance.uniform(0.8, 1.2)

    def changed(match: re.Match[bytes]) -> bytes:
        return match[1] + f"{float(match[2]) * factor:.2f}".encode()

    files[path] = re.sub(rb"(?m)^( +p95: )([\d.]+)", changed, files[path], count=1)


def _status(files: Files, chance: random.Random) -> None:
    path = _a_run(files, chance)
    status = chance.choice([b"completed", b"failed", b"aborted"])
    files[path] = b"status: " + status + b"\n" + re.sub(rb"(?m)^status:.*\n", b"", files[path])


def _baseline(files: Files, chance: random.Random) -> None:
    path, other = _a_run(files, chance), _a_run(files, chance)
    name = other.removeprefix("experiments/").removesuffix(".yaml").encode()
    files[path] = b"baseline: " + name + b"\n" + re.sub(rb"(?m)^baseline:.*\n", b"", files[path])


def _repeats(files: Files, chance: random.Random) -> None:
    path = _a_run(files, chance)
    files[path] = re.sub(rb"(?m)^repeats:.*\n", b"", files[path])


def _title(files: Files, chance: random.Random) -> None:
    path = chance.choice([name for name in files if name.endswith(".yaml")])
    said = b"title: Titled %d\n" % chance.randrange(1000)
    files[path] = re.sub(rb"(?m)^title:.*\n(  .*\n)*", said, files[path])


def _prose(files: Files, chance: random.Random) -> None:
    path = _a_run(files, chance)
    said = b"context: 'Throughput rose by %d%%, says somebody.'\n" % chance.randrange(90)
    files[path] = re.sub(rb"(?m)^context:.*\n(  .*\n)*", said, files[path])


def _removed(files: Files, chance: random.Random) -> None:
    if len(_runs(files)) > 8:
        del files[_a_run(files, chance)]


def _added(files: Files, chance: random.Random) -> None:
    path = _a_run(files, chance)
    files[path.replace("run-", f"run-a{chance.randrange(1000)}-", 1)] = files[path]


def _moved(files: Files, chance: random.Random) -> None:
    path = _a_run(files, chance)
    when = f"date: '2024-0{chance.randrange(1, 9)}-11T10:00:00Z'\n".encode()
    files[path] = re.sub(rb"(?m)^date:.*\n", when, files[path])


def _broken(files: Files, chance: random.Random) -> None:
    files[_a_run(files, chance)] += b"\nno_such_field: 1\n"


def _table(files: Files, chance: random.Random) -> None:
    path = chance.choice(sorted(name for name in files if name.endswith(".csv")))
    files[path] = files[path].replace(b"1", b"2", 1)


def _campaign(files: Files, chance: random.Random) -> None:
    path = chance.choice(sorted(name for name in files if name.endswith("campaign.yaml")))
    files[path] += b"\nconclusions: ['It is %d ms now.']\n" % chance.randrange(500)


EDITS: list[Callable[[Files, random.Random], None]] = [
    _figure,
    _status,
    _baseline,
    _repeats,
    _title,
    _prose,
    _removed,
    _added,
    _moved,
    _broken,
    _table,
    _campaign,
]
