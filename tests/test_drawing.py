"""What `lettering`, `drawing` and `vector` promise of text, sheet and SVG."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import matplotlib
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from generator import drawing, inking, lettering, units, vector
from generator.drawing import SENTINELS, WIDTH, Box, Canvas, Colour
from generator.units import Quantity
from generator.vector import Sketch

SVG = "{http://www.w3.org/2000/svg}"


def finished(canvas: Canvas, name: str = "test", alt: str = "What is seen.") -> str:
    """The SVG of a sheet."""
    return vector.finish(Sketch(canvas.end(100), alt), name, "A title").svg


def one_text(text: str) -> str:
    """The SVG of a sheet with this text only."""
    with inking.style():
        canvas = Canvas()
        canvas.text(10, 20, text)
        return finished(canvas)


def shown(svg: str) -> list[str]:
    """The texts that can be seen."""
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


# --- text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a\nb\t c\r\n", "a b c"),
        ("a\x00b\x1b[31m\x7f", "ab[31m"),
        ("ad\N{RIGHT-TO-LEFT OVERRIDE}min\N{ZERO WIDTH SPACE}", "admin"),
        ("\ud800x\ufffe", "x"),
        ("5\N{NO-BREAK SPACE}%", "5 %"),
        ("日本 é", "日本 é"),
        ("", ""),
    ],
)
def test_clean(written: str, read: str) -> None:
    """A text is on one line, without what is invisible or forbidden in XML."""
    assert lettering.clean(written) == read


def test_clean_is_bounded() -> None:
    """However long a text is, its start only is kept."""
    assert len(lettering.clean("x " * 10**6)) <= lettering.LONGEST


@pytest.mark.parametrize("middle", [False, True])
@pytest.mark.parametrize("text", ["short", "W" * 500, "a b " * 200, "日本語" * 100, "i" * 90])
def test_fit(text: str, middle: bool) -> None:
    """A text that is too wide is shortened with an ellipsis to the width."""
    fitted = lettering.fit(text, 60, middle=middle)
    assert lettering.width_of(fitted) <= 60
    assert fitted == text if text == "short" else "…" in fitted


def test_fit_in_the_middle_keeps_both_ends() -> None:
    """Names differ at their ends, so both ends are kept."""
    fitted = lettering.fit("backend-59bcbbc7fb-2gwbh", 90, middle=True)
    assert fitted.startswith("backe")
    assert fitted.endswith("gwbh")


def test_wrap() -> None:
    """A sentence stands on as many lines as it may, the last one shortened."""
    lines = lettering.wrap("no node is available for this pod at the peak of the load", 100, 2)
    assert len(lines) == 2
    assert lines[0].startswith("no node")
    assert lines[1].endswith("…")
    assert all(lettering.width_of(line) <= 100 for line in lines)


@pytest.mark.parametrize(
    ("names", "short", "shape"),
    [
        (
            ["ip-10-0-36-88.ec2.internal", "ip-10-0-43-61.ec2.internal"],
            ["36-88", "43-61"],
            "ip-10-0-….ec2.internal",
        ),
        (["backend-pod-1", "backend-pod-2"], ["pod-1", "pod-2"], "backend-…"),
        (["node-1", "node-2"], ["node-1", "node-2"], ""),
        (["one"], ["one"], ""),
        (["same", "same"], ["same", "same"], ""),
        (["ab", "abc-def"], ["ab", "abc-def"], ""),
        (["web-a\n1", "web-b\n2"], ["a 1", "b 2"], "web-…"),
        ([], [], ""),
    ],
)
def test_what_differs(names: list[str], short: list[str], shape: str) -> None:
    """Names lose whole parts that all share, and stay long enough to be told apart."""
    assert lettering.what_differs(names) == (short, shape)


def test_width_is_what_the_renderer_measures() -> None:
    """The width that layouts rest on is that of the drawn text."""
    figure = Figure(dpi=720)
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    for text in ("508.4 /s", "backend-59bcbbc7fb-2gwbh", "▲ improved", "Cost per million"):
        for bold in (False, True):
            weight = "bold" if bold else "normal"
            with inking.style():
                artist = figure.text(0, 0, text, fontsize=10, fontweight=weight)
            drawn = artist.get_window_extent(renderer).width / 10
            assert lettering.width_of(text, 10, bold=bold) == pytest.approx(drawn, abs=1)


def test_widths_that_are_known_are_those_of_the_font(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever knows them from an earlier build asks no font; of other characters it is asked."""
    monkeypatch.setattr(lettering, "_known", {})
    texts = ["RPS 508.4/s \N{MINUS SIGN}12.5\N{NO-BREAK SPACE}%", "Größe Ωμ", "▲ ▼ ✓ ✗ …"]
    cases = [(text, bold) for text in texts for bold in (False, True)]
    right = [lettering.width_of(text, bold=bold) for text, bold in cases]
    kept: dict[bool, str] = {}

    def keep(bold: bool, find: Callable[[], lettering.Widths]) -> lettering.Widths:
        kept[bold] = json.dumps(find())
        return find()

    lettering.know_widths(keep)
    monkeypatch.setattr(lettering, "_font", lambda _: pytest.fail("a font is asked"))
    lettering.know_widths(lambda bold, _: json.loads(kept[bold]))
    for cached in (lettering._advance, lettering._width):
        cached.cache_clear()
    assert right == [
        lettering.width_of(text, bold=bold) for text in texts for bold in (False, True)
    ]
    with pytest.raises(pytest.fail.Exception):
        lettering.width_of("\N{CJK UNIFIED IDEOGRAPH-4E2D}")


# --- figures on a scale ---------------------------------------------------------------------------


def test_ticks_are_few_and_round() -> None:
    """A scale has few round ticks within its ends."""
    assert drawing.ticks(0, 508.4) == [0, 200, 400]
    assert len(drawing.ticks(0.964, 1.0)) <= 5


@pytest.mark.parametrize("most", [2, 3, 4, 6])
@pytest.mark.parametrize(
    "ends",
    [
        *[(0, 508.4), (0, 1), (0.1, 0.7), (0.964, 1), (0, 3e-9), (99_999, 100_001.5), (-3, 12.5)],
        *[(0, 8.7), (0, 4_812_345), (3.2, 61), (0, 0.037), (512.9, 514.3), (0, 1e12), (2, 1e5)],
    ],
)
def test_ticks_are_those_of_matplotlib(ends: tuple[float, float], most: int) -> None:
    """Its locator of round steps finds the same, and takes a tenth of a second to load."""
    found = MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(*ends)
    slack = 1e-9 * (ends[1] - ends[0])
    right = [value for value in found if ends[0] - slack <= value <= ends[1] + slack]
    assert drawing.ticks(*ends, most) == pytest.approx(right, rel=1e-12, abs=slack / 1e3)


ENDS = st.floats(-1e9, 1e9) | st.floats(0, 1)


@given(ENDS, ENDS, st.integers(2, 6))
def test_ticks_are_whole_steps(one: float, other: float, most: int) -> None:
    """Two at least, and no more intervals than asked for but where it takes that to have two."""
    low, high = sorted((one, other))
    assume(high - low > 1e-9 and high - low > 1e-6 * max(abs(low), abs(high)))
    found = drawing.ticks(low, high, most)
    slack = 2e-9 * (high - low)
    assert all(low - slack <= value <= high + slack for value in found)
    step = found[1] - found[0]
    assert [value / step for value in found] == pytest.approx(
        [round(value / step) for value in found], abs=1e-6
    )
    assert f"{step:.6e}"[:8] in ("1.000000", "2.000000", "5.000000")
    assert len(found) <= max(most + 1, 6)


@pytest.mark.parametrize("ends", [(0, 0), (1, 1), (0, 5e-324)])
def test_no_ticks_without_a_scale(ends: tuple[float, float]) -> None:
    """Figures without a sensible scale have no ticks and break nothing."""
    assert drawing.ticks(*ends) == []


def test_tick_text_has_the_digits_of_the_step() -> None:
    """A tick has the decimals that tell it from its neighbours, and no more."""
    assert drawing.tick_text(400, 200, units.PER_SECOND) == "400\N{NO-BREAK SPACE}/s"
    assert drawing.tick_text(0.985, 0.005, units.SHARE) == "98.5\N{NO-BREAK SPACE}%"
    assert drawing.tick_text(1500, 500, units.MILLISECONDS) == "1.5\N{NO-BREAK SPACE}s"


def test_ends_of_a_range_on_a_scale() -> None:
    """A range stands at its end, or at its start if that is unknown; a scale is never empty."""
    unknown = Quantity(2.0, None)
    assert drawing.size_of(unknown) == 2.0
    assert drawing.largest([Quantity(7.0, 3.0), unknown]) == 7.0
    assert drawing.largest([Quantity.exact(0.0)]) == 1.0


# --- the sheet ------------------------------------------------------------------------------------


def test_boxes_meet() -> None:
    """Boxes that share area meet, those that touch do not."""
    assert Box(0, 0, 10, 10).meets(Box(9, 9, 20, 20))
    assert not Box(0, 0, 10, 10).meets(Box(10, 0, 20, 10))


@pytest.mark.parametrize(
    ("line", "crossed"),
    [
        (((-5, 5), (15, 5)), True),
        (((5, -5), (5, 15)), True),
        (((-5, -5), (15, 15)), True),
        (((-5, 12), (15, 12)), False),
        (((12, -5), (12, 15)), False),
        (((-5, 5), (-1, 5)), False),
        (((8, 30), (30, 8)), False),
    ],
)
def test_box_is_crossed(line: tuple[drawing.Point, drawing.Point], crossed: bool) -> None:
    """A line crosses a box where it passes through its area."""
    assert Box(0, 0, 10, 10).crossed_by(*line) is crossed


@pytest.mark.parametrize("align", ["left", "center", "right"])
@pytest.mark.parametrize("x", [-50.0, 0.0, 5.0, 200.0, 399.0, 500.0])
def test_text_stays_on_the_sheet(x: float, align: drawing.Align) -> None:
    """A text that would leave the sheet is moved inwards."""
    box = Canvas().text(x, 20, "not recorded", align=align)
    assert box.left >= 0
    assert box.right <= WIDTH


def test_range_is_a_span() -> None:
    """A bar goes from zero; that of a range from its start to its end, in either direction."""
    canvas = Canvas()
    assert canvas.bar(10, 20, Quantity.exact(5.0), 2) == 20
    assert canvas.bar(10, 20, Quantity(7.0, 2.0), 2) == 24
    assert canvas.bar(10, 20, Quantity(7.0, None), 2) == 24


# --- SVG ------------------------------------------------------------------------------------------


def full() -> str:
    """A sheet with everything that is drawn in charts."""
    with inking.style():
        canvas = Canvas()
        canvas.text(10, 20, "left")
        canvas.text(200, 20, "centre", align="center", bold=True, halo=True, colour=Colour.DOUBT)
        canvas.line([(0, 0), (10, 33.333333)], dashed=True)
        canvas.dots([(1, 1), (2, 2)], colour=Colour.SERIES_1)
        canvas.dots([(3, 3)], colour=Colour.SERIES_2, hollow=True)
        canvas.dots([], colour=Colour.SERIES_2)
        canvas.box(Box(0, 0, 5, 5), fill=Colour.IMPROVED, edge=Colour.REGRESSED, alpha=0.5)
        canvas.box(Box(0, 0, 5, 5), edge=Colour.MUTED, hatched=True, dashed=True)
        return finished(canvas)


def test_root() -> None:
    """The SVG is one element that scales and is named and described for screen readers."""
    svg = full()
    assert svg.startswith("<svg ")
    root = ElementTree.fromstring(svg)
    assert root.get("viewBox") == "0 0 400 100"
    assert root.get("width") is None
    assert root.get("height") is None
    assert root.get("role") == "img"
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert (title.text, desc.text) == ("A title", "What is seen.")
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == desc.get("id")


def test_no_global_style_and_no_font() -> None:
    """The page's font applies, and no rule of the chart reaches other elements of the page."""
    svg = full()
    assert "<style" not in svg
    assert "font-family" not in svg
    assert "<metadata" not in svg
    assert "xlink" not in svg


def test_every_colour_is_a_variable() -> None:
    """Each colour that is drawn comes from the page's CSS."""
    svg = full()
    assert not re.search(r"(?:fill|stroke)\s*[:=]\s*\"?#", svg)
    painted = set(re.findall(r"(?:fill|stroke):([^;\"]+)", svg))
    assert {value for value in painted if not value.startswith(("var(--lb-", "url(#"))} == {"none"}
    for colour in (Colour.FG, Colour.BG, Colour.SERIES_1, Colour.IMPROVED, Colour.REGRESSED):
        assert f"var({colour.value})" in svg


def test_other_colours_are_refused() -> None:
    """A colour that is not of the style would be wrong in one scheme, so it is an error."""
    with inking.style():
        figure = Figure()
        figure.text(0, 0, "red", color="red")
        with pytest.raises(ValueError, match="#ff0000"):
            vector.to_svg(figure, "test", "title", "alt")


def test_sentinels_in_texts_stay() -> None:
    """A name that looks like a colour in drawing is a name."""
    assert shown(one_text(name := "pod#010203 url(#h1) var(--x)")) == [name]
    assert shown(one_text(SENTINELS[Colour.FG])) == [SENTINELS[Colour.FG]]


def test_ids_are_prefixed_unique_and_in_use() -> None:
    """All ids start with the chart's name, and each but those of the root is referred to."""
    svg = full()
    ids = re.findall(r' id="([^"]+)"', svg)
    assert len(ids) == len(set(ids)) > 4
    assert all(re.fullmatch(r"test-[0-9a-f]{8}-(?:title|desc|\d+)", one) for one in ids)
    used = re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"|aria-\w+="([^"]+)"', svg)
    assert {next(filter(None, groups)) for groups in used} == set(ids)


def test_two_charts_share_no_id() -> None:
    """Charts of one kind with other content can stand on one page."""
    ids = [set(re.findall(r' id="([^"]+)"', one_text(text))) for text in ("one", "two")]
    assert not ids[0] & ids[1]


def test_a_name_that_looks_like_a_colour_is_no_colour() -> None:
    """References to ids survive where the chart's name consists of hexadecimal digits."""
    with inking.style():
        canvas = Canvas()
        canvas.box(Box(0, 0, 5, 5), hatched=True, edge=Colour.MUTED)
        svg = finished(canvas, name="facade")
    assert re.search(r"url\(#facade-[0-9a-f]{8}-1\)", svg)


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        r"$\frac{",
        "$x$ and $y_1$",
        "a_b^c",
        'a & b "c" </text>',
        "]]> <!-- &amp;",
    ],
)
def test_names_are_text(name: str) -> None:
    """Whatever a name holds is shown as it is: no mark-up, no mathematics."""
    svg = one_text(name)
    assert shown(svg) == [name]
    assert "<script" not in svg


@pytest.mark.parametrize("name", ["x" * 500, "two\nlines", "bell\x07", "\x00", "日本 🎉", "\ud800"])
def test_odd_names_break_nothing(name: str) -> None:
    """Long texts are shortened; line ends, control signs and signs without a glyph do no harm."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (text, *_) = [*shown(one_text(name)), ""]
    assert lettering.width_of(text) <= WIDTH
    assert "\n" not in text


def test_alt_is_clean() -> None:
    """Title and text alternative are plain text on one line, in the SVG escaped."""
    with inking.style():
        chart = vector.finish(Sketch(Canvas().end(10), "a <b> &\n\x00 c"), "test", "T")
    assert chart.alt == "a <b> & c"
    assert "a &lt;b&gt; &amp; c" in chart.svg


def test_no_text_is_parsed_as_mathematics() -> None:
    """Each text on a sheet has mathematics switched off, also outside the house's settings."""
    canvas = Canvas()
    canvas.text(0, 0, "$x$")
    texts = [artist for artist in inking.figure(canvas).findobj(Text) if isinstance(artist, Text)]
    assert texts
    assert not any(text.get_parse_math() for text in texts)


def test_the_machine_s_settings_do_not_matter() -> None:
    """A matplotlibrc of the machine changes nothing."""
    usual = full()
    other: Any = {
        "svg.fonttype": "path",
        "font.size": 30,
        "hatch.linewidth": 9,
        "path.sketch": (1, 2, 3),
    }
    with matplotlib.rc_context(other):
        assert full() == usual
        assert matplotlib.rcParams["font.size"] == 30


def test_figures_with_axes_are_finished_too() -> None:
    """Axes take the style's colours, and their clipping and ticks survive."""
    with inking.style():
        figure = Figure(figsize=(4, 2))
        axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
        axes.plot([1, 2, 3], [3, 1, 2], color=SENTINELS[Colour.SERIES_1])
        axes.plot([1, 2], [1e9, 1e9], "o", color=SENTINELS[Colour.SERIES_2])  # marks out of sight
        axes.set_ylim(1, 3)
        axes.grid(True)
        svg = vector.to_svg(figure, "axes", "Axes", "A line.")
    ids = re.findall(r' id="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert all(one.startswith("axes-") for one in ids)
    assert set(re.findall(r"url\(#([^)]+)\)|href=\"#([^\"]+)", svg)) <= {
        pair for one in ids for pair in ((one, ""), ("", one))
    }
    assert f"var({Colour.GRID.value})" in svg
    assert "clip-path" in svg
