"""A mapping whose values are made when asked for: the same as a plain one, later."""

from __future__ import annotations

import pytest

from generator.ondemand import OnDemand
from tests.conftest import book


def test_a_value_is_made_once_and_only_where_it_is_asked_for() -> None:
    """To count the keys, to list them and to look whether one is there makes nothing."""
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    lazy = OnDemand(["b", "a"], make)
    assert (list(lazy), len(lazy), "a" in lazy, "c" in lazy) == (["b", "a"], 2, True, False)
    assert made == []
    assert (lazy["a"], lazy["a"], lazy.get("c")) == ("A", "A", None)
    assert made == ["a"]
    assert lazy == {"b": "B", "a": "A"}
    assert made == ["a", "b"]
    with pytest.raises(KeyError):
        lazy["c"]


def test_a_value_that_fails_is_tried_again() -> None:
    """A failure is that of the asking; no half value stays."""
    answers = iter([10, 0])
    lazy = OnDemand(["a"], lambda _: 10 // (10 - next(answers)))
    with pytest.raises(ZeroDivisionError):
        lazy["a"]
    assert lazy["a"] == 1


def test_runs_that_nobody_asks_for_are_not_measured() -> None:
    """The measurements of one run are made without those of the others."""
    text = "title: T\nstatus: completed\nk6: {http_reqs: {count: 3}}\n"
    found = book({"a/b": text, "a/c": text})
    assert found.measurements["a/b"]["requests"].quantity.start == 3
    assert repr(found.measurements) == "OnDemand(['a/b', 'a/c'])"
    assert "a/c" not in vars(found.measurements)["_made"]
