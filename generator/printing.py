"""HTML to PDF by the Chromium that is on the machine: it sets what the browser shows."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from generator.errors import NotebookError

VARIABLES = ("CHROME", "CHROMIUM")
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "chromium-headless-shell",
    "chrome-headless-shell",
)
PLAYWRIGHT = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
SECONDS = 120.0
"""How long the browser may take."""

MISSING = (
    "a PDF is printed by Chromium, and there is none: install the package chromium (Debian, "
    "Ubuntu, Fedora) or Google Chrome, set CHROME to the path of one, or print the HTML of "
    "--format html from a browser"
)


def find() -> str | None:
    """Path of a Chromium: $CHROME or $CHROMIUM, one on the PATH, or one that Playwright got."""
    for variable in VARIABLES:
        if named := os.environ.get(variable):
            return shutil.which(named)
    for name in NAMES:
        if path := shutil.which(name):
            return path
    folders = (Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright")
    found = [path for folder in folders for form in PLAYWRIGHT for path in folder.glob(form)]
    return str(max(found)) if found else None


def pdf(html: str) -> bytes:
    """The document as PDF, on the sheets that its styles ask for.

    Raises NotebookError where there is no Chromium, or where it does not print.
    """
    browser = find()
    if browser is None:
        raise NotebookError(MISSING)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "report.html"), Path(folder, "report.pdf")
        source.write_text(html, encoding="utf-8")
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses root its sandbox
        try:
            done = subprocess.run(  # noqa: S603 - our own arguments
                command, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotebookError(f"{browser} did not print: {error}") from error
        if not target.is_file():
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise NotebookError(f"{browser} did not print (exit code {done.returncode}): {last}")
        return target.read_bytes()
