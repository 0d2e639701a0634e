"""Text on charts: cleaned, measured, shortened to the room that it has.

Names in records are anything at all; what is written on a sheet is one line without control
signs, of a known width.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache, partial
from itertools import takewhile
from typing import TYPE_CHECKING
from unicodedata import category, combining

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

TEXT, SMALL, HEADING = 10.0, 9.5, 11.0
"""Sizes of text in units; nothing is smaller, or it could not be read on a phone."""

LONGEST = 300
"""Longest text that is looked at; what comes after is cut before anything is measured."""

_ELLIPSIS = "…"


def clean(text: str, longest: int = LONGEST) -> str:
    """The text on one line, without control, format and unassigned characters."""
    return _clean(text[: 4 * longest], longest)


@lru_cache(maxsize=16384)
def _clean(text: str, longest: int) -> str:
    if not (text.isascii() and text.isprintable()):
        text = "".join(sign for sign in text if sign.isspace() or category(sign)[0] != "C")
    return " ".join(text.split())[:longest].strip()


@cache
def _font(bold: bool) -> FT2Font:
    # Loaded here: it takes a tenth of a second, which a build that knows the widths can do without.
    from matplotlib.font_manager import FontProperties, findfont
    from matplotlib.ft2font import FT2Font

    font = FT2Font(
        findfont(FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal"))
    )
    font.set_size(100, 72)
    return font


Widths = Mapping[str, float]
"""Width of each character in sizes of the text."""

_known: dict[bool, Widths] = {}
"""Those of an earlier build, by whether they are bold."""

FREQUENT = tuple(
    chr(code)
    for first, last in ((0x20, 0x24F), (0x370, 0x3FF), (0x2000, 0x27BF))
    for code in range(first, last + 1)
    if category(chr(code))[0] != "C"
)
"""Characters whose widths are found out at once: Latin, Greek, punctuation, signs."""


def know_widths(known: Callable[[bool, Callable[[], Widths]], Widths]) -> None:
    """Have the widths of frequent characters from whoever kept them.

    `known` is given whether they are bold, and what finds them out.
    """
    for bold in (False, True):
        _known[bold] = known(bold, partial(_widths, bold))


def _widths(bold: bool) -> Widths:
    return {sign: _measured(sign, bold) for sign in FREQUENT}


@lru_cache(maxsize=4096)
def _advance(sign: str, bold: bool) -> float:
    """Width of one character in sizes of the text."""
    known = _known.get(bold, {}).get(sign)
    return _measured(sign, bold) if known is None else known


def _measured(sign: str, bold: bool) -> float:
    """The width by the font; a character that it lacks is taken as square."""
    font = _font(bold)
    if not font.get_char_index(ord(sign)):
        return 0.0 if combining(sign) else 1.0
    from matplotlib.ft2font import LoadFlags

    glyph = font.load_char(ord(sign), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / 100


def width_of(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """Width of a text in units. DejaVu Sans is wider than the fonts of pages, so it is enough."""
    return _width(text, bold) * size


@lru_cache(maxsize=16384)
def _width(text: str, bold: bool) -> float:
    return sum(_advance(sign, bold) for sign in text)


def fit(
    text: str, width: float, size: float = TEXT, *, bold: bool = False, middle: bool = False
) -> str:
    """The cleaned text, shortened with an ellipsis to `width`: at its end or in its middle."""
    text = clean(text)
    if width_of(text, size, bold=bold) <= width:
        return text
    room = width - width_of(_ELLIPSIS, size, bold=bold)
    end = _taken(text[::-1], room / 2, size, bold) if middle else 0
    tail = text[len(text) - end :]
    start = _taken(text, room - width_of(tail, size, bold=bold), size, bold)
    return f"{text[:start].rstrip()}{_ELLIPSIS}{tail.lstrip()}"


def _taken(text: str, room: float, size: float, bold: bool) -> int:
    """How many characters from the start have room."""
    for number, sign in enumerate(text):
        room -= _advance(sign, bold) * size
        if room < 0:
            return number
    return len(text)


def named(name: str, width: float = 300.0) -> str:
    """A name from a record, bounded, for a sentence."""
    return fit(name, width, middle=True)


def last_part(identity: str) -> str:
    """The run's part of its identity."""
    return clean(identity.rpartition("/")[2])


def wrap(text: str, width: float, lines: int, size: float = TEXT) -> list[str]:
    """The text on at most so many lines of `width`, the last one shortened."""
    words = clean(text).split(" ")
    wrapped = [""]
    for number, word in enumerate(words):
        longer = f"{wrapped[-1]} {word}".strip()
        if not wrapped[-1] or width_of(longer, size) <= width:
            wrapped[-1] = longer
        elif len(wrapped) == lines:
            wrapped[-1] = f"{wrapped[-1]} {' '.join(words[number:])}"
            break
        else:
            wrapped.append(word)
    return [fit(line, width, size) for line in wrapped]


_SEPARATORS = "-._/: "
_SHORTEST = 3


def what_differs(names: Sequence[str]) -> tuple[list[str], str]:
    """Each name without what all share in front and behind, and the shape that they share.

    `ip-10-0-36-88.ec2.internal`, `ip-10-0-43-61.ec2.internal` → `36-88`, `43-61`,
    `ip-10-0-….ec2.internal`. Names are cut at separators only and keep at least three characters;
    where nothing is cut the shape is empty.
    """
    cleaned = [clean(name) for name in names]
    distinct = set(cleaned)
    if len(distinct) < 2:
        return cleaned, ""
    front = _shared(distinct)
    rests = {name[front:] for name in distinct}
    behind = _shared({rest[::-1] for rest in rests})
    short = [name[front : len(name) - behind] for name in cleaned]
    if not front and not behind:
        return short, ""
    name = cleaned[0]
    return short, f"{name[:front]}{_ELLIPSIS}{name[len(name) - behind :]}"


def _shared(names: set[str]) -> int:
    """How long a start all names share that ends with a separator and leaves enough of each."""
    first, last = min(names), max(names)
    most = min(map(len, names)) - _SHORTEST
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    start = "".join(sign for sign, _ in same)[: max(0, most)]
    return 1 + max(start.rfind(separator) for separator in _SEPARATORS)
