"""Imported fields in the text of real records: nothing lost, nothing altered, nothing half done."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import recording, records, writing, yamledit
from generator.errors import NotebookError
from generator.importers.source import Imported
from generator.recording import Prepared, Reading
from generator.scaffold import new_record
from tests.conftest import ROOT, copy_reported, reported_runs, write_book
from tests.test_merging import runs

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
REAL = sorted(
    path.relative_to(ROOT / "experiments").with_suffix("").as_posix() for path in reported_runs()
)

FIELDS: dict[str, Any] = {
    "status": "completed",
    "date": "2026-01-02T17:38:07Z",
    "load": {"scenario": "default", "executor": "ramping-vus", "duration": "779.8s"},
    "k6": {
        "http_reqs": {"count": 217804, "rate": "277.204831/s"},
        "http_req_duration": {"min": "3.12ms", "p95": "363.0312ms"},
        "data_sent": 123456789,
        "rates": {"requests_under_500ms": "98.6812%", "of {x}: 1": "12%"},
        "checks": {"list": [{"name": "status is 200", "passes": 229276, "fails": 0}]},
        "thresholds": [
            {"metric": "http_req_duration", "expression": "p(95)<500", "outcome": "passed"}
        ],
        "metrics": {"iteration_duration": {"type": "trend", "values": {"avg": 1.5}}},
    },
    "snapshots": [
        {
            "moment": "peak",
            "pods": {"list": [{"name": "backend-5bbdcd5f98-n6846", "restarts": 2}, {"name": "x"}]},
        },
        {"moment": "after", "nodes": {"list": [{"name": "n", "cpu": "1.5"}]}},
    ],
    "endpoints": {"source": "k6", "list": [{"method": "GET", "path": "/a", "calls": 3}]},
    "phases": [{"name": "steady", "start": "60s", "end": "720s"}],
}


def reading(
    fields: dict[str, Any], label: str = "a.json", sha: str = "1", **attachments: str
) -> Reading:
    files = {name.replace("_", "."): text.encode() for name, text in attachments.items()}
    entry = {"file": label, "kind": "k6", "sha256": sha, "imported": "2026-03-04T05:06:07Z"}
    return Reading(label, Imported(fields, files), (entry,))


def taken(root: Path, identity: str, *readings: Reading, replace: bool = False) -> Prepared:
    """Prepare and write."""
    prepared = recording.prepare(root, identity, readings, NOW, replace=replace)
    writing.write(root, prepared.files)
    return prepared


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A copy of this repository's records."""
    return copy_reported(tmp_path)


def record(root: Path, identity: str) -> bytes:
    return (root / records.file_of_run(identity)).read_bytes()


def is_within(lines: list[bytes], text: bytes) -> bool:
    """Whether all lines are there, in order, byte for byte."""
    found = iter(text.splitlines(keepends=True))
    return all(line in found for line in lines)


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", recording.BOM])
@pytest.mark.parametrize("identity", REAL)
def test_every_line_of_a_record_stays(real: Path, identity: str, mark: bytes, ends: bytes) -> None:
    """Comments, order, quotes and spaces of the five real records, with any line ends."""
    path = real / records.file_of_run(identity)
    before = mark + path.read_bytes().replace(b"\n", ends)
    path.write_bytes(before)
    prepared = taken(real, identity, reading(FIELDS))
    after = path.read_bytes()
    assert len(after) > len(before) + 500
    assert is_within(before.splitlines(keepends=True), after)
    assert after.count(b"\n") == after.count(ends)
    assert prepared.problems == ()
    assert records.read_run(identity, after).problems == ()


@pytest.mark.parametrize("identity", REAL)
def test_replacing_alters_only_the_lines_that_differ(real: Path, identity: str) -> None:
    """Of the lines of a real record only those of figures that differ give way."""
    before = record(real, identity).splitlines(keepends=True)
    kept = recording.prepare(real, identity, [reading(FIELDS)], NOW)
    prepared = taken(real, identity, reading(FIELDS), replace=True)
    after = record(real, identity)
    gone = [line for line in before if line not in after.splitlines(keepends=True)]
    assert prepared.conflicts == ()
    assert len(prepared.replaced) == len(kept.conflicts)
    if identity.startswith("earlier"):
        assert len(gone) == len(kept.conflicts)
    assert not any(b"#" in line for line in gone)


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("identity", [*REAL, "new/run"])
def test_importing_twice_changes_nothing(real: Path, identity: str, replace: bool) -> None:
    """Not a byte, not even the time of the import, though it is another one."""
    table = "time_s,rps\n0,1\n"
    taken(real, identity, reading(FIELDS, series_csv=table), replace=replace)
    again = reading(FIELDS, series_csv=table)
    again = Reading(again.label, again.imported, ({**again.sources[0], "imported": "2027-01-01"},))
    prepared = recording.prepare(real, identity, [again], NOW, replace=replace)
    assert prepared.files == ()
    assert prepared.problems == ()


@given(runs, runs, st.booleans())
def test_any_import_is_taken_in_once(
    first: dict[str, Any], second: dict[str, Any], replace: bool
) -> None:
    """A record that an import made takes in any other; the second time nothing changes."""
    content = text_of({"title": "T", "status": "unknown", **first})
    root = folder_with(content)
    before = content.splitlines(keepends=True)
    taken(root, "a/b", reading(second), replace=replace)
    after = record(root, "a/b")
    assert records.read_run("a/b", after).problems == ()
    assert replace or is_within([line for line in before if is_lasting(line)], after)
    assert recording.prepare(root, "a/b", [reading(second)], NOW, replace=replace).files == ()


def is_lasting(line: bytes) -> bool:
    """Whether a line of a generated record can't give way without `replace`."""
    return not (line.startswith(b"status") or line.rstrip().endswith((b"[]", b"{}", b":")))


def text_of(value: dict[str, Any]) -> bytes:
    return yamledit.block(value, 0).encode()


_folder: list[Path] = []


@pytest.fixture(scope="module", autouse=True)
def _scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    _folder.append(tmp_path_factory.mktemp("scratch"))
    yield
    _folder.clear()


def folder_with(content: bytes) -> Path:
    """A notebook that holds the run a/b alone."""
    root = _folder[0]
    shutil.rmtree(root / "experiments", ignore_errors=True)
    (root / "experiments" / "a").mkdir(parents=True)
    (root / "experiments" / "a" / "b.yaml").write_bytes(content)
    return root


def test_a_new_record_is_written_with_its_campaign(tmp_path: Path) -> None:
    """Titled by its name, in the order of the fields, with the schema for editors."""
    prepared = taken(tmp_path, "session-9/more-nodes", reading({"k6": FIELDS["k6"]}))
    assert [file.name for file in prepared.files] == [
        "experiments/session-9/campaign.yaml",
        "experiments/session-9/more-nodes.yaml",
    ]
    text = record(tmp_path, "session-9/more-nodes").decode()
    assert text.startswith(
        "# yaml-language-server: $schema=../../schema/run.schema.json\n"
        "schema: 1\n"
        "title: More nodes\n"
        "status: unknown\n"
        "\n"
        "k6:\n"
        "  http_reqs:\n"
        "    count: 217804\n"
        "    rate: 277.204831/s\n"
        "  http_req_duration:\n"
    )
    assert text.endswith(
        "\n"
        "sources:\n"
        "  - file: a.json\n"
        "    kind: k6\n"
        '    sha256: "1"\n'
        "    imported: 2026-03-04T05:06:07Z\n"
    )


def test_a_planned_record_of_the_template_takes_figures_in(tmp_path: Path) -> None:
    """What `loadbook new` wrote keeps all its comments, each with the field that it speaks of."""
    new_record(tmp_path, "a/b", NOW.date())
    before = record(tmp_path, "a/b")
    taken(tmp_path, "a/b", reading(FIELDS))
    after = record(tmp_path, "a/b")
    comments = [line for line in before.splitlines(keepends=True) if line.lstrip().startswith(b"#")]
    assert is_within(comments, after)
    assert b"status: completed  # planned, completed, aborted, invalid or unknown\n" in after
    assert b"  # duration: 13m\n\nk6:\n" in after
    assert records.read_run("a/b", after).problems == ()


def test_a_figure_that_differs_is_told_with_its_place(real: Path) -> None:
    """File, line and column of the record as it is afterwards, both figures, and what to do."""
    imported = reading(
        {"k6": {"iterations": {"rate": "73.4/s"}, "http_reqs": {"rate": "277.2/s"}}}, "x.json"
    )
    prepared = taken(real, "session-8/pre-fix", imported)
    (conflict,) = prepared.conflicts
    lines = record(real, "session-8/pre-fix").decode().splitlines()
    place = conflict.place
    assert lines[place.line - 1][place.column - 1 :] == "73.47/s"
    assert conflict.as_text() == (
        f"experiments/session-8/pre-fix.yaml:{place.line}:{place.column}: warning: "
        "k6.http_reqs.rate: the record says 73.47/s, x.json says 277.2/s; kept "
        "(--replace takes the imported one) [import-differs]"
    )


def test_replaced_figures_are_told(real: Path) -> None:
    """What gave way stands in the output, with what came instead."""
    imported = reading({"k6": {"http_reqs": {"rate": "277.2/s"}}})
    prepared = taken(real, "session-8/pre-fix", imported, replace=True)
    assert prepared.replaced == ("k6.http_reqs.rate: 73.47/s → 277.2/s",)
    assert b"    rate: 277.2/s\n" in record(real, "session-8/pre-fix")


def test_two_files_that_contradict_each_other(tmp_path: Path) -> None:
    """The first is taken, the second is told with what it says."""
    one = reading({"k6": {"vus_max": 5}}, "one.json")
    two = reading({"k6": {"vus_max": 6, "data_sent": 1}}, "two.json", "2")
    prepared = taken(tmp_path, "a/b", one, two)
    (conflict,) = prepared.conflicts
    assert conflict.as_text() == (
        "two.json:1:1: warning: k6.vus_max: one.json says 5, two.json says 6; the first is kept "
        "(are both of the same run? import the one that is right) [import-sources-differ]"
    )
    assert b"vus_max: 5\n" in record(tmp_path, "a/b")
    assert b"file: two.json\n" in record(tmp_path, "a/b")


def test_a_file_that_gave_nothing_is_no_source(tmp_path: Path) -> None:
    """Where all that a file says was contradicted, the record does not name it."""
    taken(tmp_path, "a/b", reading({"k6": {"vus_max": 5}}, "one.json"))
    before = record(tmp_path, "a/b")
    prepared = taken(tmp_path, "a/b", reading({"k6": {"vus_max": 6}}, "two.json", "2"))
    assert len(prepared.conflicts) == 1
    assert record(tmp_path, "a/b") == before
    taken(tmp_path, "a/b", reading({"k6": {"vus_max": 5}}, "same.json", "3"))
    assert b"file: same.json\n" in record(tmp_path, "a/b")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("title: T\nstatus: complete\n", "value-choice"),
        ("title: T\nstatus: unknown\nk7: {}\n", "field-unknown"),
        ("title: [\n", "yaml-syntax"),
        ("- a\n", "record-empty"),
        ("", "record-empty"),
        ("a: 1\na: 1\n", "yaml-duplicate-key"),
        ("title: T\nstatus: unknown\nk6: {vus_max: many}\n", "value-unit"),
    ],
)
def test_a_broken_record_is_left_alone(tmp_path: Path, text: str, code: str) -> None:
    """Its problems are told at their places, and nothing is written at all."""
    root = write_book(tmp_path, {"a/b.yaml": text})
    prepared = taken(root, "a/b", reading(FIELDS, series_csv="x"))
    assert code in {problem.code for problem in prepared.problems}
    assert record(root, "a/b") == text.encode()
    assert not (root / "experiments" / "a" / "b").exists()


def test_a_record_without_status_and_title_gets_them(tmp_path: Path) -> None:
    """What is missing and can be told is no reason to refuse a record."""
    root = write_book(tmp_path, {"a/b.yaml": "tags: [x]\n"})
    taken(root, "a/b", reading({"status": "aborted"}))
    found = records.read_run("a/b", record(root, "a/b"))
    assert found.model is not None
    assert (found.model.title, found.model.status) == ("B", "aborted")


def test_fields_that_are_no_record_write_nothing(tmp_path: Path) -> None:
    """What an importer gives is read back before anything is written."""
    wrong = {"k6": {"http_req_failed": "198%", "vus_max": 3}}
    prepared = taken(tmp_path, "a/b", reading(wrong, series_csv="x"))
    assert [problem.field for problem in prepared.problems] == ["k6.http_req_failed"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("part", ["http_reqs", "iterations"])
def test_anchors_and_aliases_are_not_altered_in_secret(tmp_path: Path, part: str) -> None:
    """A key put into an anchored mapping would appear at its aliases too: it is refused."""
    text = "title: T\nstatus: unknown\nk6:\n  http_reqs: &x {count: 1}\n  iterations: *x\n"
    root = write_book(tmp_path, {"a/b.yaml": text})
    prepared = taken(root, "a/b", reading({"k6": {part: {"rate": "1/s"}}}))
    assert [problem.code for problem in prepared.problems] == ["import-no-place"]
    assert record(root, "a/b") == text.encode()
    other = taken(root, "a/b", reading({"k6": {"vus_max": 2}}))
    assert other.problems == ()


def test_attachments_go_into_the_folder_of_the_run(tmp_path: Path) -> None:
    """A file that is there and differs is kept, unless it is to be replaced."""
    taken(tmp_path, "a/b", reading(FIELDS, series_csv="one"))
    place = tmp_path / "experiments" / "a" / "b" / "series.csv"
    assert place.read_text("utf-8") == "one"
    prepared = taken(tmp_path, "a/b", reading(FIELDS, sha="2", series_csv="two"))
    (conflict,) = prepared.conflicts
    assert conflict.as_text() == (
        "experiments/a/b/series.csv:1:1: warning: the file differs from what a.json gives; kept "
        "(--replace takes the imported one) [import-differs]"
    )
    assert place.read_text("utf-8") == "one"
    taken(tmp_path, "a/b", reading(FIELDS, sha="2", series_csv="two"), replace=True)
    assert place.read_text("utf-8") == "two"


def test_of_two_tables_of_one_name_the_first_is_taken(tmp_path: Path) -> None:
    """Raw samples and the dashboard both give figures over time; that is no contradiction."""

    def entries(interval: str) -> dict[str, Any]:
        return {
            "series": [{"file": "series.csv", "source": "k6", "interval": interval}],
            "distribution": {"file": "series.csv", "source": interval},
        }

    raw = reading(entries("1s"), "raw.json", series_csv="fine")
    other = reading({**entries("5s"), "tags": ["x"]}, "report.html", "2", series_csv="coarse")
    prepared = taken(tmp_path, "a/b", raw, other)
    assert prepared.conflicts == ()
    assert (tmp_path / "experiments/a/b/series.csv").read_text("utf-8") == "fine"
    text = record(tmp_path, "a/b").decode()
    assert "    interval: 1s\n" in text
    assert "5s" not in text
    assert recording.prepare(tmp_path, "a/b", [raw, other], NOW).files == ()


@pytest.mark.parametrize("name", ["../x.csv", "a/b.csv", ".hidden", "", "a b"])
def test_an_attachment_can_not_lead_elsewhere(tmp_path: Path, name: str) -> None:
    """Only plain names are written, whatever an importer says."""
    bad = Reading("a.json", Imported({"tags": ["x"]}, {name: b"x"}))
    with pytest.raises(NotebookError, match="can't be the name of an attachment"):
        taken(tmp_path, "a/b", bad)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("place", "leads_to"),
    [
        ("experiments", "folder"),
        ("experiments/a", "folder"),
        ("experiments/a/b", "folder"),
        ("experiments/a/b.yaml", "file"),
        ("experiments/a/campaign.yaml", "file"),
        ("experiments/a/b/series.csv", "file"),
    ],
)
def test_links_are_not_followed(tmp_path: Path, place: str, leads_to: str) -> None:
    """Where a link stands on the way to what would be written, nothing is written."""
    outside, root = tmp_path / "outside", tmp_path / "book"
    outside.mkdir()
    (outside / "file").write_text("title: T\nstatus: unknown\n", "utf-8")
    (outside / "folder").mkdir()
    link = root / place
    link.parent.mkdir(parents=True)
    link.symlink_to(outside / leads_to)
    with pytest.raises(NotebookError, match="is a link"):
        taken(root, "a/b", reading(FIELDS, series_csv="x"))
    assert (outside / "file").read_text("utf-8") == "title: T\nstatus: unknown\n"
    assert list((outside / "folder").iterdir()) == []


def test_names_that_differ_in_case_only_are_refused(tmp_path: Path) -> None:
    """On some file systems they would be one file."""
    root = write_book(tmp_path, {"a/b.yaml": "title: T\nstatus: unknown\n"})
    for identity in ("A/b", "a/B"):
        with pytest.raises(NotebookError, match="upper and lower case only"):
            taken(root, identity, reading(FIELDS))


def test_a_record_in_whose_place_a_folder_stands(tmp_path: Path) -> None:
    """Said in words, before anything is written."""
    (tmp_path / "experiments" / "a" / "b.yaml").mkdir(parents=True)
    with pytest.raises(NotebookError, match=r"b\.yaml is there and is no file"):
        taken(tmp_path, "a/b", reading(FIELDS, series_csv="x"))


def test_nothing_read_is_nothing_written(tmp_path: Path) -> None:
    """Without a figure there is no new record."""
    assert taken(tmp_path, "a/b", reading({})).files == ()
    assert list(tmp_path.iterdir()) == []
