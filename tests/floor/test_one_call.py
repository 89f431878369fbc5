"""A call from the shell is that one call, whoever rings meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from support.practice import BOOK, lead_for, place_at

from cadence.model import Result
from floor.one_call import OneCall, Order
from floor.station import Rep
from floor.workplace import Workplace
from store.store import Store
from telephony import protocol as phone
from telephony.carrier import PracticeCarrier
from telephony.client import Phone


class Overheard(Workplace):
    """A workplace whose phone can be listened to."""

    def make_phone(self, on_event: Callable[[phone.AnyEvent], None]) -> Phone:
        def hear(event: phone.AnyEvent) -> None:
            HEARD.append(event)
            on_event(event)

        return super().make_phone(hear)


HEARD: list[phone.AnyEvent] = []


async def test_who_rings_meanwhile_is_a_missed_call_and_ends_nothing(tmp_path: Path) -> None:
    HEARD.clear()
    carrier = PracticeCarrier(tmp_path / "carrier.log", pace=0.05)
    await carrier.start()
    try:
        made = place_at(tmp_path, carrier)
        place = Overheard(**{field.name: getattr(made, field.name) for field in fields(made)})
        Store.open(place.store, BOOK, place.clock).close()
        number = lead_for("8").phones[0].e164
        running = asyncio.create_task(
            OneCall(place, Rep("anna", "Anna"), lambda *_: None).run(Order(number, 2))
        )
        async with asyncio.timeout(20):
            while not any(isinstance(event, phone.Answered) for event in HEARD):
                await asyncio.sleep(0.02)
        door = next(event.door for event in HEARD if isinstance(event, phone.Ready))
        rang = await carrier.call_in(door, "+14155550177")
        assert (await carrier.call(rang)).code == 480
        placed = await running
        assert placed.result is Result.ANSWERED
        with Store.open(place.store, BOOK, place.clock) as store:
            assert store.attempts.get(placed.attempt_id).talk_ms >= 1_900
            first = store.queue.peek("bo", 1, 0)[0]
            assert store.leads.get(first.lead_id).phones[0].e164 == "+14155550177"
            assert first.reason.startswith("called you")
    finally:
        await carrier.close()
