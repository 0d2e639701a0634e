"""Generated notebooks: what they hold hangs together, and the same seed gives the same bytes."""

from __future__ import annotations

from pathlib import Path

from benchmarks import notebooks
from generator import audit, notebook, records
from generator.errors import Level
from generator.settings import Settings


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    """Two notebooks of one seed are alike to the byte, those of another seed are not."""
    for name, seed in (("one", 7), ("two", 7), ("other", 8)):
        notebooks.write(tmp_path / name, 12, seed)
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert files(tmp_path / "one") != files(tmp_path / "other")


def test_a_generated_notebook_contradicts_itself_nowhere(tmp_path: Path) -> None:
    """So many runs as asked for, no error, and no figure that contradicts another."""
    notebooks.write(tmp_path, 60, 3)
    book = notebook.build(records.sources(tmp_path), Settings(), ())
    assert len(book.runs) == 60
    problems = list(audit.problems(book))
    assert [problem for problem in problems if problem.level is Level.ERROR] == []
    assert [p for p in problems if "contradict" in p.message] == []
    assert sum(bool(run.repeats) for run in book.runs.values()) >= 4
