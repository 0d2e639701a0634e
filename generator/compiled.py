"""Templates that were compiled, for the next build of the same process."""

from __future__ import annotations

from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """Code of templates by their place, as long as their text is what it was.

    It is kept in memory alone: code in a folder could be another's. Every environment that is given
    one must read templates in the same way.
    """

    def __init__(self) -> None:
        self._codes: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of a template whose text has not changed."""
        checksum, code = self._codes.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Take the code of a template."""
        self._codes[bucket.key] = bucket.checksum, bucket.code
