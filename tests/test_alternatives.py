"""Options in the picture of what was measured: bounds, costs, and why one can't be placed."""

from __future__ import annotations

import pytest

from generator import alternatives, capacity
from generator.alternatives import Placed
from generator.notebook import Notebook
from tests.conftest import book
from tests.laws import record

NODES = "snapshots: [{moment: peak, pods: {active: 6, cpu_total: 3.0}, nodes: {active: 8}}]\n"
PRICED = "{service: shop, node_group: {price_per_hour: 0.05, currency: EUR}}"


def placed(option: str, more: str = NODES) -> Placed:
    """What becomes of one option of a run with 240 requests per second, 6 pods and 8 nodes."""
    text = record(100, 240, 0, deployment=PRICED, more=f"{more}options: [{{{option}}}]\n")
    found = book({"camp/run": text})
    (one,) = alternatives.of(found, capacity.of(found))
    return one


def test_twelve_nodes_give_at_most_half_as_much_again() -> None:
    """12 nodes after 8: 360 /s at most, 12 times the price an hour, the cost of a request as it is.

    It rests on one load, and says so.
    """
    one = placed("title: Grow the group to 12 nodes")
    assert one.high == pytest.approx(360)
    assert one.outcome == "12 nodes: at most 360\xa0/s"
    assert "at a single load" in one.assumes
    assert "only if the nodes limit" in one.assumes
    assert "0.6000 EUR an hour for 12 nodes" in one.cost.replace("\xa0", " ")
    million = 0.05 * 8 / (240 * 3600) * 1e6
    assert f"{million:.4f} EUR a million requests" in one.cost.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("option", "most"),
    [
        ("title: Grow from 8 to 12 nodes", 360),
        ("title: 4 more nodes", 360),
        ("title: 2 additional worker nodes", 300),
        ("title: More room, impact: '9 replicas in place of 6'", 360),
        ("title: More room, pros: [16 nodes fit the budget]", 480),
        ("title: Set max_size to 16", 480),
        ("title: Let pods have 6 cores", 480),
        ("title: Raise it, expects: {of: nodes, change: +25%}", 300),
        ("title: Rewrite, expects: {of: request_rate, change: 2x}", 480),
    ],
)
def test_numbers_are_found_where_people_write_them(option: str, most: float) -> None:
    """In the title, the impact, what speaks for it, or as an expectation with a figure."""
    assert placed(option).high == pytest.approx(most)


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("title: Larger instance type (t3.large)", "no run measured one of that size"),
        ("title: Code optimizations", "names no number of nodes, pods or cores"),
        ("title: Cache for 60 s on 1.5 million rows", "names no number of nodes, pods or cores"),
    ],
)
def test_what_cant_be_placed_says_why(option: str, reason: str) -> None:
    """An option about something else gets no number."""
    one = placed(option)
    assert (one.low, one.high, one.outcome) == (None, None, "")
    assert one.assumes.startswith("can't be placed: ")
    assert reason in one.assumes


def test_without_a_number_one_more_is_told() -> None:
    """More nodes, nobody says how many: what each would bring at most."""
    one = placed("title: Increase max_size of the node group")
    assert one.high is None
    assert one.outcome == "no number is named; each further node: at most +30\xa0/s"
    bare = placed("title: Increase max_size of the node group", more="")
    assert bare.assumes == (
        "can't be placed: it names no number of nodes, and neither does the run"
    )


def test_an_expectation_is_no_bound() -> None:
    """What a record expects of its own option is told as that."""
    one = placed("title: Rewrite, expects: {of: request_rate, change: 2x→3x}")
    assert [one.low, one.high] == pytest.approx([480, 720])
    assert "the record's own expectation" in one.assumes


def test_an_expectation_without_a_figure_is_none() -> None:
    """`N/A` is no expectation: the option is placed by what else it says."""
    one = placed("title: 12 nodes, expects: {of: nodes, change: N/A}")
    assert one.high == pytest.approx(360)
    assert placed("title: Rewrite, expects: {of: request_rate, change: N/A}").high is None


def test_of_a_system_the_best_load_counts() -> None:
    """Where more loads were measured the bound is that of the best, with the nodes it had."""
    found = {}
    for number, (vus, rate, nodes) in enumerate(
        [(5, 50.0, 2), (10, 100.0, 2), (40, 240.0, 6), (80, 230.0, 6)]
    ):
        more = f"snapshots: [{{moment: peak, nodes: {{active: {nodes}}}}}]\n"
        more += "options: [{title: Grow to 12 nodes}]\n" if not number else ""
        found[f"camp/run-{number}"] = record(vus, rate, number, more=more)
    opened = book(found)
    (one,) = alternatives.of(opened, capacity.of(opened))
    assert one.high == pytest.approx(480)
    assert "over 6 nodes, in proportion: an upper bound" in one.assumes


def test_the_reported_options(notebook: Notebook) -> None:
    """The four options and the recommended size of the group, of single loads all of them."""
    found = alternatives.of(notebook, capacity.of(notebook))
    outcomes = {one.title: one.outcome for one in found}
    assert outcomes == {
        "Increase max_size of the node group": "no number is named; each further node: at most "
        "+34.6\xa0/s",
        "Larger instance type (t3.large)": "",
        "Code optimizations": "554.4\xa0/s to 831.6\xa0/s",
        "Give up required anti-affinity": "",
        "Raise the maximum size of the node group (`max_size` in Terraform).": "8 nodes: at most "
        "558.5\xa0/s",
    }
    assert {one.kind for one in found if one.title.startswith("Code")} == {"option, carried out"}
    assert all("single load" in one.assumes for one in found if "at most" in one.outcome)
