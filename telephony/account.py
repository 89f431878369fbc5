"""Who the phone is to the carrier, and where its sound comes from."""

from __future__ import annotations

from typing import Literal

import msgspec

Transport = Literal["udp", "tcp", "tls"]
Srtp = Literal["off", "optional", "mandatory"]
ShowNumber = Literal["from", "name", "p-preferred-identity", "p-asserted-identity", "off"]
DtmfWay = Literal["auto", "rfc4733", "info"]


class Account(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A SIP account, or a carrier reached without one (`register=False`).

    It is passed to the phone process through a pipe, never through arguments,
    environment or files; its `repr` hides the password.
    """

    server: str  # host or host:port: the domain of every URI, and the registrar
    user: str = "sixring"
    login: str = ""  # of the digest; empty: `user`
    password: str = ""  # empty: challenges stay unanswered
    realm: str = "*"
    transport: Transport = "udp"
    proxy: str = ""  # host or host:port every request goes through
    register: bool = False
    register_every_s: int = 120
    qualify_ms: int = 0  # between two OPTIONS that ask whether the server is there; 0: none
    patience_ms: int = 4_000  # an unanswered REGISTER or OPTIONS is told as silence
    keep_alive_s: int = 15  # between two packets that keep a NAT's door open (UDP); 0: none
    stun_servers: tuple[str, ...] = ()  # host or host:port; empty: our address as this machine knows it
    ice: bool = False
    display_name: str = ""
    show_number: ShowNumber = "from"  # where the caller ID of a dial is put; trunks differ
    bound_address: str = ""  # empty: chosen by the route to the server
    local_port: int = 0  # of SIP; 0: any free one
    rtp_port: int = 0  # the first tried for sound; 0: chosen at random
    codecs: tuple[str, ...] = ("PCMU", "PCMA", "G722")  # best first; others are switched off
    ca_file: str = ""  # TLS: trusted certificates, PEM; empty: the machine's own, else certifi's
    verify_server: bool = True  # TLS only
    srtp: Srtp = "off"  # its keys travel in the signalling (SDES): worth nothing without TLS
    no_response_ms: int = 5_000  # an INVITE without any reply is given up
    silence_ms: int = 10_000  # an answered call without a single RTP packet is given up
    max_call_ms: int = 0  # longest talk; 0: no limit
    transfer_ms: int = 60_000  # how long the other side may tell nothing of a transfer it took
    # How long a refused hold, or a resume, waits until it is offered again; then twice and four times as
    # long, and no more. RFC 3261 14.1: 2.1 to 4 s after a collision, for the side that owns the Call-ID.
    hold_retry_ms: int = 2_500
    dtmf: DtmfWay = "auto"  # how keypad tones are sent; auto: INFO where the other side takes no RFC 4733
    country: str = "US"  # ISO 3166 alpha-2: whose ringing tone the rep hears
    ring_from: tuple[str, ...] = ()  # hosts besides `server` and `proxy` whose calls may ring here
    rings: bool = True  # a second process beside the first is rung by nobody
    answer_ms: int = 25_000  # how long a call rings here before it is passed on

    def __repr__(self) -> str:
        """The account without its password."""
        return f"Account({self.user}@{self.server} over {self.transport})"


class Sound(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a call hears of the rep, and where the rep hears the call."""

    # null: silence, in real RTP packets; relay: the desk phone, by way of the process that has it on the line
    kind: Literal["null", "file", "headset", "desk_phone", "relay"] = "null"
    file: str = ""  # kind file: absolute path of a mono WAV, played round and round in place of a microphone
    microphone: str = ""  # kind headset: its name or a part of it; empty: the system's choice
    speaker: str = ""  # likewise
    uri: str = ""  # kind desk_phone: sip:user@host, or an extension on the account's server
    relay: str = ""  # host:port where that process takes a second one's sound; kind desk_phone: that it had
    relay_word: str = ""  # what every frame between the two begins with
