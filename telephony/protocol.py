"""What the desk and the phone process say to each other: one JSON object a line.

Commands go down, events come up. Nothing here names a SIP stack, so a second
one can serve the same protocol. `call` is the caller's own word for a call,
unique for the life of the client. Times: `at` is UTC ms, read from the wall
clock when the thing happened; `mono` is the machine's monotonic clock in ms
(one clock for all processes of a machine). Durations come from `mono` alone: a
step of the wall clock moves an instant and never makes a call longer.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from telephony.account import Account, Sound
from telephony.quality import Mark

# --------------------------------------------------------------- commands


class Command(msgspec.Struct, frozen=True, tag_field="cmd", omit_defaults=True):
    """Anything the desk may ask of the phone process."""


class Configure(Command, frozen=True, tag="configure"):
    """The first line down the pipe: who we are to the carrier. Carries the password; is never logged."""

    account: Account
    sound: Sound = Sound()


class Dial(Command, frozen=True, tag="dial"):
    """Place a call."""

    call: str
    target: str  # E.164, or what a hand dialed; the engine builds the SIP URI
    caller_id: str = ""  # E.164 shown to the called person; empty: the account's own
    ring_timeout_ms: int = 25_000  # from 180/183; then the engine cancels
    rep: bool = False  # the rep's own phone: joined to every other call, and kept between them
    beside: str = ""  # a second line: placed in the process of this call, or refused in words


class HangUp(Command, frozen=True, tag="hang_up"):
    """End a call in any state; also right for one that has ended already."""

    call: str


class Answer(Command, frozen=True, tag="answer"):
    """Take a call that rings here (`Incoming`)."""

    call: str


class PassOn(Command, frozen=True, tag="pass_on"):
    """Do not take a call that rings here: the server may try another rep."""

    call: str
    away: bool = False  # nobody is at this desk (480); else its rep is busy (486)


class Transfer(Command, frozen=True, tag="transfer"):
    """Give a call to somebody else (RFC 3515); `Transferred` tells what became of it.

    With `to`, another answered call of ours, the two are joined without us
    (RFC 3891); else the other side is asked to dial `target` by itself.
    """

    call: str
    target: str = ""  # as in `Dial`
    to: str = ""


class Announce(Command, frozen=True, tag="announce"):
    """Play a notice into an answered call, beside the voices; `Announced` tells how that went."""

    call: str
    path: str  # absolute, of a mono WAV of 8 kHz


class SendDtmf(Command, frozen=True, tag="dtmf"):
    """Send keypad tones (RFC 4733; by INFO to a phone that knows no other way)."""

    call: str
    digits: str


class Mute(Command, frozen=True, tag="mute"):
    """Stop or restore what the called person hears."""

    call: str
    on: bool


class Hold(Command, frozen=True, tag="hold"):
    """Put the called person on hold, or take them back; `Held` tells that it is so."""

    call: str
    on: bool


class Record(Command, frozen=True, tag="record"):
    """Record a call: the rep on the left channel, the lead on the right one."""

    call: str
    do: Literal["start", "pause", "resume", "stop"]
    path: str = ""  # for `start`: absolute, of a file that is not there yet


class Play(Command, frozen=True, tag="play"):
    """Play a message into an answered call in the rep's place, then hang up; `Played` tells of its end."""

    call: str
    path: str  # absolute, of a mono WAV of 8 kHz


class Ping(Command, frozen=True, tag="ping"):
    """Are you alive? Sent by the client alone; a process that does not answer is replaced."""


class Abort(Command, frozen=True, tag="abort"):
    """Die at once, as a native assertion does (for the fault tests)."""


class Quit(Command, frozen=True, tag="quit"):
    """Hang up everything, unregister and leave."""


AnyCommand = (
    Configure | Dial | Answer | PassOn | HangUp | Transfer | SendDtmf | Mute | Hold | Record | Play | Announce
    | Ping | Abort | Quit
)  # fmt: skip

# ----------------------------------------------------------------- events


class Event(msgspec.Struct, frozen=True, tag_field="ev", omit_defaults=True, kw_only=True):
    """Anything the phone process reports, stamped when it happened."""

    at: int
    mono: int


class Ready(Event, frozen=True, tag="ready"):
    """The engine runs and takes commands."""

    pid: int
    door: str = ""  # host:port of its SIP socket; empty over TCP and TLS
    bell: bool = False  # a datagram to the door is to say that a command is in the pipe


class Registration(Event, frozen=True, tag="registration"):
    """The account's state with its registrar."""

    registered: bool
    code: int = 0
    reason: str = ""
    retry_in_ms: int = 0


class Reachable(Event, frozen=True, tag="reachable"):
    """Whether a carrier without registration answers; told at each change."""

    answers: bool
    reason: str = ""
    retry_in_ms: int = 0


class Incoming(Event, frozen=True, tag="incoming"):
    """Somebody rings at this desk; `Answered` or `Ended` follows under the same name."""

    call: str  # named by the engine: "in-" and the SIP Call-ID's hash
    number: str = ""  # E.164 or digits as they came; empty: withheld, or none
    name: str = ""  # what they call themselves: outside text
    sip_call_id: str = ""


class Invited(Event, frozen=True, tag="invited"):
    """The INVITE left."""

    call: str
    sip_call_id: str = ""


class Ringing(Event, frozen=True, tag="ringing"):
    """180, or 183 with early media; reported once."""

    call: str
    early_media: bool = False


class Answered(Event, frozen=True, tag="answered"):
    """200 to the INVITE arrived, or ours was acknowledged; talk time starts here."""

    call: str
    secure: bool = False  # the sound is encrypted (SRTP)


class Ended(Event, frozen=True, tag="ended"):
    """The call is over; the last event of its call, reported exactly once."""

    call: str
    result: str  # a cadence.model.Result
    sip_code: int = 0  # final code of the INVITE; 200 for an answered call; 0: none came
    reason: str = ""  # one sentence for a person
    q850: int = 0  # ITU-T cause of the Reason header, 0: none
    ended_by: str = ""  # rep, lead, network, engine
    elsewhere: bool = False  # a call that rang here was answered on another phone
    ring_ms: int = 0  # from ringing to answer or end, monotonic
    talk_ms: int = 0  # from answer to end, monotonic; 0 unless answered
    packets: int = 0  # of RTP that came
    lost: int = 0  # of those that should have
    jitter_ms: int = 0  # mean
    quality: Mark = ""


class Recording(Event, frozen=True, tag="recording"):
    """A recording began, was paused, or goes on."""

    call: str
    path: str
    paused: bool = False


class Recorded(Event, frozen=True, tag="recorded"):
    """A recording has ended, before its call or with it; the call may go on."""

    call: str
    path: str
    ms: int = 0  # of sound in the file, pauses included (they are silent)
    fault: str = ""  # why it ended too early, or never began: the disk's own words


class Played(Event, frozen=True, tag="played"):
    """The message has played to its end; the call is hung up now."""

    call: str


class Announced(Event, frozen=True, tag="announced"):
    """The notice has been heard to its end; with a `fault` it has not, and never will be."""

    call: str
    fault: str = ""  # why it could not be played: the stack's own words


class Transferred(Event, frozen=True, tag="transferred"):
    """What became of a transfer. `done`: they speak without us, `Ended` follows; else the call goes on."""

    call: str
    done: bool
    code: int = 0  # final SIP code of the one it was given to, 0: none came
    reason: str = ""  # one sentence for a person


class Held(Event, frozen=True, tag="held"):
    """We hold the call, or no longer do."""

    call: str
    on: bool


class HoldRefused(Event, frozen=True, tag="hold_refused"):
    """The other side does not agree to be held (`on`), or to be taken back; the call goes on.

    A refused hold is kept by our silence alone: `Held` follows. Who is not taken
    back is asked again, and after the last time stays on hold.
    """

    call: str
    on: bool
    reason: str = ""  # its code and words, outside text made harmless; empty: it never answered to the point
    again_in_ms: int = 0  # 0: not asked again by itself


class Quality(Event, frozen=True, tag="quality"):
    """How the call has sounded so far, once a second while that changes."""

    call: str
    packets: int  # of RTP that came
    lost: int
    jitter_ms: int
    mark: Mark  # good, fair, poor; empty: too early to say


class Hint(Event, frozen=True, tag="hint"):
    """Something that an answering machine does was heard; people do it too. For the rep, never for a rule."""

    call: str
    word: Literal["long greeting", "beep heard"]


class Dtmf(Event, frozen=True, tag="dtmf_heard"):
    """The other side pressed a key."""

    call: str
    digit: str


class SoundState(Event, frozen=True, tag="sound"):
    """Whether the rep can hear and speak: told before `Ready`, and at each change.

    Kinds null and file, which nobody listens to, tell nothing.
    """

    ready: bool
    text: str  # what works, or one sentence why it does not
    trying: bool = False  # not ready yet: it is being opened, or rings


class Levels(Event, frozen=True, tag="levels"):
    """How loud a headset is: peaks of the last quarter of a second, in dBFS. At most four a second."""

    microphone: int  # 0 is the loudest, -96 nothing at all
    speaker: int
    under_runs: int = 0  # clicks since the phone started: sound that came too late
    over_runs: int = 0  # sound that was thrown away, for too much of it waited


class Trouble(Event, frozen=True, tag="trouble"):
    """Something went wrong inside the engine that no call owns; one sentence."""

    text: str


class Down(Event, frozen=True, tag="down"):
    """The process is gone; its calls have been ended in the caller's name."""

    code: int
    restarting: bool
    reason: str = ""  # why no other process can begin yet: the server is not found; empty: it died
    retry_in_ms: int = 0  # when another one is started


class Dialog(msgspec.Struct, frozen=True, omit_defaults=True):
    """What it takes to end a call from outside the process that placed it (RFC 3261, 12.1.2)."""

    call_id: str
    local: str  # the whole From value, with our tag
    remote: str  # the whole To value; with the peer's tag once there is one
    cseq: int  # of the INVITE
    target: str  # request URI: the peer's Contact, or what was dialed while it rings
    via: str = ""  # top Via of the INVITE; a CANCEL must repeat it
    routes: tuple[str, ...] = ()  # in the order of sending
    transport: str = "udp"
    reply_vias: tuple[str, ...] = ()  # of a call that came in: what refuses it while it rings
    reply_cseq: str = ""


class DialogKnown(Event, frozen=True, tag="dialog"):
    """For the client alone: kept until the call ends, used if the process dies in the call."""

    call: str
    answered: bool
    dialog: Dialog


class Pong(Event, frozen=True, tag="pong"):
    """For the client alone: the answer to `Ping`."""


class RelayAt(Event, frozen=True, tag="relay"):
    """For the client alone: where a second process brings the sound of its calls to the rep's own phone."""

    address: str  # host:port


class Full(Event, frozen=True, tag="full"):
    """For the client alone: the dial was not placed, no slot is free. Another process may place it."""

    call: str


class Recycle(Event, frozen=True, tag="recycle"):
    """For the client alone: the process leaves, with no live call, to free lines that a dead peer holds.

    Dials it was sent and did not report as invited never reached the wire;
    they may be sent to the next process.
    """

    why: str


class NoServer(Event, frozen=True, tag="no_server"):
    """For the client alone: the process leaves, for there is no way to the server; the next looks again."""

    why: str


AnyEvent = (
    Ready | Registration | Reachable | Incoming | Invited | Ringing | Answered | Recording | Recorded | Played
    | Announced | Transferred | Ended | Held | HoldRefused | Quality | Hint | Dtmf | SoundState | Levels
    | Trouble | Down
)  # fmt: skip
EngineEvent = AnyEvent | DialogKnown | Pong | RelayAt | Full | Recycle | NoServer
