"""The sample notebook of imported runs, and made-up tables for charts."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from generator import notebook as notebooks
from generator import records
from generator.kept import Course
from generator.measured import Phase, Series
from generator.notebook import Notebook
from generator.series import Table
from generator.settings import Settings

SAMPLE = Path(__file__).parent / "samples" / "imported"
FIRST, SECOND = "load/first", "load/second"


def sample() -> Notebook:
    """The notebook of two runs of one scenario, imported from real samples of k6."""
    return notebooks.build(records.sources(SAMPLE), Settings())


def sample_in(folder: Path) -> Path:
    """A copy of it that a site can be built of."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mkdocs.yml").write_text(
        (Path(__file__).parent.parent / "mkdocs.yml").read_text("utf-8"), "utf-8"
    )
    shutil.copytree(SAMPLE / "experiments", folder / "experiments")
    return folder


def course(
    times: Sequence[float],
    columns: Mapping[str, Sequence[float | None]],
    source: str = "k6",
    interval: object = "1s",
) -> Course:
    """A table over time as if it had been read."""
    stated = Series.model_validate({"file": "t.csv", "source": source, "interval": interval})
    return Course(stated, Table(times, columns))


def phases(*ends: tuple[str, float, float]) -> list[Phase]:
    """Phases by name, start and end in seconds."""
    return [
        Phase.model_validate({"name": name, "start": start, "end": end})
        for name, start, end in ends
    ]
