"""Badges: a run's headline figure with its verdict, as a small picture for a README or a wiki.

`badges/<campaign>/<run>/<metric>.svg` is about that run for good,
`badges/latest/<scenario>/<metric>.svg` about the latest completed run of a scenario. Text stays
text, and a badge has its own ground, so that it can be read on a light page and on a dark one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from generator import links
from generator.compare import Comparison
from generator.lettering import clean, fit, width_of
from generator.links import Links
from generator.measurements import Measurement
from generator.notebook import Notebook, campaign_of
from generator.tracing import asked
from generator.verdicts import SIGNS, Verdict
from generator.view import HEADLINE, delta_text

LATEST = "latest"
"""The folder of badges that follow a scenario; the runs of a campaign of that name have none."""

SIZE = 11.0
_PADDING = 7.0
_HEIGHT = 20
_WIDEST = 240.0
"""What a label or a figure may be wide; what is longer is shortened."""

_LABEL = "#24313d"
_PLAIN = "#46535f"
_COLOURS = {
    Verdict.IMPROVED: "#00694f",
    Verdict.REGRESSED: "#a8340a",
    Verdict.TOO_FEW_REPEATS: "#735000",
}
"""Grounds on which white has a contrast of 4.5 to 1 or more; all other verdicts are grey."""


@dataclass(frozen=True)
class Badge:
    """A figure of a run: what it is called, how it is shown, and the verdict, where there is one.

    `told` is all of it in a sentence.
    """

    label: str
    value: str
    verdict: Verdict | None
    told: str

    @property
    def shown(self) -> str:
        """The right half: `508.4 /s ▲ improved`."""
        return f"{self.value} {SIGNS[self.verdict]} {self.verdict}" if self.verdict else self.value


def of_run(
    notebook: Notebook, comparisons: Mapping[str, Comparison], identity: str
) -> dict[str, Badge]:
    """The badges of a run by metric, in the order of the headline figures that it has.

    A verdict is there where the metric has a difference to the baseline. A figure that the record
    contradicts carries a `!`.
    """
    deltas = comparisons[identity].deltas if identity in comparisons else {}
    measured = notebook.measurements[identity]
    found = {}
    for name in HEADLINE:
        if name in measured:
            delta = deltas.get(name)
            judged = delta if delta and delta.delta is not None else None
            against = ""
            if judged:
                sign, baseline = SIGNS[judged.verdict], comparisons[identity].baseline
                against = f", {delta_text(judged)} {sign} {judged.verdict} against {baseline}"
            found[name] = _badge(
                identity, measured[name], judged.verdict if judged else None, against
            )
    return found


def _badge(identity: str, one: Measurement, verdict: Verdict | None, against: str) -> Badge:
    value = f"{one.show()} !" if one.warnings else one.show()
    doubt = "; rests on a figure that the record contradicts" if one.warnings else ""
    told = f"{one.metric.label} of {identity}: {one.show()}{against}{doubt}"
    return Badge(one.metric.label, value, verdict, told)


def svg(badge: Badge) -> str:
    """The badge as an SVG file of its own."""
    label = fit(badge.label, _WIDEST, SIZE)
    shown = fit(badge.shown, _WIDEST, SIZE)
    left = round(width_of(label, SIZE) + 2 * _PADDING)
    right = round(width_of(shown, SIZE) + 2 * _PADDING)
    colour = _COLOURS.get(badge.verdict, _PLAIN) if badge.verdict else _PLAIN
    title = escape(clean(badge.told, 1000))
    base = _HEIGHT / 2 + 0.36 * SIZE
    text = f'<text y="{base:.1f}" text-anchor="middle" x="{{:g}}">{{}}</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{_HEIGHT}" '
        f'viewBox="0 0 {left + right} {_HEIGHT}" role="img" aria-label="{title}">'
        f"<title>{title}</title>"
        f'<path fill="{_LABEL}" d="M3 0h{left - 3}v{_HEIGHT}h-{left - 3}a3 3 0 0 1-3-3v-14'
        f'a3 3 0 0 1 3-3z"/>'
        f'<path fill="{colour}" d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3'
        f'h-{right - 3}z"/>'
        f'<g fill="#fff" font-family="DejaVu Sans,Verdana,Geneva,sans-serif" '
        f'font-size="{SIZE:g}">'
        f"{text.format(left / 2, escape(label))}{text.format(left + right / 2, escape(shown))}"
        "</g></svg>\n"
    )


# --- where they lie -------------------------------------------------------------------------------


def path_of(folder: str, metric: str) -> str:
    """Where a badge lies in the site; `folder` is that of a run, or of a scenario's latest one."""
    return f"badges/{folder}/{metric}.svg"


@asked
def latest(notebook: Notebook) -> Mapping[str, tuple[str, str]]:
    """Each scenario with its latest completed run, by the scenario's folder, the oldest first.

    A name that an older scenario has taken, or that nothing is left of, ends with a digest.
    """
    newest: dict[str, str] = {}
    for identity in notebook.completed:
        scenario = notebook.gists[identity].scenario
        if scenario:
            newest[scenario] = identity
    found: dict[str, tuple[str, str]] = {}
    for scenario, identity in newest.items():
        slug = "-".join(re.findall(r"[a-z0-9]+", scenario.lower()))[:60].strip("-")
        if not slug or slug in found:
            digest = hashlib.sha256(scenario.encode()).hexdigest()[:8]
            slug = f"{slug}-{digest}".strip("-")
        found[slug] = (scenario, identity)
    return found


@asked
def latest_of(notebook: Notebook, identity: str) -> tuple[tuple[str, str], ...]:
    """Folder and name of each scenario that a run is the latest completed of."""
    every = latest(notebook).items()
    return tuple((slug, scenario) for slug, (scenario, newest) in every if newest == identity)


def files(notebook: Notebook, comparisons: Mapping[str, Comparison]) -> Iterator[tuple[str, str]]:
    """Path and content of every badge: a few for each run, and as many for each scenario."""
    drawn: dict[str, Mapping[str, str]] = {}
    for identity in notebook.runs:
        drawn[identity] = _drawn(notebook, comparisons, identity)
        if campaign_of(identity) != LATEST:
            for metric, content in drawn[identity].items():
                yield path_of(identity, metric), content
    for slug, (_, identity) in latest(notebook).items():
        for metric, content in drawn[identity].items():
            yield path_of(f"{LATEST}/{slug}", metric), content


def _drawn(
    notebook: Notebook, comparisons: Mapping[str, Comparison], identity: str
) -> Mapping[str, str]:
    """The badges of a run by metric, as files."""

    def draw() -> dict[str, str]:
        found = of_run(notebook, comparisons, identity)
        return {metric: svg(badge) for metric, badge in found.items()}

    return notebook.kept("badges", identity, draw)


# --- how a run's page tells of them ---------------------------------------------------------------

NO_ADDRESS = "https://YOUR-SITE/"
"""What stands for the address of a site that nobody configured."""

FILL_IN = "Put the address of the site in place of YOUR-SITE, or set site_url in mkdocs.yml."


@dataclass(frozen=True)
class Share:
    """What a run's page offers to copy: its badges as pictures, and the Markdown to embed them.

    `markdown` has for each group of badges what they are about, and a line a badge. `note` says
    what is left to do before they work.
    """

    pictures: tuple[Markup, ...]
    markdown: tuple[tuple[str, str], ...]
    note: str


def share(
    notebook: Notebook, comparisons: Mapping[str, Comparison], identity: str, to: Links
) -> Share | None:
    """What can be shared of a run; None where it has no headline figure."""
    found = of_run(notebook, comparisons, identity)
    groups = [("This run", identity, links.run_page(identity))]
    if campaign_of(identity) == LATEST:
        groups = []
    groups += [
        (f"Always the latest completed run of “{scenario}”", f"{LATEST}/{slug}", links.RUNS)
        for slug, scenario in latest_of(notebook, identity)
    ]
    if not found or not groups:
        return None
    site = to.site_url or NO_ADDRESS
    markdown = tuple(
        (
            title,
            "\n".join(
                f"[![{badge.label}]({site}{path_of(folder, name)})]({site}{to.address(page)})"
                for name, badge in found.items()
            ),
        )
        for title, folder, page in groups
    )
    pictures = tuple(Markup(svg(badge)) for badge in found.values())  # noqa: S704 (svg escapes)
    return Share(pictures, markdown, "" if to.site_url else FILL_IN)
