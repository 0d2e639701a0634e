"""The proofs: that each finds what it looks for, and a small share of what they look at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from generator import records, yamltree
from generator.errors import Place
from generator.model import Run
from generator.records import Record
from proofs import fuzz, mutating
from proofs.targets import TARGETS, BrokenError, Target


def test_no_reader_fails_at_hundreds_of_broken_texts() -> None:
    """Broken records, objectives and files of every importer give problems in their place."""
    outcome = fuzz.run(seed=2, count=500, seconds=60, processes=1)
    assert outcome.failures == {}
    assert outcome.counts.total() == 500


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_every_target_has_broken_texts(target: Target) -> None:
    """Of each kind of file there are seeds, and what is made of them differs from one another."""
    assert len({target.make(Random(number)) for number in range(20)}) > 10


def test_a_reader_that_raises_is_told_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception of a reader, whatever it is, is a failure: kind, module and line."""

    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(yamltree, "_decode", broken)
    runs = next(target for target in TARGETS if target.name == "records of runs")
    assert fuzz.failure(runs, b"title: T").startswith("records of runs: KeyError at ")


def test_a_problem_that_stands_nowhere_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A problem at a line that the text does not have is a failure."""
    read = records.read_run
    runs = next(target for target in TARGETS if target.name == "records of runs")

    def moved(identity: str, content: bytes) -> Record[Run]:
        record = read(identity, content)
        away = [replace(one, place=Place(9, 1)) for one in record.problems]
        return replace(record, problems=tuple(away))

    assert fuzz.failure(runs, b"titel: T") == ""
    monkeypatch.setattr(records, "read_run", moved)
    with pytest.raises(BrokenError, match="no such place"):
        runs.read(b"titel: T")


def test_a_reader_that_does_not_end_is_stopped() -> None:
    """What takes longer than the bound is a failure, and the next input is read."""

    def read(_content: bytes) -> None:
        while True:
            pass

    endless = Target("endless", 1, lambda _: b"", read)
    assert fuzz.failure(endless, b"", bound=0.05) == "endless: more than 0.05 s of CPU"


def test_what_fails_is_made_smaller() -> None:
    """Of a text that fails only what it fails for is left."""
    assert mutating.smallest(b"aaaXbbbbYcc", lambda one: b"X" in one and b"Y" in one) == b"XY"


def test_the_same_number_is_the_same_text(tmp_path: Path) -> None:
    """An input is made again from its seed and number; another number is another text."""
    assert fuzz.made(3, 5)[1] == fuzz.made(3, 5)[1] != fuzz.made(3, 6)[1]
