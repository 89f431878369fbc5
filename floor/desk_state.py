"""What a desk knows between two inputs, and the few moves that keys and news share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cadence.caller_id import CallerId, nearest
from cadence.dispositions import Disposition, Dispositions
from cadence.model import ShiftState
from cadence.numbers import is_emergency
from config.clock import Clock
from config.text import as_sentence
from floor import desk_effects as out
from floor import desk_inputs as told
from floor.actions import STARTING
from floor.view import (
    CallView,
    CardView,
    DeskView,
    IncomingView,
    LevelsView,
    QueueLine,
    Refusal,
    Tally,
)
from store.records import Claim
from telephony import protocol as phone

_CANNOT_DIAL = "The phone cannot dial now: "
_CANNOT_WRITE = "No call goes out that cannot be written: "


@dataclass(slots=True)
class Line:
    """The attempt in hand: from the dial until its disposition is on disk."""

    claim: Claim | None  # None: a number dialed by hand, of no lead or not asked yet
    call: str  # our word for the call on the phone's wire
    attempt_id: int | None = None  # None until the store has opened it
    chosen: out.Choice | None = None  # the key the rep pressed before the call had ended
    hang_up: bool = False  # asked for before the call could be placed
    ended: bool = False
    stored: bool = False  # the result is on disk, and it waits for a disposition
    disposing: bool = False
    invited: bool = False  # the INVITE has left: before it there is nothing to record
    answered: bool = False
    hold_key: bool = False  # the rep has pressed it and waits for the other side
    away: bool = False  # taken back, and their phone has refused so far
    given_to: str = ""  # in words, once the transfer has been taken
    played: bool = False  # the message, to its end
    recording: str = ""  # the file its recording goes to, while it does
    notice_plays: bool = False  # that the call is recorded
    told_by: str = ""  # who has to tell them so: notice, rep; empty: they need not be told
    objected: bool = False  # they will not be recorded
    objection_kept: bool = False  # and that is on disk
    inbound: phone.Incoming | None = None  # they called us
    help: out.KeepHelp | None = None  # it goes to an emergency number: dialed at once, written as it goes
    over: phone.Ended | None = None  # it ended before the store had opened its attempt
    unkept: bool = False  # the store will never open it
    finished: told.Finished | None = None  # the result on disk, told before the second line has ended

    @property
    def placed(self) -> bool:
        """The phone knows of the call."""
        return self.attempt_id is not None or self.inbound is not None or self.help is not None

    @property
    def why_no_attempt(self) -> str:
        """What the rep is told who wants something of a call that has no attempt."""
        if self.unkept:
            return "This call could not be written: it can only be talked through."
        return "The call is being written: one moment."

    @property
    def attempt(self) -> int:
        """The attempt's id; asked for only once a call has been placed, which comes after the store's word.

        Raises:
            RuntimeError: the store has not opened the attempt yet.
        """
        if self.attempt_id is None:
            raise RuntimeError(f"call {self.call} has no attempt yet")
        return self.attempt_id


@dataclass(frozen=True, slots=True)
class Aside:
    """A call that is over and waits for its key, or for the store, while help is called; it comes back."""

    line: Line
    call: CallView | None
    claim: Claim | None
    card: CardView | None


@dataclass(frozen=True, slots=True)
class Passing:
    """A transfer under way."""

    target: str  # their number
    attended: bool  # to the one on the second line
    whom: str  # in words


@dataclass(slots=True)
class DeskState:
    """All of it; `floor.desk.Desk` is fed, and the modules `floor.desk_*` move it."""

    dispositions: Dispositions
    clock: Clock
    callers: tuple[CallerId, ...] = ()  # numbers of the firm that a lead may be shown
    campaign_callers: Mapping[str, tuple[CallerId, ...]] = field(default_factory=dict)  # theirs alone
    colleagues: Mapping[str, str] = field(default_factory=dict)  # their names, by number
    rep: str = ""  # login
    region: str = "US"  # whose numbers are typed without a country code
    state: ShiftState = ShiftState.NOT_READY
    since_mono: int = 0
    reason: str = STARTING
    claim: Claim | None = None
    card: CardView | None = None
    call: CallView | None = None
    line: Line | None = None
    caller: phone.Incoming | None = None  # who rings
    incoming: IncomingView | None = None  # likewise, as shown
    second_line: Line | None = None
    second: CallView | None = None  # likewise, as shown
    on_second: bool = False  # the rep talks on it; the first line is on hold
    passing: Passing | None = None  # the first line's call is being given away
    aside: Aside | None = None
    tally: Tally = field(default_factory=Tally)
    phone_line: str = "the phone is starting"
    phone_ok: bool = False
    phone_retry_mono: int | None = None  # when a phone that is not ok tries again
    store_away: str = ""  # why nothing can be written now
    message: str = ""
    alarm: bool = False
    pause_wanted: str = ""
    last_attempt: int | None = None  # the one that undo would take back
    last_disposition: Disposition | None = None  # what it was recorded as
    last_number: str = ""  # dialed last, for a redial by hand
    refusal: Refusal | None = None  # why the number typed last was not dialed
    drops: dict[str, Line] = field(default_factory=dict)  # calls in which a message plays, by call
    no_message: str = ""  # why this rep has no message to play
    notice: bool = False  # a spoken notice of the recording can be played
    next_due_at: int | None = None
    claiming: bool = False
    undoing: bool = False  # the call before is on its way back
    calls: int = 0

    def __post_init__(self) -> None:
        """The first state begins now."""
        self.since_mono = self.clock.monotonic()

    def shown_to(self, number: str, campaign: str = "") -> str:
        """The firm's number that `number`, of a lead of `campaign`, is shown; empty: the account's own."""
        own = nearest(number, self.campaign_callers.get(campaign) or self.callers)
        return own.number if own is not None else ""

    @property
    def talked_on(self) -> Line | None:
        """The line that the rep hears."""
        return self.second_line if self.on_second and self.second_line is not None else self.line

    def call_on(self, line: Line) -> CallView | None:
        """What is shown of `line`; None where it is off the desk, its message playing."""
        if line is self.second_line:
            return self.second
        return self.call if line is self.line else None

    def redraw(self, line: Line, call: CallView) -> None:
        """Show `line` as `call` from now on."""
        if line is self.second_line:
            self.second = call
        elif line is self.line:
            self.call = call

    def new_call(self, token: int | None = None) -> str:
        """Our word for the next call on the phone's wire."""
        self.calls += 1
        return f"{self.clock.now() if token is None else token:x}-{self.calls}"

    def say(self, message: str, *, alarm: bool = False) -> list[out.Effect]:
        """Put a line on the message row; nothing else happens."""
        self.message, self.alarm = message, alarm
        return []

    def own_phone(self, number: str, why: str) -> None:
        """Where `number` was to bring help, and did not: say who else can call it."""
        if is_emergency(number, self.region):
            self.say(f"{number} was not reached: use your own phone. {why}", alarm=True)

    @property
    def why_unwritten(self) -> str:
        """Empty while the store takes what is to be written; else one sentence for the rep."""
        return f"Not on disk yet, trying again: {as_sentence(self.store_away)}" if self.store_away else ""

    @property
    def may_dial(self) -> bool:
        """A call could go out, and be written."""
        return self.phone_ok and not self.store_away

    def cannot_dial(self, more: str = "") -> list[out.Effect]:
        """Say that nothing may be dialed, and why; the phone's line counts down to its next try."""
        if self.phone_ok:
            return self.say(f"{_CANNOT_WRITE}{as_sentence(self.store_away)}{more}", alarm=True)
        return self.say(f"{_CANNOT_DIAL}{self.phone_line}.{more}", alarm=True)

    def can_dial_again(self) -> None:
        """The phone is ready: that it was not is no news any more."""
        if self.message.startswith(_CANNOT_DIAL):
            self.say("")

    def enter(self, state: ShiftState, reason: str = "") -> list[out.Effect]:
        """Change state, and have the change written to the shift."""
        self.state, self.reason, self.since_mono = state, reason, self.clock.monotonic()
        return [out.Enter(state, reason, self.clock.now())]

    def clear(self) -> list[out.Effect]:
        """Nothing lies on the desk: a lead in preview goes back, a paused rep is paused again afterwards."""
        if self.state is ShiftState.NOT_READY:
            self.pause_wanted = self.reason
        effects: list[out.Effect] = []
        if self.claim is not None:
            effects.append(out.Release(self.claim, "another number is dialed"))
        self.line = self.claim = self.card = self.refusal = self.last_attempt = None
        return effects

    def ask_for_lead(self) -> list[out.Effect]:
        """Free: go not-ready if a pause was asked for, else ask for the next lead.

        A call that was put aside comes before either.
        """
        self.claim = self.card = self.call = self.line = None
        if self.aside is not None:
            back, self.aside = self.aside, None
            self.line, self.call, self.claim, self.card = back.line, back.call, back.claim, back.card
            return self.enter(ShiftState.WRAP_UP)
        if self.pause_wanted:
            reason, self.pause_wanted = self.pause_wanted, ""
            return self.enter(ShiftState.NOT_READY, reason)
        effects = [] if self.state is ShiftState.READY else self.enter(ShiftState.READY)
        if self.claiming or self.undoing:  # one is on its way: asked for by a desk that was free for a moment
            return effects
        self.claiming = True
        return [*effects, out.ClaimNext()]

    def show(self, claim: Claim, card: CardView) -> None:
        """Put a claimed lead on the desk."""
        self.claim, self.card = claim, card
        self.next_due_at = None

    def draw(
        self,
        *,
        rep: str,
        rep_name: str,
        queue: tuple[QueueLine, ...],
        queue_total: int,
        callbacks_due: int,
        news: str = "",
        zone: str = "",
        levels: LevelsView | None = None,
    ) -> DeskView:
        """The desk as a screen may see it."""
        return DeskView(
            state=self.state, since_mono=self.since_mono, rep=rep, rep_name=rep_name, reason=self.reason,
            card=self.card, call=self.call, queue=queue, queue_total=queue_total,
            tally=replace(self.tally, callbacks_due=callbacks_due),
            dispositions=self.dispositions.offered,
            phone_line=self.phone_line, phone_ok=self.phone_ok, message=self.message, alarm=self.alarm,
            can_undo=self.last_attempt is not None, after_call_pause=bool(self.pause_wanted),
            next_due_at=self.next_due_at, news=news, last_number=self.last_number, refusal=self.refusal,
            zone=zone, levels=levels, incoming=self.incoming, second=self.second,
            on_second=self.on_second and self.second is not None,
            phone_retry_mono=self.phone_retry_mono,
        )  # fmt: skip
