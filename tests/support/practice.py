"""A desk with everything real behind it: store on disk, phone process, practice carrier."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path

from support.waiting import until

from cadence.caller_id import CallerId
from cadence.model import ShiftState
from cadence.rulebook import load
from config.clock import SystemClock
from config.home import Home
from config.settings import Settings
from floor.message import message_of
from floor.practice import PRACTICE_NUMBERS, account_at
from floor.practice_leads import practice_leads
from floor.spill import spill_of
from floor.station import Rep, Station
from floor.store_room import StoreRoom
from floor.view import Choice, DeskView
from floor.workplace import Workplace
from store.records import NewLead, NewPhone
from store.store import Store
from telephony import protocol as phone
from telephony.account import Sound
from telephony.carrier import PracticeCarrier
from telephony.client import Phone

BOOK = load(None)
PACE = 0.05


def lead_for(digit: str, index: int = 0) -> NewLead:
    """A lead that may be called now, whose number ends in `digit`."""
    now = SystemClock().now()
    row = list(csv.DictReader(StringIO(practice_leads(index + 1, now, BOOK.gate, only_open=True))))[index]
    return NewLead(
        name=row["name"], company=row["company"], email=row["email"],
        phones=(NewPhone(row["phone"][:-1] + digit),), country=row["country"], region=row["state"],
        postal_code=row["postal_code"], source=row["source"], arrived_at=now - 20_000 + index,
    )  # fmt: skip


@dataclass
class Seat:
    """A station at work, and the means to wait for what it shows."""

    station: Station
    place: Workplace
    carrier: PracticeCarrier
    people: Sequence[NewLead] = ()  # who was put into the queue
    heard: list[phone.AnyEvent] = field(default_factory=list)
    hear: Callable[[phone.AnyEvent], None] = print  # as if the phone had said it

    @property
    def door(self) -> str:
        """Where the desk's phone can be rung, host:port."""
        return next(event.door for event in reversed(self.heard) if isinstance(event, phone.Ready))

    async def until(self, met: Callable[[DeskView], bool]) -> DeskView:
        """The first view that is as wanted."""
        return await until(self.station, met)

    async def state(self, *states: ShiftState) -> DeskView:
        """Wait for one of `states`."""
        return await self.until(lambda view: view.state in states)


def place_at(folder: Path, carrier: PracticeCarrier, recording: str = "") -> Workplace:
    """A workplace in `folder` whose carrier is the practice carrier."""
    home = Home(folder).make()
    account = account_at(carrier.addresses[0])
    if recording:
        (home.rules / "recording.toml").write_text(recording, encoding="utf-8")
    book = load(home.rules) if recording else BOOK
    return Workplace(home, Settings(), book, SystemClock(), home.database, account, "practice carrier")


@asynccontextmanager
async def seated(
    folder: Path,
    *digits: str,
    rep: str = "anna",
    ring_timeout_ms: int = 20_000,
    pace: float = PACE,
    recording: str = "",
    consent: str = "",
    sound: Sound | None = None,
    colleagues: tuple[Choice, ...] = (),
    notice: Path | None = None,
    store: str = "",
) -> AsyncIterator[Seat]:
    """A rep at a desk whose queue holds one lead for each of `digits`, newest first in that order.

    A second of the carrier's people lasts `pace` of ours; `consent` is what the leads agreed to.
    `recording` is the text of a recording.toml of the floor's own; `sound` is the rep's, silence by default.
    `store` is where it is, by default the folder's own file.
    """
    carrier = PracticeCarrier(folder / "carrier.log", pace=pace)
    await carrier.start()
    try:
        place = replace(place_at(folder, carrier, recording), sound=sound or Sound())
        place = replace(place, store=store or place.store)
        people = [lead_for(digit, index) for index, digit in enumerate(reversed(digits))]
        with Store.open(place.store, BOOK, place.clock) as store:
            for lead in people:
                store.leads.add(replace(lead, consent=consent))
        heard: list[phone.AnyEvent] = []
        listeners: list[Callable[[phone.AnyEvent], None]] = [heard.append]

        def hear(event: phone.AnyEvent) -> None:
            for listener in listeners:
                listener(event)

        def make_phone(on_event: Callable[[phone.AnyEvent], None]) -> Phone:
            listeners.append(on_event)
            return place.make_phone(hear)

        async with StoreRoom(place.store, BOOK, place.clock) as room:
            station = Station(
                room, make_phone, place.book, place.clock, Rep(rep, rep.title()),
                callers=tuple(map(CallerId, PRACTICE_NUMBERS)), ring_timeout_ms=ring_timeout_ms,
                phone_name=place.phone_name,
                recordings=place.home.recordings, message=message_of(place.home, rep),
                spill=spill_of(place.home, rep),
                colleagues=colleagues,
            )  # fmt: skip
            await station.start()
            if notice is not None:
                station.take_notice(notice)
            try:
                yield Seat(station, place, carrier, people, heard, hear)
            finally:
                await station.leave()
    finally:
        await carrier.close()
