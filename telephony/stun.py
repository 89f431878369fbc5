"""Does a STUN server answer? Asked by ourselves first: the stack waits ten seconds for a dead one.

A binding request and its answer, RFC 8489: enough to learn how the world sees us.
"""

from __future__ import annotations

import contextlib
import ipaddress
import secrets
import socket
import struct
import threading
import time
from collections.abc import Sequence

PORT = 3478
PATIENCE_S = 1.5
RESEND_S = 0.3
_MAGIC = 0x2112A442
_REQUEST, _SUCCESS, _MAPPED, _XOR_MAPPED = 0x0001, 0x0101, 0x0001, 0x0020


def alive(servers: Sequence[str], patience_s: float = PATIENCE_S) -> list[str]:
    """Those of `servers` that answer within `patience_s`, as address:port, in their order.

    All are asked at once.
    """
    found: dict[str, str] = {}

    def ask(server: str) -> None:
        with contextlib.suppress(OSError):
            found[server] = reach(server, patience_s)[0]

    # Daemons: a name that does not resolve may keep its thread far longer than we wait.
    askers = [threading.Thread(target=ask, args=(server,), daemon=True) for server in servers]
    for asker in askers:
        asker.start()
    until = time.monotonic() + patience_s + 0.1
    for asker in askers:
        asker.join(max(0.0, until - time.monotonic()))
    return [found[server] for server in servers if server in found]


def reach(server: str, patience_s: float = PATIENCE_S) -> tuple[str, str]:
    """The address and port of `server`, and our own as it sees them.

    Raises:
        OSError: the name has no address, or no answer came.
    """
    host, _, port = server.rpartition(":") if ":" in server else (server, "", "")
    address = str(socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)[0][4][0])
    request = struct.pack("!HHI", _REQUEST, 0, _MAGIC) + secrets.token_bytes(12)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((address, int(port or PORT)))
        until = time.monotonic() + patience_s
        while (left := until - time.monotonic()) > 0:
            sock.send(request)
            sock.settimeout(min(RESEND_S, left))
            with contextlib.suppress(TimeoutError):
                seen = mapped(sock.recv(2048), request[8:])
                if seen:
                    return f"{address}:{port or PORT}", seen
    raise TimeoutError(f"{server} did not answer within {patience_s:g} s")


def mapped(answer: bytes, transaction: bytes) -> str:
    """Our address and port in a binding success of `transaction`; empty for anything else."""
    if len(answer) < 20 or answer[8:20] != transaction:
        return ""
    kind, length, magic = struct.unpack("!HHI", answer[:8])
    if kind != _SUCCESS or magic != _MAGIC:
        return ""
    body = answer[20 : 20 + length]
    while len(body) >= 4:
        name, size = struct.unpack("!HH", body[:4])
        value = body[4 : 4 + size]
        if name in (_XOR_MAPPED, _MAPPED) and len(value) == 8 and value[1] == 1:
            return _address(value, masked=name == _XOR_MAPPED)
        body = body[4 + size + -size % 4 :]
    return ""


def _address(value: bytes, *, masked: bool) -> str:
    port, address = struct.unpack("!HI", value[2:])
    if masked:
        port, address = port ^ (_MAGIC >> 16), address ^ _MAGIC
    return f"{ipaddress.IPv4Address(address)}:{port}"
