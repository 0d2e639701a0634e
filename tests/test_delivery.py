"""Files of a new site: linked where the earlier site has the same, written where not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from mkdocs.config import load_config
from mkdocs.structure.files import File, Files

from generator import delivery, publish
from generator.delivery import Delivery
from tests.conftest import write_book
from tests.disk import fill
from tests.test_writing import tree

RUN = "title: A\nstatus: completed\ndate: 2026-01-02\nk6:\n  failed_requests: 100\n"
CONFIG = (
    "site_name: Case\ndocs_dir: experiments\nuse_directory_urls: false\n"
    "theme: {name: null, custom_dir: theme}\n"
)


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """The earlier site, of two files."""
    return fill(tmp_path / "site", {"same": b"same", "other": b"earlier"})


@pytest.fixture
def deliver(earlier: Path, tmp_path: Path) -> Iterator[Delivery]:
    """What delivers into the folder `new`."""
    with delivery.from_earlier(earlier, tmp_path / "new") as opened:
        yield opened


def is_linked(name: str, folder: Path) -> bool:
    """Whether a file is one with that of the earlier site."""
    return (folder / "new" / name).samefile(folder / "site" / name)


def test_what_is_the_same_is_linked_and_what_is_not_is_written(
    deliver: Delivery, tmp_path: Path
) -> None:
    """The new site has what it was given; nothing of the earlier one is altered thereby."""
    wanted = {"same": b"same", "other": b"another", "came": b"came"}
    for name, content in wanted.items():
        deliver.put(name, content)
    assert tree(tmp_path / "new") == wanted
    assert tree(tmp_path / "site") == {"same": b"same", "other": b"earlier"}
    assert [is_linked(name, tmp_path) for name in ("same", "other")] == [True, False]


def test_a_file_that_is_put_again_is_not_written_through_its_link(
    deliver: Delivery, tmp_path: Path
) -> None:
    """The last content counts, and the earlier site keeps its own."""
    deliver.put("same", b"same")
    deliver.put("same", b"again")
    assert (tmp_path / "new" / "same").read_bytes() == b"again"
    assert (tmp_path / "site" / "same").read_bytes() == b"same"


@pytest.mark.parametrize("what", ["link", "pipe", "folder", "private"])
def test_what_a_new_file_would_not_be_is_not_linked(
    what: str, earlier: Path, deliver: Delivery, tmp_path: Path
) -> None:
    """A link, a pipe, a folder, or a file that others can't read is left behind."""
    path = earlier / "odd"
    if what == "link":
        path.symlink_to("same")
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"same")
        path.chmod(0o600)
    deliver.put("odd", b"same")
    made = tmp_path / "new" / "odd"
    assert made.read_bytes() == b"same"
    assert made.lstat().st_mode == (earlier / "same").lstat().st_mode
    assert made.lstat().st_ino != path.lstat().st_ino


def test_where_nothing_can_be_linked_it_is_written(
    deliver: Delivery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another disk, or a system without links: the site is the same."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    deliver.put("same", b"same")
    assert tree(tmp_path / "new") == {"same": b"same"}
    assert not is_linked("same", tmp_path)


def test_the_site_that_another_build_puts_in_place_is_not_taken_for_the_earlier(
    deliver: Delivery, earlier: Path, tmp_path: Path
) -> None:
    """What was opened counts, wherever it lies now."""
    earlier.rename(tmp_path / "gone")
    fill(earlier, {"same": b"same"})
    deliver.put("same", b"same")
    assert (tmp_path / "new" / "same").samefile(tmp_path / "gone" / "same")
    assert not is_linked("same", tmp_path)


@pytest.mark.parametrize("large", [False, True])
def test_a_large_file_is_copied_without_being_read_whole(
    large: bool, deliver: Delivery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording of a gigabyte is not held against the earlier one in memory."""
    monkeypatch.setattr(delivery, "LARGE", 3 if large else 4)
    source = fill(tmp_path / "docs", {"same": b"same"}) / "same"
    file = File("same", str(source.parent), str(tmp_path / "new"), use_directory_urls=False)
    deliver.files(Files([file])).copy_static_files()
    assert tree(tmp_path / "new") == {"same": b"same"}
    assert is_linked("same", tmp_path) == (not large)


def book(root: Path, hook: str) -> Path:
    """A notebook of one run, with a hook of its own."""
    hooks = "hooks: [hook.py]\n" if hook else ""
    write_book(root, {"a/b.yaml": RUN}, f"{CONFIG}plugins: [loadbook, search]\n{hooks}")
    fill(root / "theme", {"main.html": b"{{ page.content }}"})
    fill(root, {"hook.py": hook.encode()})
    return root


def inodes(site: Path) -> dict[str, int]:
    return {
        path.relative_to(site).as_posix(): path.stat().st_ino
        for path in site.rglob("*")
        if path.is_file()
    }


def test_after_an_edit_the_site_has_new_files_for_what_changed(tmp_path: Path) -> None:
    """Page, record and figures of the run are new; a page that explains is the one that was."""
    root = book(tmp_path, "")
    assert publish.build(root, strict=False, quiet=True) == 0
    before = inodes(root / "site")
    record = root / "experiments" / "a" / "b.yaml"
    record.write_text(RUN.replace("100", "200"), "utf-8")
    assert publish.build(root, strict=False, quiet=True) == 0
    after = inodes(root / "site")
    assert after.keys() == before.keys()
    changed = {name for name in after if after[name] != before[name]}
    assert {"a/b.html", "a/b.yaml", "data/a/b.json"} < changed
    assert {"formulas.html", "checks.html", "schema/run.schema.json"}.isdisjoint(changed)


SPOIL = """
from pathlib import Path
def on_post_build(config):
    for page in Path(config.site_dir).rglob("*.html"):
        with page.open("r+") as file:
            file.write("spoilt")
    raise OSError("no more")
"""


def test_a_hook_that_writes_into_finished_pages_does_not_reach_the_earlier_site(
    tmp_path: Path,
) -> None:
    """Who may write into the files of the new site gets files of its own; it fails, and the
    earlier site is what it was.
    """
    root = book(tmp_path, "")
    assert publish.build(root, strict=False, quiet=True) == 0
    before = tree(root / "site")
    assert publish.build(book(root, SPOIL), strict=False, quiet=True) == 1
    assert tree(root / "site") == before


LATE = "def on_post_page(output, page, config):\n    return output + 'later'\n"


def test_a_hook_that_changes_pages_at_the_end_is_heard(tmp_path: Path) -> None:
    """What another plugin adds to a finished page is in the site."""
    root = book(tmp_path, LATE)
    assert publish.build(root, strict=False, quiet=True) == 0
    assert (root / "site" / "a" / "b.html").read_text("utf-8").endswith("later")


def test_who_else_has_a_hand_in_finished_files_is_seen(tmp_path: Path) -> None:
    """The search has not, whatever its settings are."""
    plugins = ["loadbook", {"search": {"lang": "de"}}]
    path = write_book(tmp_path, {"a/b.yaml": RUN}) / "mkdocs.yml"
    config = load_config(str(path), docs_dir="experiments", plugins=plugins)
    assert delivery.alone(config)
    config.plugins._register_event("post_build", print)
    assert not delivery.alone(config)
