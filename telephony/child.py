"""A child process that speaks JSON lines: its parent's end.

The child's native chatter (stderr, and what a C library prints on stdout) goes
to a log file only its owner may read. It runs in its own session, so that the
terminal's Ctrl-C reaches the parent alone; when the parent dies the pipe
closes, and the child ends itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self

from telephony.bell import Bell

LOG_LIMIT = 5_000_000  # bytes; an older log is kept as one `.1`
LINE_LIMIT = 1 << 20


class Child:
    """One running child process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._pipe = process.stdin and process.stdin.transport
        self._bell: Bell | None = None

    @classmethod
    async def start(cls, module: str, log: Path) -> Self:
        """Run `python -m module` with its chatter in `log`.

        Raises:
            OSError: the log cannot be written, or no process can be made.
        """
        sink = _open_log(log)
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                module,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=sink,
                cwd=Path(__file__).parent.parent,
                limit=LINE_LIMIT,
                start_new_session=True,
            )
        finally:
            os.close(sink)
        return cls(process)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs, as far as is known."""
        return self._process.returncode is None

    def rings_at(self, door: str) -> None:
        """Ring at `door` (host:port) after each line from now on: the child does not watch its pipe.

        Where nothing leads there the child finds a line by itself, a poll later.
        """
        with contextlib.suppress(OSError):
            self._bell = Bell(door)

    def send(self, line: bytes) -> None:
        """Hand it one line without waiting; a dead child loses it."""
        pipe = self._pipe
        if pipe is not None and not pipe.is_closing():
            try:
                pipe.write(line + b"\n")
            except OSError:
                return
            if self._bell is not None:
                self._bell.ring()

    async def lines(self) -> AsyncIterator[bytes]:
        """Its lines until its end."""
        stdout = self._process.stdout
        if stdout is None:
            return
        while True:
            try:
                line = await stdout.readline()
            except (ValueError, ConnectionError):  # an endless line, or a torn pipe: the child is of no use
                return
            if not line.endswith(b"\n"):  # the end, perhaps in the middle of a line
                return
            yield line

    async def end(self, grace_s: float) -> int:
        """Close its pipe, wait `grace_s` for it to leave, then kill it; its exit code."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._bell is not None:
            self._bell.close()
            self._bell = None
        try:
            return await asyncio.wait_for(self._process.wait(), grace_s)
        except TimeoutError:
            self.kill()
            return await self._process.wait()

    def kill(self) -> None:
        """Kill it outright."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()


def _open_log(log: Path) -> int:
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_name(log.name + ".1"))
    sink = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)  # not inherited (PEP 446)
    if os.name == "posix":
        os.fchmod(sink, 0o600)
    return sink
