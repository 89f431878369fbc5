"""A station at work: real store, real phone process, real calls to the practice carrier."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from support.practice import BOOK, Seat, lead_for, seated

from cadence.model import Result, ShiftState
from config.clock import DAY
from floor.station import Rep, Station
from floor.store_room import StoreRoom
from store.errors import RepBusy
from store.store import Store

S = ShiftState


def read(seat: Seat) -> Store:
    return Store.open(seat.place.store, BOOK, seat.place.clock)


async def test_busy_records_itself_and_the_next_lead_is_there(tmp_path: Path) -> None:
    async with seated(tmp_path, "2", "1") as seat:
        first = (await seat.state(S.PREVIEW)).card
        seat.station.press("dial")
        view = await seat.until(
            lambda view: view.state is S.PREVIEW and first is not None and view.card is not None
            and view.card.lead.id != first.lead.id
        )  # fmt: skip
        assert "Busy" in view.message
        with read(seat) as store:
            (attempt,) = store.attempts.since(0)
            assert attempt.result is Result.BUSY
            assert attempt.disposition == "busy"
            assert attempt.talk_ms == 0
            assert attempt.invited_at is not None


async def test_one_key_ends_and_records_a_conversation(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        await seat.state(S.PREVIEW)
        seat.station.press("dial")
        await seat.state(S.TALKING)
        talk = seat.station.view.call
        assert talk is not None
        await seat.until(lambda _: _talked_for(seat, 1_050))
        seat.station.dispose("won")
        await seat.state(S.READY)
        with read(seat) as store:
            (attempt,) = store.attempts.since(0)
            assert (attempt.result, attempt.disposition) == (Result.ANSWERED, "won")
            carrier = await seat.carrier.call(attempt.sip_call_id)
            assert abs(carrier.talk_ms - attempt.talk_ms) < 500  # a loaded machine's share; see test_calls.py
            assert attempt.invited_at <= attempt.ringing_at <= attempt.answered_at <= attempt.ended_at
            assert store.leads.get(attempt.lead_id).status == "won"
            assert store.log.verify().clean
        assert seat.station.view.tally.won == 1


def _talked_for(seat: Seat, ms: int) -> bool:
    call = seat.station.view.call
    return (
        call is not None
        and call.answered_mono is not None
        and seat.station.clock.monotonic() - call.answered_mono >= ms
    )


async def test_a_screen_that_fails_at_news_costs_no_entry(tmp_path: Path) -> None:
    async with seated(tmp_path, "2") as seat:
        failed: list[str] = []

        def fails_once() -> None:
            """In the scribe's own task, at the first news of the store."""
            task = asyncio.current_task()
            if task is not None and task.get_coro().__name__ == "write" and not failed:
                failed.append("once")
                raise RuntimeError("no screen")

        await seat.state(S.PREVIEW)
        seat.station.subscribe(fails_once)
        seat.station.press("dial")
        await seat.state(S.READY)
        assert failed
        with read(seat) as store:
            (attempt,) = store.attempts.since(0)
            assert attempt.result is Result.BUSY


async def test_a_call_the_lead_drops_waits_for_its_disposition(tmp_path: Path) -> None:
    async with seated(tmp_path, "7") as seat:
        await seat.state(S.PREVIEW)
        seat.station.press("dial")
        view = await seat.until(lambda view: view.state is S.WRAP_UP and bool(view.call and view.call.result))
        assert view.call is not None
        assert view.call.result == "answered"
        seat.station.dispose("no_answer")
        await seat.state(S.READY)


async def test_nobody_answers_and_the_ring_time_is_never_talk_time(tmp_path: Path) -> None:
    async with seated(tmp_path, "3", ring_timeout_ms=400) as seat:
        await seat.state(S.PREVIEW)
        seat.station.press("dial")
        await seat.state(S.READY)
        with read(seat) as store:
            (attempt,) = store.attempts.since(0)
            assert attempt.result is Result.NO_ANSWER
            assert attempt.talk_ms == 0
            assert attempt.ring_ms >= 400
            plan = store.leads.plan(attempt.lead_id)
            assert plan.calls_done == 1
            assert plan.call is not None
            assert plan.call.step == 2


async def test_an_outcome_without_a_digit_is_recorded_like_any_other(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        await seat.state(S.PREVIEW)
        (listed,) = seat.station.view.others
        seat.station.press("dial")
        await seat.state(S.RINGING, S.TALKING)
        await seat.until(lambda _: _talked_for(seat, 1_050))
        seat.station.dispose(listed.code)
        await seat.state(S.READY)
        with read(seat) as store:
            (attempt,) = store.attempts.since(0)
            assert (attempt.result, attempt.disposition) == (Result.ANSWERED, "language_barrier")
            assert store.leads.plan(attempt.lead_id).calls_done == 1


async def test_undo_brings_the_lead_back_for_another_key(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        await seat.state(S.PREVIEW)
        seat.station.press("dial")
        await seat.until(lambda _: _talked_for(seat, 1_050))
        seat.station.dispose("not_interested")
        await seat.state(S.READY)
        seat.station.press("undo")
        await seat.state(S.WRAP_UP)
        seat.station.dispose("callback", seat.station.clock.now() + DAY)
        await seat.state(S.READY)
        with read(seat) as store:
            (attempt,) = store.attempts.since(0)
            assert attempt.disposition == "callback"
            assert store.leads.get(attempt.lead_id).status == "open"
            kinds = [event.kind for event in store.log.after(0, 1000)]
            assert "attempt.undone" in kinds


async def test_killing_the_phone_in_a_call_closes_the_attempt_and_the_rep_dials_on(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", "2") as seat:
        await seat.state(S.PREVIEW)
        seat.station.press("dial")
        await seat.state(S.TALKING)
        pid = seat.station.phone_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await seat.until(lambda view: not view.phone_ok)
        view = await seat.until(lambda view: view.state in (S.PREVIEW, S.WRAP_UP) and view.phone_ok)
        if view.state is S.WRAP_UP:
            seat.station.dispose("no_answer")
            await seat.state(S.PREVIEW)
        seat.station.press("dial")
        await seat.state(S.READY)
        with read(seat) as store:
            first, second = store.attempts.since(0)
            assert first.result is Result.INTERRUPTED
            assert first.answered_at is not None
            assert second.result is Result.BUSY


async def test_leaving_in_a_call_hangs_up_and_clocks_out(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        await seat.state(S.PREVIEW)
        seat.station.press("dial")
        await seat.state(S.TALKING)
        await seat.station.leave()
        with read(seat) as store:
            (attempt,) = store.attempts.since(0)
            assert attempt.result is Result.ANSWERED
            assert store.shifts.live() == []


async def test_a_rep_cannot_sit_at_two_desks(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat, StoreRoom(seat.place.store, BOOK, seat.place.clock) as room:
        twin = Station(room, seat.place.make_phone, BOOK, seat.place.clock, Rep("anna", "Anna"))
        with pytest.raises(RepBusy):
            await twin.start()


async def test_a_lead_without_a_working_number_is_shown_to_a_person_and_put_back_for_later(
    tmp_path: Path,
) -> None:
    async with seated(tmp_path) as seat:
        with read(seat) as store:
            lead_id = store.leads.add(replace(lead_for("5"), email=""))
        await seat.state(S.PREVIEW)
        seat.station.press("dial")  # the number does not exist, and there is no address
        view = await seat.until(lambda view: view.card is not None and not view.card.phone.e164)
        seat.station.press("dial")
        assert "no working number" in seat.station.view.message
        seat.station.skip("other")
        await seat.until(lambda view: view.state is S.READY and bool(view.reason))
        with read(seat) as store:
            plan = store.leads.plan(lead_id)
            assert plan.next_at is not None
            assert plan.next_at > seat.station.clock.now() + DAY
            assert len(store.attempts.since(0)) == 1
        assert view.card is not None


async def test_a_number_typed_by_hand_is_called_over_the_same_gate_and_the_desk_goes_on(
    tmp_path: Path,
) -> None:
    number = lead_for("2", 7).phones[0].e164  # nobody's, and it may be called at this hour
    async with seated(tmp_path, "8") as seat:
        await seat.state(S.PREVIEW)
        seat.station.dial_number(number)
        await seat.until(lambda view: "Busy" in view.message)
        await seat.state(S.PREVIEW)
        seat.station.dial_number(number)  # at once again
        view = await seat.until(lambda view: view.refusal is not None)
        assert view.refusal is not None
        assert [check.name for check in view.refusal.checks if not check.passed] == ["gap"]
        await seat.state(S.PREVIEW)
        with read(seat) as store:
            one, two = store.attempts.since(0)
            assert (one.lead_id, one.result, one.disposition) == (None, Result.BUSY, "busy")
            assert (two.decision.allowed, two.result) == (False, Result.BLOCKED)
            assert store.log.verify().clean
        assert [call.number for call in seat.carrier.calls()] == [number]


async def test_an_emergency_number_goes_out_by_hand(tmp_path: Path) -> None:
    async with seated(tmp_path) as seat:
        await seat.until(lambda view: view.phone_ok and view.state is S.READY)
        seat.station.dial_number("911")
        await seat.until(lambda _: bool(seat.carrier.calls()))
        seat.station.press("hang_up")
        await seat.state(S.READY)
        assert [call.number for call in seat.carrier.calls()] == ["911"]


async def test_a_conversation_that_was_cut_off_comes_back_for_its_disposition(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        await seat.state(S.PREVIEW)
        seat.station.press("dial")
        await seat.until(lambda _: _talked_for(seat, 1_050))
        await seat.station.leave()  # the terminal was closed
        async with seat.place.store_room() as room:
            again = Station(
                room,
                seat.place.make_phone,
                BOOK,
                seat.place.clock,
                Rep("anna", "Anna"),
                phone_name="practice",
            )
            await again.start()
            back = Seat(again, seat.place, seat.carrier)
            view = await back.state(S.WRAP_UP)
            assert re.search(r"ended after \d s\.", view.message)
            again.dispose("won")
            await back.until(lambda view: view.state is S.READY and bool(view.reason))
            await again.leave()
        with read(seat) as store:
            (attempt,) = store.attempts.since(0)
            assert attempt.disposition == "won"
            assert store.leads.get(attempt.lead_id).status == "won"
            assert store.log.verify().clean


async def test_a_lead_that_goes_onto_the_list_while_it_is_on_a_card_leaves_it(tmp_path: Path) -> None:
    async with seated(tmp_path, "2", "8") as seat:
        view = await seat.state(S.PREVIEW)
        assert view.card is not None
        first = view.card.lead
        with read(seat) as store:
            store.dnc.add(first.phones[0].e164, "kim", "asked by letter", "phone")
        view = await seat.until(lambda view: bool(view.card and view.card.lead.id != first.id))
        assert "asked by letter" in view.message
        assert view.state is S.PREVIEW
