"""One key leaves the rep's message: the rep is on the next lead while it plays, and nothing is lost."""

from __future__ import annotations

import os
import signal
import stat
import wave
from pathlib import Path

import pytest
from pydub import AudioSegment
from pydub.generators import Sine
from support.practice import BOOK, Seat, seated

from cadence.model import Result
from cadence.model import ShiftState as S
from config.errors import UsageError
from config.home import Home
from floor.message import message_of, set_message
from store.store import Store

CONSENT = "prior express written consent"


def tone(folder: Path, seconds: float, kind: str = "wav", rate: int = 44_100) -> Path:
    path = folder / f"said.{kind}"
    made = Sine(440, sample_rate=rate).to_audio_segment(int(seconds * 1000), volume=-20.0)
    made.set_channels(2).export(str(path), format=kind).close()
    return path


def read(seat: Seat) -> Store:
    return Store.open(seat.place.store, BOOK, seat.place.clock)


def with_message(folder: Path, seconds: float) -> None:
    set_message(Home(folder).make(), "anna", tone(folder, seconds))


async def talking(seat: Seat) -> None:
    await seat.state(S.PREVIEW)
    seat.station.press("dial")
    await seat.state(S.TALKING)


async def recorded(seat: Seat, attempts: int) -> None:
    """Wait until so many attempts have their disposition."""
    import asyncio

    with read(seat) as store:
        async with asyncio.timeout(20):
            while sum(bool(one.disposition) for one in store.attempts.since(0)) < attempts:
                await asyncio.sleep(0.05)


async def test_the_next_lead_is_dialed_while_the_message_plays_and_both_are_recorded(
    tmp_path: Path,
) -> None:
    with_message(tmp_path, 5.0)
    async with seated(tmp_path, "8", "2", consent=CONSENT) as seat:
        await talking(seat)
        first = seat.station.view.card
        seat.station.press("voicemail")
        view = await seat.until(lambda view: bool(view.card and first and view.card.lead.id != first.lead.id))
        assert view.state is S.PREVIEW
        seat.station.press("dial")
        await seat.state(S.READY)  # busy: it recorded itself
        with read(seat) as store:
            plays, busy = store.attempts.since(0)
            assert (plays.ended_at, busy.result) == (None, Result.BUSY)
        await recorded(seat, 2)
        with read(seat) as store:
            left, _ = store.attempts.since(0)
            assert (left.result, left.disposition) == (Result.ANSWERED, "voicemail")
            assert left.talk_ms >= 5_000
            plan = store.leads.plan(left.lead_id)
            assert (plan.voicemails, plan.calls_done) == (1, 1)
            assert store.queue.claim("bo").__class__.__name__ == "Waiting"  # it comes back in its time
            assert store.log.verify().clean
        carrier = await seat.carrier.call(left.sip_call_id)
        assert abs(carrier.talk_ms - left.talk_ms) < 500


async def test_nobody_gets_the_lead_while_the_message_plays(tmp_path: Path) -> None:
    with_message(tmp_path, 3.0)
    async with seated(tmp_path, "8", consent=CONSENT) as seat:
        await talking(seat)
        seat.station.press("voicemail")
        await seat.state(S.READY)
        with read(seat) as store:
            assert store.queue.claim("bo").__class__.__name__ == "Waiting"
        await recorded(seat, 1)


async def test_without_consent_the_key_says_why_and_the_call_goes_on(tmp_path: Path) -> None:
    with_message(tmp_path, 3.0)
    async with seated(tmp_path, "8") as seat:
        await talking(seat)
        seat.station.press("voicemail")
        view = await seat.until(lambda view: "No recorded message" in view.message)
        assert "prior express written consent" in view.message
        assert view.state is S.TALKING


async def test_without_a_message_the_key_says_how_to_get_one(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", consent=CONSENT) as seat:
        await talking(seat)
        seat.station.press("voicemail")
        view = await seat.until(lambda view: "sixring voicemail set" in view.message)
        assert view.state is S.TALKING


async def test_a_message_that_is_cut_off_is_recorded_as_none(tmp_path: Path) -> None:
    with_message(tmp_path, 30.0)
    async with seated(tmp_path, "7", consent=CONSENT, pace=0.3) as seat:  # drops the call soon
        await talking(seat)
        seat.station.press("voicemail")
        await seat.until(lambda view: "was cut off" in view.message)
        with read(seat) as store:
            (attempt,) = store.attempts.since(0)
            assert (attempt.result, attempt.disposition) == (Result.ANSWERED, "no_answer")
            assert store.leads.plan(attempt.lead_id).voicemails == 0


async def test_a_phone_that_dies_with_the_message_settles_it_honestly(tmp_path: Path) -> None:
    with_message(tmp_path, 30.0)
    async with seated(tmp_path, "8", consent=CONSENT) as seat:
        await talking(seat)
        seat.station.press("voicemail")
        await seat.state(S.READY)
        assert seat.station.phone_pid is not None
        os.kill(seat.station.phone_pid, signal.SIGKILL)
        await recorded(seat, 1)
        with read(seat) as store:
            (attempt,) = store.attempts.since(0)
            assert (attempt.result, attempt.disposition) == (Result.INTERRUPTED, "no_answer")


async def test_leaving_while_a_message_plays_ends_it_and_loses_nothing(tmp_path: Path) -> None:
    with_message(tmp_path, 30.0)
    async with seated(tmp_path, "8", consent=CONSENT) as seat:
        await talking(seat)
        seat.station.press("voicemail")
        await seat.state(S.READY)
        await seat.station.leave()
        with read(seat) as store:
            (attempt,) = store.attempts.since(0)
            assert (attempt.result, attempt.disposition) == (Result.ANSWERED, "no_answer")
            assert store.shifts.live() == []


# --------------------------------------------------------------- the file


@pytest.mark.parametrize(("kind", "rate"), [("wav", 44_100), ("wav", 8_000), ("mp3", 44_100)])
def test_any_audio_file_becomes_what_the_telephone_plays(tmp_path: Path, kind: str, rate: int) -> None:
    home = Home(tmp_path).make()
    ms = set_message(home, "anna", tone(tmp_path, 2.0, kind, rate))
    path = message_of(home, "anna")
    with wave.open(str(path), "rb") as sound:
        found = (sound.getnchannels(), sound.getsampwidth(), sound.getframerate())
    assert found == (1, 2, 8_000)
    assert abs(ms - 2_000) < 100
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open("rb") as file:
        assert AudioSegment.from_wav(file).max_dBFS > -4  # brought to one loudness


@pytest.mark.parametrize("seconds", [0.5, 61])
def test_a_message_of_no_use_is_refused_and_the_old_one_stays(tmp_path: Path, seconds: float) -> None:
    home = Home(tmp_path).make()
    set_message(home, "anna", tone(tmp_path, 2.0))
    before = message_of(home, "anna").read_bytes()
    with pytest.raises(UsageError, match="lasts"):
        set_message(home, "anna", tone(tmp_path, seconds))
    assert message_of(home, "anna").read_bytes() == before


def test_what_is_no_sound_is_refused_in_one_sentence(tmp_path: Path) -> None:
    text = tmp_path / "said.txt"
    text.write_text("hello")
    with pytest.raises(UsageError, match="no audio file"):
        set_message(Home(tmp_path).make(), "anna", text)
    with pytest.raises(UsageError, match="cannot be read"):
        set_message(Home(tmp_path).make(), "anna", tmp_path / "none.wav")
