"""What the practice carrier's controller and its process say to each other. JSON, one object a line."""

from __future__ import annotations

import msgspec


class CarrierSetup(msgspec.Struct, frozen=True, kw_only=True):
    """First line down the pipe."""

    host: str = "127.0.0.1"
    port: int = 0  # 0: any free one
    pace: float = 1.0  # every wait of a script is multiplied by it
    login: str = ""  # with a password: every INVITE is challenged
    password: str = ""
    challenge: int = 407  # or 401


class CallIn(msgspec.Struct, frozen=True, kw_only=True):
    """Any later line down the pipe: ring a desk. See `PracticeCarrier.call_in`."""

    order: int  # the controller's word for it
    target: str
    number: str = ""
    name: str = ""
    asserted: str = ""
    give_up_s: float = 30.0
    talk_s: float = 20.0
    speaks: bool = True
    elsewhere: bool = False


class CarrierReport(msgspec.Struct, frozen=True, tag_field="say", kw_only=True):
    """Anything the process tells."""


class CarrierReady(CarrierReport, frozen=True, tag="ready", kw_only=True):
    """It listens."""

    port: int


class CarrierTrouble(CarrierReport, frozen=True, tag="trouble", kw_only=True):
    """Something failed; one sentence."""

    text: str


class CarrierCalling(CarrierReport, frozen=True, tag="calling", kw_only=True):
    """A call that was ordered has left; or it has not, and why."""

    order: int
    sip_call_id: str = ""
    fault: str = ""


class CarrierCall(CarrierReport, frozen=True, tag="call", kw_only=True):
    """One call that is over, as the carrier saw it. Times ms UTC; durations monotonic."""

    sip_call_id: str
    number: str  # of the one who is not at the desk: called, or calling
    code: int  # final code of the INVITE
    ended_at: int
    answered_at: int = 0  # 0: never
    talk_ms: int = 0
    digits: str = ""  # DTMF heard
    packets: int = 0  # RTP packets heard
    shown: str = ""  # From, as it arrived, or as it left
    contact: str = ""  # the URI of the phone that rang us; `call_in` can ring it back
    outgoing: bool = False  # we placed it: rang the desk, or obeyed a transfer


AnyReport = CarrierReady | CarrierTrouble | CarrierCalling | CarrierCall
