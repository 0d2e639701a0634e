"""The folders of MkDocs: what of that with the records goes into the site, and links in either."""

from __future__ import annotations

import logging
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel

from generator import publishable

log = logging.getLogger("mkdocs.plugins.loadbook")


def refuse_links(config: MkDocsConfig) -> None:
    """Stop where MkDocs would follow a link to a folder: to read or write elsewhere."""
    docs, site_folder = Path(config.docs_dir), Path(config.site_dir)
    for path in [*publishable.linked_folders(docs), *publishable.links_out_of(site_folder)]:
        base = docs.parent if path.is_relative_to(docs) else site_folder.parent
        where = path.relative_to(base)
        raise PluginError(f"{where}: a link to a folder is not followed, remove it")


def published(files: Files, config: MkDocsConfig) -> list[File]:
    """What goes into the site of the theme's files and of those below experiments/."""
    docs = Path(config.docs_dir)
    found, own = [], {}
    for file in files:
        if file.src_dir != config.docs_dir:
            found.append(file)  # from the theme
        elif (
            file.inclusion is not InclusionLevel.EXCLUDED
            and file.abs_src_path
            and publishable.is_publishable(Path(file.abs_src_path), docs)
        ):
            own[file.src_uri] = file
    for name, other in publishable.colliding(sorted(own)):
        log.warning(
            f"{docs.name}/{name}: it is one file with {other} where case or accents don't count; "
            "it is not published, rename it"
        )
        del own[name]
    return [*found, *own.values()]
