"""A notice beside the voices: heard by both sides and kept in the recording, while everybody can speak."""

from __future__ import annotations

import asyncio
import math
import struct
import time
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.desk_phone import at
from support.offers import offer_within
from support.sip_peer import Leg, SipPeer, answer
from support.sound import channels, from_pcmu, strength
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.protocol import Announce, Announced, Held, Hold, Record, Recorded, Recording, Trouble

CALL = "call-1"
HZ = 700
WINDOW = 800


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    """A notice of a second and a half: one tone, to be told from every voice."""
    path = tmp_path / "notice.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        samples = (round(12_000 * math.sin(2 * math.pi * HZ * at / 8_000)) for at in range(12_000))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return path


@pytest.fixture
async def talking(peer: SipPeer, desk_phone: SipPeer, log: Path) -> AsyncIterator[Telephone]:
    """An answered call in which nobody says anything."""
    peer.plan = [(0, answer)]
    async with telephone(log, Account(server=peer.address), sound=at(desk_phone)) as line:
        await line.answered(line.dial("+14155550100"))
        (await desk_phone.leg()).rtp.stop()
        (await peer.leg()).rtp.stop()
        yield line


def told(samples: list[int]) -> float:
    """For how long the notice is heard in a sound, s."""
    windows = [samples[at : at + WINDOW] for at in range(0, len(samples) - WINDOW, WINDOW)]
    return sum(strength(window, HZ) > 0.8 for window in windows) * WINDOW / 8_000


async def test_both_sides_hear_it_and_its_end_is_told(
    talking: Telephone, peer: SipPeer, desk_phone: SipPeer, notice: Path
) -> None:
    begun = time.monotonic()
    talking.phone.send(Announce(CALL, str(notice)))
    await talking.heard.wait(Announced, CALL)
    assert 1.4 < time.monotonic() - begun < 8
    for leg in (await peer.leg(), await desk_phone.leg()):
        await leg.rtp.hears(15)
        assert 1.3 <= told(from_pcmu(bytes(leg.rtp.heard))) <= 1.6
    assert len(talking.heard.of(Announced)) == 1


async def test_it_is_in_the_recording_on_our_side_and_the_lead_stays_on_theirs(
    talking: Telephone, peer: SipPeer, notice: Path, tmp_path: Path
) -> None:
    path = tmp_path / "call.wav"
    lead = await peer.leg()
    talking.phone.send(Record(CALL, "start", str(path)))
    await talking.heard.wait(Recording, CALL)
    speak(lead)
    talking.phone.send(Announce(CALL, str(notice)))
    await talking.heard.wait(Announced, CALL)
    talking.phone.send(Record(CALL, "stop"))
    await talking.heard.wait(Recorded, CALL)
    rep, their = channels(path)
    assert 1.3 <= told(list(rep)) <= 1.6
    assert told(list(their)) == 0
    assert max(map(abs, their)) > 1_000  # the lead spoke meanwhile, and was heard


async def test_the_rep_is_heard_beside_it(
    talking: Telephone, peer: SipPeer, desk_phone: SipPeer, notice: Path
) -> None:
    speak(await desk_phone.leg())
    lead = await peer.leg()
    await lead.rtp.hears(10)
    start = len(lead.rtp.heard)
    talking.phone.send(Announce(CALL, str(notice)))
    await talking.heard.wait(Announced, CALL)
    heard = from_pcmu(bytes(lead.rtp.heard[start:]))
    middle = heard[4_000:8_000]
    assert 0.05 < strength(middle, HZ) < 0.8  # neither alone


async def test_on_hold_it_waits_and_begins_anew_afterwards(
    talking: Telephone, peer: SipPeer, notice: Path
) -> None:
    """Whoever comes back from a hold hears all of it, not its second half."""
    lead = await peer.leg()
    talking.phone.send(Announce(CALL, str(notice)))
    await lead.rtp.hears(50)
    talking.phone.send(Hold(CALL, True))
    await talking.heard.wait(Held, CALL)
    await lead.rtp.hears(100)
    assert talking.heard.of(Announced) == []
    back = len(lead.rtp.heard)
    talking.phone.send(Hold(CALL, False))
    await talking.heard.wait(Announced, CALL)
    await lead.rtp.hears(15)
    assert 1.3 <= told(from_pcmu(bytes(lead.rtp.heard[back:]))) <= 1.6


async def test_who_holds_us_is_told_all_of_it_when_they_are_back(
    talking: Telephone, peer: SipPeer, notice: Path
) -> None:
    """What is sent meanwhile reaches nobody, so it must not count as heard."""
    lead = await peer.leg()
    await offer_within(lead, "sendonly")
    talking.phone.send(Announce(CALL, str(notice)))
    await asyncio.sleep(2.0)
    assert talking.heard.of(Announced) == []
    back = len(lead.rtp.heard)
    await offer_within(lead, "sendrecv")
    await talking.heard.wait(Announced, CALL)
    await lead.rtp.hears(15)
    assert 1.3 <= told(from_pcmu(bytes(lead.rtp.heard[back:]))) <= 1.6


async def test_a_second_notice_does_not_disturb_the_first(talking: Telephone, notice: Path) -> None:
    talking.phone.send(Announce(CALL, str(notice)))
    talking.phone.send(Announce(CALL, str(notice)))
    await talking.heard.wait(Announced, CALL)
    await asyncio.sleep(0.5)
    assert len(talking.heard.of(Announced)) == 1
    talking.phone.send(Announce(CALL, str(notice)))  # now it may be told again
    await talking.heard.wait(Announced, CALL, count=2)


async def test_without_its_file_it_is_told_of_and_the_call_goes_on(
    talking: Telephone, peer: SipPeer, tmp_path: Path
) -> None:
    talking.phone.send(Announce(CALL, str(tmp_path / "none.wav")))
    assert (await talking.heard.wait(Announced, CALL)).fault
    await (await peer.leg()).rtp.hears(25)
    assert len(talking.heard.of(Announced)) == 1
    assert talking.heard.of(Trouble) == []
    talking.phone.hang_up(CALL)
    assert (await talking.ended(CALL)).result == "answered"


async def test_a_call_that_ends_meanwhile_ends(talking: Telephone, peer: SipPeer, notice: Path) -> None:
    talking.phone.send(Announce(CALL, str(notice)))
    await (await peer.leg()).rtp.hears(25)
    talking.phone.hang_up(CALL)
    await talking.ended(CALL)
    assert talking.heard.of(Announced) == []
    await talking.answered(talking.dial("+14155550101"))


def speak(leg: Leg) -> None:
    from support.sip_message import media_address

    leg.rtp.speak(media_address(leg.invite))
