"""The words of the domain, as types. Every room speaks these and no others.

A lead arrives, gets a cadence, and until it is won, refused or opted out it
has a next action with a date. Times are integer milliseconds UTC (`*_at`),
durations integer milliseconds (`*_ms`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import msgspec


class Result(StrEnum):
    """What the telephone found. Never what the rep says: that is a disposition."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    INVALID = "invalid"
    BLOCKED = "blocked"  # by the carrier's analytics, or by our own gate: no ring reached the lead
    FAILED = "failed"  # network, account, codec: says nothing about the lead
    INTERRUPTED = "interrupted"  # a process of ours died; times are those known so far


class LeadStatus(StrEnum):
    """`open` until one of the three ends; an open lead always has a next action."""

    OPEN = "open"
    WON = "won"
    REFUSED = "refused"
    OPTED_OUT = "opted_out"


class Lane(IntEnum):
    """Rank bands of the queue, as stored.

    Age turns FRESH into missed and SOON into late without a write: see `cadence.ranking`.
    """

    FRESH = 0  # never called
    CALLBACK = 1  # a time was agreed
    SOON = 2  # a step counted in minutes or hours
    LONG = 3  # a step counted in days
    NURTURE = 4  # after the cadence's end
    RETURNED = 5  # they called us, and nobody answered
    NO_CALL = 99  # nothing to dial: the next action is a mail


class ShiftState(StrEnum):
    """What a rep is doing; the spans of a shift add up to its clock."""

    READY = "ready"
    PREVIEW = "preview"
    DIALING = "dialing"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    NOT_READY = "not_ready"


@dataclass(frozen=True, slots=True)
class Phone:
    """One number of a lead."""

    id: int
    e164: str
    kind: str = ""  # mobile, work, ... as the source named it
    position: int = 0  # order of trying
    bad: bool = False  # wrong or disconnected: never dialed from the queue again


@dataclass(frozen=True, slots=True)
class Lead:
    """What the card, the gate, the cadence and a mail template may know of a lead."""

    id: int
    name: str
    company: str = ""
    title: str = ""
    email: str = ""  # empty: none known; a bounced or suppressed address is kept and marked
    email_bad: bool = False
    country: str = ""  # ISO 3166 alpha-2 of the address, empty if unknown
    region: str = ""  # state or province of the address (US: two letters), empty if unknown
    postal_code: str = ""
    zone: str = ""  # IANA zone stated by the source, empty if not
    source: str = ""
    campaign: str = ""
    value: int = 0  # ties in the queue; larger first
    owner: str = ""  # rep login, empty: the team's
    consent: str = ""  # what the person agreed to, as the source recorded it
    arrived_at: int = 0  # the (latest) inquiry
    status: LeadStatus = LeadStatus.OPEN
    notes: str = ""
    phones: tuple[Phone, ...] = ()

    @property
    def working(self) -> tuple[Phone, ...]:
        """The numbers that may still be tried, in the order of trying."""
        return tuple(
            sorted((phone for phone in self.phones if not phone.bad), key=lambda phone: phone.position)
        )


class CallKind(StrEnum):
    """Why a call is planned."""

    STEP = "step"  # the cadence's next call step
    RETRY = "retry"  # the same step again: busy, network failure; does not consume a step
    CALLBACK = "callback"  # a time agreed with the lead
    NURTURE = "nurture"  # after the cadence's end
    REVIEW = "review"  # no number may be dialed: a person must look at the lead; the reason says why
    # Of attempts only:
    RETURNED = "returned"  # they had called and nobody answered; planned as a callback in a lane of its own
    CONSULT = "consult"  # the second line of a call: never planned, and no lead's


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """The next call of a lead."""

    kind: CallKind
    step: int  # number of the call in its cadence, from 1; a retry repeats it
    lane: Lane
    due_at: int  # not before
    owner: str = ""  # a callback's rep; empty: anyone's
    tries: int = 0  # attempts that reached nobody and used up no step (busy, network failure)


@dataclass(frozen=True, slots=True)
class PlannedMail:
    """The next mail of a lead."""

    step: int  # number of the mail in its cadence, from 1
    template: str
    due_at: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a lead stands and what comes next: the whole state the cadence keeps of it.

    An open plan has a call, a mail, or both; its next action is the earlier
    one. A plan that is not open has neither.
    """

    status: LeadStatus
    cadence: str
    version: int
    anchor_at: int  # the moment the schedule counts from: the inquiry
    calls_done: int = 0  # call steps used up (never more than the cadence has)
    mails_done: int = 0
    voicemails: int = 0  # messages left so far
    last_call_at: int = 0  # latest attempt, 0: none; keeps late steps from bunching up
    call: PlannedCall | None = None
    mail: PlannedMail | None = None
    reason: str = ""  # one line for a person: why this is next
    called_us_at: int = 0  # when they called and nobody answered, while that call is to be returned; 0: no
    promise: PlannedCall | None = None  # the agreed callback that stands behind a returned call

    def __post_init__(self) -> None:
        """Refuse a lost lead.

        Raises:
            ValueError: open with nothing planned, or ended with something planned.
        """
        planned = self.call is not None or self.mail is not None
        if (self.status is LeadStatus.OPEN) != planned:
            raise ValueError(f"a plan that is {self.status} with call={self.call} and mail={self.mail}")

    @property
    def next_at(self) -> int | None:
        """When the next action is due (ms UTC); None once the lead has ended."""
        times = [planned.due_at for planned in (self.call, self.mail) if planned is not None]
        return min(times, default=None)


class Check(msgspec.Struct, frozen=True):
    """One check of the gate, with its input and its outcome.

    A Struct, which is made in a tenth of a frozen dataclass's time: each claim of a lead makes a dozen.
    """

    name: str  # stable word: window_number, window_address, do_not_call, cap_24h, gap, ...
    given: str  # the input, as text
    passed: bool
    why: str  # one sentence
    source: str = ""  # statute, study or setting the rule comes from


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's word on one dial, stored with the attempt."""

    allowed: bool
    at: int
    rules_version: str
    checks: tuple[Check, ...] = field(default=())
    next_at: int | None = None  # first moment the call may be placed; None: never, or now

    @property
    def why(self) -> str:
        """The first reason against, or an empty text."""
        return next((check.why for check in self.checks if not check.passed), "")
