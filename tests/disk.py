"""Files, folders and disks for tests of what becomes of them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CONFIG = "site_name: Killed\ndocs_dir: experiments\ntheme: {name: null, custom_dir: theme}\n"
"""Settings of a site with a theme of one file, which takes no time to build."""


def fill(folder: Path, files: dict[str, bytes | None]) -> Path:
    """A folder with these files; None is a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        if content is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(content)
    return folder


def names(folder: Path) -> list[str]:
    """What lies in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def mounted(what: Path | str, where: Path, *options: str) -> None:
    """Mount something for a test, which is skipped where that is not permitted."""
    done = subprocess.run(["mount", *options, what, where], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("mounting is not permitted here")


@contextmanager
def small(folder: Path) -> Iterator[Path]:
    """A new disk with room for 64 KiB, mounted at this folder."""
    folder.mkdir()
    mounted("tmpfs", folder, "-t", "tmpfs", "-o", "size=64k")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
