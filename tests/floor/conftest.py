"""A clock moved by hand, and what keeps the floor's facts by it: a store, or the room with one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from support.factories import NOON
from support.mailstore import store_room
from support.patience import patient

from cadence.rulebook import load
from config.clock import HandClock
from floor.store_room import StoreRoom
from store.store import Store


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    patient(monkeypatch)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


@pytest.fixture
def store(tmp_path: Path, clock: HandClock) -> Iterator[Store]:
    with Store.open(tmp_path / "floor.db", load(), clock) as opened:
        yield opened


@pytest.fixture
async def room(tmp_path: Path, clock: HandClock) -> AsyncIterator[StoreRoom]:
    async with store_room(tmp_path, clock) as opened:
        yield opened
