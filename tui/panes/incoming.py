"""Somebody rings: a banner on the rows of the dispositions, which mean nothing while nobody is on the line.

It covers nothing that is in use in any mode, moves nothing, and is always in
the same place: right above the row that a rep types in.
"""

from __future__ import annotations

from rich.text import Text

from floor.actions import RINGS_IN
from floor.view import DeskView, IncomingView
from tui.lines import Part, line, mmss, pretty
from tui.scene import Scene
from tui.ui import TYPING, Mode

_INDENT = " " * 5
_WHILE_TYPING = {
    Mode.NOTE: "enter keeps your note, then a or i;",
    Mode.FIND: "esc ends the search, then a or i;",
}


def rings(view: DeskView) -> bool:
    """Whether somebody asks to be answered now."""
    return view.incoming is not None and view.state in RINGS_IN


def caller(scene: Scene) -> str:
    """Who rings, in as few words as there are: the name, else the number."""
    shown = scene.view.incoming
    if shown is None:
        return ""
    return shown.name or pretty(shown.number) or "Somebody"


def banner(scene: Scene, shown: IncomingView, width: int) -> list[Text]:
    """Three rows of one colour: who, whose number and what to mind, and the keys."""
    head: list[Part] = [
        (" <<< INCOMING ", "incoming-strong"),
        (f" {mmss(scene.mono - shown.since_mono)}  ", "incoming"),
        (caller(scene), "incoming-strong"),
    ]
    if shown.company:
        head.append((f" · {shown.company}", "incoming"))
    return [_bar(row, width) for row in (head, _number_row(shown), _key_row(scene))]


def _number_row(shown: IncomingView) -> list[Part]:
    if not shown.number:
        whose = "number withheld"
    elif shown.known:
        whose = pretty(shown.number)
    else:
        whose = f"{pretty(shown.number)}  no lead of ours yet"
    parts: list[Part] = [(_INDENT + whose, "incoming")]
    if shown.note:
        parts += [("  ", "incoming"), (shown.note, "incoming-strong")]
    return parts


def _key_row(scene: Scene) -> list[Part]:
    mode = scene.ui.mode
    if mode in TYPING:
        first = _WHILE_TYPING.get(mode, "esc closes the line, then a or i;")
        return [
            (f"{_INDENT}Type on: {first} ", "incoming"),
            (" tab ", "incoming-key"),
            (" answers at once", "incoming"),
        ]
    return [
        (_INDENT, "incoming"), (" a ", "incoming-key"), (" answer   ", "incoming"),
        (" i ", "incoming-key"), (" pass it on", "incoming"),
    ]  # fmt: skip


def _bar(parts: list[Part], width: int) -> Text:
    made = line(*parts, width=width)
    return made.append(" " * (width - made.cell_len), "incoming")
