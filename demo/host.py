"""The host that everything runs on: what it is, which of its cores is whose, how busy it is."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil


@dataclass(frozen=True)
class Cores:
    """Which cores the service and the load generator run on; empty where the system can't say."""

    service: frozenset[int] = frozenset()
    generator: frozenset[int] = frozenset()

    @property
    def pinned(self) -> bool:
        """Whether they are kept apart."""
        return bool(self.service and self.generator)


def cores() -> Cores:
    """The first core for the service, all others for k6; none where there is one core only.

    So the service has one core, no more and no less, and k6 does not take of it: what is measured
    is the capacity of the service, not how the two share.
    """
    if not hasattr(os, "sched_getaffinity"):
        return Cores()
    first, *others = sorted(os.sched_getaffinity(0))
    return Cores(frozenset({first}), frozenset(others)) if others else Cores()


@contextlib.contextmanager
def on(cores_of: Collection[int]) -> Iterator[None]:
    """This thread, and all that it starts meanwhile, on these cores; anywhere where none is given.

    So a process runs on its cores from its first instruction, with all its threads.
    """
    if not cores_of:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores_of)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def busy_cores(seconds: float = 1.0) -> float:
    """How many cores the host uses now, with nothing of ours running."""
    return psutil.cpu_percent(interval=seconds) / 100 * (psutil.cpu_count() or 1)


def k6() -> Path | None:
    """The k6 binary: that of this environment, else one on the path."""
    own = Path(sys.executable).parent / "k6"
    found = str(own) if own.is_file() else shutil.which("k6")
    return Path(found) if found else None


def k6_version(binary: Path) -> str:
    """What k6 says of itself: `1.1.0`; empty where it says nothing of the kind."""
    done = subprocess.run(  # noqa: S603 (k6, found by us)
        [str(binary), "version"], capture_output=True, text=True, check=False, timeout=30
    )
    found = re.search(r"v(\d+\.\d+\.\d+)", done.stdout)
    return found[1] if found else ""


def environment(k6_says: str, kept_apart: Cores) -> dict[str, Any]:
    """What stood around, as a record has it: the same for all runs of one campaign."""
    where = "on cores of its own" if kept_apart.pinned else "not pinned"
    return {
        "host": {
            "cpu": _cpu_model(),
            "cores": psutil.cpu_count() or "unknown",
            "memory": f"{round(psutil.virtual_memory().total / 2**30)}Gi",
            "os": _os_name(),
        },
        "load_generator": {"k6": k6_says, "placement": f"on the same host, {where}"},
        "versions": {
            "python": platform.python_version(),
            "starlette": importlib.metadata.version("starlette"),
            "uvicorn": importlib.metadata.version("uvicorn"),
            "sqlite": sqlite3.sqlite_version,
        },
    }


def _cpu_model() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8", errors="replace")
    except OSError:
        text = ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip()[:100] if found else platform.processor() or platform.machine()


def _os_name() -> str:
    try:
        release: Mapping[str, str] = platform.freedesktop_os_release()
    except OSError:
        release = {}
    return release.get("PRETTY_NAME") or f"{platform.system()} {platform.release()}"
