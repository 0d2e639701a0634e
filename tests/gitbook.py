"""Notebooks in real git repositories: what the tests of reviews stand on."""

from __future__ import annotations

import os
import subprocess
from contextlib import chdir
from pathlib import Path

from typer.testing import CliRunner, Result

from generator.cli import app
from tests.conftest import write_book

WHO = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (
        ("NAME", "Tester"),
        ("EMAIL", "tester@example.org"),
        ("DATE", "2026-01-02T00:00:00Z"),
    )
}


def git(folder: Path, *arguments: str) -> str:
    """Run git, away from the settings of whoever runs the tests; what it prints."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments],
        cwd=folder,
        env={**inherited, **WHO, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.strip()


def commit(folder: Path, message: str = "records") -> str:
    """Commit everything in a folder; the commit."""
    git(folder, "add", "-A", ".")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def command(folder: Path, *arguments: str, **environment: str) -> Result:
    """Run a command of `loadbook` in a folder, within this process; away from GitHub's runner."""
    away = {"GITHUB_ACTIONS": "", "GITHUB_STEP_SUMMARY": ""}
    with chdir(folder):
        return CliRunner().invoke(app, arguments, env={**away, **environment})


def repository(folder: Path, files: dict[str, str], config: str = "site_name: Case\n") -> Path:
    """A notebook with these records, committed on `main`; a branch `work` is checked out."""
    write_book(folder, files, config)
    git(folder, "init", "-q")
    commit(folder)
    git(folder, "checkout", "-q", "-b", "work")
    return folder


def run(
    rate: object = 100,
    p95: str = "200ms",
    *,
    day: int = 1,
    vus: int = 10,
    title: str = "T",
    more: str = "",
) -> str:
    """The record of a completed run of the scenario `shop`."""
    return (
        f"title: {title}\nstatus: completed\ndate: 2026-01-{day:02}\n"
        f"load: {{scenario: shop, vus: {vus}, duration: 10s}}\n"
        f"k6:\n  http_reqs: {{rate: {rate}}}\n  http_req_duration: {{p95: {p95}}}\n"
        f"  http_req_failed: 0.00%\n{more}"
    )
