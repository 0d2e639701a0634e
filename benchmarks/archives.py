"""Very many runs as yearly archives with one index: what each costs.

    python -m benchmarks.archives [--years 3] [--runs 500]

Each year is a notebook of its own, built once; only the newest changes. The index has what the list
of runs of each archive has, in files a year, so that a page can ask all of them. Prints what an
archive takes to build, what the newest takes after an edit, and how large the index is.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from pathlib import Path

from benchmarks import notebooks
from benchmarks.build import edit, run

ROSTER = "site/data/roster.json"


def shared(archives: list[Path]) -> dict[str, object]:
    """The index: the years, and of each how many runs it has and where its list of runs lies."""
    years = []
    for archive in archives:
        roster = json.loads((archive / ROSTER).read_text("utf-8"))
        years.append(
            {
                "year": archive.name,
                "runs": len(roster["runs"]["name"]),
                "metrics": [column["name"] for column in roster["metrics"]],
                "roster": f"{archive.name}/data/roster.json",
            }
        )
    return {"version": 1, "years": years}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--runs", type=int, default=500, help="of each year")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="loadbook-archives-") as made:
        folder, archives = Path(made), []
        for year in range(wanted.years):
            archive = folder / str(2024 + year)
            notebooks.write(archive, wanted.runs, seed=year + 1)
            took = run("loadbook", "build", "--quiet", cwd=archive, store=folder / "store").seconds
            print(f"{archive.name}: {wanted.runs:,} runs built in {took:.1f} s", flush=True)
            archives.append(archive)
        edit(archives[-1], wanted.runs)
        took = run("loadbook", "build", "--quiet", cwd=archives[-1], store=folder / "store").seconds
        print(f"the newest after an edit, the others as they are: {took:.1f} s")
        index = json.dumps(shared(archives))
        lists = [(archive / ROSTER).read_bytes() for archive in archives]
        size, small = sum(map(len, lists)), sum(len(gzip.compress(one)) for one in lists)
        runs = wanted.years * wanted.runs
        print(f"the index has {len(index):,} bytes")
        print(f"the lists of {runs:,} runs have {size:,} bytes, {small:,} gzipped")


if __name__ == "__main__":
    main()
