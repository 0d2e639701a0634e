"""Broken files of k6 samples: what is kept of them, and how it is told."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import Level, Problem
from generator.importers import damage, samples_job
from generator.importers.damage import Unpacked
from generator.importers.histogram import Histogram
from generator.importers.k6_samples import read_run
from generator.importers.source import Imported, Source
from generator.model import Run
from tests.importers.given import SAMPLES, point, request, text, written

RAMP = SAMPLES / "1.1.0" / "ramp50"
LINES = text(line for second in range(1, 30) for line in request(second + 0.25, 20.5)).split("\n")
COUNT = 29


def read(given: Source) -> Imported:
    """What is read of a file, whatever it is recognised as."""
    return read_run([given], "csv" if samples_job.is_csv(given) else "json")


def only(imported: Imported, code: str) -> Problem:
    """The one problem with this code."""
    (found,) = [problem for problem in imported.problems if problem.code == code]
    return found


def requests(imported: Imported) -> int:
    return int(imported.fields["k6"]["http_reqs"]["count"])


def test_a_cut_last_line_is_told(tmp_path: Path) -> None:
    """k6 was killed or still writes: the line is named, all before it is kept."""
    imported = read(written(tmp_path / "raw.json", "\n".join(LINES)[:-40]))
    problem = only(imported, "import-cut-line")
    assert (problem.level, problem.place.line) == (Level.WARNING, len(LINES) - 1)
    assert requests(imported) == COUNT
    assert "lines before it were kept" in problem.message


def test_a_cut_archive_is_read_to_its_cut(tmp_path: Path) -> None:
    """A killed k6 leaves a .gz without its end: what can be unpacked is taken."""
    packed = (RAMP / "raw.json.gz").read_bytes()
    given = written(tmp_path / "raw.json.gz", packed[: len(packed) // 2])
    outcome = Unpacked()
    expected = b"".join(damage.unpacked(given, outcome)).count(b'{"metric":"http_reqs",')
    imported = read(given)
    assert requests(imported) == pytest.approx(expected, abs=1)
    problem = only(imported, "import-cut-archive")
    assert problem.place.line == outcome.lines + 1
    assert str(outcome.size) in problem.message
    assert not [one for one in imported.problems if one.level is Level.ERROR]


def test_a_cut_csv_archive_is_read_to_its_cut(tmp_path: Path) -> None:
    """The same holds for CSV."""
    packed = (RAMP / "raw.csv.gz").read_bytes()
    imported = read(written(tmp_path / "raw.csv.gz", packed[: len(packed) // 2]))
    assert requests(imported) > 100
    assert only(imported, "import-cut-archive").level is Level.WARNING


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_cut_zstd_file_is_read_to_its_cut(tmp_path: Path, cut: int) -> None:
    """Of a cut .zst the whole lines are taken, and what is missing is told."""
    packed = zstandard.compress(gzip.decompress((RAMP / "raw.json.gz").read_bytes()))
    imported = read(written(tmp_path / "raw.json.zst", packed[: len(packed) * cut // 4]))
    assert 0 < requests(imported) < 2781
    assert {problem.code for problem in imported.problems} & {
        "import-cut-archive",
        "import-cut-line",
    }


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_compressed_files_read_like_plain_ones(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    """gzip and zstd, in one member or several, give what the plain file gives."""
    plain = "\n".join(LINES).encode()
    expected = read(written(tmp_path / "raw.json", plain))
    whole = read(written(tmp_path / "one", pack(plain)))
    halves = read(written(tmp_path / "two", pack(plain[:2000]) + pack(plain[2000:])))
    assert whole == halves
    assert whole.fields == expected.fields
    assert whole.attachments == expected.attachments


def test_other_lines_are_counted_and_named(tmp_path: Path) -> None:
    """Another program's lines among the samples: how many, where the first, what was kept."""
    lines = list(LINES)
    lines[10:10] = ["INFO[0001] something", "\x00\x01 binary", "[1, 2]", '{"a": 1}']
    problem = only(
        imported := read(written(tmp_path / "raw.json", "\n".join(lines))), "import-damaged-lines"
    )
    assert problem.place.line == 11
    assert "4 of 97 lines" in problem.message
    assert "the other 93 were kept" in problem.message
    assert requests(imported) == COUNT


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", '"NaN"', "1e999", "null", "{}"])
def test_what_is_no_number_is_left_out(tmp_path: Path, value: str) -> None:
    """NaN, Infinity and other things that are no finite number: left out, and told."""
    broken = point("http_req_duration", 3.5, "VALUE", method="GET", name="home")
    lines = [*LINES[:20], broken.replace('"VALUE"', value), *LINES[20:]]
    imported = read(written(tmp_path / "raw.json", "\n".join(lines)))
    assert only(imported, "import-damaged-lines").place.line == 21
    assert imported.fields["k6"]["http_req_duration"]["max"] == "20.5ms"


def test_a_time_out_of_all_bounds_is_left_out(tmp_path: Path) -> None:
    """A damaged year does not stretch the run over centuries."""
    lines = list(LINES)
    lines[20] = lines[20].replace("2026-", "2926-")
    imported = read(written(tmp_path / "raw.json", "\n".join(lines)))
    assert "import-damaged-lines" in [problem.code for problem in imported.problems]
    assert imported.fields["load"]["duration"].startswith("~28.0")


def test_csv_lines_are_named(tmp_path: Path) -> None:
    """Lines of a CSV that are cut, too long, or hold no number are told with their place."""
    lines = gzip.decompress((RAMP / "raw.csv.gz").read_bytes()).decode().split("\n")
    whole = read(written(tmp_path / "whole.csv", "\n".join(lines)))
    lines[50] = "some other text"
    lines[60] = lines[60].replace(",17", ",x17", 1)
    lines[70] += ",more"
    imported = read(written(tmp_path / "raw.csv", "\n".join(lines)))
    problem = only(imported, "import-damaged-lines")
    assert problem.place.line == 51
    assert problem.message.startswith("3 of ")
    assert requests(whole) - 3 <= requests(imported) <= requests(whole)


def test_two_runs_in_one_file_are_refused(tmp_path: Path) -> None:
    """Two runs one after the other: the line where the second begins, and nothing is taken."""
    first, second = (
        text(line for n in range(5) for line in request(start + n + 0.5, 20)) for start in (0, 1000)
    )
    imported = read(written(tmp_path / "raw.json", first + second))
    problem = only(imported, "import-two-runs")
    assert (problem.level, problem.place.line) == (Level.ERROR, first.count("\n") + 1)
    assert imported.fields == {}
    assert imported.attachments == {}
    # The hint can be followed.
    assert f"tail -n +{first.count(chr(10)) + 1}" in problem.hint


def test_two_runs_of_csv_are_refused(tmp_path: Path) -> None:
    """The headings again, and later times: two runs of CSV in one file."""
    runs = [
        gzip.decompress((RAMP.parent / name / "raw.csv.gz").read_bytes())
        for name in ("ramp50", "arrival")
    ]
    imported = read(written(tmp_path / "raw.csv", b"".join(runs)))
    problem = only(imported, "import-two-runs")
    assert problem.place.line == runs[0].count(b"\n") + 1
    assert imported.fields == {}


def test_the_same_run_twice_is_refused(tmp_path: Path) -> None:
    """A file that was appended to itself would count everything twice."""
    packed = (RAMP / "raw.json.gz").read_bytes()
    imported = read(written(tmp_path / "raw.json.gz", packed * 2))
    assert only(imported, "import-two-runs").level is Level.ERROR
    assert imported.fields == {}


def test_load_generators_in_one_file_are_told(tmp_path: Path) -> None:
    """Files of two load generators of one time that were joined: one run, with a warning."""
    one, two = (
        text(line for n in range(20) for line in request(n + start, 20)) for start in (0.5, 0.75)
    )
    imported = read(written(tmp_path / "raw.json", one + two))
    assert only(imported, "import-joined").place.line == one.count("\n") + 1
    assert requests(imported) == 40


def test_a_gap_in_time_is_told(tmp_path: Path) -> None:
    """Minutes without any sample look like two runs; all is taken, and a warning says it."""
    lines = text([*request(1.5, 20), *request(2.5, 20), *request(600, 20)])
    imported = read(written(tmp_path / "raw.json", lines))
    assert "no sample for 598 s after 2026-11-23T12:00:02Z" in only(imported, "import-gap").message


@pytest.mark.parametrize("content", ["", "\n\n", " "])
def test_an_empty_file_is_told(tmp_path: Path, content: str) -> None:
    """An empty file, or one of blank lines, is an error of its own."""
    imported = read(written(tmp_path / "raw.json", content))
    assert only(imported, "import-empty").level is Level.ERROR
    assert imported.fields == {}


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01\x02\xff" * 5000,
        b"{" * 100_000,
        b'{"type":"Point","metric":"' + b"x" * 20_000_000,
        "\n".join(LINES).encode("utf-16"),
        b"PK\x03\x04" + bytes(range(256)) * 100,
        b'{"type":"Metric","data":{"name":"vus","type":"gauge"},"metric":"vus"}\n',
    ],
)
def test_files_without_samples_are_refused(tmp_path: Path, content: bytes) -> None:
    """Binary, an endless line, another encoding, definitions alone: an error, nothing taken."""
    imported = read(written(tmp_path / "raw.json", content))
    (problem,) = imported.problems
    assert (problem.level, problem.code) in (
        (Level.ERROR, "import-no-samples"),
        (Level.ERROR, "import-unreadable"),
    )
    assert imported.fields == {}


def test_a_removed_file_is_a_problem(tmp_path: Path) -> None:
    """A file that is gone when it is read is told, not raised."""
    given = written(tmp_path / "raw.json", "\n".join(LINES))
    given.path.unlink()
    assert read(given).problems[0].code == "import-unreadable"


def test_saved_pieces_are_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken archive is saved in pieces that end with lines, and together are all of it."""
    monkeypatch.setattr(damage, "PIECE", 100_000)
    monkeypatch.setattr(damage, "CHUNK", 10_000)
    content = gzip.decompress((RAMP / "raw.json.gz").read_bytes())
    packed = gzip.compress(content)[:-4]
    given = written(tmp_path / "raw.json.gz", packed)
    outcome = Unpacked()
    pieces = [piece.read_bytes() for piece in damage.pieces(given, tmp_path, outcome)]
    assert len(pieces) > 10
    assert all(piece.endswith(b"\n") for piece in pieces)
    assert b"".join(pieces) == content
    assert not outcome.complete
    assert requests(read(given)) == content.count(b'{"metric":"http_reqs",')


def test_lines_of_damage_are_found_by_parsing_too(tmp_path: Path) -> None:
    """A line that looks whole and is not is found by parsing."""
    lines = list(LINES)
    lines[12] = lines[12].replace('"value":', '"value"')
    given = written(tmp_path / "raw.json", "\n".join(lines))
    assert damage.damaged_lines(given) == ([13], False)


SMALL = "\n".join(
    [*LINES[:60], *(point("vus", second, 5) for second in range(1, 8)), LINES[60], ""]
).encode()
SMALL_CSV = b"\n".join(gzip.decompress((RAMP / "raw.csv.gz").read_bytes()).split(b"\n", 120)[:120])


def sound(imported: Imported) -> None:
    """Either nothing and an error, or a record that is whole, with tables that can be read."""
    for problem in imported.problems:
        assert problem.as_text().count("\n") == 0
        assert problem.message
    if not imported.fields:
        assert any(problem.level is Level.ERROR for problem in imported.problems)
        assert imported.attachments == {}
        return
    run = Run.model_validate({"title": "T", "status": "unknown", **imported.fields})
    named = {series.file for series in run.series}
    named |= {run.distribution.file} if run.distribution else set()
    assert named == set(imported.attachments)
    if run.distribution:
        Histogram.from_csv(imported.attachments[run.distribution.file].decode())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples of a property."""
    return tmp_path_factory.mktemp("damage")


EDITS = st.lists(
    st.tuples(st.integers(0, 12_000), st.integers(0, 60), st.binary(max_size=12)), max_size=4
)


@settings(max_examples=60)
@given(edits=EDITS, is_csv=st.booleans())
def test_mutated_files_give_a_message_or_a_result(
    folder: Path, edits: list[tuple[int, int, bytes]], is_csv: bool
) -> None:
    """Bytes replaced, taken out or put in anywhere: never an exception, never half a record."""
    content = SMALL_CSV if is_csv else SMALL
    for place, length, new in edits:
        place %= len(content)
        content = content[:place] + new + content[place + length :]
    given = written(folder / "raw", content)
    imported = read_run([given], "csv") if samples_job.is_csv(given) else read_run([given], "json")
    sound(imported)


@settings(max_examples=40)
@given(cut=st.floats(0, 1), pack=st.sampled_from(["", "gzip", "zstd"]))
def test_cut_files_give_a_message_or_a_result(folder: Path, cut: float, pack: str) -> None:
    """A file cut anywhere, compressed or not, gives at most the samples of the whole one."""
    packs: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstandard.compress}
    content = packs.get(pack, bytes)(SMALL)
    given = written(folder / "raw", content[: round(cut * len(content))])
    imported = read_run([given], "json")
    sound(imported)
    counted = imported.fields.get("k6", {}).get("http_reqs", {}).get("count", 0)
    assert counted <= SMALL.count(b'{"metric":"http_reqs"')


@settings(max_examples=30)
@given(st.lists(st.sampled_from([*LINES[:12], *SMALL_CSV.decode().split("\n")[:8]]), max_size=30))
def test_mixed_files_give_a_message_or_a_result(folder: Path, lines: list[str]) -> None:
    """Lines of both formats in any order, definitions repeated: a message or a record."""
    given = written(folder / "raw", "\n".join(lines))
    for kind in ("json", "csv") if samples_job.is_csv(given) else ("json",):
        sound(read_run([given], kind))
