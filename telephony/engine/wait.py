"""Where the process waits for what comes first: a command in its pipe, or a message at the stack's socket.

The stack waits in a `select` of its own, which knows nothing of a pipe. Where its socket can be found (UDP,
on Linux) both are waited for here, and the client's write itself ends the wait: nothing lies between a key
and its call. Elsewhere the stack waits; the client then rings at its UDP socket (`telephony.bell`), and over
TCP and TLS the pipe is looked into often.
"""

from __future__ import annotations

import contextlib
import select
from typing import Any, Protocol

from telephony.engine.own_sockets import own_sockets

POLL_MS = 20  # time limits are exact to this
POLL_WITHOUT_BELL_MS = 2


class Wait(Protocol):
    """One turn of the loop: wait, see to the commands, let the stack work."""

    door: str  # host:port of the stack's socket; empty over TCP and TLS
    bell: bool  # whether the client is to ring there

    def wait(self) -> None:
        """Return when something has come, or when it is time to look at the clock."""

    def work(self) -> None:
        """Let the stack take in what has come, and do what is due."""


class ForBoth:
    """The pipe and the stack's socket at once."""

    bell = False

    def __init__(self, lib: Any, pipe: int, door: str, sip: int) -> None:  # noqa: ANN401
        """`sip`: a handle of the socket that nobody else closes."""
        self._lib, self.door, self._sip = lib, door, sip
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        poll.register(sip, select.POLLIN)
        self._poll = poll.poll
        self._busy = False

    def wait(self) -> None:
        """Wait for either; not if the stack had work, which may have left it some for at once.

        A message that lies there goes before a command, which may well have been given because of it.
        """
        for came, _ in self._poll(0 if self._busy else POLL_MS):
            if came == self._sip:
                self.work()

    def work(self) -> None:
        """Let the stack look at its socket and its timers."""
        self._busy = self._lib.libHandleEvents(0) > 0


class InTheStack:
    """The stack's own wait."""

    def __init__(self, lib: Any, door: str) -> None:  # noqa: ANN401
        self.door, self.bell = door, bool(door)
        self._lib, self._ms = lib, POLL_MS if door else POLL_WITHOUT_BELL_MS

    def wait(self) -> None:
        """Wait in the stack, which works at once."""
        self._lib.libHandleEvents(self._ms)

    def work(self) -> None:
        """Nothing is left to do."""


def waiting(lib: Any, pipe: int, door: str) -> Wait:  # noqa: ANN401
    """The best wait there is here for a stack whose UDP socket is at `door`; empty: it has none."""
    with contextlib.suppress(OSError, AttributeError):  # no /proc, no poll
        sip = next(own_sockets(int(door.rpartition(":")[2])), None) if door else None
        if sip is not None:
            return ForBoth(lib, pipe, door, sip.detach())
    return InTheStack(lib, door)
