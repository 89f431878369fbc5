"""Everything a rep can do, once: name, default key, where it works, and why not elsewhere.

Key handling, footer, help and docs/keys.md are drawn from this registry, so
they cannot disagree. Letters work in either case. Digits are dispositions and
are not listed here.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from cadence.model import ShiftState as S
from floor.view import CallView, CardView, IncomingView

IN_CALL = frozenset({S.DIALING, S.RINGING, S.TALKING})
RINGS_IN = frozenset({S.READY, S.PREVIEW})
_WITH_LEAD = IN_CALL | {S.PREVIEW, S.WRAP_UP}
_FREE = RINGS_IN | {S.NOT_READY}
_ALWAYS = frozenset(S)

_IN_A_CALL = "A call is up: its disposition key ends it."
RECORD_FIRST = "Record this call first: keys 1 to 9 and 0."
_PAUSED = "You are not ready: p brings you back."
STARTING = "starting"  # the reason of not-ready until the desk has clocked in and its phone runs
STILL_STARTING = "The phone is starting: one moment."
_NO_CALL = "No call to record: space dials."
_NO_LEAD = "No lead is on the card."
_OBJECTED = "Done already: they object, and nothing of this call is kept."
_NOBODY_RINGS = "Nobody rings at this desk."
SOMEBODY_RINGS = "Somebody rings: a answers, i passes the call on."
_GIVEN_TO_NOBODY = "The call is over: it was given to nobody."
_NO_TONE = "The call is over: no tone goes out."
NOBODY_TO_CALL_BACK = "A callback needs a lead: this number is no lead's."


class Moment(Protocol):
    """What decides, besides the state, whether a key does anything: the desk itself, or its view."""

    @property
    def state(self) -> S:
        """The shift's state."""
        ...

    @property
    def reason(self) -> str:
        """Of not-ready."""
        ...

    @property
    def card(self) -> CardView | None:
        """The lead on the desk."""
        ...

    @property
    def incoming(self) -> IncomingView | None:
        """Who rings."""
        ...

    @property
    def call(self) -> CallView | None:
        """The first line, also when it has ended."""
        ...

    @property
    def second(self) -> CallView | None:
        """The second line."""
        ...


class Action(msgspec.Struct, frozen=True):
    """One thing a rep can do."""

    name: str
    key: str  # the character that does it, or a Textual key name: "space"
    label: str  # for the footer, one or two words
    help: str  # one sentence for the help page
    states: frozenset[S]
    elsewhere: str = ""  # why it does nothing in other states, one sentence
    because: tuple[tuple[S, str], ...] = ()  # states that deserve a better sentence than `elsewhere`
    also: tuple[str, ...] = ()  # more keys for the same, Textual key names
    of_lead: bool = False  # needs a lead on the card, in whatever state
    of_caller: bool = False  # needs somebody who rings at this desk
    of_second: bool = False  # needs two lines: the second answered, the first not over
    not_while_ringing: bool = False  # would leave the one who rings standing
    unless_objected: bool = False  # is done once in a call
    twice: str = ""  # asked before it is done; the same key again does it
    needs_start: bool = False  # does nothing while the desk starts
    too_late: str = ""  # digits follow it in a call; what is said where the call was over before they did

    def why_not(self, state: S) -> str:
        """Empty when the action works in `state`, else the sentence that says why not."""
        if state in self.states:
            return ""
        return dict(self.because).get(state, self.elsewhere)

    def why_not_now(self, moment: Moment) -> str:
        """Empty when the action works at `moment`, in its state and with what it needs; else why not."""
        if self.needs_start and is_starting(moment):
            return STILL_STARTING
        if refusal := self.why_not(moment.state):
            return refusal
        if self.of_lead and moment.card is None:
            return _NO_LEAD
        if self.of_caller and moment.incoming is None:
            return _NOBODY_RINGS
        if self.not_while_ringing and moment.incoming is not None:
            return SOMEBODY_RINGS
        if self.unless_objected and moment.call is not None and moment.call.recording == "objected":
            return _OBJECTED
        if self.of_second and moment.second is None:
            return "There is one line only: x asks somebody else."
        if self.of_second and moment.call is not None and moment.call.ended_mono is not None:
            return "They have hung up: this is the only line."
        if self.of_second and moment.second is not None and moment.second.answered_mono is None:
            return "The second line is not answered yet: h gives it up."
        return ""


def is_starting(moment: Moment) -> bool:
    """Whether the desk is opening: a pause that no key ends."""
    return moment.state is S.NOT_READY and moment.reason == STARTING


_BUSY = tuple((state, _IN_A_CALL) for state in (S.DIALING, S.RINGING, S.TALKING))

ACTIONS: tuple[Action, ...] = (
    Action(
        "dial", "space", "dial", "Dial the lead on the card.",
        frozenset({S.PREVIEW}), f"Nothing to dial: {_NO_LEAD[0].lower()}{_NO_LEAD[1:]}",
        because=(*_BUSY, (S.WRAP_UP, RECORD_FIRST), (S.NOT_READY, _PAUSED)), not_while_ringing=True,
        needs_start=True,
    ),
    Action(
        "answer", "a", "answer", "Take the call that rings; a lead in preview goes back.",
        RINGS_IN, _NOBODY_RINGS, of_caller=True, also=("tab",),
    ),
    Action(
        "pass_on", "i", "pass on", "Do not take it: the caller is the first in the queue.",
        RINGS_IN, _NOBODY_RINGS, of_caller=True,
    ),
    Action(
        "hang_up", "h", "hang up", "End the call; of two lines, the one you talk on.",
        IN_CALL, "No call to hang up.",
    ),
    Action(
        "other", "w", "other", "Record an outcome that has no digit, out of a list.",
        IN_CALL | {S.WRAP_UP}, _NO_CALL,
    ),
    Action(
        "mute", "m", "mute", "Stop or restore your microphone.",
        frozenset({S.TALKING}), "Mute works during a conversation.",
    ),
    Action(
        "hold", "o", "hold", "Put them on hold, or take them back.",
        frozenset({S.TALKING}), "Hold works during a conversation.",
    ),
    Action(
        "transfer", "x", "transfer", "Give the call away; then joins it to the second line.",
        frozenset({S.TALKING}), "Only a conversation can be given to somebody else.",
        too_late=_GIVEN_TO_NOBODY,
    ),
    Action(
        "line", "l", "line", "Change lines: the other one is on hold.",
        frozenset({S.TALKING}), "There is no second line.", of_second=True,
    ),
    Action(
        "voicemail", "v", "message", "Leave your recorded message, and go on to the next lead.",
        frozenset({S.TALKING}), "A message is left when somebody, or a machine, has answered.",
    ),
    Action(
        "record", "r", "record", "Begin, pause or resume the recording of this call.",
        frozenset({S.TALKING}), "A recording is of a conversation: nobody talks now.",
    ),
    Action(
        "object", "e", "erase", "They object: delete the recording, make none in this call.",
        frozenset({S.TALKING, S.WRAP_UP}), "An objection is to the recording of a call: there is none now.",
        unless_objected=True, twice="Press e again: they object, and the recording is deleted.",
    ),
    Action(
        "keypad", "#", "keypad", "Keypad on or off: while it is on, digits are tones.",
        frozenset({S.TALKING}), "The keypad works during a conversation.",
        too_late=_NO_TONE,
    ),
    Action(
        "skip", "s", "skip", "Pass this lead on, with a reason that is logged.",
        frozenset({S.PREVIEW}), "Only a lead that is not being called can be skipped.",
    ),
    Action(
        "note", "n", "note", "Write a note on the lead.",
        _WITH_LEAD, "A note needs a lead on the card.", of_lead=True,
    ),
    Action(
        "timeline", "t", "timeline", "Show the lead's history and what comes next.",
        _WITH_LEAD, _NO_LEAD, of_lead=True,
    ),
    Action(
        "find", "/", "find", "Find a lead by name, company, number or mail.",
        _ALWAYS,
    ),
    Action(
        "undo", "u", "undo", "Take back the last disposition; both stay in the log.",
        frozenset({S.READY, S.PREVIEW}), "Undo works before the next dial.",
        because=((S.NOT_READY, _PAUSED),), not_while_ringing=True, needs_start=True,
    ),
    Action(
        "pause", "p", "pause", "Go not-ready, with a reason; again to come back.",
        _ALWAYS, needs_start=True,
    ),
    Action(
        "number", "d", "number", "Dial a number you type; the up arrow brings the last one.",
        _FREE | {S.WRAP_UP}, _IN_A_CALL,  # what may not be dialed there is refused once it is known
    ),
    Action(
        "down", "j", "down", "Scroll the queue, or move down a list.",
        _ALWAYS, also=("down",),
    ),
    Action(
        "up", "k", "up", "Scroll the queue back, or move up a list.",
        _ALWAYS, also=("up",),
    ),
    Action(
        "keys", "?", "help", "Show every key.",
        _ALWAYS,
    ),
    Action(
        "quit", "q", "quit", "Clock out and leave; asked twice.",
        _FREE, "Finish the call and its disposition first: nothing may be lost.",
        also=("ctrl+q",), twice="Press q again to clock out and leave.",
    ),
)  # fmt: skip

BY_NAME: dict[str, Action] = {action.name: action for action in ACTIONS}
BY_KEY: dict[str, Action] = {key: action for action in ACTIONS for key in (action.key, *action.also)}
