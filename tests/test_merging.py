"""What importing adds to a record: what agrees is left alone, what differs is kept and told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import kinds, merging
from generator.merging import Policy
from generator.model import Run


def merged(
    value: dict[str, Any], fields: dict[str, Any], policy: Policy = "keep"
) -> tuple[dict[str, Any], list[str]]:
    """The record afterwards, and the paths that differ."""
    made = merging.plan(value, fields, policy)
    conflicts = ["/".join(map(str, conflict.path)) for conflict in made.conflicts]
    return merging.apply(value, made.edits), conflicts


@pytest.mark.parametrize(
    ("path", "known", "imported"),
    [
        ("k6/http_req_failed", "0.00%", "0.0034%"),
        ("k6/data_received", "1.3 GB", 1312345678),
        ("k6/vus_max", "~50", 52),
        ("k6/http_reqs/rate", "277.2/s", "277.204831/s"),
        ("k6/http_req_duration/p95", "363.03ms", "363.0312ms"),
        ("k6/http_req_duration/max", "2s", "2.104s"),
        ("k6/http_req_duration/med", "12.47ms", "12.478922ms"),
        ("k6/http_req_duration/max", "1282.14858ms", "1.28s"),
        ("k6/http_req_duration/max", "1.57s", "1579.999ms"),
        ("k6/http_req_failed", "1.50%", "1.509%"),
        ("load/duration", "13m", "780.2s"),
        ("date", "2026-01-02", "2026-01-02T17:38:07Z"),
        ("date", "2026-01-03", "2026-01-02T17:38:07Z"),
        ("date", "2026-01-02T18:38:07+01:00", "2026-01-02T17:38:07.4Z"),
        ("tags", ["a", "b"], ["a", "b"]),
        ("deployment/revision", 2026, "2026"),
    ],
)
def test_what_agrees_is_left_alone(path: str, known: Any, imported: Any) -> None:
    """Figures that can be the same, as far as their digits tell, and equal texts and times."""
    *parents, last = path.split("/")
    value: Any = {last: known}
    fields: Any = {last: imported}
    for parent in reversed(parents):
        value, fields = {parent: value}, {parent: fields}
    assert merged(value, fields) == (value, [])
    assert merged(value, fields, "replace") == (value, [])


@pytest.mark.parametrize(
    ("known", "imported"),
    [
        ({"k6": {"http_reqs": {"rate": "73.47/s"}}}, {"k6": {"http_reqs": {"rate": "277.2/s"}}}),
        ({"k6": {"http_reqs": {"count": 5}}}, {"k6": {"http_reqs": {"count": 6}}}),
        (
            {"k6": {"http_req_duration": {"med": "12.47ms"}}},
            {"k6": {"http_req_duration": {"med": "12.481ms"}}},
        ),
        (
            {"k6": {"http_req_duration": {"med": "12.47ms"}}},
            {"k6": {"http_req_duration": {"med": "12.464ms"}}},
        ),
        ({"k6": {"http_req_failed": "N/A"}}, {"k6": {"http_req_failed": "1%"}}),
        ({"date": "2026-01-02"}, {"date": "2026-01-04T17:38:07Z"}),
        ({"date": "2026-01-02T17:38:07"}, {"date": "2026-01-02T17:38:07Z"}),
        ({"status": "completed"}, {"status": "aborted"}),
        ({"k6": {"scenarios": ["a"]}}, {"k6": {"scenarios": ["a", "b"]}}),
        (
            {"cache": {"timeline": [{"time": "1s", "hits": 1, "misses": 1}]}},
            {"cache": {"timeline": [{"time": "1s", "hits": 2, "misses": 1}]}},
        ),
        (
            {"endpoints": {"source": "X-Ray", "list": [{"path": "/a", "avg": "3ms"}]}},
            {"endpoints": {"source": "k6", "list": [{"path": "/b", "avg": "3ms"}]}},
        ),
    ],
)
def test_what_differs_is_kept_unless_it_is_to_be_replaced(
    known: dict[str, Any], imported: dict[str, Any]
) -> None:
    """One conflict, and nothing altered; with `replace` the imported one stands there."""
    after, conflicts = merged(known, imported)
    assert after == known
    assert len(conflicts) == 1
    after, conflicts = merged(known, imported, "replace")
    assert after == imported
    assert conflicts == []


@pytest.mark.parametrize(
    ("known", "imported", "after"),
    [
        (None, "completed", "completed"),
        ("planned", "completed", "completed"),
        ("planned", "unknown", "unknown"),
        ("unknown", "aborted", "aborted"),
        ("completed", "unknown", "completed"),
        ("planned", None, "planned"),
    ],
)
def test_a_status_gives_way_to_what_is_known(
    known: str | None, imported: str | None, after: str
) -> None:
    """A run with figures is planned no longer; nothing definite is forgotten."""
    value = {"status": known} if known else {}
    fields: dict[str, Any] = {"status": imported} if imported else {"tags": ["x"]}
    found, conflicts = merged(value, fields)
    assert found["status"] == after
    assert conflicts == []


def test_names_that_people_chose_stand() -> None:
    """Title and scenario of a record are neither altered nor contradicted."""
    value = {"title": "Mine", "load": {"scenario": "stress"}}
    fields = {"title": "k6", "load": {"scenario": "default", "vus": 3}}
    expected = {"title": "Mine", "load": {"scenario": "stress", "vus": 3}}
    for policy in ("keep", "replace"):
        assert merged(value, fields, policy) == (expected, [])


def test_k6_spelling_is_the_same_field() -> None:
    """`p(95)` in the record and `p95` of an importer are one figure."""
    value = {"k6": {"http_req_duration": {"p(95)": "3ms"}}}
    fields = {"k6": {"http_req_duration": {"p95": "3.02ms", "p(99)": "9ms"}}}
    after, conflicts = merged(value, fields)
    assert after == {"k6": {"http_req_duration": {"p(95)": "3ms", "p99": "9ms"}}}
    assert conflicts == []


def test_things_with_a_name_merge_by_it() -> None:
    """Pods by name within snapshots by moment, endpoints by method and path, and so on."""
    value = {
        "snapshots": [
            {"moment": "after"},
            {"moment": "peak", "pods": {"list": [{"name": "a", "cpu": "5m"}, {"name": "b"}]}},
        ],
        "endpoints": {"source": "k6", "list": [{"path": "/a"}, {"method": "GET", "path": "/a"}]},
        "k6": {"thresholds": [{"metric": "m", "expression": "p(95)<5", "outcome": "passed"}]},
    }
    fields = {
        "snapshots": [
            {"moment": "peak", "pods": {"list": [{"name": "b", "cpu": "7m"}, {"name": "c"}]}},
            {"moment": "before"},
        ],
        "endpoints": {"source": "k6", "list": [{"method": "GET", "path": "/a", "calls": 3}]},
        "k6": {"thresholds": [{"metric": "m", "expression": "p(95)<5", "outcome": "crossed"}]},
    }
    after, conflicts = merged(value, fields)
    pods = [{"name": "a", "cpu": "5m"}, {"name": "b", "cpu": "7m"}, {"name": "c"}]
    assert after["snapshots"] == [
        {"moment": "after"},
        {"moment": "peak", "pods": {"list": pods}},
        {"moment": "before"},
    ]
    assert after["endpoints"]["list"][1] == {"method": "GET", "path": "/a", "calls": 3}
    assert conflicts == ["k6/thresholds/0/outcome"]


def test_what_a_metric_contains_gives_way_to_what_is_known() -> None:
    """k6's legacy export has no types: its `default` contradicts nobody."""
    legacy = {"k6": {"metrics": {"m": {"type": "trend", "contains": "default", "values": {}}}}}
    typed = {"k6": {"metrics": {"m": {"type": "trend", "contains": "time", "values": {}}}}}
    for policy in ("keep", "finer", "replace"):
        assert merged(legacy, typed, policy) == (typed, [])
        assert merged(typed, legacy, policy) == (typed, [])


def test_a_check_summed_over_its_groups_is_not_listed_again() -> None:
    """The text of k6 1.x names no groups; the JSON has the check once for each."""
    grouped = {"name": "ok", "group": "a", "passes": 3}
    value = {"k6": {"checks": {"list": [grouped]}}}
    sums = {"k6": {"checks": {"list": [{"name": "ok", "passes": 9}, {"name": "other"}]}}}
    after, conflicts = merged(value, sums)
    assert after["k6"]["checks"]["list"] == [grouped, {"name": "other"}]
    assert conflicts == []


ENDPOINTS = {
    "known": {"path": "/x", "method": "GET", "calls": 5},
    "other": {"path": "/x", "method": "POST", "calls": 7},
    "bare": {"path": "/x", "avg": "3ms"},
}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["known"], ["bare"], [{"path": "/x", "method": "GET", "calls": 5, "avg": "3ms"}]),
        (["bare"], ["known"], [{"path": "/x", "method": "GET", "calls": 5, "avg": "3ms"}]),
        (["known", "other"], ["bare"], [ENDPOINTS["known"], ENDPOINTS["other"]]),
        (["bare"], ["known", "other"], [ENDPOINTS["bare"]]),
        (["known"], ["other"], [ENDPOINTS["known"], ENDPOINTS["other"]]),
    ],
)
def test_an_endpoint_without_a_method_is_not_listed_again(
    old: list[str], new: list[str], expected: list[dict[str, Any]]
) -> None:
    """It is the one of its path, or the sum of several, which would count each call twice."""
    sides = [{"endpoints": {"source": "k6", "list": [ENDPOINTS[n] for n in s]}} for s in (old, new)]
    after, _ = merged({"title": "T", "status": "unknown", **sides[0]}, sides[1])
    assert after["endpoints"]["list"] == expected


def test_the_same_source_file_tells_nothing_new() -> None:
    """A file of that name and hash is not listed again, whenever it is imported."""
    known = {"file": "a.json", "kind": "k6", "sha256": "1", "imported": "2026-01-02T00:00:00Z"}
    again = {**known, "kind": "other", "imported": "2026-01-03T00:00:00Z"}
    other = {**again, "sha256": "2"}
    after, conflicts = merged({"sources": [known]}, {"sources": [again, other]})
    assert after == {"sources": [known, other]}
    assert conflicts == []


def test_fields_come_in_the_order_of_the_model() -> None:
    """Whatever the order of an importer, and nothing that is absent."""
    fields: dict[str, Any] = {
        "k6": {"rates": {"z": "1%", "a": "2%"}, "http_reqs": {"rate": "1/s", "count": 1}},
        "date": None,
        "tags": [],
        "load": {"vus": None},
    }
    assert str(kinds.tidied(fields)) == str(
        {"k6": {"http_reqs": {"count": 1, "rate": "1/s"}, "rates": {"z": "1%", "a": "2%"}}}
    )


def test_two_sources_of_one_figure_give_the_one_with_more_digits() -> None:
    """The text of the terminal rounds what the raw samples have."""
    text = {"k6": {"http_req_duration": {"p95": "363ms"}}}
    raw = {"k6": {"http_req_duration": {"p95": "363.0312ms"}}}
    assert merged(text, raw, "finer") == (raw, [])
    assert merged(raw, text, "finer") == (raw, [])


# Any record, any import.

counts = st.integers(0, 9)
durations = st.sampled_from(["1ms", "1.04ms", "2ms", "~3ms", "N/A", "2→?"])
trends = st.dictionaries(st.sampled_from(["avg", "med", "p95", "p(95)", "max"]), durations)
pods = st.fixed_dictionaries(
    {"name": st.sampled_from("abc")}, optional={"cpu": st.sampled_from(["1m", "2m"])}
)
snapshots = st.fixed_dictionaries(
    {"moment": st.sampled_from(["before", "peak"])},
    optional={"pods": st.fixed_dictionaries({"list": st.lists(pods, max_size=3)})},
)
runs = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["planned", "unknown", "completed", "aborted"]),
        "date": st.sampled_from(["2026-01-02", "2026-01-02T17:38:07Z"]),
        "tags": st.lists(st.sampled_from("xy"), max_size=2),
        "load": st.fixed_dictionaries({"scenario": st.just("s")}, optional={"vus": counts}),
        "k6": st.fixed_dictionaries(
            {},
            optional={
                "http_reqs": st.fixed_dictionaries({"count": counts}),
                "http_req_duration": trends.filter(lambda one: not {"p95", "p(95)"} <= set(one)),
                "rates": st.dictionaries(st.sampled_from("ab"), st.sampled_from(["1%", "2%"])),
            },
        ),
        "snapshots": st.lists(snapshots, max_size=3),
    },
)


@given(runs, runs, st.sampled_from(["keep", "replace"]))
def test_importing_twice_changes_nothing(
    value: dict[str, Any], fields: dict[str, Any], policy: Policy
) -> None:
    """The second time there is nothing to edit, and the same conflicts stand."""
    after, conflicts = merged(value, fields, policy)
    assert merged(after, fields, policy) == (after, conflicts)
    assert policy == "keep" or not conflicts


@given(runs, runs)
def test_nothing_that_stands_is_lost(value: dict[str, Any], fields: dict[str, Any]) -> None:
    """Without `replace` every figure of the record is there afterwards, but the status."""
    after, _ = merged(value, fields)
    assert lost(value, after) == []


@given(runs, runs, st.sampled_from(["keep", "replace"]))
def test_a_valid_record_stays_valid(
    value: dict[str, Any], fields: dict[str, Any], policy: Policy
) -> None:
    """Whatever is merged is a record still."""
    after, _ = merged({"title": "T", "status": "unknown", **value}, fields, policy)
    Run.model_validate(after)


def lost(before: Any, after: Any, path: str = "") -> list[str]:
    """Paths of what stood in `before` and does not in `after`."""
    if path == "/status" or (before in (None, [], {}) and path):
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            gone
            for key, item in before.items()
            for gone in lost(item, after.get(key), f"{path}/{key}")
        ]
    if isinstance(before, list) and isinstance(after, list) and len(after) >= len(before):
        return [
            gone
            for number, item in enumerate(before)
            for gone in lost(item, after[number], f"{path}/{number}")
        ]
    return [] if before == after else [path]
