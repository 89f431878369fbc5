"""The scribe writes on, whatever becomes of what it says."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from support.bench import BOOK, NOW

from cadence.model import ShiftState
from config.clock import HandClock
from config.errors import SixringError
from floor import desk_effects as out
from floor import desk_inputs as told
from floor import scribe as scribes
from floor.clerk import Clerk
from floor.scribe import Scribe
from floor.store_room import StoreRoom
from store.store import Store


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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scribes, "_RETRY_S", 0.0)
    monkeypatch.setattr(StumblingClerk, "tries", 0)
    clock = HandClock(NOW)
    heard: list[told.Input] = []

    def no_screen(given: told.Input) -> None:
        heard.append(given)
        raise RuntimeError("no screen")

    async with StoreRoom(tmp_path / "sixring.db", BOOK, clock) as room:
        shift = await room.run(lambda store: store.shifts.clock_in("anna", "Anna", "desk-1", 1))
        scribe = Scribe(room, StumblingClerk("anna", shift.id, BOOK, clock), no_screen)
        writing = asyncio.create_task(scribe.write())
        scribe.take(out.Enter(ShiftState.READY, "", NOW))
        await asyncio.wait(
            (asyncio.create_task(scribe.done()), writing), timeout=20, return_when="FIRST_COMPLETED"
        )
        alive = not writing.done()
        writing.cancel()
    assert heard == [told.StoreState("the disk is full."), told.StoreState()]
    assert alive
    assert StumblingClerk.tries == 2
