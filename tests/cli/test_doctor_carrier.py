"""`sixring doctor` on the way to the carrier: each step that can be wrong, said in words with its mend."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest
from support.certificates import server_context
from support.sip_message import Message, respond, sdp
from support.sip_peer import HOST, SipPeer
from support.stun_server import stun_server

from cli.checks import carrier
from cli.checks.finding import Finding, Health
from cli.checks.incoming import incoming
from config.clock import HandClock, from_iso
from config.home import Home
from config.settings import Settings, Sip
from telephony import probe
from telephony.account import Account

OPUS_ONLY = (
    "v=0\r\nm=audio 9 RTP/AVP 96 101\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\n"
)
NOON = "Date: Sat, 21 Nov 2026 12:00:00 GMT"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).make()


async def examined(home: Home, sip: Sip, clock: HandClock | None = None) -> dict[str, Finding]:
    """What the doctor finds, by step; off the loop that the peers live in."""
    found = await asyncio.to_thread(lambda: list(carrier.carrier(home, Settings(sip=sip), clock)))
    return {finding.check: finding for finding in found}


async def port_of(account: Account) -> Finding:
    return (await asyncio.to_thread(carrier.port, account))[1]


def says(*headers: str, body: str = "") -> Callable[[Message], bytes]:
    """A peer's own answer to OPTIONS."""
    return lambda message: respond(message, 200, "OK", tag="d", headers=headers, body=body)


async def test_a_carrier_that_is_well_is_well_in_every_step(peer: SipPeer, home: Home) -> None:
    peer.options = says(NOON, body=sdp(HOST, 9))
    clock = HandClock(from_iso("2026-11-21T12:00:05Z"))
    found = await examined(home, Sip(server=peer.address, user="anna"), clock)
    assert {name: one.health for name, one in found.items()} == dict.fromkeys(
        ["carrier", "carrier_port", "codecs", "carrier_clock", "registration", "incoming"], Health.OK
    )
    assert "answers OPTIONS" in found["carrier_port"].found
    assert found["codecs"].found == "we offer PCMU, PCMA, G722; the server takes PCMU"
    assert "5 s apart" in found["carrier_clock"].found


async def test_a_name_without_an_address_fails_before_any_packet(home: Home) -> None:
    found = await examined(home, Sip(server="no-such-host.invalid", user="1001"))
    assert list(found) == ["carrier"]
    assert found["carrier"].health is Health.FAILS
    assert "no-such-host.invalid" in found["carrier"].found


async def test_an_address_of_the_other_kind_is_told_as_that(home: Home) -> None:
    found = await examined(home, Sip(server="[::1]:5060", user="1001"))
    assert list(found) == ["carrier"]
    assert found["carrier"].found == "::1 has only an IPv6 address, which is not supported"


async def test_the_proxy_is_what_is_asked_where_there_is_one(peer: SipPeer, home: Home) -> None:
    found = await examined(home, Sip(server="carrier.invalid", proxy=peer.address, register=False))
    assert found["carrier_port"].health is Health.OK
    assert peer.got("OPTIONS")[0].uri == "sip:carrier.invalid"


@pytest.mark.parametrize(("password", "health"), [("right", Health.OK), ("wrong", Health.FAILS)])
async def test_a_password_is_tried_and_never_shown(
    home: Home, monkeypatch: pytest.MonkeyPatch, password: str, health: Health
) -> None:
    strict = await SipPeer.start(login="anna", password="right", challenge=401)
    monkeypatch.setenv("SIXRING_SIP_PASSWORD", password)
    found = (await examined(home, Sip(server=strict.address, user="anna")))["registration"]
    await strict.close()
    assert found.health is health
    assert password not in found.found
    assert ("sip_password" in found.mend) is (health is Health.FAILS)


async def test_a_trunk_is_asked_and_not_registered(peer: SipPeer, home: Home) -> None:
    found = await examined(home, Sip(server=peer.address, register=False))
    assert found["carrier_port"].health is Health.OK
    assert found["registration"].health is Health.SKIPPED
    assert not peer.got("REGISTER")


async def test_a_port_where_nobody_listens_is_told_at_once() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    found = await port_of(Account(server=f"{HOST}:{port}"))
    assert found.health is Health.FAILS
    assert "refused" in found.found
    assert "port" in found.mend


async def test_a_server_that_is_on_tcp_only_is_found_out() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf, socket.socket() as listening:
        deaf.bind((HOST, 0))
        port = deaf.getsockname()[1]
        listening.bind((HOST, port))
        listening.listen()
        found = await port_of(Account(server=f"{HOST}:{port}"))
    assert found.health is Health.FAILS
    assert 'transport = "tcp"' in found.mend


async def test_a_silent_registrar_is_told_in_words(peer: SipPeer, home: Home) -> None:
    peer.deaf = True
    found = await examined(home, Sip(server=peer.address, user="anna"))
    assert found["carrier_port"].health is Health.WARNS
    assert found["registration"].health is Health.FAILS
    assert "no answer" in found["registration"].found


async def test_a_certificate_is_a_strangers_or_ours_or_not_looked_at(home: Home, tmp_path: Path) -> None:
    peer = await SipPeer.start(tls=server_context(tmp_path, HOST))
    sip = Sip(server=peer.address, transport="tls", register=False)
    strange = await examined(home, sip)
    assert strange["carrier_port"].health is Health.FAILS
    assert "ca_file" in strange["carrier_port"].mend
    known = await examined(home, msgspec.structs.replace(sip, ca_file=str(tmp_path / "server.pem")))
    assert known["carrier_port"].health is Health.OK
    assert known["certificate"].health is Health.WARNS  # it ends tomorrow
    blind = await examined(home, msgspec.structs.replace(sip, verify_server=False))
    assert blind["certificate"].mend == "set verify_server = true"
    await peer.close()


async def test_a_certificate_for_another_name_says_which_field_to_change(tmp_path: Path) -> None:
    peer = await SipPeer.start(tls=server_context(tmp_path, "sip.example.com"))
    found = await port_of(Account(server=peer.address, transport="tls", ca_file=str(tmp_path / "server.pem")))
    await peer.close()
    assert found.health is Health.FAILS
    assert "set server in [sip]" in found.mend


@pytest.mark.parametrize(
    ("text", "why"), [(None, "no such file or directory"), ("not PEM", "it holds no certificate")]
)
async def test_certificates_to_trust_that_cannot_be_read_are_no_fault_of_the_server(
    tmp_path: Path, text: str | None, why: str
) -> None:
    ours = tmp_path / "ours.pem"
    if text is not None:
        ours.write_text(text)
    found = await port_of(Account(server=f"{HOST}:9", transport="tls", ca_file=str(ours)))
    assert found.found == f"the certificates to trust cannot be read: {ours}: {why}"
    assert "ca_file" in found.mend


async def test_a_port_without_tls_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "options", partial(probe.options, patience_s=0.2))
    with socket.socket() as listening:  # takes the connection, and waits for a word of SIP
        listening.bind((HOST, 0))
        listening.listen()
        port = listening.getsockname()[1]
        found = await port_of(Account(server=f"{HOST}:{port}", transport="tls"))
    assert found.health is Health.FAILS
    assert found.found == f"{HOST}:{port} over TLS takes the connection and does not answer TLS"
    assert "5061" in found.mend


async def test_a_proxy_where_nobody_listens_is_named_as_the_proxy() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((HOST, 0))
        port = taken.getsockname()[1]
    found = await port_of(Account(server="sip.example.com", proxy=f"{HOST}:{port}"))
    assert found.mend == "check proxy and transport in [sip]"


@pytest.mark.parametrize(("realm", "named"), [("*", False), ("other", True)])
async def test_a_refused_login_names_the_realm_where_one_is_set(
    home: Home, monkeypatch: pytest.MonkeyPatch, realm: str, named: bool
) -> None:
    strict = await SipPeer.start(login="anna", password="right", challenge=401)
    monkeypatch.setenv("SIXRING_SIP_PASSWORD", "wrong")
    found = (await examined(home, Sip(server=strict.address, user="anna", realm=realm)))["registration"]
    await strict.close()
    assert found.health is Health.FAILS
    assert ("realm 'other' has to be the one it asks with" in found.mend) is named


async def test_no_codec_in_common_and_a_clock_far_off_are_told(peer: SipPeer, home: Home) -> None:
    peer.options = says(NOON, body=OPUS_ONLY)
    clock = HandClock(from_iso("2026-11-21T13:00:00Z"))
    found = await examined(home, Sip(server=peer.address, register=False), clock)
    assert found["codecs"].health is Health.FAILS
    assert "opus" in found["codecs"].found
    assert found["carrier_clock"].health is Health.WARNS


async def test_a_port_of_another_trade_is_told(peer: SipPeer, home: Home) -> None:
    peer.options = lambda _: b"SSH-2.0-OpenSSH_9.2\r\n\r\n"
    found = await examined(home, Sip(server=peer.address, register=False))
    assert found["carrier_port"].health is Health.FAILS
    assert "no SIP" in found["carrier_port"].found


async def test_stun_servers_are_asked_too(peer: SipPeer, home: Home) -> None:
    async with stun_server() as server:
        sip = Sip(server=peer.address, register=False, stun_servers=(server.address,))
        assert (await examined(home, sip))["stun"].found.endswith("sees us as 198.51.100.7:40404")
    gone = (await examined(home, sip))["stun"]
    assert gone.health is Health.WARNS
    assert "Errno" not in gone.found


async def test_who_may_ring_is_told_by_address(peer: SipPeer, home: Home) -> None:
    sip = Sip(server=peer.address, user="anna", ring_from=("203.0.113.0/24", "198.51.100.7"))
    found = (await examined(home, sip))["incoming"]
    assert found.health is Health.OK
    assert found.found.startswith("calls from 127.0.0.1, 198.51.100.7, 203.0.113.0/24 ring here; strangers'")


async def test_a_host_that_may_ring_and_is_nowhere_is_named(peer: SipPeer, home: Home) -> None:
    account = Account(server=peer.address, register=True, ring_from=("no-such-host.invalid",))
    first, second = list(incoming(account))
    assert (first.health, second.health) == (Health.WARNS, Health.OK)
    assert "no-such-host.invalid" in first.found


async def test_a_trunk_that_knows_no_port_of_ours_cannot_ring(peer: SipPeer, home: Home) -> None:
    found = (await examined(home, Sip(server=peer.address, register=False)))["incoming"]
    assert (found.health, "local_port" in found.mend) == (Health.WARNS, True)
    found = (await examined(home, Sip(server=peer.address, register=False, local_port=5071)))["incoming"]
    assert found.health is Health.OK
