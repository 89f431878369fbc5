"""The one key router: (the screen's own state, the desk's view, a key) to a new state and intents.

Pure, so that any burst of keys can be tested without a terminal. One focus
target and one router is what keeps a note's letters from running as commands
when a stalled link delivers them in one packet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cadence.dispositions import Disposition
from cadence.model import ShiftState as S
from config.text import for_terminal
from floor.actions import BY_KEY, NOBODY_TO_CALL_BACK, Action
from floor.view import DeskView
from tui import intents as do
from tui.intents import Intent
from tui.ui import ABOUT_THE_LEAD, PICKING, READING, TYPING, Armed, Line, Mode, Ui

HELD_MS = 700  # a key repeats after 250-660 ms held, then every 30: spaces closer than this are one press
LONGEST_LINE = 2_000
PAGE = 8
_HELD = "A held or doubled space dials once: let go, then press it."

IN_CALL = frozenset({S.DIALING, S.RINGING, S.TALKING})
_DIGITS = frozenset("1234567890")
_KEYPAD = {"*": "*", "p": "#"} | {digit: digit for digit in _DIGITS}
_CLOSERS = frozenset({"enter", "escape"})
_OPENED_BY = {Mode.SKIP: "s", Mode.PAUSE: "p", Mode.HELP: "?", Mode.TIMELINE: "t"}
_MODIFIERS = ("shift", "control", "alt", "super", "hyper", "meta", "caps_lock", "num_lock", "scroll_lock")

Routed = tuple[Ui, tuple[Intent, ...]]


@dataclass(frozen=True, slots=True)
class Key:
    """One key as the terminal sent it."""

    name: str  # Textual's name: "space", "enter", "a", "number_sign"
    char: str = ""  # the character it types, empty when it types none
    at: int = 0  # `Clock.monotonic` ms

    @property
    def pressed(self) -> str:
        """What the registry calls it: letters in lower case, so caps lock changes nothing."""
        return self.char.lower() if self.char and self.char != " " else self.name

    @property
    def is_modifier(self) -> bool:
        """A shift or lock key by itself, as terminals with the Kitty protocol report it."""
        return not self.char and self.name.endswith(_MODIFIERS)


def route(ui: Ui, view: DeskView, key: Key) -> Routed:
    """What `key` does now."""
    if key.is_modifier:
        return ui, ()
    ui = settle(ui, view)
    if ui.mode in TYPING:
        return _typing(replace(ui, space_at=None), view, key)
    if ui.mode in PICKING:
        return _picking(replace(ui, space_at=None), key)
    if ui.mode in READING:
        return _reading(ui, view, key)
    return _desk(ui, view, key)


def settle(ui: Ui, view: DeskView) -> Ui:
    """`ui` after the desk changed by itself: nothing stays open for a lead or a call that is gone."""
    lead_id = view.card.lead.id if view.card else None
    if ui.keypad and view.state is not S.TALKING:
        ui = replace(ui, keypad=False)
    if ui.armed and ui.armed.lead_id != lead_id:
        ui = replace(ui, armed=None, message="")
    if ui.mode in ABOUT_THE_LEAD and ui.lead_id != lead_id:
        return ui.closed("Another lead is on the card: what was open is closed.")
    if ui.mode in (Mode.CALLBACK, Mode.CALLBACK_TIME) and not _recordable(view):
        return ui.closed("The call is recorded already: no callback was set.")
    if ui.mode is Mode.REFUSAL and view.refusal is None:
        return ui.closed()
    if ui.mode is Mode.SKIP and view.state is not S.PREVIEW:
        return ui.closed("The lead is not in preview any more: it was not skipped.")
    return ui


def paste(ui: Ui, text: str) -> Routed:
    """Text that arrived as a bracketed paste: typed where a line is open, never run as keys."""
    if ui.mode not in TYPING:
        return ui.said("Pasted text is taken only while you write a note or search."), ()
    return _typed(ui, for_terminal(text)[: LONGEST_LINE - len(ui.line.text)])


def why_not_record(view: DeskView, disposition: Disposition) -> str:
    """Empty when `disposition` may be recorded now, else the sentence that says why not."""
    if not _recordable(view):
        return f"No call to record as {disposition.label.lower()}: space dials."
    if disposition.callback and view.card is None:
        return NOBODY_TO_CALL_BACK
    answered = view.call is not None and view.call.answered_mono is not None
    if disposition.human and not answered:
        return f"{disposition.label} needs a conversation: nobody has answered."
    return ""


def _recordable(view: DeskView) -> bool:
    return view.state in IN_CALL or view.state is S.WRAP_UP


# ------------------------------------------------------------- the desk


def _desk(ui: Ui, view: DeskView, key: Key) -> Routed:
    pressed = key.pressed
    if pressed == "space":
        return _space(ui, view, key.at)
    ui = replace(ui, space_at=None)
    if ui.keypad and pressed in _KEYPAD:
        return ui.said(""), (do.Tone(_KEYPAD[pressed]),)
    if pressed in _DIGITS:
        return _digit(ui, view, pressed)
    if pressed == "escape":
        return ui.said(""), ()
    action = BY_KEY.get(pressed)
    if action is None:
        return ui.said(f"Nothing is on {for_terminal(pressed)}: ? shows every key."), ()
    return _act(ui, view, action)


def _space(ui: Ui, view: DeskView, at: int) -> Routed:
    held = ui.space_at is not None and at - ui.space_at < HELD_MS
    ui = replace(ui, space_at=at)
    if held:
        return (ui.said(_HELD) if view.state is S.PREVIEW else ui), ()
    return _act(ui, view, BY_KEY["space"])


def _act(ui: Ui, view: DeskView, action: Action) -> Routed:
    refusal = action.why_not(view.state)
    if action.name == "undo" and not refusal and not view.can_undo:
        refusal = "Nothing to take back."
    if action.of_lead and view.card is None:
        refusal = refusal or "No lead is on the card."
    if refusal:
        return ui.said(refusal), ()
    if action.twice and not _armed(ui, view, action.key):
        return _arm(ui, view, action.key, action.twice), ()
    return _ACTS.get(action.name, _press)(ui.said(""), view, action)


def _digit(ui: Ui, view: DeskView, key: str) -> Routed:
    disposition = next((each for each in view.dispositions if each.key == key), None)
    if disposition is None:
        return ui.said(f"No disposition is on {key}."), ()
    refusal = why_not_record(view, disposition)
    if refusal:
        return ui.said(refusal), ()
    if disposition.confirm and not _armed(ui, view, key):
        who = for_terminal(view.card.lead.name) if view.card else "this lead"
        return _arm(ui, view, key, f"Press {key} again: {disposition.label.lower()}, {who}."), ()
    if disposition.callback:
        return ui.said(""), (do.OpenPicker(Mode.CALLBACK, key),)
    return ui.said(""), (do.Dispose(key),)


def _armed(ui: Ui, view: DeskView, key: str) -> bool:
    return ui.armed == Armed(key, view.card.lead.id if view.card else None)


def _arm(ui: Ui, view: DeskView, key: str, message: str) -> Ui:
    return replace(ui, armed=Armed(key, view.card.lead.id if view.card else None), message=message)


def _press(ui: Ui, _: DeskView, action: Action) -> Routed:
    return ui, (do.Press(action.name),)


def _toggle_keypad(ui: Ui, _: DeskView, __: Action) -> Routed:
    return replace(ui, keypad=not ui.keypad), ()


def _open_note(ui: Ui, view: DeskView, _: Action) -> Routed:
    return ui.opened(Mode.NOTE, view), ()


def _open_find(ui: Ui, view: DeskView, _: Action) -> Routed:
    return ui.opened(Mode.FIND, view), ()


def _open_number(ui: Ui, view: DeskView, _: Action) -> Routed:
    return ui.opened(Mode.NUMBER, view), ()


def _open_help(ui: Ui, view: DeskView, _: Action) -> Routed:
    return ui.opened(Mode.HELP, view), ()


def _open_timeline(ui: Ui, view: DeskView, _: Action) -> Routed:
    opened = ui.opened(Mode.TIMELINE, view)
    return opened, (do.ReadTimeline(opened.lead_id),)


def _skip(ui: Ui, _: DeskView, __: Action) -> Routed:
    return ui, (do.OpenPicker(Mode.SKIP),)


def _pause(ui: Ui, view: DeskView, _: Action) -> Routed:
    back = view.state is S.NOT_READY or view.after_call_pause
    return ui, (do.Resume() if back else do.OpenPicker(Mode.PAUSE),)


def _scroll_queue(ui: Ui, view: DeskView, action: Action) -> Routed:
    step = 1 if action.name == "down" else -1
    return replace(ui, queue_top=_within(ui.queue_top + step, len(view.queue))), ()


def _quit(ui: Ui, _: DeskView, __: Action) -> Routed:
    return ui.said("Clocking out."), (do.Leave(),)


_ACTS: dict[str, Callable[[Ui, DeskView, Action], Routed]] = {
    "keypad": _toggle_keypad,
    "note": _open_note,
    "find": _open_find,
    "number": _open_number,
    "keys": _open_help,
    "timeline": _open_timeline,
    "skip": _skip,
    "pause": _pause,
    "down": _scroll_queue,
    "up": _scroll_queue,
    "quit": _quit,
}


# -------------------------------------------------------------- overlays


def _reading(ui: Ui, view: DeskView, key: Key) -> Routed:
    """Help, timeline, refusal: scroll and close; any other key closes them and does what it always does."""
    pressed = key.pressed
    steps = {"down": 1, "j": 1, "up": -1, "k": -1, "pagedown": PAGE, "pageup": -PAGE}
    if pressed in steps:
        checks = view.refusal.checks if view.refusal else ()
        length = len({Mode.TIMELINE: ui.timeline, Mode.REFUSAL: checks}.get(ui.mode, tuple(BY_KEY)))
        return replace(ui, cursor=_within(ui.cursor + steps[pressed], length), space_at=None), ()
    if pressed in _CLOSERS or pressed in ("q", _OPENED_BY.get(ui.mode)):
        return replace(ui.closed(), space_at=None), ()
    return _desk(ui.closed(), view, key)


def _picking(ui: Ui, key: Key) -> Routed:
    pressed = key.pressed
    choice = next((each for each in ui.choices if each.key == pressed), None)
    if choice is not None:
        picked: dict[Mode, Callable[[], Intent]] = {
            Mode.CALLBACK: lambda: do.Dispose(ui.pick_key, int(choice.value)),
            Mode.SKIP: lambda: do.Skip(choice.value),
            Mode.PAUSE: lambda: do.Pause(choice.value),
        }
        return ui.closed(), (picked[ui.mode](),)
    if ui.mode is Mode.CALLBACK and pressed == "t":
        return replace(ui, mode=Mode.CALLBACK_TIME, line=Line(), message=""), ()
    if pressed in _CLOSERS or pressed == _OPENED_BY.get(ui.mode, ui.pick_key):
        return ui.closed(), ()
    return ui.said(f"Nothing is on {for_terminal(pressed)} here; enter closes."), ()


def _typing(ui: Ui, view: DeskView, key: Key) -> Routed:
    if key.name == "enter":
        return _enter(ui)
    if key.name == "escape":
        return _dropped(ui), ()
    if ui.mode is Mode.FIND and key.name in ("up", "down"):
        step = 1 if key.name == "down" else -1
        return replace(ui, cursor=_within(ui.cursor + step, len(ui.found))), ()
    if ui.mode is Mode.NUMBER and key.name == "up" and view.last_number:
        return _changed(ui, Line().insert(view.last_number))
    if key.name == "ctrl+q":
        return ui.said("Close the line first: enter."), ()
    typed = for_terminal(key.char)
    if typed and key.char.isprintable():
        return _typed(ui, typed if len(ui.line.text) < LONGEST_LINE else "")
    return _changed(ui, ui.line.edited(key.name))


def _enter(ui: Ui) -> Routed:
    text = ui.line.text.strip()
    if not text or ui.mode is Mode.FIND:
        return ui.closed(), ()
    if ui.mode is Mode.NOTE:
        return ui.closed(), (do.SaveNote(text, ui.lead_id),)
    if ui.mode is Mode.NUMBER:
        return ui.closed(), (do.DialNumber(text),)
    return ui.said(""), (do.DisposeAt(ui.pick_key, text),)


def _dropped(ui: Ui) -> Ui:
    if ui.mode is Mode.CALLBACK_TIME:
        return replace(ui, mode=Mode.CALLBACK, line=Line(), message="")
    return ui.closed("The note was not kept." if ui.mode is Mode.NOTE and ui.line.text.strip() else "")


def _typed(ui: Ui, text: str) -> Routed:
    return _changed(ui, ui.line.insert(text))


def _changed(ui: Ui, line: Line) -> Routed:
    changed = replace(ui, line=line, message="")
    if ui.mode is Mode.FIND and line.text != ui.line.text:
        return replace(changed, cursor=0), (do.Search(line.text),)
    return changed, ()


def _within(index: int, length: int) -> int:
    return max(0, min(index, length - 1))
