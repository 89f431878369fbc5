"""This process's own sockets, which the stack opened and does not show (Linux: /proc)."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator


def own_sockets(port: int) -> Iterator[socket.socket]:
    """Second handles of the IPv4 UDP sockets and TCP listeners of this process at `port`; to be closed.

    Raises:
        OSError: there is no /proc here.
    """
    for entry in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names are all that is wanted
        one = _socket(int(entry))
        if one is not None and _is_ours(one, port):
            yield one
        elif one is not None:
            one.close()


def _socket(handle: int) -> socket.socket | None:
    """A second handle of a socket; None for anything else."""
    try:
        if not stat.S_ISSOCK(os.fstat(handle).st_mode):
            return None
        return socket.socket(fileno=os.dup(handle))
    except OSError:  # gone by now
        return None


def _is_ours(one: socket.socket, port: int) -> bool:
    if one.family != socket.AF_INET or one.getsockname()[1] != port:
        return False
    if one.type == socket.SOCK_DGRAM:
        return True
    return bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
