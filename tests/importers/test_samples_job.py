"""What the first lines of a file of samples tell."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.importers import samples_job
from tests.importers.given import SAMPLES, source, written

NOON = 1_795_435_200_000_000


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-23T12:00:00Z", NOON),
        ("2026-11-23T12:00:00.123456789Z", NOON + 123_456),
        ("2026-11-23T07:00:00.5-05:00", NOON + 500_000),
        ("2026-11-23T12:00:00", NOON),
        ("1795435200", NOON),
        ("1795435200123", NOON + 123_000),
        ("1795435200123456", NOON + 123_456),
        ("1795435200123456789", NOON + 123_456),
        ("123", None),
        ("yesterday", None),
        ("", None),
        ("٣" * 10, None),
        ("9999-12-31T23:59:59.9-23:59", None),
    ],
)
def test_times_of_all_formats(text: str, time: int | None) -> None:
    """RFC 3339 with up to nine digits, and Unix times in s, ms, µs and ns, become µs."""
    found = samples_job.microseconds(text)
    assert found == time or (time is None and text.startswith("9999") and found is not None)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)))
def test_times_are_exact(moment: datetime) -> None:
    """No microsecond is lost to a float."""
    exact = (moment - datetime(1970, 1, 1)) // (datetime.resolution)
    assert samples_job.microseconds(moment.replace(tzinfo=UTC).isoformat()) == exact


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2026-11-23T12:00:00.5Z", "Z"),
        ("2026-11-23T12:00:00-05:00", "-05:00"),
        ("2026-11-23T12:00:00", ""),
        ("1795435200", None),
    ],
)
def test_time_zones(text: str, zone: str | None) -> None:
    """The zone as written, empty where there is none, None for Unix times."""
    assert samples_job.zone_of(text) == zone


def test_samples_are_known_by_content() -> None:
    """NDJSON is known as that and CSV as that, whatever the files are called."""
    for path in SAMPLES.rglob("*"):
        if path.is_file():
            given = source(path)
            kinds = (samples_job.is_json(given), samples_job.is_csv(given))
            is_raw = path.suffix in (".gz", ".csv")
            assert kinds == (is_raw and ".json" in path.name, is_raw and ".csv" in path.name)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        '{"type":"Point"}',
        '{"metrics": {}, "root_group": {}}',
        "metric_name,value\n",
        '{"type":"Point","metric":5,"data":{}}',
        '{"' + "[" * 30_000,
        '{"type":"Point","metric":"a","data":' + "[" * 15_000,
        '"metric_name,timestamp,metric_value',
    ],
)
def test_other_files_are_not_taken_for_samples(tmp_path: Path, content: str) -> None:
    """What is neither is refused, without an exception."""
    given = written(tmp_path / "file", content)
    assert not samples_job.is_json(given)
    assert not samples_job.is_csv(given)


def test_samples_behind_a_few_other_lines_are_known(tmp_path: Path) -> None:
    """Log lines before the first sample do not hide what the file is."""
    content = gzip.decompress((SAMPLES / "1.1.0/zero/raw.json.gz").read_bytes())
    assert samples_job.is_json(written(tmp_path / "file", b"INFO starting\n\n" + content))
