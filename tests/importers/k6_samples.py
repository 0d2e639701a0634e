"""Output of the real k6 in tests/samples/k6, as import gets it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.importers.source import HEAD_BYTES, Imported, Source, Wishes
from generator.model import Run

K6 = Path(__file__).parent.parent / "samples" / "k6"


def files(*names: str) -> list[Path]:
    """All sample files of these names that hold anything, in order."""
    found = [path for path in sorted(K6.rglob("*")) if path.name in names]
    return [path for path in found if path.stat().st_size]


def name_of(path: Path) -> str:
    """A sample's name in a test's title."""
    return path.relative_to(K6).as_posix()


def source(path: Path) -> Source:
    """A file as import opens it."""
    return Source(path, path.name, path.read_bytes()[:HEAD_BYTES])


def written(folder: Path, content: bytes | str, name: str = "given") -> Source:
    """A file of this content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return source(path)


def valid(imported: Imported) -> Imported:
    """The same, after a record has accepted its fields."""
    Run.model_validate({"title": "T", "status": "unknown", **imported.fields})
    return imported


def codes(imported: Imported) -> list[str]:
    """The codes of its problems, in order."""
    return [problem.code for problem in imported.problems]


def of(mapping: Mapping[str, Any], *names: str) -> Any:
    """What lies below these names; None where nothing does."""
    found: Any = mapping
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found


NO_WISHES = Wishes()
