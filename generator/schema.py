"""The JSON Schemas that editors complete and check records and objectives from."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pydantic import BaseModel

from generator import versions
from generator.model import Campaign, Run
from generator.policy import Policy

DIALECT = "https://json-schema.org/draft/2020-12/schema"

SCHEMAS: dict[str, type[BaseModel]] = {"run": Run, "campaign": Campaign, "objectives": Policy}
"""File name, without suffix, to the model whose schema it holds."""


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a record, with a description for each field."""
    schema = model.model_json_schema()
    if model in (Run, Campaign):
        version = {
            "type": "integer",
            "minimum": 1,
            "maximum": versions.CURRENT,
            "description": versions.DESCRIPTION,
        }
        schema["properties"] = {versions.FIELD: version, **schema["properties"]}
    return {"$schema": DIALECT, **_with_k6_names(schema)}


@cache
def schema_text(model: type[BaseModel]) -> str:
    """The schema as the content of a file."""
    return json.dumps(schema_of(model), indent=2, ensure_ascii=False) + "\n"


def _with_k6_names(schema: dict[str, Any]) -> dict[str, Any]:
    """Percentiles may be called as k6 calls them: `p(95)` beside `p95`."""
    trend = schema.get("$defs", {}).get("Trend")
    if trend:
        for name in ("p90", "p95", "p99"):
            trend["properties"][f"p({name[1:]})"] = trend["properties"][name]
    return schema
