"""What is kept of several runs in one piece: had again as it was, by what it rests on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import packets, shelf
from generator.packets import Entry, Packet
from generator.shelf import Shelf
from generator.store import Store
from tests.conftest import book

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(), part, max_size=3),
    max_leaves=8,
)
SIGNS = st.characters(exclude_categories=()) | st.just("\ud800")
TEXTS = st.lists(st.text(SIGNS, max_size=5), max_size=3)
READS = st.lists(st.sampled_from("abcdef"), unique=True, max_size=4)
DIGESTS = dict(zip("abcdef", "123456", strict=True))


def packed(entries: dict[str, Entry]) -> Packet:
    """A packet of these entries, as it is opened again."""
    found = packets.opened(packets.packed(entries, "under", DIGESTS), "under")
    assert found is not None
    return found


@given(st.dictionaries(st.text(max_size=3), st.tuples(VALUES, READS, TEXTS), max_size=4))
def test_what_is_packed_is_had_again(kept: dict[str, tuple[Any, list[str], list[str]]]) -> None:
    """Values, what was read for them, and texts; half a surrogate too, and packed once more."""
    opened = packed({name: packets.entry(*parts) for name, parts in kept.items()})
    again = packed(opened.all(DIGESTS.__getitem__))
    for packet in (opened, again):
        for name, (value, reads, texts) in kept.items():
            entry = packet.get(name, DIGESTS.__getitem__)
            assert entry is not None
            assert (packets.value_of(entry.value), packet.named(entry.reads)) == (value, reads)
            assert packets.unpacked(entry.texts) == texts
        assert packet.get("is not there", DIGESTS.__getitem__) is None


@given(st.dictionaries(st.text(max_size=3), READS, max_size=5), st.sets(st.sampled_from("abcdef")))
def test_an_entry_rests_on_what_was_read_for_it(
    kept: dict[str, list[str]], changed: set[str]
) -> None:
    """Those of which something changed are not had, the others are, in whatever order."""
    packet = packed({name: packets.entry(name, reads) for name, reads in kept.items()})
    now = {name: "new" if name in changed else digest for name, digest in DIGESTS.items()}
    right = {name for name, reads in kept.items() if changed.isdisjoint(reads)}
    assert {name for name in kept if packet.get(name, now.__getitem__)} == right
    assert packet.all(now.__getitem__).keys() == right


def test_a_packet_under_something_else_is_not_opened() -> None:
    """Nor one that is cut short; the store tells what is damaged."""
    content = packets.packed({"run": packets.entry([1], ["a"])}, "under", DIGESTS)
    assert packets.opened(content, "under")
    assert packets.opened(content, "another") is None
    for at in range(len(content)):
        assert packets.opened(content[:at], "under") is None


@pytest.mark.parametrize("value", [float("nan"), "\ud800", 10**400, -0.0, 5e-324])
def test_whatever_json_says_is_read(value: Any) -> None:
    """Also what only one of two readers can read."""
    assert repr(packets.value_of(json.dumps(value).encode())) == repr(value)


def test_a_large_campaign_is_kept_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that little is written anew after an edit; every run is found in its own."""
    monkeypatch.setattr(shelf, "TOGETHER", 2)
    names = [f"c/run-{number}" for number in range(9)]
    notebook = book(dict.fromkeys(names, "title: A run\nstatus: completed\n"))
    store = Store(tmp_path)
    kept = Shelf(store, notebook, "")
    for name in names:
        kept.put("kind", (name, ""), name, [("run", name)])
    kept.close()
    assert 2 <= len(store.get_all("kind", [f"c/{part}" for part in range(9)])) <= 4
    again = Shelf(store, notebook, "")
    assert again.has("kind")
    for name in names:
        found = again.get("kind", name)
        assert found is not None
        assert (found.value, [*found.reads()]) == (name, [("run", name)])
