"""Texts made worse in small steps, the same ones for the same random numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

HOSTILE: tuple[str, ...] = (
    *("", "~", "null", "true", "[]", "{}", "[[]]", "{a: {}}", "- x", "? x", ": ", "a: b: c"),
    *("0", "-1", "1e400", "-1e-400", ".nan", ".inf", "0x1f", "0o17", "1_000", "9" * 50, "1e18"),
    *("NaN", "Infinity", "N/A", "~280", "2→7", "2→?", "→", "~", "50%", "1e3%", "13m 2s", "02:00"),
    *("2026-02-30", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00+14:00", "10000-01-01"),
    *("&a x", "*a", "*b", "<<: *a", "!!str 1", "!!binary aGk=", "!x", "%YAML 1.1", "---", "..."),
    *("|\n  x", ">-\n  x", "'", '"', '"\\ud800"', '"\\0"', '"\\x85"', "# x", "@x", "`x`", "\t"),
    *("{{ value('request_rate') }}", "{{ ", "{{ value('", "a/b", "a/b#c", "#c", "../x", "x" * 400),
    *("\u2028", "\x85", "\ufeff", "\U0001f680", "e\u0301", "\u0662", "½", "٣", "\r", "<script>"),
)
"""Scalars and signs that a reader of YAML, numbers, dates or references may trip over."""

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 0.5, 2**64, 10**30, 1e308, -1e308, float("nan"), float("inf")),
    *("", "NaN", "1e400", "-5", "0", "a" * 400, "a\nb", "2026-01-02T17:38:07Z", "9" * 18, "\ud800"),
    *([], {}, [[]], [{}], {"a": []}, [None], "\0", "12m", "5Gi", "0001-01-01T00:00:00+14:00"),
)
"""Values of JSON that stand where another kind or size is expected."""

_TOKEN = re.compile(r"[^\s:,\[\]{}]+|[:,\[\]{}]")
_VALUE = re.compile(r"(?<=: )[^\n]*|(?<=- )[^\n]*")

Step = Callable[[str, Random, Sequence[str]], str]


def text(seed: str, random: Random, others: Sequence[str]) -> str:
    """The text after one to four steps; pieces of `others` are put into it."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        seed = random.choice(_STEPS)(seed, random, others)
    return seed


def raw(seed: bytes, random: Random) -> bytes:
    """The bytes with some of them altered, put in or left out."""
    content = bytearray(seed)
    for _ in range(random.randint(1, 4)):
        at = random.randint(0, len(content))
        with_what = bytes(random.choices(range(256), k=random.randint(0, 3)))
        content[at : at + random.randint(0, 3)] = with_what
    return bytes(content)


def document(seed: str, random: Random) -> str:
    """A JSON document in which one to three values are of another kind, gone or elsewhere."""
    value = json.loads(seed)
    for _ in range(random.randint(1, 3)):
        everywhere = list(_places(value))
        if not everywhere:
            break
        holder, key = random.choice(everywhere)
        how = random.random()
        if how < 0.6:
            holder[key] = random.choice(ODD)
        elif how < 0.8:
            other, place = random.choice(everywhere)
            holder[key] = json.loads(json.dumps(other[place]))
        elif isinstance(holder, dict):
            holder[f"{key}{random.choice(('', ' ', 'x', '(99)', '{a:b}'))}"] = holder.pop(key)
        else:
            holder.pop(key)
    return json.dumps(value)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value: what holds it, and by what key."""
    if not isinstance(value, dict | list):
        return
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        yield from _places(inner)


def _near(pattern: re.Pattern[str], within: str, random: Random) -> re.Match[str] | None:
    """The first match after a random place, else the first of all."""
    return pattern.search(within, random.randrange(len(within) + 1)) or pattern.search(within)


def _swap_tokens(seed: str, random: Random, others: Sequence[str]) -> str:
    """A word or sign gives way to one of the same text or another's."""
    one = _near(_TOKEN, seed, random)
    given = _near(_TOKEN, seed if random.random() < 0.5 else random.choice(others), random)
    return seed[: one.start()] + given[0] + seed[one.end() :] if one and given else seed


def _hostile_value(seed: str, random: Random, _others: Sequence[str]) -> str:
    one = _near(_VALUE, seed, random)
    if one is None:
        return seed + random.choice(HOSTILE)
    return seed[: one.start()] + random.choice(HOSTILE) + seed[one.end() :]


def _hostile_anywhere(seed: str, random: Random, _others: Sequence[str]) -> str:
    at = random.randint(0, len(seed))
    return seed[:at] + random.choice(HOSTILE) + seed[at:]


def _character(seed: str, random: Random, _others: Sequence[str]) -> str:
    at = random.randint(0, len(seed))
    sign = random.choice("\t\n\r :-#&*!|>'\"%@`{}[],?~→0159eExsm./\\\0\x7f\u00a0")
    return seed[:at] + random.choice(("", sign)) + seed[at + random.randint(0, 1) :]


def _lines(seed: str, random: Random, others: Sequence[str]) -> str:
    """A line is left out, doubled, moved, indented otherwise, or taken from another text."""
    lines = seed.split("\n")
    at = random.randrange(len(lines))
    how = random.randrange(6)
    if how == 0:
        del lines[at]
    elif how == 1:
        lines.insert(at, lines[at])
    elif how == 2:
        other = random.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif how == 3:
        lines[at] = " " * random.randint(1, 4) + lines[at]
    elif how == 4:
        lines[at] = lines[at].lstrip(" ")
    else:
        lines.insert(at, random.choice(random.choice(others).split("\n")))
    return "\n".join(lines)


def _cut(seed: str, random: Random, others: Sequence[str]) -> str:
    at = random.randint(0, len(seed))
    if random.random() < 0.5:
        return seed[:at]
    other = random.choice(others)
    return seed[:at] + other[random.randint(0, len(other)) :][:2000]


_STEPS: tuple[Step, ...] = (
    *(_swap_tokens, _swap_tokens, _hostile_value, _hostile_value, _hostile_anywhere),
    *(_character, _lines, _lines, _cut),
)


def smallest(content: bytes, fails: Callable[[bytes], bool], budget: int = 600) -> bytes:
    """A smaller content that fails too: pieces are left out, halves first, while `fails` says so.

    `budget` is how often it is asked.
    """
    size = max(len(content) // 2, 1)
    while size and budget > 0:
        at = 0
        while at < len(content) and budget > 0:
            smaller = content[:at] + content[at + size :]
            budget -= 1
            if fails(smaller):
                content = smaller
            else:
                at += size
        size //= 2
    return content
