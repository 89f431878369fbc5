"""A store with mails that are due, and what became of them."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from cadence.rulebook import load as load_rules
from config.clock import SECOND, Clock, HandClock
from config.settings import Firm, Mail, Rep, Settings
from floor.mailroom import MailRoom
from floor.store_room import StoreRoom
from store.records import NewLead
from store.store import Store

MORNING = 1_800_000_000_000  # Friday 15 January 2027, 08:00 UTC
FIRM = {
    "name": "Acme",
    "postal_address": "1 Main St, Springfield",
    "website": "",
    "reply_to": "help@example.com",
}


def mail_settings(port: int, **mail: Any) -> Settings:
    """Settings of a firm that sends by a server on this machine."""
    return Settings(
        firm=Firm(name="Acme", postal_address="1 Main St, Springfield", reply_to="help@example.com"),
        rep=Rep(login="sam", name="Sam"),
        mail=Mail(
            **{"host": "127.0.0.1", "port": port, "security": "none", "sender": "desk@example.com"} | mail
        ),
    )


@asynccontextmanager
async def store_room(folder: Path, clock: Clock) -> AsyncIterator[StoreRoom]:
    """The store of `folder`, opened."""
    async with StoreRoom(folder / "sixring.db", load_rules(None), clock) as room:
        yield room


async def add_leads(room: StoreRoom, count: int = 1, cadence: str = "email-only", **fields: Any) -> list[int]:
    """Leads whose first mail is due at once."""

    def add(store: Store) -> list[int]:
        new = [
            NewLead(**{"name": f"Lead {n}", "email": f"lead{n}@example.org"} | fields) for n in range(count)
        ]
        return [store.leads.add(one, cadence=cadence) for one in new]

    return await room.run(add)


def outbox(folder: Path) -> list[dict[str, Any]]:
    """Every row of the outbox, read past the store, in the order of staging."""
    with closing(sqlite3.connect(folder / "sixring.db")) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute("select * from outbox order by id")]


def states(folder: Path) -> list[str]:
    """The state of every mail, in the order of staging."""
    return [row["state"] for row in outbox(folder)]


def kinds(folder: Path) -> list[str]:
    """The kinds of all events about mails."""
    with closing(sqlite3.connect(folder / "sixring.db")) as database:
        return [
            row[0] for row in database.execute("select kind from event where kind like 'mail.%' order by seq")
        ]


async def rounds(mail_room: MailRoom, clock: HandClock, count: int) -> None:
    """So many rounds, far enough apart for the rate; a fault is left to the room."""
    for _ in range(count):
        await mail_room._guarded_round()
        clock.advance(SECOND)
