"""A desk behind a router that translates addresses, which forgets, begins anew and moves. Run by .ci/run.

The router is the kernel's own, in network namespaces; beyond it Kamailio, rtpengine, coturn and a lead's
baresip with a public address. Where such a network cannot be made these checks are left out.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from support import floor_carrier as carrier
from support import name_server as names
from support.baresip import baresip
from support.floor_desk import NUMBER, floor, speaks
from support.netns import CARRIER, DESK, LEAD, OTHER_DESK, OTHER_ROUTER, ROUTER, Network

from telephony.protocol import Quality, Ready, Registration

pytestmark = pytest.mark.interop
SOON_S = 40  # on a busy machine; the registration lasts two minutes


# ------------------------------------------------------------------- (a) through the router


async def test_with_the_settings_as_shipped_each_hears_the_other_and_the_lead_can_ring(
    net: Network, tmp_path: Path
) -> None:
    async with floor(net, tmp_path) as desk:
        assert desk.wire.said("REGISTER")[-1].contact.startswith(f"sip:robin@{ROUTER}:")
        await desk.conversation()
        assert f"c=IN IP4 {DESK}" in desk.wire.said("INVITE")[-1].body  # the carrier's relay finds out
        told = await desk.lead_calls()
        desk.line.phone.hang_up(told.call)
        await desk.line.ended(told.call)


async def test_with_stun_a_carrier_without_a_relay_does_as_well(net: Network, tmp_path: Path) -> None:
    async with floor(net, tmp_path, relays=False, stun=True) as desk:
        await desk.conversation()
        assert f"c=IN IP4 {ROUTER}" in desk.wire.said("INVITE")[-1].body


@pytest.mark.parametrize("relays", [True, False])
async def test_with_ice_too_whether_or_not_the_other_side_knows_it(
    net: Network, tmp_path: Path, relays: bool
) -> None:
    """The relay does, baresip as set up here does not."""
    async with floor(net, tmp_path, relays=relays, stun=True, ice=True) as desk:
        await desk.conversation()
        offer = desk.wire.said("INVITE")[0].body
        assert f"{DESK} " in offer.partition("a=candidate:")[2]
        assert f"{ROUTER} " in offer.partition("a=candidate:")[2]


async def test_a_router_that_maps_each_destination_elsewhere_is_no_matter_where_the_carrier_relays(
    net: Network, tmp_path: Path
) -> None:
    net.translate("masquerade random")
    async with floor(net, tmp_path) as desk:
        await desk.conversation()


async def test_without_stun_or_a_relay_the_lead_is_heard_by_nobody_and_the_call_ends_by_itself(
    net: Network, tmp_path: Path
) -> None:
    async with floor(net, tmp_path, relays=False, silence_ms=1_500) as desk:
        ended = await desk.line.call(NUMBER)
    assert (ended.result, ended.ended_by, ended.packets) == ("answered", "network", 0)


# ------------------------------------------------------------- (b) what keeps the door open


async def test_a_lead_can_ring_long_after_the_routers_patience(net: Network, tmp_path: Path) -> None:
    net.keep_mappings_for(3)
    async with floor(net, tmp_path, keep_alive_s=1) as desk:
        await asyncio.sleep(7)
        said = {one.get("CSeq") for one in desk.wire.said("REGISTER")}
        assert len(said) < 5  # it was the packets in between that kept it
        await desk.lead_calls()


async def test_without_them_the_router_has_forgotten_the_desk(net: Network, tmp_path: Path) -> None:
    """The proof that the network forgets: else the check before this one could not fail."""
    net.keep_mappings_for(3)
    async with floor(net, tmp_path, keep_alive_s=0):
        async with asyncio.timeout(20):
            while f"src={DESK}" in net.mapped():
                await asyncio.sleep(0.5)


# ---------------------------------------------------------------- (c) the router begins anew


async def test_a_router_that_forgot_and_maps_us_elsewhere_is_found_out_by_the_next_options(
    net: Network, tmp_path: Path
) -> None:
    async with floor(net, tmp_path, qualify_ms=1_000) as desk:
        await desk.wire.came("OPTIONS", 2)
        before = desk.registrations()
        net.translate(f"meta l4proto udp snat to {OTHER_ROUTER}:20000-29999")
        begun = time.monotonic()
        await desk.registered(before + 1)
        assert time.monotonic() - begun < SOON_S
        assert desk.wire.said("REGISTER")[-1].contact.startswith(f"sip:robin@{OTHER_ROUTER}:2")
        told = await desk.lead_calls()
        desk.line.phone.hang_up(told.call)
        await desk.line.ended(told.call)
        await desk.conversation()


async def test_a_call_goes_on_over_a_router_that_forgot(net: Network, tmp_path: Path) -> None:
    async with floor(net, tmp_path, qualify_ms=1_000) as desk:
        call = await desk.talks()
        net.forget()
        await desk.four_seconds_more(call)
        await desk.hangs_up(call)
        desk.both_were_heard(call)


# ------------------------------------------------------------- (d) the desk itself has moved


async def test_a_desk_with_a_new_address_registers_within_seconds_and_dials_with_it(
    net: Network, tmp_path: Path
) -> None:
    async with floor(net, tmp_path) as desk:
        net.unplug()
        net.plug_in(OTHER_DESK)
        begun = time.monotonic()
        await desk.line.ready(2)
        await desk.registered(2)
        assert time.monotonic() - begun < SOON_S
        await desk.conversation()
        assert f"c=IN IP4 {OTHER_DESK}" in desk.wire.said("INVITE")[-1].body
        await desk.lead_calls()
        gone = [one for one in desk.wire.said("REGISTER") if one.get("Expires") == "0"]
        assert gone  # nobody is left who rings where the desk was


async def test_a_dial_at_the_moment_of_the_move_is_placed_once_from_the_new_address(
    net: Network, tmp_path: Path
) -> None:
    async with floor(net, tmp_path) as desk:
        net.unplug()
        net.plug_in(OTHER_DESK)
        await desk.line.ready(2)
        call = desk.line.dial(NUMBER)
        await desk.line.answered(call)
        assert {OTHER_DESK in one.body for one in desk.wire.said("INVITE")} == {True}


async def test_a_cable_that_is_out_is_told_and_registered_anew_when_it_is_back(
    net: Network, tmp_path: Path
) -> None:
    async with floor(net, tmp_path) as desk:
        before, count = desk.registrations(), len(desk.line.heard.of(Registration))
        net.no_way_out()
        told = await desk.line.heard.wait(Registration, count=count + 1)
        assert (told.registered, told.reason) == (False, "no network")
        assert told.retry_in_ms > 0
        net.plug_in()
        begun = time.monotonic()
        await desk.registered(before + 1)
        assert time.monotonic() - begun < SOON_S
        assert len(desk.line.heard.of(Ready)) == 1  # the process is the same: nothing has moved
        await desk.conversation()


async def test_a_call_moves_along_and_the_leads_hanging_up_is_heard_at_the_new_place(
    net: Network, tmp_path: Path
) -> None:
    async with floor(net, tmp_path) as desk:
        call = await desk.talks()
        await desk.line.heard.wait(Quality, call, count=2)  # what is agreed at the answer is agreed
        net.unplug()
        net.plug_in(OTHER_DESK)
        await desk.wire.came("INVITE", body=f"c=IN IP4 {OTHER_DESK}")
        await desk.four_seconds_more(call)
        await desk.lead_ends(call)
        assert speaks(desk.lead_heard()[-28_000:]) == "rep"
        await desk.line.ready(2)  # and then the process begins anew, where it is now
        await desk.conversation()


async def test_a_call_that_nobody_has_answered_yet_ends_at_the_move_and_says_why(
    net: Network, tmp_path: Path
) -> None:
    slow = "<sip:slow@x>;regint=0;answermode=manual"
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(floor(net, tmp_path))
        with net.at(net.lead):
            at = baresip(tmp_path / "slow", carrier.SLOW_PORT, "slow", account=slow, host=LEAD)
            await stack.enter_async_context(at)
        call = desk.line.dial("slow")
        await desk.line.ringing(call)
        net.unplug()
        net.plug_in(OTHER_DESK)
        ended = await desk.line.ended(call)
        assert ended.result == "failed"
        assert "another network address" in ended.reason
        await desk.line.ready(2)
        await desk.conversation()


# ------------------------------------------------------------------ (e) the name server is dead


async def test_a_name_server_that_falls_silent_holds_up_neither_the_registration_nor_a_call(
    net: Network, tmp_path: Path
) -> None:
    if names.why_not():
        pytest.skip(names.why_not())
    async with (
        names.name_server(tmp_path, CARRIER) as server,
        floor(net, tmp_path, server="carrier.example:5060", qualify_ms=500) as desk,
    ):
        server.silent = True
        before = len(desk.wire.said("OPTIONS"))
        await desk.wire.came("OPTIONS", before + 4)
        await desk.conversation()
        told = await desk.lead_calls()
        desk.line.phone.hang_up(told.call)
        await desk.line.ended(told.call)
        assert len(desk.line.heard.of(Ready)) == 1  # the process has not hung
        assert desk.line.heard.of(Registration)[-1].registered
        assert not any("hide" in one.get("Route") for one in desk.wire.said("INVITE"))  # how it is done
