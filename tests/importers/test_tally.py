"""Parts of one run that add up to the whole."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.importers import tally, timeseries
from generator.importers.histogram import Histogram
from generator.importers.k6_samples import read_files, read_run
from generator.importers.tally import Part, Tally
from tests.importers.given import point, request, text, written

VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=20)


def of(values: list[float]) -> Tally:
    """The tally of values, without exact percentiles."""
    return Tally(
        len(values),
        sum(values),
        sum(value != 0 for value in values),
        min(values),
        max(values),
        values[-1],
        len(values),
        Histogram.of(values),
    )


@given(VALUES, VALUES)
def test_tallies_add_up(one: list[float], two: list[float]) -> None:
    """Two tallies merged are that of all values: counts, extremes, histogram, percentiles."""
    merged, whole = Tally.merged([of(one), of(two)]), of(one + two)
    assert merged.total == pytest.approx(whole.total)
    same = replace(whole, total=merged.total, last=merged.last, last_us=merged.last_us)
    assert merged == same
    assert merged.percentile("p95") == whole.percentile("p95")


@given(VALUES)
def test_percentiles_stay_within_the_extremes(values: list[float]) -> None:
    """min ≤ med ≤ p90 ≤ p95 ≤ p99 ≤ max, though the middle of a bucket is near a value only."""
    found = of(values)
    ordered = [found.low, *(found.percentile(name) for name in tally.PERCENTILES), found.high]
    assert ordered == sorted(value for value in ordered if value is not None)


def test_exact_percentiles_of_parts_are_dropped() -> None:
    """What is exact for each of two parts says nothing of the whole."""
    one = replace(of([1, 2, 3]), exact={"p95": 2.9})
    two = replace(of([100, 200, 300]), exact={"p95": 290.0})
    assert one.percentile("p95") == 2.9
    assert Tally.merged([one, two]).exact == {}
    assert Tally.merged([one]) == one


def test_parts_of_different_length_share_their_rows(tmp_path: Path) -> None:
    """A load generator that ended early has shorter ticks; together they fit the longer run."""
    rng = random.Random(1)
    lines = [_requests(sorted(rng.uniform(0.5, end) for _ in range(300))) for end in (15, 60, 600)]
    sources = [written(tmp_path / str(number), one) for number, one in enumerate(lines)]
    parts = [part for part in read_files(sources, "json") if isinstance(part, Part)]
    assert len({part.tick for part in parts}) == 3
    imported = read_run(sources, "json")
    assert imported.fields["series"][0]["interval"] == "5s"
    rows = imported.attachments["series-k6.csv"].decode().splitlines()[1:]
    assert sum(float(row.split(",")[1]) * 5 for row in rows) == pytest.approx(900, rel=0.01)
    assert sum(float(row.split(",")[2]) * 5 for row in rows) == pytest.approx(300, rel=0.01)
    assert [float(row.split(",")[0]) for row in rows] == [5 * place for place in range(len(rows))]


def test_ticks_are_counted_from_a_common_origin(tmp_path: Path) -> None:
    """Rows over time are the same in whatever order the files are given."""
    seconds = [0.6 + number / 7 for number in range(100)]
    sources = [
        written(tmp_path / str(number), _requests(seconds[number * 9 :: 3])) for number in range(3)
    ]
    first, second = (read_run(files, "json") for files in (sources, sources[::-1]))
    assert first.attachments == second.attachments
    assert first.fields == second.fields


def _requests(seconds: list[float]) -> str:
    """A file of requests that end at these seconds, every third one failed."""
    pairs = enumerate(seconds)
    return text(line for n, second in pairs for line in request(second, 20, failed=n % 3 == 0))


def test_rows_tell_what_is_known(tmp_path: Path) -> None:
    """A row without requests has a rate of zero and no percentiles; VUs are those last sampled."""
    lines = text(
        [
            *request(0.52, 20),
            *request(0.53, 30, failed=True),
            point("vus", 1.5, 7),
            *request(10.4, 10),
        ]
    )
    rows = read_run([written(tmp_path / "raw", lines)], "json").attachments["series-k6.csv"]
    first, second, *_, last = [line.split(",") for line in rows.decode().splitlines()[1:]]
    assert first[:3] == ["0", "20", "10"]
    assert float(first[3]) == pytest.approx(25, rel=0.005)
    assert second[1:6] == ["0", "0", "", "", ""]
    assert first[6] == ""  # not sampled yet
    assert float(last[1]) == 10
    assert timeseries.interval_ms(10_000_000) == 100


def test_vus_hold_until_the_next_sample() -> None:
    """VUs of a time without a sample are those of the one before, up to a second after the last."""
    part = Part(0, 100_000, 0, 3_000_000, 0, 0, 3_000_000, vus=((1_000_000, 5.0), (2_000_000, 8.0)))
    assert part.vus_between(900_000, 1_000_000) is None
    assert part.vus_between(1_000_000, 1_100_000) == 5
    assert part.vus_between(1_900_000, 2_000_000) == 5
    assert part.vus_between(1_900_000, 2_100_000) == 8
    assert part.vus_between(2_900_000, 3_000_000) == 8
    assert part.vus_between(3_100_000, 3_200_000) is None
