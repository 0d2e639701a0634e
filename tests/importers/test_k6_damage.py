"""Damaged output of k6: cut, mixed, mutated files give a message or a right result."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import Level
from generator.importers import k6_dashboard, k6_json, k6_text
from generator.importers.registry import IMPORTERS
from generator.importers.source import HEAD_BYTES, Imported, Importer, Source, Wishes
from tests.importers.k6_samples import K6, codes, files, name_of, source, valid, written

OF_K6 = (*k6_json.IMPORTERS, *k6_text.IMPORTERS, *k6_dashboard.IMPORTERS)
SUMMARIES = (
    "summary-export.json",
    "summary-export.full.json",
    "summary-export.legacymode.json",
    "handleSummary.json",
    "stdout.txt",
    "stdout.full.txt",
    "stdout.legacy.txt",
    "stdout.ansi.txt",
    "stdout.utf16le.derived.txt",
    "stderr.txt",
    "stderr.full.txt",
    "stderr.legacy.txt",
    "dashboard.html",
)
SEEDS = [
    (K6 / name).read_bytes()
    for name in (
        "1.1.0/endpoints_thresholds_fail/summary-export.json",
        "1.1.0/arrival/hs/handleSummary.json",
        "2.2.0/ramp50/mr/handleSummary.json",
        "0.57.0/endpoints_thresholds_fail/stdout.txt",
        "1.1.0/endpoints_thresholds_fail/stdout.full.txt",
        "0.57.0/tty_color/stdout.ansi.txt",
        "1.1.0/iter_exception/stderr.txt",
        "1.1.0/abort/dashboard.html",
    )
]
BITS = [
    *(b"1e999", b"NaN", b"-1", b"null", b"{}", b"[]", b'"', b"\0", b"\xff", b"\n", b"{", b"}"),
    *(b"..: ", b"\xe2\x9c\x93 ", b"\xe2\x96\x88 GROUP: ", b"9" * 5_000, b"count", b"ok"),
    *(b'"values": {}', b"true", b"'rate<1' rate=1%", b"\x1b[31m", b"p(99.9)", b"running ("),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real file, cut, with bits put in or written over, or with a piece of another inside."""
    content = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 60)))
        piece = draw(st.sampled_from(BITS) | st.binary(max_size=20) | st.sampled_from(SEEDS))
        if draw(st.booleans()):
            piece = piece[: draw(st.integers(0, len(piece)))]
        content = content[:start] + piece + content[end:]
        if draw(st.integers(0, 9)) == 0:
            content = content[: draw(st.integers(0, len(content)))]
    return content


def holds(found: Imported) -> None:
    """A result is one that a record accepts; nothing is taken without a field, or it is said."""
    valid(found)
    for problem in found.problems:
        assert problem.place.line >= 1
        assert problem.code.startswith("import-")
        assert problem.message.isprintable()
        assert problem.hint
    if not found.fields and not found.attachments:
        assert found.problems or found.tool


@settings(max_examples=300)
@given(content=damaged(), exit_code=st.none() | st.integers(-1, 255))
def test_damaged_files_give_a_message_or_a_record(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, exit_code: int | None
) -> None:
    """No importer raises, whatever it recognises or is told to read."""
    given_file = written(tmp_path_factory.mktemp("damaged"), content)
    for importer in OF_K6:
        importer.recognises(given_file)
        holds(importer.read([given_file], Wishes(exit_code=exit_code)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["metrics", "values", "http_reqs", "http_req_duration", "http_req_failed", "vus",
                 "checks", "x{name:a}", "http_req_duration{endpoint:a}", "http_reqs{endpoint:a}",
                 "thresholds", "ok", "type", "contains", "rate", "count", "passes", "fails",
                 "value", "min", "max", "avg", "p(95)", "p95", "matches", "total", "root_group",
                 "groups", "name", "results", "state", "testRunDurationMs", "metadata"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=40,
)  # fmt: skip


@settings(max_examples=300)
@given(document=st.fixed_dictionaries({"metrics": JSON}, optional={"results": JSON, "x": JSON}))
def test_any_json_gives_a_message_or_a_record(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]
) -> None:
    """k6's own names in any shape are read without an exception."""
    given_file = written(tmp_path_factory.mktemp("json"), json.dumps(document))
    holds(k6_json.read([given_file], Wishes()))


LINES = st.lists(
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["", "  ", "     ✓ ", "   ✗ ", "     █ ", "  ↳ ", "> ", "\t"]),
        st.sampled_from(["http_reqs", "http_req_duration", "{ name:a }", "{endpoint:b}", "checks",
                         "THRESHOLDS", "TOTAL RESULTS", "GROUP: g", "vus", "status is 200",
                         "checks_succeeded", "running (1.0s), 1/2 VUs, 3 complete and 0 interrup"
                         "ted iterations", "default ✓ [ 100% ]", "```", "'p(95)<5'"]),
        st.sampled_from(["", "...: ", " ", "....................: "]),
        st.sampled_from(["", "5 6/s", "1 min=1 max=2", "avg=1ms p(95)=2s", "5.00% 1 out of 20",
                         "0.00% ✓ 0 ✗ 7", "rate=5%", "p(95)=3ms", "1.1 MB 5 kB/s", "9 out of 1",
                         "avg=1e9h", "99999999999999999999999999 5/s", "97% — ✓ 8 / ✗ 2"]),
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=300)
@given(lines=LINES)
def test_any_lines_give_a_message_or_a_record(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    """Lines of k6 in any order and mixture are read without an exception."""
    given_file = written(tmp_path_factory.mktemp("lines"), "\n".join(lines) + "\n")
    holds(k6_text.read([given_file], Wishes()))


@pytest.mark.parametrize("path", files(*SUMMARIES), ids=name_of)
def test_each_file_is_known_by_one_importer(path: Path) -> None:
    """No two importers claim one file, and none is claimed by nobody."""
    known = [importer.name for importer in IMPORTERS if importer.recognises(source(path))]
    assert len(known) == 1


@pytest.mark.parametrize("importer", OF_K6, ids=lambda importer: importer.name)
def test_a_missing_or_empty_file_is_a_message(tmp_path: Path, importer: Importer) -> None:
    """A file that went away or holds nothing gives no figures and no exception."""
    gone = Source(tmp_path / "gone", "gone", b"")
    found = importer.read([gone], Wishes())
    assert [problem.level for problem in found.problems] == [Level.ERROR]
    assert not found.fields
    assert not importer.recognises(written(tmp_path, b""))
    assert not importer.read([written(tmp_path, b"")], Wishes()).fields


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_compressed_files_are_read(tmp_path: Path, compression: Any) -> None:
    """A summary packed with gzip or zstd gives what it gives unpacked."""
    plain = K6 / "1.1.0/ramp50/summary-export.json"
    content = plain.read_bytes()
    pack = gzip.compress if compression == "gzip" else zstandard.ZstdCompressor().compress
    path = tmp_path / "packed"
    path.write_bytes(pack(content))
    packed = Source(path, "packed", content[:HEAD_BYTES], compression)
    assert k6_json.read([packed], Wishes()).fields == k6_json.read([source(plain)], Wishes()).fields
    path.write_bytes(pack(content)[:-20])
    found = k6_json.read([packed], Wishes())
    assert codes(found)[0] in ("import-unreadable", "import-k6-cut", "import-k6-json")
    assert not found.fields


def test_a_file_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    """A small archive of a huge document is not read into memory."""
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress(b" " * (70 * 2**20)))
    found = k6_json.read([Source(path, "bomb", b"{", "gzip")], Wishes())
    assert codes(found) == ["import-unreadable"]
    assert "64 MiB" in found.problems[0].message
