"""Servers that fall silent, go away and come back: noticed in seconds, told as it is, and recovered from."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from support.sip_peer import SipPeer, final
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.protocol import Reachable, Registration

QUICK = {"register": True, "patience_ms": 400}


async def registered(line: Telephone, again: int = 1) -> None:
    """Wait until the registrar has taken us for that many times."""
    count = 0
    while len([told for told in line.heard.of(Registration) if told.registered]) < again:
        count += 1
        await line.heard.wait(Registration, count=count)


async def test_a_silent_registrar_is_told_in_seconds_and_found_again_in_seconds(
    peer: SipPeer, log: Path
) -> None:
    peer.registrar = None
    async with telephone(log, Account(server=peer.address, **QUICK)) as line:
        told = await line.heard.wait(Registration)
        assert (told.registered, told.code, told.reason) == (False, 0, "no answer")
        assert 0 < told.retry_in_ms <= 4_000
        again = await line.heard.wait(Registration, count=2)  # it counts down, and then anew
        assert again.mono >= told.mono + told.retry_in_ms
        assert 0 < again.retry_in_ms <= 4_000
        peer.registrar = 200
        back = time.monotonic()
        await registered(line)
    assert time.monotonic() - back < 10  # 4 s at most, and a loaded machine


async def test_the_silence_of_a_registrar_that_had_taken_us_is_found_by_options(
    peer: SipPeer, log: Path
) -> None:
    async with telephone(log, Account(server=peer.address, qualify_ms=300, **QUICK)) as line:
        assert (await line.heard.wait(Registration)).registered
        await peer.wait_for("OPTIONS", 2)
        peer.deaf = True
        told = await line.heard.wait(Registration, count=2)
        assert (told.registered, told.reason) == (False, "no answer")
        peer.deaf = False
        await registered(line, 2)


async def test_a_call_goes_on_while_the_registrar_is_away(peer: SipPeer, log: Path) -> None:
    async with telephone(log, Account(server=peer.address, qualify_ms=200, **QUICK)) as line:
        await peer.wait_for("OPTIONS", 2)
        call = line.dial("+14155550100")
        await line.answered(call)
        peer.deaf = True
        await line.heard.wait(Registration, count=2)
        await (await peer.leg()).rtp.hears(25)
        peer.deaf = False
        line.phone.hang_up(call)
        ended = await line.ended(call)
    assert (ended.result, ended.ended_by) == ("answered", "rep")


async def test_a_registrar_that_restarts_on_tcp_is_found_again(log: Path) -> None:
    peer = await SipPeer.start(tcp=True)
    port = int(peer.address.rpartition(":")[2])
    account = Account(server=peer.address, transport="tcp", qualify_ms=300, **QUICK)
    async with telephone(log, account) as line:
        assert (await line.heard.wait(Registration)).registered
        await peer.close()
        told = await line.heard.wait(Registration, count=2)
        assert (told.registered, told.code, told.retry_in_ms) == (False, 0, 4_000)
        peer = await SipPeer.start(tcp=True, port=port)
        await registered(line, 2)
    await peer.close()


async def test_a_trunk_is_asked_by_options_and_its_silence_told(peer: SipPeer, log: Path) -> None:
    async with telephone(log, Account(server=peer.address, qualify_ms=300, patience_ms=400)) as line:
        await peer.wait_for("OPTIONS", 2)
        assert line.heard.of(Reachable) == []
        peer.deaf = True
        told = await line.heard.wait(Reachable)
        assert (told.answers, told.reason, told.retry_in_ms) == (False, "no answer", 4_000)
        peer.deaf = False
        count = 1
        while not (await line.heard.wait(Reachable, count=count)).answers:
            count += 1
    assert not peer.got("REGISTER")


async def test_a_busy_registrar_is_left_alone_as_long_as_it_asks(peer: SipPeer, log: Path) -> None:
    peer.registrar, peer.register_headers = 503, ("Retry-After: 17",)
    async with telephone(log, Account(server=peer.address, register=True)) as line:
        assert (await line.heard.wait(Registration)).retry_in_ms == 17_000


async def test_a_nats_door_is_kept_open(peer: SipPeer, log: Path) -> None:
    async with telephone(log, Account(server=peer.address, register=True, keep_alive_s=1)) as line:
        await line.heard.wait(Registration)
        async with asyncio.timeout(5):
            while peer.keep_alives < 2:
                await asyncio.sleep(0.1)


async def test_everything_goes_through_the_outbound_proxy(peer: SipPeer, log: Path) -> None:
    peer.plan = [(0, final(486, "Busy Here"))]
    account = Account(server="carrier.invalid", proxy=peer.address, register=True, qualify_ms=60_000)
    async with telephone(log, account) as line:
        assert (await line.heard.wait(Registration)).registered
        assert (await line.call("+14155550100")).result == "busy"
        await peer.wait_for("OPTIONS")
    assert {peer.got(method)[0].uri for method in ("REGISTER", "OPTIONS")} == {"sip:carrier.invalid"}
    assert all(f"sip:{peer.address}" in peer.got(method)[0].get("Route") for method in ("REGISTER", "INVITE"))


async def test_codecs_are_offered_in_the_order_of_the_account(peer: SipPeer, log: Path) -> None:
    async with telephone(log, Account(server=peer.address, codecs=("G722", "PCMA"))) as line:
        await line.answered(line.dial("+14155550100"))
    offered = peer.got("INVITE")[0].body.partition("m=audio ")[2].split("\r\n")[0].split()
    assert offered[2:4] == ["9", "8"]
    assert "0" not in offered[2:]
