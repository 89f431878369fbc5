"""A caller on bare sockets: rings a user agent server and listens to what it says."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

from support.rtp import Rtp
from support.sip_message import Message, media_address, sdp
from support.sip_peer import HOST


class _Wire(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.replies: asyncio.Queue[Message] = asyncio.Queue()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport
        self.address = f"{HOST}:{transport.get_extra_info('sockname')[1]}"

    def datagram_received(self, data: bytes, _addr: object) -> None:
        self.replies.put_nowait(Message.parse(data))


@dataclass(frozen=True)
class Heard:
    """What a call sounded like."""

    code: int
    packets: int
    loud: int
    early: int  # packets before the answer


async def listen_to(address: str, number: str, *, loud: int, speak: bool = False) -> Heard:
    """Call `number`, hang up after `loud` packets with sound (or a final code)."""
    loop = asyncio.get_running_loop()
    wire, rtp = _Wire(), Rtp()
    host, _, port = address.partition(":")
    await loop.create_datagram_endpoint(lambda: wire, remote_addr=(host, int(port)))
    await loop.create_datagram_endpoint(lambda: rtp, local_addr=(HOST, 0))
    try:
        async with asyncio.timeout(20):
            return await _call(wire, rtp, f"sip:{number}@{address}", loud, speak)
    finally:
        rtp.close()
        wire.transport.close()
        await asyncio.sleep(0)


async def _call(wire: _Wire, rtp: Rtp, uri: str, loud: int, speak: bool) -> Heard:
    call_id, tag = secrets.token_hex(8), secrets.token_hex(4)

    def request(method: str, cseq: str, to: str, body: str = "") -> bytes:
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {wire.address};rport;branch=z9hG4bK{secrets.token_hex(8)}",
            "Max-Forwards: 70",
            f"From: <sip:caller@{wire.address}>;tag={tag}",
            f"To: {to}",
            f"Call-ID: {call_id}",
            f"CSeq: {cseq}",
            f"Contact: <sip:caller@{wire.address}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    wire.transport.sendto(request("INVITE", "1 INVITE", f"<{uri}>", sdp(HOST, rtp.port)))
    while True:
        reply = await wire.replies.get()
        code = int(reply.first.split(" ")[1])
        if code >= 200:
            break
    early = rtp.packets
    wire.transport.sendto(request("ACK", "1 ACK", reply.get("To")))
    if code < 300:
        if speak:
            rtp.speak(media_address(reply))
        while rtp.loud < loud:
            await asyncio.sleep(0.01)
        wire.transport.sendto(request("BYE", "2 BYE", reply.get("To")))
        await wire.replies.get()
    return Heard(code, rtp.packets, rtp.loud, early)
