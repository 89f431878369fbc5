"""Rows into a file that is there whole or not at all, with a sidecar that says what it is.

The sidecar (`calls.csv.anchor.json`) carries the SHA-256 of the file, its row
count, and number and hash of the last event of the chain when the export
began. Kept elsewhere, it proves later that neither the file nor the log behind
it was rewritten.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from config.errors import SixringError
from config.text import for_cell
from store.disk import settle_folder

STDOUT = "-"
Cell = str | int | float | bool | None | list["Cell"] | dict[str, "Cell"]


class ExportError(SixringError):
    """The file could not be written; what was there before is unchanged."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a file is and where the chain stood when it was begun."""

    report: str  # calls, payroll
    since: str  # ISO 8601 UTC, inclusive
    until: str  # exclusive
    zone: str  # the days of the report are of this zone
    exported_at: str
    head_seq: int
    head_hash: str  # hex
    rep: str = ""  # empty: all


@dataclass(frozen=True, slots=True)
class Written:
    """A file that is safely there."""

    path: str  # `-`: standard output
    rows: int
    sha256: str  # hex, of the file's bytes


class _Sink:
    """Counts and hashes what goes through it, as text or bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def write(self, text: str) -> int:
        data = text.encode("utf-8", "replace")
        self.sha256.update(data)
        return self._file.write(data)


class _Lines(Protocol):
    def __call__(self, sink: _Sink, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int: ...


def write(
    out: str | Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]], format_: str, anchor: Anchor
) -> Written:
    """Write `rows` to `out` as 'csv' or 'ndjson', with a sidecar beside it; `-` is standard output.

    Raises:
        ExportError: the disk is full, the folder is missing or may not be written.
    """
    lines: _Lines = _csv if format_ == "csv" else _ndjson
    if str(out) == STDOUT:
        sink = _Sink(sys.stdout.buffer)
        count = lines(sink, columns, rows)
        sys.stdout.buffer.flush()
        return Written(STDOUT, count, sink.sha256.hexdigest())
    path = Path(out)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            sink = _Sink(file)
            count = lines(sink, columns, rows)
            _settle(file)
        written = Written(str(path), count, sink.sha256.hexdigest())
        draft.replace(path)
        _write_sidecar(path, anchor, written)
        settle_folder(path.parent)
    except OSError as error:
        raise ExportError(
            f"cannot write {path}: {error.strerror}; nothing that was there has changed"
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return written


def sidecar(path: Path) -> Path:
    """Where the anchor of the file at `path` is kept."""
    return path.with_name(path.name + ".anchor.json")


def _csv(sink: _Sink, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Every cell quoted, so that no locale's delimiter splits one; texts cannot become formulas."""
    writer = csv.writer(sink, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([for_cell(_flat(cell)) for cell in row])
        count += 1
    return count


def _flat(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.3f}"
    if isinstance(cell, list):
        return "; ".join(str(_flat(part)) for part in cell)
    if isinstance(cell, dict):
        return ", ".join(f"{key}={_flat(value)}" for key, value in cell.items())
    return cell


def _ndjson(sink: _Sink, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """One object a line; times stay ISO 8601, seconds numbers, unknown null."""
    count = 0
    for row in rows:
        sink.write(
            json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, separators=(",", ":")) + "\n"
        )
        count += 1
    return count


def _write_sidecar(path: Path, anchor: Anchor, written: Written) -> None:
    said = {"file": path.name, "rows": written.rows, "sha256": written.sha256, **asdict(anchor)}
    draft = sidecar(path).with_name(f".{path.name}.{os.getpid()}.anchor")
    try:
        with draft.open("wb") as file:
            file.write(json.dumps(said, indent=2, ensure_ascii=False).encode() + b"\n")
            _settle(file)
        draft.replace(sidecar(path))
    finally:
        draft.unlink(missing_ok=True)


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
