"""People who call the desk: over real SIP, into a real store, with the phone dying under them."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

from support.practice import BOOK, Seat, seated

from cadence.model import Lane, Result
from cadence.model import ShiftState as S
from store.records import Attempt
from store.store import Store
from telephony import protocol as phone

STRANGER = "+14155550177"


def read(seat: Seat) -> Store:
    return Store.open(seat.place.store, BOOK, seat.place.clock)


def known(seat: Seat) -> str:
    """The number of the lead in the queue that ends in 2."""
    return next(lead.phones[0].e164 for lead in seat.people if lead.phones[0].e164.endswith("2"))


async def rung(seat: Seat, number: str | None = None, name: str = "", **more: object) -> str:
    """Somebody rings, the lead who is known if none is named, and the desk shows who; the SIP Call-ID."""
    number = known(seat) if number is None else number
    call_id = await seat.carrier.call_in(seat.door, number, name, **({"give_up_s": 400} | more))  # type: ignore[arg-type]
    await seat.until(lambda view: view.incoming is not None)
    return call_id


async def missed_calls(seat: Seat, count: int) -> list[dict[str, object]]:
    """The missed calls on disk, once there are `count`."""
    with read(seat) as store:
        async with asyncio.timeout(20):
            while True:
                told = [event.body for event in store.log.after(0, 1_000) if event.kind == "call.missed"]
                if len(told) >= count:
                    return told
                await asyncio.sleep(0.05)


def inbound(seat: Seat) -> list[Attempt]:
    with read(seat) as store:
        return [one for one in store.attempts.since(0) if one.direction == "in"]


async def test_a_lead_who_calls_back_is_recognised_answered_and_recorded(tmp_path: Path) -> None:
    async with seated(tmp_path, "2") as seat:
        await seat.state(S.PREVIEW)
        call_id = await rung(seat, talk_s=400)
        view = await seat.until(lambda view: bool(view.incoming and view.incoming.known))
        assert view.incoming is not None
        assert view.card is not None
        assert view.incoming.name == view.card.lead.name
        seat.station.press("answer")
        view = await seat.until(lambda view: view.state is S.TALKING and view.card is not None)
        assert view.call is not None
        assert (view.call.inbound, view.incoming) == (True, None)
        await asyncio.sleep(1.2)
        seat.station.dispose("interested")
        await seat.state(S.READY)
        (attempt,) = inbound(seat)
        assert (attempt.result, attempt.disposition, attempt.sip_call_id) == (
            Result.ANSWERED, "interested", call_id,
        )  # fmt: skip
        theirs = await seat.carrier.call(call_id)
        assert abs(theirs.talk_ms - attempt.talk_ms) < 500  # a loaded machine's share; see test_calls.py
        assert seat.station.view.tally.contacts == 1
        with read(seat) as store:
            assert store.log.verify().clean


async def test_a_caller_who_gives_up_is_the_first_in_the_queue(tmp_path: Path) -> None:
    async with seated(tmp_path, "1", "2") as seat:
        await seat.state(S.PREVIEW)
        await rung(seat, give_up_s=8)
        view = await seat.until(lambda view: "first in the queue" in view.message)
        assert view.incoming is None
        with read(seat) as store:
            (lead,) = store.leads.find(known(seat), 5)
            call = store.leads.plan(lead.id).call
            assert call is not None
            assert call.lane is Lane.RETURNED
            assert inbound(seat) == []


async def test_one_who_was_answered_on_another_phone_is_not_missed(tmp_path: Path) -> None:
    async with seated(tmp_path, "2") as seat:
        await seat.state(S.PREVIEW)
        await rung(seat, give_up_s=8, elsewhere=True)
        await seat.until(lambda view: view.incoming is None)
        await rung(seat, STRANGER, give_up_s=8)
        await seat.until(lambda view: view.incoming is None)
        (only,) = await missed_calls(seat, 1)
        assert only["number"] == STRANGER


async def test_a_stranger_becomes_a_lead_and_a_withheld_number_none(tmp_path: Path) -> None:
    async with seated(tmp_path) as seat:
        await seat.state(S.READY)
        for number in (STRANGER, ""):
            await rung(seat, number, "Robin Vale", talk_s=400)
            seat.station.press("answer")
            await seat.state(S.TALKING)
            await asyncio.sleep(1.2)
            seat.station.dispose("not_interested")
            await seat.until(lambda view: view.state in (S.READY, S.PREVIEW))
        stranger, withheld = inbound(seat)
        with read(seat) as store:
            lead = store.leads.get(stranger.lead_id)
            assert (lead.name, lead.source) == ("Robin Vale", "inbound call")
        assert (withheld.lead_id, withheld.disposition) == (None, "not_interested")


async def test_a_rep_who_is_busy_or_paused_passes_it_on_and_hears_of_it(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        await seat.state(S.PREVIEW)
        seat.station.press("dial")
        await seat.state(S.TALKING)
        busy = await seat.carrier.call_in(seat.door, STRANGER)
        await seat.until(lambda view: "called while you were busy: first in the queue" in view.message)
        assert (await seat.carrier.call(busy)).code == 486
        await asyncio.sleep(1.1)
        seat.station.pause("lunch")
        seat.station.dispose("interested")
        await seat.state(S.NOT_READY)
        away = await seat.carrier.call_in(seat.door, "+14155550178")
        await seat.until(lambda view: "while you were not ready" in view.message)
        assert (await seat.carrier.call(away)).code == 480
        assert len(await missed_calls(seat, 2)) == 2


async def test_a_call_that_a_busy_desk_passes_on_and_the_next_desk_answers_is_no_missed_one(
    tmp_path: Path,
) -> None:
    async with seated(tmp_path, "8") as seat:
        await seat.state(S.PREVIEW)
        seat.station.press("dial")
        await seat.state(S.TALKING)
        with read(seat) as store:
            ben = store.shifts.clock_in("ben", "Ben", "elsewhere", 1)
            now = seat.place.clock.now()
            sip = await seat.carrier.call_in(seat.door, STRANGER)
            assert (await seat.carrier.call(sip)).code == 486
            store.inbound.rings(STRANGER, "", sip, "ben", ben.id, now)  # the exchange tries the next one
            await seat.until(lambda view: view.message == f"{STRANGER} called while you were busy.")
            store.inbound.answer(STRANGER, "", sip, "ben", ben.id, now)
            assert [one.kind for one in store.log.after(0, 1_000) if one.kind == "call.missed"] == []


async def test_the_reps_key_passes_a_call_on_and_the_lead_on_the_card_stays(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        before = await seat.state(S.PREVIEW)
        call_id = await rung(seat, STRANGER)
        seat.station.press("dial")
        assert "Somebody rings" in seat.station.view.message
        seat.station.press("pass_on")
        assert seat.station.view.incoming is None
        assert seat.station.view.card == before.card
        assert (await seat.carrier.call(call_id)).code == 486
        assert len(await missed_calls(seat, 1)) == 1


async def test_leaving_while_somebody_rings_passes_them_on(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        await seat.state(S.PREVIEW)
        call_id = await rung(seat, STRANGER)
        await seat.station.leave()
        assert (await seat.carrier.call(call_id)).code == 480
        assert len(await missed_calls(seat, 1)) == 1
        with read(seat) as store:
            assert store.shifts.live() == []


async def test_a_phone_that_dies_under_a_caller_loses_nobody(tmp_path: Path) -> None:
    async with seated(tmp_path, "2") as seat:
        await seat.state(S.PREVIEW)
        await rung(seat, STRANGER)
        os.kill(seat.station.phone_pid or 0, signal.SIGKILL)
        await missed_calls(seat, 1)
        await seat.until(lambda view: view.phone_ok and view.incoming is None)
        await rung(seat, talk_s=400)
        seat.station.press("answer")
        await seat.until(lambda view: view.state is S.TALKING and view.card is not None)
        await asyncio.sleep(1.2)
        os.kill(seat.station.phone_pid or 0, signal.SIGKILL)
        await seat.state(S.WRAP_UP)
        (attempt,) = inbound(seat)
        assert attempt.answered_at is not None
        seat.station.dispose("interested")
        await seat.until(lambda view: view.state in (S.READY, S.PREVIEW))
        (attempt,) = inbound(seat)
        assert (attempt.result, attempt.disposition) == (Result.INTERRUPTED, "interested")
        assert attempt.talk_ms >= 1_000


async def test_a_call_they_began_comes_back_after_the_death_of_the_desk(tmp_path: Path) -> None:
    async with seated(tmp_path, "2") as seat:
        await seat.state(S.PREVIEW)
        await rung(seat, talk_s=400)
        seat.station.press("answer")
        await seat.until(lambda view: view.state is S.TALKING and view.card is not None)
        await asyncio.sleep(1.3)
        await seat.station.leave()  # the call ends with it, and nobody has said what came of it
        (attempt,) = inbound(seat)
        assert (attempt.result, attempt.disposition) == (Result.ANSWERED, "")
    async with seated(tmp_path) as seat:
        view = await seat.state(S.WRAP_UP)
        assert "What came of it?" in view.message
        seat.station.dispose("interested")
        await seat.until(lambda view: view.state in (S.READY, S.PREVIEW))
        (attempt,) = inbound(seat)
        assert attempt.disposition == "interested"


async def test_levels_reach_the_screen_only_when_they_change(tmp_path: Path) -> None:
    async with seated(tmp_path) as seat:
        await seat.state(S.READY)
        drawn = 0

        def count() -> None:
            nonlocal drawn
            drawn += 1

        seat.station.subscribe(count)
        level = phone.Levels(at=0, mono=0, microphone=-30, speaker=-40)
        for _ in range(3):
            seat.hear(level)
        assert drawn == 1
        assert seat.station.view.levels is not None
        assert seat.station.view.levels.microphone == -30


async def test_a_call_they_began_is_known_until_the_last_beat_of_a_killed_desk(
    tmp_path: Path,
) -> None:
    async with seated(tmp_path, "2") as seat:
        place, number = seat.place, known(seat)
    dead = subprocess.Popen(["true"])
    dead.wait()
    with Store.open(place.store, BOOK, place.clock) as store:
        shift = store.shifts.clock_in("anna", "Anna", socket.gethostname(), dead.pid)
        store.inbound.answer(number, "", "abc@there", "anna", shift.id, place.clock.now())
        await asyncio.sleep(1.2)
        store.shifts.beat(shift.id)
    async with seated(tmp_path) as seat:
        view = await seat.state(S.WRAP_UP)
        assert re.search(r"was cut off after \d s\. What came of it\?", view.message)
        assert view.call is not None
        assert view.call.inbound
        seat.station.dispose("interested")
        await seat.until(lambda view: view.state in (S.READY, S.PREVIEW))
        (attempt,) = inbound(seat)
        assert (attempt.result, attempt.disposition) == (Result.INTERRUPTED, "interested")


async def test_who_rang_at_the_death_of_a_desk_is_told_to_its_rep_at_the_next_start(tmp_path: Path) -> None:
    async with seated(tmp_path, "1", "2") as seat:
        place, lead = seat.place, seat.people[0]
    dead = subprocess.Popen(["true"])
    dead.wait()
    with Store.open(place.store, BOOK, place.clock) as store:
        shift = store.shifts.clock_in("anna", "Anna", socket.gethostname(), dead.pid)
        store.inbound.rings(lead.phones[0].e164, "", "abc@there", "anna", shift.id, place.clock.now())
    async with seated(tmp_path) as seat:
        view = await seat.until(lambda view: "Rang as the session before was cut off" in view.message)
        assert lead.name in view.message
        assert len(await missed_calls(seat, 1)) == 1


async def test_nobody_is_left_ringing_on_disk_however_the_ringing_ended(tmp_path: Path) -> None:
    async with seated(tmp_path, "2") as seat:
        await seat.state(S.PREVIEW)
        for more in ({"elsewhere": True}, {}):
            await rung(seat, STRANGER, give_up_s=8, **more)
            await seat.until(lambda view: view.incoming is None)
        await missed_calls(seat, 1)
        await rung(seat, talk_s=400)
        seat.station.press("answer")
        await seat.until(lambda view: view.state is S.TALKING and view.card is not None)
        with read(seat) as store:
            rows = store.core.engine.rows("select over_at from ringing_call")
            assert len(rows) == 3
            assert all(row["over_at"] for row in rows)
            assert store.inbound.recover(alive=lambda _: False) == []
