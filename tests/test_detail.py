"""What only an import records, on a run's page: over time, distribution, cluster, k6, sources."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from generator import site as sites
from generator.errors import Level, Place, Problem
from generator.links import Links
from generator.site import Site
from generator.view import RunView
from tests.conftest import ROOT, open_book, write_book
from tests.imported import FIRST, SAMPLE, SECOND, sample, sample_in
from tests.test_reference import sections
from tests.test_site import DIGEST


@pytest.fixture(scope="module")
def imported() -> Site:
    """The site of the sample notebook."""
    return sites.build(sample())


def page(built: Site, identity: str) -> str:
    """The finished page of a run."""
    found = next(page for page in built.pages if page.path == f"{identity}.md")
    return found.whole


def site_of(root: Path, record: str, files: dict[str, str] | None = None) -> Site:
    """The site of a run c/run with these files beside it."""
    inside = {f"c/run/{name}": text for name, text in (files or {}).items()}
    head = "title: T\nstatus: completed\ndate: 2026-01-02\n"
    return sites.build(open_book(write_book(root, {"c/run.yaml": head + record, **inside})))


def test_phases_stand_beside_the_whole_run(imported: Site) -> None:
    """The steady state's figures stand next to those of the whole run, with few digits."""
    told = sections(imported, f"{FIRST}.md")["over-time"]
    assert "Figure Whole run Steady state Ramp-up Ramp-down" in told
    assert "Requests per second ~122.2 /s 166.2 /s 89.8 /s 83.4 /s" in told
    assert "Latency p95 437.5 ms 441.1 ms" in told


def test_the_most_vus_stand_in_for_those_asked_for(tmp_path: Path) -> None:
    """Without VUs in the load, those that k6 saw stand beside those of the phases."""
    record = "k6: {vus_max: 40}\nphases: [{name: steady, start: 0, end: 9, vus: 39}]\n"
    told = sections(site_of(tmp_path, record), "c/run.md")["over-time"]
    assert "Virtual users 40 39" in told


def test_the_steady_state_is_compared_and_in_the_history(imported: Site) -> None:
    """Steady-state figures are metrics: in the comparison, the history and the data files."""
    assert "Requests per second, steady" in sections(imported, f"{SECOND}.md")["figures"]
    assert "Requests per second, steady" in sections(imported, "history.md")["steady-state"]
    assert '"steady_latency_p95"' in imported.files[f"data/{SECOND}.json"]


def test_doubts_about_the_steady_state_stand_at_its_figures() -> None:
    """A doubt about a field of the steady phase is referred to at the metric from there."""
    book = sample()
    field = "phases[1].http_reqs.rate"
    problem = Problem("f", Place(), field, Level.WARNING, "rate-contradicts-count", "wrong")
    run = RunView(book, FIRST, book.runs[FIRST], {}, None, (problem,), Links())
    assert book.runs[FIRST].phases[1].name == "steady"
    assert run.doubted_metrics["steady_request_rate"] == (1,)
    assert run.doubted_metrics["request_rate"] == ()


def test_the_distribution_stands_beside_the_baselines(imported: Site) -> None:
    """Percentiles of both runs are told in numbers; a run without a baseline has its own only."""
    told = sections(imported, f"{SECOND}.md")["distribution"]
    assert "Percentile This run Change Baseline" in told
    assert "p95 455 ms +3.9 % 438 ms" in told
    assert "2,736 requests of this run and 2,742 of load/first" in told
    told = sections(imported, f"{FIRST}.md")["distribution"]
    assert "Percentile This run p50 63.8 ms" in told


def test_all_that_k6_says_is_shown(imported: Site) -> None:
    """Checks by name, other metrics by type in their units, scenarios, failed requests."""
    told = sections(imported, f"{FIRST}.md")["k6"]
    assert "order created (201) checkout 879 35 96.2 %" in told
    assert "http_req_waiting" in told
    assert "Scenarios default" in told
    assert "Failed requests 35" in told


def test_dropped_iterations_are_doubtful(tmp_path: Path) -> None:
    """Where k6 dropped iterations, the load was less than asked for, and the page says so."""
    record = (
        "k6:\n  dropped_iterations: {count: 12}\n  metrics:\n"
        "    saved: {type: counter, contains: data, values: {count: 123456, rate: 1234.5}}\n"
        "    hits: {type: rate, values: {rate: 0.25, passes: 1, fails: 3}}\n"
        "    items: {type: gauge, values: {value: 3, min: 1, max: 9}}\n"
        "    wait: {type: trend, contains: time, values: {avg: 1234.5678, own: 5}}\n"
    )
    told = sections(site_of(tmp_path, record), "c/run.md")["k6"]
    assert "k6 dropped 12 iterations" in told
    assert "saved 123.5 kB 1.234 kB/s" in told
    assert "hits 25 % 1 3" in told
    assert "items 3 1 9" in told
    assert "own wait 1.235 s 5 ms" in told
    record = "k6: {dropped_iterations: {count: 0}, http_reqs: {count: 5}}\n"
    assert "k6" not in sections(site_of(tmp_path / "none", record), "c/run.md")


def test_the_cluster_at_each_moment(imported: Site) -> None:
    """Sums over the pods at each moment with restarts, and the autoscalers as printed."""
    told = sections(imported, f"{FIRST}.md")
    assert "peak 2026-01-03 10:01:00+00:00 3 0 3 453.0 m 180 MiB 3" in told["moments"]
    assert "web peak 3 2 5 cpu: 63%/50%, memory: 50%/80%" in told["moments"]
    assert "Restarts" in told["placement"]
    assert "800 m of 1.93 cores, 41.5 %" in told["nodes"]


def test_endpoints_have_the_columns_that_were_recorded(imported: Site, tmp_path: Path) -> None:
    """Further percentiles and the failed share stand where anything is recorded for them."""
    told = sections(imported, f"{FIRST}.md")["endpoints"]
    assert "Endpoint Mean Median p90 p95 p99 Largest Calls Failed Total time" in told
    record = "endpoints: {source: X-Ray, list: [{path: /a, avg: 5ms, level: info}]}\n"
    told = sections(site_of(tmp_path, record), "c/run.md")["endpoints"]
    assert "Endpoint Mean p95 Calls Total time Level" in told


def test_sources_are_told_with_their_hashes(imported: Site, tmp_path: Path) -> None:
    """Each file with kind, size, hash; one that is kept beside the record leads to it."""
    told = sections(imported, f"{FIRST}.md")["sources"]
    assert (
        f"raw.json.gz k6 samples (NDJSON) k6 519.81 kB 2026-01-03 10:00:00+00:00 {'ab' * 32}"
        in (told)
    )
    record = f"sources: [{{file: top.txt, kind: kubectl top, sha256: {'cd' * 32}}}]\n"
    assert 'href="run/top.txt">top.txt' in page(
        site_of(tmp_path, record, {"top.txt": "x"}), "c/run"
    )


def test_files_beside_the_record_are_downloads(imported: Site, tmp_path: Path) -> None:
    """Every published file is linked at the end of the page, those drawn at their charts too."""
    shown = page(imported, FIRST)
    files = {path.name for path in (SAMPLE / "experiments" / FIRST).iterdir()}
    linked = re.findall(r'href="first/([^"]+)" download>', shown)
    assert set(linked) == files
    assert len(linked) == 2 * len(files)
    (tmp_path / "experiments/c/run").mkdir(parents=True)
    (tmp_path / "experiments/c/run/link.txt").symlink_to(tmp_path / "mkdocs.yml")
    alone = site_of(tmp_path, "tags: [a]\n", {"log.txt": "x", "page.html": "x"})
    assert re.findall(r'href="run/([^"]+)"', page(alone, "c/run")) == ["log.txt"]


def test_downloads_work_with_directory_urls(tmp_path: Path) -> None:
    """Where each page is a folder, the files lie in that same folder."""
    book = open_book(
        write_book(tmp_path, {"c/run.yaml": "title: T\nstatus: unknown\n", "c/run/a.csv": "x"})
    )
    assert 'href="a.csv"' in page(sites.build(book, Links(directory_urls=True)), "c/run")


def test_a_run_without_imports_has_none_of_it(site: Site) -> None:
    """On pages of runs typed by hand nothing of it appears."""
    for run in ("session-8/pre-fix", "earlier/day-6"):
        told = sections(site, f"{run}.md")
        assert not {"over-time", "distribution", "moments", "k6", "sources"} & set(told)


HOSTILE = {
    "huge": "time_s,rps\n" + "0,1\n" * 1_000_000,
    "nan": "time_s,rps\n0,NaN\n",
    "infinity": "time_s,rps\n0,Infinity\n",
    "formula": 'time_s,rps\n0,=HYPERLINK("http://x")\n',
    "formula in the header": "time_s,=1+1\n0,1\n",
    "markup": "time_s,<script>alert(1)</script>\n0,1\n",
    "wrong header": "seconds,rps\n0,1\n",
    "empty": "",
    "binary": "\x00\x01\x02",
    "ragged": "time_s,rps\n0\n",
    "wide": "time_s," + ",".join(f"c{number}" for number in range(100_000)) + "\n",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_table_leaves_the_page_whole(tmp_path: Path, content: str) -> None:
    """Whatever lies in the place of a table, the page stands, without the chart, with a doubt."""
    record = (
        "k6: {http_reqs: {count: 5}}\nphases: [{name: steady, start: 0, end: 9, vus: 3}]\n"
        "series: [{file: s.csv, source: k6, interval: 1s}]\n"
        "distribution: {file: d.csv, source: k6}\n"
    )
    built = site_of(tmp_path, record, {"s.csv": content, "d.csv": content})
    assert [problem.code for problem in built.problems] == ["series-unreadable"] * 2
    told = sections(built, "c/run.md")
    assert "'s.csv' is left out" in told["doubts"]
    assert "Virtual users" in told["over-time"]
    assert "<svg" not in page(built, "c/run")
    assert "distribution" not in told
    assert "<script>alert" not in page(built, "c/run")


def test_names_of_a_hostile_record_are_text(tmp_path: Path) -> None:
    """Checks, metrics, sources and files with markup in their names show as what they are."""
    evil = "'<img src=x onerror=alert(1)>'"
    record = (
        f"k6:\n  scenarios: [{evil}]\n"
        f"  checks: {{list: [{{name: {evil}, group: {evil}, passes: 1}}]}}\n"
        f"  metrics: {{{evil}: {{type: gauge, values: {{{evil}: 1}}}}}}\n"
        f"sources: [{{file: {evil}, kind: {evil}, sha256: {evil}, tool: {evil}}}]\n"
        f"snapshots: [{{moment: peak, autoscalers: [{{name: {evil}, targets: [{evil}]}}]}}]\n"
        f"series: [{{file: s.csv, source: {evil}, interval: 1s}}, "
        f"{{file: t.csv, source: {evil}, interval: 1s}}]\n"
    )
    tables = dict.fromkeys(("s.csv", "t.csv"), "time_s,cpu_cores\n0,1\n1,2\n")
    shown = page(site_of(tmp_path, record, tables), "c/run")
    assert "<img" not in shown
    assert shown.count("&lt;img") >= 9


def test_ids_are_unique_and_links_lead_somewhere(imported: Site) -> None:
    """No id stands twice on a page; every link leads to a page, a data file or an attachment."""
    to = Links()
    known = {to.address(one.path) for one in imported.pages} | set(imported.files)
    known |= {one.record for one in imported.pages if one.record}
    known |= {
        path.relative_to(SAMPLE / "experiments").as_posix()
        for path in (SAMPLE / "experiments").rglob("*.csv")
    }
    for one in imported.pages:
        content = one.whole
        found = re.findall(r'\sid="([^"]+)"', content) + re.findall(r" \{#([\w-]+)[^}]*\}", content)
        assert len(found) == len(set(found)), one.path
        for href in re.findall(r'href="(?!https?:)([^"#:?]+)[^"]*"', content):
            target = os.path.normpath(Path(to.address(one.path)).parent / href)
            assert target in known, f"{one.path} links to {href}"


def test_two_builds_of_imported_runs_give_the_same_bytes(tmp_path: Path) -> None:
    """Hash seed and time zone do not change a byte of pages with tables over time."""
    root = sample_in(tmp_path)
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST, str(root)],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(digests) == 1
