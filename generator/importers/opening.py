"""Files given to import, opened: their first bytes unpacked, and which importer knows each.

What a file is follows from its content alone. Only plain files are read; of each no more than its
head is unpacked here.
"""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import zstandard

from generator.errors import Level, Place, Problem
from generator.importers.source import HEAD_BYTES, Importer, Source

MAX_NAME = 200
"""Longest name of a file in messages and in a record."""

_MAX_WINDOW = 1 << 27
"""Largest window of a zstd frame: 128 MiB, what the zstd command unpacks without being asked."""


@dataclass(frozen=True)
class Given:
    """A file as it was typed; `option` restricts which importers are asked, empty asks all."""

    path: Path
    option: str = ""


@dataclass(frozen=True)
class Opened:
    """Files by the importer that knows them, in the order of the importers, and what is wrong."""

    groups: tuple[tuple[Importer, tuple[Source, ...]], ...]
    problems: tuple[Problem, ...] = ()


def open_all(given: Sequence[Given], importers: Sequence[Importer]) -> Opened:
    """Recognise the files; never raises for what a file is.

    Each file that can't be read, is empty or is not known gives a problem at its first line.
    """
    names = names_of([one.path for one in given])
    problems: list[Problem] = []
    found: dict[int, list[Source]] = {}
    for one, name in zip(given, names, strict=True):
        opened = _open(one.path, name)
        if isinstance(opened, Problem):
            problems.append(opened)
            continue
        asked = [
            number
            for number, importer in enumerate(importers)
            if one.option in ("", importer.option)
        ]
        known = next((number for number in asked if importers[number].recognises(opened)), None)
        if known is None:
            problems.append(_unknown(opened, one.option, importers))
        else:
            found.setdefault(known, []).append(opened)
    groups = tuple((importers[number], tuple(found[number])) for number in sorted(found))
    return Opened(groups, tuple(problems))


def names_of(paths: Sequence[Path]) -> list[str]:
    """What to call each file: its name, with as much of its folder as tells two apart.

    The folder of the machine that it lies on is nobody's business where names are enough.
    """
    parts = [path.absolute().parts for path in paths]
    names = []
    for own in parts:
        others = [other for other in parts if other != own]
        length = 1
        while length < len(own) and any(other[-length:] == own[-length:] for other in others):
            length += 1
        names.append(_printable("/".join(own[-length:]).lstrip("/")))
    return names


def _printable(name: str) -> str:
    text = "".join(char if char.isprintable() else "?" for char in name).strip() or "?"
    return text if len(text) <= MAX_NAME else f"{text[:50]}...{text[-100:]}"


def _open(path: Path, name: str) -> Source | Problem:
    try:
        found = path.lstat()
        reason, hint = _unfit(found)
        if reason:
            return _problem(name, "import-no-file", reason, hint)
        # The kind of file was looked at, so that opening can't wait for somebody to write.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(descriptor, "rb") as stream:
            packed = stream.read(HEAD_BYTES)
    except OSError as error:
        reason = f"the file can't be read: {error.strerror}"
        return _problem(name, "import-unreadable", reason, "mend its permissions")
    compression: Literal["", "gzip", "zstd"] = ""
    for magic, kind in _MAGIC.items():
        if packed.startswith(magic):
            compression = kind
    head = _unpacked(packed, compression)
    if not head.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        if compression:
            reason = f"nothing can be unpacked from it, though it begins like a {compression} file"
            return _problem(name, "import-broken-archive", reason, "copy it again from where it is")
        reason = "nothing stands in the file"
        return _problem(name, "import-empty", reason, "is the test still running, did it start?")
    return Source(path, name, head, compression)


_MAGIC: dict[bytes, Literal["gzip", "zstd"]] = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}


def _unfit(found: os.stat_result) -> tuple[str, str]:
    """Why a path is no file to read, with a hint; nothing where it is a plain file."""
    if stat.S_ISLNK(found.st_mode):
        return "this is a link; links are not followed", "name the file that it leads to"
    if stat.S_ISDIR(found.st_mode):
        return "this is a folder", "name the files in it"
    if not stat.S_ISREG(found.st_mode):
        return "this is no plain file", "write what it gives into a file, and import that"
    if not found.st_size:
        return "the file is empty", "is the test still running, or did it not start?"
    return "", ""


def _unpacked(packed: bytes, compression: str) -> bytes:
    """The first bytes of a file without its compression, at most HEAD_BYTES."""
    if compression == "gzip":
        try:
            return zlib.decompressobj(wbits=31).decompress(packed, HEAD_BYTES)
        except zlib.error:
            return b""
    if compression == "zstd":
        try:
            reader = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW).stream_reader(packed)
            return reader.read(HEAD_BYTES)
        except (zstandard.ZstdError, MemoryError):
            return b""
    return packed


def _unknown(source: Source, option: str, importers: Sequence[Importer]) -> Problem:
    """What an unknown file looks like, and what would be known."""
    others = [importer for importer in importers if option and importer.recognises(source)]
    if others:
        reason = f"not recognised as --{option}: it is {others[0].name}"
        hint = f"give it as --{others[0].option}, or without an option"
        return _problem(source.name, "import-other-kind", reason, hint)
    known = [importer.name for importer in importers if option in ("", importer.option)]
    listed = "; ".join(dict.fromkeys(known)) or "nothing"
    kind = next((name for magic, name in _PACKED.items() if source.head.startswith(magic)), "")
    if kind:
        reason, hint = f"not recognised: {kind}", "unpack it, and import what is in it"
        return _problem(source.name, "import-unknown", reason, hint)
    is_utf16 = source.head[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\0" in source.head and not is_utf16:
        reason = "not recognised: a binary file"
    else:
        words = " ".join(source.text()[:300].split())[:60]
        reason = f"not recognised: it begins with {_printable(words)!r}"
    return _problem(source.name, "import-unknown", reason, f"what is known: {listed}")


_PACKED = {
    b"PK\x03\x04": "a zip archive",
    b"BZh": "a file packed with bzip2",
    b"\xfd7zXZ\x00": "a file packed with xz",
}


def _problem(name: str, code: str, message: str, hint: str) -> Problem:
    return Problem(name, Place(), "", Level.ERROR, code, message, hint)
