"""What each code of `loadbook check` means: read from `templates/checks.yaml`, for people.

Codes of checks are in `audit`; those of records that can't be read are here, because what finds
them lies all over the reading of files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from generator import yamltree
from generator.resources import TEMPLATES

FILE_RULES: dict[str, str] = {
    "encoding": "A record is UTF-8",
    "yaml-character": "Every character can be seen",
    "yaml-syntax": "A record is YAML",
    "yaml-duplicate-key": "A key stands once",
    "yaml-key": "A key is a plain text",
    "yaml-merge": "Nothing is merged",
    "yaml-number": "A number is finite and of a sane length",
    "yaml-tag": "No tags",
    "yaml-alias": "An alias has an anchor",
    "yaml-documents": "One record, one file",
    "yaml-too-deep": "A record is nested sanely",
    "yaml-too-large": "A record is of a sane size",
    "record-empty": "A record holds fields",
    "record-place": "A record stands in the folder of its campaign",
    "record-unreadable": "A record can be opened",
    "schema-newer": "A record is of a form that is known",
    "schema-version": "The version of a record is a number",
    "field-missing": "What is required is there",
    "field-unknown": "Every field is known",
    "value-choice": "A choice is one of those offered",
    "value-date": "A date exists",
    "value-text": "A text fits",
    "value-type": "A value is of the right kind",
    "value-unit": "A figure has a unit of its quantity",
    "reference-unknown": "What is referred to exists",
    "reference-cycle": "Baselines lead back in time",
    "reference-chain": "A repeat is of an original",
    "acknowledged-unknown": "An acknowledgement names a check",
    "acknowledged-nothing": "An acknowledgement is of something",
}
"""Title of each code that a record can have before any figure is looked at."""


@dataclass(frozen=True)
class Explanation:
    """What a code means, a record that gives it, and how to mend it; `example` is YAML."""

    meaning: str
    example: str
    mend: str


@cache
def explanations() -> Mapping[str, Explanation]:
    """The explanation of every code, in the order of the file."""
    path = TEMPLATES / "checks.yaml"
    document = yamltree.read(path.name, path.read_bytes())
    return {code: Explanation(**parts) for code, parts in document.value.items()}
