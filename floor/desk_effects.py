"""What a desk asks of the world: to be carried out in order, outcomes fed back as inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cadence.dispositions import Disposition
from cadence.model import ShiftState
from store.records import Claim
from telephony.protocol import Ended


@dataclass(frozen=True, slots=True)
class Choice:
    """A disposition the rep chose, with the agreed time (ms UTC) where it is a callback."""

    disposition: Disposition
    callback_at: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimNext:
    """Take the most urgent callable lead."""


@dataclass(frozen=True, slots=True)
class Release:
    """Give a lead back untouched."""

    claim: Claim
    why: str


@dataclass(frozen=True, slots=True)
class Skip:
    """Pass a lead on, with a reason that is logged."""

    claim: Claim
    reason: str


@dataclass(frozen=True, slots=True)
class Begin:
    """Open the attempt: the gate decides, and both are written."""

    claim: Claim
    caller_id: str


@dataclass(frozen=True, slots=True)
class BeginByHand:
    """Open an attempt on a number that the rep typed: the gate decides, and both are written."""

    typed: str
    caller_id: str


@dataclass(frozen=True, slots=True)
class Instant:
    """Write one of an attempt's instants (ms UTC)."""

    attempt_id: int
    name: Literal["invited", "ringing", "answered"]
    at: int
    sip_call_id: str = ""
    secure: bool = False  # of an answer: the sound is encrypted


@dataclass(frozen=True, slots=True)
class Finish:
    """Write the result. `automatic`: the result may record its own disposition."""

    attempt_id: int
    ended: Ended
    automatic: bool


@dataclass(frozen=True, slots=True)
class Dispose:
    """Write the rep's disposition; the lead moves along."""

    attempt_id: int
    choice: Choice


@dataclass(frozen=True, slots=True)
class Undo:
    """Take the last disposition back."""

    attempt_id: int


@dataclass(frozen=True, slots=True)
class Note:
    """Keep a note."""

    lead_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Enter:
    """The shift's state changed at this instant (ms UTC)."""

    state: ShiftState
    reason: str
    at: int


@dataclass(frozen=True, slots=True)
class Place:
    """Dial."""

    call: str
    e164: str
    caller_id: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""

    call: str


@dataclass(frozen=True, slots=True)
class Mute:
    """Stop or restore the rep's voice."""

    call: str
    on: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """Put the called person on hold, or take them back."""

    call: str
    on: bool


@dataclass(frozen=True, slots=True)
class Tone:
    """Send a keypad tone."""

    call: str
    digit: str


@dataclass(frozen=True, slots=True)
class PlayMessage:
    """Play the rep's recorded message into the call, and hang up after it."""

    call: str


@dataclass(frozen=True, slots=True)
class LetGo:
    """Nobody holds the lead while the message plays."""

    attempt_id: int


@dataclass(frozen=True, slots=True)
class SettleMessage:
    """Write result and disposition of a call in which a message played; `left`: to its end."""

    attempt_id: int
    ended: Ended
    disposition: Disposition
    name: str  # of the lead
    left: bool


@dataclass(frozen=True, slots=True)
class AskCaller:
    """Write that somebody rings since `at` (ms UTC), and find out whose number it is."""

    call: str
    number: str
    name: str
    sip_call_id: str
    at: int


@dataclass(frozen=True, slots=True)
class TakenElsewhere:
    """Write that a call that rang here was answered on another phone: nobody has missed it."""

    sip_call_id: str


@dataclass(frozen=True, slots=True)
class BeginInbound:
    """Open the attempt of an incoming call that was answered (ms UTC); its lead goes into the rep's hands."""

    number: str
    name: str
    sip_call_id: str
    at: int


@dataclass(frozen=True, slots=True)
class KeepMissed:
    """Write that a caller was not spoken to, and gave up or was passed on at `at` (ms UTC).

    Their lead becomes the first in the queue.
    """

    number: str
    name: str
    sip_call_id: str
    at: int
    why: str  # what this desk did: busy, not ready, passed on, not answered


@dataclass(frozen=True, slots=True)
class BeginBeside:
    """Open the attempt of the second line: the gate decides, and both are written."""

    typed: str
    caller_id: str
    beside: int  # the attempt whose call is being talked about


@dataclass(frozen=True, slots=True)
class KeepTransfer:
    """Write what became of a transfer (ms UTC)."""

    attempt_id: int
    target: str
    done: bool
    attended: bool
    at: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Announced:
    """Write that the notice of the recording was heard (ms UTC)."""

    attempt_id: int
    at: int


@dataclass(frozen=True, slots=True)
class Objected:
    """Write that they object to the recording (ms UTC); what there is of it is deleted."""

    attempt_id: int
    at: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Take the call that rings."""

    call: str


@dataclass(frozen=True, slots=True)
class PassOn:
    """Do not take the call that rings."""

    call: str
    away: bool


@dataclass(frozen=True, slots=True)
class PlaceBeside:
    """Dial the second line."""

    call: str
    target: str
    caller_id: str
    beside: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """Give the call away: to the second line's `to`, else to `target`."""

    call: str
    target: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Announce:
    """Play the notice of the recording into the call."""

    call: str


@dataclass(frozen=True, slots=True)
class Record:
    """Begin, pause, resume or end the recording of the call."""

    call: str
    attempt_id: int
    do: Literal["start", "pause", "resume", "stop"]


@dataclass(frozen=True, slots=True)
class RecordingBegun:
    """Enter the recording in the store."""

    attempt_id: int
    path: str
    at: int


@dataclass(frozen=True, slots=True)
class RecordingOver:
    """Pack the recording away; `fault`: why it ends before its call."""

    attempt_id: int
    path: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class RecordingErased:
    """Delete what there is of the attempt's recording: they object to it."""

    attempt_id: int


StoreEffect = (
    ClaimNext | Release | Skip | Begin | BeginByHand | Instant | Finish | Dispose | Undo | Note | Enter
    | LetGo | SettleMessage | AskCaller | TakenElsewhere | BeginInbound | KeepMissed | BeginBeside
    | KeepTransfer | Announced | Objected
)  # fmt: skip
PhoneEffect = (
    Place | HangUp | Mute | Hold | Tone | PlayMessage | Answer | PassOn | PlaceBeside | Transfer | Announce
)
RecordingEffect = Record | RecordingBegun | RecordingOver | RecordingErased
Effect = StoreEffect | PhoneEffect | RecordingEffect
