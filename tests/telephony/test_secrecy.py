"""Encrypted sound: what is offered, what is taken, and that the rep is told the truth about it."""

from __future__ import annotations

import base64
import re
import secrets
from pathlib import Path

import pytest
from support.sip_message import sdp
from support.sip_peer import HOST, Act, Leg, SipPeer, now_ms, ring
from support.telephone import telephone

from telephony.account import Account, Srtp
from telephony.engine.message import encrypts
from telephony.protocol import Answered

SUITE = "AES_CM_128_HMAC_SHA1_80"


def answers_with(profile: str, crypto: bool) -> Act:
    """A 200 whose SDP has this transport profile, with or without a key of the other side."""

    def act(leg: Leg) -> None:
        leg.answered = now_ms()
        body = sdp(HOST, leg.rtp.port).replace("RTP/AVP", profile)
        if crypto:
            key = base64.b64encode(secrets.token_bytes(30)).decode()
            body += f"a=crypto:{offered_tag(leg)} {SUITE} inline:{key}\r\n"
        leg.reply(200, "OK", body=body)

    return act


def offered_tag(leg: Leg) -> str:
    found = re.search(rf"^a=crypto:(\d+) {SUITE} ", leg.invite.body, re.MULTILINE)
    assert found is not None, leg.invite.body
    return found[1]


async def test_without_srtp_no_key_is_offered(peer: SipPeer, log: Path) -> None:
    async with telephone(log, Account(server=peer.address)) as line:
        answered = await line.answered(line.dial("+14155550100"))
    offer = peer.got("INVITE")[0].body
    assert "a=crypto" not in offer
    assert not answered.secure


@pytest.mark.parametrize(("srtp", "profile"), [("mandatory", "RTP/SAVP"), ("optional", "RTP/AVP")])
async def test_an_agreed_key_makes_the_call_secure_and_the_packets_unreadable(
    peer: SipPeer, log: Path, srtp: Srtp, profile: str
) -> None:
    peer.plan = [(0, ring), (0.05, answers_with(profile, crypto=True))]
    async with telephone(log, Account(server=peer.address, srtp=srtp)) as line:
        call = line.dial("+14155550100")
        answered = await line.answered(call)
        leg = await peer.leg()
        await leg.rtp.hears(10)
        line.phone.hang_up(call)
        await line.ended(call)
    assert f"m=audio {media_port(leg)} {profile} " in leg.invite.body
    assert answered.secure
    assert leg.rtp.loud == leg.rtp.packets  # our silence would be 0xFF throughout, were it in the clear


def media_port(leg: Leg) -> str:
    found = re.search(r"^m=audio (\d+)", leg.invite.body, re.MULTILINE)
    assert found is not None
    return found[1]


async def test_optional_talks_in_the_open_with_those_who_cannot_and_says_so(peer: SipPeer, log: Path) -> None:
    peer.plan = [(0, ring), (0.05, answers_with("RTP/AVP", crypto=False))]
    async with telephone(log, Account(server=peer.address, srtp="optional")) as line:
        call = line.dial("+14155550100")
        answered = await line.answered(call)
        leg = await peer.leg()
        await leg.rtp.hears(10)
    assert not answered.secure
    assert leg.rtp.loud == 0


async def test_mandatory_does_not_talk_in_the_open(peer: SipPeer, log: Path) -> None:
    peer.plan = [(0, ring), (0.05, answers_with("RTP/AVP", crypto=False))]
    async with telephone(log, Account(server=peer.address, srtp="mandatory")) as line:
        call = line.dial("+14155550100")
        ended = await line.ended(call)
        leg = await peer.leg()
        await leg.done()
        secure = [answered.secure for answered in line.heard.of(Answered)]
    assert leg.rtp.packets == 0
    assert True not in secure
    assert ended.ended_by == "engine"
    assert "check sip.codecs and sip.srtp" in ended.reason


@pytest.mark.parametrize(
    ("body", "agreed"),
    [
        ("", None),
        ("v=0\r\ns=-\r\n", None),
        ("v=0\r\nm=audio 9 RTP/AVP 0\r\na=sendrecv\r\n", False),
        ("v=0\r\nm=audio 9 RTP/SAVP 0\r\na=crypto:1 X inline:k\r\n", True),
        ("v=0\r\nm=audio 9 RTP/AVP 0\r\nm=video 9 RTP/SAVP 99\r\na=crypto:1 X inline:k\r\n", False),
    ],
)
def test_secrecy_is_read_off_the_sound_alone(body: str, agreed: bool | None) -> None:
    assert encrypts(f"SIP/2.0 200 OK\r\nCall-ID: a=crypto:1\r\n\r\n{body}") is agreed
