"""The store of what earlier builds made: found where it is whole, never believed where not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from generator import store
from generator.store import FILE, Store


def filled(folder: Path, **values: str) -> None:
    """A store on disk with these values of the kind `k`."""
    with_values = Store(folder)
    for key, value in values.items():
        with_values.put("k", key, value.encode())
    with_values.close()


def test_what_is_put_is_there_for_the_next_process(tmp_path: Path) -> None:
    """By kind and key; nothing else is found."""
    filled(tmp_path, a="one", b="two")
    again = Store(tmp_path)
    assert again.get_all("k", ["a", "b", "c"]) == {"a": b"one", "b": b"two"}
    assert again.get("other", "a") is None
    assert again.known("k", ["b", "x"]) == {"b"}


def test_without_a_folder_it_lasts_as_long_as_the_object() -> None:
    """Nothing is written anywhere."""
    lasting = Store()
    lasting.put("k", "a", b"one")
    lasting.write()
    assert lasting.get("k", "a") == b"one"
    assert Store().get("k", "a") is None


@pytest.mark.parametrize("keep", [0, 1, 100, 4000, 5000, 8191])
def test_a_file_that_was_cut_short_is_made_anew(tmp_path: Path, keep: int) -> None:
    """Whatever is left of it: nothing wrong comes out, and it can be filled again."""
    filled(tmp_path, **{f"key{number}": "x" * 500 for number in range(40)})
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[:keep])
    found = Store(tmp_path).get_all("k", [f"key{number}" for number in range(40)])
    assert set(found.values()) <= {b"x" * 500}
    filled(tmp_path, new="value")
    assert Store(tmp_path).get("k", "new") == b"value"


def test_a_file_of_something_else_is_made_anew(tmp_path: Path) -> None:
    """Bytes that are no database are replaced by one."""
    (tmp_path / FILE).write_bytes(b"no database at all " * 500)
    filled(tmp_path, a="one")
    assert Store(tmp_path).get("k", "a") == b"one"


def test_a_file_of_another_version_is_made_anew(tmp_path: Path) -> None:
    """What another version of the store wrote is not read."""
    filled(tmp_path, a="one")
    base = sqlite3.connect(tmp_path / FILE)
    base.execute("PRAGMA user_version = 99")
    base.close()
    assert Store(tmp_path).get("k", "a") is None


@pytest.mark.parametrize("change", ["value = 'evil'", "key = 'b'", "kind = 'j'", "digest = x'00'"])
def test_a_changed_entry_is_not_believed(tmp_path: Path, change: str) -> None:
    """A value stands with the digest of its kind, its key and itself."""
    filled(tmp_path, a="one")
    base = sqlite3.connect(tmp_path / FILE)
    base.execute(f"UPDATE entry SET {change}")
    base.commit()
    base.close()
    again = Store(tmp_path)
    assert [again.get(kind, key) for kind in "kj" for key in "ab"] == [None] * 4


def test_two_at_once_do_not_hurt_each_other(tmp_path: Path) -> None:
    """Both write, both find what either wrote."""
    one, other = Store(tmp_path), Store(tmp_path)
    one.put("k", "a", b"one")
    other.put("k", "b", b"two")
    one.write()
    other.write()
    assert one.get("k", "b") == b"two"
    assert other.get("k", "a") == b"one"


def test_where_nothing_can_be_written_it_works_in_memory(tmp_path: Path) -> None:
    """A folder that can't be made is no error."""
    (tmp_path / "file").write_text("in the way")
    lasting = Store(tmp_path / "file" / "below")
    lasting.put("k", "a", b"one")
    lasting.write()
    assert lasting.get("k", "a") == b"one"


def test_another_writer_that_does_not_end_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was put stays in memory; what is in the file can still be read."""
    monkeypatch.setattr(store, "_PATIENCE", 0.0)
    filled(tmp_path, a="one")
    blocked = Store(tmp_path)
    long = sqlite3.connect(tmp_path / FILE)
    long.execute("BEGIN IMMEDIATE")
    blocked.put("k", "b", b"two")
    blocked.write()
    assert blocked.get_all("k", ["a", "b"]) == {"a": b"one", "b": b"two"}
    long.close()


def test_what_nobody_asks_for_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After thirty days; what was asked for in between stays."""
    day = 86_400.0
    monkeypatch.setattr("time.time", lambda: 100 * day)
    filled(tmp_path, a="one", b="two")
    monkeypatch.setattr("time.time", lambda: 120 * day)
    asked = Store(tmp_path)
    asked.get("k", "a")
    asked.close()
    monkeypatch.setattr("time.time", lambda: 140 * day)
    filled(tmp_path, c="three")
    assert Store(tmp_path).known("k", "abc") == {"a", "c"}


def test_who_finds_everything_waits_for_no_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To open the store and to ask for what is there writes nothing; to write later works."""
    monkeypatch.setattr(store, "_PATIENCE", 0.0)
    filled(tmp_path, a="one")
    long = sqlite3.connect(tmp_path / FILE)
    long.execute("BEGIN IMMEDIATE")
    asked = Store(tmp_path)
    assert asked.get("k", "a") == b"one"
    asked.write()
    long.close()
    asked.put("k", "b", b"two")
    asked.close()
    assert Store(tmp_path).get("k", "b") == b"two"


def test_its_place_is_the_users_and_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """`LOADBOOK_CACHE` names another folder, empty for none; it is never in the notebook."""
    monkeypatch.setenv(store.ENVIRONMENT, "/tmp/elsewhere")
    assert store.folder() == Path("/tmp/elsewhere")
    monkeypatch.setenv(store.ENVIRONMENT, "")
    assert store.folder() is None
    monkeypatch.delenv(store.ENVIRONMENT)
    found = store.folder()
    assert found is not None
    assert found.is_absolute()
