"""A workstation for `bench/desk.py`: `python _desk_process.py HOME PORT LEADS`."""

from __future__ import annotations

import asyncio
import csv
import sys
from io import StringIO
from pathlib import Path

from cadence.rulebook import load
from config.clock import SystemClock
from config.home import Home
from config.settings import Settings
from floor.practice import account_at
from floor.practice_leads import practice_leads
from floor.station import Rep
from floor.workplace import Workplace, work
from store.records import NewLead, NewPhone
from store.store import Store
from telephony.carrier import Address
from tui.app import work as show


def main(folder: str, port: str, leads: str) -> None:
    """Fill a home and work at it."""
    home, book, clock = Home(Path(folder)).make(), load(None), SystemClock()
    with Store.open(home.database, book, clock) as store:
        sheet = practice_leads(int(leads), clock.now(), book.gate, only_open=True)
        for row in csv.DictReader(StringIO(sheet)):
            store.leads.add(
                NewLead(
                    name=row["name"],
                    phones=(NewPhone(row["phone"]),),
                    country=row["country"],
                    region=row["state"],
                    postal_code=row["postal_code"],
                    source="bench",
                )
            )
    account = account_at(Address("127.0.0.1", int(port)))
    place = Workplace(home, Settings(), book, clock, home.database, account, "bench")
    sys.exit(asyncio.run(work(place, Rep("bench", "Bench"), show)))


if __name__ == "__main__":
    main(*sys.argv[1:])
