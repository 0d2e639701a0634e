"""A new record: commented, and valid as planned from the start."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generator import records, versions, writing
from generator.errors import NotebookError
from generator.fields import NAME
from generator.resources import TEMPLATES
from generator.writing import Planned


def require_name(identity: str) -> None:
    """Raise NotebookError where the name can't be that of a run."""
    campaign, _, run = identity.partition("/")
    if not re.fullmatch(f"{NAME}/{NAME}", identity) or run == "campaign":
        raise NotebookError(
            f"{identity!r} can't be a run: write CAMPAIGN/RUN with letters, digits, . _ -"
        )
    if reason := records.unfit(campaign, run):
        raise NotebookError(f"{identity!r} can't be a run: {reason}")


def title_of(name: str) -> str:
    """The title that the name of a run or campaign gives: `more-nodes` is `More nodes`."""
    words = re.sub(r"[-_.]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def campaign_text(campaign: str, today: date) -> str:
    """The commented record of a new campaign."""
    return _text("new/campaign.yaml", campaign, campaign, today)


def new_record(root: Path, identity: str, today: date) -> list[Path]:
    """Write the record of a planned run, and its campaign's if there is none; what was written.

    Raises NotebookError where the name can't be one, or the record is there already.
    """
    require_name(identity)
    campaign, _, run = identity.partition("/")
    target = root / records.file_of_run(identity)
    if target.exists():
        raise NotebookError(f"{records.file_of_run(identity)} is there already")
    made = {records.file_of_run(identity): _text("new/run.yaml", run, campaign, today)}
    home = records.file_of_campaign(campaign)
    if not (root / home).exists():
        made[home] = campaign_text(campaign, today)
    # The campaign first: a killed process may leave that alone, and it is sound without runs.
    writing.write(root, [Planned(name, made[name].encode()) for name in reversed(made)])
    return [root / name for name in made]


def _text(template: str, name: str, campaign: str, today: date) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 (YAML, and all names are letters and digits)
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(
        title=json.dumps(title_of(name)),
        campaign=campaign,
        today=today.isoformat(),
        version=versions.CURRENT,
    )
