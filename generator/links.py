"""Links between pages, relative, so that the site works below any address and from a disk."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from functools import lru_cache

_relative = lru_cache(maxsize=16384)(posixpath.relpath)
"""A page links to the same places time and again."""


@dataclass(frozen=True)
class Links:
    """How pages are addressed: `runs.html`, or `runs/` where `directory_urls` is set."""

    directory_urls: bool = False
    site_url: str = ""
    """Address where the site is published, with a slash at its end; empty where nobody said."""

    def address(self, path: str) -> str:
        """Where a page or file lies in the site: `runs.md` is at `runs.html`."""
        if not path.endswith(".md"):
            return path
        stem = path.removesuffix(".md")
        if not self.directory_urls or posixpath.basename(stem) == "index":
            return f"{stem}.html"
        return f"{stem}/index.html"

    def href(self, source: str, target: str, anchor: str = "") -> str:
        """The link from page `source` to page or file `target`, both as paths of the site."""
        start = posixpath.dirname(self.address(source)) or "."
        link = _relative(self.address(target), start)
        if self.directory_urls:
            link = link.removesuffix("index.html") or "./"
        return f"{link}#{anchor}" if anchor else link

    def absolute(self, target: str) -> str:
        """The whole address of a page or file of the site; empty where the site has none."""
        if not self.site_url:
            return ""
        address = self.address(target)
        if self.directory_urls and target.endswith(".md"):
            address = address.removesuffix("index.html")
        return f"{self.site_url}{address}"


HOME = "index.md"
RUNS = "runs.md"
CAMPAIGNS = "campaigns.md"
HISTORY = "history.md"
TRENDS = "trends.md"
COMPARE = "compare.md"
EXPLORE = "explore.md"
DECISIONS = "decisions.md"
AUDIT = "audit.md"
CHECKS = "checks.md"
GLOSSARY = "glossary.md"
CAPACITY = "capacity.md"
METHODS = "methods.md"
START = "start.md"
RECORD = "record.md"
COMMANDS = "commands.md"
PUBLISHING = "publishing.md"
JUDGING = "judging.md"
CONTRIBUTING = "contributing.md"

CAPACITY_DATA = "data/capacity.json"
DATA = "use-the-data.md"
FEED = "feed.xml"


def comparison(page: str, identity: str, baseline: str | None = None) -> str:
    """The link to a run and its baseline on the page Compare, which lies at `page`."""
    runs = f"{baseline},{identity}&baseline={baseline}" if baseline else identity
    return f"{page}?runs={runs}"


def run_page(identity: str) -> str:
    """The page of a run."""
    return f"{identity}.md"


def campaign_page(identity: str) -> str:
    """The page of a campaign."""
    return f"{identity}/index.md"


def run_data(identity: str) -> str:
    """The data file of a run."""
    return f"data/{identity}.json"


def run_record(identity: str) -> str:
    """The record of a run, as it is published beside its page."""
    return f"{identity}.yaml"


def run_file(identity: str, name: str) -> str:
    """A file of the run's folder, as it is published."""
    return f"{identity}/{name}"


def campaign_record(identity: str) -> str:
    """The record of a campaign, as it is published beside its page."""
    return f"{identity}/campaign.yaml"
