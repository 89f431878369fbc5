"""The phone against peers it was not written with: Kamailio, SIPp, baresip. Run by .ci/run."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support.baresip import baresip, needs_baresip
from support.kamailio import kamailio, modules
from support.ports import HOST, free_port, listens
from support.sip_peer import SipPeer, answer, final, ring
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.protocol import Registration

pytestmark = pytest.mark.interop
SECRET = "c0rrect"
needs_kamailio = pytest.mark.skipif(modules() is None, reason="kamailio is not installed")


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@asynccontextmanager
async def running(*words: str, **more: object) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL, **more,  # type: ignore[arg-type]
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def through_kamailio(folder: Path, peer: SipPeer, log: Path) -> AsyncIterator[Telephone]:
    async with (
        kamailio(folder, peer.address, SECRET) as proxy,
        telephone(log, Account(server=proxy, user="robin", password=SECRET)) as line,
    ):
        yield line


@needs_kamailio
async def test_kamailio_registers_us_and_passes_our_calls(peer: SipPeer, tmp_path: Path, log: Path) -> None:
    async with kamailio(tmp_path, peer.address, SECRET) as proxy:
        account = Account(server=proxy, user="robin", password=SECRET, register=True)
        async with telephone(log, account) as line:
            assert (await line.heard.wait(Registration)).registered
            call = line.dial("+14155550100")
            await line.answered(call)
            line.phone.hang_up(call)
            ended = await line.ended(call)
            await (await peer.leg()).done()
            peer.plan = [(0, ring), (0.1, final(603, "Decline", "Reason: Q.850;cause=21"))]
            declined = await line.call("+14155550101")
    assert (ended.result, ended.ended_by) == ("answered", "rep")
    assert (declined.result, declined.q850) == ("declined", 21)


@needs_kamailio
async def test_kamailio_refuses_a_wrong_password(peer: SipPeer, tmp_path: Path, log: Path) -> None:
    async with kamailio(tmp_path, peer.address, SECRET) as proxy:
        account = Account(server=proxy, user="robin", password="wrong", register=True)
        async with telephone(log, account) as line:
            assert not (await line.heard.wait(Registration)).registered
            ended = await line.call("+14155550100")
    assert (ended.result, ended.sip_code) == ("failed", 407)
    assert not peer.legs


@needs_kamailio
async def test_an_orphans_bye_finds_its_way_through_kamailio(
    peer: SipPeer, tmp_path: Path, log: Path
) -> None:
    peer.plan = [(0, ring), (0.1, answer)]
    async with through_kamailio(tmp_path, peer, log) as line:
        call = line.dial("+14155550100")
        await line.answered(call)
        assert line.phone.pid is not None
        os.kill(line.phone.pid, signal.SIGKILL)
        await line.ended(call)
        leg = await peer.leg()
        await leg.done()
    assert leg.byes == 1
    assert len(peer.got("BYE")[0].all("Via")) == 2  # it came through the proxy


@needs_kamailio
async def test_an_orphans_cancel_finds_its_way_through_kamailio(
    peer: SipPeer, tmp_path: Path, log: Path
) -> None:
    peer.plan = [(0, ring)]
    async with through_kamailio(tmp_path, peer, log) as line:
        call = line.dial("+14155550100")
        await line.ringing(call)
        assert line.phone.pid is not None
        os.kill(line.phone.pid, signal.SIGKILL)
        await line.ended(call)
        await (await peer.leg()).done()
    assert (await peer.leg()).cancelled


@needs("sipp")
async def test_sipp_is_called_fifty_times(tmp_path: Path, log: Path) -> None:
    port = free_port()
    async with running(
        "sipp", "-sn", "uas", "-i", HOST, "-p", str(port), "-mi", HOST, "-nostdin", cwd=tmp_path
    ) as process:
        await listens(port, process)
        async with telephone(log, Account(server=f"{HOST}:{port}")) as line:
            for number in range(50):
                call = line.dial(f"+1415555{number:04d}")
                await line.answered(call)
                line.phone.hang_up(call)
                ended = await line.ended(call)
                assert (ended.result, ended.ended_by) == ("answered", "rep")


@needs_baresip
async def test_baresip_answers_and_is_heard(tmp_path: Path, log: Path) -> None:
    port = free_port()
    account = Account(server=f"{HOST}:{port}", silence_ms=4_000)
    async with baresip(tmp_path / "baresip", port, "lead"), telephone(log, account) as line:
        call = line.dial("lead")
        await line.answered(call)
        await line.hears(call, 250)  # 5 s of them: longer than silence may last
        line.phone.hang_up(call)
        ended = await line.ended(call)
    assert (ended.result, ended.ended_by) == ("answered", "rep")
    assert ended.talk_ms >= 4_000
