"""Files of k6 samples that are cut, broken or glued together: what of them can be read, and where.

The fast reader says that something is wrong; the slow looks in here, line by line in Python, are
taken only then, to name the line or to save what stands before the damage.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from generator.importers.source import Source
from generator.units import MAX_VALUE

LONGEST_RUN_US = 31 * 86_400 * 1_000_000
"""A sample further than this from the start of the run has a damaged time."""

DURATIONS = ("http_req_duration", "iteration_duration")
"""Metrics (in ms) whose samples can't be longer than that; the run began before the first."""

CHUNK = 1 << 20
PIECE = 64 << 20
"""Bytes of a piece that is saved from a broken compressed file."""

LONGEST_LINE = 1 << 20
"""Longer lines are no samples; they are cut."""

PARSED_LINES = 500_000
"""So many lines are parsed in search of a damaged one that its looks don't give away."""


@dataclass
class Unpacked:
    """What came of unpacking a compressed file: `complete` when it went well to its end."""

    complete: bool = True
    size: int = 0
    lines: int = 0


def unpacked(source: Source, outcome: Unpacked) -> Iterator[bytes]:
    """The content of a file in chunks, as far as it can be unpacked; never raises for damage."""
    with source.path.open("rb") as file:
        try:
            for chunk in _chunks(source, file):
                outcome.size += len(chunk)
                outcome.lines += chunk.count(b"\n")
                yield chunk
        except (EOFError, OSError, zlib.error, _zstd_error()):
            outcome.complete = False


def _chunks(source: Source, file: BinaryIO) -> Iterator[bytes]:
    if source.compression == "gzip":
        # Not GzipFile: at a cut it loses what it has read of the last chunk.
        yield from _members(file)
    elif source.compression == "zstd":
        import zstandard

        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        yield from iter(lambda: reader.read(CHUNK), b"")
    else:
        yield from iter(lambda: file.read(CHUNK), b"")


def _zstd_error() -> type[Exception]:
    # Takes a while to load, and few files are compressed so.
    import zstandard

    return zstandard.ZstdError


def _members(file: BinaryIO) -> Iterator[bytes]:
    """The members of a gzip file, one after the other. Raises EOFError where one is cut."""
    waiting = b""
    while waiting or (waiting := file.read(CHUNK)):
        if not waiting.strip(b"\0"):  # padding, as tapes and some disks have it
            waiting = b""
            continue
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            waiting = waiting or file.read(CHUNK)
            if not waiting:
                rest = member.flush()
                if rest:
                    yield rest
                raise EOFError
            chunk = member.decompress(waiting, CHUNK)
            waiting = member.unconsumed_tail or (member.unused_data if member.eof else b"")
            if chunk:
                yield chunk


def pieces(source: Source, folder: Path, outcome: Unpacked) -> Iterator[Path]:
    """Plain files in a folder, one at a time, with all whole lines that can be unpacked.

    The last line of the last piece may be a cut one. Each file is removed after its turn.
    """
    path = folder / f"piece{source.path.suffix}"
    held = b""
    piece = io.BytesIO()
    for chunk in unpacked(source, outcome):
        whole, newline, rest = chunk.rpartition(b"\n")
        piece.write(held + whole + newline)
        held = rest
        if piece.tell() >= PIECE:
            path.write_bytes(piece.getbuffer())
            yield path
            piece = io.BytesIO()
    piece.write(held)
    path.write_bytes(piece.getbuffer())
    yield path
    path.unlink()


def lines(source: Source) -> Iterator[bytes]:
    """The lines of a file, unpacked, with their ends; what follows in too long ones is dropped."""
    held = b""
    for chunk in unpacked(source, Unpacked()):
        held += chunk
        *whole, held = held.split(b"\n")
        for line in whole:
            yield line[:LONGEST_LINE] + b"\n"
        held = held[:LONGEST_LINE]
    if held:
        yield held


def damaged_lines(source: Source, most: int = 3) -> tuple[list[int], bool]:
    """The first lines of an NDJSON file that are no samples, and whether the last line is cut.

    Told by their looks first; where those give nothing away, the first lines are parsed.
    """
    found: list[int] = []
    number, line = 0, b"\n"
    for number, line in enumerate(lines(source), 1):
        if len(found) < most and not _looks_whole(line):
            found.append(number)
    cut = not line.endswith(b"\n") and not _looks_whole(line)
    if not found:
        for number, line in zip(range(1, PARSED_LINES + 1), lines(source), strict=False):
            if not _is_sample(line):
                found.append(number)
                if len(found) == most:
                    break
    return found, cut


def _looks_whole(line: bytes) -> bool:
    bare = line.strip()
    if not bare:
        return True
    is_object = bare.startswith(b"{") and bare.endswith(b"}")
    return is_object and b"NaN" not in bare and b"Inf" not in bare


def _is_sample(line: bytes) -> bool:
    if not line.strip():
        return True
    try:
        held = json.loads(line)
        return held["type"] == "Metric" or (
            isinstance(held["metric"], str)
            and isinstance(held["data"]["time"], str)
            and isinstance(held["data"]["value"], int | float)
            and abs(held["data"]["value"]) <= MAX_VALUE
            and (held["metric"] not in DURATIONS or held["data"]["value"] <= LONGEST_RUN_US / 1000)
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return False


@dataclass(frozen=True)
class Stretch:
    """A part of a file from one set of headings to the next: its first line, its outer samples."""

    line: int
    first: bytes
    last: bytes


def stretches(source: Source) -> list[Stretch]:
    """The parts of a file that holds several outputs of k6, at most 100.

    A new part begins where a metric is defined again, or the CSV's headings come again.
    """
    found: list[Stretch] = []
    defined: set[bytes] = set()
    begin, first, last = 1, b"", b""
    for number, line in enumerate(lines(source), 1):
        heading = line if line.startswith(b"metric_name,") else _defined(line)
        if not heading:
            first, last = first or line, line
        elif heading in defined:
            found.append(Stretch(begin, first, last))
            begin, first, last, defined = number, b"", b"", {heading}
            if len(found) == 100:
                break
        else:
            defined.add(heading)
    return [*found, Stretch(begin, first, last)]


def _defined(line: bytes) -> bytes:
    """The metric that a line of NDJSON defines, if it does; k6 writes the type first."""
    if not line.startswith(b'{"type":"Metric"'):
        return b""
    try:
        held = json.loads(line)
        return str(held["metric"]).encode()
    except (ValueError, KeyError, TypeError, RecursionError):
        return b""
