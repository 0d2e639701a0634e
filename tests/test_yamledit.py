"""Edits in the text of YAML: the value that was wanted, and not a byte altered elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import merging, yamledit, yamltree
from generator.merging import Edit
from generator.yamltree import Path


def value_of(text: str) -> Any:
    document = yamltree.read("case.yaml", text.encode())
    assert document.problems == []
    return document.value


def edited(text: str, *edits: Edit, order: dict[Path, list[str]] | None = None) -> str:
    """The text with the edits; what it holds is what the edits come to."""
    found = yamledit.edited(text, edits, lambda path: (order or {}).get(path, []))
    assert value_of(found) == merging.apply(value_of(text), edits)
    return found


def add(*path: str | int, value: Any) -> Edit:
    return Edit(path, path, value)


def put(*path: str | int, value: Any) -> Edit:
    return Edit(path, path, value, replaces=True)


TOP: dict[Path, list[str]] = {(): ["a", "b", "c", "d"]}


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        ("a: 1\nc: 2\n", add("b", value=3), "a: 1\nb: 3\nc: 2\n"),
        ("a: 1  # one\n# of c\nc: 2\n", add("b", value=3), "a: 1  # one\nb: 3\n# of c\nc: 2\n"),
        ("a:\n  x: 1\n  # y: 2\nc: 2\n", add("b", value=3), "a:\n  x: 1\n  # y: 2\nb: 3\nc: 2\n"),
        ("a: >-\n  x\n  y\n\n\nc: 2\n", add("b", value=3), "a: >-\n  x\n  y\nb: 3\n\n\nc: 2\n"),
        ("a: |+\n  x\n\nc: 2\n", add("b", value=3), "a: |+\n  x\n\nb: 3\nc: 2\n"),
        ("a: |+\n  x\nc: 2\n", add("b", value=[3]), "a: |+\n  x\nb:\n  - 3\nc: 2\n"),
        ('a: "x\n  y"\nc: 2\n', add("b", value=3), 'a: "x\n  y"\nb: 3\nc: 2\n'),
        ("a:\n- 1\n- 2\nc: 2\n", add("b", value=3), "a:\n- 1\n- 2\nb: 3\nc: 2\n"),
        ("a: 1", add("b", value=3), "a: 1\nb: 3\n"),
        ("a: 1\r\nc: 2\r\n", add("b", value=[3]), "a: 1\r\n\r\nb:\r\n  - 3\r\nc: 2\r\n"),
        ("b: 1\nc: 2\n", add("a", value=3), "b: 1\na: 3\nc: 2\n"),
        ("a: 1\n...\n", add("b", value=3), "a: 1\nb: 3\n...\n"),
        ("---\na: 1\n# end\n", add("b", value=3), "---\na: 1\nb: 3\n# end\n"),
        ("a: {x: 1}\n", add("a", "y", value=[2, {"z": "3 s"}]), "a: {x: 1, y: [2, {z: 3 s}]}\n"),
        ("a: {x: 1, }\n", add("a", "y", value=2), "a: {x: 1, y: 2, }\n"),
        ("a: [\n  1,  # one\n  2  # two\n]\n", add("a", 2, value=3), None),
        ("a:\n    - 1\n\n# end\n", add("a", 1, value={"x": 1, "y": 2}), None),
        ("a:\n  - x: 1\n    y: 2\n", add("a", 0, "z", value={"k": 3}), None),
        ("a: 1  # one\nb: 2\n", put("a", value="2 s"), "a: 2 s  # one\nb: 2\n"),
        ("a:\nb: 2\n", put("a", value=3), "a: 3\nb: 2\n"),
        ("a:\nb: 2\n", put("a", value={"x": 3}), "a:\n  x: 3\nb: 2\n"),
        ("a: []  # none\nb: 2\n", put("a", value=[3]), "a:  # none\n  - 3\nb: 2\n"),
        ("a: ~\nb: 2\n", put("a", value="x"), "a: x\nb: 2\n"),
        ("a: >-\n  x\n\n# c\nb: 2\n", put("a", value="y"), "a: y\n\n# c\nb: 2\n"),
        ("a: |+\n  x\n\nb: 2\n", put("a", value="y"), "a: y\n\nb: 2\n"),
        ("a:\n- |+\n  x\n# c\nb: 2\n", put("a", value="y"), "a: y\n# c\nb: 2\n"),
        ("a:\n- 1\n- 2\nb: 2\n", put("a", value=[3]), "a:\n  - 3\nb: 2\n"),
        ("a:  # of a\n  - 1\nb: 2\n", put("a", value=[3]), "a:  # of a\n  - 3\nb: 2\n"),
        ("'a': 1\nb: 2\n", put("a", value=3), "'a': 3\nb: 2\n"),
        ('a: "x"\n', put("a", value="y: z"), 'a: "y: z"\n'),
    ],
)
def test_an_edit_is_made_in_its_place(before: str, edit: Edit, after: str | None) -> None:
    """New keys follow those that they come after; comments stay with what they speak of."""
    found = edited(before, edit, order=TOP)
    if after is not None:
        assert found == after


def test_several_edits_at_one_place_keep_their_order() -> None:
    """Deeper things come first, keys of one mapping in the order of its fields."""
    found = edited(
        "a:\n  x:\n    y: 1\nd: 2\n",
        add("a", "x", "z", value=2),
        add("a", "w", value=3),
        add("b", value=4),
        add("c", value=5),
        order=TOP,
    )
    assert found == "a:\n  x:\n    y: 1\n    z: 2\n  w: 3\nb: 4\nc: 5\nd: 2\n"


def test_a_key_comes_behind_the_new_value_of_the_one_before() -> None:
    """Lines of a value that was replaced belong to its key, whatever else is put there."""
    found = edited("a: 1\nc: 2\n", add("b", value=4), put("a", value=[3]), order=TOP)
    assert found == "a:\n  - 3\nb: 4\nc: 2\n"


def test_an_edit_behind_an_alias_is_refused() -> None:
    """What an alias stands for is written elsewhere; there is no text to put a key into."""
    text = "a: &x\n  k: 1\nb: *x\n"
    with pytest.raises(yamledit.NoPlaceError, match=r"b\.z"):
        yamledit.edited(text, [add("b", "z", value=2)], lambda _: [])


words = st.one_of(
    st.sampled_from(["no", "true", "~", "null", "12", "1e3", "0x1f", "2026-01-02", "a: b", "a #b"]),
    st.sampled_from(
        ["98.68%", "~280", "2→7", "p(95)<500", "-", "- a", "{a}", "x:", " x ", "é\u2028"]
    ),
    st.text(max_size=12),
)
scalars = st.one_of(words, st.integers(-(10**12), 10**12), st.booleans())
keys = st.one_of(st.sampled_from("abcdefgh"), st.text(min_size=1, max_size=8))
trees = st.recursive(
    scalars,
    lambda inside: st.one_of(
        st.lists(inside, min_size=1, max_size=3),
        st.dictionaries(keys, inside, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@given(trees, st.booleans())
def test_what_is_written_is_read_again(tree: Any, in_flow: bool) -> None:
    """Any text, number, list or mapping is read as itself, in both styles."""
    tree = json.loads(json.dumps(tree, ensure_ascii=False).encode("utf-8", "replace"))
    text = f"k: {yamledit.flow(tree)}\n" if in_flow else yamledit.block({"k": tree}, 0)
    assert value_of(text) == {"k": tree}


# Documents as people write them: styles, indentation, comments and line ends mixed.

plain_keys = st.sampled_from(["a", "b", "c", "d", "e"])
figures = st.sampled_from(["1", "2.50", "98.68%", "~280", "'x y'", '"q"', "no", "~"])
shapes = st.recursive(
    figures,
    lambda inside: st.one_of(
        st.lists(inside, min_size=1, max_size=3),
        st.dictionaries(plain_keys, inside, min_size=1, max_size=3),
    ),
    max_leaves=10,
)


@st.composite
def documents(draw: st.DrawFn, *, flow: bool = True) -> str:
    """A mapping in text."""
    shape = draw(st.dictionaries(plain_keys, shapes, min_size=1, max_size=4))
    lines = "".join(_lines(draw, shape, 0, flow))
    return lines.replace("\n", "\r\n") if draw(st.booleans()) else lines


def _noise(draw: st.DrawFn, indent: int) -> str:
    return draw(st.sampled_from(["", "", "", "\n", f"{' ' * indent}# note\n", "# left\n\n"]))


def _lines(draw: st.DrawFn, shape: Any, indent: int, flow: bool) -> list[str]:
    found: list[str] = []
    pad = " " * indent
    pairs = shape.items() if isinstance(shape, dict) else [("-", item) for item in shape]
    for key, item in pairs:
        head = f"{pad}{key}:" if isinstance(shape, dict) else f"{pad}-"
        comment = draw(st.sampled_from(["", "", "  # why", " #"]))
        found.append(_noise(draw, indent))
        if isinstance(item, str):
            style = draw(st.sampled_from(["", "", ">-", "|", "|+"]))
            if style:
                inner = " " * (indent + draw(st.integers(1, 4)))
                blank = draw(st.sampled_from(["", "\n"]))
                found.append(f"{head} {style}\n{inner}some # words\n{inner}more\n{blank}")
            else:
                found.append(f"{head} {item}{comment}\n")
        elif flow and draw(st.booleans()):
            found.append(f"{head} {_flow(item)}{comment}\n")
        else:
            least = 0 if isinstance(item, list) and isinstance(shape, dict) else 1
            inner_indent = indent + draw(st.integers(least, 4))
            found.append(f"{head}{comment}\n")
            found += _lines(draw, item, inner_indent, flow)
    found.append(_noise(draw, indent))
    return found


def _flow(item: Any) -> str:
    if isinstance(item, dict):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in item.items()) + "}"
    return f"[{', '.join(map(_flow, item))}]" if isinstance(item, list) else item


def holders(value: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    """All mappings and lists that are not empty, with their paths."""
    found = [(path, value)] if isinstance(value, dict | list) and value else []
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if found else ()
    return found + [inner for key, item in pairs for inner in holders(item, (*path, key))]


@st.composite
def additions(draw: st.DrawFn, text: str) -> list[Edit]:
    """New keys and items, one in each of some mappings and lists."""
    found = draw(st.lists(st.sampled_from(holders(value_of(text))), max_size=4, unique_by=repr))
    return [
        add(*path, "new" if isinstance(holder, dict) else len(holder), value=draw(trees))
        for path, holder in found
    ]


def clean(text: str) -> bool:
    return not yamltree.read("case.yaml", text.encode()).problems


@given(documents(flow=False).filter(clean), st.data())
def test_additions_leave_every_line_as_it_was(text: str, data: st.DataObject) -> None:
    """In block style all lines of the original are there, in order, byte for byte."""
    found = edited(text, *_sane(data.draw(additions(text))))
    lines = iter(found.splitlines(keepends=True))
    assert all(line in lines for line in text.splitlines(keepends=True))


@given(documents().filter(clean), st.data())
def test_any_edits_come_to_what_they_say(text: str, data: st.DataObject) -> None:
    """Additions in any style, and one value replaced, in documents of any look."""
    edits = _sane(data.draw(additions(text)))
    taken = {edit.path for edit in edits}
    keyed = [
        (*path, key)
        for path, holder in holders(value_of(text))
        if isinstance(holder, dict)
        for key in holder
    ]
    path = data.draw(st.sampled_from(keyed))
    if not any(other[: len(path)] == path for other in taken):
        edits += _sane([put(*path, value=data.draw(trees))])
    edited(text, *edits)


def _sane(edits: list[Edit]) -> list[Edit]:
    """Without halves of characters, which no file can hold."""
    as_json = [json.dumps(edit.value, ensure_ascii=False) for edit in edits]
    values = [json.loads(text.encode("utf-8", "replace")) for text in as_json]
    return [
        Edit(edit.path, edit.said, value, edit.replaces)
        for edit, value in zip(edits, values, strict=True)
    ]
