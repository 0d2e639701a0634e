"""k6's JSON summaries: every figure of every sample, and what bad files give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator.importers import k6_json
from generator.importers.source import Imported, Wishes
from tests.importers.k6_figures import DERIVED, figures, is_measured, recorded
from tests.importers.k6_samples import (
    K6,
    NO_WISHES,
    codes,
    files,
    name_of,
    of,
    source,
    valid,
    written,
)

EXPORTS = files("summary-export.json", "summary-export.full.json", "summary-export.legacymode.json")
SUMMARIES = [*EXPORTS, *files("handleSummary.json")]


def read(*paths: Path, wishes: Wishes = NO_WISHES) -> Imported:
    return valid(k6_json.read([source(path) for path in paths], wishes))


@pytest.mark.parametrize("path", SUMMARIES, ids=name_of)
def test_each_figure_is_the_one_that_k6_wrote(path: Path) -> None:
    """Counters are equal, all else to six decimals; what has no samples is absent, not zero."""
    document = json.loads(path.read_text("utf-8"))
    fields = read(path).fields
    for metric, stat, figure in figures(document):
        quantity = recorded(fields, metric, stat)
        found = quantity.start if quantity is not None else None
        in_rates = metric in fields["k6"].get("rates", {})
        if not is_measured(metric, document):
            assert found is None, (metric, stat)
        elif (metric, stat) in DERIVED or (in_rates and stat in ("passes", "fails")):
            continue
        elif stat in ("count", "passes", "fails"):
            assert found == figure, (metric, stat)
        else:
            slack = 1e-8 if stat == "rate" and figure <= 1 else 5.01e-7
            assert found == pytest.approx(figure, abs=slack), (metric, stat)


@pytest.mark.parametrize("path", SUMMARIES, ids=name_of)
def test_summaries_are_recognised_by_what_they_hold(path: Path) -> None:
    """A summary is known whatever its file is called."""
    assert k6_json.recognises(source(path))


@pytest.mark.parametrize(
    "path", files("stdout.txt", "stderr.txt", "dashboard.html", "runs.jsonl"), ids=name_of
)
def test_other_output_of_k6_is_no_summary_in_json(path: Path) -> None:
    """What another importer reads is left to it."""
    assert not k6_json.recognises(source(path))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "[1, 2]",
        '{"type":"Metric","data":{"name":"http_reqs"},"metric":"http_reqs"}\n',
        '{"metric":"vus","type":"Point","data":{"time":"2026-01-02T00:00:00Z","value":1}}\n',
        '{"Traces": [{"Id": "1-2-3"}]}',
        '{"status": "success", "data": {"result": []}}',
        "apiVersion: v1\n",
    ],
)
def test_other_json_is_no_summary(tmp_path: Path, text: str) -> None:
    """Raw samples of k6 and JSON of other tools are not taken for a summary."""
    assert not k6_json.recognises(written(tmp_path, text))


PAIRS = [p for p in files("handleSummary.json") if p.with_name("summary-export.json").exists()]


@pytest.mark.parametrize("path", PAIRS, ids=name_of)
def test_both_files_of_a_run_give_one_record(path: Path) -> None:
    """The export and handleSummary's data of one run agree; together they are as good as both."""
    export = path.with_name("summary-export.json")
    alone, beside, both = read(path), read(export), read(export, path)
    assert both.fields == read(path, export).fields
    assert codes(both) == codes(alone)
    for name in ("thresholds", "checks", "http_reqs", "http_req_duration", "rates"):
        assert of(both.fields, "k6", name) == of(alone.fields, "k6", name)
        if name != "checks":
            assert of(both.fields, "k6", name) == of(beside.fields, "k6", name)
    assert of(both.fields, "load") == of(alone.fields, "load")
    listed = [of(one.fields, "k6", "checks", "list") or [] for one in (alone, beside)]
    assert sorted(map(str, listed[0])) == sorted(map(str, listed[1]))


def test_a_summary_of_another_run_is_left_out() -> None:
    """Summaries of two runs are never mixed, and the second is named."""
    first, second = K6 / "1.1.0/ramp50/summary-export.json", K6 / "1.1.0/ramp50/hs"
    both = read(first, second / "summary-export.json")
    assert both.fields == read(first).fields
    assert codes(both) == ["import-k6-other-run"]
    assert "2,709 requests, not 2,727" in both.problems[0].message


def test_the_duration_is_stated_or_follows_from_a_counter() -> None:
    """handleSummary's data state it; in the export it is a counter over its rate."""
    folder = K6 / "1.1.0/ramp50/hs"
    stated = json.loads((folder / "handleSummary.json").read_text())["state"]["testRunDurationMs"]
    for name in ("handleSummary.json", "summary-export.json"):
        duration = read(folder / name).fields["load"]["duration"]
        assert float(duration.removesuffix("s")) == pytest.approx(stated / 1000, abs=1e-6)


def test_checks_stand_with_their_groups() -> None:
    """Checks of one name in two groups are two checks."""
    checks = read(K6 / "1.1.0/ramp50/hs/handleSummary.json").fields["k6"]["checks"]["list"]
    assert [(check.get("group"), check["name"]) for check in checks] == [
        ("browse", "products status is 200"),
        ("browse", "products has items"),
        ("browse::detail", "status is 200"),
        ("checkout", "order created (201)"),
        ("checkout", "status is 200"),
    ]


def test_parts_by_an_endpoints_tag_are_the_breakdown() -> None:
    """Each endpoint has its latency, calls and failures as far as k6 tells them."""
    fields = read(K6 / "1.1.0/endpoints_thresholds_fail/summary-export.json").fields
    assert fields["endpoints"]["source"] == "k6"
    flaky, orders, product = fields["endpoints"]["list"]
    assert flaky == {"path": "flaky", "calls": 346, "failed": "26.011561%"}
    assert orders["p95"] == "599.048375ms"
    assert "calls" not in orders
    assert product["path"] == "product"
    others = fields["k6"]["metrics"]
    assert "http_req_duration{status:200,endpoint:products}" in others
    assert "group_duration{group:::checkout}" in others


def summary(**metrics: Any) -> str:
    """handleSummary's data with these metrics and one more."""
    known = {"iterations": {"type": "counter", "contains": "default", "values": {"count": 1}}}
    return json.dumps({"metrics": known | metrics})


def trend(**values: float) -> dict[str, Any]:
    return {"type": "trend", "contains": "time", "values": values}


def test_endpoints_are_broken_down_by_one_tag_only(tmp_path: Path) -> None:
    """Of two tags the one with more parts is used: both would show each request twice."""
    metrics = {
        "http_req_duration{name:GET /a}": trend(avg=1),
        "http_req_duration{name:POST /a, b}": trend(avg=2),
        "http_reqs{name:GET /a}": {"type": "counter", "values": {"count": 7, "rate": 1}},
        "http_req_duration{method:GET,name:/c}": trend(avg=3),
        "http_req_duration{endpoint:a}": trend(avg=4),
    }
    fields = valid(k6_json.read([written(tmp_path, summary(**metrics))], NO_WISHES)).fields
    assert fields["endpoints"]["list"] == [
        {"method": "GET", "path": "/c", "avg": "3ms"},
        {"method": "GET", "path": "/a", "avg": "1ms", "calls": 7},
        {"method": "POST", "path": "/a, b", "avg": "2ms"},
    ]
    assert fields["k6"]["metrics"]["http_req_duration{endpoint:a}"]["values"] == {"avg": 4}


def test_of_two_tags_with_as_many_parts_the_plainer_is_used(tmp_path: Path) -> None:
    """`endpoint` is the tag that is meant for a breakdown; `url` is k6's own."""
    metrics = {"http_req_duration{url:http://a}": trend(avg=1)}
    metrics |= {"http_req_duration{endpoint:b}": trend(avg=2)}
    fields = valid(k6_json.read([written(tmp_path, summary(**metrics))], NO_WISHES)).fields
    assert fields["endpoints"]["list"] == [{"path": "b", "avg": "2ms"}]


def test_zeros_of_the_scripts_own_trend_are_no_samples(tmp_path: Path) -> None:
    """k6 writes zeros for a trend that was never added to, and lets its thresholds pass."""
    judged = trend(avg=0, max=0) | {"thresholds": {"avg<5": {"ok": True}}}
    given = written(tmp_path, summary(biz_time=judged))
    k6 = valid(k6_json.read([given], NO_WISHES)).fields["k6"]
    assert k6["thresholds"] == [
        {"metric": "biz_time", "expression": "avg<5", "outcome": "no data"},
    ]
    assert "metrics" not in k6


def test_what_setup_returned_is_not_looked_into(tmp_path: Path) -> None:
    """Metrics that the script itself carries along are not those of the run."""
    inner = json.loads(summary())
    given = written(tmp_path, json.dumps({"setup_data": inner, "options": inner}))
    assert codes(k6_json.read([given], NO_WISHES)) == ["import-k6-none"]


def test_statistics_without_a_field_are_kept_beside_it(tmp_path: Path) -> None:
    """p(99.9) and the count of http_req_duration stand among the other metrics."""
    metrics = {
        "http_reqs": {"type": "counter", "values": {"count": 9, "rate": 1}},
        "http_req_duration": trend(**{"p(50)": 2.5, "p(99)": 3.5, "p(99.9)": 4.25, "count": 9}),
    }
    k6 = valid(k6_json.read([written(tmp_path, summary(**metrics))], NO_WISHES)).fields["k6"]
    assert k6["http_req_duration"] == {"med": "2.5ms", "p99": "3.5ms"}
    kept = k6["metrics"]["http_req_duration"]["values"]
    assert kept == {"count": 9, "p(50)": 2.5, "p(99.9)": 4.25}


@pytest.mark.parametrize("wrap", ["rawData", "data"])
def test_a_wrapped_summary_is_found(tmp_path: Path, wrap: str) -> None:
    """What an author put around handleSummary's data, or beside it, does not matter."""
    plain = json.loads((K6 / "1.1.0/abort/hs/handleSummary.json").read_text())
    plain["note"] = {"by": "author"}
    document = {"title": "Run 7", "metrics": {"ok": True}, wrap: plain}
    wrapped = k6_json.read([written(tmp_path, json.dumps(document))], NO_WISHES)
    assert wrapped.fields == read(K6 / "1.1.0/abort/hs/handleSummary.json").fields


def test_the_machine_readable_summary_is_read_in_both_spellings(tmp_path: Path) -> None:
    """The published schema and what k6 writes differ in names; both are read."""
    path = K6 / "2.2.0/ramp50/mr/handleSummary.json"
    text = path.read_text("utf-8")
    other = text.replace('"p95"', '"p(95)"').replace('"p90"', '"p(90)"')
    other = other.replace("generated_at", "generatedAt").replace("k6_version", "k6Version")
    assert other != text
    read_other = k6_json.read([written(tmp_path, other)], NO_WISHES)
    assert read_other.fields == read(path).fields
    assert read_other.tool == read(path).tool == "k6 2.2.0"


@pytest.mark.parametrize(
    ("ended", "date"),
    [
        ("2026-11-23T11:46:42.893441136Z", "2026-11-23T11:46:20Z"),
        ("2026-11-23T13:46:42+02:00", "2026-11-23T11:46:19Z"),
        ("2026-11-23T11:46:42", None),
        ("0001-01-01T00:00:00Z", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_the_run_began_its_duration_before_the_summary(
    tmp_path: Path, ended: str | None, date: str | None
) -> None:
    """A time with its zone gives the record's date; anything else gives none."""
    document = json.loads((K6 / "2.2.0/ramp50/mr/handleSummary.json").read_text("utf-8"))
    document["metadata"]["generated_at"] = ended
    given = written(tmp_path, json.dumps(document))
    assert valid(k6_json.read([given], NO_WISHES)).fields.get("date") == date


def test_another_version_of_the_schema_is_a_doubt(tmp_path: Path) -> None:
    """A schema that nobody knows yet is read as far as it looks the same, and said so."""
    text = (K6 / "2.2.0/ramp50/mr/handleSummary.json").read_text("utf-8")
    newer = text.replace('"version": "1.0.0"', '"version": "2.0.0"')
    found = valid(k6_json.read([written(tmp_path, newer)], NO_WISHES))
    assert codes(found) == ["import-k6-schema"]
    assert found.fields["k6"]["http_reqs"]["count"] == 2763


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "import-k6-cut", 1),
        ('{\n"metrics": {\n"http_reqs": {"count": 5', "import-k6-cut", 3),
        ('{"metrics": {"http_re', "import-k6-cut", 1),
        ('{"metrics": {\n"http_reqs" 5}}', "import-k6-json", 2),
        ('{"metrics": {}}\n{"metrics": {}}\n', "import-k6-two", 2),
        ('{"metrics": {}, "name": "other"}', "import-k6-none", 1),
        ('{"metrics": {"latency": {"p95": 3}}}', "import-k6-none", 1),
        ("[1]", "import-k6-none", 1),
        ("\0\1\2\3", "import-k6-json", 1),
        ('{"a": ' + "9" * 5000 + "}", "import-k6-json", 1),
        ('{"a": ' + "[" * 100_000, "import-k6-json", 1),
    ],
)
def test_what_is_no_summary_is_an_error_with_its_line(
    tmp_path: Path, text: str, code: str, line: int
) -> None:
    """Nothing is taken of a file that can't be read whole, and the message says where."""
    found = k6_json.read([written(tmp_path, text)], NO_WISHES)
    assert not found.fields
    (problem,) = found.problems
    assert (problem.code, problem.place.line, problem.level) == (code, line, "error")
    assert problem.hint


@pytest.mark.parametrize("figure", ["NaN", "Infinity", "-Infinity", "1e999", "1e40", "-5", '"x"'])
def test_a_figure_that_cannot_be_measured_is_left_out(tmp_path: Path, figure: str) -> None:
    """The figure is named, all others are kept."""
    text = (
        '{"metrics": {"iterations": {"count": 3, "rate": 1}, "http_reqs": {"count": 4, "rate": 2},'
        '"http_req_duration": {"avg": 5, "min": 1, "max": %s}}}'
    )
    found = valid(k6_json.read([written(tmp_path, text % figure)], NO_WISHES))
    assert found.fields["k6"]["http_req_duration"] == {"avg": "5ms", "min": "1ms"}
    assert codes(found) == ([] if figure == '"x"' else ["import-k6-figure"])


def test_long_and_strange_names_become_one_line(tmp_path: Path) -> None:
    """Names of metrics and checks are cut to what a record holds, on one line."""
    root = {"checks": [{"name": "a\nb\x1b[31m" + "c" * 900, "passes": 1, "fails": 0}]}
    metrics = {"m" * 500: {"type": "gauge", "values": {"value": 1}}}
    text = json.dumps(json.loads(summary(**metrics)) | {"root_group": root})
    k6 = valid(k6_json.read([written(tmp_path, text)], NO_WISHES)).fields["k6"]
    (check,) = k6["checks"]["list"]
    assert check["name"].startswith("a b [31mc")
    assert len(check["name"]) == 300
    assert [len(name) for name in k6["metrics"]] == [300]


def test_more_metrics_than_a_record_holds_are_left_out(tmp_path: Path) -> None:
    """A thousand metrics are kept, and how many there were is said."""
    metrics = {f"vus{{a:{n}}}": {"type": "gauge", "values": {"value": 1}} for n in range(2_000)}
    metrics["own"] = {"type": "gauge", "values": {"value": 1}}
    metrics["vus"] = {"type": "gauge", "values": {"value": 1}}
    found = valid(k6_json.read([written(tmp_path, summary(**metrics))], NO_WISHES))
    assert len(found.fields["k6"]["metrics"]) == 998
    assert found.fields["k6"]["vus_max"] == 1
    assert "own" in found.fields["k6"]["metrics"]
    assert codes(found) == ["import-k6-many"]


@pytest.mark.parametrize(
    ("code", "status"),
    [(0, "completed"), (99, None), (105, "aborted"), (107, "aborted"), (1, None), (None, None)],
)
def test_the_exit_code_says_how_the_run_ended(code: int | None, status: str | None) -> None:
    """99 alone is no answer: a threshold may have stopped the run or not."""
    path = K6 / "1.1.0/abort/summary-export.json"
    assert read(path, wishes=Wishes(exit_code=code)).fields.get("status") == status
