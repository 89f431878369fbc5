"""Offers that the called side makes within a call: a hold of theirs, and its end."""

from __future__ import annotations

import asyncio

from support.rtp import PATIENCE_S
from support.sip_message import sdp, within
from support.sip_peer import HOST, Leg


async def offer_within(leg: Leg, way: str) -> None:
    """Offer, and see it through: "sendonly" and "inactive" hold us, "sendrecv" takes us back."""
    peer = leg.peer
    headers = ("Content-Type: application/sdp", f"Contact: <sip:peer@{peer.address}{peer.uri_end}>")
    leg.request("INVITE", headers, sdp(HOST, leg.rtp.port, way))
    async with asyncio.timeout(PATIENCE_S):
        while not _agreed(leg):
            await asyncio.sleep(0.01)
    leg.send(within(leg.invite, leg.tag, peer.address, "ACK", leg.asked))


def _agreed(leg: Leg) -> bool:
    """Whether our 200 to the leg's last request has come."""
    replies = (message for message in leg.peer.got("SIP/2.0") if message.call_id == leg.invite.call_id)
    wanted = f"{leg.asked} INVITE"
    return any(one.first.startswith("SIP/2.0 200") and one.get("CSeq") == wanted for one in replies)
