"""Strangers on the wire: nothing they send ends the phone or reaches a terminal raw."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from support.sip_message import respond
from support.sip_peer import HOST, Leg, SipPeer, answer, final, hang_up, raw, ring
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.protocol import Event

ESCAPES = "\x1b]0;owned\x07\x1b[31mBusy\u202e\u200b\x9b2J"


def clean(events: list[Event]) -> bool:
    text = repr([[getattr(event, name) for name in event.__struct_fields__] for event in events])
    return not any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in text) and "\\x1b" not in text


async def still_works(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, ring), (0.05, answer), (0.2, hang_up)]
    assert (await line.call("+14155550199")).result == "answered"


async def test_a_phrase_full_of_escapes_is_shown_harmless(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, final(486, ESCAPES, f'Reason: Q.850;cause=17;text="{ESCAPES}"'))]
    ended = await line.call("+14155550100")
    assert ended.result == "busy"
    assert clean(line.heard.events)


async def test_a_phrase_of_broken_bytes_is_shown_harmless(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, final(603, "\udcff\udcfe\udc80 Decline \u00e9"))]
    ended = await line.call("+14155550100")
    assert (ended.result, ended.sip_code) == ("declined", 603)
    assert clean(line.heard.events)


async def test_an_endless_phrase_is_cut(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, final(486, "B" * 2500))]
    ended = await line.call("+14155550100")
    assert len(ended.reason) < 200


async def test_a_redirection_is_told_and_not_followed(line: Telephone, peer: SipPeer) -> None:
    stranger = await SipPeer.start()
    peer.plan = [(0, final(302, "Moved Temporarily", f"Contact: <sip:+19005550100@{stranger.address}>"))]
    ended = await line.call("+14155550100")
    assert (ended.result, ended.sip_code) == ("failed", 302)
    assert "+19005550100" in ended.reason
    assert not stranger.requests
    await stranger.close()


def _broken(name: str) -> Callable[[Leg], bytes]:
    def make(leg: Leg) -> bytes:
        good = respond(leg.invite, 180, "Ringing", tag=leg.tag)
        return {
            "no headers": b"SIP/2.0 180 Ringing\r\n\r\n",
            "junk": secrets.token_bytes(900),
            "only NUL": bytes(600),
            "oversized": good.replace(b"Content-Length", b"X-Long: " + b"a" * 30_000 + b"\r\nContent-Length"),
            "length too long": good.replace(b"Content-Length: 0", b"Content-Length: 99999"),
            "length negative": good.replace(b"Content-Length: 0", b"Content-Length: -5"),
            "length no number": good.replace(b"Content-Length: 0", b"Content-Length: %s%n"),
            "code too large": good.replace(b" 180 ", b" 99999999999 "),
            "cseq too large": good.replace(b"CSeq: ", b"CSeq: 99999999999999"),
            "many vias": good.replace(
                b"From:", b"Via: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKx\r\n" * 40 + b"From:"
            ),
            "bad contact": good.replace(b"Content-Length", b"Contact: <sip:[:::@@>;;\r\nContent-Length"),
            "bad reason": good.replace(b"Content-Length", b'Reason: Q.850;cause=;text="\r\nContent-Length'),
            "bad sdp": respond(
                leg.invite, 183, "Progress", tag=leg.tag, body="v=0\r\nm=audio x y z\r\nc=\r\n"
            ),
        }[name]

    return make


BROKEN = [
    "no headers", "junk", "only NUL", "oversized", "length too long", "length negative", "length no number",
    "code too large", "cseq too large", "many vias", "bad contact", "bad reason", "bad sdp",
]  # fmt: skip


async def test_broken_messages_are_survived(line: Telephone, peer: SipPeer) -> None:
    process = line.phone.pid
    for name in BROKEN:
        peer.plan = [(0, raw(_broken(name))), (0.1, final(486, "Busy Here"))]
        ended = await line.call("+14155550100")
        assert ended.result in {"busy", "failed", "no_answer"}, name
        assert clean(line.heard.events), name
    assert line.phone.pid == process
    await still_works(line, peer)


async def test_an_answer_whose_sound_makes_no_sense_is_ended(line: Telephone, peer: SipPeer) -> None:
    def nonsense(leg: Leg) -> None:
        leg.reply(200, "OK", body="v=0\r\no=- 1 1 IN IP4 x\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 99\r\n")

    process = line.phone.pid
    peer.plan = [(0, nonsense)]
    ended = await line.call("+14155550100")
    assert ended.talk_ms < 5_000
    assert line.phone.pid == process
    await still_works(line, peer)


async def test_a_flood_of_junk_does_not_cost_the_call(line: Telephone, peer: SipPeer) -> None:
    call = line.dial("+14155550100")
    await line.answered(call)
    leg = await peer.leg()
    for _ in range(300):
        leg.send(secrets.token_bytes(700))
    line.phone.hang_up(call)
    assert (await line.ended(call)).result == "answered"
    await leg.done()


@pytest.mark.parametrize("name", ["a\r\nX-Evil: 1", 'x" <sip:evil@x>;tag=1', "\x1b[31m"])
async def test_a_display_name_cannot_carry_a_header(peer: SipPeer, log: Path, name: str) -> None:
    async with telephone(log, Account(server=peer.address, display_name=name)) as line:
        await line.invited(line.dial("+14155550100"))
        invite = await peer.wait_for("INVITE")
    assert not invite.get("X-Evil")
    assert invite.get("From").count("<sip:") in {1, 2}
    assert f"<sip:sixring@{HOST}>" in invite.get("From")
