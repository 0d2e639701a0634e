"""Files for the tests of importers: sources as the command would open them, samples of k6."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import zstandard

from generator.importers.source import HEAD_BYTES, Source

SAMPLES = Path(__file__).parent.parent / "samples" / "k6"


def source(path: Path) -> Source:
    """A file as the command gives it to an importer."""
    raw = path.read_bytes()
    if raw.startswith(b"\x1f\x8b"):
        return Source(path, path.name, zlib.decompressobj(31).decompress(raw, HEAD_BYTES), "gzip")
    if raw.startswith(b"\x28\xb5\x2f\xfd"):
        with zstandard.ZstdDecompressor().stream_reader(raw) as reader:
            return Source(path, path.name, reader.read(HEAD_BYTES), "zstd")
    return Source(path, path.name, raw[:HEAD_BYTES])


def written(path: Path, content: bytes | str) -> Source:
    """A file of this content, as a source."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return source(path)


DEFINED = {
    "http_reqs": ("counter", "default"),
    "http_req_duration": ("trend", "time"),
    "http_req_failed": ("rate", "default"),
    "iterations": ("counter", "default"),
    "vus": ("gauge", "default"),
    "checks": ("rate", "default"),
}


def definition(name: str, kind: str, contains: str = "default") -> str:
    """The line by which k6 defines a metric."""
    data: dict[str, Any] = {
        "name": name,
        "type": kind,
        "contains": contains,
        "thresholds": [],
        "submetrics": None,
    }
    held = {"type": "Metric", "data": data, "metric": name}
    return json.dumps(held, separators=(",", ":"))


def point(name: str, second: float, value: Any, /, **tags: str) -> str:
    """A sample, so many seconds after 2026-11-23T12:00:00Z (less than an hour)."""
    minute, left = divmod(round(second * 1_000_000), 60_000_000)
    hour, minute = divmod(minute, 60)
    whole, micro = divmod(left, 1_000_000)
    time = f"2026-11-23T{12 + hour:02}:{minute:02}:{whole:02}.{micro:06}Z"
    held = {"metric": name, "type": "Point", "data": {"time": time, "value": value, "tags": tags}}
    return json.dumps(held, separators=(",", ":"))


def request(second: float, ms: float, /, failed: bool = False, **tags: str) -> list[str]:
    """The samples of one request that ended at this second."""
    tags = {"method": "GET", "name": "home", "scenario": "default", "group": "", **tags}
    return [
        point("http_reqs", second, 1, **tags),
        point("http_req_duration", second, ms, **tags),
        point("http_req_failed", second, int(failed), **tags),
    ]


def text(lines: Iterable[str]) -> str:
    """Lines as k6 writes them, after the definitions of the metrics."""
    head = [definition(name, *kind) for name, kind in DEFINED.items()]
    return "\n".join([*head, *lines, ""])
