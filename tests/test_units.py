"""Quantities: what is read, what is refused, and what arithmetic keeps."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import units
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
    UnitError,
    parse,
)

UNITS = (
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
)


def known(written: object, unit: Unit) -> Quantity:
    """The quantity that `written` means; it must be one."""
    found = parse(written, unit)
    assert found is not None
    return found


def value(written: object, unit: Unit) -> float:
    """The single figure that `written` means, in base units."""
    found = known(written, unit)
    assert not found.is_range
    return found.start


@pytest.mark.parametrize(
    ("written", "unit", "expected"),
    [
        ("363.03ms", MILLISECONDS, 363.03),
        ("2s", MILLISECONDS, 2000),
        (129.1, MILLISECONDS, 129.1),
        ("450µs", MILLISECONDS, 0.45),
        ("1m30s", MILLISECONDS, 90_000),
        ("13m", SECONDS, 780),
        (780, SECONDS, 780),
        ("1h5m", SECONDS, 3900),
        ("1 h 5 min", SECONDS, 3900),
        ("1m30s", SECONDS, 90),
        ("02:00", SECONDS, 120),
        ("1:02:03", SECONDS, 3723),
        ("500ms", SECONDS, 0.5),
        ("895m", CORES, 0.895),
        ("3.34 cores", CORES, 3.34),
        ("0.25", CORES, 0.25),
        ("1.3 GB", BYTES, 1.3e9),
        ("895 kB", BYTES, 895_000),
        ("1.5GiB", BYTES, 1.5 * 2**30),
        ("53Mi", MEMORY, 53 * 2**20),
        ("55574528", MEMORY, 55_574_528),
        ("98.68%", SHARE, 0.9868),
        ("0.9868", SHARE, 0.9868),
        (0, SHARE, 0),
        ("100 %", SHARE, 1),
        ("895%", RATIO, 8.95),
        ("217,804", COUNT, 217_804),
        (217_804, COUNT, 217_804),
        ("1.5M", COUNT, 1_500_000),
        ("277.2/s", PER_SECOND, 277.2),
        ("277.2", PER_SECOND, 277.2),
        ("16632 req/min", PER_SECOND, 277.2),
        ("280 RPS", PER_SECOND, 280),
        ("0.04", MONEY, 0.04),
        ("-50%", CHANGE, -0.5),
        ("2x", CHANGE, 1),
        ("1,000x", CHANGE, 999),
        ("-0", COUNT, 0),
    ],
)
def test_figures_are_read_as_people_write_them(
    written: object, unit: Unit, expected: float
) -> None:
    """A figure with or without a suffix is turned into the unit's base unit."""
    found = known(written, unit)
    assert found.start == pytest.approx(expected, rel=1e-12)
    assert found.end == found.start
    assert found.is_exact
    assert math.copysign(1, value(written, unit)) == math.copysign(1, expected)


@pytest.mark.parametrize(
    ("written", "unit", "expected"),
    [("~280", PER_SECOND, 280), ("~50K", COUNT, 50_000), ("≈2s", MILLISECONDS, 2000)],
)
def test_an_approximate_figure_stays_so(written: str, unit: Unit, expected: float) -> None:
    """`~` and `≈` in front mark a figure as approximate."""
    found = known(written, unit)
    assert (found.start, found.approximate, found.is_exact) == (expected, True, False)


@pytest.mark.parametrize(
    ("written", "unit", "start", "end"),
    [
        ("2→7", COUNT, 2, 7),
        ("2 -> 7", COUNT, 2, 7),
        ("7→2", COUNT, 7, 2),
        ("2→?", COUNT, 2, None),
        ("2→? cores", CORES, 2, None),
        ("200→?m", CORES, 0.2, None),
        ("2→3s", MILLISECONDS, 2000, 3000),
        ("500→800m", CORES, 0.5, 0.8),
        ("500ms→1.5s", MILLISECONDS, 500, 1500),
        ("10→20%", SHARE, 0.1, 0.2),
        ("2→3x", CHANGE, 1, 2),
    ],
)
def test_a_range_keeps_both_ends(written: str, unit: Unit, start: float, end: float | None) -> None:
    """`2→7` has two ends, of `2→?` the last is unknown; a unit at the end holds for both."""
    found = known(written, unit)
    assert found.is_range
    assert found.start == pytest.approx(start)
    assert found.end == (None if end is None else pytest.approx(end))
    assert found.value == found.end


@pytest.mark.parametrize("written", ["N/A", "n/a", " NA "])
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_not_available_is_no_figure(written: str, unit: Unit) -> None:
    """`N/A` is accepted in every unit and is no quantity, never zero."""
    assert parse(written, unit) is None


@pytest.mark.parametrize(
    ("written", "unit", "said"),
    [
        ("363.03mb", MILLISECONDS, "no unit of latency"),
        ("1 GB", CORES, "no unit of CPU"),
        ("fifty", COUNT, "is no count"),
        ("", COUNT, "is no count"),
        ("e5", COUNT, "is no count"),
        ("+E0", COUNT, "is no count"),
        ("~", COUNT, "is no count"),
        ("→7", COUNT, "is no count"),
        ("2→", COUNT, "is no count"),
        ("?→7", COUNT, "is no count"),
        ("2→?GB", COUNT, "no unit of count"),
        ("2→4→7", COUNT, "more than two ends"),
        ("1,23", COUNT, "is no count"),
        ("217.804.000", COUNT, "is no count"),
        ("98,68%", SHARE, "is no share"),
        ("5.33", SHARE, "more than 1"),
        ("101%", SHARE, "more than 1"),
        ("-1", COUNT, "is negative"),
        ("-3ms", MILLISECONDS, "is negative"),
        (-0.5, SHARE, "is negative"),
        ("nan", COUNT, "is no count"),
        (math.nan, COUNT, "is no count"),
        (math.inf, COUNT, "is no count"),
        ("1e400", COUNT, "too large"),
        ("1e99", COUNT, "too large"),
        ("1e-99", COUNT, "too small"),
        ("infx", CHANGE, "relative change"),
        ("nanx", CHANGE, "relative change"),
        ("5abcx", CHANGE, "relative change"),
        ("1e999x", CHANGE, "too large"),
        (True, COUNT, "is no count"),
        (None, COUNT, "nothing"),
        ([1], COUNT, "is no count"),
        ("1" * 65, COUNT, "too long"),
        ("٣", COUNT, "is no count"),
        ("5²", COUNT, "no unit of count"),
        ("0x10", COUNT, "is no count"),
    ],
)
def test_what_is_no_figure_is_refused_with_a_hint(written: object, unit: Unit, said: str) -> None:
    """Other units, NaN, infinity, negatives and slips are refused; the hint shows how to write."""
    with pytest.raises(UnitError) as caught:
        parse(written, unit)
    assert said in str(caught.value)
    assert caught.value.hint
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_examples_of_a_unit_are_read(unit: Unit) -> None:
    """What a hint proposes is accepted."""
    assert [known(example, unit) for example in unit.examples]


@pytest.mark.parametrize(
    ("written", "unit", "half"),
    [
        ("217804", COUNT, 0),
        ("277.2/s", PER_SECOND, 0.05),
        ("277.20/s", PER_SECOND, 0.005),
        ("280/s", PER_SECOND, 0.5),
        ("~280/s", PER_SECOND, 10),
        ("~281/s", PER_SECOND, 1),
        ("~0.04", MONEY, 0.01),
        ("98.68%", SHARE, 0.00005),
        ("13m", SECONDS, 30),
        ("780s", SECONDS, 0.5),
        ("~13m", SECONDS, 60),
        ("~13min", SECONDS, 60),
        ("1m30s", SECONDS, 0.5),
        ("~2s", MILLISECONDS, 1000),
        ("3.34 cores", CORES, 0.005),
        ("1.5K", COUNT, 50),
        ("2.5e3 ms", MILLISECONDS, 50),
        ("10→20ms", MILLISECONDS, 0.5),
    ],
)
def test_the_last_digit_says_how_precisely_a_figure_is_known(
    written: str, unit: Unit, half: float
) -> None:
    """Half of the last digit is open, of an approximate figure the whole; counts are exact."""
    assert known(written, unit).half == pytest.approx(half)


SUFFIXES = [
    pytest.param(unit, suffix, factor, id=f"{unit.name} {suffix or 'bare'}")
    for unit in UNITS
    for suffix, factor in unit.factors.items()
    if unit.name != "memory"  # the same table as that of data
]
PLAIN = st.decimals(min_value=0, max_value=1, places=4).filter(lambda number: number != 0)


@pytest.mark.parametrize(("unit", "suffix", "factor"), SUFFIXES)
@settings(max_examples=15)
@given(number=PLAIN)
def test_a_suffix_means_its_factor(unit: Unit, suffix: str, factor: float, number: Decimal) -> None:
    """A text with a suffix equals the number of base units that it stands for."""
    expected = value(str(float(number) * factor), unit)
    assert value(f"{number}{suffix}", unit) == pytest.approx(expected, rel=1e-9)
    assert value(f"{number} {suffix}".strip(), unit) == pytest.approx(expected, rel=1e-9)


@given(number=st.integers(min_value=0, max_value=10**15))
def test_thousands_may_be_marked(number: int) -> None:
    """Commas between thousands change nothing."""
    assert parse(f"{number:,}", COUNT) == parse(number, COUNT) == parse(str(number), COUNT)


@given(
    number=st.decimals(min_value=0, max_value=10**6, places=6),
    places=st.integers(min_value=0, max_value=5),
)
def test_rounding_stays_within_half_of_the_last_digit(number: Decimal, places: int) -> None:
    """A figure that was rounded for a report agrees with the one that it was rounded from."""
    rounded = known(f"{number:.{places}f}", PER_SECOND)
    assert rounded.agrees_with(known(str(number), PER_SECOND))
    assert abs(rounded.start - float(number)) <= rounded.half * (1 + 1e-9)


NUMBERLIKE = st.text(alphabet="0123456789.,eE+-~≈→>?x×%:hms/ KMGiBnuµncores NA", max_size=24)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
@given(written=st.one_of(NUMBERLIKE, st.text(max_size=80), st.floats(), st.integers()))
def test_any_text_is_a_finite_quantity_or_refused(unit: Unit, written: str | float | int) -> None:
    """Whatever is written, the result is finite and in bounds, or a UnitError, never a crash."""
    try:
        found = parse(written, unit)
    except UnitError:
        return
    if found is None:
        return
    for figure in filter(None, (found.start, found.end, found.half)):
        assert math.isfinite(figure)
        assert figure >= 0 or unit.signed
    assert max(found.start, found.end or 0) <= unit.maximum * (1 + 1e-9)


QUANTITIES = st.builds(
    Quantity,
    start=st.floats(min_value=0.001, max_value=1e6),
    end=st.one_of(st.none(), st.floats(min_value=0.001, max_value=1e6)),
    approximate=st.booleans(),
    half=st.floats(min_value=0, max_value=100),
)


@given(left=QUANTITIES, right=QUANTITIES)
def test_arithmetic_keeps_what_is_known_of_its_figures(left: Quantity, right: Quantity) -> None:
    """`~` of either side, a range's ends and an unknown end survive; the result is computed."""
    for found in (left + right, left - right, left * right, left / right):
        assert found.approximate == (left.approximate or right.approximate)
        assert (found.end is None) == (left.end is None or right.end is None)
        assert found.computed
        assert found.half >= 0
    assert (left + right).start == left.start + right.start
    if left.end is not None and right.end is not None:
        assert (left / right).end == left.end / right.end


@given(figure=QUANTITIES, other=QUANTITIES)
def test_differences_and_ratios_cancel(figure: Quantity, other: Quantity) -> None:
    """delta(a, a) = 0 and ratio(a, b) x ratio(b, a) = 1, at both ends."""
    assert (figure - figure).start == 0
    assert (figure - figure).end in (0, None)
    product = (figure / other) * (other / figure)
    assert product.start == pytest.approx(1)
    assert product.end is None or product.end == pytest.approx(1)


@given(left=QUANTITIES, right=QUANTITIES)
def test_agreement_is_mutual(left: Quantity, right: Quantity) -> None:
    """A figure agrees with itself, and with another exactly where the other agrees with it."""
    assert left.agrees_with(left)
    assert left.agrees_with(right) == right.agrees_with(left)


@given(
    left=st.floats(min_value=1, max_value=1e6),
    right=st.floats(min_value=1, max_value=1e6),
    halves=st.tuples(*[st.floats(min_value=0, max_value=0.4)] * 2),
)
def test_a_computed_figure_knows_its_rounding(
    left: float, right: float, halves: tuple[float, float]
) -> None:
    """The true sum and product lie within the half that the arithmetic states (first order)."""
    one = Quantity(left, left, half=halves[0])
    two = Quantity(right, right, half=halves[1])
    assert abs((one + two).start - (left + halves[0] + right + halves[1])) <= (
        (one + two).half * (1 + 1e-9) + 1e-9
    )
    exact = (left + halves[0]) * (right + halves[1])
    slack = halves[0] * halves[1] + 1e-12 * exact
    assert abs((one * two).start - exact) <= (one * two).half * (1 + 1e-9) + slack


@pytest.mark.parametrize(
    ("left", "right", "agree"),
    [
        ("279.2", "279.24", True),
        ("279.2", "279.3", True),
        ("279.2", "279.31", False),
        ("~280", "272", True),
        ("~280", "268", False),
        ("2→7", "5", True),
        ("7→2", "5", True),
        ("2→7", "9", False),
        ("2→?", "9", True),
        ("2→4", "4→6", True),
        ("2→4", "6→8", False),
    ],
)
def test_figures_agree_as_far_as_their_digits_tell(left: str, right: str, agree: bool) -> None:
    """Two figures contradict each other only beyond what their last digits leave open."""
    assert known(left, PER_SECOND).agrees_with(known(right, PER_SECOND)) is agree


def test_only_a_known_figure_that_is_not_zero_divides() -> None:
    """Dividing is undefined where either end of the divisor is zero."""
    assert known("2→7", COUNT).can_divide()
    assert known("2→?", COUNT).can_divide()
    assert not known("0→7", COUNT).can_divide()
    assert not known("7→0", COUNT).can_divide()
    assert not known("0", COUNT).can_divide()


def test_quantities_of_equal_value_are_equal_however_written() -> None:
    """The text is kept for people and does not count in comparisons."""
    assert known("780", SECONDS) == known("780s", SECONDS)
    assert known("780", SECONDS).text == "780"
    assert Quantity.exact(3) == known("3", units.COUNT)


@pytest.mark.parametrize(
    ("text", "unit", "message", "hint"),
    [
        ("x" * 40, SHARE, f"'{'x' * 40}' is no share", "write a share such as 98.68%, 0.9868"),
        ("x" * 41, SHARE, f"'{'x' * 37}...' is no share", "write a share such as 98.68%, 0.9868"),
        (
            "5 pears",
            BYTES,
            "'5 pears' has no unit of amount of data",
            "write an amount of data such as 1.3 GB, 895 kB, 1300000000",
        ),
    ],
)
def test_a_refusal_shows_what_was_written_and_what_would_be_read(
    text: str, unit: Unit, message: str, hint: str
) -> None:
    """The text is quoted, a long one shortened; the hint names the unit with examples."""
    with pytest.raises(UnitError) as refused:
        parse(text, unit)
    assert (str(refused.value), refused.value.hint) == (message, hint)
