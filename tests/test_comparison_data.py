"""The data files of the page Compare: what is in them, how they grow, what is drawn together."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator import comparison_data, course_data, links
from generator import site as sites
from generator.links import Links
from generator.notebook import Notebook
from generator.settings import Settings
from generator.site import Site
from tests.conftest import ROOT, book, open_book
from tests.imported import FIRST, SECOND, course, sample
from tests.test_noise import repeats


def content(built: Site, path: str) -> Any:
    """A data file of a site, read."""
    return json.loads(built.files[path])


def test_the_list_of_runs_is_that_of_the_other_pages(site: Site) -> None:
    """No run stands in the index: the page reads the list that Runs and Explore read."""
    assert "session-8" not in site.files["data/compare.json"]
    page = next(page for page in site.pages if page.path == links.COMPARE)
    assert 'data-runs="data/roster.json"' in page.whole


def test_data_are_found_where_addresses_are_folders(notebook: Notebook) -> None:
    """With `use_directory_urls` the page reads its data upwards."""
    built = sites.build(notebook, Links(directory_urls=True))
    page = next(page for page in built.pages if page.path == links.COMPARE)
    assert 'data-index="../data/compare.json"' in page.whole
    assert 'data-runs="../data/roster.json"' in page.whole
    assert all(script.startswith("../assets/") for script in page.scripts)


def test_changes_come_by_campaign(site: Site, notebook: Notebook) -> None:
    """Each campaign has a file with the changes of its runs; where there are none it is empty."""
    for name in notebook.campaign_names:
        found = content(site, f"data/compare/changes/{name}.json")["changes"]
        changed = [run for run in notebook.runs_of(name) if notebook.runs[run].changes]
        assert list(found) == changed
    assert found["session-8/post-code"][0].keys() >= {"area", "told", "setting", "inert"}


def test_a_run_has_its_doubts_counted_by_kind(site: Site) -> None:
    """Kinds in the order of the audit, with how many doubts of the record are of each."""
    doubts = content(site, "data/compare/runs/session-8/pre-fix.json")["doubts"]
    kinds = [kind for kind, _ in doubts]
    assert "Figures that contradict each other" in kinds
    name = "experiments/session-8/pre-fix.yaml"
    assert sum(count for _, count in doubts) == sum(p.file == name for p in site.problems)


def test_no_run_file_names_what_belongs_to_pairs(site: Site) -> None:
    """A run's file speaks of no other run: so files grow with the runs, not with their pairs."""
    text = site.files["data/compare/runs/earlier/day-6.json"]
    assert "day-7" not in text
    assert "session-8" not in text


@pytest.mark.parametrize("alone", [False, True])
def test_twice_the_runs_are_twice_the_bytes(alone: bool) -> None:
    """Whether runs repeat one another or stand alone, all files together grow with their number."""

    def size(number: int) -> int:
        figures = [100.0 + position for position in range(number)]
        groups = [[figure] for figure in figures] if alone else [figures]
        files = sites.build(book(repeats(*groups))).files
        return sum(len(text) for path, text in files.items() if path.startswith("data/compare"))

    assert size(40) < 2.1 * size(20)


def test_repeats_have_one_file_for_all_of_them() -> None:
    """The figures of a group stand in the file of its original, which each of its runs names."""
    built = sites.build(book(repeats([100, 110, 90], [200])))
    paths = [path for path in built.files if path.startswith("data/compare/repeats/")]
    assert paths == ["data/compare/repeats/a/g0.json"]
    group = content(built, paths[0])
    assert group["runs"] == ["a/g0", "a/g0-1", "a/g0-2"]
    assert [name for name, *_ in group["metrics"]] == ["vus", "latency_p95"]
    assert group["metrics"][1][1] == [100, 110, 90]
    assert content(built, "data/compare/runs/a/g0-2.json")["repeats"] == "a/g0"
    assert content(built, "data/compare/runs/a/g1.json")["repeats"] is None
    assert content(built, "data/compare/runs/a/g1.json")["noise"][-1][3] == "3 runs of g0"


def test_settings_are_equal_there_if_and_only_if_here() -> None:
    """`true` equals 1 and 2.0 equals 2, text equals no number, huge numbers stay apart."""
    values = (True, 1, 1.0, "1", 2, 2.5, "true", 2**60, 2**60 + 1, float(2**60), (1.0, None), "a")
    for one in values:
        for other in values:
            there, here = (
                json.dumps(json.loads(json.dumps(comparison_data.comparable(value))))
                for value in (one, other)
            )
            same = there.replace("1.0", "1") == here.replace("1.0", "1")
            assert same == (one == other), (one, other)


def test_what_runs_keep_is_published_thinned_and_in_words() -> None:
    """Lines with at most so many points, their extremes as texts, and the distribution."""
    files = dict(course_data.files(sample()))
    assert set(files) == {f"data/compare/courses/{name}.json" for name in (FIRST, SECOND)}
    found = json.loads(files[f"data/compare/courses/{FIRST}.json"])
    titles = [line["title"] for line in found["lines"]]
    assert len(titles) == len(set(titles))
    assert {"Requests per second", "Latency p95"} < set(titles)
    for line in found["lines"]:
        assert 0 < len(line["points"]) <= 2 * course_data.MOST_POINTS
        assert " at " in line["lowest"]
    assert "95\N{NO-BREAK SPACE}% faster than" in found["distribution"]["told"]


def test_cpu_beside_the_service_is_not_drawn_as_the_services() -> None:
    """A run that kept only the load generator's CPU has a line under a title of its own."""
    service = course([0, 1], {"cpu_cores": [1, 2], "generator_cpu_cores": [3, 4]}, "process")
    beside = course([0, 1], {"generator_cpu_cores": [3, 4]}, "host")
    titles = [[line["title"] for line in course_data.lines([one])] for one in (service, beside)]
    assert titles == [["CPU in use", "CPU in use, generator"], ["CPU in use, generator"]]


def test_a_gap_stays_a_gap() -> None:
    """Where figures are missing for long the line is interrupted by a point without value."""
    times = [0, 1, 2, 30, 31]
    (line,) = course_data.lines([course(times, {"rps": [5, 6, 7, 8, 9]})])
    assert line["points"] == [[0, 5], [1, 6], [2, 7], [2, None], [30, 8], [31, 9]]
    assert line["lowest"] == "5\N{NO-BREAK SPACE}/s at 0\N{NO-BREAK SPACE}s"


def test_a_notebook_without_runs_has_a_page_that_says_so() -> None:
    """Nothing can be chosen: the page says that there are no runs, and loads nothing for them."""
    built = sites.build(book({}, Settings()))
    page = next(page for page in built.pages if page.path == links.COMPARE)
    assert "There are no runs to compare yet." in page.whole
    assert content(built, "data/roster.json")["runs"]["name"] == []


def test_the_real_notebook_is_read_by_a_browser_in_little() -> None:
    """The list of runs and the files of two runs are less than 100 kB together."""
    found = open_book(ROOT)
    built = sites.build(found)
    names = [f"cache-on-one-host/{mode}-040-1" for mode in ("off", "on")]
    shared = (
        "data/compare.json",
        "data/roster.json",
        "data/compare/changes/cache-on-one-host.json",
    )
    sizes = [len(built.files[path]) for path in shared]
    sizes += [len(built.files[f"data/compare/runs/{name}.json"]) for name in names]
    assert sum(sizes) < 100_000
