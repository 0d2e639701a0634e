"""Draws the picture of the site in the README: `python -m tests.picture`.

Home and the comparison of two runs in light, a run's page in dark on a phone: taken from the real
pages, served and opened by a real Chromium, so that the picture shows what there is.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import sync_playwright

from tests import chromium, serving

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "site.png"
GAP = 16

Scheme = Literal["light", "dark"]

COMPARED = "?runs=session-8%2Fpost-fix,session-8%2Fpost-code&baseline=session-8%2Fpost-fix"

VIEWS: tuple[tuple[str, Scheme, int], ...] = (
    ("index.html", "light", 1280),
    ("session-8/post-fix.html", "dark", 390),
    (f"compare.html{COMPARED}", "light", 1280),
)
"""Page, scheme and width in pixels of each part of the picture."""


def main() -> int:
    """Take the picture from site/, which must have been built."""
    site = ROOT / "site"
    if not (site / "index.html").exists():
        print("there is no site yet: run `make site`", file=sys.stderr)
        return 1
    shots = []
    with serving.served(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=chromium.ARGUMENTS
        )
        for path, scheme, width in VIEWS:
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            page.goto(address + path, wait_until="networkidle")
            shots.append(Image.open(io.BytesIO(page.screenshot())))
        browser.close()
    width = sum(shot.width for shot in shots) + GAP * (len(shots) - 1)
    picture = Image.new("RGB", (width, 800), "#8a94a0")
    left = 0
    for shot in shots:
        picture.paste(shot, (left, 0))
        left += shot.width + GAP
    TARGET.parent.mkdir(exist_ok=True)
    picture = picture.resize((width * 3 // 5, 480), Image.Resampling.LANCZOS)
    picture.quantize(256).save(TARGET, optimize=True)
    print(f"wrote {TARGET.relative_to(ROOT)}, {TARGET.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
