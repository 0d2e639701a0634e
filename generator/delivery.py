"""Files on their way into a new site: one that is what the earlier site has is linked, not written.

A notebook of a thousand runs has ten thousand files, and an edit changes a few dozen of them. The
earlier site keeps what it has whatever becomes of the new one, since nothing is written through a
link: who would change files of the finished site, as other plugins may, gets files of its own.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

_HARMLESS = ("loadbook", "search", "material/search")
"""Plugins that write no file of ours again."""

LARGE = 2**23
"""Bytes of a file that is copied without a look at the earlier one."""

_LATE = ("post_page", "post_build")
"""Events whose listeners may change finished files."""


class Delivery:
    """Files for the site in the folder `site`, by their path in it.

    `earlier` is the open folder of the site that there was.
    """

    def __init__(self, site: Path, earlier: int | None = None) -> None:
        self._site = site
        self._earlier = earlier
        self._made: set[Path] = set()
        mask = os.umask(0)
        os.umask(mask)
        self._mode = stat.S_IFREG | (0o666 & ~mask)

    def put(self, path: str, content: bytes) -> None:
        """Write a file, or link the one that is the same. Raises OSError."""
        target = self._site / path
        if target.parent not in self._made:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(target.parent)
        if self._earlier is not None and self._has(path, content):
            with suppress(OSError):
                os.link(path, target, src_dir_fd=self._earlier, follow_symlinks=False)
                return
        target.unlink(missing_ok=True)
        with target.open("xb") as file:
            file.write(content)

    def files(self, files: Files) -> Files:
        """The files, all of which but pages are delivered when MkDocs copies them."""
        return Files(
            [file if file.is_documentation_page() else _Delivered(file, self) for file in files]
        )

    def page(self, path: str, text: str) -> str:
        """Put a finished page; what is left for MkDocs to write, which is nothing.

        Raises OSError.
        """
        self.put(path, text.encode("utf-8", "xmlcharrefreplace"))
        return ""

    def _has(self, path: str, content: bytes) -> bool:
        """Whether the earlier site has this content there, in a file that a new one would be."""
        with suppress(OSError):
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            descriptor = os.open(path, flags, dir_fd=self._earlier)
            try:
                found = os.fstat(descriptor)
                is_alike = (found.st_mode, found.st_size) == (self._mode, len(content))
                return is_alike and os.read(descriptor, len(content) + 1) == content
            finally:
                os.close(descriptor)
        return False


class _Delivered(File):
    """The same file; MkDocs has it delivered instead of copying it."""

    def __init__(self, file: File, delivery: Delivery) -> None:
        vars(self).update(vars(file))
        self._delivery = delivery

    def copy_file(self, dirty: bool = False) -> None:
        """Put the file into the site. Raises OSError."""
        if self.abs_src_path and Path(self.abs_src_path).stat().st_size > LARGE:
            super().copy_file(dirty)
        else:
            self._delivery.put(self.dest_uri, self.content_bytes)


@contextmanager
def from_earlier(site: Path, stage: Path) -> Iterator[Delivery]:
    """What delivers into `stage`, where the new site is built, while `site` is the earlier one."""
    descriptor = None
    if os.link in os.supports_dir_fd and os.open in os.supports_dir_fd:
        with suppress(OSError):
            descriptor = os.open(site, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield Delivery(stage, descriptor)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def alone(config: MkDocsConfig) -> bool:
    """Whether nobody but we and the search has a hand in the finished files."""
    harmless = [config.plugins.get(name) for name in _HARMLESS]
    return all(
        any(getattr(listener, "__self__", None) is plugin for plugin in harmless if plugin)
        for event in _LATE
        for listener in config.plugins.events[event]
    )
