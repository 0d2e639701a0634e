"""The section on repeats: noise, the smallest effect they can show, how many more are needed."""

from __future__ import annotations

import math

from scipy import stats

from generator import repeats, sections
from generator.blocks import Table
from generator.links import Links
from generator.notebook import Notebook
from generator.view import RunView
from tests.conftest import book

RECORD = (
    "title: T\ndate: 2026-01-0{day}\nstatus: completed\n"
    "load: {{scenario: s, vus: 10, duration: 100s}}\nk6: {{http_reqs: {{count: {count}}}}}\n"
)


def view(notebook: Notebook, identity: str) -> RunView:
    """A run's page in the making."""
    run = notebook.runs[identity]
    measured = dict(notebook.measurements[identity])
    return RunView(notebook, identity, run, measured, None, (), Links())


def three() -> Notebook:
    """100, 102 and 98 requests a second: a standard deviation of 2 % of the median."""
    return book(
        {
            "a/one": RECORD.format(day=1, count=10000),
            "a/two": RECORD.format(day=2, count=10200) + "repeats: a/one\n",
            "a/three": RECORD.format(day=3, count=9800) + "repeats: a/one\n",
            "a/alone": RECORD.format(day=4, count=9000),
        }
    )


def test_each_metric_has_its_noise_and_what_it_hides() -> None:
    """By Student's t with two degrees of freedom, as scipy has it."""
    (table,) = [b for b in repeats.section(view(three(), "a/two")) if isinstance(b, Table)]
    rate = next(row for row in table.rows if row[0].text == "Requests per second")
    t = stats.t(2)
    floor = t.ppf(0.975) * 0.02 * math.sqrt(2)
    effect = (t.ppf(0.975) + t.ppf(0.8)) * 0.02 * math.sqrt(2 / 3)
    needed = math.ceil(((t.ppf(0.975) + t.ppf(0.8)) * 0.02 * math.sqrt(2) / 0.05) ** 2)
    texts = [cell.text.replace("\N{NO-BREAK SPACE}", " ") for cell in rate]
    assert texts[1:3] == ["100 /s", "98 /s to 102 /s"]
    assert texts[3:] == [f"±{floor:.0%}".replace("%", " %"), f"{effect * 100:.2g} %", str(needed)]


def test_all_runs_of_the_same_thing_are_named() -> None:
    """From the original and from each repeat the others are a click away."""
    for identity in ("a/one", "a/two", "a/three"):
        items = next(iter(repeats.section(view(three(), identity))))
        assert len(getattr(items, "items", ())) == 3


def test_a_run_without_repeats_has_no_such_section() -> None:
    """Nothing is said of noise that nobody measured."""
    assert "repeats" not in [part.slug for part in sections.parts(view(three(), "a/alone"))]
    assert "repeats" in [part.slug for part in sections.parts(view(three(), "a/one"))]
