"""The sound of a call on a bare socket: what comes is counted and kept, and a tone is sent."""

from __future__ import annotations

import asyncio
import struct
from typing import Protocol

PATIENCE_S = 20.0
#: 20 ms of 3 kHz in PCMU: too high to be taken for a machine's beep, too low for a resampler to cut away.
TONE = bytes([0x9E, 0x9E, 0x0B, 0x8B, 0x1E, 0x1E, 0x8B, 0x0B]) * 20
QUIET = {0xFF, 0x7F}  # PCMU codes of silence


class Side(Protocol):
    """One side of a call."""

    rtp: Rtp


async def hears(side: Side, *, speech: bool, packets: int = 25) -> None:
    """Wait until that side hears speech, or nothing at all, for so many packets of 20 ms."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            loud = side.rtp.loud
            await side.rtp.hears(packets)
            if side.rtp.loud - loud >= packets * 3 // 5 if speech else side.rtp.quiet_run >= packets:
                return


class Rtp(asyncio.DatagramProtocol):
    """One RTP socket: counts what comes, sends a tone when told where."""

    def __init__(self) -> None:
        self.sent = 0
        self.port = 0  # until the socket is there
        self.packets = 0
        self.loud = 0  # packets of PCMU that carry sound
        self.quiet_run = 0  # silent packets in a row, the last ones
        self.digits: list[int] = []  # telephone-events, once each
        self.heard = bytearray()  # PCMU, packet after packet
        self._stamps: set[tuple[int, int]] = set()
        self._task: asyncio.Task[None] | None = None
        self._came = asyncio.Event()

    async def hears(self, packets: int) -> None:
        """Wait until that many more packets have come."""
        wanted = self.packets + packets
        async with asyncio.timeout(PATIENCE_S):
            while self.packets < wanted:
                self._came.clear()
                await self._came.wait()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, _addr: object) -> None:
        kind, stamp = data[1] & 0x7F, struct.unpack("!I", data[4:8])[0]
        if kind == 101:
            if (stamp, data[12]) not in self._stamps:
                self._stamps.add((stamp, data[12]))
                self.digits.append(data[12])
            return
        self.packets += 1
        self._came.set()
        self.heard += data[12:]
        sounds = any(byte not in QUIET for byte in data[12:])
        self.loud += sounds
        self.quiet_run = 0 if sounds else self.quiet_run + 1

    def speak(self, to: tuple[str, int]) -> None:
        self._task = asyncio.get_running_loop().create_task(self._speak(to))

    async def _speak(self, to: tuple[str, int]) -> None:
        """A packet each 20 ms by the clock: what a stalled machine held back follows at once."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for count in range(1 << 16):
            header = struct.pack("!BBHII", 0x80, 0, count, count * 160, 0x1234)
            self.transport.sendto(header + TONE, to)
            self.sent += 1
            await asyncio.sleep(begun + (count + 1) * 0.02 - loop.time())

    async def says(self, packets: int) -> None:
        """Wait until that many have been sent in all."""
        async with asyncio.timeout(PATIENCE_S):
            while self.sent < packets:
                await asyncio.sleep(0.02)

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def close(self) -> None:
        self.stop()
        self.transport.close()
