"""What was pasted from a terminal, split into what kubectl printed: tables, JSON, descriptions.

A paste may hold prompts, error lines, several commands one after another, Markdown fences, and
rows that the terminal wrapped. The work grows with the length of the text, whatever it holds.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from generator.importers import documents, kube_tables
from generator.importers.documents import Value
from generator.importers.kube_tables import Row, Table

MOST_PIECES = 4
"""Into how many lines a terminal may have wrapped one row."""

MOST_FAULTS = 20
"""After how many pieces of broken JSON none is looked for any more."""


@dataclass(frozen=True)
class Document:
    """One JSON value with the line on which it starts."""

    line: int
    value: Any


@dataclass(frozen=True)
class Description:
    """What `kubectl describe` printed of one thing: its lines, and the command if it is there."""

    line: int
    command: str
    lines: list[str]


@dataclass
class Paste:
    """A text in its parts.

    `said` are kubectl's own messages with their line, `faults` pieces of broken JSON, `strange`
    the numbers of the lines that are none of all this.
    """

    tables: list[Table] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    descriptions: list[Description] = field(default_factory=list)
    said: list[tuple[int, str]] = field(default_factory=list)
    faults: list[Value] = field(default_factory=list)
    strange: list[int] = field(default_factory=list)


def split(text: str) -> Paste:
    """The parts of a pasted text, in the order in which they stand."""
    return _Splitter(text).run()


def command_in(line: str) -> str:
    """The kubectl command that a line with a prompt holds: `kubectl top pods -n shop`."""
    match = _COMMAND.search(line[:500])
    return match["command"].strip() if match else ""


_COMMAND = re.compile(
    r"(?:^|[\s$#%>+])(?P<command>(?:kubectl|(?:oc|k) (?:get|top|describe)) [^\r\n]{0,400})"
)
_PROMPT = re.compile(r"(?:[$#%>❯➜+] ?\S|>>|PS |\S{1,80}[$#] )")
_FENCE = re.compile(r"\s{0,8}(?:```|~~~)")
_OBJECT = re.compile(r"\{\s*[\"}]")
_SAID = re.compile(
    r"\s{0,8}(?:error: |Error from server|No resources found|Unable to connect|Warning: |"
    r"The connection to the server|[WIEF]\d{4} \d\d:)"
)
_SUM = re.compile(r"[\s_]*__[\s_]*")


class _Splitter:
    def __init__(self, text: str) -> None:
        self.text = text
        self.paste = Paste()
        self.command = ""
        self.table: Table | None = None
        self.description: Description | None = None
        self.summed = False
        self.pieces: list[str] = []
        self.pieces_line = 0
        self.heading_pieces: list[str] = []
        self.heading_lines: list[str] = []
        self.row_end = self.row_length = self.row_width = 0

    def run(self) -> Paste:
        position, number = 0, 0
        while position < len(self.text):
            end = self.text.find("\n", position)
            end = len(self.text) if end < 0 else end
            number += 1
            line = self.text[position:end].rstrip()
            if line.startswith("{") and len(self.paste.faults) < MOST_FAULTS:
                after = self._json(position, number)
                if after > position:
                    number += self.text.count("\n", position, after)
                    following = self.text.find("\n", after)
                    position = len(self.text) if following < 0 else following + 1
                    continue
            self._line(line, number)
            position = end + 1
        self._close()
        return self.paste

    def _json(self, position: int, number: int) -> int:
        """Take the JSON that starts here; the position where it ends, or that given if none."""
        if not _OBJECT.match(self.text, position):
            return position
        self._close()
        found = documents.json_at(self.text, position, number)
        if found.fault:
            self.paste.faults.append(found)
            # What follows a cut-off document is read again, from the line where it broke off.
            rest = self.text[found.end : found.end + 1]
            return self.text.rfind("\n", position, found.end) if rest else len(self.text)
        self.paste.documents.append(Document(number, found.value))
        return found.end

    def _line(self, line: str, number: int) -> None:
        if not line.strip():
            self._give_up_pieces()
            if self.table and not self.table.kind:
                self.table = None
            return
        if _FENCE.match(line):
            self._close()
            return
        if self._heading(line, number) or self._row(line, number) or self._prompt(line):
            return
        if match := _SAID.match(line):
            self._close()
            if not match[0].lstrip().startswith(("I", "W0", "W1")):
                self.paste.said.append((number, line.strip()))
        elif line.startswith(("Name:", "Allocated resources:")) and not (
            self.description and line.startswith("Allocated")
        ):
            self._close()
            self.description = Description(number, self.command, [line])
            self.paste.descriptions.append(self.description)
        elif self.description:
            self.description.lines.append(line)
        elif not (self.table and not self.table.kind):
            self._loose(line, number)

    def _heading(self, line: str, number: int) -> bool:
        """Whether the line is a heading, or a piece of one that the terminal wrapped."""
        heading = kube_tables.heading_of(line)
        if self._goes_on(line):
            return True
        if (heading is None or not heading.kind) and self.heading_pieces:
            joined = kube_tables.joined_heading((*self.heading_pieces, line))
            heading = joined or heading
        if heading is None:
            starts = line.startswith(("NAME", "POD", "LAST SEEN"))
            if starts or 0 < len(self.heading_pieces) < MOST_PIECES - 1:
                self.heading_pieces = [line] if starts else [*self.heading_pieces, line]
            else:
                self.heading_pieces = []
            return starts
        lines = [*self.heading_pieces, line] if heading.wrapped else [line]
        self._close()
        self.heading_pieces = [] if heading.kind else [line]
        self.heading_lines = lines
        self.table = Table(heading, number, self.command)
        self.paste.tables.append(self.table)
        return True

    def _goes_on(self, line: str) -> bool:
        """Whether the line is more of the heading just read, which the terminal wrapped.

        Without this the pieces of the rows would be taken for rows: half a node's name for a name.
        """
        table = self.table
        if table is None or table.rows or self.pieces or not kube_tables.continues_heading(line):
            return False
        if len(self.heading_lines) >= MOST_PIECES:
            return False
        heading = kube_tables.joined_heading((*self.heading_lines, line))
        if heading is None:
            return False
        self.heading_lines.append(line)
        table.heading = heading
        return True

    def _row(self, line: str, number: int) -> bool:
        """Whether the line is a row of the table, perhaps the rest of one that was wrapped."""
        table = self.table
        if table is None or not table.kind:
            return False
        if _SUM.fullmatch(line):
            self.summed = True
            return True
        if self.pieces and self._joined(table, line, only_direct=True):
            return True
        cells = kube_tables.row_of(line, table.heading)
        if cells is not None:
            self._give_up_pieces()
            table.rows.append(Row(number, cells))
            self._ends_row(line, number)
            return True
        if self.pieces:
            return self._joined(table, line, only_direct=False)
        return table.kind == "events" and self._message_goes_on(table, line, number)

    def _ends_row(self, line: str, number: int) -> None:
        self.row_end, self.row_length = number, len(line)
        self.row_width = max(self.row_width, len(line))

    def _message_goes_on(self, table: Table, line: str, number: int) -> bool:
        """Whether the line is more of the message that the event before it ends with.

        A line that was cut at the terminal's edge is as long as the longest: there a word goes on.
        """
        if number != self.row_end + 1 or _PROMPT.match(line) or command_in(line):
            return False
        if _SAID.match(line) or not table.rows:
            return False
        last = table.rows[-1]
        glue = "" if self.row_length == self.row_width else " "
        message = f"{last.cells['MESSAGE']}{glue}{line.strip()}"[: kube_tables.MAX_LINE]
        table.rows[-1] = Row(last.line, {**last.cells, "MESSAGE": message})
        self._ends_row(line, number)
        return True

    def _joined(self, table: Table, line: str, *, only_direct: bool) -> bool:
        """Whether the pieces so far and this line are a row together.

        A line that is a row of its own belongs to pieces before it only in a table whose heading
        was wrapped too: else those pieces are something else.
        """
        if only_direct and not table.heading.wrapped:
            return False
        candidates = self.pieces[:1]
        for piece in (*self.pieces[1:], line):
            glues = ("",) if only_direct else ("", "  ")
            candidates = [one + glue + piece for one in candidates for glue in glues]
        rows = (kube_tables.row_of(one, table.heading) for one in candidates)
        cells = next((row for row in rows if row is not None), None)
        if cells is None:
            return False
        table.rows.append(Row(self.pieces_line, cells))
        self.pieces = []
        return True

    def _prompt(self, line: str) -> bool:
        command = command_in(line)
        if not command and not _PROMPT.match(line):
            return False
        self._close()
        self.command = command
        return True

    def _loose(self, line: str, number: int) -> None:
        """A line that is no row as it stands: a piece of one, a row without heading, or strange."""
        if self.summed and self.table and len(line.split()) < len(self.table.heading.names):
            return
        cells = kube_tables.headless(line)
        if cells and not self.pieces:
            self._headless(cells, number)
        elif (
            self.table
            and self.table.kind
            and len(self.pieces) < MOST_PIECES - 1
            and len(line) <= kube_tables.MAX_LINE
        ):
            if not self.pieces:
                self.pieces_line = number
            self.pieces.append(line)
        else:
            self._give_up_pieces()
            self.paste.strange.append(number)

    def _headless(self, cells: tuple[str, ...], number: int) -> None:
        names = tuple(f"column {position}" for position in range(1, len(cells) + 1))
        table = self.table
        if table is None or table.heading.names != names:
            self._close()
            heading = kube_tables.Heading("without heading", names, ())
            table = Table(heading, number, self.command)
            self.paste.tables.append(table)
            self.table = table
        table.rows.append(Row(number, dict(zip(names, cells, strict=True))))

    def _give_up_pieces(self) -> None:
        self.paste.strange += range(self.pieces_line, self.pieces_line + len(self.pieces))
        self.pieces = []

    def _close(self) -> None:
        """End what is being read."""
        self._give_up_pieces()
        self.table = None
        self.description = None
        self.summed = False
        self.heading_pieces = []
        self.row_width = 0


def name_columns(table: Table) -> Table | None:
    """A table that was printed without heading, with its columns named; None where they can't be.

    Three columns are pods; five with percentages are nodes; four are namespace and pod, or pod
    and container: the command says which, or the names do, for only a pod's ends as a pod's does.
    """
    rows = [tuple(row.cells.values()) for row in table.rows]
    width = len(rows[0]) if rows else 0
    usage = ("CPU(cores)", "MEMORY(bytes)")
    if width == 5 and rows[0][2].endswith(("%", ">")):
        return _renamed(table, "top nodes", kube_tables.TOP_NODES)
    if width == 3:
        return _renamed(table, "top pods", ("NAME", *usage))
    if width == 5:
        return _renamed(table, "top pods", ("NAMESPACE", "POD", "NAME", *usage))
    of_containers = "--containers" in table.command
    of_all = bool(re.search(r"\s(?:-A|--all-namespaces)\b", table.command))
    if of_containers == of_all:
        ends = Counter(column for row in rows for column in (0, 1) if _POD_END.search(row[column]))
        if bool(ends[0]) == bool(ends[1]):
            return None
        of_containers = bool(ends[0])
    names = ("POD", "NAME") if of_containers else ("NAMESPACE", "NAME")
    return _renamed(table, "top pods", (*names, *usage))


_POD_END = re.compile(r"-[bcdfghjklmnpqrstvwxz2456789]{5}$", re.ASCII)


def _renamed(table: Table, kind: str, names: tuple[str, ...]) -> Table:
    rows = [Row(row.line, dict(zip(names, row.cells.values(), strict=True))) for row in table.rows]
    return Table(kube_tables.Heading(kind, names, ()), table.line, table.command, rows)
