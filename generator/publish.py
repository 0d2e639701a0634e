"""Build the site with MkDocs from our own command, quietly where all is well.

The earlier site stays until the new one is whole (`swap`). Where a record changed meanwhile the new
one is given up: its page could show what the file beside it no longer says.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

from mkdocs.commands import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, ConfigurationError, PluginError
from rich.console import Console

from generator import (
    attachments,
    delivery,
    docsfolder,
    faults,
    progress,
    settings,
    swap,
    terminal,
    writing,
)
from generator.plugin import LoadbookPlugin
from generator.stages import Stages

_KEPT = "an earlier one stays as it was"


class _Lines(logging.Handler):
    """Prints messages line by line and never folds one: editors jump from `file:line:column`."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.WARNING)
        self.console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Print one message, its level before it."""
        for line in f"{record.levelname}: {self.format(record)}".splitlines():
            self.console.print(terminal.plain(line), markup=False, soft_wrap=True)


def build(root: Path, *, strict: bool, quiet: bool = False, profile: bool = False) -> int:
    """Build the notebook in `root` into its site folder; the exit code, 0 where all is well.

    `quiet` says nothing where all is well, `profile` how long each stage took.
    """
    console = Console(stderr=True, highlight=False)
    begun = time.perf_counter()
    stages = Stages()
    handler = _Lines(console)
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    try:
        config = load_config(str(root / settings.CONFIG_FILE), strict=strict)
        docsfolder.refuse_links(config)
        site = Path(config.site_dir)
        docs = Path(config.docs_dir)
        writing.sweep(path for path, _, _ in os.walk(docs))
        with swap.staged(site) as stage, delivery.from_earlier(site, stage) as deliver:
            config.site_dir = str(stage)
            before = _published(docs)
            plugin = config.plugins.get("loadbook")
            if isinstance(plugin, LoadbookPlugin):
                plugin.stages = stages
                plugin.delivery = deliver if delivery.alone(config) else None
            config.plugins.on_startup(command="build", dirty=False)
            try:
                with nullcontext() if quiet else progress.stages(stages, console):
                    mkdocs_build.build(config)
            finally:
                config.plugins.on_shutdown()
            stages.begin("putting the site in place")
            if changed := _published(docs) ^ before:
                name = min(path for path, *_ in changed)
                text = f"{name} changed while the site was built, build it again; {_KEPT}"
                console.print(terminal.plain(text), markup=False, soft_wrap=True)
                return 1
            if not swap.swap(stage, site):
                text = f"{site} can't be put in place as a whole: its files were, one by one"
                console.print(terminal.plain(text), markup=False, soft_wrap=True)
    except (Abort, PluginError) as error:
        console.print(str(error), markup=False)
        return 1
    except ConfigurationError as error:
        console.print(f"mkdocs.yml: {error}", markup=False)
        return 2
    except OSError as error:
        text = f"the site could not be built: {faults.text_of(error)}; {_KEPT}"
        console.print(terminal.plain(text), markup=False, soft_wrap=True)
        return 1
    finally:
        logger.removeHandler(handler)
    if quiet and not profile:
        return 0
    stages.end()
    home = site / "index.html"
    console.print(f"The site is built: open {home} in a browser", markup=False, soft_wrap=True)
    took = time.perf_counter() - begun
    if isinstance(plugin, LoadbookPlugin):
        console.print(_summary(plugin, took), markup=False, soft_wrap=True)
    if profile:
        for line in _profile(stages, took):
            console.print(line, markup=False, soft_wrap=True)
    return 0


def _summary(plugin: LoadbookPlugin, seconds: float) -> str:
    """What was built, reused, drawn."""
    pages, charts = len(plugin.passage.pages), len(plugin.gallery.seen)
    reused = charts - len(plugin.gallery.drawn)
    return (
        f"{pages:,} pages and {charts:,} charts in {seconds:.1f} s; "
        f"as they were: {plugin.reused:,} pages, {reused:,} charts"
    )


def _profile(stages: Stages, seconds: float) -> Iterator[str]:
    """How long each stage took, and what is left: starting, loading the configuration."""
    known = stages.seconds
    for name, took in {**known, "everything else": seconds - sum(known.values())}.items():
        yield f"{took:8.2f} s  {name}"


def _published(docs: Path) -> set[tuple[str, int, int, int]]:
    """The files below the folder of records that a site may have: path, inode, bytes, time (ns)."""
    found = set()
    suffixes = {".yaml", *attachments.PUBLISHED}
    for folder, _, names in os.walk(docs):
        for name in names:
            path = Path(folder) / name
            if path.suffix in suffixes and not name.startswith("."):
                state = path.lstat()
                where = path.relative_to(docs.parent).as_posix()
                found.add((where, state.st_ino, state.st_size, state.st_mtime_ns))
    return found
