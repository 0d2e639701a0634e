"""The version of a record's form: `schema: 1` in the file, beside the fields of the run.

It says how the file is to be read, so it is no field of the model: a record of an older form is
brought to the current one by `migrations`, and one of a newer form is refused, with what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.errors import Problem
from generator.yamltree import Document

FIELD = "schema"
CURRENT = 1
"""The form that this version reads and writes."""

LINE = f"{FIELD}: {CURRENT}\n"
DESCRIPTION = "Version of the record's form; `loadbook migrate` writes and upgrades it."


def version_of(value: Mapping[str, Any]) -> int | None:
    """The version that a record names; 0 where it names none, None where that is no version."""
    if FIELD not in value:
        return 0
    named = value[FIELD]
    known = isinstance(named, int) and not isinstance(named, bool) and named >= 1
    return named if known else None


def is_newer(value: Mapping[str, Any]) -> bool:
    """Whether the record is of a form that is not known here: nothing else can be said of it."""
    return (version_of(value) or 0) > CURRENT


def problem_of(document: Document) -> Problem | None:
    """What is wrong with the version that a record names; its value must be a mapping."""
    version = version_of(document.value)
    if version is None:
        message = f"{_short(document.value[FIELD])} is no version of a record"
        hint = f"write {FIELD}: {CURRENT}, or leave it out"
        return document.problem((FIELD,), "schema-version", message, hint)
    if is_newer(document.value):
        message = (
            f"the record is of form {_short(version)}, written by a newer Loadbook; "
            f"this one reads up to {CURRENT}"
        )
        hint = "upgrade Loadbook: python -m pip install --upgrade loadbook"
        return document.problem((FIELD,), "schema-newer", message, hint)
    return None


def without(value: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a record without the version of its form."""
    return {name: field for name, field in value.items() if name != FIELD}


def _short(written: object) -> str:
    text = repr(written) if isinstance(written, str) else str(written)
    return text if len(text) <= 40 else f"{text[:37]}..."
