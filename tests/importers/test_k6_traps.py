"""Traps that k6's summaries set, each as it was measured on real runs."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from generator import audit
from generator.importers.registry import IMPORTERS
from generator.importers.source import Imported, Wishes
from tests.conftest import book
from tests.importers.k6_samples import K6, codes, files, name_of, of, source, valid, written

FAILING = K6 / "1.1.0/endpoints_thresholds_fail/hs"


def read(*paths: Path, exit_code: int | None = None) -> Imported:
    """Read files by the importer that knows the first of them."""
    sources = [source(path) for path in paths]
    (importer,) = [one for one in IMPORTERS if one.recognises(sources[0])]
    return valid(importer.read(sources, Wishes(exit_code=exit_code)))


def outcomes(found: Imported) -> dict[tuple[str, str], str]:
    listed = found.fields["k6"]["thresholds"]
    return {(one["metric"], one["expression"]): one["outcome"] for one in listed}


@pytest.mark.parametrize("name", ["summary-export.json", "handleSummary.json"])
def test_trap_01_thresholds_are_inverted_between_the_formats(name: str) -> None:
    """True is crossed in the export and kept in handleSummary's data; both give one sense."""
    found = outcomes(read(FAILING / name))
    assert found["http_req_duration", "max<1"] == "crossed"
    assert found["http_req_duration", "avg<1000"] == "passed"
    assert found == outcomes(read(FAILING / "handleSummary.json"))


def test_trap_02_passes_of_http_req_failed_are_failures() -> None:
    """What passes is the question whether a request failed."""
    path = K6 / "1.1.0/endpoints_thresholds_fail/summary-export.json"
    raw = json.loads(path.read_text())["metrics"]["http_req_failed"]
    k6 = read(path).fields["k6"]
    assert k6["failed_requests"] == raw["passes"] == 452
    assert k6["http_req_failed"] == "21.77264%"


@pytest.mark.parametrize("name", ["summary-export.json", "hs/handleSummary.json"])
def test_trap_03_json_times_are_milliseconds_whatever_the_texts_unit(name: str) -> None:
    """The script of this run asked for microseconds, which only its text shows."""
    folder = K6 / "1.1.0/trendstats_min"
    asked = json.loads((folder / "hs/handleSummary.json").read_text())["options"]
    assert asked["summaryTimeUnit"] == "us"
    average = read(folder / name).fields["k6"]["http_req_duration"]["avg"]
    assert average.endswith("ms")
    assert 40 < float(average.removesuffix("ms")) < 60


def test_trap_04_the_rate_is_over_the_whole_test() -> None:
    """A rate of k6 is its count over the whole duration, setup and teardown included."""
    fields = read(K6 / "1.1.0/setup_dilution/hs/handleSummary.json").fields
    reqs, duration = fields["k6"]["http_reqs"], fields["load"]["duration"]
    seconds = float(duration.removesuffix("s"))
    assert seconds > 24
    assert float(reqs["rate"].removesuffix("/s")) == pytest.approx(reqs["count"] / seconds)


def test_trap_05_requests_of_setup_are_counted_and_its_iterations_are_not() -> None:
    """Both counts are kept as k6 has them: there are more requests than iterations."""
    k6 = read(K6 / "1.1.0/setup_dilution/summary-export.json").fields["k6"]
    assert k6["http_reqs"]["count"] - k6["iterations"]["count"] == 21


@pytest.mark.parametrize(
    "path",
    [path for path in files("summary-export.json", "handleSummary.json", "stdout.txt",
     "stdout.full.txt", "stdout.legacy.txt") if "zero" in path.parts
     and not (path.suffix == ".txt" and path.parent.name.startswith("hs"))],
    ids=name_of,
)  # fmt: skip
def test_trap_06_a_threshold_without_samples_has_no_data(path: Path) -> None:
    """k6 lets them pass; zeros that stand for nothing are no latency and no share."""
    found = read(path)
    k6 = found.fields["k6"]
    by_metric = {one["metric"]: one["outcome"] for one in k6["thresholds"]}
    assert by_metric == {
        "http_req_duration": "no data",
        "http_req_failed": "no data",
        "http_reqs": "crossed",
        "requests_under_500ms": "no data",
    }
    assert k6["http_reqs"]["count"] == 0
    assert not {"http_req_duration", "http_req_failed", "rates", "failed_requests"} & set(k6)
    assert "http_req_duration" not in k6["metrics"]
    assert codes(found) == ["import-k6-no-requests"]


@pytest.mark.parametrize("name", ["summary-export.json", "hs/handleSummary.json", "stdout.txt"])
def test_trap_07_refused_connections_make_latency_look_splendid(name: str) -> None:
    """A latency of zero is a request without an answer: the figures stay, with a warning."""
    found = read(K6 / "1.1.0/refused" / name)
    assert found.fields["k6"]["http_req_failed"] == "100%"
    assert codes(found) == ["import-k6-unanswered"]
    assert "{expected_response:true}" not in str(found.fields)


@pytest.mark.parametrize("log", ["stderr.txt", "hs/stderr.txt"])
def test_trap_08_iterations_that_throw_are_invisible(log: str) -> None:
    """All checks passed and the exit code is 0; only the messages tell, which makes a warning."""
    folder = K6 / "1.1.0/iter_exception"
    found = read(folder / "stdout.txt", folder / log, exit_code=0)
    assert found.fields["k6"]["checks"]["rate"] == "100%"
    assert found.fields["status"] == "completed"
    (problem,) = [one for one in found.problems if one.code == "import-k6-exceptions"]
    assert problem.level == "warning"
    assert problem.message.startswith("20 iterations")


@pytest.mark.parametrize("code", [None, 99])
@pytest.mark.parametrize("name", ["summary-export.json", "hs/handleSummary.json"])
def test_trap_09_no_json_says_that_a_run_was_aborted(name: str, code: int | None) -> None:
    """The same exit code ends a run that was stopped and one that was not: it stays unknown."""
    for sample in ("abort", "endpoints_thresholds_fail"):
        assert "status" not in read(K6 / "1.1.0" / sample / name, exit_code=code).fields


def test_trap_09_the_text_says_it() -> None:
    """Beside the text the same code is clear."""
    for sample, status in (("abort", "aborted"), ("endpoints_thresholds_fail", "completed")):
        path = K6 / "1.1.0" / sample / "stdout.txt"
        assert read(path, exit_code=99).fields["status"] == status


def test_trap_10_a_killed_run_has_no_summary(tmp_path: Path) -> None:
    """Progress that stops is told as such, no figures are taken, and the end is unknown."""
    text = (K6 / "1.1.0/ramp50/stdout.txt").read_text("utf-8")
    cut = written(tmp_path, text[: text.index("█")])
    found = read(cut.path)
    assert codes(found) == ["import-k6-no-summary"]
    assert "cut off" in found.problems[0].message
    assert set(found.fields) == {"load", "k6"}
    assert set(found.fields["k6"]) == {"scenarios"}
    assert "duration" not in found.fields["load"]


@pytest.mark.parametrize("name", ["summary-export.json", "stdout.txt"])
def test_trap_11_vus_are_their_largest_not_their_last(name: str) -> None:
    """The last sample of `vus` is of the ramp-down; `vus_max` is what was allocated."""
    k6 = read(K6 / "1.1.0/arrival" / name).fields["k6"]
    assert k6["vus_max"] == 23
    assert k6["metrics"]["vus_max"]["values"]["max"] == 30


@pytest.mark.parametrize("name", ["summary-export.json", "stdout.txt"])
def test_trap_12_what_k6_left_out_is_absent(name: str) -> None:
    """Without dropped iterations there is no such metric; after a failed setup no request."""
    assert read(K6 / "1.1.0/arrival" / name).fields["k6"]["dropped_iterations"]["count"] == 410
    assert "dropped_iterations" not in read(K6 / "1.1.0/ramp50" / name).fields["k6"]
    failed = read(K6 / "1.1.0/setup_throw" / name)
    assert not {"http_reqs", "iterations", "http_req_duration"} & set(failed.fields["k6"])
    assert outcomes(failed) == {("http_req_duration", "p(95)<500"): "no data"}


@pytest.mark.parametrize("path", files("handleSummary.json", "summary-export.json"), ids=name_of)
def test_trap_13_secrets_are_never_kept(tmp_path: Path, path: Path) -> None:
    """Neither what setup returned nor the script's source nor an environment gets anywhere."""
    document = json.loads(path.read_text("utf-8"))
    secret = "s3cr3t-t0ken"
    metrics = {"http_reqs": {"count": 1, "rate": 1, "values": {"count": 7}}}
    holders: dict[str, Any] = {
        "setup_data": {"token": secret, "metrics": metrics},
        "env": {"PASSWORD": secret},
        "options": {"ext": {"loadimpact": {"token": secret}}},
    }
    document |= holders
    document.setdefault("config", {})["script"] = f"const token = '{secret}'"
    plain = read(path)
    found = read(written(tmp_path, json.dumps(document)).path)
    kept = str((found.fields, found.attachments, found.tool, found.problems))
    for word in (secret, "const token", "'abc'", "import http", "/loadtest"):
        assert word not in kept, word
    assert found.fields.get("k6") == plain.fields.get("k6")


@pytest.mark.parametrize("name", ["summary-export.json", "hs/handleSummary.json", "stdout.txt"])
def test_trap_14_a_percentile_that_k6_did_not_write_is_absent(name: str) -> None:
    """p(99) is there where the script asked for it, and nowhere else."""
    assert (
        "p99" in read(K6 / "1.1.0/ramp50" / "summary-export.json").fields["k6"]["http_req_duration"]
    )
    assert "p99" not in read(K6 / "1.1.0/abort" / name).fields["k6"].get("http_req_duration", {})


@pytest.mark.parametrize("folder", sorted({path.parent for path in files("stdout.txt")}),
                         ids=name_of)  # fmt: skip
def test_all_files_of_a_run_agree(folder: Path) -> None:
    """Text, messages and JSON of one directory tell one run: counts, outcomes and scenarios."""
    found = [read(path) for path in sorted(folder.iterdir())
             if path.name in ("stdout.txt", "summary-export.json", "handleSummary.json",
                              "dashboard.html") and path.stat().st_size]  # fmt: skip
    for names in (
        ("k6", "http_reqs", "count"),
        ("k6", "iterations", "count"),
        ("k6", "dropped_iterations", "count"),
        ("k6", "failed_requests"),
        ("k6", "http_req_failed"),
        ("k6", "vus_max"),
        ("k6", "rates"),
        ("k6", "checks", "passes"),
        ("k6", "checks", "rate"),
        ("k6", "scenarios"),
    ):
        told = {str(value) for one in found if (value := of(one.fields, *names)) is not None}
        assert len(told) <= 1, (names, told)


@pytest.mark.parametrize(
    "path", files("stdout.txt", "summary-export.json", "handleSummary.json"), ids=name_of
)
def test_imported_figures_do_not_contradict_each_other(path: Path) -> None:
    """No check of `loadbook check` doubts a record that was imported as it is."""
    stream = io.StringIO()
    record = {"title": "T", "status": "completed", "date": "2026-01-02", **read(path).fields}
    YAML().dump(record, stream)
    assert audit.problems(book({"c/r": stream.getvalue()})) == []


def test_runs_of_one_script_do_not_contradict_each_other() -> None:
    """Real runs of one script by several versions of k6, each a repeat: no check doubts any."""
    runs = {}
    for scenario in ("ramp50", "arrival", "endpoints_thresholds_fail"):
        for version in ("0.57.0", "1.1.0", "2.2.0"):
            path = K6 / version / scenario / "summary-export.json"
            if not path.exists():
                continue
            stream = io.StringIO()
            record = {
                "title": "T",
                "status": "completed",
                "date": "2026-01-02",
                **read(path).fields,
            }
            record["load"] = {**record.get("load", {}), "scenario": scenario}
            YAML().dump(record, stream)
            runs[f"{scenario}/v{version}"] = stream.getvalue()
    assert len(runs) >= 6
    assert audit.problems(book(runs)) == []
