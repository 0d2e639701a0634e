"""A new notebook: the repository that `loadbook init` makes, with two real runs as its example.

The files lie in `templates/init/`. Text that depends on the notebook stands in them as `@{ name }@`
and `@% if ... %@`, which no workflow, record or shell script uses for itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import generator
from generator import records, schema, yamledit, yamltree
from generator.errors import NotebookError
from generator.merging import Edit
from generator.resources import SHELL_CONFIG, TEMPLATES
from generator.settings import CONFIG_FILE
from generator.writing import Planned

HOME = TEMPLATES / "init"

WORKFLOWS = {f".github/workflows/{name}.yml": name for name in ("publish", "review", "comment")}
"""Workflows that a notebook and this repository share: path to name."""

FILES: Mapping[str, str] = {
    ".gitignore": "gitignore",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
    ".vscode/extensions.json": "vscode/extensions.json",
    ".vscode/settings.json": "vscode/settings.json",
    "README.md": "README.md",
    "requirements.txt": "requirements.txt",
    **{path: f"workflows/{name}.yml" for path, name in WORKFLOWS.items()},
}
"""Path in the notebook to template below `templates/init/`."""

_SETTINGS = ("site_name", "site_description", "site_url", "edit_uri")
MAX_NAME = 100


def files(name: str, site_url: str = "", repo_url: str = "") -> dict[str, bytes]:
    """Every file of a new notebook of this name by path.

    Raises NotebookError where the name is not one line of text, or an address is none.
    """
    if not re.fullmatch(rf"[^\W_].{{0,{MAX_NAME - 1}}}", name) or not name.isprintable():
        raise NotebookError(
            f"{name[:60]!r} can't be a name: one line that begins with a letter or digit, "
            f"at most {MAX_NAME} characters (--name)"
        )
    made = {path: rendered(template, name=name) for path, template in FILES.items()}
    made[CONFIG_FILE] = _shell_config(name, _address(site_url), _address(repo_url))
    for kind, model in schema.SCHEMAS.items():
        made[f"schema/{kind}.schema.json"] = schema.schema_text(model)
    example = HOME / records.FOLDER
    copied = {
        f"{records.FOLDER}/{path.relative_to(example).as_posix()}": path.read_bytes()
        for path in example.rglob("*")
        if path.is_file()
    }
    everything = {**copied, **{path: text.encode() for path, text in made.items()}}
    return dict(sorted(everything.items()))


def rendered(template: str, *, name: str, own: bool = False) -> str:
    """A template below `templates/init/` as text; `own` is this repository, not a notebook."""
    environment = Environment(
        loader=FileSystemLoader(HOME),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 (no HTML; what goes in is a checked name and a version)
        keep_trailing_newline=True,
        trim_blocks=True,
        block_start_string="@%",
        block_end_string="%@",
        variable_start_string="@{",
        variable_end_string="}@",
        comment_start_string="@#",
        comment_end_string="#@",
    )
    found = environment.get_template(template)
    return found.render(name=name, own=own, version=generator.__version__)


def plan(folder: Path, made: Mapping[str, bytes]) -> list[Planned]:
    """The files to write into `folder`; raises NotebookError where something is there already."""
    taken = sorted({where for path in made if (where := _taken(folder, path))})
    if taken:
        raise NotebookError(
            f"nothing was written, these are there already in {folder}: {', '.join(taken)}"
        )
    return [Planned(path, content) for path, content in made.items()]


def _taken(folder: Path, path: str) -> str:
    """What stands in a file's place: itself, or a file or link where its folders should be."""
    if folder.exists() and not folder.is_dir():
        return "."
    target = folder / path
    for holder in reversed(target.relative_to(folder).parents[:-1]):
        step = folder / holder
        if step.is_symlink() or (step.exists() and not step.is_dir()):
            return holder.as_posix()
    return path if target.is_symlink() or target.exists() else ""


def _shell_config(name: str, site_url: str, repo_url: str) -> str:
    """The settings of MkDocs, with the notebook's own name and addresses."""
    text = SHELL_CONFIG.read_text("utf-8")
    edits = [Edit(("site_name",), ("site_name",), name, replaces=True)]
    if site_url:
        edits.append(Edit(("site_url",), ("site_url",), site_url))
    if repo_url:
        # Material asks the host of a `repo_url` for stars: a request that would leave the site.
        edit_uri = f"{repo_url}edit/main/{records.FOLDER}/"
        edits.append(Edit(("edit_uri",), ("edit_uri",), edit_uri))
        config = yamltree.read(CONFIG_FILE, text.encode()).value
        path = ("theme", "features", len(config["theme"]["features"]))
        edits.append(Edit(path, path, "content.action.edit"))
    return yamledit.edited(text, edits, lambda path: _SETTINGS if not path else ())


def _address(url: str) -> str:
    """A web address with a slash at its end, or nothing; raises NotebookError where it is none."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        sound = False
    if not sound or not re.fullmatch(r"[!-~]{1,300}", url):
        raise NotebookError(f"{url[:60]!r} is no web address: write https://...")
    return url if url.endswith("/") else f"{url}/"
