"""SIPp, and baresip through Kamailio, ring at the desk: peers that were not written with us."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.baresip import baresip, command, needs_baresip, obeys
from support.incoming import where
from support.kamailio import delivering_kamailio, modules
from support.ports import free_port
from support.sip_peer import SipPeer
from support.sipp_caller import (
    ACK,
    BYE,
    INVITE,
    INVITE_ONCE,
    OFFER,
    RINGS,
    YES,
    heard,
    pause,
    request,
    sipp_rings,
)
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.protocol import Answer, Answered, Ended, Incoming, PassOn, Registration

pytestmark = pytest.mark.interop
needs_sipp = pytest.mark.skipif(shutil.which("sipp") is None, reason="sipp is not installed")
SECRET = "c0rrect"


@pytest.fixture
async def desk(peer: SipPeer, log: Path) -> AsyncIterator[Telephone]:
    """SIPp makes no sound: a call may be silent for long."""
    async with telephone(log, Account(server=peer.address, silence_ms=20_000)) as line:
        yield line


@pytest.fixture
async def impatient(peer: SipPeer, log: Path) -> AsyncIterator[Telephone]:
    async with telephone(log, Account(server=peer.address, silence_ms=2_000)) as line:
        yield line


async def taken(line: Telephone) -> str:
    """Answer what rings."""
    call = (await line.heard.wait(Incoming)).call
    line.phone.send(Answer(call))
    return call


@needs_sipp
async def test_sipp_is_answered_and_hangs_up(desk: Telephone, tmp_path: Path) -> None:
    async with sipp_rings(tmp_path, where(desk), INVITE, RINGS, heard(200), ACK, pause(500), BYE):
        call = await taken(desk)
        ended = await desk.ended(call)
    assert desk.heard.of(Incoming)[0].number == "+14155550123"
    assert (ended.result, ended.ended_by) == ("answered", "lead")
    assert 300 <= ended.talk_ms < 10_000


@needs_sipp
@pytest.mark.parametrize(("away", "code"), [(False, 486), (True, 480)])
async def test_sipp_is_passed_on(desk: Telephone, tmp_path: Path, away: bool, code: int) -> None:
    async with sipp_rings(
        tmp_path, where(desk), INVITE, RINGS, heard(code), request("ACK", 1, branch="INVITE1")
    ):
        call = (await desk.heard.wait(Incoming)).call
        desk.phone.send(PassOn(call, away=away))
        assert (await desk.ended(call)).sip_code == code


@needs_sipp
async def test_sipp_gives_up(desk: Telephone, tmp_path: Path) -> None:
    cancel = request("CANCEL", 1, branch="INVITE1", repeats=True) + heard(200) + heard(487)
    ack = request("ACK", 1, branch="INVITE1")
    async with sipp_rings(tmp_path, where(desk), INVITE, RINGS, pause(200), cancel, ack):
        ended = await desk.ended((await desk.heard.wait(Incoming)).call)
    assert (ended.result, ended.ended_by) == ("no_answer", "lead")


@needs_sipp
async def test_a_cancel_that_crosses_our_answer_leaves_an_answered_call(
    desk: Telephone, tmp_path: Path
) -> None:
    """The 200 is on its way when they give up (RFC 3261, 9.2): they acknowledge, and hang up."""
    cancel = request("CANCEL", 1, branch="INVITE1") + heard(200)
    async with sipp_rings(tmp_path, where(desk), INVITE, RINGS, heard(200), cancel, ACK, BYE):
        call = await taken(desk)
        ended = await desk.ended(call)
    assert (ended.result, ended.ended_by) == ("answered", "lead")
    assert len(desk.heard.of(Ended)) == 1


@needs_sipp
async def test_an_invite_said_three_times_rings_once(desk: Telephone, tmp_path: Path) -> None:
    told = (heard(180, optional=True), heard(180, optional=True), heard(200))
    again = (INVITE_ONCE, RINGS, INVITE_ONCE, INVITE_ONCE, *told, ACK, pause(300), BYE)
    async with sipp_rings(tmp_path, where(desk), *again):
        await asyncio.sleep(0.3)
        call = await taken(desk)
        await desk.ended(call)
    assert len(desk.heard.of(Incoming)) == len(desk.heard.of(Answered)) == 1


@needs_sipp
async def test_a_caller_who_acknowledges_too_late_is_hung_up(impatient: Telephone, tmp_path: Path) -> None:
    """Our BYE waits for the ACK (RFC 3261, 15); the desk does not."""
    async with sipp_rings(
        tmp_path, where(impatient), INVITE, RINGS, heard(200), pause(5_000), ACK, heard("BYE"), YES
    ):
        call = await taken(impatient)
        ended = await impatient.ended(call)
        assert (ended.result, ended.ended_by, ended.talk_ms) == ("failed", "network", 0)
    assert not impatient.heard.of(Answered)


@needs_sipp
async def test_an_offer_within_the_call_is_answered(desk: Telephone, tmp_path: Path) -> None:
    offer = request("INVITE", 2, rest=OFFER) + heard(100, optional=True) + heard(200) + request("ACK", 2)
    bye = request("BYE", 3, repeats=True) + heard(200)
    async with sipp_rings(
        tmp_path, where(desk), INVITE, RINGS, heard(200), ACK, pause(300), offer, pause(300), bye
    ):
        call = await taken(desk)
        ended = await desk.ended(call)
    assert ended.talk_ms >= 450
    assert len(desk.heard.of(Answered)) == 1


@needs_sipp
async def test_a_caller_whose_bye_was_lost_is_found_by_the_silence(
    impatient: Telephone, tmp_path: Path
) -> None:
    async with sipp_rings(tmp_path, where(impatient), INVITE, RINGS, heard(200), ACK, heard("BYE"), YES):
        call = await taken(impatient)
        ended = await impatient.ended(call)
    assert (ended.result, ended.ended_by) == ("answered", "network")
    assert 2_000 <= ended.talk_ms < 20_000


@needs_baresip
@pytest.mark.skipif(modules() is None, reason="kamailio is not installed")
async def test_kamailio_delivers_a_call_of_baresips_to_the_registered_desk(tmp_path: Path, log: Path) -> None:
    control = free_port()
    async with delivering_kamailio(tmp_path, SECRET) as proxy:
        login = f'"Joe Lead" <sip:4155550123@{proxy}>;auth_pass={SECRET};regint=0'
        account = Account(server=proxy, user="robin", password=SECRET, register=True)
        async with (
            baresip(tmp_path / "lead", free_port(), "lead", account=login, more=obeys(control)),
            telephone(log, account) as line,
        ):
            assert (await line.heard.wait(Registration)).registered
            await command(control, "dial", f"sip:robin@{proxy}")
            told = await line.heard.wait(Incoming)
            line.phone.send(Answer(told.call))
            await line.answered(told.call)
            await line.hears(told.call, 25)
            line.phone.hang_up(told.call)
            ended = await line.ended(told.call)
    assert (told.number, told.name) == ("4155550123", "Joe Lead")
    assert (ended.result, ended.ended_by) == ("answered", "rep")
    assert ended.packets >= 25
    assert len(line.heard.of(Incoming)) == 1
