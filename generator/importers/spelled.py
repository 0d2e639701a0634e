"""Figures and texts of a source in the spelling of a record: with unit, short, without noise."""

from __future__ import annotations

import re
from datetime import UTC, datetime

MAX_TEXT = 300
"""Longest line of text that a record takes."""


def number(value: float, decimals: int = 6) -> str:
    """A finite number without trailing zeros: `363.0312`, `0`, `12345678901`."""
    if abs(value) >= 1e15:
        return repr(float(value))
    text = f"{value:.{decimals}f}"
    text = text.lstrip("-") if not text.strip("-0.") else text
    return text.rstrip("0").rstrip(".") if "." in text else text


def milliseconds(seconds: float) -> str:
    """A latency given in seconds, as a record has it: `363.0312ms`."""
    return f"{number(seconds * 1000)}ms"


def seconds(value: float) -> str:
    """A duration: `30.123456s`."""
    return f"{number(value)}s"


def percentage(part: float, whole: float) -> str:
    """A share of a whole that is not zero: `98.6812%`."""
    return f"{number(100 * part / whole)}%"


def counted(number: int, noun: str) -> str:
    """A number of things: `1 sample`, `1,200 samples`."""
    return f"{number:,} {noun}{'' if number == 1 or noun.endswith('series') else 's'}"


def line(text: object, limit: int = MAX_TEXT) -> str:
    """Any text as one printable line of at most `limit` characters; empty where none is left."""
    if not isinstance(text, str):
        return ""
    words = " ".join(text[: 4 * limit].split())
    shown = "".join(letter for letter in words if letter.isprintable()).strip()
    return shown if len(shown) <= limit else f"{shown[: limit - 1].rstrip()}…"


def name(text: object) -> str:
    """A name of Kubernetes or of AWS as it stands; empty where it is none: spaces, too long."""
    usable = isinstance(text, str) and len(text) <= 253 and text.isprintable() and " " not in text
    return str(text) if usable else ""


def moment(unix_seconds: float) -> str:
    """A time as a record has it, in UTC and to the second: `2026-01-02T17:38:07Z`."""
    return datetime.fromtimestamp(unix_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_UNIX = re.compile(r"\d{9,19}(?:\.\d{1,9})?", re.ASCII)


def unix_time(written: object) -> float | None:
    """Unix seconds of a time in ISO 8601 or as a Unix number in s, ms, µs or ns; None if neither.

    A time without a zone is read as if it were UTC: good for differences only.
    """
    if isinstance(written, bool):
        return None
    if isinstance(written, int | float) or _UNIX.fullmatch(str(written).strip()):
        value = float(str(written).strip()) if isinstance(written, str) else _float(written)
        for scale in (1.0, 1e3, 1e6, 1e9):
            if 1e8 <= value / scale < 1e11:
                return value / scale
        return None
    if not isinstance(written, str) or len(written) > 64:
        return None
    text = re.sub(r"(\.\d{6})\d{1,3}", r"\1", written.strip())
    try:
        found = datetime.fromisoformat(text)
        seconds = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if 0 <= seconds < 1e11 else None  # a zone can lead beyond the years there are


def has_zone(written: object) -> bool:
    """Whether a time says what zone it is in; Unix numbers do."""
    if not isinstance(written, str):
        return True
    text = written.strip()
    return bool(_UNIX.fullmatch(text) or re.search(r"(?:Z|[+-]\d\d:?\d\d)$", text))


def _float(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return 0.0
