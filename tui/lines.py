"""Building blocks of what is drawn: safe, cell-width-aware lines of `rich.text.Text`.

A style is a word of the stylesheet (`dim`, `key`, `alarm`, ...), never a
colour; `tui.widgets` looks it up. Every text that goes in is cleaned here, so
no pane can forget it, and markup is never parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from config.text import for_terminal

_WORDS = re.compile(r"\s{,2}\S+").findall  # each with the space before it: two part a time from what was
_PADDING = re.compile(" {3,}")
Part = str | tuple[str, str]  # a text, or a text and its style


def clean(text: str, width: int) -> str:
    """`text` made safe and cut to `width` cells, with an ellipsis where it was cut."""
    # Combining marks take no cells: a bound on characters keeps a name of marks from growing.
    safe = for_terminal(text[: width * 4 + 8])
    if cell_len(safe) <= width:
        return safe
    return set_cell_size(safe, width - 1).rstrip() + "…" if width > 0 else ""


def padded(text: str, width: int) -> str:
    """`text` made safe and exactly `width` cells wide."""
    return set_cell_size(clean(text, width), width)


def line(*parts: Part, width: int) -> Text:
    """One line of `parts`, no wider than `width` cells."""
    made = Text(no_wrap=True, end="")
    room = width
    for part in parts:
        text, style = (part, "") if isinstance(part, str) else part
        shown = clean(text, room)
        made.append(shown, style or None)
        room -= cell_len(shown)
        if room <= 0:
            break
    return made


def spread(left: Text, right: Text, width: int) -> Text:
    """`left`, and `right` pushed to the end of the line; `left` gives way."""
    room = width - right.cell_len
    if room <= 0:
        right.truncate(width)
        return right
    left = left.copy()
    left.truncate(room - 1, overflow="ellipsis")
    return left.append(" " * (room - left.cell_len)).append_text(right)


def rule(title: str, width: int, note: str = "", style: str = "title") -> Text:
    """A line across, with a title and a note in it."""
    made = line(("─ ", "rule"), (title, style), (f" {note}" if note else "", "note"), " ", width=width)
    return made.append("─" * (width - made.cell_len), "rule")


def wrapped(text: str, width: int, most: int) -> list[str]:
    """`text` made safe and broken at spaces into at most `most` lines of `width` cells."""
    made: list[str] = []
    rest = _WORDS(for_terminal(text[: width * most * 4]))
    while rest and len(made) < most:
        taken = rest.pop(0).lstrip()
        while rest and cell_len(taken) + cell_len(rest[0]) <= width:
            taken += rest.pop(0)
        if len(made) == most - 1:
            taken += "".join(rest)
        made.append(clean(taken, width))
    return made


def folded(text: str, width: int, most: int = 3) -> list[Text]:
    """`text` as an indented line, or as up to `most` of them where it does not fit."""
    for whole in (text, _PADDING.sub(" ", text)):
        if cell_len(clean(whole, width)) <= width - 2 and len(whole) <= width:
            return [line("  ", whole, width=width)]
    pieces = wrapped(_PADDING.sub(" ", text), width - 4, most)
    return [line("  " if index == 0 else "    ", each, width=width) for index, each in enumerate(pieces)]


def filled(lines: Iterable[Text], height: int) -> list[Text]:
    """`lines`, cut or filled to `height`."""
    kept = list(lines)[:height]
    return kept + [Text("", end="")] * (height - len(kept))


def pretty(number: str) -> str:
    """A number the way its country writes it, with the country's code."""
    from cadence.numbers import pretty as written  # its metadata is slow to load: not before a lead is shown

    return written(number)


def mmss(ms: int | None) -> str:
    """A duration as `mm:ss` (`h:mm:ss` from an hour on); `--:--` when there is none."""
    if ms is None:
        return "--:--"
    seconds = max(ms, 0) // 1000
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:02}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
