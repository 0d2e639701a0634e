"""The whole content of a file given to import: unpacked, decoded, within a limit of memory."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

import zstandard

from generator.importers.source import Source

MAX_BYTES = 64 * 2**20
"""Largest content, unpacked, that is read into memory at once."""

MAX_LINE = 4_000
"""How many characters of a line are looked at; the rest of a longer one is skipped."""


class ContentError(Exception):
    """A content that can't be read: a broken archive, or more than fits."""


def whole(source: Source, limit: int = MAX_BYTES) -> bytes:
    """All bytes, unpacked.

    Raises ContentError where the archive is broken, or there are more than `limit` bytes.
    """
    with opened(source) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise ContentError(f"more than {limit // 2**20} MiB")
    return data


def decoded(data: bytes) -> str:
    """Bytes as text: UTF-8, or UTF-16 with a byte order mark; never fails."""
    return data.decode(_encoding(data), errors="replace")


def lines(source: Source) -> Iterator[tuple[int, str]]:
    """Each line with its number from 1 and its end, whatever the file's size.

    The last line has no end where the file is cut off, and where it was pasted so.
    UTF-8, or UTF-16 with a byte order mark; what is neither comes out as replacement characters.
    Raises ContentError where the archive is broken.
    """
    encoding = _encoding(source.head)
    with opened(source) as stream:
        text = io.TextIOWrapper(stream, encoding, errors="replace", newline="\n")
        number, starts = 0, True
        while part := text.readline(MAX_LINE):
            if starts:
                number += 1
                yield number, part
            starts = part.endswith("\n")


def _encoding(data: bytes) -> str:
    return "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """The unpacked stream of a file; what goes wrong while it is read is a ContentError."""
    try:
        if source.compression == "gzip":
            with gzip.open(source.path) as unpacked:
                yield cast(BinaryIO, unpacked)
        elif source.compression == "zstd":
            reader = zstandard.ZstdDecompressor(max_window_size=2**27)
            with (
                source.path.open("rb") as packed,
                reader.stream_reader(packed, read_across_frames=True) as stream,
            ):
                yield cast(BinaryIO, stream)
        else:
            with source.path.open("rb") as plain:
                yield plain
    except EOFError:
        raise ContentError("the archive is cut off") from None
    except (gzip.BadGzipFile, zlib.error, zstandard.ZstdError):
        raise ContentError("the archive is broken") from None
    except OSError as error:
        raise ContentError(error.strerror or "can't be read") from None
