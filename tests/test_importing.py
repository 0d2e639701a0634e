"""Files read for import: whole, once each, and as they were."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from rich.console import Console

from generator import importing
from generator.importers.opening import Given
from generator.importers.source import Imported, Source, Wishes
from generator.importing import Read
from tests.importers.tiny import TINY, tiny

NOW = datetime(2026, 1, 2, 18, 38, 7, tzinfo=timezone(timedelta(hours=1)))


def read(*paths: Path, during: Callable[[Path], object] = str) -> Read:
    """Read the files; `during` is called with each while its importer reads."""

    def reading(sources: Sequence[Source], wishes: Wishes) -> Imported:
        found = TINY.read(sources, wishes)
        for source in sources:
            during(source.path)
        return found

    given = [Given(path) for path in paths]
    importers = [replace(TINY, read=reading)]
    return importing.read(given, importers, Wishes(), NOW, Console(file=io.StringIO()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A tiny file."""
    path = tmp_path / "a.json"
    path.write_text(tiny({"tags": ["x"]}), "utf-8")
    return path


def test_a_reading_says_where_it_is_from(path: Path) -> None:
    """Name, kind, size, tool and time in UTC, as a record has them."""
    (reading,) = read(path).readings
    (source,) = reading.sources
    assert {**source, "sha256": ""} == {
        "file": "a.json",
        "kind": "a tiny file",
        "sha256": "",
        "size": path.stat().st_size,
        "tool": "tiny 1.0",
        "imported": "2026-01-02T17:38:07Z",
    }


def append(path: Path) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.write(" ")


@pytest.mark.parametrize("change", [append, Path.unlink])
def test_of_a_file_that_changes_meanwhile_nothing_is_taken(
    path: Path, change: Callable[[Path], object]
) -> None:
    """The test is running still: its figures would be those of half of it."""
    found = read(path, during=change)
    assert found.readings == ()
    assert [problem.code for problem in found.problems] == ["import-changed"]
    assert found.failed


def test_several_files_of_a_kind_are_one_reading(tmp_path: Path, path: Path) -> None:
    """Those of one distributed run, named by the first."""
    other = tmp_path / "b.json"
    other.write_text(tiny({"tags": ["y"]}), "utf-8")
    (reading,) = read(path, other).readings
    assert reading.label == "a.json and 1 more"
    assert [source["file"] for source in reading.sources] == ["a.json", "b.json"]


def test_the_time_of_an_import_is_in_utc() -> None:
    """Whatever the zone of the machine."""
    assert importing.stamp(NOW) == importing.stamp(NOW.astimezone(UTC)) == "2026-01-02T17:38:07Z"
