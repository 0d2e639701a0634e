"""Texts that surprise who writes them or would harm who reads them: what becomes of each.

A text gives a value, or an error with its code at its line and column, and does so at once.
"""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pytest

from generator import records, yamltree
from generator.errors import Level, Place
from generator.yamltree import MAX_BYTES, MAX_DEPTH, MAX_DIGITS

BOM = "\N{BYTE ORDER MARK}"

VALUES: dict[str, Any] = {
    # YAML 1.1 would read these as false, true, octal, base 60, dates; 1.2 does not.
    "text": "text",
    **{word: word for word in ("no", "No", "NO", "yes", "on", "off", "y", "n")},
    "true": True,
    "FALSE": False,
    **dict.fromkeys(("null", "~", ""), None),
    "010": 10,
    "0777": 777,
    "0o17": 15,
    "0b11": "0b11",
    "0x1F": 31,
    "0x" + "f" * 17: "0x" + "f" * 17,
    "-0": 0,
    "+1": 1,
    "-3": -3,
    "1_000": "1_000",
    "12:30": "12:30",
    "12:30:45": "12:30:45",
    "190:20:30.15": "190:20:30.15",
    "2026-01-02": "2026-01-02",
    "2024-02-30": "2024-02-30",
    "277.20": 277.2,
    ".5": 0.5,
    "1.": 1.0,
    "1e3": 1000.0,
    "1e-300": 1e-300,
    "0e5": 0.0,
    "0.00": 0.0,
    "-0e-999": 0.0,
    "9" * MAX_DIGITS: int("9" * MAX_DIGITS),
    "1.2.3": "1.2.3",
    "1e": "1e",
    # What else people write.
    "~280": "~280",
    "2→7": "2→7",
    "98.68%": "98.68%",
    "'5'": "5",
    '"~"': "~",
    "!!str 5": "5",
    "!!str 1e999": "1e999",
    "217,804": "217,804",
    "=SUM(A1)": "=SUM(A1)",
    "=": "=",
    "🙂": "🙂",
    "a\tb": "a\tb",
    "'a\tb'": "a\tb",
    "k" * 900_000: "k" * 900_000,
    # An invisible sign that is written for all to see.
    '"\\x00"': "\0",
    '"\\e[31m"': "\x1b[31m",
    '"\\u202e"': "\u202e",
}
"""What is written as the value of a key, and what it means."""


@pytest.mark.parametrize(
    ("written", "meant"), VALUES.items(), ids=[ascii(text)[:40] for text in VALUES]
)
def test_a_value_means_what_yaml_1_2_says(written: str, meant: object) -> None:
    """Only true, false, null and numbers are special; no text turns into a date, time or bool."""
    document = yamltree.read("case.yaml", f"key: {written}\n".encode())
    assert document.problems == []
    found = document.value["key"]
    assert found == meant
    assert isinstance(found, type(meant))


DOCUMENTS: dict[str, Any] = {
    "": None,
    "\n": None,
    "# only this\n": None,
    "---\n": None,
    BOM: None,
    "\n" * 900_000: None,
    "#" * 900_000: None,
    f"{BOM}a: 1\n": {"a": 1},
    "a: 1\r\nb:\r\n  - x\r\n": {"a": 1, "b": ["x"]},
    "a: 1\rb: 2\r": {"a": 1, "b": 2},
    "%YAML 1.1\n---\na: no\n": {"a": "no"},
    "a:\tb\t# tabs between\n": {"a": "b"},
    # A key is a text, whatever it looks like.
    "1: a\n1.0: b\n~: c\ntrue: d\n": {"1": "a", "1.0": "b", "~": "c", "true": "d"},
    "🙂: 1\n": {"🙂": 1},
    "__proto__: {constructor: 1}\n": {"__proto__": {"constructor": 1}},
    f"? {'k' * 900_000}\n: 1\n": {"k" * 900_000: 1},
    # An alias is a copy, also of nothing.
    "a: &x\nb: *x\n": {"a": None, "b": None},
    "a: &x 1\n'<<': *x\n": {"a": 1, "<<": 1},
}


@pytest.mark.parametrize(
    ("text", "meant"), DOCUMENTS.items(), ids=[ascii(text)[:40] for text in DOCUMENTS]
)
def test_a_document_is_read_whatever_its_line_ends_and_keys(text: str, meant: object) -> None:
    """BOM, line ends of Windows and of old Macs, keys of any kind: read without a problem."""
    document = yamltree.read("case.yaml", text.encode())
    assert document.problems == []
    assert document.value == meant


def laughs(width: int) -> str:
    """A bomb of aliases: a few hundred bytes that stand for `width ** 21` values."""
    names = [f"a{number}" for number in range(21)]
    inner = ", ".join("x" * width)
    lines = [f"{names[0]}: &{names[0]} [{inner}]"]
    for before, name in pairwise(names):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * width)}]")
    return "\n".join(lines) + "\n"


REFUSED: list[tuple[str | bytes, str, int, int]] = [
    # Keys that stand twice.
    ("a: 1\na: 2\n", "yaml-duplicate-key", 2, 1),
    ("a: {b: 1, b: 2}\n", "yaml-duplicate-key", 1, 11),
    ("1: a\n'1': b\n", "yaml-duplicate-key", 2, 1),
    # No YAML.
    ("a:\n\tb: 1\n", "yaml-syntax", 2, 1),
    ("- a\n-\tb\n", "yaml-syntax", 2, 2),
    ("a: 1\n  b: 2\n", "yaml-syntax", 2, 4),
    ("a: [1\n", "yaml-syntax", 2, 1),
    ("a: 'b\n", "yaml-syntax", 2, 1),
    ("a: @b\n", "yaml-syntax", 1, 4),
    ("a: `b`\n", "yaml-syntax", 1, 4),
    ("a: b: c\n", "yaml-syntax", 1, 5),
    ('a: "\\q"\n', "yaml-syntax", 1, 5),
    ('a: "\\ud800"\n', "yaml-syntax", 1, 7),
    ("k" * 900_000 + ": 1\n", "yaml-syntax", 1, 900_001),
    ("a: [" + "," * 100_000 + "]\n", "yaml-syntax", 1, 5),
    # Tags that would make something.
    ("a: !env SECRET\n", "yaml-tag", 1, 4),
    ("a: !!python/name:os.system\n", "yaml-tag", 1, 4),
    ("a: !!python/object/apply:os.system [id]\n", "yaml-tag", 1, 4),
    ("a: !!binary aGk=\n", "yaml-tag", 1, 4),
    ("a: !!timestamp 2024-01-01\n", "yaml-tag", 1, 4),
    ("a: !!float 1\n", "yaml-tag", 1, 4),
    ("a: !!set {b}\n", "yaml-tag", 1, 4),
    ("%TAG ! tag:x,2000:\n---\na: !b 1\n", "yaml-tag", 3, 4),
    # More than one document, aliases, keys that are no text.
    ("a: 1\n---\nb: 2\n", "yaml-documents", 2, 1),
    ("a: *b\n", "yaml-alias", 1, 4),
    ("a: &a [*a]\n", "yaml-alias", 1, 8),
    ("x: &x {b: 1}\na:\n  <<: *x\n", "yaml-merge", 3, 3),
    ("a: {<<: {b: 1}}\n", "yaml-merge", 1, 5),
    ("[1]: 2\n", "yaml-key", 1, 1),
    ("{a: 1}: 2\n", "yaml-key", 1, 1),
    ("a: &a b\n*a : 2\n", "yaml-key", 2, 1),
    # Bytes that are no UTF-8.
    ("a: 1\nb: \xfc".encode("latin-1"), "encoding", 2, 4),
    ("a: é\nb: éé".encode() + b"\xfc", "encoding", 2, 6),
    ("\ufeffa: é".encode() + b"\xfc", "encoding", 1, 5),
    (b"a: \xed\xa0\x80\n", "encoding", 1, 4),
    *(("a: 1\n".encode(name), "encoding", 1, 1) for name in ("utf-16", "utf-16-le", "utf-16-be")),
    ("a: 1\n".encode("utf-32"), "encoding", 1, 1),
    ("a: 1\n".encode("utf-32-be"), "encoding", 1, 1),
    # Characters that nobody sees.
    ("a: b\0c\n", "yaml-character", 1, 5),
    ("a: 1\nb: \x07\n", "yaml-character", 2, 4),
    ("a: \x1b]8;;https://example.org\x07b\n", "yaml-character", 1, 4),
    ("a: \x9b31m\n", "yaml-character", 1, 4),
    ("a: x\x85b: 1\n", "yaml-character", 1, 5),
    ("a: x\u2028b: 1\n", "yaml-character", 1, 5),
    ("a: 1\r\nb: 'x\u2029y'\r\n", "yaml-character", 2, 6),
    ("a: checkout\u202etuo\n", "yaml-character", 1, 12),
    ("\u2067a: 1\n", "yaml-character", 1, 1),
    (f"a: {BOM}1\n", "yaml-character", 1, 4),
    ("# \uffff\n", "yaml-character", 1, 3),
    # Numbers that are none.
    ("a: " + "9" * (MAX_DIGITS + 1) + "\n", "yaml-number", 1, 4),
    ("a: " + "9" * 500_000 + "\n", "yaml-number", 1, 4),
    ("a: 1e" + "9" * 500_000 + "\n", "yaml-number", 1, 4),
    *(
        (f"a: [{text}]\n", "yaml-number", 1, 5)
        for text in (".inf", "-.inf", "+.INF", ".nan", ".NaN", "1e999", "-1e999999", "0.1e400")
    ),
    ("a: 1e1000000000000\n", "yaml-number", 1, 4),
    ("a: 1e-1000000000000\n", "yaml-number", 1, 4),
    # Too much.
    ("[" * 100_000, "yaml-too-deep", 1, MAX_DEPTH + 2),
    ("{a: " * 100_000, "yaml-too-deep", 1, 4 * (MAX_DEPTH + 1) + 1),
    ("- " * 100_000, "yaml-too-deep", 1, 2 * (MAX_DEPTH + 1) + 1),
    ("a:\n" + "".join(f"{' ' * at}k:\n" for at in range(1, 1200)), "yaml-too-deep", 26, 26),
    ("a:\n" + "- 1\n" * 60_000, "yaml-too-large", 50_000, 3),
    (laughs(9), "yaml-too-large", 1, 10),
    (b"a" * (MAX_BYTES + 1), "yaml-too-large", 1, 1),
]
"""What is refused, by which code, and where."""


@pytest.mark.parametrize(
    ("text", "code", "line", "column"), REFUSED, ids=[ascii(one[0])[:40] for one in REFUSED]
)
def test_what_is_not_read_is_refused_at_its_place(
    text: str | bytes, code: str, line: int, column: int
) -> None:
    """Each text that is no plain data gives one error with line, column and a hint."""
    content = text if isinstance(text, bytes) else text.encode()
    (problem,) = yamltree.read("case.yaml", content).problems
    assert (problem.code, problem.place) == (code, Place(line, column))
    assert problem.level is Level.ERROR
    assert problem.file == "case.yaml"
    assert problem.hint
    assert len(problem.message) < 400


RECORD = "title: T\nstatus: planned\n"

IN_RECORDS: list[tuple[str, str, int, int]] = [
    ("date: 2024-02-30", "value-date", 3, 7),
    ("date: 2026-01-02T25:00:00Z", "value-date", 3, 7),
    ("date: 20260102123045", "value-date", 3, 7),
    ("date: yesterday", "value-date", 3, 7),
    ("tags: no", "value-type", 3, 7),
    ("tags: [~]", "value-type", 3, 8),
    ("load: {scenario: s, vus: 1_000}", "value-unit", 3, 26),
    ("load: {scenario: s, vus: -1}", "value-unit", 3, 26),
    ("load: {scenario: s, vus: 1e99}", "value-unit", 3, 26),
    ("load: {scenario: s, vus: true}", "value-unit", 3, 26),
    ("load: {scenario: s, vus: ٣}", "value-unit", 3, 26),
    ("load: {scenario: s, duration: '" + "1h " * 100_000 + "'}", "value-unit", 3, 31),
    ("load: {scenario: s, duration: '12:99:99'}", "value-unit", 3, 31),
    ("__proto__: {a: 1}", "field-unknown", 3, 1),
    ("🙂: 1", "field-unknown", 3, 1),
    ("? " + "title" * 180_000 + "\n: 1", "field-unknown", 3, 3),
    ("summary: '" + "x" * 20_001 + "'", "value-text", 3, 10),
    ("baseline: ../../etc/passwd", "value-text", 3, 11),
]
"""A line of a record that is YAML and yet no record: code, line and column."""


@pytest.mark.parametrize(
    ("line", "code", "row", "column"), IN_RECORDS, ids=[ascii(one[0])[:40] for one in IN_RECORDS]
)
def test_what_is_no_value_of_its_field_is_refused_at_its_place(
    line: str, code: str, row: int, column: int
) -> None:
    """A date that does not exist, a number that is none, a field that there is not."""
    (problem,) = records.read_run("a/b", f"{RECORD}{line}\n".encode()).problems
    assert (problem.code, problem.place) == (code, Place(row, column))
    assert problem.hint


def test_surprises_in_a_record_are_read_as_they_look() -> None:
    """A name may look like a number or like no; a time is a duration; a date is of its day."""
    text = "title: no\nstatus: planned\ndate: 2024-02-29\ntags: [off, 0777, 1.0]\n"
    run = records.read_run("a/b", f"{text}load: {{scenario: 2026, duration: '01:30'}}\n".encode())
    assert run.problems == ()
    assert run.model is not None
    assert run.model.title == "no"
    assert run.model.date in (date(2024, 2, 29), datetime(2024, 2, 29))
    assert run.model.tags == ("off", "777", "1.0")
    assert run.model.load is not None
    assert run.model.load.scenario == "2026"
    assert run.model.load.duration is not None
    assert run.model.load.duration.start == 90
