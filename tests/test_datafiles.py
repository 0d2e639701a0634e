"""The files that programs read: each is described, versioned, and what its schema says."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from generator import datafiles, records, settings
from generator import notebook as notebooks
from generator import site as sites
from generator.datafiles import DATA_FILES, VERSION, kind_of
from generator.site import Site
from tests.conftest import ROOT, book
from tests.test_reference import sections


@pytest.fixture(scope="module")
def whole() -> Site:
    """The site of all records of this repository, measured and imported ones included."""
    return sites.build(notebooks.build(records.sources(ROOT), settings.read(ROOT)[0]))


def test_every_file_of_a_site_is_described(whole: Site) -> None:
    """A file that no entry of DATA_FILES describes is not published."""
    assert [path for path in whole.files if kind_of(path) is None] == []


def test_every_data_file_fits_its_schema(whole: Site) -> None:
    """Each JSON file has the version, and is what the schema published beside it says."""
    checked: dict[str, int] = {}
    for path, content in whole.files.items():
        kind = kind_of(path)
        assert kind is not None
        if not path.startswith("data/") or not path.endswith(".json"):
            continue
        data = json.loads(content)
        assert data["version"] == VERSION, path
        if kind.schema:
            schema = json.loads(whole.files[datafiles.schema_path(kind.schema)])
            jsonschema.Draft202012Validator(schema).validate(data)
            checked[kind.schema] = checked.get(kind.schema, 0) + 1
    assert checked == {"data-runs": 1, "data-run": len(list(records.sources(ROOT).runs))}


@pytest.mark.parametrize("name", sorted(datafiles.schemas()))
def test_schemas_are_sound_and_tell_the_meaning(name: str) -> None:
    """A schema is valid JSON Schema 2020-12, and each of its own fields has a description."""
    schema = json.loads(datafiles.schemas()[name])
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    bare = [field for field, part in schema["properties"].items() if not part.get("description")]
    assert bare == []


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"metrics": [{"name": "latency_p95"}]},
        {"metrics": [{"name": "no_such_metric"}]},
        {"status": "complete"},
        {"id": None},
    ],
)
def test_a_schema_refuses_what_is_wrong(site: Site, change: dict[str, Any]) -> None:
    """Another version, half a metric or an unknown one does not fit."""
    schema = json.loads(datafiles.schemas()["schema/data-run.schema.json"])
    data = json.loads(site.files["data/session-8/post-code.json"])
    jsonschema.validate(data, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, **change}, schema)


def test_a_field_more_is_no_other_version(site: Site) -> None:
    """What a later build adds within the version still fits."""
    for path, name in (("data/runs.json", "data-runs"), ("data/earlier/day-6.json", "data-run")):
        schema = json.loads(datafiles.schemas()[datafiles.schema_path(name)])
        jsonschema.validate({**json.loads(site.files[path]), "more": 1}, schema)


def test_the_more_special_pattern_describes_a_path() -> None:
    """`data/runs.json` is not taken for a run's file, nor what the comparison reads."""
    assert [getattr(kind_of(path), "pattern", None) for path in (
        "data/runs.json", "data/compare/a/b.json", "data/a/b.json", "data/a/b/c.json", "a/b.yaml",
        "data/runsxjson",
    )] == [
        "data/runs.json", "data/compare/*", "data/<campaign>/<run>.json", None,
        "<campaign>/<run>.yaml", None,
    ]  # fmt: skip


def test_the_page_lists_the_files_that_there_are(site: Site) -> None:
    """Each kind that the site has is on the page with how many there are, and no other."""
    text = sections(site, "use-the-data.md")["files"]
    assert "data/<campaign>/<run>.json One run:" in text
    assert "warnings. 5 data-run.schema.json" in text
    listed = {kind.pattern for kind in DATA_FILES if kind.pattern in text}
    records_too = [*site.files, *(page.record for page in site.pages if page.record)]
    assert listed == {kind.pattern for kind in datafiles.by_kind(records_too)}


def test_a_notebook_without_runs_has_no_examples() -> None:
    """Before the first completed run the page says that examples will come."""
    empty = sites.build(book({}))
    text = sections(empty, "use-the-data.md")["examples"]
    assert "once there is a completed run" in text
    assert "curl" not in text


def test_a_file_of_lists_has_a_line_for_each_entry() -> None:
    """It is the JSON that it was given, and a difference of two is one of lines."""
    content = {"version": 1, "none": [], "of": {"a": "é\n"}, "runs": [{"x": [1, 2.5]}, None]}
    text = datafiles.text_of(content)
    assert json.loads(text) == content
    assert text.count("\n") == 9
    assert '\n{"x": [1, 2.5]},\nnull\n' in text
