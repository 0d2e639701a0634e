"""The same records give the same site, file by file and byte by byte: `python -m proofs.same`.

A notebook is built twice: in another folder, time zone, locale and order of sets, on another day,
from files that were written in another order at another time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent

BUILD = """
import datetime, sys
from pathlib import Path
from generator import plugin, publish
real, shift = datetime.datetime, datetime.timedelta(days=int(sys.argv[2]))
class Moved(real):
    @classmethod
    def now(cls, tz=None):
        return real.now(tz) + shift
for name, module in list(sys.modules.items()):
    ours = name.split(".")[0] in ("generator", "mkdocs", "material")
    if ours and getattr(module, "datetime", None) is real:
        module.datetime = Moved
sys.exit(publish.build(Path(sys.argv[1]), strict=True))
"""
"""Builds the notebook in a folder as if a number of days had passed."""

ONE: Mapping[str, str] = {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
OTHER: Mapping[str, str] = {
    "TZ": "Pacific/Auckland",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "2",
}


def copied(source: Path, target: Path, *, backwards: bool = False) -> Path:
    """The notebook in `source` in a new folder; `backwards` writes the last file first."""
    files = [source / "mkdocs.yml", source / "objectives.yaml"]
    files += sorted(path for path in (source / "experiments").rglob("*") if path.is_file())
    for path in reversed(files) if backwards else files:
        if path.is_file():
            new = target / path.relative_to(source)
            new.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, new)
            if backwards:
                os.utime(new, (10**9, 10**9))
    config = target / "mkdocs.yml"
    text = config.read_text("utf-8")
    if "site_url:" not in text:  # without an address the sitemap is empty
        config.write_text(f"site_url: https://example.org/notebook/\n{text}", "utf-8")
    return target


def built(root: Path, environment: Mapping[str, str], days: int) -> dict[str, bytes]:
    """All files of the site of the notebook in `root`, by path. Raises CalledProcessError."""
    kept = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    subprocess.run(
        [sys.executable, "-c", BUILD, str(root), str(days)],
        env={**kept, **environment, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"},
        cwd=root,
        capture_output=True,
        check=True,
    )
    site = root / "site"
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }


def differing(source: Path, folder: Path) -> tuple[int, list[str]]:
    """How many files the site of a notebook has, and which differ; it is built in `folder`."""
    one = built(copied(source, folder / "one"), ONE, 0)
    other = built(copied(source, folder / "b" / "elsewhere", backwards=True), OTHER, 400)
    every = one.keys() | other.keys()
    return len(every), sorted(path for path in every if one.get(path) != other.get(path))


def main() -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m proofs.same", description=__doc__)
    parser.add_argument("notebook", type=Path, nargs="?", default=ROOT, help="its folder")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="loadbook-same-") as folder:
        count, paths = differing(given.notebook.resolve(), Path(folder))
    for path in paths:
        print(f"FAILED: {path} differs")
    took = time.monotonic() - began
    print(f"{count:,} files of two sites compared in {took:.0f} s, {len(paths)} differ")
    return 1 if paths else 0


if __name__ == "__main__":
    sys.exit(main())
