"""Whole runs of the real k6: all their files imported together by the command, and then checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator import audit
from generator.cli import app
from tests.conftest import open_book, write_book
from tests.importers.k6_samples import K6

NAMES = ("raw.json.gz", "summary-export.json", "stdout.txt", "dashboard.html")
RUNS = sorted(path.parent for path in K6.rglob("stdout.txt") if (path.parent / NAMES[0]).exists())


def imported(root: Path, run: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The record that the command writes of all files of a run, and again of the same."""
    monkeypatch.chdir(root)
    version, *rest = run.relative_to(K6).parts
    identity = f"{version}/{'-'.join(rest)}"
    files = [str(run / name) for name in NAMES if (run / name).exists()]
    done = CliRunner().invoke(app, ["import", identity, *files])
    # Of one aborted run k6 itself printed two request rates: the import says so.
    assert done.exit_code == int(run == K6 / "1.1.0/abort"), done.output
    return (root / "experiments" / f"{identity}.yaml").read_text("utf-8")


@pytest.mark.parametrize("run", RUNS, ids=lambda run: str(run.relative_to(K6)))
def test_a_run_imported_from_all_its_files_raises_no_doubt(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Summary, raw samples, text and dashboard of one run make one record without a contradiction.

    Imported a second time they change nothing.
    """
    root = write_book(tmp_path, {})
    once = imported(root, run, monkeypatch)
    assert [problem.as_text() for problem in audit.problems(open_book(root))] == []
    assert imported(root, run, monkeypatch) == once


def test_runs_of_several_versions_raise_no_doubt_of_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same scripts under three versions of k6, compared with each other, contradict nothing."""
    root = write_book(tmp_path, {})
    for run in RUNS:
        imported(root, run, monkeypatch)
    book = open_book(root)
    assert len(book.runs) == len(RUNS) > 10
    assert [problem.as_text() for problem in audit.problems(book)] == []
