"""A store that hangs or refuses: help is called all the same, nobody else is, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.postgres import NO_BINARIES, Cluster, cluster, find_binaries
from support.practice import BOOK, Seat, seated
from support.silent_store import silent

from cadence.model import Result, ShiftState
from floor import desk_effects as out
from floor import scribe as scribes
from floor import station as stations
from floor import store_room as rooms
from floor.spill import Spill, spill_of
from store.audit import audit
from store.records import Attempt
from store.store import Store

S = ShiftState


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(NO_BINARIES)
    with cluster(binaries) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def location(request: pytest.FixtureRequest) -> str:
    """Of the store; empty: the desk's own file."""
    if request.param == "sqlite":
        return ""
    running: Cluster = request.getfixturevalue("server")
    return running.new_database()


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scribes, "_PATIENCE_S", 0.2)
    monkeypatch.setattr(scribes, "_RETRY_S", 0.05)


def attempts(seat: Seat) -> list[Attempt]:
    with Store.open(seat.place.store, BOOK, seat.place.clock) as store:
        assert store.log.verify().clean
        assert audit(store).clean
        return store.attempts.since(0)


async def ready_to_dial(seat: Seat) -> None:
    await seat.until(lambda view: view.state is S.PREVIEW and view.phone_ok)


async def call_help(seat: Seat) -> None:
    """Speak with them, and hang up."""
    seat.station.dial_number("911")
    await seat.state(S.TALKING)
    seat.station.press("hang_up")


async def test_help_is_called_while_the_store_hangs_and_written_as_it_was(
    tmp_path: Path, location: str
) -> None:
    async with seated(tmp_path, "8", store=location) as seat:
        await ready_to_dial(seat)
        with silent(seat.place.store):
            await call_help(seat)
            await seat.state(S.READY)
            await seat.until(lambda view: view.news.startswith("Not on disk yet, trying again: "))
            assert seat.station.view.state is S.READY
        await ready_to_dial(seat)
        await seat.until(lambda view: not view.news.startswith("Not on disk yet"))
        await seat.until(lambda _: not spill_of(seat.place.home, "anna").exists())
        (attempt,) = attempts(seat)
        assert (attempt.e164, attempt.result) == ("911", Result.ANSWERED)
        carried = await seat.carrier.call(attempt.sip_call_id)
        assert abs(carried.talk_ms - attempt.talk_ms) < 500
        assert attempt.opened_at <= attempt.invited_at <= attempt.answered_at <= attempt.ended_at


async def test_a_dial_that_the_store_has_not_answered_holds_no_help_back(
    tmp_path: Path, location: str
) -> None:
    async with seated(tmp_path, "8", store=location) as seat:
        await ready_to_dial(seat)
        with silent(seat.place.store):
            seat.station.press("dial")
            assert seat.station.view.state is S.DIALING
            seat.station.press("hang_up")
            assert seat.station.view.state is S.WRAP_UP
            await call_help(seat)
            await seat.state(S.WRAP_UP)
        await seat.state(S.PREVIEW, S.READY)
        given_up, help_call = sorted(attempts(seat), key=lambda one: one.e164 == "911")
        assert (given_up.result, given_up.invited_at) == (Result.FAILED, None)
        assert (help_call.e164, help_call.result) == ("911", Result.ANSWERED)


async def test_nobody_is_dialed_while_nothing_can_be_written_and_the_screen_says_so(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        await ready_to_dial(seat)
        with silent(seat.place.store):
            seat.station.pause("lunch")
            await seat.until(lambda view: view.alarm)
            assert seat.station.view.message.startswith("Not on disk yet, trying again: It has not answered")
            seat.station.dial_number("+1 212 555 0108")
            assert seat.station.view.message.startswith("No call goes out that cannot be written: ")
            assert seat.carrier.calls() == []
        await seat.until(lambda view: view.message.startswith("The store is back: "))
        seat.station.resume()
        await seat.state(S.PREVIEW)


async def test_a_rep_may_leave_while_the_store_hangs(
    tmp_path: Path, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stations, "_GOODBYE_S", 0.3)
    monkeypatch.setattr(rooms, "_CLOSING_S", 0.3)
    async with seated(tmp_path, "8", store=location) as seat:
        await ready_to_dial(seat)
        seat.station.press("dial")
        await seat.state(S.TALKING)
        with silent(seat.place.store):
            seat.station.press("hang_up")
            await seat.state(S.WRAP_UP)
            async with asyncio.timeout(60):
                await seat.station.leave()
            left = Spill(spill_of(seat.place.home, "anna")).read()
            assert [one.fact.ended.result for one in left if isinstance(one.fact, out.Finish)] == ["answered"]
