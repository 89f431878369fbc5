"""Recordings on a real floor: real calls, real files, a real store; none as shipped."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import stat
import subprocess
from pathlib import Path

import pytest
from support.practice import BOOK, Seat, seated
from support.sound import channels, likeness

from cadence.model import ShiftState as S
from config.clock import DAY, HOUR, HandClock
from floor.housekeeping import Housekeeping, Shelf
from floor.recordings import LEFT_MS, path_for, settle
from floor.store_room import StoreRoom
from store.recording_rows import CallRecording
from store.store import Store
from telephony.carrier import script as carrier_script
from telephony.wav_repair import head

PERSON = Path(carrier_script.__file__).parent / "sounds" / "person.wav"
EVERY_CALL = 'version = "2026-11-21"\nmode = "announce"\n'
ON_DEMAND = 'version = "2026-11-21"\nmode = "on_demand"\ntell = "by_law"\n'


def read(seat: Seat) -> Store:
    return Store.open(seat.place.store, BOOK, seat.place.clock)


def kinds(store: Store) -> list[str]:
    return [event.kind for event in store.log.after(0, 1000) if event.kind.startswith("recording.")]


async def talking(seat: Seat) -> None:
    await seat.state(S.PREVIEW)
    seat.station.press("dial")
    await seat.state(S.TALKING)


async def settled(seat: Seat) -> CallRecording:
    """The one recording, once it is packed away."""
    with read(seat) as store:
        async with asyncio.timeout(20):
            while not (found := store.recordings.newest()) or found[0].state == "open":
                await asyncio.sleep(0.05)
        return found[0]


async def one_recording(seat: Seat) -> CallRecording:
    """A call, recorded for half a second."""
    await talking(seat)
    await seat.until(lambda view: bool(view.call and view.call.recording == "on"))
    await asyncio.sleep(0.5)
    seat.station.dispose("no_answer")
    return await settled(seat)


def as_wav(path: Path, folder: Path) -> Path:
    """A packed recording unpacked by the encoder itself."""
    wav = folder / "unpacked.wav"
    subprocess.run(["ffmpeg", "-v", "error", "-i", path, wav], check=True)
    return wav


async def test_nothing_is_recorded_as_shipped_and_the_key_says_so(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        await talking(seat)
        seat.station.press("record")
        view = await seat.until(lambda view: "Recording is off" in view.message)
        assert view.call is not None
        assert not view.call.recording
        seat.station.press("hang_up")
        await seat.state(S.WRAP_UP)
        assert list(seat.place.home.recordings.iterdir()) == []


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no encoder on this machine")
async def test_an_announced_recording_begins_at_the_answer_and_is_packed_and_linked(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", recording=EVERY_CALL) as seat:
        await talking(seat)
        view = await seat.until(lambda view: bool(view.call and view.call.recording == "on"))
        assert view.call is not None
        assert view.call.tell
        assert "tell them" in view.message
        await asyncio.sleep(2.5)
        seat.station.dispose("no_answer")
        kept = await settled(seat)
        path = seat.place.home.recordings / kept.path
        assert (kept.state, path.suffix, kept.host) == ("kept", ".flac", socket.gethostname())
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert not path.with_suffix(".wav").exists()
        left, right = channels(as_wav(path, tmp_path))
        assert likeness(right, channels(PERSON)[0]) > 0.6  # another voice: below 0.5
        assert not any(left)  # the rep of this desk has no microphone
        assert abs(kept.ms - len(left) // 8) <= 20
        with read(seat) as store:
            assert kept.attempt_id == store.attempts.since(0)[0].id
            assert store.log.verify().clean


async def test_on_demand_the_key_begins_pauses_and_goes_on(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", recording=ON_DEMAND) as seat:
        await talking(seat)
        for wanted in ("on", "paused", "on"):
            seat.station.press("record")
            await seat.until(lambda view, wanted=wanted: bool(view.call and view.call.recording == wanted))
        await asyncio.sleep(0.3)
        seat.station.dispose("no_answer")
        assert (await settled(seat)).state == "kept"


async def test_without_an_encoder_the_recording_stays_as_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = path_for(tmp_path / "recordings", 7, 1_795_286_520_000)
    assert (path.parent.name, path.name) == ("2026-11", "attempt-7.wav")
    path.write_bytes(head(0) + bytes(8_000))  # its writer was killed
    kept = settle(path)
    assert (kept.path, kept.ms, kept.size) == (path, 250, 8_044)
    assert len(channels(path)[0]) == 2_000


async def test_a_phone_that_dies_leaves_its_recording_to_the_desk(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", recording=EVERY_CALL) as seat:
        await talking(seat)
        await seat.until(lambda view: bool(view.call and view.call.recording == "on"))
        await asyncio.sleep(1.0)
        assert seat.station.phone_pid is not None
        os.kill(seat.station.phone_pid, signal.SIGKILL)
        kept = await settled(seat)
        assert kept.state == "kept"
        assert kept.ms > 500


async def test_a_folder_that_cannot_be_written_costs_the_recording_and_the_rep_is_told(
    tmp_path: Path,
) -> None:
    async with seated(tmp_path, "8", recording=EVERY_CALL) as seat:
        shutil.rmtree(seat.place.home.recordings)
        seat.place.home.recordings.write_text("in the way")
        await talking(seat)
        view = await seat.until(lambda view: view.alarm)
        assert "not recorded" in view.message
        assert view.state is S.TALKING


async def test_a_failing_disk_is_on_the_screen_and_the_call_goes_on(tmp_path: Path) -> None:
    import resource

    async with seated(tmp_path, "8", recording=ON_DEMAND) as seat:
        await talking(seat)
        assert seat.station.phone_pid is not None
        limit = (seat.place.home.logs / "phone.log").stat().st_size + 20_000
        resource.prlimit(seat.station.phone_pid, resource.RLIMIT_FSIZE, (limit, limit))
        seat.station.press("record")
        view = await seat.until(lambda view: bool(view.call and view.call.recording == "failed"))
        assert "the call goes on" in view.message
        assert (view.alarm, view.state) == (True, S.TALKING)
        kept = await settled(seat)
        assert (kept.state, kept.why) == ("kept", "file too large")


# ------------------------------------------------------------ housekeeping


async def test_housekeeping_settles_what_a_dead_desk_left(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", recording=EVERY_CALL) as seat:
        kept = await one_recording(seat)
    shelf, clock = seat.place.home.recordings, HandClock(kept.started_at + HOUR)
    async with StoreRoom(seat.place.store, BOOK, clock) as room:
        await room.run(lambda store: _reopen(store, kept.id))
        await Housekeeping(room, clock, tmp_path, Shelf(shelf)).round()
        found = await room.run(lambda store: store.recordings.get(kept.id))
    assert LEFT_MS < HOUR
    assert (found.state, found.why) == ("kept", "the desk died before its end")
    assert (found.sha256, abs(found.ms - kept.ms) <= 20) == (kept.sha256, True)


async def test_a_rep_who_is_back_has_the_recording_of_the_session_before_at_once(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", recording=EVERY_CALL) as seat:
        kept = await one_recording(seat)
    with read(seat) as store:
        _reopen(store, kept.id)
    async with seated(tmp_path, "8", recording=EVERY_CALL) as again:
        found = await settled(again)
    assert (found.id, found.state, found.why) == (kept.id, "kept", "the desk died before its end")
    assert found.sha256 == kept.sha256


async def test_a_recording_without_its_file_is_lost_and_says_why(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", recording=EVERY_CALL) as seat:
        kept = await one_recording(seat)
    shelf, clock = seat.place.home.recordings, HandClock(kept.started_at + HOUR)
    (shelf / kept.path).unlink()
    async with StoreRoom(seat.place.store, BOOK, clock) as room:
        await room.run(lambda store: _reopen(store, kept.id))
        await Housekeeping(room, clock, tmp_path, Shelf(shelf)).round()
        found = await room.run(lambda store: store.recordings.get(kept.id))
    assert (found.state, found.why) == ("lost", "no such file or directory")


def _reopen(store: Store, recording_id: int) -> None:
    """As a desk leaves it that dies before its recording is packed away."""
    with store.core.write():
        store.core.engine.run(
            "update recording set state = 'open', settled_at = null, sha256 = '' where id = :id",
            id=recording_id,
        )


async def test_a_recording_in_which_nothing_was_said_is_no_fault(tmp_path: Path) -> None:
    path = path_for(tmp_path, 7, 1_795_286_520_000)
    path.write_bytes(head(0))
    with pytest.raises(ValueError, match="no recorded sound"):
        settle(path)


async def test_what_is_older_than_the_rule_is_deleted_and_its_row_stays(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", recording=EVERY_CALL) as seat:
        kept = await one_recording(seat)
    shelf = seat.place.home.recordings
    clock = HandClock(kept.started_at + 29 * DAY)
    async with StoreRoom(seat.place.store, BOOK, clock) as room:
        keeping = Housekeeping(room, clock, tmp_path, Shelf(shelf, keep_days=30))
        await keeping.round()
        assert (shelf / kept.path).exists()
        clock.advance(2 * DAY)
        await keeping.round()
        found = await room.run(lambda store: store.recordings.get(kept.id))
        assert await room.run(kinds) == ["recording.kept", "recording.deleted"]
    assert not (shelf / kept.path).exists()
    assert (found.state, found.why) == ("deleted", "older than 30 days")
