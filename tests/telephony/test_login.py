"""Challenges, registration, and what must never be seen of a password."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.sip_peer import SipPeer, final
from support.telephone import telephone

from telephony.account import Account
from telephony.protocol import Registration

SECRET = "corr3ct-horse"


@pytest.fixture(params=[401, 407])
async def asking(request: pytest.FixtureRequest) -> AsyncIterator[SipPeer]:
    """A called side that wants to know who calls."""
    made = await SipPeer.start(
        [(0, final(486, "Busy Here"))], login="robin", password=SECRET, challenge=request.param
    )
    yield made
    await made.close()


async def test_a_challenge_is_answered(asking: SipPeer, log: Path) -> None:
    account = Account(server=asking.address, user="robin", password=SECRET)
    async with telephone(log, account) as line:
        ended = await line.call("+14155550100")
    assert ended.result == "busy"
    assert len({message.call_id for message in asking.got("INVITE")}) == 1


async def test_a_login_may_differ_from_the_user(asking: SipPeer, log: Path) -> None:
    account = Account(server=asking.address, user="4155550000", login="robin", password=SECRET, realm="peer")
    async with telephone(log, account) as line:
        assert (await line.call("+14155550100")).result == "busy"


@pytest.mark.parametrize("password", ["wrong", ""])
async def test_a_refused_login_says_so_and_blames_no_lead(asking: SipPeer, log: Path, password: str) -> None:
    account = Account(server=asking.address, user="robin", password=password)
    async with telephone(log, account) as line:
        ended = await line.call("+14155550100")
    assert (ended.result, ended.sip_code, ended.talk_ms) == ("failed", asking.challenge, 0)
    assert "check sip.login and the password" in ended.reason


async def test_an_account_registers_calls_and_unregisters(asking: SipPeer, log: Path) -> None:
    account = Account(server=asking.address, user="robin", password=SECRET, register=True)
    async with telephone(log, account) as line:
        told = await line.heard.wait(Registration)
        assert (told.registered, told.code) == (True, 200)
        assert (await line.call("+14155550100")).result == "busy"
    assert asking.got("REGISTER")[-1].get("Expires") == "0"


async def test_a_refused_registration_tells_why(asking: SipPeer, log: Path) -> None:
    account = Account(server=asking.address, user="robin", password="wrong", register=True)
    async with telephone(log, account) as line:
        told = await line.heard.wait(Registration)
    assert (told.registered, told.code, told.retry_in_ms) == (False, asking.challenge, 0)


async def test_a_registrar_in_trouble_is_asked_again(log: Path) -> None:
    peer = await SipPeer.start()
    peer.registrar = 503
    async with telephone(log, Account(server=peer.address, register=True)) as line:
        told = await line.heard.wait(Registration)
        assert (told.registered, told.code) == (False, 503)
        assert told.retry_in_ms == 2_000
        peer.registrar = 200
        assert (await line.heard.wait(Registration, count=2)).registered
    await peer.close()


async def test_a_password_is_seen_nowhere(asking: SipPeer, log: Path) -> None:
    account = Account(server=asking.address, user="robin", password=SECRET, register=True)
    async with telephone(log, account) as line:
        await line.heard.wait(Registration)
        await line.call("+14155550100")
        process = Path(f"/proc/{line.phone.pid}")
        public = [process / "cmdline", process / "environ"] if process.exists() else []
        seen = b"".join(file.read_bytes() for file in [*public, log])
        said = repr(line.heard.events) + repr(account) + str(account)
    assert SECRET.encode() not in seen
    assert b"response=" not in seen
    assert SECRET not in said
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
