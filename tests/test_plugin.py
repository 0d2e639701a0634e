"""The site as MkDocs builds it: strict builds, broken records, what may be published."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import copy_reported

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def notebook_in(folder: Path) -> Path:
    """A copy of this repository's notebook: mkdocs.yml and the records of the five runs."""
    shutil.copy(ROOT / "mkdocs.yml", folder)
    return copy_reported(folder)


def run(command: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / command, *arguments],
        cwd=cwd,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


TOLD = (
    r"The site is built: open \S+index.html in a browser\n"
    r"\d+ pages and \d+ charts in [\d.]+ s; as they were: \d+ pages, \d+ charts\n"
    r"  .* s  reading records\n.* s  pages\n.* s  MkDocs: Markdown\n.* s  everything else\n"
)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("mkdocs", "build", "--strict", "--quiet"), ""),
        (("loadbook", "build", "--strict", "--quiet"), ""),
        (("loadbook", "build", "--profile"), TOLD),
    ],
)
def test_a_strict_build_succeeds_without_a_warning(
    command: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    """The real records build by MkDocs' command and by ours, without a word where asked for.

    Else what was built is said, what was drawn and what was there, and how long each stage took.
    """
    done = run(*command, cwd=notebook_in(tmp_path))
    assert done.returncode == 0, done.stderr
    assert re.search(f"{told}$", done.stderr, re.DOTALL)
    assert (done.stderr == "") == (told == "")
    assert done.stdout == ""
    page = (tmp_path / "site" / "session-8" / "post-code.html").read_text("utf-8")
    assert "508.4" in page
    assert "lb-late" not in page


def test_a_broken_record_fails_the_strict_build_and_is_named(tmp_path: Path) -> None:
    """A strict build of a notebook with a broken record fails and names file, line and column."""
    root = notebook_in(tmp_path)
    record = root / "experiments" / "session-8" / "pre-fix.yaml"
    record.write_text(record.read_text("utf-8").replace("vus: 50", "vus: fifty"), "utf-8")
    line = 1 + record.read_text("utf-8").splitlines().index("  vus: fifty")
    done = run("loadbook", "build", "--strict", cwd=root)
    assert done.returncode == 1
    place = f"experiments/session-8/pre-fix.yaml:{line}:8: error: load.vus: 'fifty'"
    (told,) = [text for text in done.stderr.splitlines() if text.startswith(place)]
    assert told.endswith("[value-unit]")
    assert not (root / "site" / "index.html").exists()


def test_without_strict_the_other_pages_are_built(tmp_path: Path) -> None:
    """A build that is not strict names the broken record and publishes all others."""
    root = notebook_in(tmp_path)
    (root / "experiments" / "session-8" / "broken.yaml").write_text("title: [\n", "utf-8")
    done = run("mkdocs", "build", cwd=root)
    assert done.returncode == 0
    assert "experiments/session-8/broken.yaml:2:1" in done.stderr
    assert (root / "site" / "session-8" / "post-fix.html").exists()
    assert "broken.yaml:2:1" in (root / "site" / "index.html").read_text("utf-8")


def test_only_records_and_plain_attachments_are_published(tmp_path: Path) -> None:
    """Pages, scripts, styles and links that lie among the records do not reach the site."""
    root = notebook_in(tmp_path)
    folder = root / "experiments" / "session-8" / "post-fix"
    folder.mkdir()
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", "utf-8")
    for name in ("page.md", "page.html", "code.js", "style.css", "drawing.svg", "samples.csv"):
        (folder / name).write_text("x", "utf-8")
    (folder / "link.txt").symlink_to(secret)
    os.mkfifo(folder / "pipe.csv")
    (root / "experiments" / "evil.js").write_text("alert(1)", "utf-8")
    (root / "experiments" / "index.md").write_text("# Mine", "utf-8")
    done = run("mkdocs", "build", "--strict", "--quiet", cwd=root)
    assert done.returncode == 0, done.stderr
    published = root / "site" / "session-8" / "post-fix"
    assert [path.name for path in published.iterdir()] == ["samples.csv"]
    assert not (root / "site" / "evil.js").exists()
    assert "Where things stand" in (root / "site" / "index.html").read_text("utf-8")


@pytest.mark.parametrize("strict", [["--strict"], []])
def test_links_to_folders_do_not_hang_the_build(strict: list[str], tmp_path: Path) -> None:
    """Links that lead upwards, which MkDocs would follow for ever, end the build with a message."""
    root = notebook_in(tmp_path)
    for name in ("one", "two"):
        (root / "experiments" / "session-8" / name).symlink_to("..")
    done = run("loadbook", "build", *strict, cwd=root)
    assert done.returncode == 1
    assert "experiments/session-8/one: a link to a folder" in " ".join(done.stderr.split())


@pytest.mark.parametrize("name", ["site", "site/data"])
def test_a_site_is_not_written_through_a_link(name: str, tmp_path: Path) -> None:
    """A link in place of the site, or in it, ends the build; what it leads to stays as it is."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept", "utf-8")
    (tmp_path / "book").mkdir()
    root = notebook_in(tmp_path / "book")
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).symlink_to(outside)
    done = run("loadbook", "build", cwd=root)
    assert done.returncode == 1
    assert f"{name}: a link to a folder" in " ".join(done.stderr.split())
    assert [path.name for path in outside.iterdir()] == ["kept"]


def test_runs_stay_out_of_the_navigation_and_are_found_by_search(tmp_path: Path) -> None:
    """No page lists every run in its navigation; a finding's words are in the search index."""
    root = notebook_in(tmp_path)
    assert run("mkdocs", "build", "--strict", "--quiet", cwd=root).returncode == 0
    home = (root / "site" / "glossary.html").read_text("utf-8")
    assert "post-fix" not in home
    index = json.loads((root / "site" / "search" / "search_index.json").read_text("utf-8"))
    finding = "Required anti-affinity is working"
    assert [d["location"] for d in index["docs"] if finding in d["text"]] == [
        "session-8/post-fix.html#findings"
    ]


def test_a_template_beside_the_records_replaces_the_packages(tmp_path: Path) -> None:
    """A notebook's own template is used in place of the package's, file by file."""
    root = notebook_in(tmp_path)
    own = root / "templates" / "blocks"
    own.mkdir(parents=True)
    (own / "note.html").write_text("<p>OWN {{ block.text }}</p>\n", "utf-8")
    assert run("mkdocs", "build", "--strict", "--quiet", cwd=root).returncode == 0
    page = (root / "site" / "session-8" / "post-fix.html").read_text("utf-8")
    assert "<p>OWN Read with care: not like for like" in page
    assert re.search(r'<h3 id="figures">', page)


def test_no_record_opens_an_edit_link_elsewhere(tmp_path: Path) -> None:
    """With a repository configured, the edit button of a run's page opens its record."""
    root = notebook_in(tmp_path)
    config = root / "mkdocs.yml"
    text = (
        config.read_text("utf-8")
        .replace(
            "docs_dir: experiments",
            "docs_dir: experiments\nrepo_url: https://example.org/team/notebook\n"
            "edit_uri: edit/main/experiments/",
        )
        .replace("  features:", "  features:\n    - content.action.edit")
    )
    config.write_text(text, "utf-8")
    assert run("mkdocs", "build", "--quiet", cwd=root).returncode == 0
    page = (root / "site" / "session-8" / "post-fix.html").read_text("utf-8")
    assert (
        'href="https://example.org/team/notebook/edit/main/experiments/session-8/post-fix.yaml"'
        in page
    )
