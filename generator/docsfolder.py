"""The folder that MkDocs reads: what of it may go into the site."""

from __future__ import annotations

import os
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, InclusionLevel

from generator import attachments


def linked(folder: Path) -> Path | None:
    """The first link to a folder below `folder`, relative to the folder around it.

    MkDocs follows such links: two that lead upwards would keep it walking for ever.
    """
    for path, folders, _ in os.walk(folder):
        for name in folders:
            if (Path(path) / name).is_symlink():
                return (Path(path) / name).relative_to(folder.parent)
    return None


def is_published(file: File, config: MkDocsConfig) -> bool:
    """Whether a file below experiments/ may go into the site.

    Records and plain attachments may. Pages, scripts and styles that lie there may not: they come
    from whoever wrote the record. Nor may what a link pulls in from outside.
    """
    if file.src_dir != config.docs_dir:
        return True  # from the theme
    if file.inclusion is InclusionLevel.EXCLUDED or not file.abs_src_path:
        return False
    path = Path(file.abs_src_path)
    inside = path.resolve().is_relative_to(Path(config.docs_dir).resolve())
    if not inside or path.is_symlink():
        return False
    depth = len(path.relative_to(config.docs_dir).parts)
    return (
        path.suffix == ".yaml" if depth == 2 else depth > 2 and path.suffix in attachments.PUBLISHED
    )
