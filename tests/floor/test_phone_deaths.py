"""The phone process is killed while nobody speaks: the desk stays, and its rep dials on.

In a conversation: test_station.py; on two lines: test_second_line.py; with a message or a recording:
test_voicemail.py, test_recordings.py, test_announcement.py; while somebody rings: test_incoming_calls.py.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from support.practice import BOOK, Seat, seated

from cadence.model import Result, ShiftState
from store.store import Store

S = ShiftState


async def preview(seat: Seat) -> None:
    await seat.until(lambda view: view.state is S.PREVIEW and view.phone_ok)


async def ringing(seat: Seat) -> None:
    seat.station.press("dial")
    await seat.state(S.RINGING)


async def on_hold(seat: Seat) -> None:
    seat.station.press("dial")
    await seat.state(S.TALKING)
    seat.station.press("hold")
    await seat.until(lambda view: view.call is not None and view.call.held)


async def wrap_up(seat: Seat) -> None:
    seat.station.press("dial")
    await seat.state(S.TALKING)
    seat.station.press("hang_up")
    await seat.state(S.WRAP_UP)


@pytest.mark.parametrize(
    ("digit", "stage", "result"),
    [
        ("2", preview, None),
        ("3", ringing, Result.INTERRUPTED),
        ("8", on_hold, Result.INTERRUPTED),
        ("8", wrap_up, Result.ANSWERED),
    ],
)
async def test_the_rep_dials_on(
    tmp_path: Path, digit: str, stage: Callable[[Seat], Awaitable[None]], result: Result | None
) -> None:
    async with seated(tmp_path, digit, "2") as seat:
        await preview(seat)
        await stage(seat)
        os.kill(seat.station.phone_pid or 0, signal.SIGKILL)
        await seat.until(lambda view: not view.phone_ok)
        view = await seat.until(lambda view: view.phone_ok and view.state in (S.PREVIEW, S.WRAP_UP))
        if view.state is S.WRAP_UP:
            seat.station.dispose("no_answer")
        await preview(seat)
        seat.station.press("dial")
        await seat.until(lambda view: "Busy" in view.message)
        with Store.open(seat.place.store, BOOK, seat.place.clock) as store:
            *before, last = store.attempts.since(0)
            assert [one.result for one in before] == ([result] if result else [])
            assert last.result is Result.BUSY
            assert store.log.verify().clean
