"""Styles and scripts of the site, by their path in it, and which page loads what.

Our own lie in `templates/assets/`, third-party ones come from `package-lock.json`. What only few
pages need is loaded by these alone: `Renderer.page(..., scripts=...)`.
"""

from __future__ import annotations

from generator.resources import TEMPLATES, VENDOR

_OWN = TEMPLATES / "assets"

CHART_LIBRARY = "assets/echarts.js"
TABLE_LIBRARY = "assets/table-core.js"
ROSTER = "assets/roster.js"
SEARCH = "assets/searching.js"
"""What every page loads in its head, before the theme's own scripts."""

ASSETS = {
    "assets/loadbook.css": _OWN / "loadbook.css",
    "assets/loadbook.js": _OWN / "loadbook.js",
    "assets/folding.js": _OWN / "folding.js",
    SEARCH: _OWN / "searching.js",
    ROSTER: _OWN / "roster.js",
    "assets/runlist.js": _OWN / "runlist.js",
    "assets/explore.js": _OWN / "explore.js",
    "assets/tablesort.js": VENDOR / "tablesort/dist/tablesort.min.js",
    "assets/tablesort.number.js": VENDOR / "tablesort/dist/sorts/tablesort.number.min.js",
    "assets/comparing.js": _OWN / "comparing.js",
    "assets/compare-charts.js": _OWN / "compare-charts.js",
    "assets/compare.js": _OWN / "compare.js",
    CHART_LIBRARY: VENDOR / "echarts/dist/echarts.min.js",
    TABLE_LIBRARY: VENDOR / "@tanstack/table-core/build/umd/index.production.js",
}
"""Every style and script that is published."""


def missing() -> list[str]:
    """Files of `ASSETS` that are not there: a bare checkout has no third-party JavaScript."""
    return [path for path, source in ASSETS.items() if not source.is_file()]


STYLES = ("assets/loadbook.css",)
SCRIPTS = (
    "assets/tablesort.js",
    "assets/tablesort.number.js",
    "assets/loadbook.js",
    "assets/folding.js",
)
"""What every page loads."""
