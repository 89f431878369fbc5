"""Every outcome a rep can practise, over real SIP and RTP."""

from __future__ import annotations

import asyncio
import itertools
import wave
from pathlib import Path

import pytest
from support.least import least
from support.sip_caller import listen_to
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.carrier import PracticeCarrier
from telephony.carrier.script import Act, script
from telephony.carrier.tones import BEEP_MS, RATE, compose
from telephony.errors import TelephonyError
from telephony.protocol import Incoming, PassOn

TALK_ERROR_MS = 50


@pytest.mark.parametrize(
    ("number", "result", "code", "ended_by"),
    [
        ("+14155550101", "answered", 200, "lead"),
        ("+14155550102", "busy", 486, "lead"),
        ("+14155550105", "invalid", 404, "network"),
        ("+14155550106", "declined", 603, "lead"),
        ("+14155550107", "answered", 200, "lead"),
        ("+14155550109", "answered", 200, "lead"),
        ("code486", "busy", 486, "lead"),
        ("code503q34", "failed", 503, "network"),
        ("code480q19", "no_answer", 480, "network"),
        ("code608", "blocked", 608, "network"),
        ("code302", "failed", 302, "network"),
    ],
)
async def test_the_number_decides_the_outcome(
    practice: Telephone, carrier: PracticeCarrier, number: str, result: str, code: int, ended_by: str
) -> None:
    async def error() -> float:
        call = practice.dial(number)
        ended = await practice.ended(call)
        seen = await carrier.call((await practice.invited(call)).sip_call_id)
        assert (ended.result, ended.sip_code, ended.ended_by) == (result, code, ended_by)
        assert (seen.number, seen.code) == (number, code)
        return abs(ended.talk_ms - seen.talk_ms)

    assert await least(error, TALK_ERROR_MS) < TALK_ERROR_MS
    assert not carrier.troubles


@pytest.mark.parametrize("number", ["+14155550104", "+14155550108", "+14155550100"])
async def test_who_stays_is_hung_up_by_the_rep(
    practice: Telephone, carrier: PracticeCarrier, number: str
) -> None:
    async def error() -> float:
        call = practice.dial(number)
        await practice.answered(call)
        practice.phone.dtmf(call, "5*")
        await asyncio.sleep(1.2)
        practice.phone.hang_up(call)
        ended = await practice.ended(call)
        seen = await carrier.call((await practice.invited(call)).sip_call_id)
        assert (ended.result, ended.ended_by) == ("answered", "rep")
        assert seen.packets > 10
        assert seen.digits == "5*"
        return abs(ended.talk_ms - seen.talk_ms)

    assert await least(error, TALK_ERROR_MS) < TALK_ERROR_MS


async def test_nobody_answers_three(practice: Telephone) -> None:
    ended = await practice.call("+14155550103", ring_timeout_ms=300)
    assert (ended.result, ended.ended_by) == ("no_answer", "engine")


async def test_ringing_is_heard_before_nine_answers(practice: Telephone, carrier: PracticeCarrier) -> None:
    call = practice.dial("+14155550109")
    assert (await practice.ringing(call)).early_media
    heard = await listen_to(str(carrier.addresses[0]), "5550109", loud=20)
    assert heard.early > 0


@pytest.mark.parametrize("number", ["5550101", "5550104", "5550107", "5550108"])
async def test_people_and_machines_are_heard_speaking(carrier: PracticeCarrier, number: str) -> None:
    heard = await listen_to(str(carrier.addresses[0]), number, loud=5)
    assert (heard.code, heard.loud >= 5) == (200, True)


async def test_the_echo_returns_what_was_said(carrier: PracticeCarrier) -> None:
    heard = await listen_to(str(carrier.addresses[0]), "5550100", loud=20, speak=True)
    assert heard.loud >= 20


def test_the_greeting_ends_with_a_beep(tmp_path: Path) -> None:
    sounds = compose(tmp_path)
    with wave.open(str(sounds.voicemail)) as file:
        assert (file.getframerate(), file.getnchannels()) == (RATE, 1)
        samples = memoryview(file.readframes(file.getnframes())).cast("h")
    beep = samples[-RATE * (BEEP_MS - 20) // 1000 :]
    crossings = sum(1 for one, two in itertools.pairwise(beep) if one < 0 <= two)
    assert abs(crossings / (len(beep) / RATE) - 1000) < 20  # Hz
    pause = samples[-RATE * (BEEP_MS + 400) // 1000 : -RATE * (BEEP_MS + 50) // 1000]
    assert max(pause) == 0


async def test_more_lines_are_more_processes(tmp_path: Path) -> None:
    carrier = PracticeCarrier(tmp_path / "carrier.log", pace=0.05, lines=5)
    try:
        await carrier.start()
        first, second = carrier.addresses
        for address in (first, second):
            assert (await listen_to(str(address), "code404", loud=0)).code == 404
        assert len(carrier.calls()) == 2
    finally:
        await carrier.close()


@pytest.mark.parametrize("challenge", [401, 407])
async def test_it_can_ask_who_calls(tmp_path: Path, log: Path, challenge: int) -> None:
    carrier = PracticeCarrier(
        tmp_path / "carrier.log", pace=0.05, login="robin", password="s3cret", challenge=challenge
    )
    try:
        account = Account(server=str(await carrier.start()), user="robin", password="s3cret")
        async with telephone(log, account) as line:
            assert (await line.call("+14155550102")).result == "busy"
        async with telephone(log, account, password="wrong") as line:
            refused = await line.call("+14155550102")
    finally:
        await carrier.close()
    assert (refused.result, refused.sip_code) == ("failed", challenge)
    assert "refused our login" in refused.reason


def test_a_script_never_acts_before_the_one_before() -> None:
    for number in [*"0123456789", "code486q17"]:
        times = [step.at_s for step in script(number)]
        assert times == sorted(times), number


def test_a_code_is_a_final_one_with_its_cause() -> None:
    (step,) = script("code503q34")
    assert (step.act, step.code, step.q850) == (Act.REFUSE, 503, 34)
    assert script("code200") == script("0")  # not a refusal: an ordinary name that ends in 0


# ------------------------------------------------------------- it calls back


async def test_it_rings_the_phone_that_called_it(practice: Telephone, carrier: PracticeCarrier) -> None:
    """The Contact of a call is where the same phone can be rung."""
    await practice.call("+14155550102")
    (busy,) = carrier.calls()
    sip_call_id = await carrier.call_in(busy.contact, "+14155550102", "Lee", asserted="+14155550199")
    told = await practice.heard.wait(Incoming)
    assert (told.number, told.name, told.sip_call_id) == ("+14155550199", "Lee", sip_call_id)
    practice.phone.send(PassOn(told.call))
    seen = await carrier.call(sip_call_id)
    assert (seen.number, seen.code, seen.outgoing, seen.talk_ms) == ("+14155550102", 486, True, 0)
    assert not busy.outgoing


async def test_it_gives_up_in_its_own_time(practice: Telephone, carrier: PracticeCarrier) -> None:
    await practice.call("+14155550102")
    sip_call_id = await carrier.call_in(carrier.calls()[0].contact, give_up_s=4)  # at a pace of 0.05
    told = await practice.heard.wait(Incoming)
    ended = await practice.ended(told.call)
    assert (told.number, told.name) == ("", "")
    assert (ended.ended_by, ended.elsewhere) == ("lead", False)
    assert 50 <= ended.ring_ms < 10_000  # 200, and what two loaded processes take
    assert (await carrier.call(sip_call_id)).code == 487


async def test_a_call_it_cannot_place_is_an_error_in_words(carrier: PracticeCarrier) -> None:
    with pytest.raises(TelephonyError, match="could not call"):
        await carrier.call_in("sip:x@[:::", "+14155550102")
    for _ in range(4):
        await carrier.call_in("127.0.0.1:9", "+14155550102")
    with pytest.raises(TelephonyError, match="could not call"):
        await carrier.call_in("127.0.0.1:9", "+14155550102")
