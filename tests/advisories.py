"""Known vulnerabilities of what is installed: `python -m tests.advisories` asks pip-audit and npm.

The exit code is 1 where an advisory is about one of the packages, 2 where a tool can't read what it
is given, else 0. Where no database can be reached it says that it skipped, never that all is well.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOCKS = ("site", "test", "node", "audit")
"""The lock files in requirements/."""

_UNREACHED = re.compile(
    r"connection|max retries|timed? ?out|name resolution|enotfound|eai_again|econn|proxy|"
    r"audit endpoint returned an error|\b(403|405|429|50\d)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Verdict:
    """What came out of one tool: in words, and as an exit code."""

    words: str
    code: int = 0


def of_pip_audit(printed: str, complained: str) -> Verdict:
    """What pip-audit's JSON says; the complaint counts where there is none."""
    found = _read(printed)
    if "dependencies" not in found:
        return _unread(complained)
    told = found["dependencies"]
    skipped = [one for one in told if "skip_reason" in one]
    lines = [
        f"{one['name']} {one['version']}: {each['id']}, mended in "
        f"{', '.join(each['fix_versions']) or 'no version'}"
        for one in told
        for each in one.get("vulns", ())
    ]
    if lines:
        return Verdict("\n  ".join([f"{len(lines)} advisories", *lines]), 1)
    if skipped:
        return Verdict(f"skipped: {len(skipped)} of {len(told)} packages could not be asked about")
    return Verdict(f"no advisory about {len(told)} packages")


def of_npm(printed: str, complained: str) -> Verdict:
    """What `npm audit --json` says; the complaint counts where it has no answer."""
    found = _read(printed)
    if "vulnerabilities" not in found:
        return _unread(f"{found.get('message', '')} {complained}")
    lines = [f"{name}: {one['severity']}" for name, one in sorted(found["vulnerabilities"].items())]
    if lines:
        return Verdict("\n  ".join([f"{len(lines)} advisories", *lines]), 1)
    return Verdict("no advisory")


def _read(printed: str) -> dict[str, Any]:
    try:
        found = json.loads(printed)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _unread(complained: str) -> Verdict:
    lines = complained.strip().splitlines() or ["it said nothing"]
    reached = _UNREACHED.search(complained)
    if reached:
        return Verdict(f"skipped: the database can't be reached ({reached[0]})")
    return Verdict(f"it failed: {lines[-1][:200]}", 2)


def asked() -> Iterator[tuple[str, Verdict]]:
    """Every tool that is asked, with its verdict."""
    options = ("--progress-spinner", "off", "--disable-pip", "--require-hashes", "--format", "json")
    for name in LOCKS:
        file = f"requirements/{name}.lock"
        audit = Path(sys.executable).with_name("pip-audit")
        yield f"pip-audit {file}", of_pip_audit(*_run([str(audit), *options, "-r", file]))
    npm = shutil.which("npm")
    if npm is None:
        yield "npm audit", Verdict("skipped: there is no npm")
    else:
        yield "npm audit", of_npm(*_run([npm, "audit", "--json", "--package-lock-only"]))


def _run(command: Sequence[str]) -> tuple[str, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout, done.stderr


def main() -> int:
    """Print each verdict; the worst code."""
    worst = 0
    for name, verdict in asked():
        print(f"{name}: {verdict.words}", flush=True)
        worst = max(worst, verdict.code)
    return worst


if __name__ == "__main__":
    sys.exit(main())
