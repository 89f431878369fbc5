"""A message left in the rep's place, and lines that never run out while messages play."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import wave
from pathlib import Path

import pytest
from support.sip_peer import SipPeer
from support.sound import channels, likeness
from support.telephone import Telephone, telephone

from telephony.account import Account, Sound
from telephony.carrier import PracticeCarrier
from telephony.carrier import script as carrier_script
from telephony.protocol import Dial, Down, Ended, Play, Played, Ready, Record, Recording

SOUNDS = Path(carrier_script.__file__).parent / "sounds"
REP, MESSAGE = SOUNDS / "greeting.wav", SOUNDS / "person.wav"


@pytest.fixture
def short(tmp_path: Path) -> Path:
    """A message of a second and a half."""
    return cut(tmp_path, 1.5)


def cut(folder: Path, seconds: float) -> Path:
    path = folder / f"message-{seconds}.wav"
    with wave.open(str(MESSAGE), "rb") as whole, wave.open(str(path), "wb") as part:
        part.setparams(whole.getparams())
        part.writeframes(whole.readframes(int(8_000 * seconds)))
    return path


async def test_the_call_ends_when_the_message_has_played_and_says_so(
    line: Telephone, peer: SipPeer, short: Path
) -> None:
    call = line.dial("+14155550100")
    await line.answered(call)
    begun = time.monotonic()
    line.phone.send(Play(call, str(short)))
    await line.heard.wait(Played, call)
    ended = await line.ended(call)
    assert 1.4 < time.monotonic() - begun < 8
    assert (ended.result, ended.ended_by, ended.reason) == ("answered", "rep", "The message was left.")
    leg = await peer.leg()
    assert leg.rtp.loud >= 60  # of 75 packets; speech has its pauses


async def test_the_message_is_heard_in_the_reps_place(
    carrier: PracticeCarrier, log: Path, tmp_path: Path
) -> None:
    record, message = tmp_path / "call.wav", cut(tmp_path, 4.0)
    sound = Sound(kind="file", file=str(REP))
    async with telephone(log, Account(server=str(carrier.addresses[0])), sound=sound) as line:
        call = line.dial("+14155550104")
        await line.answered(call)
        line.phone.send(Record(call, "start", str(record)))
        await line.heard.wait(Recording, call)
        line.phone.send(Play(call, str(message)))
        await line.ended(call)
    left = channels(record)[0][800:]
    assert likeness(left, channels(message)[0]) > 0.85
    assert likeness(left, channels(REP)[0]) < 0.6


async def test_a_called_side_that_hangs_up_first_leaves_the_message_unplayed(
    line: Telephone, peer: SipPeer, tmp_path: Path
) -> None:
    from support.sip_peer import answer, hang_up, ring

    peer.plan = [(0, ring), (0.1, answer), (1.5, hang_up)]
    call = line.dial("+14155550100")
    await line.answered(call)
    line.phone.send(Play(call, str(MESSAGE)))
    ended = await line.ended(call)
    assert (ended.ended_by, line.heard.of(Played, call)) == ("lead", [])


async def test_a_message_without_its_file_ends_the_call(line: Telephone, tmp_path: Path) -> None:
    call = line.dial("+14155550100")
    await line.answered(call)
    line.phone.send(Play(call, str(tmp_path / "none.wav")))
    await line.ended(call)
    assert line.heard.of(Played, call) == []


async def playing(line: Telephone, count: int) -> list[str]:
    """So many messages that play. Beside three of them a call would find no slot for a second line."""
    drops = []
    for number in range(count):
        drops.append(line.dial(f"+1415555011{number}"))
        await line.answered(drops[-1])
        line.phone.send(Play(drops[-1], str(MESSAGE)))
    return drops


async def hung_up_on_the_dead(line: Telephone, peer: SipPeer) -> None:
    """Two calls that were hung up, and whose other sides say nothing to that."""
    for number in range(2):
        gone = line.dial(f"+1415555010{number}")
        await line.answered(gone)
        (await peer.leg(number)).dead = True
        line.phone.hang_up(gone)
        await line.ended(gone)


async def test_the_next_dial_goes_out_while_messages_play_and_dead_calls_hold_their_slots(
    line: Telephone, peer: SipPeer
) -> None:
    await hung_up_on_the_dead(line, peer)
    drops = await playing(line, 2)
    begun = time.monotonic()
    call = line.dial("+14155550104")
    await line.answered(call)
    assert time.monotonic() - begun < 10  # 0.3 s on an idle machine
    assert line.heard.of(Ended, drops[0]) == []
    second = line.dial("+14155550105")
    await line.answered(second)
    line.phone.dtmf(second, "7")
    leg = await peer.leg(5)
    async with asyncio.timeout(20):
        while leg.rtp.digits != [7]:
            await asyncio.sleep(0.02)
    for name in (call, second):
        line.phone.hang_up(name)
        assert (await line.ended(name)).ended_by == "rep"
    for name in drops:
        await line.heard.wait(Played, name)
    assert len(line.heard.of(Ready)) == 1  # one phone, as far as anybody can tell


async def test_a_spare_process_that_dies_ends_its_call_and_no_other(line: Telephone) -> None:
    drops = await playing(line, 3)
    call = line.dial("+14155550104")
    await line.answered(call)
    spare = line.phone.spare_pid
    assert spare is not None
    assert spare != line.phone.pid
    os.kill(spare, signal.SIGKILL)
    assert (await line.ended(call)).result == "interrupted"
    assert line.heard.of(Down) == []
    assert line.heard.of(Ended, drops[0]) == []
    await line.answered(line.dial("+14155550105"))


async def test_a_dial_waiting_for_the_spare_process_can_be_hung_up(line: Telephone) -> None:
    await playing(line, 3)
    call = line.dial("+14155550104")
    async with asyncio.timeout(20):
        while line.phone.spare_pid is None:
            await asyncio.sleep(0.001)
    line.phone.hang_up(call)
    assert (await line.ended(call)).ended_by == "rep"


async def test_a_call_is_placed_where_its_second_line_will_fit(line: Telephone) -> None:
    """Nobody knows yet that there will be one; beside three messages there would be no slot for it."""
    await playing(line, 3)
    assert line.phone.spare_pid is None
    lead = line.dial("+14155550103")
    await line.answered(lead)
    line.phone.dial(Dial("second", "+14155550177", beside=lead))
    await line.answered("second")
