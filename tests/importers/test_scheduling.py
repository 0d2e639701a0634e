"""The step for each file on a real Dask cluster: the same record as here."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster

from generator.importers import k6_samples
from generator.importers.source import Wishes
from tests.importers.k6_samples import K6, source

FOLDER = K6 / "1.1.0/ramp50"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """A Dask cluster of two worker processes on this machine."""
    folder = str(tmp_path_factory.mktemp("dask"))
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        host="127.0.0.1",
        local_directory=folder,
    ) as running:
        yield running


def halves(folder: Path) -> list[Path]:
    """The samples of one run as two load generators would have written them."""
    lines = gzip.decompress((FOLDER / "raw.json.gz").read_bytes()).splitlines(keepends=True)
    heads = [line for line in lines if b'"type":"Metric"' in line]
    points = [line for line in lines if b'"type":"Metric"' not in line]
    found = []
    for number in (0, 1):
        path = folder / f"runner-{number}.json"
        path.write_bytes(b"".join([*heads, *points[number::2]]))
        found.append(path)
    return found


def test_a_cluster_gives_the_same_record(cluster: LocalCluster, tmp_path: Path) -> None:
    """Two files of one distributed run, each read by a worker, become the same record as here."""
    files = [source(path) for path in halves(tmp_path)]
    here = k6_samples.read_json(files, Wishes())
    there = k6_samples.read_json(files, Wishes(scheduler=cluster.scheduler_address))
    assert here.fields
    assert there.fields == here.fields
    assert there.attachments == here.attachments
    assert there.problems == here.problems


def test_a_scheduler_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read, and the message says which address did not answer."""
    monkeypatch.setattr("generator.importers.scheduling.CONNECT_SECONDS", 0.2)
    raw = source(FOLDER / "raw.json.gz")
    found = k6_samples.read_json([raw], Wishes(scheduler="tcp://127.0.0.1:1"))
    assert not found.fields
    (problem,) = found.problems
    assert problem.code == "import-scheduler"
    assert "tcp://127.0.0.1:1" in problem.message
    assert "dask scheduler" in problem.hint
