"""Transfers on the practice floor: the carrier obeys, and reports what a number does."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from support.incoming import where
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.carrier import CarrierCall, PracticeCarrier
from telephony.protocol import Answer, Dial, Ended, Held, Hold, Incoming, Transfer, Transferred

LEAD, COLLEAGUE = "+14155550108", "+14155550178"


async def talking(line: Telephone) -> str:
    call = line.dial(LEAD)
    await line.answered(call)
    return call


async def spoken_with(carrier: PracticeCarrier, number: str) -> CarrierCall:
    """The call of that number in which two of the carrier's people spoke for half a second."""
    async with asyncio.timeout(20):
        while True:
            for call in carrier.calls():
                if call.number == number and call.talk_ms >= 500 and call.packets >= 15:
                    return call
            await asyncio.sleep(0.02)


async def test_a_call_given_away_is_placed_by_the_carrier_and_goes_on_without_us(
    practice: Telephone, carrier: PracticeCarrier
) -> None:
    call = await talking(practice)
    practice.phone.send(Transfer(call, target=COLLEAGUE))
    told = await practice.heard.wait(Transferred, call)
    assert (told.done, told.code) == (True, 200)
    assert (await practice.ended(call)).reason == f"Transferred to {COLLEAGUE}."
    colleague = await spoken_with(carrier, COLLEAGUE)
    assert "carrier@" in colleague.shown  # by the lead, not by us
    assert colleague.contact == ""  # who rings back the phone that rang, rings no carrier


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        ("+14155550172", 486, "Busy"),
        ("+14155550175", 404, "The number does not exist"),
        ("+14155550176", 603, "The one they were given to declined"),
    ],
)
async def test_a_number_that_refuses_leaves_the_lead_with_the_rep(
    practice: Telephone, number: str, code: int, words: str
) -> None:
    call = await talking(practice)
    practice.phone.send(Transfer(call, target=number))
    told = await practice.heard.wait(Transferred, call)
    assert (told.done, told.code) == (False, code)
    assert told.reason.startswith(words)
    assert practice.heard.of(Ended) == []
    practice.phone.hang_up(call)
    assert (await practice.ended(call)).reason == "The rep hung up."


async def test_two_lines_are_joined_and_both_are_left(practice: Telephone, carrier: PracticeCarrier) -> None:
    call = await talking(practice)
    practice.phone.send(Hold(call, True))
    await practice.heard.wait(Held, call)
    practice.phone.dial(Dial("second", COLLEAGUE, beside=call))
    await practice.answered("second")
    practice.phone.send(Transfer(call, to="second"))
    told = await practice.heard.wait(Transferred, call)
    assert (told.done, told.code) == (True, 200)
    assert (await practice.ended(call)).reason == f"Transferred to {COLLEAGUE}."
    assert (await practice.ended("second")).reason == "Joined with the other line."
    await spoken_with(carrier, COLLEAGUE)
    assert (await spoken_with(carrier, LEAD)).outgoing  # the one the lead placed, when asked to


async def test_a_carrier_that_wants_a_login_obeys_too(tmp_path: Path, log: Path) -> None:
    carrier = PracticeCarrier(tmp_path / "carrier.log", pace=0.05, login="robin", password="c0rrect")
    await carrier.start()
    account = Account(server=str(carrier.addresses[0]), user="robin", password="c0rrect")
    async with telephone(log, account) as line:
        call = await talking(line)
        line.phone.send(Transfer(call, target=COLLEAGUE))
        assert (await line.heard.wait(Transferred, call)).done
        await line.ended(call)
    await carrier.close()


@pytest.mark.parametrize("after_a_word", [False, True])
async def test_a_call_that_came_in_is_given_away_as_well(
    practice: Telephone, carrier: PracticeCarrier, after_a_word: bool
) -> None:
    seen_by = await carrier.call_in(where(practice), "+14155550123", talk_s=400)
    call = (await practice.heard.wait(Incoming)).call
    practice.phone.send(Answer(call))
    await practice.answered(call)
    order = Transfer(call, target=COLLEAGUE)
    if after_a_word:
        practice.phone.send(Hold(call, True))
        await practice.heard.wait(Held, call)
        practice.phone.dial(Dial("second", COLLEAGUE, beside=call))
        await practice.answered("second")
        order = Transfer(call, to="second")
    practice.phone.send(order)
    told = await practice.heard.wait(Transferred, call)
    assert (told.done, told.code) == (True, 200)
    ended = await practice.ended(call)
    assert (ended.result, ended.ended_by) == ("answered", "rep")
    assert ended.reason == f"Transferred to {COLLEAGUE}."
    assert (await carrier.call(seen_by)).code == 200
    await spoken_with(carrier, COLLEAGUE)
