"""The built site, served on this machine, and a real Chromium to walk it with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import chromium, serving
from tests.conftest import ROOT, made_once
from tests.test_plugin import notebook_in

MEASURED = "cache-on-one-host"


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder of the real notebook's site, built in strict mode."""
    return made_once("reported", lambda root: serving.built(notebook_in(root))) / "site"


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """Where the site is served, with a slash at the end."""
    with serving.served(built) as address:
        yield address


@pytest.fixture(scope="session")
def measured() -> Path:
    """The folder of the site of the reported runs and of a campaign with tables and repeats.

    Who builds a site with that campaign asks for this one first: its charts are drawn then.
    """

    def make(root: Path) -> None:
        shutil.copytree(ROOT / "experiments" / MEASURED, root / "experiments" / MEASURED)
        serving.built(notebook_in(root))

    return made_once("measured", make) / "site"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; where there is none the test fails and says what to install."""
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.MISSING)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield started
        started.close()
