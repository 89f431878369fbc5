"""Wake the stack's poll the moment a command arrives.

The one thread waits inside the stack's `select`. A datagram of two bytes to
our own SIP socket ends that wait (the stack drops so short a packet unread),
so that a key press does not wait for a poll and an idle phone polls seldom.
"""

from __future__ import annotations

import contextlib
import socket

POLL_MS = 20  # with a wake; time limits are exact to this
POLL_WITHOUT_WAKE_MS = 2


class Wake:
    """Pokes a UDP socket of this process; safe from any thread."""

    def __init__(self, bound: str, port: int) -> None:
        self._to = (bound or "127.0.0.1", port)
        family = socket.AF_INET6 if ":" in self._to[0] else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)

    def __call__(self) -> None:
        """Wake it."""
        with contextlib.suppress(OSError):
            self._socket.sendto(b"\r\n", self._to)
