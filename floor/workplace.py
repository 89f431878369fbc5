"""Everything a desk needs, put together from a home and its settings; and one rep's work at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cadence.rulebook import Rulebook, load
from config.clock import Clock, SystemClock
from config.errors import SixringError, UsageError
from config.home import Home
from config.logs import log_to
from config.settings import PRACTICE, Settings, location
from floor.account import account_of, callers_of, colleagues_of, name_of, sound_of
from floor.agreement import check_agreement
from floor.housekeeping import Housekeeping, Shelf
from floor.mailroom import MailRoom
from floor.message import message_of, notice_from
from floor.rounds import Rounds
from floor.spill import spill_of
from floor.station import Rep, Station
from floor.store_room import StoreRoom
from floor.view import DeskPort
from floor.webhook import Webhooks
from store.terms import terms_of
from telephony import protocol as phone
from telephony.account import Account, Sound
from telephony.client import Phone

Begin = Callable[[], Awaitable[None]]
"""Opens what stands behind a desk; awaited once the screen has been painted."""

Screen = Callable[[DeskPort, Begin], Awaitable[int]]
"""Shows a desk, has it opened, and stays until its rep leaves; the exit code."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a rep works: rules, store, phone and mail of one floor."""

    home: Home
    settings: Settings
    book: Rulebook
    clock: Clock
    store: str | Path
    account: Account
    phone_name: str = ""  # what a phone without a registrar is called
    sound: Sound = Sound()  # noqa: RUF009 - frozen

    def store_room(self) -> StoreRoom:
        """A door to the store of this place, not yet opened."""
        return StoreRoom(self.store, self.book, self.clock, **terms_of(self.settings))

    def make_phone(self, on_event: Callable[[phone.AnyEvent], None]) -> Phone:
        """A phone of this place, not yet started."""
        return Phone(self.account, on_event, self.home.logs / "phone.log", sound=self.sound)


def real_workplace(home: Home, settings: Settings, *, dials: bool = True) -> Workplace:
    """The workplace that `sixring.toml` describes; `dials`: it needs a carrier.

    Raises:
        SixringError: something needed is not configured; the sentence names the field.
    """
    if dials and not settings.sip.server:
        raise UsageError(
            f"No carrier is configured: set server in the [sip] table of {home.config_file}, "
            "or run 'sixring practice' to try Sixring without one."
        )
    if settings.sip.server == PRACTICE:
        raise UsageError(f"{home.config_file} belongs to a practice floor: open it with 'sixring practice'.")
    home.make()
    log_to(home.logs)
    book = load(home.rules)
    check_agreement(settings, book)
    return Workplace(
        home, settings, book, SystemClock(), location(settings, home),
        account_of(settings, home), name_of(settings), sound_of(settings),
    )  # fmt: skip


def rep_of(settings: Settings, login: str = "") -> Rep:
    """Who sits here: `login` (--rep) or the configured one.

    Raises:
        UsageError: neither is given.
    """
    login = login or settings.rep.login
    if not login:
        raise UsageError("Nobody is named: set login in the [rep] table of sixring.toml, or pass --rep NAME.")
    return Rep(login, settings.rep.name if login == settings.rep.login else login)


@asynccontextmanager
async def desk_of(place: Workplace, rep: Rep) -> AsyncIterator[tuple[Station, Begin]]:
    """One rep's desk, and what opens it: store, phone, mail room, housekeeping; clocked out at the end.

    Nothing is opened before `begin`, so that a screen can be painted first;
    what `begin` cannot open it says as a SixringError.
    """
    settings = place.settings
    desk_store, floor_store = place.store_room(), place.store_room()
    station = Station(
        desk_store, place.make_phone, place.book, place.clock, rep,
        callers=callers_of(settings),
        ring_timeout_ms=settings.sip.ring_timeout_s * 1000, phone_name=place.phone_name,
        recordings=place.home.recordings, message=message_of(place.home, rep.login),
        spill=spill_of(place.home, rep.login),
        zone=settings.firm.zone, region=settings.firm.region, colleagues=colleagues_of(settings),
    )  # fmt: skip
    async with AsyncExitStack() as stack:

        async def begin() -> None:
            await stack.enter_async_context(desk_store)
            stack.push_async_callback(station.leave)
            await station.start()
            await _give_notice(place, station)
            await stack.enter_async_context(floor_store)
            station.hear_faults(await stack.enter_async_context(unattended(place, floor_store)))

        yield station, begin


def _notice_named(place: Workplace) -> Path | None:
    named = place.settings.recording.announcement
    return place.home.config_folder / Path(named).expanduser() if named else None


async def _give_notice(place: Workplace, station: Station) -> None:
    """Get the spoken notice of a recording ready, where the settings name one; else the rep says it."""
    source = _notice_named(place)
    if source is None:
        return
    try:
        station.take_notice(await asyncio.to_thread(notice_from, place.home, source))
    except SixringError as error:
        station.warn(f"The notice of recordings cannot be played, so tell them yourself: {error}")


@asynccontextmanager
async def unattended(place: Workplace, room: StoreRoom) -> AsyncIterator[Callable[[], str]]:
    """The mail room, the housekeeping and the hooks of a floor, running until the block ends.

    What it yields says what is wrong with them, empty while all is well.

    Raises:
        ConfigError: hooks are configured without their secret.
    """
    hooks = Webhooks(room, place.settings, place.home, place.clock)
    rounds: list[Rounds] = [_housekeeping(place, room)]
    if place.settings.floor.mail_room and place.settings.mail.host:
        rounds.append(MailRoom(room, place.settings, place.home, place.clock))
    async with AsyncExitStack() as stack:
        await hooks.start()
        stack.push_async_callback(hooks.close)
        for one in rounds:
            await one.start()
            stack.push_async_callback(one.close)
        yield lambda: next((one.fault for one in reversed(rounds) if one.fault), "")


def _housekeeping(place: Workplace, room: StoreRoom) -> Housekeeping:
    shelf = Shelf(place.home.recordings, place.settings.recording.keep_days)
    return Housekeeping(room, place.clock, place.store, shelf)


async def work(place: Workplace, rep: Rep, screen: Screen) -> int:
    """Show the desk, open it, and stay until the rep leaves; the screen's exit code.

    Raises:
        SixringError: the store, the phone or the shift cannot be opened.
    """
    async with desk_of(place, rep) as (station, begin):
        return await screen(station, begin)
