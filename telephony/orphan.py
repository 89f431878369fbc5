"""End a call whose phone process is dead: its BYE, or its CANCEL, sent from outside.

The lead must not sit in a dead line, nor pick up a phone that rings for
nobody. The dialog was told to the client while the process lived; that is all
a request within it needs (RFC 3261, 12.2.1 and 9.1). A carrier that challenges
a BYE is not satisfied: it then ends the call by its own session timer.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import socket

from telephony.account import Account
from telephony.protocol import Dialog
from telephony.trust import client_context

RESEND_S = (0.15, 0.3, 0.6)  # waits for a reply, UDP; then it is given up
STREAM_S = 1.5
CSEQ_STEP = 100  # above anything the dead process may have sent in the dialog

_HOST = re.compile(r"sips?:(?:[^@>;]*@)?(\[[^\]]+\]|[^:;>?\s]+)(?::(\d+))?", re.IGNORECASE).search
_SEEN_FROM = re.compile(r";\s*(rport|received)=[^;,\s]*", re.IGNORECASE)  # put into our Via by the receiver
_TAG = re.compile(r";\s*tag=[^;>\s]*\s*$", re.IGNORECASE)


def request(dialog: Dialog, answered: bool, via: str) -> bytes:
    """The request that ends the call: BYE after an answer, CANCEL before it.

    `via` is the sender's own Via value for a BYE; a CANCEL repeats the
    INVITE's, by which the carrier finds what to cancel.
    """
    method = "BYE" if answered else "CANCEL"
    cseq = dialog.cseq + CSEQ_STEP if answered else dialog.cseq
    lines = [
        f"{method} {dialog.target} SIP/2.0",
        f"Via: {via if answered else _as_sent(dialog.via)}",
        "Max-Forwards: 70",
        *(f"Route: {route}" for route in (dialog.routes if answered else ())),
        f"From: {dialog.local}",
        f"To: {dialog.remote if answered else _TAG.sub('', dialog.remote)}",
        f"Call-ID: {dialog.call_id}",
        f"CSeq: {cseq} {method}",
        'Reason: SIP;cause=500;text="Phone process restarted"',
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def next_hop(dialog: Dialog, account: Account, answered: bool) -> tuple[str, int]:
    """Host and port the request goes to: outbound proxy, first route, or the peer itself."""
    first = f"sip:{account.proxy}" if account.proxy else ""
    if not first and answered and dialog.routes:
        first = dialog.routes[0]
    found = _HOST(first or dialog.target)
    if not found:
        return ("", 0)
    default = 5061 if dialog.transport == "tls" else 5060
    return (found[1].strip("[]"), int(found[2] or default))


async def hang_up(dialog: Dialog, account: Account, *, answered: bool) -> bool:
    """Send it until a reply comes; False if none came or no way led there."""
    host, port = next_hop(dialog, account, answered)
    if not host:
        return False
    with contextlib.suppress(OSError, TimeoutError):
        if dialog.transport == "udp":
            return await _by_datagram(dialog, answered, host, port)
        return await _by_stream(dialog, account, answered, host, port)
    return False


def _as_sent(via: str) -> str:
    return _SEEN_FROM.sub(lambda found: ";rport" if found[1].lower() == "rport" else "", via)


def _via(transport: str, address: tuple[str, int]) -> str:
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"SIP/2.0/{transport.upper()} {host}:{address[1]};rport;branch=z9hG4bK{secrets.token_hex(8)}"


async def _by_datagram(dialog: Dialog, answered: bool, host: str, port: int) -> bool:
    loop = asyncio.get_running_loop()
    family, kind, proto, _, address = (await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM))[0]
    with socket.socket(family, kind, proto) as sender:
        sender.setblocking(False)
        sender.connect(address)
        data = request(dialog, answered, _via("udp", sender.getsockname()[:2]))
        for wait in RESEND_S:
            await loop.sock_sendall(sender, data)
            with contextlib.suppress(TimeoutError):
                reply = await asyncio.wait_for(loop.sock_recv(sender, 4096), wait)
                return reply.startswith(b"SIP/2.0 ")
    return False


async def _by_stream(dialog: Dialog, account: Account, answered: bool, host: str, port: int) -> bool:
    context = client_context(account) if dialog.transport == "tls" else None
    async with asyncio.timeout(STREAM_S):
        reader, writer = await asyncio.open_connection(host, port, ssl=context)
        try:
            address = writer.get_extra_info("sockname")[:2]
            writer.write(request(dialog, answered, _via(dialog.transport, address)))
            await writer.drain()
            return (await reader.readline()).startswith(b"SIP/2.0 ")
        finally:
            writer.close()
