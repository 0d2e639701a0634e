"""How a run ended: what k6's exit code says of it."""

from __future__ import annotations

from typing import Literal

Ended = Literal["completed", "aborted", "unknown"]

_COMPLETED = frozenset({0, 97, 110})
_ABORTED = frozenset({100, 101, 102, 103, 105, 107, 108, 109, 130, 137, 143})


def status_of_exit(code: int | None) -> Ended:
    """What k6's exit code alone says.

    99 says that a threshold was crossed, not whether that stopped the run; k6's output does.
    """
    if code in _COMPLETED:
        return "completed"
    return "aborted" if code in _ABORTED else "unknown"
