"""The rep's own SIP phone, kept on the line for a shift, between real RTP on both sides."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from support.baresip import baresip, needs_baresip
from support.desk_phone import ON_THE_LINE, at, told
from support.incoming import spoken_with, where
from support.ports import free_port
from support.rtp import hears
from support.sip_peer import SipPeer, answer, final, hang_up, ring
from support.sip_ringer import Ringer
from support.telephone import Telephone, telephone

from config.clock import HandClock
from telephony.account import Account, Sound
from telephony.desk_phone import LEG
from telephony.engine.board import Board
from telephony.engine.desk_leg import Seat
from telephony.errors import NotDialableError
from telephony.pipe import Pipe
from telephony.protocol import Ended, Incoming, Ready, SoundState
from telephony.target import desk_phone_uri


@pytest.fixture
async def seat(peer: SipPeer, desk_phone: SipPeer, log: Path) -> AsyncIterator[Telephone]:
    """A phone whose rep sits at `desk_phone`, on the line; `peer` is the carrier."""
    peer.plan = [(0, answer)]
    async with telephone(log, Account(server=peer.address, silence_ms=4_000), sound=at(desk_phone)) as line:
        await told(line, ON_THE_LINE)
        yield line


async def test_the_rep_is_called_before_the_phone_says_it_is_ready(
    seat: Telephone, desk_phone: SipPeer
) -> None:
    first = seat.heard.events[0]
    assert isinstance(first, SoundState)
    assert (first.ready, first.text) == (False, "Your desk phone is being called.")
    assert isinstance(seat.heard.events[1], Ready)
    invite = desk_phone.got("INVITE")[0]
    assert invite.first.startswith(f"INVITE sip:anna@{desk_phone.address}")
    assert invite.get("Answer-Mode") == "Auto"
    assert not [event for event in seat.heard.events if getattr(event, "call", "") == LEG]


async def test_rep_and_lead_hear_each_other_over_several_leads_on_one_leg(
    seat: Telephone, peer: SipPeer, desk_phone: SipPeer
) -> None:
    rep = await desk_phone.leg()
    for number in range(3):
        await hears(rep, speech=False)
        call = seat.dial(f"+1415555010{number}")
        await seat.answered(call)
        lead = await peer.leg(number)
        await hears(lead, speech=True)
        await hears(rep, speech=True)
        seat.phone.hang_up(call)
        assert (await seat.ended(call)).result == "answered"
    assert len(desk_phone.legs) == 1
    assert rep.byes == 0


async def test_a_call_that_comes_in_is_joined_to_the_reps_phone_too(
    seat: Telephone, desk_phone: SipPeer, ann: Ringer
) -> None:
    rep = await desk_phone.leg()
    await hears(rep, speech=False)
    async with spoken_with(seat, ann) as (ring, call):
        await hears(ann, speech=True)
        await hears(rep, speech=True)
        ring.hang_up()
        assert (await seat.ended(call)).result == "answered"
    await hears(rep, speech=False)
    assert (len(desk_phone.legs), rep.byes) == (1, 0)


async def test_the_reps_own_phone_does_not_ring_the_desk(
    log: Path,
) -> None:
    """It is known, so that it may offer within its call; it is nobody who may ring."""
    elsewhere = await Ringer.start("127.0.0.3")
    sound = Sound(kind="desk_phone", uri="sip:anna@127.0.0.3:5999")
    async with telephone(log, Account(server="127.0.0.1:9", no_response_ms=500), sound=sound) as line:
        await elsewhere.ring(where(line)).reply(480)
        assert not line.heard.of(Incoming)
    elsewhere.close()


async def test_mute_keeps_the_rep_from_the_lead_alone(
    seat: Telephone, peer: SipPeer, desk_phone: SipPeer
) -> None:
    call = seat.dial("+14155550100")
    await seat.answered(call)
    rep, lead = await desk_phone.leg(), await peer.leg()
    await hears(lead, speech=True)
    seat.phone.mute(call, True)
    await hears(lead, speech=False)
    await hears(rep, speech=True)
    seat.phone.mute(call, False)
    await hears(lead, speech=True)


async def test_a_rep_who_hangs_up_is_called_again_and_finds_the_lead_still_there(
    seat: Telephone, peer: SipPeer, desk_phone: SipPeer
) -> None:
    call = seat.dial("+14155550100")
    await seat.answered(call)
    lead = await peer.leg()
    await hears(lead, speech=True)
    hang_up(await desk_phone.leg())
    assert not (await told(seat, "Your desk phone hung up; it is called again in 1 s.")).ready
    await hears(lead, speech=False, packets=12)  # a second is left at most
    assert (await told(seat, ON_THE_LINE, 2)).ready
    await hears(lead, speech=True)
    await hears(await desk_phone.leg(1), speech=True)
    assert not seat.heard.of(Ended, call)


class NoEars:
    """Where a call would take its ears from."""

    def take(self) -> None:
        raise AssertionError("the rep's own leg is listened to")


def test_the_reps_own_leg_takes_no_ears_that_it_would_lose_on_the_bridge() -> None:
    """Collected as garbage, minutes and some drops later, they took the phone process with them."""
    board = Board(Pipe(2), HandClock(0), Account(server="127.0.0.1:9"), ears=NoEars())
    Seat(board, LEG).answered()


async def test_a_desk_phone_that_died_without_a_word_is_called_again(
    seat: Telephone, desk_phone: SipPeer
) -> None:
    (await desk_phone.leg()).rtp.stop()
    await told(seat, "Your desk phone fell silent")
    await told(seat, ON_THE_LINE, 2)
    assert len(desk_phone.legs) == 2


@pytest.mark.interop
@needs_baresip
async def test_baresip_is_the_reps_phone_and_is_called_again_after_it_was_killed(
    peer: SipPeer, tmp_path: Path, log: Path
) -> None:
    port = free_port()
    sound = Sound(kind="desk_phone", uri=f"sip:anna@127.0.0.1:{port}")
    async with AsyncExitStack() as stack:
        rep = await stack.enter_async_context(baresip(tmp_path / "one", port, "anna"))
        account = Account(server=peer.address, silence_ms=4_000, no_response_ms=1_000)
        line = await stack.enter_async_context(telephone(log, account, sound=sound))
        await told(line, ON_THE_LINE)
        call = line.dial("+14155550100")
        await line.answered(call)
        lead = await peer.leg()
        await hears(lead, speech=True)
        rep.kill()
        await told(line, "Your desk phone fell silent")
        await rep.wait()
        await stack.enter_async_context(baresip(tmp_path / "two", port, "anna"))
        await told(line, ON_THE_LINE, 2)
        await hears(lead, speech=True)
        assert not line.heard.of(Ended, call)


async def test_a_muted_lead_stays_muted_when_the_rep_is_called_again(
    seat: Telephone, peer: SipPeer, desk_phone: SipPeer
) -> None:
    call = seat.dial("+14155550100")
    await seat.answered(call)
    lead = await peer.leg()
    seat.phone.mute(call, True)
    hang_up(await desk_phone.leg())
    await told(seat, ON_THE_LINE, 2)
    await hears(await desk_phone.leg(1), speech=True)
    await hears(lead, speech=False)


async def test_a_phone_process_that_dies_gives_the_rep_back_and_calls_again(
    seat: Telephone, desk_phone: SipPeer
) -> None:
    assert seat.phone.pid is not None
    os.kill(seat.phone.pid, signal.SIGKILL)
    await told(seat, ON_THE_LINE, 2)
    rep = await desk_phone.leg()
    await rep.done()
    assert rep.byes == 1
    assert len(desk_phone.legs) == 2


async def test_leaving_hangs_up_the_reps_phone(peer: SipPeer, desk_phone: SipPeer, log: Path) -> None:
    async with telephone(log, Account(server=peer.address), sound=at(desk_phone)) as line:
        await told(line, ON_THE_LINE)
    rep = await desk_phone.leg()
    await rep.done()
    assert rep.byes == 1
    assert len(desk_phone.legs) == 1


async def test_each_failure_waits_longer_and_says_why(peer: SipPeer, log: Path) -> None:
    peer.plan = [(0, ring), (0.05, final(486, "Busy Here"))]
    async with telephone(
        log, Account(server=peer.address), sound=Sound(kind="desk_phone", uri="204")
    ) as line:
        await told(line, "Your desk phone rings: pick it up.")
        await told(line, "Your desk phone is busy; it is called again in 1 s.")
        await told(line, "Your desk phone is busy; it is called again in 2 s.")
        await told(line, "Your desk phone is busy; it is called again in 5 s.")
    assert peer.got("INVITE")[0].first.startswith(f"INVITE sip:204@{peer.address}")


async def test_a_desk_phone_nobody_finds_says_so(peer: SipPeer, log: Path) -> None:
    peer.plan = [(0, final(404, "Not Found"))]
    async with telephone(
        log, Account(server=peer.address), sound=Sound(kind="desk_phone", uri="204")
    ) as line:
        await told(line, "Your desk phone cannot be reached (404)")


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("sip:anna@10.0.0.5", "sip:anna@10.0.0.5;transport=tls"),
        ("sip:anna@desk.example:5080", "sip:anna@desk.example:5080;transport=tls"),
        ("204", "sip:204@carrier.example;transport=tls"),
        ("anna", "sip:anna@carrier.example;transport=tls"),
    ],
)
def test_an_address_or_an_extension_is_reached_over_the_accounts_transport(text: str, uri: str) -> None:
    assert desk_phone_uri(text, Account(server="carrier.example", transport="tls")) == uri


@pytest.mark.parametrize(
    "text",
    [
        "", "sip:", "sip:anna", "sip:anna@host;transport=tcp", "sip:anna@host?Replaces=x", "<sip:anna@host>",
        "sip:anna@host\r\nX: y", "sips:anna@host", "sip:a b@host", "anna@host", "sip:anna@host:port",
    ],
)  # fmt: skip
def test_no_other_text_becomes_sip_syntax(text: str) -> None:
    with pytest.raises(NotDialableError):
        desk_phone_uri(text, Account(server="carrier.example"))
