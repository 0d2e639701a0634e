"""`loadbook import` as somebody types it, with importers of small formats of the tests' own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from generator import records
from tests import command, tinybook
from tests.conftest import write_book
from tests.importers.tiny import tiny

TABLE = "NAME CPU(cores) MEMORY(bytes)\na 5m 3Mi\n"
RECORD = """\
# yaml-language-server: $schema=../../schema/run.schema.json
title: Mine   # as we say
date: 2026-01-02
status: completed
k6:
  http_reqs: {count: 5}   # from the terminal
"""


def loadbook(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with the tiny importers in a folder, as in a pipe."""
    return command.run(tinybook.main, folder, *arguments, **environment)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A notebook with one hand-written run, and files beside it to import."""
    root = write_book(tmp_path / "book", {"a/b.yaml": RECORD})
    (root / "one.json").write_text(tiny({"k6": {"http_reqs": {"count": 5}, "vus_max": 7}}), "utf-8")
    (root / "two.json").write_text(tiny({"k6": {"http_reqs": {"count": 6}}}), "utf-8")
    (root / "pods.txt").write_text(TABLE, "utf-8")
    return root


def record(root: Path, identity: str = "a/b") -> str:
    return (root / records.file_of_run(identity)).read_bytes().decode()


def test_import_adds_to_a_record(root: Path) -> None:
    """What was written is told on the output; lines that stood there stand there still."""
    done = loadbook(root, "import", "a/b", "one.json", "--exit-code", "0")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "wrote experiments/a/b.yaml\n"
    text = record(root)
    head, _, sources = text.partition("\nsources:\n")
    assert head == RECORD + "  vus_max: 7\n"
    form = (
        "  - file: one.json\n"
        "    kind: a tiny file\n"
        "    sha256: [0-9a-f]{64}\n"
        "    size: [0-9]+\n"
        "    tool: tiny 1.0\n"
        "    imported: 20[0-9-]{8}T[0-9:]{8}Z\n"
    )
    assert re.fullmatch(form, sources)
    assert loadbook(root, "check", "--strict").returncode == 0


def test_importing_twice_changes_nothing(root: Path) -> None:
    """The second time nothing is written, and it is no failure."""
    loadbook(root, "import", "a/b", "one.json", "pods.txt", "--time", "2026-01-02T10:00:00Z")
    before = record(root)
    state = (root / "experiments" / "a" / "b.yaml").stat()
    again = ("import", "a/b", "one.json", "pods.txt", "--time", "2026-01-02T10:00:00Z")
    done = loadbook(root, *again)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "nothing to write into experiments/a/b.yaml\n"
    assert record(root) == before
    assert (root / "experiments" / "a" / "b.yaml").stat().st_mtime_ns == state.st_mtime_ns


def test_a_new_run_gets_a_record_and_a_campaign(root: Path) -> None:
    """All in one command, from anywhere in the notebook; the result is a sound record."""
    inside = root / "experiments"
    done = loadbook(inside, "import", "new-one/run-1", "../one.json", "--exit-code", "105")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "wrote experiments/new-one/campaign.yaml",
        "wrote experiments/new-one/run-1.yaml",
    ]
    assert "title: Run 1\nstatus: aborted\n" in record(root, "new-one/run-1")
    assert loadbook(root, "check", "--strict").returncode == 0


def test_what_a_new_record_lacks_is_told(root: Path) -> None:
    """Fields that a comparison needs and nothing imported gave are named, once and only then."""
    done = loadbook(root, "import", "a/new", "one.json")
    assert done.returncode == 0
    assert done.stderr == (
        "to be told by hand in experiments/a/new.yaml: date, status, load.scenario, load.vus "
        "(comparisons and objectives need it)\n"
    )
    assert loadbook(root, "import", "a/new", "one.json", "--exit-code", "0").stderr == ""
    done = loadbook(root, "import", "a/third", "one.json", "--exit-code", "0")
    assert ": date, load.scenario, load.vus (" in done.stderr


def test_kubectl_output_goes_into_its_moment(root: Path) -> None:
    """Moment and time as they were typed."""
    done = loadbook(
        root, "import", "a/b", "--kubectl", "pods.txt", "--moment", "after", "--time", "2026-01-02"
    )
    assert done.returncode == 0
    assert "  - moment: after\n    pods:\n      list:\n        - name: a\n" in record(root)
    assert "    time: 2026-01-02\n" in record(root)


def test_what_differs_is_kept_and_told(root: Path) -> None:
    """Exit code 1, the place, both figures; with --replace the other one."""
    done = loadbook(root, "import", "a/b", "--k6", "two.json")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == (
        "experiments/a/b.yaml:6:22: warning: k6.http_reqs.count: the record says 5, two.json says "
        "6; kept (--replace takes the imported one) [import-differs]"
    )
    assert record(root) == RECORD
    done = loadbook(root, "import", "a/b", "--k6", "two.json", "--replace")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "replaced k6.http_reqs.count: 5 → 6\nwrote experiments/a/b.yaml\n"
    assert "  http_reqs: {count: 6}   # from the terminal\n" in record(root)


def test_a_dry_run_shows_a_diff_that_fits(root: Path) -> None:
    """Nothing is written; patching by hand gives what the real import gives."""
    before = sorted(root.rglob("*"))
    done = loadbook(root, "import", "a/b", "one.json", "--dry-run")
    assert done.returncode == 0
    assert record(root) == RECORD
    assert sorted(root.rglob("*")) == before
    assert done.stdout.startswith("--- a/experiments/a/b.yaml\n+++ b/experiments/a/b.yaml\n@@ ")
    assert "\n+  vus_max: 7\n" in done.stdout
    removed = [line for line in done.stdout.splitlines()[2:] if line.startswith("-")]
    assert removed == []


def test_what_can_not_be_read_does_not_stop_the_rest(root: Path) -> None:
    """Each file is told, the others are taken, and the exit code is 1."""
    (root / "cut.json").write_text(tiny({"tags": ["x"]})[:-5], "utf-8")
    (root / "other.txt").write_text("hello", "utf-8")
    (root / "empty.json").write_bytes(b"")
    done = loadbook(root, "import", "a/b", "cut.json", "other.txt", "one.json", "empty.json")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "other.txt:1:1: error: not recognised: it begins with 'hello' "
        "(what is known: a tiny file; kubectl top) [import-unknown]",
        "empty.json:1:1: error: the file is empty "
        "(is the test still running, or did it not start?) [import-no-file]",
        "cut.json:1:1: error: the JSON ends early (copy it anew) [import-tiny]",
    ]
    assert "vus_max: 7" in record(root)
    assert "file: cut.json" not in record(root)


def test_a_file_given_twice_is_read_once(root: Path) -> None:
    """Under another name too: two readings of one file are not two runners of one test."""
    shutil.copy(root / "one.json", root / "copy.json")
    done = loadbook(root, "import", "a/b", "one.json", "copy.json", "--k6", "one.json")
    assert done.returncode == 0
    assert done.stderr.count("the same content as one.json; it was read once") == 2
    assert record(root).count("- file:") == 1


def test_warnings_are_told_and_are_no_failure(root: Path) -> None:
    """What was left out is said; what was read is written."""
    (root / "warn.json").write_text(tiny({"tags": ["x"]}, warnings=["half a line"]), "utf-8")
    done = loadbook(root, "import", "a/b", "warn.json")
    assert (done.returncode, done.stderr) == (
        0,
        "warn.json:2:1: warning: half a line [import-tiny]\n",
    )


def test_nothing_readable_is_nothing_written(root: Path) -> None:
    """No new record without a figure."""
    (root / "other.txt").write_text("hello", "utf-8")
    before = sorted(root.rglob("*"))
    done = loadbook(root, "import", "new/run", "other.txt")
    assert (done.returncode, done.stdout) == (1, "")
    assert sorted(root.rglob("*")) == before


def test_a_broken_record_is_told_and_left_alone(root: Path) -> None:
    """The problems of the record at their places; nothing is written, no attachment either."""
    path = root / "experiments" / "a" / "b.yaml"
    path.write_text("title: T\nstatus: complete\n", "utf-8")
    (root / "x.json").write_text(tiny({"tags": ["x"]}, attachments={"s.csv": "x"}), "utf-8")
    done = loadbook(root, "import", "a/b", "x.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "experiments/a/b.yaml:2:9: error: status: 'complete' is not one of" in done.stderr
    assert record(root) == "title: T\nstatus: complete\n"
    assert not (root / "experiments" / "a" / "b").exists()


def test_what_can_not_be_written_leaves_nothing_behind(root: Path) -> None:
    """A file stands in the place of the attachments' folder."""
    (root / "experiments" / "a" / "b").write_text("mine", "utf-8")
    (root / "x.json").write_text(tiny({"tags": ["x"]}, attachments={"s.csv": "x"}), "utf-8")
    done = loadbook(root, "import", "a/b", "x.json")
    assert done.returncode == 2
    assert done.stderr == "loadbook: experiments/a/b is there and is no folder\n"
    assert record(root) == RECORD


@pytest.mark.parametrize(
    "arguments",
    [
        ["a/b"],
        ["a/b", "nowhere.json"],
        ["../b", "one.json"],
        ["a/b/c", "one.json"],
        ["a", "one.json"],
        ["a/campaign", "one.json"],
        ["a/b", "one.json", "--time", "noon"],
        ["a/b", "one.json", "--moment", "later"],
        ["a/b", "one.json", "--exit-code", "x"],
        ["a/b", "one.json", "--nope"],
    ],
)
def test_wrong_usage_is_exit_code_2(root: Path, arguments: list[str]) -> None:
    """Names, options and files that can't be; nothing is written, nothing is a traceback."""
    before = sorted(root.rglob("*"))
    done = loadbook(root, "import", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert done.stderr
    assert sorted(root.rglob("*")) == before


def test_a_record_is_named_by_its_path_too(root: Path) -> None:
    """As the shell completes it."""
    done = loadbook(root, "import", "experiments/a/b.yaml", "one.json", "--dry-run")
    assert done.returncode == 0


def test_a_source_that_is_altered_afterwards_is_told_by_check(root: Path) -> None:
    """A file in the run's own folder is held against the hash of the import."""
    folder = root / "experiments" / "a" / "b"
    folder.mkdir()
    shutil.move(root / "one.json", folder)
    assert loadbook(root, "import", "a/b", "experiments/a/b/one.json").returncode == 0
    assert loadbook(root, "check", "--strict").returncode == 0
    (folder / "one.json").write_text(tiny({"k6": {"vus_max": 9}}), "utf-8")
    done = loadbook(root, "check", "--strict")
    assert done.returncode == 1
    assert "sources[0].sha256: experiments/a/b/one.json" in done.stdout
