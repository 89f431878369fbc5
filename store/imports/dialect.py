"""Which character separates the fields: found by reading a sample with each candidate.

`csv.Sniffer` gives up on one-column and on ragged files, so this counts
instead: the right delimiter gives known header words and rows of one width.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from itertools import islice

from store.imports.header_words import field_of

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_ROWS = 200
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*').fullmatch


def separator_line(line: str) -> str:
    """The delimiter that Excel's first line `sep=;` states, else empty."""
    found = _SEPARATOR_LINE(line)
    return found[1] if found else ""


def delimiter(lines: Sequence[str]) -> str:
    """The delimiter of `lines` (the file's first ones, the header leading); a comma when nothing tells."""
    return max(DELIMITERS, key=lambda candidate: _score(lines, candidate))


def _score(lines: Sequence[str], candidate: str) -> tuple[int, float, int]:
    """How well `candidate` fits: known headers, rows as wide as the header, width."""
    try:
        rows = [row for row in islice(csv.reader(lines, delimiter=candidate), _SAMPLE_ROWS) if any(row)]
    except csv.Error:
        rows = [row for row in csv.reader(lines[:1], delimiter=candidate) if any(row)]
    if not rows or len(rows[0]) < 2:
        return (0, 0.0, 1)
    width = len(rows[0])
    known = sum(1 for header in rows[0] if field_of(header))
    return (known, sum(len(row) == width for row in rows) / len(rows), width)
