"""The commands of `loadbook`, as data: read from `templates/docs/commands.yaml`.

The file is made from the command line itself by `make golden`, and a test holds it current: pages
lie below the commands and can't ask them. `examples.yaml` beside it is written by people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from generator import yamltree
from generator.resources import TEMPLATES

FILE = TEMPLATES / "docs" / "commands.yaml"
EXAMPLES = TEMPLATES / "docs" / "examples.yaml"


@dataclass(frozen=True)
class Parameter:
    """An argument or an option: how it is typed, what may stand for its value, what it does.

    `default` is what holds where it is left out, empty where that is nothing.
    """

    name: str
    help: str
    value: str = ""
    default: str = ""
    required: bool = False


@dataclass(frozen=True)
class Command:
    """A command with what can be given to it; `example` is one or more lines as typed."""

    name: str
    help: str
    usage: str
    parameters: tuple[Parameter, ...]
    example: str


@cache
def commands() -> Mapping[str, Command]:
    """Every command by its name, in the order in which `loadbook --help` lists them."""
    listed, examples = (_read(path.name, path.read_bytes()) for path in (FILE, EXAMPLES))
    return {
        name: Command(
            name,
            one["help"],
            one["usage"],
            tuple(Parameter(**parameter) for parameter in one["parameters"]),
            examples[name].strip(),
        )
        for name, one in listed.items()
    }


def _read(name: str, content: bytes) -> dict[str, Any]:
    value: dict[str, Any] = yamltree.read(name, content).value
    return value
