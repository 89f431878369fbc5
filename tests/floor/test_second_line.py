"""A word with somebody else, and giving a call away: over real SIP, into a real store."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from support.practice import BOOK, Seat, seated

from cadence.model import Result
from cadence.model import ShiftState as S
from floor.view import Choice, DeskView
from store.events import TRANSFERS, was_given
from store.records import Attempt
from store.store import Store

STAYS, DECLINES, HANGS_UP = "208", "206", "207"
COLLEAGUES = (Choice("1", "Support", STAYS), Choice("2", "Kim Park", DECLINES))


def attempts(seat: Seat) -> list[Attempt]:
    with Store.open(seat.place.store, BOOK, seat.place.clock) as store:
        return store.attempts.since(0)


def transfers(seat: Seat) -> list[dict[str, object]]:
    with Store.open(seat.place.store, BOOK, seat.place.clock) as store:
        told = [one for one in store.log.after(0, 1_000) if one.kind in TRANSFERS]
    return [{**one.body, "done": was_given(one.kind, one.body)} for one in told]


async def talking(seat: Seat) -> DeskView:
    await seat.state(S.PREVIEW)
    seat.station.press("dial")
    view = await seat.state(S.TALKING)
    await asyncio.sleep(1.1)
    return view


async def asking(seat: Seat, whom: str = STAYS) -> DeskView:
    """The lead is on hold, the colleague has answered."""
    await talking(seat)
    seat.station.transfer(whom)
    return await seat.until(
        lambda view: bool(view.second and view.second.answered_mono and view.call and view.call.held)
    )


async def wrapped_up(seat: Seat, code: str = "interested") -> Attempt:
    """The lead's attempt, once it is recorded; nothing is left on the desk."""
    view = await seat.state(S.WRAP_UP)
    assert (view.second, view.on_second) == (None, False)
    seat.station.dispose(code)
    await seat.until(lambda view: view.state in (S.READY, S.PREVIEW))
    lead = attempts(seat)[0]
    assert lead.disposition
    assert all(one.ended_at is not None for one in attempts(seat))
    return lead


async def test_a_call_is_given_away_at_once(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", colleagues=COLLEAGUES) as seat:
        await talking(seat)
        assert [one.label for one in seat.station.colleagues()] == ["Support", "Kim Park"]
        seat.station.transfer(STAYS, blind=True)
        assert seat.station.view.call is not None
        assert seat.station.view.call.passing_to == "Support (208)"
        view = await seat.state(S.WRAP_UP)
        assert view.call is not None
        assert (view.message, view.call.result_text) == ("Given to Support (208).",) * 2
        lead = await wrapped_up(seat)
        assert (lead.result, lead.transferred_to) == (Result.ANSWERED, STAYS)
        (kept,) = transfers(seat)
        assert (kept["done"], kept["attended"]) == (True, False)


async def test_a_transfer_that_is_declined_leaves_the_call_as_it_was(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", colleagues=COLLEAGUES) as seat:
        await talking(seat)
        seat.station.transfer(DECLINES, blind=True)
        view = await seat.until(lambda view: "was not taken by Kim Park (206)" in view.message)
        assert view.state is S.TALKING
        assert view.call is not None
        assert (view.call.passing_to, view.call.held) == ("", False)
        seat.station.press("hang_up")
        lead = await wrapped_up(seat)
        assert lead.transferred_to == ""
        (kept,) = transfers(seat)
        assert kept["done"] is False
        assert kept["reason"]


async def test_a_word_with_a_colleague_and_then_the_two_speak_without_us(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", colleagues=COLLEAGUES) as seat:
        view = await asking(seat)
        assert (view.on_second, view.state) == (True, S.TALKING)
        seat.station.press("line")
        await seat.until(lambda view: bool(view.second and view.second.held and not view.call.held))  # type: ignore[union-attr]
        seat.station.press("line")
        await seat.until(lambda view: bool(view.second and not view.second.held and view.call.held))  # type: ignore[union-attr]
        seat.station.press("transfer")
        assert seat.station.view.message == "The call is being given to Support (208)."
        lead = await wrapped_up(seat)
        assert lead.transferred_to == STAYS
        consult = attempts(seat)[1]
        assert (consult.lead_id, consult.result, consult.e164) == (None, Result.ANSWERED, STAYS)
        assert consult.talk_ms > 0


async def test_the_lead_is_taken_back_when_the_second_line_ends(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", colleagues=COLLEAGUES) as seat:
        await asking(seat)
        seat.station.press("hang_up")
        view = await seat.until(lambda view: view.second is None and not view.call.held)  # type: ignore[union-attr]
        assert view.state is S.TALKING
        seat.station.transfer(DECLINES)
        await seat.until(lambda view: view.second is not None)
        view = await seat.until(lambda view: view.second is None and not view.call.held)  # type: ignore[union-attr]
        assert "The second line has ended" in view.message
        seat.station.dispose("interested")
        await seat.until(lambda view: view.state in (S.READY, S.PREVIEW))
        lead, *consults = attempts(seat)
        assert lead.disposition == "interested"
        assert [one.result for one in consults] == [Result.ANSWERED, Result.DECLINED]


async def test_a_lead_who_hangs_up_meanwhile_is_wrapped_up_when_the_second_line_ends(tmp_path: Path) -> None:
    async with seated(tmp_path, "1", colleagues=COLLEAGUES, pace=0.15) as seat:  # hangs up after 4 s
        await asking(seat)
        view = await seat.until(lambda view: bool(view.call and view.call.ended_mono))
        assert (view.state, view.on_second) == (S.TALKING, True)
        seat.station.press("transfer")
        assert "nobody is left" in seat.station.view.message
        seat.station.press("hang_up")
        lead = await wrapped_up(seat)
        assert lead.result is Result.ANSWERED


async def test_one_key_ends_both_lines_and_records(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", "2", colleagues=COLLEAGUES) as seat:
        await asking(seat)
        seat.station.dispose("won")
        await seat.until(lambda view: view.state in (S.READY, S.PREVIEW))
        lead, consult = attempts(seat)
        assert lead.disposition == "won"
        assert consult.result is Result.ANSWERED
        for one in (lead, consult):
            assert abs((await seat.carrier.call(one.sip_call_id)).talk_ms - one.talk_ms) < 500


async def test_a_second_line_to_a_number_that_may_not_be_called_stays_undialed(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        with Store.open(seat.place.store, BOOK, seat.place.clock) as store:
            store.dnc.add("+14155550199", "sam", "asked on the phone", "phone")
        await talking(seat)
        seat.station.transfer("+1 415 555 0199")
        view = await seat.until(lambda view: view.refusal is not None)
        assert view.call is not None
        assert (view.second, view.call.held) == (None, False)
        seat.station.press("hang_up")
        await wrapped_up(seat)


async def test_a_call_is_not_given_at_once_to_a_number_that_may_not_be_called(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        with Store.open(seat.place.store, BOOK, seat.place.clock) as store:
            store.dnc.add("+14155550199", "sam", "asked on the phone", "phone")
        await talking(seat)
        seat.station.transfer("+1 415 555 0199", blind=True)
        view = await seat.until(lambda view: view.refusal is not None)
        assert view.call is not None
        assert (view.state, view.call.passing_to) == (S.TALKING, "")
        assert view.message.startswith("The call may not be given to +14155550199: ")
        seat.station.transfer("nobody", blind=True)
        view = await seat.until(lambda view: "is no telephone number" in view.message)
        assert (view.state, view.call and view.call.passing_to) == (S.TALKING, "")
        seat.station.press("hang_up")
        lead = await wrapped_up(seat)
        assert lead.transferred_to == ""
        (kept,) = transfers(seat)
        assert (kept["done"], kept["target"]) == (False, "+14155550199")
        assert "do-not-call" in str(kept["reason"]).lower()


async def test_a_call_is_given_at_once_to_an_extension_that_was_typed(tmp_path: Path) -> None:
    async with seated(tmp_path, "8") as seat:
        await talking(seat)
        seat.station.transfer(STAYS, blind=True)
        await seat.state(S.WRAP_UP)
        assert (await wrapped_up(seat)).transferred_to == STAYS


@pytest.mark.parametrize("passing", [False, True])
async def test_a_phone_that_dies_with_two_lines_closes_both_with_the_times_known(
    tmp_path: Path, passing: bool
) -> None:
    async with seated(tmp_path, "8", colleagues=COLLEAGUES) as seat:
        await asking(seat)
        if passing:
            os.kill(seat.station.phone_pid or 0, signal.SIGSTOP)  # it must not get so far
            seat.station.press("transfer")
        os.kill(seat.station.phone_pid or 0, signal.SIGKILL)
        lead = await wrapped_up(seat)
        assert lead.result is Result.INTERRUPTED
        assert lead.talk_ms >= 1_000
        assert attempts(seat)[1].result is Result.INTERRUPTED
        assert [one["done"] for one in transfers(seat)] == [False] * passing
        await seat.until(lambda view: view.phone_ok)


async def test_leaving_with_two_lines_ends_both(tmp_path: Path) -> None:
    async with seated(tmp_path, "8", colleagues=COLLEAGUES) as seat:
        await asking(seat)
        await seat.station.leave()
        assert [one.result for one in attempts(seat)] == [Result.ANSWERED] * 2
