"""The child's own end of the pipe: lines in from a thread, lines out at once.

`claim` takes file descriptor 1 away from everything else in the process, so
that a C library that prints to stdout cannot corrupt the protocol: such
chatter joins stderr, which the parent sent to a log.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable

import msgspec


class Pipe:
    """JSON lines to and from the parent."""

    def __init__(self, out: int) -> None:
        self._out = out
        self._encode = msgspec.json.Encoder().encode
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    @classmethod
    def claim(cls) -> Pipe:
        """Take stdin and stdout; call it before anything native is imported."""
        out = os.dup(1)
        os.dup2(2, 1)
        return cls(out)

    def first_line(self) -> bytes:
        """The set-up line; waits for it. Empty if the parent is gone."""
        return sys.stdin.buffer.readline()

    def listen(self, woken: Callable[[], None]) -> None:
        """Read the other lines in a thread; `woken` is called in it after each, and at the end."""
        threading.Thread(target=self._read, args=(woken,), name="pipe", daemon=True).start()

    def _read(self, woken: Callable[[], None]) -> None:
        for line in sys.stdin.buffer:
            self._lines.put(line)
            woken()
        self._lines.put(None)
        woken()

    def next_line(self) -> bytes | None:
        """A line that has arrived; None is the parent's end.

        Raises:
            queue.Empty: nothing is waiting.
        """
        return self._lines.get_nowait()

    def send(self, message: msgspec.Struct) -> None:
        """Write one line; a parent that is gone does not matter any more."""
        line = self._encode(message) + b"\n"
        try:
            while line:
                line = line[os.write(self._out, line) :]
        except OSError:
            return
