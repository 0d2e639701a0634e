"""The same notebook published by plain MkDocs Material: what every build is measured against.

    python -m benchmarks.yardstick NOTEBOOK DIR

writes the finished Markdown of every page with its tables in it, the charts as SVG files beside
it, and a configuration without the plugin; `mkdocs build` in DIR is then the yardstick.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from markupsafe import Markup
from ruamel.yaml import YAML

from generator import gfm, notebook, records, settings, site
from generator.blocks import Beside, Block, Picture, Table
from generator.links import Links
from generator.render import Page, Part, Renderer


class PlainRenderer(Renderer):
    """Renders pages whose tables are Markdown and whose charts are files."""

    def __init__(self) -> None:
        super().__init__()
        self.charts: dict[str, str] = {}
        self.path = ""

    def page(self, path: str, title: str, parts: Sequence[Part], **more: Any) -> Page:
        """The page, nothing in it folded: Markdown is not read inside of HTML."""
        self.path = path
        return super().page(path, title, [replace(part, folded="") for part in parts], **more)

    def _held(self, html: str, _words: str | None, _late: list[tuple[str, str]]) -> Markup:
        return Markup(html)

    def _part(self, part: Part, blocks: Sequence[Block]) -> tuple[Part, Markup, str]:
        return part, Markup("\n\n").join(map(self._plain, blocks)), ""

    def _plain(self, block: Block) -> Markup:
        """A table as Markdown, a chart as a file, of all else the words."""
        if isinstance(block, Table):
            return Markup(gfm.table(block))
        if isinstance(block, Picture):
            name = f"{self.path.removesuffix('.md')}-{block.id}.svg"
            self.charts[name] = block.chart.svg
            return Markup(f"![{gfm.escape(block.alt[:300])}]({name.rpartition('/')[2]})")
        if isinstance(block, Beside):
            return Markup("\n\n").join(map(self._plain, block.pictures))
        words = " ".join(self.html(block).striptags().split())
        return Markup('<div class="lb-words">{}</div>').format(words)


def write(root: Path, folder: Path) -> int:
    """Write the yardstick of the notebook in `root`; returns how many charts it has."""
    options, problems = settings.read(root)
    opened = notebook.build(records.sources(root), options, problems)
    view = site.view_of(opened, Links())
    renderer = PlainRenderer()
    pages = [site.run_page(renderer, view, identity) for identity in opened.runs]
    pages += [site.campaign_page(renderer, view, name) for name in opened.campaign_names]
    shutil.rmtree(folder, ignore_errors=True)
    files = {page.path: page.markdown for page in pages} | renderer.charts
    files["index.md"] = "# Runs\n"
    for path, content in files.items():
        target = folder / "docs" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    yaml = YAML(typ="safe")
    config = yaml.load(root / settings.CONFIG_FILE)
    config["docs_dir"] = "docs"
    config["nav"] = [{"Home": "index.md"}]
    config["plugins"] = ["search"]
    config["validation"] = {"links": {"not_found": "ignore", "unrecognized_links": "ignore"}}
    yaml.dump(config, folder / settings.CONFIG_FILE)
    return len(renderer.charts)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    print(f"{write(arguments.notebook, arguments.folder)} charts")


if __name__ == "__main__":
    main()
