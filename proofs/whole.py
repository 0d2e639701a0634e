"""Whole records, drawn from the model, become a site: `python -m proofs.whole --count 40`.

Two runs and their campaign at a time. Whatever is valid is published without an error, and the same
site comes of the files in another order.
"""

from __future__ import annotations

import argparse
import sys
import time

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.strategies import notebooks
from tests.test_whole_records import Contents, wrong_with


def main() -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m proofs.whole", description=__doc__)
    parser.add_argument("--count", type=int, default=40, help="notebooks to build")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    given_options = parser.parse_args()
    found: list[str] = []
    built = 0

    @seed(given_options.seed)
    @settings(
        max_examples=given_options.count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn=notebooks())
    def prove(drawn: tuple[Contents, Contents]) -> None:
        nonlocal built
        built += 1
        try:
            wrong = wrong_with(*drawn)
        except Exception as error:
            wrong = [f"{type(error).__name__}: {error}"]
        if wrong:
            found.append(f"{wrong} of {drawn!r}")

    began = time.monotonic()
    prove()
    for one in found[:5]:
        print(f"FAILED: {one}")
    took = time.monotonic() - began
    print(f"{built:,} notebooks built twice in {took:.0f} s, {len(found)} failed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
