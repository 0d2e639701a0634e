"""`loadbook init`: a notebook that is sound, builds strictly, and takes nothing's place."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from generator import audit, migrations, newbook, records
from generator.cli import app
from generator.schema import SCHEMAS, schema_text
from tests.conftest import ROOT, open_book
from tests.test_plugin import run

EXAMPLE = newbook.HOME / "experiments" / "example"
TAKEN_FROM = {"cache-off": "off-080-1", "cache-on": "on-080-1"}
"""Runs of the example to runs of `cache-on-one-host`."""

TOLD_ANEW = {"title", "tags", "context", "baseline"}
"""Fields in which the example may differ from the run that it was taken from."""


def init(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["init", str(folder), *arguments])


def contents(folder: Path) -> dict[str, bytes]:
    """Every file in a folder by its path."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_a_new_notebook_is_sound_and_builds_strictly(tmp_path: Path) -> None:
    """No problem, not even a warning; pages of both example runs stand in the site."""
    root = tmp_path / "load-tests"
    done = init(root)
    assert done.exit_code == 0, done.output
    assert audit.problems(open_book(root)) == []
    assert migrations.plan(migrations.of_notebook(root)).files == ()
    built = run("loadbook", "build", "--strict", cwd=root)
    assert built.returncode == 0, built.stderr
    page = (root / "site" / "example" / "cache-on.html").read_text("utf-8")
    assert "<title>Example: 80 VUs, cache on - Load tests</title>" in page


def test_it_says_what_it_wrote_and_what_comes_next(tmp_path: Path) -> None:
    """Each file is named, and the next steps begin in the new folder."""
    root = tmp_path / "book"
    lines = init(root).stdout.splitlines()
    wrote = {line.removeprefix("wrote ") for line in lines if line.startswith("wrote ")}
    assert wrote == {str(root / name) for name in contents(root)}
    assert f"  cd {root}" in lines


def test_name_and_addresses_are_taken_over(tmp_path: Path) -> None:
    """Any name is read back as it was given; every other setting is this repository's."""
    name = 'Shop: "load" #1 {{ x }} @{ y }@'
    options = ("--site-url", "https://a.example/b", "--repo-url", "https://c.example/d/e")
    assert init(tmp_path, "--name", name, *options).exit_code == 0
    assert name in (tmp_path / "README.md").read_text("utf-8").splitlines()[0]
    read = YAML(typ="safe").load
    made = read((tmp_path / "mkdocs.yml").read_text("utf-8"))
    own = read((ROOT / "mkdocs.yml").read_text("utf-8"))
    own["theme"]["features"].append("content.action.edit")
    assert made == {
        **own,
        "site_name": name,
        "site_url": "https://a.example/b/",
        "edit_uri": "https://c.example/d/e/edit/main/experiments/",
    }


def test_the_page_of_a_run_leads_to_its_record_in_the_repository(tmp_path: Path) -> None:
    """With --repo-url a run can be edited there, and the site asks the host of it for nothing."""
    assert init(tmp_path, "--repo-url", "https://github.com/d/e").exit_code == 0
    built = run("loadbook", "build", "--strict", cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    page = (tmp_path / "site" / "example" / "cache-on.html").read_text("utf-8")
    record = "https://github.com/d/e/edit/main/experiments/example/cache-on.yaml"
    assert f'href="{record}"' in page
    assert 'data-md-component="source"' not in page  # which asks for stars and forks


@pytest.mark.parametrize(
    "option",
    [
        ("--name", "two\nlines"),
        ("--name", " x"),
        ("--name", "x" * 101),
        ("--name", "a\u202eb"),
        ("--site-url", "javascript:alert(1)"),
        ("--site-url", "https://"),
        ("--site-url", "http://[x"),
        ("--repo-url", "https://a b"),
    ],
)
def test_a_name_or_address_that_can_not_be_one_is_wrong_usage(
    tmp_path: Path, option: tuple[str, str]
) -> None:
    """Exit code 2, a message that says what is expected, and nothing is written."""
    done = init(tmp_path / "book", *option)
    assert done.exit_code == 2
    assert "can't be a name" in done.stderr or "is no web address" in done.stderr
    assert not (tmp_path / "book").exists()


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    """All that is in the way is listed at once, exit code 2, and nothing at all is written."""
    (tmp_path / "README.md").write_text("mine\n", "utf-8")
    (tmp_path / "experiments" / "example").mkdir(parents=True)
    (tmp_path / "experiments" / "example" / "campaign.yaml").write_text("title: Mine\n", "utf-8")
    (tmp_path / ".vscode").write_text("a file\n", "utf-8")
    (tmp_path / "schema").symlink_to(tmp_path / "experiments")
    before = contents(tmp_path)
    done = init(tmp_path)
    assert done.exit_code == 2
    listed = done.stderr.partition("already in ")[2].strip().partition(": ")[2].split(", ")
    assert listed == [".vscode", "README.md", "experiments/example/campaign.yaml", "schema"]
    assert contents(tmp_path) == before


def test_a_repository_that_is_there_becomes_a_notebook(tmp_path: Path) -> None:
    """Other files, and records of other campaigns, are no obstacle and stay."""
    own = tmp_path / "experiments" / "mine" / "a.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("title: Mine\nstatus: planned\n", "utf-8")
    (tmp_path / "LICENSE").write_text("mine\n", "utf-8")
    assert init(tmp_path).exit_code == 0
    assert own.read_text("utf-8") == "title: Mine\nstatus: planned\n"
    assert list(open_book(tmp_path).runs) == ["example/cache-off", "example/cache-on", "mine/a"]


def test_a_file_can_not_be_a_notebook(tmp_path: Path) -> None:
    """A file of that name is wrong usage, and stays."""
    (tmp_path / "book").write_text("mine\n", "utf-8")
    assert init(tmp_path / "book").exit_code == 2
    assert (tmp_path / "book").read_text("utf-8") == "mine\n"


@pytest.mark.parametrize(("name", "original"), TAKEN_FROM.items())
def test_every_figure_of_the_example_was_measured(name: str, original: str) -> None:
    """A run of the example is a measured run of this repository: only its words are told anew."""
    identity = f"cache-on-one-host/{original}"
    real = records.read_run(identity, (ROOT / records.file_of_run(identity)).read_bytes())
    copied = records.read_run(f"example/{name}", (EXAMPLE / f"{name}.yaml").read_bytes())
    assert real.model is not None
    assert copied.model is not None
    assert copied.model.model_dump(exclude=TOLD_ANEW) == real.model.model_dump(exclude=TOLD_ANEW)
    assert copied.model.title.startswith("Example: ")
    assert "example" in copied.model.tags
    folder = ROOT / "experiments" / identity
    assert contents(EXAMPLE / name) == contents(folder)


def test_editors_find_the_schema_of_each_record(tmp_path: Path) -> None:
    """The schemas lie where each record's first line and the editor's settings say."""
    assert init(tmp_path).exit_code == 0
    for kind, model in SCHEMAS.items():
        path = tmp_path / "schema" / f"{kind}.schema.json"
        assert path.read_text("utf-8") == schema_text(model)
    for path in (tmp_path / "experiments").rglob("*.yaml"):
        target = path.read_text("utf-8").splitlines()[0].partition("$schema=")[2]
        assert (path.parent / target).is_file()
    settings = json.loads((tmp_path / ".vscode" / "settings.json").read_text("utf-8"))
    for schema, globs in settings["yaml.schemas"].items():
        assert (tmp_path / schema).is_file()
        wanted = [globs] if isinstance(globs, str) else globs
        matched = {
            path.name
            for path in (tmp_path / "experiments").rglob("*.yaml")
            if any(_fits(tmp_path, path, glob) for glob in wanted if not glob.startswith("!"))
            and not any(_fits(tmp_path, path, glob[1:]) for glob in wanted if glob.startswith("!"))
        }
        campaign = schema == "schema/campaign.schema.json"
        assert matched == ({"campaign.yaml"} if campaign else {"cache-off.yaml", "cache-on.yaml"})


def _fits(root: Path, path: Path, glob: str) -> bool:
    return PurePosixPath(path.relative_to(root).as_posix()).match(glob)
