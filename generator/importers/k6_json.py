"""k6's summaries in JSON: `--summary-export`, `handleSummary` data, the machine-readable one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from generator.errors import Level, Problem
from generator.importers.content import ContentError, decoded, whole
from generator.importers.k6_runs import Read, one_run
from generator.importers.k6_shapes import Found, find
from generator.importers.k6_status import status_of_exit
from generator.importers.source import Imported, Importer, Source, Wishes

_STARTS = re.compile(r"\s*\{\s*(\"|\}|\Z)")
_SAMPLES = re.compile(
    r"\s*\{\s*\"(type\"\s*:\s*\"(Metric|Point)\"|metric\"\s*:\s*\"[^\"]{1,300}\")"
)
_MARKS = re.compile(
    r"\"(root_group|testRunDurationMs|summaryTrendStats|k6_version|k6Version|http_reqs|iterations"
    r"|iteration_duration|http_req_(duration|failed|blocked|connecting|waiting|receiving|sending"
    r"|tls_handshaking)[\"{]|vus|vus_max|data_received|data_sent|group_duration)"
)


def recognises(source: Source) -> bool:
    """Whether it is a JSON object with k6's names in it, and no raw sample of k6."""
    text = source.text()
    if not _STARTS.match(text) or _SAMPLES.match(text):
        return False
    return _MARKS.search(text) is not None


def read(sources: Sequence[Source], wishes: Wishes) -> Imported:
    """The figures of one run; files of one run complete each other, others are left out."""
    problems: list[Problem] = []
    reads: list[Read] = []
    for source in sources:
        document = _document(source, problems)
        found = find(document) if document is not None else None
        if found is not None:
            problems.extend(_doubts(found, source))
            reads.append(Read(source, found.summary, 1, found.version, found.begun, found.typed))
        elif document is not None:
            problems.append(_none(source, "no metrics of k6 are in it"))
    if not reads:
        return Imported(problems=tuple(problems))
    fields, more = one_run(reads)
    ended = status_of_exit(wishes.exit_code)
    if ended != "unknown":
        fields["status"] = ended
    version = next((one.version for one in reads if one.version), "")
    return Imported(fields, problems=(*problems, *more), tool=f"k6 {version}".strip())


IMPORTERS = (Importer("k6 summary (JSON)", "k6", recognises, read),)


def _document(source: Source, problems: list[Problem]) -> dict[str, Any] | None:
    """The JSON object of a file; None, with an error, where there is none."""

    def refuse(line: int, code: str, message: str, hint: str) -> None:
        problems.append(source.problem(line, code, message, hint))

    again = "let k6 write it again"
    try:
        text = decoded(whole(source))
        document = json.loads(text)
    except ContentError as error:
        refuse(1, "import-unreadable", f"the file can't be read: {error}", again)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            refuse(
                error.lineno,
                "import-k6-two",
                "a second JSON document begins here; nothing was taken",
                "give each run's summary as a file of its own",
            )
        elif error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            refuse(
                error.lineno,
                "import-k6-cut",
                "the JSON is cut off here; nothing was taken",
                "the file is still being written, or k6 was killed: import its raw samples",
            )
        else:
            message = f"this is no JSON ({error.msg}); nothing was taken"
            refuse(error.lineno, "import-k6-json", message, again)
    except (ValueError, RecursionError):
        message = "this is no summary: a number or the nesting goes beyond any; nothing was taken"
        refuse(1, "import-k6-json", message, again)
    else:
        if isinstance(document, dict):
            return document
        problems.append(_none(source, "it is no object"))
    return None


def _none(source: Source, why: str) -> Problem:
    hint = "give the file of --summary-export, or what handleSummary(data) was given"
    message = f"this is no summary of k6: {why}; nothing was taken"
    return source.problem(1, "import-k6-none", message, hint)


def _doubts(found: Found, source: Source) -> Iterator[Problem]:
    if found.odd:
        some = ", ".join(name[:60] for name in found.odd[:5])
        yield source.problem(
            1,
            "import-k6-metric",
            f"{len(found.odd)} metrics have no values that k6 writes and were left out: {some}",
            "all others were kept",
            level=Level.WARNING,
        )
    if found.schema and not found.schema.startswith("1."):
        yield source.problem(
            1,
            "import-k6-schema",
            f"version {found.schema} of the summary's schema was read as if it were 1.0",
            "hold the figures against what k6 printed",
            level=Level.WARNING,
        )
