"""What a screen may see of a desk: one immutable snapshot, replaced on every change.

The screen draws a `DeskView` and sends back actions by name
(`floor.actions`). It keeps no state of its own about the call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from cadence.dispositions import Disposition
from cadence.model import Check, Lead, Phone, Plan, ShiftState
from cadence.recording import Recordable
from config.clock import SECOND, Clock


@dataclass(frozen=True, slots=True)
class CardView:
    """The lead on the desk."""

    lead: Lead
    plan: Plan
    phone: Phone
    reason: str  # why this lead is here, one line
    attempts: int  # dials so far
    zone: str = ""  # IANA name of where the lead is, to tell the time there; empty when it is unknown
    callable_now: bool = True  # the gate's forecast; the gate itself runs at the dial
    callable_why: str = ""
    history: tuple[str, ...] = ()  # newest first, one line each
    last: str = ""  # of those, the last call or mail; empty: there was none
    next_mail: str = ""  # "step 2, Wed 09:00", empty when none is planned
    steps: int = 6  # calls in the lead's cadence
    recording: Recordable | None = None  # whether this call may be recorded
    no_message: str = ""  # why the recorded message may not be played to them


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
    recording: str = ""  # on, paused, failed; objected: deleted, for they did not want it; kept: of old
    held: bool = False  # by us
    early: bool = False  # what rings is heard: the network plays it
    quality: str = ""  # good, fair, poor
    lost_permille: int = 0  # of the sound that should have come
    jitter_ms: int = 0
    hint: str = ""  # what was heard of an answering machine; people sound like one too
    tell: bool = False  # they must hear that the call is recorded
    notice_plays: bool = False  # and are being told so by the firm's own words
    secure: bool = False  # the sound is encrypted
    inbound: bool = False  # they called us
    passing_to: str = ""  # a transfer is under way, to whom: "Support (204)", or a number
    name: str = ""  # of the colleague on the line; a lead's is on the card

    def talk_ms(self, mono: int) -> int | None:
        """How long the conversation has lasted at `mono`, or did last; None when there was none."""
        if self.answered_mono is None:
            return None
        return (mono if self.ended_mono is None else self.ended_mono) - self.answered_mono


@dataclass(frozen=True, slots=True)
class IncomingView:
    """Somebody rings at this desk."""

    number: str  # empty: withheld
    name: str = ""  # of the lead where the number is one's, else what they call themselves
    company: str = ""
    known: bool = False  # the number is a lead's
    note: str = ""  # what to mind: on the do-not-call list, won, another rep's
    since_mono: int = 0


@dataclass(frozen=True, slots=True)
class LevelsView:
    """How loud the headset is: peaks of the last quarter of a second in dBFS, 0 the loudest, -96 silence."""

    microphone: int
    speaker: int
    under_runs: int = 0  # clicks since the phone started


@dataclass(frozen=True, slots=True)
class Refusal:
    """A number that was typed and that the gate did not let out."""

    number: str
    checks: tuple[Check, ...]


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
    dispositions: tuple[Disposition, ...] = ()  # those without a digit after those with one
    phone_line: str = ""  # "registered", "practice carrier"; why, of a phone that tries again
    phone_ok: bool = False
    phone_retry_mono: int | None = None  # when a phone that is not ok tries again; see `phone_words`
    message: str = ""  # what just happened, or why a key did nothing
    alarm: bool = False  # the message is a fault, not news
    news: str = (
        ""  # of the floor: a mail delivered, an inquiry, a fault of the mail room; shown without a message
    )
    can_undo: bool = False
    after_call_pause: bool = False  # a pause was asked for; it starts after this lead
    next_due_at: int | None = None  # nothing callable now: when the next lead may be called (ms UTC)
    last_number: str = ""  # dialed last
    refusal: Refusal | None = None  # of the number typed last, until the next one is dialed
    incoming: IncomingView | None = None  # who rings now
    second: CallView | None = None  # the second line; the first one is on hold while it is talked on
    on_second: bool = False  # the rep talks on the second line
    levels: LevelsView | None = None  # of the headset, while there is one
    zone: str = ""  # IANA, of the firm: what the screen's own times are told in; empty: the machine's

    @property
    def others(self) -> tuple[Disposition, ...]:
        """The dispositions without a digit."""
        return tuple(each for each in self.dispositions if not each.key)

    def phone_words(self, mono: int) -> str:
        """What the phone is doing at `mono`, counting down to its next try."""
        return phone_words(self.phone_line, self.phone_retry_mono, mono)


def phone_words(line: str, retry_mono: int | None, mono: int) -> str:
    """`registered`; or `retrying in 12 s: no answer`, as of `mono` (`Clock.monotonic` ms)."""
    if retry_mono is None:
        return line
    left_s = round(max(0, retry_mono - mono) / SECOND)
    return f"retrying in {left_s} s: {line}" if left_s else f"retrying now: {line}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a picker: the key that takes it, its text, and what it stands for."""

    key: str
    label: str
    value: str  # a reason code; for callbacks the moment, ms UTC as text


class DeskPort(Protocol):
    """What a screen, a test or a rehearsal may do with a desk.

    Every method returns at once; what it changed arrives as a new `view` and a
    call of the subscribers, on the event loop. A request that does not fit the
    moment changes nothing but `view.message`, which then says why.
    """

    @property
    def view(self) -> DeskView:
        """The desk as it is now."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock that `DeskView`'s instants were read from."""
        ...

    def subscribe(self, changed: Callable[[], None]) -> None:
        """Call `changed` after every change of `view`."""
        ...

    def press(self, action: str) -> None:
        """Do an action of `floor.actions` that needs nothing more: dial, hang_up, mute, undo."""
        ...

    def dial_number(self, typed: str) -> None:
        """Dial what the rep typed, a lead in preview given back first; `view.refusal` says why it was not."""
        ...

    def transfer(self, target: str, *, blind: bool = False) -> None:
        """Give the call to `target`, a colleague's or a typed number: at once, or after a word with them."""
        ...

    def colleagues(self) -> tuple[Choice, ...]:
        """Whom a call may be given to, as the settings name them."""
        ...

    def dispose(self, code: str, callback_at: int | None = None) -> None:
        """Record the disposition called `code`, hanging up first where a call is up."""
        ...

    def note(self, text: str, lead_id: int | None = None) -> None:
        """Keep a note on lead `lead_id`, by default the lead of the card.

        A call may end and the next lead arrive while the rep is still typing:
        the note belongs to the lead it was begun for.
        """
        ...

    def skip(self, reason: str) -> None:
        """Pass the lead on, for a reason out of `skip_choices`."""
        ...

    def pause(self, reason: str) -> None:
        """Go not-ready (during a call: after its disposition), for a reason out of `pause_choices`."""
        ...

    def resume(self) -> None:
        """Come back from not-ready, or take back a pause asked for during a call."""
        ...

    def keypad(self, digit: str) -> None:
        """Send one keypad tone to the call."""
        ...

    def callback_choices(self) -> tuple[Choice, ...]:
        """Times to offer, in the lead's own local time, all inside its calling window."""
        ...

    def skip_choices(self) -> tuple[Choice, ...]:
        """Reasons a lead may be skipped for."""
        ...

    def pause_choices(self) -> tuple[Choice, ...]:
        """Reasons to be not-ready."""
        ...

    def parse_callback(self, text: str) -> int:
        """A typed time ("tomorrow 14:30", "27 Nov 9:00") in the lead's local time, as ms UTC.

        Raises:
            SixringError: it is not a time, or lies in the past; the sentence says what to type.
        """
        ...

    async def find(self, text: str) -> list[Lead]:
        """Leads matching `text`, best first; at most 50."""
        ...

    async def timeline(self, lead: Lead | None = None) -> list[str]:
        """Everything that happened with `lead`, and what comes next; oldest first; by default the card's."""
        ...

    async def leave(self) -> None:
        """Clock out: release the lead, close the phone; returns when all is on disk."""
        ...
