"""Transfers on the practice floor: the carrier obeys, and reports what a number does."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.carrier import CarrierCall, PracticeCarrier
from telephony.protocol import Dial, Ended, Held, Hold, Transfer, Transferred

LEAD, COLLEAGUE = "+14155550108", "+14155550178"


async def talking(line: Telephone) -> str:
    call = line.dial(LEAD)
    await line.answered(call)
    return call


async def reached(carrier: PracticeCarrier, number: str, outgoing: bool = False) -> CarrierCall:
    """The answered call of that number, once it is over."""
    async with asyncio.timeout(20):
        while True:
            for call in carrier.calls():
                if call.number == number and call.outgoing is outgoing and call.answered_at:
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
    colleague = await reached(carrier, COLLEAGUE)
    assert colleague.talk_ms >= 500
    assert colleague.packets >= 15  # the lead is heard there


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
    lead = await reached(carrier, LEAD, outgoing=True)
    assert lead.talk_ms >= 500
    assert lead.packets >= 15  # the colleague is heard there


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
