"""The notebook's settings: how strictly runs are compared, what is drawn of them.

They stand in `mkdocs.yml` under `plugins: - loadbook:`, the one place that the site and the
commands both read.
"""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from generator import explain, units, yamltree
from generator.errors import NotebookError, Problem
from generator.fields import Part, Share
from generator.metrics import METRICS, Metric
from generator.units import Quantity

CONFIG_FILE = "mkdocs.yml"


def _metric_name(name: str) -> str:
    if name not in METRICS:
        hint = explain.did_you_mean(name, list(METRICS)) or "the glossary lists all metrics"
        raise PydanticCustomError(
            "quantity", "{message}", {"message": f"{name!r} is no metric", "hint": hint}
        )
    return name


class Settings(Part):
    """How runs are compared, and what is drawn of them."""

    tolerance: Share = Field(
        Quantity(0.05, 0.05, text="5%"),
        description="Relative difference below which a metric counts as unchanged.",
    )
    tolerances: dict[Annotated[str, AfterValidator(_metric_name)], Share] = Field(
        default_factory=dict,
        description="The same for single metrics; for shares in percentage points.",
    )
    minimum_repeats: int = Field(
        1, ge=1, le=1000, description="Runs needed on each side before anything is judged."
    )

    social: bool | None = Field(
        None,
        description="Whether a picture of each run is drawn, which chats show beside a link; else "
        "where site_url is set.",
    )

    def tolerance_of(self, metric: Metric) -> float:
        """The metric's tolerance: absolute for shares, relative for all else."""
        own = self.tolerances.get(metric.name)
        if own is not None:
            return own.start
        if metric.tolerance is not None:
            return metric.tolerance
        return self.tolerance.start if self.tolerance is not None else 0.0


def is_absolute(metric: Metric) -> bool:
    """Whether the metric's tolerance is a difference of shares, not a relative change."""
    return metric.unit is units.SHARE


def find_root(start: FilePath) -> FilePath:
    """The notebook that `start` stands in: the nearest folder upwards with a mkdocs.yml.

    Raises NotebookError where there is none.
    """
    for folder in (start, *start.parents):
        if (folder / CONFIG_FILE).is_file():
            return folder
    raise NotebookError(f"no {CONFIG_FILE} in {start} or above: not in a notebook")


def read(root: FilePath) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings of the notebook in `root`, and what is wrong with them.

    Where something is wrong the defaults stand in.
    """
    try:
        content = (root / CONFIG_FILE).read_bytes()
    except OSError as error:
        raise NotebookError(f"{CONFIG_FILE} can't be read: {error.strerror}") from error
    return parse(content)


def parse(content: bytes) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings in the content of a mkdocs.yml, and what is wrong with them, as above."""
    document = yamltree.read(CONFIG_FILE, content)
    # MkDocs reads what records may not have: tags such as !ENV, and merge keys.
    foreign = ("yaml-tag", "yaml-merge")
    problems = [problem for problem in document.problems if problem.code not in foreign]
    path, options = _options(document.value)
    try:
        found = Settings.model_validate(options)
    except ValidationError as error:
        problems += explain.problems_of(error, Settings, document, at=path)
        found = Settings()
    return found, tuple(problems)


def directory_urls(content: bytes) -> bool:
    """Whether a mkdocs.yml of this content puts each page into a folder, as is MkDocs' default."""
    config = yamltree.read(CONFIG_FILE, content).value
    return not (isinstance(config, dict) and config.get("use_directory_urls") is False)


def site_url(content: bytes) -> str:
    """Where a mkdocs.yml of this content says that its site is; empty where it does not say."""
    config = yamltree.read(CONFIG_FILE, content).value
    found = config.get("site_url") if isinstance(config, dict) else None
    return found if isinstance(found, str) else ""


def _options(config: Any) -> tuple[yamltree.Path, dict[str, Any]]:
    """The options of the plugin, and where they stand in mkdocs.yml."""
    plugins = config.get("plugins") if isinstance(config, dict) else None
    if isinstance(plugins, dict) and isinstance(options := plugins.get("loadbook"), dict):
        return ("plugins", "loadbook"), options
    for position, plugin in enumerate(plugins if isinstance(plugins, list) else []):
        if isinstance(plugin, dict) and isinstance(options := plugin.get("loadbook"), dict):
            return ("plugins", position, "loadbook"), options
    return (), {}
