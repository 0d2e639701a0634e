"""Files beside a record: which are read, which are only known, which are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator import attachments
from generator.attachments import Attachment, read

RECORD = b"series: [{file: t.csv, source: k6, interval: 1s}]\n"


def folder(root: Path, files: dict[str, bytes]) -> Path:
    """The folder of the campaigns, with these files in that of the run c/run."""
    home = root / "c" / "run"
    home.mkdir(parents=True)
    for name, content in files.items():
        (home / name).write_bytes(content)
    return root


def test_a_table_that_the_record_names_is_read(tmp_path: Path) -> None:
    """The content of a CSV counts where the record names it; other files are only known."""
    files = {"t.csv": b"time_s,rps\n", "u.csv": b"abc", "log.txt": b"hello", "evil.html": b"x"}
    found = read(folder(tmp_path, files), {"c/run": RECORD})
    assert found == {
        "c/run": {
            "log.txt": Attachment(5),
            "t.csv": Attachment(11, b"time_s,rps\n"),
            "u.csv": Attachment(3),
        }
    }
    assert all(attachment.is_published for attachment in found["c/run"].values())


def test_only_what_lies_directly_in_the_runs_folder_counts(tmp_path: Path) -> None:
    """Files in deeper folders, of other runs, and with strange names are not seen."""
    root = folder(tmp_path, {"-t.csv": b"x", "a b.csv": b"x", ".t.csv": b"x"})
    (root / "c" / "run" / "deep.csv").mkdir()
    (root / "c" / "run" / "deep.csv" / "t.csv").write_bytes(b"x")
    (root / "c" / "other").mkdir()
    (root / "c" / "other" / "t.csv").write_bytes(b"x")
    found = read(root, {"c/run": RECORD + b"# deep.csv -t.csv"})
    assert found == {
        "c/run": {
            "deep.csv": Attachment(None, refused="it is a link or a folder, which is not followed")
        }
    }
    assert not found["c/run"]["deep.csv"].is_published


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Neither a link to a file nor one to a whole folder brings in what lies elsewhere."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "t.csv").write_bytes(b"time_s,rps\n0,1\n")
    root = folder(tmp_path / "experiments", {})
    (root / "c" / "run" / "t.csv").symlink_to(secret / "t.csv")
    (root / "c" / "linked").symlink_to(secret)
    found = read(root, {"c/run": RECORD, "c/linked": RECORD})
    assert list(found) == ["c/run"]
    assert found["c/run"]["t.csv"].content is None
    assert "link" in found["c/run"]["t.csv"].refused
    assert not found["c/run"]["t.csv"].is_published


def test_what_never_ends_is_not_read(tmp_path: Path) -> None:
    """A named pipe in the place of a table does not hang the build."""
    root = folder(tmp_path, {})
    os.mkfifo(root / "c" / "run" / "t.csv")
    assert read(root, {"c/run": RECORD})["c/run"]["t.csv"].content is None


def test_a_table_is_bounded_in_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A larger file is known, published and not read, and the reason says how large it may be."""
    monkeypatch.setattr(attachments, "MAX_BYTES", 10)
    root = folder(tmp_path, {"t.csv": b"x" * 11})
    assert read(root, {"c/run": RECORD})["c/run"]["t.csv"] == Attachment(
        11, refused="it has 11 bytes, a table has at most 10"
    )
    (root / "c" / "run" / "t.csv").write_bytes(b"x" * 10)
    assert read(root, {"c/run": RECORD})["c/run"]["t.csv"].content == b"x" * 10


def test_tables_are_bounded_in_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one run so many tables are read, of the whole notebook so many bytes, no more."""
    files = {f"t{number}.csv": b"x" * 4 for number in range(5)}
    root = folder(tmp_path, files)
    records = {"c/run": " ".join(files).encode()}
    monkeypatch.setattr(attachments, "MAX_TABLES", 3)
    found = read(root, records)["c/run"]
    assert [one.content is not None for one in found.values()] == [True] * 3 + [False] * 2
    assert found["t4.csv"].refused == "a run has at most 3 tables"
    monkeypatch.setattr(attachments, "MAX_TOTAL", 9)
    found = read(root, records)["c/run"]
    assert [one.content is not None for one in found.values()] == [True] * 2 + [False] * 3
    assert "have more than 9 bytes" in found["t2.csv"].refused
    monkeypatch.setattr(attachments, "MAX_FILES", 2)
    assert list(read(root, records)["c/run"]) == ["t0.csv", "t1.csv"]


def test_a_run_without_a_folder_has_no_files(tmp_path: Path) -> None:
    """Neither a missing folder nor a file in its place is an error."""
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "file").write_bytes(b"x")
    assert read(tmp_path, {"c/run": RECORD, "c/file": RECORD, "d/none": RECORD}) == {}
