"""Phases of a run from its VUs over time."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from generator.importers import phases


def named(vus: list[int], start: float = 0, end: float | None = None) -> list[tuple[str, int, int]]:
    """Phases of VUs that were sampled at the seconds 1, 2, 3 ..."""
    sampled = {float(second): float(number) for second, number in enumerate(vus, 1)}
    found = phases.recognise(sampled, start, len(vus) + 0.5 if end is None else end)
    return [(span.name, round(span.start), round(span.end)) for span in found]


RAMP = [6, 12, 18, 25, 31, 37, 43, 49, *[50] * 10, 47, 35, 19, 7]


def test_a_ramp_has_three_phases() -> None:
    """VUs that go up, stay and go down: ramp-up, steady state, ramp-down, without gaps."""
    assert named(RAMP) == [("ramp-up", 0, 8), ("steady", 8, 18), ("ramp-down", 18, 22)]


def test_constant_vus_are_steady_throughout() -> None:
    """The first sample is a second after the start: what lies before it is steady too."""
    assert named([30] * 10) == [("steady", 0, 10)]


def test_setup_and_teardown_are_in_no_phase() -> None:
    """Times without VUs before and after the load are left out."""
    assert named([0, 0, 0, *[10] * 8, 0, 0], start=3.2, end=11.3) == [("steady", 3, 11)]


def test_a_slow_end_is_a_ramp_down() -> None:
    """VUs that finish their last iterations are no steady state."""
    assert named([*[30] * 15, 11]) == [("steady", 0, 15), ("ramp-down", 15, 16)]


def test_of_steps_the_highest_is_the_steady_state() -> None:
    """What leads to the peak, with steps on its way, is the ramp-up."""
    assert named([10] * 20 + [20] * 20 + [1])[:2] == [("ramp-up", 0, 21), ("steady", 21, 40)]


def test_vus_of_an_arrival_rate_have_no_phases() -> None:
    """VUs that go up and down all the time show no steady state."""
    assert named([2, 3, 4, 8, 16, 20, 20, 22, 23, 22, 20, 23, 21, 22, 22, 2]) == []


def test_a_spike_is_no_steady_state() -> None:
    """A peak of a few seconds in a long run is not called steady."""
    assert named([*range(100), 100, 100, 100, *reversed(range(100))]) == []


def test_without_vus_there_are_no_phases() -> None:
    """No samples of VUs, or none above zero: no phase."""
    assert named([]) == []
    assert named([0, 0, 0, 0]) == []


@given(st.lists(st.integers(0, 60), max_size=60), st.floats(0, 5), st.floats(5, 70))
def test_phases_follow_one_another(vus: list[int], start: float, end: float) -> None:
    """Whatever the VUs, phases lie within the load, in order, without gaps or overlaps."""
    sampled = {float(second): float(number) for second, number in enumerate(vus, 1)}
    found = phases.recognise(sampled, start, end)
    if found:
        assert found[0].start == start
        assert found[-1].end == end
        assert all(one.end == two.start for one, two in pairwise(found))
        assert [one.name for one in found if one.name == "steady"] == ["steady"]
        assert all(one.start < one.end for one in found)
