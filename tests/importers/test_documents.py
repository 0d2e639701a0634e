"""Content of files: unpacked, bounded, line by line, as JSON one after another."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import Problem
from generator.importers import documents
from generator.importers.source import Source
from tests.importers import cases


def packed(folder: Path, raw: bytes, compression: str) -> Source:
    """A file with this content, packed or not."""
    path = folder / "given"
    if compression == "gzip":
        path.write_bytes(gzip.compress(raw))
        return Source(path, "given", raw[:100], "gzip")
    if compression == "zstd":
        path.write_bytes(zstandard.compress(raw))
        return Source(path, "given", raw[:100], "zstd")
    path.write_bytes(raw)
    return Source(path, "given", raw[:100])


KINDS = pytest.mark.parametrize("compression", ["", "gzip", "zstd"])


@KINDS
def test_a_file_is_read_whole_however_it_is_packed(compression: str, tmp_path: Path) -> None:
    """The text is the same, with line ends as LF and without a byte order mark."""
    source = packed(tmp_path, "\ufeffone\r\ntwo\rthree µ\n".encode(), compression)
    found = documents.whole(source)
    assert (found.text, found.problems) == ("one\ntwo\nthree µ\n", [])


@KINDS
def test_a_file_is_read_line_by_line_however_it_is_packed(compression: str, tmp_path: Path) -> None:
    """Each line comes with its number; large files are never held whole."""
    raw = b"".join(b"line %d\r\n" % number for number in range(1, 50_001))
    problems: list[Problem] = []
    found = list(documents.lines(packed(tmp_path, raw, compression), problems))
    assert problems == []
    assert found[0] == (1, "line 1\n")
    assert found[-1] == (50_000, "line 50000\n")
    assert len(found) == 50_000


def test_a_file_beyond_the_limit_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However well it packs, what is larger unpacked than the limit is not read."""
    monkeypatch.setattr(documents, "MAX_BYTES", 2**20)
    found = documents.whole(packed(tmp_path, b"a" * (2**20 + 1), "gzip"))
    assert found.text == ""
    assert [problem.code for problem in found.problems] == ["import-too-large"]


def test_a_line_beyond_the_limit_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines around it are read, with their numbers."""
    monkeypatch.setattr(documents, "MAX_LINE", 10)
    problems: list[Problem] = []
    found = list(documents.lines(packed(tmp_path, b"a\n" + b"b" * 95 + b"\nc\n", ""), problems))
    assert found == [(1, "a\n"), (3, "c\n")]
    assert [(one.place.line, one.code) for one in problems] == [(2, "import-long-line")]


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_a_packed_file_that_breaks_off_gives_what_is_before(
    compression: str, tmp_path: Path
) -> None:
    """Whole or by line: what could be unpacked is given, and the problem said."""
    raw = b"".join(b"%d\n" % (number * number) for number in range(200_000))
    source = packed(tmp_path, raw, compression)
    source.path.write_bytes(source.path.read_bytes()[:-2000])
    problems: list[Problem] = []
    found = list(documents.lines(source, problems))
    if compression == "gzip":  # zstd gives nothing of a frame's last block, and no error
        assert [problem.code for problem in problems] == ["import-cut-off"]
    assert 1000 < len(found) < 200_000
    assert found[1000] == (1001, "1000000\n")


def test_a_file_that_is_not_packed_as_it_seemed_is_an_error(tmp_path: Path) -> None:
    """Bytes that can't be unpacked give a problem."""
    path = tmp_path / "given.gz"
    path.write_bytes(b"\x1f\x8b nothing of the kind")
    found = documents.whole(Source(path, "given.gz", b"", "gzip"))
    assert found.text == ""
    assert [problem.code for problem in found.problems] == ["import-unreadable"]


VALUES = st.lists(
    st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), max_size=3),
    max_size=6,
)


@given(values=VALUES, indent=st.sampled_from([None, 2]), glue=st.sampled_from(["\n", "", ",\n"]))
def test_values_one_after_another_are_all_found(
    values: list[dict[str, object]], indent: int | None, glue: str
) -> None:
    """One a line, over several lines, or with nothing between: each value, at its line."""
    texts = [json.dumps(value, indent=indent) for value in values]
    found = list(documents.json_values(glue.join(texts)))
    assert [one.value for one in found] == values
    line = 1
    for one, text in zip(found, texts, strict=True):
        assert (one.line, one.fault) == (line, "")
        line += (text + glue).count("\n")


def test_after_a_fault_reading_goes_on_at_the_next_line() -> None:
    """A line that is no JSON costs itself only."""
    found = list(documents.json_values('{"a": 1}\n{"a": oops}\n{"a": 3}\n'))
    assert [one.value for one in found] == [{"a": 1}, None, {"a": 3}]
    assert [(one.fault, one.fault_line) for one in found][1] == ("this is no valid JSON", 2)


def test_faults_end_the_reading_at_last() -> None:
    """A text of nothing but faults is not searched to its end."""
    assert len(list(documents.json_values("{oops}\n" * 1000, most_faults=20))) == 20


@pytest.mark.parametrize(
    ("text", "codes", "value"),
    [
        ('{"a": NaN}', [], {"a": None}),
        ('{"a": 1} and more', ["import-more-text"], {"a": 1}),
        ('{"a": [1, 2', ["import-json"], None),
        ("null", ["import-json"], None),
        ("", ["import-empty"], None),
    ],
)
def test_a_document_is_one_json_value(
    text: str, codes: list[str], value: object, tmp_path: Path
) -> None:
    """NaN is null, text behind the value is said, a cut-off document is an error."""
    found, problems = documents.document(cases.text_source(tmp_path, text))
    assert found == value
    assert [problem.code for problem in problems] == codes
