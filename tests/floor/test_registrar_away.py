"""The registrar goes away for ten minutes: no lead is burnt, the desk says why it waits, and then goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.engine_named import NAME
from support.practice import BOOK, lead_for
from support.sip_peer import SipPeer, answer, final, hang_up, ring
from support.waiting import until

from cadence.model import Result, ShiftState
from config.clock import MINUTE, SystemClock
from config.home import Home
from config.settings import Settings
from floor.phone_words import phone_state
from floor.station import Rep, Station
from floor.store_room import StoreRoom
from floor.workplace import Workplace
from store.store import Store
from telephony import client
from telephony import protocol as phone
from telephony.account import Account

HURRY = 100  # the desk's ten minutes are six seconds of ours; the lease of ten minutes is renewed in between


class HurriedClock(SystemClock):
    """The wall clock of a desk for which time flies; durations stay what they are."""

    def __init__(self) -> None:
        self._begun = SystemClock().now()

    def now(self) -> int:
        return self._begun + (SystemClock().now() - self._begun) * HURRY


@pytest.fixture
async def registrar() -> AsyncIterator[SipPeer]:
    made = await SipPeer.start([(0, final(486, "Busy Here"))])
    yield made
    await made.close()


async def test_ten_minutes_without_a_registrar_burn_no_lead(registrar: SipPeer, tmp_path: Path) -> None:
    clock, home = HurriedClock(), Home(tmp_path).make()
    account = Account(server=registrar.address, register=True, qualify_ms=300, patience_ms=500)
    place = Workplace(home, Settings(), BOOK, clock, home.database, account)
    with Store.open(place.store, BOOK, clock) as store:
        lead = store.leads.add(lead_for("1"))
    async with StoreRoom(place.store, BOOK, clock) as room:
        station = Station(room, place.make_phone, BOOK, clock, Rep("anna", "Anna"))
        await station.start()
        try:
            await until(station, lambda view: view.phone_ok and view.state is ShiftState.PREVIEW)
            await registrar.wait_for("OPTIONS", 2)
            registrar.deaf = True
            gone = clock.now()
            await until(station, lambda view: not view.phone_ok)
            told = clock.monotonic()
            assert station.view.phone_words(told).endswith(" s: no answer")
            assert station.view.phone_words(told + 4_000) == "retrying now: no answer"
            station.press("dial")
            assert station.view.message == "The phone cannot dial now: no answer. The lead stays with you."
            while clock.now() - gone < 10 * MINUTE:
                await asyncio.sleep(0.1)
                station.press("dial")
                assert station.view.state is ShiftState.PREVIEW
            with Store.open(place.store, BOOK, clock) as store:
                assert store.attempts.since(0) == []
                assert store.leads.plan(lead).calls_done == 0
            assert station.view.card is not None
            assert station.view.card.lead.id == lead
            assert not registrar.got("INVITE")
            registrar.deaf = False
            await until(station, lambda view: view.phone_ok, within_s=6)
            assert (station.view.phone_line, station.view.message) == ("registered", "")
            station.press("dial")
            await until(station, lambda view: view.tally.attempts == 1 and view.card is None)
            with Store.open(place.store, BOOK, clock) as store:
                (attempt,) = store.attempts.since(0)
                assert (attempt.lead_id, attempt.result) == (lead, Result.BUSY)
        finally:
            await station.leave()


async def test_a_desk_opens_where_the_server_is_not_found_yet_says_why_and_finds_it_later(
    registrar: SipPeer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "LOOK_AGAIN_S", 1.0)
    clock, home = SystemClock(), Home(tmp_path).make()
    account = Account(server=f"{NAME}:{registrar.address.partition(':')[2]}", register=True)
    place = Workplace(home, Settings(), BOOK, clock, home.database, account)
    with Store.open(place.store, BOOK, clock) as store:
        store.leads.add(lead_for("1"))
    async with StoreRoom(place.store, BOOK, clock) as room:
        station = Station(room, place.make_phone, BOOK, clock, Rep("anna", "Anna"))
        await station.start()
        try:
            why = f"no IPv4 address of {NAME} is found"
            shown = f"retrying in 1 s: {why}"
            await until(station, lambda view: view.phone_words(clock.monotonic()).startswith(shown))
            await until(station, lambda view: view.state is ShiftState.PREVIEW)
            assert not station.view.phone_ok
            assert station.view.phone_line.startswith(why)
            station.press("dial")
            assert station.view.message.startswith(f"The phone cannot dial now: {why}")
            assert station.view.state is ShiftState.PREVIEW
            monkeypatch.setattr(client, "ENGINE", "tests.support.engine_named")  # the name server is back
            await until(station, lambda view: view.phone_ok)
            assert (station.view.phone_line, station.view.message) == ("registered", "")
        finally:
            await station.leave()


@pytest.mark.parametrize("register_code", [403, 503, None])
async def test_help_is_called_by_hand_while_the_registrar_refuses_or_is_silent(
    registrar: SipPeer, tmp_path: Path, register_code: int | None
) -> None:
    registrar.registrar = register_code
    registrar.plan = [(0, ring), (0.05, answer), (0.1, hang_up)]
    clock, home = SystemClock(), Home(tmp_path).make()
    account = Account(server=registrar.address, register=True, patience_ms=300)
    place = Workplace(home, Settings(), BOOK, clock, home.database, account)
    async with StoreRoom(place.store, BOOK, clock) as room:
        station = Station(room, place.make_phone, BOOK, clock, Rep("anna", "Anna"))
        await station.start()
        try:
            why = "refused: 403" if register_code == 403 else f"{register_code or 'no answer'}"
            await until(station, lambda view: view.phone_line.startswith(why))
            station.dial_number("911")
            assert station.view.message.startswith("911 is tried all the same")
            await until(station, lambda view: view.tally.attempts == 1 and view.state is ShiftState.READY)
            assert not station.view.phone_ok
        finally:
            await station.leave()
    (invite,) = registrar.got("INVITE")
    assert invite.user == "911"
    with Store.open(place.store, BOOK, clock) as store:
        (attempt,) = store.attempts.since(0)
        assert (attempt.e164, attempt.result) == ("911", Result.ANSWERED)


@pytest.mark.parametrize(
    ("event", "ok", "words"),
    [
        (phone.Ready(at=0, mono=0, pid=1), False, "registering"),
        (phone.Registration(at=0, mono=0, registered=True, code=200), True, "registered"),
        (
            phone.Registration(at=0, mono=0, registered=False, code=403, reason="Forbidden"),
            False,
            "refused: 403 Forbidden; check user and password",
        ),
        (
            phone.Registration(at=0, mono=0, registered=False, code=503, reason="Busy", retry_in_ms=2_000),
            False,
            "retrying in 2 s: 503 Busy",
        ),
        (
            phone.Registration(at=0, mono=0, registered=False, reason="a\x1b[2Jb", retry_in_ms=4_000),
            False,
            "retrying in 4 s: a",
        ),
        (
            phone.Registration(
                at=0,
                mono=0,
                registered=False,
                reason="SSL certificate verification error (PJSIP_TLS_ECERTVERIF)",
                retry_in_ms=4_000,
            ),
            False,
            "retrying in 4 s: the carrier's certificate is not trusted",
        ),
        (phone.Invited(at=0, mono=0, call="x"), None, ""),
    ],
)
def test_the_registration_is_shown_as_it_is(event: phone.AnyEvent, ok: bool | None, words: str) -> None:
    state = phone_state(event, "")
    assert (state.ok if state else None) is ok
    assert state is None or state.words.startswith(words)
    assert state is None or "\x1b" not in state.words


def test_a_trunk_is_called_by_its_name_and_says_when_it_is_away() -> None:
    away = phone.Reachable(at=0, mono=0, answers=False, reason="no answer", retry_in_ms=4_000)
    back = phone.Reachable(at=0, mono=0, answers=True)
    for event, ok, words in [
        (phone.Ready(at=0, mono=0, pid=1), True, "trunk sip.example"),
        (away, False, "retrying in 4 s: no answer"),
        (back, True, "trunk sip.example"),
    ]:
        state = phone_state(event, "trunk sip.example")
        assert state is not None
        assert (state.ok, state.words) == (ok, words)
