"""Files given to import: recognised by content, and every other kind told in words."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import Problem
from generator.importers import opening
from generator.importers.opening import Given
from generator.importers.source import HEAD_BYTES, Source
from tests.importers.tiny import IMPORTERS, TINY, TOP, tiny

TABLE = "NAME CPU(cores) MEMORY(bytes)\na 5m 3Mi\n"


def opened(path: Path, option: str = "") -> Source | Problem:
    """The one file, opened, or what is wrong with it."""
    found = opening.open_all([Given(path, option)], IMPORTERS)
    if found.problems:
        assert found.groups == ()
        return found.problems[0]
    ((_, (source,)),) = found.groups
    return source


def problem(path: Path, option: str = "") -> Problem:
    found = opened(path, option)
    assert isinstance(found, Problem)
    return found


def file(folder: Path, content: bytes | str, name: str = "a.json") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_the_kind_follows_from_the_content(tmp_path: Path) -> None:
    """Whatever the name; importers in their own order, files of one kind together."""
    paths = [
        file(tmp_path, TABLE, "summary.json"),
        file(tmp_path, tiny(), "pods.txt"),
        file(tmp_path, TABLE, "b"),
    ]
    found = opening.open_all([Given(path) for path in paths], IMPORTERS)
    assert found.problems == ()
    groups = [(importer, [source.name for source in sources]) for importer, sources in found.groups]
    assert groups == [(TINY, ["pods.txt"]), (TOP, ["summary.json", "b"])]


@pytest.mark.parametrize(
    ("pack", "kind"),
    [
        (lambda data: data, ""),
        (gzip.compress, "gzip"),
        (zstandard.compress, "zstd"),
        (lambda data: gzip.compress(data)[:-20], "gzip"),
        (lambda data: zstandard.compress(data)[:-1], "zstd"),
    ],
    ids=["plain", "gzip", "zstd", "cut gzip", "cut zstd"],
)
def test_heads_are_unpacked(tmp_path: Path, pack: object, kind: str) -> None:
    """Also those of files that end early: what is wrong further on is the importer's to say."""
    text = tiny({"tags": [f"tag {number}" for number in range(30_000)]}).encode()
    source = opened(file(tmp_path, pack(text)))  # type: ignore[operator]
    assert isinstance(source, Source)
    assert source.compression == kind
    assert text.startswith(source.head)
    assert 10_000 < len(source.head) <= HEAD_BYTES


def test_what_unpacks_without_end_is_bounded(tmp_path: Path) -> None:
    """A gigabyte of spaces in a small file costs no more than its head."""
    bomb = gzip.compress(b'{"tiny"' + b" " * 50_000_000)
    source = opened(file(tmp_path, bomb))
    assert isinstance(source, Source)
    assert len(source.head) == HEAD_BYTES


def test_text_in_utf_16_is_recognised(tmp_path: Path) -> None:
    """PowerShell writes it where output goes into a file."""
    assert isinstance(opened(file(tmp_path, TABLE.encode("utf-16"))), Source)
    assert isinstance(opened(file(tmp_path, TABLE.encode("utf-8-sig"))), Source)


def test_an_option_asks_its_importers_alone(tmp_path: Path) -> None:
    """A file of another kind is told for what it is."""
    path = file(tmp_path, TABLE)
    assert isinstance(opened(path, "kubectl"), Source)
    assert problem(path, "k6").as_text() == (
        "a.json:1:1: error: not recognised as --k6: it is kubectl top "
        "(give it as --kubectl, or without an option) [import-other-kind]"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t\n", "nothing stands in the file"),
        (b"\0" * 100, "nothing stands in the file"),
        (b"hello\nworld", "not recognised: it begins with 'hello world'"),
        (b"\x7fELF\0\0\1", "not recognised: a binary file"),
        (b"PK\x03\x04\0\0", "not recognised: a zip archive"),
        (b"BZh91AY", "not recognised: a file packed with bzip2"),
        (b"\xfd7zXZ\x00\0", "not recognised: a file packed with xz"),
        (b"\x1f\x8b\x08junk", "nothing can be unpacked from it, though it begins like a gzip file"),
        (b"\x28\xb5\x2f\xfdjunk", "nothing can be unpacked from it, though it begins like a zstd"),
        (gzip.compress(b"", mtime=0), "nothing can be unpacked from it"),
        (gzip.compress(b"hello", mtime=0), "not recognised: it begins with 'hello'"),
        (b"\x1b[31mred\n", "not recognised: it begins with '?[31mred'"),
    ],
)
def test_what_is_not_known_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    """At the first line, with what would be known; nothing that moves a cursor."""
    found = problem(file(tmp_path, content))
    assert found.as_text().startswith(f"a.json:1:1: error: {said}")
    assert found.hint


def test_what_would_be_known_is_listed(tmp_path: Path) -> None:
    """All kinds, or those of the option."""
    path = file(tmp_path, "hello")
    assert problem(path).hint == "what is known: a tiny file; kubectl top"
    assert problem(path, "k6").hint == "what is known: a tiny file"
    assert problem(path, "xray").hint == "what is known: nothing"


def test_only_plain_files_are_read(tmp_path: Path) -> None:
    """Folders, links, pipes and what is not there: each in words, and none is waited for."""
    real = file(tmp_path, tiny())
    (tmp_path / "link").symlink_to(real)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    assert problem(tmp_path / "link").message == "this is a link; links are not followed"
    assert problem(tmp_path / "folder").message == "this is a folder"
    assert problem(tmp_path / "pipe").message == "this is no plain file"
    assert "No such file" in problem(tmp_path / "nowhere").message


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    """Its permissions are what to mend."""
    path = file(tmp_path, tiny())
    path.chmod(0)
    assert problem(path).code == "import-unreadable"


def test_names_tell_files_apart_and_no_more(tmp_path: Path) -> None:
    """The name alone, or as much of the folder as makes two differ."""
    paths = [tmp_path / "one" / "raw.json", tmp_path / "two" / "raw.json", tmp_path / "x.json"]
    assert opening.names_of(paths) == ["one/raw.json", "two/raw.json", "x.json"]
    assert opening.names_of([paths[2], paths[2]]) == ["x.json", "x.json"]


@pytest.mark.parametrize("name", ["a\nb.json", "x" * 250, "\x1b[2J", " ", "é.json"])
def test_any_name_of_a_file_is_a_name_in_a_record(tmp_path: Path, name: str) -> None:
    """One line, printable, bounded."""
    (found,) = opening.names_of([tmp_path / name])
    assert found.isprintable()
    assert 0 < len(found) <= opening.MAX_NAME


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b'{"tiny"'])
)
def test_any_content_is_known_or_told(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, start: bytes
) -> None:
    """Never an exception."""
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(start + content)
    opened(path)
