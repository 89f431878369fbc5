"""Keypad tones out and in: in the sound where the other side takes them there, else by INFO."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from support.offers import offer_within
from support.sip_message import Message
from support.sip_peer import SipPeer, answer
from support.telephone import Telephone, telephone

from telephony.account import Account, DtmfWay
from telephony.protocol import Dtmf, Ended, Held, Hold, Trouble

RELAY = "Content-Type: application/dtmf-relay"


async def talking(
    opened: Callable[..., object], peer: SipPeer, log: Path, way: DtmfWay = "auto"
) -> Telephone:
    peer.plan = [(0, answer)]
    made = telephone(log, Account(server=peer.address, dtmf=way))
    line: Telephone = await opened(made)  # type: ignore[misc]
    await line.answered(line.dial("+14155550100"))
    return line


def keys(peer: SipPeer) -> str:
    """The keys that came by INFO, in order."""
    return "".join(info.body.partition("Signal=")[2].strip()[:1] for info in peer.got("INFO"))


async def test_tones_go_into_the_sound_where_they_are_taken(
    opened: Callable[..., object], peer: SipPeer, log: Path
) -> None:
    line = await talking(opened, peer, log)
    line.phone.dtmf("call-1", "1#")
    leg = await peer.leg()
    async with asyncio.timeout(20):
        while leg.rtp.digits != [1, 11]:
            await asyncio.sleep(0.02)
    assert peer.got("INFO") == []


async def test_a_side_without_telephone_events_gets_each_key_by_info_in_order(
    opened: Callable[..., object], peer: SipPeer, log: Path
) -> None:
    peer.takes_tones = False
    line = await talking(opened, peer, log)
    line.phone.dtmf("call-1", "40*#2")
    await peer.wait_for("INFO", 5)
    assert keys(peer) == "40*#2"
    assert {info.get("Content-Type") for info in peer.got("INFO")} == {"application/dtmf-relay"}
    assert (await peer.leg()).rtp.digits == []
    assert line.heard.of(Trouble) == []


async def test_the_next_key_waits_for_the_answer_to_the_one_before(
    opened: Callable[..., object], peer: SipPeer, log: Path
) -> None:
    waiting: list[Message] = []
    peer.answers["INFO"] = lambda _, info: waiting.append(info)
    line = await talking(opened, peer, log, "info")
    line.phone.dtmf("call-1", "12")
    await peer.wait_for("INFO")
    leg = await peer.leg()
    await leg.rtp.hears(10)
    assert len({info.get("CSeq") for info in peer.got("INFO")}) == 1
    leg.say(waiting[0], 200, "OK")
    async with asyncio.timeout(20):
        while len({info.get("CSeq") for info in peer.got("INFO")}) < 2:
            await asyncio.sleep(0.02)
    assert waiting[-1].body.startswith("Signal=2")


async def test_an_account_may_want_info_always(
    opened: Callable[..., object], peer: SipPeer, log: Path
) -> None:
    line = await talking(opened, peer, log, "info")
    line.phone.dtmf("call-1", "7")
    await peer.wait_for("INFO")
    assert keys(peer) == "7"
    assert (await peer.leg()).rtp.digits == []


async def test_an_account_may_forbid_info(opened: Callable[..., object], peer: SipPeer, log: Path) -> None:
    peer.takes_tones = False
    line = await talking(opened, peer, log, "rfc4733")
    line.phone.dtmf("call-1", "7")
    assert (await line.heard.wait(Trouble)).text == (
        'Tone 7 was not sent: they take none in the sound; [sip] dtmf = "auto" may do.'
    )
    assert peer.got("INFO") == []


async def test_a_side_that_takes_neither_is_told_of_once(
    opened: Callable[..., object], peer: SipPeer, log: Path
) -> None:
    peer.takes_tones = False
    peer.answers["INFO"] = lambda leg, info: leg.say(info, 415, "Unsupported Media Type")
    line = await talking(opened, peer, log)
    line.phone.dtmf("call-1", "123")
    trouble = await line.heard.wait(Trouble)
    assert trouble.text == "Tones are not taken by the other side, neither in the sound nor by INFO (415)."
    await (await peer.leg()).rtp.hears(10)
    assert keys(peer) == "1"
    assert len(line.heard.of(Trouble)) == 1


@pytest.mark.parametrize("way", ["sendonly", "inactive"])
async def test_who_holds_us_hears_no_key_and_we_are_told(
    opened: Callable[..., object], peer: SipPeer, log: Path, way: str
) -> None:
    """The stack would throw it away without a word."""
    line = await talking(opened, peer, log)
    leg = await peer.leg()
    await offer_within(leg, way)
    line.phone.dtmf("call-1", "5")
    assert (await line.heard.wait(Trouble)).text == (
        "Tone 5 was not sent: they have put you on hold. Press again when they are back."
    )
    await offer_within(leg, "sendrecv")
    line.phone.dtmf("call-1", "6")
    async with asyncio.timeout(10):
        while not leg.rtp.digits:
            await asyncio.sleep(0.02)
    assert leg.rtp.digits == [6]  # the other one does not come late, into another menu


async def test_whom_we_hold_hears_no_key_and_we_are_told(
    opened: Callable[..., object], peer: SipPeer, log: Path
) -> None:
    line = await talking(opened, peer, log)
    line.phone.send(Hold("call-1", True))
    await line.heard.wait(Held, "call-1")
    line.phone.dtmf("call-1", "12")
    assert (await line.heard.wait(Trouble)).text == "Tones 12 were not sent: they are on hold."
    line.phone.send(Hold("call-1", False))
    await line.heard.wait(Held, "call-1", count=2)
    line.phone.dtmf("call-1", "3")
    leg = await peer.leg()
    async with asyncio.timeout(10):
        while not leg.rtp.digits:
            await asyncio.sleep(0.02)
    assert leg.rtp.digits == [3]


async def test_keys_by_info_pass_a_hold(opened: Callable[..., object], peer: SipPeer, log: Path) -> None:
    """They go with the signalling, which no hold stops."""
    line = await talking(opened, peer, log, "info")
    await offer_within(await peer.leg(), "sendonly")
    line.phone.dtmf("call-1", "5")
    await peer.wait_for("INFO")
    assert keys(peer) == "5"
    assert line.heard.of(Trouble) == []


async def test_nothing_but_keys_is_ever_sent(opened: Callable[..., object], peer: SipPeer, log: Path) -> None:
    line = await talking(opened, peer, log, "info")
    line.phone.dtmf("call-1", "x\r\n ,9")
    await peer.wait_for("INFO")
    await (await peer.leg()).rtp.hears(10)
    assert keys(peer) == "9"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"),
        ("application/dtmf-relay", "Signal= 5\nDuration= 160"),
        ("application/dtmf-relay", "Signal=5"),
        ("Application / DTMF-Relay;charset=utf-8", "Duration=160\r\nsignal=5\r\n"),
        ("application/dtmf", "5"),
    ],
)
async def test_keys_of_the_other_side_are_heard_by_info(
    opened: Callable[..., object], peer: SipPeer, log: Path, kind: str, body: str
) -> None:
    line = await talking(opened, peer, log)
    leg = await peer.leg()
    leg.request("INFO", (f"Content-Type: {kind}",), body)
    assert (await line.heard.wait(Dtmf, "call-1")).digit == "5"
    assert await replies(peer) == ["SIP/2.0 200 OK"]


NONSENSE = (
    "", "Signal", "Signal=", "Signal=\r\n", "Signal=%n%n", "Signal=" + "9" * 3_000, "\x00\xff",
    "Signal=\x005", "Duration=160", "\r\n" * 50, "12",
)  # fmt: skip


async def test_nonsense_by_info_is_no_key_and_costs_no_call(
    opened: Callable[..., object], peer: SipPeer, log: Path
) -> None:
    """The stack itself aborts at a line without its end; see `telephony.engine.info`."""
    line = await talking(opened, peer, log)
    leg = await peer.leg()
    for count, body in enumerate(NONSENSE, 1):
        leg.request("INFO", (RELAY,), body)
        assert (await replies(peer, count))[-1].startswith("SIP/2.0 400")
    leg.request("INFO", (RELAY,), "Signal=#\r\nDuration=160\r\n")
    await line.heard.wait(Dtmf, "call-1")
    assert [one.digit for one in line.heard.of(Dtmf)] == ["#"]
    await leg.rtp.hears(10)
    assert line.heard.of(Ended) == []


async def test_a_key_that_comes_after_our_own_bye_is_nobodys(
    opened: Callable[..., object], peer: SipPeer, log: Path
) -> None:
    """While they have not answered the BYE, and when they have: the call has ended for us."""
    byes: list[Message] = []
    peer.answers["BYE"] = lambda _, bye: byes.append(bye)
    line = await talking(opened, peer, log)
    leg, process = await peer.leg(), line.phone.pid
    line.phone.hang_up("call-1")
    await peer.wait_for("BYE")
    for count, body in enumerate(("Signal=5", "Signal=5\r\nDuration=160\r\n"), 1):
        leg.request("INFO", (RELAY,), body)
        await replies(peer, count)
    leg.say(byes[0], 200, "OK")
    leg.request("INFO", (RELAY,), "Signal=5")
    assert all(one.split()[1] in {"481", "500"} for one in await replies(peer, 3))
    assert (await line.ended("call-1")).ended_by == "rep"
    await line.answered(line.dial("+14155550100"))
    assert line.heard.of(Dtmf) == []
    assert line.phone.pid == process


async def replies(peer: SipPeer, count: int = 1) -> list[str]:
    """The status lines of our answers to INFOs, once there are so many."""

    def found() -> list[str]:
        return [
            message.first
            for _, message in peer.requests
            if message.method == "SIP/2.0" and message.get("CSeq").endswith("INFO")
        ]

    async with asyncio.timeout(20):
        while len(found()) < count:
            await asyncio.sleep(0.01)
    return found()
