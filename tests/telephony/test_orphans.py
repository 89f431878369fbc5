"""A phone process dies: the other side is told, also where it had rung us, also where a login is asked."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.incoming import rung, spoken_with, where
from support.sip_message import Message, digest_fits, respond
from support.sip_peer import SipPeer, ring
from support.sip_ringer import Ringer
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.digest import credentials
from telephony.orphan import hang_up, way_back
from telephony.protocol import Answer, Dialog, Ended, Hold

SECRET = "c0rrect \u00e9"


def kill(line: Telephone) -> None:
    assert line.phone.pid is not None
    os.kill(line.phone.pid, signal.SIGKILL)


# --------------------------------------------------------- calls that came in


async def test_a_caller_who_was_answered_is_hung_up(line: Telephone, ann: Ringer) -> None:
    async with spoken_with(line, ann) as (ring, call):
        await asyncio.sleep(0.2)
        kill(line)
        ended = await line.ended(call)
        bye = await ring.bye()
    assert (ended.result, ended.ended_by, ended.sip_code) == ("interrupted", "engine", 200)
    assert ended.talk_ms >= 200
    assert bye.uri == f"sip:ann@{ann.address}"
    assert bye.get("To") == f"{ring.source};tag={ring.tag}"
    assert bye.get("From").partition(";tag=")[2].partition(";")[0] in ring.to
    assert bye.call_id == ring.call_id


async def test_its_bye_is_numbered_above_all_that_the_dead_process_sent(line: Telephone, ann: Ringer) -> None:
    async with spoken_with(line, ann) as (ring, call):
        line.phone.send(Hold(call, True))
        async with asyncio.timeout(20):
            while not any(message.method == "INVITE" for message in ann.came):
                await asyncio.sleep(0.01)
        offer = next(message for message in ann.came if message.method == "INVITE")
        kill(line)
        bye = await ring.bye()
    assert int(bye.get("CSeq").split()[0]) > int(offer.get("CSeq").split()[0])


async def test_a_caller_whose_ack_had_not_come_is_hung_up_too(line: Telephone, ann: Ringer) -> None:
    async with rung(line, ann, acks=False) as (ring, incoming):
        line.phone.send(Answer(incoming.call))
        await ring.reply(200)
        kill(line)
        assert (await line.ended(incoming.call)).result == "interrupted"
        await ring.bye()


async def test_a_caller_who_still_rings_does_not_ring_for_nobody(line: Telephone, ann: Ringer) -> None:
    async with rung(line, ann) as (ring, incoming):
        await ann.ping(where(line))  # all that the process tells of the ringing is told by now
        kill(line)
        ended = await line.ended(incoming.call)
        await ring.reply(480)
    assert (ended.result, ended.ended_by, ended.talk_ms) == ("interrupted", "engine", 0)
    assert len(line.heard.of(Ended)) == 1


async def test_the_next_process_is_rung_as_well(line: Telephone, ann: Ringer) -> None:
    kill(line)
    await line.ready(2)
    async with spoken_with(line, ann) as (_, call):
        line.phone.hang_up(call)
        assert (await line.ended(call)).result == "answered"


# ---------------------------------------------------------------- challenges


async def dies_in_a_call(
    opened: Callable[..., Any], log: Path, challenge: int, tcp: bool = False, password: str = SECRET
) -> SipPeer:
    peer = await SipPeer.start(login="robin", password=SECRET, challenge=challenge, tcp=tcp)
    peer.challenges = {"BYE", "CANCEL"}
    account = Account(server=peer.address, user="robin", password=SECRET, transport="tcp" if tcp else "udp")
    line = await opened(telephone(log, account))
    call = line.dial("+14155550100")
    await line.answered(call)
    kill(line)
    await line.ended(call)
    return peer


@pytest.mark.parametrize("challenge", [401, 407])
@pytest.mark.parametrize("tcp", [False, True])
async def test_a_challenged_bye_is_said_again_with_the_password(
    opened: Callable[..., Any], log: Path, challenge: int, tcp: bool
) -> None:
    peer = await dies_in_a_call(opened, log, challenge, tcp)
    leg = await peer.leg()
    await leg.done()
    first, second = peer.got("BYE")
    assert leg.byes == 1
    assert int(second.get("CSeq").split()[0]) == int(first.get("CSeq").split()[0]) + 1
    assert first.get("Via") != second.get("Via")
    await peer.close()


async def test_a_challenged_cancel_is_said_again_with_the_password(
    opened: Callable[..., Any], log: Path
) -> None:
    peer = await SipPeer.start([(0, ring)], login="robin", password=SECRET, challenge=407)
    peer.challenges = {"CANCEL"}
    account = Account(server=peer.address, user="robin", password=SECRET)
    line = await opened(telephone(log, account))
    await line.ringing(line.dial("+14155550100"))
    kill(line)
    leg = await peer.leg()
    await leg.done()
    assert leg.cancelled
    first, second = peer.got("CANCEL")
    assert (first.get("CSeq"), first.get("Via")) == (second.get("CSeq"), second.get("Via"))
    await peer.close()


async def test_a_second_challenge_is_the_end_of_it(opened: Callable[..., Any], log: Path) -> None:
    peer = await SipPeer.start(login="robin", password=SECRET, challenge=407)
    line = await opened(telephone(log, Account(server=peer.address, user="robin", password=SECRET)))
    call = line.dial("+14155550100")
    await line.answered(call)
    peer.challenges, peer.password = {"BYE"}, "changed"
    kill(line)
    await peer.wait_for("BYE", 2)
    await line.phone.close()
    assert len(peer.got("BYE")) == 2
    await peer.close()


class Asker(asyncio.DatagramProtocol):
    """Somebody at an address who asks everybody for a login."""

    @classmethod
    async def start(cls, host: str) -> Asker:
        made = cls()
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: made, local_addr=(host, 0))
        return made

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport, self.came = transport, list[Message]()
        self.address = "{}:{}".format(*transport.get_extra_info("sockname"))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        request = Message.parse(data)
        self.came.append(request)
        asks = ('WWW-Authenticate: Digest realm="peer", nonce="n"',)
        self.transport.sendto(respond(request, 401, "Who", tag="t", headers=asks), addr)


@pytest.mark.parametrize(
    ("where", "server", "realm", "proves"),
    [
        ("127.0.0.2", "127.0.0.1:5060", "*", False),
        ("127.0.0.2", "127.0.0.1:5060", "peer", True),
        ("127.0.0.2", "127.0.0.1:5060", "carrier", False),
        ("127.0.0.1", "127.0.0.1", "*", True),
        ("127.0.0.1", "localhost:5060", "*", True),
        ("127.0.0.1", "no-such-host.invalid", "*", False),
    ],
)
async def test_a_stranger_who_asks_gets_no_proof_of_the_password(
    where: str, server: str, realm: str, proves: bool
) -> None:
    """The other side of a call names itself in its Contact; a proof could be guessed at for ever."""
    asker = await Asker.start(where)
    account = Account(server=server, user="robin", password=SECRET, realm=realm)
    dialog = Dialog("c", "<sip:a@b>;tag=1", "<sip:c@d>;tag=2", 1, f"sip:lead@{asker.address}")
    assert not await hang_up(dialog, account, answered=True)
    asker.transport.close()
    heard = {bye.raw: bool(bye.get("Authorization")) for bye in asker.came}  # one said again is one
    assert list(heard.values()) == [False, True][: 1 + proves]


# ---------------------------------------------------------------- the digest

ACCOUNT = Account(server="x", user="robin", password=SECRET)


def challenged(value: str, code: int = 401) -> str:
    name = "WWW-Authenticate" if code == 401 else "Proxy-Authenticate"
    return f"SIP/2.0 {code} Who\r\n{name}: {value}\r\n\r\n"


@pytest.mark.parametrize("quality", ["", ', qop="auth"', ', qop="auth-int,auth"'])
def test_the_answer_proves_the_password(quality: str) -> None:
    line = credentials(challenged(f'Digest realm="r", nonce="n"{quality}'), "BYE", "sip:x", ACCOUNT)
    name, _, value = line.partition(": ")
    assert name == "Authorization"
    raw = SECRET.encode().decode("latin-1")
    if quality:
        assert digest_fits(value, "BYE", "robin", SECRET, "n")
        assert raw.isascii() is False
    assert 'uri="sip:x"' in value


def test_the_example_of_rfc_7616_with_sha_256() -> None:
    """Without qop, so that no nonce of ours is in it; computed by hand from 3.4.1 of the RFC."""
    import hashlib

    account = Account(server="x", user="Mufasa", password="Circle of Life", realm="http-auth@example.org")
    value = 'Digest realm="http-auth@example.org", algorithm=SHA-256, nonce="7ypf/xlj9XXw", opaque="FQhe"'
    line = credentials(challenged(value, 407), "GET", "/dir/index.html", account)

    def sha(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    secret, what = sha("Mufasa:http-auth@example.org:Circle of Life"), sha("GET:/dir/index.html")
    assert f'response="{sha(f"{secret}:7ypf/xlj9XXw:{what}")}"' in line
    assert line.startswith("Proxy-Authorization: Digest ")
    assert 'opaque="FQhe"' in line


@pytest.mark.parametrize(
    "response",
    [
        "", "SIP/2.0 200 OK\r\n\r\n", "SIP/2.0 401 Who\r\n\r\n", challenged("Basic realm=x"),
        challenged('Digest realm="r"'), challenged('Digest realm="r", nonce="n", algorithm=MD9'),
        challenged('Digest realm="r", nonce="n", qop="auth-int"'),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_not(response: str) -> None:
    assert credentials(response, "BYE", "sip:x", ACCOUNT) == ""


def test_a_password_is_given_to_its_own_realm_alone() -> None:
    account = Account(server="x", password="p", realm="mine")
    assert credentials(challenged('Digest realm="theirs", nonce="n"'), "BYE", "sip:x", account) == ""
    assert credentials(challenged('Digest realm="mine", nonce="n"'), "BYE", "sip:x", account)


@pytest.mark.parametrize(
    ("via", "way"),
    [
        ("SIP/2.0/UDP a.example:5070;branch=z", ("a.example", 5070)),
        ("SIP/2.0/UDP a.example;branch=z", ("a.example", 5060)),
        ("SIP/2.0/UDP 10.0.0.1:5070;rport=4000;received=192.0.2.7;branch=z", ("192.0.2.7", 4000)),
        ("SIP/2.0/UDP 10.0.0.1:5070;rport;branch=z", ("10.0.0.1", 5070)),
        ("nonsense", ("", 0)),
    ],
)
def test_a_refusal_goes_back_the_way_the_call_came(via: str, way: tuple[str, int]) -> None:
    assert way_back(via) == way
