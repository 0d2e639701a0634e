"""Two small importers of formats of their own, for the tests of what importers are used by.

`tiny` is JSON that says what it gives: fields, attachments, problems, the tool. `top` reads the
three columns of `kubectl top pods`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from generator.errors import Level, Problem
from generator.importers.source import Imported, Importer, Source, Wishes


def _recognises_tiny(source: Source) -> bool:
    return source.text().startswith('{"tiny"')


def _read_tiny(sources: Sequence[Source], wishes: Wishes) -> Imported:
    """Later files add to the fields of earlier ones; a file that is no JSON is an error."""
    fields: dict[str, Any] = {}
    attachments: dict[str, bytes] = {}
    problems: list[Problem] = []
    tool = ""
    for source in sources:
        try:
            found = json.loads(source.path.read_bytes())
        except ValueError:
            problems.append(source.problem(1, "import-tiny", "the JSON ends early", "copy it anew"))
            continue
        tool = found["tiny"]
        fields |= found.get("fields", {})
        attachments |= {name: text.encode() for name, text in found.get("attachments", {}).items()}
        for message in found.get("warnings", []):
            problems.append(source.problem(2, "import-tiny", message, level=Level.WARNING))
    if wishes.exit_code is not None:
        fields["status"] = "aborted" if wishes.exit_code == 105 else "completed"
    return Imported(fields, attachments, tuple(problems), tool)


def _recognises_top(source: Source) -> bool:
    return source.text().startswith("NAME ") and "CPU(cores)" in source.text()


def _read_top(sources: Sequence[Source], wishes: Wishes) -> Imported:
    pods = []
    for source in sources:
        for line in source.path.read_text("utf-8").splitlines()[1:]:
            name, cpu, memory = line.split()
            pods.append({"name": name, "cpu": cpu, "memory": memory})
    snapshot = {"moment": wishes.moment, "time": wishes.time, "pods": {"list": pods}}
    return Imported({"snapshots": [snapshot]}, tool="kubectl")


TINY = Importer("a tiny file", "k6", _recognises_tiny, _read_tiny)
TOP = Importer("kubectl top", "kubectl", _recognises_top, _read_top)
IMPORTERS = (TINY, TOP)


def tiny(fields: dict[str, Any] | None = None, **more: Any) -> str:
    """The text of a tiny file."""
    return json.dumps({"tiny": "tiny 1.0", "fields": fields or {}, **more})
