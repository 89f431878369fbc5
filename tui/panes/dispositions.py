"""Ten keys that never move, whether they work now or not."""

from __future__ import annotations

from rich.text import Text

from cadence.dispositions import Disposition
from cadence.model import ShiftState as S
from floor.actions import IN_CALL
from tui.lines import Part, filled, line, padded, rule
from tui.outcome_keys import label, recordable, why_not_record
from tui.panes.incoming import banner, rings
from tui.scene import Scene
from tui.ui import PICKING, TYPING

_OTHERS = len(" w others ")


def dispositions(scene: Scene, width: int, height: int) -> list[Text]:
    """The keys, or who rings while they mean nothing."""
    incoming = scene.view.incoming
    if incoming is not None and rings(scene.view):
        return filled(banner(scene, incoming, width), height)
    by_key = {each.key: each for each in scene.view.dispositions}
    rows = ["12345", "67890"]
    columns = _columns([[_label(by_key.get(key)) for key in row] for row in rows], width)
    made = [_row(scene, by_key, row, columns, width) for row in rows]
    return filled([_title(scene, width), *made], height)


def _title(scene: Scene, width: int) -> Text:
    """With the key of those that have no digit."""
    if not scene.view.others:
        return rule("Disposition", width, _note(scene))
    works = recordable(scene.view) and not _taken(scene)
    made = rule("Disposition", width - _OTHERS, _note(scene))
    return made.append(" ").append("w", "key" if works else "off").append(" others", "" if works else "off")


def _note(scene: Scene) -> str:
    view = scene.view
    if scene.ui.keypad:
        return "KEYPAD ON: digits are tones, # ends it"
    if view.state is S.WRAP_UP:
        return "one key records the call and brings the next lead"
    return "" if view.state in IN_CALL else "(after dialing)"


def _taken(scene: Scene) -> bool:
    """Whether keys mean something else just now."""
    return scene.ui.mode in TYPING | PICKING


def _label(disposition: Disposition | None) -> str:
    return "-" if disposition is None else label(disposition)


def _columns(rows: list[list[str]], width: int) -> list[int]:
    widths = [max(len(row[index]) for row in rows) + 4 for index in range(len(rows[0]))]
    spare = width - 1 - sum(widths)
    return widths if spare >= 0 else [max((width - 1) // len(widths), 8)] * len(widths)


def _row(scene: Scene, by_key: dict[str, Disposition], keys: str, columns: list[int], width: int) -> Text:
    parts: list[Part] = [" "]
    taken = scene.ui.keypad or _taken(scene)
    for key, column in zip(keys, columns, strict=True):
        disposition = by_key.get(key)
        usable = not taken and disposition is not None and not why_not_record(scene.view, disposition)
        armed = not taken and scene.ui.armed is not None and scene.ui.armed.key == key
        style = "armed" if armed else "" if usable else "off"
        parts += [(key, "key" if usable else "off"), (" " + padded(_label(disposition), column - 2), style)]
    return line(*parts, width=width)
