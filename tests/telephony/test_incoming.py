"""Calls that come in: told once, answered or passed on, and one honest end each."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest
from support.incoming import rung, spoken_with, where
from support.least import least
from support.sip_message import sdp
from support.sip_peer import SipPeer
from support.sip_ringer import Ringer
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.carrier import PracticeCarrier
from telephony.protocol import Answer, Answered, Ended, Held, Hold, Incoming, PassOn, Trouble

TALK_ERROR_MS = 60  # of a machine that is not loaded; see `least`


# ------------------------------------------------------------ taken, or not


async def test_a_call_is_told_once_and_answered_by_one_word(line: Telephone, ann: Ringer) -> None:
    async with spoken_with(line, ann) as (ring, call):
        await ann.rtp.hears(15)
        ring.hang_up()
        ended = await line.ended(call)
        await ring.reply(200, "BYE")
    (incoming,) = line.heard.of(Incoming)
    assert (incoming.number, incoming.name) == ("+14155550123", "Ann Lee")
    assert incoming.sip_call_id == ring.call_id
    assert (ended.result, ended.sip_code, ended.ended_by) == ("answered", 200, "lead")
    assert ended.reason == "The caller hung up."
    assert len(line.heard.of(Answered, call)) == 1


async def test_an_answer_at_once_comes_after_the_ringing(line: Telephone, ann: Ringer) -> None:
    """And by the ringing the dialog is known, without which nobody could hang up for a phone that died."""
    for count in range(1, 4):
        ring = ann.ring(where(line))
        line.phone.send(Answer((await line.heard.wait(Incoming, count=count)).call))
        await ring.reply(200)
        codes = [reply.first.split(" ")[1] for reply in ring.replies]
        assert codes.index("180") < codes.index("200")
        ring.hang_up()
        await line.heard.wait(Ended, count=count)


async def test_times_are_those_of_the_caller(carrier: PracticeCarrier, log: Path) -> None:
    async with telephone(log, Account(server=str(carrier.addresses[0]))) as line:

        async def error() -> float:
            count = len(line.heard.of(Incoming)) + 1
            seen_by = await carrier.call_in(where(line), "+14155550177", "Joe", talk_s=20, give_up_s=400)
            incoming = await line.heard.wait(Incoming, count=count)
            await asyncio.sleep(0.3)
            line.phone.send(Answer(incoming.call))
            ended = await line.ended(incoming.call)
            seen = await carrier.call(seen_by)
            assert (incoming.number, incoming.name, incoming.sip_call_id) == ("+14155550177", "Joe", seen_by)
            assert 300 <= ended.ring_ms < 10_000
            assert (seen.code, seen.outgoing, seen.packets > 20) == (200, True, True)
            return abs(ended.talk_ms - seen.talk_ms)

        assert await least(error, TALK_ERROR_MS) < TALK_ERROR_MS


async def test_the_rep_hangs_up(line: Telephone, ann: Ringer) -> None:
    async with spoken_with(line, ann) as (ring, call):
        line.phone.hang_up(call)
        ended = await line.ended(call)
        bye = await ring.bye()
    assert (ended.result, ended.ended_by) == ("answered", "rep")
    assert f"tag={ring.tag}" in bye.get("To")


@pytest.mark.parametrize(("away", "code"), [(False, 486), (True, 480)])
async def test_a_call_is_passed_on(line: Telephone, ann: Ringer, away: bool, code: int) -> None:
    async with rung(line, ann) as (ring, incoming):
        line.phone.send(PassOn(incoming.call, away=away))
        ended = await line.ended(incoming.call)
        await ring.reply(code)
    assert (ended.result, ended.sip_code, ended.ended_by) == ("no_answer", code, "rep")


async def test_hanging_up_a_call_that_rings_passes_it_on(line: Telephone, ann: Ringer) -> None:
    async with rung(line, ann) as (ring, incoming):
        line.phone.hang_up(incoming.call)
        assert (await line.ended(incoming.call)).ended_by == "rep"
        await ring.reply(486)


async def test_nobody_answers(peer: SipPeer, ann: Ringer, log: Path) -> None:
    async with (
        telephone(log, Account(server=peer.address, answer_ms=300)) as line,
        rung(line, ann) as (ring, incoming),
    ):
        ended = await line.ended(incoming.call)
        await ring.reply(480)
    assert (ended.result, ended.ended_by, ended.talk_ms) == ("no_answer", "engine", 0)
    assert ended.ring_ms >= 300


@pytest.mark.parametrize(
    ("headers", "elsewhere"),
    [
        ((), False),
        (('Reason: SIP;cause=200;text="Call completed elsewhere"',), True),
        (("Reason: Q.850;cause=16", "Reason: SIP ;cause=200"), True),
        (("Reason: Q.850;cause=26",), False),
        (("Reason: SIP;cause=487",), False),
    ],
)
async def test_the_caller_gives_up(
    line: Telephone, ann: Ringer, headers: tuple[str, ...], elsewhere: bool
) -> None:
    async with rung(line, ann) as (ring, incoming):
        ring.cancel(*headers)
        ended = await line.ended(incoming.call)
        await ring.reply(487)
    assert (ended.result, ended.sip_code, ended.ended_by) == ("no_answer", 487, "lead")
    assert ended.elsewhere is elsewhere


async def test_the_carrier_says_who_took_it_elsewhere(carrier: PracticeCarrier, log: Path) -> None:
    async with telephone(log, Account(server=str(carrier.addresses[0]))) as line:
        sip_call_id = await carrier.call_in(where(line), "+14155550177", give_up_s=5, elsewhere=True)
        ended = await line.ended((await line.heard.wait(Incoming)).call)
    assert ended.elsewhere
    assert (await carrier.call(sip_call_id)).code == 487


async def test_an_answer_that_comes_too_late_does_nothing(line: Telephone, ann: Ringer) -> None:
    async with rung(line, ann) as (ring, incoming):
        ring.cancel()
        await line.ended(incoming.call)
        line.phone.send(Answer(incoming.call))
        line.phone.send(PassOn(incoming.call))
        line.phone.hang_up(incoming.call)
    async with spoken_with(line, ann) as (_, call):  # all of that was read by now
        assert not line.heard.of(Trouble)
        assert not line.heard.of(Answered, incoming.call)
        assert call != incoming.call


async def test_a_second_call_hears_busy_and_is_told_too(line: Telephone, ann: Ringer) -> None:
    async with rung(line, ann) as (_, first):
        second = ann.ring(where(line))
        await second.reply(486)
        missed = await line.heard.wait(Ended)
        assert missed.call != first.call
        assert (missed.result, missed.ended_by) == ("no_answer", "engine")
        line.phone.send(Answer(first.call))
        await line.answered(first.call)


async def test_a_call_that_comes_during_another_rings(line: Telephone, ann: Ringer) -> None:
    async with spoken_with(line, ann) as (_, call), rung(line, ann) as (ring, incoming):
        line.phone.send(PassOn(incoming.call))
        await ring.reply(486)
        assert not line.heard.of(Ended, call)


async def test_closing_the_phone_refuses_what_rings(peer: SipPeer, ann: Ringer, log: Path) -> None:
    async with telephone(log, Account(server=peer.address)) as line, rung(line, ann) as (ring, incoming):
        pass
    (ended,) = line.heard.of(Ended, incoming.call)
    assert (ended.result, ended.ended_by) == ("interrupted", "engine")
    await ring.reply(480)


# --------------------------------------------------------- the call itself


async def test_an_invite_that_is_repeated_rings_once(line: Telephone, ann: Ringer) -> None:
    async with rung(line, ann) as (ring, incoming):
        for _ in range(3):
            ring.send_invite()
        await ring.reply(180, times=4)
        line.phone.send(Answer(incoming.call))
        await line.answered(incoming.call)
        ring.hang_up()
        await line.ended(incoming.call)
    assert len(line.heard.of(Incoming)) == len(line.heard.of(Ended)) == 1


async def test_a_lost_ack_is_made_good_by_the_next(line: Telephone, ann: Ringer) -> None:
    async with rung(line, ann, acks=False) as (ring, incoming):
        line.phone.send(Answer(incoming.call))
        await ring.reply(200, times=2)
        assert not line.heard.of(Answered)
        ring.acks = True
        await line.answered(incoming.call)
        ring.hang_up()
        assert (await line.ended(incoming.call)).result == "answered"


async def test_sound_proves_what_no_ack_told(line: Telephone, ann: Ringer) -> None:
    async with rung(line, ann, acks=False) as (ring, incoming):
        line.phone.send(Answer(incoming.call))
        await ring.reply(200)
        ring.speak()
        await line.answered(incoming.call)


async def test_an_answer_nobody_hears_of_is_given_up(peer: SipPeer, ann: Ringer, log: Path) -> None:
    async with (
        telephone(log, Account(server=peer.address, silence_ms=700)) as line,
        rung(line, ann, acks=False) as (_, incoming),
    ):
        line.phone.send(Answer(incoming.call))
        ended = await line.ended(incoming.call)
        assert (ended.result, ended.ended_by, ended.talk_ms) == ("failed", "network", 0)
        assert not line.heard.of(Answered)
        await line.answered(line.dial("+14155550100"))  # the phone goes on


async def test_a_rep_who_hangs_up_before_the_ack_is_free_at_once(line: Telephone, ann: Ringer) -> None:
    async with rung(line, ann, acks=False) as (ring, incoming):
        line.phone.send(Answer(incoming.call))
        await ring.reply(200)
        line.phone.hang_up(incoming.call)
        ended = await asyncio.wait_for(line.ended(incoming.call), 10)  # 0.1 s; the stack waits 32 s
        assert (ended.result, ended.ended_by) == ("failed", "rep")
        ring.ack()
        await ring.bye()


async def test_a_bye_that_is_lost_is_said_again(line: Telephone, ann: Ringer) -> None:
    async with spoken_with(line, ann, deaf_to=1) as (ring, call):
        line.phone.hang_up(call)
        assert (await line.ended(call)).ended_by == "rep"
        async with asyncio.timeout(20):
            while len(ring.byes) < 2:
                await asyncio.sleep(0.02)
    assert ring.byes[0].raw == ring.byes[1].raw


def secret_offer(ann: Ringer) -> str:
    plain = sdp(ann.host, ann.rtp.port).replace("RTP/AVP", "RTP/SAVP")
    key = base64.b64encode(bytes(range(30))).decode()
    return plain + f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{key}\r\n"


@pytest.mark.parametrize(("secret", "body"), [(True, True), (False, True), (False, False)])
async def test_whether_the_sound_is_encrypted_is_told(
    peer: SipPeer, ann: Ringer, log: Path, secret: bool, body: bool
) -> None:
    """Without an offer in the INVITE ours is refused by the plain answer in the ACK."""
    async with telephone(log, Account(server=peer.address, srtp="optional")) as line:
        offer = secret_offer(ann) if secret else ""
        async with rung(line, ann, offer=offer, body=body) as (_, incoming):
            line.phone.send(Answer(incoming.call))
            assert (await line.answered(incoming.call)).secure is secret


async def test_a_plain_call_does_not_ring_where_encryption_is_mandatory(
    peer: SipPeer, ann: Ringer, log: Path
) -> None:
    async with telephone(log, Account(server=peer.address, srtp="mandatory")) as line:
        ring = ann.ring(where(line))
        async with asyncio.timeout(20):
            while not any(reply.first.startswith("SIP/2.0 4") for reply in ring.replies):
                await asyncio.sleep(0.01)
        ended = await line.ended((await line.heard.wait(Incoming)).call)
        assert (ended.result, ended.sip_code, ended.ended_by) == ("no_answer", 488, "engine")


async def test_a_call_without_an_offer_gets_ours(line: Telephone, ann: Ringer) -> None:
    async with spoken_with(line, ann, body=False) as (ring, call):
        await ann.rtp.hears(10)
        ring.hang_up()
        assert (await line.ended(call)).result == "answered"


async def test_an_offer_within_the_call_is_answered(line: Telephone, ann: Ringer) -> None:
    async with spoken_with(line, ann) as (ring, call):
        ring.offer_again("sendonly")
        await ring.reply(200, times=2)
        assert "a=recvonly" in ring.replies[-1].body
        ring.hang_up()
        assert (await line.ended(call)).result == "answered"
    assert len(line.heard.of(Answered)) == 1


async def test_a_caller_can_be_put_on_hold(carrier: PracticeCarrier, log: Path) -> None:
    async with telephone(log, Account(server=str(carrier.addresses[0]))) as line:
        sip_call_id = await carrier.call_in(where(line), "+14155550177", talk_s=600)
        call = (await line.heard.wait(Incoming)).call
        line.phone.send(Answer(call))
        await line.answered(call)
        for count, on in enumerate((True, False), 1):
            line.phone.send(Hold(call, on))
            assert (await line.heard.wait(Held, call, count=count)).on is on
        line.phone.dtmf(call, "7")
        await asyncio.sleep(1.0)
        line.phone.hang_up(call)
        await line.ended(call)
    seen = await carrier.call(sip_call_id)
    assert (seen.code, seen.digits) == (200, "7")


async def test_a_process_beside_the_first_is_rung_by_nobody(peer: SipPeer, ann: Ringer, log: Path) -> None:
    async with telephone(log, Account(server=peer.address, rings=False)) as line:
        await ann.ring(where(line)).reply(480)
        await line.answered(line.dial("+14155550100"))
        assert not line.heard.of(Incoming)


async def test_forty_calls_in_a_row_leave_no_slot_taken(line: Telephone, ann: Ringer) -> None:
    process = line.phone.pid
    for count in range(40):
        async with rung(line, ann) as (ring, incoming):
            if count % 2:
                line.phone.send(PassOn(incoming.call))
            else:
                line.phone.send(Answer(incoming.call))
                await line.answered(incoming.call)
                ring.hang_up()
            await line.ended(incoming.call)
    async with spoken_with(line, ann), rung(line, ann):  # beside a call of our own, and one that rings
        await line.answered(line.dial("+14155550100"))
    assert line.phone.pid == process
    assert not line.heard.of(Trouble)


async def test_who_finds_all_lines_taken_is_told_as_missed(line: Telephone, ann: Ringer) -> None:
    for _ in range(8):  # four in each of the two processes
        await line.answered(line.dial("+14155550100"))
    ring = ann.ring(where(line))
    ended = await line.heard.wait(Ended)
    for _ in range(3):
        ring.send_invite()  # it crossed our refusal
    await ring.reply(486)
    await ann.ping(where(line))  # all of that was read by now
    (incoming,) = line.heard.of(Incoming)
    assert (incoming.number, incoming.name) == ("+14155550123", "Ann Lee")
    assert incoming.sip_call_id == ring.call_id
    assert ended.call == incoming.call
    assert (ended.result, ended.sip_code, ended.ended_by) == ("no_answer", 486, "engine")
    line.phone.hang_up("call-1")
    await line.ended("call-1")
    assert len(line.heard.of(Ended)) == 2


@pytest.mark.parametrize("rings", [True, False])
async def test_a_server_that_tries_again_at_once_does_not_wear_the_phone_out(
    peer: SipPeer, ann: Ringer, log: Path, rings: bool
) -> None:
    """A switchboard with one desk and an endless queue: each refusal is answered by the next INVITE."""
    async with telephone(log, Account(server=peer.address, rings=rings)) as line:
        process, loop = line.phone.pid, asyncio.get_running_loop()
        call = line.dial("+14155550100")
        await line.answered(call)
        until, tries = loop.time() + 3, 0
        while loop.time() < until:
            tries += 1
            ring = ann.ring(where(line))
            while not (ring.count(486) or ring.count(480)):
                for told in line.heard.of(Incoming)[tries - 1 :]:
                    line.phone.send(PassOn(told.call))
                await asyncio.sleep(0.002)
        assert not line.heard.of(Ended, call)
        line.phone.hang_up(call)
        assert (await line.ended(call)).result == "answered"
        assert line.phone.pid == process
        assert tries >= 5  # 60 on an idle machine
        assert len(line.heard.of(Incoming)) == (tries if rings else 0)
