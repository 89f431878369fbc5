"""The notice that a call is recorded, and those who object to it."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from pydub.generators import Sine
from support.practice import BOOK, Seat, place_at, seated

from cadence.model import ShiftState as S
from config.clock import HandClock
from config.errors import UsageError
from config.home import Home
from config.settings import Recording, Settings
from floor.message import OLD_S, notice_from
from floor.recordings import LEFT_MS, path_for, tidy
from floor.station import Rep
from floor.store_room import StoreRoom
from floor.workplace import desk_of
from store.recording_rows import CallRecording
from store.store import Store
from telephony import protocol as phone
from telephony.carrier import PracticeCarrier

EVERY_CALL = 'version = "2026-11-21"\nmode = "announce"\n'


def notice(folder: Path, seconds: float = 1.0) -> Path:
    path = folder / "notice source.wav"
    Sine(440).to_audio_segment(int(seconds * 1000), volume=-20.0).export(str(path), format="wav").close()
    return path


def stored(seat: Seat) -> CallRecording:
    with Store.open(seat.place.store, BOOK, seat.place.clock) as store:
        return store.recordings.newest()[0]


def told(seat: Seat) -> list[str]:
    with Store.open(seat.place.store, BOOK, seat.place.clock) as store:
        return [one.kind for one in store.log.after(0, 1_000) if one.kind.startswith("recording.")]


def files(seat: Seat) -> list[str]:
    return [path.name for path in seat.place.home.recordings.glob("*/*")]


async def recorded_call(seat: Seat) -> None:
    await seat.state(S.PREVIEW)
    seat.station.press("dial")
    await seat.until(lambda view: bool(view.call and view.call.recording == "on"))


async def heard(seat: Seat) -> None:
    """Until something of the call is in the file: one in which nothing was said is lost, not kept."""
    async with asyncio.timeout(20):
        while not any(path.stat().st_size > 1_000 for path in seat.place.home.recordings.glob("*/*.wav")):
            await asyncio.sleep(0.02)


async def gone(seat: Seat) -> None:
    async with asyncio.timeout(20):
        while files(seat):
            await asyncio.sleep(0.02)


async def test_the_notice_plays_where_a_recording_begins_and_its_end_is_kept(tmp_path: Path) -> None:
    ready = notice_from(Home(tmp_path).make(), notice(tmp_path))
    async with seated(tmp_path, "8", recording=EVERY_CALL, notice=ready) as seat:
        await recorded_call(seat)
        view = seat.station.view
        assert view.call is not None
        assert not view.call.tell, "the rep need not say it"
        assert "your notice" in view.message
        assert view.call.notice_plays
        seat.hear(phone.Trouble(at=0, mono=0, text="Another thing failed."))
        assert seat.station.view.call is not None
        assert seat.station.view.call.notice_plays, "what is not of this call says nothing of its notice"
        async with asyncio.timeout(20):
            while "recording.announced" not in told(seat):
                await asyncio.sleep(0.05)
        assert stored(seat).announced_at
        assert seat.station.view.call is not None
        assert not seat.station.view.call.notice_plays
        assert "notice" not in seat.station.view.message


async def test_a_call_that_ends_in_the_notice_says_that_its_recording_goes(tmp_path: Path) -> None:
    ready = notice_from(Home(tmp_path).make(), notice(tmp_path, 20.0))
    async with seated(tmp_path, "8", recording=EVERY_CALL, notice=ready) as seat:
        await recorded_call(seat)
        assert "your notice" in seat.station.view.message
        seat.station.press("hang_up")
        wrapped = await seat.state(S.WRAP_UP)
        assert wrapped.message == "They did not hear all of your notice: what was recorded is deleted."
        await seat.station.leave()  # by then the recording is entered
        assert stored(seat).announced_at is None


async def tidied(seat: Seat, after_ms: int) -> None:
    """The housekeeping's round, so long after now."""
    clock = HandClock(seat.place.clock.now() + after_ms)
    async with StoreRoom(seat.place.store, BOOK, clock) as room:
        await tidy(room, seat.place.home.recordings, clock, 90)


async def test_what_was_recorded_without_the_notice_heard_to_its_end_is_named_and_then_deleted(
    tmp_path: Path,
) -> None:
    ready = notice_from(Home(tmp_path).make(), notice(tmp_path, 20.0))
    async with seated(tmp_path, "8", recording=EVERY_CALL, notice=ready) as seat:
        await recorded_call(seat)
        await heard(seat)
        seat.station.press("hang_up")
        await seat.state(S.WRAP_UP)
        await seat.station.leave()
        assert stored(seat).notice == "not heard"
        await tidied(seat, 0)
        assert (stored(seat).state, len(files(seat))) == ("kept", 1), (
            "its desk may still have a word to write"
        )
        await tidied(seat, LEFT_MS + 1)
        assert (stored(seat).state, stored(seat).why) == ("deleted", "the notice was not heard to its end")
        assert files(seat) == []


async def test_what_the_rep_had_to_say_is_kept(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", recording=EVERY_CALL) as seat:
        await recorded_call(seat)
        await heard(seat)
        seat.station.press("hang_up")
        await seat.state(S.WRAP_UP)
        await seat.station.leave()
        await tidied(seat, LEFT_MS + 1)
        assert (stored(seat).state, stored(seat).notice) == ("kept", "rep")


async def test_a_notice_that_cannot_be_played_is_said_by_the_rep(tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_text("no sound")
    async with seated(tmp_path, "8", recording=EVERY_CALL, notice=broken) as seat:
        await recorded_call(seat)
        view = await seat.until(lambda view: bool(view.call and view.call.tell))
        assert "tell them now" in view.message
        assert "The notice failed: " in view.message
        assert view.alarm
        seat.station.press("hang_up")
        await seat.state(S.WRAP_UP)
        await seat.station.leave()
        assert (stored(seat).announced_at, stored(seat).notice) == (None, "rep")
        assert "recording.announced" not in told(seat)


async def test_an_objection_deletes_what_there_is_and_nothing_more_is_recorded(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", recording=EVERY_CALL) as seat:
        await recorded_call(seat)
        await asyncio.sleep(0.3)
        assert files(seat)
        seat.station.press("object")
        await gone(seat)
        seat.station.press("record")
        assert "They object" in seat.station.view.message
        assert seat.station.view.call is not None
        assert seat.station.view.call.recording == "objected"
        seat.station.press("object")
        assert seat.station.view.message == "Done already: they object, and nothing of this call is kept."
        seat.station.press("hang_up")
        await seat.state(S.WRAP_UP)
        seat.station.dispose("no_answer")
        await seat.until(lambda view: view.state in (S.READY, S.PREVIEW))
        found = stored(seat)
        assert found.state == "deleted"
        assert found.objected_at
        assert told(seat) == ["recording.objected", "recording.deleted"]
        assert files(seat) == []


async def test_an_objection_after_the_call_deletes_what_was_packed_away(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", recording=EVERY_CALL) as seat:
        await recorded_call(seat)
        await asyncio.sleep(0.3)
        seat.station.press("hang_up")
        await seat.state(S.WRAP_UP)
        seat.station.press("object")
        await gone(seat)
        assert stored(seat).state == "deleted"
        seat.station.dispose("no_answer")
        await seat.until(lambda view: view.state in (S.READY, S.PREVIEW))
        await asyncio.sleep(0.3)
        assert files(seat) == []


async def test_an_objection_after_an_undo_deletes_what_was_kept(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", recording=EVERY_CALL) as seat:
        await recorded_call(seat)
        await heard(seat)
        seat.station.press("hang_up")
        await seat.state(S.WRAP_UP)
        seat.station.dispose("no_answer")
        await seat.until(lambda view: view.can_undo)
        async with asyncio.timeout(20):
            while stored(seat).state != "kept":
                await asyncio.sleep(0.02)
        for recording in ("kept", "objected"):
            seat.station.press("undo")
            view = await seat.state(S.WRAP_UP)
            assert view.call is not None
            assert view.call.recording == recording
            seat.station.press("object")
            await gone(seat)
            seat.station.dispose("no_answer")
            await seat.until(lambda view: view.can_undo)
        assert stored(seat).state == "deleted"
        assert told(seat).count("recording.objected") == 1


async def test_an_objection_to_a_phone_that_dies_at_it_leaves_no_file(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", recording=EVERY_CALL) as seat:
        await recorded_call(seat)
        await asyncio.sleep(0.3)
        os.kill(seat.station.phone_pid or 0, signal.SIGSTOP)
        seat.station.press("object")
        os.kill(seat.station.phone_pid or 0, signal.SIGKILL)
        await seat.state(S.WRAP_UP)
        await gone(seat)
        assert stored(seat).state == "deleted"


async def test_a_file_that_a_crash_left_of_an_unwanted_recording_is_deleted_later(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", recording=EVERY_CALL) as seat:
        await recorded_call(seat)
        seat.station.press("object")
        await gone(seat)
        found = stored(seat)
        left = path_for(seat.place.home.recordings, found.attempt_id, found.started_at)
        left.write_bytes(b"what they said")
        async with StoreRoom(seat.place.store, BOOK, seat.place.clock) as room:
            await tidy(room, seat.place.home.recordings, seat.place.clock, 90)
        assert files(seat) == []
        left.write_bytes(b"what a dying desk packed away")
        await tidied(seat, LEFT_MS + 1)
        assert files(seat) == []
        with Store.open(seat.place.store, BOOK, seat.place.clock) as store:
            assert store.recordings.unwanted(found.host) == [], "nobody looks for it any more"


# --------------------------------------------------------------- the file


def test_the_notice_is_made_once_and_anew_when_its_file_changes(tmp_path: Path) -> None:
    home, source = Home(tmp_path).make(), notice(tmp_path)
    first = notice_from(home, source)
    made = first.stat().st_ino
    assert notice_from(home, source) == first
    assert first.stat().st_ino == made
    notice(tmp_path, 2.0)
    second = notice_from(home, source)
    assert second != first
    assert first.is_file(), "a desk that is open plays it still"


def test_a_notice_that_no_desk_can_have_any_more_goes(tmp_path: Path) -> None:
    home, source = Home(tmp_path).make(), notice(tmp_path)
    first = notice_from(home, source)
    asked = first.stat().st_mtime - OLD_S - 1
    os.utime(first, (asked, asked))
    assert notice_from(home, source) == first, "asked for again, it is in use again"
    os.utime(first, (asked, asked))
    notice(tmp_path, 2.0)
    second = notice_from(home, source)
    assert list(second.parent.iterdir()) == [second]


@pytest.mark.parametrize("content", [None, "no sound"])
async def test_a_notice_that_is_missing_or_no_sound_is_named_to_the_rep(
    tmp_path: Path, content: str | None
) -> None:
    named = tmp_path / "welcome.wav"
    if content is not None:
        named.write_text(content)
    with pytest.raises(UsageError, match=r"welcome\.wav"):
        notice_from(Home(tmp_path).make(), named)
    carrier = PracticeCarrier(tmp_path / "carrier.log", pace=0.05)
    await carrier.start()
    try:
        settings = msgspec.structs.replace(Settings(), recording=Recording(announcement=str(named)))
        place = replace(place_at(tmp_path, carrier), settings=settings)
        async with desk_of(place, Rep("anna", "Anna")) as (station, begin):
            await begin()
            assert station.view.alarm
            assert "tell them yourself" in station.view.message
            assert "welcome.wav" in station.view.message
    finally:
        await carrier.close()
