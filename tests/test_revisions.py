"""Notebooks out of git: read as they stand in a commit, the files that are there untouched."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from generator import audit, provenance, revisions
from generator.errors import NotebookError
from generator.notebook import Notebook
from tests.conftest import copy_reported, open_book, write_book
from tests.gitbook import commit, git, repository, run


def opened(root: Path, name: str = "HEAD") -> Notebook:
    """The notebook as it stands in a revision."""
    found = revisions.repository(root)
    return revisions.opened(found, revisions.resolve(found, name))


def same(root: Path) -> None:
    """What is committed reads as the files do, with problems and attachments."""
    from_git, from_files = opened(root), provenance.checked(root, open_book(root))
    assert list(from_git.runs) == list(from_files.runs)
    assert from_git.campaigns == from_files.campaigns
    assert from_git.attachments == from_files.attachments
    assert from_git.settings == from_files.settings
    assert from_git.objectives == from_files.objectives
    assert audit.problems(from_git) == audit.problems(from_files)


def test_the_real_records_read_the_same_from_git(tmp_path: Path) -> None:
    """Runs, campaigns, settings and every doubt of the reported runs, from a commit."""
    write_book(tmp_path, {}, "site_name: T\nplugins: [{loadbook: {tolerance: 3%}}]\n")
    copy_reported(tmp_path)
    (tmp_path / "objectives.yaml").write_text("default: {error_rate: {at_most: 1%}}\n", "utf-8")
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    same(tmp_path)
    assert len(audit.problems(opened(tmp_path))) > 30


def test_files_that_are_no_records_are_told_as_they_are_from_disk(tmp_path: Path) -> None:
    """Links, wrong places, strange names, other suffixes, hidden files, too large records."""
    root = repository(
        tmp_path / "a b ü",
        {
            "c/run.yaml": run(),
            "top.yaml": "title: T\n",
            "c/old.yml": "title: T\n",
            "c/.hidden.yaml": "title: T\n",
            "c/ü | x.yaml": "title: T\n",
            "c/deep/in/side.yaml": "title: T\n",
            "c/large.yaml": "x: y\n" * 250_000,
            "c/index.yaml": "title: T\n",
        },
    )
    (root / "experiments" / "c" / "link.yaml").symlink_to("run.yaml")
    (root / "experiments" / "linked").symlink_to("c")
    commit(root)
    same(root)
    assert list(opened(root).runs) == ["c/run"]


def test_tables_and_hashes_beside_a_record_are_those_of_the_commit(tmp_path: Path) -> None:
    """A CSV that a record names is read, and a source is held against its hash, both from git."""
    digest = hashlib.sha256(b"raw\n").hexdigest()
    more = (
        "series: [{file: t.csv, source: k6, interval: 1s}, {file: gone.csv, source: k6, "
        f"interval: 1s}}]\nsources: [{{file: a.json, kind: k6, sha256: {digest}}}]\n"
    )
    files = {
        "c/run.yaml": run(more=more),
        "c/run/t.csv": "time_s,rps\n0,1\n",
        "c/run/a.json": "raw\n",
    }
    root = repository(tmp_path, files)
    (root / "experiments/c/run/a.json").write_text("other\n", "utf-8")
    commit(root)
    same(root)
    assert opened(root).attachments["c/run"]["t.csv"].content == b"time_s,rps\n0,1\n"
    codes = {name: {p.code for p in opened(root, name).problems} for name in ("main", "HEAD")}
    assert codes == {"main": set(), "HEAD": {"source-changed"}}


def test_a_submodule_is_not_followed(tmp_path: Path) -> None:
    """What another repository holds is no record of this one, nor asked for."""
    other = repository(tmp_path / "other", {"c/theirs.yaml": run()})
    root = repository(tmp_path / "own", {"c/run.yaml": run()})
    git(root, "submodule", "--quiet", "add", str(other / ".git"), "experiments/sub")
    commit(root)
    assert list(opened(root).runs) == ["c/run"]


def test_a_notebook_in_a_folder_of_the_repository(tmp_path: Path) -> None:
    """Only what lies in the notebook's own folder counts; files of others have no part in it."""
    git(tmp_path, "init", "-q")
    write_book(tmp_path / "load tests", {"c/run.yaml": run()})
    write_book(tmp_path / "other", {"c/else.yaml": run()})
    commit(tmp_path)
    assert list(opened(tmp_path / "load tests").runs) == ["c/run"]
    assert revisions.repository(tmp_path / "load tests").prefix == "load tests/"


def test_nothing_is_written_where_git_is_read(tmp_path: Path) -> None:
    """Neither the files nor git's own folder differ after a commit was read."""
    root = repository(tmp_path, {"c/run.yaml": run()})

    def state() -> dict[str, bytes]:
        files = (path for path in root.rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files}

    before = state()
    assert opened(root, "main").runs
    assert state() == before


def test_the_base_is_where_the_branch_left_it(tmp_path: Path) -> None:
    """What came to main since is no doing of the branch; the named commit else."""
    root = repository(tmp_path, {"c/run.yaml": run()})
    fork = git(root, "rev-parse", "HEAD")
    git(root, "checkout", "-q", "main")
    (root / "experiments/c/later.yaml").write_text(run(day=2), "utf-8")
    tip = commit(root)
    git(root, "checkout", "-q", "work")
    found = revisions.base_of(revisions.repository(root), "main", "HEAD")
    assert found == revisions.Base("main", fork, branched=True)
    git(root, "merge", "-q", "main")
    found = revisions.base_of(revisions.repository(root), "main", "HEAD")
    assert found == revisions.Base("main", tip)
    git(root, "checkout", "-q", "--orphan", "alone")
    commit(root)
    found = revisions.base_of(revisions.repository(root), "main", "HEAD")
    assert found == revisions.Base("main", tip)


@pytest.mark.parametrize(
    "name", ["mian", "--upload-pack=x", "", "a\nb", "HEAD~99", "main:mkdocs.yml"]
)
def test_a_revision_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    """A misspelt branch, an option in disguise, nothing at all: a message, never git's own."""
    root = repository(tmp_path, {"c/run.yaml": run()})
    with pytest.raises(NotebookError, match=r"no revision|no name of a revision"):
        revisions.resolve(revisions.repository(root), name)


def test_a_branch_that_only_the_remote_has_is_suggested(tmp_path: Path) -> None:
    """CI checks out the branch alone: `main` is `origin/main` there."""
    upstream = repository(tmp_path / "up", {"c/run.yaml": run()})
    git(tmp_path, "clone", "-q", "--branch", "work", str(upstream), "copy")
    with pytest.raises(NotebookError, match="did you mean 'origin/main'"):
        revisions.resolve(revisions.repository(tmp_path / "copy"), "main")


def test_a_shallow_clone_says_what_it_lacks(tmp_path: Path) -> None:
    """Without the commits between nobody knows what the branch did; how to fetch them is told."""
    upstream = repository(tmp_path / "up", {"c/run.yaml": run()})
    commit(upstream)
    url = f"file://{upstream}"
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "work", url, "copy")
    found = revisions.repository(tmp_path / "copy")
    with pytest.raises(NotebookError, match=r"shallow.*fetch-depth: 0"):
        revisions.resolve(found, "origin/main")
    git(tmp_path / "copy", "fetch", "-q", "--depth", "1", "origin", "main:refs/heads/main")
    with pytest.raises(NotebookError, match=r"shallow.*fetch-depth: 0"):
        revisions.base_of(found, "main", "HEAD")


def test_a_folder_outside_of_git_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a repository, or without git, there is nothing to compare with."""
    write_book(tmp_path, {})
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(NotebookError, match="no git repository"):
        revisions.repository(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotebookError, match="git is not installed"):
        revisions.repository(tmp_path)
