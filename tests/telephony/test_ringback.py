"""The ringing tone in the rep's ear: there when nothing else is to be heard, gone when something is."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from support.desk_phone import at
from support.sip_peer import Leg, Plan, SipPeer, answer, early, final, hang_up, ring
from support.sound import channels, from_pcmu, strength
from support.sound_rig import RATE, channel, needs_pulseaudio, sound_rig
from support.telephone import Telephone, telephone

from telephony.account import Account, Sound
from telephony.protocol import Dial, Held, Hold, Record, Recording, SoundState
from telephony.ringing_tones import ringing_tone

NUMBER = "+14155550100"
WINDOW = 1_600  # samples: 200 ms


@pytest.fixture
async def listening(peer: SipPeer, desk_phone: SipPeer, log: Path) -> AsyncIterator[Telephone]:
    async with telephone(log, Account(server=peer.address), sound=at(desk_phone)) as line:
        await (await desk_phone.leg()).rtp.hears(10)
        yield line


def newest(ear: Leg) -> list[int]:
    return from_pcmu(ear.rtp.heard[-WINDOW:])


def rings(samples: list[int], tone: tuple[int, ...] = (440, 480)) -> bool:
    """Whether a sound is that ringing tone, and nothing else."""
    return sum(strength(samples, hz) for hz in tone) > 0.9


def quiet(samples: list[int]) -> bool:
    return max(map(abs, samples)) < 40


async def until(ear: Leg, wanted: Callable[[list[int]], bool]) -> None:
    async with asyncio.timeout(20):
        while len(ear.rtp.heard) < WINDOW or not wanted(newest(ear)):
            await ear.rtp.hears(2)


async def tone_of(ear: Leg, seconds: float) -> list[bool]:
    """Whether it was loud, every 20 ms of the next seconds."""
    start = len(ear.rtp.heard)
    await ear.rtp.hears(int(seconds * 50))
    sound = from_pcmu(bytes(ear.rtp.heard[start:]))
    return [max(map(abs, sound[at : at + 160])) > 200 for at in range(0, len(sound) - 159, 160)]


async def test_a_phone_that_only_says_it_rings_is_heard_ringing_until_the_answer(
    listening: Telephone, peer: SipPeer, desk_phone: SipPeer
) -> None:
    peer.plan = [(0, ring), (1.2, answer)]
    ear = await desk_phone.leg()
    call = listening.dial(NUMBER)
    await until(ear, rings)
    await listening.answered(call)
    (await peer.leg()).rtp.stop()
    await until(ear, quiet)


async def test_the_tone_has_the_countrys_rhythm(peer: SipPeer, desk_phone: SipPeer, log: Path) -> None:
    peer.plan = [(0, ring)]
    account = Account(server=peer.address, country="GB")
    async with telephone(log, account, sound=at(desk_phone)) as line:
        ear = await desk_phone.leg()
        line.dial(NUMBER)
        await until(ear, lambda sound: rings(sound, (400, 450)))
        loud = await tone_of(ear, 3.6)
    runs = [len(run) for run in "".join("#" if one else "." for one in loud).split(".") if run]
    whole = runs[1:-1]
    assert whole
    assert all(19 <= run <= 21 for run in whole)  # 400 ms


async def test_early_sound_takes_the_tones_place(
    listening: Telephone, peer: SipPeer, desk_phone: SipPeer
) -> None:
    peer.plan = [(0, ring), (0.8, early)]
    ear = await desk_phone.leg()
    listening.dial(NUMBER)
    await until(ear, rings)
    await until(ear, lambda sound: not quiet(sound) and not rings(sound))


async def test_early_sound_from_the_first_keeps_the_tone_away(
    listening: Telephone, peer: SipPeer, desk_phone: SipPeer
) -> None:
    peer.plan = [(0, early), (0.2, ring)]
    ear = await desk_phone.leg()
    before = len(ear.rtp.heard)
    await listening.ringing(listening.dial(NUMBER))
    await ear.rtp.hears(60)
    heard = from_pcmu(bytes(ear.rtp.heard[before:]))
    windows = [heard[at : at + WINDOW] for at in range(0, len(heard) - WINDOW, WINDOW)]
    assert not any(rings(window) for window in windows)
    assert not quiet(windows[-1])


async def test_sound_that_was_promised_and_does_not_come_is_made_up_for(
    listening: Telephone, peer: SipPeer, desk_phone: SipPeer
) -> None:
    """RFC 3960: some carriers answer 183 and let nothing be heard."""

    def promise(leg: Leg) -> None:
        early(leg)
        leg.rtp.stop()

    peer.plan = [(0, promise), (0.1, ring)]
    listening.dial(NUMBER)
    await until(await desk_phone.leg(), rings)


@pytest.mark.parametrize("how", ["refused", "cancelled"])
async def test_the_tone_stops_with_the_call(
    listening: Telephone, peer: SipPeer, desk_phone: SipPeer, how: str
) -> None:
    plan: Plan = [(0, ring), (1.0, final(486, "Busy Here"))] if how == "refused" else [(0, ring)]
    peer.plan = plan
    ear = await desk_phone.leg()
    call = listening.dial(NUMBER)
    await until(ear, rings)
    if how == "cancelled":
        listening.phone.hang_up(call)
    await listening.ended(call)
    await until(ear, quiet)
    assert not any((await tone_of(ear, 1.0))[5:])


async def test_a_second_line_is_heard_ringing_by_the_rep_alone(
    listening: Telephone, peer: SipPeer, desk_phone: SipPeer, tmp_path: Path
) -> None:
    path = tmp_path / "call.wav"
    peer.plan = [(0, answer)]
    ear = await desk_phone.leg()
    ear.rtp.stop()
    call = listening.dial(NUMBER)
    await listening.answered(call)
    lead = await peer.leg()
    listening.phone.send(Record(call, "start", str(path)))
    await listening.heard.wait(Recording, call)
    lead.rtp.stop()
    peer.plan = [(0, ring)]
    listening.phone.dial(Dial("second", "+14155550177", beside=call))
    await until(ear, rings)  # over the lead's line, which nobody holds here
    await lead.rtp.hears(15)
    assert lead.rtp.quiet_run >= 15
    listening.phone.send(Hold(call, True))
    await listening.heard.wait(Held, call)
    await until(ear, rings)
    assert lead.rtp.loud == 0
    listening.phone.hang_up(call)
    await listening.ended(call)
    for side in channels(path):
        assert sum(strength(side, hz) for hz in (440, 480)) < 0.1


async def test_a_rep_whose_phone_is_called_again_hears_the_ringing_there(
    listening: Telephone, peer: SipPeer, desk_phone: SipPeer
) -> None:
    peer.plan = [(0, ring)]
    listening.dial(NUMBER)
    first = await desk_phone.leg()
    await until(first, rings)
    hang_up(first)
    await until(await desk_phone.leg(1), rings)


_EAR_THAT_WENT = """
import ctypes, os
import pjsua2 as pj
from telephony.engine.endpoint import open_endpoint
from telephony.engine.ringback import Ringback
from telephony.engine.way import Binding
from telephony.ringing_tones import ringing_tone

stack = open_endpoint(Binding(bound="127.0.0.1"))
tone, ear = Ringback(ringing_tone("US")), pj.ToneGenerator()
ear.createToneGenerator(8000, 1)
tone.ring("call", ear)
assert ctypes.CDLL(pj._pjsua2.__file__).pjsua_conf_remove_port(ear.getPortId()) == 0
for _ in range(20):
    stack.lib.libHandleEvents(10)
tone.quiet("call")
os.write(1, b"quiet")
os._exit(0)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the library hides its functions")
def test_an_ear_that_went_without_a_word_costs_no_event() -> None:
    """The end of a call is told after its tone has stopped: that must not fail."""
    done = subprocess.run([sys.executable, "-c", _EAR_THAT_WENT], capture_output=True, check=False)
    assert done.stdout.endswith(b"quiet"), done.stderr


@pytest.mark.interop
@needs_pulseaudio
async def test_the_tone_is_in_the_headset_and_stops(
    peer: SipPeer, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer.plan = [(0, ring)]
    sound = Sound(kind="headset", microphone="rig headset", speaker="rig headset")
    async with (
        sound_rig(tmp_path / "rig", monkeypatch) as rig,
        telephone(log, Account(server=peer.address), sound=sound) as line,
    ):
        await line.heard.wait(SoundState, count=2)
        with rig.recording() as air:
            while air.stat().st_size < RATE:
                await asyncio.sleep(0.02)
            call = line.dial(NUMBER)
            await line.ringing(call)
            await in_the_air(air, 10, lambda windows: sum(map(rings_there, windows)) >= 3)
            line.phone.hang_up(call)
            await line.ended(call)
            await in_the_air(air, 22, lambda windows: all(map(quiet, windows)))  # its own pauses are shorter


def rings_there(samples: list[int]) -> bool:
    return sum(strength(samples, hz, RATE) for hz in (440, 480)) > 0.9


async def in_the_air(air: Path, count: int, wanted: Callable[[list[list[int]]], bool]) -> None:
    """Wait until the last `count` fifths of a second in a headset are as wanted."""
    step = RATE // 5
    async with asyncio.timeout(30):
        while True:
            heard = list(channel(air, 0))[-count * step :]
            windows = [heard[at : at + step] for at in range(0, len(heard), step)]
            if len(heard) == count * step and wanted(windows):
                return
            await asyncio.sleep(0.2)


@pytest.mark.parametrize(
    ("country", "rhythm"),
    [
        ("US", [(440, 480, 2_000, 4_000)]),
        ("GB", [(400, 450, 400, 200), (400, 450, 400, 2_000)]),
        ("DE", [(425, 0, 1_000, 4_000)]),
        ("", [(425, 0, 1_000, 4_000)]),
    ],
)
def test_each_country_has_its_tone(country: str, rhythm: list[tuple[int, int, int, int]]) -> None:
    assert [(*burst.hz, burst.on_ms, burst.off_ms) for burst in ringing_tone(country)] == rhythm
