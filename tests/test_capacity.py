"""Capacity, from whole records: systems, fits and doubts, refusals, saturation, resources."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator import capacity, records, saturation, settings, systems
from generator import notebook as notebooks
from generator.capacity import Capacity, Standing
from generator.cli import app
from generator.notebook import Notebook
from generator.refusal import Refusal
from generator.scalability import Law
from tests.conftest import ROOT, book, write_book
from tests.laws import LAWS, LOADS, noisy, record
from tests.laws import records as records_of


@pytest.fixture(scope="module")
def measured() -> Notebook:
    """The records of this repository, the 36 runs that it measured itself among them."""
    return notebooks.build(records.sources(ROOT), settings.read(ROOT)[0])


def only(found: Notebook) -> Capacity:
    (one,) = capacity.of(found).known
    return one


def refused(found: Notebook) -> Refusal:
    (one,) = capacity.of(found).refused
    return one


# --- the law, through records ---------------------------------------------------------------------


@pytest.mark.parametrize("law", LAWS)
def test_records_of_a_known_law_give_the_law(law: Law) -> None:
    """Without noise λ, σ and κ come out within 5 % (a millionth, in fact), and the law fits."""
    one = only(book(records_of(noisy(law, 0, 0, repeats=1))))
    assert one.fit is not None
    found = one.fit.law
    assert [found.rate, found.contention, found.coherency] == pytest.approx(
        [law.rate, law.contention, law.coherency], rel=1e-5, abs=1e-8
    )
    assert one.standing is Standing.FITS
    assert one.reasons == ()


@pytest.mark.parametrize("seed", range(5))
def test_records_with_noise_give_the_peak(seed: int) -> None:
    """With 1 % noise and three repeats the peak is within 5 %, and the law is believed."""
    law = LAWS[0]
    one = only(book(records_of(noisy(law, 0.01, seed))))
    assert one.standing is Standing.FITS
    assert one.peak is not None
    assert law.peak_load is not None
    assert one.peak[0].value == pytest.approx(law.peak_load, rel=0.05)
    assert one.peak[1].value == pytest.approx(law.throughput(law.peak_load), rel=0.05)


def test_a_peak_far_beyond_the_data_is_not_claimed() -> None:
    """Predictions end at twice the largest load: a peak behind that is not told."""
    one = only(book(records_of(noisy(LAWS[3], 0, 0, repeats=1, loads=(5, 20, 60, 120)))))
    assert one.standing is Standing.FITS
    assert one.fit is not None
    assert one.fit.peak is not None
    assert one.fit.peak[0].value > one.predicts_to == 240
    assert one.peak is None


def test_what_does_not_saturate_has_no_contention() -> None:
    """Throughput in proportion to the load: σ and κ are not told, larger loads are asked for."""
    one = only(book(records_of([(load, 3.0 * load) for load in LOADS])))
    assert one.standing is Standing.STRAIGHT
    assert "still on the straight line" in one.reasons[0]
    assert one.needs == "runs at 320 and 640 VUs"
    assert one.knee is None
    assert "nothing is shown to saturate" in one.no_knee


def test_scatter_is_not_a_bend() -> None:
    """Points that scatter more than the law bends: the F test says so, and nothing is predicted."""
    rates = [15.0, 25, 30, 50, 60, 100, 100, 180]
    points = [(5.0 * 2 ** (n // 2), rate) for n, rate in enumerate(rates)]
    one = only(book(records_of(points)))
    assert one.standing is Standing.DOUBTFUL
    assert "scatter so much" in one.reasons[0]
    assert one.peak is None


def test_another_bend_is_doubted_with_its_place() -> None:
    """A sharp knee: the law is in doubt, the load that lies furthest off is named."""
    points = [
        (float(load), min(4.0 * load, 240.0) * factor)
        for load in LOADS
        for factor in (0.99, 1, 1.01)
    ]
    one = only(book(records_of(points)))
    assert one.standing is Standing.DOUBTFUL
    assert one.reasons[0].startswith("at 40 VUs throughput lies ")
    assert "above the law's curve, further than the repeats of a load differ" in one.reasons[0]
    assert "bends more sharply" in one.reasons[1]
    assert one.peak is None
    assert one.predicts_to == 160
    unrepeated = only(book(records_of(points[1::3])))
    assert "without repeats nobody can tell" in unrepeated.reasons[0]


def test_failing_requests_are_no_throughput() -> None:
    """Where more than 1 % of a run's requests failed, the law is in doubt and the run named."""
    found = dict(records_of(noisy(LAWS[0], 0, 0, repeats=1)))
    found["camp/run-005"] = found["camp/run-005"].replace(
        "k6: {", "k6: {http_req_failed: 5.3%, ", 1
    )
    one = only(book(found))
    assert one.standing is Standing.DOUBTFUL
    assert one.reasons == ("5.3\xa0% of the requests of camp/run-005 failed and count as served",)


# --- what is one system ---------------------------------------------------------------------------


def test_the_five_reported_runs_are_refused_by_name(notebook: Notebook) -> None:
    """No two of them are of one deployment: the loads, the runs and what is missing are said."""
    found = capacity.of(notebook)
    assert found.known == ()
    (one,) = found.refused
    assert one.reason == (
        "3 loads: 50, 100 and 200 VUs, of which no two are of the same deployment (earlier/day-6 "
        "at 100, earlier/day-7 at 100, session-8/pre-fix at 50, session-8/post-fix at 100 and "
        "session-8/post-code at 200); no deployment is recorded of earlier/day-6 and earlier/day-7"
    )
    assert one.needs.startswith(
        "three more runs of the deployment of session-8/post-code at other loads, for instance "
        "50, 100 and 400 VUs"
    )


@pytest.mark.parametrize(
    ("loads", "runs", "at"),
    [
        ((20,), "three more runs", "5, 10 and 40 VUs"),
        ((20, 40), "two more runs", "10 and 80 VUs"),
        ((20, 40, 80), "one more run", "10 VUs"),
        ((1,), "three more runs", "2, 4 and 8 VUs"),
    ],
)
def test_fewer_than_four_loads_are_refused(loads: tuple[int, ...], runs: str, at: str) -> None:
    """However often they were repeated; so many more are asked for, at loads that are not there."""
    found = refused(book(records_of(noisy(LAWS[0], 0.01, 1, loads=loads))))
    assert found.needs.startswith(f"{runs} of the deployment of camp/run-")
    assert f"for instance {at};" in found.needs


def test_deployments_are_not_mixed() -> None:
    """One replica more is another deployment: six loads of two are three of each, refused."""
    points = noisy(LAWS[0], 0, 0, repeats=1)
    mixed = {
        f"camp/run-{n:03}": record(
            vus, rate, n, deployment=f"{{service: shop, replicas: {2 + n % 2}}}"
        )
        for n, (vus, rate) in enumerate(points)
    }
    found = refused(book(mixed))
    assert found.reason.startswith(
        "6 loads: 5, 10, 20, 40, 80 and 160 VUs; of one deployment at most 3"
    )
    assert [one.label for one in found.systems] == ["replicas: 2", "replicas: 3"]
    assert found.needs.startswith("one more run of the deployment of camp/run-005")


@pytest.mark.parametrize(
    "alone",
    [
        ', script: "another.js"',
        ", think_time: 3s",
        ", executor: constant-vus",
    ],
)
def test_another_scenario_is_another_system(alone: str) -> None:
    """What the load does, apart from its size, is the same in all runs of a system."""
    found = dict(records_of(noisy(LAWS[0], 0, 0, repeats=1)))
    found["camp/other"] = record(320, 900, 50, load=alone)
    known = capacity.of(book(found))
    assert [len(one.system.samples) for one in known.known] == [6]
    assert [len(system.samples) for one in known.refused for system in one.systems] == [1]


def test_a_change_of_code_is_another_system() -> None:
    """A change that no setting tells makes another deployment, and so it stays for later runs."""
    found = {}
    baseline = ""
    for number, (vus, rate) in enumerate(noisy(LAWS[0], 0, 0, repeats=1)):
        name = f"camp/run-{number:03}"
        more = f"baseline: {baseline}\n" if baseline else ""
        if number == 2:
            more += "changes: [{area: code, modification: Answers are kept.}]\n"
        found[name] = record(vus, rate, number, more=more)
        baseline = name
    sizes = [len(one.samples) for one in systems.of(book(found))]
    assert sizes == [2, 4]
    inert = {name: text.replace("kept.}", "kept., inert: true}") for name, text in found.items()}
    assert [len(one.samples) for one in systems.of(book(inert))] == [6]


def test_an_unrecorded_deployment_is_nobodys() -> None:
    """Runs without a deployment are not of one system, unless they are declared repeats."""
    points = noisy(LAWS[0], 0, 0, repeats=1)
    bare = dict(records_of(points, deployment="{}"))
    found = refused(book(bare))
    assert len(found.systems) == 6
    assert "no deployment is recorded of" in found.reason
    bare["camp/run-001"] += "repeats: camp/run-000\n"
    assert len(refused(book(bare)).systems) == 5


def test_an_open_model_is_refused() -> None:
    """Requests that arrive at a rate wait for nobody: the law is not of them."""
    found = refused(book(records_of(noisy(LAWS[0], 0, 0, repeats=1), load=", model: open")))
    assert "rate of arrivals" in found.reason
    assert found.needs == "runs with a number of VUs (closed model)"


def test_runs_without_an_exact_load_are_left_out() -> None:
    """A range of VUs, a planned run: not in any system; the completed one is counted."""
    found = dict(records_of(noisy(LAWS[0], 0, 0, repeats=1)))
    found["camp/range"] = record(5, 5, 40).replace("vus: 5", "vus: 5→9")
    found["camp/planned"] = record(5, 5, 41).replace("completed", "planned")
    known = capacity.of(book(found))
    assert known.left_out == 1
    assert len(known.known[0].system.samples) == 6


def test_the_order_of_the_files_does_not_matter() -> None:
    """The same records under another order of their dict are the same data."""
    found = records_of(noisy(LAWS[0], 0.01, 3))
    backwards = dict(reversed(list(found.items())))
    assert capacity.of(book(found)).as_json() == capacity.of(book(backwards)).as_json()


# --- the runs that were measured ------------------------------------------------------------------


def test_the_measured_runs_say_when_they_saturate(measured: Notebook) -> None:
    """36 runs, cache off and on: highest throughput, saturation, CPU; and why the law is in doubt.

    Little's law holds within 2 % at every load, so throughput, latency, VUs and think time are what
    they are called.
    """
    known = {one.system.label: one for one in capacity.of(measured).known}
    assert set(known) == {"cache.enabled: false", "cache.enabled: true"}
    off, on = known["cache.enabled: false"], known["cache.enabled: true"]
    for one in (off, on):
        assert [len(level.samples) for level in one.system.levels] == [3] * 6
        assert one.system.basis == "steady state"
        assert one.standing is Standing.DOUBTFUL
        assert "hardly meet before the service is busy" in one.reasons[1]
        little = [saturation.off_by_little(level) for level in one.system.levels]
        assert all(value is not None and abs(value) < 0.02 for value in little)
        assert one.found.first is not None
        assert one.found.first.name == "CPU of the service"
        assert one.found.first.utilisation > 0.95
        # What CPU allows is what was reached: the utilisation law and the load test agree.
        assert one.found.first.allows == pytest.approx(one.top.rate, rel=0.05)
    assert (off.top.vus, on.top.vus) == (80, 160)
    assert off.knee is not None
    assert on.knee is not None
    assert off.knee.load == pytest.approx(62, abs=1)
    assert on.knee.load == pytest.approx(130, abs=2)


# --- saturation and resources ---------------------------------------------------------------------

PEAK = "snapshots: [{{moment: peak, pods: {{active: {pods}, cpu_total: {cpu:.6f}}}}}]\n"


def with_cpu(limits: str, demand: float = 0.004, pods: int = 2) -> Notebook:
    """Runs of a law in which each request takes so many core-seconds."""
    found = {}
    for number, (vus, rate) in enumerate(noisy(LAWS[3], 0, 0, repeats=1)):
        found[f"camp/run-{number:03}"] = record(
            vus,
            rate,
            number,
            deployment=f"{{service: shop, {limits}}}",
            more=PEAK.format(pods=pods, cpu=demand * rate),
        )
    return book(found)


def test_the_utilisation_law_finds_the_demand() -> None:
    """CPU of 4 ms a request on two pods with 2.5 cores each: 5 / 0.004 = 1,250 /s at most."""
    one = only(with_cpu("limits: {cpu: 2500m}, requests: {cpu: 1000m}"))
    first = one.found.first
    assert first is not None
    assert first.name == "CPU of the pods"
    assert first.sized_by == "CPU limit of the 2 active pods"
    assert first.each == pytest.approx(0.004)
    assert first.allows == pytest.approx(1250)
    assert first.utilisation == pytest.approx(one.top.rate / 1250)
    request = one.found.resources[-1]
    assert (request.name, request.limits) == ("CPU that the pods requested", False)


def test_what_is_not_recorded_is_said() -> None:
    """Without a limit nobody knows what CPU allows; without CPU nobody knows what it does."""
    one = only(with_cpu("revision: v1"))
    assert one.found.first is None
    assert any("deployment.limits.cpu" in text for text in one.found.missing)
    assert "database" in one.found.missing[-1]
    bare = only(book(records_of(noisy(LAWS[0], 0, 0, repeats=1))))
    assert any("CPU of the service" in text for text in bare.found.missing)


def test_the_saturation_point_is_where_the_bounds_meet() -> None:
    """Throughput 4 N up to 240: the bounds meet at 60 VUs, between those that were measured."""
    points = [(float(load), min(4.0 * load, 240.0)) for load in LOADS]
    knee = only(book(records_of(points))).knee
    assert knee is not None
    assert knee.load == pytest.approx(60)
    assert knee.highest == pytest.approx(240)
    assert knee.cycle == pytest.approx(0.25)
    assert knee.below is not None
    assert knee.above is not None
    assert (knee.below.vus, knee.above.vus) == (40, 80)


def test_a_busy_resource_gives_the_highest_throughput() -> None:
    """Throughput still grows, CPU is nearly all in use: what it allows bounds the saturation."""
    points = [(5.0, 50.0), (10.0, 100.0), (25.0, 250.0), (40.0, 270.0)]
    found = {
        f"camp/run-{n:03}": record(
            vus,
            rate,
            n,
            deployment="{service: shop, limits: {cpu: 600m}}",
            more=PEAK.format(pods=2, cpu=0.004 * rate),
        )
        for n, (vus, rate) in enumerate(points)
    }
    one = only(book(found))
    assert one.knee is not None
    assert one.standing is Standing.DOUBTFUL
    assert one.knee.basis == "what CPU of the pods allows, 90\xa0% busy"
    assert one.knee.load == pytest.approx(300 * 0.1)


def test_littles_law_over_whole_runs_counts_the_ramp() -> None:
    """Of a ramp VUs are meant on average: 100 for 8 of 10 minutes, up and down in one each, 90."""
    stages = ", stages: [{duration: 1m, target: 100}, {duration: 8m, target: 100}, "
    stages += "{duration: 1m, target: 0}], think_time: 0.88s"
    found = book({"camp/run": record(100, 100, 0, load=stages)})
    (system,) = systems.of(found)
    assert saturation.users(system.samples[0]) == pytest.approx((90, 90))
    assert saturation.off_by_little(system.levels[0]) == pytest.approx(0)


def test_growth_per_doubling() -> None:
    """In proportion it is 100 %, also where the load grew fourfold; level throughput has 0 %."""
    points = [(10.0, 100.0), (20.0, 200.0), (80.0, 800.0), (160.0, 800.0)]
    (system,) = systems.of(book(records_of(points)))
    levels = system.levels
    grown = [saturation.per_doubling(a, b) for a, b in pairwise(levels)]
    assert grown == pytest.approx([1, 1, 0])


# --- the command ----------------------------------------------------------------------------------


def test_the_command_prints_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`loadbook capacity` in words and as JSON; a campaign that is not there is wrong usage."""
    files = {f"{name}.yaml": text for name, text in records_of(noisy(LAWS[0], 0.01, 1)).items()}
    files["other/run.yaml"] = record(7, 70, 59).replace("shop", "quay")
    monkeypatch.chdir(write_book(tmp_path / "book", files))
    runner = CliRunner()
    told = runner.invoke(app, ["capacity"])
    assert told.exit_code == 0
    assert "shop: shop, v1: fits\n" in told.stdout
    assert "Peak of the law:" in told.stdout
    assert "scenario quay: not fitted" in told.stdout
    data = json.loads(runner.invoke(app, ["capacity", "--format", "json"]).stdout)
    assert data["version"] == 1
    assert data["systems"][0]["standing"] == "fits"
    assert data["systems"][0]["law"]["points"] == 18
    narrowed = runner.invoke(app, ["capacity", "camp"])
    assert "quay" not in narrowed.stdout
    wrong = runner.invoke(app, ["capacity", "nowhere"])
    assert wrong.exit_code == 2
    assert "no campaign 'nowhere': there are camp, other" in wrong.stderr
