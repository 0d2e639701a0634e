"""Pages that are kept are those that would be made anew: `python -m proofs.kept --count 200`.

A generated notebook is edited again and again, each edit upon the last. After each the site of a
build that keeps pages is held against that of a build that keeps none.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import notebooks
from generator.store import Store
from tests import edits
from tests.test_notebooks import files as files_of
from tests.test_products import build

RUNS = 16
AGAIN = 25
"""After so many edits another notebook is begun with."""


def main() -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m proofs.kept", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="edits to make")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    wanted = parser.parse_args()
    chance = random.Random(wanted.seed)
    began = time.monotonic()
    failed = pages = reused = 0
    with tempfile.TemporaryDirectory(prefix="loadbook-kept-") as temporary:
        for number in range(wanted.count):
            folder = Path(temporary) / str(number // AGAIN)
            if number % AGAIN == 0:
                notebooks.write(folder, RUNS, wanted.seed + number)
                files, store = edits.with_objectives(files_of(folder)), Store()
                build(folder, files, store)
            edit, files = edits.edited(files, chance)
            kept = build(folder, files, store)
            anew = build(folder, files, store, keep=False)
            pages += len(kept.pages)
            reused += kept.reused
            wrong = [a.path for a, b in zip(kept.pages, anew.pages, strict=False) if a != b]
            if wrong or len(kept.pages) != len(anew.pages) or kept.files != anew.files:
                failed += 1
                print(f"FAILED: edit {number}, {edit}: {', '.join(wrong) or 'data files'}")
    took = time.monotonic() - began
    print(
        f"{wanted.count:,} edits in {took:.0f} s: {reused:,} of {pages:,} pages were kept, "
        f"{failed} sites differ"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
