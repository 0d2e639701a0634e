"""Records that were read before: the notebook is the same with the store and without one."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from generator import beside, keeping, notebook, records
from generator.model import Run
from generator.notebook import Notebook
from generator.records import Record, Sources
from generator.settings import Settings
from generator.store import FILE, Store
from tests.conftest import ROOT
from tests.test_structure import imports_of

SOUND = "title: T\nstatus: completed\ndate: 2026-01-02T10:00:00+02:00\nload: {scenario: s}\n"
ODD: dict[str, str] = {
    "odd/syntax": "title: [\n",
    "odd/empty": "",
    "odd/list": "- 1\n",
    "odd/newer": "schema: 99\ntitle: T\n",
    "odd/unknown": f"{SOUND}coment: x\nk6:\n  http_reqs: {{count: many, rate: 2/s}}\n",
    "odd/twice": f"{SOUND}title: U\nstatus: done\n",
    "odd/nowhere": f"{SOUND}baseline: odd/none\n",
    "odd/one": f"{SOUND}baseline: odd/two\n",
    "odd/two": f"{SOUND}baseline: odd/one\n",
    "odd/itself": f"{SOUND}repeats: odd/itself\n",
    "odd/planned": "title: Später\nstatus: planned\nenvironment: {a: 1.50, b: [2, no, {c: ~}]}\n",
    "odd/repeat": f"{SOUND}repeats: odd/sound\nk6: {{http_reqs: {{count: ~5K, rate: '2→?/s'}}}}\n",
    "odd/sound": f"{SOUND}acknowledged: [{{code: nothing, reason: none}}]\n",
    "odd/quoted": 'title: "\\U0001F600 \\u00A0é"\nstatus: planned\n',
}


@pytest.fixture(scope="module")
def sources() -> Sources:
    """The project's own notebook, and records with all kinds of things wrong."""
    found = records.sources(ROOT)
    odd = {name: text.encode() for name, text in ODD.items()}
    campaigns = {**found.campaigns, "odd": b"title: O\ndate: 2026-13-01\n"}
    return replace(found, runs={**found.runs, **odd}, campaigns=campaigns)


def build(sources: Sources, store: Store | None) -> Notebook:
    """The notebook; what was put into the store is in its file afterwards."""
    found = notebook.build(sources, Settings(), (), store)
    if store is not None:
        store.write()
    return found


def assert_same(found: Notebook, known: Notebook) -> None:
    """Everything that can be asked of a notebook is the same, order and places included."""
    assert found.problems == known.problems
    assert list(found.runs) == list(known.runs)
    assert list(map(repr, found.runs.values())) == list(map(repr, known.runs.values()))
    assert found.campaigns == known.campaigns
    assert list(found.run_records.items()) == list(known.run_records.items())
    assert list(found.campaign_records.items()) == list(known.campaign_records.items())
    assert found.gists == known.gists
    assert found.baselines == known.baselines
    for name, record in known.run_records.items():
        assert found.run_records[name].partial == record.partial
        assert repr(found.run_records[name].partial) == repr(record.partial)
        assert found.run_records[name].document == record.document
    assert found == known


def refuse(*_: object) -> object:
    """Stands where nothing is to be read."""
    raise AssertionError("a record was read")


def test_a_notebook_is_the_same_with_a_store(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty store, one that was filled by another process; then no record is read at all."""
    known = build(sources, None)
    assert_same(build(sources, Store(tmp_path)), known)
    assert_same(build(sources, Store(tmp_path)), known)
    again = Store(tmp_path)
    monkeypatch.setattr(records, "read_run", refuse)
    monkeypatch.setattr(records, "read_campaign", refuse)
    assert_same(build(sources, again), known)


def test_an_edited_record_is_read_anew(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That one alone, also where its content is that of another record."""
    build(sources, Store(tmp_path))
    name = "session-8/post-fix"
    edited = replace(sources, runs={**sources.runs, name: sources.runs["odd/unknown"]})
    known = build(edited, None)
    asked: list[str] = []
    read = records.read_run

    def noted(identity: str, content: bytes) -> Record[Run]:
        asked.append(identity)
        return read(identity, content)

    monkeypatch.setattr(records, "read_run", noted)
    assert_same(build(edited, Store(tmp_path)), known)
    assert asked == [name]


def test_models_are_put_together_where_they_are_asked_for(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Order, baselines and repeats are known without the models."""
    build(sources, Store(tmp_path))
    found = notebook.build(sources, Settings(), (), Store(tmp_path))
    monkeypatch.setattr(keeping, "unpack", refuse)
    assert found.completed
    assert found.baselines
    assert found.replicates("odd/repeat") == ("odd/repeat", "odd/sound")
    with pytest.raises(AssertionError, match="a record was read"):
        found.run("session-8/post-fix")


@pytest.mark.parametrize(
    "library", ["pydantic.VERSION", "pydantic_core.__version__", "ruamel.yaml.__version__"]
)
def test_what_another_version_read_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    """Another version of a library may read a file in another way."""
    found = Sources({"a/b": SOUND.encode()}, {})
    build(found, Store(tmp_path))
    keeping.readers_digest.cache_clear()
    monkeypatch.setattr(library, "0.0")
    with monkeypatch.context() as patch:
        patch.setattr(records, "read_run", refuse)
        with pytest.raises(AssertionError, match="a record was read"):
            build(found, Store(tmp_path))
    monkeypatch.undo()
    keeping.readers_digest.cache_clear()


def test_all_that_reads_a_record_counts_as_its_reader() -> None:
    """A change in a module that reading depends on makes everything new."""
    package = Path(keeping.__file__).parent
    met: set[str] = set()
    ahead = ["explain", "model", "packing", "versions", "yamltree"]
    while ahead:
        if (name := ahead.pop()) not in met:
            met.add(name)
            ahead += imports_of(package / f"{name}.py")
    assert sorted({*met, "keeping", "records"}) == sorted(keeping.READERS)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("fails", [False, True])
def test_many_records_are_read_by_two_processes(
    fails: bool, sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read, told and kept is the same, also where the other process fails."""
    one, two = Store(tmp_path / "one"), Store(tmp_path / "two")
    whole = build(sources, one)
    monkeypatch.setattr(keeping, "MANY", 2)
    asked: list[str] = []
    read_run = records.read_run

    def read(identity: str, content: bytes) -> Record[Run]:
        if beside.is_other() and fails:
            raise LookupError
        asked.append(identity)
        return read_run(identity, content)

    monkeypatch.setattr(records, "read_run", read)
    assert_same(build(sources, two), whole)
    if not fails:
        assert asked == list(sources.runs)[::2]
    for store in (one, two):
        store.close()
    assert entries(tmp_path / "one") == entries(tmp_path / "two")


def test_without_the_sources_of_the_package_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could tell whether a record would be read the same way."""
    keeping.readers_digest.cache_clear()
    monkeypatch.setattr(keeping, "READERS", ("nowhere",))
    store = Store(tmp_path)
    assert list(build(Sources({"a/b": SOUND.encode()}, {}), store).runs) == ["a/b"]
    store.close()
    assert entries(tmp_path) == {}
    keeping.readers_digest.cache_clear()


def entries(folder: Path) -> dict[str, bytes]:
    """What the store holds of records, by key."""
    base = sqlite3.connect(folder / FILE)
    rows = base.execute("SELECT key, value FROM entry WHERE kind = ?", (keeping.KIND,)).fetchall()
    base.close()
    return dict(rows)


@pytest.mark.parametrize("keep", [0, 3000, 100_000])
def test_a_damaged_store_changes_nothing(sources: Sources, tmp_path: Path, keep: int) -> None:
    """What is left of it is not believed where it is not whole."""
    known = build(sources, None)
    build(sources, Store(tmp_path))
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[:keep] + b"\0" * 5000 + whole[keep + 5000 :])
    assert_same(build(sources, Store(tmp_path)), known)


class Bomb:
    """What runs a command where somebody unpickles it."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return (__import__("os").system, ("touch poisoned",))


def _body(text: str) -> Callable[[bytes], bytes]:
    return lambda value: value.partition(b"\n")[0] + b"\n" + text.encode()


def _head(text: str) -> Callable[[bytes], bytes]:
    return lambda value: text.encode() + b"\n" + value.partition(b"\n")[2]


@pytest.mark.parametrize(
    "poison",
    [
        lambda _: pickle.dumps(Bomb()),
        lambda _: b"",
        lambda _: b"\xff\xfe\n\xff",
        lambda value: value.replace(b"\n", b""),
        lambda value: value[: len(value) // 2],
        _head("[" * 100_000),
        _head('["tuple",["list"],["tuple",1,2,3,4,5]]'),
        _head('["tuple",["list"],["tuple","completed","2026",null,null,null]]'),
        _head('["tuple",["list",["tuple",1,1,"","fatal","c","m","h",["tuple"]]],null]'),
        _head('["tuple",["list"],null,1]'),
        _head('["tuple",1,null]'),
        _head('{"a": 1}'),
        _body("[" * 100_000),
        _body('["part","Load",{}]'),
        _body('["part","Run",{"__class__":1}]'),
        _body('["part","os.system",{"command":"touch poisoned"}]'),
        _body('["quantity","touch poisoned"]'),
        _body("null"),
        _body('["list"]'),
        _body("[]"),
        _body("[[]]"),
    ],
)
def test_a_poisoned_store_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, poison: Callable[[bytes], bytes]
) -> None:
    """Whole entries of something else, a pickle among them: each record is read anew."""
    monkeypatch.chdir(tmp_path)
    found = Sources({"a/b": SOUND.encode()}, {"a": b"title: C\n"})
    known = build(found, None)
    store = Store(tmp_path)
    build(found, store)
    for key, value in entries(tmp_path).items():
        store.put(keeping.KIND, key, poison(value))
    store.close()
    assert_same(build(found, Store(tmp_path)), known)
    assert not (tmp_path / "poisoned").exists()
