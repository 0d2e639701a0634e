"""JUnit XML, as CI servers show it: one suite of cases, well-formed whatever their names hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as Tree

from generator.terminal import plain


@dataclass(frozen=True)
class Case:
    """A test case: passed, unless it has a `failure` or was `skipped`, each with its words.

    `output` is what is worth knowing of one that passed.
    """

    group: str
    name: str
    failure: str = ""
    skipped: str = ""
    output: str = ""


def xml(suite: str, cases: Sequence[Case]) -> str:
    """The document of one suite; control characters, which XML can't hold, are left out."""
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(bool(case.failure) for case in cases)),
        "errors": "0",
        "skipped": str(sum(bool(case.skipped and not case.failure) for case in cases)),
    }
    root = Tree.Element("testsuites", counts)
    found = Tree.SubElement(root, "testsuite", {"name": plain(suite), **counts})
    for case in cases:
        names = {"classname": plain(case.group), "name": plain(case.name)}
        one = Tree.SubElement(found, "testcase", names)
        if case.failure:
            message = {"message": _line(case.failure)}
            Tree.SubElement(one, "failure", message).text = _lines(case.failure)
        elif case.skipped:
            Tree.SubElement(one, "skipped", {"message": _line(case.skipped)})
        if case.output:
            Tree.SubElement(one, "system-out").text = _lines(case.output)
    Tree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(root, "unicode") + "\n"


def _line(text: str) -> str:
    return plain(text.partition("\n")[0])


def _lines(text: str) -> str:
    return "\n".join(plain(line) for line in text.split("\n"))
