"""A rep with a desk phone never waits for a line: beside messages, dead peers and a consultation."""

from __future__ import annotations

import os
import signal
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.desk_phone import ON_THE_LINE, at, told
from support.rtp import hears
from support.sip_peer import Leg, SipPeer, answer, hang_up
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.carrier import script as carrier_script
from telephony.protocol import Dial, Ended, Play, Ready, Transfer, Transferred

MESSAGE = Path(carrier_script.__file__).parent / "sounds" / "person.wav"


@pytest.fixture
async def seat(peer: SipPeer, desk_phone: SipPeer, log: Path) -> AsyncIterator[Telephone]:
    """A phone whose rep sits at `desk_phone`, on the line; `peer` is the carrier."""
    peer.plan = [(0, answer)]
    async with telephone(log, Account(server=peer.address), sound=at(desk_phone)) as line:
        await told(line, ON_THE_LINE)
        yield line


def lasting(folder: Path) -> Path:
    """A message of a minute."""
    path = folder / "lasting.wav"
    with wave.open(str(MESSAGE), "rb") as once, wave.open(str(path), "wb") as more:
        more.setparams(once.getparams())
        more.writeframes(once.readframes(once.getnframes()) * 4)
    return path


async def messages(line: Telephone, count: int, message: Path = MESSAGE) -> list[str]:
    """So many messages that play, one after the other."""
    drops = []
    for number in range(count):
        drops.append(line.dial(f"+1415555010{number}"))
        await line.answered(drops[-1])
        line.phone.send(Play(drops[-1], str(message)))
    return drops


async def beside_messages(seat: Telephone, peer: SipPeer) -> tuple[str, Leg]:
    """A call of the second process and its lead, spoken with while messages play on every other line."""
    await messages(seat, 3)
    call = seat.dial("+14155550109")
    await seat.answered(call)
    lead = await peer.leg(3)
    await hears(lead, speech=True)
    return call, lead


async def test_the_next_lead_is_spoken_with_while_messages_play_on_every_other_line(
    seat: Telephone, peer: SipPeer, desk_phone: SipPeer, tmp_path: Path
) -> None:
    drops = await messages(seat, 3, lasting(tmp_path))
    rep = await desk_phone.leg()
    await hears(rep, speech=False)
    call = seat.dial("+14155550109")
    await seat.answered(call)
    lead = await peer.leg(3)
    await hears(lead, speech=True)
    await hears(rep, speech=True)
    seat.phone.mute(call, True)
    await hears(lead, speech=False)
    seat.phone.mute(call, False)
    await hears(lead, speech=True)
    seat.phone.hang_up(call)
    assert (await seat.ended(call)).ended_by == "rep"
    await hears(rep, speech=False)
    assert not any(seat.heard.of(Ended, drop) for drop in drops)
    assert (len(desk_phone.legs), rep.byes) == (1, 0)
    assert len(seat.heard.of(Ready)) == 1  # one phone, as far as anybody can tell


async def test_a_consultation_finds_a_line_beside_messages_and_is_joined(
    seat: Telephone, peer: SipPeer, desk_phone: SipPeer
) -> None:
    await messages(seat, 2)
    lead = seat.dial("+14155550109")
    await seat.answered(lead)
    seat.phone.dial(Dial("second", "+14155550177", beside=lead))
    await seat.answered("second")
    await hears(await peer.leg(3), speech=True)
    await hears(await desk_phone.leg(), speech=True)
    peer.answers["REFER"] = lambda leg, refer: leg.say(refer, 603, "Decline")
    seat.phone.send(Transfer(lead, to="second"))
    assert not (await seat.heard.wait(Transferred, lead)).done  # asked, and not refused by ourselves
    assert "Replaces" in (await peer.wait_for("REFER")).get("Refer-To")


async def test_dead_peers_on_every_line_cost_neither_the_next_dial_nor_the_reps_phone(
    seat: Telephone, peer: SipPeer, desk_phone: SipPeer
) -> None:
    for number in range(3):
        call = seat.dial(f"+1415555010{number}")
        await seat.answered(call)
        (await peer.leg(number)).dead = True  # its BYE is never answered: the slot is held for 32 s
        seat.phone.hang_up(call)
        await seat.ended(call)
    call = seat.dial("+14155550109")
    await seat.answered(call)
    await hears(await peer.leg(3), speech=True)
    rep = await desk_phone.leg()
    await hears(rep, speech=True)
    seat.phone.dial(Dial("second", "+14155550177", beside=call))
    await seat.answered("second")
    assert (len(desk_phone.legs), rep.byes) == (1, 0)
    assert len(seat.heard.of(Ready)) == 1


async def test_a_rep_whose_phone_drops_finds_the_lead_of_the_second_process_again(
    seat: Telephone, peer: SipPeer, desk_phone: SipPeer
) -> None:
    _, lead = await beside_messages(seat, peer)
    hang_up(await desk_phone.leg())
    await hears(lead, speech=False, packets=12)  # the rep is called again soon
    await told(seat, ON_THE_LINE, 2)
    await hears(lead, speech=True)
    await hears(await desk_phone.leg(1), speech=True)


async def test_the_first_process_may_die_under_a_call_of_the_second(
    seat: Telephone, peer: SipPeer, desk_phone: SipPeer
) -> None:
    call, lead = await beside_messages(seat, peer)
    assert seat.phone.pid is not None
    os.kill(seat.phone.pid, signal.SIGKILL)
    await told(seat, ON_THE_LINE, 2)
    await hears(lead, speech=True)
    await hears(await desk_phone.leg(1), speech=True)
    assert seat.heard.of(Ended, call) == []
