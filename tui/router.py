"""The one key router: (the screen's own state, the desk's view, a key) to a new state and intents.

Pure, so that any burst of keys can be tested without a terminal. One focus
target and one router is what keeps a note's letters from running as commands
when a stalled link delivers them in one packet.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from cadence.model import ShiftState as S
from config.text import for_terminal
from floor.actions import BY_KEY, BY_NAME, STILL_STARTING, Action, is_starting
from floor.view import DeskView
from tui import astray, open_keys, outcome_keys
from tui import intents as do
from tui.key import Key as Key
from tui.key import Routed as Routed
from tui.ui import ABOUT_THE_LEAD, PICKING, READING, TRANSFERRING, TYPING, Line, Mode, Ui

HELD_MS = 700  # a key repeats after 250-660 ms held, then every 30: spaces closer than this are one press
_HELD = "A held or doubled space dials once: let go, then press it."

_KEYPAD = {"*": "*", "p": "#"} | {digit: digit for digit in outcome_keys.DIGITS}
_RECORDED_ALREADY = {
    Mode.CALLBACK: "The call is recorded already: no callback was set.",
    Mode.CALLBACK_TIME: "The call is recorded already: no callback was set.",
    Mode.OTHER: "The call is recorded already: no other outcome was.",
}


def route(ui: Ui, view: DeskView, key: Key) -> Routed:
    """What `key` does now."""
    if key.is_modifier:
        return ui, ()
    ui = settle(ui, view)
    if (for_the_caller := _of_caller(ui, view, key)) is not None:
        return for_the_caller
    if ui.mode in TYPING:
        return open_keys.typing(replace(ui, space_at=None), view, key)
    if ui.mode in PICKING:
        return open_keys.picking(replace(ui, space_at=None), view, key)
    if ui.mode in READING:
        return open_keys.reading(ui, view, key) or _desk(ui.closed(), view, key)
    return _desk(ui, view, key)


def settle(ui: Ui, view: DeskView) -> Ui:
    """`ui` after the desk changed by itself: nothing stays open for a lead or a call that is gone."""
    lead_id = view.card.lead.id if view.card else None
    if ui.message == STILL_STARTING and not is_starting(view):
        ui = ui.said("")
    if ui.keypad and view.state is not S.TALKING:
        late = astray.of_ended_call(BY_NAME["keypad"], view, view.since_mono)
        ui = replace(ui, keypad=False, astray=late)
    if ui.mode in TRANSFERRING and view.second is None and view.state is not S.TALKING:
        late = astray.of_ended_call(BY_NAME["transfer"], view, view.since_mono)
        return replace(ui.closed(late.words), astray=late)
    if ui.armed and ui.armed.lead_id != lead_id:
        ui = replace(ui, armed=None, message="")
    if ui.mode in ABOUT_THE_LEAD and ui.lead_id != lead_id:
        return ui.closed("Another lead is on the card: what was open is closed.")
    if ui.mode in _RECORDED_ALREADY and not outcome_keys.recordable(view):
        return ui.closed(_RECORDED_ALREADY[ui.mode])
    if ui.mode is Mode.REFUSAL and view.refusal is None:
        return ui.closed()
    if ui.mode in TRANSFERRING and view.second is not None:
        return ui.closed()
    if ui.mode is Mode.SKIP and view.state is not S.PREVIEW:
        return ui.closed("The lead is not in preview any more: it was not skipped.")
    return ui


def paste(ui: Ui, text: str) -> Routed:
    """Text that arrived as a bracketed paste: typed where a line is open, never run as keys."""
    if ui.mode not in TYPING:
        return ui.said("Pasted text is taken only while you write a note or search."), ()
    return open_keys.typed(ui, for_terminal(text)[: open_keys.LONGEST_LINE - len(ui.line.text)])


# ------------------------------------------------------- somebody rings


def _of_caller(ui: Ui, view: DeskView, key: Key) -> Routed | None:
    """The keys for one who rings, out of whatever is open; None: this key is none of them.

    A letter of a line that is being typed stays a letter: there only the
    tabulator, which types nothing, answers; and a note begun is kept.
    """
    action = BY_KEY.get(key.pressed)
    if view.incoming is None or action is None or not action.of_caller:
        return None
    if ui.mode in TYPING and key.char:
        return None
    text = ui.line.text.strip() if ui.mode is Mode.NOTE else ""
    kept = (do.SaveNote(text, ui.lead_id),) if text else ()
    closed, intents = _act(replace(ui.closed(), space_at=None), view, action)
    return closed, (*kept, *intents)


# ------------------------------------------------------------- the desk


def _desk(ui: Ui, view: DeskView, key: Key) -> Routed:
    pressed = key.pressed
    if (swallowed := astray.swallowed(ui, view, key)) is not None:
        return swallowed, ()
    if pressed == "space":
        return _space(ui, view, key.at)
    ui = replace(ui, space_at=None)
    if ui.keypad and pressed in _KEYPAD:
        return ui.said(""), (do.Tone(_KEYPAD[pressed]),)
    if pressed in outcome_keys.DIGITS:
        return outcome_keys.digit(ui, view, pressed)
    if pressed == "escape":
        return replace(ui.said(""), astray=None), ()
    action = BY_KEY.get(pressed)
    if action is None:
        return ui.said(f"Nothing is on {for_terminal(pressed)}: ? shows every key."), ()
    if action.too_late and view.state is S.WRAP_UP:
        late = astray.of_ended_call(action, view, key.at)
        return replace(ui.said(late.words), astray=late), ()
    return _act(ui, view, action)


def _space(ui: Ui, view: DeskView, at: int) -> Routed:
    held = ui.space_at is not None and at - ui.space_at < HELD_MS
    ui = replace(ui, space_at=at)
    if held:
        return (ui.said(_HELD) if view.state is S.PREVIEW else ui), ()
    return _act(ui, view, BY_KEY["space"])


def _act(ui: Ui, view: DeskView, action: Action) -> Routed:
    refusal = action.why_not_now(view)
    if action.name == "undo" and not refusal and not view.can_undo:
        refusal = "Nothing to take back."
    if refusal:
        return ui.said(refusal), ()
    if action.twice and not outcome_keys.armed(ui, view, action.key):
        return outcome_keys.arm(ui, view, action.key, action.twice), ()
    return _ACTS.get(action.name, _press)(ui.said(""), view, action)


def _press(ui: Ui, _: DeskView, action: Action) -> Routed:
    return ui, (do.Press(action.name),)


def _hang_up(ui: Ui, view: DeskView, action: Action) -> Routed:
    """The rep ends the call, so that the next digit is said of it, and is no tone that came too late."""
    return replace(ui, keypad=ui.keypad and view.second is not None), (do.Press(action.name),)


def _toggle_keypad(ui: Ui, _: DeskView, __: Action) -> Routed:
    return replace(ui, keypad=not ui.keypad), ()


def _open_others(ui: Ui, view: DeskView, _: Action) -> Routed:
    return outcome_keys.open_others(ui, view)


def _open_note(ui: Ui, view: DeskView, _: Action) -> Routed:
    opened = ui.opened(Mode.NOTE, view)
    lead_id, text = ui.dropped
    if not text or lead_id != opened.lead_id:
        return opened, ()
    return replace(opened, line=Line().insert(text), dropped=(None, "")), ()


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
    return replace(ui, queue_top=open_keys.within(ui.queue_top + step, len(view.queue))), ()


def _transfer(ui: Ui, view: DeskView, _: Action) -> Routed:
    if view.second is not None:
        return ui, (do.Press("transfer"),)
    if view.call is not None and view.call.passing_to:
        return ui.said("The call is being given away already: what becomes of it is told here."), ()
    return ui, (do.OpenPicker(Mode.TRANSFER),)


def _quit(ui: Ui, _: DeskView, __: Action) -> Routed:
    return ui.said("Clocking out."), (do.Leave(),)


_ACTS: dict[str, Callable[[Ui, DeskView, Action], Routed]] = {
    "hang_up": _hang_up,
    "other": _open_others,
    "keypad": _toggle_keypad,
    "note": _open_note,
    "find": _open_find,
    "number": _open_number,
    "keys": _open_help,
    "timeline": _open_timeline,
    "skip": _skip,
    "transfer": _transfer,
    "pause": _pause,
    "down": _scroll_queue,
    "up": _scroll_queue,
    "quit": _quit,
}
