"""What goes in and comes out of the store, besides the words of `cadence.model`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cadence.dispositions import Disposition
from cadence.model import CallKind, Decision, Lane, Lead, LeadStatus, Phone, Plan, Result, ShiftState

NO_PHONE = Phone(0, "")  # stands in a claim whose lead has no number that may be dialed (a review)


@dataclass(frozen=True, slots=True)
class NewPhone:
    """A number as it arrives: E.164 already, and what the source calls it."""

    e164: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class NewLead:
    """An arrival: a web form, a row of a file, a hand entry. Texts are clean, numbers are E.164."""

    name: str = ""
    company: str = ""
    title: str = ""
    email: str = ""
    phones: tuple[NewPhone, ...] = ()
    country: str = ""
    region: str = ""
    postal_code: str = ""
    zone: str = ""
    source: str = ""
    campaign: str = ""
    value: int = 0
    owner: str = ""
    consent: str = ""
    notes: str = ""
    arrived_at: int | None = None  # None: now
    ref: str = ""  # the source's own key; the same ref is the same inquiry
    import_id: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A lead in a rep's hands until `expires_at`."""

    lead: Lead
    plan: Plan
    phone: Phone
    token: int
    lane: Lane
    reason: str  # why this lead is here, one line
    attempts: int  # dials so far
    expires_at: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing to claim now."""

    next_at: int | None  # when the next lead may be called; None: nothing is planned
    why: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue, in rank order."""

    lead_id: int
    name: str
    company: str
    lane: Lane
    due_at: int
    reason: str
    owner: str = ""
    held_by: str = ""


@dataclass(frozen=True, slots=True)
class CallEnd:
    """What the telephone found."""

    result: Result
    at: int
    ring_ms: int = 0
    talk_ms: int = 0
    sip_code: int = 0
    reason: str = ""
    q850: int = 0
    ended_by: str = ""  # rep, lead, network, engine
    packets: int = 0  # of the sound that came; 0: nothing is known of the sound
    lost: int = 0
    jitter_ms: int = 0
    quality: str = ""  # good, fair, poor


@dataclass(frozen=True, slots=True)
class Attempt:
    """One INVITE, or one that the gate refused. Instants are ms UTC, None until they happen."""

    id: int
    lead_id: int | None
    token: int
    e164: str
    rep: str
    shift_id: int | None
    call_kind: CallKind | None  # None: dialed by hand
    step: int
    caller_id: str
    decision: Decision
    opened_at: int
    sip_call_id: str = ""
    invited_at: int | None = None
    ringing_at: int | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    ring_ms: int = 0
    talk_ms: int = 0
    result: Result | None = None
    disposition: str = ""
    direction: str = "out"  # in: they called us
    transferred_to: str = ""  # whom the call was given to; empty: nobody


@dataclass(frozen=True, slots=True)
class Finished:
    """How an attempt ended: with the disposition that recorded itself, or waiting for the rep's."""

    disposition: Disposition | None
    plan: Plan | None  # None while it waits, and for a call of no lead
    settled: bool = False  # nothing more is asked of the rep


@dataclass(frozen=True, slots=True)
class OutMail:
    """One mail to hand to the server."""

    id: int
    lead_id: int
    step: int
    address: str
    subject: str
    text: str
    html: str | None
    message_id: str
    tries: int


@dataclass(frozen=True, slots=True)
class Suppression:
    """A number, address or domain that is not to be contacted."""

    value: str
    kind: str  # phone, email, domain
    added_at: int
    added_by: str
    why: str
    removed_at: int | None = None
    removed_by: str = ""
    removed_why: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """A supervisor's word that lets one call to a lead or a number past the gate (table `permission`)."""

    id: int
    lead_id: int | None
    e164: str  # empty: for the lead
    granted_at: int
    granted_by: str
    why: str
    until_at: int


@dataclass(frozen=True, slots=True)
class Shift:
    """One clock-in of one rep."""

    id: int
    rep: str
    host: str
    pid: int
    in_at: int
    beat_at: int
    out_at: int | None = None


Alive = Callable[[Shift], bool]  # whether the session behind a shift still runs


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of a shift in one state; `to_at` is None while it lasts."""

    shift_id: int
    state: ShiftState
    reason: str
    from_at: int
    to_at: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found."""

    clean: bool
    rows: int  # events that hold
    first_broken: int | None = None  # seq of the first that does not
    why: str = ""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One mail of the outbox, without its text."""

    id: int
    lead_id: int
    step: int
    template: str
    address: str
    subject: str
    state: str
    due_at: int
    tries: int
    settled_at: int | None
    reply: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose a number is that rings, as far as the store knows."""

    number: str  # E.164, or as it came; empty: withheld
    lead_id: int | None = None
    name: str = ""
    company: str = ""
    status: LeadStatus | None = None  # of the lead
    owner: str = ""  # rep login
    held_by: str = ""  # the rep who has the lead in hand
    suppressed: str = ""  # why the number is on the do-not-call list


@dataclass(frozen=True, slots=True)
class Missed:
    """What became of a call that nobody answered."""

    lead_id: int | None  # None: no lead has the number, and none was made of it
    name: str  # of the lead
    number: str  # E.164, or as it came; empty: withheld
    first: bool  # the lead is called before all others, from the first lawful moment on
