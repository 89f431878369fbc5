"""A second line beside a call: in the same process, and with a voice of its own."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.desk_phone import at
from support.rtp import hears
from support.sip_message import Message
from support.sip_peer import Leg, Plan, SipPeer, answer, hang_up, ring
from support.sound import channels, likeness, loudness
from support.telephone import Telephone, telephone

from telephony.account import Account, Sound
from telephony.carrier import PracticeCarrier
from telephony.carrier import script as carrier_script
from telephony.protocol import Answered, Dial, Ended, Event, Held, Hold, Ready, Record, Recording, Ringing

SOUNDS = Path(carrier_script.__file__).parent / "sounds"
REP = SOUNDS / "greeting.wav"
SPEAKS = Sound(kind="file", file=str(REP))
LEAD, SECOND = "call-1", "second"


@pytest.fixture
async def talking(peer: SipPeer, log: Path) -> AsyncIterator[Telephone]:
    """A rep who speaks without a pause, in an answered call; everybody called is at `peer`."""
    peer.plan = [(0, answer)]
    async with telephone(log, Account(server=peer.address), sound=SPEAKS) as line:
        await line.answered(line.dial("+14155550100"))
        yield line


async def second_line(line: Telephone, peer: SipPeer) -> tuple[Leg, Leg]:
    line.phone.dial(Dial(SECOND, "+14155550177", beside=LEAD))
    await line.answered(SECOND)
    return await peer.leg(0), await peer.leg(1)


async def hold(line: Telephone, call: str, on: bool) -> None:
    count = len(line.heard.of(Held, call))
    line.phone.send(Hold(call, on))
    assert (await line.heard.wait(Held, call, count=count + 1)).on is on


async def test_the_rep_speaks_with_the_second_line_while_the_lead_hears_nothing(
    talking: Telephone, peer: SipPeer
) -> None:
    await hold(talking, LEAD, on=True)
    lead, second = await second_line(talking, peer)
    await hears(second, speech=True)
    await hears(lead, speech=False)


async def test_lines_are_changed_there_and_back(talking: Telephone, peer: SipPeer) -> None:
    await hold(talking, LEAD, on=True)
    lead, second = await second_line(talking, peer)
    await hold(talking, SECOND, on=True)
    await hold(talking, LEAD, on=False)
    await hears(lead, speech=True)
    await hears(second, speech=False)
    await hold(talking, LEAD, on=True)
    await hold(talking, SECOND, on=False)
    await hears(second, speech=True)
    await hears(lead, speech=False)


async def test_a_lead_whose_phone_refuses_to_be_held_hears_nothing_either(
    talking: Telephone, peer: SipPeer
) -> None:
    peer.answers["INVITE"] = lambda leg, offer: leg.say(offer, 488, "Not Acceptable Here")
    await hold(talking, LEAD, on=True)
    lead = await peer.leg()
    await hears(lead, speech=False)
    await hold(talking, LEAD, on=False)
    await hears(lead, speech=True)
    assert len(peer.got("INVITE")) == 2  # and is not asked to come back, for it never left


async def test_a_hold_that_crosses_an_offer_of_theirs_is_offered_again(
    talking: Telephone, peer: SipPeer
) -> None:
    crossed: list[Message] = []

    def cross(leg: Leg, offer: Message) -> None:
        crossed.append(offer)
        peer.answers.clear()
        leg.say(offer, 491, "Request Pending")

    peer.answers["INVITE"] = cross
    await hold(talking, LEAD, on=True)
    assert len(crossed) == 1
    assert "a=sendonly" in peer.got("INVITE")[-1].body


async def test_a_rep_who_changes_mind_at_once_is_heard_again(talking: Telephone, peer: SipPeer) -> None:
    """The first offer is still under way when the second thought comes."""
    lead = await peer.leg()
    late: list[Message] = []
    peer.answers["INVITE"] = lambda _, offer: late.append(offer)
    talking.phone.send(Hold(LEAD, True))
    await peer.wait_for("INVITE", 2)
    talking.phone.send(Hold(LEAD, False))
    await lead.rtp.hears(10)
    peer.answers.clear()
    peer.agree(lead, late[0])
    async with asyncio.timeout(20):
        while "a=sendrecv" not in peer.got("INVITE")[-1].body:
            await asyncio.sleep(0.02)
    await hears(lead, speech=True)
    assert [held.on for held in talking.heard.of(Held)] in ([], [True, False])


async def test_two_lines_that_are_both_open_are_never_joined_to_each_other(
    peer: SipPeer, desk_phone: SipPeer, log: Path
) -> None:
    """Only the rep's phone hears both; it speaks to both, and none of them hears the other's tone."""
    peer.plan = [(0, answer)]
    async with telephone(log, Account(server=peer.address), sound=at(desk_phone)) as line:
        rep = await desk_phone.leg()
        await line.answered(line.dial("+14155550100"))
        lead, second = await second_line(line, peer)
        await hears(second, speech=True)
        rep.rtp.stop()  # the rep says nothing: what is heard now came from the other line
        await hears(lead, speech=False)
        await hears(second, speech=False)
        await hears(rep, speech=True)


async def test_a_muted_rep_is_muted_on_both_lines(talking: Telephone, peer: SipPeer) -> None:
    talking.phone.mute(LEAD, True)
    await hold(talking, LEAD, on=True)
    lead, second = await second_line(talking, peer)
    await hears(second, speech=False)
    await hold(talking, LEAD, on=False)
    await hears(lead, speech=False)
    talking.phone.mute(SECOND, False)
    await hears(second, speech=True)
    await hears(lead, speech=True)


async def test_a_mute_ends_with_its_calls(talking: Telephone, peer: SipPeer) -> None:
    talking.phone.mute(LEAD, True)
    talking.phone.hang_up(LEAD)
    await talking.ended(LEAD)
    await talking.answered(talking.dial("+14155550101"))
    await hears(await peer.leg(1), speech=True)


async def test_the_recording_of_the_leads_call_has_nothing_of_the_second_line(
    carrier: PracticeCarrier, log: Path, tmp_path: Path
) -> None:
    path = tmp_path / "call.wav"
    async with telephone(log, Account(server=str(carrier.addresses[0])), sound=SPEAKS) as line:
        await line.answered(line.dial("+14155550108"))
        line.phone.send(Record(LEAD, "start", str(path)))
        await line.heard.wait(Recording, LEAD)
        await asyncio.sleep(1.0)
        await hold(line, LEAD, on=True)
        line.phone.dial(Dial(SECOND, "+14155550118", beside=LEAD))
        await line.answered(SECOND)
        await asyncio.sleep(2.0)
        await hold(line, SECOND, on=True)
        await hold(line, LEAD, on=False)
        await asyncio.sleep(1.0)
        line.phone.hang_up(LEAD)
        await line.ended(LEAD)
    for side in channels(path):
        quiet = [level == 0 for level in loudness(side)]
        longest = max(len(run) for run in "".join("q" if one else "." for one in quiet).split("."))
        assert longest >= 95  # two seconds, but for the way there and back
        assert not all(quiet[:45])
    assert likeness(channels(path)[0][:8_000], channels(REP)[0]) > 0.8


async def test_a_lead_who_hangs_up_leaves_the_second_line(talking: Telephone, peer: SipPeer) -> None:
    await hold(talking, LEAD, on=True)
    lead, second = await second_line(talking, peer)
    hang_up(lead)
    assert (await talking.ended(LEAD)).ended_by == "lead"
    await hears(second, speech=True)
    assert talking.heard.of(Ended, SECOND) == []


async def test_a_second_line_of_a_call_that_is_gone_is_refused_in_words(
    talking: Telephone, peer: SipPeer
) -> None:
    talking.phone.hang_up(LEAD)
    await talking.ended(LEAD)
    talking.phone.dial(Dial(SECOND, "+14155550177", beside=LEAD))
    ended = await talking.ended(SECOND)
    assert (ended.result, ended.reason) == ("failed", "The call it was to be a second line of has ended.")
    assert len(peer.legs) == 1


async def is_answered(line: Telephone, call: str) -> bool:
    """Dial a second line; whether it came about."""
    line.phone.dial(Dial(call, "+14155550177", beside=LEAD))
    async with asyncio.timeout(20):
        while not (line.heard.of(Answered, call) or line.heard.of(Ended, call)):
            await asyncio.sleep(0.02)
    return bool(line.heard.of(Answered, call))


def farewells(peer: SipPeer, leg: Leg) -> int:
    """How often the rep's BYE has come so far, repetitions too."""
    return sum(one.method == "BYE" and one.call_id == leg.invite.call_id for _, one in peer.requests)


async def said(peer: SipPeer, leg: Leg, times: int) -> None:
    """The rep's BYE comes so often in all."""
    async with asyncio.timeout(20):
        while farewells(peer, leg) < times:
            await asyncio.sleep(0.02)


async def hung_up_on_the_dead(line: Telephone, peer: SipPeer, once: type[Event]) -> list[Leg]:
    """Three calls that the rep ended `once` it was so, and whose other sides say nothing to that."""
    legs = []
    for number in range(1, 4):
        call = line.dial(f"+1415555010{number}")
        await line.heard.wait(once, call)
        legs.append(await peer.leg(number))
        legs[-1].dead = True
        line.phone.hang_up(call)
        await line.ended(call)
    return legs


async def test_a_second_line_finds_a_slot_where_dead_peers_have_all_others(
    talking: Telephone, peer: SipPeer
) -> None:
    dead = await hung_up_on_the_dead(talking, peer, once=Answered)
    for leg in dead:
        await said(peer, leg, 3)  # a second and a half after the first
    for number in range(2):
        assert await is_answered(talking, f"{SECOND}-{number}")
    assert talking.phone.spare_pid is None
    before = [farewells(peer, leg) for leg in dead]
    for number in range(2):
        await hears(await peer.leg(4 + number), speech=True)
    for leg, times in zip(dead, before, strict=True):  # each is asked to hang up as long as ever
        await said(peer, leg, times + 1)
    dead[0].dead = False  # and may come back from the dead, whatever it says
    hang_up(dead[1])
    dead[2].request("INFO", ("Content-Type: application/dtmf-relay",), "Signal=5\r\nDuration=160\r\n")
    await hold(talking, LEAD, on=True)
    talking.phone.hang_up(LEAD)
    assert (await talking.ended(LEAD)).ended_by == "rep"
    assert len(talking.heard.of(Ready)) == 1


async def test_a_second_line_finds_a_slot_where_the_dead_ones_only_rang(
    talking: Telephone, peer: SipPeer
) -> None:
    peer.plan = [(0, ring)]
    await hung_up_on_the_dead(talking, peer, once=Ringing)
    peer.plan = [(0, answer)]
    async with asyncio.timeout(30):
        for number in itertools.count():  # five seconds after the CANCEL it may be taken
            if await is_answered(talking, f"{SECOND}-{number}"):
                return
            await asyncio.sleep(0.5)


async def test_where_no_slot_can_be_freed_a_second_line_is_refused_and_the_next_dial_goes_out(
    peer: SipPeer, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telephony.client.ENGINE", "tests.support.engine_hidden")
    peer.plan = [(0, answer)]
    async with telephone(log, Account(server=peer.address)) as line:
        await line.answered(line.dial("+14155550100"))
        await hung_up_on_the_dead(line, peer, once=Answered)
        assert not await is_answered(line, SECOND)
        assert (
            line.heard.of(Ended, SECOND)[0].reason == "All lines of this phone are in use; end a call first."
        )
        await line.answered(line.dial("+14155550109"))
        assert line.phone.spare_pid is not None


async def test_a_process_with_four_calls_that_live_refuses_a_second_line(
    talking: Telephone, peer: SipPeer
) -> None:
    for number in range(3):
        talking.phone.dial(Dial(f"{SECOND}-{number}", "+14155550177", beside=LEAD))
        await talking.answered(f"{SECOND}-{number}")
    talking.phone.dial(Dial(SECOND, "+14155550178", beside=LEAD))
    ended = await talking.ended(SECOND)
    assert ended.reason == "All lines of this phone are in use; end a call first."
    assert talking.phone.spare_pid is None
    await talking.answered(talking.dial("+14155550109"))  # one that stands alone still goes out
    assert talking.phone.spare_pid is not None


async def test_a_call_of_the_spare_process_has_its_second_line_there(
    talking: Telephone, peer: SipPeer
) -> None:
    for number in range(1, 4):
        await talking.answered(talking.dial(f"+1415555010{number}"))
    in_spare = talking.dial("+14155550105")
    await talking.answered(in_spare)
    talking.phone.dial(Dial(SECOND, "+14155550177", beside=in_spare))
    await talking.answered(SECOND)
    spare = talking.phone.spare_pid
    assert spare is not None
    os.kill(spare, signal.SIGKILL)
    for call in (in_spare, SECOND):
        assert (await talking.ended(call)).result == "interrupted"
    assert talking.heard.of(Ended, LEAD) == []


async def test_both_lines_die_with_their_process_and_none_is_dialed_again(
    talking: Telephone, peer: SipPeer
) -> None:
    def plan(invite: Message) -> Plan:
        return []  # the second line never rings

    peer.plan = plan
    talking.phone.dial(Dial(SECOND, "+14155550177", beside=LEAD))
    await peer.wait_for("INVITE", 2)
    assert talking.phone.pid is not None
    os.kill(talking.phone.pid, signal.SIGKILL)
    for call in (LEAD, SECOND):
        assert (await talking.ended(call)).result == "interrupted"
    await talking.ready(2)
    assert len({one.call_id for one in peer.got("INVITE")}) == 2
