"""What a desk can be told: keys of the rep, news of the store, events of the phone.

Structs of msgspec: as dataclasses they would take longer to make than all of the desk.
"""

from __future__ import annotations

import msgspec

from cadence.dispositions import Disposition
from cadence.model import Decision, Plan
from floor.desk_effects import StoreEffect
from floor.view import CardView, phone_words
from store.records import Attempt, Caller, Claim
from telephony.protocol import AnyEvent


class Claimed(msgspec.Struct, frozen=True):
    """The store handed over a lead."""

    claim: Claim
    card: CardView


class LeadTaken(msgspec.Struct, frozen=True):
    """The lead in preview is not the rep's any more; `why` is one sentence."""

    token: int  # of its claim
    why: str


class Forecast(msgspec.Struct, frozen=True):
    """Whether the lead in preview may be called now; it lies there for as long as its rep likes."""

    token: int  # of its claim
    callable_now: bool
    why: str = ""  # not


class NothingDue(msgspec.Struct, frozen=True):
    """No lead may be called now; the next one at `next_at` (ms UTC), if any."""

    next_at: int | None
    why: str


class LookAgain(msgspec.Struct, frozen=True):
    """Time to ask the queue again."""


class Pressed(msgspec.Struct, frozen=True):
    """An action of the registry (`floor.actions`) that needs nothing more, by its name."""

    action: str


class NumberTyped(msgspec.Struct, frozen=True):
    """A number to dial, as the rep typed it."""

    typed: str


class TransferTo(msgspec.Struct, frozen=True):
    """The rep gives the call to `target`; `blind`: at once, else after a word on the second line."""

    target: str  # as typed, or a colleague's number
    blind: bool = False


class CallerKnown(msgspec.Struct, frozen=True):
    """Whose the number of a call that rings is, as far as the store knows."""

    call: str
    caller: Caller


class BegunInbound(msgspec.Struct, frozen=True):
    """The attempt on an answered incoming call is on disk, with its lead.

    None: a withheld number, or a lead whom another rep speaks with.
    """

    attempt: Attempt
    claim: Claim | None
    card: CardView | None


class BegunBeside(msgspec.Struct, frozen=True):
    """The attempt of the second line is on disk, with the gate's decision."""

    attempt: Attempt


class TransferJudged(msgspec.Struct, frozen=True):
    """The gate's word on a number that a call is to be given to at once."""

    call: str
    target: str  # what would be dialed
    decision: Decision


class MissedKept(msgspec.Struct, frozen=True):
    """A missed caller is on disk."""

    name: str  # of the lead
    number: str  # empty: withheld
    why: str = ""  # as in `desk_effects.KeepMissed`
    first: bool = False  # the lead is called before all others


class ObjectionKept(msgspec.Struct, frozen=True):
    """That they object to the recording is on disk."""

    attempt_id: int


class Disposed(msgspec.Struct, frozen=True):
    """A disposition, by its code; `callback_at` (ms UTC) where it is a callback."""

    code: str
    callback_at: int | None = None


class Keypad(msgspec.Struct, frozen=True):
    """A tone to send."""

    digit: str


class Noted(msgspec.Struct, frozen=True):
    """A note on a lead; on that of the card where none is named."""

    text: str
    lead_id: int | None = None


class Skipped(msgspec.Struct, frozen=True):
    """The rep passes the lead on; `reason` is the code, `label` its words."""

    reason: str
    label: str


class Paused(msgspec.Struct, frozen=True):
    """The rep goes not-ready."""

    reason: str


class Resumed(msgspec.Struct, frozen=True):
    """The rep comes back."""


class Leaving(msgspec.Struct, frozen=True):
    """The rep goes home, whatever is going on."""


class Begun(msgspec.Struct, frozen=True):
    """The attempt is on disk, with the gate's decision."""

    attempt: Attempt


class BegunByHand(msgspec.Struct, frozen=True):
    """The attempt on a typed number is on disk, with the gate's decision; with its lead, if it has one."""

    attempt: Attempt
    claim: Claim | None
    card: CardView | None


class HelpKept(msgspec.Struct, frozen=True):
    """What is known by now of a call for help is on disk."""

    call: str
    attempt_id: int


class StoreState(msgspec.Struct, frozen=True):
    """Whether the store takes what is to be written; `away`: why it does not, one sentence."""

    away: str = ""


class Finished(msgspec.Struct, frozen=True):
    """The result is on disk; `settled`: nothing more is asked of the rep, the lead has moved on by itself."""

    attempt_id: int
    disposition: Disposition | None
    plan: Plan | None  # None while it waits, and after a call of no lead
    settled: bool = False


class Recorded(msgspec.Struct, frozen=True):
    """The disposition is on disk and the lead has moved on."""

    attempt_id: int
    disposition: Disposition
    plan: Plan | None  # None after a call of no lead


class MessageOver(msgspec.Struct, frozen=True):
    """What became of a message is on disk."""

    name: str  # of the lead
    disposition: Disposition
    left: bool


class Undone(msgspec.Struct, frozen=True):
    """An attempt wants its disposition (again): taken back, or never given; its lead is on the desk."""

    attempt: Attempt
    claim: Claim
    card: CardView
    why: str = "taken back. Choose the right disposition."
    recording: str = ""  # of its call, as in `CallView`


class NoteKept(msgspec.Struct, frozen=True):
    """A note is on disk."""

    lead_id: int
    text: str


class Told(msgspec.Struct, frozen=True):
    """News for the message row."""

    text: str
    alarm: bool = False  # a fault


class Refused(msgspec.Struct, frozen=True):
    """The store could not do `effect`; `why` is one sentence."""

    effect: StoreEffect
    why: str
    over: bool = False  # for good: the lead is somebody else's by now, or the matter is settled
    fault: bool = False  # for good, and nothing is settled: a fact lies in a file until somebody mends it


class PhoneState(msgspec.Struct, frozen=True):
    """Whether the phone can dial, and its state in words."""

    ok: bool
    text: str  # while it waits for its next try: why
    retry_in_ms: int | None = None

    @property
    def words(self) -> str:
        """All of it, as of the moment it was told."""
        return phone_words(self.text, self.retry_in_ms, 0)


class PhoneSaid(msgspec.Struct, frozen=True):
    """An event of the phone process."""

    event: AnyEvent


Input = (
    Claimed | LeadTaken | Forecast | NothingDue | LookAgain | Pressed | NumberTyped | TransferTo
    | CallerKnown | BegunInbound | BegunBeside | TransferJudged | MissedKept | ObjectionKept | Disposed
    | Keypad | Noted | Skipped | Paused | Resumed | Leaving | Begun | BegunByHand | HelpKept | Finished
    | Recorded | MessageOver | Undone | NoteKept | Told | Refused | StoreState | PhoneState | PhoneSaid
)  # fmt: skip
