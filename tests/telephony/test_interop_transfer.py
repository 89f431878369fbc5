"""Transfers among telephones we did not write: two baresips behind Kamailio, with sound. Run by .ci/run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from support.baresip import SPEECH, baresip, heard_by, keeps_what_it_hears, needs_baresip
from support.kamailio import modules, routing_kamailio
from support.ports import HOST, free_port
from support.sound import share
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.carrier import script
from telephony.protocol import Dial, Ended, Held, Hold, Transfer, Transferred

pytestmark = [
    pytest.mark.interop,
    needs_baresip,
    pytest.mark.skipif(modules() is None, reason="kamailio is not installed"),
]
LEADS_WORDS = Path(script.__file__).parent / "sounds" / "greeting.wav"


@pytest.fixture
async def line(tmp_path: Path, log: Path) -> AsyncIterator[Telephone]:
    """Our phone at a proxy where "lead" and "colleague" are baresips that keep what they hear."""
    ports = {"lead": free_port(), "colleague": free_port()}
    async with AsyncExitStack() as stack:
        for user, port in ports.items():
            folder = tmp_path / user
            words = LEADS_WORDS if user == "lead" else SPEECH
            at = baresip(folder, port, user, more=keeps_what_it_hears(folder), speech=words)
            await stack.enter_async_context(at)
        telephones = {user: f"{HOST}:{port}" for user, port in ports.items()}
        proxy = await stack.enter_async_context(routing_kamailio(tmp_path, telephones))
        yield await stack.enter_async_context(telephone(log, Account(server=proxy)))


async def talking(line: Telephone) -> str:
    call = line.dial("lead")
    await line.answered(call)
    return call


async def hears(folder: Path, voice: Path) -> None:
    """Wait until a baresip hears `voice`."""
    async with asyncio.timeout(20):
        while share(heard_by(folder)[-24_000:], voice) < 0.1:
            await asyncio.sleep(0.2)


async def test_baresip_obeys_and_speaks_with_the_colleague_without_us(
    line: Telephone, tmp_path: Path
) -> None:
    call = await talking(line)
    line.phone.send(Transfer(call, target="colleague"))
    told = await line.heard.wait(Transferred, call)
    assert (told.done, told.code) == (True, 200)
    ended = await line.ended(call)
    assert (ended.result, ended.ended_by) == ("answered", "rep")
    assert ended.reason == "Transferred to colleague."
    await hears(tmp_path / "colleague", LEADS_WORDS)


async def test_baresip_that_finds_nobody_there_stays_with_the_rep(line: Telephone) -> None:
    call = await talking(line)
    line.phone.send(Transfer(call, target="nobody"))
    told = await line.heard.wait(Transferred, call)
    assert (told.done, told.code) == (False, 404)
    assert told.reason.startswith("The number does not exist")
    assert line.heard.of(Ended) == []


async def test_after_a_word_with_the_colleague_the_two_are_joined(line: Telephone, tmp_path: Path) -> None:
    call = await talking(line)
    line.phone.send(Hold(call, True))
    await line.heard.wait(Held, call)
    line.phone.dial(Dial("second", "colleague", beside=call))
    await line.answered("second")
    await asyncio.sleep(1.1)  # baresip names what it keeps of a call by the second it began
    line.phone.send(Transfer(call, to="second"))
    told = await line.heard.wait(Transferred, call)
    assert told.done, told.reason
    assert (await line.ended(call)).reason == "Transferred to colleague."
    assert (await line.ended("second")).reason == "Joined with the other line."
    await hears(tmp_path / "colleague", LEADS_WORDS)
