"""On which line of a TOML text a field stands. tomllib forgets it, and an error message needs it."""

from __future__ import annotations

import re
from collections.abc import Iterator

FieldPath = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)(.+?)\]\]?\s*(#.*)?$")
_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=")
_ONE_KEY = re.compile(_KEY)
_TRIPLE = re.compile(r'"""|\'\'\'')


def line_of(text: str, field: FieldPath) -> int:
    """The line (from 1) of `field` in `text`, or of the nearest table around it; 1 if none is found.

    A field inside an inline table or array is reported at the line where the
    outermost key begins.
    """
    best, depth = 1, 0
    for path, line in _places(text):
        common = path == field[: len(path)]
        if common and len(path) > depth:
            best, depth = line, len(path)
    return best


def _places(text: str) -> Iterator[tuple[FieldPath, int]]:
    """Each header and each key of `text` with its line, in order."""
    table: FieldPath = ()
    counts: dict[FieldPath, int] = {}
    fence = ""  # the quotes of the multi-line string we are in
    for number, line in enumerate(text.split("\n"), 1):
        if fence:
            fence = "" if fence in line else fence
            continue
        if header := _HEADER.match(line):
            table = _resolve(_split(header[2]), counts, new=header[1] == "[[")
            yield table, number
        elif key := _ASSIGNMENT.match(line):
            yield (*table, *_split(key[1])), number
            fence = _opened(line[key.end() :])


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _ONE_KEY.findall(dotted))


def _resolve(keys: tuple[str, ...], counts: dict[FieldPath, int], *, new: bool) -> FieldPath:
    """The header's keys with the positions of the arrays of tables they pass through."""
    path: FieldPath = ()
    for place, key in enumerate(keys):
        path = (*path, key)
        if new and place == len(keys) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _opened(value: str) -> str:
    """The quotes of a multi-line string that begins in `value` and does not end there."""
    quotes = _TRIPLE.findall(value)
    return quotes[0] if len(quotes) % 2 else ""
