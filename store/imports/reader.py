"""A text table, row by row, each with the number of the physical line it starts on.

A row that cannot be read is handed over as such (`Unread`) and reading goes
on; whether a bad row stops the import is not decided here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from config.errors import UsageError
from store.imports.dialect import delimiter as find_delimiter
from store.imports.dialect import separator_line
from store.imports.survey import Survey, survey

_SAMPLE_LINES = 400
_MOST_LINES_A_ROW = 300  # a quotation mark that never closes swallows the file; a note is shorter
_FIELD_LIMIT = 131_072  # the csv module's own, characters


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that is no row: why, and from which line on."""

    line: int
    reason: str
    mend: str
    cells: tuple[str, ...] = ()  # as far as they are any


Row = tuple[int, list[str]]


class Table:
    """One file, ready to be read: its encoding, delimiter and header are known.

    Raises:
        UsageError: unreadable, empty, not a table, or a delimiter that is not one character.
    """

    def __init__(self, path: Path, *, encoding: str = "", delimiter: str = "") -> None:
        self.survey: Survey = survey(path, encoding)
        if delimiter and len(delimiter) != 1:
            raise UsageError(f'a delimiter is one character, not "{delimiter}"')
        with self._open() as file:
            lines = list(islice(file, _SAMPLE_LINES))
        lines[0] = lines[0].removeprefix("\ufeff")  # a byte order mark where the encoding was stated
        stated = separator_line(lines[0])
        first = 1 if stated else 0
        self._head = next((i for i in range(first, len(lines)) if lines[i].strip()), len(lines))
        self.delimiter = delimiter or stated or find_delimiter(lines[self._head :])
        self.header, self._header_lines = self._read_header(lines[self._head :])

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.survey.path

    def _open(self) -> TextIO:
        # Undecodable bytes were ruled out by the survey; a file that changes meanwhile must still not raise.
        return self.path.open(encoding=self.survey.encoding, errors="replace", newline="")

    def _read_header(self, lines: list[str]) -> tuple[list[str], int]:
        reader = csv.reader(lines, delimiter=self.delimiter)
        try:
            header = [name.strip().strip("\x00") for name in next(reader)]
        except (csv.Error, StopIteration):
            raise UsageError(
                f"the header line of {self.path} cannot be read; open the file and look at line 1"
            ) from None
        if not any(header) or len(header) > 500:
            raise UsageError(f"{self.path} has no header line; its first line must name the columns")
        return header, reader.line_num

    def rows(self) -> Iterator[Row | Unread]:
        """Every row after the header that is not blank, with its first physical line, from 1."""
        with self._open() as file:
            skipped = self._head + self._header_lines
            for _ in islice(file, skipped):
                pass
            reader = csv.reader(file, delimiter=self.delimiter)
            start, width = skipped + 1, len(self.header)
            while True:
                try:
                    for cells in reader:
                        line, start = start, skipped + reader.line_num + 1
                        if not any(map(str.strip, cells)):
                            continue
                        odd = len(cells) != width or start - line > _MOST_LINES_A_ROW
                        problem = _shape(cells, width, line, start - 1) if odd else None
                        yield problem or (line, cells)
                except csv.Error as error:
                    line, start = start, skipped + reader.line_num + 1
                    yield _unreadable(line, str(error))
                else:
                    return


def _shape(cells: list[str], width: int, first: int, last: int) -> Unread | None:
    """Mend a row of the wrong width in place, or say why it cannot be."""
    if last - first >= _MOST_LINES_A_ROW:
        return Unread(first, f"runs on to line {last}", "close the quotation mark that is open")
    if any(cells[width:]):
        return Unread(
            first,
            f"has {len(cells)} fields where the header has {width}",
            "quote the field with the delimiter in it",
            tuple(cells),
        )
    del cells[width:]
    cells.extend([""] * (width - len(cells)))
    return None


def _unreadable(line: int, error: str) -> Unread:
    if "field limit" in error:
        return Unread(
            line,
            f"has a field of more than {_FIELD_LIMIT:,} characters",
            "shorten it, or close the quotation mark that is open",
        )
    return Unread(line, f"cannot be read as CSV ({error})", "look at its quotation marks")
