"""A desk whose rep works with a phone of his own: no lead is dialed while it is not on the line."""

from __future__ import annotations

from pathlib import Path

from support.practice import seated

from cadence.model import ShiftState
from telephony.account import Sound


async def test_no_lead_is_dialed_while_the_reps_phone_only_rings(tmp_path: Path) -> None:
    async with seated(tmp_path, "1", sound=Sound(kind="desk_phone", uri="5553")) as seat:
        await seat.state(ShiftState.PREVIEW)
        view = await seat.until(lambda view: view.phone_line.startswith("your desk phone rings"))
        assert not view.phone_ok
        seat.station.press("dial")
        view = seat.station.view
    assert view.state is ShiftState.PREVIEW
    assert view.message.startswith("The phone cannot dial now: your desk phone rings: pick it up.")
    assert view.alarm
    assert [call.number for call in seat.carrier.calls()] == ["5553"]


async def test_once_it_is_on_the_line_leads_are_dialed_and_it_stays(tmp_path: Path) -> None:
    async with seated(tmp_path, "2", "2", sound=Sound(kind="desk_phone", uri="5558")) as seat:
        for number in range(1, 3):
            await seat.until(lambda view: view.phone_ok and view.state is ShiftState.PREVIEW)
            seat.station.press("dial")
            await seat.until(lambda view, n=number: view.tally.attempts == n)
            await seat.until(lambda view: view.state is not ShiftState.DIALING)
        await seat.until(lambda view: view.state is ShiftState.READY)
        rung = [call.number for call in seat.carrier.calls()]
    assert len(rung) == 2
    assert "5558" not in rung
