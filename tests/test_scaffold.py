"""A new record: valid as planned, and full of comments that hold what they promise."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from generator import audit
from generator.doubts import Kind
from generator.errors import NotebookError
from generator.scaffold import new_record
from tests.conftest import open_book, write_book

TODAY = date(2026, 3, 4)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty notebook."""
    return write_book(tmp_path, {})


def test_a_new_record_is_sound_and_planned(root: Path) -> None:
    """It gives no problem, is planned, and is titled by its name."""
    written = new_record(root, "session-9/more-nodes", TODAY)
    found = open_book(root)
    assert audit.problems(found) == []
    run = found.runs["session-9/more-nodes"]
    assert (run.title, run.status) == ("More nodes", "planned")
    assert found.campaigns["session-9"].title == "Session 9"
    assert [path.relative_to(root).as_posix() for path in written] == [
        "experiments/session-9/more-nodes.yaml",
        "experiments/session-9/campaign.yaml",
    ]


def uncommented(text: str) -> str:
    """The record with every field that its comments propose."""
    return re.sub(r"^# (?=(  )*(- )?[\w{]+(:|, )|  )", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", ["more-nodes", "campaign"])
def test_what_the_comments_propose_is_right(root: Path, name: str) -> None:
    """With each commented field uncommented the record is still without a mistake.

    Its snapshot shows a pending pod, to show how one is written: the cluster is what smells.
    """
    new_record(root, "session-9/another-run", TODAY)
    new_record(root, "session-9/more-nodes", TODAY)
    path = root / "experiments" / "session-9" / f"{name}.yaml"
    text = uncommented(path.read_text("utf-8"))
    assert text.count("\n# ") < path.read_text("utf-8").count("\n# ") / 2
    path.write_text(text.replace("status: planned", "status: completed"), "utf-8")
    found = open_book(root)
    mistakes = [p for p in audit.problems(found) if audit.RULES[p.code][0] is not Kind.CLUSTER]
    assert [problem.as_text() for problem in mistakes] == []
    if name == "more-nodes":
        run = found.runs["session-9/more-nodes"]
        assert run.date == TODAY
        assert run.k6 is not None
        assert run.snapshots
        assert len(found.measurements["session-9/more-nodes"]) > 15


def test_a_campaign_that_has_a_record_keeps_it(root: Path) -> None:
    """A second run of a campaign writes the run alone."""
    new_record(root, "session-9/one", TODAY)
    home = root / "experiments" / "session-9" / "campaign.yaml"
    home.write_text("title: Mine\n", "utf-8")
    written = new_record(root, "session-9/two", TODAY)
    assert [path.name for path in written] == ["two.yaml"]
    assert home.read_text("utf-8") == "title: Mine\n"


def test_a_record_is_never_overwritten(root: Path) -> None:
    """A name that is taken is refused, and the record stays as it is."""
    (path, _) = new_record(root, "session-9/one", TODAY)
    path.write_text("title: Mine\nstatus: planned\n", "utf-8")
    with pytest.raises(NotebookError, match=r"experiments/session-9/one\.yaml is there already"):
        new_record(root, "session-9/one", TODAY)
    assert path.read_text("utf-8") == "title: Mine\nstatus: planned\n"


@pytest.mark.parametrize(
    "identity",
    [
        "one",
        "a/b/c",
        "../out",
        "a/../b",
        "/etc/passwd",
        "a/",
        "/b",
        "a/.hidden",
        "a/my run",
        "a/b\n",
        "ä/b",
        "a/campaign",
        "a/index",
        "",
    ],
)
def test_a_name_that_can_not_be_one_is_refused(root: Path, identity: str) -> None:
    """Names that lead elsewhere, or that no record may have, write nothing at all."""
    before = sorted(root.rglob("*"))
    with pytest.raises(NotebookError, match="can't be a run"):
        new_record(root, identity, TODAY)
    assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize("identity", ["2026/01", "a/1.5", "yes/no", "null/true", "A/B-_.c"])
def test_any_allowed_name_gives_a_sound_record(root: Path, identity: str) -> None:
    """Names that YAML would read as something else are still titles."""
    new_record(root, identity, TODAY)
    found = open_book(root)
    assert audit.problems(found) == []
    assert list(found.runs) == [identity]
