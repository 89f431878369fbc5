"""docs/keys.md, written from the registry: `python -m tui.keysdoc > docs/keys.md`."""

from __future__ import annotations

import sys
from pathlib import Path

import cadence
from cadence import dispositions
from cadence.model import ShiftState
from floor.actions import ACTIONS, Action

_HEAD = """# Keys

<!-- Written by `python -m tui.keysdoc > docs/keys.md` from the registry of actions; do not edit. -->

Letters work in either case. A key that does nothing says why on the message row.
The last row of the screen always shows the keys that work now.

## The desk

| key | what | where it works |
| --- | --- | --- |
"""
_DISPOSITIONS = """
## Dispositions

The same key in every state of a call: it hangs up if the call is up, records
it, and brings the next lead. Those without a digit are in the list that `w` opens.

| key | disposition |
| --- | --- |
"""
_TAIL = """
## While something is open

| open | keys |
| --- | --- |
| note (`n`) | every printable key types; `enter` keeps the note, `esc` drops it (`n` brings it back) |
| other outcome (`w`) | a digit records it; `w` or `enter` closes |
| callback (its digit) | `1` to `6` pick a time, `t` types one ("tomorrow 14:30"), `enter` closes |
| skip (`s`), pause (`p`) | a digit picks the reason; the same letter or `enter` closes |
| find (`/`) | every printable key types; arrows move; `enter` reads the lead that is marked, `esc` closes |
| a lead that was found | `d` puts its number on the line to dial; `esc` shows the list, `enter` closes |
| transfer (`x`) | a digit picks a colleague, `d` types a number; `!`: at once, or after a word |
| number (`d`) | every printable key types; up brings the last number; `enter` dials, `esc` closes |
| help (`?`), timeline (`t`) | `j` `k`, arrows and page keys scroll; the same key or `enter` closes |
| why a number was not dialed | the same; it opens by itself |
| keypad (`#`) | `0` to `9` and `*` are tones, `p` is the tone of #, `#` ends it |

While somebody rings, `a` and `i` work out of everything but a line that is being
typed: there they are letters, and `tab` answers. A note begun is kept.

Any other key closes help and timeline and does what it always does. In a line:
arrows, `home`, `end`, `backspace`, `delete`; `ctrl+w` takes a word back,
`ctrl+u` the line. Text pasted anywhere else than into a line is dropped.
"""


def text() -> str:
    """The whole document."""
    shipped = dispositions.load(Path(cadence.__file__).parent / "data" / "dispositions.toml")
    keys = "".join(f"| {_keys(action)} | {action.help} | {_where(action)} |\n" for action in ACTIONS)
    said = "".join(_disposition_row(f"`{each.key}`", each) for each in shipped.offered if each.key)
    listed = enumerate((each for each in shipped.offered if not each.key), start=1)
    said += "".join(_disposition_row(f"`w` `{number}`", each) for number, each in listed)
    return _HEAD + keys + _DISPOSITIONS + said + _TAIL


def _disposition_row(keys: str, each: dispositions.Disposition) -> str:
    twice = " twice" if each.confirm else ""
    asks = " (asks for the time)" if each.callback else ""
    return f"| {keys}{twice} | {each.label}{asks} |\n"


def _keys(action: Action) -> str:
    shown = ", ".join(f"`{key}`" for key in (action.key, *action.also))
    return f"{shown} twice" if action.twice else shown


def _where(action: Action) -> str:
    if action.of_caller:
        return "while somebody rings"
    if action.of_second:
        return "talking, with a second line"
    if action.states == frozenset(ShiftState):
        return "everywhere"
    return ", ".join(state.value.replace("_", "-") for state in ShiftState if state in action.states)


if __name__ == "__main__":
    sys.stdout.write(text())
