"""The file of a registry: a number a line, or CSV with the numbers in one of its columns."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from cadence import numbers
from config.errors import UsageError
from store.imports.dialect import delimiter

_SAMPLE_LINES = 400
_NAMED = 10


class RegistryFile:
    """The numbers of one file, and, once they are read, the lines that have none."""

    def __init__(self, path: Path, country: str) -> None:
        self.path = path
        self.country = country
        self.without = 0  # lines with something on them and no number, but for a header
        self.first_without: list[int] = []  # the first of them

    def numbers(self) -> Iterator[str]:
        """The number of each line that has one.

        Raises:
            UsageError: a line is no CSV.
        """
        with self.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            split_by = delimiter(list(islice(file, _SAMPLE_LINES)))
            file.seek(0)
            rows = csv.reader(file, delimiter=split_by)
            try:
                for row in rows:
                    number = _first(row, self.country)
                    if number is not None:
                        yield number
                    elif any(map(str.strip, row)) and not (rows.line_num == 1 and _is_header(row)):
                        self._pass_over(rows.line_num)
            except csv.Error as fault:
                raise UsageError(
                    f"{self.path}, line {rows.line_num}: cannot be read as CSV ({fault}); "
                    "look at its quotation marks"
                ) from fault

    def _pass_over(self, line: int) -> None:
        self.without += 1
        if len(self.first_without) < _NAMED:
            self.first_without.append(line)


def _is_header(cells: Iterable[str]) -> bool:
    return not any(letter.isdigit() for cell in cells for letter in cell)


def _first(cells: Iterable[str], country: str) -> str | None:
    """The first cell that is a number; an area code and the rest in two cells are one."""
    row = [cell.strip() for cell in cells]
    if len(row) > 1 and len(row[0]) == 3 and len(row[1]) == 7 and (row[0] + row[1]).isdigit():
        row = [row[0] + row[1], *row[2:]]
    found = (numbers.e164(numbers.unspoiled(cell), country) for cell in row if cell)
    return next((number for number in found if number is not None), None)
