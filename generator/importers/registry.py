"""All importers, in the order in which they are asked whether they know a file."""

from __future__ import annotations

from generator.importers import k6_dashboard, k6_json, k6_samples, k6_text
from generator.importers.source import Importer

IMPORTERS: tuple[Importer, ...] = (
    k6_samples.SAMPLES_JSON,
    k6_samples.SAMPLES_CSV,
    *k6_json.IMPORTERS,
    *k6_text.IMPORTERS,
    *k6_dashboard.IMPORTERS,
)
