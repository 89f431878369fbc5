"""Recordings of real calls: each voice in its own channel, whatever happens to the process or the disk."""

from __future__ import annotations

import asyncio
import os
import resource
import secrets
import signal
import stat
from pathlib import Path

import pytest
from support.least import least
from support.sound import channels, likeness, loudness
from support.telephone import Telephone, telephone

from telephony import wav_repair
from telephony.account import Account, Sound
from telephony.carrier import PracticeCarrier
from telephony.carrier import script as carrier_script
from telephony.protocol import Record, Recorded, Recording

SOUNDS = Path(carrier_script.__file__).parent / "sounds"
REP, LEAD = SOUNDS / "greeting.wav", SOUNDS / "person.wav"
TALKATIVE = "+14155550108"


def account(carrier: PracticeCarrier) -> Account:
    return Account(server=str(carrier.addresses[0]))


async def recorded_for(line: Telephone, path: Path, seconds: float) -> str:
    """A call that has been recorded for so long, and goes on."""
    call = line.dial(TALKATIVE)
    await line.answered(call)
    line.phone.send(Record(call, "start", str(path)))
    await line.heard.wait(Recording, call)
    await asyncio.sleep(seconds)
    return call


async def test_each_voice_is_in_its_own_channel(carrier: PracticeCarrier, log: Path, tmp_path: Path) -> None:
    (rep,), (lead,) = channels(REP), channels(LEAD)
    async with telephone(log, account(carrier), sound=Sound(kind="file", file=str(REP))) as line:

        async def unlike() -> float:
            path = tmp_path / f"{secrets.token_hex(4)}.wav"
            call = await recorded_for(line, path, 4.0)
            line.phone.hang_up(call)
            told = await line.heard.wait(Recorded, call)
            await line.ended(call)
            left, right = channels(path)
            assert max(likeness(left, lead), likeness(right, rep)) < 0.6
            assert (told.fault, told.ms) == ("", len(left) // 8)
            assert 3_500 < told.ms < 14_000
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            return 1 - min(likeness(left, rep), likeness(right, lead))

        assert await least(unlike, 0.1) < 0.1  # where both processes had their time


async def test_the_end_of_the_recording_is_told_before_the_end_of_the_call(
    practice: Telephone, tmp_path: Path
) -> None:
    call = await recorded_for(practice, tmp_path / "call.wav", 0.1)
    practice.phone.hang_up(call)
    await practice.ended(call)
    kinds = [type(event).__name__ for event in practice.heard.events if getattr(event, "call", "") == call]
    assert kinds == ["Invited", "Ringing", "Answered", "Recording", "Recorded", "Ended"]


async def test_what_is_said_in_a_pause_is_not_kept_and_times_stay_true(
    carrier: PracticeCarrier, log: Path, tmp_path: Path
) -> None:
    path = tmp_path / "call.wav"
    async with telephone(log, account(carrier), sound=Sound(kind="file", file=str(REP))) as line:
        call = await recorded_for(line, path, 0.6)
        line.phone.send(Record(call, "pause"))
        assert (await line.heard.wait(Recording, call, count=2)).paused
        await asyncio.sleep(0.8)
        line.phone.send(Record(call, "resume"))
        assert not (await line.heard.wait(Recording, call, count=3)).paused
        await asyncio.sleep(0.6)
        line.phone.send(Record(call, "stop"))
        told = await line.heard.wait(Recorded, call)
        line.phone.hang_up(call)
        await line.ended(call)
    assert 1_800 <= told.ms <= 10_000
    for channel in channels(path):
        quiet = [level == 0 for level in loudness(channel)]
        assert not quiet[5]
        assert any(all(quiet[at : at + 35]) for at in range(len(quiet) - 35))
        assert not all(quiet[-20:])


async def test_mute_is_silence_in_the_reps_channel_alone(
    carrier: PracticeCarrier, log: Path, tmp_path: Path
) -> None:
    path = tmp_path / "call.wav"
    async with telephone(log, account(carrier), sound=Sound(kind="file", file=str(REP))) as line:
        call = line.dial(TALKATIVE)
        await line.answered(call)
        line.phone.mute(call, on=True)
        line.phone.send(Record(call, "start", str(path)))
        await asyncio.sleep(1.2)
        line.phone.hang_up(call)
        await line.ended(call)
    left, right = channels(path)
    assert not any(left)
    assert max(loudness(right)) > 500


async def test_a_recording_outlives_the_kill_of_its_process(practice: Telephone, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    call = await recorded_for(practice, path, 2.3)
    assert practice.phone.pid is not None
    os.kill(practice.phone.pid, signal.SIGKILL)
    await practice.ended(call)
    told = len(channels(path)[0]) // 8  # by the head as the dead process left it
    whole = wav_repair.repair(path)
    assert 1_000 <= told <= whole  # the head is written anew each second
    assert 1_500 <= whole <= 10_000
    assert len(channels(path)[1]) // 8 == whole


async def test_calls_one_after_the_other_are_recorded_each_to_its_own_file(
    carrier: PracticeCarrier, log: Path, tmp_path: Path
) -> None:
    async with telephone(log, account(carrier), sound=Sound(kind="file", file=str(REP))) as line:
        for name in ("one", "two"):
            call = await recorded_for(line, tmp_path / f"{name}.wav", 0.8)
            line.phone.hang_up(call)
            await line.ended(call)
    for name in ("one", "two"):
        assert all(max(loudness(channel)) > 500 for channel in channels(tmp_path / f"{name}.wav"))


async def test_a_file_that_cannot_be_made_costs_the_recording_and_not_the_call(
    practice: Telephone, tmp_path: Path
) -> None:
    call = practice.dial(TALKATIVE)
    await practice.answered(call)
    practice.phone.send(Record(call, "start", str(tmp_path / "no such folder" / "call.wav")))
    assert (await practice.heard.wait(Recorded, call)).fault == "no such file or directory"
    practice.phone.hang_up(call)
    assert (await practice.ended(call)).ended_by == "rep"


async def test_a_disk_that_fails_in_the_call_is_told_and_the_call_goes_on(
    practice: Telephone, tmp_path: Path
) -> None:
    path = tmp_path / "call.wav"
    assert practice.phone.pid is not None
    call = practice.dial(TALKATIVE)
    await practice.answered(call)
    limit = log_size(tmp_path) + 20_000
    resource.prlimit(practice.phone.pid, resource.RLIMIT_FSIZE, (limit, limit))
    practice.phone.send(Record(call, "start", str(path)))
    told = await practice.heard.wait(Recorded, call)
    assert told.fault == "file too large"
    assert told.ms > 0
    practice.phone.hang_up(call)
    assert (await practice.ended(call)).ended_by == "rep"
    assert len(channels(path)[0]) > 0


def log_size(folder: Path) -> int:
    return (folder / "phone.log").stat().st_size


def test_a_whole_recording_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    sound = bytes(range(256)) * 4
    path.write_bytes(wav_repair.head(len(sound)) + sound)
    before = path.read_bytes()
    assert wav_repair.repair(path) == 32
    assert path.read_bytes() == before


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_half_a_sample_at_the_end_is_cut_off(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(wav_repair.head(0) + bytes(4_000 - cut))
    assert wav_repair.repair(path) == 124
    assert len(channels(path)[0]) == 999


@pytest.mark.parametrize("content", [b"", b"RIFF", wav_repair.head(0), b"\0" * 4_000])
def test_what_holds_no_sound_of_ours_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="no recorded sound"):
        wav_repair.repair(path)
    assert path.read_bytes() == content
