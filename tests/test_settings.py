"""Settings: where they stand, what they default to, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import settings
from generator.errors import NotebookError, Place, Problem
from generator.metrics import METRICS
from generator.settings import Settings, find_root, is_absolute


def read(folder: Path, config: str) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings of a notebook with this mkdocs.yml."""
    (folder / "mkdocs.yml").write_text(config, "utf-8")
    return settings.read(folder)


def test_the_notebook_is_looked_for_upwards(tmp_path: Path) -> None:
    """Anywhere inside a notebook its own folder is found, the nearest one first."""
    inner = tmp_path / "book" / "experiments" / "session-8"
    inner.mkdir(parents=True)
    (tmp_path / "mkdocs.yml").write_text("site_name: Outer\n")
    assert find_root(inner) == tmp_path
    (tmp_path / "book" / "mkdocs.yml").write_text("site_name: Inner\n")
    assert find_root(inner) == tmp_path / "book"
    assert find_root(tmp_path / "book") == tmp_path / "book"


def test_outside_a_notebook_there_is_none(tmp_path: Path) -> None:
    """Where no folder upwards has a mkdocs.yml, the message says so and names the folder."""
    (tmp_path / "mkdocs.yml").mkdir()
    with pytest.raises(NotebookError, match=r"no mkdocs\.yml in .*: not in a notebook"):
        find_root(tmp_path)


def test_an_unreadable_configuration_is_no_notebook(tmp_path: Path) -> None:
    """A mkdocs.yml that can't be read is an error of the notebook, not a crash."""
    with pytest.raises(NotebookError, match=r"mkdocs\.yml can't be read"):
        settings.read(tmp_path)


@pytest.mark.parametrize(
    "config",
    [
        "site_name: T\n",
        "site_name: T\nplugins: []\n",
        "site_name: T\nplugins:\n  - search\n  - loadbook\n",
        "site_name: T\nplugins:\n  - loadbook: {}\n",
        "",
        "- a list\n",
    ],
)
def test_without_settings_the_defaults_hold(tmp_path: Path, config: str) -> None:
    """5 % of tolerance and no repeats asked for, however the plugin is listed."""
    found, problems = read(tmp_path, config)
    assert found == Settings()
    assert problems == ()
    assert found.tolerance_of(METRICS["latency_p95"]) == 0.05
    assert found.minimum_repeats == 1


@pytest.mark.parametrize(
    "config",
    [
        "plugins:\n  - search\n  - loadbook: {tolerance: 3%, minimum_repeats: 2}\n",
        "plugins:\n  loadbook: {tolerance: 0.03, minimum_repeats: 2}\n  search: {}\n",
    ],
)
def test_settings_are_read_from_list_and_mapping(tmp_path: Path, config: str) -> None:
    """MkDocs takes plugins as a list or as a mapping, and so do the commands."""
    found, problems = read(tmp_path, config)
    assert problems == ()
    assert found.tolerance_of(METRICS["request_rate"]) == pytest.approx(0.03)
    assert found.minimum_repeats == 2


def test_tags_of_mkdocs_are_no_mistake(tmp_path: Path) -> None:
    """A mkdocs.yml may have tags and merge keys that records may not."""
    found, problems = read(
        tmp_path,
        "site_name: !ENV [NAME, T]\nplugins:\n  - loadbook: {tolerance: 3%}\n"
        "markdown_extensions:\n  - x: {y: !!python/name:material.twemoji }\n"
        "extra:\n  one: &one {a: 1}\n  two:\n    <<: *one\n",
    )
    assert problems == ()
    assert found.tolerance is not None
    assert found.tolerance.start == pytest.approx(0.03)


def test_a_metric_has_the_nearest_tolerance(tmp_path: Path) -> None:
    """Its own by name, else the registry's, else the notebook's."""
    found, _ = read(
        tmp_path,
        "plugins:\n  - loadbook:\n      tolerance: 3%\n      tolerances:\n"
        "        latency_p95: 10%\n        error_rate: 0.01\n",
    )
    assert found.tolerance_of(METRICS["latency_p95"]) == pytest.approx(0.1)
    assert found.tolerance_of(METRICS["latency_avg"]) == pytest.approx(0.03)
    assert found.tolerance_of(METRICS["error_rate"]) == pytest.approx(0.01)
    assert found.tolerance_of(METRICS["checks_rate"]) == METRICS["checks_rate"].tolerance


def test_the_tolerance_of_a_share_is_absolute() -> None:
    """Shares are held against points, all else against a relative change."""
    assert is_absolute(METRICS["error_rate"])
    assert not is_absolute(METRICS["latency_p95"])
    assert not is_absolute(METRICS["cpu_of_request"])


@pytest.mark.parametrize(
    ("option", "field", "said"),
    [
        ("tolernce: 5%", "tolernce", "did you mean 'tolerance'?"),
        ("tolerance: 500%", "tolerance", "more than 1"),
        ("tolerance: much", "tolerance", "'much' is no share"),
        ("tolerances: {latency_p59: 1%}", "tolerances.latency_p59", "'latency_p59' is no metric"),
        ("tolerances: {latency_p95: -1}", "tolerances.latency_p95", "is negative"),
        ("minimum_repeats: 0", "minimum_repeats", "greater than or equal to 1"),
        ("minimum_repeats: many", "minimum_repeats", "'many'"),
    ],
)
def test_a_wrong_setting_is_a_problem_with_its_place(
    tmp_path: Path, option: str, field: str, said: str
) -> None:
    """A mistake in the settings is reported like one in a record; the defaults stand in."""
    found, (problem,) = read(tmp_path, f"plugins:\n  - search\n  - loadbook:\n      {option}\n")
    assert found == Settings()
    assert problem.file == "mkdocs.yml"
    assert problem.field == f"plugins[1].loadbook.{field}"
    assert problem.place.line == 4
    assert said in problem.as_text()


def test_a_broken_configuration_is_not_passed_over(tmp_path: Path) -> None:
    """A mkdocs.yml that is no YAML is a problem, for its settings don't hold."""
    found, problems = read(tmp_path, "plugins:\n  - loadbook: {tolerance: [\n")
    assert found == Settings()
    assert [(problem.code, problem.place) for problem in problems] == [("yaml-syntax", Place(3, 1))]
