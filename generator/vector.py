"""A chart as an inline SVG: one element that a page can hold and style.

The same strokes give the same bytes: a chart is known by its `key` before it is drawn. Text stays
text, colours are the page's CSS variables, ids are unique on a page, and no rule reaches outside
the chart.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import metadata
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from generator.drawing import HALO, SENTINELS, Canvas, Colour, Stroke
from generator.lettering import TEXT, clean

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Sketch:
    """What a chart's function hands over: the sheet it drew on, and what can be seen there."""

    canvas: Canvas
    alt: str


@dataclass(frozen=True)
class Chart:
    """A chart that is ready to be drawn. `title` and `alt` are plain text."""

    name: str
    title: str
    alt: str
    height: int
    strokes: tuple[Stroke, ...]

    @cached_property
    def key(self) -> str:
        """32 hexadecimal digits: charts of one key are one picture, drawn by the same code."""
        drawn = [[type(stroke).__name__, stroke] for stroke in self.strokes]
        content = json.dumps([version(), self.name, self.title, self.alt, self.height, drawn])
        return hashlib.sha256(content.encode()).hexdigest()[:32]

    @cached_property
    def svg(self) -> str:
        """The element to put into HTML; drawn when it is first asked for."""
        # Loaded here: a build whose charts are all known needs no matplotlib.
        from generator import inking

        with inking.style():
            return to_svg(inking.figure(self), self.name, self.title, self.alt)


@cache
def version() -> str:
    """What a picture depends on beside its strokes: how they are inked, and by what."""
    here = Path(__file__)
    sources = (path.read_bytes() for path in (here, here.with_name("inking.py")))
    digest = hashlib.sha256(b"".join(sources)).hexdigest()[:16]
    return f"{digest} {metadata.version('matplotlib')}"


_VARIABLES = {SENTINELS[colour]: f"var({colour.value})" for colour in Colour}
_ROOT_STYLE = {"fill": f"var({Colour.FG.value})", "font-size": f"{TEXT:g}px"}
_HALO_STYLE = {
    "stroke": f"var({Colour.BG.value})",
    "stroke-width": "3px",
    "stroke-linejoin": "round",
    "paint-order": "stroke",
}
_LONGEST_ALT = 3000
_WITHOUT = {"Date": None, "Creator": None, "Format": None, "Type": None}
_FRACTION = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"url\(#(\w+)\)")
_HEX = re.compile(r"#[0-9a-fA-F]{3,8}\b")


def finish(sketch: Sketch, name: str, title: str) -> Chart:
    """The chart of a sketch."""
    canvas = sketch.canvas
    alt = clean(sketch.alt, _LONGEST_ALT)
    return Chart(name, title, alt, canvas.height, tuple(canvas.strokes))


def to_svg(figure: Figure, name: str, title: str, alt: str) -> str:
    """The figure as one inline SVG element: the same bytes each time.

    Ids start with the chart's name and a digest of its content, so that charts can share a page.
    Raises ValueError if something was drawn in a colour that is no `Colour`.
    """
    from generator import inking

    buffer = io.StringIO()
    with inking.style():
        figure.savefig(buffer, format="svg", metadata=_WITHOUT)
    drawn = buffer.getvalue()
    digest = hashlib.sha256(f"{title}\n{alt}\n{drawn}".encode()).hexdigest()[:8]
    prefix = f"{name.replace('_', '-')}-{digest}"
    # matplotlib wrote it and escaped the texts in it, so there are no entities to fear.
    source = ElementTree.fromstring(drawn)  # noqa: S314
    parts = _tidied(source, _Ids(prefix, source))
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": source.attrib["viewBox"],
            "role": "img",
            "aria-labelledby": f"{prefix}-title",
            "aria-describedby": f"{prefix}-desc",
            "stroke-linejoin": "round",
            "style": _css(_ROOT_STYLE),
        },
    )
    for tag, text in (("title", title), ("desc", alt)):
        described = ElementTree.SubElement(root, tag, {"id": f"{prefix}-{tag}"})
        described.text = clean(text, _LONGEST_ALT)
    root.extend(parts)
    return ElementTree.tostring(root, encoding="unicode")


class _Ids:
    """The ids that something refers to, numbered and prefixed in order of appearance."""

    def __init__(self, prefix: str, source: Element) -> None:
        found: dict[str, None] = {}
        for element in source.iter():
            for name, value in element.attrib.items():
                found.update(dict.fromkeys(_REFERENCE.findall(value)))
                if name.endswith("href"):
                    found[value.removeprefix("#")] = None
        self.names = {name: f"{prefix}-{number}" for number, name in enumerate(found, start=1)}

    def referred(self, value: str) -> str:
        return _REFERENCE.sub(lambda match: f"url(#{self.names[match[1]]})", value)


def _tidied(parent: Element, ids: _Ids, in_halo: bool = False) -> list[Element]:
    """The children of an element, rewritten; groups that say nothing give way to their content."""
    tidied: list[Element] = []
    for element in parent:
        tag = element.tag.rpartition("}")[2]
        if element.find("./{*}style") is not None:
            continue  # a rule for all elements, which would reach those of the page
        content = _tidied(element, ids, in_halo or element.get("id") == HALO)
        if tag == "g" and "clip-path" not in element.attrib:
            tidied += _share_style(content)
            continue
        attributes = _attributes(element, ids, in_halo)
        rewritten = Element(tag, attributes)
        rewritten.text = element.text if tag == "text" else None
        rewritten.extend(content)
        tidied.append(rewritten)
    return tidied


def _share_style(content: list[Element]) -> list[Element]:
    """Neighbours of one look in a group that says it once."""
    shared: list[Element] = []
    for look, neighbours in groupby(content, key=lambda element: element.get("style")):
        alike = list(neighbours)
        if look is None or len(alike) == 1:
            shared += alike
            continue
        group = Element("g", {"style": look})
        for element in alike:
            del element.attrib["style"]
        group.extend(alike)
        shared.append(group)
    return shared


def _attributes(element: Element, ids: _Ids, in_halo: bool) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for qualified, value in element.attrib.items():
        name = qualified.rpartition("}")[2]
        if name == "id" and value not in ids.names:
            continue
        if name == "id":
            value = ids.names[value]
        elif name == "href":
            value = f"#{ids.names[value.removeprefix('#')]}"
        elif name == "style":
            value = _restyled(value, ids, _HALO_STYLE if in_halo else {})
        elif name == "transform" and value.startswith("rotate(-0 "):
            continue
        else:
            value = ids.referred(_rounded(value))
        if value:
            attributes[name] = value
    return attributes


def _rounded(value: str) -> str:
    """Coordinates to a tenth of a unit, without needless space."""
    value = _FRACTION.sub(lambda match: f"{float(match[0]):.1f}".replace(".0", ""), value)
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", value.replace("\n", " ")).strip()


def _restyled(value: str, ids: _Ids, more: dict[str, str]) -> str:
    declared = dict(part.split(": ", 1) for part in value.split("; ") if part)
    declared.pop("font-family", None)
    if declared.get("text-anchor") == "start":
        del declared["text-anchor"]
    for name, content in declared.items():
        # Colours first: a chart's name in an id could look like one.
        declared[name] = ids.referred(_HEX.sub(_variable, content))
    declared = {
        name: content for name, content in declared.items() if _ROOT_STYLE.get(name) != content
    }
    return _css({**declared, **more})


def _variable(match: re.Match[str]) -> str:
    if match[0] not in _VARIABLES:
        raise ValueError(f"{match[0]} was drawn, which is no colour of the style")
    return _VARIABLES[match[0]]


def _css(declarations: dict[str, str]) -> str:
    return ";".join(f"{name}:{content}" for name, content in declarations.items())
