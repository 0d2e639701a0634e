"""Quantities as text: digits, units, signs, and that nothing is lost on the way back."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.display import show, show_change, show_moment, show_signed
from generator.units import (
    BYTES,
    CHANGE,
    CORES,
    COUNT,
    MEMORY,
    MILLISECONDS,
    MONEY,
    PER_SECOND,
    RATIO,
    SECONDS,
    SHARE,
    Quantity,
    Unit,
    parse,
)


def computed(start: float, end: float | None = None, *, approximate: bool = False) -> Quantity:
    """A computed figure; a range where `end` is given."""
    return Quantity(start, start if end is None else end, approximate, computed=True)


def plain(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("written", "unit", "shown"),
    [
        ("363.03ms", MILLISECONDS, "363.03 ms"),
        ("363.0ms", MILLISECONDS, "363.0 ms"),
        ("2s", MILLISECONDS, "2 s"),
        ("999ms", MILLISECONDS, "999 ms"),
        ("2.10s", MILLISECONDS, "2.10 s"),
        ("~2s", MILLISECONDS, "~2 s"),
        ("13m", SECONDS, "13 min"),
        ("90s", SECONDS, "1 min 30 s"),
        ("3900", SECONDS, "1 h 5 min"),
        ("0.5", SECONDS, "0.5 s"),
        ("0s", SECONDS, "0 s"),
        ("895m", CORES, "895 m"),
        ("3.34", CORES, "3.34 cores"),
        ("0.25", CORES, "250 m"),
        ("1.3 GB", BYTES, "1.3 GB"),
        ("53Mi", MEMORY, "53 MiB"),
        ("98.68%", SHARE, "98.68 %"),
        ("0.9868", SHARE, "98.68 %"),
        ("0.00%", SHARE, "0.00 %"),
        ("~895%", RATIO, "~895 %"),
        ("217804", COUNT, "217,804"),
        ("~50K", COUNT, "~50,000"),
        ("2→7", COUNT, "2→7"),
        ("2→?", COUNT, "2→?"),
        ("234.8/s", PER_SECOND, "234.8 /s"),
        ("~280", PER_SECOND, "~280 /s"),
        ("0.04", MONEY, "0.04"),
        ("2x→3x", CHANGE, "2x→3x"),
        ("-50%", CHANGE, "-50%"),
        ("363.031234ms", MILLISECONDS, "363.03 ms"),
        ("1179.327723ms", MILLISECONDS, "1.179 s"),
        ("0.000671ms", MILLISECONDS, "0.000671 ms"),
        ("0.153987ms", MILLISECONDS, "0.1540 ms"),
        ("1.276441%", SHARE, "1.276 %"),
        ("99.963450%", SHARE, "99.963 %"),
        ("99.999712%", SHARE, "99.9997 %"),
        ("1139332", BYTES, "1.139 MB"),
    ],
)
def test_a_recorded_figure_keeps_its_digits(written: str, unit: Unit, shown: str) -> None:
    """A recorded figure is scaled, and shown with the digits that it was written with.

    Of those that a tool wrote only so many are shown as a reader can use.
    """
    assert plain(show(parse(written, unit), unit)) == shown


@pytest.mark.parametrize(
    ("quantity", "unit", "shown"),
    [
        (computed(279.2359), PER_SECOND, "279.2 /s"),
        (computed(280.0), PER_SECOND, "280 /s"),
        (computed(3.3371), CORES, "3.337 cores"),
        (computed(0.86733), CORES, "867.3 m"),
        (computed(0.99947), SHARE, "99.947 %"),
        (computed(0.9868), SHARE, "98.7 %"),
        (computed(8.673), RATIO, "867.3 %"),
        (computed(0.17483), MONEY, "0.1748"),
        (computed(117.4, 53.342857), PER_SECOND, "117.4→53.3 /s"),
        (Quantity(117.4, None, computed=True), PER_SECOND, "117.4→? /s"),
        (computed(128.2, approximate=True), PER_SECOND, "~128.2 /s"),
        (computed(0.0), PER_SECOND, "0 /s"),
    ],
)
def test_a_computed_figure_has_about_four_digits(
    quantity: Quantity, unit: Unit, shown: str
) -> None:
    """A computed figure has no more digits than it can bear; a share near one has more."""
    assert plain(show(quantity, unit)) == shown


def test_what_is_not_available_is_said() -> None:
    """No quantity is shown as n/a, never as zero."""
    assert show(None, COUNT) == "n/a"


def test_money_is_shown_in_its_currency() -> None:
    """The currency stands behind an amount and its difference."""
    assert plain(show(computed(0.17483), MONEY, "EUR")) == "0.1748 EUR"
    assert plain(show_signed(0.0155, MONEY, currency="EUR")) == "+0.015 EUR"


@pytest.mark.parametrize(
    ("difference", "unit", "shown"),
    [
        (73.39, MILLISECONDS, "+73.4 ms"),
        (-173.42, MILLISECONDS, "−173.4 ms"),
        (1500.0, MILLISECONDS, "+1.50 s"),
        (0.0, MILLISECONDS, "0.0 ms"),
        (-0.00001, MILLISECONDS, "0.000 ms"),
        (0.0125, SHARE, "+1.25 pp"),
        (-0.0034, SHARE, "−0.34 pp"),
        (-0.00001, SHARE, "0.00 pp"),
        (-6.4487, RATIO, "−644.87 pp"),
        (-1429.0, COUNT, "−1,429"),
        (1.501, CORES, "+1.50 cores"),
        (0.735, CORES, "+735.0 m"),
        (-24.2, PER_SECOND, "−24.2 /s"),
    ],
)
def test_a_difference_has_a_sign_and_shares_have_points(
    difference: float, unit: Unit, shown: str
) -> None:
    """Differences are signed with a typographic minus; of shares they are in percentage points."""
    assert plain(show_signed(difference, unit)) == shown
    gap = " " if shown.startswith(("+", "\N{MINUS SIGN}")) else ""
    assert plain(show_signed(difference, unit, approximate=True)) == f"~{gap}{shown}"


@pytest.mark.parametrize(
    ("change", "shown"),
    [(0.8341, "+83.4 %"), (-0.4777, "−47.8 %"), (0.0, "0.0 %"), (-1e-9, "0.0 %"), (None, "?")],
)
def test_a_relative_change_is_in_percent(change: float | None, shown: str) -> None:
    """A change is signed; without a baseline to divide by it is a question mark."""
    assert plain(show_change(change)) == shown


def test_a_change_of_an_approximate_figure_is_approximate() -> None:
    """`~` stands before the change too."""
    assert plain(show_change(0.1, approximate=True)) == "~ +10.0 %"


ROUND_TRIP = (MILLISECONDS, SECONDS, CORES, BYTES, MEMORY, PER_SECOND, SHARE, RATIO, COUNT, MONEY)
SMALL = st.floats(min_value=1e-4, max_value=1.0)
LARGE = st.floats(min_value=1.0, max_value=1e9)


def figures(unit: Unit) -> st.SearchStrategy[float]:
    """Figures that a unit may hold."""
    return SMALL if unit is SHARE else st.one_of(st.just(0.0), SMALL, LARGE)


def assert_close(shown: str, quantity: Quantity, unit: Unit) -> None:
    """The text means the quantity, up to half of the last digit shown."""
    back = parse(shown, unit)
    assert back is not None, shown
    assert back.approximate == quantity.approximate
    assert (back.end is None) == (quantity.end is None)
    # A count shown without decimals is read as exact, however it came about.
    slack = (back.half or 0.5) * (1 + 1e-6) + 1e-12 * abs(quantity.start)
    assert abs(back.start - quantity.start) <= slack, shown
    if back.end is not None and quantity.end is not None:
        assert abs(back.end - quantity.end) <= slack, shown


@pytest.mark.parametrize("unit", ROUND_TRIP, ids=lambda unit: unit.name)
@given(data=st.data())
def test_a_computed_figure_shown_can_be_read_again(unit: Unit, data: st.DataObject) -> None:
    """Every figure that is shown is accepted in a record, within half of its last digit."""
    start = data.draw(figures(unit))
    end = data.draw(st.one_of(st.just(start), st.none(), figures(unit)))
    quantity = Quantity(start, end, data.draw(st.booleans()), computed=True)
    assert_close(show(quantity, unit), quantity, unit)


@pytest.mark.parametrize("unit", ROUND_TRIP, ids=lambda unit: unit.name)
@given(data=st.data())
def test_a_recorded_figure_shown_can_be_read_again(unit: Unit, data: st.DataObject) -> None:
    """A recorded figure means the same after it was shown, in whichever unit it was written."""
    suffix, factor = data.draw(st.sampled_from(sorted(unit.factors.items()) or [("", 1.0)]))
    most = min(unit.maximum / factor, 100_000)
    number = data.draw(st.decimals(min_value=0, max_value=most, places=data.draw(PLACES)))
    quantity = parse(f"{data.draw(st.sampled_from(['', '~']))}{number}{suffix}", unit)
    assert quantity is not None
    assert_close(show(quantity, unit), quantity, unit)


PLACES = st.integers(min_value=0, max_value=3)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-01-02", "2026-01-02"),
        ("2026-01-02T17:38:07Z", "2026-01-02 17:38 UTC"),
        ("2026-01-02T17:38:07+02:00", "2026-01-02 17:38 +0200"),
        ("2026-01-02T17:38:07", "2026-01-02 17:38"),
    ],
)
def test_a_moment_is_shown_to_the_minute(written: str, shown: str) -> None:
    """A day as it is, a time with its zone where one was written."""
    day = "T" not in written
    when = date.fromisoformat(written) if day else datetime.fromisoformat(written)
    assert show_moment(when) == shown


def test_a_moment_that_nobody_wrote_down_is_said_so() -> None:
    """There is no date in its place."""
    assert show_moment(None) == "date not recorded"
