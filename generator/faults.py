"""What ends a command from without: an interrupt, a full disk, a file nobody may read.

Each is one line on the standard error output and an exit code, never a traceback: 130 after an
interrupt, 143 after a request to end, 1 where the system refuses to read or write, 2 where a name
is wrong.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM

_WORDS = {INTERRUPTED: "interrupted", TERMINATED: "asked to end"}

_NAMES = frozenset(
    {
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.EEXIST,
        errno.ENAMETOOLONG,
        errno.ELOOP,
        errno.EINVAL,
    }
)
"""What the system says of a name that can't be right."""


def text_of(error: OSError) -> str:
    """What the system refused, and of which file: `site/index.html: No space left on device`."""
    reason = error.strerror or str(error)
    name = error.filename2 or error.filename  # of a copy: what was to be written
    return f"{os.fsdecode(name)}: {reason}" if isinstance(name, str | bytes) else reason


def code_of(error: OSError) -> int:
    """The exit code: 2 where a name is wrong, 1 where the system can't do what is right."""
    return 2 if error.errno in _NAMES else 1


@contextmanager
def told() -> Iterator[None]:
    """End the process with a line and a code where something from without ends the command.

    A request to end (SIGTERM) ends it as an interrupt does: what it had begun to write is removed.
    """
    with suppress(ValueError):  # not in the main thread: nothing is to be caught there
        signal.signal(signal.SIGTERM, _end)
    try:
        yield
    except KeyboardInterrupt:
        _say(_WORDS[INTERRUPTED])
        raise SystemExit(INTERRUPTED) from None
    except SystemExit as ended:
        if ended.code in _WORDS:
            _say(_WORDS[int(ended.code)])
        raise
    except OSError as error:
        _say(text_of(error))
        _drop_output()
        raise SystemExit(code_of(error)) from None


def _end(number: int, _: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # once is enough: nothing interrupts the tidying
    raise SystemExit(128 + number)


def _say(text: str) -> None:
    line = "".join(char if char.isprintable() else "?" for char in text)
    with suppress(OSError, ValueError):
        print(f"loadbook: {line}", file=sys.stderr, flush=True)


def _drop_output() -> None:
    """Python writes what is left when it ends, and would fail at that once more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
