"""Raw samples of real k6 runs against k6's own summaries of the same runs, and several files."""

from __future__ import annotations

import gzip
import json
import pickle
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from generator import units
from generator.errors import Level
from generator.importers import k6_samples, registry, samples_ask, samples_duckdb, samples_job
from generator.importers.histogram import Histogram
from generator.importers.source import Imported, Source, Wishes
from generator.importers.tally import Part
from generator.model import Run
from generator.units import MILLISECONDS, PER_SECOND, SECONDS, SHARE, Unit
from tests.importers.given import SAMPLES, definition, point, request, source, text, written

RAW = sorted(
    path
    for path in SAMPLES.rglob("*")
    if path.name in ("raw.json.gz", "raw.csv.gz", "raw.csv") or path.parent.name == "csv_variants"
)
SUMMED = [path for path in RAW if (path.parent / "summary-export.json").exists()]
JSON = [path for path in SUMMED if ".json" in path.name]

TRENDS = {"avg": "avg", "min": "min", "med": "med", "p90": "p(90)", "p95": "p(95)", "p99": "p(99)"}
TRENDS |= {"max": "max"}


def name_of(path: Path) -> str:
    return path.relative_to(SAMPLES).as_posix()


def read(*sources: Source, exact: bool = False) -> Imported:
    """What the registered importer that knows the first file makes of all of them."""
    found = [one for one in registry.IMPORTERS if one.recognises(sources[0])]
    assert [one.option for one in found] == ["k6"]
    return found[0].read(sources, Wishes(exact=exact))


@cache
def sample(name: str) -> Imported:
    """What is read of a sample, by its path below the samples."""
    return read(source(SAMPLES / name))


def validated(imported: Imported) -> Run:
    """The record that the fields make; they must make one."""
    return Run.model_validate({"title": "T", "status": "unknown", **imported.fields})


def codes(imported: Imported) -> list[str]:
    return [problem.code for problem in imported.problems]


def summary(path: Path) -> dict[str, dict[str, Any]]:
    """The metrics of k6's own summary of a run, in the names of the legacy export."""
    held = json.loads((path.parent / "summary-export.json").read_text("utf-8"))
    if "metrics" in held:
        return dict(held["metrics"])
    return {
        metric["name"]: {
            {"p90": "p(90)", "p95": "p(95)", "matches": "passes"}.get(name, name): value
            for name, value in metric["values"].items()
        }
        for metric in held["results"]["metrics"]
    }


def figure(written: object, unit: Unit) -> float:
    found = units.parse(written, unit)
    assert found is not None
    return found.start


def has_samples(metric: dict[str, Any]) -> bool:
    """Whether k6 measured anything: it writes zeros for what has no samples."""
    return any(metric.get(name) for name in ("count", "passes", "fails", "max", "value", "total"))


@pytest.mark.parametrize("path", RAW, ids=name_of)
def test_every_sample_makes_a_record(path: Path) -> None:
    """Nothing of a real run is refused, and its fields make a record; a status is never told."""
    imported = sample(name_of(path))
    assert all(problem.level is Level.WARNING for problem in imported.problems)
    assert validated(imported).k6 is not None
    assert "status" not in imported.fields
    assert imported.tool == "k6"


@pytest.mark.parametrize("path", SUMMED, ids=name_of)
def test_counters_are_those_of_the_summary(path: Path) -> None:
    """Counts of requests, iterations, failures, checks and bytes equal k6's own exactly."""
    k6, own = sample(name_of(path)).fields["k6"], summary(path)
    for name in ("http_reqs", "iterations", "dropped_iterations"):
        assert k6.get(name, {}).get("count", 0) == own.get(name, {}).get("count", 0), name
    for name in ("data_sent", "data_received"):
        assert k6.get(name, 0) == own[name]["count"], name
    if has_samples(own.get("http_req_failed", {})):
        assert k6["failed_requests"] == own["http_req_failed"]["passes"]
    else:
        assert "failed_requests" not in k6
        assert "http_req_failed" not in k6
    if "checks" in own and "fails" in own["checks"]:
        assert k6["checks"]["passes"] == own["checks"]["passes"]
        assert k6["checks"]["fails"] == own["checks"]["fails"]


@pytest.mark.parametrize("path", SUMMED, ids=name_of)
def test_latencies_are_those_of_the_summary(path: Path) -> None:
    """Of one file all figures of a trend equal k6's own, as far as six decimals tell."""
    k6, own = sample(name_of(path)).fields["k6"], summary(path)
    if not has_samples(own.get("http_req_duration", {})):
        assert "http_req_duration" not in k6
        return
    for name, k6_name in TRENDS.items():
        assert name in k6["http_req_duration"]
        if k6_name in own["http_req_duration"]:
            found = figure(k6["http_req_duration"][name], MILLISECONDS)
            assert found == pytest.approx(own["http_req_duration"][k6_name], abs=6e-7), name


@pytest.mark.parametrize("path", SUMMED, ids=name_of)
def test_rates_over_the_run_are_near_those_of_the_summary(path: Path) -> None:
    """Rates are marked as approximate, and k6's own rate is within what they say."""
    imported, own = sample(name_of(path)), summary(path)
    for name in ("http_reqs", "iterations"):
        rate = imported.fields["k6"].get(name, {}).get("rate")
        if rate is not None and "rate" in own[name]:
            found = units.parse(rate, PER_SECOND)
            assert found is not None
            assert found.approximate
            assert abs(found.start - own[name]["rate"]) <= found.half
    duration = units.parse(imported.fields.get("load", {}).get("duration", "N/A"), SECONDS)
    if duration is not None and own.get("http_reqs", {}).get("rate"):
        seconds = own["http_reqs"]["count"] / own["http_reqs"]["rate"]
        assert abs(duration.start - seconds) <= duration.half


@pytest.mark.parametrize("path", JSON, ids=name_of)
def test_the_scripts_own_metrics_are_those_of_the_summary(path: Path) -> None:
    """NDJSON tells types: own rates, trends, counters and gauges equal k6's summary."""
    k6, own = sample(name_of(path)).fields["k6"], summary(path)
    for name, metric in own.items():
        base = name.partition("{")[0]
        if base != name or not has_samples(metric) or name in ("checks", "http_req_failed"):
            continue
        if "passes" in metric or "matches" in metric:
            share = figure(k6["rates"][name], SHARE)
            total = metric["total"] if "total" in metric else metric["passes"] + metric["fails"]
            assert share == pytest.approx(metric["passes"] / total, abs=6e-9)
        elif name in k6.get("metrics", {}):
            values = k6["metrics"][name]["values"]
            for key in set(values) & set(metric) - {"rate"}:
                assert values[key] == pytest.approx(metric[key], abs=6e-7), (name, key)


@pytest.mark.parametrize("path", JSON, ids=name_of)
def test_the_histogram_is_within_half_a_percent(path: Path) -> None:
    """Percentiles from the histograms alone, as of several files, are within 0.5 % of k6's own."""
    given, own = source(path), summary(path)
    job = samples_job.Job((given,), "json", samples_job.origin_of([given], "json"), alone=False)
    part = samples_duckdb.part_of(job)
    assert isinstance(part, Part)
    for name, tally in part.metrics.items():
        if part.types[name][0] != "trend" or name not in own:
            continue
        for percentile in ("med", "p90", "p95", "p99"):
            if TRENDS[percentile] in own[name]:
                found = tally.percentile(percentile)
                assert found == pytest.approx(own[name][TRENDS[percentile]], rel=0.005, abs=1e-9)


def test_checks_are_told_one_by_one() -> None:
    """Each check stands with its group, its passes and fails, as in the summary's tree."""
    path = SAMPLES / "1.1.0" / "endpoints_thresholds_fail" / "raw.json.gz"
    root = json.loads((path.parent / "summary-export.json").read_text("utf-8"))["root_group"]
    expected = {}
    waiting = [(root, "")]
    while waiting:
        group, inside = waiting.pop()
        for check in group["checks"].values():
            expected[inside, check["name"]] = (check["passes"], check["fails"])
        for inner in group["groups"].values():
            waiting.append((inner, f"{inside}::{inner['name']}".removeprefix("::")))
    found = sample(name_of(path)).fields["k6"]["checks"]["list"]
    assert {
        (one.get("group", ""), one["name"]): (one["passes"], one["fails"]) for one in found
    } == expected


@pytest.mark.parametrize("name", ["raw.json.gz", "raw.csv.gz"])
def test_endpoints_are_those_of_the_sub_metrics(name: str) -> None:
    """The breakdown by the tag `endpoint` equals k6's sub-metrics by that tag."""
    path = SAMPLES / "1.1.0" / "endpoints_thresholds_fail" / name
    endpoints = sample(name_of(path)).fields["endpoints"]["list"]
    found = {one["path"]: one for one in endpoints}
    assert set(found) == {"products", "product", "orders", "flaky", "search", "nf"}
    assert found["orders"]["method"] == "POST"
    own = summary(path)
    for endpoint in ("orders", "product"):
        for key in ("avg", "med", "p90", "p95", "max"):
            shown = figure(found[endpoint][key], MILLISECONDS)
            known = own[f"http_req_duration{{endpoint:{endpoint}}}"][TRENDS[key]]
            assert shown == pytest.approx(known, abs=6e-7)
    failed = own["http_req_failed{endpoint:flaky}"]
    assert found["flaky"]["calls"] == failed["passes"] + failed["fails"]
    share = failed["passes"] / (failed["passes"] + failed["fails"])
    assert figure(found["flaky"]["failed"], SHARE) == pytest.approx(share, abs=6e-9)


def test_phases_of_a_ramp_show_the_steady_state() -> None:
    """The phases follow the script's stages: 8 s up, 10 s at 50 VUs, 4 s down."""
    for version in ("0.57.0", "1.1.0", "2.2.0"):
        run = validated(read(source(SAMPLES / version / "ramp50" / "raw.json.gz")))
        assert [phase.name for phase in run.phases] == ["ramp-up", "steady", "ramp-down"]
        up, steady, down = run.phases
        edges = [up.start, up.end, steady.start, steady.end, down.start, down.end]
        shown = [edge.start for edge in edges if edge is not None]
        assert shown[0] == 0
        assert shown[1] == shown[2] == pytest.approx(8, abs=1.1)
        assert shown[3] == shown[4] == pytest.approx(18, abs=1.1)
        assert steady.vus is not None
        assert steady.vus.start == 50


def test_the_phases_share_all_requests_of_the_load() -> None:
    """Requests of the phases, of the rows over time and of the distribution are the same ones."""
    for path in (
        SAMPLES / "1.1.0" / "ramp50" / "raw.json.gz",
        SAMPLES / "1.1.0" / "setup_dilution" / "raw.csv.gz",
        SAMPLES / "1.1.0" / "setup_dilution" / "raw.json.gz",
    ):
        imported = sample(name_of(path))
        total = imported.fields["k6"]["http_reqs"]["count"]
        inside = 603 if "setup_dilution" in str(path) else total
        phases = imported.fields["phases"]
        assert sum(phase["http_reqs"]["count"] for phase in phases) == inside
        histogram = Histogram.from_csv(imported.attachments["latency-k6.csv"].decode())
        assert histogram.total == inside
        rows = [line.split(",") for line in imported.attachments["series-k6.csv"].decode().split()]
        seconds = figure(imported.fields["series"][0]["interval"], SECONDS)
        assert sum(float(row[1]) * seconds for row in rows[1:]) == pytest.approx(inside, rel=0.01)


@pytest.mark.parametrize("name", ["raw.json.gz", "raw.csv.gz"])
def test_setup_does_not_dilute_the_steady_state(name: str) -> None:
    """Setup and teardown are in the totals, as with k6, but not in phases; a warning says it."""
    imported = read(source(SAMPLES / "1.1.0" / "setup_dilution" / name))
    assert imported.fields["k6"]["http_reqs"]["count"] == 624
    (steady,) = imported.fields["phases"]
    assert figure(imported.fields["k6"]["http_reqs"]["rate"], PER_SECOND) <= 30
    assert figure(steady["http_reqs"]["rate"], PER_SECOND) > 50
    assert "import-setup-requests" in codes(imported)
    (warning,) = [one for one in imported.problems if one.code == "import-setup-requests"]
    assert warning.message.startswith("21 requests of setup and teardown")
    assert [one["path"] for one in imported.fields["endpoints"]["list"]] == ["/api/products"]


@pytest.mark.parametrize("path", [path for path in RAW if "zero" in path.parts], ids=name_of)
def test_a_run_without_requests_has_no_latencies(path: Path) -> None:
    """Where nothing was requested there are no zeros: no latency, endpoint, phase or table."""
    imported = sample(name_of(path))
    assert "http_req_duration" not in imported.fields["k6"]
    assert not {"endpoints", "phases", "series", "distribution"} & set(imported.fields)
    assert imported.attachments == {}
    assert "import-k6-no-requests" in codes(imported)


def test_thresholds_without_outcome_are_left_out() -> None:
    """Samples name thresholds but not how they ended: the record gets none."""
    assert (
        "thresholds" not in read(source(SAMPLES / "1.1.0" / "abort" / "raw.json.gz")).fields["k6"]
    )


def test_vus_are_the_most_that_were_active() -> None:
    """`vus_max` is the peak of the VUs, not the last sample; what was allocated stays a gauge."""
    path = SAMPLES / "1.1.0" / "arrival" / "raw.json.gz"
    k6 = sample(name_of(path)).fields["k6"]
    assert k6["vus_max"] == summary(path)["vus"]["max"] == 23
    assert k6["metrics"]["vus_max"]["values"] == {"value": 30, "min": 15, "max": 30}
    assert k6["dropped_iterations"]["count"] == 410
    assert k6["scenarios"] == ["spike", "steady"]


def test_dates_keep_the_time_zone_of_the_file() -> None:
    """A date is written in the offset of the file, Unix times in UTC."""
    variants = SAMPLES / "1.1.0" / "csv_variants"
    dates = {
        "tz_newyork.json.gz": "2026-11-23T06:54:48-05:00",
        "rfc3339_nano.csv.gz": "2026-11-23T11:54:40Z",
        "systags_vu_iter.csv.gz": "2026-11-23T11:54:44Z",
    }
    assert {name: read(source(variants / name)).fields["date"] for name in dates} == dates


def test_a_missing_time_zone_is_told(tmp_path: Path) -> None:
    """Times without a zone give a date without one, and a warning."""
    lines = text(line for second in range(5) for line in request(second + 0.5, 20)).replace(
        'Z"', '"'
    )
    imported = read(written(tmp_path / "raw.json", lines))
    assert imported.fields["date"] == "2026-11-23T12:00:00"
    assert "import-no-time-zone" in codes(imported)


def test_csv_and_json_tell_the_same() -> None:
    """The CSV of a run has the figures of its NDJSON, but for what it has no types or times for."""
    folder = SAMPLES / "1.1.0" / "endpoints_thresholds_fail"
    of_json, of_csv = (read(source(folder / name)).fields for name in ("raw.json.gz", "raw.csv.gz"))
    assert of_json["endpoints"] == of_csv["endpoints"]
    assert of_json["k6"]["checks"] == of_csv["k6"]["checks"]
    assert of_json["k6"]["http_req_duration"] == of_csv["k6"]["http_req_duration"]
    assert "rates" in of_json["k6"]
    assert "rates" not in of_csv["k6"]


def test_csv_says_which_metrics_it_can_not_type() -> None:
    """The script's own metrics of a CSV are left out by name: it has no types."""
    imported = read(source(SAMPLES / "1.1.0" / "endpoints_thresholds_fail" / "raw.csv.gz"))
    (warning,) = [one for one in imported.problems if one.code == "import-untyped-metrics"]
    for name in ("error_rate", "order_time", "orders_created", "payload_items"):
        assert name in warning.message
        assert name not in imported.fields["k6"]["metrics"]


def test_commas_in_quotes_shift_no_column(tmp_path: Path) -> None:
    """A quoted comma in a name of the CSV does not move what follows."""
    lines = [
        "metric_name,timestamp,metric_value,group,method,name,scenario,extra_tags,metadata",
        'http_reqs,1795434187123,1.000000,,GET,"a, ""b""",default,x=1&endpoint=one,',
        'http_req_duration,1795434187123,5.000000,,GET,"a, ""b""",default,x=1&endpoint=one,',
        'http_req_duration,1795434187223,7.000000,,GET,"a, ""b""",default,,',
    ]
    imported = read(written(tmp_path / "raw.csv", "\n".join([*lines, ""])))
    assert [one["path"] for one in imported.fields["endpoints"]["list"]] == ['a, "b"', "one"]


def split(path: Path, parts: int, folder: Path) -> list[Source]:
    """The samples of a run as the files of several load generators, second by second."""
    defined: list[str] = []
    shares: list[list[str]] = [[] for _ in range(parts)]
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            if '"type":"Metric"' in line:
                defined.append(line)
            elif '"vus"' in line or '"vus_max"' in line:
                shares[0].append(line)
            else:
                # All samples of one request have its time; the digits of it are as good as random.
                time = line.partition('"time":"')[2].partition('"')[0]
                shares[int(time[20:26].rstrip("Z") or 0) % parts].append(line)
    return [
        written(folder / f"runner-{number}.json", "".join([*defined, *lines]))
        for number, lines in enumerate(shares)
    ]


SPLIT = SAMPLES / "1.1.0" / "endpoints_thresholds_fail" / "raw.json.gz"


def test_files_of_several_load_generators_are_one_run(tmp_path: Path) -> None:
    """Counts of three files add up exactly; percentiles are within 0.5 % of the exact ones."""
    imported, whole = read(*split(SPLIT, 3, tmp_path)), sample(name_of(SPLIT))
    k6, own = imported.fields["k6"], whole.fields["k6"]
    for name in ("http_reqs", "iterations"):
        assert k6[name]["count"] == own[name]["count"]
    for name in ("checks", "rates", "failed_requests", "data_sent", "vus_max", "scenarios"):
        assert k6[name] == own[name]
    for name in TRENDS:
        found, known = (figure(one["http_req_duration"][name], MILLISECONDS) for one in (k6, own))
        assert found == pytest.approx(known, rel=0.005)
    calls = [
        (one["path"], one["calls"], one["failed"]) for one in whole.fields["endpoints"]["list"]
    ]
    assert calls == [
        (one["path"], one["calls"], one["failed"]) for one in imported.fields["endpoints"]["list"]
    ]
    assert imported.attachments["latency-k6.csv"] == whole.attachments["latency-k6.csv"]
    assert imported.problems == ()


def test_the_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    """The same files in another order give the same figures."""
    sources = split(SPLIT, 3, tmp_path)
    first, second = read(*sources), read(*reversed(sources))
    assert first.fields["k6"] == second.fields["k6"]
    assert first.fields["endpoints"] == second.fields["endpoints"]
    assert first.attachments["latency-k6.csv"] == second.attachments["latency-k6.csv"]


def test_exact_percentiles_of_several_files(tmp_path: Path) -> None:
    """When they are wished, percentiles of several files are those of all their samples."""
    imported, whole = read(*split(SPLIT, 2, tmp_path), exact=True), sample(name_of(SPLIT))
    assert imported.fields["k6"]["http_req_duration"] == whole.fields["k6"]["http_req_duration"]
    assert imported.fields["endpoints"] == whole.fields["endpoints"]
    for name, metric in whole.fields["k6"]["metrics"].items():
        if metric["type"] == "trend":
            found = imported.fields["k6"]["metrics"][name]["values"]
            assert {**metric["values"], "avg": 0} == {**found, "avg": 0}


def test_exact_percentiles_of_more_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are too many samples to hold, exact percentiles are sorted out of a few."""
    expected = sample(name_of(SPLIT)).fields
    monkeypatch.setattr(samples_ask, "EXACT_UP_TO", 100)
    near = read(source(SPLIT)).fields
    assert near["k6"]["http_req_duration"] != expected["k6"]["http_req_duration"]
    p95 = [figure(one["k6"]["http_req_duration"]["p95"], MILLISECONDS) for one in (near, expected)]
    assert p95[0] == pytest.approx(p95[1], rel=0.005)
    exact = read(source(SPLIT), exact=True).fields
    for one, other in zip(_latencies(exact), _latencies(expected), strict=True):
        assert one == pytest.approx(other, abs=2e-6)


def _latencies(fields: Mapping[str, Any]) -> Iterator[dict[str, float]]:
    """All trends of a record, in ms."""
    trends = [fields["k6"]["http_req_duration"], *fields["endpoints"]["list"]]
    for trend in trends:
        yield {name: figure(trend[name], MILLISECONDS) for name in TRENDS if name in trend}
    for metric in fields["k6"]["metrics"].values():
        yield metric["values"] if metric["type"] == "trend" else {}


def test_vus_of_several_load_generators_add_up(tmp_path: Path) -> None:
    """Two load generators with 10 VUs each, sampled at different moments, are 20 VUs."""
    sources = []
    for number in range(2):
        lines = [line for second in range(1, 30) for line in request(second / 2, 100)]
        lines += [point("vus", second + 0.3 * number, 10) for second in range(1, 15)]
        sources.append(written(tmp_path / f"{number}.json", text([*lines, *request(9, number)])))
    imported = read(*sources)
    assert imported.fields["k6"]["vus_max"] == 20
    (steady,) = imported.fields["phases"]
    assert steady["name"] == "steady"
    assert steady["vus"] == 20


def test_an_executor_reads_the_files_in_other_processes(tmp_path: Path) -> None:
    """The step for each file runs through an executor, with the same result."""
    sources = split(SPLIT, 2, tmp_path)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        elsewhere = k6_samples.read_run(sources, "json", executor=executor)
    here = k6_samples.read_run(sources, "json")
    assert elsewhere == here
    parts = k6_samples.read_files(sources, "json")
    assert pickle.loads(pickle.dumps(parts)) == parts
    # Small whatever the size of the file.
    assert max(len(pickle.dumps(part)) for part in parts) < 200_000


def test_a_part_of_another_run_is_left_out(tmp_path: Path) -> None:
    """A file whose samples lie at another time is of another run: it is named and left out."""
    first = written(tmp_path / "a.json", text(request(1, 20) + request(2, 20)))
    second = written(tmp_path / "b.json", text(request(1000, 20) + request(1001, 20)))
    imported = read(first, second)
    assert imported.fields["k6"]["http_reqs"]["count"] == 2
    (problem,) = [one for one in imported.problems if one.level is Level.ERROR]
    assert (problem.file, problem.code) == ("b.json", "import-other-run")


def test_a_copy_is_counted_once(tmp_path: Path) -> None:
    """The same samples given twice are one load generator, not two."""
    lines = text(request(1, 20) + request(2, 30))
    sources = [written(tmp_path / "a.json", lines), written(tmp_path / "b.json", lines)]
    imported = read(*sources)
    assert imported.fields["k6"]["http_reqs"]["count"] == 2
    assert "import-same-file" in codes(imported)


def test_a_file_name_is_no_pattern(tmp_path: Path) -> None:
    """A name with the signs of a pattern is a name: files that it would match are not read."""
    written(tmp_path / "raw1.json", text(request(1, 20)))
    for name in ("raw*.json", "raw[1].json", "raw?.json"):
        given = written(tmp_path / name, text(request(1, 30)))
        assert read(given).fields["k6"]["http_req_duration"]["min"] == "30ms"
        assert read(given).fields["k6"]["http_reqs"]["count"] == 1


def test_unanswered_requests_are_told(tmp_path: Path) -> None:
    """Refused connections have a latency of zero, which a warning says."""
    lines = request(1, 0, failed=True, status="0", error_code="1212") + request(2, 20)
    imported = read(written(tmp_path / "raw.json", text(lines)))
    assert "import-k6-unanswered" in codes(imported)
    assert imported.fields["k6"]["http_req_failed"] == "50%"


def test_endpoints_by_path_without_query_and_host(tmp_path: Path) -> None:
    """Requests that the script did not name go by the path of their URL."""
    lines = [
        *request(1, 20, name="http://svc:80/a/b?x=1", url="http://svc:80/a/b?x=1"),
        *request(2, 30, name="http://svc:80/a/b?x=2", url="http://svc:80/a/b?x=2"),
        *request(3, 30, name="https://svc/", method="POST"),
        *request(4, 40, name="GET /items/:id"),
    ]
    imported = read(written(tmp_path / "raw.json", text(lines)))
    found = [(one["method"], one["path"], one["calls"]) for one in _endpoints(imported)]
    assert found == [("GET", "/a/b", 2), ("GET", "/items/:id", 1), ("POST", "/", 1)]


def test_too_many_paths_go_by_their_group(tmp_path: Path) -> None:
    """Thousands of URLs are no endpoints: their group is, and a warning says what to do."""
    lines = [
        line
        for number in range(100)
        for line in request(number, 20, name=f"http://svc/item/{number}", group="::shop")
    ]
    imported = read(written(tmp_path / "raw.json", text(lines)))
    assert [(one["path"], one["calls"]) for one in _endpoints(imported)] == [("shop", 100)]
    assert "import-endpoints-left-out" in codes(imported)


def test_of_too_many_names_the_most_called_stay(tmp_path: Path) -> None:
    """The endpoints with most calls are kept, the others counted in a warning."""
    lines = [line for n in range(60) for line in request(n, 20, name=f"e{n}") * (60 - n)]
    imported = read(written(tmp_path / "raw.json", text(lines)))
    assert [one["path"] for one in _endpoints(imported)] == [f"e{n}" for n in range(50)]
    (warning,) = [one for one in imported.problems if one.code == "import-endpoints-left-out"]
    assert warning.message.startswith("10 endpoints")


def test_endpoints_of_several_files_are_counted_in_full(tmp_path: Path) -> None:
    """An endpoint that is rare in one file and frequent in another has the calls of both."""
    sources = []
    for number in range(2):
        lines = [line for n in range(60) for line in request(n, 20, name=f"e{n}") * 2]
        lines += request(5.5 + number, 20, name=f"e{59 * number}") * 3
        sources.append(written(tmp_path / f"{number}.json", text(lines)))
    imported = read(*sources)
    calls = {one["path"]: one["calls"] for one in _endpoints(imported)}
    assert len(calls) == 50
    assert calls["e0"] == calls["e59"] == 7
    (warning,) = [one for one in imported.problems if one.code == "import-endpoints-left-out"]
    assert warning.message.startswith("10 endpoints")


def _endpoints(imported: Imported) -> list[dict[str, Any]]:
    return list(imported.fields["endpoints"]["list"])


def test_names_become_lines_of_a_record(tmp_path: Path) -> None:
    """Names with line breaks, or without end, become one line that a record can hold."""
    lines = [
        definition("own\nrate", "rate"),
        point("own\nrate", 1, 1),
        *request(1, 5, name="x" * 999),
    ]
    lines += [point("checks", 1, 1, check="a\nb", group="::g\n")]
    run = validated(read(written(tmp_path / "raw.json", text(lines))))
    assert run.k6 is not None
    assert list(run.k6.rates) == ["own rate"]
    assert run.k6.checks is not None
    assert [(one.group, one.name) for one in run.k6.checks.list] == [("g", "a b")]


def test_negative_values_keep_their_order(tmp_path: Path) -> None:
    """A trend of the script may be negative; its percentiles are right."""
    lines = [definition("drift", "trend"), *request(1, 5)]
    lines += [point("drift", 1, value) for value in (-30, -20, -10, 0, 10)]
    values = read(written(tmp_path / "raw.json", text(lines))).fields["k6"]["metrics"]["drift"]
    assert values["values"]["med"] == -10
    assert values["values"]["min"] == -30


@pytest.mark.parametrize("value", ["-8", "9e17"])
def test_a_counter_that_can_not_be_is_left_out_and_told(value: str, tmp_path: Path) -> None:
    """Samples that come to less than nothing, or beyond all measure, give a warning alone."""
    text = (
        '{"metric":"iterations","type":"Point","data":{"time":"2026-01-02T10:00:00Z","value":1}}\n'
        + '{"metric":"data_sent","type":"Point","data":{"time":"2026-01-02T10:00:09Z","value":@}}\n'
        * 2
    )
    imported = read(written(tmp_path / "k6.json", text.replace("@", value)))
    assert imported.fields["k6"] == {"iterations": {"count": 1, "rate": "~0.1/s"}}
    assert "import-k6-impossible" in codes(imported)
    validated(imported)


@pytest.mark.parametrize("value", [1e308, -1e308, 1e19])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("vus", "gauge"),
        ("vus_max", "gauge"),
        ("http_reqs", "counter"),
        ("http_req_duration", "trend"),
        ("iteration_duration", "trend"),
        *(("own", kind) for kind in ("counter", "gauge", "trend", "rate")),
    ],
)
def test_a_value_that_can_not_be_is_a_damaged_line(
    name: str, kind: str, value: float, tmp_path: Path
) -> None:
    """Whatever metric it is of: it is named at its line, the others are kept, the record holds."""
    lines = [definition("iterations", "counter"), definition(name, kind)]
    lines += [point("iterations", 1, 1), point("iterations", 2, 1), point(name, 2, 3)]
    lines.append(point(name, 3, value))
    imported = read(written(tmp_path / "raw.json", "\n".join(lines)))
    (told,) = [one for one in imported.problems if one.code == "import-damaged-lines"]
    assert told.place.line == len(lines)
    assert validated(imported).k6 is not None
