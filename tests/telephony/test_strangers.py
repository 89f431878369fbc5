"""Only configured servers may ring: everybody else is dropped before the stack can spend a socket on them."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from support.incoming import where
from support.ports import free_port
from support.sip_message import respond, sdp
from support.sip_peer import HOST, Leg, SipPeer, media_address, ring
from support.sip_ringer import Ring, Ringer
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.engine.sieve import sift
from telephony.protocol import Ended, Incoming, Levels, Quality, Trouble

STRANGER = "127.0.0.2"
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux's socket filters")


@pytest.fixture
async def stranger() -> AsyncIterator[Ringer]:
    made = await Ringer.start(STRANGER)
    yield made
    made.close()


# -------------------------------------------------------------- the filter


@linux
@pytest.mark.parametrize(
    ("payload", "passes"),
    [
        (b"INVITE sip:x@y SIP/2.0\r\n", False),
        (b"invite sip:x@y SIP/2.0\r\n", False),
        (b"iNvItE sip:x@y SIP/2.0\r\n", False),
        (b"\r\nINVITE sip:x@y SIP/2.0\r\n", False),
        (b"\r\n\r\n\r\nINVITE sip:x@y SIP/2.0\r\n", False),
        (b" INVITE sip:x@y SIP/2.0\r\n", False),
        (b"\tINVITE sip:x@y SIP/2.0\r\n", False),
        (b"\x00INVITE sip:x@y SIP/2.0\r\n", False),
        (b"INVIT", False),
        (b"", True),
        (b"\r\n", True),
        (b"\r\n\r\n", True),
        (b"INV", True),
        (b"INFO sip:x@y SIP/2.0\r\n", True),
        (b"BYE sip:x@y SIP/2.0\r\n", True),
        (b"ACK sip:x@y SIP/2.0\r\n", True),
        (b"OPTIONS sip:x@y SIP/2.0\r\n", True),
        (b"SIP/2.0 200 OK\r\n", True),
        (b"UPDATE sip:x@y SIP/2.0\r\n", True),
    ],
)
@pytest.mark.parametrize("source", [STRANGER, "127.0.0.9", HOST])
def test_the_filter_drops_strangers_invites_and_nothing_else(
    payload: bytes, passes: bool, source: str
) -> None:
    known = [IPv4Network("127.0.0.1/32"), IPv4Network("127.0.0.8/31")]
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as theirs,
    ):
        ours.bind((HOST, 0))
        ours.settimeout(20)
        assert sift(ours.getsockname()[1], known)
        theirs.bind((source, 0))
        theirs.sendto(payload, ours.getsockname())
        theirs.sendto(b"last", ours.getsockname())
        came = [ours.recv(100)]
        while came[-1] != b"last":
            came.append(ours.recv(100))
    assert came[:-1] == ([payload] if passes or source != STRANGER else [])


@linux
def test_a_later_filter_takes_the_place_of_an_older_one() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as theirs,
    ):
        ours.bind((HOST, 0))
        ours.settimeout(20)
        theirs.bind((STRANGER, 0))
        sift(ours.getsockname()[1], [])
        sift(ours.getsockname()[1], [IPv4Network(f"{STRANGER}/32")])
        theirs.sendto(b"INVITE sip:x", ours.getsockname())
        assert ours.recv(100) == b"INVITE sip:x"


@linux
def test_a_program_for_hundreds_of_networks_is_taken() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.bind((HOST, 0))
        assert sift(ours.getsockname()[1], [IPv4Network((10 << 24) + 2 * each) for each in range(500)])


@linux
@pytest.mark.parametrize("count", [1_100, 16_384, 20_000])
def test_a_program_that_the_kernel_will_not_have_leaves_the_socket_open(count: int) -> None:
    """Too many steps, and too many to count: the phone starts, and hears everybody."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as theirs,
    ):
        ours.bind((HOST, 0))
        ours.settimeout(20)
        theirs.bind((STRANGER, 0))
        port = ours.getsockname()[1]
        assert sift(port, [])
        assert not sift(port, [IPv4Network((10 << 24) + 2 * each) for each in range(count)])
        theirs.sendto(b"INVITE sip:x", ours.getsockname())
        assert ours.recv(100) == b"INVITE sip:x"


@linux
def test_neighbours_are_one_network() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.bind((HOST, 0))
        assert sift(ours.getsockname()[1], [IPv4Network((10 << 24) + each) for each in range(20_000)])


# ---------------------------------------------------------------- the desk


async def rings_nowhere(line: Telephone, stranger: Ringer, ann: Ringer) -> None:
    """A stranger's call is not told, while one of our server's, placed later, is."""
    call = stranger.ring(where(line))
    mine = ann.ring(where(line))
    await mine.reply(180)
    await line.heard.wait(Incoming)
    (told,) = line.heard.of(Incoming)
    assert told.sip_call_id == mine.call_id
    assert not call.count(180)


async def test_a_stranger_does_not_ring(line: Telephone, stranger: Ringer, ann: Ringer) -> None:
    await rings_nowhere(line, stranger, ann)


@linux
async def test_a_stranger_hears_nothing_at_all(line: Telephone, stranger: Ringer, ann: Ringer) -> None:
    await rings_nowhere(line, stranger, ann)
    assert not stranger.came


@pytest.mark.parametrize("allowed", [STRANGER, f"{STRANGER}:5080", "127.0.0.0/30"])
async def test_who_is_named_in_ring_from_may_ring(
    peer: SipPeer, log: Path, stranger: Ringer, allowed: str
) -> None:
    async with telephone(log, Account(server=peer.address, ring_from=(allowed,))) as line:
        await stranger.ring(where(line)).reply(180)
        assert (await line.heard.wait(Incoming)).number == "+14155550123"


async def test_a_host_that_is_not_found_is_named(peer: SipPeer, log: Path) -> None:
    async with telephone(log, Account(server=peer.address, ring_from=("no-such-host.invalid",))) as line:
        assert "no-such-host.invalid" in line.heard.of(Trouble)[0].text


async def test_what_a_server_asserts_counts_and_what_a_guest_asserts_does_not(
    peer: SipPeer, log: Path, stranger: Ringer, ann: Ringer
) -> None:
    asserted = ("P-Asserted-Identity: <sip:+14155550999@carrier.example>",)
    async with telephone(log, Account(server=peer.address, ring_from=(STRANGER,))) as line:
        ann.ring(where(line), headers=asserted)
        assert (await line.heard.wait(Incoming)).number == "+14155550999"
        line.phone.hang_up(line.heard.of(Incoming)[0].call)
        await line.heard.wait(Ended)
        stranger.ring(where(line), headers=asserted)
        assert (await line.heard.wait(Incoming, count=2)).number == "+14155550123"


FLOOD_S, RATE = 3.0, 400


@linux
async def test_a_flood_of_invites_costs_neither_the_call_nor_the_process(
    line: Telephone, peer: SipPeer, stranger: Ringer, ann: Ringer
) -> None:
    process = line.phone.pid
    call = line.dial("+14155550100")
    await line.answered(call)
    leg = await peer.leg()
    before, begun = leg.rtp.packets, time.monotonic()
    sent = 0
    while time.monotonic() - begun < FLOOD_S:
        for _ in range(RATE // 50):
            stranger.ring(where(line))
            sent += 1
        await asyncio.sleep(0.02)
    heard = leg.rtp.packets - before
    mine = ann.ring(where(line))
    await mine.reply(180)
    line.phone.hang_up(call)
    ended = await line.ended(call)
    assert sent >= FLOOD_S * RATE / 4
    assert line.phone.pid == process
    assert [one.sip_call_id for one in line.heard.of(Incoming)] == [mine.call_id]
    assert (ended.result, ended.ended_by) == ("answered", "rep")
    assert heard >= FLOOD_S * 50 * 0.6  # all of them on a machine that has the time
    assert not stranger.came
    assert {type(event) for event in line.heard.events} & {Trouble, Levels} == set()
    assert line.heard.of(Quality, call)


# -------------------------------------------- the other side of our own calls


async def answers_from_elsewhere(leg: Leg, elsewhere: Ringer) -> None:
    leg.answered = time.monotonic() * 1000
    leg.rtp.speak(media_address(leg.invite))
    leg.send(
        respond(
            leg.invite, 200, "OK", tag=leg.tag, body=sdp(HOST, leg.rtp.port),
            contact=f"sip:peer@{elsewhere.address}",
        )
    )  # fmt: skip


def offer_from(leg: Leg, elsewhere: Ringer, direction: str) -> bytes:
    body = sdp(HOST, leg.rtp.port, direction)
    head = (
        f"INVITE {leg.invite.contact} SIP/2.0",
        f"Via: SIP/2.0/UDP {elsewhere.address};branch=z9hG4bK{time.monotonic_ns()}",
        "Max-Forwards: 70",
        f"From: {leg.invite.get('To')};tag={leg.tag}",
        f"To: {leg.invite.get('From')}",
        f"Call-ID: {leg.invite.call_id}",
        "CSeq: 7 INVITE",
        f"Contact: <sip:peer@{elsewhere.address}>",
        "Content-Type: application/sdp",
        f"Content-Length: {len(body)}",
    )
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


async def test_the_other_side_of_a_call_may_offer_from_its_own_address(
    line: Telephone, peer: SipPeer, stranger: Ringer
) -> None:
    """A proxy that leaves the dialog (no Record-Route): all later requests come from the peer itself."""
    peer.plan = [(0, ring)]
    call = line.dial("+14155550100")
    await line.ringing(call)
    leg = await peer.leg()
    await answers_from_elsewhere(leg, stranger)
    await line.answered(call)
    async with asyncio.timeout(20):
        while not any(message.method == "ACK" for message in stranger.came):
            await asyncio.sleep(0.01)
    stranger.send(offer_from(leg, stranger, "sendonly"), where(line))
    async with asyncio.timeout(20):
        while not any(message.first.startswith("SIP/2.0 200") for message in stranger.came):
            await asyncio.sleep(0.01)
    rang = stranger.ring(where(line))  # known, and yet nobody who may ring
    await rang.reply(480)
    assert not line.heard.of(Incoming)
    line.phone.hang_up(call)
    await line.ended(call)


@linux
async def test_after_the_call_the_address_is_a_strangers_again(
    line: Telephone, peer: SipPeer, stranger: Ringer, ann: Ringer
) -> None:
    peer.plan = [(0, ring)]
    call = line.dial("+14155550100")
    await line.ringing(call)
    await answers_from_elsewhere(await peer.leg(), stranger)
    await line.answered(call)
    line.phone.hang_up(call)
    await line.ended(call)
    stranger.came.clear()
    gone = stranger.ring(where(line))
    await ann.ring(where(line)).reply(180)
    assert not gone.replies


@linux
async def test_over_tcp_a_stranger_does_not_even_get_a_connection(log: Path) -> None:
    with socket.create_server((HOST, 0)) as probe:
        if not sift(probe.getsockname()[1], ()):
            pytest.skip("this kernel lets only root put a program before a TCP listener")
    server, port = await SipPeer.start(tcp=True), free_port()
    account = Account(server=server.address, transport="tcp", local_port=port)
    async with telephone(log, account):
        with socket.socket() as stranger:
            stranger.bind((STRANGER, 0))
            stranger.settimeout(0.5)
            with pytest.raises(TimeoutError):
                stranger.connect((HOST, port))
        with socket.socket() as ours:
            ours.settimeout(20)
            ours.connect((HOST, port))
    await server.close()


@pytest.mark.parametrize(
    "method",
    ["OPTIONS", "SUBSCRIBE", "MESSAGE", "REFER", "NOTIFY", "REGISTER", "BYE", "CANCEL", "UPDATE", "X"],
)
async def test_a_flood_of_other_requests_is_borne_too(
    line: Telephone, stranger: Ringer, ann: Ringer, method: str
) -> None:
    process = line.phone.pid
    for _ in range(30):
        for _ in range(10):
            stranger.send(Ring(stranger, where(line)).message(method, 1), where(line))
        await asyncio.sleep(0.01)
    await ann.ring(where(line)).reply(180)
    await line.heard.wait(Incoming)
    assert line.phone.pid == process
    assert len(line.heard.of(Incoming)) == 1
    assert not line.heard.of(Trouble)
