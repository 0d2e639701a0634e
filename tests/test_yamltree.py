"""YAML as it is read here: plain values with their places, and no text that does harm."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import yamltree
from generator.errors import Place
from generator.yamltree import MAX_BYTES, MAX_DEPTH, Document, Written

ROOT = Path(__file__).parent.parent


def read(text: str | bytes) -> Document:
    """The document in a text."""
    return yamltree.read("case.yaml", text if isinstance(text, bytes) else text.encode())


def value(text: str) -> Any:
    """The value of a text without a mistake."""
    document = read(text)
    assert document.problems == []
    return document.value


def codes(text: str | bytes) -> list[str]:
    """The codes of what is wrong with a text."""
    return [problem.code for problem in read(text).problems]


def test_a_decimal_keeps_its_digits() -> None:
    """277.20 is known to two decimals, and the text of the number still says so."""
    number = value("rate: 277.20\n")["rate"]
    assert isinstance(number, Written)
    assert number == 277.2
    assert str(number) == "277.20"


def test_every_key_and_value_has_its_place() -> None:
    """Lines and columns count from 1; keys and values have places of their own."""
    document = read("title: T\nload:\n  vus: 50\ntags:\n  - one\n  - {a: 1}\n")
    assert document.place(("title",)) == Place(1, 8)
    assert document.place(("title",), key=True) == Place(1, 1)
    assert document.place(("load", "vus")) == Place(3, 8)
    assert document.place(("load", "vus"), key=True) == Place(3, 3)
    assert document.place(("tags", 1)) == Place(6, 5)
    assert document.place(("tags", 1, "a")) == Place(6, 9)


def test_a_missing_field_has_the_place_of_its_parent() -> None:
    """What is not there is reported where it would have to stand."""
    document = read("title: T\nload:\n  vus: 50\ntags:\n  - one\n")
    assert document.place(("load", "scenario")) == Place(2, 1)
    assert document.place(("load", "stages", 3, "target")) == Place(2, 1)
    assert document.place(("tags", 5)) == Place(4, 1)
    assert document.place(("status",)) == Place(1, 1)
    assert read("\n\nkey: 1\n").place(("status",)) == Place(3, 1)


def test_places_are_those_of_characters_not_bytes() -> None:
    """Letters beyond ASCII and a byte order mark before the text count as they look."""
    document = read("\N{BYTE ORDER MARK}a: [ü→é, x]\n")
    assert document.problems == []
    assert document.place(("a", 1)) == Place(1, 10)


def test_of_a_duplicate_key_the_first_counts_and_all_are_reported() -> None:
    """The first value stays; each further one is a problem that names the first's line."""
    document = read("a: 1\nb: 2\na: 3\na: {b: [4]}\n")
    assert document.value == {"a": 1, "b": 2}
    assert [(problem.field, problem.place.line) for problem in document.problems] == [
        ("a", 3),
        ("a", 4),
    ]
    assert all("line 1" in problem.hint for problem in document.problems)


def test_a_mistake_does_not_hide_what_can_be_read() -> None:
    """After a refused tag or number the rest of the file is read, for its own problems."""
    document = read("a: !env X\nb: 2\nc: 1e999\nd: 4\n")
    assert [problem.field for problem in document.problems] == ["a", "c"]
    assert document.value["b"] == 2
    assert document.value["d"] == 4
    assert read("a: 1\n---\nb: 2\n").value == {"a": 1}


def test_aliases_are_expanded() -> None:
    """An alias stands for a copy of its anchor's value; a quoted `<<` has no meaning of its own."""
    assert value("a: &x {b: [1, 2]}\nc: *x\nd: [*x]\n") == {
        "a": {"b": [1, 2]},
        "c": {"b": [1, 2]},
        "d": [{"b": [1, 2]}],
    }
    assert value("a: &x 1\n'<<': {b: *x}\n") == {"a": 1, "<<": {"b": 1}}
    assert value("a: &x 1\nb: &x 2\nc: *x\n")["c"] == 2
    assert value("a: &x {b: &y 1, c: *y}\nd: *x\ne: *y\n")["d"] == {"b": 1, "c": 1}


@pytest.mark.parametrize("width", [2, 9])
def test_an_alias_bomb_is_refused_before_it_goes_off(width: int) -> None:
    """Aliases of aliases are expanded within a budget only."""
    levels = "abcdefghijklmnopqrstuv"
    text = f"a: &a [{', '.join('x' * width)}]\n" + "".join(
        f"{after}: &{after} [{', '.join([f'*{before}'] * width)}]\n"
        for before, after in pairwise(levels)
    )
    assert codes(text) in (["yaml-too-large"], ["yaml-too-deep"])


def test_depth_is_bounded() -> None:
    """A text nested as deep as allowed is read, one level more is refused, however deep it goes."""
    for opening, closing in (("[", "]"), ("{a: ", "}")):
        assert codes(opening * MAX_DEPTH + "1" + closing * MAX_DEPTH) == []
        assert codes(opening * (MAX_DEPTH + 1) + "1" + closing * (MAX_DEPTH + 1)) == [
            "yaml-too-deep"
        ]
    assert codes("[" * 100_000) == ["yaml-too-deep"]


def test_size_is_bounded() -> None:
    """A file of the largest size is read, one byte more is refused unread."""
    filled = "a: '" + "x" * (MAX_BYTES - 6) + "'\n"
    assert codes(filled) == []
    assert codes(filled + " ") == ["yaml-too-large"]
    assert read(filled + " ").value is None


def test_the_number_of_values_is_bounded() -> None:
    """More values than any record has are refused at the first one too many."""
    (problem,) = read("a:\n" + "- 1\n" * 60_000).problems
    assert problem.code == "yaml-too-large"
    assert problem.place.line > 40_000


def assert_inside(document: Document, content: bytes) -> None:
    """Each problem of the document says what is wrong, at a place in the text or at its end."""
    lines = len(content.decode("utf-8", "replace").splitlines())
    for problem in document.problems:
        assert 1 <= problem.place.line <= lines + 1
        assert problem.place.column >= 1
        assert problem.message
        assert problem.hint


TOKENS = st.sampled_from(
    [
        *["a", "b: ", "a: 1", "- ", "  ", "\n", "\n  ", "\t", ": ", "? ", "| ", "> ", "|-\n  "],
        *["[", "]", "{", "}", ",", "&a ", "*a", "&b ", "*b", "<<: ", "!x ", "!!str ", "!!map "],
        *["'", '"', "\\", "\\x9b", "\\ud800", "---\n", "...\n", "~", "1e999", ".inf", "0x", "é→"],
        *["\0", "\x07", "\x85", "\u2028", "\ufeff", "\r", "title: T\n", "load:\n", "#", "%"],
    ]
)


@given(text=st.one_of(st.lists(TOKENS, max_size=40).map("".join), st.text()))
def test_any_text_is_read_without_an_error(text: str) -> None:
    """Whatever a text holds, reading it gives a document whose problems lie inside the text."""
    content = text.encode("utf-8", "surrogatepass")
    assert_inside(read(content), content)


@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(content: bytes) -> None:
    """Bytes that are no text give an error with a place, never a crash."""
    document = read(content)
    assert_inside(document, content)
    try:
        content.decode()
    except UnicodeDecodeError:
        assert [problem.code for problem in document.problems] == ["encoding"]


@given(data=st.data())
def test_any_damage_to_a_real_record_is_read_without_an_error(data: st.DataObject) -> None:
    """A record cut, doubled or with other bytes in it anywhere is read, or its mistake is named."""
    path = data.draw(st.sampled_from(sorted((ROOT / "experiments").glob("*/*.yaml"))))
    content = path.read_bytes()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 200)))
    damaged = content[:start] + data.draw(st.binary(max_size=8)) + content[end:]
    assert_inside(read(damaged), damaged)
