"""Puts third-party JavaScript into the wheel, where `npm ci` has brought it.

A wheel that is built from a bare checkout (pip from git, a hook of pre-commit) has none: it checks,
compares and imports, and `loadbook build` says what is missing. What is released is held by
tests/test_package.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Vendor(BuildHookInterface):
    """Adds the files that `pyproject.toml` lists, all or none."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Map each file of `node_modules/` to its place in the package."""
        if version == "editable":
            return
        files = [Path("node_modules") / name for name in self.config["files"]]
        missing = [str(path) for path in files if not (Path(self.root) / path).exists()]
        if missing:
            self.app.display_warning(f"built without JavaScript, npm ci brings it: {missing}")
            return
        for path in files:
            target = Path("generator/_vendor") / path.relative_to("node_modules")
            build_data["force_include"][str(Path(self.root) / path)] = target.as_posix()
