"""The picture of a run that chats and social networks show beside a link, and the tags for it.

1200 x 630 pixels, drawn with the font that matplotlib ships. The same run gives the same bytes.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from generator import badges, display, links, telling
from generator.compare import Comparison
from generator.lettering import clean, fit, width_of, wrap
from generator.links import Links
from generator.notebook import Notebook, campaign_of
from generator.verdicts import SIGNS, Verdict
from generator.view import delta_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 1200, 630
FIGURES = 3
"""How many headline figures there is room for."""

_MARGIN = 64.0
_INK, _MUTED, _PAPER, _BAND = "#17222d", "#56616d", "#ffffff", "#17324d"
_COLOURS = {
    Verdict.IMPROVED: "#00694f",
    Verdict.REGRESSED: "#a8340a",
    Verdict.TOO_FEW_REPEATS: "#735000",
}


@dataclass(frozen=True)
class Shown:
    """One figure: what it is, its value, and its change with the verdict, where there is one."""

    label: str
    value: str
    change: str
    verdict: Verdict | None


@dataclass(frozen=True)
class Card:
    """All that the picture of a run says."""

    eyebrow: str
    title: str
    against: str
    figures: tuple[Shown, ...]


def card(notebook: Notebook, comparison: Comparison | None, identity: str) -> Card:
    """What the picture of a run says: the first headline figures, against its baseline.

    Figures that have a verdict of better or worse come first.
    """
    run = notebook.runs[identity]
    campaign = notebook.campaign(campaign_of(identity)).title
    deltas = comparison.deltas if comparison else {}
    found = badges.of_run(notebook, {identity: comparison} if comparison else {}, identity)
    told = (Verdict.IMPROVED, Verdict.REGRESSED)
    order = sorted(found, key=lambda name: found[name].verdict not in told)[:FIGURES]
    figures = tuple(
        Shown(
            found[name].label,
            found[name].value,
            delta_text(deltas[name]) if found[name].verdict else "",
            found[name].verdict,
        )
        for name in found
        if name in order
    )
    status = "" if run.status == "completed" else f" · {run.status}"
    return Card(
        f"{campaign} · {display.show_moment(run.date)}{status}",
        run.title,
        f"against {comparison.baseline}" if comparison else "",
        figures,
    )


@lru_cache(maxsize=512)
def png(shown: Card) -> bytes:
    """The picture as PNG. It is kept: `mkdocs serve` draws only what has changed."""
    # Loaded here: a build whose pictures are all known needs no matplotlib.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    from generator import inking

    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100)
    with inking.style():
        sheet = _Sheet(figure)
        sheet.box(0, 0, WIDTH, 16, _BAND)
        sheet.text(_MARGIN, 84, fit(shown.eyebrow, _room(24), 24), 24, _MUTED)
        lines = wrap(shown.title, _room(50), 2, 50)
        for number, line in enumerate(lines):
            sheet.text(_MARGIN, 228 - 32 * len(lines) + 64 * number, line, 50, _INK, bold=True)
        each = (WIDTH - 2 * _MARGIN) / FIGURES
        for number, one in enumerate(shown.figures):
            sheet.figure(_MARGIN + each * number, each - 32, one)
        sheet.text(_MARGIN, 580, fit(shown.against, 820, 22), 22, _MUTED)
        sheet.text(WIDTH - _MARGIN, 580, "Loadbook", 22, _MUTED, align="right")
        canvas: Any = FigureCanvasAgg(figure)  # what it can do is not typed
        canvas.draw()
    drawn = Image.frombuffer("RGBA", (WIDTH, HEIGHT), bytes(canvas.buffer_rgba()))
    # A palette makes a third of the size; there are few colours in it.
    sharp = Image.Dither.NONE
    few = drawn.convert("RGB").quantize(_COLOUR_COUNT, Image.Quantize.FASTOCTREE, dither=sharp)
    buffer = io.BytesIO()
    few.save(buffer, "PNG")
    return buffer.getvalue()


_COLOUR_COUNT = 64


def _room(size: float) -> float:
    """The width of a line; a bold face is wider than the one that is measured."""
    return (WIDTH - 2 * _MARGIN) * (0.86 if size >= 50 else 1.0)


def _size(text: str, room: float, most: float, *, bold: bool = False) -> float:
    """The size at which a text has room, down to half of the usual one: no figure is cut short."""
    return max(most / 2, min(most, room / (width_of(text, 1.0, bold=bold) or 1.0)))


class _Sheet:
    """A figure that is drawn on by pixels from its top left."""

    def __init__(self, figure: Figure) -> None:
        self.drawn = figure
        figure.patch.set_facecolor(_PAPER)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        from matplotlib.patches import Rectangle

        place = (x / WIDTH, 1 - (y + height) / HEIGHT)
        size = (width / WIDTH, height / HEIGHT)
        patch = Rectangle(
            place, *size, facecolor=colour, linewidth=0, transform=self.drawn.transFigure
        )
        self.drawn.add_artist(patch)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: str,
        *,
        bold: bool = False,
        align: str = "left",
    ) -> None:
        self.drawn.text(
            x / WIDTH,
            1 - y / HEIGHT,
            text,
            fontsize=size * 0.72,
            color=colour,
            fontweight="bold" if bold else "normal",
            ha=align,
            va="baseline",
            parse_math=False,
        )

    def figure(self, x: float, width: float, one: Shown) -> None:
        colour = _COLOURS.get(one.verdict, _MUTED) if one.verdict else _MUTED
        self.box(x, 322, 6, 178, colour)
        left, room = x + 28, width - 28
        size = _size(one.label, room, 24)
        self.text(left, 350, fit(one.label, room, size), size, _MUTED)
        size = _size(one.value, room, 46, bold=True)
        self.text(left, 418, fit(one.value, room, size, bold=True), size, _INK, bold=True)
        if one.verdict:
            sign = f"{SIGNS[one.verdict]} {one.verdict}"
            self.text(left, 456, fit(one.change, room, 26), 26, colour)
            self.text(left, 492, fit(sign, room, 26), 26, colour)


# --- where they lie, and the tags -----------------------------------------------------------------


def path_of(identity: str) -> str:
    """Where the picture of a run lies in the site."""
    return f"social/{identity}.png"


def pictures(notebook: Notebook, comparisons: Mapping[str, Comparison]) -> dict[str, bytes]:
    """The pictures of all runs by their paths in the site."""

    def drawn(identity: str) -> str:
        picture = png(card(notebook, comparisons.get(identity), identity))
        return base64.b64encode(picture).decode()

    return {
        path_of(identity): base64.b64decode(
            notebook.kept("picture", identity, partial(drawn, identity))
        )
        for identity in notebook.runs
    }


def tags(
    notebook: Notebook, comparison: Comparison | None, identity: str, to: Links, picture: bool
) -> Markup:
    """The Open Graph and Twitter tags of a run's page; none where the site has no address.

    `picture` says whether the site has the run's picture.
    """
    if not to.site_url:
        return Markup("")
    run = notebook.runs[identity]
    shown = card(notebook, comparison, identity)
    figures = "; ".join(map(_told, shown.figures))
    description = clean(telling.plain(run.summary or run.context or ""), 300) or figures
    properties = {
        "og:type": "article",
        "og:title": clean(run.title),
        "og:description": description,
        "og:url": to.absolute(links.run_page(identity)),
    }
    names = {"twitter:card": "summary", "twitter:title": clean(run.title)}
    names["twitter:description"] = description
    if picture:
        image = to.absolute(path_of(identity))
        alt = clean(f"{run.title}: {figures} {shown.against}")
        properties |= {
            "og:image": image,
            "og:image:type": "image/png",
            "og:image:width": str(WIDTH),
            "og:image:height": str(HEIGHT),
            "og:image:alt": alt,
        }
        names |= {"twitter:card": "summary_large_image", "twitter:image": image}
    parts = [
        Markup('<meta property="{}" content="{}">').format(name, value)
        for name, value in properties.items()
    ]
    parts += [
        Markup('<meta name="{}" content="{}">').format(name, value) for name, value in names.items()
    ]
    return Markup("\n").join(parts)


def _told(one: Shown) -> str:
    """A figure in words: `RPS per core 105.1 /s, +26.5 % ▲ improved`."""
    verdict = f", {one.change} {SIGNS[one.verdict]} {one.verdict}" if one.verdict else ""
    return f"{one.label} {one.value}{verdict}"
