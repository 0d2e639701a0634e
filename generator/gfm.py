"""Blocks as GitHub Flavored Markdown, to paste into an issue, a pull request or a wiki.

Text of a record is escaped; its own Markdown is read and written anew, so that only what a page
would show of it comes through: no HTML, no images, no headings, and nobody is mentioned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import assert_never

from markdown_it.tree import SyntaxTreeNode

from generator import telling
from generator.blocks import (
    App,
    Beside,
    Block,
    Cell,
    Code,
    Item,
    Items,
    Mark,
    Note,
    Picture,
    Prose,
    Table,
    Tiles,
)
from generator.lettering import clean
from generator.render import FIGURE_SIGNS, parsed

_LONGEST = 20_000


def block(content: Block) -> str:
    """A block as Markdown; empty for what a script would fill."""
    if isinstance(content, Table):
        return table(content)
    if isinstance(content, Tiles):
        return _tiles(content)
    if isinstance(content, Items):
        label = f"**{escape(content.label)}**\n\n" if content.headed and content.label else ""
        return label + "\n".join(map(_item, content.items))
    if isinstance(content, Prose):
        label = f"**{escape(content.label)}**\n\n" if content.label else ""
        return label + prose(content.text)
    if isinstance(content, Note):
        return _note(content)
    if isinstance(content, Picture):
        return f"> **{escape(content.title)}.** {escape(content.alt)}"
    if isinstance(content, Beside):
        return "\n\n".join(map(block, content.pictures))
    if isinstance(content, App):
        return ""
    assert_never(content)


def escape(text: str) -> str:
    """Plain text on one line in which no sign means anything to Markdown."""
    bare = clean(_told(text), _LONGEST)
    # A ! at the end could stand before a link of the same prose, and make an image of it.
    bare = re.sub(r"([\\`*_\[\]<>|~$&]|!$)", r"\\\1", bare)
    bare = re.sub(r"^(?=[-+](\s|$)|[-=]+$|-{3}|#)", r"\\", bare)
    bare = re.sub(r"^(\d+)(?=[.)](\s|$))", r"\1\\", bare)
    return bare.replace("@", "@\N{ZERO WIDTH SPACE}")


def _told(text: str) -> str:
    """Prose with its figures as text, each with the sign of how it stands."""

    def put(match: re.Match[str]) -> str:
        found = telling.figure(match)
        sign, _ = FIGURE_SIGNS.get(found.style, ("", ""))
        right = f" ({found.right})" if found.right else ""
        return f"{found.text}{f' {sign}' if sign else ''}{right}"

    return telling.TOKEN.sub(put, text)


# --- blocks ---------------------------------------------------------------------------------------


def table(content: Table) -> str:
    """A table with its caption above it and its notes beneath."""
    lines = [f"**{escape(content.caption)}**", ""]
    lines += [_row(map(escape, content.columns))]
    lines += [
        _row("---:" if at in content.numeric else "---" for at in range(len(content.columns)))
    ]
    for number, row in enumerate(content.rows):
        if number in content.groups:
            rest = [""] * (len(content.columns) - 1)
            lines.append(_row([f"**{escape(content.groups[number])}**", *rest]))
        lines.append(_row(map(_cell, row)))
    lines += ["", *(f"[{at}] {escape(note)}  " for at, note in enumerate(content.notes, 1))]
    return "\n".join(lines).rstrip()


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    text = escape(cell.text)
    if cell.strong and text:
        text = f"**{text}**"
    if _leads(cell.href):
        text = f"[{text}](<{_address(cell.href)}>)"
    notes = "".join(f" [{note}]" for note in cell.notes)
    doubts = "".join(f" !{doubt}" for doubt in cell.doubts)
    parts = [f"{text}{notes}{doubts}", _mark(cell.mark)]
    shown = " ".join(part for part in parts if part)
    return f"{shown}<br>{escape(cell.sub)}" if cell.sub else shown


def _mark(mark: Mark | None) -> str:
    return escape(f"{mark.sign} {mark.word}") if mark else ""


def _tiles(content: Tiles) -> str:
    rows = []
    for tile in content.tiles:
        doubts = "".join(f" !{doubt}" for doubt in tile.doubts)
        note = f"<br>{escape(tile.note)}" if tile.note else ""
        against = "<br>".join(
            f"{escape(change)} {_mark(mark)} {escape(basis)}"
            for basis, change, mark in tile.comparisons
        )
        rows.append(_row([escape(tile.label), f"**{escape(tile.value)}**{doubts}{note}", against]))
    return "\n".join([_row(["Figure", "Value", "Change"]), _row(["---", "---:", "---"]), *rows])


def _item(item: Item) -> str:
    number = f"{item.number}." if item.number else ""
    title = f"**{escape(item.title)}**" if item.title else ""
    head = [escape(number), _mark(item.mark), title, escape(item.place)]
    told = prose(item.prose).split("\n") if item.prose else []
    lines = [" ".join(part for part in head if part)]
    if told and "\n".join(told).count("\n\n") == 0 and not told[0].startswith(("-", ">", "`", "|")):
        lines = [" ".join(part for part in (lines[0], told[0]) if part), *told[1:]]
    elif told:
        lines += ["", *told]
    for name, text in item.facts:
        lines += ["", f"{escape(name)}: {escape(text)}" if name else escape(text)]
    for code in item.code:
        lines += ["", *_fence(code)]
    first, *rest = lines
    return "\n".join([f"- {first}", *(f"  {line}" if line else "" for line in rest)])


def _note(note: Note) -> str:
    sign = "**!** " if note.style == "doubt" else ""
    more = f" [{escape(note.leads)}](<{_address(note.href)}>)" if _leads(note.href) else ""
    return f"> {sign}{escape(note.text)}{more}"


def _leads(href: str) -> bool:
    """Whether a link leads somewhere from wherever the Markdown is pasted."""
    return href.startswith(("https://", "http://"))


def _fence(code: Code) -> list[str]:
    text = _told(code.text)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    language = code.language if re.fullmatch(r"[\w+-]+", code.language) else ""
    lines = (clean_line(line) for line in text.rstrip("\n").split("\n"))
    return [f"{fence}{language}", *lines, fence]


def clean_line(line: str) -> str:
    """A line of code without control characters; its spaces stay."""
    return "".join(sign for sign in line if sign.isprintable() or sign in " \t")


# --- prose ----------------------------------------------------------------------------------------


def prose(text: str) -> str:
    """A record's Markdown, as far as a page shows it, written anew."""
    root = SyntaxTreeNode(parsed(text))
    return "\n\n".join("\n".join(_lines(node)) for node in root.children)


def _lines(node: SyntaxTreeNode) -> list[str]:
    if node.type in ("bullet_list", "ordered_list"):
        found = []
        for number, item in enumerate(node.children, 1):
            sign = "- " if node.type == "bullet_list" else f"{number}. "
            first, *rest = _joined(item) or [""]
            found += [f"{sign}{first}", *(f"{' ' * len(sign)}{one}" if one else "" for one in rest)]
        return found
    if node.type == "blockquote":
        return [f"> {line}".rstrip() for line in _joined(node)]
    if node.type in ("fence", "code_block"):
        return _fence(Code((node.info or "").split(" ")[0], node.content))
    if node.type == "table":
        rows = [row for part in node.children for row in part.children]
        cells = [[_inline(cell) for cell in row.children] for row in rows]
        return [_row(cells[0]), _row(["---"] * len(cells[0])), *map(_row, cells[1:])]
    if node.type == "hr":
        return ["---"]
    return [_inline(node)]


def _joined(node: SyntaxTreeNode) -> list[str]:
    lines: list[str] = []
    for child in node.children:
        lines += [*([""] if lines else []), *_lines(child)]
    return lines


def _inline(node: SyntaxTreeNode) -> str:
    if node.type == "text":
        return _spaced(node.content)
    if node.type in ("softbreak", "hardbreak"):
        return " "
    if node.type == "code_inline":
        text = clean(_told(node.content), _LONGEST)
        ticks = "`" * (1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
        space = " " if text.startswith("`") or text.endswith("`") else ""
        return f"{ticks}{space}{text.replace('|', chr(92) + '|')}{space}{ticks}"
    inner = "".join(map(_inline, node.children))
    if node.type == "strong":
        return f"**{inner}**"
    if node.type == "em":
        return f"*{inner}*"
    if node.type == "link":
        return f"[{inner}](<{_address(str(node.attrs.get('href', '')))}>)"
    return inner


def _spaced(text: str) -> str:
    """Escaped text that keeps the spaces at its ends, which separate it from what is beside it."""
    before = " " if text[:1].isspace() else ""
    after = " " if len(text) > 1 and text[-1:].isspace() else ""
    return f"{before}{escape(text)}{after}"


def _address(href: str) -> str:
    bare = telling.plain(href)
    return "".join(sign for sign in bare if sign.isprintable() and sign not in "<>\\|")
