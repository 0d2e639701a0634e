"""Pods on nodes: what the picture marks, what moved, and what pods use, from no pod to hundreds."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from generator import moves, occupancy, site, usage
from generator.charts import CHARTS
from generator.model import Run
from generator.notebook import Notebook
from generator.occupancy import Occupancy, State
from tests.conftest import book as book_of
from tests.test_charts import NASTY, SVG, assert_tidy, chart, peak, sketch, texts, words
from tests.test_reference import text_of

LOOKS = {
    ("var(--lb-series-1)", ""): "running",
    ("var(--lb-doubt)", ""): "running with trouble",
    ("var(--lb-chart-bg)", "var(--lb-doubt)"): "pending",
    ("var(--lb-chart-muted)", ""): "terminating",
    ("none", "var(--lb-regressed)"): "failed",
    ("var(--lb-chart-bg)", "var(--lb-chart-muted)"): "in another phase",
}
"""Which state a shape's filling and edge tell; its outline tells it as well."""

CORNERS = {"running": 4, "running with trouble": 4, "pending": 4, "terminating": 3, "failed": 2}


def marks(svg: str) -> Counter[str]:
    """How many marks of each state are drawn, those of the legend included."""
    found: Counter[str] = Counter()
    root = ElementTree.fromstring(svg)
    looks = {child: parent.get("style", "") for parent in root.iter() for child in parent}
    for element in root.iter(f"{SVG}path"):
        style = element.get("style") or looks.get(element, "")
        said = dict(part.split(":", 1) for part in style.split(";") if ":" in part)
        state = LOOKS.get((said.get("fill", "").strip(), said.get("stroke", "").strip()))
        lines = [line for line in (element.get("d") or "").split("M") if line]
        if state is None or "stroke-dasharray" in said or "opacity" in style:
            continue
        corners = {1 + line.count("L") for line in lines}
        if corners == {CORNERS.get(state, 4)}:
            found[state] += len(lines) // (2 if state == "failed" else 1)
    return found


def pods(number: int, nodes: int = 0, **more: Any) -> list[dict[str, Any]]:
    """So many pods, spread over so many nodes; none has a node where there are no nodes."""
    return [
        {
            "name": f"backend-59bcbbc7fb-{at:05d}",
            **({"node": f"ip-10-0-{at % nodes}.ec2.internal"} if nodes else {}),
            **more,
        }
        for at in range(number)
    ]


def waiting(number: int, reason: str = "0/40 nodes are available") -> list[dict[str, Any]]:
    """So many pods that wait for that reason."""
    return [{"name": f"w-{at}", "phase": "Pending", "reason": reason} for at in range(number)]


def occupied(run: Run, at: int | None = None) -> Occupancy:
    """The pods in the run's snapshot."""
    found = occupancy.of(run, at)
    assert found is not None
    return found


# --- the picture ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3, 11, 24])
def test_few_pods_have_their_names(number: int) -> None:
    """Up to two dozen pods each has its name in its node, and no legend is needed."""
    found = chart("placement", peak(pods(number, 4)))
    shown = texts(found.svg)
    if number > 1:
        assert {f"{at:05d}" for at in range(number)} <= set(shown)
    assert not marks(found.svg)
    assert found.alt.startswith(f"{number} pods: {number} running on {min(number, 4)} node")


@pytest.mark.parametrize(("number", "nodes"), [(25, 5), (60, 12), (300, 40), (300, 7)])
def test_many_pods_are_marks(number: int, nodes: int) -> None:
    """Of more pods each is one mark; each node says how many it holds, the legend how many."""
    found = sketch("placement", peak([*pods(number, nodes), *waiting(14)]))
    assert_tidy(found)
    svg = chart("placement", peak([*pods(number, nodes), *waiting(14)])).svg
    assert marks(svg) == {"running": number + 1, "pending": 14 + 1}
    shown = texts(svg)
    assert f"{number} running" in shown
    assert "14 pending" in shown
    assert "Pending: 0/40 nodes are available" in shown
    assert len(svg.encode()) < 60_000


def test_every_state_has_a_shape_of_its_own() -> None:
    """Failed, terminating, crashing and waiting pods differ by outline, and the legend counts."""
    listed = pods(40, 8)
    listed[0] |= {"phase": "Failed", "reason": "OOMKilled"}
    listed[1] |= {"reason": "Terminating"}
    listed[2] |= {"reason": "CrashLoopBackOff"}
    listed[3] |= {"phase": "Unknown"}
    listed[4] |= {"phase": "Pending", "reason": "ContainerCreating"}
    found = chart("placement", peak(listed))
    assert marks(found.svg) == {
        "running": 36,
        "failed": 2,
        "terminating": 2,
        "running with trouble": 2,
        "in another phase": 2,
        "pending": 2,
    }
    assert {"1 failed", "1 terminating", "1 running with trouble"} <= set(texts(found.svg))
    assert "Pods failed: backend-59bcbbc7fb-00000." in found.alt
    assert "Pods terminating: backend-59bcbbc7fb-00001." in found.alt


def test_few_pods_say_their_state_beside_their_name() -> None:
    """Where pods have names the word stands beside the shape."""
    listed = pods(3, 1)
    listed[0] |= {"phase": "Failed"}
    listed[1] |= {"reason": "Terminating"}
    found = chart("placement", peak(listed))
    assert {"Failed: 00000", "Terminating: 00001", "00002"} <= set(texts(found.svg))
    assert marks(found.svg) == {"running": 1, "failed": 2, "terminating": 2}


def test_broken_anti_affinity_is_louder_than_a_preference() -> None:
    """Required: a cross and a sentence; preferred: a sign; unavoidable: neither."""
    listed = [*pods(3, 3), {"name": "backend-59bcbbc7fb-00009", "node": "ip-10-0-1.ec2.internal"}]
    nodes = {"active": 5}
    for rule, sign in (("required", "✕ same node"), ("preferred", "! same node")):
        run = peak(listed, nodes=nodes, deployment={"pod_anti_affinity": rule})
        shown = texts(chart("placement", run).svg)
        assert shown.count(sign) == 1
        broken = "✕ Anti-affinity is required and broken on one node"
        assert (broken in shown) is (rule == "required")
    run = peak(listed, deployment={"pod_anti_affinity": "preferred"})
    found = chart("placement", run)
    assert "same node" not in words(found.svg)
    assert "There are more replicas than the 3 nodes that run." in found.alt


@pytest.mark.parametrize(
    ("node", "limit"),
    [
        ({"cpu": "3.6", "cpu_capacity": "3.9"}, "▲ CPU 92 %"),
        ({"memory": "3.9Gi", "memory_capacity": "4Gi"}, "▲ memory 98 %"),
        ({"cpu": "1", "cpu_capacity": "2"}, "▲ no CPU for one more pod"),
        ({"cpu": "1", "cpu_capacity": "2.3"}, ""),
        ({"cpu_capacity": "2→3"}, ""),
        ({"state": "not ready", "cpu": "3.6", "cpu_capacity": "3.9"}, ""),
    ],
)
def test_a_node_at_its_limit_says_which(node: dict[str, Any], limit: str) -> None:
    """Use near what a node gives, or no room for one more request, is marked by shape and word."""
    nodes = {"list": [{"name": "ip-10-0-0.ec2.internal", **node}]}
    run = peak(pods(3, 1), nodes=nodes, deployment={"requests": {"cpu": "550m"}})
    shown = words(chart("placement", run).svg)
    assert "▲" in shown if limit else "▲" not in shown
    assert limit in shown.replace("\n", " ")


def test_a_full_node_group_is_said_above_the_nodes(notebook: Notebook) -> None:
    """The real runs reached their maximum, one place taken by a node that is gone."""
    shown = words(chart("placement", notebook.runs["session-8/pre-fix"]).svg).replace("\n", " ")
    assert "▲ Node group at its maximum: all 5 places taken, 1 of them by a terminated" in shown
    free = peak(pods(3, 3), nodes={"active": 3, "maximum": 4})
    assert "maximum" not in words(chart("placement", free).svg)


@pytest.mark.parametrize("number", [3, 60, 300])
def test_pods_without_nodes_stand_outside(number: int) -> None:
    """Where no node is recorded no node is drawn, and nothing is said of shared nodes."""
    found = chart("placement", peak(pods(number)))
    assert "Node not recorded" in texts(found.svg)
    assert found.alt.startswith(f"{number} pods: {number} running on 0 nodes.")
    assert_tidy(sketch("placement", peak(pods(number))))


@pytest.mark.parametrize("name", NASTY)
def test_names_of_many_pods_and_nodes_are_text(name: str) -> None:
    """Marks, labels and reasons made of any name stay inside the drawing and stay text."""
    listed = [
        {"name": f"{at} {name}"[:300], "node": f"{at % 30} {name}"[:300], "cpu": f"{at + 1}m"}
        for at in range(90)
    ]
    run = peak([*listed, *waiting(30, name)])
    for kind in ("placement", "cpu_per_pod"):
        assert_tidy(sketch(kind, run))
        svg = chart(kind, run).svg
        tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg).iter()}
        assert tags <= {"svg", "title", "desc", "g", "path", "text", "defs", "use"}


# --- what moved -----------------------------------------------------------------------------------


def two(
    before: list[dict[str, Any]], after: list[dict[str, Any]], nodes: Any = None
) -> moves.Moves:
    """What moved between two snapshots of these pods."""
    return moves.between(
        occupied(peak(before, nodes=nodes)),
        occupied(peak(after, nodes=nodes)),
    )


def test_what_moved_is_told_by_name() -> None:
    """Added, removed and moved pods, started ones, and nodes that came and went."""
    before = [
        {"name": "a", "node": "n-1"},
        {"name": "b", "node": "n-1"},
        {"name": "c", "node": "n-2"},
        {"name": "d", "phase": "Pending"},
    ]
    after = [
        {"name": "a", "node": "n-1"},
        {"name": "b", "node": "n-3"},
        {"name": "d", "node": "n-3"},
        {"name": "e", "node": "n-1"},
    ]
    found = two(before, after)
    assert found.added == ("e",)
    assert found.removed == ("c",)
    assert found.moved == (("b", "n-1", "n-3"),)
    assert found.started == ("d",)
    assert found.nodes_added == ("n-3",)
    assert found.nodes_removed == ("n-2",)
    assert (found.running, found.pending, found.most) == ((3, 4), (1, 0), (2, 2))
    said = dict(moves.told(found))
    assert said["Pods moved"] == "1: b from n-1 to n-3"
    assert said["Pending"] == "1 → 0 (−1)"
    assert said["Most pods on one node"] == "2, unchanged"


def test_without_a_common_name_only_numbers_are_told(notebook: Notebook) -> None:
    """A new deployment renames its pods: nobody can say which came and which went."""
    runs = notebook.runs
    found = moves.between(occupied(runs["session-8/pre-fix"]), occupied(runs["session-8/post-fix"]))
    assert not found.pods_told
    assert found.added == found.removed == found.nodes_added == found.nodes_removed == ()
    assert (found.running, found.pending, found.nodes) == ((3, 6), (4, 1), (4, 8))
    said = dict(moves.told(found))
    assert "no pod has its name on both sides" in said["By name"]
    assert "no node has its name on both sides" in said["Nodes by name"]


def test_nodes_that_are_not_named_leave_a_doubt() -> None:
    """A node that is new by name may have been there, counted and not named."""
    before = [{"name": "a", "node": "n-1"}]
    after = [{"name": "a", "node": "n-1"}, {"name": "b", "node": "n-2"}]
    said = dict(moves.told(two(before, after, {"active": 2})))
    assert said["Nodes running"] == "2, unchanged"
    assert said["Nodes added"] == "1: n-2; up to 1 more are not named"


def test_many_names_are_counted() -> None:
    """Of hundreds of pods a few are named."""
    said = dict(moves.told(two(pods(1, 1), pods(300, 30))))
    assert said["Pods added"].startswith("299: backend-59bcbbc7fb-00001, ")
    assert said["Pods added"].endswith(" and 294 more")


# --- what pods use --------------------------------------------------------------------------------


def used(number: int, **limits: Any) -> Run:
    """A run whose pods use 10m, 20m, 30m and so on, and as many MiB."""
    listed = [
        pod | {"cpu": f"{at + 1}0m", "memory": f"{at + 1}0Mi"}
        for at, pod in enumerate(pods(number, 4))
    ]
    return peak(listed, deployment=limits)


@pytest.mark.parametrize("kind", ["cpu_per_pod", "memory_per_pod"])
def test_request_and_limit_are_marked(kind: str) -> None:
    """Both stand over the bars with their figure, and the words count who is beyond them."""
    run = used(
        10, requests={"cpu": "80m", "memory": "80Mi"}, limits={"cpu": "0.1", "memory": "100Mi"}
    )
    found = chart(kind, run)
    cpu = kind == "cpu_per_pod"
    assert ("requested 80 m" if cpu else "requested 80 MiB") in texts(found.svg)
    assert ("limit 100 m" if cpu else "limit 100 MiB") in texts(found.svg)
    assert "2 of 10 use more than the 80" in found.alt
    assert "requested: backend-59bcbbc7fb-00009, backend-59bcbbc7fb-00008." in found.alt
    assert "2 of 10 use 90 % or more of the limit of 100" in found.alt


def test_a_far_limit_is_told_and_not_drawn() -> None:
    """A limit many times what is used would leave no room for the bars."""
    found = chart("cpu_per_pod", used(3, limits={"cpu": "4"}))
    assert "limit 4 cores" not in texts(found.svg)
    assert "limit of a pod: 4 cores, beyond this scale" in texts(found.svg)


def bars_of(drawn: str) -> list[float]:
    """The lengths of the bars."""
    found = re.findall(r'd="M([\d.]+) [\d.]+L([\d.]+) [\d.]+L[^"]+z"', drawn)
    return [float(right) - float(left) for left, right in found]


def test_charts_side_by_side_share_a_scale() -> None:
    """Half the figure is half the bar, in another chart too and with longer names."""
    one, other = used(1), used(4)
    end = usage.highest(other, "cpu")
    assert end == pytest.approx(0.04)
    short = bars_of(chart("cpu_per_pod", one, None, "one", end).svg)
    tall = bars_of(chart("cpu_per_pod", other, None, "other", end).svg)
    assert tall[0] == pytest.approx(4 * short[0], abs=0.5)
    assert all(left > right for left, right in pairwise(tall))


@pytest.mark.parametrize("kind", ["cpu_per_pod", "memory_per_pod"])
@pytest.mark.parametrize("number", [31, 300])
def test_of_many_pods_the_extremes_are_named(kind: str, number: int) -> None:
    """A distribution names the three highest and the three lowest."""
    run = used(number, requests={"cpu": "80m", "memory": "80Mi"})
    assert_tidy(sketch(kind, run))
    shown = words(chart(kind, run).svg)
    assert f"{number - 1:05d}" in shown.partition("Highest: ")[2].partition("\n")[0]
    assert "00000" in shown.partition("Lowest: ")[2].partition("\n")[0]
    assert f"Height: how many of {number} pods" in shown


# --- the page -------------------------------------------------------------------------------------

SIDES = """
title: {title}
date: 2026-01-0{day}
status: completed
load: {{scenario: s, vus: 10, duration: 100s}}
snapshots:
  - moment: before
    pods: {{list: [{{name: a, node: n-1, cpu: 10m}}]}}
  - moment: peak
    pods: {{list: [{{name: a, node: n-1, cpu: 20m}}, {{name: b, node: n-2, cpu: 30m}}]}}
"""


def test_a_page_shows_baseline_and_moments_side_by_side() -> None:
    """Both sides are drawn with their names, and what moved stands in words below."""
    runs = {f"c/{name}": SIDES.format(title=name, day=day) for day, name in enumerate("xy", 1)}
    pages = {page.path: page for page in site.build(book_of(runs)).pages}
    first, second = ("".join(pages[f"c/{name}.md"].late) for name in "xy")
    assert "Pods on their nodes: this run, before" in first
    assert "(baseline)" not in first
    assert "Pods on their nodes: x, peak (baseline)" in second
    assert "Pods on their nodes: y, peak" in second
    assert "CPU of each pod: x (baseline)" in second
    assert "What moved from before to peak" in text_of(second)
    assert "the same pods on the same nodes" in text_of(second)
    ids = re.findall(r' id="([^"]+)"', second)
    assert len(ids) == len(set(ids))


def test_a_page_of_many_pods_is_bounded() -> None:
    """Of forty crowded nodes one sentence speaks, and long tables scroll in themselves."""
    listed = "\n".join(
        f"        - {{name: p-{at}, node: n-{at % 40}, cpu: {at + 1}m}}" for at in range(300)
    )
    head = "title: T\nstatus: completed\nsnapshots:\n  - moment: peak\n    pods:\n      list:\n"
    text = f"{head}{listed}\n"
    page = next(p for p in site.build(book_of({"c/x": text})).pages if p.path == "c/x.md")
    told = text_of("".join(page.late))
    assert told.count("nodes hold more than one pod, n-0 the most: 8") == 1
    assert "300 pods run on 40 nodes" in told
    assert "pods share" not in told
    assert sum(late.count('class="lb lb-sortable"') for late in page.late) == 2


def test_no_pods_no_picture() -> None:
    """Where no pod is listed nothing is drawn of pods."""
    for kind in ("placement", "cpu_per_pod", "memory_per_pod"):
        assert CHARTS[kind].draw(peak([])) is None
    assert occupancy.of(peak([])) is None


def test_states_of_pods() -> None:
    """A pod that is being removed is terminating whatever its phase; a reason is trouble."""
    (pod,) = occupied(peak([{"name": "a", "node": "n", "reason": "Terminating"}])).pods
    assert occupancy.state_of(pod) is State.TERMINATING
    (pod,) = occupied(peak([{"name": "a", "node": "n", "reason": "Error"}])).pods
    assert occupancy.state_of(pod) is State.TROUBLED
    assert occupancy.word_of(pod) == "Error"
