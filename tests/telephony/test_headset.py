"""The headset on sound servers without a card: real streams, real RTP. Run by .ci/run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import miniaudio
import pytest
from support.least import least
from support.sip_peer import Leg, SipPeer
from support.sound_rig import (
    MICROPHONE,
    SPEAKER,
    WORDS,
    SoundRig,
    channel,
    needs_pipewire,
    needs_pulseaudio,
    sound_rig,
)
from support.telephone import Telephone, telephone

from telephony.account import Account, Sound
from telephony.protocol import Levels, SoundState
from telephony.soundcard import cards, pick

pytestmark = pytest.mark.interop
SERVERS = [
    pytest.param("pulseaudio", marks=needs_pulseaudio),
    pytest.param("pipewire", marks=[needs_pulseaudio, needs_pipewire]),  # which brings no pactl of its own
]
HEADSET = Sound(kind="headset", microphone="rig headset", speaker="rig headset")


@pytest.fixture(params=SERVERS)
async def rig(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SoundRig]:
    async with sound_rig(tmp_path / "rig", monkeypatch, request.param) as made:
        yield made


@pytest.fixture
async def worn(rig: SoundRig, peer: SipPeer, log: Path) -> AsyncIterator[Telephone]:
    """A phone with the rig's headset, open."""
    async with telephone(log, Account(server=peer.address), sound=HEADSET) as line:
        await state(line, 2)
        yield line


async def state(line: Telephone, count: int) -> SoundState:
    return await line.heard.wait(SoundState, count=count)


async def spoken_to(leg: Leg) -> None:
    """Wait until the lead hears the rep."""
    async with asyncio.timeout(20):
        before = leg.rtp.loud
        while leg.rtp.loud < before + 20:
            await leg.rtp.hears(5)


async def heard_aloud(air: Path) -> None:
    """Wait until the rep hears the lead; a recorder may begin late."""
    async with asyncio.timeout(20):
        while max(channel(air, 0), default=0) < 3_000:
            await asyncio.sleep(0.05)


async def test_the_headset_is_told_before_the_phone_is_ready(worn: Telephone) -> None:
    assert isinstance(worn.heard.events[0], SoundState)
    assert not worn.heard.events[0].ready
    assert await state(worn, 2) == worn.heard.of(SoundState)[1]
    assert worn.heard.of(SoundState)[1].ready
    assert worn.heard.of(SoundState)[1].text == f"{MICROPHONE} and {SPEAKER}"


async def test_rep_and_lead_hear_each_other(worn: Telephone, rig: SoundRig, peer: SipPeer) -> None:
    with rig.saying(WORDS), rig.recording() as air:
        call = worn.dial("+14155550100")
        await worn.answered(call)
        leg = await peer.leg()
        await spoken_to(leg)
        async with asyncio.timeout(20):
            loud = leg.rtp.loud
            while leg.rtp.loud - loud < 40:  # of 50: the lead hears the rep without a break
                loud = leg.rtp.loud
                await leg.rtp.hears(50)
        await heard_aloud(air)
        worn.phone.hang_up(call)
        await worn.ended(call)
    levels = worn.heard.of(Levels)
    assert max(one.microphone for one in levels) == pytest.approx(-11, abs=3)  # 9,000 of 32,768
    assert max(one.speaker for one in levels) > -20


async def test_a_muted_rep_is_not_heard_and_still_hears(
    worn: Telephone, rig: SoundRig, peer: SipPeer
) -> None:
    with rig.saying(WORDS):
        call = worn.dial("+14155550100")
        await worn.answered(call)
        leg = await peer.leg()
        await spoken_to(leg)
        worn.phone.mute(call, True)
        async with asyncio.timeout(20):  # what had been said is still on its way
            while leg.rtp.quiet_run < 25:
                await leg.rtp.hears(5)
        with rig.recording() as air:
            quiet = leg.rtp.quiet_run
            await leg.rtp.hears(50)
            assert leg.rtp.quiet_run >= quiet + 50
            await heard_aloud(air)


async def test_a_headset_pulled_out_in_a_call_costs_only_its_sound(
    worn: Telephone, rig: SoundRig, peer: SipPeer
) -> None:
    call = worn.dial("+14155550100")
    await worn.answered(call)
    leg = await peer.leg()
    rig.pull_out()
    gone = await state(worn, 3)
    await leg.rtp.hears(50)
    rig.plug_in()
    back = await state(worn, 4)
    with rig.saying(WORDS):
        await spoken_to(leg)
    worn.phone.hang_up(call)
    ended = await worn.ended(call)
    assert not gone.ready
    assert gone.text.startswith(f"The headset is gone ({MICROPHONE} and {SPEAKER})")
    assert back.ready
    assert ended.result == "answered"


async def test_a_sound_server_that_dies_is_a_headset_gone(
    worn: Telephone, rig: SoundRig, peer: SipPeer
) -> None:
    call = worn.dial("+14155550100")
    await worn.answered(call)
    rig.die()
    assert not (await state(worn, 3)).ready
    await (await peer.leg()).rtp.hears(50)


async def test_names_that_fit_no_device_are_told_with_what_there_is(
    rig: SoundRig, peer: SipPeer, log: Path
) -> None:
    sound = Sound(kind="headset", microphone="Plantronics")
    async with telephone(log, Account(server=peer.address), sound=sound) as line:
        told = await state(line, 2)
    assert not told.ready
    assert told.text == f"No microphone has 'Plantronics' in its name; there is '{MICROPHONE}'."


async def test_a_microphone_that_opens_and_gives_no_sound_is_told_as_that_and_once(
    rig: SoundRig, peer: SipPeer, log: Path
) -> None:
    if rig.kind == "pipewire":
        pytest.skip("PipeWire wakes a suspended microphone when it is opened")
    rig.stall_microphone()
    async with telephone(log, Account(server=peer.address), sound=HEADSET) as line:
        told = await state(line, 2)
        rig.stall_microphone(False)
        assert (await state(line, 3)).ready
    assert not told.ready
    assert told.text.startswith(f"The microphone '{MICROPHONE}' opens and gives no sound.")


async def test_headsets_of_one_name_can_be_told_apart_and_a_hostile_one_does_no_harm(
    rig: SoundRig,
) -> None:
    rig.add_speaker("twin", "Jabra Evolve")
    rig.add_speaker("twin2", "Jabra Evolve")
    rig.add_speaker("twin3", "Jabra Evolve (2)")
    rig.add_speaker("long", "é" * 200)  # it is cut off at 255 bytes, within a letter
    rig.add_speaker("blank", "  ")
    rig.add_speaker("evil", "Red \x1b[31m \u202e end")
    speakers = cards().speakers
    names = [one.name for one in speakers]
    assert {"Jabra Evolve", "Jabra Evolve (2)", "Jabra Evolve (2) (2)", "no name"} <= set(names)
    assert {"Red ·[31m · end", "é" * 127 + "\ufffd"} <= set(names)
    handles = {bytes(miniaudio.ffi.buffer(pick(speakers, name, "speaker").handle)) for name in names}
    assert len(handles) == len(names)


async def test_the_systems_choice_may_change_in_a_call(rig: SoundRig, peer: SipPeer, log: Path) -> None:
    rig.prefer("phones")
    async with telephone(log, Account(server=peer.address), sound=Sound(kind="headset")) as line:
        await state(line, 2)
        call = line.dial("+14155550100")
        await line.answered(call)
        leg = await peer.leg()
        rig.add_speaker("other", "Another")
        rig.prefer("other")
        await leg.rtp.hears(100)
        line.phone.hang_up(call)
        ended = await line.ended(call)
    assert ended.result == "answered"
    assert [one.ready for one in line.heard.of(SoundState)] == [False, True]


async def test_the_monitor_of_a_speaker_is_no_microphone(rig: SoundRig, peer: SipPeer, log: Path) -> None:
    rig.pull_out()
    async with telephone(log, Account(server=peer.address), sound=Sound(kind="headset")) as line:
        told = await state(line, 2)
    assert told.text.startswith("This machine has no microphone.")


async def test_ten_seconds_of_a_call_click_rarely(worn: Telephone, peer: SipPeer) -> None:
    call = worn.dial("+14155550100")
    await worn.answered(call)
    await asyncio.sleep(2)

    async def clicks() -> float:
        before = worn.heard.of(Levels)[-1]
        await asyncio.sleep(10)
        after = worn.heard.of(Levels)[-1]
        return after.under_runs - before.under_runs + after.over_runs - before.over_runs

    assert await least(clicks, 11) <= 10
    worn.phone.hang_up(call)
