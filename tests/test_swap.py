"""A new site in the place of the earlier one: each state that a killed build leaves."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from generator import publish, swap
from tests.disk import CONFIG, fill, mounted, names, small
from tests.test_faults import run
from tests.test_writing import tree

LEFT = ".site-0123456789ab"
EARLIER = {"index.html": b"earlier", "gone": None, "gone/page.html": b"x"}
NEW = {"index.html": b"new", "came": None, "came/page.html": b"y"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The earlier site, alone in its folder."""
    return fill(tmp_path / "site", EARLIER)


def place(site: Path) -> bool:
    """A build from its beginning to its end: whether the site took its place in one step."""
    with swap.staged(site) as stage:
        fill(stage, NEW)
        return swap.swap(stage, site)


def test_a_new_site_takes_the_place_of_the_earlier_one(site: Path) -> None:
    """All of it at once, with nothing of the earlier one, and nothing is left beside it."""
    site.chmod(0o750)
    assert place(site)
    assert tree(site) == NEW
    assert site.stat().st_mode & 0o777 == 0o750
    assert names(site.parent) == ["site"]


def test_the_first_site_needs_no_earlier_one(tmp_path: Path) -> None:
    """Its folder and those above it are made, with the permissions of any new folder."""
    fill(tmp_path / "plain", {})
    site = tmp_path / "deep" / "site"
    assert place(site)
    assert tree(site) == NEW
    assert site.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_until_it_is_whole_the_earlier_one_stays(site: Path) -> None:
    """A build that fails half way leaves the earlier site, and no folder of its own."""
    with pytest.raises(FileExistsError), swap.staged(site) as stage:
        fill(fill(stage, NEW), {"came": None})
    assert tree(site) == EARLIER
    assert names(site.parent) == ["site"]


def test_what_a_killed_build_left_is_removed_by_the_next(site: Path) -> None:
    """Before or after its site took its place, in one step or in two: the site stays as it is."""
    fill(site.parent / LEFT, NEW)
    fill(site.parent / f"{LEFT[:-1]}c.old", NEW)
    (site.parent / ".site-mine").mkdir()
    with swap.staged(site):
        assert tree(site) == EARLIER
        assert LEFT not in names(site.parent)
    assert names(site.parent) == [".site-mine", "site"]


def test_killed_between_two_renames_the_earlier_site_comes_back(site: Path) -> None:
    """Where there is no site, the one that was put aside becomes it again."""
    site.rename(site.with_name(f"{LEFT}.old"))
    fill(site.parent / LEFT, NEW)
    with swap.staged(site):
        assert tree(site) == EARLIER
    assert names(site.parent) == ["site"]


def test_two_builds_at_once_do_not_touch_each_other(site: Path) -> None:
    """Each has a folder of its own; the last one to finish stays, whole."""
    with swap.staged(site) as first:
        fill(first, NEW)
        with swap.staged(site) as second:
            fill(second, {"index.html": b"second"})
            assert tree(first) == NEW
            assert swap.swap(second, site)
        assert tree(site) == {"index.html": b"second"}
        assert swap.swap(first, site)
    assert tree(site) == NEW
    assert names(site.parent) == ["site"]


def test_without_a_step_of_the_system_two_renames_do(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where folders can't change places, the earlier one is put aside, then removed."""
    monkeypatch.setattr(swap, "exchange", lambda _one, _other: False)
    assert place(site)
    assert tree(site) == NEW
    assert names(site.parent) == ["site"]


def test_a_second_rename_that_fails_brings_the_earlier_site_back(site: Path) -> None:
    """The new one is gone: the error is told, and the site is what it was."""
    with pytest.raises(FileNotFoundError):
        swap.rename_twice(site.parent / LEFT, site)
    assert tree(site) == EARLIER
    assert names(site.parent) == ["site"]


def test_a_link_to_the_site_is_followed(site: Path) -> None:
    """What it leads to changes places; the link stays."""
    link = site.with_name("link")
    link.symlink_to(site)
    assert place(link)
    assert link.is_symlink()
    assert tree(site) == NEW


def test_hidden_files_of_the_site_stay(site: Path) -> None:
    """`.git` of a published branch is in the new site too; what the new one has itself wins."""
    fill(site, {".git": None, ".git/HEAD": b"main", ".nojekyll": b"", ".own": b"earlier"})
    with swap.staged(site) as stage:
        fill(stage, {"index.html": b"new", ".own": b"new"})
        swap.swap(stage, site)
    kept = {".git": None, ".git/HEAD": b"main", ".nojekyll": b"", ".own": b"new"}
    assert tree(site) == {"index.html": b"new", **kept}


def test_a_file_in_the_place_of_the_site(tmp_path: Path) -> None:
    """It is named, and stays."""
    site = tmp_path / "site"
    site.write_bytes(b"mine")
    with pytest.raises(NotADirectoryError, match="no folder"), swap.staged(site):
        pass
    assert site.read_bytes() == b"mine"


@pytest.mark.parametrize("options", [["-t", "tmpfs"], ["--bind"]], ids=["tmpfs", "bind"])
def test_a_mount_point_gets_the_files_one_by_one(options: list[str], tmp_path: Path) -> None:
    """It can't change places: new files are put in, others removed, hidden ones stay."""
    site, source = tmp_path / "site", tmp_path / "source"
    fill(site, {})
    fill(source, {})
    mounted(source, site, *options)
    try:
        fill(site, {**EARLIER, ".keep": b"", "came": b"a file, where a folder is to be"})
        assert not place(site)
        assert tree(site) == {**NEW, ".keep": b""}
        assert names(tmp_path) == ["site", "source"]
    finally:
        os.system(f"umount {site}")


def test_beside_what_is_read_only_the_site_is_built_in_itself(tmp_path: Path) -> None:
    """Where the folder above can't be written, it grows in a hidden folder of the site."""
    home, site = tmp_path / "home", tmp_path / "home" / "site"
    fill(site, EARLIER)
    mounted(home, home, "--bind")
    try:
        mounted(site, site, "--bind")
        mounted(home, home, "-o", "remount,ro,bind")
        assert not place(site)
        assert tree(site) == NEW
    finally:
        os.system(f"umount {site} {home} 2>/dev/null")


KILL = "import os\ndef on_post_build(config):\n    os.kill(os.getpid(), 9)\n"


def test_a_build_that_is_killed_leaves_the_earlier_site(tmp_path: Path) -> None:
    """Killed when all is written: the earlier site is whole, and the next build tidies up."""
    fill(tmp_path / "theme", {"main.html": b"{{ page.content }}"})
    page = fill(tmp_path / "experiments", {"index.md": b"earlier"}) / "index.md"
    fill(tmp_path, {"kill.py": KILL.encode(), "mkdocs.yml": f"{CONFIG}plugins: []\n".encode()})
    assert publish.build(tmp_path, strict=True) == 0
    earlier = tree(tmp_path / "site")
    page.write_text("new", "utf-8")
    config = tmp_path / "mkdocs.yml"
    config.write_text(f"{CONFIG}plugins: []\nhooks: [kill.py]\n", "utf-8")
    assert run(tmp_path, "build").returncode == -signal.SIGKILL
    assert tree(tmp_path / "site") == earlier
    (left,) = [name for name in names(tmp_path) if name.startswith(".site-")]
    assert (tmp_path / left / "index.html").read_text("utf-8") == "<p>new</p>"
    config.write_text(f"{CONFIG}plugins: []\n", "utf-8")
    assert publish.build(tmp_path, strict=True) == 0
    assert (tmp_path / "site" / "index.html").read_text("utf-8") == "<p>new</p>"
    assert left not in names(tmp_path)


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_an_interrupted_build_leaves_the_earlier_site(name: str, code: int, tmp_path: Path) -> None:
    """Interrupted when all pages are written: one line, and nothing is left of the new site."""
    # What runs in the background of a shell ignores interrupts from its start.
    heard = "signal.signal(signal.SIGINT, signal.default_int_handler)"
    sent = f"{heard}; os.kill(os.getpid(), signal.{name})"
    hook = f"import os, signal\ndef on_post_build(config):\n    {sent}\n"
    fill(tmp_path / "theme", {"main.html": b"{{ page.content }}"})
    fill(tmp_path / "experiments", {"index.md": b"new"})
    fill(tmp_path / "site", {"index.html": b"earlier"})
    config = f"{CONFIG}plugins: []\nhooks: [hook.py]\n"
    fill(tmp_path, {"hook.py": hook.encode(), "mkdocs.yml": config.encode()})
    done = run(tmp_path, "build")
    assert done.returncode == code
    assert done.stderr.startswith("loadbook: ")
    assert done.stderr.count("\n") == 1
    assert tree(tmp_path / "site") == {"index.html": b"earlier"}
    assert not [left for left in names(tmp_path) if left.startswith(".site")]


def test_a_record_that_changes_while_the_site_is_built(tmp_path: Path) -> None:
    """The site is not published, for its page could say what the file beside it no longer says."""
    saved = "Path('experiments/a/b.yaml').write_text('x')"
    hook = f"from pathlib import Path\ndef on_post_build(config):\n    {saved}\n"
    fill(tmp_path / "theme", {"main.html": b"{{ page.content }}"})
    fill(tmp_path / "experiments" / "a", {"b.yaml": b"title: A\n"})
    fill(tmp_path / "site", {"index.html": b"earlier"})
    config = f"{CONFIG}plugins: []\nhooks: [hook.py]\n"
    fill(tmp_path, {"hook.py": hook.encode(), "mkdocs.yml": config.encode()})
    done = run(tmp_path, "build")
    assert done.returncode == 1
    assert done.stderr == (
        "experiments/a/b.yaml changed while the site was built, build it again; "
        "an earlier one stays as it was\n"
    )
    assert tree(tmp_path / "site") == {"index.html": b"earlier"}


def test_a_site_that_has_no_room_leaves_the_earlier_one(tmp_path: Path) -> None:
    """A message with the file that had none, exit code 1, and no half site."""
    with small(tmp_path / "small") as root:
        fill(root / "theme", {"main.html": b"{{ page.content }}"})
        fill(root / "site", {"index.html": b"earlier"})
        fill(root / "experiments", {"index.md": b"word " * 6_000})
        fill(root, {"mkdocs.yml": f"{CONFIG}plugins: []\n".encode()})
        done = run(root, "build")
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("the site could not be built: ")
        assert "No space left on device; an earlier one stays as it was" in done.stderr
        assert tree(root / "site") == {"index.html": b"earlier"}
        assert names(root) == ["experiments", "mkdocs.yml", "site", "theme"]
