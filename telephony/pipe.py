"""The child's own end of the pipe: lines in whenever its loop asks, lines out at once.

`claim` takes file descriptor 1 away from everything else in the process, so
that a C library that prints to stdout cannot corrupt the protocol: such
chatter joins stderr, which the parent sent to a log.
"""

from __future__ import annotations

import os
import queue
import threading
from collections import deque

import msgspec

_CHUNK = 1 << 16


class Pipe:
    """JSON lines to and from the parent."""

    def __init__(self, out: int) -> None:
        self._in, self._out = 0, out
        self._encode = msgspec.json.Encoder().encode
        self._begun = b""  # a line whose end has not come yet
        self._lines: deque[bytes] = deque()
        self._over = False
        self._waits = True  # a look into the pipe waits for something to be there

    @property
    def incoming(self) -> int:
        """The file descriptor at which lines arrive: for a wait, not to be read."""
        return self._in

    @classmethod
    def claim(cls) -> Pipe:
        """Take stdin and stdout; call it before anything native is imported."""
        out = os.dup(1)
        os.dup2(2, 1)
        return cls(out)

    def first_line(self) -> bytes:
        """The set-up line; waits for it, and from then on waits no more. Empty if the parent is gone."""
        while not self._lines and not self._over:
            self._read()
        try:
            os.set_blocking(self._in, False)
            self._waits = False
        except (AttributeError, OSError):  # Windows has it from Python 3.12 on
            threading.Thread(target=self._read_on, name="pipe", daemon=True).start()
        return self._lines.popleft() if self._lines else b""

    def next_line(self) -> bytes | None:
        """A line that has arrived; None is the parent's end.

        Raises:
            queue.Empty: nothing is waiting.
        """
        if not (self._lines or self._over or self._waits):
            self._read()
        if self._lines:
            return self._lines.popleft()
        if self._over:
            return None
        raise queue.Empty

    def _read_on(self) -> None:
        while not self._over:
            self._read()

    def _read(self) -> None:
        try:
            chunk = os.read(self._in, _CHUNK)
        except BlockingIOError:
            return
        *whole, self._begun = (self._begun + chunk).split(b"\n")
        self._lines.extend(whole)
        self._over = not chunk

    def send(self, message: msgspec.Struct) -> None:
        """Write one line; a parent that is gone does not matter any more."""
        line = self._encode(message) + b"\n"
        try:
            while line:
                line = line[os.write(self._out, line) :]
        except OSError:
            return
