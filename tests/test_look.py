"""The colours of the site: contrast, and whether the colour-blind can tell them apart."""

from __future__ import annotations

import itertools
import re

import pytest

from generator.assets import ASSETS

SCHEMES = {"light": "default", "dark": "slate"}
PAPER = {"light": "#ffffff", "dark": "#161c23"}

Colour = tuple[float, float, float]

# Machado, Oliveira, Fernandes (2009), severity 1.0, on linear RGB.
SIGHT = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def palette(scheme: str) -> dict[str, str]:
    """The custom properties of a scheme that are colours."""
    css = ASSETS["assets/loadbook.css"].read_text("utf-8")
    block = css.split(f'[data-md-color-scheme="{SCHEMES[scheme]}"] {{')[1].split("}")[0]
    found = re.findall(r"--(lb-[\w-]+): (#[0-9a-f]{3,6});", block)
    return {name: f"#{''.join(c * 2 for c in hex_[1:])}" if len(hex_) == 4 else hex_
            for name, hex_ in found}  # fmt: skip


def linear(colour: str) -> Colour:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio by WCAG 2.2."""
    weights = (0.2126, 0.7152, 0.0722)
    light, dark = sorted(
        (sum(w * p for w, p in zip(weights, linear(c), strict=True)) for c in (one, other)),
        reverse=True,
    )
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str, kind: str) -> Colour:
    """A colour in CIE L*a*b* (D65) as somebody with such sight sees it."""
    rgb = linear(colour)
    if kind in SIGHT:
        mixed = [sum(w * p for w, p in zip(row, rgb, strict=True)) for row in SIGHT[kind]]
        rgb = (mixed[0], mixed[1], mixed[2])
    r, g, b = (min(1.0, max(0.0, part)) for part in rgb)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_marks_can_be_read(scheme: str) -> None:
    """Each mark's word has 4.5 to 1 against its own ground and against the page."""
    colours = palette(scheme)
    for name in ("improved", "regressed", "doubt", "neutral"):
        assert contrast(colours[f"lb-{name}"], colours[f"lb-{name}-bg"]) >= 4.5, name
        assert contrast(colours[f"lb-{name}"], PAPER[scheme]) >= 4.5, name
    assert contrast(colours["lb-muted"], colours["lb-surface"]) >= 4.5


@pytest.mark.parametrize("kind", ["full", *SIGHT])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_verdicts_are_told_apart_by_every_eye(scheme: str, kind: str) -> None:
    """Improved and regressed differ by far for the colour-blind too, in hue or in lightness."""
    colours = palette(scheme)
    one, other = (seen(colours[f"lb-{name}"], kind) for name in ("improved", "regressed"))
    assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 >= 20


@pytest.mark.parametrize("kind", ["full", *SIGHT])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_lines_of_charts_are_told_apart_by_every_eye(scheme: str, kind: str) -> None:
    """Any two of the four colours of lines differ for the colour-blind too."""
    colours = palette(scheme)
    drawn = {n: seen(colours[f"lb-series-{n}"], kind) for n in range(1, 5)}
    for (n, one), (m, other) in itertools.combinations(drawn.items(), 2):
        apart = sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
        assert apart >= 11, (n, m)
