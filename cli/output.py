"""What commands print: lines cleaned for a terminal, tables, and one JSON object a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence

from config.text import for_terminal


def line(text: str = "") -> None:
    """Print one line; nothing in it moves the terminal."""
    sys.stdout.write(for_terminal(text) + "\n")


def hanging(indent: int, text: str) -> None:
    """Print `text` so that what does not fit on a line of the terminal goes on below its column `indent`.

    Into a file or a pipe it stays one line, for `grep`.
    """
    if not sys.stdout.isatty():
        line(text)
        return
    import shutil
    import textwrap

    width = max(shutil.get_terminal_size().columns, indent + 20)
    for row in textwrap.wrap(
        for_terminal(text),
        width,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
        break_long_words=False,
    ):
        sys.stdout.write(row + "\n")


def json_line(record: Mapping[str, object]) -> None:
    """Print `record` as one line of JSON, ASCII only: no byte of it can move a terminal."""
    sys.stdout.write(json.dumps(record, separators=(",", ":"), default=str) + "\n")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print `rows` under `header` in aligned columns; the last column runs free."""
    from rich.cells import cell_len  # width on the screen: a Chinese letter takes two cells

    clean = [[for_terminal(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(header, *clean, strict=True)]
    for row in [list(header), *clean]:
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


def duration(ms: int) -> str:
    """`ms` for a person: `42 s`, `3 min`, `5 h`, `4 d`."""
    seconds = max(0, ms) // 1000
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size * 2:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
