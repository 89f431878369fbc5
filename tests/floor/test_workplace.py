"""The desk as a whole: opened after the first paint, closed in order, or not opened at all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from cadence.model import ShiftState
from config.errors import SixringError, UsageError
from config.home import Home
from config.settings import Settings, Sip
from floor.practice import practice_floor
from floor.station import Rep
from floor.view import DeskPort
from floor.workplace import Begin, real_workplace, rep_of, work
from store.store import Store


async def test_the_screen_is_shown_before_anything_is_opened(tmp_path: Path) -> None:
    seen: list[ShiftState] = []

    async def screen(port: DeskPort, begin: Begin) -> int:
        seen.append(port.view.state)
        await begin()
        while port.view.state is not ShiftState.PREVIEW:
            await asyncio.sleep(0.01)
        await port.leave()
        return 0

    async with practice_floor(Home(tmp_path), 3, only_open=True) as floor:
        assert await work(floor.place, Rep("anna", "Anna"), screen) == 0
        with Store.open(floor.place.store, floor.place.book, floor.place.clock) as store:
            assert store.shifts.live() == []
            assert store.queue.counts().held == 0
    assert seen == [ShiftState.NOT_READY]


async def test_a_desk_that_cannot_be_opened_says_why_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async def screen(_: DeskPort, begin: Begin) -> int:
        await begin()
        return 0

    async with practice_floor(Home(tmp_path), 1) as floor:
        broken = replace(floor.place, store=tmp_path)  # a folder is no database
        with pytest.raises(SixringError):
            await work(broken, Rep("anna", "Anna"), screen)


def test_a_home_without_a_carrier_says_which_field_to_set(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\[sip\]"):
        real_workplace(Home(tmp_path), Settings())


def test_a_practice_home_is_not_opened_as_a_real_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="practice"):
        real_workplace(Home(tmp_path), Settings(sip=Sip(server="practice")))


def test_nobody_at_the_desk_is_an_error_with_its_mend() -> None:
    with pytest.raises(UsageError, match="--rep"):
        rep_of(Settings())
