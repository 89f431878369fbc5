"""Calls against a called side on bare sockets, which judges times, sound and messages on its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from support.least import least
from support.sip_peer import PERSON, SipPeer, answer, answer_mutely, early, final, hang_up, ring, trying
from support.telephone import Telephone, telephone

from telephony.account import Account, Sound
from telephony.carrier import script as carrier_script
from telephony.protocol import Answered, Ended, Invited, Ringing

SPEECH = Path(carrier_script.__file__).parent / "sounds" / "person.wav"
TALK_ERROR_MS = 50  # of a machine that is not loaded; see `least`


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():
            await asyncio.sleep(0.01)


async def test_the_talk_time_is_the_called_sides_own_when_it_hangs_up(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, ring), (0.2, answer), (0.9, hang_up)]

    async def error() -> float:
        ended = await line.call("+14155550100")
        assert (ended.result, ended.ended_by, ended.sip_code) == ("answered", "lead", 200)
        return abs(ended.talk_ms - list(peer.legs.values())[-1].talk_ms)

    assert await least(error, TALK_ERROR_MS) < TALK_ERROR_MS


async def test_the_talk_time_is_the_called_sides_own_when_the_rep_hangs_up(
    line: Telephone, peer: SipPeer
) -> None:
    async def error() -> float:
        call = line.dial("+14155550100")
        await line.answered(call)
        await asyncio.sleep(0.5)
        line.phone.hang_up(call)
        ended, leg = await line.ended(call), list(peer.legs.values())[-1]
        await leg.done()
        assert (ended.result, ended.ended_by) == ("answered", "rep")
        return abs(ended.talk_ms - leg.talk_ms)

    assert await least(error, TALK_ERROR_MS) < TALK_ERROR_MS


async def test_ring_time_is_never_talk_time(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, ring), (1.2, answer), (1.4, hang_up)]
    ended = await line.call("+14155550100")
    assert ended.ring_ms >= 800
    assert ended.talk_ms < 800


async def test_the_instants_come_in_order_and_the_end_is_told_once(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, ring), (0.05, ring), (0.1, answer), (0.2, hang_up)]
    call = line.dial("+14155550100")
    await line.ended(call)
    line.phone.hang_up(call)
    await line.call("+14155550101")  # whatever the late hang-up could do would have come before this
    kinds = [type(event) for event in line.heard.of(Ended | Invited | Ringing | Answered, call)]  # type: ignore[arg-type]
    assert kinds == [Invited, Ringing, Answered, Ended]
    stamps = [event.mono for event in line.heard.events if getattr(event, "call", "") == call]
    assert stamps == sorted(stamps)


async def test_sound_flows_both_ways(peer: SipPeer, log: Path) -> None:
    sound = Sound(kind="file", file=str(SPEECH))
    async with telephone(log, Account(server=peer.address), sound=sound) as line:
        call = line.dial("+14155550100")
        await line.answered(call)
        leg = await peer.leg()
        await until(lambda: leg.rtp.loud >= 25)
        line.phone.hang_up(call)
        ended = await line.ended(call)
    assert ended.result == "answered"


async def test_mute_is_silence_in_unbroken_packets_and_can_be_undone(peer: SipPeer, log: Path) -> None:
    sound = Sound(kind="file", file=str(SPEECH))
    async with telephone(log, Account(server=peer.address), sound=sound) as line:
        call = line.dial("+14155550100")
        leg = await peer.leg()
        await until(lambda: leg.rtp.loud >= 10)
        line.phone.mute(call, on=True)
        await until(lambda: leg.rtp.quiet_run >= 40)
        heard = leg.rtp.loud
        line.phone.mute(call, on=False)
        await until(lambda: leg.rtp.loud > heard)


async def test_keypad_tones_arrive_once_each(line: Telephone, peer: SipPeer) -> None:
    call = line.dial("+14155550100")
    await line.answered(call)
    line.phone.dtmf(call, "12#")
    leg = await peer.leg()
    await until(lambda: len(leg.rtp.digits) >= 3)
    assert leg.rtp.digits == [1, 2, 11]


async def test_early_media_is_ringing_and_not_talking(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, early), (1.2, answer), (1.4, hang_up)]
    call = line.dial("+14155550100")
    ended = await line.ended(call)
    assert (await line.ringing(call)).early_media
    assert ended.ring_ms >= 800
    assert ended.talk_ms < 800


async def test_a_phone_that_rings_too_long_is_cancelled(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, ring)]
    ended = await line.call("+14155550100", ring_timeout_ms=300)
    assert (ended.result, ended.ended_by, ended.talk_ms) == ("no_answer", "engine", 0)
    assert ended.ring_ms >= 300
    assert (await peer.wait_for("CANCEL")).call_id == (await peer.leg()).invite.call_id


async def test_a_carrier_that_never_replies_is_given_up_and_not_called_again(
    peer: SipPeer, log: Path
) -> None:
    peer.plan = []
    async with telephone(log, Account(server=peer.address, no_response_ms=300)) as line:
        ended = await line.call("+14155550100")
        assert (ended.result, ended.ended_by, ended.sip_code) == ("failed", "network", 0)
        await line.ready(2)  # a fresh process: the old one would have repeated the INVITE for 32 s
        invites = len(peer.got("INVITE"))
        peer.plan = PERSON
        await line.answered(line.dial("+14155550101"))
    assert {invite.user for invite in peer.got("INVITE")[invites:]} == {"+14155550101"}


async def test_a_carrier_that_takes_a_call_and_never_rings_is_given_up(peer: SipPeer, log: Path) -> None:
    peer.plan = [(0, trying)]
    async with telephone(log, Account(server=peer.address, no_response_ms=200)) as line:
        ended = await line.call("+14155550100", ring_timeout_ms=200)
    assert (ended.result, ended.ended_by) == ("failed", "network")
    assert "never rang" in ended.reason


async def test_an_answered_call_without_a_packet_is_given_up(peer: SipPeer, log: Path) -> None:
    peer.plan = [(0, answer_mutely)]
    async with telephone(log, Account(server=peer.address, silence_ms=1200)) as line:
        ended = await line.call("+14155550100")
    assert (ended.result, ended.ended_by) == ("answered", "network")
    assert (await peer.leg()).byes == 1


async def test_a_call_is_ended_at_its_longest_time(peer: SipPeer, log: Path) -> None:
    async with telephone(log, Account(server=peer.address, max_call_ms=300)) as line:
        ended = await line.call("+14155550100")
    assert (ended.result, ended.ended_by) == ("answered", "engine")
    assert ended.talk_ms >= 300


async def test_hanging_up_before_any_reply_says_nothing_about_the_lead(
    line: Telephone, peer: SipPeer
) -> None:
    peer.plan = []
    call = line.dial("+14155550100")
    await peer.wait_for("INVITE")
    line.phone.hang_up(call)
    ended = await line.ended(call)
    assert (ended.result, ended.ended_by) == ("failed", "rep")


async def test_hanging_up_while_it_rings_cancels(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, ring)]
    call = line.dial("+14155550100")
    await line.ringing(call)
    line.phone.hang_up(call)
    ended = await line.ended(call)
    await peer.wait_for("CANCEL")
    assert (ended.result, ended.ended_by, ended.talk_ms) == ("no_answer", "rep", 0)


async def test_an_answer_that_crosses_our_cancel_is_hung_up(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, ring)]
    call = line.dial("+14155550100")
    await line.ringing(call)
    leg = await peer.leg()
    line.phone.hang_up(call)
    answer(leg)  # the phone was picked up before the CANCEL arrived
    ended = await line.ended(call)
    await peer.wait_for("BYE")
    assert ended.result in {"no_answer", "answered"}
    assert len(line.heard.of(Ended, call)) == 1


async def test_eight_calls_at_once_and_a_ninth_is_refused_in_words(line: Telephone, peer: SipPeer) -> None:
    calls = [line.dial(f"+1415555010{number}") for number in range(8)]
    for call in calls:
        await line.answered(call)
    refused = await line.call("+14155550109")
    assert (refused.result, refused.ended_by) == ("failed", "engine")
    assert "All lines" in refused.reason
    line.phone.hang_up(calls[0])
    await line.ended(calls[0])
    await peer.wait_for("BYE")
    await line.answered(await placed(line, "+14155550110"))


async def placed(line: Telephone, target: str) -> str:
    """A dial that went out, tried again as long as the last call's slot waits for the reply to its BYE."""
    async with asyncio.timeout(20):
        while True:
            call = line.dial(target)
            while not line.heard.of(Invited, call) and not line.heard.of(Ended, call):
                await asyncio.sleep(0.01)
            if line.heard.of(Invited, call):
                return call


async def test_lines_held_by_a_dead_peer_do_not_starve_the_next_dial(peer: SipPeer, log: Path) -> None:
    async with telephone(log, Account(server=peer.address)) as line:
        calls = [line.dial(f"+1415555010{number}") for number in range(4)]
        for call in calls:
            await line.answered(call)
        peer.deaf = True
        for call in calls:
            line.phone.hang_up(call)
            await line.ended(call)
        next_call = line.dial("+14155550109")  # all four slots wait for the reply to a BYE
        peer.deaf = False
        await line.answered(next_call)
    assert len([invite for invite in peer.got("INVITE") if invite.user == "+14155550109"]) == 1


async def test_a_call_is_not_hung_up_by_the_end_of_the_one_before(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, ring), (0, answer)]
    for number in range(24):  # quick enough for a slot to be taken again before its last call is gone
        call = line.dial(f"+1415555{number:04d}")
        await line.answered(call)
        line.phone.hang_up(call)
        ended = await line.ended(call)
        assert (ended.result, ended.ended_by) == ("answered", "rep")


async def test_the_caller_id_is_the_from_user(line: Telephone, peer: SipPeer) -> None:
    await line.invited(line.dial("+14155550100", caller_id="+1 (212) 555-0199"))
    assert "<sip:+12125550199@" in (await peer.wait_for("INVITE")).get("From")


@pytest.mark.parametrize("where", ["p-preferred-identity", "p-asserted-identity"])
async def test_the_caller_id_goes_where_the_trunk_wants_it(peer: SipPeer, log: Path, where: str) -> None:
    async with telephone(log, Account(server=peer.address, show_number=where)) as line:  # type: ignore[arg-type]
        await line.invited(line.dial("+14155550100", caller_id="+12125550199"))
        invite = await peer.wait_for("INVITE")
    assert invite.get(where) == f"<sip:+12125550199@{peer.address}>"
    assert "<sip:sixring@" in invite.get("From")


@pytest.mark.parametrize(
    "target", ["sip:evil@127.0.0.1", "+1415;phone-context=x", "1\r\nX-Evil: 1", "a@b", "", "<+1415>"]
)
async def test_text_that_is_no_number_is_never_sent(line: Telephone, peer: SipPeer, target: str) -> None:
    ended = await line.call(target)
    assert (ended.result, ended.ended_by) == ("invalid", "engine")
    assert not peer.requests


async def test_a_caller_id_cannot_carry_a_header(line: Telephone, peer: SipPeer) -> None:
    await line.invited(line.dial("+14155550100", caller_id='+1415"\r\nX-Evil: 1'))
    invite = await peer.wait_for("INVITE")
    assert b"Evil" not in invite.raw


async def test_a_hundred_quick_calls_leave_no_descriptor_behind(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, final(486, "Busy Here"))]
    descriptors = Path(f"/proc/{line.phone.pid}/fd")
    if not descriptors.exists():
        pytest.skip("counting descriptors needs /proc")
    for number in range(20):
        await line.call(f"+1415555{number:04d}")
    await asyncio.sleep(0.7)  # the stack gives its sockets back half a second late
    before = len(list(descriptors.iterdir()))
    for number in range(80):
        assert (await line.call(f"+1415556{number:04d}")).result == "busy"
    await until(lambda: len(list(descriptors.iterdir())) <= before)
