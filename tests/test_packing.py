"""What was read of a record, packed and back: the same values, and nothing but values."""

from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from generator import packing
from generator.model import Campaign, Run
from generator.packing import PackingError, pack, unpack
from generator.units import Quantity
from generator.yamltree import Written
from tests.strategies import CAMPAIGNS, RUNS


@given(RUNS)
def test_a_run_comes_back(content: dict[str, Any]) -> None:
    """Equal in every field, also in what was written and what was left out."""
    run = Run.model_validate(content)
    again = unpack(pack(run))
    assert (again, repr(again)) == (run, repr(run))
    assert again.model_dump(exclude_unset=True) == run.model_dump(exclude_unset=True)
    assert list(vars(again)) == list(vars(run))


@given(CAMPAIGNS)
def test_a_campaign_comes_back(content: dict[str, Any]) -> None:
    """As a run does."""
    campaign = Campaign.model_validate(content)
    again = unpack(pack(campaign))
    assert (again, repr(again)) == (campaign, repr(campaign))


def test_what_was_not_written_is_not_shared() -> None:
    """A field that is a mapping by default is one of its own in each part."""
    packed = pack(Run(title="T", status="planned"))
    assert unpack(packed).environment is not unpack(packed).environment


@pytest.mark.parametrize(
    "value",
    [
        Written("277.20"),
        [Written("1.50"), {"a": (1, 2.5, None, True, "x")}],
        Quantity(2.0, None, approximate=True, half=0.5, computed=True, text="~2→?"),
        date(2026, 1, 2),
        10**39,
        -0.0,
    ],
    ids=repr,
)
def test_a_value_comes_back_as_it_was_written(value: object) -> None:
    """Type and text are kept, not only what is equal."""
    again = unpack(pack(value))
    assert (type(again), repr(again), str(again)) == (type(value), repr(value), str(value))


@pytest.mark.parametrize("value", [{1}, b"x", {1: 2}, "\ud83d\ude00", object(), float("nan")])
def test_what_would_not_come_back_is_refused(value: object) -> None:
    """Nothing is kept of it: it is read anew each time."""
    with pytest.raises(PackingError):
        pack(value)


@pytest.mark.parametrize(
    "text",
    [
        pickle.dumps(print),
        b"",
        b"[",
        b"[" * 100_000,
        b"[]",
        b"[[]]",
        b'["os.system"]',
        b'["part","os.system",{}]',
        b'["part","Part",{}]',
        b'["part","Run",{"__class__":1}]',
        b'["part","Run",[]]',
        b'["quantity"]',
        b'["time","today"]',
        b'["written",[]]',
    ],
)
def test_nothing_else_is_unpacked(text: bytes) -> None:
    """Whatever it is: an error of its own kind, and no class but those of a record."""
    with pytest.raises(PackingError):
        unpack(text)


def test_every_part_of_a_record_has_its_form() -> None:
    """Those of runs and of campaigns, by their names."""
    assert {"Run", "Campaign", "Load", "Trend", "Pod", "Finding", "Acknowledgement"} <= set(
        vars(packing)["_FORMS"]
    )
