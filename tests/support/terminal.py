"""A program on a real pseudo-terminal: its bytes, its exit, its signals."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Terminal:
    """The near end of the program's terminal."""

    def __init__(self, pid: int, fd: int) -> None:
        self.pid, self.fd, self.output = pid, fd, b""
        self._code: int | None = None

    def wait_for(self, sign: bytes, seconds: float = 20) -> bytes:
        """Read until `sign` was written; returns everything so far."""
        end = time.monotonic() + seconds
        while sign not in self.output:
            left = end - time.monotonic()
            assert left > 0, f"{sign!r} never came; the end of it: {self.output[-400:]!r}"
            self._read(left)
        return self.output

    def type(self, keys: bytes) -> None:
        """Write `keys` in one packet."""
        os.write(self.fd, keys)

    def signal(self, number: int) -> None:
        """Send a signal to the program."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        os.close(self.fd)
        self.fd = -1

    def exit_code(self, seconds: float = 20) -> int:
        """Wait for the end of the program, reading what it says; a signal's death is negative."""
        end = time.monotonic() + seconds
        while self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
                break
            assert time.monotonic() < end, "the program does not end"
            self._read(0.02)
        while self._read(0.1):  # the terminal hands over 4 KiB at a time
            pass
        return self._code

    def _read(self, seconds: float) -> bool:
        """Take what is written within so many seconds; whether something was."""
        if self.fd < 0:
            time.sleep(min(seconds, 0.02))
            return False
        if select.select([self.fd], [], [], seconds)[0]:
            try:
                more = os.read(self.fd, 65536)
            except OSError:  # Linux says so when the far end is closed
                time.sleep(0.01)
            else:
                self.output += more
                return bool(more)
        return False


@contextmanager
def terminal(command: Sequence[str], size: tuple[int, int] = (80, 24), **env: str) -> Iterator[Terminal]:
    """Run `command` on a terminal of `size`; it is killed at the end if it still runs."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execvpe(command[0], list(command), {**os.environ, "TERM": "xterm-256color", **env})
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    near = Terminal(pid, fd)
    try:
        yield near
    finally:
        if near._code is None:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
        if near.fd >= 0:
            os.close(near.fd)
