"""Files written all or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator import writing
from generator.errors import NotebookError
from generator.writing import Planned


def tree(root: Path) -> dict[str, bytes | None]:
    """All files and folders below, hidden ones too, with their content."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one file."""
    (tmp_path / "old.txt").write_bytes(b"old")
    return tmp_path


def test_files_are_written_with_their_folders(root: Path) -> None:
    """New ones and old ones; nothing else is left lying about."""
    writing.write(root, [Planned("a/b/new.txt", b"new"), Planned("old.txt", b"newer", b"old")])
    assert tree(root) == {"a": None, "a/b": None, "a/b/new.txt": b"new", "old.txt": b"newer"}


def test_permissions_stay(root: Path) -> None:
    """A file that only its owner may read stays so."""
    (root / "old.txt").chmod(0o640)
    writing.write(root, [Planned("old.txt", b"newer", b"old")])
    assert (root / "old.txt").stat().st_mode & 0o777 == 0o640


def test_what_fails_leaves_everything_as_it_was(root: Path) -> None:
    """A folder in the place of the last file: the first two are put back, folders are gone."""
    (root / "taken.yaml").mkdir()
    before = tree(root)
    files = [
        Planned("a/new.txt", b"new"),
        Planned("old.txt", b"newer", b"old"),
        Planned("taken.yaml", b"x"),
    ]
    with pytest.raises(OSError, match=r"taken\.yaml"):
        writing.write(root, files)
    assert tree(root) == before


def test_a_file_in_the_place_of_a_folder(root: Path) -> None:
    """A folder that can't be made is an error like any other."""
    before = tree(root)
    with pytest.raises(OSError, match=r"old\.txt"):
        writing.write(root, [Planned("a/new.txt", b"new"), Planned("old.txt/x", b"x")])
    assert tree(root) == before


def test_a_name_that_is_too_long(root: Path) -> None:
    """The system refuses it; what was written before is taken back."""
    before = tree(root)
    with pytest.raises(OSError, match="too long"):
        writing.write(root, [Planned("a/new.txt", b"new"), Planned("x" * 300, b"x")])
    assert tree(root) == before


@pytest.mark.parametrize(("held", "planned"), [(b"other", b"old"), (b"other", None)])
def test_a_file_that_changed_meanwhile_is_not_overwritten(
    root: Path, held: bytes, planned: bytes | None
) -> None:
    """Somebody saved it in an editor: theirs stays, and nothing at all is written."""
    (root / "old.txt").write_bytes(held)
    before = tree(root)
    with pytest.raises(NotebookError, match=r"old\.txt has changed meanwhile"):
        writing.write(root, [Planned("a.txt", b"a"), Planned("old.txt", b"newer", planned)])
    assert tree(root) == before


def test_a_diff_shows_new_files_and_names_binary_ones() -> None:
    """A unified diff that git can read."""
    files = [
        Planned("a.txt", b"1\n2\n", b"1\n"),
        Planned("b.txt", b"x\n"),
        Planned("c.gz", b"\x1f\x8b\xff"),
    ]
    assert list(writing.diff(files)) == [
        "--- a/a.txt",
        "+++ b/a.txt",
        "@@ -1 +1,2 @@",
        " 1",
        "+2",
        "--- /dev/null",
        "+++ b/b.txt",
        "@@ -0,0 +1 @@",
        "+x",
        "binary file c.gz, 3 bytes",
    ]


def test_what_is_left_of_a_killed_writer_is_removed(tmp_path: Path) -> None:
    """Not what a living one is about to write, nor a file of another name."""
    part = tmp_path / ".a.yaml.0123abcd.part"
    part.write_bytes(b"half")
    (tmp_path / ".mine.part").write_bytes(b"")
    _, descriptor = writing._begun(tmp_path / "b.yaml")
    writing.write(tmp_path, [Planned("c.yaml", b"c")])
    (held,) = [name for name in list(tree(tmp_path)) if name.startswith(".b.yaml.")]
    assert list(tree(tmp_path)) == [held, ".mine.part", "c.yaml"]
    os.close(descriptor)
    writing.sweep([tmp_path])
    assert list(tree(tmp_path)) == [".mine.part", "c.yaml"]


def test_one_file_is_put_where_a_link_leads(tmp_path: Path) -> None:
    """The link stays; a pipe or a device is written to, not replaced."""
    (tmp_path / "link").symlink_to("real")
    writing.put(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"x"
    with pytest.raises(OSError, match="No space left"):
        writing.put(Path("/dev/full"), b"x")
    assert Path("/dev/full").is_char_device()
