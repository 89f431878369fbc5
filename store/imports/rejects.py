"""The rows that were not taken, as a file to mend and import again: where, why, and the row as it was."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from config.errors import SixringError
from config.text import for_cell
from store.imports.normalise import Rejected

COLUMNS = ("rejected_line", "rejected_field", "rejected_reason", "rejected_mend")
SHOWN = 20  # kept for the report; the rest is in the file


class RejectsFile:
    """Made at the first reject, there when `close` has been called, gone if it never is.

    Rows of an earlier rejects file lose what it said of them.
    """

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self.path = path
        self.count = 0
        self.first: list[Rejected] = []
        self._header = header
        self._told = len(COLUMNS) if tuple(header[: len(COLUMNS)]) == COLUMNS else 0  # of an earlier round
        self._draft = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._file: TextIO | None = None

    def add(self, reject: Rejected, cells: Sequence[str]) -> None:
        """Keep one row.

        Raises:
            SixringError: the file cannot be written.
        """
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(reject)
        said = (reject.line, reject.field, reject.reason, reject.mend)
        try:
            if self._file is None:
                self._file = self._draft.open("w", encoding="utf-8", errors="replace", newline="")
                self._write((*COLUMNS, *self._header[self._told :]))
            self._write((*said, *cells[self._told :]))
        except OSError as error:
            raise self._failed(error) from error

    def close(self) -> Path | None:
        """Put the file in its place, if there is anything in it.

        Raises:
            SixringError: the file cannot be written.
        """
        if self._file is None:
            return None
        try:
            self._file.close()
            self._draft.replace(self.path)
        except OSError as error:
            raise self._failed(error) from error
        return self.path

    def drop(self) -> None:
        """Leave nothing behind."""
        if self._file is not None:
            with suppress(OSError):  # a full disk refuses what is left of a file that goes anyhow
                self._file.close()
            self._draft.unlink(missing_ok=True)

    def _failed(self, error: OSError) -> SixringError:
        self.drop()
        return SixringError(
            f"cannot write the rejects file {self.path}: {error.strerror}; name another place with --rejects "
            "and import again, which takes no row twice"
        )

    def _write(self, row: Sequence[object]) -> None:
        assert self._file is not None  # noqa: S101 - opened by the caller
        csv.writer(self._file).writerow([for_cell(cell) for cell in row])
