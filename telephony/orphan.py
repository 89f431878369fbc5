"""End a call whose phone process is dead: its BYE, its CANCEL or its refusal, sent from outside.

The lead must not sit in a dead line, nor pick up a phone that rings for
nobody, nor listen to one that nobody will answer. The dialog was told to the
client while the process lived; that is all a request within it needs (RFC
3261, 12.2.1 and 9.1). A challenge (401, 407) is answered once, and only to
whom the password belongs: our own servers, or the realm of the settings. What
proves a password also lets it be guessed at leisure.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import socket
from collections.abc import Callable
from functools import partial

from telephony.account import Account
from telephony.digest import credentials as answer_to
from telephony.protocol import Dialog
from telephony.target import host_part
from telephony.trust import client_context

RESEND_S = (0.15, 0.3, 0.6)  # waits for a reply, UDP; then it is given up
STREAM_S = 1.5
PROVISIONAL = "SIP/2.0 1"
CSEQ_STEP = 100  # above anything the dead process may have sent in the dialog

_HOST = re.compile(r"sips?:(?:[^@>;]*@)?(\[[^\]]+\]|[^:;>?\s]+)(?::(\d+))?", re.IGNORECASE).search
_SEEN_FROM = re.compile(r";\s*(rport|received)=[^;,\s]*", re.IGNORECASE)  # put into our Via by the receiver
_SENT_BY = re.compile(r"SIP/2\.0/\w+\s+(\[[^\]]+\]|[^:;\s]+)(?::(\d+))?", re.IGNORECASE).match
_SEEN = re.compile(r";\s*(rport|received)=([^;,\s]+)", re.IGNORECASE).findall
_TAG = re.compile(r";\s*tag=[^;>\s]*\s*$", re.IGNORECASE)


def request(dialog: Dialog, answered: bool, credentials: str, via: str) -> bytes:
    """The request that ends the call: BYE after an answer, CANCEL before it.

    `via` is the sender's own Via value for a BYE; a CANCEL repeats the
    INVITE's, by which the carrier finds what to cancel. With `credentials` (a
    header line, else empty) it is the second try: of a BYE with a CSeq of its own.
    """
    method = "BYE" if answered else "CANCEL"
    cseq = dialog.cseq + CSEQ_STEP + bool(credentials) if answered else dialog.cseq
    lines = [
        f"{method} {dialog.target} SIP/2.0",
        f"Via: {via if answered else _as_sent(dialog.via)}",
        "Max-Forwards: 70",
        *(f"Route: {route}" for route in (dialog.routes if answered else ())),
        f"From: {dialog.local}",
        f"To: {dialog.remote if answered else _TAG.sub('', dialog.remote)}",
        f"Call-ID: {dialog.call_id}",
        f"CSeq: {cseq} {method}",
        *([credentials] if credentials else []),
        'Reason: SIP;cause=500;text="Phone process restarted"',
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def refusal(dialog: Dialog) -> bytes:
    """What ends a call that came in and still rings: our final answer to its INVITE."""
    lines = [
        "SIP/2.0 480 Temporarily Unavailable",
        *(f"Via: {via}" for via in dialog.reply_vias),
        f"From: {dialog.remote}",
        f"To: {dialog.local}",
        f"Call-ID: {dialog.call_id}",
        f"CSeq: {dialog.reply_cseq}",
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def way_back(via: str) -> tuple[str, int]:
    """Host and port a response goes to, by the Via on top of it (RFC 3261, 18.2.2; RFC 3581)."""
    found = _SENT_BY(via)
    if not found:
        return ("", 0)
    seen = dict(_SEEN(via))
    return (seen.get("received") or found[1].strip("[]"), int(seen.get("rport") or found[2] or 5060))


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
    """Send it until a reply comes; False if none came, it was refused, or no way led there."""
    if dialog.reply_vias and not answered:
        return await _refuse(dialog)
    host, port = next_hop(dialog, account, answered)
    if not host:
        return False
    method = "BYE" if answered else "CANCEL"
    credentials = ""
    with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        while True:
            reply = await _ask(dialog, account, partial(request, dialog, answered, credentials), (host, port))
            again = "" if credentials else answer_to(reply, method, dialog.target, account)
            if not again or not await _may_ask(host, account):
                return reply.startswith("SIP/2.0 ") and reply[8:11] not in {"401", "407"}
            credentials = again
    return False


async def _refuse(dialog: Dialog) -> bool:
    """Nobody acknowledges it to us: it is repeated, as the stack would (RFC 3261, 17.2.1)."""
    host, port = way_back(dialog.reply_vias[0])
    if not host or dialog.transport != "udp":  # a connection died with the process
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
        sender.setblocking(False)
        for wait in RESEND_S:
            await asyncio.get_running_loop().sock_sendto(sender, refusal(dialog), (host, port))
            await asyncio.sleep(wait)
        return True
    return False


async def _may_ask(host: str, account: Account) -> bool:
    """Whether a challenge from `host` may be answered; one for another realm is not, whoever asks."""
    if account.realm != "*":
        return True
    loop = asyncio.get_running_loop()
    ours: set[str] = set()
    for place in filter(None, (account.server, account.proxy)):
        with contextlib.suppress(OSError):
            ours |= {str(one[4][0]) for one in await loop.getaddrinfo(host_part(place), None)}
    return host in ours or any(str(one[4][0]) in ours for one in await loop.getaddrinfo(host, None))


def _as_sent(via: str) -> str:
    return _SEEN_FROM.sub(lambda found: ";rport" if found[1].lower() == "rport" else "", via)


def _via(transport: str, address: tuple[str, int]) -> str:
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"SIP/2.0/{transport.upper()} {host}:{address[1]};rport;branch=z9hG4bK{secrets.token_hex(8)}"


async def _ask(dialog: Dialog, account: Account, write: Callable[[str], bytes], to: tuple[str, int]) -> str:
    """Send what `write` makes of our Via; the final reply, or an empty text."""
    if dialog.transport == "udp":
        return await _by_datagram(write, to)
    context = client_context(account) if dialog.transport == "tls" else None
    async with asyncio.timeout(STREAM_S):
        reader, writer = await asyncio.open_connection(*to, ssl=context)
        try:
            writer.write(write(_via(dialog.transport, writer.get_extra_info("sockname")[:2])))
            await writer.drain()
            while (head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")).startswith(PROVISIONAL):
                pass
            return head
        finally:
            writer.close()


async def _by_datagram(write: Callable[[str], bytes], to: tuple[str, int]) -> str:
    loop = asyncio.get_running_loop()
    family, kind, proto, _, address = (await loop.getaddrinfo(*to, type=socket.SOCK_DGRAM))[0]
    with socket.socket(family, kind, proto) as sender:
        sender.setblocking(False)
        sender.connect(address)
        data = write(_via("udp", sender.getsockname()[:2]))
        for wait in RESEND_S:
            await loop.sock_sendall(sender, data)
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(_final(sender), wait)
    return ""


async def _final(sender: socket.socket) -> str:
    while True:
        reply = (await asyncio.get_running_loop().sock_recv(sender, 65_535)).decode("latin-1")
        if not reply.startswith(PROVISIONAL):
            return reply
