"""The practice floor: sample leads, a carrier that answers real SIP on loopback, a catcher for the mail.

Everything is the real thing but the people: leads go through the importer,
calls through the phone process, mails through SMTP.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from cadence.rulebook import Rulebook, load
from config.clock import Clock, SystemClock
from config.errors import UsageError
from config.home import Home
from config.logs import log_to
from config.settings import PRACTICE, Colleague, Firm, Mail, Rep, Settings, Sip
from config.settings import load as load_settings
from floor.catcher import Catcher
from floor.practice_callers import PracticeCallers
from floor.practice_leads import practice_leads
from floor.station import Rep as Person
from floor.store_room import StoreRoom
from floor.workplace import Screen, Workplace, work
from store.imports.report import ImportOptions
from store.imports.run import run as run_import
from store.store import Store
from telephony.account import Account
from telephony.carrier import Address, PracticeCarrier

_FIRM = Firm(
    name="Northwind Practice", postal_address="1 Example Street, Springfield",
    reply_to="sam@northwind.example", website="https://northwind.example",
)  # fmt: skip
_PHONE_NAME = "practice carrier"
# New York, Chicago, San Francisco, Toronto: the first is shown where none is near. Of the 555-01xx that
# are nobody's.
PRACTICE_NUMBERS = ("+12125550100", "+13125550100", "+14155550100", "+14165550100")
# By its last digit the carrier knows what a number does: Alex answers and stays, Kim declines.
PRACTICE_COLLEAGUES = (Colleague("Alex, support", "208"), Colleague("Kim, accounts", "206"))


@dataclass(frozen=True, slots=True)
class PracticeFloor:
    """A running practice floor."""

    place: Workplace
    carrier: PracticeCarrier
    catcher: Catcher

    def place_of(self, index: int) -> Workplace:
        """The workplace of the `index`-th rep: carriers hold a few calls each, so reps are shared out."""
        addresses = self.carrier.addresses
        return replace(self.place, account=account_at(addresses[index % len(addresses)]))


def account_at(address: Address) -> Account:
    """The account of a practice carrier: no registration, no password, loopback only."""
    return Account(server=str(address), user="practice", bound_address=address.host)


def practice_settings(home: Home) -> Settings:
    """The settings of a practice home; its file, once there, may change everything but the carrier.

    Raises:
        UsageError: the home is configured for a real carrier.
    """
    settings = load_settings(home)
    if home.config_file.exists() and settings.sip.server not in ("", PRACTICE):
        raise UsageError(
            f"{home.config_file} is set up for the carrier {settings.sip.server}: practice there would mix "
            "sample leads with real ones. Name another folder with --home."
        )
    changed = {
        "firm": settings.firm if settings.firm.name else _FIRM,
        "rep": settings.rep if settings.rep.login else Rep(login="sam", name="Sam"),
        "sip": msgspec.structs.replace(settings.sip, server=PRACTICE),
    }
    return msgspec.structs.replace(settings, **changed)


@asynccontextmanager
async def practice_floor(
    home: Home,
    leads: int,
    *,
    clock: Clock | None = None,
    lines: int = 1,
    pace: float = 1.0,
    only_open: bool = False,
    callers: bool = False,
) -> AsyncIterator[PracticeFloor]:
    """Set up `home` for practice and run its carrier and catcher until the block ends.

    A home without leads gets `leads` of them. `pace` scales every wait of the
    carrier (0.1: ten times faster); `only_open`: all leads may be called now;
    `callers`: now and then somebody rings the desk.

    Raises:
        SixringError: the home is a real one, or a part will not start.
    """
    clock = clock or SystemClock()
    settings = practice_settings(home)
    home.make()
    log_to(home.logs)
    book = load(home.rules)
    await _fill(home, book, clock, leads, only_open=only_open)
    carrier = PracticeCarrier(home.logs / "carrier.log", pace=pace, lines=lines)
    people = PracticeCallers(carrier, clock)
    catcher = Catcher(home.path / "mail")
    address = await carrier.start()
    try:
        host, port = catcher.start()
        settings = msgspec.structs.replace(
            settings,
            sip=_practice_sip(settings.sip),
            mail=Mail(
                host=host, port=port, security="none", sender="sam@northwind.example",
                sender_name="Sam, Northwind Practice", per_minute=600,
            ),
        )  # fmt: skip
        place = Workplace(home, settings, book, clock, home.database, account_at(address), _PHONE_NAME)
        if callers:
            await people.start()
        yield PracticeFloor(place, carrier, catcher)
    finally:
        await people.close()
        catcher.close()
        await carrier.close()


def _practice_sip(sip: Sip) -> Sip:
    return msgspec.structs.replace(
        sip, caller_ids=sip.caller_ids or PRACTICE_NUMBERS, colleagues=sip.colleagues or PRACTICE_COLLEAGUES
    )


async def _fill(home: Home, book: Rulebook, clock: Clock, leads: int, *, only_open: bool) -> None:
    """Import sample leads into a home that has none."""
    async with StoreRoom(home.database, book, clock) as room:
        if leads and await room.run(lambda store: store.leads.count()) == 0:
            sheet = home.path / "practice-leads.csv"
            write_private(sheet, practice_leads(leads, clock.now(), book.gate, only_open=only_open))
            await room.run(lambda store: _import(store, sheet))


def _import(store: Store, sheet: Path) -> None:
    run_import(store, sheet, ImportOptions(by="practice"))


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path`, readable by its owner only, in one step."""
    part = path.with_name(path.name + ".part")
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
    part.replace(path)


async def run(home: Home, leads: int, screen: Screen, *, callers: bool = True) -> int:
    """What `sixring practice` does: a floor, one rep, one screen; the screen's exit code."""
    async with practice_floor(home, leads, callers=callers) as floor:
        rep = floor.place.settings.rep
        return await work(floor.place, Person(rep.login, rep.name), screen)
