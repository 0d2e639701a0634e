"""The Chromium that the browser tests drive: one that is there, else one that gets installed.

`python -m tests.chromium` makes sure that there is one, or fails and says what to install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
"""The shell comes first: Chromium without its windows and menus opens a page in half the time."""

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--process-per-site",
]
"""The pages are our own; without background traffic a test sees the page's requests alone.

Windows of one site share a process, see `tests.browser.windows`.
"""

APT = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]

MISSING = (
    "The browser tests need Chromium. Install the package chromium (Debian, Ubuntu, Fedora), run "
    "`playwright install chromium`, or set CHROMIUM to the path of one."
)


def find() -> str | None:
    """Path of a Chromium: $CHROMIUM, one on the PATH, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install() -> None:
    """Try Playwright's download, then the system's package manager where we may use it."""
    attempts = [[sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"]]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        attempts = [
            ["apt-get", "update", "-qq"],
            [*APT, "chromium-headless-shell", "fonts-liberation"],
            [*APT, "chromium"],
            *attempts,
        ]
    for attempt in attempts:
        subprocess.run(attempt, check=False, stdout=subprocess.DEVNULL)
        if attempt[1] != "update" and find():
            return


def main() -> int:
    """Make sure that there is a Chromium; 0 if so."""
    if not find():
        print("No Chromium found, installing one ...", file=sys.stderr)
        install()
    path = find()
    print(f"browser tests use {path}" if path else MISSING, file=sys.stderr)
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
