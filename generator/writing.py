"""Files written all or none, each in one step: nobody ever reads half of one.

A killed process can't put back what it had written: files are there in their order, whole, up to
one. Callers put first what others refer to. What it had begun stays as a hidden file that no
process holds, until something is written into that folder, or the site is built.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator import locks
from generator.errors import NotebookError


@dataclass(frozen=True)
class Planned:
    """A file to write: its path relative to the notebook, what it shall hold and what it holds.

    `before` is None where there is no such file.
    """

    name: str
    content: bytes
    before: bytes | None = None


def read(path: Path) -> bytes | None:
    """The content of a file; None where there is none. Raises OSError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def write(root: Path, files: Sequence[Planned]) -> None:
    """Write the files in their order, making folders where there are none.

    Where one can't be written, those before it are put back as they were. Raises OSError, and
    NotebookError where a file has changed since `before` was read.
    """
    sweep({(root / file.name).parent for file in files})
    written: list[Planned] = []
    folders: list[Path] = []
    try:
        for file in files:
            target = root / file.name
            for folder in reversed([one for one in target.parents if not one.exists()]):
                folder.mkdir()
                folders.append(folder)
            if read(target) != file.before:
                raise NotebookError(f"{file.name} has changed meanwhile; nothing was written")
            _replace(target, file.content)
            written.append(file)
    except BaseException:
        _put_back(root, written, folders)
        raise


def diff(files: Sequence[Planned]) -> Iterator[str]:
    """Lines of a unified diff of what would be written; a file that is no text is only named."""
    for file in files:
        label = "/dev/null" if file.before is None else f"a/{file.name}"
        try:
            old = (file.before or b"").decode().splitlines()
            new = file.content.decode().splitlines()
        except UnicodeDecodeError:
            yield f"binary file {file.name}, {len(file.content):,} bytes"
            continue
        yield from difflib.unified_diff(old, new, label, f"b/{file.name}", lineterm="")


def put(target: Path, content: bytes) -> None:
    """Give a file this content in one step; its permissions stay. Raises OSError.

    A link is followed; what is no plain file, a pipe or a device, is written to as it is.
    """
    target = target.resolve()
    if target.exists() and not target.is_file():
        with target.open("wb") as stream:
            stream.write(content)
        return
    sweep([target.parent])
    _replace(target, content)


def sweep(folders: Iterable[str | Path]) -> None:
    """Remove from these folders what killed processes had begun to write."""
    for folder in folders:
        with contextlib.suppress(OSError):
            for part in [path for path in Path(folder).iterdir() if _PART.fullmatch(path.name)]:
                with locks.left(part) as is_left:
                    if is_left:
                        part.unlink()


_PART = re.compile(r"\..+\.[0-9a-f]{8}\.part")
"""Name of a file while it is written; nobody takes it for a record or an attachment."""


def _replace(target: Path, content: bytes) -> None:
    """Give a file this content in one step; its permissions stay."""
    try:
        part, descriptor = _begun(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            if target.exists():
                part.chmod(target.stat().st_mode & 0o777)
            part.replace(target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise


def _begun(target: Path) -> tuple[Path, int]:
    """A new hidden file beside the target, held as long as it is open."""
    while True:
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        if locks.hold(descriptor, part):
            return part, descriptor
        os.close(descriptor)


def _put_back(root: Path, written: Sequence[Planned], folders: Sequence[Path]) -> None:
    for file in reversed(written):
        with contextlib.suppress(OSError):
            if file.before is None:
                (root / file.name).unlink()
            else:
                _replace(root / file.name, file.before)
    for folder in reversed(folders):
        with contextlib.suppress(OSError):
            folder.rmdir()
