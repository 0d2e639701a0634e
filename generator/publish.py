"""Build the site with MkDocs from our own command, quietly where all is well."""

from __future__ import annotations

import logging
from pathlib import Path

from mkdocs.commands import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, ConfigurationError
from rich.console import Console

from generator import settings, terminal


class _Lines(logging.Handler):
    """Prints messages line by line and never folds one: editors jump from `file:line:column`."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.WARNING)
        self.console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Print one message, its level before it."""
        for line in f"{record.levelname}: {self.format(record)}".splitlines():
            self.console.print(terminal.plain(line), markup=False, soft_wrap=True)


def build(root: Path, *, strict: bool) -> int:
    """Build the notebook in `root` into its site folder; the exit code, 0 where all is well."""
    console = Console(stderr=True, highlight=False)
    handler = _Lines(console)
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    try:
        config = load_config(str(root / settings.CONFIG_FILE), strict=strict)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            mkdocs_build.build(config)
        finally:
            config.plugins.on_shutdown()
    except Abort as error:
        console.print(str(error), markup=False)
        return 1
    except ConfigurationError as error:
        console.print(f"mkdocs.yml: {error}", markup=False)
        return 2
    finally:
        logger.removeHandler(handler)
    home = Path(config.site_dir) / "index.html"
    console.print(f"The site is built: open {home} in a browser", markup=False, soft_wrap=True)
    return 0
