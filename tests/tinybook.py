"""The real command with the importers of `tests.importers.tiny`."""

from __future__ import annotations

from generator.cli import app
from generator.importers import registry
from tests.importers.tiny import IMPORTERS


def main() -> None:
    """Run the command with these importers alone."""
    registry.IMPORTERS = IMPORTERS
    app()
