"""Torture: what the stack's library aborts at, or is flooded by, is kept from it; a call has an end."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from support.incoming import where
from support.sip_message import Message, respond, sdp, within
from support.sip_peer import HOST, Leg, SipPeer, answer, final, ring
from support.sip_ringer import Ringer
from support.telephone import Telephone, telephone
from support.torture import HEAD, ODD, PLACE, PLAIN, UNBEARABLE, damaged, requests

from telephony.account import Account
from telephony.engine.chatter import LINE_LIMIT, first_line
from telephony.engine.unfit import Past, kills, refusal, sounds_wrong
from telephony.protocol import Ended, Event, Hold, Incoming, Registration

STRANGER = "127.0.0.2"
CLUSTER = 12  # sent before we wait for the phone to have read them: a socket holds no more


def clean(events: list[Event]) -> bool:
    text = repr([[getattr(event, name) for name in event.__struct_fields__] for event in events])
    return not any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in text) and "\\x1b" not in text


async def still_works(line: Telephone, peer: SipPeer, process: int | None) -> None:
    peer.plan = [(0, ring), (0.02, answer)]
    call = line.dial("+14155550199")
    await line.answered(call)
    line.phone.hang_up(call)
    assert (await line.ended(call)).result == "answered"
    assert line.phone.pid == process
    assert clean(line.heard.events)


# ----------------------------------------------------------------- requests


@pytest.mark.parametrize("host", [STRANGER, HOST], ids=["a stranger", "our server"])
async def test_no_torture_ends_the_phone(line: Telephone, peer: SipPeer, ann: Ringer, host: str) -> None:
    process, sender = line.phone.pid, await Ringer.start(host)
    messages = list(requests(where(line), sender.address).values())
    for begin in range(0, len(messages), CLUSTER):
        for one in messages[begin : begin + CLUSTER]:
            sender.send(one, where(line))
        await ann.ping(where(line))
        for told in line.heard.of(Incoming):
            line.phone.hang_up(told.call)
    sender.close()
    assert host == HOST or not line.heard.of(Incoming)
    for told in line.heard.of(Incoming):
        assert (await line.ended(told.call)).reason
    await still_works(line, peer, process)


@pytest.mark.parametrize("what", ["SUBSCRIBE", "MESSAGE", "PUBLISH", "REGISTER", "X"])
async def test_what_no_phone_takes_is_refused(line: Telephone, ann: Ringer, what: str) -> None:
    asked = ann.ring(where(line), body=False)
    ann.send(asked.message(what, 9), where(line))
    await asked.reply(501, what)
    line.phone.hang_up((await line.heard.wait(Incoming)).call)


# ------------------------------------------------------------------ answers


async def test_a_torn_answer_ends_in_a_result_and_a_sentence(line: Telephone, peer: SipPeer) -> None:
    process = line.phone.pid

    def torn(name: str) -> Callable[[Leg], None]:
        return lambda leg: leg.send(damaged(respond(leg.invite, 180, "Ringing", tag=leg.tag))[name])

    for name in damaged(b""):
        peer.plan = [(0, ring), (0.01, torn(name)), (0.02, final(486, "Busy Here"))]
        ended = await line.call("+14155550100")
        assert ended.result in {"busy", "answered"}, name
        assert ended.reason, name
    await still_works(line, peer, process)


async def test_an_answer_without_a_name_after_one_with_a_name_is_no_fork(
    line: Telephone, peer: SipPeer
) -> None:
    process = line.phone.pid

    def nameless(leg: Leg) -> None:
        contact = f"sip:peer@{leg.peer.address}"
        leg.send(respond(leg.invite, 200, "OK", body=sdp(HOST, leg.rtp.port), contact=contact))

    peer.plan = [(0, ring), (0.02, nameless), (0.04, final(486))]
    assert (await line.call("+14155550100")).result == "busy"
    await still_works(line, peer, process)


# -------------------------------------------------------------------- sound


async def ended_by_us(line: Telephone, call: str) -> Ended:
    line.phone.hang_up(call)
    return await line.ended(call)


async def test_no_description_of_sound_ends_the_phone(line: Telephone, peer: SipPeer) -> None:
    """As an answer, and as an offer within a call that is held afterwards."""
    process = line.phone.pid
    for what, body in {**UNBEARABLE, **ODD}.items():
        peer.plan = [(0, ring), (0.01, _answers(body))]
        first = line.dial("+14155550100")
        await line.ringing(first)
        peer.plan = [(0, answer)]
        second = line.dial("+14155550101")
        await line.answered(second)
        leg = list(peer.legs.values())[-1]
        await _offers(leg, body)
        line.phone.send(Hold(second, True))
        for call in (first, second):
            assert (await ended_by_us(line, call)).reason, what
    await still_works(line, peer, process)


def _answers(body: str) -> Callable[[Leg], None]:
    return lambda leg: leg.reply(200, "OK", body=body)


async def _offers(leg: Leg, body: str) -> None:
    headers = (f"Contact: <sip:peer@{leg.peer.address}>", "Content-Type: application/sdp")
    leg.request("INVITE", headers, body)
    async with asyncio.timeout(20):
        while not (replies := _replies(leg)):
            await asyncio.sleep(0.005)
    if replies[-1].first.startswith("SIP/2.0 2"):
        leg.send(within(leg.invite, leg.tag, leg.peer.address, "ACK", leg.asked))


def _replies(leg: Leg) -> list[Message]:
    """Final answers to the leg's last request."""
    wanted = f"{leg.asked} INVITE"
    return [
        one
        for one in leg.peer.got("SIP/2.0")
        if one.call_id == leg.invite.call_id and one.get("CSeq") == wanted and " 1" not in one.first[:9]
    ]


async def test_a_call_that_lost_its_sound_may_be_held(line: Telephone, peer: SipPeer) -> None:
    process = line.phone.pid
    call = line.dial("+14155550100")
    await line.answered(call)
    await _offers(await peer.leg(), ODD["keypad tones alone"])
    line.phone.send(Hold(call, True))
    line.phone.send(Hold(call, False))
    assert (await ended_by_us(line, call)).result == "answered"
    await still_works(line, peer, process)


async def test_a_caller_who_cannot_be_answered_does_not_end_the_phone(
    line: Telephone, peer: SipPeer, ann: Ringer
) -> None:
    process = line.phone.pid
    for there in ("[::1]", "255.255.255.255", "no-such-host.invalid"):
        asked = ann.ring(where(line)).message("INVITE", 1, PLAIN)
        ann.send(re.sub(rb"UDP [^;]*;rport", f"UDP {there}".encode(), asked), where(line))
        await ann.ping(where(line))
        for told in line.heard.of(Incoming):
            line.phone.hang_up(told.call)
    await still_works(line, peer, process)


# ---------------------------------------------------------------- registrar


def lies(message: Message, header: str = "", via: str = "") -> bytes:
    said = respond(message, 200, "OK", headers=(f"Contact: <{message.contact}>;expires=60", header or "X: x"))
    return said.replace(b";rport", via.encode(), 1) if via else said


@pytest.mark.parametrize(
    "lie",
    [
        lambda message: respond(message, 200, "OK", headers=("Contact: *",)),
        lambda message: lies(message, "\r\n".join(["Service-Route: <sip:127.0.0.1;lr>"] * 45)),
        lambda message: lies(message, via=";rport=5;received=" + "a" * 900),
        lambda message: lies(message, via=";rport=5;received=::1"),
        lambda message: respond(message, 423, "Too Brief", headers=("Min-Expires: 4294967295",)),
    ],
    ids=["a star", "many routes", "a long address", "another family", "too brief for ever"],
)
async def test_a_lie_of_the_registrar_is_an_answer_that_never_came(
    peer: SipPeer, log: Path, lie: Callable[[Message], bytes]
) -> None:
    peer._register = lambda message, send: send(lie(message))  # type: ignore[method-assign]
    account = Account(server=peer.address, register=True, patience_ms=300)
    async with telephone(log, account) as line:
        told = await line.heard.wait(Registration)
        assert (told.registered, told.reason) == (False, "no answer")
        assert len(peer.got("REGISTER")) <= 4
        await still_works(line, peer, line.phone.pid)


# ------------------------------------------------------------------ the log


async def test_a_strangers_words_and_keys_do_not_reach_the_log(
    line: Telephone, ann: Ringer, log: Path
) -> None:
    key = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
    before = log.stat().st_size
    for count in range(600):
        ann.send(
            f"INVITE sip:x SIP/2.0\r\nFrom: \x1b]0;owned\x07\r\nX: inline:{key}\r\n\r\n".encode(), where(line)
        )
        if count % CLUSTER == 0:
            await ann.ping(where(line))
    await ann.ping(where(line))
    text = log.read_text(errors="replace")
    assert key not in text
    assert "\x1b" not in text
    assert 0 < log.stat().st_size - before < 400 * LINE_LIMIT


def test_of_a_remark_the_first_line_is_kept() -> None:
    assert first_line("Error processing\x1b[2J packet:\r\nsecret\r\n") == "Error processing·[2J packet:"
    assert len(first_line("x" * 9_000)) == LINE_LIMIT


# ---------------------------------------------------------------- the rules


def request(*headers: str, method: str = "OPTIONS") -> str:
    return "\r\n".join((f"{method} sip:desk@x SIP/2.0", *headers, "", ""))


def reply(code: int, *headers: str) -> str:
    return "\r\n".join((f"SIP/2.0 {code} Fine", *headers, "", ""))


@pytest.mark.parametrize(
    ("text", "deadly"),
    [
        (request("From: <sip:a@[]>"), True),
        (request("From: <sip:a@[\r\n ]>"), True),
        (request("From: <sip:a@[::1]>"), False),
        (request() + "[]", False),
        (request("Contact: *"), True),
        (request("m :\r\n *"), True),
        (request("Contact: <sip:*@x>"), False),
        (request("To: <sip:a@b>", method="ACK"), True),
        (request("To: <sip:a@b>;tag=1", method="ACK"), False),
        (request("t: a <sip:a@b> ;\ttag = 1", method="ACK"), False),
        (request('To: ";tag=1" <sip:a@b;tag=2>', method="ACK"), True),
        (request("To: <sip:a@b>;tag=1", "To: <sip:a@b>", method="ACK"), True),
        (request(method="ACK"), True),
        (reply(200, "Via: SIP/2.0/UDP x;received=192.0.2.1;rport=1"), False),
        (reply(200, "Via: SIP/2.0/UDP x;rport=1;received=256.0.0.1"), True),
        (reply(200, "v: SIP/2.0/UDP x;received=::1"), True),
        (reply(200, *["Service-Route: <sip:x>"] * 8), False),
        (reply(200, *["Service-Route: <sip:x>"] * 9), True),
    ],
)
def test_what_the_stack_would_abort_at_is_known(text: str, deadly: bool) -> None:
    assert kills(text) is deadly


def test_only_what_a_phone_takes_is_taken() -> None:
    for taken in ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "UPDATE", "PRACK", "NOTIFY"):
        assert refusal(request(method=taken)) == 0
    assert refusal(reply(200)) == 0
    assert refusal("\r\n" + request(method="refer")) == 603
    assert refusal(request(method="REFER"), transfers=True) == 0
    assert refusal(request(method="SUBSCRIBE")) == refusal("?") == 501


@pytest.mark.parametrize("what", UNBEARABLE)
def test_a_description_that_the_stack_cannot_bear_is_known(what: str) -> None:
    assert sounds_wrong(UNBEARABLE[what])
    assert sounds_wrong(UNBEARABLE[what].replace("\r\n", "\n"))


@pytest.mark.parametrize(
    "sdp",
    [
        PLAIN,
        PLAIN + "m=audio 4002 RTP/SAVP 0\r\nm=video 0 RTP/AVP 34\r\n",
        PLAIN.replace("127.0.0.1\r\nt", "224.2.1.1/127/3\r\nt"),
        PLAIN.replace(PLACE, "t=0 0\r\n")
        + "c=IN IP4 192.0.2.1\r\nm=video 9 RTP/AVP 34\r\nc=in ip4 0.0.0.0\r\n",
        f"{HEAD}t=0 0\r\n",
        "",
    ],
)
def test_a_description_like_any_other_passes(sdp: str) -> None:
    assert not sounds_wrong(sdp)


def test_what_came_before_counts() -> None:
    past, ring180 = Past(), ("CSeq: 7 INVITE", "Call-ID: a")
    assert not past.upsets(reply(180, *ring180, "To: <sip:a>"), 0)
    assert not past.upsets(reply(180, *ring180, "To: <sip:a>;tag=1"), 0)
    assert past.upsets(reply(200, *ring180, "To: <sip:a>"), 0)
    assert not past.upsets(reply(100, *ring180, "To: <sip:a>"), 0)
    assert not past.upsets(reply(200, "CSeq: 7 INVITE", "Call-ID: b", "To: <sip:a>"), 0)
    assert [past.upsets(reply(423), mono) for mono in (0, 1, 2, 40_000)] == [False, False, True, False]
    assert not past.upsets(reply(401, "CSeq: 8 BYE", "Call-ID: a"), 0)
    past.left("a")
    assert past.upsets(reply(401, "CSeq: 8 BYE", "Call-ID: a"), 0)
    assert past.upsets(reply(481, "CSeq: 9 UPDATE", "Call-ID: a"), 0)
    assert not past.upsets(reply(200, "CSeq: 8 BYE", "Call-ID: a", "To: <sip:a>;tag=1"), 0)
    assert sum(past.upsets(request(method="UPDATE") + PLAIN, 50_000) for _ in range(30)) == 18
    assert sum(past.upsets(request(method="INVITE") + PLAIN, 50_000) for _ in range(30)) == 18
    assert not past.upsets(request(method="INVITE"), 50_000)
    assert not past.upsets(request(), 50_000)


def test_a_call_keeps_as_many_media_as_it_began_with() -> None:
    past, two = Past(), PLAIN + "m=video 0 RTP/AVP 34\r\n"
    first, within = request("Call-ID: a", "To: <sip:x>"), request("Call-ID: a", "To: <sip:x>;tag=1")
    assert not past.other_media(first, two)
    assert not past.other_media(within, two)
    assert past.other_media(within, PLAIN)
    ours = request("Call-ID: b", "To: <sip:x>;tag=1")
    assert past.other_media(ours, two)
    assert not past.other_media(ours, PLAIN)
    assert past.other_media(reply(200, "Call-ID: b", "To: <sip:x>;tag=1"), two)
    assert not past.other_media(reply(200, "Call-ID: b", "To: <sip:x>;tag=1"), PLAIN)
