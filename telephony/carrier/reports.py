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


class CarrierReport(msgspec.Struct, frozen=True, tag_field="say", kw_only=True):
    """Anything the process tells."""


class CarrierReady(CarrierReport, frozen=True, tag="ready", kw_only=True):
    """It listens."""

    port: int


class CarrierTrouble(CarrierReport, frozen=True, tag="trouble", kw_only=True):
    """Something failed; one sentence."""

    text: str


class CarrierCall(CarrierReport, frozen=True, tag="call", kw_only=True):
    """One call that is over, as the called side saw it. Times ms UTC; durations monotonic."""

    sip_call_id: str
    number: str
    code: int  # final code of the INVITE
    ended_at: int
    answered_at: int = 0  # 0: never
    talk_ms: int = 0
    digits: str = ""  # DTMF heard
    packets: int = 0  # RTP packets heard
    shown: str = ""  # From, as it arrived


AnyReport = CarrierReady | CarrierTrouble | CarrierCall
