"""What a screen may see of a desk: one immutable snapshot, replaced on every change.

The screen draws a `DeskView` and sends back actions by name
(`floor.actions`). It keeps no state of its own about the call.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cadence.dispositions import Disposition
from cadence.model import Lead, Phone, Plan, ShiftState


@dataclass(frozen=True, slots=True)
class CardView:
    """The lead on the desk."""

    lead: Lead
    plan: Plan
    phone: Phone
    reason: str  # why this lead is here, one line
    attempts: int  # dials so far
    local_time: str = ""  # "10:42 PST", empty when the zone is unknown
    callable_now: bool = True  # the gate's forecast; the gate itself runs at the dial
    callable_why: str = ""
    history: tuple[str, ...] = ()  # newest first, one line each
    next_mail: str = ""  # "step 2, Wed 09:00", empty when none is planned


@dataclass(frozen=True, slots=True)
class CallView:
    """The call in progress, or the one just ended. Times are `Clock.monotonic` ms."""

    number: str
    caller_id: str = ""
    dialed_mono: int = 0
    ringing_mono: int | None = None
    answered_mono: int | None = None
    ended_mono: int | None = None
    result: str = ""  # a Result, once known
    result_text: str = ""  # one sentence of the telephone
    muted: bool = False


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One row of the queue pane."""

    lead_id: int
    name: str
    company: str
    reason: str
    held_by: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """The rep's shift in numbers."""

    attempts: int = 0
    contacts: int = 0
    won: int = 0
    talk_ms: int = 0
    callbacks_due: int = 0


@dataclass(frozen=True, slots=True)
class DeskView:
    """Everything a rep's screen shows."""

    state: ShiftState
    since_mono: int  # when the state began, `Clock.monotonic` ms
    rep: str
    rep_name: str
    reason: str = ""  # of not-ready; or why there is nothing to dial
    card: CardView | None = None
    call: CallView | None = None
    queue: tuple[QueueLine, ...] = ()
    queue_total: int = 0
    tally: Tally = field(default_factory=Tally)
    dispositions: tuple[Disposition, ...] = ()
    phone_line: str = ""  # "registered", "practice carrier", "retrying in 12 s: no answer"
    phone_ok: bool = False
    message: str = ""  # what just happened, or why a key did nothing
    alarm: bool = False  # the message is a fault, not news
    can_undo: bool = False
    after_call_pause: bool = False  # a pause was asked for; it starts after this lead
    next_due_at: int | None = None  # nothing callable now: when the next lead may be called (ms UTC)
