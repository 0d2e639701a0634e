"""Golden cases of importers: a folder of files each, read together, with what is expected of them.

`golden/<option>/<case>/` holds the files, `expected.json` (fields and problems; attachments are
files in `expected/`), and `wishes.json` where the engineer said something beside them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from generator.importers.source import HEAD_BYTES, Imported, Importer, Source, Wishes
from generator.model import Run
from tests.conftest import Golden

GOLDEN = Path(__file__).parent / "golden"


def cases(option: str) -> list[Path]:
    """The folders of all cases of an importer."""
    return sorted(path for path in (GOLDEN / option).iterdir() if path.is_dir())


def source(path: Path) -> Source:
    """A file as the command gives it to an importer."""
    raw = path.read_bytes()
    packed = raw[:2] == b"\x1f\x8b"
    head = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        unpacked = head.decompress(raw, HEAD_BYTES) if packed else raw
    except zlib.error:
        unpacked = b""
    return Source(path, path.name, unpacked[:HEAD_BYTES], "gzip" if packed else "")


def text_source(folder: Path, text: str | bytes, name: str = "given.txt") -> Source:
    """A file with this text."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return source(path)


def sources(case: Path) -> list[Source]:
    """The files of a case, by name."""
    expected = ("expected.json", "wishes.json")
    return [
        source(path)
        for path in sorted(case.iterdir())
        if path.is_file() and path.name not in expected
    ]


def read(importer: Importer, given: Sequence[Source], wishes: Wishes | None = None) -> Imported:
    """What an importer makes of files, checked as all that an importer gives has to be."""
    imported = importer.read(given, wishes or Wishes())
    accept(imported)
    return imported


def accept(imported: Imported) -> None:
    """Fail unless a record takes the fields, whole, and problems and attachments are sound."""
    fields = json.loads(json.dumps(dict(imported.fields), allow_nan=False))
    Run.model_validate({"title": "T", "status": "unknown", **fields})
    names = {one["file"] for one in fields.get("series", [])}
    assert names == set(imported.attachments)
    for problem in imported.problems:
        assert problem.code.startswith("import-")
        assert problem.place.line >= 1
        assert "\n" not in problem.message
        assert len(problem.message) <= 400


def hold(importer: Importer, case: Path, golden: Golden) -> None:
    """Hold what an importer makes of a case against what is expected."""
    given = sources(case)
    assert [one.name for one in given if not importer.recognises(one)] == unrecognised(case)
    wishes = case / "wishes.json"
    said: dict[str, Any] = json.loads(wishes.read_text("utf-8")) if wishes.exists() else {}
    imported = read(importer, given, Wishes(**said))
    shown = {
        "fields": imported.fields,
        "problems": [problem.as_text() for problem in imported.problems],
        "codes": [problem.code for problem in imported.problems],
    }
    golden.check(case / "expected.json", json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    for name, content in imported.attachments.items():
        (case / "expected").mkdir(exist_ok=True)
        golden.check(case / "expected" / name, content.decode())


def unrecognised(case: Path) -> list[str]:
    """The files of a case that are not known for what they are: those that are told to be junk."""
    return [one.name for one in sources(case)] if "junk" in case.name else []


def parts(option: str) -> list[bytes]:
    """The files of all cases of an importer, to be cut and mixed."""
    return [one.path.read_bytes() for case in cases(option) for one in sources(case)]


def documents(option: str) -> list[str]:
    """Those that are one JSON document, or the first line of those that have one a line."""
    found = []
    for raw in parts(option):
        for text in (raw.decode(), raw.decode().partition("\n")[0]):
            try:
                value = json.loads(text)
            except ValueError:
                continue
            if isinstance(value, dict | list) and value:
                found.append(text)
                break
    return found


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value: what holds it, and by what key."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(pairs):
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)
