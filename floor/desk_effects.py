"""What a desk asks of the world: to be carried out in order, outcomes fed back as inputs.

Structs of msgspec: as dataclasses they would take longer to make than all of the desk.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from cadence.dispositions import Disposition
from cadence.model import ShiftState
from store.records import Claim
from telephony.protocol import Ended


class Choice(msgspec.Struct, frozen=True):
    """A disposition the rep chose, with the agreed time (ms UTC) where it is a callback."""

    disposition: Disposition
    callback_at: int | None = None


class ClaimNext(msgspec.Struct, frozen=True):
    """Take the most urgent callable lead."""


class Release(msgspec.Struct, frozen=True):
    """Give a lead back untouched."""

    claim: Claim
    why: str


class Skip(msgspec.Struct, frozen=True):
    """Pass a lead on, with a reason that is logged."""

    claim: Claim
    reason: str


class Begin(msgspec.Struct, frozen=True):
    """Open the attempt: the gate decides, and both are written."""

    claim: Claim
    caller_id: str


class BeginByHand(msgspec.Struct, frozen=True):
    """Open an attempt on a number that the rep typed: the gate decides, and both are written."""

    typed: str
    caller_id: str


class KeepHelp(msgspec.Struct, frozen=True, tag=True):
    """Write what is known by now of a call to an emergency number, which goes out before it is written.

    Instants are ms UTC, None until they happen. Each tells all that the ones before it told.
    """

    call: str
    number: str
    caller_id: str
    dialed_at: int
    invited_at: int | None = None
    sip_call_id: str = ""
    ringing_at: int | None = None
    answered_at: int | None = None
    secure: bool = False
    ended: Ended | None = None

    def having(
        self,
        name: Literal["invited", "ringing", "answered"],
        at: int,
        sip_call_id: str = "",
        *,
        secure: bool = False,
    ) -> KeepHelp:
        """With one instant more (ms UTC), and what came with it."""
        known = {f"{name}_at": at, "sip_call_id": sip_call_id or self.sip_call_id}
        return msgspec.structs.replace(self, **known, secure=secure or self.secure)


class Instant(msgspec.Struct, frozen=True, tag=True):
    """Write one of an attempt's instants (ms UTC)."""

    attempt_id: int
    name: Literal["invited", "ringing", "answered"]
    at: int
    sip_call_id: str = ""
    secure: bool = False  # of an answer: the sound is encrypted


class Finish(msgspec.Struct, frozen=True, tag=True):
    """Write the result. `automatic`: the result may record its own disposition."""

    attempt_id: int
    ended: Ended
    automatic: bool


class Dispose(msgspec.Struct, frozen=True):
    """Write the rep's disposition; the lead moves along."""

    attempt_id: int
    choice: Choice


class Undo(msgspec.Struct, frozen=True):
    """Take the last disposition back."""

    attempt_id: int


class Note(msgspec.Struct, frozen=True):
    """Keep a note."""

    lead_id: int
    text: str


class Enter(msgspec.Struct, frozen=True, tag=True):
    """The shift's state changed at this instant (ms UTC)."""

    state: ShiftState
    reason: str
    at: int


class Place(msgspec.Struct, frozen=True):
    """Dial."""

    call: str
    e164: str
    caller_id: str


class HangUp(msgspec.Struct, frozen=True):
    """End the call."""

    call: str


class Mute(msgspec.Struct, frozen=True):
    """Stop or restore the rep's voice."""

    call: str
    on: bool


class Hold(msgspec.Struct, frozen=True):
    """Put the called person on hold, or take them back."""

    call: str
    on: bool


class Tone(msgspec.Struct, frozen=True):
    """Send a keypad tone."""

    call: str
    digit: str


class PlayMessage(msgspec.Struct, frozen=True):
    """Play the rep's recorded message into the call, and hang up after it."""

    call: str


class LetGo(msgspec.Struct, frozen=True, tag=True):
    """Nobody holds the lead while the message plays."""

    attempt_id: int


class SettleMessage(msgspec.Struct, frozen=True, tag=True):
    """Write result and disposition of a call in which a message played; `left`: to its end."""

    attempt_id: int
    ended: Ended
    disposition: Disposition
    name: str  # of the lead
    left: bool


class AskCaller(msgspec.Struct, frozen=True):
    """Write that somebody rings since `at` (ms UTC), and find out whose number it is."""

    call: str
    number: str
    name: str
    sip_call_id: str
    at: int


class TakenElsewhere(msgspec.Struct, frozen=True, tag=True):
    """Write that a call that rang here was answered on another phone: nobody has missed it."""

    sip_call_id: str


class BeginInbound(msgspec.Struct, frozen=True, tag=True):
    """Open the attempt of an incoming call that was answered (ms UTC); its lead goes into the rep's hands."""

    number: str
    name: str
    sip_call_id: str
    at: int


class KeepMissed(msgspec.Struct, frozen=True, tag=True):
    """Write that a caller was not spoken to, and gave up or was passed on at `at` (ms UTC).

    Their lead becomes the first in the queue.
    """

    number: str
    name: str
    sip_call_id: str
    at: int
    why: str  # what this desk did: busy, not ready, passed on, not answered


class BeginBeside(msgspec.Struct, frozen=True):
    """Open the attempt of the second line: the gate decides, and both are written."""

    typed: str
    caller_id: str
    beside: int  # the attempt whose call is being talked about


class AskTransfer(msgspec.Struct, frozen=True):
    """Ask the gate of a typed number that a call is to be given to at once."""

    call: str
    typed: str


class KeepTransfer(msgspec.Struct, frozen=True, tag=True):
    """Write what became of a transfer (ms UTC)."""

    attempt_id: int
    target: str
    done: bool
    attended: bool
    at: int
    reason: str = ""


class Announced(msgspec.Struct, frozen=True, tag=True):
    """Write that the notice of the recording was heard (ms UTC)."""

    attempt_id: int
    at: int


class Objected(msgspec.Struct, frozen=True, tag=True):
    """Write that they object to the recording (ms UTC); what there is of it is deleted."""

    attempt_id: int
    at: int


class Answer(msgspec.Struct, frozen=True):
    """Take the call that rings."""

    call: str


class PassOn(msgspec.Struct, frozen=True):
    """Do not take the call that rings."""

    call: str
    away: bool


class PlaceBeside(msgspec.Struct, frozen=True):
    """Dial the second line."""

    call: str
    target: str
    caller_id: str
    beside: str


class Transfer(msgspec.Struct, frozen=True):
    """Give the call away: to the second line's `to`, else to `target`."""

    call: str
    target: str = ""
    to: str = ""


class Announce(msgspec.Struct, frozen=True):
    """Play the notice of the recording into the call."""

    call: str


class Record(msgspec.Struct, frozen=True):
    """Begin, pause, resume or end the recording of the call."""

    call: str
    attempt_id: int
    do: Literal["start", "pause", "resume", "stop"]


class RecordingBegun(msgspec.Struct, frozen=True):
    """Enter the recording in the store. `told_by`: see `Line`."""

    attempt_id: int
    path: str
    at: int
    told_by: str = ""


class RecordingOver(msgspec.Struct, frozen=True):
    """Pack the recording away; `fault`: why it ends before its call. `told_by`: see `Line`."""

    attempt_id: int
    path: str
    fault: str = ""
    told_by: str = ""


class RecordingErased(msgspec.Struct, frozen=True):
    """Delete what there is of the attempt's recording: they object to it."""

    attempt_id: int


Fact = (
    KeepHelp | Instant | Finish | LetGo | SettleMessage | Enter | BeginInbound | KeepMissed | TakenElsewhere
    | KeepTransfer | Announced | Objected
)  # fmt: skip
"""What the world has done: it cannot be asked for again, so it is written until it is on disk."""
StoreEffect = (
    Fact | ClaimNext | Release | Skip | Begin | BeginByHand | Dispose | Undo | Note | AskCaller | BeginBeside
    | AskTransfer
)  # fmt: skip
PhoneEffect = (
    Place | HangUp | Mute | Hold | Tone | PlayMessage | Answer | PassOn | PlaceBeside | Transfer | Announce
)
RecordingEffect = Record | RecordingBegun | RecordingOver | RecordingErased
Effect = StoreEffect | PhoneEffect | RecordingEffect
