"""The stack's set-up, shared by the phone and the practice carrier."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import pjsua2 as pj

from telephony.account import Account, Srtp, Transport
from telephony.engine.chatter import Chatter
from telephony.engine.sentry import Sentry, post
from telephony.engine.unfit import Past
from telephony.engine.way import Binding

CLOCK_RATE = 8_000  # Hz; telephone sound
USER_AGENT = "Sixring"
JITTER_MS = 40  # held back at least: the stack's own 20 lose a frame whenever one of two clocks stumbles
MOST_JITTER_MS = 160  # held back at most, and only after packets have come so late
LOG_LEVEL = 2  # warnings; 3 writes whom we call, 4 whole messages with their digests
RTP_PORTS = range(10_000, 50_000, 2)

_KINDS = {
    "udp": pj.PJSIP_TRANSPORT_UDP,
    "tcp": pj.PJSIP_TRANSPORT_TCP,
    "tls": pj.PJSIP_TRANSPORT_TLS,
}
_SRTP = {
    "off": pj.PJMEDIA_SRTP_DISABLED,
    "optional": pj.PJMEDIA_SRTP_OPTIONAL,
    "mandatory": pj.PJMEDIA_SRTP_MANDATORY,
}


class Library(pj.Endpoint):
    """The stack's library, which says whom it has turned away by itself."""

    turned_away: Callable[[Any], None] | None = None  # called with the refused INVITE

    def __init__(self) -> None:
        super().__init__()
        self.chatter = Chatter()
        self.chatter.__disown__()  # the stack keeps it, and so do we

    def onRejectedIncomingCall(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when the stack has refused a call before anybody could look at it."""
        if self.turned_away is not None:
            self.turned_away(prm)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The running stack."""

    lib: Library
    transport_id: int
    port: int
    sentry: Sentry | None  # kept: the stack calls it
    past: Past


def open_endpoint(
    binding: Binding,
    transport: Transport = "udp",
    account: Account | None = None,
    *,
    transfers: bool = False,
) -> Endpoint:
    """Start the stack with no thread of its own for SIP and a null sound device as its clock.

    `transfers`: who calls or is called may ask for a transfer (REFER): a rep's phone does not take it.

    Raises:
        pj.Error: the address or the port cannot be had.
    """
    lib = Library()
    lib.libCreate()
    lib.libInit(_settings(binding.stun, lib.chatter))
    transport_id = lib.transportCreate(_KINDS[transport], _transport(binding, transport, account))
    lib.libStart()
    lib.audDevManager().setNullDev()
    address = lib.transportGetInfo(transport_id).localAddress
    past = Past()
    return Endpoint(lib, transport_id, int(address.rpartition(":")[2]), post(past, transfers=transfers), past)


def _settings(stun: Sequence[str], chatter: Chatter) -> Any:  # noqa: ANN401 - pjsua2 has no types
    settings = pj.EpConfig()
    settings.logConfig.level = settings.logConfig.consoleLevel = LOG_LEVEL
    settings.logConfig.msgLogging = 0
    settings.logConfig.writer = chatter
    settings.uaConfig.threadCnt = 0
    settings.uaConfig.mainThreadOnly = False
    settings.uaConfig.userAgent = USER_AGENT
    for server in stun:
        settings.uaConfig.stunServer.append(server)
    media = settings.medConfig
    media.clockRate = media.sndClockRate = CLOCK_RATE
    media.noVad = True
    media.jbInit = media.jbMinPre = JITTER_MS
    media.jbMax = MOST_JITTER_MS
    _throw_nothing_away(media)
    media.ecTailLen = 0
    # The default closes even the null device a second after a call, and with it the clock of the
    # conference bridge: the next call would send no RTP for its whole life.
    media.sndAutoCloseTime = -1
    return settings


def _throw_nothing_away(media: Any) -> None:  # noqa: ANN401
    """Let a jitter buffer that had to grow stay so for its call.

    The stack's own way is to throw 10 ms away each second until it holds next to nothing again, so
    that the next packet that is late finds it empty: one stumble costs four clicks, and the next
    one as many. The wrapper has no number for the other way; what it can read has.
    """
    document = pj.JsonDocument()
    document.writeObject(media)
    settings = msgspec.json.decode(document.saveString())
    settings["MediaConfig"]["jbDiscardAlgo"] = 0  # PJMEDIA_JB_DISCARD_NONE
    document = pj.JsonDocument()
    document.loadString(msgspec.json.encode(settings).decode())
    media.readObject(document.getRootContainer())


def _transport(binding: Binding, transport: Transport, account: Account | None) -> Any:  # noqa: ANN401
    config = pj.TransportConfig()
    config.port = binding.port
    config.boundAddress = binding.bound
    config.publicAddress = binding.public
    if transport == "tls":
        from telephony.trust import bundle  # it loads ssl: a restart over UDP need not wait for that

        config.tlsConfig.method = pj.PJSIP_TLSV1_2_METHOD
        config.tlsConfig.verifyServer = account is None or account.verify_server
        config.tlsConfig.CaListFile = bundle(account) if account else ""
    return config


def bind_media(config: Any, binding: Binding, port: int = 0) -> None:  # noqa: ANN401 - an AccountConfig
    """Let an account's RTP use the same address as its SIP, and ports from `port` (0: at random) up."""
    config.mediaConfig.transportConfig.port = port or random.choice(RTP_PORTS)  # noqa: S311 - no secret
    config.mediaConfig.transportConfig.boundAddress = binding.bound
    config.mediaConfig.transportConfig.publicAddress = binding.public


def encrypt_media(config: Any, srtp: Srtp) -> None:  # noqa: ANN401 - an AccountConfig
    """Set an account's SRTP, keyed by SDES: the wheel has no DTLS."""
    config.mediaConfig.srtpUse = _SRTP[srtp]
    config.mediaConfig.srtpSecureSignaling = 0  # `config.settings` asks for TLS; a test may do without
    config.mediaConfig.srtpOpt.keyings.append(pj.PJMEDIA_SRTP_KEYING_SDES)


def cross_nats(config: Any, account: Account) -> None:  # noqa: ANN401 - an AccountConfig
    """Set what an account does about the NATs on its way."""
    config.natConfig.udpKaIntervalSec = account.keep_alive_s
    config.natConfig.iceEnabled = account.ice


def prefer_codecs(lib: Any, names: Sequence[str]) -> None:  # noqa: ANN401
    """Allow only `names` ("PCMU", "PCMA", "G722"), best first."""
    wanted = [name.upper() for name in names]
    for codec in lib.codecEnum2():
        name = codec.codecId.partition("/")[0].upper()
        lib.codecSetPriority(codec.codecId, 255 - wanted.index(name) if name in wanted else 0)
