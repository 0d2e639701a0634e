"""The MkDocs plugin: hands the finished pages to MkDocs, and nothing else.

Pages are virtual files; what is heavy in them is put in after MkDocs' Markdown. Of what lies below
experiments/ only records and plain attachments are published.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pathspec
from jinja2 import Environment
from mkdocs.config import base, config_options
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as MkDocsPage

from generator import (
    assets,
    docsfolder,
    feed,
    policy,
    provenance,
    reading,
    site,
    store,
)
from generator.delivery import Delivery
from generator.errors import Level
from generator.gallery import Gallery
from generator.links import Links
from generator.passage import Passage
from generator.resources import templates_of
from generator.stages import Stages

log = logging.getLogger("mkdocs.plugins.loadbook")


class LoadbookConfig(base.Config):
    """Options of the plugin; `generator.settings` says what they mean and validates them."""

    tolerance = config_options.Optional(config_options.Type((str, int, float)))
    tolerances = config_options.Type(dict, default={})
    minimum_repeats = config_options.Type(int, default=1)
    social = config_options.Optional(config_options.Type(bool))


class LoadbookPlugin(BasePlugin[LoadbookConfig]):
    """Generates the site from the records."""

    def __init__(self) -> None:
        self.passage = Passage()
        self.gallery = Gallery()
        self.stages = Stages()
        self.delivery: Delivery | None = None
        self.day, self.reused = "", 0

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Add the site's styles and scripts, and watch the templates."""
        config.extra_css = [*assets.STYLES, *config.extra_css]
        config.extra_javascript = [*assets.SCRIPTS, *config.extra_javascript]
        docsfolder.refuse_links(config)
        root = Path(config.config_file_path).parent
        for path in (*templates_of(root), root / policy.FILE):
            if path.exists() and str(path) not in config.watch:
                config.watch.append(str(path))
        if config.not_in_nav is None:
            config.not_in_nav = pathspec.gitignore.GitIgnoreSpec.from_lines(["/*/*.md"])
        return config

    def on_files(self, files: Files, /, *, config: MkDocsConfig) -> Files:
        """Read the records, build the site in memory, hand over its files."""
        root = Path(config.config_file_path).parent
        if lacking := assets.missing():
            raise PluginError(
                f"not installed: {', '.join(lacking)}; install Loadbook from a released wheel, "
                "or run npm ci in its checkout"
            )
        self.stages.begin("reading records")
        kept = store.Store(store.folder())
        opened = provenance.checked(root, reading.opened(root, kept))
        self.gallery = Gallery(kept)
        shell = _links(config), templates_of(root), self.gallery, self.stages
        built = site.build(opened, *shell, keep=True)
        errors = [one.as_text() for one in built.problems if one.level is Level.ERROR]
        if errors and config.strict:
            raise PluginError("\n".join(["records with errors, nothing was built:", *errors]))
        for text in errors:
            log.warning(text)
        published = Files(docsfolder.published(files, config))
        self.passage = Passage(built.pages, self.gallery)
        self.day, self.reused = f"{feed.newest(opened):%Y-%m-%d}", built.reused
        for page in built.pages:
            file = File.generated(config, page.path, content=page.markdown)
            file.edit_uri = page.record or None
            published.append(file)
        contents: dict[str, str | bytes] = {**built.files, **built.pictures}
        for path, content in contents.items():
            published.append(File.generated(config, path, content=content))
        for path, source in assets.ASSETS.items():
            published.append(File.generated(config, path, abs_src_path=str(source)))
        self.stages.begin("MkDocs: Markdown", len(built.pages))
        return self.delivery.files(published) if self.delivery else published

    @event_priority(-100)
    def on_page_markdown(self, text: str, /, *, page: MkDocsPage, **_: object) -> str:
        """Leave to Markdown what it has not converted yet; after all who change the text."""
        return self.passage.text(page, text)

    @event_priority(100)
    def on_page_content(self, html: str, /, *, page: MkDocsPage, **_: object) -> str:
        """Put in the words for the search, before all who read the content."""
        self.stages.step()
        return self.passage.content(page, html)

    def on_env(self, env: Environment, /, **_: object) -> Environment:
        """What comes now is templates, search and files."""
        self.stages.begin("MkDocs: templates and search", len(self.passage.pages))
        return env

    def on_pre_page(self, page: MkDocsPage, /, **_: object) -> MkDocsPage:
        """Date the page by the newest run, not by today: the sitemap is the same tomorrow."""
        page.update_date = page.update_date if os.getenv("SOURCE_DATE_EPOCH") else self.day
        return page

    def on_post_page(self, output: str, /, *, page: MkDocsPage, **_: object) -> str:
        """Put tables and charts into the finished page, and deliver it."""
        self.stages.step()
        output = self.passage.finished(page, output)
        return self.delivery.page(page.file.dest_uri, output) if self.delivery else output

    def on_post_build(self, **_: object) -> None:
        """Keep for the next build what this one drew."""
        self.gallery.close()
        self.stages.end()

    def on_build_error(self, **_: object) -> None:
        """What failed needs no charts."""
        self.gallery.abandon()


def _links(config: MkDocsConfig) -> Links:
    address = f"{config.site_url.rstrip('/')}/" if config.site_url else ""
    return Links(config.use_directory_urls, address)
