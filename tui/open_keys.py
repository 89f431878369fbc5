"""Keys while something is open above the desk: a text to read, a picker, a line being typed."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from config.text import for_terminal
from floor.actions import ACTIONS, BY_KEY
from floor.view import DeskView
from tui import intents as do
from tui import outcome_keys
from tui.intents import Intent
from tui.key import Key, Routed
from tui.ui import Line, Mode, Ui

LONGEST_LINE = 2_000
PAGE = 12
HELP_ROWS = len(ACTIONS) + 1  # the digits have one
NOTE_DROPPED = "The note was not kept: n brings it back."

_CLOSERS = frozenset({"enter", "escape"})
_OPENED_BY = {
    Mode.SKIP: "s", Mode.PAUSE: "p", Mode.HELP: "?", Mode.TIMELINE: "t", Mode.TRANSFER: "x", Mode.OTHER: "w",
    Mode.CALLBACK: "w",  # of a disposition without a digit
}  # fmt: skip
_STEPS = {"down": 1, "j": 1, "up": -1, "k": -1, "pagedown": PAGE, "pageup": -PAGE}


# --------------------------------------------------------------- reading


def reading(ui: Ui, view: DeskView, key: Key) -> Routed | None:
    """Help, timeline, refusal, a lead that was found: scroll and close; None: the desk takes the key."""
    pressed = key.pressed
    if pressed in _STEPS:
        length = _length(ui, view)
        moved = within(within(ui.cursor, length) + _STEPS[pressed], length)  # of old it may be past the end
        return replace(ui, cursor=moved, space_at=None), ()
    if ui.mode is Mode.FOUND and (routed := _found(ui, view, pressed)) is not None:
        return routed
    if pressed in _CLOSERS or pressed in ("q", _OPENED_BY.get(ui.mode)):
        return replace(ui.closed(), space_at=None), ()
    return None


def _length(ui: Ui, view: DeskView) -> int:
    lengths = {
        Mode.TIMELINE: len(ui.timeline),
        Mode.REFUSAL: len(view.refusal.checks) if view.refusal else 0,
        Mode.FOUND: len(ui.story or ()),
    }
    return lengths.get(ui.mode) or help_tops(ui.room)


def help_tops(room: int) -> int:
    """How many of the help's rows may stand first in `room` rows, one of them the title."""
    return max(HELP_ROWS + 2 - room, 1)


def _found(ui: Ui, view: DeskView, pressed: str) -> Routed | None:
    """A lead that was found: back to the list, or its number on the line to dial."""
    if pressed in ("escape", "/"):
        return replace(ui, mode=Mode.FIND, cursor=ui.picked, story=None, space_at=None), ()
    action = BY_KEY.get(pressed)
    if action is None or action.name != "number" or action.why_not_now(view):
        return None
    numbers = [each.e164 for each in ui.found[ui.picked].phones if not each.bad]
    if not numbers:
        return replace(ui, space_at=None).said("This lead has no number to dial."), ()
    opened = ui.opened(Mode.NUMBER, view)
    return replace(opened, line=Line().insert(numbers[0]), space_at=None), ()


# --------------------------------------------------------------- picking


def picking(ui: Ui, view: DeskView, key: Key) -> Routed:
    """A digit takes a choice."""
    pressed = key.pressed
    choice = next((each for each in ui.choices if each.key == pressed), None)
    if choice is not None and ui.mode is Mode.OTHER:
        return outcome_keys.chosen(ui, view, choice)
    if choice is not None:
        picked: dict[Mode, Callable[[], Intent]] = {
            Mode.CALLBACK: lambda: do.Dispose(_waiting(ui), int(choice.value)),
            Mode.SKIP: lambda: do.Skip(choice.value),
            Mode.PAUSE: lambda: do.Pause(choice.value),
            Mode.TRANSFER: lambda: do.GiveTo(choice.value, ui.blind),
        }
        return ui.closed(), (picked[ui.mode](),)
    if ui.mode is Mode.CALLBACK and pressed == "t":
        return replace(ui, mode=Mode.CALLBACK_TIME, line=Line(), message=""), ()
    if ui.mode is Mode.TRANSFER and pressed == "d":
        return replace(ui, mode=Mode.TRANSFER_NUMBER, line=Line(), message=""), ()
    if ui.mode is Mode.TRANSFER and pressed == "!":
        return replace(ui, blind=not ui.blind, message=""), ()
    if pressed in _CLOSERS or pressed == _opener(ui):
        return ui.closed(), ()
    return ui.said(f"Nothing is on {for_terminal(pressed)} here; enter closes."), ()


def _opener(ui: Ui) -> str:
    """The key that opened what is open, and closes it."""
    own = ui.disposition.key if ui.disposition is not None else ""
    return own or _OPENED_BY[ui.mode]


def _waiting(ui: Ui) -> str:
    """The code of the disposition that waits for a time."""
    return ui.disposition.code if ui.disposition is not None else ""


# ---------------------------------------------------------------- typing


def typing(ui: Ui, view: DeskView, key: Key) -> Routed:
    """A printable key types; the others edit the line, keep it or drop it."""
    if key.name == "enter":
        return _enter(ui)
    if key.name == "escape":
        return _dropped(ui), ()
    if ui.mode is Mode.FIND and key.name in ("up", "down"):
        step = 1 if key.name == "down" else -1
        return replace(ui, cursor=within(ui.cursor + step, len(ui.found))), ()
    if ui.mode is Mode.NUMBER and key.name == "up" and view.last_number:
        return _changed(ui, Line().insert(view.last_number))
    if ui.mode is Mode.TRANSFER_NUMBER and key.char == "!":
        return replace(ui, blind=not ui.blind, message=""), ()
    if key.name == "ctrl+q":
        return ui.said("Close the line first: enter."), ()
    text = for_terminal(key.char)
    if text and key.char.isprintable():
        return typed(ui, text if len(ui.line.text) < LONGEST_LINE else "")
    return _changed(ui, ui.line.edited(key.name))


def typed(ui: Ui, text: str) -> Routed:
    """`text` put into the open line."""
    return _changed(ui, ui.line.insert(text))


def _enter(ui: Ui) -> Routed:
    text = ui.line.text.strip()
    if ui.mode is Mode.FIND and text and ui.found:
        read = replace(ui, mode=Mode.FOUND, picked=ui.cursor, cursor=0, story=None, message="")
        return read, (do.LookUp(ui.found[ui.cursor]),)
    if not text or ui.mode is Mode.FIND:
        return ui.closed(), ()
    if ui.mode is Mode.NOTE:
        return ui.closed(), (do.SaveNote(text, ui.lead_id),)
    if ui.mode is Mode.NUMBER:
        return ui.closed(), (do.DialNumber(text),)
    if ui.mode is Mode.TRANSFER_NUMBER:
        return ui.closed(), (do.GiveTo(text, ui.blind),)
    return ui.said(""), (do.DisposeAt(_waiting(ui), text),)


def _dropped(ui: Ui) -> Ui:
    back = {Mode.CALLBACK_TIME: Mode.CALLBACK, Mode.TRANSFER_NUMBER: Mode.TRANSFER}.get(ui.mode)
    if back is not None and ui.choices:
        return replace(ui, mode=back, line=Line(), message="")
    text = ui.line.text.strip()
    if ui.mode is not Mode.NOTE or not text:
        return ui.closed()
    return replace(ui.closed(NOTE_DROPPED), dropped=(ui.lead_id, text))


def _changed(ui: Ui, line: Line) -> Routed:
    changed = replace(ui, line=line, message="")
    if ui.mode is Mode.FIND and line.text != ui.line.text:
        return replace(changed, cursor=0), (do.Search(line.text),)
    return changed, ()


def within(index: int, length: int) -> int:
    """`index`, kept inside a list of `length`."""
    return max(0, min(index, length - 1))
