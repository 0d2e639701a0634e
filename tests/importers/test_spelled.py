"""Figures, texts and times in the spelling of a record."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import units
from generator.importers import spelled
from generator.units import MILLISECONDS, SHARE


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.1 + 0.2, "0.3"),
        (363.03120000001, "363.0312"),
        (1500.0, "1500"),
        (12345678901, "12345678901"),
        (-0.0000001, "0"),
        (1e300, "1e+300"),
    ],
)
def test_numbers_have_no_noise(value: float, text: str) -> None:
    """Six decimals at most, no trailing zeros, no minus before a zero."""
    assert spelled.number(value) == text


@given(seconds=st.floats(min_value=0, max_value=1e6))
def test_a_latency_in_seconds_is_milliseconds_in_a_record(seconds: float) -> None:
    """The record reads the same time, to the sixth decimal."""
    found = units.parse(spelled.milliseconds(seconds), MILLISECONDS)
    assert found is not None
    assert found.start == pytest.approx(seconds * 1000, abs=1e-6)


@given(part=st.integers(0, 10**9), more=st.integers(1, 10**9))
def test_a_share_is_a_percentage_in_a_record(part: int, more: int) -> None:
    """The record reads the same share, and never more than all."""
    found = units.parse(spelled.percentage(part, part + more), SHARE)
    assert found is not None
    assert found.start == pytest.approx(part / (part + more), abs=1e-8)


@given(text=st.text(max_size=2000))
def test_any_text_is_one_short_line(text: str) -> None:
    """Printable, one line, at most 300 characters."""
    line = spelled.line(text)
    assert len(line) <= 300
    assert line.isprintable()
    assert line == line.strip()


@pytest.mark.parametrize("text", ["", "a b", "a\n", "a" * 254, None, 5, "\x1b[0m"])
def test_what_is_no_name_is_none(text: object) -> None:
    """Spaces, control characters, too long, no text: no name."""
    assert spelled.name(text) == ""


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2026-01-02T17:38:07Z", 1767375487),
        ("2026-01-02T17:38:07.232Z", 1767375487.232),
        ("2026-01-02T17:38:07.123456789Z", 1767375487.123456),
        ("2026-01-02T18:38:07+01:00", 1767375487),
        ("2026-01-02 17:38:07", 1767375487),
        (1767375487, 1767375487),
        (1767375487.5, 1767375487.5),
        ("1767375487", 1767375487),
        (1767375487500, 1767375487.5),
        ("1767375487500", 1767375487.5),
        (1767375487500000, 1767375487.5),
        (1767375487500000000, 1767375487.5),
    ],
)
def test_times_are_read_in_any_usual_form(written: object, seconds: float) -> None:
    """ISO 8601 in any zone, or Unix time in s, ms, µs or ns."""
    assert spelled.unix_time(written) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    "written",
    [
        *(None, True, "", "soon", -5, 12, 10**30, float("nan"), float("inf"), [], "9" * 70),
        *("0001-01-01T00:00:00Z", "0001-01-01000+1400", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_what_is_no_time_is_none(written: object) -> None:
    """Anything else is no time, and no exception."""
    assert spelled.unix_time(written) is None


@given(seconds=st.integers(0, 4_000_000_000))
def test_a_moment_is_the_time_it_was_made_of(seconds: int) -> None:
    """What is written is read as it was."""
    assert spelled.unix_time(spelled.moment(seconds)) == seconds
