"""Behind a NAT: what STUN tells is told on, a dead STUN server costs a moment and is named."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sip_peer import SipPeer
from support.stun_server import stun_server
from support.telephone import telephone

from telephony import stun
from telephony.account import Account
from telephony.engine import way
from telephony.engine.progress import Limits, Progress
from telephony.protocol import Trouble
from telephony.results import Cut


async def test_the_address_that_stun_sees_is_the_one_we_tell(peer: SipPeer, log: Path) -> None:
    async with stun_server() as server:
        account = Account(server=peer.address, stun_servers=(server.address,))
        async with telephone(log, account) as line:
            line.dial("+14155550100")
            invite = await peer.wait_for("INVITE")
            assert line.heard.of(Trouble) == []
    assert invite.contact.startswith("sip:sixring@198.51.100.7:40404")
    assert "c=IN IP4 198.51.100.7" in invite.body


async def test_ice_offers_candidates(peer: SipPeer, log: Path) -> None:
    async with stun_server() as server:  # on loopback the stack finds no candidate by itself
        account = Account(server=peer.address, ice=True, stun_servers=(server.address,))
        async with telephone(log, account) as line:
            line.dial("+14155550100")
            invite = await peer.wait_for("INVITE")
    assert "198.51.100.7" in invite.body.partition("a=candidate:")[2]
    assert "a=ice-ufrag:" in invite.body


async def test_a_dead_stun_server_delays_the_start_by_a_moment_and_is_named(peer: SipPeer, log: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dead:
        dead.bind(("127.0.0.1", 0))
        name = f"127.0.0.1:{dead.getsockname()[1]}"
        begun = time.monotonic()
        async with telephone(log, Account(server=peer.address, stun_servers=(name,))) as line:
            assert time.monotonic() - begun < 6
            assert name in (await line.heard.wait(Trouble)).text
            await line.answered(line.dial("+14155550100"))


async def test_of_two_stun_servers_the_living_one_is_used(peer: SipPeer, log: Path) -> None:
    async with stun_server() as server:
        found = await asyncio.to_thread(stun.alive, ["127.0.0.1:9", server.address], 0.6)
    assert found == [server.address]


async def test_a_stun_server_tells_us_our_address() -> None:
    async with stun_server("203.0.113.9", 1234) as server:
        assert await asyncio.to_thread(stun.reach, server.address) == (server.address, "203.0.113.9:1234")


def test_a_stun_server_that_does_not_answer_is_an_error() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dead:
        dead.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match="did not answer"):
            stun.reach(f"127.0.0.1:{dead.getsockname()[1]}", 0.4)


@given(st.binary(max_size=80), st.booleans())
def test_no_answer_of_a_stranger_breaks_the_reader(data: bytes, genuine: bool) -> None:
    transaction = bytes(12)
    head = b"\x01\x01" + len(data).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + transaction
    seen = stun.mapped(head + data if genuine else data, transaction)
    assert seen == "" or seen.count(":") == 1


def test_another_address_on_the_way_to_the_server_counts_when_seen_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where = way.Whereabouts(way.Binding(server="192.0.2.1", local="10.77.0.2"))
    seen = iter(["10.77.0.2", "169.254.7.7", "10.77.0.3", "10.77.0.3", "", "", "10.77.0.2", "10.77.0.2"])
    monkeypatch.setattr(way, "_address_towards", lambda _server: next(seen))
    looks = [(where.look(), where.moved) for _ in range(8)]
    assert looks[:3] == [("10.77.0.2", False)] * 3
    assert looks[3:6] == [("10.77.0.3", True), ("10.77.0.3", True), ("", False)]
    assert looks[6:] == [("", False), ("10.77.0.2", False)]


def test_an_address_that_the_operator_chose_never_moves() -> None:
    where = way.Whereabouts(way.binding_towards("192.0.2.1", bound="127.0.0.1"))
    assert not where.watched


def test_the_routing_table_tells_the_address() -> None:
    here = way.binding_towards("127.0.0.1")
    where = way.Whereabouts(here)
    assert [where.look(), where.look()] == ["127.0.0.1"] * 2
    assert not where.moved


def test_a_dial_that_never_leaves_is_given_up_like_one_that_nobody_replies_to() -> None:
    """With ICE the stack gathers its addresses first; on a loopback that takes no time at all."""
    progress = Progress("call-1", Limits(no_response_ms=5_000))
    assert progress.overdue(100_000) is None
    progress.placed = 1_000
    assert progress.overdue(5_999) is None
    assert progress.overdue(6_000) is Cut.NO_RESPONSE
    progress.invited = 5_000
    assert progress.overdue(9_999) is None


def test_a_server_without_an_address_we_can_use_is_refused_in_words() -> None:
    with pytest.raises(OSError, match=r"no IPv4 address of no-such-host\.invalid is found"):
        way.binding_towards("no-such-host.invalid")
    with pytest.raises(OSError, match="IPv6"):
        way.binding_towards("[2001:db8::1]")
