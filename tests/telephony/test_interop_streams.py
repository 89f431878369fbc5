"""A desk that speaks TCP or TLS with its carrier: it moves, and its name server dies. Run by .ci/run.

As in test_interop_nat.py, in network namespaces, with Kamailio, rtpengine and a lead's baresip.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from support import floor_carrier as carrier
from support import name_server as names
from support.floor_desk import Floor, floor, speaks
from support.kamailio import has_tls
from support.netns import CARRIER, OTHER_DESK, Network

from telephony.account import Transport
from telephony.protocol import Held, Hold, Quality, Ready, Registration

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not has_tls(), reason="kamailio with its TLS module is not installed"),
]
SOON_S = 40  # on a busy machine; the stack gives a dead connection 32 s and more, and the carrier ten minutes


async def moved(desk: Floor) -> None:
    """Let the machine have another address, and the registrar know."""
    before = desk.registrations()
    desk.net.unplug()
    desk.net.plug_in(OTHER_DESK)
    begun = time.monotonic()
    await desk.registered(before + 1)
    assert time.monotonic() - begun < SOON_S


@pytest.mark.parametrize("over", ["tcp", "tls"])
async def test_a_call_moves_along_with_its_sound_its_holds_and_its_end(
    net: Network, tmp_path: Path, over: Transport
) -> None:
    async with floor(net, tmp_path, over=over) as desk:
        call = await desk.talks()
        await desk.line.heard.wait(Quality, call, count=2)  # what is agreed at the answer is agreed
        await moved(desk)
        await desk.four_seconds_more(call)
        assert speaks(desk.lead_heard()[-28_000:]) == "rep"  # baresip keeps no more of it after a hold
        for count, on in ((1, True), (2, False)):  # over the new connection
            desk.line.phone.send(Hold(call, on))
            assert (await desk.line.heard.wait(Held, call, count=count)).on is on
        await desk.four_seconds_more(call)
        await desk.lead_ends(call)
        await desk.line.ready(2)  # and then the process begins anew, where it is now
        await desk.registered(3)
        await desk.conversation()


@pytest.mark.parametrize("over", ["tcp", "tls"])
async def test_a_desk_between_two_calls_is_rung_where_it_is_now(
    net: Network, tmp_path: Path, over: Transport
) -> None:
    async with floor(net, tmp_path, over=over) as desk:
        await moved(desk)
        told = await desk.lead_calls()
        desk.line.phone.hang_up(told.call)
        await desk.line.ended(told.call)


async def test_a_name_server_that_falls_silent_holds_up_no_encrypted_line_either(
    net: Network, tmp_path: Path
) -> None:
    """The certificate is held against the name all the same."""
    if names.why_not():
        pytest.skip(names.why_not())
    server = f"{carrier.NAME}:{carrier.TLS_PORT}"
    async with (
        names.name_server(tmp_path, CARRIER) as asked,
        floor(net, tmp_path, over="tls", server=server, qualify_ms=500) as desk,
    ):
        asked.silent = True
        await desk.conversation()
        told = await desk.lead_calls()
        desk.line.phone.hang_up(told.call)
        await desk.line.ended(told.call)
        assert len(desk.line.heard.of(Ready)) == 1  # the process has not hung
        assert desk.line.heard.of(Registration)[-1].registered
