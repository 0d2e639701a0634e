"""The JSON Schemas: they accept what is right, refuse what is wrong, and are up to date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import yamltree
from generator.model import Campaign, Run
from generator.schema import DIALECT, SCHEMAS, schema_of, schema_text
from tests.conftest import ROOT
from tests.strategies import CAMPAIGNS, RUNS, values
from tests.test_records import REAL

VALIDATORS = {
    name: jsonschema.Draft202012Validator(schema_of(model)) for name, model in SCHEMAS.items()
}


def content(path: Path) -> Any:
    """What a file holds, as an editor sees it."""
    document = yamltree.read(path.name, path.read_bytes())
    assert document.problems == []
    return document.value


@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_real_record_fits_its_schema(path: Path) -> None:
    """An editor finds nothing wrong with the records of this repository."""
    kind = "campaign" if path.name == "campaign.yaml" else "run"
    VALIDATORS[kind].validate(content(path))


@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_real_record_names_its_schema(path: Path) -> None:
    """The first line of a record leads an editor to the committed schema of its kind."""
    first = path.read_text("utf-8").splitlines()[0]
    target = (path.parent / first.partition("$schema=")[2]).resolve()
    assert first.startswith("# yaml-language-server: $schema=")
    kind = "campaign" if path.name == "campaign.yaml" else "run"
    assert target == ROOT / "schema" / f"{kind}.schema.json"


def test_the_objectives_of_this_repository_fit_and_name_their_schema() -> None:
    """An editor finds nothing wrong with objectives.yaml, and is led to its schema."""
    path = ROOT / "objectives.yaml"
    VALIDATORS["objectives"].validate(content(path))
    first = path.read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=schema/objectives.schema.json"


@pytest.mark.parametrize(
    "mistake",
    [
        {"default": {"latency_p59": {"at_most": "3ms"}}},
        {"default": {"vus": {"no_worse_than": "10%"}}},
        {"default": {"error_rate": 1}},
        {"scenarios": {"s": {"when_not_comparable": "maybe"}}},
        {"defaults": {}},
    ],
)
def test_a_mistake_in_objectives_does_not_fit(mistake: dict[str, Any]) -> None:
    """Unknown metrics and limits, and wrong choices are marked by an editor."""
    VALIDATORS["objectives"].validate({"default": {"error_rate": {"at_most": "1%"}}})
    with pytest.raises(jsonschema.ValidationError):
        VALIDATORS["objectives"].validate(mistake)


@settings(max_examples=30)
@given(record=RUNS)
def test_what_the_model_allows_fits_the_schema(record: dict[str, Any]) -> None:
    """An editor marks nothing that check accepts."""
    VALIDATORS["run"].validate(record)


@pytest.mark.parametrize("field", list(Run.model_fields))
@settings(max_examples=10)
@given(data=st.data())
def test_any_part_of_a_run_fits_the_schema(field: str, data: st.DataObject) -> None:
    """The same holds for each field of a run alone, which is drawn in full depth."""
    info = Run.model_fields[field]
    drawn = data.draw(values(info.annotation, tuple(info.metadata)))
    VALIDATORS["run"].validate({"title": "T", "status": "planned", field: drawn})


@settings(max_examples=30)
@given(record=CAMPAIGNS)
def test_what_a_campaign_may_hold_fits_the_schema(record: dict[str, Any]) -> None:
    """The same holds for campaigns."""
    VALIDATORS["campaign"].validate(record)


@pytest.mark.parametrize(
    "change",
    [
        {"laod": {}},
        {"load": {"scenario": "s", "duraton": 1}},
        {"endpoints": {"list": []}},
        {"load": "stress"},
        {"status": "complete"},
        {"title": ["T"]},
        {"title": ""},
        {"tags": "one"},
        {"k6": {"http_req_duration": {"p(98)": 1}}},
        {"k6": {"http_reqs": {"count": [1]}}},
        {"snapshots": [{"moment": "peek"}]},
        {"baseline": "post-fix"},
    ],
)
def test_a_mistake_does_not_fit(change: dict[str, Any]) -> None:
    """Unknown keys, wrong choices, wrong shapes and missing fields are marked by an editor."""
    sound = {"title": "T", "status": "planned"}
    VALIDATORS["run"].validate(sound)
    with pytest.raises(jsonschema.ValidationError):
        VALIDATORS["run"].validate({**sound, **change})


@pytest.mark.parametrize("missing", ["title", "status"])
def test_a_run_needs_title_and_status(missing: str) -> None:
    """An editor asks for the two required fields."""
    sound = {"title": "T", "status": "planned"}
    del sound[missing]
    with pytest.raises(jsonschema.ValidationError, match=f"'{missing}' is a required property"):
        VALIDATORS["run"].validate(sound)


@pytest.mark.parametrize("name", ["p90", "p95", "p99", "p(90)", "p(95)", "p(99)"])
def test_percentiles_may_be_called_as_k6_calls_them(name: str) -> None:
    """Both names of a percentile are completed and accepted."""
    trend = {"k6": {"http_req_duration": {name: "3ms"}}}
    VALIDATORS["run"].validate({"title": "T", "status": "planned", **trend})


def fields(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field of a schema, with where it stands."""
    for name, part in schema.get("$defs", {}).items():
        yield from fields(part, name)
    for name, part in schema.get("properties", {}).items():
        yield f"{path}.{name}", part


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_field_has_a_description(name: str) -> None:
    """An editor shows what a field means, each of them."""
    found = dict(fields(schema_of(SCHEMAS[name])))
    assert len(found) > 5
    assert [field for field, part in found.items() if not part.get("description")] == []


@pytest.mark.parametrize("model", [Run, Campaign])
def test_a_schema_says_its_dialect_and_is_sound(model: type[Run] | type[Campaign]) -> None:
    """The schema names JSON Schema 2020-12 and is a valid one."""
    schema = schema_of(model)
    assert schema["$schema"] == DIALECT
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_committed_schema_is_up_to_date(name: str) -> None:
    """What is in schema/ is what `make schema` writes now."""
    committed = ROOT / "schema" / f"{name}.schema.json"
    assert committed.read_text("utf-8") == schema_text(SCHEMAS[name]), "run make schema"


def test_nothing_else_is_committed() -> None:
    """Each schema in schema/ belongs to a kind of record."""
    assert {path.name for path in (ROOT / "schema").iterdir()} == {
        f"{name}.schema.json" for name in SCHEMAS
    }
