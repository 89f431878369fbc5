"""Ends the phone process's wait the moment a command lies in its pipe, where it cannot wait for both.

Its one thread then waits inside the stack's `select`, which cannot watch a pipe. A
datagram of two bytes to its own SIP socket ends that wait (the stack drops so
short a packet unread), so that a key press does not wait for a poll, and an
idle phone polls seldom. The client rings, not a thread of the phone process:
one switch of threads less between key and INVITE.
"""

from __future__ import annotations

import contextlib
import socket


class Bell:
    """Rings at one UDP socket of this machine."""

    def __init__(self, door: str) -> None:
        """`door`: the socket, as host:port.

        Raises:
            OSError: no socket can be had, or no way leads there.
        """
        host, _, port = door.rpartition(":")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        try:
            self._socket.connect((host, int(port)))
        except OSError:
            self._socket.close()
            raise

    def ring(self) -> None:
        """Ring; a bell nobody hears costs no more than a poll."""
        with contextlib.suppress(OSError):
            self._socket.send(b"\r\n")

    def close(self) -> None:
        """Ring no more."""
        self._socket.close()
