"""Hold, and how a call sounds, on a real desk: shown live, and kept with the attempt."""

from __future__ import annotations

from pathlib import Path

from support.practice import BOOK, seated

from cadence.model import ShiftState as S
from store.store import Store


async def test_hold_is_on_the_screen_when_the_other_side_has_agreed_and_goes_again(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        await seat.state(S.PREVIEW)
        seat.station.press("dial")
        await seat.state(S.TALKING)
        for wanted in (True, False):
            seat.station.press("hold")
            await seat.until(lambda view, wanted=wanted: bool(view.call and view.call.held is wanted))
        assert seat.station.view.state is S.TALKING


async def test_the_mark_is_live_on_the_screen_and_its_figures_stay_with_the_attempt(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        await seat.state(S.PREVIEW)
        seat.station.press("dial")
        await seat.until(lambda view: bool(view.call and view.call.quality == "good"))
        seat.station.dispose("no_answer")
        await seat.state(S.READY)
        with Store.open(seat.place.store, BOOK, seat.place.clock) as store:
            (ended,) = [event for event in store.log.after(0, 1000) if event.kind == "attempt.ended"]
            assert ended.body["quality"] in {"good", "fair"}  # a loaded machine stutters
            assert ended.body["packets"] >= 40
            assert (ended.body.get("lost", 0), ended.body.get("jitter_ms", 0) < 60) == (0, True)
            assert store.log.verify().clean


async def test_a_call_without_sound_has_no_figures(tmp_path: Path) -> None:
    async with seated(tmp_path, "2") as seat:
        await seat.state(S.PREVIEW)
        seat.station.press("dial")
        await seat.state(S.READY)
        with Store.open(seat.place.store, BOOK, seat.place.clock) as store:
            (ended,) = [event for event in store.log.after(0, 1000) if event.kind == "attempt.ended"]
            assert "quality" not in ended.body


async def test_ringing_that_the_network_plays_is_told_apart(tmp_path: Path) -> None:
    async with seated(tmp_path, "9") as seat:
        await seat.state(S.PREVIEW)
        seat.station.press("dial")
        view = await seat.state(S.RINGING, S.TALKING)
        assert view.call is not None
        assert view.call.early
