"""The real command with the importers of `tests.importers.tiny`: `python -m tests.tinybook`."""

from __future__ import annotations

from generator.cli import app
from generator.importers import registry
from tests.importers.tiny import IMPORTERS

if __name__ == "__main__":
    registry.IMPORTERS = IMPORTERS
    app()
