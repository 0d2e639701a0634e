"""Quantities of Kubernetes: read to the digit, written so that a record reads the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import units
from generator.importers import kube_quantity
from generator.units import CORES, MEMORY, Unit


def in_record(written: str | int, unit: Unit) -> float:
    """The figure that a record reads, in base units."""
    found = units.parse(written, unit)
    assert found is not None
    assert found.is_exact
    return found.start


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("329087452n", "0.329087452"),
        ("250u", "0.00025"),
        ("500m", "0.5"),
        ("1", "1"),
        (1, "1"),
        ("0", "0"),
        ("1.5", "1.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("+2", "2"),
        ("2748180Ki", "2814136320"),
        ("1Gi", "1073741824"),
        ("128974848", "128974848"),
        ("129e6", "129000000"),
        ("129M", "129000000"),
        ("128974848000m", "128974848"),
        ("12E2", "1200"),
        ("0.5E", "500000000000000000"),
        ("1k", "1000"),
        ("0Ei", "0"),
    ],
)
def test_a_quantity_is_read_to_the_digit(written: object, value: str) -> None:
    """Each suffix, an exponent or none: the exact value in base units."""
    assert kube_quantity.parse(written) == Decimal(value)


@pytest.mark.parametrize(
    "written",
    [
        *("", "<unknown>", "-1", "1K", "1mi", "1 Gi", "1e", "Mi", "1Gib", "1e999", "9e19", "1Ei"),
        *("٣", ".", "1" * 60, "nan", "inf", None, True, 1.5, [], 10**30),
    ],
)
def test_what_is_no_quantity_is_none(written: object) -> None:
    """Unknown, negative, other spellings, too large: no figure, and no exception."""
    assert kube_quantity.parse(written) is None


NUMBERS = st.decimals(min_value=0, max_value=10**6, places=3, allow_nan=False)


@given(number=NUMBERS, suffix=st.sampled_from([*kube_quantity.FACTORS]))
def test_a_suffix_means_its_factor(number: Decimal, suffix: str) -> None:
    """A number with a suffix is the number times the factor, as long as that is in bounds."""
    expected = number * kube_quantity.FACTORS[suffix]
    found = kube_quantity.parse(f"{number}{suffix}")
    assert found == (expected if expected <= kube_quantity.MAX_VALUE else None)


@given(cores=st.integers(min_value=0, max_value=10**15))
def test_cpu_is_the_same_in_a_record(cores: int) -> None:
    """Nanocores of any size are read from the record as they were."""
    value = Decimal(cores).scaleb(-9)
    written = kube_quantity.cpu(value)
    assert kube_quantity.parse(written) == value
    assert in_record(written, CORES) == pytest.approx(float(value), rel=1e-12)
    assert ("." in written) == (cores % 10**6 != 0)


@given(amount=st.integers(min_value=0, max_value=10**15))
def test_memory_is_the_same_in_a_record(amount: int) -> None:
    """Bytes of any number are read from the record as they were."""
    written = kube_quantity.memory(Decimal(amount))
    assert kube_quantity.parse(written) == amount
    assert in_record(written, MEMORY) == amount


@given(millibytes=st.integers(min_value=0, max_value=10**12))
def test_parts_of_a_byte_are_rounded_up(millibytes: int) -> None:
    """Kubernetes allows `1500m` bytes; a record has whole bytes, never fewer."""
    value = Decimal(millibytes).scaleb(-3)
    assert 0 <= in_record(kube_quantity.memory(value), MEMORY) - float(value) < 1


@given(written=st.text(alphabet="0123456789.eE+-numkKMGTPEi ", max_size=20) | st.text(max_size=80))
def test_any_text_is_a_quantity_or_none(written: str) -> None:
    """Whatever is written, the result can stand in a record, or there is none."""
    value = kube_quantity.parse(written)
    if value is not None:
        assert 0 <= value <= kube_quantity.MAX_VALUE
        assert in_record(kube_quantity.cpu(value), CORES) >= 0
        assert in_record(kube_quantity.memory(value), MEMORY) >= 0


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (["1", "500m"], Decimal("1.5")),
        (["0", "0"], Decimal(0)),
        ([], None),
        (["1", None], None),
        (["1", "some"], None),
        (["999999999999999999", "78"], None),
    ],
)
def test_a_sum_is_a_quantity_or_none(written: list[str | None], value: Decimal | None) -> None:
    """Not of some of the figures, and not of more than a record can hold."""
    assert kube_quantity.total(map(kube_quantity.parse, written)) == value


def test_the_last_digit_of_a_request_is_not_open() -> None:
    """A request of `1` is one core to the millicore, not half a core more or less."""
    found = units.parse(kube_quantity.cpu(Decimal(1)), CORES)
    assert found is not None
    assert found.half < 0.001
