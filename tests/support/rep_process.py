"""A scripted rep in a process of its own, to be killed: `python rep_process.py HOME HOST PORT [idle]`.

Works the queue of the home against a carrier that runs elsewhere; idle, only
sits there. Says on standard output what its screen has acknowledged, a line
each: `at work`, `recorded ATTEMPT DISPOSITION`, `door HOST:PORT` (where the
phone can be rung) and `rings NUMBER`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from cadence.rulebook import load
from config.clock import SystemClock
from config.home import Home
from config.settings import Settings
from floor import desk_inputs as told
from floor.practice import account_at
from floor.scripted_rep import Budget, ScriptedRep, Stopwatch
from floor.station import Rep, Station
from floor.workplace import Workplace
from telephony import protocol as phone
from telephony.carrier import Address


class TalkativeStation(Station):
    """Says aloud what the store has confirmed and the rep is shown."""

    def _tell(self, given: told.Input) -> None:
        super()._tell(given)
        if isinstance(given, told.Recorded):
            print("recorded", given.attempt_id, given.disposition.code, flush=True)
        elif isinstance(given, told.CallerKnown):
            print("rings", given.caller.number, flush=True)
        elif isinstance(given, told.PhoneSaid) and isinstance(given.event, phone.Ready):
            print("door", given.event.door, flush=True)


async def main(folder: str, host: str, port: str, idle: str = "") -> None:
    home, book = Home(Path(folder)).make(), load(None)
    account = account_at(Address(host, int(port)))
    place = Workplace(home, Settings(), book, SystemClock(), home.database, account, "practice carrier")
    async with place.store_room() as room:
        station = TalkativeStation(
            room, place.make_phone, book, place.clock, Rep("anna", "Anna"), ring_timeout_ms=600,
            phone_name=place.phone_name,
        )  # fmt: skip
        await station.start()
        print("at work", flush=True)
        try:
            if idle:
                await asyncio.Event().wait()
            await ScriptedRep(len(list(home.path.iterdir())), Budget(1_000), Stopwatch()).work(station)
        finally:
            await station.leave()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
