"""The site as a whole: what is in it, and that the same records give the same bytes."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator import latest, records, site
from generator.links import Links
from generator.metrics import METRICS
from generator.notebook import build
from generator.pages import PAGES
from generator.settings import Settings
from generator.site import Site
from tests.conftest import book, copy_reported
from tests.test_reference import sections

ROOT = Path(__file__).parent.parent

DIGEST = """
import hashlib, sys
from pathlib import Path
from generator import notebook, records, settings, site
root = Path(sys.argv[1])
built = site.build(notebook.build(records.sources(root), settings.read(root)[0]))
digest = hashlib.sha256()
for page in built.pages:
    digest.update(repr((page.path, page.title, page.markdown, page.late)).encode())
for path, content in built.files.items():
    digest.update(repr((path, content)).encode())
print(digest.hexdigest())
"""


def test_every_run_and_campaign_has_its_page(site: Site) -> None:
    """Five runs, two campaigns and every overview page, each under its own path."""
    paths = [page.path for page in site.pages]
    assert len(paths) == len(set(paths))
    assert {"index.md", "runs.md", "campaigns.md", "history.md", "audit.md", "checks.md"} < set(
        paths
    )
    assert {"earlier/day-6.md", "session-8/post-code.md", "session-8/index.md"} < set(paths)
    assert len(paths) == 7 + len(PAGES)


MEASURED = ROOT / "experiments" / "cache-on-one-host"
A_FEW = re.compile(r"campaign|(off|on)-0(05|10|20|40)-1|off-005-\d")
"""Of that campaign: enough for each kind of page and chart of the whole notebook."""


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    """Hash seed, time zone and locale do not change a byte of what is published."""
    folder = copy_reported(tmp_path) / "experiments" / MEASURED.name
    for path in MEASURED.rglob("*"):
        part = path.relative_to(MEASURED)
        if path.is_file() and A_FEW.fullmatch(part.parts[0].removesuffix(".yaml")):
            (folder / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / part)
    for name in ("mkdocs.yml", "objectives.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    digests = set()
    for environment in (
        {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"},
    ):
        done = subprocess.run(
            [sys.executable, "-c", DIGEST, str(tmp_path)],
            env={**os.environ, **environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1


def test_runs_json_holds_every_metric_of_every_run(site: Site) -> None:
    """`data/runs.json` has version 1 and the runs in order of time, metrics by name."""
    content = json.loads(site.files["data/runs.json"])
    assert content["version"] == 1
    assert [run["id"] for run in content["runs"]] == [
        "earlier/day-6",
        "earlier/day-7",
        "session-8/pre-fix",
        "session-8/post-fix",
        "session-8/post-code",
    ]
    metrics = content["runs"][2]["metrics"]
    assert metrics["request_rate"] == pytest.approx(279.236, abs=0.001)
    assert metrics["rps_per_core"] == pytest.approx(107.316, abs=0.001)
    assert "cache_hit_rate" not in metrics
    assert set(metrics) <= set(METRICS)


def test_runs_csv_has_a_row_a_run_and_a_column_a_metric(site: Site) -> None:
    """`data/runs.csv` agrees with `data/runs.json`; what is absent is empty, never zero."""
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(site.files["data/runs.csv"]))}
    for run in json.loads(site.files["data/runs.json"])["runs"]:
        row = rows[run["id"]]
        for name in METRICS:
            value = run["metrics"].get(name)
            assert row[name] == "" if value is None else float(row[name]) == pytest.approx(value)


def test_the_fix_cost_efficiency_and_the_page_says_so(site: Site) -> None:
    """What the hand-written report missed: the fix cost 22.6 % of the RPS per core."""
    text = sections(site, "session-8/post-fix.md")["efficiency"]
    assert re.search(
        r"RPS per core.{0,12}83\.1 /s(?: !\d+)* −24\.2 /s −22\.6 % 107\.3 /s ▼ regressed", text
    )


def test_the_result_of_a_run_names_what_was_won_and_lost(site: Site) -> None:
    """The first section says in words what regressed and improved, as far as it can be judged."""
    fix = sections(site, "session-8/post-fix.md")["summary"]
    assert "▼ regressed RPS per core −22.6 %, RPS per pod −50.4 %" in fix
    assert "▲ improved" not in fix.split("! Read with care")[0].split("▼ regressed RPS")[1]
    code = sections(site, "session-8/post-code.md")["summary"]
    assert "▲ improved RPS per core +26.5 %, RPS per pod +83.4 %" in code
    assert "▼ regressed" not in code


def test_the_audit_has_every_doubt_under_its_rule(site: Site) -> None:
    """The audit page groups the doubts of all runs by rule, each leading to its run."""
    found = sections(site, "audit.md")
    doubts = [problem for problem in site.problems if problem.level == "warning"]
    assert f"{len(doubts)} doubts in 6 of 7 records" in found[""]
    assert "Day 8 pre-fix: observability k6.http_reqs.rate" in found["figures"]
    assert "think time of 0.87 s" in found["runs"]
    assert "Session 8: deep observability claims[13].says" in found["claims"]
    assert found["record"].count("the date was not recorded") == 2
    shown = sum(text.count("! warning") for text in found.values())
    assert shown == len(doubts)


def test_home_says_where_things_stand(site: Site) -> None:
    """Home has the latest run against its baseline and the first run, doubts, open actions."""
    found = sections(site, "index.md")
    lead = found[""]
    assert "508.4 /s" in lead
    assert "+83.4 %" in lead
    assert "+116.5 %" in lead
    assert "−30.8 %" in lead
    assert "VUs 100 → 200" in lead
    assert "73.47 /s contradicts 217,804 requests / 13 min = 279.2 /s" in found["doubts"]
    assert "open" in found["actions"]
    assert "done" not in found["actions"]


def test_a_run_is_told_in_the_order_in_which_a_reader_asks(site: Site) -> None:
    """Question, result, trust, what changed, evidence, what next: each heading in this order."""
    page = next(page for page in site.pages if page.path == "session-8/post-code.md")
    headings = re.findall(r"^## .* \{#([\w-]+)[^}]*\}$", page.markdown, flags=re.MULTILINE)
    asked = ["question", "summary", "trust", "why", "evidence", "next", "record"]
    assert headings == asked
    below = re.findall(r"^### .* \{#([\w-]+)[^}]*\}$", page.markdown, flags=re.MULTILINE)
    assert below.index("doubts") < below.index("changes") < below.index("figures")


def test_a_result_says_what_to_keep_in_mind(site: Site) -> None:
    """Beside the figures stands, in a line, why they are to be read with care."""
    found = sections(site, "session-8/post-code.md")
    assert (
        "Read with care: not like for like (VUs 100 → 200); 7 things were altered together; "
        "one run on each side, judged by a tolerance; 15 doubts about the record."
    ) in found["summary"]
    assert "claims that the data do not carry: 12, what the cluster shows: 3" in found["trust"]
    first = sections(site, "earlier/day-6.md")
    assert "there is nothing to compare it with" in first["summary"]
    assert "nothing is judged" in first["trust"]


def test_a_run_leads_to_its_neighbours_in_the_campaign(site: Site) -> None:
    """Previous and next run of the campaign are a click away; the ends have one of them."""
    pages = {page.path: page.whole for page in site.pages}
    middle = re.findall(r'rel="(prev|next)" href="([^"]+)"', pages["session-8/post-fix.md"])
    assert middle == [("prev", "pre-fix.html"), ("next", "post-code.html")]
    last = re.findall(r'rel="(prev|next)" href="([^"]+)"', pages["session-8/post-code.md"])
    assert last == [("prev", "post-fix.html")]


def test_settings_and_metric_names_are_in_the_search(site: Site) -> None:
    """What the search reads has each recorded setting of a run and each metric of the glossary."""
    pages = {page.path: " ".join(page.words) for page in site.pages}
    assert "pod_anti_affinity" in pages["session-8/post-fix.md"]
    assert "requests.cpu" in pages["session-8/post-fix.md"]
    for metric in METRICS.values():
        assert metric.label in pages["glossary.md"]


def test_a_basis_that_many_verdicts_share_is_told_once(site: Site) -> None:
    """The reason of a verdict stands in a note where three rows have it, else in the row."""
    found = sections(site, "session-8/post-code.md")["figures"]
    assert len(re.findall(r"olerance 5.%, n = 1 and 1, noise not known", found)) == 1
    assert found.count("The load differs: VUs 100 → 200.") == 1


def test_every_page_has_a_description(site: Site) -> None:
    """Each page says in a sentence what it is, for whoever is sent a link to it."""
    for page in site.pages:
        found = re.search(r'^description: "(.+)"$', page.markdown, flags=re.MULTILINE)
        assert found, page.path
        assert len(found[1]) > 20, page.path


def test_sections_without_data_do_not_appear(site: Site) -> None:
    """Day 6 has no pods by name, no cache and no endpoints: no such section on its page."""
    found = sections(site, "earlier/day-6.md")
    assert not {"placement", "cpu", "cache", "endpoints", "options", "changes"} & set(found)
    assert "figures" in found


def test_ranges_and_approximate_figures_stay_so(site: Site) -> None:
    """`2→7`, `2→?` and `~` are kept on the pages and in what is computed from them."""
    assert "2→7" in sections(site, "earlier/day-7.md")["figures"]
    assert "186.7→53.3 /s" in sections(site, "earlier/day-7.md")["figures"]
    assert "2→?" in sections(site, "earlier/day-6.md")["figures"]
    assert "~0.1748 USD" in sections(site, "session-8/post-code.md")["efficiency"]


def test_glossary_defines_every_metric(site: Site) -> None:
    """Each metric of the registry stands in the glossary under an anchor of its name."""
    page = next(page for page in site.pages if page.path == "glossary.md")
    content = page.whole
    for metric in METRICS.values():
        assert f'id="{metric.name}"' in content
        assert metric.label in content


def test_a_notebook_without_runs_says_what_to_do(tmp_path: Path) -> None:
    """The first page of an empty notebook tells how to write the first record."""
    built = site_of(tmp_path, {})
    home = next(page for page in built.pages if page.path == "index.md")
    assert "loadbook new" in " ".join(home.words)
    told = sections(built, "index.md")["start"]
    for step in ("k6 run", "loadbook import", "loadbook check", "loadbook build"):
        assert step in told


def test_a_planned_run_is_listed_where_nothing_is_completed(tmp_path: Path) -> None:
    """A record that is not completed is named beside the first steps."""
    built = site_of(tmp_path, {"a/plan": "title: The plan\nstatus: planned\n"})
    assert "The plan" in sections(built, "index.md")["start"]


def test_a_broken_record_is_named_and_takes_no_other_page_down(tmp_path: Path) -> None:
    """Where a record is broken its errors stand on home and on the runs page, others are built."""
    built = site_of(
        tmp_path,
        {
            "a/good": "title: Good\nstatus: completed\nload: {scenario: s}\n",
            "a/bad": "title: Bad\nstatus: finished\n",
        },
    )
    paths = {page.path for page in built.pages}
    assert "a/good.md" in paths
    assert "a/bad.md" not in paths
    for path in ("index.md", "runs.md"):
        assert "experiments/a/bad.yaml:2:9" in sections(built, path)["broken"]


def test_one_run_alone_is_shown_without_comparison(tmp_path: Path) -> None:
    """A first run has no baseline: its figures are shown with their source, nothing is judged."""
    built = site_of(
        tmp_path,
        {
            "a/first": "title: F\nstatus: completed\nload: {scenario: s, vus: 5, duration: 10s}\n"
            "k6: {http_reqs: {count: 1000}}\n"
        },
    )
    figures = sections(built, "a/first.md")["figures"]
    assert "100 /s computed" in figures
    assert "not comparable" not in figures


def test_ids_are_unique_on_every_page(site: Site, tmp_path: Path) -> None:
    """No two elements of a page, those of its charts included, have the same id."""
    alone = site_of(
        tmp_path,
        {
            "a/first": "title: F\nstatus: completed\nload: {scenario: s, vus: 5, duration: 10s}\n"
            "k6: {http_reqs: {count: 1000}}\nsnapshots: [{moment: peak, nodes: {active: 2}}]\n"
        },
    )
    for page in [*site.pages, *alone.pages]:
        content = page.whole
        found = re.findall(r'\sid="([^"]+)"', content) + re.findall(r" \{#([\w-]+)[^}]*\}", content)
        twice = {name for name in found if found.count(name) > 1}
        assert not twice, page.path


def test_links_lead_to_pages_and_files_of_the_site(site: Site) -> None:
    """Every relative link on every page leads to a page, a record or a data file that exists."""
    to = Links()
    known = {to.address(page.path) for page in site.pages} | set(site.files)
    known |= {page.record for page in site.pages if page.record}
    for page in site.pages:
        for href in re.findall(r'href="([^"#?:]+)(?:[#?][^"]*)?"', page.whole):
            base = Path(to.address(page.path)).parent
            target = os.path.normpath(base / href)
            assert target in known, f"{page.path} links to {href}"


def test_links_work_with_directory_urls_too(tmp_path: Path) -> None:
    """With one folder a page, links lead to folders."""
    sources = records.Sources({"a/b": b"title: T\nstatus: completed\nload: {scenario: s}\n"}, {})
    built = site.build(build(sources, Settings()), Links(directory_urls=True))
    home = next(page for page in built.pages if page.path == "index.md")
    assert 'href="a/b/"' in home.whole


def site_of(root: Path, runs: dict[str, str]) -> Site:
    """The site of a notebook with these records."""
    for identity, text in runs.items():
        file = root / records.file_of_run(identity)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return site.build(build(records.sources(root), Settings()))


def test_home_leads_with_what_is_new() -> None:
    """The newest run that is no repeat and is compared with something, not whatever ran last."""
    run = "title: {title}\ndate: 2026-01-0{day}\nstatus: completed\nload: {{scenario: s, vus: 1}}\n"
    found = book(
        {
            "a/off": run.format(title="Off", day=1),
            "a/on": run.format(title="On", day=2) + "baseline: a/off\n",
            "a/other": run.format(title="Other", day=3),
            "a/off-2": run.format(title="Off again", day=4) + "repeats: a/off\n",
        }
    )
    assert latest.headliner(found, found.completed) == "a/on"
    assert latest.headliner(found, ("a/off", "a/other", "a/off-2")) == "a/other"
    assert latest.headliner(found, ("a/off-2",)) == "a/off-2"
