"""SECURITY.md: its figures are those of the code."""

from __future__ import annotations

import pytest

from generator import attachments, prose, yamltree
from generator.fields import Code, Line, Prose
from tests.conftest import ROOT

TEXT = (ROOT / "SECURITY.md").read_text("utf-8")


def longest(text: object) -> int:
    """How many characters a type of text has at most."""
    lengths = [getattr(mark, "max_length", None) for mark in text.__metadata__]  # type: ignore[attr-defined]
    return next(int(length) for length in lengths if length)


@pytest.mark.parametrize(
    "words",
    [
        f"{yamltree.MAX_BYTES:,} bytes",
        f"{yamltree.MAX_NODES:,} values",
        f"{yamltree.MAX_DEPTH} levels",
        f"{yamltree.MAX_DIGITS} digits",
        f"{longest(Line)} characters",
        f"prose and code {longest(Prose):,}",
        f"prose and code {longest(Code):,}",
        f"at most {prose.MOST_CALLS} in a text",
        f"at most {attachments.MAX_PUBLISHED // 2**30} GiB",
        f"at most {attachments.MAX_BYTES // 2**20} MiB",
        f"{attachments.MAX_TABLES} tables",
        f"{attachments.MAX_FILES} files",
        f"{attachments.MAX_TOTAL // 2**20} MiB of tables",
        *(f"`{name}`" for name in prose.FUNCTIONS),
    ],
)
def test_a_limit_is_told_as_it_is(words: str) -> None:
    """Each limit stands in SECURITY.md with the figure that the code has."""
    assert words in TEXT


def test_what_it_names_is_there() -> None:
    """Files that it leads to exist, and README and CONTRIBUTING lead to it."""
    names = [word for word in TEXT.split("`")[1::2] if word.endswith(".py")]
    assert len(names) > 5
    assert [name for name in names if not (ROOT / name).is_file()] == []
    for name in ("README.md", "CONTRIBUTING.md"):
        assert "(SECURITY.md)" in (ROOT / name).read_text("utf-8")
