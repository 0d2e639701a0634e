"""Where figures come from: hashes, and files beside a record that are others by now."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from generator import audit, provenance
from generator.errors import Level, Problem
from tests.conftest import open_book, write_book

CONTENT = b"what k6 wrote\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def book(root: Path, *sources: str, content: bytes | None = CONTENT) -> Path:
    """A notebook whose run a/b names these sources; a.json stands in the run's folder."""
    listed = "".join(f"  - {{{source}}}\n" for source in sources)
    write_book(root, {"a/b.yaml": f"title: T\nstatus: unknown\nsources:\n{listed}"})
    if content is not None:
        (root / "experiments" / "a" / "b").mkdir()
        (root / "experiments" / "a" / "b" / "a.json").write_bytes(content)
    return root


def found(root: Path) -> list[Problem]:
    return audit.problems(provenance.checked(root, open_book(root)))


def source(digest: str = DIGEST, name: str = "a.json", size: object = len(CONTENT)) -> str:
    return f"file: {name}, kind: k6, sha256: {digest!r}, size: {size}"


def test_a_hash_is_that_of_the_whole_file(tmp_path: Path) -> None:
    """Read in pieces, and each piece is told."""
    path = tmp_path / "big"
    path.write_bytes(b"x" * (2 * provenance.CHUNK + 5))
    pieces: list[int] = []
    digest = provenance.sha256(path, pieces.append)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert pieces == [provenance.CHUNK, provenance.CHUNK, 5]


@pytest.mark.parametrize(
    "sources",
    [
        [source()],
        [source(DIGEST.upper())],
        [source(size="14 B")],
        [source("0" * 64), source()],
        [source("0" * 64, name="other.json")],
        [source("0" * 64, name="../b/a.json")],
    ],
)
def test_a_file_that_is_the_same_or_not_there_is_no_problem(
    tmp_path: Path, sources: list[str]
) -> None:
    """One entry of that name that fits is enough; names that lead elsewhere are not looked at."""
    assert found(book(tmp_path, *sources)) == []


def test_a_file_that_was_never_kept_is_no_problem(tmp_path: Path) -> None:
    """Raw samples are large; most records only name them."""
    assert found(book(tmp_path, source("0" * 64), content=None)) == []


def test_a_file_that_is_another_is_a_warning(tmp_path: Path) -> None:
    """At the hash of the record, with what the file has now."""
    (problem,) = found(book(tmp_path, source("0" * 64)))
    assert problem.level is Level.WARNING
    assert problem.code == provenance.RULE[0]
    assert problem.as_text() == (
        "experiments/a/b.yaml:4:38: warning: sources[0].sha256: experiments/a/b/a.json is not the "
        f"file that was imported: its SHA-256 is {DIGEST[:12]}... now (import it again, or bring "
        "the file back that the figures were read from) [source-changed]"
    )


def test_a_file_of_another_size_is_a_warning(tmp_path: Path) -> None:
    """The size alone tells."""
    (problem,) = found(book(tmp_path, source("0" * 64, size=99)))
    assert "has 14 bytes now" in problem.message


def test_a_file_too_large_to_hash_is_known_by_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check never reads more than its limit."""
    monkeypatch.setattr(provenance, "MAX_BYTES", 5)
    assert found(book(tmp_path / "same", source("0" * 64))) == []
    assert len(found(book(tmp_path / "other", source("0" * 64, size=15)))) == 1


@pytest.mark.parametrize("what", ["file", "folder"])
def test_links_are_not_followed(tmp_path: Path, what: str) -> None:
    """Neither the file nor the folder that it lies in; nor is a folder hashed."""
    root = book(tmp_path / "book", source("0" * 64), content=None)
    place = root / "experiments" / "a" / "b"
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.json").write_bytes(CONTENT)
    if what == "folder":
        place.symlink_to(outside)
    else:
        place.mkdir()
        (place / "a.json").symlink_to(outside / "a.json")
    assert found(root) == []


def test_a_folder_of_that_name_is_no_problem(tmp_path: Path) -> None:
    """It is no file, so it is not the one that was imported."""
    root = book(tmp_path, source("0" * 64), content=None)
    (root / "experiments" / "a" / "b" / "a.json").mkdir(parents=True)
    assert found(root) == []
