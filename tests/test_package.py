"""The package as it is installed: from the sdist, into an environment that holds nothing else."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator import assets
from generator.resources import TEMPLATES, VENDOR
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
TARGETS = PROJECT["tool"]["hatch"]["build"]["targets"]
BIN = Path(sys.executable).parent

pytestmark = pytest.mark.package


def uv(*arguments: str | Path, cwd: Path = ROOT) -> None:
    done = subprocess.run(
        [BIN / "uv", "--quiet", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist of this repository, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--out-dir", folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


@dataclass(frozen=True)
class Installed:
    """An environment of its own; `run` calls a command in it and nothing of this checkout."""

    folder: Path

    def run(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        kept = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}
        return subprocess.run(
            [self.folder / "bin" / words[0], *words[1:]],
            cwd=cwd,
            env={**kept, "NO_MKDOCS_2_WARNING": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    def install(self, *what: str | Path) -> None:
        uv("pip", "install", "--python", self.folder / "bin" / "python", *what)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an empty environment, with what `requirements/site.lock` names and no more."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    uv("venv", "--python", sys.executable, folder)
    found = Installed(folder)
    found.install("--require-hashes", "-r", ROOT / "requirements" / "site.lock")
    found.install("--no-deps", wheel)
    uv("pip", "check", "--python", folder / "bin" / "python")
    return found


@pytest.fixture(scope="module")
def book(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that the installed package has made."""
    folder = tmp_path_factory.mktemp("books")
    done = installed.run("loadbook", "init", "x", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "x"


def test_an_installed_package_makes_checks_and_builds_a_notebook(
    installed: Installed, book: Path
) -> None:
    """init, check --strict, build --strict: pages are there, their styles and scripts too."""
    for command in ("check", "build"):
        done = installed.run("loadbook", command, "--strict", cwd=book)
        assert done.returncode == 0, done.stdout + done.stderr
    site = book / "site"
    for page in ("index", "runs", "example/index", "example/cache-on", "glossary", "checks"):
        text = (site / f"{page}.html").read_text("utf-8")
        for found in re.findall(r'(?:src|href)="([^":#]+\.(?:css|js))"', text):
            assert (site / page).parent.joinpath(found).is_file(), found
        assert "assets/loadbook.css" in text
    for path in assets.ASSETS:
        assert (site / path).stat().st_size > 100


def test_nothing_of_it_leads_back_to_the_checkout(installed: Installed, book: Path) -> None:
    """Neither the package nor the site names a path of this checkout."""
    shown = installed.run("python", "-c", "import generator; print(generator.__file__)", cwd=book)
    assert Path(shown.stdout.strip()).is_relative_to(installed.folder)
    (package,) = (installed.folder / "lib").glob("python*/site-packages/generator")
    own = str(ROOT).encode()
    for folder in (package, book):
        for path in folder.rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                assert own not in path.read_bytes(), path


def test_a_notebook_overrides_a_template(installed: Installed, book: Path) -> None:
    """A file in the notebook's `templates/` replaces the package's of the same path, alone."""
    own = book / "templates" / "pages" / "run.md"
    own.parent.mkdir(parents=True)
    text = (TEMPLATES / "pages" / "run.md").read_text("utf-8")
    own.write_text(f"{text}\nOwned by the team of the shop.\n", "utf-8")
    done = installed.run("loadbook", "build", "--strict", cwd=book)
    assert done.returncode == 0, done.stderr
    words = "Owned by the team of the shop."
    assert words in (book / "site" / "example" / "cache-on.html").read_text("utf-8")
    assert words not in (book / "site" / "index.html").read_text("utf-8")


def test_a_wheel_of_a_bare_checkout_checks_and_says_what_a_site_lacks(
    installed: Installed, book: Path, wheel: Path, tmp_path: Path
) -> None:
    """What git holds is enough to check, as pre-commit does; building says what it lacks."""
    clone = tmp_path / "clone"
    words = ["git", "clone", "--quiet", str(ROOT), str(clone)]
    subprocess.run(words, check=True, capture_output=True)
    uv("build", "--wheel", "--out-dir", tmp_path / "bare", clone)
    (bare,) = (tmp_path / "bare").glob("*.whl")
    try:
        installed.install("--no-deps", "--reinstall", bare)
        assert installed.run("loadbook", "check", "--strict", cwd=book).returncode == 0
        done = installed.run("loadbook", "build", "--strict", cwd=book)
        assert done.returncode == 1
        assert "assets/tablesort.js" in done.stderr
        assert "npm ci" in done.stderr
        assert "Traceback" not in done.stderr
    finally:
        installed.install("--no-deps", "--reinstall", wheel)


def test_third_party_scripts_have_their_licences_in_the_wheel(wheel: Path) -> None:
    """Each script that a site loads is in the wheel, with a licence beside it."""
    names = set(zipfile.ZipFile(wheel).namelist())
    scripts = [path for path in assets.ASSETS.values() if path.is_relative_to(VENDOR)]
    assert scripts
    for path in scripts:
        inside = path.relative_to(VENDOR)
        assert f"generator/_vendor/{inside.as_posix()}" in names
        library = Path(*inside.parts[: 2 if inside.parts[0].startswith("@") else 1])
        folder = f"generator/_vendor/{library.as_posix()}/LICEN"
        assert any(name.startswith(folder) for name in names), library


def test_sdist_and_wheel_hold_what_is_needed_and_no_more(dist: Path, wheel: Path) -> None:
    """No tests, records or tools of the project; all of `templates/`; node_modules as listed."""
    (packed,) = dist.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tops = {name.partition("/")[0] for name in names}
    assert tops == {
        *("generator", "templates", "node_modules", "mkdocs.yml", "hatch_build.py"),
        *("README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", "PKG-INFO", ".gitignore"),
    }
    listed = [f"node_modules/{name}" for name in TARGETS["wheel"]["hooks"]["custom"]["files"]]
    assert TARGETS["sdist"]["artifacts"] == [f"/{name}" for name in listed]
    assert {name for name in names if name.startswith("node_modules/")} == set(listed)
    inside = set(zipfile.ZipFile(wheel).namelist())
    for path in TEMPLATES.rglob("*"):
        if path.is_file():
            assert f"generator/_templates/{path.relative_to(TEMPLATES).as_posix()}" in inside
    assert {name.partition("/")[0] for name in inside} == {"generator", "loadbook-0.1.0.dist-info"}


def test_the_metadata_says_what_it_is(wheel: Path) -> None:
    """README as Markdown, licence, every Python that CI runs; no address that nobody knows."""
    text = zipfile.ZipFile(wheel).read("loadbook-0.1.0.dist-info/METADATA").decode()
    found = email.message_from_string(text)
    assert found["Description-Content-Type"] == "text/markdown"
    assert text.rstrip().endswith((ROOT / "README.md").read_text("utf-8").rstrip())
    assert found["License-Expression"] == "MIT"
    assert found["Requires-Python"] == ">=3.11"
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    (matrix,) = re.findall(r"python: \[(.*)\]", workflow)
    versions = re.findall(r'"([\d.]+)"', matrix)
    named = found.get_all("Classifier") or []
    assert [f"Programming Language :: Python :: {version}" for version in versions] == [
        one for one in named if re.fullmatch(r"Programming Language :: Python :: 3\.\d+", one)
    ]
    assert found.get_all("Project-URL") is None


def test_the_hook_of_pre_commit_checks_a_notebook(installed: Installed, book: Path) -> None:
    """Its entry is a command of the package; it passes a sound notebook and stops a broken one."""
    text = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    fields = dict(line.strip("- ").split(": ", 1) for line in text.splitlines())
    assert (fields["id"], fields["language"]) == ("loadbook-check", "python")
    assert fields["pass_filenames"] == "false"
    own = (book / ".pre-commit-config.yaml").read_text("utf-8")
    assert f"entry: {fields['entry']}\n" in own
    assert f"files: {fields['files']}\n" in own
    record = book / "experiments" / "example" / "broken.yaml"
    wanted = re.compile(fields["files"])
    assert wanted.search(record.relative_to(book).as_posix())
    assert not wanted.search("mkdocs.yml")
    assert installed.run(*fields["entry"].split(), cwd=book).returncode == 0
    record.write_text("title: [\n", "utf-8")
    try:
        assert installed.run(*fields["entry"].split(), cwd=book).returncode == 1
    finally:
        record.unlink()
