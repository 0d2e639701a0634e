"""What kubectl printed, in however many files: one snapshot of the cluster.

`top`, `get` (text and JSON) and `describe nodes` are told apart by content; all that is given
together is of one moment. `top` has no time: the engineer says it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from generator.errors import Level, Problem
from generator.importers import (
    documents,
    kube_describe,
    kube_get,
    kube_objects,
    kube_snapshot,
    kube_text,
    kube_top,
)
from generator.importers.cluster import Cluster
from generator.importers.kube_tables import Table
from generator.importers.kube_text import Paste
from generator.importers.source import Imported, Importer, Source, Wishes

MOST_PROBLEMS = 10
"""How many problems of one code are told of one file."""

_OBJECT = re.compile(
    r'"kind":\s?"(?:Pod|Node|HorizontalPodAutoscaler|Event|Deployment|ReplicaSet|StatefulSet'
    r'|PodMetrics|NodeMetrics)(?:List)?"'
)
_SAID = ("error: Metrics API not available", "No resources found", "Error from server")


def recognises(source: Source) -> bool:
    """Whether this is something that kubectl printed, of what is read here."""
    text = source.text()
    if text.lstrip().startswith("{"):
        return '"apiVersion"' in text and bool(_OBJECT.search(text))
    if "\0" in text:
        return False
    paste = kube_text.split(text)
    return (
        any(table.kind for table in paste.tables)
        or any(map(kube_describe.is_node, paste.descriptions))
        or any(said.startswith(_SAID) for _, said in paste.said)
        or any(kube_text.command_in(line).startswith("kubectl") for line in text.splitlines()[:200])
    )


def read(sources: Sequence[Source], wishes: Wishes) -> Imported:
    """All files together as one snapshot; what could not be used is among the problems."""
    cluster, problems = Cluster(), list[Problem]()
    for source in sources:
        problems += _first_few(_take(source, cluster))
    if not sources:
        return Imported()
    fields, doubts = kube_snapshot.fields(cluster, sources[0], wishes)
    problems += doubts
    if not fields and not any(problem.level == Level.ERROR for problem in problems):
        message = "this says nothing of pods, nodes and autoscalers; nothing was taken"
        problems.append(sources[0].problem(1, "import-kubectl-nothing", message))
    return Imported(fields, problems=tuple(problems), tool="kubectl")


def _first_few(problems: Sequence[Problem]) -> list[Problem]:
    """The first few problems of each code: a long file of nonsense is not told line by line."""
    seen = Counter[str]()
    kept = []
    for problem in problems:
        seen[problem.code] += 1
        if seen[problem.code] <= MOST_PROBLEMS:
            kept.append(problem)
    hidden = seen.total() - len(kept)
    if hidden:
        message = f"{hidden:,} further problems of these kinds are not told one by one"
        kept.append(replace(kept[-1], code="import-kubectl-more", message=message, hint=""))
    return kept


def _take(source: Source, cluster: Cluster) -> list[Problem]:
    """Take one file into the cluster: what was wrong with it."""
    found = documents.whole(source)
    if not found.text:
        return found.problems
    paste = kube_text.split(found.text)
    taken = _tables(paste, cluster, source, found.problems)
    for document in paste.documents:
        read, left_out = kube_objects.read(document.value, cluster)
        taken += read
        if left_out:
            message = f"{left_out} objects of other kinds, or without a name, were left out"
            found.problems.append(_warn(source, document.line, "unused", message))
    for description in paste.descriptions:
        why_not = kube_describe.read(description, cluster)
        taken += not why_not
        if why_not:
            message = f"this description was left out: {why_not}"
            found.problems.append(_warn(source, description.line, "unused", message))
    found.problems += _rest(paste, source, taken)
    return found.problems


def _tables(paste: Paste, cluster: Cluster, source: Source, problems: list[Problem]) -> int:
    """Take the tables into the cluster: how many rows were read."""
    taken, unused = 0, list[Table]()
    for table in paste.tables:
        named = kube_text.name_columns(table) if table.kind == "without heading" else table
        if named is None:
            message = (
                f"{len(table.rows)} rows without heading were left out: their first column can be "
                "the namespace or the pod"
            )
            hint = "leave out --no-headers, or keep the line with the command"
            problems.append(_warn(source, table.line, "no-heading", message, hint))
        elif not named.kind:
            unused.append(table)
        else:
            taken += len(named.rows)
            if not named.rows:
                message = "a table without any row"
                problems.append(_warn(source, named.line, "no-rows", message))
            elif named.kind == "top pods":
                kube_top.pods(named, cluster)
            elif named.kind == "top nodes":
                kube_top.nodes(named, cluster)
            else:
                kube_get.read(named, cluster)
    if unused:
        columns = ", ".join(unused[0].heading.names[:4])
        more = f", and {len(unused) - 1} more" if len(unused) > 1 else ""
        message = f"a table of other things was left out ({columns}){more}"
        problems.append(_warn(source, unused[0].line, "unused", message))
    return taken


def _rest(paste: Paste, source: Source, taken: int) -> list[Problem]:
    """What kubectl itself complained of, what is broken, what is not understood."""
    problems = []
    for line, said in paste.said:
        problems.append(_warn(source, line, "said", f"kubectl said: {said[:200]}"))
    for fault in paste.faults:
        hint = "let the command finish, and keep its whole output"
        message = f"{fault.fault}; the document that begins at line {fault.line} was left out"
        problems.append(_warn(source, fault.fault_line, "json", message, hint))
    if paste.strange:
        count = len(paste.strange)
        message = f"{count} line{'s' if count > 1 else ''} not understood, this is the first"
        hint = "keep kubectl's output as it was printed; long rows need a wide terminal"
        problems.append(_warn(source, paste.strange[0], "not-understood", message, hint))
    if not taken:
        message = "there is nothing in here that is read from kubectl; nothing was taken"
        hint = "top pods, top nodes, get pods, get nodes, get hpa, get events, describe nodes"
        problems.append(source.problem(1, "import-kubectl-nothing", message, f"give {hint}"))
    return problems


def _warn(source: Source, line: int, code: str, message: str, hint: str = "") -> Problem:
    return source.problem(line, f"import-kubectl-{code}", message, hint, level=Level.WARNING)


IMPORTER = Importer("kubectl", "kubectl", recognises, read)
