"""Records: which files are records, what is read from them, and that dumping loses nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import records
from generator.errors import Level, Place
from generator.model import Campaign, Run
from generator.records import Record, read_campaign, read_run
from generator.yamltree import MAX_BYTES
from tests.conftest import ROOT, write_book
from tests.strategies import CAMPAIGNS, LETTERS, RUNS, TREES, as_file, values

REAL = sorted((ROOT / "experiments").glob("*/*.yaml"))
SOUND = "title: T\nstatus: planned\n"


def read(text: str) -> Record[Run]:
    """The record of a run in a text."""
    return read_run("a/b", text.encode())


def codes(record: Record[Run] | Record[Campaign]) -> list[str]:
    """The codes of what is wrong with a record."""
    return [problem.code for problem in record.problems]


def assert_dumped_without_loss(content: Mapping[str, Any]) -> None:
    """The content is a sound record, and dump → load gives the same one, twice over."""
    record = read_run("a/b", as_file(content))
    assert record.problems == ()
    assert record.model is not None
    dumped = records.dump(record.model)
    again = read_run("a/b", as_file(dumped))
    assert again.problems == ()
    assert again.model == record.model
    assert again.model is not None
    assert records.dump(again.model) == dumped


@settings(max_examples=40)
@given(content=RUNS)
def test_any_run_of_the_model_is_read_and_dumped_without_loss(content: dict[str, Any]) -> None:
    """What the model allows is a sound record, and dump → load gives the same."""
    assert_dumped_without_loss(content)


@pytest.mark.parametrize("field", [name for name in Run.model_fields if name != "title"])
@settings(max_examples=25)
@given(data=st.data())
def test_any_part_of_a_run_is_read_and_dumped_without_loss(field: str, data: st.DataObject) -> None:
    """The same holds for each field of a run alone, which is drawn in full depth."""
    info = Run.model_fields[field]
    drawn = data.draw(values(info.annotation, tuple(info.metadata)))
    assert_dumped_without_loss({"title": "T", "status": "planned", field: drawn})


@settings(max_examples=40)
@given(content=CAMPAIGNS)
def test_any_campaign_of_the_model_is_read_and_dumped_without_loss(
    content: dict[str, Any],
) -> None:
    """The same holds for campaigns."""
    record = read_campaign("a", as_file(content))
    assert record.problems == ()
    assert record.model is not None
    assert read_campaign("a", as_file(records.dump(record.model))).model == record.model


@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_real_record_is_sound_and_dumped_without_loss(path: Path) -> None:
    """The records of this repository are sound, and dump → load gives the same."""
    read_any = read_campaign if path.name == "campaign.yaml" else read_run
    record = read_any("a/b", path.read_bytes())
    assert record.problems == ()
    assert record.model is not None
    assert record.partial == record.model
    assert read_any("a/b", as_file(records.dump(record.model))).model == record.model


def test_a_dump_holds_what_was_written_and_no_more() -> None:
    """Figures are dumped as written, absent fields stay absent, N/A stays N/A."""
    record = read(
        "title: T\nstatus: planned\nload: {scenario: s, vus: ~50, duration: 13m}\n"
        "k6: {http_req_failed: N/A, http_req_duration: {p(95): 277.20}}\ndate: 2026-01-02\n"
    )
    assert record.model is not None
    assert records.dump(record.model) == {
        "title": "T",
        "status": "planned",
        "date": "2026-01-02",
        "load": {"scenario": "s", "vus": "~50", "duration": "13m"},
        "k6": {"http_req_failed": "N/A", "http_req_duration": {"p95": "277.20"}},
    }


def test_percentiles_may_have_the_names_of_k6() -> None:
    """`p(95)` is `p95`; a mistake in it is reported where it stands."""
    ours, theirs = (
        read(f"{SOUND}k6: {{http_req_duration: {{{name}: 3ms}}}}\n") for name in ("p95", "p(95)")
    )
    assert ours.model == theirs.model
    assert ours.model is not None
    (problem,) = read(f"{SOUND}k6:\n  http_req_duration:\n    p(95): fast\n").problems
    assert problem.place == Place(5, 12)


def test_a_broken_record_still_yields_what_can_be_read() -> None:
    """`partial` holds the sound fields, `model` is None, and each mistake is a problem."""
    record = read(
        "title: T\nstatus: done\nload: {scenario: s, vus: x, duration: 13m}\n"
        "tags: [a, [b], c]\nchanges: [{area: a}, {area: b, modification: m}]\nk6: {n: 1}\n"
    )
    assert record.model is None
    assert codes(record) == [
        "value-choice",
        "value-unit",
        "value-type",
        "field-missing",
        "field-unknown",
    ]
    assert record.partial is not None
    assert record.partial.title == "T"
    assert record.partial.load is not None
    assert record.partial.load.vus is None
    assert record.partial.load.duration is not None
    assert record.partial.tags == ("a", "c")
    assert [change.area for change in record.partial.changes] == ["b"]


def test_a_bad_key_of_a_mapping_does_not_hide_the_rest() -> None:
    """A mistake in a key is reported, and the rest of the record is read."""
    record = read(f"{SOUND}k6: {{rates: {{'': 1, fine: 0.5}}}}\n")
    (problem,) = record.problems
    assert problem.place == Place(3, 14)
    assert record.partial is not None
    assert record.partial.k6 is not None
    assert list(record.partial.k6.rates) == ["fine"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "text\n", "5\n"])
def test_a_file_without_fields_is_one_problem(text: str) -> None:
    """A file that is no mapping has one error at its start, and nothing to read."""
    record = read(text)
    assert codes(record) == ["record-empty"]
    assert record.problems[0].place == Place(1, 1)
    assert record.model is None
    assert record.partial is None


def test_problems_come_from_top_to_bottom() -> None:
    """However a mistake was found, problems are in the order of the file."""
    record = read("status: x\nfoo: 1\ndate: x\nload: {vus: -1, vus: 2}\nbar: 1\n")
    places = [problem.place for problem in record.problems]
    assert places == sorted(places)
    assert codes(record)[0] == "field-missing"
    assert len(places) == 7


def test_one_mistake_is_one_problem() -> None:
    """What the YAML reader refused is not reported a second time by the model."""
    for written in ("1e999", "9" * 50, "!env VUS"):
        assert len(read(f"{SOUND}load: {{scenario: s, vus: {written}}}\n").problems) == 1


@given(text=st.text(alphabet=LETTERS + "\n:- ", max_size=200))
def test_any_text_is_a_record_or_has_a_problem(text: str) -> None:
    """Whatever stands in a file, it is a sound record or says what is wrong, and never raises."""
    record = read_run("a/b", text.encode())
    assert (record.model is None) == bool(record.problems)


FIELDS = st.sampled_from(
    [
        *["title", "date", "status", "tags", "baseline", "load", "load.vus", "load.duration"],
        *["load.stages", "k6", "k6.http_reqs.rate", "k6.http_req_failed", "k6.rates.x"],
        *["k6.http_req_duration.p95", "snapshots", "deployment.requests.cpu", "changes"],
        *["deployment.settings", "deployment.node_group.price_per_hour", "cache.timeline"],
    ]
)
ANYTHING = st.one_of(
    TREES,
    st.text(alphabet="0123456789.,eE+-~→>?x%:hms/KMGB", max_size=16),
    st.sampled_from([".nan", "0e999", "1e308", "-0", "infx", "2→?", [], {}, [[]], [{}], ""]),
)


@given(content=st.dictionaries(FIELDS, ANYTHING, max_size=4))
def test_anything_in_any_field_is_read_or_refused(content: dict[str, Any]) -> None:
    """Any value in any field gives a sound record or a located problem, and never raises."""
    tree: dict[str, Any] = {"title": "T", "status": "planned"}
    for dotted, value in content.items():
        at = tree
        *parents, last = dotted.split(".")
        for parent in parents:
            inner = at.get(parent)
            at[parent] = at = inner if isinstance(inner, dict) else {}
        at[last] = value
    record = read_run("a/b", as_file(tree))
    assert (record.model is None) == bool(record.problems)
    assert all(problem.level is Level.ERROR for problem in record.problems)


def sources(root: Path, files: Mapping[str, str]) -> records.Sources:
    """What is read from a notebook with these files below experiments/."""
    return records.sources(write_book(root, files))


def test_records_stand_in_the_folders_of_their_campaigns(tmp_path: Path) -> None:
    """`<campaign>/<run>.yaml` is a run, `<campaign>/campaign.yaml` a campaign, all else is not."""
    found = sources(
        tmp_path,
        {
            "session-8/campaign.yaml": "1",
            "session-8/post-fix.yaml": "2",
            "session-8/v1.2.yaml": "3",
            "session-8/post-fix/output.yaml": "4",
            "session-8/notes.md": "5",
            "session-8/.draft.yaml": "6",
            "other/run.yaml": "7",
        },
    )
    assert found.runs == {"other/run": b"7", "session-8/post-fix": b"2", "session-8/v1.2": b"3"}
    assert found.campaigns == {"session-8": b"1"}
    assert found.problems == ()


@pytest.mark.parametrize(
    "name",
    [
        *("stray.yaml", "a/b.yml", "a/my run.yaml", "a/-b.yaml", "ä/b.yaml", "a/index.yaml"),
        *("a/Index.yaml", "data/b.yaml", "Assets/b.yaml", "social/b.yaml"),
        *("con/b.yaml", "a/NUL.yaml", "a/aux.v1.yaml", "a/com1.yaml", "a/b..yaml", "a./b.yaml"),
        *("e\u0301/b.yaml", "a/\u202eb.yaml"),
    ],
)
def test_a_record_in_a_wrong_place_is_a_problem(tmp_path: Path, name: str) -> None:
    """A YAML file that can't be a record by its place or name is reported, not overlooked."""
    found = sources(tmp_path, {name: SOUND})
    assert [problem.code for problem in found.problems] == ["record-place"]
    assert found.problems[0].file == f"experiments/{name}"
    assert found.runs == {}


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link is no record, wherever it leads, and a linked folder is no campaign."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "run.yaml").write_text(SOUND)
    root = tmp_path / "book"
    root.mkdir()
    write_book(root, {"a/b.yaml": SOUND})
    (root / "experiments" / "a" / "linked.yaml").symlink_to(outside / "run.yaml")
    (root / "experiments" / "campaign").symlink_to(outside)
    found = records.sources(root)
    assert list(found.runs) == ["a/b"]
    assert [problem.file for problem in found.problems] == ["experiments/a/linked.yaml"]


def test_a_notebook_reads_nothing_outside_of_its_folder(tmp_path: Path) -> None:
    """A link in place of experiments/ or objectives.yaml is not followed, a pipe not opened."""
    book = write_book(tmp_path / "book", {"a/b.yaml": SOUND})
    secret = tmp_path / "secret.yaml"
    secret.write_text("request_rate: {at_least: 5/s}\n")
    (book / "objectives.yaml").symlink_to(secret)
    assert records.sources(book).objectives is None
    (book / "objectives.yaml").unlink()
    os.mkfifo(book / "objectives.yaml")
    os.mkfifo(book / "experiments" / "a" / "pipe.yaml")
    found = records.sources(book)
    assert found.objectives is None
    assert [problem.file for problem in found.problems] == ["experiments/a/pipe.yaml"]
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "experiments").symlink_to(book / "experiments")
    found = records.sources(linked)
    assert found.runs == {}
    assert [problem.code for problem in found.problems] == ["record-place"]


@pytest.mark.parametrize("other", ["a/Run.yaml", "A/another.yaml"])
def test_paths_that_differ_in_case_only_are_a_problem(tmp_path: Path, other: str) -> None:
    """Runs or campaigns that are one path on other systems are reported where one stands."""
    root = write_book(tmp_path, {"a/run.yaml": SOUND})
    second = root / "experiments" / other
    if second.exists() or (second.parent.exists() and other.startswith("A")):
        pytest.skip("this file system has one name for both")
    write_book(tmp_path, {other: SOUND})
    (problem,) = records.sources(root).problems
    assert "upper and lower case" in problem.message


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    """Of a file beyond the limit only as much is read as shows that it is too large."""
    found = sources(tmp_path, {"a/b.yaml": "x" * (MAX_BYTES + 5000)})
    assert len(found.runs["a/b"]) == MAX_BYTES + 1
    assert codes(read_run("a/b", found.runs["a/b"])) == ["yaml-too-large"]


def test_a_notebook_without_records_is_empty(tmp_path: Path) -> None:
    """No folder of experiments is no mistake."""
    (tmp_path / "mkdocs.yml").write_text("site_name: Empty\n")
    assert records.sources(tmp_path) == records.Sources({}, {}, ())


def test_a_key_with_a_line_end_is_told_on_one_line() -> None:
    """A problem is one line, whatever the name of its field; the line end is shown as an escape."""
    found = read(f'{SOUND}"a\\nb": 1\n').problems
    (problem,) = [one for one in found if one.code == "field-unknown"]
    assert problem.field == r"a\nb"
    assert "\n" not in problem.as_text()


@pytest.mark.parametrize(("times", "found"), [(1, b"title: A\n# more\n"), (3, None)])
def test_a_record_that_changes_while_it_is_read(
    times: int, found: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read again; one that changes time and again is a problem at its place."""
    root = write_book(tmp_path, {"a/b.yaml": "title: A\n"})
    looks = iter(range(100))

    fstat = os.fstat

    def look(descriptor: int) -> os.stat_result:
        number = next(looks)  # each reading looks before and after
        if number % 2 and number // 2 < times:
            with (root / "experiments" / "a" / "b.yaml").open("ab") as other:
                other.write(b"# more\n")
        return fstat(descriptor)

    monkeypatch.setattr(os, "fstat", look)
    read = records.sources(root)
    if found:
        assert (read.runs, read.problems) == ({"a/b": found}, ())
        return
    (problem,) = read.problems
    assert problem.as_text() == (
        "experiments/a/b.yaml:1:1: error: the file can't be read: it changes while it is read "
        "(try again, or remove it) [record-unreadable]"
    )


def test_a_record_that_vanishes_while_the_notebook_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that is gone when its turn comes is a problem; a campaign that is gone is none."""
    root = write_book(tmp_path, {"a/b.yaml": "title: A\n", "c/d.yaml": "title: C\n"})
    seen = records._entries

    def look(folder: str) -> list[os.DirEntry[str]]:
        if folder.endswith("c"):
            shutil.rmtree(folder)
        found = seen(folder)
        if folder.endswith("a"):
            Path(found[0].path).unlink()
        return found

    monkeypatch.setattr(records, "_entries", look)
    assert [problem.as_text() for problem in records.sources(root).problems] == [
        "experiments/a/b.yaml:1:1: error: the file can't be read: No such file or directory "
        "(try again, or remove it) [record-unreadable]"
    ]
