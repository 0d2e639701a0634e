"""Cache logs and Redis: golden cases; long logs, order, clocks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.importers import cache_log
from tests.conftest import Golden
from tests.importers import cases


@pytest.mark.parametrize("case", cases.cases("cache"), ids=lambda case: case.name)
def test_files_are_read_as_expected(case: Path, golden: Golden) -> None:
    """Each case is recognised, and gives the fields, attachments and problems on file."""
    cases.hold(cache_log.IMPORTER, case, golden)


def test_a_long_log_is_thinned_with_its_ends(tmp_path: Path) -> None:
    """Of thousands of samples 300 are kept, the first and the last among them."""
    text = "".join(
        json.dumps({"timestamp": 1767375487 + number, "hits": number * 2, "misses": number}) + "\n"
        for number in range(5000)
    )
    imported = cases.read(cache_log.IMPORTER, [cases.text_source(tmp_path, text)])
    timeline = imported.fields["cache"]["timeline"]
    assert len(timeline) == 300
    assert timeline[0] == {"time": "0s", "hits": 0, "misses": 0}
    assert timeline[-1] == {"time": "4999s", "hits": 9998, "misses": 4999}
    assert len({sample["time"] for sample in timeline}) == 300
    assert [problem.code for problem in imported.problems] == ["import-cache-many"]


@given(data=st.data(), count=st.integers(1, 8))
def test_the_order_of_files_and_samples_does_not_matter(
    data: st.DataObject, count: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Samples stand in the order of time, whichever file they came from, each once."""
    lines = [
        json.dumps({"timestamp": 1767375487 + number, "hits": number, "misses": 0})
        for number in range(count)
    ]
    mixed = data.draw(st.permutations(lines))
    cut = data.draw(st.integers(1, count))
    folder = tmp_path_factory.getbasetemp()
    given_files = [cases.text_source(folder, "\n".join(mixed[:cut]), "one")]
    if mixed[cut:]:
        given_files.append(cases.text_source(folder, "\n".join(mixed[cut - 1 :]), "two"))
    imported = cases.read(cache_log.IMPORTER, given_files)
    assert [one["hits"] for one in imported.fields["cache"]["timeline"]] == list(range(count))


def test_redis_uptime_and_dates_are_not_mixed(tmp_path: Path) -> None:
    """Samples whose time is Redis' uptime have no place among those with a date."""
    dated = "2026-01-02T17:38:07Z\nkeyspace_hits:1\nkeyspace_misses:0\n"
    uptime = "uptime_in_seconds:60\nkeyspace_hits:2\nkeyspace_misses:0\n"
    given_files = [
        cases.text_source(tmp_path, dated, "a"),
        cases.text_source(tmp_path, uptime, "b"),
    ]
    imported = cases.read(cache_log.IMPORTER, given_files)
    assert [one["hits"] for one in imported.fields["cache"]["timeline"]] == [1]
    assert "import-cache-no-time" in [problem.code for problem in imported.problems]
