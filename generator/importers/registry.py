"""All importers, in the order in which they are asked whether they know a file."""

from __future__ import annotations

from generator.importers import k6_json
from generator.importers.source import Importer

IMPORTERS: tuple[Importer, ...] = (*k6_json.IMPORTERS,)
