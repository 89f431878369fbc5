"""What passes on a wire towards a SIP server, by a packet socket (Linux, root): a silent witness."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Iterator

from support.sip_message import Message

_IPV4, _UDP = 0x0800, 17
_BUFFER = 33  # SO_RCVBUFFORCE
PATIENCE_S = 20.0


class Wire:
    """The SIP requests to one address, in order."""

    def __init__(self, to: str, port: int) -> None:
        self._to = ipaddress.IPv4Address(to).packed + port.to_bytes(2, "big")
        self._messages: list[Message] = []
        self._came = asyncio.Event()

    def said(self, method: str) -> list[Message]:
        """The requests of that method so far, repetitions too."""
        return [one for one in self._messages if one.method == method]

    async def came(self, method: str, count: int = 1, *, body: str = "") -> Message:
        """The `count`th request of that method with `body` in its own."""
        async with asyncio.timeout(PATIENCE_S):
            while len(found := [one for one in self.said(method) if body in one.body]) < count:
                self._came.clear()
                await self._came.wait()
        return found[count - 1]

    def take(self, packet: bytes) -> None:
        """Look at an IPv4 packet."""
        begin = (packet[0] & 0x0F) * 4
        if packet[9] != _UDP or packet[16:20] + packet[begin + 2 : begin + 4] != self._to:
            return
        data = packet[begin + 8 :]
        if b" SIP/2.0\r\n" in data:
            self._messages.append(Message.parse(data))
            self._came.set()


@contextlib.contextmanager
def wire(device: str, to: str, port: int) -> Iterator[Wire]:
    """Watch `device` of the namespace we stand in."""
    made, loop = Wire(to, port), asyncio.get_running_loop()
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_IPV4)) as tap:
        tap.setsockopt(socket.SOL_SOCKET, _BUFFER, 1 << 22)  # seconds of sound, while the test is busy
        tap.bind((device, _IPV4))
        tap.setblocking(False)
        loop.add_reader(tap, lambda: made.take(tap.recv(65_535)))
        try:
            yield made
        finally:
            loop.remove_reader(tap)
