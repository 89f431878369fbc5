"""What a desk knows between two inputs, and the few moves that keys and news share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cadence.caller_id import CallerId, nearest
from cadence.dispositions import Disposition, Dispositions
from cadence.model import ShiftState
from config.clock import Clock
from floor import desk_effects as out
from floor.view import CallView, CardView, DeskView, IncomingView, QueueLine, Refusal, Tally
from store.records import Claim

IN_CALL = frozenset({ShiftState.DIALING, ShiftState.RINGING, ShiftState.TALKING})


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
    played: bool = False  # the message, to its end
    recording: str = ""  # the file its recording goes to, while it does

    @property
    def attempt(self) -> int:
        """The attempt's id; asked for only once a call has been placed, which comes after the store's word.

        Raises:
            RuntimeError: the store has not opened the attempt yet.
        """
        if self.attempt_id is None:
            raise RuntimeError(f"call {self.call} has no attempt yet")
        return self.attempt_id


@dataclass(slots=True)
class DeskState:
    """The state machine. Feed it with `handle`; read its fields; write none of them."""

    dispositions: Dispositions
    clock: Clock
    callers: tuple[CallerId, ...] = ()  # numbers of the firm that a lead may be shown
    state: ShiftState = ShiftState.NOT_READY
    since_mono: int = 0
    reason: str = "starting"
    claim: Claim | None = None
    card: CardView | None = None
    call: CallView | None = None
    line: Line | None = None
    incoming: IncomingView | None = None  # who rings
    second: CallView | None = None  # the second line
    tally: Tally = field(default_factory=Tally)
    phone_line: str = "the phone is starting"
    phone_ok: bool = False
    message: str = ""
    alarm: bool = False
    pause_wanted: str = ""
    last_attempt: int | None = None  # the one that undo would take back
    last_disposition: Disposition | None = None  # what it was recorded as
    last_number: str = ""  # dialed last, for a redial by hand
    refusal: Refusal | None = None  # why the number typed last was not dialed
    drops: dict[str, Line] = field(default_factory=dict)  # calls in which a message plays, by call
    no_message: str = ""  # why this rep has no message to play
    next_due_at: int | None = None
    claiming: bool = False
    calls: int = 0

    def __post_init__(self) -> None:
        """The first state begins now."""
        self.since_mono = self.clock.monotonic()

    def shown_to(self, number: str) -> str:
        """The firm's number that `number` is shown; empty: the account's own."""
        own = nearest(number, self.callers)
        return own.number if own is not None else ""

    def say(self, message: str, *, alarm: bool = False) -> list[out.Effect]:
        """Put a line on the message row; nothing else happens."""
        self.message, self.alarm = message, alarm
        return []

    def enter(self, state: ShiftState, reason: str = "") -> list[out.Effect]:
        """Change state, and have the change written to the shift."""
        self.state, self.reason, self.since_mono = state, reason, self.clock.monotonic()
        return [out.Enter(state, reason, self.clock.now())]

    def ask_for_lead(self) -> list[out.Effect]:
        """Free: go not-ready if a pause was asked for, else ask for the next lead."""
        self.claim = self.card = self.call = self.line = None
        if self.pause_wanted:
            reason, self.pause_wanted = self.pause_wanted, ""
            return self.enter(ShiftState.NOT_READY, reason)
        if self.claiming:
            return []
        self.claiming = True
        effects = [] if self.state is ShiftState.READY else self.enter(ShiftState.READY)
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
    ) -> DeskView:
        """The desk as a screen may see it."""
        return DeskView(
            state=self.state, since_mono=self.since_mono, rep=rep, rep_name=rep_name, reason=self.reason,
            card=self.card, call=self.call, queue=queue, queue_total=queue_total,
            tally=replace(self.tally, callbacks_due=callbacks_due),
            dispositions=tuple(self.dispositions.by_key.values()),
            phone_line=self.phone_line, phone_ok=self.phone_ok, message=self.message, alarm=self.alarm,
            can_undo=self.last_attempt is not None, after_call_pause=bool(self.pause_wanted),
            next_due_at=self.next_due_at, news=news, last_number=self.last_number, refusal=self.refusal,
            zone=zone,
        )  # fmt: skip
