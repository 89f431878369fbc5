"""TCP and TLS: the same calls, and no word to a server that cannot prove its name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.certificates import server_context
from support.engine_named import NAME
from support.sip_peer import PERSON, SipPeer, hang_up
from support.telephone import telephone

from telephony.account import Account


@pytest.fixture
async def guarded_peer(tmp_path: Path) -> AsyncIterator[SipPeer]:
    """A called side on TLS with a certificate for 127.0.0.1, left in the test's folder."""
    made = await SipPeer.start(PERSON, tls=server_context(tmp_path, "127.0.0.1"))
    yield made
    await made.close()


async def test_calls_go_over_tcp(log: Path) -> None:
    peer = await SipPeer.start(PERSON, tcp=True)
    async with telephone(log, Account(server=peer.address, transport="tcp")) as line:
        call = line.dial("+14155550100")
        await line.answered(call)
        line.phone.hang_up(call)
        ended = await line.ended(call)
        await (await peer.leg()).done()
    await peer.close()
    assert ended.result == "answered"


async def test_calls_go_over_tls_to_a_server_that_proves_its_name(
    guarded_peer: SipPeer, tmp_path: Path, log: Path
) -> None:
    account = Account(server=guarded_peer.address, transport="tls", ca_file=str(tmp_path / "server.pem"))
    async with telephone(log, account) as line:
        call = line.dial("+14155550100")
        await line.answered(call)
        line.phone.hang_up(call)
        ended = await line.ended(call)
        await (await guarded_peer.leg()).done()
    assert ended.result == "answered"


async def test_a_server_with_a_strangers_certificate_hears_nothing(guarded_peer: SipPeer, log: Path) -> None:
    async with telephone(log, Account(server=guarded_peer.address, transport="tls")) as line:
        ended = await line.call("+14155550100")
    assert (ended.result, ended.sip_code) == ("failed", 0)
    assert "certificate" in ended.reason
    assert not guarded_peer.requests


@pytest.mark.parametrize(("proves", "result"), [(NAME, "answered"), ("127.0.0.1", "failed")])
async def test_a_server_proves_its_name_without_the_stack_asking_what_that_stands_for(
    tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch, proves: str, result: str
) -> None:
    monkeypatch.setattr("telephony.client.ENGINE", "tests.support.engine_named")
    greeted: list[str | None] = []
    context = server_context(tmp_path, proves)
    context.sni_callback = lambda _socket, name, _context: greeted.append(name)
    peer = await SipPeer.start([*PERSON, (0.3, hang_up)], tls=context)
    server = f"{NAME}:{peer.address.rpartition(':')[2]}"
    account = Account(server=server, transport="tls", ca_file=str(tmp_path / "server.pem"))
    async with telephone(log, account) as line:
        ended = await line.call("+14155550100")
    await peer.close()
    assert ended.result == result, ended
    assert set(greeted) == {NAME}
    assert ("certificate" in ended.reason) is (not peer.requests)


async def test_a_closed_tcp_port_fails_at_once_and_in_words(log: Path) -> None:
    peer = await SipPeer.start(tcp=True)
    await peer.close()
    async with telephone(log, Account(server=peer.address, transport="tcp")) as line:
        ended = await line.call("+14155550100")
    assert (ended.result, ended.ended_by, ended.sip_code) == ("failed", "network", 0)
    assert "could not be reached" in ended.reason
