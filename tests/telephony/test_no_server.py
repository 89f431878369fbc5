"""A server that is not found when the phone starts: no name server, or no network yet."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support import name_server as names
from support.engine_named import NAME
from support.sip_peer import PERSON, SipPeer
from support.telephone import Listener, Telephone

from telephony import client
from telephony.account import Account
from telephony.client import Phone
from telephony.engine import way
from telephony.errors import NoWayError, TelephonyError
from telephony.protocol import Down, Trouble

NOT_FOUND = f"no IPv4 address of {NAME} is found"


@pytest.fixture(autouse=True)
def _looked_for_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LOOK_AGAIN_S", 0.2)


@asynccontextmanager
async def phone_of(peer: SipPeer, log: Path) -> AsyncIterator[Telephone]:
    """A phone that is patient with a server it knows by its name."""
    listener = Listener()
    phone = Phone(Account(server=f"{NAME}:{peer.address.partition(':')[2]}"), listener, log)
    await phone.start(patient=True)
    try:
        yield Telephone(phone, listener)
    finally:
        await phone.close()


async def test_it_starts_all_the_same_says_why_and_looks_again_until_the_server_is_found(
    peer: SipPeer, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer.plan = PERSON
    async with phone_of(peer, log) as line:
        down = line.heard.of(Down)[0]
        assert down.reason.startswith(NOT_FOUND)
        assert down.reason.endswith("; check sip.server")
        assert down.retry_in_ms == 200
        await line.heard.wait(Down, count=3)
        assert line.heard.of(Trouble) == []  # the line says it; the desk's news are not for that
        monkeypatch.setattr(client, "ENGINE", "tests.support.engine_named")
        await line.ready()
        await line.answered(line.dial("+14155550100"))


async def test_it_is_looked_for_again_after_a_crash_as_well(
    peer: SipPeer, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ENGINE", "tests.support.engine_named")
    async with phone_of(peer, log) as line:
        await line.ready()
        monkeypatch.setattr(client, "ENGINE", "telephony.engine")
        line.phone.send(client.Quit())
        assert (await line.heard.wait(Down)).reason == ""
        assert (await line.heard.wait(Down, count=2)).reason.startswith(NOT_FOUND)


async def test_without_patience_it_does_not_start_and_says_why(log: Path) -> None:
    listener = Listener()
    phone = Phone(Account(server=NAME), listener, log)
    with pytest.raises(TelephonyError, match=rf"^The phone could not start: {NOT_FOUND} .*\.$"):
        await phone.start()
    await phone.close()
    assert listener.events == []


async def test_another_fault_at_the_start_is_told_at_once_however_patient(log: Path) -> None:
    phone = Phone(Account(server="[2001:db8::1]"), Listener(), log)
    with pytest.raises(TelephonyError, match="IPv6"):
        await phone.start(patient=True)
    await phone.close()


def test_a_name_server_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = threading.Event()

    def answer_late(*_: object) -> None:
        silent.wait(60)
        raise socket.gaierror(socket.EAI_AGAIN, "too late")

    monkeypatch.setattr(socket, "getaddrinfo", answer_late)
    monkeypatch.setattr(way, "LOOK_UP_S", 0.05)
    with pytest.raises(NoWayError, match="the name server does not answer"):
        way.binding_towards(NAME)
    silent.set()


@pytest.mark.interop
async def test_a_name_server_that_is_dead_at_the_start_is_outlived(
    peer: SipPeer, log: Path, tmp_path: Path
) -> None:
    if names.why_not():
        pytest.skip(names.why_not())
    peer.plan = PERSON
    async with names.name_server(tmp_path, "127.0.0.1") as server:
        server.silent = True
        async with phone_of(peer, log) as line:
            assert line.heard.of(Down)[0].reason.startswith(NOT_FOUND)
            assert server.asked
            server.silent = False
            await line.ready()
            await line.answered(line.dial("+14155550100"))
