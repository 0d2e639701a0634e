"""What GitHub Actions reads of a command's output: annotations, and the summary of a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from generator.errors import Level, Problem
from generator.terminal import plain

MAX_SUMMARY = 2**20
"""Largest summary of a step that GitHub takes, in bytes."""


def annotated(problems: Iterable[Problem], prefix: str = "") -> Iterator[str]:
    """A workflow command for each error and warning, errors first: GitHub shows the first few.

    `prefix` is the notebook's folder in the repository, with a slash at its end.
    """
    shown = [problem for problem in problems if problem.level is not Level.ACKNOWLEDGED]
    for problem in sorted(shown, key=lambda one: one.level is not Level.ERROR):
        yield plain(replace(problem, file=f"{prefix}{problem.file}").as_github())


def append_summary(path: Path, text: str) -> bool:
    """Add a text to the step's summary; False where it has no room for it."""
    content = f"{text.rstrip()}\n".encode()
    taken = path.stat().st_size if path.exists() else 0
    if taken + len(content) + 1 > MAX_SUMMARY:
        return False
    with path.open("ab") as stream:
        stream.write(b"\n" * bool(taken) + content)
    return True


def inert(text: str, hash_sign: str = "# ") -> str:
    """A text that the runner takes no command from: it looks for `##[` anywhere in a line.

    `hash_sign` is what the first of the two signs becomes; in JSON it can be an escape.
    """
    return text.replace("##[", f"{hash_sign}#[")
