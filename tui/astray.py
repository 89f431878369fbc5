"""Keys for a call that has ended under the rep's fingers: none of them may become its disposition.

`x`, `!`, `2` gives a call to the second colleague. Where the lead hangs up
before, or between, those keys, the `2` would record how the call ended. So the
digits that follow such a key closely are not taken, and the rep is told why.
"""

from __future__ import annotations

from msgspec.structs import replace

from cadence.model import ShiftState as S
from floor.actions import BY_KEY, IN_CALL, Action
from floor.view import DeskView
from tui.key import Key
from tui.outcome_keys import DIGITS
from tui.ui import Astray, Ui

ASTRAY_MS = 1_500  # how closely: seeing that the call is over, and stopping, takes half a second and more
_MAIN_KEYS = frozenset(BY_KEY) - {"space"} | {"escape"}  # they mean what they say


def of_ended_call(action: Action, view: DeskView, at: int) -> Astray:
    """`action` was pressed at `at`, or waited for its digits then, and its call is over."""
    how = " Now say how it ended." if view.state is S.WRAP_UP else ""
    return Astray(action.too_late + how, at)


def swallowed(ui: Ui, view: DeskView, key: Key) -> Ui | None:
    """`ui` after a key that goes with those before it; None: the key is meant for the desk."""
    astray = ui.astray
    if astray is None or view.state in IN_CALL or key.at - astray.at >= ASTRAY_MS:
        return None
    if key.pressed not in DIGITS and key.pressed in _MAIN_KEYS:
        return None
    held = key.at if key.pressed == "space" else None
    return replace(ui.said(astray.words), astray=Astray(astray.words, key.at), space_at=held)
