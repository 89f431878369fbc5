"""A STUN server of a few lines: tells everybody the same address, and counts who asked."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import struct
from collections.abc import AsyncIterator

MAGIC = 0x2112A442


class StunServer(asyncio.DatagramProtocol):
    """Answers binding requests with `seen` as the asker's address."""

    def __init__(self, seen: tuple[str, int]) -> None:
        self.seen, self.asked = seen, 0

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport
        self.address = "{}:{}".format(*transport.get_extra_info("sockname"))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        kind, _, magic = struct.unpack("!HHI", data[:8])
        if kind != 1:
            return
        self.asked += 1
        host, port = int(ipaddress.IPv4Address(self.seen[0])), self.seen[1]
        if magic == MAGIC:
            attribute = struct.pack("!HHBBHI", 0x0020, 8, 0, 1, port ^ (MAGIC >> 16), host ^ MAGIC)
        else:  # a client of RFC 3489
            attribute = struct.pack("!HHBBHI", 0x0001, 8, 0, 1, port, host)
        software = struct.pack("!HH", 0x8022, 5) + b"tests\x00\x00\x00"  # odd length: padded
        body = software + attribute
        self.transport.sendto(struct.pack("!HH", 0x0101, len(body)) + data[4:20] + body, addr)


@contextlib.asynccontextmanager
async def stun_server(host: str = "198.51.100.7", port: int = 40_404) -> AsyncIterator[StunServer]:
    """A server on loopback that sees everybody as `host`:`port`."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: StunServer((host, port)), local_addr=("127.0.0.1", 0)
    )
    try:
        yield server
    finally:
        transport.close()
