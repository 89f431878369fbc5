"""The scribe writes on, whatever becomes of what it says, and whatever the store makes of what it writes."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.practice import BOOK, lead_for, seated
from support.silent_store import silent

from cadence.model import Result, ShiftState
from config.clock import SECOND, SystemClock
from config.errors import SixringError
from config.home import Home
from floor import desk_effects as out
from floor import desk_inputs as told
from floor import scribe as scribes
from floor.clerk import Clerk
from floor.scribe import Scribe
from floor.spill import Spill, Unwritten, spill_of
from floor.store_room import StoreRoom
from store.records import Attempt, Claim
from store.store import Store
from telephony import protocol as phone

NO_MORE_RESULTS = """create trigger no_more_results before update of result on attempt
    begin select raise(abort, 'no more results'); end"""
TALK_MS = 31 * SECOND


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scribes, "_PATIENCE_S", 0.2)
    monkeypatch.setattr(scribes, "_RETRY_S", 0.01)


@dataclass
class Desk:
    """What writes for a session whose process is gone, as far as others can see; a call is up."""

    room: StoreRoom
    home: Home
    scribe: Scribe
    attempt: Attempt
    heard: list[told.Input] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, given: told.Input) -> None:
        self.heard.append(given)
        self.news.set()

    async def until_told(self, given: told.Input) -> None:
        async with asyncio.timeout(20):
            while given not in self.heard:
                self.news.clear()
                await self.news.wait()

    @property
    def finish(self) -> out.Finish:
        ended = phone.Ended(
            at=self.attempt.opened_at + TALK_MS, mono=0, call="x", result=Result.ANSWERED, talk_ms=TALK_MS,
            ended_by="lead",
        )  # fmt: skip
        return out.Finish(self.attempt.id, ended, automatic=True)

    @property
    def spilled(self) -> list[out.Fact]:
        return [one.fact for one in Spill(spill_of(self.home, "anna")).read()]

    async def run(self, sql: str) -> None:
        await self.room.run(lambda store: store.core.engine.script(f"{sql};"))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    home, clock = Home(tmp_path).make(), SystemClock()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()

    def begin(store: Store) -> tuple[int, Attempt]:
        store.leads.add(lead_for("8"))
        shift = store.shifts.clock_in("anna", "Anna", socket.gethostname(), gone.pid)
        claim = store.queue.claim("anna", shift.id)
        assert isinstance(claim, Claim)
        attempt = store.attempts.begin(claim, "anna", shift.id)
        store.attempts.instant(attempt.id, "invited", clock.now(), "sip-1")
        store.attempts.instant(attempt.id, "answered", clock.now())
        return shift.id, attempt

    async with StoreRoom(home.database, BOOK, clock) as room:
        shift_id, attempt = await room.run(begin)
        clerk = Clerk("anna", shift_id, BOOK, clock)
        scribe = Scribe(room, clerk, lambda given: made.hear(given), Spill(spill_of(home, "anna")))
        made = Desk(room, home, scribe, attempt)
        writing = asyncio.create_task(scribe.write())
        yield made
        writing.cancel()
        await scribe.close()


WRAPPING_UP = out.Enter(ShiftState.WRAP_UP, "", 0)


async def test_facts_lie_in_a_file_while_the_store_is_away_and_go_on_disk_when_it_is_back(desk: Desk) -> None:
    with silent(desk.home.database):
        desk.scribe.take(desk.finish)
        desk.scribe.take(WRAPPING_UP)
        await desk.until_told(told.StoreState("it has not answered for 0 s"))
        async with asyncio.timeout(20):
            while desk.spilled != [desk.finish, WRAPPING_UP]:
                await asyncio.sleep(0.01)
    await desk.until_told(told.StoreState())
    await desk.scribe.done()
    assert desk.spilled == []
    done = await desk.room.run(lambda store: store.attempts.get(desk.attempt.id))
    assert (done.result, done.talk_ms) == (Result.ANSWERED, TALK_MS)


async def test_what_a_death_left_in_the_file_is_written_by_the_next_start(desk: Desk, tmp_path: Path) -> None:
    with silent(desk.home.database):
        desk.scribe.take(desk.finish)
        await desk.scribe.close()  # no more of it gets to the store
        kept = desk.spilled
    assert kept == [desk.finish]
    await desk.scribe.done()
    Spill(spill_of(desk.home, "anna")).keep([Unwritten(1, desk.finish)])  # as it lay at the death
    async with seated(tmp_path) as seat:
        view = await seat.state(ShiftState.WRAP_UP)
        assert "your call ended after 31 s. What came of it?" in view.message, "not: was cut off"
        assert not spill_of(desk.home, "anna").exists()


async def test_what_can_never_be_written_is_said_and_kept_and_the_next_is_written(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.run(NO_MORE_RESULTS)
    desk.scribe.take(desk.finish)
    desk.scribe.take(WRAPPING_UP)
    async with asyncio.timeout(20):
        await desk.scribe.done()
    (refused,) = desk.heard
    assert isinstance(refused, told.Refused)
    assert (refused.effect, refused.over, refused.fault) == (desk.finish, True, True)
    assert refused.why == (
        f"This can not be written, it is kept in {spill_of(desk.home, 'anna')}:"
        " the database refused: no more results"
    )
    assert desk.spilled == [desk.finish]
    spans = await desk.room.run(lambda store: store.shifts.spans(1))
    assert spans[-1].state is ShiftState.WRAP_UP
    async with seated(tmp_path) as seat:
        await seat.state(ShiftState.PREVIEW, ShiftState.READY)
        assert "cannot be closed" in seat.station.view.message, "which keeps nobody from working"
        assert desk.spilled == [desk.finish]
    await desk.run("drop trigger no_more_results")
    async with seated(tmp_path, rep="anna"):
        assert desk.spilled == []


async def test_what_the_rep_asked_for_is_refused_once_and_kept_in_no_file(desk: Desk) -> None:
    with silent(desk.home.database):
        note = out.Note(1, "likes tea")
        await desk.run("pragma busy_timeout = 50")
        desk.scribe.take(note)
        async with asyncio.timeout(20):
            await desk.scribe.done()
        refused = next(one for one in desk.heard if isinstance(one, told.Refused))
        assert (refused.effect, refused.over) == (note, False)
        assert desk.spilled == []


class StumblingClerk(Clerk):
    """Its first try meets a full disk."""

    __slots__ = ()
    tries = 0

    def carry_out(self, store: Store, effect: out.StoreEffect) -> told.Input | None:
        StumblingClerk.tries += 1
        if StumblingClerk.tries == 1:
            raise SixringError("the disk is full.")
        return super().carry_out(store, effect)


async def test_a_screen_that_fails_at_a_retry_costs_no_entry(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StumblingClerk, "tries", 0)
    heard: list[told.Input] = []

    def no_screen(given: told.Input) -> None:
        heard.append(given)
        raise RuntimeError("no screen")

    scribe = Scribe(desk.room, StumblingClerk("anna", 1, BOOK, SystemClock()), no_screen)
    writing = asyncio.create_task(scribe.write())
    scribe.take(WRAPPING_UP)
    await asyncio.wait(
        (asyncio.create_task(scribe.done()), writing), timeout=20, return_when="FIRST_COMPLETED"
    )
    alive = not writing.done()
    writing.cancel()
    assert heard[0] == told.StoreState("the disk is full.")
    assert alive
    assert StumblingClerk.tries == 2
