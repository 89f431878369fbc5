"""Ports for programs that must be told theirs before they take it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import socket
from pathlib import Path

HOST = "127.0.0.1"
# Below those that a kernel gives to who asks for any, and those of our phones' sound; above SIPp's: nobody
# gets one of these between our look and its use.
_PORTS = range(7_000, 8_800)
_PATIENCE_S = 60.0  # a program's first start reads it from a disk that may be slow
_turns = itertools.cycle(random.SystemRandom().sample(_PORTS, len(_PORTS)))


def free_port() -> int:
    """A port that nobody has on UDP or TCP; another one each time."""
    kinds = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
    return next(port for port in _turns if all(_is_free(port, kind) for kind in kinds))


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
        probe.bind((HOST, port))
        return True
    return False


async def listens(
    port: int, process: asyncio.subprocess.Process, kind: socket.SocketKind = socket.SOCK_DGRAM
) -> None:
    """Wait until `port` is taken, without touching it: a bind of ours could come before its own.

    Raises:
        AssertionError: the process that was to take it has left.
    """
    sockets = Path("/proc/thread-self/net") / ("tcp" if kind is socket.SOCK_STREAM else "udp")
    wanted = f":{port:04X}"
    async with asyncio.timeout(_PATIENCE_S):
        while not any(line.split()[1].endswith(wanted) for line in sockets.read_text().splitlines()[1:]):
            assert process.returncode is None, f"it left with {process.returncode} before it took port {port}"
            await asyncio.sleep(0.05)
