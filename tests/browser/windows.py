"""Windows of one Chromium that share what is costly and keep nothing of each other.

The first window of a site starts a process and compiles the theme's scripts, 0.7 s of CPU; the next
ones are the same tab again, which an empty page of the site has cleared.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page

from tests.serving import BLANK

Scheme = Literal["light", "dark"]


@dataclass
class Shared:
    """What the windows of one site have in common: cache, process, tab."""

    origin: str
    context: BrowserContext
    page: Page


_shared: dict[Browser, Shared] = {}


@contextmanager
def window(
    browser: Browser, url: str, width: int, scheme: Scheme, script: bool = True
) -> Iterator[Page]:
    """An empty page to open the address in: no permission, nothing stored, nothing hovered.

    Who listens to its events stops at the end. Without scripts, and after a failure, nothing is
    shared.
    """
    if not script:
        with browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=False,
        ) as context:
            yield context.new_page()
        return
    shared = _of(browser, url.split("/")[2])
    page = shared.page
    try:
        page.goto(f"http://{shared.origin}{BLANK}")
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.mouse.move(0, 0)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media="null", color_scheme=scheme)
        shared.context.clear_permissions()
        yield page
    except BaseException:
        _shared.pop(browser).context.close()
        raise


def _of(browser: Browser, origin: str) -> Shared:
    """What is shared now, or a new one: another site, if only by its port, shares nothing."""
    shared = _shared.get(browser)
    if shared and shared.origin == origin:
        return shared
    if shared:
        shared.context.close()
    context = browser.new_context()
    shared = _shared[browser] = Shared(origin, context, context.new_page())
    return shared
