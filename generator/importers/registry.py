"""All importers, in the order in which they are asked whether they know a file."""

from __future__ import annotations

from generator.importers import (
    cache_log,
    container_insights,
    k6_dashboard,
    k6_json,
    k6_samples,
    k6_text,
    kubectl,
    prometheus,
    xray,
)
from generator.importers.source import Importer

IMPORTERS: tuple[Importer, ...] = (
    k6_samples.SAMPLES_JSON,
    k6_samples.SAMPLES_CSV,
    *k6_json.IMPORTERS,
    *k6_text.IMPORTERS,
    *k6_dashboard.IMPORTERS,
    prometheus.IMPORTER,
    xray.IMPORTER,
    container_insights.IMPORTER,
    cache_log.IMPORTER,
    kubectl.IMPORTER,
)
