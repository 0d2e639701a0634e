"""What the README promises holds."""

from __future__ import annotations

from pathlib import Path

from generator import audit, cli
from generator.notebook import Notebook

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_readmes_doubt_is_what_check_prints(notebook: Notebook) -> None:
    """The problem that the README quotes is printed by check on the records of this repository."""
    quoted = " ".join(README.split())
    lines = [p.as_text() for p in audit.problems(notebook)]
    (line,) = [text for text in lines if "iteration rate" in text]
    assert line.replace("\N{NO-BREAK SPACE}", " ") in quoted


def test_the_readme_names_every_command() -> None:
    """Each command of `loadbook` stands in the README's table."""
    for command in cli.app.registered_commands:
        name = command.name or (command.callback.__name__ if command.callback else "")
        assert f"`loadbook {name}" in README, name


def test_the_first_screen_of_the_readme_has_the_two_commands() -> None:
    """`make site` and `make test` stand in the first twenty lines."""
    first = README.splitlines()[:20]
    assert any(line.startswith("$ make site") for line in first)
    assert any(line.startswith("$ make test") for line in first)
