"""What a desk can be told: keys of the rep, news of the store, events of the phone."""

from __future__ import annotations

from dataclasses import dataclass

from cadence.dispositions import Disposition
from cadence.model import Plan
from floor.desk_effects import StoreEffect
from floor.view import CardView, phone_words
from store.records import Attempt, Caller, Claim
from telephony.protocol import AnyEvent


@dataclass(frozen=True, slots=True)
class Claimed:
    """The store handed over a lead."""

    claim: Claim
    card: CardView


@dataclass(frozen=True, slots=True)
class LeadTaken:
    """The lead in preview is not the rep's any more; `why` is one sentence."""

    token: int  # of its claim
    why: str


@dataclass(frozen=True, slots=True)
class NothingDue:
    """No lead may be called now; the next one at `next_at` (ms UTC), if any."""

    next_at: int | None
    why: str


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Time to ask the queue again."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key of the registry: dial, hang_up, mute, undo."""

    action: str


@dataclass(frozen=True, slots=True)
class NumberTyped:
    """A number to dial, as the rep typed it."""

    typed: str


@dataclass(frozen=True, slots=True)
class TransferTo:
    """The rep gives the call to `target`; `blind`: at once, else after a word on the second line."""

    target: str  # as typed, or a colleague's number
    blind: bool = False


@dataclass(frozen=True, slots=True)
class CallerKnown:
    """Whose the number of a call that rings is, as far as the store knows."""

    call: str
    caller: Caller


@dataclass(frozen=True, slots=True)
class BegunInbound:
    """The attempt on an answered incoming call is on disk, with its lead (None: a withheld number)."""

    attempt: Attempt
    claim: Claim | None
    card: CardView | None


@dataclass(frozen=True, slots=True)
class BegunBeside:
    """The attempt of the second line is on disk, with the gate's decision."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class MissedKept:
    """A missed caller is on disk."""

    name: str  # of the lead
    number: str  # empty: withheld
    why: str = ""  # as in `desk_effects.KeepMissed`
    first: bool = False  # the lead is called before all others


@dataclass(frozen=True, slots=True)
class ObjectionKept:
    """That they object to the recording is on disk."""

    attempt_id: int


@dataclass(frozen=True, slots=True)
class Disposed:
    """A disposition, by its code; `callback_at` (ms UTC) where it is a callback."""

    code: str
    callback_at: int | None = None


@dataclass(frozen=True, slots=True)
class Keypad:
    """A tone to send."""

    digit: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A note on a lead; on that of the card where none is named."""

    text: str
    lead_id: int | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """The rep passes the lead on; `reason` is the code, `label` its words."""

    reason: str
    label: str


@dataclass(frozen=True, slots=True)
class Paused:
    """The rep goes not-ready."""

    reason: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """The rep comes back."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """The rep goes home, whatever is going on."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The attempt is on disk, with the gate's decision."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class BegunByHand:
    """The attempt on a typed number is on disk, with the gate's decision; with its lead, if it has one."""

    attempt: Attempt
    claim: Claim | None
    card: CardView | None


@dataclass(frozen=True, slots=True)
class Finished:
    """The result is on disk; `settled`: nothing more is asked of the rep, the lead has moved on by itself."""

    attempt_id: int
    disposition: Disposition | None
    plan: Plan | None  # None while it waits, and after a call of no lead
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """The disposition is on disk and the lead has moved on."""

    attempt_id: int
    disposition: Disposition
    plan: Plan | None  # None after a call of no lead


@dataclass(frozen=True, slots=True)
class MessageOver:
    """What became of a message is on disk."""

    name: str  # of the lead
    disposition: Disposition
    left: bool


@dataclass(frozen=True, slots=True)
class Undone:
    """An attempt wants its disposition (again): taken back, or never given; its lead is on the desk."""

    attempt: Attempt
    claim: Claim
    card: CardView
    why: str = "taken back. Choose the right disposition."


@dataclass(frozen=True, slots=True)
class NoteKept:
    """A note is on disk."""

    lead_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """News for the message row."""

    text: str
    alarm: bool = False  # a fault


@dataclass(frozen=True, slots=True)
class Refused:
    """The store could not do `effect`; `why` is one sentence."""

    effect: StoreEffect
    why: str
    over: bool = False  # for good: the lead is somebody else's by now, or the matter is settled


@dataclass(frozen=True, slots=True)
class PhoneState:
    """Whether the phone can dial, and its state in words."""

    ok: bool
    text: str  # while it waits for its next try: why
    retry_in_ms: int | None = None

    @property
    def words(self) -> str:
        """All of it, as of the moment it was told."""
        return phone_words(self.text, self.retry_in_ms, 0)


@dataclass(frozen=True, slots=True)
class PhoneSaid:
    """An event of the phone process."""

    event: AnyEvent


Input = (
    Claimed | LeadTaken | NothingDue | LookAgain | Pressed | NumberTyped | TransferTo | CallerKnown
    | BegunInbound | BegunBeside | MissedKept | ObjectionKept | Disposed | Keypad | Noted | Skipped | Paused
    | Resumed | Leaving | Begun | BegunByHand | Finished | Recorded | MessageOver | Undone | NoteKept | Told
    | Refused | PhoneState | PhoneSaid
)  # fmt: skip
