"""The last row: the keys that work now, drawn from the registry."""

from __future__ import annotations

from rich.text import Text

from cadence.model import ShiftState as S
from floor.actions import ACTIONS, BY_NAME
from tui.lines import Part, line
from tui.router import IN_CALL
from tui.scene import Scene
from tui.ui import Mode

_HINTS: dict[Mode, tuple[tuple[str, str], ...]] = {
    Mode.NOTE: (("enter", "save"), ("esc", "drop"), ("", "other keys type")),
    Mode.CALLBACK_TIME: (("enter", "take it"), ("esc", "back to the list"), ("", "other keys type")),
    Mode.FIND: (("enter", "close"), ("up/down", "move"), ("", "other keys type")),
    Mode.NUMBER: (("enter", "dial"), ("up", "the last number"), ("esc", "close"), ("", "other keys type")),
    Mode.REFUSAL: (("j/k", "scroll"), ("enter", "close")),
    Mode.CALLBACK: (("1-6", "pick"), ("t", "type a time"), ("enter", "close")),
    Mode.SKIP: (("1-9", "pick"), ("enter", "close")),
    Mode.PAUSE: (("1-9", "pick"), ("enter", "close")),
    Mode.HELP: (("j/k", "scroll"), ("enter", "close")),
    Mode.TIMELINE: (("j/k", "scroll"), ("enter", "close")),
}
_KEYPAD = (("0-9 *", "tones"), ("p", "the # tone"), ("#", "keypad off"), ("h", "hang up"), ("m", "mute"))
_LATE = ("keys", "quit")  # kept at the end of the row, and always shown


def footer(scene: Scene, width: int, _: int) -> list[Text]:
    """Only keys that do something now; the least needed drop out of a narrow row."""
    if scene.ui.keypad and scene.ui.mode is Mode.MAIN:
        return [_row(list(_KEYPAD), width)]
    if scene.ui.mode is not Mode.MAIN:
        return [_row(list(_HINTS[scene.ui.mode]), width)]
    return [_row(_working(scene, width), width)]


def _working(scene: Scene, width: int) -> list[tuple[str, str]]:
    view = scene.view
    late = [(BY_NAME[name].key, BY_NAME[name].label) for name in _LATE if view.state in BY_NAME[name].states]
    hints = [("1-9 0", "record")] if view.state in IN_CALL or view.state is S.WRAP_UP else []
    hints += [
        (action.key, _label(scene, action.name, action.label))
        for action in ACTIONS
        if view.state in action.states
        and action.name not in (*_LATE, "down", "up")
        and (action.name != "undo" or view.can_undo)
    ]
    if view.queue:
        hints.append(("j/k", "queue"))
    while hints and _width(hints + late) > width:
        hints.pop()
    return hints + late


def _label(scene: Scene, name: str, label: str) -> str:
    view = scene.view
    if name == "pause" and view.state is S.NOT_READY:
        return "back to work"
    if name == "pause" and view.after_call_pause:
        return "stay ready"
    if name == "mute" and view.call is not None and view.call.muted:
        return "unmute"
    return label


def _width(hints: list[tuple[str, str]]) -> int:
    return 1 + sum(len(key) + len(label) + 3 for key, label in hints)


def _row(hints: list[tuple[str, str]], width: int) -> Text:
    parts: list[Part] = [" "]
    for key, label in hints:
        parts += [(key, "key"), (f" {label}  " if key else f"{label}  ", "dim")]
    return line(*parts, width=width)
