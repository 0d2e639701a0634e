"""Container Insights: golden cases; sums over pods, long logs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.importers import container_insights, spelled
from tests.conftest import Golden
from tests.importers import cases


@pytest.mark.parametrize("case", cases.cases("insights"), ids=lambda case: case.name)
def test_files_are_read_as_expected(case: Path, golden: Golden) -> None:
    """Each case is recognised, and gives the fields, attachments and problems on file."""
    cases.hold(container_insights.IMPORTER, case, golden)


def line(second: float, pod: str, cpu: float) -> str:
    """A pod's entry: its time in seconds, its name, its CPU in millicores."""
    entry = {
        "Type": "Pod",
        "ClusterName": "c",
        "Timestamp": str(round(second * 1000)),
        "kubernetes": {"pod_name": pod},
        "pod_cpu_usage_total": cpu,
    }
    return json.dumps(entry) + "\n"


@given(
    offsets=st.lists(st.floats(0, 29), min_size=1, max_size=4),
    jitter=st.lists(st.floats(0, 0.4), min_size=5, max_size=5),
)
def test_pods_that_report_at_seconds_of_their_own_are_summed_by_interval(
    offsets: list[float], jitter: list[float], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every pod reports once in a minute at its own second: each sum has them all."""
    text = "".join(
        line(1767375480 + 60 * number + offset + jitter[number], f"pod-{pod}", 100)
        for number in range(5)
        for pod, offset in enumerate([0.0, *offsets])
    )
    source = cases.text_source(tmp_path_factory.getbasetemp(), text)
    imported = cases.read(container_insights.IMPORTER, [source])
    rows = imported.attachments[container_insights.FILE].decode().splitlines()
    total = spelled.number(0.1 * (1 + len(offsets)))
    assert [row.split(",")[1] for row in rows[1:]] == [total] * 5


def test_a_log_of_any_length_is_read_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the most samples the rest is left out, and that is said."""
    monkeypatch.setattr(container_insights, "MOST_SAMPLES", 100)
    text = "".join(line(1767375480 + 60 * number, "pod-1", number) for number in range(300))
    imported = cases.read(container_insights.IMPORTER, [cases.text_source(tmp_path, text)])
    rows = imported.attachments[container_insights.FILE].decode().splitlines()
    assert len(rows) == 101
    assert "import-insights-many" in [problem.code for problem in imported.problems]
