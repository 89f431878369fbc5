"""One OPTIONS on bare sockets: is the server there, who does it say it is, what can it do?

For `sixring doctor`: it shares nothing with the SIP stack but the account, so
what it finds is not the stack's opinion.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import socket
import ssl
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from telephony.account import Account
from telephony.engine.message import status, values
from telephony.target import server_uri
from telephony.trust import client_context

PATIENCE_S = 4.0
RESEND_S = (0.5, 1.0, 2.0, 4.0)  # RFC 3261, timer E
_STATIC = {"0": "PCMU", "3": "GSM", "8": "PCMA", "9": "G722", "18": "G729"}  # RFC 3551
_NO_SOUND = frozenset({"telephone-event", "cn", "red"})


class NoTlsError(TimeoutError):
    """It takes the connection, and says nothing to a TLS greeting: another protocol lives there."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    code: int
    reason: str
    took_ms: int
    date: int | None = None  # its clock, ms UTC, where it tells
    codecs: tuple[str, ...] = ()  # in its order; empty: it does not say
    certificate_ends_at: int | None = None  # ms UTC, of a verified TLS server


def first_hop(account: Account) -> tuple[str, int]:
    """Host and port that every request goes to first."""
    where = account.proxy or account.server
    host, _, port = where.rpartition(":") if re.search(r":\d+$", where) else (where, "", "")
    return host.strip("[]"), int(port or (5061 if account.transport == "tls" else 5060))


def options(account: Account, patience_s: float = PATIENCE_S) -> Answer:
    """Ask the server, over the account's transport.

    Raises:
        ssl.SSLError: the server does not prove its name, or does not speak our TLS.
        NoTlsError: it takes the connection and does not answer TLS.
        TimeoutError: it does not answer.
        OSError: no way leads there, or nobody listens.
    """
    if account.transport == "udp":
        return _by_datagram(account, patience_s)
    return _by_stream(account, patience_s)


def listens_on_tcp(host: str, port: int) -> bool:
    """Whether anything takes TCP connections there: a hint where UDP is silent."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), 1.0):
        return True
    return False


def _by_datagram(account: Account, patience_s: float) -> Answer:
    host, port = first_hop(account)
    where = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_DGRAM)[0][4]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(where)
        request = _request(account, sock.getsockname())
        begun = time.monotonic()
        for resend in RESEND_S:
            left = begun + patience_s - time.monotonic()
            if left <= 0:
                break
            sock.send(request)
            sock.settimeout(min(resend, left))
            with contextlib.suppress(TimeoutError):
                return _read(sock.recv(65_535), begun)
    raise TimeoutError(f"no answer within {patience_s:g} s")


def _by_stream(account: Account, patience_s: float) -> Answer:
    host, port = first_hop(account)
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(socket.create_connection((host, port), patience_s))
        ends_at = None
        if account.transport == "tls":
            context = client_context(account)
            context.maximum_version = ssl.TLSVersion.TLSv1_2  # what the SIP stack speaks
            try:
                sock = stack.enter_context(context.wrap_socket(sock, server_hostname=host))
            except TimeoutError as silence:
                raise NoTlsError("the TLS greeting was not answered") from silence
            ends_at = _ends_at(sock)
        sock.sendall(_request(account, sock.getsockname()))
        answer = b""
        while b"\r\n\r\n" not in answer:
            more = sock.recv(65_535)
            if not more:
                raise ConnectionError("the server hung up without an answer")
            answer += more
        return _read(answer, begun, ends_at)


def _ends_at(sock: ssl.SSLSocket) -> int | None:
    certificate = sock.getpeercert() or {}
    ends = certificate.get("notAfter")
    return int(ssl.cert_time_to_seconds(ends) * 1000) if isinstance(ends, str) else None


def _request(account: Account, local: tuple[str, int]) -> bytes:
    uri, branch = server_uri(account), secrets.token_hex(8)
    lines = [
        f"OPTIONS {uri} SIP/2.0",
        f"Via: SIP/2.0/{account.transport.upper()} {local[0]}:{local[1]};rport;branch=z9hG4bK{branch}",
        "Max-Forwards: 70",
        f"From: <sip:{account.user}@{account.server}>;tag={secrets.token_hex(4)}",
        f"To: <{uri}>",
        f"Call-ID: {secrets.token_hex(12)}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:{account.user}@{local[0]}:{local[1]}>",
        "Accept: application/sdp",
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _read(data: bytes, begun: float, ends_at: int | None = None) -> Answer:
    """An answer; one that is no SIP has code 0."""
    text = data.decode("latin-1")
    code, reason = status(text)
    took_ms = round((time.monotonic() - begun) * 1000)
    return Answer(code, reason[:80], took_ms, _date(text), _codecs(text), ends_at)


def _date(text: str) -> int | None:
    with contextlib.suppress(ValueError, IndexError, TypeError, OverflowError):
        return int(parsedate_to_datetime(values(text, "Date")[0]).timestamp() * 1000)
    return None


def _codecs(text: str) -> tuple[str, ...]:
    """The codecs of the audio in an SDP body, in order."""
    sound = text.partition("\r\n\r\n")[2].partition("m=audio ")[2].partition("\nm=")[0]
    kinds = sound.split("\n")[0].split()[2:]
    names = dict(re.findall(r"^a=rtpmap:(\d+) ([\w.-]+)/", sound, re.MULTILINE))
    found = (names.get(kind) or _STATIC.get(kind, "") for kind in kinds)
    return tuple(dict.fromkeys(name for name in found if name and name.lower() not in _NO_SOUND))
