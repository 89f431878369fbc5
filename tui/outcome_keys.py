"""Keys that record a call: the ten digits, and the list of the outcomes that have none.

Both ways follow the same rules, and both end in one request that names the
disposition by its code.
"""

from __future__ import annotations

from msgspec.structs import replace

from cadence.dispositions import Disposition
from cadence.model import ShiftState as S
from config.text import for_terminal
from floor.actions import IN_CALL, NOBODY_TO_CALL_BACK
from floor.view import Choice, DeskView
from tui import intents as do
from tui.key import Routed
from tui.ui import Armed, Mode, Ui

DIGITS = frozenset("1234567890")


def recordable(view: DeskView) -> bool:
    """Whether there is a call to record."""
    return view.state in IN_CALL or view.state is S.WRAP_UP


def why_not_record(view: DeskView, disposition: Disposition) -> str:
    """Empty when `disposition` may be recorded now, else the sentence that says why not."""
    if not recordable(view):
        return f"No call to record as {disposition.label.lower()}: space dials."
    if disposition.callback and view.card is None:
        return NOBODY_TO_CALL_BACK
    answered = view.call is not None and view.call.answered_mono is not None
    if disposition.human and not answered:
        return f"{disposition.label} needs a conversation: nobody has answered."
    return ""


def digit(ui: Ui, view: DeskView, key: str) -> Routed:
    """A digit at the desk."""
    disposition = next((each for each in view.dispositions if each.key == key), None)
    if disposition is None:
        return ui.said(f"No disposition is on {key}."), ()
    return _record(ui, view, disposition, key)


def open_others(ui: Ui, view: DeskView) -> Routed:
    """The list of the outcomes that have no digit at the desk."""
    choices = tuple(
        Choice(str(number), label(each), each.code) for number, each in enumerate(view.others, start=1)
    )
    if not choices:
        return ui.said("Every outcome has its digit: 1 to 9 and 0."), ()
    return ui.opened(Mode.OTHER, view, choices), ()


def chosen(ui: Ui, view: DeskView, choice: Choice) -> Routed:
    """One of that list; it stays open until the choice is taken."""
    disposition = next((each for each in view.others if each.code == choice.value), None)
    if disposition is None:
        return ui.closed(), ()
    routed, intents = _record(ui, view, disposition, choice.key)
    return (routed.closed() if intents else routed), intents


def label(disposition: Disposition) -> str:
    """What it is called where it can be chosen."""
    return disposition.label + (" (twice)" if disposition.confirm else "")


def _record(ui: Ui, view: DeskView, disposition: Disposition, key: str) -> Routed:
    refusal = why_not_record(view, disposition)
    if refusal:
        return ui.said(refusal), ()
    if disposition.confirm and not armed(ui, view, key):
        who = for_terminal(view.card.lead.name) if view.card else "this lead"
        return arm(ui, view, key, f"Press {key} again: {disposition.label.lower()}, {who}."), ()
    if disposition.callback:
        return ui.said(""), (do.OpenPicker(Mode.CALLBACK, disposition),)
    return ui.said(""), (do.Dispose(disposition.code),)


def armed(ui: Ui, view: DeskView, key: str) -> bool:
    """Whether `key` was pressed once already, for the lead on the card."""
    return ui.armed == Armed(key, view.card.lead.id if view.card else None)


def arm(ui: Ui, view: DeskView, key: str, message: str) -> Ui:
    """`key` pressed once; `message` asks for it again."""
    return replace(ui, armed=Armed(key, view.card.lead.id if view.card else None), message=message)
