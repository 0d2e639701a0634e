"""Records that were read before: what was read of a file is kept, and had again while the file is
the same and would be read the same way.

What is kept is found by the kind of record, its name, the digest of the file's content and that of
all that reads it. A line says what is wrong with the file and where it belongs, the next one holds
the model, which is put together when somebody asks for it. What is damaged is read anew.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, partial
from pathlib import Path

import pydantic
import pydantic_core
import ruamel.yaml

from generator import beside, records, yamltree
from generator.errors import Level, Place, Problem
from generator.model import Campaign, Run
from generator.packing import PackingError, pack, unpack
from generator.records import Gist, Model, Record
from generator.store import Store

KIND = "record"

MANY = 200
"""As many records as this are read by two processes."""

READERS = (
    *("errors", "explain", "fields", "keeping", "measured", "model", "narrative", "packing"),
    *("records", "units", "versions", "yamltree"),
)
"""The modules that what is read depends on: a change in one of them makes everything new."""


def runs(contents: Mapping[str, bytes], store: Store | None) -> dict[str, Record[Run]]:
    """The records of runs from the bytes of their files, by identity."""
    return _all(records.read_run, Run, contents, store)


def campaigns(contents: Mapping[str, bytes], store: Store | None) -> dict[str, Record[Campaign]]:
    """The records of campaigns from the bytes of their files, by identity."""
    return _all(records.read_campaign, Campaign, contents, store)


def _all(
    read: Callable[[str, bytes], Record[Model]],
    of: type[Model],
    contents: Mapping[str, bytes],
    store: Store | None,
) -> dict[str, Record[Model]]:
    if store is None or not (readers := readers_digest()):
        return {name: read(name, content) for name, content in contents.items()}
    keys = {name: _key(readers, of, name, content) for name, content in contents.items()}
    kept = store.get_all(KIND, keys.values())

    def anew(name: str) -> Record[Model]:
        return read(name, contents[name])

    def again(name: str, packed: bytes) -> Record[Model] | None:
        return _unpacked(packed, of, read, name, contents[name]) if packed else None

    found = {name: again(name, kept.get(keys[name], b"")) for name in contents}
    unknown = [name for name, record in found.items() if record is None]
    worth = len(unknown) >= MANY
    own, others = (unknown[::2], unknown[1::2]) if worth else (unknown, [])
    with beside.begun(lambda: [_packed(anew(name)) for name in others], worth) as made:
        mine = {name: anew(name) for name in own}
        packed = {name: _packed(record) for name, record in mine.items()}
        packed |= zip(others, made(), strict=True)
    for name, content in packed.items():
        if content:
            store.put(KIND, keys[name], content)
        if name not in mine:
            mine[name] = again(name, content) or anew(name)
    return {name: record or mine[name] for name, record in found.items()}


@cache
def readers_digest() -> str:
    """What tells whether a file would be read as it was; empty where that can't be told."""
    parser = ruamel.yaml.YAML(typ="safe").Parser.__module__
    versions = (pydantic.VERSION, pydantic_core.__version__, ruamel.yaml.__version__)
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((sys.version_info[:2], versions, parser)).encode())
    try:
        for name in READERS:
            digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    except OSError:
        return ""
    return digest.hexdigest()


def _key(readers: str, of: type[Model], name: str, content: bytes) -> str:
    whole = "\n".join((readers, of.__name__, name, records.digest_of(content)))
    return records.digest_of(whole.encode())


def _packed(record: Record[Model]) -> bytes:
    """What is kept of a record; nothing of one that can't be packed."""
    problems = [
        (
            one.place.line,
            one.place.column,
            one.field,
            one.level.value,
            one.code,
            one.message,
            one.hint,
            one.concerns,
        )
        for one in record.problems
    ]
    try:
        return pack((problems, record.gist)) + b"\n" + pack(record.partial)
    except PackingError:
        return b""


def _unpacked(
    kept: bytes,
    of: type[Model],
    read: Callable[[str, bytes], Record[Model]],
    name: str,
    content: bytes,
) -> Record[Model] | None:
    """The record that is kept; None where that is damaged."""
    head, _, body = kept.partition(b"\n")
    file = records.file_of_run(name) if of is Run else records.file_of_campaign(name)
    try:
        listed, order = unpack(head)
        problems = tuple(_problem(file, *one) for one in listed)
        gist = Gist(*order) if order else None
    except (ValueError, TypeError):
        return None
    if gist and not _is_sound(gist):
        return None

    def model() -> Model | None:
        try:
            found = unpack(body)
        except PackingError:
            return read(name, content).partial
        known = isinstance(found, of) or (found is None and gist is None and problems)
        return found if known else read(name, content).partial

    return Record(
        name,
        file,
        problems,
        gist,
        model,
        partial(yamltree.read, file, content),
        records.digest_of(content),
    )


def _is_sound(gist: Gist) -> bool:
    """Whether each part of a gist is of its kind."""
    texts = (gist.baseline, gist.repeats, gist.scenario)
    dated = gist.date is None or isinstance(gist.date, date)
    named = all(text is None or isinstance(text, str) for text in texts)
    lists = (gist.tags, gist.holds)
    listed = all(isinstance(one, tuple) and all(type(x) is str for x in one) for one in lists)
    return dated and named and listed and type(gist.status) is type(gist.title) is str


def _problem(
    file: str,
    line: int,
    column: int,
    field: str,
    level: str,
    code: str,
    message: str,
    hint: str,
    concerns: tuple[str, ...],
) -> Problem:
    place = Place(line, column)
    return Problem(file, place, field, Level(level), code, message, hint, concerns)
