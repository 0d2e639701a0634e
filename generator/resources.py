"""Where the files lie that the package ships beside its code.

In a checkout they are the folders at its root; in an installed package they are inside it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent


def _folder(packaged: str, in_checkout: str) -> Path:
    inside = _PACKAGE / packaged
    return inside if inside.is_dir() else _CHECKOUT / in_checkout


TEMPLATES = _folder("_templates", "templates")
"""Jinja2 templates of pages and sections, the theme's overrides, the site's own assets."""

SHELL_CONFIG = next(
    path for path in (TEMPLATES / "init/mkdocs.yml", _CHECKOUT / "mkdocs.yml") if path.is_file()
)
"""The settings of MkDocs that a new notebook begins with: those of this repository."""

VENDOR = _folder("_vendor", "node_modules")
"""Third-party JavaScript, laid out as in node_modules."""


def templates_of(root: Path) -> list[Path]:
    """The templates of a notebook: its own come before the package's, file by file."""
    own = root / "templates"
    return [own, TEMPLATES] if own.is_dir() and own != TEMPLATES else [TEMPLATES]
