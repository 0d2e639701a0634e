"""Where the step for each file of raw samples runs: here, or on the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

CONNECT_SECONDS = 10


class SchedulerError(Exception):
    """There is no Dask cluster to be had; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@contextmanager
def executor_at(address: str) -> Iterator[Executor | None]:
    """The executor of the Dask scheduler at an address (`tcp://host:8786`); None without one.

    Raises SchedulerError where Dask is not installed or the scheduler does not answer.
    """
    if not address:
        yield None
        return
    try:
        # An optional extra, and heavy: only for those who name a scheduler.
        from distributed import Client
    except ImportError:
        hint = "pip install 'loadbook[distributed]'"
        raise SchedulerError("Dask is not installed", hint) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        hint = "start one: dask scheduler; give its address: tcp://host:8786"
        raise SchedulerError(f"no scheduler at {address[:80]}: {reason}", hint) from None
    with client, client.get_executor() as executor:
        yield executor
