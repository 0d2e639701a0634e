"""What of a stranger's files goes into the site, and that nothing is written through a link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator import attachments, publishable
from generator.publishable import colliding, is_publishable


def at(folder: Path, name: str) -> Path:
    """An empty file of that name below the folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/run.yaml", True),
        ("a/run/samples.csv", True),
        ("a/run/deeper/samples.csv", True),
        ("a/run/page.html", False),
        ("a/run/drawing.svg", False),
        ("a/run/code.js", False),
        ("a/run/more.yaml", False),
        ("a/run.json", False),
        ("stray.yaml", False),
        # These would take the place of files that the site itself has.
        ("data/other/run.json", False),
        ("Data/other/run.json", False),
        ("assets/images/favicon.png", False),
        ("social/other/run.png", False),
    ],
)
def test_records_and_plain_attachments_are_published(
    name: str, expected: bool, tmp_path: Path
) -> None:
    """By place and suffix; nothing that a browser would run, nothing in the site's own folders."""
    assert is_publishable(at(tmp_path, name), tmp_path) is expected


def test_what_is_no_plain_file_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a link, wherever it leads, nor a pipe, which would hang, nor what is too large."""
    docs = tmp_path / "experiments"
    inside, outside = at(docs, "a/run/t.csv"), at(tmp_path, "secret.csv")
    (docs / "a/run/inside.csv").symlink_to(inside)
    (docs / "a/run/outside.csv").symlink_to(outside)
    (docs / "a/run/device.csv").symlink_to("/dev/zero")
    os.mkfifo(docs / "a/run/pipe.csv")
    os.mkfifo(docs / "a/run.yaml")
    for name in ("run/inside.csv", "run/outside.csv", "run/device.csv", "run/pipe.csv", "run.yaml"):
        assert not is_publishable(docs / "a" / name, docs), name
    assert not is_publishable(docs / "a/run/../../../secret.csv", docs)
    assert not is_publishable(docs / "a/run/gone.csv", docs)
    monkeypatch.setattr(attachments, "MAX_PUBLISHED", 3)
    inside.write_text("1234")
    assert not is_publishable(inside, docs)
    assert not attachments.Attachment(4).is_published
    inside.write_text("123")
    assert is_publishable(inside, docs)
    assert attachments.Attachment(3).is_published


def test_names_that_some_file_systems_take_for_one_are_told() -> None:
    """Upper and lower case, an accent composed or not; each but the first, with the first."""
    names = [
        "a/t.csv",
        "a/T.csv",
        "a/u.csv",
        "a/\u00e9.csv",
        "a/e\u0301.csv",
        "a/stra\xdfe",
        "a/STRASSE",
    ]
    assert list(colliding(names)) == [
        ("a/T.csv", "a/t.csv"),
        ("a/e\u0301.csv", "a/\u00e9.csv"),
        ("a/STRASSE", "a/stra\xdfe"),
    ]


def test_links_through_which_would_be_read_or_written_are_found(tmp_path: Path) -> None:
    """The folder itself and folders in it; of the site only what lies at its top: the rest goes."""
    real = tmp_path / "real"
    at(real, "a/t.csv")
    at(real, "deep/er/t.csv")
    assert list(publishable.linked_folders(real)) == list(publishable.links_out_of(real)) == []
    (real / "deep/er/up").symlink_to("..")
    (real / "data").symlink_to(tmp_path)
    (real / "file").symlink_to(real / "a/t.csv")
    linked = tmp_path / "linked"
    linked.symlink_to(real)
    assert set(publishable.linked_folders(real)) == {real / "deep/er/up", real / "data"}
    assert next(publishable.linked_folders(linked)) == linked
    assert list(publishable.links_out_of(real)) == [real / "data"]
    assert list(publishable.links_out_of(linked)) == [linked]
    assert list(publishable.links_out_of(tmp_path / "none")) == []
