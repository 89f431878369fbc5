"""The last row: the keys that work now, drawn from the registry."""

from __future__ import annotations

from rich.text import Text

from cadence.model import ShiftState as S
from floor.actions import ACTIONS, BY_NAME, Action
from floor.view import CallView, DeskView
from tui.lines import Part, line
from tui.outcome_keys import recordable
from tui.panes.sound import spoken_with
from tui.scene import Scene
from tui.ui import Mode

_HINTS: dict[Mode, tuple[tuple[str, str], ...]] = {
    Mode.NOTE: (("enter", "save"), ("esc", "drop"), ("", "other keys type")),
    Mode.CALLBACK_TIME: (("enter", "take it"), ("esc", "back to the list"), ("", "other keys type")),
    Mode.FIND: (("enter", "read"), ("up/down", "move"), ("esc", "close"), ("", "other keys type")),
    Mode.FOUND: (("d", "dial"), ("j/k", "scroll"), ("esc", "back to the list"), ("enter", "close")),
    Mode.NUMBER: (("enter", "dial"), ("up", "the last number"), ("esc", "close"), ("", "other keys type")),
    Mode.REFUSAL: (("j/k", "scroll"), ("enter", "close")),
    Mode.CALLBACK: (("#", "pick"), ("t", "type a time"), ("enter", "close")),
    Mode.OTHER: (("#", "record"), ("enter", "close")),
    Mode.SKIP: (("#", "pick"), ("enter", "close")),
    Mode.PAUSE: (("#", "pick"), ("enter", "close")),
    Mode.TRANSFER: (("#", "pick"), ("d", "type a number"), ("!", "at once"), ("enter", "close")),
    Mode.TRANSFER_NUMBER: (
        ("enter", "call them"),
        ("!", "at once"),
        ("esc", "close"),
        ("", "other keys type"),
    ),
    Mode.HELP: (("j/k", "scroll"), ("enter", "close")),
    Mode.TIMELINE: (("j/k", "scroll"), ("enter", "close")),
}
_KEYPAD = (("0-9 *", "tones"), ("p", "the # tone"), ("#", "keypad off"), ("h", "hang up"), ("m", "mute"))
_TWO_LINES = ("transfer", "line", "hang_up")  # what is done with two lines comes first
_WHILE_RECORDED_LATER = ("voicemail", "record")  # an objection must not be looked for
_ONE_LINE = ("hold", "voicemail", "record")  # what is not done with two lines
_LATE = ("keys", "quit")  # kept at the end of the row, and always shown
_ELSEWHERE = (*_LATE, "down", "up", "other")  # that one stands with the digits


def footer(scene: Scene, width: int, _: int) -> list[Text]:
    """Only keys that do something now; the least needed drop out of a narrow row."""
    if scene.ui.keypad and scene.ui.mode is Mode.MAIN:
        return [_row(list(_KEYPAD), width)]
    if scene.ui.mode is not Mode.MAIN:
        return [_row(_opened(scene), width)]
    return [_row(_working(scene, width), width)]


def _opened(scene: Scene) -> list[tuple[str, str]]:
    """The keys of what is open; `#` stands for those of its choices."""
    ui = scene.ui
    keys = [each.key for each in ui.choices]
    real = {"#": keys[0] if len(keys) == 1 else f"{keys[0]}-{keys[-1]}"} if keys else {}
    words = {"at once": "after a word", "call them": "give it now"} if ui.blind else {}
    return [
        (real.get(key, key), words.get(label, label)) for key, label in _HINTS[ui.mode] if key != "#" or real
    ]


def _working(scene: Scene, width: int) -> list[tuple[str, str]]:
    view = scene.view
    late = [(BY_NAME[name].key, BY_NAME[name].label) for name in _LATE if view.state in BY_NAME[name].states]
    hints = [("1-9 0 w" if view.others else "1-9 0", "outcome")] if recordable(view) else []
    actions = [each for each in ACTIONS if each.name not in _ELSEWHERE and _of_use(view, each)]
    if view.second is not None:
        actions.sort(key=lambda each: each.name not in _TWO_LINES)
    elif _may_object(view):
        actions.sort(key=lambda each: each.name in _WHILE_RECORDED_LATER)
    hints += [(each.key, _label(scene, each.name, each.label)) for each in actions]
    if view.queue:
        hints.append(("j/k", "queue"))
    while hints and _width(hints + late) > width:
        hints.pop()
    return hints + late


def _of_use(view: DeskView, action: Action) -> bool:
    """Whether the key would do something; more than the registry asks, for what a footer need not offer."""
    call = view.call
    worth = {
        "undo": view.can_undo,
        **dict.fromkeys(_ONE_LINE, view.second is None),
        "object": _may_object(view),
        "number": view.state is not S.WRAP_UP and view.incoming is None,  # there: an emergency number only
        "transfer": call is not None
        and call.ended_mono is None
        and not call.passing_to
        and (view.second is None or view.second.answered_mono is not None),
    }
    return worth.get(action.name, True) and not action.why_not_now(view)


def _may_object(view: DeskView) -> bool:
    return view.call is not None and view.call.recording in ("on", "paused", "kept")


def _label(scene: Scene, name: str, label: str) -> str:
    view = scene.view
    if name == "pause" and view.state is S.NOT_READY:
        return "back to work"
    if name == "pause" and view.after_call_pause:
        return "stay ready"
    if name == "transfer" and view.second is not None:
        return "join them"
    if name == "hang_up" and view.second is not None:
        return "end line"
    if name == "line":
        return "change line"
    if (spoken := spoken_with(scene)) is not None:
        return _undone(name, spoken) or label
    return label


def _undone(name: str, spoken: CallView) -> str:
    """What a key says that would now take back what it did."""
    if name == "mute" and spoken.muted:
        return "unmute"
    if name == "hold" and spoken.held:
        return "resume"
    if name == "record" and spoken.recording in ("on", "paused"):
        return "pause rec" if spoken.recording == "on" else "resume rec"
    return ""


def _width(hints: list[tuple[str, str]]) -> int:
    return 1 + sum(len(key) + len(label) + 3 for key, label in hints)


def _row(hints: list[tuple[str, str]], width: int) -> Text:
    parts: list[Part] = [" "]
    for key, label in hints:
        parts += [(key, "key"), (f" {label}  " if key else f"{label}  ", "dim")]
    return line(*parts, width=width)
