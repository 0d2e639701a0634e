"""The supply chain: everything is pinned by its hash, and no silence is taken for a clean bill."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.advisories import LOCKS, of_npm, of_pip_audit
from tests.conftest import ROOT

NPM = "https://registry.npmjs.org/"
CLEAN = {"name": "a", "version": "1", "vulns": []}
HIT = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
NOT_ASKED = {"name": "c", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([CLEAN], 0, "no advisory about 1 packages"),
        ([CLEAN, HIT], 1, "1 advisories\n  b 2: PYSEC-1, mended in 2.1"),
        ([HIT, NOT_ASKED], 1, "1 advisories\n  b 2: PYSEC-1, mended in 2.1"),
        ([CLEAN, NOT_ASKED], 0, "skipped: 1 of 2 packages could not be asked about"),
    ],
)
def test_a_finding_fails_and_a_silence_is_told(
    packages: list[dict[str, object]], code: int, words: str
) -> None:
    """pip-audit calls packages that it could not ask about fine; here they are told."""
    verdict = of_pip_audit(json.dumps({"dependencies": packages}), "No known vulnerabilities found")
    assert (verdict.code, verdict.words) == (code, words)


@pytest.mark.parametrize(
    ("complaint", "code"),
    [
        ("requests.exceptions.ConnectionError: Max retries exceeded", 0),
        ("npm warn audit 405 Method Not Allowed - POST https://registry.npmjs.org", 0),
        ("getaddrinfo ENOTFOUND registry.npmjs.org", 0),
        ("ERROR: requirements/site.lock: no such file", 2),
        ("npm error code ENOLOCK", 2),
        ("", 2),
    ],
)
def test_only_a_database_out_of_reach_is_skipped(complaint: str, code: int) -> None:
    """A tool that can't read its input fails; one that can't reach its database says so."""
    for verdict in (of_pip_audit("", complaint), of_npm("{}", complaint)):
        assert verdict.code == code
        assert verdict.words.startswith("skipped" if not code else "it failed")


def test_what_npm_finds_fails() -> None:
    """Each package with its severity; none is fine."""
    found = {"vulnerabilities": {"x": {"severity": "high"}}}
    assert of_npm(json.dumps(found), "").code == 1
    assert of_npm('{"vulnerabilities": {}}', "").code == 0


@pytest.mark.parametrize("name", LOCKS)
def test_every_python_package_is_pinned_with_its_hashes(name: str) -> None:
    """Each entry of a lock file is one version with a SHA-256 or more; there is no other file."""
    text = (ROOT / "requirements" / f"{name}.lock").read_text("utf-8").replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines
    form = re.compile(r"[\w.-]+==\S+( ;.+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [line[:60] for line in lines if not form.fullmatch(line)] == []
    assert {path.stem for path in (ROOT / "requirements").glob("*.lock")} == set(LOCKS)


def test_every_javascript_package_is_pinned_with_its_hash() -> None:
    """Each comes from the registry, by version and SHA-512; none runs a script when installed."""
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    for name, one in packages.items():
        if name:
            assert one["integrity"].startswith("sha512-"), name
            assert one.get("resolved", NPM).startswith(NPM), name
            assert not one.get("hasInstallScript"), name
    assert "npm ci --silent --ignore-scripts" in Path(ROOT / "Makefile").read_text("utf-8")
