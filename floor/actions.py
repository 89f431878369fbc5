"""Everything a rep can do, once: name, default key, where it works, and why not elsewhere.

Key handling, footer, help and docs/keys.md are drawn from this registry, so
they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass

from cadence.model import ShiftState as S

_IN_CALL = frozenset({S.DIALING, S.RINGING, S.TALKING})
_WITH_LEAD = _IN_CALL | {S.PREVIEW, S.WRAP_UP}
_ALWAYS = frozenset(S)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a rep can do."""

    name: str
    key: str  # a Textual key name; digits are dispositions and are not listed here
    label: str  # for the footer, one or two words
    help: str  # one sentence for the help page
    states: frozenset[S]
    elsewhere: str  # why it does nothing in other states, one sentence


ACTIONS: tuple[Action, ...] = (
    Action("dial", "space", "dial", "Dial the lead on the card.", frozenset({S.PREVIEW}), "Nothing to dial: no lead is on the card."),
    Action("hang_up", "h", "hang up", "End the call and go to wrap-up.", _IN_CALL, "No call to hang up."),
    Action("mute", "m", "mute", "Stop or restore your microphone.", frozenset({S.TALKING}), "Mute works during a conversation."),
    Action("keypad", "#", "keypad", "Keypad tones on or off: digits are sent to the call.", frozenset({S.TALKING}), "The keypad works during a conversation."),
    Action("note", "n", "note", "Write a note on the lead.", _WITH_LEAD, "A note needs a lead on the card."),
    Action("skip", "s", "skip", "Pass this lead on, with a reason; it stays in the queue and the skip is logged.", frozenset({S.PREVIEW}), "Only a lead that is not being called can be skipped."),
    Action("undo", "u", "undo", "Take back the last disposition; both stay in the log.", frozenset({S.READY, S.PREVIEW}), "Undo works before the next dial."),
    Action("pause", "p", "pause", "Go not-ready, with a reason; again to come back.", _ALWAYS, ""),
    Action("timeline", "t", "timeline", "Show the lead's history and what comes next.", _WITH_LEAD, "No lead is on the card."),
    Action("find", "/", "find", "Find a lead by name, company, number or mail.", _ALWAYS, ""),
    Action("keys", "?", "help", "Show every key.", _ALWAYS, ""),
    Action("quit", "q", "quit", "Clock out and leave.", frozenset({S.READY, S.PREVIEW, S.NOT_READY}), "Finish the call and its disposition first: nothing may be lost."),
)

BY_NAME: dict[str, Action] = {action.name: action for action in ACTIONS}
BY_KEY: dict[str, Action] = {action.key: action for action in ACTIONS}


def why_not(name: str, state: S) -> str:
    """Empty when action `name` works in `state`, else the sentence that says why not."""
    action = BY_NAME[name]
    return "" if state in action.states else action.elsewhere
