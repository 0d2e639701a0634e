"""Deltas as JSON and back."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks import notebooks
from generator import deltapacking, worsening
from generator.compare import compare, with_baselines
from generator.notebook import Notebook
from generator.verdicts import Verdict
from tests.conftest import open_book


def test_every_delta_comes_back(notebook: Notebook, tmp_path: Path) -> None:
    """Figures, verdict, ground, noise, test and warnings, those of repeats included."""
    notebooks.write(tmp_path, 40, 7)
    seen: set[object] = set()
    for book in (notebook, open_book(tmp_path)):
        for comparison in with_baselines(book).values():
            for delta in comparison.deltas.values():
                again = deltapacking.unpacked(json.loads(json.dumps(deltapacking.packed(delta))))
                assert again == delta
                assert again.metric is delta.metric
                assert again.as_json() == delta.as_json()
                seen |= {delta.verdict, bool(delta.ground and delta.ground.noise)}
                seen |= {"tested"} if delta.ground and delta.ground.tested else set()
    assert seen >= {*Verdict} - {Verdict.TOO_FEW_REPEATS}
    assert seen >= {True, False}


def test_what_is_worse_between_two_runs_is_that_of_their_comparison(tmp_path: Path) -> None:
    """Against the baseline and against any other run."""
    notebooks.write(tmp_path, 40, 7)
    book = open_book(tmp_path)
    worse = 0
    for candidate in book.runs:
        for baseline in dict.fromkeys([book.baselines[candidate], next(iter(book.runs))]):
            if baseline and baseline != candidate:
                whole = compare(book, baseline, candidate)
                found = worsening.between(book, baseline, candidate)
                right = [d for d in whole.deltas.values() if d.verdict is Verdict.REGRESSED]
                assert list(found.deltas) == right
                assert found.doubts == tuple(worsening.doubts_of(whole))
                worse += len(right)
    assert worse
