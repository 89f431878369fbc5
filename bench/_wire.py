"""When a datagram came, by the kernel's own stamp: a receiver that is late to read it does not matter."""

from __future__ import annotations

import socket
import struct
import sys
import time

TIMESTAMPNS = 35 if sys.platform.startswith("linux") else 0  # SO_TIMESTAMPNS; 0: stamped when read
_TIMESPEC = struct.Struct("qq")


def open_stamped(host: str, port: int = 0) -> socket.socket:
    """A UDP socket whose datagrams the kernel stamps."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((host, port))
    if TIMESTAMPNS:
        made.setsockopt(socket.SOL_SOCKET, TIMESTAMPNS, 1)
    return made


def receive(source: socket.socket) -> tuple[bytes, tuple[str, int], int]:
    """The next datagram, its sender, and when it came: monotonic ns."""
    data, notes, _, sender = source.recvmsg(9_999, 64)
    return data, sender, _stamp(notes)


def _stamp(notes: list[tuple[int, int, bytes]]) -> int:
    mono = time.monotonic_ns()
    for level, kind, value in notes:
        if level == socket.SOL_SOCKET and kind == TIMESTAMPNS:
            seconds, nanos = _TIMESPEC.unpack(value[: _TIMESPEC.size])
            return int(mono - (time.time_ns() - seconds * 1_000_000_000 - nanos))
    return mono
