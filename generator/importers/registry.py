"""All importers, in the order in which they are asked whether they know a file."""

from __future__ import annotations

from generator.importers.source import Importer

IMPORTERS: tuple[Importer, ...] = ()
