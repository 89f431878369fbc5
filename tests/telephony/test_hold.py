"""Hold and resume, and how a call sounds: told as the network has it, not as we wish."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest
from support.least import least
from support.sip_message import Message, respond, sdp
from support.sip_peer import HOST, PERSON, Leg, SipPeer, hang_up
from support.sound import channels, loudness
from support.telephone import Telephone, telephone

from telephony.account import Account, Sound
from telephony.carrier import PracticeCarrier
from telephony.carrier import script as carrier_script
from telephony.protocol import Ended, Held, Hold, HoldRefused, Quality, Record, Recording
from telephony.quality import mark

REP = Path(carrier_script.__file__).parent / "sounds" / "greeting.wav"


async def held(line: Telephone, call: str, *, on: bool, count: int) -> None:
    line.phone.send(Hold(call, on))
    assert (await line.heard.wait(Held, call, count=count)).on is on


async def test_hold_is_offered_to_the_other_side_and_taken_back(line: Telephone, peer: SipPeer) -> None:
    call = line.dial("+14155550100")
    await line.answered(call)
    await held(line, call, on=True, count=1)
    await held(line, call, on=False, count=2)
    offers = [message.body for message in peer.got("INVITE")]
    assert ["a=sendonly" in body for body in offers] == [False, True, False]
    leg = await peer.leg()
    heard = leg.rtp.packets
    async with asyncio.timeout(20):
        while leg.rtp.packets < heard + 25:
            await asyncio.sleep(0.02)
    line.phone.hang_up(call)
    assert (await line.ended(call)).result == "answered"


async def test_a_held_call_is_not_taken_for_a_lost_one(log: Path) -> None:
    peer = await SipPeer.start(PERSON)
    async with telephone(log, Account(server=peer.address, silence_ms=1_500)) as line:
        call = line.dial("+14155550100")
        await line.answered(call)
        await held(line, call, on=True, count=1)
        (await peer.leg()).rtp.stop()  # a held side may be silent
        await asyncio.sleep(3.0)
        assert line.heard.of(Ended, call) == []
        line.phone.hang_up(call)
        await line.ended(call)
    await peer.close()


async def test_hold_asked_for_twice_or_before_the_answer_changes_nothing(
    line: Telephone, peer: SipPeer
) -> None:
    call = line.dial("+14155550100")
    line.phone.send(Hold(call, True))
    await line.answered(call)
    await held(line, call, on=True, count=1)
    line.phone.send(Hold(call, True))
    await held(line, call, on=False, count=2)
    assert len(line.heard.of(Held, call)) == 2


def refuse(leg: Leg, offer: Message) -> None:
    leg.say(offer, 488, "Not Acceptable Here")


async def test_a_hold_that_is_refused_is_told_and_kept_by_our_silence(line: Telephone, peer: SipPeer) -> None:
    call = line.dial("+14155550100")
    await line.answered(call)
    peer.answers["INVITE"] = refuse
    await held(line, call, on=True, count=1)
    (refused,) = line.heard.of(HoldRefused, call)
    assert (refused.on, refused.reason, refused.again_in_ms) == (True, "488 Not Acceptable Here", 0)
    await held(line, call, on=False, count=2)
    assert len(line.heard.of(HoldRefused, call)) == 1


async def test_who_does_not_come_back_is_asked_again_later_each_time_and_then_no_more(
    peer: SipPeer, log: Path
) -> None:
    async with telephone(log, Account(server=peer.address, hold_retry_ms=150)) as line:
        call = line.dial("+14155550100")
        await line.answered(call)
        await held(line, call, on=True, count=1)
        peer.answers["INVITE"] = refuse
        line.phone.send(Hold(call, False))
        await line.heard.wait(HoldRefused, call, count=4)
        told = line.heard.of(HoldRefused, call)
        assert [(one.on, one.reason, one.again_in_ms) for one in told] == [
            (False, "488 Not Acceptable Here", wait_ms) for wait_ms in (150, 300, 600, 0)
        ]
        assert all(b.mono - a.mono >= a.again_in_ms for a, b in pairwise(told))
        offers = len(peer.got("INVITE"))
        assert offers == 1 + 1 + 4  # the call, its hold, and four to take them back
        await asyncio.sleep(1.5)
        assert len(peer.got("INVITE")) == offers
        assert len(line.heard.of(Held, call)) == 1
        peer.answers.clear()  # the rep asks by hand, and now they agree
        await held(line, call, on=False, count=2)
        assert "a=sendrecv" in peer.got("INVITE")[-1].body
        line.phone.hang_up(call)
        assert (await line.ended(call)).result == "answered"


async def test_the_rep_need_not_wait_for_the_next_time(line: Telephone, peer: SipPeer) -> None:
    call = line.dial("+14155550100")
    await line.answered(call)
    await held(line, call, on=True, count=1)
    peer.answers["INVITE"] = refuse
    line.phone.send(Hold(call, False))
    first = await line.heard.wait(HoldRefused, call)
    line.phone.send(Hold(call, False))
    second = await line.heard.wait(HoldRefused, call, count=2)
    assert second.mono - first.mono < first.again_in_ms
    assert second.again_in_ms == first.again_in_ms  # the waits begin anew


async def test_an_offer_nobody_answers_is_told_of_and_our_silence_is_the_hold(
    line: Telephone, peer: SipPeer
) -> None:
    call = line.dial("+14155550100")
    await line.answered(call)
    late: list[Message] = []
    peer.answers["INVITE"] = lambda _, offer: late.append(offer)
    await held(line, call, on=True, count=1)
    refused = await line.heard.wait(HoldRefused, call)
    assert (refused.on, refused.reason) == (True, "")
    peer.agree(await peer.leg(), late[0])
    peer.answers.clear()
    await held(line, call, on=False, count=2)
    assert "a=sendrecv" in peer.got("INVITE")[-1].body


async def test_a_hold_that_leaves_no_sound_at_all_is_not_offered_for_ever(peer: SipPeer, log: Path) -> None:
    """Some answer a hold by switching the sound off."""

    def switch_off(leg: Leg, offer: Message) -> None:
        body = sdp(HOST, 0, "inactive")
        leg.send(respond(offer, 200, "OK", tag=leg.tag, body=body, contact=f"sip:peer@{peer.address}"))

    async with telephone(log, Account(server=peer.address, hold_retry_ms=50)) as line:
        call = line.dial("+14155550100")
        await line.answered(call)
        peer.answers["INVITE"] = switch_off
        await held(line, call, on=True, count=1)
        offers = len({one.get("CSeq") for one in peer.got("INVITE")})
        assert offers <= 1 + 4
        await asyncio.sleep(1.0)
        assert len({one.get("CSeq") for one in peer.got("INVITE")}) == offers


async def test_what_the_rep_says_during_a_hold_is_not_recorded(
    carrier: PracticeCarrier, log: Path, tmp_path: Path
) -> None:
    path = tmp_path / "call.wav"
    sound = Sound(kind="file", file=str(REP))
    async with telephone(log, Account(server=str(carrier.addresses[0])), sound=sound) as line:
        call = line.dial("+14155550108")
        await line.answered(call)
        line.phone.send(Record(call, "start", str(path)))
        await line.heard.wait(Recording, call)
        await held(line, call, on=True, count=1)
        await asyncio.sleep(1.2)
        await held(line, call, on=False, count=2)
        await asyncio.sleep(0.8)
        line.phone.hang_up(call)
        await line.ended(call)
    quiet = [level == 0 for level in loudness(channels(path)[0])]
    assert any(all(quiet[at : at + 50]) for at in range(len(quiet) - 50))
    assert not all(quiet[-20:])


async def test_a_clean_line_is_good_live_and_at_the_end(line: Telephone, peer: SipPeer) -> None:
    async def jitter() -> float:
        call = line.dial("+14155550100")
        await line.answered(call)
        async with asyncio.timeout(20):
            while not any(event.mark == "good" for event in line.heard.of(Quality, call)):
                await asyncio.sleep(0.05)
        line.phone.hang_up(call)
        ended = await line.ended(call)
        assert (ended.quality == "good", ended.lost) == (ended.jitter_ms < 30, 0)
        assert ended.packets >= 40
        return ended.jitter_ms

    assert await least(jitter, 30) < 30


async def test_the_packets_of_a_call_shorter_than_a_second_are_counted_to_its_end(
    line: Telephone, peer: SipPeer
) -> None:
    call = line.dial("+14155550100")
    await line.answered(call)
    await (await peer.leg()).rtp.says(30)
    line.phone.hang_up(call)
    assert (await line.ended(call)).packets >= 15  # counted each second alone, none or few
    call = line.dial("+14155550101")
    theirs = await peer.leg(1)
    await theirs.rtp.says(30)
    hang_up(theirs)
    assert (await line.ended(call)).packets >= 15


async def test_the_packets_before_a_hold_count_as_well_as_those_after_it(
    line: Telephone, peer: SipPeer
) -> None:
    call = line.dial("+14155550100")
    await line.answered(call)
    theirs = (await peer.leg()).rtp
    await theirs.says(60)
    await held(line, call, on=True, count=1)
    await held(line, call, on=False, count=2)
    await theirs.says(theirs.sent + 20)
    line.phone.hang_up(call)
    assert (await line.ended(call)).packets >= 60  # of 80; after the hold there were 20


@pytest.mark.parametrize(
    ("packets", "lost", "jitter_ms", "wanted"),
    [
        (0, 0, 0, ""), (40, 5, 0, ""), (1_000, 0, 5, "good"), (1_000, 9, 29, "good"), (1_000, 11, 0, "fair"),
        (1_000, 0, 30, "fair"), (1_000, 32, 0, "poor"), (1_000, 0, 60, "poor"), (0, 100, 0, "poor"),
    ],
)  # fmt: skip
def test_the_mark_is_the_worse_of_loss_and_jitter(
    packets: int, lost: int, jitter_ms: int, wanted: str
) -> None:
    assert mark(packets, lost, jitter_ms) == wanted
