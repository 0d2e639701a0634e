"""What the fuzzer feeds: readers of untrusted text, seeds for each, what must hold of the outcome.

A reader never raises for what a text is; a problem has a place that is in the text, and one line.
"""

from __future__ import annotations

import gzip
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from generator import audit, notebook, policy, records
from generator.errors import Place, Problem
from generator.importers import opening
from generator.importers.registry import IMPORTERS
from generator.importers.source import Imported, Wishes
from generator.model import Campaign, Run
from generator.records import Record, Sources
from generator.settings import Settings
from proofs import mutating

ROOT = Path(__file__).parent.parent
LARGEST = 24_000
"""Largest file, in bytes, that is a seed: what takes long to read is no seed of a million."""

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line for the parser of YAML; for editors it is LF alone."""


class BrokenError(AssertionError):
    """A promise that a reader did not keep; the message says which."""


@dataclass(frozen=True)
class Target:
    """A reader: its share of the inputs, how an input is made, what must hold when it is read."""

    name: str
    share: float
    make: Callable[[Random], bytes]
    read: Callable[[bytes], None]


def _run(content: bytes) -> None:
    _sound(records.read_run("campaign/run", content), content)


def _campaign(content: bytes) -> None:
    _sound(records.read_campaign("campaign", content), content)


def _sound(record: Record[Run] | Record[Campaign], content: bytes) -> None:
    """Places are in the text; what is valid can be written as JSON and is the same when read."""
    _hold(record.problems, content)
    if record.model is None:
        if not record.problems:
            raise BrokenError("neither a model nor a problem")
        return
    dumped = json.dumps(records.dump(record.model), allow_nan=False).encode()
    if type(record.model).model_validate(json.loads(dumped)) != record.model:
        raise BrokenError("the record is another one after dump and read")


def _notebook(content: bytes) -> None:
    """The record among others, audited: as `loadbook check` has it."""
    runs = {"case/a": _neighbour(), "case/b": content}
    book = notebook.build(Sources(runs, {}), Settings())
    found = audit.problems(book)
    own = records.file_of_run("case/b")
    _hold([problem for problem in found if problem.file == own], content)


@cache
def _neighbour() -> bytes:
    return (
        b"title: A\nstatus: completed\ndate: 2026-01-01\n"
        b"load: {scenario: shop, vus: 5, duration: 1m}\n"
        b"k6:\n  http_reqs: {count: 600, rate: 10/s}\n  http_req_duration: {p95: 200ms}\n"
    )


def _objectives(content: bytes) -> None:
    found, problems = policy.read(content)
    if found is None and not problems:
        raise BrokenError("neither objectives nor a problem")
    _hold(problems, content)


def _hold(problems: Sequence[Problem], content: bytes) -> None:
    if not problems:
        return
    text = content.decode("utf-8-sig", "replace")
    both = (_BREAK.split(text), text.split("\n"))
    for problem in problems:
        said = problem.as_text()
        said.encode()
        json.dumps(problem.as_json()).encode()
        place = problem.place
        if not any(_is_in(place, lines) for lines in both):
            raise BrokenError(f"no such place: {said}")
        if _BREAK.search(said):
            raise BrokenError(f"more than one line: {said!r}")


def _is_in(place: Place, lines: Sequence[str]) -> bool:
    """Whether a place is in the text, or where it ends."""
    if not 1 <= place.line <= len(lines) + 1:
        return False
    width = len(lines[place.line - 1]) if place.line <= len(lines) else 0
    return 1 <= place.column <= width + 2


@cache
def _folder() -> Path:
    """Where inputs are written, in memory where the machine has such a place."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="loadbook-fuzz-", dir=memory if memory.is_dir() else None))


def _import(content: bytes) -> None:
    """A file is given as to `loadbook import`: recognised by what is in it, then read."""
    path = _folder() / "given.txt"
    path.write_bytes(content)
    opened = opening.open_all([opening.Given(path)], IMPORTERS)
    if not opened.groups and not opened.problems:
        raise BrokenError("neither known nor a problem")
    for importer, given in opened.groups:
        _accept(importer.read(given, Wishes()), importer.name, content)


def _accept(imported: Imported, importer: str, content: bytes) -> None:
    """A record takes the fields, whole; attachments are those it names; problems have a line."""
    fields = json.loads(json.dumps(dict(imported.fields), allow_nan=False))
    Run.model_validate({"title": "T", "status": "unknown", **fields})
    tables = [*fields.get("series", ()), *filter(None, [fields.get("distribution")])]
    if {one["file"] for one in tables} != set(imported.attachments):
        raise BrokenError("attachments are not those named")
    # A log of k6 may hold nothing that a record has.
    if not imported.fields and not imported.problems and "text" not in importer:
        raise BrokenError("neither fields nor a problem")
    ends = content.count(b"\n") + content.count(b"\r") + 2
    for problem in imported.problems:
        said = problem.as_text()
        said.encode()
        if "\n" in said or len(problem.message) > 400:
            raise BrokenError(f"not one line of at most 400 characters: {said!r}")
        if not problem.code.startswith("import-"):
            raise BrokenError(f"no code of an import: {said}")
        if content[:1] != b"\x1f" and not 1 <= problem.place.line <= ends:
            raise BrokenError(f"no such line: {said} of {ends}")


@cache
def records_of_runs() -> tuple[str, ...]:
    """Records of runs: the cases of the tests, the real ones, and short ones of their sections."""
    cases_of_checks = [path.read_bytes() for path in (ROOT / "tests/golden").rglob("*.yaml")]
    small = [_text(raw) for raw in cases_of_checks if len(raw) < 1500]
    whole = [path.read_text("utf-8") for path in sorted((ROOT / "experiments").glob("*/*.yaml"))]
    whole = [text for text in whole[::7] if len(text) < LARGEST]
    whole += [(ROOT / "tests/reference.yaml").read_text("utf-8")]
    sections: dict[str, None] = {}
    for text in whole:
        for section in re.split(r"\n(?=[a-z])", text):
            if len(section) < 1500:
                sections[f"title: T\nstatus: completed\n{section}\n"] = None
    return (*sorted(small), *sections)


@cache
def records_of_campaigns() -> tuple[str, ...]:
    """Records of campaigns: the real ones."""
    found = sorted((ROOT / "experiments").glob("*/campaign.yaml"))
    texts = [path.read_text("utf-8") for path in found]
    return (*texts, "title: C\nactions: [{id: a, title: A, state: open}]\n")


@cache
def files_of(*patterns: str) -> tuple[bytes, ...]:
    """The files of the tests' samples and golden cases that match, unpacked, none of them large."""
    found: dict[bytes, None] = {}
    for pattern in patterns:
        for path in sorted((ROOT / "tests").glob(pattern)):
            if not path.is_file() or "expected" in path.as_posix():
                continue
            with path.open("rb") as plain:
                packed = plain.read(2) == b"\x1f\x8b"
            with gzip.open(path) if packed else path.open("rb") as file:
                content = file.read(LARGEST + 1)
            if content and len(content) <= LARGEST:
                found[content] = None
    return tuple(found)


def _of_texts(seeds: Callable[[], Sequence[str]]) -> Callable[[Random], bytes]:
    def make(random: Random) -> bytes:
        known = seeds()
        made = mutating.text(random.choice(known), random, known)
        content = made.encode("utf-8", "surrogatepass")
        return mutating.raw(content, random) if random.random() < 0.1 else content

    return make


def _of_files(*patterns: str) -> Callable[[Random], bytes]:
    def make(random: Random) -> bytes:
        known = files_of(*patterns)
        seed = random.choice(known)
        how = random.random()
        if how < 0.1:
            return mutating.raw(seed, random)
        text = _text(seed)
        if how < 0.55 and (shaped := _shaped(text, random)) is not None:
            content = shaped.encode("utf-8", "surrogatepass")
        else:
            made = mutating.text(text, random, [_text(random.choice(known))])
            content = made.encode("utf-8", "surrogatepass")
        if how > 0.98:
            packed = gzip.compress(content, 1, mtime=0)
            return packed if random.random() < 0.5 else mutating.raw(packed, random)
        return content

    return make


def _shaped(text: str, random: Random) -> str | None:
    """The text with values of its JSON altered; None where it is none. Of JSON lines, one line."""
    if text[:1] not in "{[":
        return None
    try:
        return mutating.document(text, random)
    except (ValueError, RecursionError):
        lines = text.split("\n")
    at = random.randrange(len(lines))
    try:
        lines[at] = mutating.document(lines[at], random)
    except (ValueError, RecursionError):
        return None
    return "\n".join(lines)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


TARGETS: tuple[Target, ...] = (
    Target("records of runs", 0.62, _of_texts(records_of_runs), _run),
    Target("records of campaigns", 0.04, _of_texts(records_of_campaigns), _campaign),
    Target("notebook and audit", 0.03, _of_texts(records_of_runs), _notebook),
    Target(
        "objectives",
        0.02,
        _of_texts(lambda: [(ROOT / "objectives.yaml").read_text("utf-8")]),
        _objectives,
    ),
    Target("k6 summaries", 0.06, _of_files("samples/k6/**/*.json"), _import),
    Target("k6 output", 0.05, _of_files("samples/k6/**/*.txt"), _import),
    Target("k6 dashboards", 0.01, _of_files("samples/k6/**/*.html"), _import),
    Target("k6 samples", 0.002, _of_files("samples/k6/**/raw*"), _import),
    Target("kubectl", 0.068, _of_files("importers/golden/kubectl/*/*"), _import),
    Target("X-Ray", 0.02, _of_files("importers/golden/xray/*/*"), _import),
    Target("Prometheus", 0.04, _of_files("importers/golden/prometheus/*/*"), _import),
    Target("caches", 0.03, _of_files("importers/golden/cache/*/*"), _import),
    Target("Container Insights", 0.01, _of_files("importers/golden/insights/*/*"), _import),
)
