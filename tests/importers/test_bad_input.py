"""Whatever a file holds, an importer gives a message or figures that a record takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import Level
from generator.importers import cache_log, container_insights, kubectl, prometheus, xray
from generator.importers.source import Importer, Source
from tests.importers import cases

IMPORTERS = tuple(
    module.IMPORTER for module in (kubectl, xray, cache_log, prometheus, container_insights)
)
EACH = pytest.mark.parametrize("importer", IMPORTERS, ids=lambda one: one.option)
PARTS = {one.option: cases.parts(one.option) for one in IMPORTERS}
DOCUMENTS = {one.option: cases.documents(one.option) for one in IMPORTERS}
ANY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([-1, 0, 1, 2**64, 10**30, 1e308, 0.5]),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(
        ["", "NaN", "1e400", "-5", "0", "a" * 400, "a\nb", "2026-01-02T17:38:07Z", "9" * 18]
    ),
    st.sampled_from([[], {}, [[]], [{}], {"a": []}]),
)


@EACH
@settings(max_examples=150)
@given(data=st.data())
def test_cut_and_mixed_files_give_a_message_or_figures(
    importer: Importer, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Pieces of files one after another, cut and with bytes altered, never raise."""
    pieces = []
    for _ in range(data.draw(st.integers(1, 3))):
        part = data.draw(st.sampled_from(PARTS[importer.option]))
        start = data.draw(st.integers(0, len(part)))
        pieces.append(part[start : data.draw(st.integers(start, len(part)))])
    glue = data.draw(st.sampled_from([b"", b"\n", b"\n$ kubectl top pods\n"]))
    raw = bytearray(glue.join(pieces))
    for _ in range(data.draw(st.integers(0, 4)) if raw else 0):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    _read(importer, bytes(raw), tmp_path_factory.getbasetemp())


@EACH
@settings(max_examples=150)
@given(data=st.data())
def test_json_of_an_unexpected_shape_gives_a_message_or_figures(
    importer: Importer, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A value of any other type or size, anywhere in the JSON, never raises."""
    document = json.loads(data.draw(st.sampled_from(DOCUMENTS[importer.option])))
    everywhere = list(cases.places(document))
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(everywhere))
        holder[key] = data.draw(ANY)
    _read(importer, json.dumps(document).encode(), tmp_path_factory.getbasetemp())


@EACH
@settings(max_examples=60)
@given(raw=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_a_message_or_figures(
    importer: Importer, raw: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Bytes of no format at all never raise."""
    _read(importer, raw, tmp_path_factory.getbasetemp())


def _read(importer: Importer, raw: bytes, folder: Path) -> None:
    source = cases.text_source(folder, raw)
    importer.recognises(source)
    imported = cases.read(importer, [source])
    assert imported.fields or imported.problems


@EACH
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" \n\n",
        bytes(range(256)) * 20,
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": ' + b"9" * 10_000 + b"}",
        b'{"a": NaN, "b": Infinity}',
        b"<html><body>502 Bad Gateway</body></html>",
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_what_holds_nothing_is_an_error_and_no_fields(
    importer: Importer, raw: bytes, tmp_path: Path
) -> None:
    """An empty, binary or fruitless file gives an error, and nothing of it is taken."""
    imported = cases.read(importer, [cases.text_source(tmp_path, raw)])
    assert imported.fields == {}
    assert imported.attachments == {}
    assert Level.ERROR in [problem.level for problem in imported.problems]


@EACH
def test_a_file_that_is_not_there_is_an_error(importer: Importer, tmp_path: Path) -> None:
    """A file that went away since it was recognised is told by name."""
    imported = cases.read(importer, [Source(tmp_path / "gone.txt", "gone.txt", b"")])
    assert [(one.file, one.code) for one in imported.problems][:1] == [
        ("gone.txt", "import-unreadable")
    ]


@EACH
def test_no_files_give_nothing(importer: Importer) -> None:
    """Asked for nothing an importer gives nothing."""
    imported = cases.read(importer, [])
    assert (imported.fields, imported.attachments, imported.problems) == ({}, {}, ())


@EACH
def test_one_bad_file_does_not_spoil_the_others(importer: Importer, tmp_path: Path) -> None:
    """With a binary file beside it a good file gives the same fields, and the bad one an error."""
    good = next(cases.sources(case) for case in cases.cases(importer.option) if _is_plain(case))
    bad = cases.text_source(tmp_path, b"\0\1\2", "zz-bad")
    alone = cases.read(importer, good)
    imported = cases.read(importer, [*good, bad])
    assert imported.fields == alone.fields != {}
    assert [one.file for one in imported.problems if one.level == Level.ERROR] == ["zz-bad"]


def _is_plain(case: Path) -> bool:
    return bool(json.loads((case / "expected.json").read_text("utf-8"))["fields"])


@EACH
def test_each_file_is_known_for_what_it_is_and_nothing_else(importer: Importer) -> None:
    """No other importer claims a file that this one recognises."""
    for case in cases.cases(importer.option):
        for source in cases.sources(case):
            others = [one.option for one in IMPORTERS if one.recognises(source)]
            assert set(others) <= {importer.option}, source.path
